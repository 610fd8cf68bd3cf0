"""The options of a verb from what its steps take, and from the options back to the input.

A text, number, day, amount or choice is an option, several of them an option that may be repeated or hold commas.
What has parts of its own comes from a TOML file (``--from``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pmbridge.domain.book import meant
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.machine import NEW, Concept, Step
from pmbridge.error_words import system_words
from pmbridge.errors import Refused
from pmbridge_cli.field_words import field_name
from pmbridge_cli.grammar import Option
from pmbridge_cli.words import Both

DECIDE = "decide"
"""The verb under which the client's verdicts are entered."""
VERDICT = "verdict"
EDIT = "edit"
_SPELLED = {"joint": "with", "joint_with": "with"}
_PLAIN = (str, int, Decimal, date, Money, Text)
_MONTH_DAY = re.compile(r"\d{1,2}-\d{1,2}")


class Taken(NamedTuple):
    """One field that a verb takes: how it is written on a command line. ``shape`` ``"file"``: not at all."""

    name: str
    shape: Literal["one", "many", "flag", "file"]
    kind: Any
    required: bool

    @property
    def option(self) -> str:
        """The name of its option."""
        return f"--{_SPELLED.get(self.name, self.name).replace('_', '-')}"


def by_verdict(concept: Concept, verb: str) -> bool:
    """Return whether *verb* is ``decide`` and a verdict follows; a decision itself is decided by its option."""
    return verb == DECIDE and any(one.verdict for one in concept.steps)


def common_edit(concept: Concept, verb: str) -> bool:
    """Return whether *verb* is the ``edit`` that every record has; a concept's own says itself what it takes."""
    return verb == EDIT and all(one.verb != EDIT for one in concept.steps)


def steps_of(concept: Concept, verb: str) -> list[Step]:
    """Return the steps that *verb* may mean; ``decide`` means all verdicts."""
    if by_verdict(concept, verb):
        return [one for one in concept.steps if one.verdict]
    found = (concept.step(verb, state) for state in (NEW, *concept.states))
    return list({id(one): one for one in found if one is not None}.values())


def takes_ref(concept: Concept, verb: str) -> Literal["never", "always", "either"]:
    """Return whether *verb* is about a record that exists."""
    new = {NEW in one.sources for one in steps_of(concept, verb)}
    old = {one.sources != (NEW,) for one in steps_of(concept, verb)}
    if True not in new:
        return "always"
    return "either" if True in old else "never"


def taken(concept: Concept, verb: str) -> list[Taken]:
    """Return the fields that the steps of *verb* take, each once; required: by every step that has it."""
    if common_edit(concept, verb):
        infos = concept.fields.model_fields
        may = concept.editable.union(*concept.editable_in.values())
        return [Taken(name, *_shape(infos[name].annotation), required=False) for name in sorted(may)]
    found: dict[str, Taken] = {}
    for step in steps_of(concept, verb):
        for name, info in step.takes.model_fields.items():
            shape, kind = _shape(info.annotation)
            before = found.get(name)
            required = info.is_required() and (before is None or before.required)
            found[name] = Taken(name, shape, kind, required)
    return list(found.values())


def positional(concept: Concept, verb: str) -> list[str]:
    """Return the fields that may stand without their option, in order: those that cannot be left out."""
    first = [VERDICT] if by_verdict(concept, verb) else []
    return [*first, *(one.name for one in taken(concept, verb) if one.required and one.shape == "one")]


def options_of(concept: Concept, verb: str) -> list[Option]:
    """Return the options for the fields of *verb*."""
    return [_option(one, concept.fields.__name__) for one in taken(concept, verb) if one.shape != "file"]


def _option(one: Taken, owner: str) -> Option:
    words = _words(one, owner)
    names = [one.option, f"in_{one.name}"]
    if one.shape == "flag":
        return Option(names, both=words, is_flag=True, default=None)
    return Option(names, both=words, metavar=_metavar(one.kind), multiple=one.shape == "many")


def _words(one: Taken, owner: str) -> Both:
    name = field_name(one.name, owner)
    if get_origin(one.kind) is not Literal:
        return name
    choices = ", ".join(str(each).replace("_", "-") for each in get_args(one.kind))
    return Both(f"{name.en}: {choices}", f"{name.zh}：{choices}")


def _metavar(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "CHOICE"
    return {date: "DAY", int: "N", Decimal: "NUMBER", Money: '"CUR 0.00"'}.get(kind, "TEXT")


def _shape(annotation: Any) -> tuple[Literal["one", "many", "flag", "file"], Any]:
    kind = bare(annotation)
    if kind is bool:
        return "flag", kind
    if _is_plain(kind):
        return "one", kind
    if get_origin(kind) in (tuple, frozenset, list):
        inner = bare(next(iter(get_args(kind)), None))
        if _is_plain(inner):
            return "many", inner
    return "file", kind


def _is_plain(kind: Any) -> bool:
    return get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, _PLAIN))


