"""The pages: every format says what the data say, links lead somewhere, and hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

from pmbridge.domain.figure import Money, Text, Unknown, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.domain.view import Colour, EngagementView, OnTime, Overall, RollUp
from pmbridge.report.html import CSP
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.values import LANGUAGES, Language
from tests.unit import report_story as story

VOID = {"meta", "img", "br", "path", "rect"}
SECTIONS = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S0", "S14"]


class Page(HTMLParser):
    """A page taken apart: elements in order, ids, link targets, visible text."""

    def __init__(self, body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(body.decode())
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"{tag} closes another element"

    def handle_data(self, data: str) -> None:
        if not {"style", "desc", "title"} & set(self.open):
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())

    def values(self, name: str, tag: str = "") -> list[str]:
        found = (attrs.get(name) for element, attrs in self.elements if not tag or element == tag)
        return [value for value in found if value is not None]


def html(report: ClientReport, language: Language = "zh-CN") -> Page:
    return Page(render(report, "html", language))


def report(view: EngagementView, **meta: Any) -> ClientReport:
    return project_for(view, story.meta(view, **meta), None, calendar=story.CALENDAR)


@cache
def nine(language: Language) -> Page:
    return html(story.report_9(), language)


def shown_markdown(report: ClientReport, language: Language) -> Page:
    """Return what a reader of the rendered Markdown sees."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Page(parser.render(render(report, "md", language).decode()).encode())


def empty() -> EngagementView:
    """Return an engagement of which nothing is known yet."""
    none = Unknown(reason=UnknownReason.NOT_MAPPED)
    view = story.view_5_june()
    return replace(
        view,
        milestones=Listing(),
        changes=Listing(),
        work=(),
        sources=(),
        unknowns=(),
        policy={},
        holidays={},
        rag=(),
        overall=Overall(colour="grey", provisional=False, hits=(), grey=("schedule",)),
        on_time=OnTime(met=0, due=0, left_out=()),
        progress=RollUp(value=none, low=Decimal(0), high=Decimal(1), unknown=(), planned=none, sources=()),
    )


REPORTS: dict[str, Callable[[], ClientReport]] = {
    "issued": story.report_9,
    "draft": story.draft_1,
    "empty": lambda: report(empty()),
}


# -------------------------------------------------------------------------------------------------- one file, offline


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_one_file_without_script_or_request(name: str, language: Language) -> None:
    body = render(REPORTS[name](), "html", language)
    page = Page(body)
    policies = [attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"] == [CSP]
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "iframe", "object", "embed", "link", "form", "base"})
    names = {name for _, attrs in page.elements for name in attrs}
    assert not {name for name in names if name.startswith("on")}
    assert page.values("src") == []
    style = body.decode().partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert len(body) < 2_000_000


@pytest.mark.parametrize("name", REPORTS)
def test_every_link_inside_leads_to_a_row_and_ids_are_unique_and_the_same_in_both_languages(name: str) -> None:
    pages = {language: html(REPORTS[name](), language) for language in LANGUAGES}
    for page in pages.values():
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        targets = {unquote(href[1:]) for href in page.values("href") if href.startswith("#")}
        assert targets <= set(ids)
    zh, en = pages.values()
    assert zh.values("id") == en.values("id")


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_and_links_of_markdown_agree_with_the_page(language: Language) -> None:
    text = render(story.report_9(), "md", language).decode()
    ids = re.findall(r'<a id="([^"]+)"></a>', text)
    assert len(ids) == len(set(ids))
    targets = re.findall(r"\]\(<#([^>]+)>\)", text)
    assert set(targets) <= set(ids)
    assert set(ids) <= set(nine(language).values("id"))
    assert {"M4", "MALL-231"} <= set(ids)


# -------------------------------------------------------------------------------------- the first screen, the sections


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_sections_stand_in_their_order_and_none_is_omitted(name: str, language: Language) -> None:
    page = html(REPORTS[name](), language)
    headings = [attrs["id"] for tag, attrs in page.elements if tag == "h2"]
    assert headings == [f"sec-{section}" for section in SECTIONS]
    assert [tag for tag, _ in page.elements].count("h1") == 1


def test_an_empty_section_says_what_the_data_can_say_and_never_that_all_is_well() -> None:
    zh, en = (html(report(empty()), language).words for language in LANGUAGES)
    assert "没有可用的数据来源，不能判断是否有事项需要您决定。" in zh
    assert "没有可用的数据来源，不知道本期完成了什么。" in zh
    assert "本期没有已公开的风险或问题。" in zh
    assert "因此这不表示没有风险。" in zh
    assert "数据来源中没有识别到里程碑。" in zh
    assert "数据来源中没有识别到变更请求。" in zh
    assert "No milestone was recognised in the sources." in en
    assert "this does not mean that there is no risk" in en
    quiet = report(replace(story.view_5_june(), changes=Listing(), work=()))
    words = html(quiet).words
    assert "据 Jira 记录，本期没有等待您决定的变更请求。" in words
    assert "据 Jira 记录，本期没有完成的工作项。" in words


