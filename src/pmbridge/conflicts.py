"""Where tools and register differ, each difference under a number of its own, and how a person settles one.

A number is given when a difference is first listed and stays with it, also when it comes back. It is kept in the
store beside the register; only a settlement is an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from pmbridge.domain.book import numbered
from pmbridge.domain.discrepancy import DISCREPANCY, Resolution
from pmbridge.domain.entry import Entry
from pmbridge.domain.view import Discrepancy, EngagementView
from pmbridge.errors import UnknownRef
from pmbridge.values import Label
from pmbridge.wishing import is_carried_out

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement
    from pmbridge.workspace import Workspace

_NUMBERS = "differences"
_PREFIX = DISCREPANCY.prefixes[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A difference with its number. ``since``: the day from which it is known to stand."""

    ref: str
    found: Discrepancy
    since: date

    @property
    def open(self) -> bool:
        """Whether nobody has settled it as it is now."""
        return self.found.settled is None


def conflicts(
    workspace: Workspace, engagement: Engagement, view: EngagementView | None = None, *, remember: bool = True
) -> list[Conflict]:
    """Return the differences that stand now, settled ones among them, by number.

    *view*: a view that is at hand. New differences get their numbers, and are remembered unless the view is of the
    past.

    Raises:
        ConfigError: nothing was synced yet, or the mapping does not fit the project.
    """
    view = view or engagement.view()
    if not engagement.config.sources:
        return []
    memo = workspace.store.memo(engagement.config.sources[0].connection)
    name = f"{_NUMBERS}:{engagement.name}"
    kept = memo.kept(name)
    known = _remembered(kept)
    for entry in engagement.register.book.of(DISCREPANCY.name):
        # A store that was moved has the settlements and not the memo.
        known.setdefault(entry.fields.key, (numbered(entry.ref)[1], None))
    highest = max((number for number, _ in known.values()), default=0)
    standing: list[Conflict] = []
    now: dict[str, tuple[int, date | None]] = {key: (number, None) for key, (number, _) in known.items()}
    for one in view.discrepancies:
        number, since = known.get(one.key, (0, None))
        if not number:
            highest += 1
            number = highest
        since = one.since or since or view.today
        now[one.key] = (number, since)
        found = replace(one, settled=None) if is_carried_out(workspace, engagement, one) else one
        standing.append(Conflict(ref=DISCREPANCY.ref(_PREFIX, number), found=found, since=since))
    told: dict[str, JsonValue] = {
        key: [number, None if day is None else day.isoformat()] for key, (number, day) in sorted(now.items())
    }
    if remember and told != kept:
        memo.keep(name, told)
    return sorted(standing, key=lambda one: numbered(one.ref))


def _remembered(kept: JsonValue) -> dict[str, tuple[int, date | None]]:
    found: dict[str, tuple[int, date | None]] = {}
    for key, value in kept.items() if isinstance(kept, dict) else ():
        if isinstance(value, list) and isinstance(value[0], int):
            day = value[1]
            found[key] = (value[0], date.fromisoformat(day) if isinstance(day, str) else None)
    return found


def conflict(all_of_them: Sequence[Conflict], ref: str) -> Conflict:
    """Return the difference *ref* (``d-12``, ``D12`` and ``D-12`` are one).

    Raises:
        UnknownRef: there is none of that number now.
    """
    wanted = ref.upper().replace("-", "").removeprefix(_PREFIX).lstrip("0")
    for one in all_of_them:
        if str(numbered(one.ref)[1]) == wanted:
            return one
    near = [one.ref for one in all_of_them]
    raise UnknownRef(
        ref=ref, where="the differences", where_zh="不一致", near=f"Open: {', '.join(near)}." if near else "",
        near_zh=f"现有：{'、'.join(near)}。" if near else "", command="pmbridge conflicts",
    )  # fmt: skip


def settle(
    engagement: Engagement,
    one: Conflict,
    resolution: Resolution,
    *,
    reason: str | None = None,
    until: date | None = None,
    at: datetime | None = None,
) -> Entry[Any]:
    """Record how a person settles *one*, with what follows from it, and return the settlement.

    Raises:
        GuardFailed: a contractual value is to be taken, a reason is missing, or what follows is refused.
    """
    found, register = one.found, engagement.register
    ours, theirs = found.ours, found.theirs or Label(zh=found.sides[-1][1], en=found.sides[-1][1])
    given = {
        "subject": found.ref,
        "key": found.key,
        "field": found.field,
        "values": found.values,
        "ours": "" if ours is None else found.sides[0][1],
        "theirs": found.sides[-1][1] if found.field in ("title", "state") else theirs.en,
        "work": _work(engagement, found),
        "resolution": resolution,
        "until": until,
    }
    exists = one.ref in register.book
    return register.do(
        DISCREPANCY.name,
        "settle",
        one.ref if exists else None,
        input=given,
        number=None if exists else one.ref,
        reason=reason,
        at=at,
    )


def _work(engagement: Engagement, found: Discrepancy) -> str | None:
    """Return the title of the item that has begun without approval; ``None`` for any other difference."""
    place = found.place
    if found.kind != "unauthorised" or place is None:
        return None
    for observed in engagement.observed():
        if observed.source.connection == place.connection:
            for item in observed.items:
                if (item.id.kind, item.id.external_id) == (place.kind, place.external_id):
                    return item.title
    return place.key or None
