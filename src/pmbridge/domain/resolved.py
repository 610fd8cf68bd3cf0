"""A source whose names have become ids: what recognition works with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pmbridge.domain.mapping import Concept, Source, Status
from pmbridge.domain.naming import split_name
from pmbridge.records import RemoteProject
from pmbridge.values import Label, ProjectId, RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedWhere:
    """A selector in ids. Empty sets take everything; ``groups``: any of them; ``fields``: field id → ids or texts."""

    types: frozenset[str] = frozenset()
    groups: frozenset[RecordId] = frozenset()
    states: frozenset[str] = frozenset()
    parent: RecordId | None = None
    title: re.Pattern[str] | None = None
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedMilestoneRule:
    """A milestone rule in ids. ``weight_field`` ``None`` with unit ``count``."""

    kind: str
    shape: Literal["item", "group"]
    where: ResolvedWhere
    match: re.Pattern[str] | None
    items: Literal["group", "children", "checklist", "self"] | ResolvedWhere
    unit: Literal["points", "estimate_minutes", "count"]
    weight_field: str | None
    source_weight: Decimal | None
    progress: Literal["zero_hundred", "remaining", "percent", "status_table"]
    progress_field: str | None
    status_table: Mapping[str, Decimal]
    """state id → share done."""
    date_field: str | None
    """``None``: the record's due."""
    date_is: Literal["forecast", "plan", "ignore"]
    reached: frozenset[str]
    """State ids that mean reached; empty: category done."""
    writes_date: bool = False
    """Whether the date of the plan in force is to stand in the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCreation:
    """As what a change request is made that no tool shows."""

    type: str | None
    parent: RecordId | None
    groups: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedChangeWriting:
    """What of a change request is written, in ids. ``states``: register state → tool state id; empty: no state is."""

    states: Mapping[str, str]
    title: bool
    decision: Literal["internal", "public"] | None
    create: ResolvedCreation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedChangeRule:
    """A change rule in ids. ``states``: tool state id → register state."""

    kind: str
    where: ResolvedWhere
    match: re.Pattern[str] | None
    states: Mapping[str, str]
    days_field: str | None
    days_on: str | None
    money_field: str | None
    currency: str | None
    write: ResolvedChangeWriting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCopy:
    """A rule for copies that stand in a source, in ids. ``states``: register state → tool state id, carried on.

    ``begins``: the tool state in which one is made whose register state ``states`` does not name.
    """

    concept: Concept
    from_: str
    when: frozenset[str]
    match: re.Pattern[str] | None
    kind: str
    type: str | None
    groups: tuple[RecordId, ...]
    carry: frozenset[str]
    begins: str | None
    states: Mapping[str, str]
    decision: Literal["internal", "public"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSource:
    """One source, ready for recognition. ``status``: tool state id → category, over the tool's own."""

    connection: str
    tool: str
    """The tool's name for people: "Jira"."""
    project: RemoteProject
    client_can_open: bool
    titles_are_client_safe: bool
    status: Mapping[str, Status]
    milestones: tuple[ResolvedMilestoneRule, ...]
    changes: tuple[ResolvedChangeRule, ...]
    copies: tuple[ResolvedCopy, ...] = ()
    """What is at home elsewhere and is to stand here as well."""
    warnings: tuple[Label, ...] = ()

    @classmethod
    def unread(cls, source: Source, *, tool: str, client_can_open: bool) -> ResolvedSource:
        """Return *source* while nothing is known of its project: no rule can be applied, so nothing is recognised."""
        name, identity = split_name(source.project)
        return cls(
            connection=source.connection,
            tool=tool,
            project=RemoteProject(id=ProjectId(identity or name), key="", name=name),
            client_can_open=client_can_open,
            titles_are_client_safe=False,
            status={},
            milestones=(),
            changes=(),
        )

    @property
    def project_id(self) -> ProjectId:
        """The project's stable id."""
        return self.project.id

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds that the rules read."""
        return frozenset(one.kind for rules in (self.milestones, self.changes, self.copies) for one in rules)

    def copy_of(self, concept: str) -> ResolvedCopy | None:
        """Return the rule by which records of *concept* stand here as copies; ``None`` if there is none."""
        return next((one for one in self.copies if one.concept == concept), None)

    @property
    def field_ids(self) -> frozenset[str]:
        """Vendor field ids that the rules read, for every item kind (a kind without the field ignores it)."""
        found: set[str | None] = set()
        for rule in self.milestones:
            found |= {rule.weight_field, rule.progress_field, rule.date_field, *rule.where.fields}
            if isinstance(rule.items, ResolvedWhere):
                found |= set(rule.items.fields)
        for change in self.changes:
            found |= {change.days_field, change.money_field, *change.where.fields}
        return frozenset(one for one in found if one)
