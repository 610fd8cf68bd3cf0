"""How much of a milestone is done: completion of each item, weighted, in one unit.

Missing weights are never replaced by an average, an unknown state never by "to do": the count of items is used and
said, or the figure is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pmbridge.domain.feed import Feed
from pmbridge.domain.figure import UNIT_LABELS, Figure, Known, Progress, Unit, Unknown, UnknownReason
from pmbridge.domain.moment import join_notes
from pmbridge.domain.resolved import ResolvedMilestoneRule
from pmbridge.domain.rounding import settled
from pmbridge.records import Category, Item
from pmbridge.values import Label, Number, RecordId

_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
READ_UNFINISHED = Label(zh="首次读取尚未完成", en="the first read is not finished")


class Leaf(NamedTuple):
    """One work item as a milestone's rule sees it. ``share`` is ``None`` for a state that nobody can judge."""

    item: Item
    category: Category
    weight: Decimal | None
    share: Decimal | None
    assumed: bool
    """In progress, but the field that the progress rule reads is empty: counts as not done, and is said."""
    done_on: date | None


def _leaves(feed: Feed, rule: ResolvedMilestoneRule) -> list[Leaf]:
    """Return the members of *feed*, weighed by *rule*, with their share done. Cancelled ones are among them."""
    zone, status, counted = feed.data.moment.zone, feed.data.source.status, rule.unit == "count"
    field, found = rule.weight_field, []
    for item in feed.members:
        state = item.state
        category = status.get(state.id, state.category)
        done_on, assumed = None, False
        share: Decimal | None
        if category == "done":
            share = _ONE
            if item.done is not None:
                done_on = item.done.day(zone)
        elif category == "in_progress":
            partial = _partial(item, rule)
            assumed = partial is None
            share = partial or _ZERO
        else:
            share = None if category == "unknown" else _ZERO
        weight = _ONE if counted else _number(item, field)
        found.append(Leaf(item, category, weight, share, assumed, done_on))
    return found


def _number(item: Item, field: str | None) -> Decimal | None:
    value = item.fields.get(field) if field is not None else None
    if isinstance(value, Number):
        number = value.value
        return None if number.is_signed() or not number.is_finite() else number
    return None


def _partial(item: Item, rule: ResolvedMilestoneRule) -> Decimal | None:
    """Return the share done of an item in progress, ``None`` when the rule's field does not tell."""
    match rule.progress:
        case "zero_hundred":
            return _ZERO
        case "status_table":
            return rule.status_table.get(item.state.id)
        case "percent":
            percent = _number(item, rule.progress_field)
            return percent / _HUNDRED if percent is not None and percent <= _HUNDRED else None
        case "remaining":
            weight, rest = _number(item, rule.weight_field), _number(item, rule.progress_field)
            if weight is None or rest is None or weight == 0 or rest > weight:
                return None
            return (weight - rest) / weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Items in one unit, cancelled ones left out, each once. ``weights`` runs beside ``leaves``, ``total`` > 0."""

    unit: Unit
    leaves: Sequence[Leaf]
    weights: Sequence[Decimal]
    done: Decimal
    total: Decimal
    note: Label | None


Brought = Sequence[tuple[Feed, Sequence[Leaf]]]
"""The items of a milestone by the feed that brought them, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A milestone's progress; the pool that a forecast can be made of (``Unknown`` where there is none); its items."""

    progress: Figure[Progress]
    pool: Pool | Unknown
    brought: Brought


def measure(feeds: Sequence[Feed], *, min_coverage: Decimal) -> Measured:
    """Return the progress of the milestone that *feeds* (at least one) speak of.

    A record that several rules take is weighed by the first of them. Several sources are weighted by
    ``source_weight`` where every one has it; without, equal units are pooled, and no item counts twice.
    """
    ruling: dict[tuple[str, RecordId], ResolvedMilestoneRule] = {}
    by_source: dict[tuple[str, str], list[_Part]] = {}
    shares: dict[tuple[str, str], Decimal] = {}
    for feed in feeds:
        source = (feed.source.connection, str(feed.data.source.project_id))
        rule = ruling.setdefault((feed.source.connection, feed.record.id), feed.rule)
        by_source.setdefault(source, []).append(_Part(feed, rule, _leaves(feed, rule)))
        if rule.source_weight is not None:
            shares.setdefault(source, rule.source_weight)
    parts = [part for ones in by_source.values() for part in ones]
    items = _unique(parts)

    if any(not feed.data.complete for feed in feeds):
        unknown = Unknown(reason=UnknownReason.SOURCE_UNREACHABLE, detail=READ_UNFINISHED)
        return Measured(progress=unknown, pool=unknown, brought=items)
    if len(by_source) > 1 and len(shares) == len(by_source):
        pools = [(_pool(ones, _unique(ones), min_coverage), shares[source]) for source, ones in by_source.items()]
        return _blend(pools, feeds, items)
    pool = _pool(parts, items, min_coverage)
    if isinstance(pool, Unknown):
        return Measured(progress=pool, pool=pool, brought=items)
    progress = Progress(done=pool.done, total=pool.total, unit=pool.unit, fallback=pool.note)
    return Measured(progress=_known(progress, feeds), pool=pool, brought=items)


