"""The PDF: tagged and in its language, with a font that has Chinese or not at all, and whole rows on every page."""

from __future__ import annotations

import base64
import io
import re
import sys
import time
from typing import Any

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from pmbridge.errors import ConfigError
from pmbridge.report import fonts
from pmbridge.report.blocks import Column, Run, Table
from pmbridge.report.compose import compose
from pmbridge.report.model import ClientReport
from pmbridge.report.render import render
from pmbridge.report.widths import column_widths
from pmbridge.values import LANGUAGES, Language
from tests import needs
from tests.unit import report_story as story
from tests.unit.formats import squeezed
from tests.unit.report_full import full_report


def opened(report: ClientReport, language: Language = "zh-CN") -> PdfReader:
    return PdfReader(io.BytesIO(render(report, "pdf", language)))


def root(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def tags(reader: PdfReader) -> list[DictionaryObject]:
    """Return the elements of the tag tree, in order."""
    found: list[DictionaryObject] = []
    waiting: list[Any] = [root(reader)["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, DictionaryObject):
            found.append(one)
            if "/K" in one:
                waiting.append(one["/K"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_in_its_language_with_its_title_shown(language: Language) -> None:
    report = full_report()
    reader = opened(report, language)
    catalogue = root(reader)
    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith("zh" if language == "zh-CN" else "en")
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == compose(report, language).title
    assert reader.metadata.author == ("晴川数字" if language == "zh-CN" else "Qingchuan Digital")
    assert reader.metadata.creation_date is None, "the same report has the same bytes"
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert re.search(r"pdfuaid:part(?:>|=\")1", xmp.rdf_root.toxml())
    assert "/JavaScript" not in str(catalogue)


def test_tables_lists_headings_and_the_drawing_are_tagged_as_what_they_are() -> None:
    found = tags(opened(full_report(), "en"))
    kinds = [str(one.get("/S")) for one in found]
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/THead", "/L", "/LI", "/Link", "/Figure"} <= set(kinds)
    assert kinds.count("/H1") == 1
    figure = next(one for one in found if one.get("/S") == "/Figure")
    assert "M4 Storefront beta: current plan 17 Jun" in str(figure["/Alt"])


def fonts_of(page: PageObject) -> DictionaryObject:
    found = page["/Resources"]["/Font"]  # type: ignore[index]
    assert isinstance(found, DictionaryObject)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_has_a_bookmark_and_every_font_is_in_the_file(language: Language) -> None:
    report = full_report()
    reader = opened(report, language)
    flat: list[Any] = []
    waiting: list[Any] = list(reader.outline)
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting = one + waiting
        else:
            flat.append(str(one.title))
    document = compose(report, language)
    for section in (document.asks, *document.rest):
        assert any(title.startswith(section.heading) for title in flat), section.heading
    embedded = {
        str(name): any(key.startswith("/FontFile") for key in below["/FontDescriptor"])
        for page in reader.pages
        for font in fonts_of(page).values()
        for below in (one.get_object() for one in font.get_object().get("/DescendantFonts", [font]))
        for name in [below["/BaseFont"]]
    }
    assert embedded
    assert all(embedded.values())
    assert any("NotoSansCJK" in name for name in embedded)


def many(n: int) -> ClientReport:
    report = story.report_9()
    one = report.milestones[3]
    rows = tuple(one.model_copy(update={"ref": f"Z{i:03d}"}) for i in range(n))
    return report.model_copy(update={"milestones": rows})


def test_a_long_table_repeats_its_head_and_parts_no_row() -> None:
    reader = opened(many(150))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    row = (
        "商城前端Beta关键20未知未提供6月17日（暂定）6月18日按完成速度，6月17日–22日"
        "晚1个工作日未知未提供62/80点=77%进行中"
    )
    with_rows = [page for page in pages if re.search(r"Z\d{3}" + re.escape(row), page)]
    assert len(with_rows) > 3
    for page in with_rows:
        assert "里程碑权重原计划现计划预测/实际" in page
    assert sum(len(re.findall(r"Z\d{3}" + re.escape(row), page)) for page in pages) == 150
    numbers = [re.search(r"第(\d+)页，共(\d+)页", page) for page in pages]
    assert [one and (int(one[1]), int(one[2])) for one in numbers] == [
        (n, len(pages)) for n in range(1, len(pages) + 1)
    ]


def test_a_long_report_takes_less_than_two_seconds() -> None:
    report = many(150)
    render(report, "pdf", "zh-CN")  # the font is read once per process
    began = time.process_time()
    render(many(149), "pdf", "zh-CN")
    assert time.process_time() - began < 2


def test_a_draft_says_so_on_every_page() -> None:
    for page in opened(story.draft_1()).pages:
        assert page.extract_text().count("草稿") >= 2


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>'
).decode()


def with_logo(address: str) -> ClientReport:
    header = story.report_9().header
    agency = header.agency.model_copy(update={"logo": address})
    return full_report(header=header.model_copy(update={"agency": agency}))


@pytest.mark.parametrize("address", [f"data:image/png;base64,{PNG}", f"data:image/svg+xml;base64,{SVG}"])
def test_the_agencys_logo_stands_at_the_head(address: str) -> None:
    figures = [one for one in tags(opened(with_logo(address), "en")) if one.get("/S") == "/Figure"]
    assert str(figures[0]["/Alt"]) == "Qingchuan Digital"
    assert len(figures) == 2


@pytest.mark.parametrize("kind", ["png", "jpeg", "svg+xml"])
def test_a_logo_that_is_no_picture_is_named(kind: str) -> None:
    with pytest.raises(ConfigError) as refused:
        render(with_logo(f"data:image/{kind};base64,bm9uZQ=="), "pdf", "en")
    assert refused.value.name == "bad-logo"


# ---------------------------------------------------------------------------------------------------------- fonts


@pytest.fixture
def fresh() -> Any:
    fonts.chinese_face.cache_clear()
    yield
    fonts.chinese_face.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_without_a_chinese_font_there_is_advice_and_no_page_of_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FAMILIES", ("No Such Font", "Nor This"))
    with pytest.raises(ConfigError) as refused:
        render(full_report(), "pdf", "en")
    assert refused.value.name == "font-missing"
    assert 'pip install "pmbridge[pdf]"' in refused.value.next_step("en")


@pytest.mark.usefixtures("fresh")
def test_a_font_of_the_system_serves_where_ours_did_not_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    known = [one for one in fonts._FAMILIES if one in typst.Fonts().families()]
    if not known:
        needs.missing("this machine has no Chinese font of its own: fonts-noto-cjk")
    monkeypatch.setattr(fonts, "_PACKAGE", "no_such_package")
    assert not fonts.chinese_face().own
    page = squeezed(opened(full_report()).pages[0].extract_text())
    assert "会员商城改版" in page


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("form", "module", "extra"), [("pdf", "typst", "pdf"), ("docx", "docx", "office"), ("xlsx", "xlsxwriter", "office")]
)
def test_a_missing_add_on_is_named_with_the_command_that_installs_it(
    form: Any, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError) as refused:
        render(full_report(), form, "zh-CN")
    assert refused.value.name == "extra-missing"
    assert f'pip install "pmbridge[{extra}]"' in refused.value.next_step("zh-CN")


def test_what_the_font_has_is_known() -> None:
    face = fonts.chinese_face()
    assert face.printable("需求 Weekly ü – · ▲●■◇ 𠮷") == "需求 Weekly ü – · ▲●■◇ 𠮷"
    assert face.printable("a🚀b\u0e01") == "a[rocket]b\ufffd"


# --------------------------------------------------------------------------------------------------------- widths


@pytest.mark.parametrize("room", [10.0, 53.0, 200.0])
def test_columns_fill_the_room_and_none_is_without_width(room: float) -> None:
    document = compose(full_report(), "zh-CN")
    tables = [block for one in document.rest for block in one.blocks if isinstance(block, Table)]
    for table in tables:
        widths = column_widths(table, room)
        assert sum(widths) == pytest.approx(room)
        assert min(widths) > 0
    empty = Table(caption="", columns=(Column(head=""), Column(head="x")), rows=(), name="")
    assert sum(column_widths(empty, room)) == pytest.approx(room)


def test_a_run_says_what_it_says() -> None:
    """Guards the tests above: pypdf reads Chinese out of our files as it was written."""
    assert Run(text="会员商城改版").text in opened(full_report()).pages[0].extract_text()
