"""The typed commands of the library, one module per noun: part of what ``docs/generate.py`` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from pmbridge.domain.figure import Money, Text
from pmbridge.domain.machine import NEW, Concept, Step

_WIDTH = 110
_PLAIN = {str: "str", int: "int", bool: "bool", float: "float", NoneType: "None"}
_RESERVED = ("at", "by", "reason", "evidence", "number", "ref")


@dataclass
class Spelling:
    """How annotations are written, and what they need imported."""

    imports: dict[str, set[str]] = field(default_factory=dict)

    def of(self, kind: Any) -> str:
        """Return *kind* as source."""
        origin = get_origin(kind)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind in (Money, Text):
            return f"{self._named('pmbridge.domain.figure', kind.__name__)} | str"
        if kind in (date, datetime):
            return self._named("datetime", kind.__name__)
        if kind is Decimal:
            return f"{self._named('decimal', 'Decimal')} | int | str"
        if origin is Annotated:
            return self.of(get_args(kind)[0])
        if origin is Literal:
            self._named("typing", "Literal")
            return f"Literal[{', '.join(repr(one) for one in get_args(kind))}]".replace("'", '"')
        if origin in (Union, UnionType):
            return " | ".join(dict.fromkeys(part for one in get_args(kind) for part in self.of(one).split(" | ")))
        if origin in (tuple, list):
            inner = self.of(get_args(kind)[0])
            return f"{self._named('collections.abc', 'Sequence')}[{inner}]"
        if origin in (frozenset, set):
            inner = self.of(get_args(kind)[0])
            return f"{self._named('collections.abc', 'Collection')}[{inner}]"
        if origin is not None and issubclass(origin, Mapping):
            key, value = (self.of(one) for one in get_args(kind))
            return f"{self._named('collections.abc', 'Mapping')}[{key}, {value}]"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._named(kind.__module__, kind.__name__)
        return self._named("typing", "Any")

    def _named(self, module: str, name: str) -> str:
        self.imports.setdefault(module, set()).add(name)
        return name


def desk_module(concept: Concept) -> str:
    """Return the module of one noun's desk."""
    spelling = Spelling()
    fields = spelling.of(concept.fields)
    spelling.imports.setdefault("pmbridge.domain.entry", set()).add("Entry")
    spelling.imports.setdefault("pmbridge.desks.desk", set()).update(("Desk", "Proof"))
    spelling.imports.setdefault("datetime", set()).add("datetime")
    spelling.imports.setdefault("collections.abc", set()).add("Sequence")
    methods = [
        line for verb, steps in by_verb(concept).items() for line in _method(concept, verb, steps, spelling, fields)
    ]
    if any("words(reason)" in line for line in methods):
        spelling.imports["pmbridge.desks.desk"].add("words")
    head = [
        f'"""Commands about a {concept.label.en}. Written by ``docs/generate.py``; do not edit."""',
        "# ruff: noqa",
        "# fmt: off",
        "",
        "from __future__ import annotations",
        "",
        *_imports(spelling),
        "",
        "",
        f"class {class_name(concept)}(Desk):",
        f'    """{concept.label.zh} {concept.label.en}: {concept.ref(concept.prefixes[0], concept.first)} and on."""',
        "",
        f'    kind = "{concept.name}"',
    ]
    return "\n".join([*head, *methods, ""])


def class_name(concept: Concept) -> str:
    """Return the name of its desk."""
    return "".join(part.capitalize() for part in re.split(r"[-_]", concept.name)) + "Desk"


def by_verb(concept: Concept) -> dict[str, list[Step]]:
    """Return the steps by the method that takes them; the client's verdicts are one, ``decide``."""
    found: dict[str, list[Step]] = {}
    for step in concept.steps:
        found.setdefault("decide" if step.verdict else step.verb, []).append(step)
    # Every record can be shown to the client, and what no agreement holds be edited.
    for verb in ("release", *(("edit",) if concept.editable else ())):
        step = next((s for state in concept.states if (s := concept.step(verb, state)) is not None), None)
        if step is not None and verb not in found:
            found[verb] = [step]
    return found


def _imports(spelling: Spelling) -> Iterator[str]:
    order = sorted(spelling.imports, key=lambda module: (module.startswith("pmbridge"), module))
    before = False
    for module in order:
        ours = module.startswith("pmbridge")
        if ours and not before:
            yield ""
        before = ours
        yield f"from {module} import {', '.join(sorted(spelling.imports[module]))}"


