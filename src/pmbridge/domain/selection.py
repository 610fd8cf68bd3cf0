"""Whether a selector takes a record: evaluated here and not by the tool, so that any past day can be replayed."""

from __future__ import annotations

from pmbridge.domain.figure import plain
from pmbridge.domain.resolved import ResolvedWhere
from pmbridge.records import Group, Item
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, Rich


def takes(where: ResolvedWhere, record: Item | Group) -> bool:
    """Return whether all that *where* gives holds for *record*. What a group does not have, as a type, never does."""
    if isinstance(record, Item):
        if where.types and record.type.id not in where.types:
            return False
        if where.groups and where.groups.isdisjoint(record.groups):
            return False
        if where.parent is not None and record.parent != where.parent:
            return False
    elif where.types or where.groups or where.parent is not None:
        return False
    if where.states and (record.state is None or record.state.id not in where.states):
        return False
    if where.title is not None and where.title.search(record.title) is None:
        return False
    return all(not wanted.isdisjoint(spellings(record.fields.get(one))) for one, wanted in where.fields.items())


def spellings(value: FieldValue | None) -> frozenset[str]:
    """Return every way in which a selector may write *value*; none for an empty field."""
    match value:
        case None:
            return frozenset()
        case Named():
            return frozenset(one for one in (value.id, value.name) if one)
        case Many():
            return frozenset(text for one in value.items for text in (one.id, one.name) if text)
        case Number():
            return frozenset({plain(value.value)})
        case Flag():
            return frozenset({"true" if value.on else "false"})
        case Day():
            return frozenset({value.on.isoformat()})
        case Instant():
            return frozenset({value.at.isoformat()})
        case Plain():
            return frozenset({value.text})
        case Rich():
            return frozenset({value.original})
