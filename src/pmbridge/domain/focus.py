"""What the mapping of a source names of its project, so that nothing else need be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmbridge.domain.mapping import Copy, Source, Where
from pmbridge.domain.naming import split_name
from pmbridge.records import Focus

Part = tuple[Where, bool, bool]
"""A selector, and whether its rule names states, and fields, of what it selects."""


def focus_of(source: Source, copies: Sequence[Copy] = ()) -> Focus:
    """Return what *source*, and the *copies* that stand in it, name: which types, whether fields, whether groups."""
    parts = [*_milestones(source), *_changes(source), *_copies(copies)]
    weights = any(":" in text for one in source.milestones for text in (one.weight, one.progress))
    # These are about the work of a milestone, which may be of any type.
    types_at_large = bool(source.status) or weights or any(one.status_table for one in source.milestones)
    untyped = any((states or fields) and not where.type for where, states, fields in parts)
    named = frozenset(text for where, *_ in parts for written in where.type for text in split_name(written) if text)
    return Focus(
        types=None if types_at_large or untyped else named,
        fields=weights or any(fields for *_, fields in parts),
        groups=any(where.group for where, *_ in parts),
    )


def _milestones(source: Source) -> Iterator[Part]:
    for rule in source.milestones:
        where = rule.where
        yield where, bool(where.state or rule.reached), bool(where.field) or ":" in rule.date
        if isinstance(rule.items, Where):
            yield rule.items, bool(rule.items.state), bool(rule.items.field)


def _changes(source: Source) -> Iterator[Part]:
    for rule in source.changes:
        where, impact = rule.where, rule.impact
        named = impact is not None and bool(impact.days or impact.money)
        yield where, bool(where.state or rule.states), bool(where.field) or named


def _copies(copies: Sequence[Copy]) -> Iterator[Part]:
    for rule in copies:
        where = Where(type=() if rule.type is None else (rule.type,), group=rule.group)
        yield where, bool(rule.state or rule.states), False