def bare(annotation: Any) -> Any:
    """Return *annotation* without its metadata and without ``None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        some = [one for one in get_args(annotation) if one is not type(None)]
        return bare(some[0]) if len(some) == 1 else annotation
    return annotation


# ------------------------------------------------------------------------------------- from options to the input


class Written(NamedTuple):
    """What a command line says: which record, which step, and its input as it is written."""

    ref: str | None
    verb: str
    input: dict[str, Any]


def written(
    concept: Concept, verb: str, words: Sequence[str], options: Mapping[str, Any], file: str | None, today: date
) -> Written:
    """Return what *words* and *options* say; the file first, then options, then words for what is still missing.

    Raises:
        Refused: a word too many, no ref, or a file that cannot be read.
    """
    left = list(words)
    ref = _ref(concept, verb, left)
    fields = {one.name: one for one in taken(concept, verb)}
    values = _from_file(file) if file else {}
    values |= {name: _typed(one, options[f"in_{name}"], today) for name, one in fields.items() if _given(options, name)}
    for name in positional(concept, verb):
        if left and name not in values:
            one = fields.get(name)
            word = left.pop(0)
            values[name] = word if one is None else _typed(one, word, today)
    if left:
        raise Refused(
            detail=f'"{left[0]}" is one word too many', detail_zh=f"多出「{left[0]}」",
            command=f"pmbridge {concept.name} {verb} --help",
        )  # fmt: skip
    step = str(values.pop(VERDICT, "")).replace("-", "_") if by_verdict(concept, verb) else verb
    if by_verdict(concept, verb) and step not in {one.verb for one in steps_of(concept, DECIDE)}:
        known = [one.verb.replace("_", "-") for one in steps_of(concept, DECIDE)]
        known = list(dict.fromkeys(known))
        raise Refused(
            detail=f"the verdict is one of: {', '.join(known)}", detail_zh=f"决定只能是：{'、'.join(known)}",
            command=f"pmbridge {concept.name} decide {ref or 'REF'} {known[0] if known else ''}".rstrip(),
        )  # fmt: skip
    if step == "edit" and not values:  # it would be an event for ever, and say nothing
        raise Refused(
            detail=f"nothing to change in {ref or concept.label.en}: name a field",
            detail_zh=f"没有写要修改 {ref or concept.label.zh} 的哪一项",
            command=f"pmbridge {concept.name} edit --help",
        )
    return Written(ref, step, {"changes": values} if common_edit(concept, verb) else values)


def _ref(concept: Concept, verb: str, words: list[str]) -> str | None:
    which = takes_ref(concept, verb)
    if which == "never":
        return None
    if words and (ref := meant(words[0], [concept])) is not None:
        words.pop(0)
        return ref
    if which == "either":
        return None
    example = concept.ref(concept.prefixes[0], concept.first)
    raise Refused(
        detail=f"which {concept.label.en}? Its ref comes first, as {example}",
        detail_zh=f"哪一条{concept.label.zh}？请先写编号，如 {example}",
        command=f"pmbridge {concept.name} list",
    )


def _given(options: Mapping[str, Any], name: str) -> bool:
    return options.get(f"in_{name}") not in (None, (), [])


def _typed(one: Taken, value: Any, today: date) -> Any:
    """Return *value* as its field reads it: lists taken apart, short days completed."""
    if one.shape == "flag":
        return bool(value)
    if one.shape == "many":
        parts = [value] if isinstance(value, str) else list(value)
        return [_single(one.kind, part.strip(), today) for text in parts for part in _parts(one.kind, text)]
    return _single(one.kind, str(value), today)


def _parts(kind: Any, text: str) -> Iterable[str]:
    # A text may hold commas of its own.
    return [text] if kind is Text else [part for part in re.split(r"[,，]", text) if part.strip()]


def _single(kind: Any, text: str, today: date) -> Any:
    if kind is date and _MONTH_DAY.fullmatch(text):
        return _nearest(text, today)
    if get_origin(kind) is Literal and text not in get_args(kind):
        return text.replace("-", "_")
    if kind is Decimal and text.endswith("%"):
        return text[:-1].strip()
    return text


def day_of(text: str, today: date) -> date | None:
    """Return the day that *text* names, with or without its year; ``None`` if it is none."""
    try:
        return date.fromisoformat(_nearest(text, today) if _MONTH_DAY.fullmatch(text) else text)
    except ValueError:
        return None


def _nearest(text: str, today: date) -> str:
    """Return the day of a month and a day that is nearest to *today*."""
    month, _, day = text.partition("-")
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, int(month), int(day)))
        except ValueError:
            continue
    return min(found, key=lambda one: abs((one - today).days)).isoformat() if found else text


def _from_file(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        why = system_words(error)
        raise Refused(detail=f"{name} cannot be read: {why.en}", detail_zh=f"读不了 {name}：{why.zh}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(detail=f"{name} is no TOML: {error}", detail_zh=f"{name} 不是 TOML：{error}") from error