def test_the_first_screen_of_the_story() -> None:
    words = nine("zh-CN").words
    first = words[: words.index("与上期相比的变化")]
    in_order = [
        "晴川数字",
        "会员商城改版 · 周报 9",
        "2026年6月1日–7日，截至 6月5日（周五）18:00",
        "黄 A",
        "（暂定）",
        "上期：黄",
        "商城前端按完成速度预计",
        "为什么是黄：M5 没有预测，距 Jira 中的计划日期 6月26日只有 14 个工作日",
        "（暂定：日期取自 Jira，双方尚未确认）",
        "规则",
        "最终里程碑 M7 上线",
        "预测未知",
        "现计划 7月15日（暂定）",
        "63%–73%",
        "M6 未知",
        "待您决定 1",
        "已批准合计：未知（未提供）",
        "需要您决定的事项 1",
        "MALL-231 小程序优惠券",
        "6月2日起等待您决定，据 Jira 记录",
        "期限未知（未提供）",
        "M7 +5 个工作日 · CNY 48,000.00",
    ]
    at = [first.find(words) for words in in_order]
    assert -1 not in at, in_order[at.index(-1)]
    assert at == sorted(at)


def test_the_figures_of_the_story_stand_in_every_format_and_language() -> None:
    figures = {
        "zh-CN": (
            "62/80 点 = 77%", "9/40 点 = 22%", "24/24 点 = 100%", "36/36 点 = 100%", "148/148 点 = 100%",
            "0/12 点 = 0%", "6月18日", "按完成速度，6月17日–22日", "晚 1 个工作日", "未知 未关联工作项",
            "样本不足：最近 20 个工作日完成 3 项，至少需要 5 项", "63%–73%", "57%–67%", "CNY 36,500.00",
            "CNY 12,000.00", "6月19日端午节放假。", "按时达成的里程碑：1/1。", "「已关闭」 2", "「已批准」",
            "无客户决定", "412", "SCH-A3", "以上阈值未经双方确认。", "本期完成 8 项", "7 个工作日", "4/3",
        ),
        "en": (
            "62/80 points = 77%", "9/40 points = 22%", "148/148 points = 100%", "0/12 points = 0%", "18 Jun",
            "from the pace of work, 17–22 Jun", "1 working day late", "unknown no linked work", "63%–73%",
            "too few samples: 3 done in the last 20 working days, at least 5 are needed", "57%–67%",
            "CNY 48,000.00", "19 Jun: public holiday, Dragon Boat Festival.", "On time: 1 of 1 milestones reached.",
            "“已关闭” 2", "no client decision", "as recorded in Jira", "not yet agreed by both sides",
        ),
    }  # fmt: skip
    made = story.report_9()
    for language in LANGUAGES:
        page, text = spaced(render(made, "html", language)), shown_markdown(made, language).words
        for figure in figures[language]:
            assert figure in page, (language, figure)
            assert figure in text or figure in text.replace("<br>", " "), (language, figure)


def spaced(body: bytes) -> str:
    """Return the page's text with a space between the lines of a cell, as a reader sees them apart."""
    return Page(body.replace(b'<span class="line">', b' <span class="line">')).words


def test_each_figure_of_the_first_screen_links_to_its_row() -> None:
    page = nine("zh-CN")
    values = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert {"#M7", "#sec-S7", "#sec-S8", "#M5", "#MALL-231", "#sec-rules"} <= set(values)


def test_rows_of_the_registers_link_to_the_tool() -> None:
    hrefs = nine("en").values("href")
    assert f"{story.SITE}/projects/MALL/versions/20004" in hrefs
    assert f"{story.SITE}/browse/MALL-231" in hrefs
    outside = [attrs for tag, attrs in nine("en").elements if tag == "a" and (attrs["href"] or "").startswith("http")]
    assert all(attrs.get("rel") == "noopener noreferrer" for attrs in outside)


def test_the_reply_opens_a_mail_with_blanks_only() -> None:
    (href,) = [href for href in nine("zh-CN").values("href") if href.startswith("mailto:")]
    parts = urlsplit(href)
    fields = parse_qs(parts.query, strict_parsing=True)
    assert parts.path == "wang@qingchuan.example"
    assert fields["subject"] == ["会员商城改版 周报 9：需您决定 1 项 · 黄灯 · 截至 6月5日"]
    assert fields["body"][0].startswith("MALL-231 小程序优惠券：同意 / 不同意 / 暂缓，意见：____\r\n")
    (bare,) = [href for href in html(story.draft_1(), "en").values("href") if href.startswith("mailto:")]
    assert bare.startswith("mailto:?subject=Member%20mall%20redesign%2C%20Weekly%20report%201")
    assert "\n" not in unquote(bare.partition("&body=")[0])


