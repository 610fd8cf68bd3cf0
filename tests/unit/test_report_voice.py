"""How dates, numbers, money and names are spelt in both languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pmbridge.domain.dated import marked, quoted
from pmbridge.domain.figure import UnknownReason
from pmbridge.report import words as w
from pmbridge.report.blocks import Run
from pmbridge.report.model import ClientReport, Term
from pmbridge.report.parts import Amount, Missing, Quote, Sentence, Work
from pmbridge.report.voice import Voice
from pmbridge.values import Language
from tests.unit import report_story as story

FRIDAY = date(2026, 6, 5)


def voice(language: Language, report: ClientReport | None = None) -> Voice:
    return Voice(report or story.report_9(), language, {"M4": "M4"})


@pytest.fixture
def zh() -> Voice:
    return voice("zh-CN")


@pytest.fixture
def en() -> Voice:
    return voice("en")


def test_days(zh: Voice, en: Voice) -> None:
    assert (zh.day(FRIDAY), en.day(FRIDAY)) == ("6月5日", "5 Jun")
    assert (zh.day(date(2027, 1, 8)), en.day(date(2027, 1, 8))) == ("2027年1月8日", "8 Jan 2027")
    assert (zh.weekday(FRIDAY), en.weekday(FRIDAY)) == ("6月5日（周五）", "Fri 5 Jun")
    assert (zh.full_day(FRIDAY), en.full_day(FRIDAY)) == ("2026年6月5日（周五）", "Fri 5 Jun 2026")
    at = datetime(2026, 6, 5, 18, 0)  # noqa: DTZ001 - the clock on the wall
    assert (zh.moment(at), en.moment(at)) == ("6月5日（周五）18:00", "Fri 5 Jun 18:00")
    assert (zh.full_moment(at), en.full_moment(at)) == ("2026年6月5日（周五）18:00", "Fri 5 Jun 2026 18:00")


@pytest.mark.parametrize(
    ("first", "last", "year", "zh_said", "en_said"),
    [
        (date(2026, 6, 1), date(2026, 6, 7), True, "2026年6月1日–7日", "1–7 Jun 2026"),
        (date(2026, 6, 1), date(2026, 6, 7), False, "6月1日–7日", "1–7 Jun"),
        (date(2026, 6, 29), date(2026, 7, 5), True, "2026年6月29日–7月5日", "29 Jun – 5 Jul 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), True, "2025年12月29日–2026年1月4日", "29 Dec 2025 – 4 Jan 2026"),
        (date(2026, 6, 19), date(2026, 6, 19), False, "6月19日", "19 Jun"),
        (date(2027, 5, 1), date(2027, 5, 5), False, "2027年5月1日–5日", "1–5 May 2027"),
    ],
)
def test_stretches_of_days_are_as_short_as_they_can_be_said(
    first: date, last: date, year: bool, zh_said: str, en_said: str, zh: Voice, en: Voice
) -> None:
    assert zh.span(first, last, year=year) == zh_said
    assert en.span(first, last, year=year) == en_said


@pytest.mark.parametrize(
    ("zone", "zh_said", "en_said"),
    [
        ("Asia/Shanghai", "北京时间", "Beijing time"),
        ("Europe/Berlin", "德国（柏林）时间", "Germany (Berlin) Time"),
        ("UTC", "协调世界时 (UTC)", "UTC"),
        ("EST5EDT", "UTC-04:00", "UTC-04:00"),
    ],
)
def test_times_carry_the_name_of_their_zone(zone: str, zh_said: str, en_said: str) -> None:
    report = story.report_9()
    moved = report.model_copy(update={"header": report.header.model_copy(update={"zone": zone})})
    at = datetime(2026, 6, 5, 18, 0, tzinfo=ZoneInfo(zone))
    assert voice("zh-CN", moved).zone(at) == zh_said
    assert voice("en", moved).zone(at) == en_said


def test_working_days_have_a_unit_and_a_direction(zh: Voice, en: Voice) -> None:
    assert (zh.days(1), en.days(1), en.days(3)) == ("1 个工作日", "1 working day", "3 working days")
    assert (zh.shift(3), zh.shift(-2), zh.shift(0)) == ("+3 个工作日", "−2 个工作日", "0 个工作日")
    assert (en.shift(1), en.shift(0)) == ("+1 working day", "0 working days")
    assert (zh.late(2), zh.late(-1), zh.late(0)) == ("晚 2 个工作日", "早 1 个工作日", "按计划")
    assert zh.late(0, at_least=True) == "至少晚 0 个工作日"
    assert en.late(6, at_least=True) == "at least 6 working days late"


def test_percent_is_floored_so_that_nothing_is_done_too_early(zh: Voice) -> None:
    assert zh.percent(Decimal("0.996")) == "99%"
    assert zh.percent(Decimal(1)) == "100%"


@pytest.mark.parametrize(
    ("amount", "currency", "table", "zh_said", "en_said"),
    [
        ("48500", "CNY", "CNY 48,500.00", "人民币 48,500.00 元 (CNY)", "CNY 48,500.00"),
        ("1200.5", "EUR", "EUR 1,200.50", "欧元 1,200.50 (EUR)", "EUR 1,200.50"),
        ("980000", "JPY", "JPY 980,000", "日元 980,000 (JPY)", "JPY 980,000"),
        ("-15.00", "CNY", "CNY -15.00", "人民币 -15.00 元 (CNY)", "CNY -15.00"),
    ],
)
def test_money_names_its_currency(
    amount: str, currency: str, table: str, zh_said: str, en_said: str, zh: Voice, en: Voice
) -> None:
    money = Amount(amount=Decimal(amount), currency=currency)
    assert zh.money(money) == en.money(money) == table
    assert zh.money_in_sentence(money) == zh_said
    assert en.money_in_sentence(money) == en_said


def test_progress_shows_its_fraction(zh: Voice, en: Voice) -> None:
    points = Work(done=Decimal("62.0"), total=Decimal(80), unit="points", percent=77, fallback=None)
    assert (zh.work(points), en.work(points)) == ("62/80 点 = 77%", "62/80 points = 77%")
    shares = Work(done=Decimal("0.5"), total=Decimal(1), unit="weighted", percent=50, fallback=None)
    assert (zh.work(shares), en.work(shares)) == ("50%（加权）", "50% (weighted)")


def test_an_unknown_says_why(zh: Voice, en: Voice) -> None:
    missing = Missing(
        reason=UnknownReason.INSUFFICIENT_SAMPLE, detail=Sentence(zh="完成 3 项", en="3 done"), anchors=()
    )
    assert zh.unknown(missing) == (Run(text="未知（样本不足：完成 3 项）", style="unknown"),)
    assert en.unknown(missing) == (Run(text="unknown (too few samples: 3 done)", style="unknown"),)
    assert [line[0] for line in en.unknown_lines(missing)] == [
        Run(text="unknown", style="unknown"),
        Run(text="too few samples", style="note"),
    ]


def test_an_untranslated_text_is_marked_and_labelled(en: Voice, zh: Voice) -> None:
    quote = Quote(zh="小程序优惠券", original="zh")
    original, _, label = en.quote(quote)
    assert original == Run(text="小程序优惠券", lang="zh-CN")
    assert label == Run(text="original, not translated", style="note")
    assert zh.quote(quote) == (Run(text="小程序优惠券"),)
    assert zh.quote(Quote(en="Go-live", original="en"))[0] == Run(text="Go-live", lang="en")


def test_a_tools_word_is_quoted_and_marked_with_its_language(en: Voice, zh: Voice) -> None:
    assert en.state(None, "已关闭") == (Run(text="“"), Run(text="已关闭", lang="zh-CN"), Run(text="”"))
    assert zh.state(None, "Closed") == (Run(text="「"), Run(text="Closed", lang="en"), Run(text="」"))
    assert en.state("submitted", "Open") == (Run(text="submitted"),)


def test_dates_in_a_rules_sentence_are_spelt_as_elsewhere(zh: Voice, en: Voice) -> None:
    rule = story.report_9().overall.rules[0]
    said = rule.model_copy(
        update={
            "dated": Sentence(
                zh="合同已于 {2027-01-08} 结束，CR-06-26 于 {2026-06-26} 提出",
                en="ended {2027-01-08}, CR-06-26, {2026-06-26}",
            )
        }
    )
    assert zh.reason_text(said) == "合同已于 2027年1月8日结束，CR-06-26 于 6月26日提出"
    assert en.reason_text(said) == "ended 8 Jan 2027, CR-06-26, 26 Jun"


@pytest.mark.parametrize("title", ["对账任务 02-30 失败", "release 05-12", "{2026-05-12}", "}} {{2026-05-12}"])
def test_a_date_in_a_title_is_left_as_it_was_written(zh: Voice, en: Voice, title: str) -> None:
    rule = story.report_9().overall.rules[0]
    bare = rule.model_copy(update={"reason": Sentence(zh=title, en=title), "dated": None})
    assert (zh.reason_text(bare), en.reason_text(bare)) == (title, title)
    said = f"{quoted(title)} {marked(date(2026, 6, 26))} x"
    dated = rule.model_copy(update={"dated": Sentence(zh=said, en=said)})
    assert zh.reason_text(dated) == f"{title} 6月26日x"
    assert en.reason_text(dated) == f"{title} 26 Jun x"


def test_the_clients_own_words_replace_ours() -> None:
    report = story.report_9()
    terms = (Term(ours="变更请求", theirs=Quote(zh="需求变更单", en="variation order", original="zh")),)
    renamed = report.model_copy(update={"terms": terms})
    assert voice("zh-CN", renamed).head(w.CHANGES) == "需求变更单"
    assert voice("en", renamed).head(w.CHANGES) == "Variation orders"
    assert voice("en", renamed).text(w.CH_NAME) == "variation order"
    assert voice("en", renamed).head(w.MILESTONES) == "Milestones"
    only_zh = report.model_copy(
        update={"terms": (Term(ours="change request", theirs=Quote(zh="变更", original="zh")),)}
    )
    assert voice("en", only_zh).head(w.CHANGES) == "Change requests"
    assert voice("zh-CN", only_zh).head(w.CHANGES) == "变更"


def test_a_ref_without_a_row_is_no_link(zh: Voice) -> None:
    assert zh.link_to("M4").href == "#M4"
    assert zh.link_to("M99") == Run(text="M99")
