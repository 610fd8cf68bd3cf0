"""The budgets that this project set itself, in the order of ``docs/explanation/architecture.md``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Value = Callable[[str, str], float]
UNIT = "requests + json, keep (the unit)"
JIRA = "jira, search_issues"
FIRST = "pmbridge, first sync"
AGAIN = "pmbridge, again, nothing changed"
RESCAN = "pmbridge, full rescan, nothing changed"
SLOW_UNIT = "50 ms: requests + json"
SLOW = "50 ms: pmbridge, first sync"
PY_TRELLO = "50 ms, Trello: py-trello, all cards of 20 boards (the unit here)"
BOARDS_FIRST = "50 ms, Trello: pmbridge, first sync of 20 boards"
BOARDS_AGAIN = "50 ms, Trello: pmbridge, again, nothing changed"
STORE = "store, unchanged records offered"
SQLITE = "sqlite3, guarded upsert, from records"
REPORT = "report, 2 languages, html md json"
NOW = "view, now"
BACK = "view, half a year back"
AGREED_EVENTS = 2_000
AGREED = "view, now, with a register of 2,000 events"
EVENTS = 20_000
APPENDED = "register, 20,000 commands in one transaction"
VERIFIED = "register, 100,000 events verified"
REBUILT = "register, 100,000 events rebuilt"
PASS = "python -c pass"
HELP = "pmbridge --help"


@dataclass(frozen=True)
class Budget:
    """A limit and how to compute what it limits from the medians of the cases in ``needs``."""

    name: str
    limit: float
    unit: str
    needs: frozenset[str]
    measure: Callable[[Value], float]


def ratio(name: str, limit: float, case: str, to: str, what: str = "cpu") -> Budget:
    """Return a budget on *case* in units of *to*."""
    unit = f"x {to}" if what == "cpu" else f"x {to} ({what})"
    return Budget(name, limit, unit, frozenset({case, to}), lambda v: v(case, what) / v(to, what))


def plain(name: str, limit: float, unit: str, case: str, what: str) -> Budget:
    """Return a budget on one value of *case*."""
    return Budget(name, limit, unit, frozenset({case}), lambda v: v(case, what))


BUDGETS = (
    ratio("first sync, CPU", 0.8, FIRST, UNIT),
    ratio("first sync, CPU beside jira's fetch", 0.333, FIRST, JIRA),
    plain("first sync, memory above import", 32, "MiB", FIRST, "mib"),
    plain("first sync at 50 ms, wall", 2.0, "s", SLOW, "wall"),
    ratio("first sync at 50 ms, wall", 0.35, SLOW, SLOW_UNIT, "wall"),
    Budget(
        "first sync at 50 ms, requests a second",
        80,
        "/s",
        frozenset({SLOW}),
        lambda v: v(SLOW, "requests") / v(SLOW, "wall"),
    ),
    plain("Trello, 20 boards of 500 cards at 50 ms, wall", 0.7, "s", BOARDS_FIRST, "wall"),
    ratio("Trello, first sync, CPU", 0.8, BOARDS_FIRST, PY_TRELLO),
    plain("Trello, nothing changed, CPU", 0.1, "s", BOARDS_AGAIN, "cpu"),
    plain("Trello, nothing changed, requests", 1, "", BOARDS_AGAIN, "requests"),
    plain("nothing changed, requests", 2, "", AGAIN, "requests"),
    plain("nothing changed, rows written", 0, "", AGAIN, "written"),
    ratio("full rescan, CPU", 0.5, RESCAN, UNIT),
    ratio("100,000 unchanged records offered to the store, CPU", 1.0, STORE, SQLITE),
    plain("report from the mirror, CPU", 1.0, "s", REPORT, "cpu"),
    ratio("view half a year back over 1 million history rows, CPU", 1.3, BACK, NOW),
    plain("view of 10,000 items and 2,000 events of the register, CPU", 0.5, "s", AGREED, "cpu"),
    Budget(
        "register, one event of one transaction, wall",
        1000 / 5000,
        "ms",
        frozenset({APPENDED}),
        lambda v: v(APPENDED, "wall") * 1000 / EVENTS,
    ),
    plain("register, 100,000 events verified, wall", 0.5, "s", VERIFIED, "wall"),
    plain("register, 100,000 events rebuilt, wall", 1.0, "s", REBUILT, "wall"),
    Budget(
        "pmbridge --help above python -c pass, CPU",
        0.06,
        "s",
        frozenset({HELP, PASS}),
        lambda v: v(HELP, "cpu") - v(PASS, "cpu"),
    ),
)
