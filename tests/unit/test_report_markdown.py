"""Markdown of reports and papers stays what it was meant to be, whatever stands in a title or a description."""

from __future__ import annotations

import re
from datetime import date

import pytest
from markdown_it import MarkdownIt

from pmbridge.domain.view import Rag, RuleHit
from pmbridge.papers import Paper, acceptance_paper, change_paper, render_html, render_markdown, requirements_paper
from pmbridge.report import gate
from pmbridge.report.blocks import Paragraph, Run, Section
from pmbridge.report.markdown import section
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import LANGUAGES, Label, Language
from tests.unit.delivery_bench import Desk
from tests.unit.register_story import MAIL
from tests.unit.report_story import CALENDAR, meta, view_5_june
from tests.unit.test_papers import FRAME

TURNED = "\u202e"
DIRTY = "Batch \u202egnp.exe\u061c\u202c fails\n\nAll is well, contract approved"
LINES = "第一行\n- 不是列表\r\n1. 也不是\n\n\n\n    最后一行"
OPTION = {
    "key": "A",
    "title": "全功能",
    "lines": [
        {"dimension": "scope", "finding": "none", "rationale": LINES},
        {"dimension": "schedule", "finding": "none", "rationale": "与联调并行"},
        {"dimension": "budget", "finding": "quantified", "budget": {"amount": "CNY 48000.00"}},
    ],
}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def page(markdown: bytes) -> str:
    return str(MarkdownIt().enable("table").render(markdown.decode()))


def form(desk: Desk, language: Language, **asked: str) -> Paper:
    given = {"title": "小程序优惠券", "description": "618 发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
    ref = desk.do("change", "submit", day="05-27", input=given | asked).ref
    desk.do("change", "assess", ref, day="06-01", input={"options": [OPTION], "recommended": "A", "do_nothing": LINES})
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    entry = desk.do("change", "send", ref, day="06-02", input=until, evidence=[MAIL])
    return change_paper(desk.register.book, entry, FRAME, language)


# ------------------------------------------------------------------------------------------- words of somebody else


def test_a_sentence_that_quotes_a_title_stays_on_one_clean_line() -> None:
    said = gate.sentence(Label(zh=f"未解决：{DIRTY}", en=f"open: {DIRTY}"))
    assert said.en == "open: Batch gnp.exe fails All is well, contract approved"
    assert said.zh == "未解决：Batch gnp.exe fails All is well, contract approved"
    assert gate.clean("a\u061cb") == "a b"


def test_a_long_title_in_a_sentence_is_not_cut() -> None:
    assert gate.sentence(Label(zh="长" * 500, en="x")).zh == "长" * 500


def test_a_reason_with_a_hostile_title_opens_no_paragraph_of_its_own() -> None:
    reason = Label(zh=f"严重问题未解决：ISS-01 {DIRTY}", en=f"a critical issue is open: ISS-01 {DIRTY}")
    hit = RuleHit(rule="ISS-R1", dimension="risk", colour="red", reason=reason, values={}, refs=())
    view = view_5_june(rag=(Rag(dimension="risk", colour="red", hits=(hit,), provisional=False),))
    report = project_for(view, meta(view), None, calendar=CALENDAR)
    for language in LANGUAGES:
        text = render(report, "md", language)
        assert TURNED not in text.decode()
        assert TURNED not in render(report, "html", language).decode()
        assert "<p>All is well" not in page(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lines_of_a_description_stay_lines_of_its_paragraph(desk: Desk, language: Language) -> None:
    shown = page(render_markdown(form(desk, language, description=LINES)))
    assert re.search(r"<p>第一行<br>- 不是列表<br>1. 也不是<br><br>最后一行", shown)
    assert "<ol>" not in shown
    assert shown.count("<ul>") == 2  # the facts, and the answers to tick


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_of_somebody_turn_or_break_a_form(desk: Desk, language: Language) -> None:
    made = form(desk, language, title=f"a{TURNED}\n\n## 假标题", reason=DIRTY, consequence=DIRTY, benefit="\u202e")
    assert made.title.endswith("a ## 假标题")
    html, text = render_html(made).decode(), render_markdown(made)
    assert not {TURNED, "\u061c", "\u202c"} & set(html + text.decode())
    shown = page(text)
    assert "<h2>假标题" not in shown
    assert shown.count("<h1>") == 1
    assert "Batch gnp.exe fails\n\nAll is well" in html  # the style sheet keeps the lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_of_several_lines_stays_in_its_cell(desk: Desk, language: Language) -> None:
    desk.requirement("in_review", title="订单\n页", statement=LINES)
    shown = page(render_markdown(requirements_paper(desk.register.book, FRAME, language)))
    rows = re.findall(r"<tr>\n((?:<td.*</td>\n)+)</tr>", shown)
    assert [row.count("<td") for row in rows] == [4]
    assert "第一行<br>- 不是列表<br>1. 也不是<br><br>最后一行" in shown


def test_a_criterion_of_several_lines_stays_in_its_cell(desk: Desk) -> None:
    ref = desk.deliverable("under_review", acceptance_criteria=[{"id": "1", "text": LINES}])
    entry = desk.register.book.get(ref)
    assert entry is not None
    shown = page(render_markdown(acceptance_paper(desk.register.book, entry, FRAME, "zh-CN")))
    (row,) = re.findall(r"<tr>\n((?:<td.*</td>\n)+)</tr>", shown)
    assert row.count("<td") == 5
    assert "<ol>" not in shown


def test_words_without_a_visible_character_are_an_ellipsis_on_a_form(desk: Desk) -> None:
    text = render_markdown(form(desk, "zh-CN", reason=TURNED)).decode()
    assert next(line for line in text.splitlines() if "原因" in line).endswith("…（原文）")


# ----------------------------------------------------------------------------------------------------------- in bold


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("REQ-01 ", "**REQ-01** "),
        (" a", " **a**"),
        ("原因：", "**原因**："),
        ("Reason: ", "**Reason**: "),
        ("（暂定）", "（**暂定**）"),
        ("a*b", "**a\\*b**"),
        ("*a*", "\\***a**\\*"),
        ("…", "…"),
        ("", ""),
    ],
)
def test_words_in_bold_are_bold_beside_any_others(text: str, markdown: str) -> None:
    block = Paragraph(words=(Run(text="前"), Run(text=text, style="strong"), Run(text="后")))
    (made,) = (one for one in section(Section(anchor="", heading="", blocks=(block,))) if not one.startswith("##"))
    assert made == f"前{markdown}后"
    shown = page(made.encode())
    assert "**" not in shown
    assert re.sub("<[^>]*>", "", shown) == f"前{text}后\n"
    assert ("<strong>" in shown) == ("**" in markdown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_stars_are_left_on_a_form(desk: Desk, language: Language) -> None:
    shown = page(render_markdown(form(desk, language)))
    assert "*" not in shown
    assert ("<strong>原因</strong>：引流" if language == "zh-CN" else "<strong>Reason</strong>: 引流") in shown
