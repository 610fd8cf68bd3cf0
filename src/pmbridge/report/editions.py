"""What each edition of the report holds: the sections that not all of them have, and how much of each they list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Protocol, TypeVar

from pmbridge.report.model import ClientReport, Edition

Extent = Literal["full", "period", "content", "none"]
"""``full``: all of it, also when it is empty; ``period``: what moved in the period, also when it is empty; ``content``:
what moved in the period, and not at all where nothing did; ``none``: not in this edition."""

EXTENTS: Mapping[str, Mapping[Edition, Extent]] = {
    "S10": {"weekly": "content", "monthly": "full", "closing": "full"},
    "S11": {"weekly": "content", "monthly": "full", "closing": "full"},
    "S12": {"weekly": "content", "monthly": "period", "closing": "full"},
    "S13": {"weekly": "period", "monthly": "period", "closing": "content"},
    "S15": {"weekly": "none", "monthly": "content", "closing": "full"},
}
"""The sections that rest on the register alone. All others stand in every edition."""

LISTED_ITEMS: Mapping[Edition, int] = {"weekly": 12, "monthly": 30, "closing": 0}
"""How many finished items an edition names; the rest is a count. At the end only what was reached matters."""


class Moving(Protocol):
    """A row that tells whether something happened to it in a stretch of days."""

    def moved(self, first: date, last: date) -> bool:
        """Return whether it did; what is still open counts as moving."""


R = TypeVar("R", bound=Moving)


def extent(section: str, edition: Edition) -> Extent:
    """Return how much of *section* the edition shows."""
    return EXTENTS[section][edition]


def listed(rows: Iterable[R], report: ClientReport, section: str) -> tuple[R, ...]:
    """Return the *rows* of *section* that the report's edition lists."""
    header = report.header
    if extent(section, header.edition) == "full":
        return tuple(rows)
    return tuple(one for one in rows if one.moved(header.period_from, header.period_to))


def left_out(report: ClientReport) -> tuple[str, ...]:
    """Return the sections of this edition that are left out, as nothing is known of them or nothing is in them."""
    edition = report.header.edition
    return tuple(
        section
        for section in EXTENTS
        if extent(section, edition) != "none"
        and (not _known(report, section) or (extent(section, edition) == "content" and not _any(report, section)))
    )


def stands(report: ClientReport, section: str) -> bool:
    """Return whether the page has *section*."""
    edition = report.header.edition
    return _known(report, section) and section not in report.data.omitted and extent(section, edition) != "none"


def _known(report: ClientReport, section: str) -> bool:
    part = {
        "S10": report.deliverables,
        "S11": report.promises,
        "S12": report.satisfaction,
        "S13": report.meetings,
        "S15": report.lessons,
    }[section]
    return part is not None


def _any(report: ClientReport, section: str) -> bool:
    rows: list[Moving] = []
    if section == "S10" and report.deliverables is not None:
        rows += report.deliverables.rows
    elif section == "S11" and report.promises is not None:
        rows += (*report.promises.expectations, *report.promises.commitments)
    elif section == "S12" and report.satisfaction is not None:
        found = report.satisfaction
        rows += (*found.surveys, *found.feedback, *found.complaints)
    elif section == "S13" and report.meetings is not None:
        rows += (*report.meetings.meetings, *report.meetings.actions)
    elif section == "S15" and report.lessons is not None:
        return not report.lessons.empty
    return bool(listed(rows, report, section))
