"""Faults of ``copies`` that the file alone shows: places that are no source, rules that would make a record twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pmbridge.config.faults import Fault, unknown_value
from pmbridge.domain.mapping import REGISTER, names_project
from pmbridge.values import Label


def copy_faults(engagement: Mapping[str, Any], where: str) -> Iterator[Fault]:
    """Yield the faults of an engagement's ``copies``; *where* is the engagement's key.

    Looked up in what is written, so that a fault elsewhere does not hide them; what is no text is told by the types.
    """
    sources = [
        one
        for one in _tables(engagement, "sources")
        if isinstance(one.get("connection"), str) and isinstance(one.get("project"), str)
    ]
    known = [f"{one['connection']}:{one['project']}" for one in sources]
    made: dict[tuple[str, str], int] = {}
    for at, rule in enumerate(_tables(engagement, "copies")):
        key = f"{where}.copies[{at}]"
        found: dict[str, str | None] = {}
        for end in ("from", "to"):
            written = rule.get(end)
            if not isinstance(written, str) or (end == "from" and written == REGISTER):
                continue
            meant = [name for name, source in zip(known, sources, strict=True) if _means(written, source)]
            if not meant:
                yield unknown_value(f"{key}.{end}", written, [*known, *([REGISTER] if end == "from" else [])])
            elif len(meant) > 1:
                several = Label(
                    en=f'"{written}" fits {len(meant)} sources: {", ".join(meant)}',
                    zh=f"「{written}」对应 {len(meant)} 个来源：{'、'.join(meant)}",
                )
                yield Fault(where=f"{key}.{end}", text=several)
            found[end] = meant[0] if len(meant) == 1 else None
        to, concept = found.get("to"), rule.get("concept")
        if to is None or not isinstance(concept, str):
            continue
        if found.get("from") == to:
            yield Fault(where=f"{key}.to", text=Label(en="is where it comes from", zh="就是来源本身"))
        first = made.setdefault((concept, to), at)
        if first != at:
            again = Label(en=f"copies[{first}] copies it there already", zh=f"copies[{first}] 已经复制到那里")
            yield Fault(where=f"{key}.to", text=again)
        target = sources[known.index(to)]
        if concept == "change" and rule.get("from") == REGISTER and any(map(_creates, _tables(target, "changes"))):
            twice = Label(
                en="a rule of that source makes it there already (write.create)",
                zh="该来源的规则已经在那里新建（write.create）",
            )
            yield Fault(where=f"{key}.to", text=twice)


def _means(written: str, source: Mapping[str, Any]) -> bool:
    project = source["project"]
    return names_project(written, source["connection"], (project, *project.split("|")))


def _creates(rule: Mapping[str, Any]) -> bool:
    write = rule.get("write")
    return isinstance(write, dict) and write.get("create") is True


def _tables(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the tables under *key*; one alone stands for a list of one."""
    found = table.get(key, [])
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]