class _Part(NamedTuple):
    feed: Feed
    rule: ResolvedMilestoneRule
    leaves: list[Leaf]


def _unique(parts: Sequence[_Part]) -> Brought:
    if len(parts) == 1:
        return [(parts[0].feed, parts[0].leaves)]
    seen: set[tuple[str, RecordId]] = set()
    found = []
    for feed, _, leaves in parts:
        connection = feed.source.connection
        new = [leaf for leaf in leaves if (connection, leaf.item.id) not in seen]
        seen.update((connection, leaf.item.id) for leaf in new)
        found.append((feed, new))
    return found


def _known(progress: Progress, feeds: Sequence[Feed]) -> Known[Progress]:
    return Known(
        value=progress,
        sources=tuple(dict.fromkeys(feed.source for feed in feeds)),
        method="derived",
        observed_at=min(feed.data.observed_at for feed in feeds),
    )


def _pool(parts: Sequence[_Part], items: Brought, min_coverage: Decimal) -> Pool | Unknown:
    alive = [leaf for _, leaves in items for leaf in leaves if leaf.category != "cancelled"]
    if not alive:
        return Unknown(reason=UnknownReason.NO_ITEMS, detail=_all_cancelled(sum(len(leaves) for _, leaves in items)))
    vague = [leaf for leaf in alive if leaf.share is None]
    if vague:
        return Unknown(reason=UnknownReason.NOT_MAPPED, detail=_unjudged(vague))
    units = list(dict.fromkeys(part.rule.unit for part in parts if part.leaves))
    if len(units) > 1:
        names = [UNIT_LABELS[unit] for unit in units]
        said = Label(zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names))
        return Unknown(reason=UnknownReason.MIXED_UNITS, detail=said)
    return _weighed(alive, units[0], min_coverage)


def _weighed(alive: Sequence[Leaf], unit: Unit, min_coverage: Decimal) -> Pool | Unknown:
    weights = [leaf.weight for leaf in alive]
    bare = weights.count(None)
    note = None
    if bare:
        if Decimal(len(alive) - bare) / len(alive) < min_coverage:
            unit, weights = "count", [_ONE] * len(alive)
            note = Label(
                zh=f"{len(alive)} 项中 {bare} 项没有估算，按项数计",
                en=f"{bare} of {len(alive)} without estimate, counted by items",
            )
        else:
            note = Label(
                zh=f"{len(alive)} 项中 {bare} 项没有估算，未计入",
                en=f"{bare} of {len(alive)} without estimate, left out",
            )
    known = [weight for weight in weights if weight is not None]
    counted = alive if len(known) == len(alive) else [leaf for leaf in alive if leaf.weight is not None]
    total = sum(known, _ZERO)
    if not total:
        zero = Label(zh="所有估算都是零", en="every estimate is zero")
        return Unknown(reason=UnknownReason.DIVISION_BY_ZERO, detail=zero)
    assumed = sum(leaf.assumed for leaf in counted)
    not_told = Label(
        zh=f"{assumed} 项进行中但没有完成比例，按未完成计",
        en=f"{assumed} in progress without a share done, counted as not done",
    )
    return Pool(
        unit=unit,
        leaves=counted,
        weights=known,
        done=settled(sum((w * leaf.share for w, leaf in zip(known, counted, strict=True) if leaf.share), _ZERO)),
        total=total,
        note=join_notes(note, not_told if assumed else None),
    )


def _all_cancelled(n: int) -> Label | None:
    return Label(zh=f"{n} 项均已取消", en=f"all {n} are cancelled") if n else None


def _unjudged(vague: Sequence[Leaf]) -> Label:
    names = sorted({leaf.item.state.name for leaf in vague})
    return Label(
        zh=f"{len(vague)} 项的状态不知是否算完成（{'、'.join(names)}）",
        en=f"{len(vague)} in a state that may or may not count as done ({', '.join(names)})",
    )


def _blend(pools: Sequence[tuple[Pool | Unknown, Decimal]], feeds: Sequence[Feed], items: Brought) -> Measured:
    """Return ``Σ s_k·P_k / Σ s_k``; there is no common unit, hence no pool and no rate."""
    done, whole, notes = _ZERO, _ZERO, []
    for pool, share in pools:
        if isinstance(pool, Unknown):
            return Measured(progress=pool, pool=pool, brought=items)
        done += share * pool.done / pool.total
        whole += share
        notes.append(pool.note)
    progress = Progress(done=settled(done), total=whole, unit="weighted", fallback=join_notes(*notes))
    no_rate = Unknown(reason=UnknownReason.MIXED_UNITS)
    return Measured(progress=_known(progress, feeds), pool=no_rate, brought=items)
