"""Feedback of the client: praise, a suggestion, a concern, and what came of it ("you said, we did")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel

from pmbridge.domain.client_decision import Channel
from pmbridge.domain.communication import tell
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.originator import is_contact, spoken_by
from pmbridge.domain.owner import accountable, people_known, refs_known, revised
from pmbridge.domain.text import title_of
from pmbridge.values import Label

Kind = Literal["praise", "suggestion", "concern", "other"]

RESPONSE_WD = 5
"""Working days in which feedback is answered, unless another day is set."""

_DONE_BY = frozenset({"action", "improvement", "change", "requirement"})
"""What feedback can lead to."""


class Feedback(Fields):
    """What a contact said, and what was answered. ``actions``: refs of what was done about it."""

    kind: Kind = C()
    text: Text = R()
    given_by: str = C()
    given_on: date = C()
    channel: Channel | None = C(None)
    owner: str = C()
    respond_by: date = C()
    response: Text | None = R(None)
    responded_on: date | None = C(None)
    actions: tuple[str, ...] = C(())
    declined_because: Text | None = R(None)


class Add(Input):
    """The client's words. ``given_by`` left out: ``--by``. ``respond_by`` left out: five working days later."""

    kind: Kind
    text: Wording
    given_by: str | None = who(None)
    channel: Channel | None = None
    owner: str | None = who(None)
    respond_by: date | None = None


class Change(Input):
    """New values; the client's words stay as they are."""

    kind: Kind | None = None
    owner: str | None = who(None)
    respond_by: date | None = None


class Respond(Input):
    """What was answered, and how it was sent."""

    response: Wording
    channel: Channel = "email"


class Act(Input):
    """What was done about it."""

    actions: tuple[str, ...] = ()


def add(_: Feedback | None, given: Add, said: Said) -> Feedback:
    """Return the new feedback."""
    return Feedback(
        kind=given.kind,
        text=given.text,
        given_by=given.given_by or "",
        given_on=said.day,
        channel=given.channel,
        owner=given.owner or said.recorder,
        respond_by=given.respond_by or said.day,
    )


def respond(fields: Feedback, given: Respond, said: Said) -> Feedback:
    """Return the feedback with its answer; the day of the first answer stays."""
    return fields.evolve(response=given.response, responded_on=fields.responded_on or said.day)


def act(fields: Feedback, given: Act, _: Said) -> Feedback:
    """Return the feedback with what was done about it."""
    return fields.evolve(actions=given.actions)


def decline(fields: Feedback, _: Input, said: Said) -> Feedback:
    """Return the feedback as declined; the reason is what the client reads."""
    return fields.evolve(
        declined_because=None if said.reason is None else title_of(said.reason),
        responded_on=fields.responded_on or said.day,
    )


def dated(ask: Ask[Feedback, Add]) -> BaseModel:
    """Return the input with whose words it holds, and the day by which it is answered."""
    given = spoken_by("given_by")(ask)
    if ask.input.respond_by is not None:
        return given
    return given.model_copy(update={"respond_by": ask.moment.calendar.add_wd(ask.today, RESPONSE_WD)})


@guard("something-done", "写明做了什么", "it says what was done")
def something_done(ask: Ask[Feedback, Act]) -> Iterable[Unmet]:
    """At least one record says what was done about it."""
    if not ask.input.actions:
        yield Unmet(
            found=Label(zh="没有写做了什么", en="nothing says what was done"),
            needed=Label(zh="行动项、改进措施、变更或需求", en="an action, improvement, change or requirement"),
            fix=command("--actions ACT-01"),
        )


def _answered(ask: Ask[Feedback, Respond]) -> Iterable[Effect]:
    yield tell(ask, "answer", ask.input.response, whom=(ask.fields.given_by,), channel=ask.input.channel)


FEEDBACK = Concept(
    name="feedback",
    label=Label(zh="客户反馈", en="feedback"),
    prefixes=("FB",),
    fields=Feedback,
    states=by_name(
        State("received", "已收到", "received", "agency"),
        # Praise asks for no more than an answer; a suggestion may still be acted upon or declined after it.
        State("responded", "已答复", "answered", terminal=True),
        State("acted", "已采取行动", "acted upon", terminal=True),
        State("declined", "未采纳", "declined", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="登记", en="add"),
            "received",
            takes=Add,
            apply=add,
            fill=dated,
            guards=(is_contact("given_by"), people_known("owner")),
            discloses=True,
        ),
        Step(
            ("received",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"),),
        ),
        Step(
            ("received", "responded"),
            "respond",
            Label(zh="答复", en="respond"),
            "responded",
            takes=Respond,
            apply=respond,
            effects=_answered,
            evidence=True,
            discloses=True,
            done="answered",
        ),
        Step(
            ("received", "responded"),
            "act",
            Label(zh="采取行动", en="act"),
            "acted",
            takes=Act,
            apply=act,
            guards=(something_done, refs_known("actions", kinds={"actions": _DONE_BY})),
            discloses=True,
            done="acted upon",
        ),
        Step(
            ("received", "responded"),
            "decline",
            Label(zh="不采纳", en="decline"),
            "declined",
            apply=decline,
            reason=True,
            discloses=True,
        ),
    ),
    invariants=(accountable(due=lambda fields: fields.respond_by),),
)

CONCEPTS = (FEEDBACK,)
