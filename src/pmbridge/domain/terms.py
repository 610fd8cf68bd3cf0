"""What both sides agree as rules: contract, calendar, communication plan, response clocks, thresholds of the report.

Until they are agreed the defaults hold, and the configuration's ``policy``.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic import Field as Constrained

from pmbridge.domain import cadence
from pmbridge.domain.agreement import agreed
from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.inputs import Price, Wording
from pmbridge.domain.mapping import ReportingPolicy, Tolerances
from pmbridge.domain.retired import without
from pmbridge.domain.sla import DEFAULT_RULES, SlaRule
from pmbridge.domain.working_time import WorkingHours

ContractType = Literal["fixed_price", "time_and_materials", "retainer", "milestone_billing"]
PlanChannel = Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool"]
CadenceKind = Literal["weekly_report", "monthly_report", "weekly_meeting", "monthly_review"]
Days = Annotated[int, Constrained(ge=1)]
Share = Annotated[Decimal, Constrained(ge=0, le=1)]


def _readable(written: str) -> str:
    cadence.recurrence(written)
    return written


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Contract(_Term):
    """What the contract says. ``deemed_acceptance_wd`` only where it knows acceptance by silence."""

    type: ContractType
    ref: str
    start_on: date
    end_on: date | None = None
    agreed_budget: Price | None = None
    change_budget: Price | None = None
    review_window_wd: Days | None = None
    deemed_acceptance_wd: Days | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end_on is not None and self.end_on < self.start_on:
            raise ValueError("the contract ends after it starts")
        budgets = {one.currency for one in (self.agreed_budget, self.change_budget) if one is not None}
        if len(budgets) > 1:
            raise ValueError("budget and change budget are in one currency")
        return self


class WorkCalendar(_Term):
    """Whose holidays hold, what both sides agreed beside them, and the hours of a working day.

    ``horizon_until``: the last day for which they know the arrangement, where that is earlier than the calendar's own.
    """

    code: str = "CN"
    hours: WorkingHours = WorkingHours()
    holidays: tuple[date, ...] = ()
    extra_workdays: tuple[date, ...] = ()
    horizon_until: date | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := sorted(set(self.holidays) & set(self.extra_workdays)):
            raise ValueError(f"{both[0]} is both a holiday and a working day")
        return self

    def calendar(self) -> Calendar:
        """Return the calendar in which the engagement counts.

        Raises:
            ConfigError: there is no calendar of that code.
        """
        base = Calendar.named(self.code)
        if not (self.holidays or self.extra_workdays or self.horizon_until):
            return base
        return base.adjusted(holidays=self.holidays, extra_workdays=self.extra_workdays, final_until=self.horizon_until)


class ChannelUse(_Term):
    """What a channel is for, who looks after it, and who is on it."""

    channel: PlanChannel
    purpose: Wording
    owner: str
    audience: tuple[str, ...] = ()


class Cadence(_Term):
    """What comes round: ``rrule`` says when (RFC 5545; see :mod:`pmbridge.domain.cadence`)."""

    kind: CadenceKind
    rrule: Annotated[str, AfterValidator(_readable)]
    owner: str
    attendees: tuple[str, ...] = ()

    def expected(self, since: datetime, until: datetime, *, start_on: date, zone: tzinfo) -> list[datetime]:
        """Return the instants after *since* up to *until* at which it is expected, none before *start_on*."""
        return cadence.expected(self.rrule, since, until, anchor=start_on, zone=zone)


class CommunicationPlan(_Term):
    """Channels and what comes round: the dates against which punctuality is measured."""

    channels: tuple[ChannelUse, ...] = ()
    cadence: tuple[Cadence, ...] = ()


class AgreedTolerances(Tolerances):
    """From when on a figure is amber or red."""

    budget_amber: Share = Decimal("0.05")
    budget_red: Share = Decimal("0.10")
    churn_amber: Share = Decimal("0.10")
    churn_red: Share = Decimal("0.20")
    first_pass_amber: Share = Decimal("0.75")
    risk_amber: Annotated[int, Constrained(ge=1, le=25)] = 10
    risk_red: Annotated[int, Constrained(ge=1, le=25)] = 15


_RETIRED = {"on_time_basis": "reached_on", "show_effort": False, "show_agency_names": "lead_only", "recipients": {}}


class AgreedPolicy(ReportingPolicy):
    """Every threshold of the report, printed in its annex."""

    tolerances: AgreedTolerances = AgreedTolerances()
    min_sample: Days = 5
    languages: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        return without(_RETIRED, given)


class Terms(_Term):
    """All that was agreed beside the contract; what is left out holds by default."""

    calendar: WorkCalendar = WorkCalendar()
    communication: CommunicationPlan = CommunicationPlan()
    sla: tuple[SlaRule, ...] = DEFAULT_RULES
    reporting: AgreedPolicy = AgreedPolicy()


def terms_in_force(book: Book) -> Terms | None:
    """Return the terms that both sides agreed, ``None`` until they did."""
    found: Terms | None = agreed(book, "terms")
    return found


def policy_in_force(book: Book, configured: ReportingPolicy) -> tuple[ReportingPolicy, bool]:
    """Return the reporting policy that holds, and whether it was agreed; until then it is the configured one."""
    found = terms_in_force(book)
    return (configured, False) if found is None else (found.reporting, True)


def clocks_in_force(book: Book) -> tuple[SlaRule, ...]:
    """Return the rules of all response clocks: those that were agreed, by default the others."""
    found = terms_in_force(book)
    agreed_rules = () if found is None else found.sla
    # A target for one priority leaves the others to the default.
    named = {one.clock for one in agreed_rules if one.priority is None}
    return (*agreed_rules, *(one for one in DEFAULT_RULES if one.clock not in named))


def hours_in_force(book: Book) -> WorkingHours:
    """Return the hours of a working day: nine to twelve and one to six until others are agreed."""
    found = terms_in_force(book)
    return WorkingHours() if found is None else found.calendar.hours
