"""Recognition: which of a tool's records are milestones and change requests, and which work belongs to a milestone.

Pure, and the one truth about it: the sync uses it to know whose history to read, the report to know what to show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pmbridge.domain.mapping import Concept
from pmbridge.domain.resolved import ResolvedChangeRule, ResolvedMilestoneRule, ResolvedSource, ResolvedWhere
from pmbridge.domain.selection import takes
from pmbridge.records import Approval, Change, Comment, Group, Item, Person
from pmbridge.values import Label, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the mirror holds of one source as of one instant.

    ``histories``: records whose own history was read, so that no change in ``details`` means that none happened.
    ``first_plans``: whole records of recognised milestones as they stood over time, oldest first. ``complete_as_of``
    ``None``: the project was never read to its end, so nothing may be counted. ``unreadable``: records that the tool
    would not show. ``copied``: the records that are copies which a rule made, with concept and ref of what each is.
    """

    source: ResolvedSource
    items: Sequence[Item]
    groups: Sequence[Group]
    people: Mapping[str, Person] = field(default_factory=dict)
    details: Mapping[RecordId, Sequence[Comment | Change | Approval]] = field(default_factory=dict)
    histories: frozenset[RecordId] = frozenset()
    first_plans: Mapping[RecordId, tuple[tuple[datetime, Item | Group], ...]] = field(default_factory=dict)
    complete_as_of: datetime | None = None
    problem: Label | None = None
    unreadable: int = 0
    copied: Mapping[RecordId, tuple[Concept, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        source: ResolvedSource,
        *,
        items: Sequence[Item],
        groups: Sequence[Group],
        people: Mapping[str, Person] | None = None,
        details: Mapping[RecordId, Sequence[Comment | Change | Approval]] | None = None,
        histories: Collection[RecordId] = (),
        complete_as_of: datetime | None = None,
        problem: Label | None = None,
        unreadable: int = 0,
    ) -> Self:
        """Return what was observed of *source*; whatever is left out was not read."""
        return cls(
            source=source,
            items=items,
            groups=groups,
            people=people or {},
            details=details or {},
            histories=frozenset(histories),
            complete_as_of=complete_as_of,
            problem=problem,
            unreadable=unreadable,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedMilestone:
    """One record that one rule takes for a milestone, and the items that belong to it (a set; the tool's order)."""

    ref: str
    record: Item | Group
    rule: ResolvedMilestoneRule
    members: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedChange:
    """One record that is a change request. ``named``: its ref comes from the rule's pattern, not from the tool."""

    ref: str
    record: Item
    rule: ResolvedChangeRule
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What one source yields. Several rules may take one record, so one ref may occur more than once."""

    milestones: tuple[RecognisedMilestone, ...]
    changes: tuple[RecognisedChange, ...]


def recognise(observed: Observed) -> Recognised:
    """Return the milestones and changes of one source, in the order of the rules, then of the records.

    The ref is the group ``ref`` of the rule's pattern, else the tool's key, else the title. A record that carries a
    marker was written by pmbridge and is never recognised. An archived version or card stays: putting a finished
    milestone away must not take it out of the report.
    """
    milestones: list[RecognisedMilestone] = []
    # Also one whose marker somebody removed: as a change of its own it would be copied back.
    items = [one for one in observed.items if one.id not in observed.copied]
    for rule in observed.source.milestones:
        records: Sequence[Item | Group] = observed.groups if rule.shape == "group" else items
        found = _named(records, rule)
        members = _members(observed.items, rule, [record for _, record, _ in found])
        milestones += [
            RecognisedMilestone(ref=ref, record=record, rule=rule, members=members[record.id])
            for ref, record, _ in found
        ]
    changes: dict[RecordId, RecognisedChange] = {}
    for change in observed.source.changes:
        for ref, record, named in _named(items, change):
            # The rules stand in order: the first that takes a record says what its states and fields mean.
            if isinstance(record, Item) and record.id not in changes:
                changes[record.id] = RecognisedChange(ref=ref, record=record, rule=change, named=named)
    return Recognised(milestones=tuple(milestones), changes=tuple(changes.values()))


def _named(
    records: Sequence[Item | Group], rule: ResolvedMilestoneRule | ResolvedChangeRule
) -> list[tuple[str, Item | Group, bool]]:
    found = []
    for record in records:
        if record.id.kind != rule.kind or record.marker is not None or not takes(rule.where, record):
            continue
        said = None
        if rule.match is not None:
            hit = rule.match.search(record.title)
            if hit is None:
                continue
            said = hit.groupdict().get("ref")
        own = record.key if isinstance(record, Item) else ""
        found.append((said or own or record.title, record, bool(said)))
    return found


def _members(
    items: Sequence[Item], rule: ResolvedMilestoneRule, records: Sequence[Item | Group]
) -> Mapping[RecordId, tuple[Item, ...]]:
    found: dict[RecordId, list[Item]] = {record.id: [] for record in records}
    match rule.items:
        case "self":
            for record in records:
                if isinstance(record, Item):
                    found[record.id].append(record)
        case "group":
            for item in items:
                for group in item.groups:
                    members = found.get(group)
                    # A set: a tool may name one group twice.
                    if members is not None and (not members or members[-1] is not item):
                        members.append(item)
        case "children" | "checklist":
            for item in items:
                # The entries of a checklist are of another kind than the record that they stand in.
                if (
                    item.parent is not None
                    and item.parent in found
                    and (rule.items == "children" or item.id.kind != item.parent.kind)
                ):
                    found[item.parent].append(item)
        case ResolvedWhere() as where:
            chosen = _chosen(items, where)
            for record in records:
                found[record.id] = [item for item in chosen if item.id != record.id]
    return {id_: tuple(members) for id_, members in found.items()}


def _chosen(items: Iterable[Item], where: ResolvedWhere) -> list[Item]:
    return [item for item in items if takes(where, item)]
