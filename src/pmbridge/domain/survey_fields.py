"""The fields of a survey, what its steps take, and how their events change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.inputs import Wording
from pmbridge.values import Label

Kind = Literal["milestone_csat", "periodic_csat", "nps", "closing"]
Scale = Literal["1-5", "0-10", "free_text", "choice"]
Answer = int | str

BOUNDS: Mapping[Scale, range] = {"1-5": range(1, 6), "0-10": range(11)}
"""The answers of the scales that are numbers."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Option(_Part):
    """One answer of a choice."""

    key: str
    text: Wording


class Question(_Part):
    """One question. ``options`` only where it is a choice; the answer is then the key of one."""

    id: str
    text: Wording
    scale: Scale
    options: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _options(self) -> Self:
        if (self.scale == "choice") != bool(self.options):
            raise ValueError("a choice has options, and nothing else has")
        return self

    def takes(self, answer: Answer) -> bool:
        """Return whether *answer* is one to this question."""
        if self.scale in BOUNDS:
            return isinstance(answer, int) and answer in BOUNDS[self.scale]
        if not isinstance(answer, str):
            return False
        return bool(answer.strip()) if self.scale == "free_text" else any(one.key == answer for one in self.options)

    @property
    def shown(self) -> Label:
        """What it takes, in words."""
        if self.scale in BOUNDS:
            low, high = BOUNDS[self.scale][0], BOUNDS[self.scale][-1]
            return Label(zh=f"{self.id}：{low} 到 {high} 的整数", en=f"{self.id}: a whole number from {low} to {high}")
        if self.scale == "free_text":
            return Label(zh=f"{self.id}：一段文字", en=f"{self.id}: a text")
        keys = [one.key for one in self.options]
        return Label(zh=f"{self.id}：{'、'.join(keys)} 之一", en=f"{self.id}: one of {', '.join(keys)}")


class Invitation(_Part):
    """Whom we asked. ``token_sha256``: hash of what the invited person was given to answer with."""

    contact: str
    token_sha256: str | None = None
    sent_on: date
    reminded_on: date | None = None


class Response(_Part):
    """What came back; ``contact`` is ``None`` where the survey is anonymous."""

    answers: Mapping[str, Answer]
    submitted_on: date
    contact: str | None = None
    may_quote: bool = False
    """Whether whoever answered agreed that the words are printed."""


class Survey(Fields):
    """The fields of a survey. Who was asked and what single people said never leaves the agency."""

    kind: Kind = C()
    questions: tuple[Question, ...] = R()
    closes_on: date = C()
    anonymous: bool = C(default=False)
    milestone: str | None = C(None)
    sent_on: date | None = C(None)
    owner: str = C()
    invitations: tuple[Invitation, ...] = X(())
    responses: tuple[Response, ...] = X(())

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Refs of those who were invited and have not answered; everybody where that must not be known."""
        answered = {one.contact for one in self.responses}
        return tuple(one.contact for one in self.invitations if self.anonymous or one.contact not in answered)

    def question(self, id_: str) -> Question | None:
        """Return the question of that id, ``None`` if there is none."""
        return next((one for one in self.questions if one.id == id_), None)

    def holder_of(self, token_sha256: str) -> str | None:
        """Return who was invited with that token, ``None`` if nobody was."""
        return next((one.contact for one in self.invitations if one.token_sha256 == token_sha256), None)


class Add(Input):
    """A survey that can still be changed."""

    kind: Kind
    questions: tuple[Question, ...]
    closes_on: date
    anonymous: bool = False
    milestone: str | None = None
    owner: str | None = who(None)


class Change(Input):
    """New values before it is sent; what is left out stays."""

    kind: Kind | None = None
    questions: tuple[Question, ...] | None = None
    closes_on: date | None = None
    anonymous: bool | None = None
    milestone: str | None = None
    owner: str | None = who(None)


class HandOver(Input):
    """Another owner: all that can change once the questions are out."""

    owner: str | None = who(None)


class Send(Input):
    """Whom it goes to; ``tokens``: by contact, the SHA-256 (hex) of the token that was handed out."""

    invite: tuple[str, ...] = who(())
    tokens: Mapping[str, str] = {}


class Remind(Input):
    """Who is reminded; nobody named: all who have not answered."""

    contacts: tuple[str, ...] = who(())


class Record(Input):
    """One response, by question id. Whose it is, is said by ``contact``, ``--by`` or the token."""

    answers: Mapping[str, Answer]
    contact: str | None = who(None)
    token_sha256: str | None = None
    may_quote: bool = False


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Survey | None, given: Add, said: Said) -> Survey:
    """Return the new survey."""
    return Survey(
        kind=given.kind,
        questions=given.questions,
        closes_on=given.closes_on,
        anonymous=given.anonymous,
        milestone=given.milestone,
        owner=given.owner or said.recorder,
    )


def send(fields: Survey, given: Send, said: Said) -> Survey:
    """Return the survey with its invitations."""
    invited = tuple(
        Invitation(contact=one, token_sha256=given.tokens.get(one), sent_on=said.day) for one in given.invite
    )
    return fields.evolve(invitations=invited, sent_on=said.day)


def remind(fields: Survey, given: Remind, said: Said) -> Survey:
    """Return the survey with the day of the reminder at those who were reminded."""
    return fields.evolve(
        invitations=tuple(
            one.model_copy(update={"reminded_on": said.day}) if one.contact in given.contacts else one
            for one in fields.invitations
        )
    )


def record(fields: Survey, given: Record, said: Said) -> Survey:
    """Return the survey with one more response."""
    made = Response(
        answers=given.answers,
        submitted_on=said.day,
        contact=None if fields.anonymous else given.contact,
        may_quote=given.may_quote,
    )
    return fields.evolve(responses=(*fields.responses, made))
