"""Every format says what the data say, to the figure, and hostile words stay words in each of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import time_machine
from icalendar import Calendar

from pmbridge.report.blocks import Mark, Table
from pmbridge.report.canonical import canonical_json, load_report
from pmbridge.report.compose import compose
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Amount, Given, Quote
from pmbridge.report.render import FORMATS, Format, render
from pmbridge.values import LANGUAGES, Language
from tests.unit import record_story
from tests.unit import report_story as story
from tests.unit.formats import WORD, shown, squeezed, text_of
from tests.unit.report_full import EVIL, full_report, hostile_report

PAGES: tuple[Format, ...] = ("html", "md", "pdf", "docx")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def printed(day: date, language: Language) -> str:
    """Return a day as the report prints it, reckoned here and not by its own voice."""
    return f"{day.month}月{day.day}日" if language == "zh-CN" else f"{day.day}{MONTHS[day.month - 1]}"


def money(found: Any) -> str:
    return f"{found.currency}{found.amount:,.2f}"


def days(n: int, language: Language) -> str:
    return f"{n}个工作日" if language == "zh-CN" else f"{n}workingday"


def figures(report: ClientReport, language: Language) -> Iterator[str]:
    """Yield every figure of the data as it must stand on a page."""
    yield f"{int(report.progress.low * 100)}%–{int(report.progress.high * 100)}%"
    yield f"{report.on_time.met}/{report.on_time.due}" if language == "zh-CN" else f"{report.on_time.met}of"
    for one in report.milestones:
        yield f"{one.ref}{one.title.zh if language == 'zh-CN' else one.title.en}".replace(" ", "")
        for figure in (one.original, one.plan, one.reached_on, one.forecast):
            if isinstance(figure, Given):
                yield printed(figure.value, language)
        if isinstance(one.slip_current, Given) and one.slip_current.value:
            yield days(abs(one.slip_current.value), language)
        if isinstance(one.progress, Given):
            yield f"{one.progress.value.done.normalize():f}/{one.progress.value.total.normalize():f}"
            yield f"={one.progress.value.percent}%"
    for change in report.changes.rows:
        if isinstance(change.money, Given):
            yield money(change.money.value)
        if isinstance(change.age, Given):
            yield f"{change.age.value.ours}/{change.age.value.theirs}"
    for ask in report.asks:
        assert isinstance(ask.need_by, Given)
        yield printed(ask.need_by.value, language)
        yield from (money(each) for choice in ask.options for each in choice.money)
        yield from (f"{shift.days:+d}" for choice in ask.options for shift in choice.days)
    for raid in report.raid or ():
        yield str(raid.level)
    for feed in report.data.feeds:
        yield f"{feed.items:,}"
    contract = report.changes.contract
    assert contract is not None
    for total in (contract.original, contract.current):
        assert isinstance(total, Given)
        yield f"{total.value.amount:,.2f}"


# ------------------------------------------------------------------------------------------------------ figures


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", PAGES)
def test_every_figure_of_the_data_stands_on_every_page(form: Format, language: Language) -> None:
    report = load_report(canonical_json(full_report()))
    page = shown(render(report, form, language), form)
    wanted = list(figures(report, language))
    assert len(wanted) > 50
    assert [one for one in wanted if squeezed(one) not in page] == []


def tables_of(report: ClientReport) -> list[Table]:
    return [one for section in compose(report, "en").rest for one in section.blocks if isinstance(one, Table)]


EDITIONS: dict[str, Callable[[], ClientReport]] = {
    "weekly": full_report,
    "monthly": record_story.monthly,
    "closing": record_story.closing,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_every_row_of_every_table_stands_whole_and_in_order_on_every_page(
    edition: str, form: Format, language: Language
) -> None:
    report = EDITIONS[edition]()
    page = shown(render(report, form, language), form)
    document = compose(report, language)
    tables = [block for one in (document.asks, *document.rest) for block in one.blocks if isinstance(block, Table)]
    assert len(tables) > 8
    for table in tables:
        for row in table.rows:
            said = "".join(
                f"{one.word}{one.letter}" if isinstance(one, Mark) else one.text
                for cell in row.cells
                for line in cell
                for one in line
            )
            assert squeezed(said) in page, (form, said)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_edition_can_be_had_in_every_format(form: Format, edition: str) -> None:
    report = EDITIONS[edition]()
    if edition == "closing":
        assert any(one.name == "beginning" for one in tables_of(report)), "against baseline 0"
    assert all(render(report, form, language) for language in LANGUAGES)


def sheets(report: ClientReport, language: Language) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(render(report, "xlsx", language)))
    found: dict[str, list[dict[str, Any]]] = {}
    for page in book.worksheets:
        heads, *rows = page.iter_rows(values_only=True)
        assert len(set(heads)) == len(heads)
        found[page.title] = [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    return found


def test_the_annex_has_typed_cells_equal_to_the_data() -> None:
    report = full_report()
    found = sheets(report, "en")
    rows = {row["Ref"]: row for row in found["Milestones"]}
    assert list(rows) == [one.ref for one in report.milestones]
    for one in report.milestones:
        row = rows[one.ref]
        assert row["Weight"] == float(one.weight)
        for head, figure in (
            ("Original plan", one.original), ("Current plan", one.plan), ("Forecast", one.forecast),
            ("Actual", one.reached_on), ("Against current (wd)", one.slip_current),
        ):  # fmt: skip
            cell = row[head]
            if isinstance(figure, Given):
                told = cell.date() if isinstance(cell, datetime) else cell
                assert told == figure.value, (one.ref, head)
            else:
                assert cell is None if figure is None else str(cell).startswith("unknown ("), (one.ref, head)
        if isinstance(one.progress, Given):
            work = one.progress.value
            assert (row["Done"], row["Total"], row["Percent"]) == (float(work.done), float(work.total), work.percent)
    options = found["Options"]
    assert [(row["Ref"], row["Option"], row["Amount"], row["Currency"], row["Recommended"]) for row in options] == [
        ("CR-004", "A", 48000, "CNY", "no"), ("CR-004", "B", 15000, "CNY", "yes"),
    ]  # fmt: skip
    asked = {row["Ref"]: row for row in found["Decisions we need from you"]}
    assert asked["DEP-13"]["Decide by"].date() == date(2026, 6, 3)
    assert asked["DEP-13"]["Working days left"] == -2
    assert found["Risks and issues"][0]["Score"] == 12
    figures = {row["Figure"]: (row["Value"], row["Unit"]) for row in found["Key figures"]}
    assert figures["Current contract value"] == (728500, "CNY")
    assert figures["Progress, at least"][0] == float(report.progress.low)
    feed = next(iter(found["Sources of data"]))
    assert feed["Records read"] == report.data.feeds[0].items
    assert feed["Complete as of"] == report.data.feeds[0].complete_as_of.replace(tzinfo=None)  # type: ignore[union-attr]


def test_the_annex_is_the_same_in_both_languages_but_for_the_words() -> None:
    def numbers(language: Language) -> list[list[Any]]:
        found = sheets(full_report(), language).values()
        return [[v for v in row.values() if isinstance(v, int | float | datetime)] for rows in found for row in rows]

    assert numbers("zh-CN") == numbers("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_section_that_nobody_told_the_annex_of_is_there_with_its_table(language: Language) -> None:
    document = compose(full_report(), language)
    titles = sheets(full_report(), language)
    for section in document.rest:
        for block in section.blocks:
            if isinstance(block, Table):
                assert block.caption[:31] in titles or block.name in ("milestones", "changes", "raid", "since", "feeds")


def events_of(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_has_each_deadline_on_its_day(language: Language) -> None:
    report = full_report()
    events = events_of(render(report, "ics", language))
    assert [event["DTSTART"].dt for event in events] == [one.need_by.value for one in report.asks]  # type: ignore[union-attr]
    assert [str(event["SUMMARY"]).split()[0] for event in events] == [one.ref for one in report.asks]
    assert all(event["DTSTAMP"].dt == report.header.made_at.astimezone(UTC).replace(microsecond=0) for event in events)


def test_an_event_keeps_its_uid_and_its_sequence_grows_from_report_to_report() -> None:
    def told(report: ClientReport) -> list[tuple[str, int]]:
        return [(str(event["UID"]), int(event["SEQUENCE"])) for event in events_of(render(report, "ics", "en"))]

    report = full_report()
    header = report.header.model_copy(update={"as_of": story.FRIDAY_29_MAY, "number": 12, "edition": "weekly"})
    before, now = told(report.model_copy(update={"header": header})), told(report)
    assert [uid for uid, _ in before] == [uid for uid, _ in now]
    assert len({uid for uid, _ in now}) == 3
    assert all(old < new for (_, old), (_, new) in zip(before, now, strict=True))
    assert max(sequence for _, sequence in now) < 2**31


def test_a_report_without_deadlines_gives_a_calendar_without_events() -> None:
    assert events_of(render(full_report(asks=()), "ics", "en")) == []


# ------------------------------------------------------------------------------------------------------ the same


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_has_the_same_bytes_whenever_it_is_written(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = full_report()
    with time_machine.travel(datetime(2026, 6, 5, tzinfo=UTC)):
        first = render(report, form, "zh-CN")
    with time_machine.travel(datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)):
        assert render(load_report(canonical_json(report)), form, "zh-CN") == first


def test_office_files_name_the_agency_and_nobody_else() -> None:
    forms: tuple[Format, ...] = ("docx", "xlsx")
    for form in forms:
        body = render(full_report(), form, "en")
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            core = archive.read("docProps/core.xml").decode()
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert not [name for name in archive.namelist() if "comments" in name or "vba" in name.lower()]
        people = re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]*)<", core)
        assert set(people) <= {"Qingchuan Digital", ""}
        assert "python" not in core.lower()
        assert "2026-06-05T10:00:00Z" in core, "the moment of the report, not of the writing"


# ------------------------------------------------------------------------------------------------------- hostile


@cache
def hostile(form: Format, language: Language) -> bytes:
    return render(hostile_report(), form, language)


@cache
def hostile_text(form: Format, language: Language) -> str:
    return text_of(hostile(form, language), form)


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_words_break_no_format_and_can_be_read_by_others(form: Format) -> None:
    for language in LANGUAGES:
        assert len(hostile_text(form, language)) > 1000


@pytest.mark.parametrize("form", FORMATS)
def test_a_title_longer_than_a_page_breaks_no_format(form: Format) -> None:
    report = hostile_report()
    title = Quote(zh="很长的标题" * 20_000, en=None, original="zh")
    rows = tuple(one.model_copy(update={"title": title}) for one in report.milestones[:1])
    asked = tuple(one.model_copy(update={"title": title}) for one in report.asks[-1:])
    assert render(report.model_copy(update={"milestones": rows, "asks": asked}), form, "en")


def test_no_text_becomes_code_of_the_typesetter() -> None:
    page = shown(hostile("pdf", "en"), "pdf")
    assert squeezed('#read("/etc/passwd") #panic("x") $x$ *b* @a <l> \\u{41} "; #let a = 1') in page
    assert "root:" not in page


def test_what_no_font_can_print_is_said_in_words() -> None:
    page = shown(hostile("pdf", "en"), "pdf")
    assert "火箭[rocket][woman][personalcomputer]" in page


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx", "eml", "ics"])
def test_no_character_that_nobody_sees_is_left(form: Format) -> None:
    for language in LANGUAGES:
        text = hostile_text(form, language)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\ufffe\uffff\x07\x1b]", text)


def test_no_cell_is_a_formula_a_link_or_a_macro() -> None:
    body = hostile("xlsx", "en")
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell for cell in cells if cell.hyperlink]
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value[0] in "=+-@"]
    assert {cell.value for cell in risky} >= {EVIL[1], "+1+1", "-2", "@SUM(A1)"}
    assert all(cell.quotePrefix for cell in risky), "it stays text when somebody edits it"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = archive.namelist()
        assert not [name for name in parts if "external" in name.lower() or "vba" in name.lower()]
        assert all("<f>" not in archive.read(name).decode() for name in parts)


def test_sheets_have_heads_that_stay_filters_and_names_that_a_sheet_may_have() -> None:
    for report in (full_report(), hostile_report()):
        for page in openpyxl.load_workbook(io.BytesIO(render(report, "xlsx", "en"))):
            assert page.freeze_panes == "A2"
            assert page.auto_filter.ref
            assert 0 < len(page.title) <= 31
            assert not re.search(r"[\[\]:*?/\\]", page.title)


def test_a_document_has_no_field_but_the_numbers_of_its_pages_and_no_odd_link() -> None:
    with zipfile.ZipFile(io.BytesIO(hostile("docx", "en"))) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    elements = [element for part in parts for element in ElementTree.fromstring(part).iter()]
    assert {element.get(f"{WORD}instr") for element in elements} == {None, " PAGE ", " NUMPAGES "}
    assert not [
        element for element in elements if element.tag in (f"{WORD}instrText", f"{WORD}object", f"{WORD}altChunk")
    ]
    targets = [element.get("Target", "") for element in elements if element.get("TargetMode") == "External"]
    assert targets
    assert all(target.startswith(("https://", "mailto:")) for target in targets)


def test_no_line_of_a_calendar_is_too_long_and_none_is_added() -> None:
    body = hostile("ics", "zh-CN")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    calendar = Calendar.from_ical(body)
    assert len(calendar.walk("VEVENT")) == len(hostile_report().asks)
    names = {name for event in calendar.walk() for name in event}
    assert "ATTACH" not in names
    assert [str(one["SUMMARY"]) for one in calendar.walk("VEVENT")][8].startswith("A-8 x END:VEVENT BEGIN:VALARM")


def test_amounts_have_the_digits_of_their_currency() -> None:
    report = full_report()
    yen = report.changes.rows[0].model_copy(
        update={
            "money": Given[Amount](value=Amount(amount=Decimal(1200), currency="JPY"), method="entered", anchors=())
        }
    )
    changes = report.changes.model_copy(update={"rows": (yen,)})
    book = openpyxl.load_workbook(io.BytesIO(render(report.model_copy(update={"changes": changes}), "xlsx", "en")))
    page = book["Change requests"]
    cell = next(cell for row in page.iter_rows(min_row=2) for cell in row if cell.value == 1200)
    assert cell.number_format == "#,##0"
