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
from pmbridge.domain.figure import Known, Unknown
from pmbridge.domain.pending import decisions_needed
from pmbridge.domain.registered_change import changes
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
from tests.unit.register_story import LETTER, MAIL
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


# ------------------------------------------------------------------------------------ milestones that come and go


def planned(desk: Desk) -> None:
    for ref, on in (("M5", "2026-06-26"), ("M7", "2026-07-10")):
        more = {"is_final": True} if ref == "M7" else {}
        desk.do("milestone", "add", number=ref, day="04-08", input={"title": f"里程碑 {ref}", "on": on} | more)
    dates = {"M5": date(2026, 6, 26), "M7": date(2026, 7, 10)}
    desk.do("schedule_baseline", "agree", day="04-09", input={"dates": dates}, by="李总", evidence=[LETTER])


def schedule(milestone: str, op: str, **more: Any) -> dict[str, Any]:
    line = {"milestone": milestone, "op": op} | more
    return {"dimension": "schedule", "finding": "quantified", "schedule": line}


def test_a_milestone_that_is_cancelled_or_added_is_not_said_to_move_by_no_day(desk: Desk) -> None:
    planned(desk)
    entry = offer(
        desk,
        option("A", ONCE, schedule=schedule("M5", "cancel")),
        option("B", ONCE, schedule=schedule("M8", "add", new_on="2026-08-14")),
        option("C", ONCE, schedule=schedule("M5", "shift", delta_wd=2)),
        option("D", ONCE),
    )
    (asked,) = decisions_needed(desk.register.book, desk.moment("06-05"))
    assert [one.days for one in asked.choices] == [(), (), (("M5", 2),), ()]
    text = printed(desk, "en")
    (line,) = (one for one in text.splitlines() if one.startswith(f'| <a id="ask-{entry.ref}"></a>'))
    assert "cancels [M5](<#M5>) · CNY 1,000.00" in line
    assert "adds M8 (14 Aug) · CNY 1,000.00" in line
    assert "[M5](<#M5>) +2 working days · CNY 1,000.00" in line
    assert "[M7](<#M7>) 0 working days · CNY 1,000.00" in line
    assert line.count("0 working days") == 1
    zh = printed(desk, "zh-CN")
    assert "取消 [M5](<#M5>) · CNY 1,000.00" in zh
    assert "新增 M8（8月14日） · CNY 1,000.00" in zh


def test_a_reminder_and_an_answer_say_which_milestone_comes_or_goes(desk: Desk) -> None:
    planned(desk)
    entry = offer(
        desk,
        option("A", ONCE, schedule=schedule("M5", "cancel")),
        option("B", ONCE, schedule=schedule("M8", "add", new_on="2026-08-14")),
    )
    book = desk.register.book
    (asked,) = decisions_needed(book, desk.moment("06-05"))
    assert _more(asked, "en") == [
        "  A  做法A (CNY 1,000.00, cancels M5), which we recommend",
        "  B  做法B (CNY 1,000.00, adds M8 (2026-08-14))",
    ]
    assert _meaning(book, entry, "approve", {"option": "A"}).en == "approve, option A, CNY 1,000.00, cancels M5"
    assert _meaning(book, entry, "approve", {"option": "B"}).zh == "批准，方案 B，CNY 1,000.00，新增 M8（2026-08-14）"


def test_a_final_milestone_that_is_cancelled_has_no_number_of_days(desk: Desk) -> None:
    planned(desk)
    offer(desk, option("A", ONCE, schedule=schedule("M7", "cancel")))
    (one,), _ = changes([], desk.register.book, "M7", desk.moment("06-05"))
    assert isinstance(one.days, Unknown)
    (one,), _ = changes([], desk.register.book, "M5", desk.moment("06-05"))
    assert isinstance(one.days, Known)
    assert one.days.value == 0
