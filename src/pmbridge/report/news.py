"""A difference in one line, for a terminal: ``M5 forecast 07-01 → 07-03``. Not for clients, who get the table."""

from __future__ import annotations

from datetime import date

from pmbridge.domain.change import STATES
from pmbridge.report import names
from pmbridge.report.model import DiffLine, Side
from pmbridge.values import Label

_NEW, _GONE = Label(zh="新出现", en="new"), Label(zh="不再出现", en="gone")
_UNKNOWN = Label(zh="未知", en="unknown")
_BARE: dict[str, Label] = {"milestone_new": _NEW, "milestone_gone": _GONE, "change_gone": _GONE}


def news(line: DiffLine, today: date) -> Label:
    """Return what *line* says: what, old → new. Days without the year where it is that of *today*."""
    what = _what(line)
    if line.kind in _BARE:
        return _spaced(what, _BARE[line.kind])
    if line.kind == "reached":
        return _spaced(what, _side(line, line.new, today))
    if line.kind == "not_reached":
        return _spaced(what, Label(zh="改为未达成", en="no longer"))
    new = _side(line, line.new, today)
    if line.kind == "change_new":
        return _spaced(what, Label(zh=f"{_NEW.zh}，{new.zh}", en=f"{_NEW.en}, {new.en}"))
    old = _side(line, line.old, today)
    return _spaced(what, Label(zh=f"{old.zh} → {new.zh}", en=f"{old.en} → {new.en}"))


def _spaced(first: Label, second: Label) -> Label:
    return Label(zh=f"{first.zh} {second.zh}", en=f"{first.en} {second.en}")


def _what(line: DiffLine) -> Label:
    bare = Label(zh=line.ref, en=line.ref)
    if line.kind == "colour":
        return next((label for dimension, label in names.DIMENSIONS.items() if dimension == line.ref), bare)
    if line.kind == "threshold":
        return names.THRESHOLDS.get(line.ref, bare)
    if line.kind in _BARE or line.kind.startswith("change_"):
        return bare
    subject = names.DIFF_SUBJECTS[line.kind]
    return Label(zh=f"{line.ref} {subject.zh}".strip(), en=f"{line.ref} {subject.en}".strip())


def _side(line: DiffLine, side: Side | None, today: date) -> Label:
    if side is None:
        return _UNKNOWN
    if side.word:
        return Label(zh=f"「{side.value}」", en=f"“{side.value}”")
    if line.kind == "colour" and side.value in names.COLOURS:
        return next(label for colour, label in names.COLOURS.items() if colour == side.value)
    if line.kind.startswith("change_") and side.value in STATES:
        return STATES[side.value].label
    try:
        day = date.fromisoformat(side.value)
    except ValueError:
        return Label(zh=side.value, en=side.value)
    shown = f"{day:%m-%d}" if day.year == today.year else day.isoformat()
    return Label(zh=shown, en=shown)
