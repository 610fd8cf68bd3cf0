"""Changes and milestones of the register in the report: what the client knows of them, and not a word more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmbridge.domain.assemble import assemble
from pmbridge.domain.change_metrics import forecast_total
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known, Unknown
from pmbridge.domain.listing import Listing
from pmbridge.domain.registered_change import changes
from pmbridge.domain.view import Change, EngagementView
from pmbridge.papers import change_paper, render_html
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.render import render
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label
from tests.unit import story
from tests.unit.delivery_bench import Desk
from tests.unit.register_story import LETTER, MAIL
from tests.unit.report_story import CALENDAR, meta, view_5_june
from tests.unit.test_papers import FRAME

ASKED = {"title": "小程序优惠券", "description": "618 发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
OURS_ALONE = "91,234.00"

INTERNAL = "内部返工 绝密"
PLAN = {"M5": date(2026, 6, 26), "M7": date(2026, 7, 10)}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def option(amount: str, **budget: Any) -> dict[str, Any]:
    none = [{"dimension": one, "finding": "none", "rationale": "无"} for one in ("scope", "schedule")]
    price = {"dimension": "budget", "finding": "quantified", "budget": {"amount": amount} | budget}
    return {"key": "A", "title": "方案", "lines": [*none, price]}


def assess(desk: Desk, ref: str, day: str, amount: str, **more: Any) -> None:
    given = {"options": [option(amount)], "recommended": "A", "do_nothing": "无"} | more
    desk.do("change", "assess", ref, day=day, input=given)


def send(desk: Desk, ref: str, day: str) -> None:
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    desk.do("change", "send", ref, day=day, input=until, evidence=[MAIL])


def submitted(desk: Desk, **more: Any) -> str:
    return desk.do("change", "submit", day="05-27", input=ASKED | more).ref


def entry(desk: Desk, ref: str) -> Entry[Any]:
    found = desk.register.book.get(ref)
    assert found is not None
    return found


def shown(desk: Desk) -> list[Change]:
    return changes([], desk.register.book, "M7", desk.moment("06-05"))[0]


def files(desk: Desk) -> list[str]:
    """Return the report in all formats, money shown, with the register's changes."""
    view = replace(view_5_june(), changes=Listing(shown(desk), engagement="lanhai"))
    report = project_for(view, replace(meta(view), show_money=True), None, calendar=CALENDAR)
    return [render(report, form, language).decode() for form in ("html", "md", "json") for language in ("zh-CN", "en")]


@pytest.mark.parametrize("draft", [True, False])
def test_an_assessment_that_was_not_sent_stands_in_no_report(desk: Desk, draft: bool) -> None:
    ref = submitted(desk)
    assess(desk, ref, "06-01", "CNY 91234.00", draft=draft)
    (one,) = shown(desk)
    assert isinstance(one.money, Unknown)
    assert isinstance(one.days, Unknown)
    assert one.days_on is None
    assert all(OURS_ALONE not in text and "91234" not in text for text in files(desk))


def test_while_an_offer_is_assessed_anew_the_one_that_was_sent_is_shown(desk: Desk) -> None:
    ref = submitted(desk)
    assess(desk, ref, "06-01", "CNY 1000.00")
    send(desk, ref, "06-02")
    desk.do("change", "reassess", ref, day="06-03", reason="范围有误")
    assess(desk, ref, "06-04", "CNY 91234.00")
    (one,) = shown(desk)
    assert isinstance(one.money, Known)
    assert str(one.money.value) == "CNY 1,000.00"


def test_an_assessment_that_was_withdrawn_before_it_was_sent_stands_on_no_form(desk: Desk) -> None:
    ref = submitted(desk)
    assess(desk, ref, "06-01", "CNY 91234.00")
    form = render_html(change_paper(desk.register.book, entry(desk, ref), FRAME, "en")).decode()
    assert OURS_ALONE in form  # it is the form that is sent next
    desk.do("change", "reassess", ref, day="06-02", reason="范围有误")
    desk.do("change", "withdraw", ref, day="06-03", input={"consent": True}, reason="不做了", evidence=[MAIL])
    form = render_html(change_paper(desk.register.book, entry(desk, ref), FRAME, "en")).decode()
    assert OURS_ALONE not in form
    assert "Not yet assessed" in form