def test_a_title_cannot_add_a_header_to_the_reply() -> None:
    view = story.view_5_june()
    evil = replace(view.changes[3], title=Text(en="x&bcc=evil@example.com\r\nBcc: evil@example.com", original="en"))
    (href,) = [href for href in html(report(replace(view, changes=Listing([evil])))).values("href") if "mailto" in href]
    assert set(parse_qs(urlsplit(href).query)) == {"subject", "body"}
    assert unquote(href).count("\r\n") == 2


# --------------------------------------------------------------------------------------------------- drafts, language


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "草稿"), ("en", "DRAFT")])
def test_a_draft_says_so_in_title_banner_watermark_and_footer(language: Language, word: str) -> None:
    body = render(story.draft_1(), "html", language).decode()
    assert f"<title>{word} · " in body
    assert f'data-draft="{word}"' in body
    assert f'<p class="banner"><strong>{word}</strong>' in body
    assert f"<footer><p><strong>{word}</strong>" in body
    text = render(story.draft_1(), "md", language).decode()
    assert text.count(word) == 3
    issued = render(story.report_9(), "html", language).decode()
    assert word not in issued.partition("</style>")[2]


def test_a_draft_without_headline_says_that_it_is_missing_and_an_issued_report_never_does() -> None:
    assert "标题句待填写" in html(story.draft_1()).words
    assert "标题句待填写" not in html(report(story.view_5_june(), headline=None)).words


@pytest.mark.parametrize(("language", "other"), [("zh-CN", "en"), ("en", "zh-CN")])
def test_parts_in_another_language_are_marked(language: Language, other: Language) -> None:
    view = story.view_5_june()
    titles = [Text(zh="只有中文", original="zh"), Text(en="English only", original="en")]
    changes = tuple(replace(c, title=t) for c, t in zip(view.changes, titles, strict=False))
    body = render(report(replace(view, changes=Listing(changes))), "html", language).decode()
    assert f'<html lang="{language}">' in body
    foreign, label = (
        ("English only", "原文（未翻译）") if language == "zh-CN" else ("只有中文", "original, not translated")
    )
    assert re.search(rf'<span lang="{other}">{foreign}</span> <small>{label}</small>', body)
    own = "只有中文" if language == "zh-CN" else "English only"
    assert f"{own}</span>" not in body


def test_the_first_report_and_one_after_reports_by_hand_have_nothing_to_compare_with() -> None:
    assert "首期报告，无上期可比。" in html(report(story.view_5_june(), number=1)).words
    assert "上期报告没有留存可比的数据" in html(report(story.view_5_june(), number=8)).words


def test_a_revision_is_named() -> None:
    assert "周报 9，修订 2" in html(report(story.view_5_june(), revision=2)).words


def test_the_agencys_logo_and_colour_are_taken_only_in_their_form() -> None:
    logo = "data:image/png;base64,iVBORw0KGgo="
    made = report(story.view_5_june(), agency_logo=logo, agency_colour="#1a2b3c")
    body = render(made, "html", "en").decode()
    assert f'<img src="{logo}" alt="Qingchuan Digital">' in body
    assert ":root{--accent:#1a2b3c}" in body
    for wrong in ({"agency_colour": "red}body{display:none"}, {"agency_logo": "https://example.com/logo.png"}):
        with pytest.raises(ValueError, match="Agency"):
            report(story.view_5_june(), **wrong)


# ------------------------------------------------------------------------------------------------------------- hostile

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) | `code` **bold** <!-- {{ 7*7 }}"


