"""The client report as data: what its JSON holds, and the only thing that the renderers accept.

Language-neutral: both languages are rendered from one report. Closed (``extra="forbid"``) and frozen. Dates are
calendar days in ``header.zone``, instants carry its offset, shares lie between 0 and 1, durations are working days of
the engagement's calendar with late positive, decimals are strings. ``anchors`` name the rows of this report that a
figure rests on, by their refs; a row's ``sources`` name the tool's records behind it.

The JSON is canonical (:func:`pmbridge.report.render.canonical_json`), so its SHA-256 identifies the report.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from pmbridge.domain.follow_up import Severity
from pmbridge.domain.view import Colour, Dimension, ForecastMethod
from pmbridge.report.asked import Ask
from pmbridge.report.changed import Changes, Scope
from pmbridge.report.convened import Meetings
from pmbridge.report.delivered import Deliverables
from pmbridge.report.heard import Satisfaction
from pmbridge.report.learned import Goal, Lessons
from pmbridge.report.measured import Measures
from pmbridge.report.parts import (
    DayFigure,
    DaysFigure,
    Exact,
    Fact,
    Part,
    Quote,
    Sentence,
    ShareFigure,
    Source,
    WorkFigure,
)
from pmbridge.report.promised import Promises
from pmbridge.report.sourced import Data

Edition = Literal["weekly", "monthly", "closing"]
"""The editions that can be made; a new one is a new name here and a column in :mod:`pmbridge.report.editions`."""

# -------------------------------------------------------------------------------------- S0, S1: what this report is


class Earlier(Part):
    """An issued report that this one is compared with."""

    edition: Edition
    number: int
    revision: int
    as_of: datetime


class Agency(Part):
    """Who reports. ``colour`` is decoration, never a meaning; ``logo`` a data URI."""

    name: Quote
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None
    logo: Annotated[str, Field(pattern=r"^data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$")] | None


class Header(Part):
    """S0. A draft's ``number`` is the one it would get. ``previous`` ``None``: nothing to compare with.

    ``between``: of a monthly report, the weekly ones that were issued since the last monthly one. ``chain``: of a
    closing report, the SHA-256 at the end of the register's chain, which vouches for everything recorded.
    """

    edition: Edition
    number: int
    revision: int
    draft: bool
    period_from: date
    period_to: date
    as_of: datetime
    made_at: datetime
    zone: str
    languages: tuple[str, ...]
    agency: Agency
    client: Quote
    engagement: Quote
    prepared_by: str
    approved_by: str | None
    reply_to: str | None
    previous: Earlier | None
    between: tuple[Earlier, ...] = ()
    chain: str | None = None


class Past(Part):
    """S1: the colours of a report that was issued before; ``None``: nothing to judge."""

    edition: Edition
    number: int
    as_of: datetime
    overall: Colour
    colours: tuple[PastColour, ...]
    dates: tuple[PastDate, ...] = ()


class PastDate(Part):
    """When a milestone was expected in an earlier report, and planned; ``None``: nobody knew. ``reached``: it was."""

    ref: str
    on: date | None
    plan: date | None
    reached: bool


class PastColour(Part):
    """The colour that an aspect had in an earlier report."""

    dimension: Dimension
    colour: Colour | None


class Rule(Part):
    """A colour rule that fired: the sentence for the reader, and id and values for S14.

    ``dated`` is ``reason`` with each day as ``{2026-06-26}`` and every other brace twice; ``None`` without a day.
    """

    rule: str
    dimension: Dimension
    colour: Colour
    reason: Sentence
    values: tuple[Fact, ...]
    anchors: tuple[str, ...]
    dated: Sentence | None = None


class Judgement(Part):
    """S1: the project manager sees it otherwise than the rules, which give the colour ``rule``."""

    rule: Colour
    reason: Quote | None
    by: str


class Overall(Part):
    """S1. ``last`` is the previous report's colour. ``grey``: mandatory dimensions without enough data.

    ``judgement``: ``colour`` is the project manager's own; ``None``: it is that of the rules.
    """

    colour: Colour
    last: Colour | None
    provisional: bool
    headline: Quote | None
    rules: tuple[Rule, ...]
    grey: tuple[Dimension, ...]
    judgement: Judgement | None = None


class RollUp(Part):
    """Progress of the engagement; ``low``–``high`` is an interval when ``unknown`` names milestones."""

    value: ShareFigure
    low: Exact
    high: Exact
    unknown: tuple[str, ...]
    planned: ShareFigure


class OnTime(Part):
    """Milestones reached by their plan date out of those due; ``left_out``: due or reached, plan date unknown."""

    met: int
    due: int
    left_out: tuple[str, ...]


# -------------------------------------------------------------------------------------------- S2, S3: asks and changes


DiffKind = Literal[
    "reached_date",
    "not_reached",
    "forecast",
    "forecast_lost",
    "forecast_new",
    "plan",
    "plan_lost",
    "plan_new",
    "reached",
    "milestone_new",
    "milestone_state",
    "milestone_gone",
    "work_done",
    "work_total",
    "change_new",
    "change_state",
    "change_gone",
    "colour",
    "progress",
    "threshold",
]
Tone = Literal["restated", "bad", "change", "good", "other"]
"""Order of the lines: corrections and bad news first."""


class Side(Part):
    """One side of a difference: an ISO day, a colour, a state's name; ``word``: a tool's own word, printed as it is."""

    value: str
    word: bool


class DiffLine(Part):
    """S3: one difference; ``None`` on one side: not there, unknown, or of a colour: nothing to judge.

    ``size`` in working days, positive = later; ``None`` where none applies or it cannot be told.
    """

    kind: DiffKind
    tone: Tone
    ref: str
    title: Quote | None
    old: Side | None
    new: Side | None
    size: int | None
    anchors: tuple[str, ...]


# ------------------------------------------------------------------------------------------ S4, S5, S6: work, colours


class DoneItem(Part):
    """S4: a finished work item whose title the client may see."""

    title: Quote
    done_on: date
    source: Source


class DoneGroup(Part):
    """S4: what was finished in one milestone. ``items`` counts all, ``listed`` holds some of them."""

    ref: str
    items: int
    listed: tuple[DoneItem, ...]


class Completed(Part):
    """S4. ``items`` counts each finished item once, also one that belongs to two milestones."""

    items: int
    reached: tuple[str, ...]
    closed_changes: tuple[str, ...]
    groups: tuple[DoneGroup, ...]


class Status(Part):
    """S5: the colour of one dimension; ``None``: nothing to judge. ``since``: first report day with this colour."""

    dimension: Dimension
    colour: Colour | None
    last: Colour | None
    since: date | None
    provisional: bool
    rules: tuple[Rule, ...]
    why_grey: Sentence | None


class Due(Part):
    """S6: a milestone due by ``Upcoming.until``, or overdue; ``in_wd`` working days from the as-of day.

    ``on``: its plan date; its forecast where that alone falls in the time.
    """

    ref: str
    on: date
    in_wd: int


class Holiday(Part):
    """S6: public holidays in one stretch, first and last day included."""

    name: Quote
    first: date
    last: date


class Upcoming(Part):
    """S6: the next 20 working days; milestones by date."""

    until: date
    milestones: tuple[Due, ...]
    holidays: tuple[Holiday, ...]


# --------------------------------------------------------------------------------------------- S7, S8: the registers


class Milestone(Part):
    """S7, one row. ``provisional``: the plan is a tool's date that nobody has agreed.

    ``moved_by``: the approved changes that moved the plan. ``causes``: the records that the forecast rests on.
    """

    ref: str
    title: Quote
    observed: bool
    tool: str
    weight: Exact
    key: bool
    final: bool
    state: Literal["planned", "in_progress", "reached", "cancelled"]
    original: DayFigure
    plan: DayFigure
    provisional: bool
    start: date | None
    reached_on: DayFigure | None
    forecast: DayFigure
    forecast_method: ForecastMethod | None
    forecast_low: date | None
    forecast_high: date | None
    forecast_open_ended: bool
    slip_current: DaysFigure
    slip_original: DaysFigure
    slip_at_least: bool
    overdue_wd: int
    progress: WorkFigure
    sources: tuple[Source, ...]
    moved_by: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


class Raid(Part):
    """S9, one row: a risk with its ``level`` (1 to 25, ``None``: not assessed), or an issue with its ``severity``."""

    ref: str
    kind: Literal["risk", "issue"]
    title: Quote
    level: int | None
    severity: Severity | None
    answer: Quote | None
    due_on: date | None
    sources: tuple[Source, ...]


class Term(Part):
    """The client's own word for one of ours."""

    ours: str
    theirs: Quote


