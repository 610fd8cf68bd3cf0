"""An action item: something that one person on either side does by a day."""

from __future__ import annotations

from datetime import date

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, who
from pmbridge.domain.figure import Text
from pmbridge.domain.follow_up import NewAction
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Concept, State, Step, by_name
from pmbridge.domain.owner import accountable, no_due_reason_given, people_known, refs_known, revised
from pmbridge.values import Label


class Action(Fields):
    """What is to be done. ``owner``: ref of a contact, or a member's name.

    ``origin`` is the meeting, complaint, lesson or decision that led to it; ``about`` the record that it serves, which
    is listed in its place while both are open. ``first_due_on`` is the day first agreed: a due date that was moved
    stays visible.
    """

    text: Text = R()
    owner: str = C()
    due_on: date | None = C(None)
    first_due_on: date | None = C(None)
    no_due_reason: Text | None = C(None)
    origin: str | None = C(None)
    about: str | None = C(None)
    done_on: date | None = C(None)
    result: Text | None = R(None)
    cancelled_because: str | None = R(None)


class Change(Input):
    """New values; what is left out stays."""

    text: Wording | None = None
    owner: str | None = who(None)
    due_on: date | None = None
    about: str | None = None


class Done(Input):
    """What came of it, if there is something to say."""

    result: Wording | None = None


def add(_: Action | None, given: NewAction, said: Said) -> Action:
    """Return the new action item."""
    return Action(
        text=given.text,
        owner=given.owner or said.recorder,
        due_on=given.due_on,
        first_due_on=given.due_on,
        no_due_reason=given.no_due_reason,
        origin=given.origin,
        about=given.about,
    )


def change(fields: Action, given: Change, said: Said) -> Action:
    """Return the action item with its new values; the first due date stays."""
    made: Action = revised(fields, given, said)
    return made if made.first_due_on is not None else made.evolve(first_due_on=made.due_on)


def done(fields: Action, given: Done, said: Said) -> Action:
    """Return the action item as done."""
    return fields.evolve(done_on=said.day, result=given.result)


def cancel(fields: Action, _: Input, said: Said) -> Action:
    """Return the action item as cancelled."""
    return fields.evolve(cancelled_because=said.reason)


ACTION = Concept(
    name="action",
    label=Label(zh="行动项", en="action item"),
    prefixes=("ACT",),
    fields=Action,
    states=by_name(
        State("open", "未完成", "open"),
        State("done", "已完成", "done", terminal=True),
        State("cancelled", "已取消", "cancelled", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="add"),
            "open",
            takes=NewAction,
            apply=add,
            guards=(people_known("owner"), refs_known("origin", "about"), no_due_reason_given()),
        ),
        Step(
            ("open",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=change,
            guards=(people_known("owner"), refs_known("about")),
        ),
        Step(("open",), "done", Label(zh="完成", en="finish"), "done", takes=Done, apply=done),
        Step(
            ("open",),
            "cancel",
            Label(zh="取消", en="cancel"),
            "cancelled",
            apply=cancel,
            reason=True,
            done="cancelled",
        ),
    ),
    invariants=(accountable(due=lambda fields: fields.due_on or fields.no_due_reason),),
)

CONCEPTS = (ACTION,)
