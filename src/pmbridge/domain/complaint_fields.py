"""The fields of a complaint, what its steps take, and how their events change it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain.client_decision import Channel
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.inputs import Price, Wording

Severity = Literal["critical", "high", "normal"]
Urgency = Literal["normal", "urgent", "emergency"]
Outcome = Literal["accepted", "partly", "not_accepted", "withdrawn"]
RemedyKind = Literal["fix", "redo", "alternative", "adjustment", "credit", "apology", "explain"]

MAX_LEVEL = 3
"""The highest escalation level within the agency."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Remedy(_Part):
    """What was offered. ``accepted`` is ``None`` until the complainant has answered."""

    text: Text
    kind: RemedyKind
    money: Money | None = None
    offered_on: date
    accepted: bool | None = None
    done_on: date | None = None


class Offer(_Part):
    """A remedy as it is offered."""

    text: Wording
    kind: RemedyKind
    money: Price | None = None


class Update(_Part):
    """What the complainant was told in between, and until when more was promised."""

    text: Text
    on: date
    next_update_on: date


class Complaint(Fields):
    """A complaint. ``next_update_on`` is the day by which the complainant hears from us, or by which we act next.

    ``complained_of``: names of members whom it is about. ``owners``: everybody who was responsible, in their order.
    """

    text: Text = R()
    complainant: str = C()
    received_on: date = C()
    channel: Channel = C()
    remedy_sought: Text = R()
    severity: Severity | None = C(None)
    urgency: Urgency | None = C(None)
    affects: tuple[str, ...] = C(())
    complained_of: tuple[str, ...] = X(())
    owner: str = C()
    owners: tuple[str, ...] = X(())
    next_update_on: date = C()
    acknowledged_on: date | None = C(None)
    assessment: Text | None = R(None)
    immediate_action: Text | None = R(None)
    investigator: str | None = X(None)
    investigation: Text | None = X(None)
    updates: tuple[Update, ...] = R(())
    findings: Text | None = R(None)
    remedies: tuple[Remedy, ...] = R(())
    refusal: Text | None = R(None)
    escalation_route: Text | None = R(None)
    response_sent_on: date | None = C(None)
    outcome: Outcome | None = C(None)
    escalation_level: int = C(0)
    root_cause: Text | None = R(None)
    corrective_actions: tuple[str, ...] = C(())
    no_action_because: Text | None = X(None)
    lesson: str | None = C(None)
    no_lesson_because: Text | None = X(None)
    external_route: Text | None = R(None)
    reopened_on: tuple[date, ...] = C(())

    @property
    def open_offers(self) -> tuple[int, ...]:
        """Numbers (from 1) of the remedies that the complainant has not answered."""
        return tuple(n for n, one in enumerate(self.remedies, 1) if one.accepted is None)

    @property
    def owed(self) -> tuple[int, ...]:
        """Numbers (from 1) of the remedies that were accepted and are not carried out."""
        return tuple(n for n, one in enumerate(self.remedies, 1) if one.accepted and one.done_on is None)


class Add(Input):
    """The complaint in the client's words. ``complainant`` left out: ``--by``."""

    text: Wording
    remedy_sought: Wording
    complainant: str | None = who(None)
    channel: Channel = "email"
    affects: tuple[str, ...] = ()
    complained_of: tuple[str, ...] = who(())
    owner: str | None = who(None)
    next_update_on: date | None = None


class Change(Input):
    """New values; the complainant's words and the days that were promised stay."""

    affects: tuple[str, ...] | None = None
    complained_of: tuple[str, ...] | None = who(None)
    owner: str | None = who(None)
    investigation: Wording | None = None


class Acknowledge(Input):
    """By when the complainant hears from us next; ``channel`` left out: the one on which the complaint came."""

    next_update_on: date
    channel: Channel | None = None


class Assess(Input):
    """How bad and how pressing it is, and what is done at once."""

    severity: Severity
    urgency: Urgency
    immediate_action: Wording
    assessment: Wording | None = None


class Investigate(Input):
    """Who looks into it."""

    investigator: str = who()


class Tell(Input):
    """What the complainant is told, and by when more follows."""

    text: Wording
    next_update_on: date
    channel: Channel | None = None


class Respond(Input):
    """What was found and what is offered; a refusal says to whom else the complainant can turn."""

    findings: Wording | None = None
    remedies: tuple[Offer, ...] = ()
    refusal: Wording | None = None
    escalation_route: Wording | None = None
    channel: Channel | None = None
    next_update_on: date | None = None


class Accept(Input):
    """The complainant's answer. ``remedies``: numbers of those accepted, left out: all that are offered."""

    remedies: tuple[int, ...] | None = None
    withdrawn: bool = False
    next_update_on: date | None = None


class Dispute(Input):
    """Who takes it on, with more authority than the one before."""

    owner: str = who()
    next_update_on: date | None = None


class Close(Input):
    """What came of it. ``done``: numbers of the remedies that were carried out."""

    done: tuple[int, ...] = ()
    root_cause: Wording | None = None
    actions: tuple[str, ...] = ()
    no_action_because: Wording | None = None
    lesson: str | None = None
    no_lesson_because: Wording | None = None