class ClientReport(Part):
    """One report, frozen: all that any format prints, and nothing else.

    ``final``: the ref of the final milestone. ``since``: the differences to ``header.previous``, worst first.
    ``raid``: the weightiest first; ``None`` while no register feeds the report. ``first_pass``: deliverables that the
    client accepted as they were first submitted, out of those it judged; ``None``: it has judged none.

    ``on_time_original``: by the dates of baseline 0, ``None`` while there is none. ``history``: earlier reports, oldest
    first. ``goals`` to ``lessons`` hold all that the client knows, ``None`` while no register feeds the report; which
    of them a page lists is a matter of its edition.
    """

    schema_id: Literal["pmbridge.client-report/1"] = Field(default="pmbridge.client-report/1", alias="schema")
    header: Header
    overall: Overall
    final: str | None
    progress: RollUp
    on_time: OnTime
    asks: tuple[Ask, ...]
    since: tuple[DiffLine, ...]
    completed: Completed
    status: tuple[Status, ...]
    upcoming: Upcoming
    milestones: tuple[Milestone, ...]
    changes: Changes
    data: Data
    terms: tuple[Term, ...]
    scope: Scope | None = None
    first_pass: WorkFigure | None = None
    raid: tuple[Raid, ...] | None = None
    on_time_original: OnTime | None = None
    history: tuple[Past, ...] = ()
    measures: Measures | None = None
    goals: tuple[Goal, ...] | None = None
    deliverables: Deliverables | None = None
    promises: Promises | None = None
    satisfaction: Satisfaction | None = None
    meetings: Meetings | None = None
    lessons: Lessons | None = None

    def milestone(self, ref: str) -> Milestone | None:
        """Return the milestone with *ref*, or ``None``."""
        return next((m for m in self.milestones if m.ref == ref), None)
