"""The fields of an expectation, what its steps take, and how their events change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain import decision
from pmbridge.domain.client_decision import Channel
from pmbridge.domain.entry import Said
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording
from pmbridge.domain.promise import Health, health
from pmbridge.domain.text import title_of

Category = Literal["time", "scope", "cost", "quality", "communication", "outcome"]
Feasibility = Literal["realistic", "stretch", "unrealistic", "out_of_scope"]
Verdict = Literal["met", "partly", "not_met", "exceeded"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Revision(_Part):
    """What the client expected before, and what was agreed on then."""

    n: int
    statement: Text
    expected_on: date | None
    agreed_statement: Text | None
    stated_on: date
    revised_on: date


class Review(_Part):
    """How it stood on a day; ``expected``: when the linked records were expected then, ``lost``: those that fell away.

    ``told``: a message to the client went with it.
    """

    on: date
    health: Health
    expected: Mapping[str, date | None]
    lost: tuple[str, ...] = ()
    told: bool = False


class Expectation(Fields):
    """What the client expects, in its words, and what we can really promise.

    ``expected_on`` is the day that goes with it, of a promise about time. ``forecasts``: when the linked records were
    expected at the last look.
    """

    statement: Text = R()
    stated_by: str = C()
    stated_on: date = C()
    evidence: tuple[Evidence, ...] = X(())
    category: Category = C()
    expected_on: date | None = C(None)
    links: tuple[str, ...] = C(())
    owner: str = C()
    review_on: date = C()
    feasibility: Feasibility | None = R(None)
    feasibility_rationale: Text | None = R(None)
    agreed_statement: Text | None = R(None)
    declined_because: Text | None = R(None)
    forecasts: Mapping[str, date | None] = X({})
    reviews: tuple[Review, ...] = R(())
    verdict: Verdict | None = C(None)
    client_view: Text | None = R(None)
    history: tuple[Revision, ...] = R(())

    @property
    def health(self) -> Health | None:
        """What the last review found; ``None`` before the first."""
        return self.reviews[-1].health if self.reviews else None


class Look(Input):
    """``forecasts``: when linked records are expected, as read elsewhere; what the register knows is put in."""

    forecasts: Mapping[str, date | None] = {}


class Add(Input):
    """The client's words. ``stated_by`` left out: ``--by``; ``review_on``: five working days later."""

    statement: Wording
    category: Category
    stated_by: str | None = who(None)
    expected_on: date | None = None
    links: tuple[str, ...] = ()
    owner: str | None = who(None)
    review_on: date | None = None


class Change(Input):
    """New values before anything is agreed; the client's words stay."""

    category: Category | None = None
    links: tuple[str, ...] | None = None
    owner: str | None = who(None)
    review_on: date | None = None


class HandOver(Input):
    """Another owner or another day of review."""

    owner: str | None = who(None)
    review_on: date | None = None


class Assess(Look):
    """Whether it can be met, and why."""

    feasibility: Feasibility
    rationale: Wording


class Agree(decision.Decided):
    """What we promise. ``expected_on`` left out: the day that the client named. ``forecasts``: as for a review."""

    agreed_statement: Wording
    expected_on: date | None = None
    review_on: date | None = None
    forecasts: Mapping[str, date | None] = {}


class Reset(Look):
    """What we can promise instead, as the client was told."""

    agreed_statement: Wording
    expected_on: date | None = None
    review_on: date | None = None
    channel: Channel = "email"


class Decline(Input):
    """How the client was told; why is the reason of the command."""

    channel: Channel = "email"


class Revise(Input):
    """What the client expects now."""

    statement: Wording
    stated_by: str | None = who(None)
    category: Category | None = None
    expected_on: date | None = None
    links: tuple[str, ...] | None = None
    review_on: date | None = None


class Reviewed(Look):
    """A look at how it stands. With a proof of what was sent, the client was told.

    ``lost``: links that came to nothing; those that the register knows are put in.
    """

    lost: tuple[str, ...] = ()
    review_on: date | None = None
    channel: Channel = "email"


class Settle(Input):
    """How it came out, and what the client thinks of it, if that was said."""

    verdict: Verdict
    client_view: Wording | None = None


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Expectation | None, given: Add, said: Said) -> Expectation:
    """Return the new expectation."""
    return Expectation(
        statement=given.statement,
        stated_by=given.stated_by or "",
        stated_on=said.day,
        evidence=said.evidence,
        category=given.category,
        expected_on=given.expected_on,
        links=given.links,
        owner=given.owner or said.recorder,
        review_on=given.review_on or said.day,
    )


def assess(fields: Expectation, given: Assess, _: Said) -> Expectation:
    """Return the expectation with its feasibility."""
    return fields.evolve(
        feasibility=given.feasibility, feasibility_rationale=given.rationale, forecasts=given.forecasts
    )


def promise(fields: Expectation, given: Agree | Reset, _: Said) -> Expectation:
    """Return the expectation with what was promised, and for when."""
    return fields.evolve(
        agreed_statement=given.agreed_statement,
        expected_on=given.expected_on or fields.expected_on,
        review_on=given.review_on or fields.review_on,
        forecasts=given.forecasts,
    )


def revoke(fields: Expectation, _: Input, __: Said) -> Expectation:
    """Return the expectation without a promise."""
    return fields.evolve(agreed_statement=None)


def decline(fields: Expectation, _: Decline, said: Said) -> Expectation:
    """Return the expectation as declined; the reason is what the client was told."""
    return fields.evolve(declined_because=None if said.reason is None else title_of(said.reason))


def revise(fields: Expectation, given: Revise, said: Said) -> Expectation:
    """Return the expectation as the client has it now, with the old one kept."""
    before = Revision(
        n=len(fields.history) + 1,
        statement=fields.statement,
        expected_on=fields.expected_on,
        agreed_statement=fields.agreed_statement,
        stated_on=fields.stated_on,
        revised_on=said.day,
    )
    return fields.evolve(
        statement=given.statement,
        stated_by=given.stated_by or fields.stated_by,
        stated_on=said.day,
        evidence=said.evidence,
        category=given.category or fields.category,
        expected_on=given.expected_on,
        links=fields.links if given.links is None else given.links,
        review_on=given.review_on or fields.review_on,
        feasibility=None,
        feasibility_rationale=None,
        agreed_statement=None,
        history=(*fields.history, before),
    )


def review(fields: Expectation, given: Reviewed, said: Said) -> Expectation:
    """Return the expectation with one more look at how it stands."""
    made = Review(
        on=said.day,
        health=health(fields.expected_on, given.forecasts, given.lost),
        expected=given.forecasts,
        lost=given.lost,
        told=bool(said.evidence),
    )
    return fields.evolve(
        reviews=(*fields.reviews, made),
        forecasts=given.forecasts,
        review_on=given.review_on or fields.review_on,
    )


def settle(fields: Expectation, given: Settle, _: Said) -> Expectation:
    """Return the expectation as it came out."""
    return fields.evolve(verdict=given.verdict, client_view=given.client_view)
