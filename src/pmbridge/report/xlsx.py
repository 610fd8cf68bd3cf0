"""The annex as a workbook: one sheet per register, typed cells, no formula, no macro, no link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from babel.numbers import get_currency_precision

from pmbridge.errors import ConfigError
from pmbridge.report.compose import anchors_of, compose
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Amount, Missing
from pmbridge.report.plain import visible
from pmbridge.report.registers import Cell, Sheet, sheets
from pmbridge.report.voice import Voice
from pmbridge.values import Language

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_MOST_CHARACTERS = 32_767
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_LONGEST_NAME = 31
_OF_FORMULAS = ("=", "+", "-", "@")
_NARROWEST, _WIDEST = 7, 46
_MOST_MEASURED = 200
_MOST_PRINTED = 12
"""Columns that can still be read when they are fitted to a page's width."""


def render_xlsx(report: ClientReport, language: Language) -> bytes:
    """Return the workbook. The same report gives the same bytes.

    Raises:
        ConfigError: XlsxWriter is not installed (``extra-missing``).
    """
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise ConfigError("extra-missing", what="XLSX", what_zh="XLSX", extra="office") from error
    document = compose(report, language)
    voice = Voice(report, language, anchors_of(report))
    body = BytesIO()
    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(body, settings) as book:
        agency = visible(document.agency_name)
        made = report.header.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": visible(document.title), "author": agency, "company": agency, "created": made})
        formats = _Formats(book)
        taken: set[str] = set()
        for sheet in sheets(report, document, voice):
            _write(book.add_worksheet(_name(sheet.name, taken)), sheet, formats, voice)
    return body.getvalue()


_TOP = {"valign": "top"}


class _Formats:
    """How a cell of each kind looks."""

    def __init__(self, book: Workbook) -> None:
        self._book, self._amounts = book, dict[int, "Format"]()
        base = _TOP
        self.head: Format = book.add_format(
            {**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F0F1F3"}
        )
        self.text: Format = book.add_format({**base, "text_wrap": True})
        # A text that looks like a formula stays text when somebody edits the cell.
        self.quoted: Format = book.add_format({**base, "text_wrap": True, "quote_prefix": True})
        self.day: Format = book.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self.moment: Format = book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self.number: Format = book.add_format({**base, "num_format": "General"})
        self.unknown: Format = book.add_format({**base, "text_wrap": True, "font_color": "#566070"})

    def amount(self, currency: str) -> Format:
        """Return the form of an amount, with as many digits as its currency has."""
        digits = get_currency_precision(currency)
        if digits not in self._amounts:
            form = "#,##0" + ("." + "0" * digits if digits else "")
            self._amounts[digits] = self._book.add_format({**_TOP, "num_format": form})
        return self._amounts[digits]


def _name(name: str, taken: set[str]) -> str:
    """Return *name* as a sheet may have it, with a number where it is taken."""
    plain = _FORBIDDEN.sub(" ", visible(name)).strip()[:_LONGEST_NAME].strip() or "-"
    found, n = plain, 2
    while found.casefold() in taken:
        tail = f" {n}"
        found, n = plain[: _LONGEST_NAME - len(tail)] + tail, n + 1
    taken.add(found.casefold())
    return found


def _write(page: Worksheet, sheet: Sheet, formats: _Formats, voice: Voice) -> None:
    for at, head in enumerate(sheet.heads):
        page.write_string(0, at, visible(head), formats.head)
        page.set_column(at, at, _width(head, (row[at] for row in sheet.rows[:_MOST_MEASURED] if at < len(row))))
    for line, row in enumerate(sheet.rows, 1):
        for at, cell in enumerate(row):
            _cell(page, line, at, cell, formats, voice)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)
    page.set_landscape()
    page.set_paper(9)
    if len(sheet.heads) <= _MOST_PRINTED:
        page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _cell(page: Worksheet, line: int, at: int, cell: Cell, formats: _Formats, voice: Voice) -> None:
    match cell:
        case None | "":
            return
        case str():
            text = visible(cell)
            text = text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
            page.write_string(line, at, text, formats.quoted if text.startswith(_OF_FORMULAS) else formats.text)
        case Missing():
            said = "".join(getattr(one, "text", "") for one in voice.unknown(cell))
            page.write_string(line, at, visible(said), formats.unknown)
        case datetime():
            # Sheets know no zones: the clock of the engagement, as everywhere in the report.
            page.write_datetime(line, at, cell.replace(tzinfo=None), formats.moment)
        case date():
            page.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), formats.day)  # noqa: DTZ001
        case Amount():
            page.write_number(line, at, float(cell.amount), formats.amount(cell.currency))
        case Decimal():
            page.write_number(line, at, float(cell), formats.number)
        case int():
            page.write_number(line, at, cell, formats.number)


def _width(head: str, cells: Iterable[Cell]) -> float:
    longest = max((_measure(str(cell)) for cell in cells if isinstance(cell, str | int | Decimal)), default=0)
    dated = 11
    return float(min(max(longest + 2, min(_measure(head) + 4, 14), _NARROWEST, dated), _WIDEST))


def _measure(text: str) -> int:
    return max((sum(2 if char > "\u2e7f" else 1 for char in line) for line in text.split("\n")), default=0)
