"""The mapping: how an engagement's milestones and change requests are recognised in a tool's records.

Pydantic models of what stands in ``pmbridge.toml`` under ``[engagements.NAME]``. Selection is local (no tool query),
so that it can be replayed for any past day. A name is written ``Name``, ``id`` or ``Name|id``; the id decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pmbridge.values import Label

Status = Literal["todo", "in_progress", "done", "cancelled"]
Concept = Literal["change", "requirement"]
CHANGE_STATES = (
    "draft",
    "submitted",
    "under_assessment",
    "needs_information",
    "assessed",
    "awaiting_decision",
    "approved",
    "rejected",
    "deferred",
    "lapsed",
    "implementing",
    "implemented",
    "verified",
    "closed",
    "withdrawn",
    "cancelled",
    "emergency_authorised",
)


REQUIREMENT_STATES = (
    "captured",
    "clarified",
    "in_review",
    "confirmed",
    "baselined",
    "fulfilled",
    "dropped",
    "rejected",
    "withdrawn",
)
STATES_OF: Mapping[Concept, tuple[str, ...]] = {"change": CHANGE_STATES, "requirement": REQUIREMENT_STATES}
REGISTER = "register"
"""Where a copy comes from that no tool of the client's or ours holds: the register alone."""


class Model(BaseModel):
    """Frozen, and closed: an unknown key is a fault, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def known_zone(value: str) -> str:
    """Return *value* if it names a time zone.

    Raises:
        ValueError: it does not; like every fault of a mapping, its text is a Label.
    """
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError(
            Label(
                en=f'names no time zone: "{value}"; e.g. "Asia/Shanghai"', zh=f"没有时区「{value}」，例如 Asia/Shanghai"
            )
        ) from exc
    return value


def _as_tuple(value: Any) -> Any:
    """A rule or a name may stand alone where a list is allowed."""
    if value is None or isinstance(value, list | tuple):
        return value
    return (value,)


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Words = str | Mapping[Literal["zh", "en"], str]
"""One text in the engagement's first language, or a table with ``zh`` and ``en``."""


class Where(Model):
    """Which records a rule takes; all that is given must hold. ``title`` is a regular expression."""

    type: Names = ()
    group: Names = ()
    state: Names = ()
    parent: str | None = None
    title: str | None = None
    field: Mapping[str, Names] = Field(default_factory=dict)

    @field_validator("title")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        return _regex(value)


def _regex(value: str | None) -> str | None:
    if value is not None:
        try:
            re.compile(value)
        except re.error as exc:
            raise ValueError(Label(en=f"is no regular expression: {exc}", zh=f"不是正则表达式：{exc}")) from exc
    return value


class Rule(Model):
    """What all rules share. ``from`` is a kind of the adapter; the group ``ref`` of ``match`` names the record."""

    from_: str = Field(alias="from")
    where: Where = Where()
    match: str | None = None

    @field_validator("match")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        return _regex(value)


Weight = Annotated[str, Field(pattern=r"^(count|points:.+|estimate_minutes:.+)$")]
ProgressRule = Annotated[str, Field(pattern=r"^(zero_hundred|remaining:.+|percent:.+|status_table)$")]


class MilestoneWriting(Model):
    """What of a milestone of the register is to stand in the tool's record. ``date``: the one of the plan in force."""

    date: bool = False


class MilestoneRule(Rule):
    """A milestone and the work that belongs to it."""

    items: Literal["group", "children", "checklist", "self"] | Where | None = None
    weight: Weight = "count"
    source_weight: Decimal | None = Field(default=None, gt=0)
    progress: ProgressRule = "zero_hundred"
    status_table: Mapping[str, Decimal] = Field(default_factory=dict)
    date: str = Field(default="due", pattern=r"^(due|field:.+)$")
    date_is: Literal["forecast", "plan", "ignore"] = "ignore"
    reached: Names = ()
    write: MilestoneWriting | None = None


class Impact(Model):
    """Vendor fields that hold a change's impact; ``days_on`` is a milestone ref, ``currency`` an ISO 4217 code."""

    days: str | None = None
    days_on: str | None = None
    money: str | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


def _change_states(named: Iterable[str], known: tuple[str, ...] = CHANGE_STATES) -> None:
    wrong = sorted(set(named) - set(known))
    if wrong:
        raise ValueError(
            Label(
                en=f"names no state: {', '.join(wrong)}; known: {', '.join(known)}",
                zh=f"没有状态 {'、'.join(wrong)}，可用：{'、'.join(known)}",
            )
        )


