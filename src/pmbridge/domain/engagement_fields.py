"""The fields of an engagement, what its steps take, and how its events change it."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from pmbridge.domain import decision
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.sla import SlaRule
from pmbridge.domain.terms import (
    AgreedPolicy,
    CommunicationPlan,
    Contract,
    ContractType,
    Terms,
    WorkCalendar,
)


class FollowOn(BaseModel):
    """What is recommended for an issue that outlives the engagement."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    issue: str
    recommendation: Wording


class Engagement(Fields):
    """What the agency does for the client. There is one in a register.

    The budgets are the client's to see only where the agreed policy shows them (``show_budget``).
    """

    name: Text = C()
    summary: Text | None = C(None)
    contract_type: ContractType | None = X(None)
    contract_ref: str | None = C(None)
    start_on: date | None = C(None)
    contract_end_on: date | None = C(None)
    agreed_budget: Money | None = C(None)
    change_budget: Money | None = C(None)
    review_window_wd: int | None = C(None)
    deemed_acceptance_wd: int | None = C(None)
    terms: Terms | None = C(None)
    agreed_on: tuple[date, ...] = C(())
    agency_lead: str = C()
    members: tuple[str, ...] = X(())
    suspended_because: str | None = R(None)
    terminated_because: str | None = R(None)
    follow_on: tuple[FollowOn, ...] = R(())
    closed_on: date | None = C(None)
    cost_rate: Money | None = X(None)
    margin: Money | None = X(None)
    actual_cost: Money | None = X(None)

    @property
    def show_budget(self) -> bool:
        """Whether the client gets to see the budgets."""
        return self.terms is not None and self.terms.reporting.show_budget


class Add(Input):
    """An engagement before its rules are agreed."""

    name: Wording
    summary: Wording | None = None
    start_on: date | None = None
    contract_end_on: date | None = None
    agency_lead: str | None = who(None)
    members: tuple[str, ...] = who(())


class Agree(decision.Decided):
    """The rules, as both sides agreed them: the whole of them, each time.

    ``name`` is needed where there is no record yet.
    """

    name: Wording | None = None
    summary: Wording | None = None
    agency_lead: str | None = who(None)
    members: tuple[str, ...] | None = who(None)
    contract: Contract
    calendar: WorkCalendar = WorkCalendar()
    communication: CommunicationPlan = CommunicationPlan()
    sla: tuple[SlaRule, ...] = Terms().sla
    reporting: AgreedPolicy = AgreedPolicy()


class Close(decision.Decided):
    """``follow_on``: what is recommended for each issue that is still open."""

    follow_on: tuple[FollowOn, ...] = ()


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Engagement | None, given: Add, said: Said) -> Engagement:
    """Return the engagement as it is prospected."""
    return Engagement(
        name=given.name,
        summary=given.summary,
        start_on=given.start_on,
        contract_end_on=given.contract_end_on,
        agency_lead=given.agency_lead or said.recorder,
        members=given.members,
    )


def agree(fields: Engagement | None, given: Agree, said: Said) -> Engagement:
    """Return the engagement under its rules."""
    contract = given.contract
    rules: dict[str, Any] = {
        "contract_type": contract.type,
        "contract_ref": contract.ref,
        "start_on": contract.start_on,
        "contract_end_on": contract.end_on,
        "agreed_budget": contract.agreed_budget,
        "change_budget": contract.change_budget,
        "review_window_wd": contract.review_window_wd,
        "deemed_acceptance_wd": contract.deemed_acceptance_wd,
        "terms": Terms(
            calendar=given.calendar,
            communication=given.communication,
            sla=given.sla,
            reporting=given.reporting,
        ),
    }
    rules |= {
        name: value
        for name in ("name", "summary", "agency_lead", "members")
        if (value := getattr(given, name)) is not None
    }
    if fields is None:
        return Engagement(**({"agency_lead": said.recorder} | rules), agreed_on=(said.day,))
    return fields.evolve(**rules, agreed_on=(*fields.agreed_on, said.day))


def suspend(fields: Engagement, _: Input, said: Said) -> Engagement:
    """Return the engagement as suspended."""
    return fields.evolve(suspended_because=said.reason)


def resume(fields: Engagement, _: Input, __: Said) -> Engagement:
    """Return the engagement as it goes on."""
    return fields.evolve(suspended_because=None)


def close(fields: Engagement, given: Close, said: Said) -> Engagement:
    """Return the engagement as closed."""
    return fields.evolve(follow_on=given.follow_on, closed_on=said.day)


def terminate(fields: Engagement, _: Input, said: Said) -> Engagement:
    """Return the engagement as ended before its end."""
    return fields.evolve(terminated_because=said.reason, closed_on=said.day)


def reopen(fields: Engagement, _: Input, __: Said) -> Engagement:
    """Return the engagement as it goes on after its end."""
    return fields.evolve(closed_on=None, terminated_because=None)
