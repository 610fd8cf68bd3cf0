"""Response clocks: how long each side takes, against what was agreed.

A clock that runs past its target counts as breached now, not only once it stops; one that is open and not yet due
counts neither way. Waiting on the other side pauses a clock. What never started or has no target is left out and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Constrained

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry, Stay
from pmbridge.domain.figure import Figure, Known, SourceRef, Unknown, UnknownReason
from pmbridge.domain.machine import Holder
from pmbridge.domain.moment import Moment
from pmbridge.domain.rate import Rate
from pmbridge.domain.retired import without
from pmbridge.domain.source import cited
from pmbridge.domain.working_time import WorkingHours
from pmbridge.values import Label

ClockName = Literal[
    "inquiry_response",
    "inquiry_resolution",
    "complaint_acknowledgement",
    "complaint_response",
    "complaint_closure",
    "change_assessment",
    "client_decision",
    "acceptance_review",
]
Unit = Literal["minutes", "working_days"]
Standing = Literal["met", "breached", "running"]

_NO_START = Label(zh="没有开始时间或目标", en="no start or no target")


class SlaRule(BaseModel):
    """The target of a clock: working minutes or working days; neither where each record names its own day.

    ``priority``: only of records of that priority. ``pause_states`` beside those in which a clock always pauses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    clock: ClockName
    priority: str | None = None
    minutes: int | None = Constrained(default=None, ge=1)
    working_days: int | None = Constrained(default=None, ge=1)
    pause_states: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        return without({"escalate_to": None}, given)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if self.minutes is not None and self.working_days is not None:
            raise ValueError("a clock has a target in minutes or in working days")
        if self.minutes is None and self.working_days is None and CLOCKS[self.clock].due is None:
            raise ValueError(f"{self.clock} needs a target")
        return self


def _need_by(fields: Any, _: int) -> date | None:
    found: date | None = getattr(fields, "need_by", None)
    return found