def hostile() -> ClientReport:
    view = story.view_5_june()
    evil = Text(en=EVIL, original="en")
    return report(
        replace(
            view,
            client=evil,
            title=evil,
            milestones=Listing(replace(m, title=evil) for m in view.milestones),
            changes=Listing(replace(c, title=evil, tool_state=EVIL, state=None) for c in view.changes),
            work=tuple(replace(one, title=EVIL, key=EVIL) for one in view.work),
        ),
        headline=evil,
        prepared_by=EVIL,
        agency_name=evil,
        reply_to='a"><script>@example.com',
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_remote_text_is_text_in_html(language: Language) -> None:
    page = html(hostile(), language)
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img"})
    assert "{{ 7*7 }}" in page.words
    assert not [href for href in page.values("href") if href.startswith("javascript")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_remote_text_is_text_in_markdown(language: Language) -> None:
    text = render(hostile(), "md", language).decode()
    tables = [line for line in text.splitlines() if line.startswith("|")]
    cells = {len(re.findall(r"(?<!\\)\|", line)) for line in tables}
    assert cells <= {3, 4, 5, 6, 7, 9, 11}, "no title may add a cell"
    page = shown_markdown(hostile(), language)
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img"})
    assert not [href for href in page.values("href") if href.startswith("javascript")]
    assert "**bold**" in page.words


def test_refs_that_cannot_be_ids_get_ids_that_can_and_never_collide() -> None:
    view = story.view_5_june()
    refs = ["M 4", "M-4", '"><x>', "sec-S7", "里程碑 一"]
    milestones = tuple(replace(view.milestones[3], ref=ref) for ref in refs)
    page = html(report(replace(view, milestones=Listing(milestones), work=())))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert all(not re.search(r"[\s\"<>]", one) for one in ids)
    assert {"M-4", "M-4-2", "x", "row-sec-S7", "里程碑-一"} <= set(ids)


# ------------------------------------------------------------------------------------------------------- other shapes


def test_a_colour_turns_the_arrow() -> None:
    previous = story.report_8()
    view = story.view_5_june()
    arrows: dict[Colour, str] = {"red": "↘ 上期：黄", "green": "↗ 上期：黄", "amber": "→ 上期：黄"}
    for colour, arrow in arrows.items():
        turned = replace(view, overall=replace(view.overall, colour=colour))
        made = project_for(turned, story.meta(turned), previous, calendar=story.CALENDAR)
        assert arrow in html(made).words


def test_many_reasons_are_counted_on_the_first_screen() -> None:
    view = story.view_5_june()
    hits = view.overall.hits * 5
    assert "另有 2 条" in html(report(replace(view, overall=replace(view.overall, hits=hits)))).words


def test_many_changes_list_only_what_is_open_or_moved() -> None:
    view = story.view_5_june()
    ended = tuple(
        story.change(500 + n, f"旧变更 {n}", "closed", "已关闭", terminal=True, since=date(2026, 4, 1))
        for n in range(20)
    )
    moved = story.change(600, "本期关闭", "closed", "已关闭", terminal=True, since=story.june(3))
    page = html(report(replace(view, changes=Listing([*view.changes, *ended, moved]))))
    assert "另有 22 项已结束，未列出。" in page.words
    assert "旧变更 7" not in page.words
    assert "本期关闭" in page.words
    assert "MALL-600" in page.values("id")


def test_a_change_that_the_tool_does_not_place_is_named_as_such() -> None:
    view = story.view_5_june()
    vague = story.change(700, "无法判断", None, "Waiting?", terminal=False)
    words = html(report(replace(view, changes=Listing([vague])))).words
    assert "另有 1 项变更请求在 Jira 中的状态无法判断是否在等您：MALL-700。" in words


def test_stale_interrupted_and_never_read_sources_are_told() -> None:
    view = story.view_5_june()
    one = view.sources[0]
    feeds = (
        replace(one, tool="Trello", stale=True),
        replace(one, tool="Worktile", problem=story.milestone("M1").plan.detail),  # type: ignore[union-attr]
        replace(one, tool="PingCode", complete_as_of=None, unreadable=3),
    )
    words = html(report(replace(view, sources=feeds))).words
    assert "数据已过期，沿用上次的数据" in words
    assert "最近一次读取未完成，沿用上次的数据" in words
    assert "尚未完整读取" in words
    assert words.count("⚠") == 3


def test_without_a_final_milestone_the_next_one_is_shown() -> None:
    view = story.view_5_june()
    milestones = tuple(replace(m, is_final=False) for m in view.milestones)
    assert "下一里程碑 M4 商城前端 Beta 6月18日（预测）" in spaced(
        render(report(replace(view, milestones=Listing(milestones))), "html", "zh-CN").replace(b"</p>", b" </p>")
    )


def test_two_currencies_are_never_added() -> None:
    view = story.view_5_june()
    euro = replace(
        view.changes[0],
        money=story.known(Money(amount=Decimal("900"), currency="EUR"), story.source("issue", "1", key="MALL-1")),
    )
    words = html(report(replace(view, changes=Listing([euro, *view.changes[1:]])))).words
    assert "EUR 900.00" in words
    assert "CNY 9,000.00" in words


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (story.june(5), "今天"),
        (story.june(6), "还剩 0 个工作日"),  # a Saturday: no working day lies between, yet it is not today
        (story.june(8), "还剩 1 个工作日"),
        (story.june(4), "已逾期 1 个工作日"),
    ],
)
def test_what_is_due_today_is_not_what_is_due_on_saturday(plan: date, said: str) -> None:
    view = replace(story.view_5_june(), milestones=Listing([story.milestone("M4", plan=plan)]), work=())
    body = render(report(view), "md", "zh-CN").decode()
    due = body[body.index('id="sec-S6"') : body.index('id="sec-S7"')]
    assert f"| {said} |" in due
