"""Faults of a configuration in words: which key, what is wrong, what was probably meant, in both languages."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from pmbridge.domain.naming import nearest
from pmbridge.values import Label

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: where it stands (``connections.jira.base_url``) and the rest of the sentence."""

    where: str
    text: Label

    def in_(self, language: str) -> str:
        """Return the whole sentence, without a full stop."""
        text = self.text.in_(language)
        if not self.where:
            return text
        return f"{self.where}{'' if text.startswith('「') else ' '}{text}"


def unknown_key(where: str, key: str, known: Sequence[str]) -> Fault:
    """Say that *key* is not known at *where*, and which one was probably meant."""
    near = nearest(key, known)
    if near:
        text = Label(en=f'is unknown, did you mean "{near}"?', zh=f"不认识，是不是 {near}?")
    elif known:
        text = Label(
            en=f"is unknown; known: {', '.join(sorted(known))}", zh=f"不认识，可用：{'、'.join(sorted(known))}"
        )
    else:
        text = Label(en="is unknown", zh="不认识")
    return Fault(where=where, text=text)


def unknown_value(where: str, value: str, known: Sequence[str]) -> Fault:
    """Say that *value* at *where* names nothing that exists."""
    listed_en, listed_zh = ", ".join(known) or "none", "、".join(known) or "无"
    text = Label(en=f'"{value}" is unknown; known: {listed_en}', zh=f"「{value}」不认识，可用：{listed_zh}")
    return Fault(where=where, text=text)


def dotted(path: Sequence[str | int]) -> str:
    """Return *path* as people write it: ``engagements.lanhai.sources[0].project``."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out


def of_validation(error: ValidationError, model: type[BaseModel], raw: object, root: Path) -> list[Fault]:
    """Return the faults of *raw*, found when it was read as *model*, in the order in which they were found.

    *root* is where *raw* stands in the file. A value is never repeated: it might be a secret in the wrong place.
    """
    found: dict[Path, list[Mapping[str, Any]]] = {}
    for one in error.errors(include_url=False, include_input=False):
        found.setdefault(_real_path(one["loc"], raw, one["type"]), []).append(dict(one))
    faults = []
    for path, errors in found.items():
        by_union = len(errors) > 1
        if by_union and any(other != path and other[: len(path)] == path for other in found):
            continue  # one branch of a union fits in form; its own faults say more than "not a text"
        where = dotted(root + path)
        if errors[0]["type"] == "extra_forbidden":
            faults.append(unknown_key(where, str(path[-1]), keys_at(model, errors[0]["loc"][:-1])))
        elif by_union:
            needed = [_needed(one) for one in errors]
            faults.append(
                Fault(
                    where=where,
                    text=Label(
                        en="needs " + " or ".join(dict.fromkeys(one.en for one in needed)),
                        zh="应为" + "或".join(dict.fromkeys(one.zh for one in needed)),
                    ),
                )
            )
        else:
            faults.append(Fault(where=where, text=_text(errors[0])))
    return faults


def _real_path(loc: Sequence[str | int], raw: object, kind: str) -> Path:
    """Leave out what pydantic adds for itself: names of union members, positions in a list that is none."""
    path: list[str | int] = []
    here: object = raw
    for at, step in enumerate(loc):
        last = at == len(loc) - 1
        if isinstance(step, int):
            if isinstance(here, list | tuple) and step < len(here):
                path.append(step)
                here = here[step]
        elif isinstance(here, Mapping) and step in here:
            path.append(step)
            here = here[step]
        elif last and kind == "missing" and step != "[key]":
            path.append(step)
    return tuple(path)


def keys_at(annotation: Any, loc: Sequence[str | int]) -> list[str]:
    """Return the keys that a table at *loc* below *annotation* may have; empty if any may."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return keys_at(get_args(annotation)[0], loc)
    if origin in (Union, types.UnionType):
        return [key for member in get_args(annotation) for key in keys_at(member, loc)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {info.alias or name: info for name, info in annotation.model_fields.items()}
        if not loc:
            return list(fields)
        if loc[0] == annotation.__name__:
            return keys_at(annotation, loc[1:])
        return keys_at(fields[str(loc[0])].annotation, loc[1:]) if loc[0] in fields else []
    args = get_args(annotation)
    if loc and args and isinstance(origin, type):
        if issubclass(origin, Mapping):
            return keys_at(args[1], loc[1:])
        if issubclass(origin, tuple | list):
            return keys_at(args[0], loc[1:])
    return []


_NEEDS = {
    "string": Label(en="a text", zh="文字"),
    "int": Label(en="a whole number", zh="整数"),
    "float": Label(en="a number", zh="数字"),
    "decimal": Label(en="a number", zh="数字"),
    "bool": Label(en="true or false", zh="true 或 false"),
    "date": Label(en="a date such as 2026-07-01", zh="日期，如 2026-07-01"),
    "tuple": Label(en="a list", zh="列表"),
    "list": Label(en="a list", zh="列表"),
    "dict": Label(en="a table", zh="表"),
    "mapping": Label(en="a table", zh="表"),
    "model": Label(en="a table", zh="表"),
}


def _needed(error: Mapping[str, Any]) -> Label:
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        expected = str(context["expected"])
        return Label(en=f"one of {expected}", zh=expected.replace(" or ", "、").replace(", ", "、") + " 之一")
    known = _NEEDS.get(str(error["type"]).partition("_")[0])
    return known or Label(en=str(error["msg"]), zh=str(error["msg"]))


def _text(error: Mapping[str, Any]) -> Label:
    kind, context = str(error["type"]), error.get("ctx", {})
    match kind:
        case "missing":
            return Label(en="is missing", zh="缺少")
        case "greater_than":
            return Label(en=f"must be more than {context['gt']:g}", zh=f"必须大于 {context['gt']:g}")
        case "greater_than_equal":
            return Label(en=f"must be at least {context['ge']:g}", zh=f"不得小于 {context['ge']:g}")
        case "less_than_equal":
            return Label(en=f"must be at most {context['le']:g}", zh=f"不得大于 {context['le']:g}")
        case "multiple_of":
            return Label(
                en=f"must be a multiple of {context['multiple_of']}", zh=f"必须是 {context['multiple_of']} 的倍数"
            )
        case "string_pattern_mismatch":
            return Label(en=f"must have the form {context['pattern']}", zh=f"格式应为 {context['pattern']}")
        case "value_error":
            cause = context.get("error")
            said = cause.args[0] if isinstance(cause, Exception) and cause.args else error["msg"]
            return said if isinstance(said, Label) else Label(en=str(said), zh=str(said))
    needed = _needed(error)
    if kind != "literal_error" and kind.partition("_")[0] not in _NEEDS:
        return needed
    return Label(en=f"needs {needed.en}", zh=f"应为{'' if needed.zh[0] not in chr(39) else ' '}{needed.zh}")
