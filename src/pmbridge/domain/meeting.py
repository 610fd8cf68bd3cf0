"""A meeting: planned, held, its minutes sent and confirmed by the client."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain import decision
from pmbridge.domain.client_decision import Channel
from pmbridge.domain.communication import tell
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Empty, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import Todo, action_items
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.owner import accountable, owners_by_ref, people_known, refs_known, revised, side
from pmbridge.domain.text import spaced
from pmbridge.values import Label

Kind = Literal["kickoff", "weekly_status", "monthly_review", "acceptance", "change", "retrospective", "other"]


class Attendee(BaseModel):
    """Who was invited, and whether that person came. ``who``: ref of a contact, or a member's name."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    who: str
    present: bool = True


class Meeting(Fields):
    """``first_planned_at`` is when it was first planned for. ``decisions``, ``actions``: refs that the minutes name.

    Action items that the minutes made have the meeting as their origin; who confirmed them, the decision on it says.
    """

    kind: Kind = C()
    title: Text | None = R(None)
    planned_at: datetime = C()
    first_planned_at: datetime = C()
    owner: str = C()
    invited: tuple[str, ...] = C(())
    agenda: tuple[Text, ...] = R(())
    held_at: datetime | None = C(None)
    attendees: tuple[Attendee, ...] = C(())
    minutes: Text | None = R(None)
    decisions: tuple[str, ...] = C(())
    actions: tuple[str, ...] = C(())
    minutes_sent_at: datetime | None = C(None)
    confirmed_on: date | None = C(None)
    cancelled_because: str | None = C(None)

    def present(self) -> tuple[str, ...]:
        """Return who came."""
        return tuple(one.who for one in self.attendees if one.present)


class Add(Input):
    """A meeting. ``owner`` left out: whoever plans it."""

    kind: Kind
    title: Wording | None = None
    planned_at: datetime
    owner: str | None = who(None)
    invited: tuple[str, ...] = who(())
    agenda: tuple[Wording, ...] = ()


class Change(Input):
    """New values; what is left out stays."""

    title: Wording | None = None
    planned_at: datetime | None = None
    owner: str | None = who(None)
    invited: tuple[str, ...] | None = who(None)
    agenda: tuple[Wording, ...] | None = None


class Hold(Input):
    """Who came, and who was invited and did not. It was held when the command says."""

    present: tuple[str, ...] = who(())
    absent: tuple[str, ...] = who(())


class Minutes(Input):
    """What was said and agreed: new action items, and the refs of decisions and of action items that exist.

    ``send_to``: refs or names of contacts; left out, those who came.
    """

    text: Wording
    decisions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    new_actions: tuple[Todo, ...] = ()
    send_to: tuple[str, ...] = who(())
    channel: Channel = "email"


class Confirm(decision.Decided):
    """The client's confirmation of the minutes."""


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Meeting | None, given: Add, said: Said) -> Meeting:
    """Return the planned meeting."""
    return Meeting(
        kind=given.kind,
        title=given.title,
        planned_at=given.planned_at,
        first_planned_at=given.planned_at,
        owner=given.owner or said.recorder,
        invited=given.invited,
        agenda=given.agenda,
    )


def hold(fields: Meeting, given: Hold, said: Said) -> Meeting:
    """Return the meeting as held."""
    absent = (*given.absent, *(one for one in fields.invited if one not in (*given.present, *given.absent)))
    return fields.evolve(
        held_at=said.at,
        attendees=(
            *(Attendee(who=one) for one in dict.fromkeys(given.present)),
            *(Attendee(who=one, present=False) for one in dict.fromkeys(absent)),
        ),
    )


def minutes(fields: Meeting, given: Minutes, said: Said) -> Meeting:
    """Return the meeting with its minutes."""
    return fields.evolve(minutes=given.text, decisions=given.decisions, actions=given.actions, minutes_sent_at=said.at)


def confirm(fields: Meeting, _: Confirm, said: Said) -> Meeting:
    """Return the meeting with its minutes as confirmed."""
    return fields.evolve(confirmed_on=said.day)


def cancel(fields: Meeting, _: Input, said: Said) -> Meeting:
    """Return the meeting as cancelled."""
    return fields.evolve(cancelled_because=said.reason)


# ------------------------------------------------------------------------------------------------------ guards


def _planned(ask: Ask[Meeting, Add | Change]) -> BaseModel:
    """Return the input with the engagement's zone where the time has none."""
    planned = ask.input.planned_at
    if planned is None or planned.tzinfo is not None:
        return ask.input
    return ask.input.model_copy(update={"planned_at": planned.replace(tzinfo=ask.moment.zone).astimezone(UTC)})