class ChangeWriting(Model):
    """What of a change request of the register is to stand in the tool's record.

    ``states`` maps the register's word to the tool's state, beside the first that ``states`` of the rule maps to it;
    ``decision``: who may read the comment with the client's decision; ``create``: what no tool shows is made here.
    """

    state: bool = False
    states: Mapping[str, str] = Field(default_factory=dict)
    title: bool = False
    decision: Literal["internal", "public"] | None = None
    create: bool = False

    @field_validator("states")
    @classmethod
    def _known(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        _change_states(value)
        return value


class ChangeRule(Rule):
    """Change requests. ``states`` maps a tool's state to the register's word for it."""

    states: Mapping[str, str] = Field(default_factory=dict)
    impact: Impact | None = None
    write: ChangeWriting | None = None

    @field_validator("states")
    @classmethod
    def _known(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        _change_states(value.values())
        return value


class Source(Model):
    """One project of one connection, and how to read it."""

    connection: str
    project: str
    titles_are_client_safe: bool = False
    """Whether titles of work items may be shown to the client."""
    status: Mapping[str, Status] = Field(default_factory=dict)
    milestones: Annotated[tuple[MilestoneRule, ...], BeforeValidator(_as_tuple)] = ()
    changes: Annotated[tuple[ChangeRule, ...], BeforeValidator(_as_tuple)] = ()


class Copy(Model):
    """A rule by which a record of the register stands in a second tool: a change request, or an added requirement.

    ``from`` is ``CONNECTION:PROJECT`` where it is at home, or ``register`` for what no tool holds; ``to`` where it is
    to stand as well. ``when``: the register's states in which it is made there. ``kind``, ``type``, ``group`` and
    ``state``: as what. ``states`` carries the register's state on. A requirement is one that a change added.
    """

    concept: Concept
    from_: str = Field(alias="from")
    to: str
    when: Annotated[Names, Field(min_length=1)]
    match: str | None = None
    kind: str
    type: str | None = None
    group: Names = ()
    carry: tuple[Literal["title", "description", "due"], ...] = ("title", "description", "due")
    state: str | None = None
    states: Mapping[str, str] = Field(default_factory=dict)
    decision: Literal["internal", "public"] | None = None

    @field_validator("match")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        return _regex(value)

    @field_validator("when", "states")
    @classmethod
    def _known(cls, value: Any, info: ValidationInfo) -> Any:
        if (concept := info.data.get("concept")) is not None:  # else that is the fault
            _change_states(value, STATES_OF[concept])
        return value

    @field_validator("decision")
    @classmethod
    def _decided(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("concept") == "requirement":
            raise ValueError(Label(en="is for change requests only", zh="只用于变更请求"))
        return value


def names_project(written: str, connection: str, names: Iterable[str]) -> bool:
    """Return whether *written*, ``CONNECTION:PROJECT``, means the project of *connection* that has *names*."""
    of, _, project = written.partition(":")
    return of == connection and not {project, *project.split("|")}.isdisjoint(one for one in names if one)


class MilestoneEntry(Model):
    """What the tool does not say about a milestone, until the register has it."""

    name: Words | None = None
    weight: Decimal = Field(default=Decimal(1), gt=0)
    key: bool = False
    final: bool = False


class FirstNo(Model):
    """Number of the first report of each edition; earlier ones were sent by hand."""

    weekly: int = Field(default=1, ge=1)
    monthly: int = Field(default=1, ge=1)


class Tolerances(Model):
    """Thresholds of the colour rules; working days, shares of 1, scores."""

    schedule_wd_amber: int = 2
    schedule_wd_red: int = 10
    overdue_wd_red: int = 5


class ReportingPolicy(Model):
    """Thresholds and dates of reporting; defaults hold until the register has an agreed policy."""

    first_no: FirstNo = FirstNo()
    min_weight_coverage: Decimal = Field(default=Decimal(1), gt=0, le=1)
    forecast_fresh_wd: int = Field(default=10, ge=1)
    throughput_window_wd: int = Field(default=20, ge=4, multiple_of=4)
    throughput_min_items: int = Field(default=5, ge=1)
    unknown_forecast_wd: int = Field(default=20, ge=0)
    tolerances: Tolerances = Tolerances()
    stale_after_hours: int = Field(default=24, ge=1)
    mandatory_dimensions: tuple[Literal["schedule", "scope", "risk", "budget", "quality", "client"], ...] = (
        "schedule",
        "scope",
        "risk",
    )
    show_budget: bool = False
    weekly_due: str = "Fri 18:00"
    monthly_due: str = "last day 18:00"


def split_account(written: str) -> tuple[str | None, str]:
    """Return connection and id of ``connection:id``; for an e-mail address ``None`` and the address.

    An id may hold colons, the name of a connection holds none.
    """
    connection, colon, id_ = written.partition(":")
    return (connection, id_) if colon else (None, written)


class WritePolicy(Model):
    """``write``: what a sync writes into the tools by itself; all else waits for ``pmbridge apply``.

    ``since``: of what was decided before that day the tools are told nothing, and no copies are made.
    """

    auto: tuple[Literal["create", "update", "transition", "comment"], ...] = ()
    since: date | None = None


class EngagementConfig(Model):
    """``[engagements.NAME]``: which projects belong to a client, and how to read them."""

    client: Words
    name: Words
    languages: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")
    timezone: Annotated[str, AfterValidator(known_zone)] = "Asia/Shanghai"
    calendar: str = "CN"
    start_on: date | None = None
    contract_end_on: date | None = None
    sources: tuple[Source, ...] = ()
    copies: tuple[Copy, ...] = ()
    milestones: Mapping[str, MilestoneEntry] = Field(default_factory=dict)
    people: Mapping[str, Names] = Field(default_factory=dict)
    """Name → accounts of one person, ``connection:id``, or an e-mail address where the tools tell it."""
    policy: ReportingPolicy = ReportingPolicy()
    write: WritePolicy = WritePolicy()
    terms: Mapping[str, Words] = Field(default_factory=dict)

    def copies_to(self, source: Source) -> tuple[Copy, ...]:
        """Return the rules by which something is to stand in *source* that is at home elsewhere."""
        names = (source.project, *source.project.split("|"))
        return tuple(one for one in self.copies if names_project(one.to, source.connection, names))

    @field_validator("languages")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError(Label(en="needs at least one language", zh="至少要有一种语言"))
        return value

    @model_validator(mode="after")
    def _one_final(self) -> Self:
        finals = [ref for ref, entry in self.milestones.items() if entry.final]
        if len(finals) > 1:
            raise ValueError(
                Label(
                    en=f"has more than one final milestone: {', '.join(finals)}",
                    zh=f"最终里程碑不止一个：{'、'.join(finals)}",
                )
            )
        return self
