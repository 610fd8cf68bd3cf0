"""Text in columns: Chinese characters count two, long titles are cut with an ellipsis, refs and dates never."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

ELLIPSIS = "…"
_STEERING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_CONTROL = re.compile(rf"[\t\n{_STEERING}]+")
_STEERS = re.compile(rf"[{_STEERING}]")
_WIDE = frozenset("WF")
_NO_BREAK_BEFORE = frozenset("，。：；？！）」』、…")
_NO_BREAK_AFTER = frozenset("（「『")


def visible(text: str) -> str:
    """Return *text* on one line and without control characters: a remote title must not steer a terminal."""
    return _CONTROL.sub(" ", text)


def harmless(text: str) -> str:
    """Return *text*, which may be many lines of ours, without what would steer a terminal."""
    return _STEERS.sub(" ", text)


def spelled(document: str) -> str:
    """Return a JSON document with what would steer a terminal spelled as JSON spells it; its data is the same."""
    return _STEERS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", document)


def width(text: str) -> int:
    """Return how many columns *text* takes on a terminal."""
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in _WIDE else 1


def cut(text: str, columns: int, ellipsis: str = ELLIPSIS) -> str:
    """Return *text* in at most *columns*, ending in *ellipsis* where something was left out."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for sign in text:
        if used + _columns(sign) > columns - width(ellipsis):
            break
        kept.append(sign)
        used += _columns(sign)
    return "".join(kept).rstrip() + ellipsis


def padded(text: str, columns: int) -> str:
    """Return *text* with blanks behind it up to *columns*."""
    return text + " " * max(0, columns - width(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. ``least``: it may be cut down to so many columns; ``None``: it is never cut."""

    head: str = ""
    least: int | None = None
    right: bool = False


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int, *, gap: int = 2, ellipsis: str = ELLIPSIS
) -> list[str]:
    """Return the lines of a table that fits in *room* columns as far as its cuttable columns allow.

    A head line comes first unless every head is empty. The last column is not padded.
    """
    cells = [[visible(cell) for cell in row] for row in rows]
    heads = [column.head for column in columns]
    widths = [max([width(heads[at]), *(width(row[at]) for row in cells)]) for at in range(len(columns))]
    spare = room - sum(widths) - gap * (len(columns) - 1)
    for at, column in enumerate(columns):
        if spare < 0 and column.least is not None:
            taken = max(min(-spare, widths[at] - max(column.least, width(column.head))), 0)
            widths[at] -= taken
            spare += taken
    lines = [heads] if any(heads) else []
    return [_line(columns, row, widths, gap, ellipsis) for row in [*lines, *cells]]


def _line(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], gap: int, ellipsis: str) -> str:
    shown = []
    for column, cell, columns_ in zip(columns, row, widths, strict=True):
        text = cut(cell, columns_, ellipsis) if column.least is not None else cell
        shown.append(" " * (columns_ - width(text)) + text if column.right else padded(text, columns_))
    return (" " * gap).join(shown).rstrip()


def spread(left: str, right: str, room: int) -> str:
    """Return *left* and *right* at the two ends of one line of *room* columns, two blanks apart if it is too short."""
    return f"{left}{' ' * max(2, room - width(left) - width(right))}{right}"


def wrapped(text: str, room: int) -> list[str]:
    """Return *text* in lines of at most *room* columns, broken at blanks and between Chinese characters."""
    lines, line, used = [], "", 0
    for piece in pieces(text):
        size = width(piece)
        if line and used + width(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, used = "", 0
            piece = piece.lstrip()
            size = width(piece)
        line += piece
        used += size
    return [*lines, line.rstrip()] if line.strip() else lines


def hung(text: str, room: int) -> list[str]:
    """Return *text*, which may begin with blanks, in lines of at most *room* columns that all begin with as many."""
    bare = text.lstrip(" ")
    margin = text[: len(text) - len(bare)]
    return [margin + line for line in wrapped(bare, room - len(margin))] or [""]


def held(text: str, room: int, most: int = 2) -> list[str]:
    """Return a remote text in at most *most* lines of *room* columns; what does not fit is left out and shown so."""
    lines = wrapped(visible(text), room)
    if len(lines) > most:
        lines[most - 1 :] = [cut(" ".join(lines[most - 1 :]), room)]
    return [cut(line, room) for line in lines] or [""]


def filled(parts: Sequence[str], room: int, *, gap: str = "  ") -> list[str]:
    """Return *parts* in as few lines as they fit into, broken only between them."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1] + gap + part) <= room:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines


def pieces(text: str) -> list[str]:
    """Return *text* in pieces that a line may end after."""
    found: list[str] = []
    for sign in text:
        alone = _columns(sign) == 2 and sign not in _NO_BREAK_BEFORE
        begins = not found or alone or (found[-1][-1:] == " " and sign != " ")
        after_wide = bool(found) and _columns(found[-1][-1:] or " ") == 2 and sign not in _NO_BREAK_BEFORE
        held = bool(found) and found[-1][-1:] in _NO_BREAK_AFTER
        if not held and (begins or (after_wide and sign != " ")):
            found.append(sign)
        else:
            found[-1] += sign
    return found
