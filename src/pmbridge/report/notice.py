"""The differences between two reports in one line each, for a terminal: ``M5 forecast 07-01 → 07-03``.

Not for clients, who get the table with notes. Days without the year where it is the report's.
"""

from __future__ import annotations

from datetime import date

from pmbridge.domain.change import STATES
from pmbridge.report import names
from pmbridge.report.model import ClientReport, DiffLine, Side
from pmbridge.values import Label

_NEW, _GONE = Label(zh="新出现", en="is new"), Label(zh="不再出现", en="is gone")
_UNKNOWN = Label(zh="未知", en="unknown")
_NOTHING = Label(zh="不适用", en="n/a")
_UNREACHED = Label(zh="改为未达成", en="no longer holds")
_UNBINDING = Label(zh="（工具中的状态，不是客户决定）", en="(the tool's state, no client decision)")
_STATES = frozenset({"change_new", "change_state"})
_BARE: dict[str, Label] = {"milestone_new": _NEW, "milestone_gone": _GONE, "change_gone": _GONE}


def notices(report: ClientReport) -> tuple[Label, ...]:
    """Return one sentence per line of what changed, in the report's order: bad news first."""
    today = report.header.as_of.date()
    unbinding = {c.ref for c in report.changes.rows if c.state is not None and c.in_tool_words}
    found = []
    for line in report.since:
        said = _notice(line, today)
        found.append(_spaced(said, _UNBINDING) if line.kind in _STATES and line.ref in unbinding else said)
    return tuple(found)


def _notice(line: DiffLine, today: date) -> Label:
    what = _what(line)
    if line.kind in _BARE:
        return _spaced(what, _BARE[line.kind])
    if line.kind == "not_reached":
        return _spaced(what, _UNREACHED)
    new = _side(line, line.new, today)
    if line.kind == "reached":
        return _spaced(what, new)
    if line.kind == "change_new":
        return _spaced(what, Label(zh=f"{_NEW.zh}，{new.zh}", en=f"{_NEW.en}, {new.en}"))
    old = _side(line, line.old, today)
    return _spaced(what, Label(zh=f"{old.zh} → {new.zh}", en=f"{old.en} → {new.en}"))


def _spaced(first: Label, second: Label) -> Label:
    gap = "" if second.zh.startswith("（") else " "
    return Label(zh=f"{first.zh}{gap}{second.zh}", en=f"{first.en} {second.en}")


def _what(line: DiffLine) -> Label:
    bare = Label(zh=line.ref, en=line.ref)
    if line.kind == "colour":
        return next((label for dimension, label in names.DIMENSIONS.items() if dimension == line.ref), bare)
    if line.kind == "threshold":
        return names.THRESHOLDS.get(line.ref, bare)
    if line.kind in _BARE or line.kind.startswith("change_"):
        return bare
    subject = names.DIFF_SUBJECTS[line.kind]
    return _spaced(bare, subject) if line.ref else subject


def _side(line: DiffLine, side: Side | None, today: date) -> Label:
    if side is None:
        return _NOTHING if line.kind == "colour" else _UNKNOWN
    if side.word:
        return Label(zh=f"「{side.value}」", en=f"“{side.value}”")
    if line.kind == "colour":
        return next(label for colour, label in names.COLOURS.items() if colour == side.value)
    if line.kind == "milestone_state":
        return next(label for state, label in names.MILESTONE_STATES.items() if state == side.value)
    if line.kind.startswith("change_") and side.value in STATES:
        return STATES[side.value].label
    try:
        day = date.fromisoformat(side.value)
    except ValueError:
        return Label(zh=side.value, en=side.value)
    shown = f"{day:%m-%d}" if day.year == today.year else day.isoformat()
    return Label(zh=shown, en=shown)
