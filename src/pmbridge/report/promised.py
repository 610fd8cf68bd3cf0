"""S11: expectations and commitments, as the report holds them and as they come out of the engagement's view."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pmbridge.domain import promised as seen
from pmbridge.report import gate
from pmbridge.report.parts import Part, Quote, Ratio, Source

Health = Literal["on_track", "at_risk", "unknown"]


class Reworded(Part):
    """What was expected, and had been agreed, until the day on which both were agreed anew."""

    statement: Quote
    agreed: Quote | None
    until: date


class Expectation(Part):
    """S11, one row. ``statement``: the client's words; ``agreed``: what we promised, for ``expected_on``.

    ``health``: how it stands, as the client was told on ``told_on``; ``earlier``: what stood before, oldest first.
    """

    ref: str
    statement: Quote
    agreed: Quote | None
    state: str
    since: date
    stated_on: date
    expected_on: date | None
    review_on: date
    links: tuple[str, ...]
    health: Health | None
    told_on: date | None
    declined_because: Quote | None
    earlier: tuple[Reworded, ...]
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it is at risk, or was stated, agreed, told of or settled in those days."""
        days = (self.since, self.stated_on, self.told_on)
        standing = self.state in ("stated", "assessed", "agreed", "reset")
        return (standing and self.health == "at_risk") or any(day is not None and first <= day <= last for day in days)


class Commitment(Part):
    """S11, one row: a promise of ours. ``remedy``: what was done about a broken one."""

    ref: str
    statement: Quote
    state: str
    made_on: date
    due_on: date
    overdue: bool
    settled_on: date | None
    remedy: Quote | None
    rests_on: str | None
    replaces: str | None
    sources: tuple[Source, ...]

    def moved(self, first: date, last: date) -> bool:
        """Return whether it is open and overdue, or was made, due or settled in those days."""
        return self.overdue or any(
            day is not None and first <= day <= last for day in (self.made_on, self.due_on, self.settled_on)
        )


class Promises(Part):
    """S11. ``met``: of the expectations that are settled, ``kept``: of the commitments; ``None``: none is."""

    expectations: tuple[Expectation, ...]
    commitments: tuple[Commitment, ...]
    met: Ratio | None
    kept: Ratio | None


# --------------------------------------------------------------------------------------------------- the projection


def promises(found: seen.Promised, links: gate.Links) -> Promises:
    """Return expectations and commitments, as the client may see them."""
    return Promises(
        expectations=tuple(_expectation(one, links) for one in found.expectations),
        commitments=tuple(_commitment(one, links) for one in found.commitments),
        met=gate.ratio(found.met),
        kept=gate.ratio(found.kept),
    )


def _expectation(one: seen.Expected, links: gate.Links) -> Expectation:
    return Expectation(
        ref=gate.clean(one.ref),
        statement=gate.quote(one.statement),
        agreed=gate.maybe(one.agreed),
        state=one.state,
        since=one.since,
        stated_on=one.stated_on,
        expected_on=one.expected_on,
        review_on=one.review_on,
        links=gate.refs(one.links),
        health=one.health,
        told_on=one.told_on,
        declined_because=gate.maybe(one.declined_because),
        earlier=tuple(
            Reworded(statement=gate.quote(each.statement), agreed=gate.maybe(each.agreed), until=each.until)
            for each in one.earlier
        ),
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )


def _commitment(one: seen.Committed, links: gate.Links) -> Commitment:
    return Commitment(
        ref=gate.clean(one.ref),
        statement=gate.quote(one.statement),
        state=one.state,
        made_on=one.made_on,
        due_on=one.due_on,
        overdue=one.overdue,
        settled_on=one.settled_on,
        remedy=gate.maybe(one.remedy),
        rests_on=gate.clean(one.rests_on) if one.rests_on else None,
        replaces=gate.clean(one.replaces) if one.replaces else None,
        sources=links.sources((one.source,), ref=gate.clean(one.ref)),
    )