def _method(concept: Concept, verb: str, steps: Sequence[Step], spelling: Spelling, fields: str) -> Iterator[str]:
    new = any(NEW in step.sources for step in steps)
    old = any(step.sources != (NEW,) for step in steps)
    taken = _taken(steps, spelling)
    arguments = ["self"]
    if old:
        arguments.append("ref: str | None = None" if new else "ref: str")
    if verb == "decide":
        verdicts = ", ".join(f'"{one.verb}"' for one in {step.verb: step for step in steps}.values())
        spelling.imports.setdefault("typing", set()).add("Literal")
        arguments.append(f"verdict: Literal[{verdicts}]")
    arguments.append("*")
    arguments += [f"{_argument(name)}: {kind}" for name, (kind, needed) in taken.items() if needed]
    arguments += [
        f"{_argument(name)}: {_optional(kind)} = None" for name, (kind, needed) in taken.items() if not needed
    ]
    arguments += ["at: datetime | None = None", "by: str | None = None"]
    if "reason" not in taken:
        arguments.append("reason: str | None = None")
    arguments.append("evidence: Sequence[Proof] = ()")
    if new:
        arguments.append("number: str | None = None")
    yield ""
    yield f"    def {_argument(verb)}("
    yield from (f"        {one}," for one in arguments)
    yield f"    ) -> Entry[{fields}]:"
    yield from _docstring(concept, verb, steps)
    yield "        return self._do("
    yield f"            {'verdict' if verb == 'decide' else repr(verb).replace(chr(39), chr(34))},"
    yield f"            {'ref' if old else 'None'},"
    yield "            {"
    yield from (f'                "{name}": {_argument(name)},' for name in taken)
    yield "            },"
    yield "            at=at,"
    yield "            by=by,"
    yield f"            reason={'words(reason)' if 'reason' in taken else 'reason'},"
    yield "            evidence=evidence,"
    if new:
        yield "            number=number,"
    yield "        )"


def _taken(steps: Sequence[Step], spelling: Spelling) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    for step in steps:
        for name, info in step.takes.model_fields.items():
            needed = info.is_required() and all(name in one.takes.model_fields for one in steps)
            before = found.get(name)
            found[name] = (spelling.of(info.annotation), needed and (before is None or before[1]))
    return found


def _argument(name: str) -> str:
    return f"{name}_" if name in ("with", "from", "class", "import", "in") or name in _RESERVED[:2] else name


def _optional(kind: str) -> str:
    return kind if kind == "None" or kind.endswith("| None") else f"{kind} | None"


def _docstring(concept: Concept, verb: str, steps: Sequence[Step]) -> Iterator[str]:
    first = steps[0]
    targets = " or ".join(dict.fromkeys(concept.states[t].en for step in steps for t in step.targets)) or "same state"
    label = "record what the client decided" if verb == "decide" else first.label.en
    head = f'        """{label[:1].upper()}{label[1:]} → {targets}.'
    guards = list(dict.fromkeys(one.label.en for step in steps for one in step.guards))
    needs = guards + ["evidence"] * any(one.evidence for one in steps) + ["a reason"] * any(one.reason for one in steps)
    if needs:
        yield head
        yield ""
        yield from (f"        {line}" for line in _wrapped(f"Needs: {'; '.join(needs)}."))
        yield '        """'
    else:
        yield f'{head}"""'


def _wrapped(text: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if len(line) + len(word) + 1 > _WIDTH:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line


def package(nouns: Sequence[Concept]) -> str:
    """Return the package's own module: all desks of one register."""
    lines = [
        '"""Typed commands for every noun of the register. Written by ``docs/generate.py``; do not edit."""',
        "# ruff: noqa",
        "# fmt: off",
        "",
        "from __future__ import annotations",
        "",
        "from functools import cached_property",
        "",
    ]
    lines += [f"from pmbridge.desks.{one.name} import {class_name(one)}" for one in sorted(nouns, key=lambda c: c.name)]
    lines += [
        "from pmbridge.register import Register",
        "",
        "",
        "class Desks:",
        '    """One desk per noun of *register*: ``desks.change.submit(title=…)``."""',
        "",
        "    def __init__(self, register: Register) -> None:",
        "        self._register = register",
    ]
    for one in nouns:
        lines += [
            "",
            "    @cached_property",
            f"    def {one.name}(self) -> {class_name(one)}:",
            f'        """{one.label.zh} {one.label.en}."""',
            f"        return {class_name(one)}(self._register)",
        ]
    return "\n".join([*lines, ""])
