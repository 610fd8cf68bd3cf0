"""What the colour rules of the register look at, and how the hits of a dimension become its colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmbridge.domain.book import Book
from pmbridge.domain.dated import plain
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.moment import Moment
from pmbridge.domain.terms import AgreedTolerances
from pmbridge.domain.view import Colour, Dimension, Discrepancy, Rag, RuleHit
from pmbridge.values import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules look at. ``unauthorised``: work that the tools show on changes that nobody approved (I5).

    ``observed_waiting``: refs of changes that only a tool knows and that wait for the client, no date agreed.
    """

    book: Book
    moment: Moment
    policy: ReportingPolicy
    unauthorised: tuple[Discrepancy, ...] = ()
    observed_waiting: tuple[str, ...] = ()

    @property
    def tolerances(self) -> AgreedTolerances:
        """The thresholds that hold: agreed ones, else what is configured with defaults for the rest."""
        found = self.policy.tolerances
        return found if isinstance(found, AgreedTolerances) else AgreedTolerances(**found.model_dump())


Rule = Callable[[Judged], Iterator[RuleHit]]


def hit(
    rule: str,
    dimension: Dimension,
    colour: Colour,
    reason: Label,
    refs: Iterable[str],
    values: Mapping[str, object],
    *,
    spell: Callable[[date], str] | None = None,
) -> RuleHit:
    """Return a rule that fired, its *values* as text; *spell*: the days in *reason* are marked, this spells them."""
    return RuleHit(
        rule=rule,
        dimension=dimension,
        colour=colour,
        reason=reason if spell is None else plain(reason, spell),
        values={name: str(value) for name, value in values.items()},
        refs=tuple(refs),
        dated=None if spell is None else reason,
    )


def coloured(dimension: Dimension, hits: Iterable[RuleHit], why_grey: Label | None) -> Rag:
    """Return the dimension's colour: red if a red rule fired, else amber, else grey where *why_grey* says, else green.

    An unknown input hides no hit.
    """
    found = sorted(hits, key=lambda one: one.colour != "red")
    if found:
        return Rag(dimension=dimension, colour=found[0].colour, hits=tuple(found), provisional=False)
    if why_grey is not None:
        return Rag(dimension=dimension, colour="grey", hits=(), provisional=False, why_grey=why_grey)
    return Rag(dimension=dimension, colour="green", hits=(), provisional=False)


def not_applicable(dimension: Dimension) -> Rag:
    """Return that there is nothing to judge."""
    return Rag(dimension=dimension, colour=None, hits=(), provisional=False)


def named(entry: Entry[Any], zh: str, en: str) -> tuple[Label, tuple[str, ...]]:
    """Return what to call *entry* in a sentence that the client reads, and the refs that may stand beside it.

    A record that the client has not seen is neither named nor numbered: *zh* and *en* say what kind of thing it is.
    """
    if entry.released is None:
        return Label(zh=zh, en=en), ()
    title = next((one for name in ("title", "question", "what") if (one := getattr(entry.released, name, None))), None)
    if not isinstance(title, Text):
        return Label(zh=entry.ref, en=entry.ref), (entry.ref,)
    return Label(zh=f"{entry.ref} {title.in_('zh')[0]}", en=f"{entry.ref} {title.in_('en')[0]}"), (entry.ref,)


def working_days(n: int) -> str:
    """Return *n* with its unit in English."""
    return f"{n} working day{'s'[: n != 1]}"