@guard("attendance", "双方有人出席", "both sides were there")
def both_present(ask: Ask[Meeting, Hold]) -> Iterable[Unmet]:
    """It was held when somebody of each side came."""
    sides = {side(ask.register, one) for one in ask.input.present}
    if "client" not in sides:
        yield Unmet(
            found=Label(zh="没有记录客户方出席人", en="nobody of the client was there"),
            needed=Label(zh="客户方出席人", en="who came from the client"),
            fix=command(f"pmbridge meeting hold {ask.ref} --present CONTACT"),
        )
    if "agency" not in sides:
        yield Unmet(
            found=Label(zh="没有记录我方出席人", en="nobody of ours was there"),
            needed=Label(zh="我方出席人", en="who came from us"),
            fix=command(f"pmbridge meeting hold {ask.ref} --present MEMBER"),
        )
    for one in sorted({*ask.input.present} & {*ask.input.absent}):
        yield Unmet(
            name="present-or-absent",
            found=Label(zh=f"{spaced(one)}既出席又缺席", en=f"{one} is both present and absent"),
            needed=Label(zh="二者之一", en="one of both"),
            fix=command(f"pmbridge meeting hold {ask.ref} --present {one}"),
        )


@guard("recipient", "有收件人", "somebody gets them")
def has_recipient(ask: Ask[Meeting, Minutes]) -> Iterable[Unmet]:
    """The minutes go to a contact of the client."""
    for one in ask.input.send_to or ("–",):
        if side(ask.register, one) != "client":
            yield Unmet(
                found=Label(zh=f"{spaced(one)}不是联系人", en=f"{one} is no contact"),
                needed=Label(zh="客户的联系人", en="a contact of the client"),
                fix=command(f"pmbridge meeting minutes {ask.ref} --send-to CONTACT"),
            )


def _recipients(ask: Ask[Meeting, Minutes]) -> BaseModel:
    given = owners_by_ref("new_actions")(ask)
    if ask.input.send_to:
        return given
    came = [one for one in ask.fields.present() if side(ask.register, one) == "client"]
    return given.model_copy(update={"send_to": tuple(came)})


# ----------------------------------------------------------------------------------------------------- effects


def sent(ask: Ask[Meeting, Minutes]) -> Generator[Effect, str, None]:
    """Record that the minutes were sent, and make their action items, which the client has read there."""
    given = ask.input
    subject = Text(zh=f"{ask.ref} 会议纪要", en=f"Minutes of {ask.ref}", original="zh")
    yield tell(ask, "minutes", subject, whom=given.send_to, channel=given.channel)
    for effect in action_items(given.new_actions, ask.ref):
        ref = yield effect
        yield Effect("action", "release", Empty(), ref)


def confirmed(ask: Ask[Meeting, Confirm]) -> Generator[Effect, Any, None]:
    """Record the client's decision on the minutes."""
    yield from decision.record(ask, "approve", None)


_KINDS = {"actions": frozenset({"action"})}

MEETING = Concept(
    name="meeting",
    label=Label(zh="会议", en="meeting"),
    prefixes=("MTG",),
    fields=Meeting,
    states=by_name(
        State("planned", "已计划", "planned"),
        State("held", "已召开", "held", "agency"),
        State("minutes_sent", "纪要已发", "minutes sent", "client"),
        State("minutes_confirmed", "纪要已确认", "minutes confirmed", terminal=True),
        State("cancelled", "已取消", "cancelled", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="计划", en="plan"),
            "planned",
            takes=Add,
            apply=add,
            fill=_planned,
            guards=(people_known("invited", "owner"),),
            done="planned",
        ),
        Step(
            ("planned",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            fill=_planned,
            guards=(people_known("invited", "owner"),),
        ),
        Step(
            ("planned",),
            "hold",
            Label(zh="召开", en="hold"),
            "held",
            takes=Hold,
            apply=hold,
            guards=(people_known("present", "absent"), both_present),
            done="held",
        ),
        Step(
            ("held",),
            "minutes",
            Label(zh="发送纪要", en="send the minutes of"),
            "minutes_sent",
            takes=Minutes,
            apply=minutes,
            fill=_recipients,
            guards=(has_recipient, people_known("new_actions"), refs_known("decisions", "actions", kinds=_KINDS)),
            effects=sent,
            evidence=True,
            discloses=True,
            done="minuted",
        ),
        Step(
            ("minutes_sent",),
            "confirm",
            Label(zh="确认纪要", en="confirm"),
            "minutes_confirmed",
            takes=Confirm,
            apply=confirm,
            guards=decision.rules(None),
            effects=confirmed,
        ),
        Step(
            ("planned",),
            "cancel",
            Label(zh="取消", en="cancel"),
            "cancelled",
            apply=cancel,
            reason=True,
            done="cancelled",
        ),
    ),
    invariants=(accountable(due=lambda fields: fields.planned_at.date()),),
)

CONCEPTS = (MEETING,)
