"""A communication: the proof that something was sent to the client, or came from there.

Below the other concepts, as the record of a decision is: they ask here who was told what, and make one by an effect
(:func:`tell`). What was recorded is never edited.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import Channel
from pmbridge.domain.contact import Contact, find_contact
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Fields, Input, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, Guard, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.owner import refs_known
from pmbridge.domain.text import spaced
from pmbridge.values import Label

Direction = Literal["outbound", "inbound"]
Purpose = Literal[
    "notice",
    "reminder",
    "question",
    "answer",
    "acknowledgement",
    "update",
    "assessment",
    "submission",
    "minutes",
    "survey",
    "report",
    "other",
]

SPOKEN = frozenset({"phone", "meeting"})
"""Channels that leave no document: what was said is summed up instead."""


class Communication(Fields):
    """What was said to whom, on which records, and what proves it. ``whom``: refs of contacts, the other side."""

    direction: Direction = C()
    channel: Channel = C()
    purpose: Purpose = C("other")
    at: datetime = C()
    whom: tuple[str, ...] = C()
    about: tuple[str, ...] = C(())
    subject: Text = C()
    message_id: str | None = X(None)
    sha256: str | None = C(None)
    """Of what was sent: given, or that of the first evidence that is a file."""
    summary: Text | None = X(None)


class Add(Input):
    """A communication. ``whom`` left out: the contact whose act it is. ``about``: the records that it deals with."""

    direction: Direction = "outbound"
    channel: Channel = "email"
    purpose: Purpose = "other"
    whom: tuple[str, ...] = who(())
    about: tuple[str, ...] = ()
    subject: Wording
    message_id: str | None = None
    sha256: str | None = None
    summary: Wording | None = None


def add(_: Communication | None, given: Add, said: Said) -> Communication:
    """Return the communication; it happened when the event did."""
    return Communication(
        direction=given.direction,
        channel=given.channel,
        purpose=given.purpose,
        at=said.at,
        whom=given.whom,
        about=given.about,
        subject=given.subject,
        message_id=given.message_id,
        sha256=given.sha256 or next((one.sha256 for one in said.evidence if one.sha256), None),
        summary=given.summary,
    )


def _whom(ask: Ask[Communication, Add]) -> BaseModel:
    written = ask.input.whom or (() if ask.by is None else (ask.by,))
    found = ((one, find_contact(ask.register, one)) for one in written)
    return ask.input.model_copy(update={"whom": tuple(one if entry is None else entry.ref for one, entry in found)})


@guard("whom", "对方已登记", "the other side is known")
def whom_known(ask: Ask[Communication, Add]) -> Iterable[Unmet]:
    """It says with whom, and each is a contact of the client."""
    for one in ask.input.whom or ("–",):
        if ask.register.fields(one, Contact) is None:
            yield Unmet(
                found=Label(zh=f"{spaced(one)}不是联系人", en=f"{one} is no contact"),
                needed=Label(zh="客户的联系人", en="a contact of the client"),
                fix=command("pmbridge contact add NAME"),
            )


@guard("sent-proved", "有凭据", "proved")
def proved(ask: Ask[Communication, Add]) -> Iterable[Unmet]:
    """A written message is proved by its file, its hash or its message id; of a spoken one a summary is kept."""
    given = ask.input
    if ask.evidence or given.sha256 or given.message_id:
        return
    if given.channel not in SPOKEN:
        yield Unmet(
            found=Label(zh="没有所发出的文件", en="nothing proves it"),
            needed=Label(zh="邮件、文件或消息编号", en="the message, a file or a message id"),
            fix=command("--evidence FILE"),
        )
    elif given.summary is None:
        yield Unmet(
            found=Label(zh="没有记录谈话内容", en="nothing says what was said"),
            needed=Label(zh="谈话摘要", en="a summary of the conversation"),
            fix=command("--summary TEXT"),
        )


COMMUNICATION = Concept(
    name="communication",
    label=Label(zh="沟通记录", en="communication"),
    prefixes=("COM",),
    fields=Communication,
    states=by_name(State("recorded", "已记录", "recorded", terminal=True)),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="记录", en="record"),
            "recorded",
            takes=Add,
            apply=add,
            fill=_whom,
            guards=(whom_known, refs_known("about"), proved),
            discloses=True,
        ),
    ),
)

CONCEPTS = (COMMUNICATION,)


# ------------------------------------------------------------------------------------- what other concepts need


def tell(
    ask: Ask[Any, Any],
    purpose: Purpose,
    subject: Text,
    *,
    whom: tuple[str, ...] = (),
    channel: Channel = "email",
    direction: Direction = "outbound",
    summary: Text | None = None,
) -> Effect:
    """Return the effect that records a communication about the record of *ask*, proved by the command's evidence.

    *whom*: refs or names of contacts; empty: the contact whose act the command is.
    """
    return Effect(
        "communication",
        "add",
        Add(
            direction=direction,
            channel=channel,
            purpose=purpose,
            whom=whom,
            about=(ask.ref,),
            subject=subject,
            summary=summary,
        ),
    )


def communications(
    book: Book,
    about: str,
    *,
    direction: Direction | None = None,
    purpose: Purpose | None = None,
    since: datetime | None = None,
) -> list[Entry[Communication]]:
    """Return what was communicated about the record *about*, oldest first; *since*: not before that instant."""
    found = [
        one
        for one in book.of("communication")
        if about in one.fields.about
        and direction in (None, one.fields.direction)
        and purpose in (None, one.fields.purpose)
        and (since is None or one.fields.at >= since)
    ]
    return sorted(found, key=lambda one: one.fields.at)


def told(purpose: Purpose | None = None) -> Guard:
    """Return a guard: the client was told about the record, on or before the day of the command."""

    @guard("told", "已告知客户", "the client was told")
    def was_told(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """A communication to the client deals with it."""
        sent = communications(ask.register, ask.ref, direction="outbound", purpose=purpose)
        if not any(one.fields.at <= ask.at for one in sent):
            yield Unmet(
                found=Label(zh="没有告知客户的记录", en="nothing shows that the client was told"),
                needed=Label(zh="发给客户的沟通记录", en="a communication to the client"),
                fix=command(
                    f"pmbridge communication add --about {ask.ref} --whom CONTACT --purpose {purpose or 'notice'} "
                    "--subject TEXT --evidence FILE"
                ),
            )

    return was_told