class CloseUnresolved(Input):
    """Closed without agreement: ``external_route`` says where else the complainant can go.

    ``no_higher_level``: nobody in the agency stands above the present owner.
    """

    unresolved: bool = False
    external_route: Wording | None = None
    no_higher_level: bool = False
    root_cause: Wording | None = None


class Reopen(Input):
    """By when the complainant hears from us; ``investigator`` left out: as before."""

    investigator: str | None = who(None)
    next_update_on: date | None = None


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Complaint | None, given: Add, said: Said) -> Complaint:
    """Return the new complaint."""
    owner = given.owner or said.recorder
    return Complaint(
        text=given.text,
        complainant=given.complainant or "",
        received_on=said.day,
        channel=given.channel,
        remedy_sought=given.remedy_sought,
        affects=given.affects,
        complained_of=given.complained_of,
        owner=owner,
        owners=(owner,),
        next_update_on=given.next_update_on or said.day,
    )


def change(fields: Complaint, given: Change, _: Said) -> Complaint:
    """Return the complaint with its new values."""
    values = {name: value for name in given.model_fields_set if (value := getattr(given, name)) is not None}
    if given.owner is not None and given.owner != fields.owner:
        values["owners"] = (*fields.owners, given.owner)
    return fields.evolve(**values)


def acknowledge(fields: Complaint, given: Acknowledge, said: Said) -> Complaint:
    """Return the complaint as acknowledged."""
    return fields.evolve(acknowledged_on=said.day, next_update_on=given.next_update_on)


def assess(fields: Complaint, given: Assess, _: Said) -> Complaint:
    """Return the complaint with its first assessment."""
    return fields.evolve(
        severity=given.severity,
        urgency=given.urgency,
        immediate_action=given.immediate_action,
        assessment=given.assessment,
    )


def investigate(fields: Complaint, given: Investigate, _: Said) -> Complaint:
    """Return the complaint with who looks into it."""
    return fields.evolve(investigator=given.investigator)


def update(fields: Complaint, given: Tell, said: Said) -> Complaint:
    """Return the complaint with one more update."""
    made = Update(text=given.text, on=said.day, next_update_on=given.next_update_on)
    return fields.evolve(updates=(*fields.updates, made), next_update_on=given.next_update_on)


def respond(fields: Complaint, given: Respond, said: Said) -> Complaint:
    """Return the complaint with our response; what was offered before stays on record."""
    offered = tuple(
        Remedy(text=one.text, kind=one.kind, money=one.money, offered_on=said.day) for one in given.remedies
    )
    return fields.evolve(
        findings=given.findings,
        remedies=(*_answered(fields.remedies, ()), *offered),
        refusal=given.refusal,
        escalation_route=given.escalation_route,
        response_sent_on=said.day,
        next_update_on=given.next_update_on or fields.next_update_on,
    )


def accept(fields: Complaint, given: Accept, _: Said) -> Complaint:
    """Return the complaint with the complainant's answer: all remedies, some of them, or the complaint withdrawn."""
    offered = fields.open_offers
    taken = () if given.withdrawn else offered if given.remedies is None else given.remedies
    whole: Outcome = "accepted" if set(taken) == set(offered) else "partly"
    return fields.evolve(
        remedies=_answered(fields.remedies, taken),
        outcome="withdrawn" if given.withdrawn else whole,
        next_update_on=given.next_update_on or fields.next_update_on,
    )


def dispute(fields: Complaint, given: Dispute, _: Said) -> Complaint:
    """Return the complaint one level up, with its new owner; what was offered is not accepted."""
    return fields.evolve(
        remedies=_answered(fields.remedies, ()),
        outcome="not_accepted",
        escalation_level=fields.escalation_level + 1,
        owner=given.owner,
        owners=(*fields.owners, given.owner),
        next_update_on=given.next_update_on or fields.next_update_on,
    )


def close(fields: Complaint, given: Close, said: Said) -> Complaint:
    """Return the complaint with what came of it."""
    return fields.evolve(
        remedies=tuple(
            one.model_copy(update={"done_on": said.day}) if n in given.done and one.done_on is None else one
            for n, one in enumerate(fields.remedies, 1)
        ),
        root_cause=given.root_cause,
        corrective_actions=given.actions,
        no_action_because=given.no_action_because,
        lesson=given.lesson,
        no_lesson_because=given.no_lesson_because,
    )


def close_unresolved(fields: Complaint, given: CloseUnresolved, _: Said) -> Complaint:
    """Return the complaint as closed without agreement."""
    return fields.evolve(
        remedies=_answered(fields.remedies, ()),
        outcome="not_accepted",
        external_route=given.external_route,
        root_cause=given.root_cause,
    )


def reopen(fields: Complaint, given: Reopen, said: Said) -> Complaint:
    """Return the complaint as open again; its history stays."""
    return fields.evolve(
        outcome=None,
        investigator=given.investigator or fields.investigator,
        reopened_on=(*fields.reopened_on, said.day),
        next_update_on=given.next_update_on or fields.next_update_on,
    )


def _answered(remedies: tuple[Remedy, ...], accepted: tuple[int, ...]) -> tuple[Remedy, ...]:
    """Return *remedies* with an answer to all that had none: those whose numbers are *accepted*, and no others."""
    return tuple(
        one if one.accepted is not None else one.model_copy(update={"accepted": n in accepted})
        for n, one in enumerate(remedies, 1)
    )
