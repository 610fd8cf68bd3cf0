"""An inquiry of the client: what was asked, when somebody first responded, when it was answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pmbridge.domain.client_decision import Channel
from pmbridge.domain.communication import Purpose, tell
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, by_name
from pmbridge.domain.originator import is_contact, spoken_by
from pmbridge.domain.owner import accountable, people_known, revised
from pmbridge.values import Label

Priority = Literal["urgent", "high", "normal", "low"]


class Inquiry(Fields):
    """``asked_by``: ref of a contact. The two clocks run from ``asked_at`` to the first response and to the answer."""

    text: Text = R()
    asked_by: str = C()
    asked_at: datetime = C()
    channel: Channel = C()
    priority: Priority = C("normal")
    owner: str = C()
    due_on: date | None = C(None)
    first_response_at: datetime | None = C(None)
    answered_at: datetime | None = C(None)
    answer: Text | None = R(None)


class Add(Input):
    """An inquiry. ``asked_by`` left out: the contact whose act it is; ``owner``: whoever records it."""

    text: Wording
    asked_by: str | None = who(None)
    channel: Channel = "email"
    priority: Priority = "normal"
    owner: str | None = who(None)
    due_on: date | None = None


class Change(Input):
    """New values; what is left out stays."""

    owner: str | None = who(None)
    due_on: date | None = None
    priority: Priority | None = None


class Respond(Input):
    """A first sign of life: what was said, over which channel."""

    text: Wording | None = None
    channel: Channel | None = None


class Answer(Input):
    """The answer as it was given."""

    answer: Wording
    channel: Channel | None = None


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Inquiry | None, given: Add, said: Said) -> Inquiry:
    """Return the inquiry; it was asked when the event happened."""
    return Inquiry(
        text=given.text,
        asked_by=given.asked_by or said.by or "",
        asked_at=said.at,
        channel=given.channel,
        priority=given.priority,
        owner=given.owner or said.recorder,
        due_on=given.due_on,
    )


def respond(fields: Inquiry, _: Respond, said: Said) -> Inquiry:
    """Return the inquiry as responded to."""
    return fields.evolve(first_response_at=said.at)


def answer(fields: Inquiry, given: Answer, said: Said) -> Inquiry:
    """Return the inquiry as answered; an answer at once is the first response too."""
    return fields.evolve(
        answer=given.answer, answered_at=said.at, first_response_at=fields.first_response_at or said.at
    )


# ----------------------------------------------------------------------------------------------------- effects


def responded(ask: Ask[Inquiry, Respond]) -> Iterable[Effect]:
    """Record what was sent."""
    return (_sent(ask, "acknowledgement", ask.input.channel, ask.input.text),)


def answered(ask: Ask[Inquiry, Answer]) -> Iterable[Effect]:
    """Record what was sent."""
    return (_sent(ask, "answer", ask.input.channel, ask.input.answer),)


def _sent(ask: Ask[Inquiry, Input], purpose: Purpose, channel: Channel | None, words: Text | None) -> Effect:
    subject = Text(zh=f"答复 {ask.ref}", en=f"Reply to {ask.ref}", original="zh")
    return tell(
        ask,
        purpose,
        subject,
        whom=(ask.fields.asked_by,),
        channel=channel or ask.fields.channel,
        summary=words,
    )


def _due(fields: Inquiry) -> date | str:
    return fields.due_on or "the response clock"


_ALIVE = ("open", "responded", "answered")

INQUIRY = Concept(
    name="inquiry",
    label=Label(zh="客户询问", en="inquiry"),
    prefixes=("INQ",),
    fields=Inquiry,
    states=by_name(
        State("open", "待回应", "open", "agency"),
        State("responded", "已回应", "responded to", "agency"),
        State("answered", "已答复", "answered"),
        State("closed", "已关闭", "closed", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="add"),
            "open",
            takes=Add,
            apply=add,
            fill=spoken_by("asked_by"),
            guards=(is_contact("asked_by"), people_known("owner")),
            discloses=True,
        ),
        Step(
            _ALIVE,
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"),),
        ),
        Step(
            ("open",),
            "respond",
            Label(zh="回应", en="respond"),
            "responded",
            takes=Respond,
            apply=respond,
            effects=responded,
            done="responded to",
        ),
        Step(
            ("open", "responded"),
            "answer",
            Label(zh="答复", en="answer"),
            "answered",
            takes=Answer,
            apply=answer,
            effects=answered,
            discloses=True,
        ),
        Step(("answered",), "close", Label(zh="关闭", en="close"), "closed"),
    ),
    invariants=(accountable(due=_due),),
)

CONCEPTS = (INQUIRY,)