def _answer_by(fields: Any, turn: int) -> date | None:
    made = getattr(fields, "submissions", ())
    return made[turn].answer_by if turn < len(made) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where a clock runs: in which states of which kind of record. Any other state stops it; ``void``: as if never.

    ``due`` gives the day by which the record itself asks for an end, by the number of the clock's turn (0 first).
    """

    label: Label
    kind: str
    holder: Holder
    running: frozenset[str]
    paused: frozenset[str] = frozenset()
    void: frozenset[str] = frozenset()
    due: Callable[[Any, int], date | None] | None = None


CLOCKS: Mapping[ClockName, Clock] = {
    "inquiry_response": Clock(
        label=Label(zh="询问首次响应", en="first response to an inquiry"),
        kind="inquiry",
        holder="agency",
        running=frozenset({"open"}),
    ),
    "inquiry_resolution": Clock(
        label=Label(zh="询问答复", en="answer to an inquiry"),
        kind="inquiry",
        holder="agency",
        running=frozenset({"open", "responded"}),
    ),
    "complaint_acknowledgement": Clock(
        label=Label(zh="投诉确认", en="acknowledgement of a complaint"),
        kind="complaint",
        holder="agency",
        running=frozenset({"received"}),
    ),
    "complaint_response": Clock(
        label=Label(zh="投诉答复", en="response to a complaint"),
        kind="complaint",
        holder="agency",
        running=frozenset({"assessed", "investigating"}),
    ),
    "complaint_closure": Clock(
        label=Label(zh="投诉关闭", en="closing of a complaint"),
        kind="complaint",
        holder="agency",
        running=frozenset(
            {"received", "acknowledged", "assessed", "investigating", "response_offered", "escalated", "resolved"}
        ),
    ),
    "change_assessment": Clock(
        label=Label(zh="变更评估", en="assessment of a change"),
        kind="change",
        holder="agency",
        running=frozenset({"submitted", "under_assessment"}),
        paused=frozenset({"needs_information"}),
        void=frozenset({"withdrawn"}),
    ),
    "client_decision": Clock(
        label=Label(zh="客户决定", en="decision of the client"),
        kind="change",
        holder="client",
        running=frozenset({"awaiting_decision"}),
        void=frozenset({"withdrawn", "under_assessment"}),
        due=_need_by,
    ),
    "acceptance_review": Clock(
        label=Label(zh="验收评审", en="acceptance review"),
        kind="deliverable",
        holder="client",
        running=frozenset({"under_review"}),
        void=frozenset({"dropped"}),
        due=_answer_by,
    ),
}

DEFAULT_RULES: tuple[SlaRule, ...] = (
    SlaRule(clock="inquiry_response", minutes=240),
    SlaRule(clock="inquiry_resolution", working_days=3),
    SlaRule(clock="complaint_acknowledgement", working_days=1),
    SlaRule(clock="complaint_response", working_days=5),
    SlaRule(clock="complaint_closure", working_days=20),
    SlaRule(clock="change_assessment", working_days=5),
    SlaRule(clock="client_decision"),
    SlaRule(clock="acceptance_review"),
)
"""What holds until both sides agree on something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One turn of a clock. ``pauses``: from when to when, the last one open where its end is ``None``.

    ``started`` ``None``: nobody knows. The target is ``limit`` in ``unit``, or the day ``due``; neither: unknown.
    """

    ref: str
    source: SourceRef
    started: datetime | None
    stopped: datetime | None = None
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    unit: Unit = "working_days"
    limit: int | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How a run stands: ``elapsed`` in its unit, without its pauses."""

    run: Run
    elapsed: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """One clock over all its runs. ``compliance`` is ``None`` where none was to be judged: not applicable.

    ``median`` and ``p90`` (nearest rank) of what elapsed in the runs that were judged, in ``unit``.
    """

    clock: ClockName
    unit: Unit
    met: tuple[str, ...]
    breached: tuple[str, ...]
    running: tuple[str, ...]
    left_out: tuple[str, ...]
    compliance: Figure[Rate] | None
    median: Figure[Decimal] | None
    p90: Figure[int] | None
    runs: tuple[Timed, ...] = field(default=())

    @property
    def n(self) -> int:
        """How many runs were judged."""
        return len(self.met) + len(self.breached)


def timed(run: Run, hours: WorkingHours, moment: Moment) -> Timed | None:
    """Return how *run* stands; ``None`` where its start or its target is not known."""
    if run.started is None or (run.limit is None and run.due is None):
        return None
    until = moment.as_of if run.stopped is None else run.stopped

    def between(start: datetime, end: datetime) -> int:
        if run.unit == "minutes":
            return hours.minutes(start, end, moment.calendar, moment.zone)
        return moment.calendar.wd(moment.day(start), moment.day(end))

    paused = sum(between(start, until if end is None else min(end, until)) for start, end in run.pauses)
    elapsed = max(0, between(run.started, until) - paused)
    late = elapsed > run.limit if run.limit is not None else run.due is not None and moment.day(until) > run.due
    standing: Standing = "breached" if late else "running" if run.stopped is None else "met"
    return Timed(run=run, elapsed=elapsed, standing=standing)


def runs(book: Book, rule: SlaRule, *, others: Sequence[SlaRule] = ()) -> Iterator[Run]:
    """Yield every turn of the rule's clock, by ref and turn.

    A record whose priority has a rule of its own among *others* is that one's.
    """
    clock = CLOCKS[rule.clock]
    taken = {one.priority for one in others if one.clock == rule.clock and one.priority is not None}
    for entry in book.of(clock.kind):
        priority = getattr(entry.fields, "priority", None)
        if priority == rule.priority or (rule.priority is None and priority not in taken):
            yield from _turns(entry, clock, rule)


