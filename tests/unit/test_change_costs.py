"""What a change costs and moves stands whole wherever the client reads it, signs it or answers to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmbridge.answering import _meaning
from pmbridge.domain.assemble import assemble
from pmbridge.domain.entry import Entry
from pmbridge.domain.pending import decisions_needed
from pmbridge.papers import change_paper
from pmbridge.reminding import _more
from pmbridge.report.blocks import Inline, Run
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label, Language
from tests.unit import story
from tests.unit.delivery_bench import Desk
from tests.unit.register_story import MAIL
from tests.unit.report_story import CALENDAR, meta
from tests.unit.test_papers import FRAME

ONCE = {"dimension": "budget", "finding": "quantified", "budget": {"amount": "CNY 1000.00"}}
MONTHLY = {"dimension": "budget", "finding": "quantified", "budget": {"amount": "CNY 5000.00", "kind": "monthly"}}
UNMOVED = {"dimension": "schedule", "finding": "none", "rationale": "不占关键路径"}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def option(key: str, *prices: dict[str, Any], schedule: dict[str, Any] = UNMOVED) -> dict[str, Any]:
    scope = {"dimension": "scope", "finding": "none", "rationale": "沿用现有需求"}
    return {"key": key, "title": f"做法{key}", "lines": [scope, schedule, *prices]}


def offer(desk: Desk, *options: dict[str, Any]) -> Entry[Any]:
    """Send a change with *options* to the client, the first one recommended; return it."""
    asked = {"title": "小程序优惠券", "description": "618 发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
    ref = desk.do("change", "submit", day="05-27", input=asked).ref
    given = {"options": options, "recommended": options[0]["key"], "do_nothing": "活动期无优惠券"}
    desk.do("change", "assess", ref, day="06-01", input=given)
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    return desk.do("change", "send", ref, day="06-02", input=until, evidence=[MAIL])


def words(inline: Inline) -> str:
    return "".join(run.text for run in inline if isinstance(run, Run))


def printed(desk: Desk, language: Language, form: str = "md") -> str:
    """Return the report of 5 June out of this register, money shown."""
    now = story.WEEKLY_9
    view = assemble("lanhai", story.config(), CALENDAR, [story.jira(now)], now, book=desk.register.book)
    report = project_for(view, replace(meta(view), show_money=True), None, calendar=CALENDAR)
    return render(report, "json" if form == "json" else "md", language).decode()


def row(text: str, ref: str) -> str:
    """Return the row of the change register that is about *ref*."""
    (found,) = (line for line in text.splitlines() if line.startswith(f'| <a id="{ref}"></a>'))
    return found


# --------------------------------------------------------------------------------------------- costs of each month


def test_the_line_that_is_signed_holds_what_is_paid_each_month(desk: Desk) -> None:
    entry = offer(desk, option("A", MONTHLY), option("B", ONCE, MONTHLY))
    zh, en = (change_paper(desk.register.book, entry, FRAME, language) for language in ("zh-CN", "en"))
    assert [words(one) for one in en.answers[:2]] == [
        "Option A (CNY 5,000.00 a month)",
        "Option B (CNY 1,000.00, CNY 5,000.00 a month)",
    ]
    assert [words(one) for one in zh.answers[:2]] == [
        "同意方案 A（CNY 5,000.00/月）",
        "同意方案 B（CNY 1,000.00，CNY 5,000.00/月）",
    ]


def test_months_that_are_counted_are_in_the_sum_that_is_signed(desk: Desk) -> None:
    year = {"amount": "CNY 100.00", "kind": "monthly", "months": 12}
    entry = offer(desk, option("A", ONCE, {"dimension": "budget", "finding": "quantified", "budget": year}))
    paper = change_paper(desk.register.book, entry, FRAME, "en")
    assert words(paper.answers[0]) == "Option A (CNY 2,200.00)"


def test_an_option_without_a_price_is_signed_for_nothing(desk: Desk) -> None:
    free = {"dimension": "budget", "finding": "none", "rationale": "含在合同内"}
    entry = offer(desk, option("A", free))
    assert words(change_paper(desk.register.book, entry, FRAME, "en").answers[0]) == "Option A (0)"


def test_the_row_of_a_change_holds_what_it_costs_each_month(desk: Desk) -> None:
    entry = offer(desk, option("A", ONCE, MONTHLY))
    assert "| CNY 1,000.00<br>CNY 5,000.00 a month |" in row(printed(desk, "en"), entry.ref)
    assert "| CNY 1,000.00<br>每月 CNY 5,000.00 |" in row(printed(desk, "zh-CN"), entry.ref)
    rows = json.loads(printed(desk, "en", "json"))["changes"]["rows"]
    (found,) = (one["monthly"] for one in rows if one["ref"] == entry.ref)
    assert found == [{"amount": "5000", "currency": "CNY"}]


def test_a_change_that_costs_something_each_month_only_has_no_unknown_price(desk: Desk) -> None:
    entry = offer(desk, option("A", MONTHLY))
    assert "| CNY 5,000.00 a month |" in row(printed(desk, "en"), entry.ref)


def test_what_was_approved_for_each_month_stands_beside_the_total(desk: Desk) -> None:
    entry = offer(desk, option("A", ONCE, MONTHLY))
    desk.do("change", "approve", entry.ref, day="06-03", input={"option": "A"}, by="李总", evidence=[MAIL])
    text = printed(desk, "en")
    assert "Approved in total (cost and time): CNY 1,000.00 · CNY 5,000.00 a month." in text
    assert "approved in total: CNY 1,000.00 · CNY 5,000.00 a month" in text
    assert "What is paid each month without an end is not in it." in text


def test_a_report_without_money_holds_no_monthly_price(desk: Desk) -> None:
    offer(desk, option("A", ONCE, MONTHLY))
    now = story.WEEKLY_9
    view = assemble("lanhai", story.config(), CALENDAR, [story.jira(now)], now, book=desk.register.book)
    report = project_for(view, replace(meta(view), show_money=False), None, calendar=CALENDAR)
    assert "CNY 5,000" not in render(report, "html", "en").decode()
    assert "CNY 5,000" not in render(report, "md", "en").decode()
    assert '"5000"' not in render(report, "json", "en").decode()


def test_a_reminder_and_an_answer_say_what_is_paid_each_month(desk: Desk) -> None:
    entry = offer(desk, option("A", ONCE, MONTHLY))
    book = desk.register.book
    (asked,) = decisions_needed(book, desk.moment("06-05"))
    assert _more(asked, "en") == ["  A  做法A (CNY 1,000.00, CNY 5,000.00 a month), which we recommend"]
    assert _meaning(book, entry, "approve", {"option": "A"}) == Label(
        zh="批准，方案 A，CNY 1,000.00，CNY 5,000.00/月，0 日",
        en="approve, option A, CNY 1,000.00, CNY 5,000.00 a month, 0 working days",
    )
