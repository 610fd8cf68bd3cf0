"""How wide the columns of a table are, where the format cannot find out itself.

Measured in ems of the table's type: a Chinese character is one wide, another about half of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmbridge.report.blocks import Inline, Mark, Row, Run, Table

_PIECE = re.compile(r"[⺀-\U0003ffff]+|[^\s⺀-\U0003ffff]+|\s+")
_BETWEEN = re.compile(r"[⺀-\U0003ffff](?=[0-9A-Za-z])|[0-9A-Za-z](?=[⺀-\U0003ffff])")
_GAP = 0.25
"""Between a Chinese character and a digit or letter some programs leave a gap."""
_PADDING = 0.9
_BOLD = 1.15
_FAVOUR = 1.5
_TALL = 1200
_LONGEST_WORD = 12.0
_LONGEST_LINE, _LONGEST_NOTE = 26.0, 14.0
_SHORT, _SHORT_LATIN = 7.0, 4.5
"""A line as short as this is not parted: a date, a state, a few working days."""


def column_widths(table: Table, room: float) -> tuple[float, ...]:
    """Return the width of each column of *table*, in ems; together they are *room*.

    Every column has room for its longest word, as far as *room* goes; the rest goes to those with longer lines.
    """
    least, wanted = _measured(table)
    spare = room - sum(least)
    if spare <= 0:
        return tuple(room * one / sum(least) for one in least)
    kinds = (column.kind for column in table.columns)
    more = [
        (want - need) * (_FAVOUR if kind == "wide" else 1)
        for want, need, kind in zip(wanted, least, kinds, strict=True)
    ]
    if sum(more) >= spare:
        return tuple(need + spare * one / sum(more) for need, one in zip(least, more, strict=True))
    left = room - sum(wanted)
    wide = [at for at, column in enumerate(table.columns) if column.kind == "wide"] or range(len(wanted))
    return tuple(want + (left / len(wide) if at in wide else 0.0) for at, want in enumerate(wanted))


def is_tall(row: Row) -> bool:
    """Return whether *row* could be higher than a page, so that it must be parted."""
    return sum(len(one.text) for cell in row.cells for line in cell for one in line if isinstance(one, Run)) > _TALL


def _measured(table: Table) -> tuple[list[float], list[float]]:
    least, wanted = [], []
    for at, column in enumerate(table.columns):
        # An English head takes two lines rather than room from what stands below.
        heads = column.head.split(" ") if column.head.isascii() else [column.head]
        head = [one * _BOLD for word in heads for one in _pieces((Run(text=word),), whole=False)]
        words, lines = head, [min(sum(head), 8.0)]
        for row in table.rows:
            for line in row.cells[at] if at < len(row.cells) else ():
                told = list(_pieces(line, whole=column.kind == "number"))
                words = words + told
                notes = all(isinstance(one, Run) and one.style in ("note", "muted") for one in line)
                lines.append(min(sum(told), _LONGEST_NOTE if notes else _LONGEST_LINE))
        least.append(min(max(words, default=1.0), _LONGEST_WORD) + _PADDING)
        wanted.append(max(least[-1], max(lines) + _PADDING))
    return least, wanted


def _pieces(line: Inline, *, whole: bool) -> Iterator[float]:
    """Yield the width of each piece of *line* that no line break should part; all of it where it is short."""
    found: list[float] = []
    gaps = 0.0
    for one in line:
        if isinstance(one, Mark):
            found.append(1.3 + _width(f"{one.word} {one.letter}"))
        elif one.style == "figure":
            found.append(_width(one.text))
        else:
            gaps += _GAP * len(_BETWEEN.findall(one.text))
            for piece in _PIECE.findall(one.text):
                found += [1.0] * len(piece) if piece[0] >= "⺀" else [_width(piece)]
    chinese = any(char >= "⺀" for one in line if isinstance(one, Run) for char in one.text)
    whole = whole or sum(found) <= (_SHORT if chinese else _SHORT_LATIN)
    yield from [sum(found) + gaps] if whole else [*found, gaps]


def _width(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2E7F else 0.3 if char in " .,:;'|il" else 0.58 for char in text)