def _turns(entry: Entry[Any], clock: Clock, rule: SlaRule) -> Iterator[Run]:
    paused = clock.paused | frozenset(rule.pause_states)
    (source,) = cited([entry])
    turn = 0
    begun: Stay | None = None
    pauses: list[tuple[datetime, datetime | None]] = []
    for stay in entry.trail:
        if begun is not None and pauses and pauses[-1][1] is None and stay.state not in paused:
            pauses[-1] = (pauses[-1][0], stay.at)
        if stay.state in paused and begun is not None:
            if not pauses or pauses[-1][1] is not None:
                pauses.append((stay.at, None))
        elif stay.state in clock.running:
            begun = begun or stay
        elif begun is not None:
            if stay.state not in clock.void:
                yield _run(entry, clock, rule, source, turn, begun.at, stay.at, pauses)
            turn, begun, pauses = turn + 1, None, []
    if begun is not None:
        yield _run(entry, clock, rule, source, turn, begun.at, None, pauses)


def _run(
    entry: Entry[Any], clock: Clock, rule: SlaRule, source: SourceRef, turn: int, started: datetime,
    stopped: datetime | None, pauses: Sequence[tuple[datetime, datetime | None]],
) -> Run:  # fmt: skip
    limit = rule.minutes if rule.minutes is not None else rule.working_days
    return Run(
        ref=entry.ref,
        source=source,
        started=started,
        stopped=stopped,
        pauses=tuple(pauses),
        unit="minutes" if rule.minutes is not None else "working_days",
        limit=limit,
        due=None if limit is not None or clock.due is None else clock.due(entry.fields, turn),
    )


def service_level(clock: ClockName, all_runs: Sequence[Run], hours: WorkingHours, moment: Moment) -> ServiceLevel:
    """Return how the *all_runs* of *clock* stand; with none at all, nothing applies."""
    results = [(run, timed(run, hours, moment)) for run in all_runs]
    known = [one for _, one in results if one is not None]
    judged = [one for one in known if one.standing != "running"]
    left_out = tuple(run.ref for run, one in results if one is None)
    compliance: Figure[Rate] | None = None
    median: Figure[Decimal] | None = None
    p90: Figure[int] | None = None
    if judged:
        met = sum(one.standing == "met" for one in judged)
        elapsed = sorted(one.elapsed for one in judged)
        sources = tuple(dict.fromkeys(one.run.source for one in judged))
        compliance = _known(Rate(hits=met, n=len(judged)), sources, moment)
        median = _known(_median(elapsed), sources, moment)
        p90 = _known(elapsed[-(-9 * len(elapsed) // 10) - 1], sources, moment)
    elif left_out:
        compliance = median = p90 = Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_NO_START)
    return ServiceLevel(
        clock=clock,
        unit=all_runs[0].unit if all_runs else "working_days",
        met=tuple(one.run.ref for one in judged if one.standing == "met"),
        breached=tuple(one.run.ref for one in judged if one.standing == "breached"),
        running=tuple(one.run.ref for one in known if one.standing == "running"),
        left_out=left_out,
        compliance=compliance,
        median=median,
        p90=p90,
        runs=tuple(known),
    )


def _known(value: Any, sources: tuple[SourceRef, ...], moment: Moment) -> Known[Any]:
    return Known(value=value, sources=sources, method="derived", observed_at=moment.as_of)


def _median(ordered: Sequence[int]) -> Decimal:
    middle = len(ordered) // 2
    return Decimal(ordered[middle]) if len(ordered) % 2 else Decimal(ordered[middle - 1] + ordered[middle]) / 2


def service_levels(
    book: Book, rules: Sequence[SlaRule], hours: WorkingHours, moment: Moment
) -> tuple[tuple[SlaRule, ServiceLevel], ...]:
    """Return every one of *rules* with how its clock stands, in their order."""
    return tuple(
        (rule, service_level(rule.clock, list(runs(book, rule, others=rules)), hours, moment)) for rule in rules
    )
