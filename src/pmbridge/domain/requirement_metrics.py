"""How stable the agreed requirements are: what changes added, modified and removed since a baseline.

Source: the requirements stability index as it is published, ``(N - |C|) / N``, with every requirement counted once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from pmbridge.domain import baseline
from pmbridge.domain.book import Book
from pmbridge.domain.contact import Contact
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Figure, Known, Unknown, UnknownReason
from pmbridge.domain.moment import Moment
from pmbridge.domain.requirement_fields import Requirement
from pmbridge.domain.rounding import settled
from pmbridge.domain.source import cited
from pmbridge.values import Label

Origin = Literal["client", "agency", "off_specification", "unknown"]
"""Whose change it was; ``off_specification``: our own deviation from what was agreed."""

ORIGINS: Mapping[Origin, Label] = {
    "client": Label(zh="客户提出", en="raised by the client"),
    "agency": Label(zh="我方提出", en="raised by the agency"),
    "off_specification": Label(zh="不符合规格", en="off-specification"),
    "unknown": Label(zh="来源未知", en="origin not known"),
}

_NO_BASELINE = Label(zh="没有需求基线", en="no requirements baseline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Churn:
    """What changed of the requirements of baseline ``of_baseline`` after ``since`` (excluded) up to ``until``.

    Refs by ref; each requirement stands in one of ``added``, ``modified`` and ``removed``, by what happened to it
    first. ``clarified`` does not count. ``size`` is the number of requirements in that baseline. ``churn`` is a share
    of it (above 1 where more changed than there were), ``by_origin`` that of each origin that occurs, in which a
    requirement that two origins touched stands twice; ``stability`` is ``max(0, 1 - churn)``.
    """

    since: date | None
    until: date
    of_baseline: int | None
    size: int
    added: tuple[str, ...]
    modified: tuple[str, ...]
    removed: tuple[str, ...]
    clarified: tuple[str, ...]
    churn: Figure[Decimal]
    stability: Figure[Decimal]
    by_origin: Mapping[Origin, Figure[Decimal]]

    @property
    def changed(self) -> int:
        """How many requirements changed."""
        return len(self.added) + len(self.modified) + len(self.removed)


class _Touch(NamedTuple):
    ref: str
    how: Literal["added", "modified", "removed"]
    on: date
    origin: Origin


def churn(book: Book, moment: Moment, *, window_wd: int | None = None) -> Churn:
    """Return the churn of the last *window_wd* working days, today included; ``None``: of all since baseline 0.

    Counted against the baseline that held when the window began, baseline 0 where it began before that. Without a
    requirements baseline it is unknown.
    """
    agreed = [one for one in baseline.baselines(book, "requirements") if one.fields.agreed_on <= moment.today]
    if not agreed:
        unknown = Unknown(reason=UnknownReason.NOT_PROVIDED, detail=_NO_BASELINE)
        return Churn(since=None, until=moment.today, of_baseline=None, size=0, added=(), modified=(), removed=(),
                     clarified=(), churn=unknown, stability=unknown, by_origin={})  # fmt: skip
    since = agreed[0].fields.agreed_on
    if window_wd is not None:
        since = max(since, moment.calendar.add_wd(moment.today, -window_wd))
    # Baseline 0 holds from its day on, though the window begins after that day.
    first = max(n for n, one in enumerate(agreed) if n == 0 or one.fields.agreed_on <= since)
    touches = list(_touches(book, agreed[first:]))
    size = len(agreed[first].fields.items)
    once: dict[str, _Touch] = {}
    for one in touches:
        once.setdefault(one.ref, one)
    of_origin = Counter(origin for origin, _ in {(one.origin, one.ref) for one in touches})
    sources = agreed[first:]
    whole = _share(len(once), size, sources, moment)
    return Churn(
        since=since,
        until=moment.today,
        of_baseline=first,
        size=size,
        added=_refs(once, "added"),
        modified=_refs(once, "modified"),
        removed=_refs(once, "removed"),
        clarified=_clarified(book, since, moment.today),
        churn=whole,
        stability=whole.map(lambda share: max(Decimal(0), 1 - share)) if isinstance(whole, Known) else whole,
        by_origin={
            origin: _share(of_origin[origin], size, sources, moment) for origin in ORIGINS if origin in of_origin
        },
    )


def _touches(book: Book, agreed: list[Entry[Any]]) -> Iterator[_Touch]:
    """Yield what each baseline after the first of *agreed* changed in the one before it."""
    for before, after in pairwise(agreed):
        old, new = before.fields.items, after.fields.items
        origin = _origin(book, after.fields.from_changes)
        on = after.fields.agreed_on
        for ref in sorted(old.keys() | new.keys()):
            if ref not in old:
                yield _Touch(ref, "added", on, origin)
            elif ref not in new:
                yield _Touch(ref, "removed", on, origin)
            elif old[ref] != new[ref]:
                yield _Touch(ref, "modified", on, origin)


def _origin(book: Book, changes: tuple[str, ...]) -> Origin:
    """Return whose change a baseline rests on."""
    entry = book.get(changes[0]) if changes else None
    if entry is None:
        return "unknown"
    if getattr(entry.fields, "kind", None) == "off_specification":
        return "off_specification"
    raised_by: str | None = getattr(entry.fields, "raised_by", None)
    if raised_by is None:
        return "unknown"
    return "agency" if book.fields(raised_by, Contact) is None else "client"


def _refs(once: Mapping[str, _Touch], how: str) -> tuple[str, ...]:
    return tuple(sorted(ref for ref, one in once.items() if one.how == how))


def _clarified(book: Book, since: date, until: date) -> tuple[str, ...]:
    found = []
    for one in book.of("requirement"):
        fields: Requirement = one.fields
        if any(r.change_kind == "clarification" and since < r.created_on <= until for r in fields.revisions):
            found.append(one.ref)
    return tuple(found)


def _share(changed: int, size: int, sources: list[Entry[Any]], moment: Moment) -> Figure[Decimal]:
    if not size:
        return Unknown(
            reason=UnknownReason.DIVISION_BY_ZERO,
            detail=Label(zh="基线中没有需求", en="the baseline has no requirements"),
        )
    return Known(
        value=settled(Decimal(changed) / size),
        sources=cited(sources),
        method="derived",
        observed_at=moment.as_of,
        note=Label(zh=f"{changed}/{size}", en=f"{changed}/{size}"),
    )
