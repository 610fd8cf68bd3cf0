"""What ``assemble`` gives: the engagement as of one instant, frozen. Internal: the client sees a projection of it.

Dates are calendar days in the engagement's zone, durations working days of its calendar, late is positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Literal

from pmbridge.domain.figure import Figure, Money, Progress, SourceRef, Text, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.domain.machine import Holder
from pmbridge.records import Category
from pmbridge.values import Label, RecordId

if TYPE_CHECKING:
    from pmbridge.domain.client_record import ClientRecord
    from pmbridge.domain.concerns import Concern
    from pmbridge.domain.measured import Measured
    from pmbridge.domain.pending import Pending
    from pmbridge.domain.raised import Raised

ForecastMethod = Literal["actual", "owner", "tool_date", "throughput"]
Colour = Literal["red", "amber", "green", "grey"]
Dimension = Literal["schedule", "scope", "budget", "quality", "risk", "client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One work item that belongs to a milestone. Its title reaches the client only when ``client_safe``."""

    connection: str
    id: RecordId
    key: str
    url: str
    title: str
    client_safe: bool
    status: Category
    original_status: str
    done_on: date | None
    weight: Decimal | None
    milestones: tuple[str, ...]
    observed_at: datetime
    assignees: tuple[str, ...] = ()
    """Account ids of the connection. Like the title of unreleased work: never for the client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignee:
    """One person, over all tools: internal, no count per person ever reaches the client.

    ``accounts`` as ``connection:id``, sorted. ``open`` and ``done`` count work of milestones; ``by_tool`` splits
    ``open``.
    """

    name: str
    accounts: tuple[str, ...]
    open: int
    done: int
    by_tool: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFault:
    """What is wrong with the account that the configuration gives to *person* as its *position*-th."""

    person: str
    position: int
    text: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A milestone, here as the tools show it (``observed``).

    ``plan`` is the current plan date, ``original`` that of baseline 0. ``provisional``: the plan is a tool's date
    that nobody has agreed with the client. ``slip_*`` in working days, positive = late; ``slip_at_least``: the
    milestone is overdue without a forecast, so the slip is only a lower bound.
    """

    columns: ClassVar[tuple[str, ...]] = (
        "ref", "title", "state", "plan", "forecast", "slip_current", "progress",
    )  # fmt: skip

    ref: str
    title: Text
    observed: bool
    tool: str
    weight: Decimal
    is_key: bool
    is_final: bool
    state: Literal["planned", "in_progress", "reached", "cancelled"]
    plan: Figure[date]
    original: Figure[date]
    provisional: bool
    start: date | None
    reached_on: Figure[date] | None
    forecast: Figure[date]
    forecast_method: ForecastMethod | None
    forecast_low: date | None
    forecast_high: date | None
    forecast_open_ended: bool
    slip_current: Figure[int]
    slip_original: Figure[int]
    slip_at_least: bool
    progress: Figure[Progress]
    fraction: Figure[Decimal]
    """Share done for roll-ups, 0 to 1: also known where ``progress`` has no items but the milestone is reached."""
    items: int
    sources: tuple[SourceRef, ...]
    moved_by: tuple[str, ...] = ()
    """The approved changes that moved its plan date, oldest first."""
    causes: tuple[str, ...] = ()
    """The records that its forecast rests on, as far as the client knows them."""
    by_pace: date | None = None
    """What the pace of work gives where its owner stated another date. Internal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Working days from submission to decision (or now): ``total = ours + theirs``."""

    total: int
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change request, here as the tools show it (``observed``).

    ``state`` is the register's name or ``None`` when the tool's state is not mapped; then ``tool_state`` is printed
    as it stands. An observed ``approved`` binds nobody.
    """

    columns: ClassVar[tuple[str, ...]] = (
        "ref", "title", "state", "tool_state", "raised_on", "days", "money",
    )  # fmt: skip

    ref: str
    title: Text
    observed: bool
    tool: str
    kind: Literal["request_for_change", "off_specification"]
    state: str | None
    tool_state: str
    holder: Holder | None
    terminal: bool
    raised_on: date | None
    since: date | None
    """Day on which the present state was entered, where the tool's history tells."""
    age: Figure[Age]
    days: Figure[int]
    days_on: str | None
    money: Figure[Money]
    """What it costs once; what it costs each month without an end stands in ``monthly``, by currency."""
    sources: tuple[SourceRef, ...]
    monthly: tuple[Money, ...] = ()
    decided_on: date | None = None
    """Day of the client's decision that stands; a tool's state is none."""
    decided_by: tuple[str, ...] = ()
    """Names of those who decided it."""
    need_by: date | None = None
    """Last day on which a decision is useful, as the client was told; ``valid_until``: the last day of the offer."""
    valid_until: date | None = None
    released: bool = True
    """Whether the client was ever shown it. If not, ``told`` is what a tool shows of it, ``None`` if none does."""
    told: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What the contract was worth, what approved changes added, by currency, and what it is worth now."""

    original: Figure[Money]
    approved: Mapping[str, Figure[Money]]
    approved_monthly: Mapping[str, Figure[Money]]
    """What was approved for each month without an end, by currency: it is in no total."""
    current: Figure[Money]
    forecast: Figure[Money]
    """With what we recommend in the changes that wait for the client as well."""
    days: Figure[int]
    """Working days by which approved changes moved the final milestone."""
    churn: Figure[Progress]
    """Requirements that changed since baseline 0, out of those that stood in it."""
    churn_recent: Figure[Progress]
    """The same of the last 20 working days, out of those that stood when these began."""
    requirements: int | None = None
    """How many stand in the requirements baseline that holds now, ``None`` without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """A rule that fired: its id, the values it saw, and the sentence a client reads (without codes)."""

    rule: str
    dimension: Dimension
    colour: Colour
    reason: Label
    values: Mapping[str, str]
    refs: tuple[str, ...]
    dated: Label | None = None
    """``reason`` with its days marked (:mod:`pmbridge.domain.dated`); ``None``: there are none in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rag:
    """The colour of one dimension; ``colour`` ``None`` = not applicable (nothing to judge)."""

    dimension: Dimension
    colour: Colour | None
    hits: tuple[RuleHit, ...]
    provisional: bool
    why_grey: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """Worst known colour of the client-visible dimensions; never green while a mandatory one is grey."""

    colour: Colour
    provisional: bool
    hits: tuple[RuleHit, ...]
    grey: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """Engagement progress: a value, or an interval when some milestones are unknown. Shares of 0 to 1."""

    value: Figure[Decimal]
    low: Decimal
    high: Decimal
    unknown: tuple[str, ...]
    planned: Figure[Decimal]
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTime:
    """Milestones reached by their plan date out of those due; ``left_out``: due or reached with unknown plan date."""

    met: int
    due: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """How fresh and whole one source is. ``problem`` is what its last run said, for people."""

    connection: str
    tool: str
    project: str
    complete_as_of: datetime | None
    stale: bool
    problem: Label | None
    items: int
    unreadable: int
    client_can_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNote:
    """A figure that is printed as unknown, and what would make it known (for the project manager)."""

    ref: str
    what: Label
    reason: UnknownReason
    text: Label
    remedy: Label | None


DifferenceKind = Literal["sources", "inconsistent", "conflict", "unauthorised"]
"""Two tools, a tool and the register, both sides changed a shared field, work on a change that nobody approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Two sources say different things about one record. Derived anew for every view.

    ``field`` names what is compared, ``place`` the tool's record. ``ours`` and ``theirs`` are ``sides`` in words,
    where one of them is the register; ``base`` what both said before they parted. ``settled``: how a person settled
    exactly these values, ``None``: nobody did.
    """

    ref: str
    what: Label
    sides: tuple[tuple[str, str], ...]
    """(tool and source, what it says) pairs."""
    kind: DifferenceKind = "sources"
    field: str = ""
    place: SourceRef | None = None
    ours: Label | None = None
    theirs: Label | None = None
    base: str | None = None
    since: date | None = None
    settled: str | None = None

    @property
    def key(self) -> str:
        """What stays the same while this difference stands, whatever the values are."""
        place = self.place
        where = f"{place.connection}:{place.kind}:{place.external_id}" if place else "+".join(n for n, _ in self.sides)
        return f"{self.ref}|{self.field or self.what.en}|{where}"

    @property
    def values(self) -> str:
        """What both sides say now: a settlement holds for these values only."""
        return " | ".join(f"{name}: {says}" for name, says in self.sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementView:
    """Everything that is known of one engagement as of ``as_of``. Milestones by plan date then ref, changes by ref."""

    name: str
    client: Text
    title: Text
    languages: tuple[str, ...]
    zone: tzinfo
    zone_name: str
    as_of: datetime
    today: date
    start_on: date | None
    contract_end_on: date | None
    milestones: Listing[Milestone]
    changes: Listing[Change]
    work: tuple[Work, ...]
    progress: RollUp
    on_time: OnTime
    rag: tuple[Rag, ...]
    overall: Overall
    sources: tuple[SourceView, ...]
    unknowns: tuple[UnknownNote, ...]
    discrepancies: tuple[Discrepancy, ...]
    calendar_final: bool
    """False when a date used lies in a year whose public holidays are not yet published."""
    holidays: Mapping[date, str]
    """Public holidays on working weekdays within 60 days around ``as_of``, name in Chinese."""
    policy: Mapping[str, str]
    """Thresholds in force, by name, as printed in the annex."""
    policy_agreed: bool
    terms: Mapping[str, Text]
    assignees: tuple[Assignee, ...] = ()
    """Who has how much of the milestones' work, most open first. Internal."""
    contract: Contract | None = None
    """``None`` while nothing is in the register."""
    account_faults: tuple[AccountFault, ...] = ()
    decisions: tuple[Pending, ...] = ()
    """What the client has to decide or provide, by the register: what is overdue first."""
    raised: tuple[Raised, ...] | None = None
    """Risks and issues that the client was told of, the weightiest first; ``None`` while nothing is in the register."""
    first_pass: Figure[Progress] | None = None
    """Deliverables accepted as first submitted, out of those that the client judged; ``None``: it judged none."""
    on_time_original: OnTime | None = None
    """``on_time`` by the dates of baseline 0; ``None`` while nobody agreed any."""
    measured: Measured | None = None
    """Figures of the annex."""
    concerns: tuple[Concern, ...] = ()
    """What the agency has to look at before a report goes out. Internal."""
    record: ClientRecord | None = None
    """What the client knows of its other dealings with us; ``None`` while nothing is in the register."""

    def milestone(self, ref: str) -> Milestone | None:
        """Return the milestone with *ref*, or ``None``."""
        return next((m for m in self.milestones if m.ref == ref), None)

    @property
    def final(self) -> Milestone | None:
        """The final milestone, ``None`` when none is marked."""
        return next((m for m in self.milestones if m.is_final), None)
