"""S14: what the figures rest on, as the report holds it and as it comes out of the engagement's view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from pmbridge.domain import view as seen
from pmbridge.domain.figure import UnknownReason
from pmbridge.report import gate
from pmbridge.report.names import THRESHOLDS
from pmbridge.report.parts import Fact, Part, Sentence


class Feed(Part):
    """A source of data: how fresh and whole. ``label`` is the tool's name, numbered where it has several projects."""

    tool: str
    label: str
    complete_as_of: datetime | None
    stale: bool
    interrupted: bool
    items: int
    unreadable: int


class Gap(Part):
    """A figure printed as unknown."""

    ref: str
    what: Sentence
    reason: UnknownReason


class Dispute(Part):
    """Sources that say different things about one record; until settled its figure is unknown."""

    ref: str
    what: Sentence


class Data(Part):
    """S14: what the figures rest on."""

    feeds: tuple[Feed, ...]
    gaps: tuple[Gap, ...]
    thresholds: tuple[Fact, ...]
    thresholds_agreed: bool
    disputes: tuple[Dispute, ...]
    calendar_final: bool
    omitted: tuple[str, ...]


# --------------------------------------------------------------------------------------------------- the projection


def data(view: seen.EngagementView, omitted: tuple[str, ...]) -> Data:
    """Return what the figures rest on; *omitted*: the sections that are left out, as there is nothing in them."""
    return Data(
        feeds=_feeds(view),
        gaps=tuple(
            Gap(ref=gate.clean(one.ref), what=gate.sentence(one.what), reason=one.reason) for one in view.unknowns
        ),
        thresholds=_thresholds(view.policy),
        thresholds_agreed=view.policy_agreed,
        disputes=tuple(
            Dispute(ref=gate.clean(one.ref), what=gate.sentence(one.what))
            for one in view.discrepancies
            if one.settled is None
        ),
        calendar_final=view.calendar_final,
        omitted=omitted,
    )


def _thresholds(policy: Mapping[str, str]) -> tuple[Fact, ...]:
    named = {name.rpartition(".")[2]: value for name, value in policy.items()}
    return tuple(gate.fact(name, named[name]) for name in THRESHOLDS if name in named)


def _feeds(view: seen.EngagementView) -> tuple[Feed, ...]:
    """Name feeds by tool; several projects of one tool are numbered, as their names are the agency's affair."""
    total = Counter(feed.tool for feed in view.sources)
    so_far: Counter[str] = Counter()
    found = []
    for feed in view.sources:
        so_far[feed.tool] += 1
        number = f" {so_far[feed.tool]}" if total[feed.tool] > 1 else ""
        found.append(
            Feed(
                tool=gate.clean(feed.tool),
                label=gate.clean(feed.tool) + number,
                complete_as_of=feed.complete_as_of.astimezone(view.zone) if feed.complete_as_of else None,
                stale=feed.stale,
                interrupted=feed.problem is not None,
                items=feed.items,
                unreadable=feed.unreadable,
            )
        )
    return tuple(found)