def test_an_emergency_counts_by_its_cap_until_the_client_has_its_assessment(desk: Desk) -> None:
    ref = submitted(desk)
    cap = {"money": "CNY 5000.00", "days": 2, "confirm_by": date(2026, 6, 10)}
    desk.do("change", "authorise", ref, day="05-28", input=cap, by="李总", evidence=[MAIL])
    assess(desk, ref, "06-01", "CNY 91234.00")
    total = forecast_total(desk.register.book, desk.moment("06-05"))
    assert isinstance(total, Known)
    assert str(total.value) == "CNY 685,000.00"
    desk.do("change", "approve", ref, day="06-03", input={"option": "A"}, by="李总", evidence=[MAIL])
    (one,) = shown(desk)
    assert isinstance(one.money, Known)
    assert OURS_ALONE in str(one.money.value)


def test_rework_at_our_cost_asks_no_money_of_the_client(desk: Desk) -> None:
    ref = submitted(desk, kind="off_specification")
    desk.do("change", "rework", ref, day="06-01", evidence=[MAIL])
    (one,) = shown(desk)
    assert isinstance(one.money, Unknown)
    assert one.money.detail == Label(zh="不涉及金额", en="no money involved")


# --------------------------------------------------------------- records that the client was never shown


def seen(desk: Desk) -> EngagementView:
    """Return the engagement with what Jira shows of it, as of the evening of 5 June."""
    now = story.WEEKLY_9
    return assemble("lanhai", story.config(), CALENDAR, [story.jira(now)], now, book=desk.register.book)


def reported(view: EngagementView) -> ClientReport:
    return project_for(view, meta(view), None, calendar=CALENDAR)


def printed(view: EngagementView) -> list[str]:
    previous = project_for(replace(view, changes=Listing((), engagement="lanhai")), meta(view), None, calendar=CALENDAR)
    report = project_for(view, meta(view), previous, calendar=CALENDAR)
    return [render(report, form, language).decode() for form in ("html", "md", "json") for language in ("zh-CN", "en")]


def test_a_change_that_nobody_submitted_is_in_no_row_count_or_line_of_the_report(desk: Desk) -> None:
    before = seen(desk)
    ref = desk.do("change", "add", day="05-27", input={"title": INTERNAL}).ref
    view = seen(desk)
    assert ref in {one.ref for one in view.changes}  # the project manager sees it
    assert view.unknowns == before.unknowns
    assert reported(view).changes == reported(before).changes
    assert all(INTERNAL not in text and ref not in text for text in printed(view))
    desk.do("change", "submit", ref, day="05-28", input=ASKED)
    assert ref in {one.ref for one in reported(seen(desk)).changes.rows}


def test_a_draft_of_ours_does_not_take_the_place_of_what_a_tool_shows(desk: Desk) -> None:
    before = seen(desk)
    shown_by_tool = next(one for one in before.changes if one.observed)
    place = shown_by_tool.sources[0]
    link = {"connection": place.connection, "kind": place.kind, "external_id": place.external_id}
    ref = desk.do("change", "add", day="05-27", input={"title": INTERNAL}).ref
    desk.do("change", "adopt", ref, day="05-27", input=link)
    view = seen(desk)
    assert shown_by_tool not in view.changes
    assert view.rag == before.rag
    assert view.unknowns == before.unknowns
    assert reported(view).changes == reported(before).changes
    assert all(INTERNAL not in text and f">{ref}<" not in text for text in printed(view))


def proposed(desk: Desk, ref: str, on: str, **more: Any) -> None:
    desk.do("milestone", "add", number=ref, day="04-08", input={"title": INTERNAL, "on": on} | more)


def test_a_milestone_that_the_client_does_not_know_is_in_no_report_once_there_is_a_plan(desk: Desk) -> None:
    proposed(desk, "M5", "2026-06-26")
    proposed(desk, "M7", "2026-07-10", is_final=True)
    assert {one.ref for one in seen(desk).milestones} >= {"M5", "M7"}  # before the plan is agreed all are provisional
    desk.do("schedule_baseline", "agree", day="04-09", input={"dates": PLAN}, by="李总", evidence=[LETTER])
    before = seen(desk)
    proposed(desk, "M9", "2026-08-14", weight=500)
    view = seen(desk)
    assert [one.ref for one in view.milestones] == [one.ref for one in before.milestones]
    assert view.progress == before.progress
    assert view.unknowns == before.unknowns
    assert all("M9" not in text for text in printed(view))
