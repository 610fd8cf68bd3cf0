"""Deliverables, promises, what the client said, meetings and lessons in the report: released words, and no others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pmbridge.domain.client_record import client_record
from pmbridge.report.model import ClientReport, Edition
from pmbridge.report.project import project_for
from pmbridge.report.render import FORMATS, load_report, render
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import LANGUAGES
from tests.unit.delivery_bench import Desk
from tests.unit.formats import text_of
from tests.unit.register_story import MAIL
from tests.unit.report_story import CALENDAR, meta, view_5_june

OURS = "绝密"
"""Stands in every word that is ours alone."""
STARS = {"id": "Q1", "text": "您满意吗？", "scale": "1-5"}
FREE = {"id": "Q2", "text": "还想说什么？", "scale": "free_text"}
SAID: dict[str, Any] = {"text": "三次推迟都没有提前告知", "remedy_sought": "以后推迟要提前三天说"}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def reported(desk: Desk, day: str = "06-05", edition: Edition = "weekly") -> ClientReport:
    view = replace(view_5_june(), record=client_record(desk.register.book, desk.moment(day)))
    found = meta(view)
    if edition == "monthly":
        found = replace(found, edition=edition, period_from=date(2026, 6, 1), period_to=date(2026, 6, 30))
    elif edition == "closing":
        found = replace(found, edition=edition, period_from=date(2026, 4, 7), period_to=date(2026, 7, 31))
    return project_for(view, found, None, calendar=CALENDAR)


def files(report: ClientReport) -> str:
    return "\n".join(text_of(render(report, form, language), form) for form in FORMATS for language in LANGUAGES)


def page(report: ClientReport) -> str:
    return render(report, "md", "zh-CN").decode()


def action(desk: Desk, text: str, **more: Any) -> str:
    return desk.do("action", "add", day="06-01", input={"text": text, "due_on": date(2026, 6, 3)} | more).ref


# ------------------------------------------------------------------------------------------------ what stays inside


def test_what_was_never_released_is_in_no_file_and_in_no_count(desk: Desk) -> None:
    desk.deliverable("internally_reviewed", title=OURS)
    action(desk, OURS)
    desk.do("lesson", "add", day="06-01", input=dict.fromkeys(("title", "context", "effect", "recommendation"), OURS))
    desk.do("improvement", "add", day="06-01", input={"text": OURS, "due_on": date(2026, 6, 30)})
    desk.do("retro", "add", day="06-01", input={"scope": "engagement", "planned_on": date(2026, 6, 3)})
    desk.do("retro", "hold", "RET-01", day="06-03", input={"ours": ["王工"], "to_improve": [OURS]})
    desk.do("survey", "add", day="06-01", input={
        "kind": "periodic_csat", "questions": [STARS | {"text": OURS}], "closes_on": date(2026, 6, 9)
    })  # fmt: skip
    report = reported(desk, edition="monthly")
    assert OURS not in files(report)
    assert report.deliverables is not None
    assert report.meetings is not None
    assert report.satisfaction is not None
    assert report.lessons is not None
    assert report.deliverables.rows == ()
    assert report.meetings.actions == ()
    assert report.satisfaction.surveys == ()
    assert report.lessons.empty
    assert report.meetings.done is None, "an action item that the client does not know is in no rate"


def test_a_later_wording_stays_inside_until_it_is_released(desk: Desk) -> None:
    ref = action(desk, "每周五发测试报告")
    desk.do("action", "release", ref, day="06-01")
    desk.do("action", "edit", ref, day="06-02", input={"text": f"{OURS} 先不发", "due_on": date(2026, 6, 4)})
    desk.do("lesson", "add", day="06-01", input={
        "title": "账号", "context": "账号晚到", "effect": "顺延", "recommendation": "列入启动清单"
    })  # fmt: skip
    desk.do("lesson", "release", "LES-01", day="06-01")
    desk.do("lesson", "edit", "LES-01", day="06-02", input={"context": OURS})
    report = reported(desk, edition="monthly")
    assert OURS not in files(report)
    assert report.meetings is not None
    (one,) = report.meetings.actions
    assert (one.text.zh, one.due_on, one.overdue_wd) == ("每周五发测试报告", date(2026, 6, 4), 1), "days are not words"
    assert "账号晚到" in page(report)


def test_a_ref_of_what_is_ours_alone_does_not_stand_beside_what_the_client_knows(desk: Desk) -> None:
    inner = action(desk, OURS)
    known = action(desk, "发测试报告")
    desk.do("action", "release", known, day="06-01")
    given = {"kind": "suggestion", "text": "希望提前收到测试报告", "channel": "email"}
    ref = desk.do("feedback", "add", day="06-01", by="张敏", input=given).ref
    desk.do("feedback", "act", ref, day="06-02", input={"actions": [inner, known]})
    desk.do("action", "edit", known, day="06-02", input={"about": inner})
    report = reported(desk)
    assert report.satisfaction is not None
    assert report.satisfaction.feedback[0].done == (known,)
    assert inner not in files(report)


def test_a_complaint_is_told_without_whom_it_is_about_and_what_we_found_inside(desk: Desk) -> None:
    about = SAID | {"complained_of": [f"{OURS}工"], "owner": "陈工"}
    ref = desk.do("complaint", "add", day="06-01", by="张敏", input=about, evidence=[MAIL]).ref
    desk.do("complaint", "acknowledge", ref, day="06-02", input={"next_update_on": date(2026, 6, 4)}, evidence=[MAIL])
    assessed = {"severity": "critical", "urgency": "urgent", "immediate_action": OURS, "assessment": OURS}
    desk.do("complaint", "assess", ref, day="06-02", input=assessed)
    desk.do("complaint", "investigate", ref, day="06-03", input={"investigator": f"{OURS}长"})
    desk.do("complaint", "edit", ref, day="06-03", input={"investigation": OURS})
    report = reported(desk)
    assert OURS not in files(report)
    assert report.satisfaction is not None
    (one,) = report.satisfaction.complaints
    assert (one.state, one.in_time, one.next_update_on, one.late) == ("investigating", True, date(2026, 6, 4), True)
    assert "severity" not in type(one).model_fields
    line = next(line for line in page(report).splitlines() if ref in line)
    assert all(words in line for words in ("三次推迟都没有提前告知", "6月2日，按时", "调查中"))


def test_how_an_expectation_stands_is_what_the_client_was_told(desk: Desk) -> None:
    given = {"statement": "618 前可预约", "category": "outcome"}
    ref = desk.do("expectation", "add", day="06-01", by="张敏", input=given, evidence=[MAIL]).ref
    desk.do("expectation", "assess", ref, day="06-01", input={"feasibility": "unrealistic", "rationale": OURS})
    told = {"agreed_statement": "6/17 前开放预约页", "review_on": date(2026, 6, 4)}
    desk.do("expectation", "reset", ref, day="06-01", input=told, evidence=[MAIL])
    report = reported(desk)
    assert OURS not in files(report)
    assert report.promises is not None
    (one,) = report.promises.expectations
    assert (one.state, one.health, one.told_on) == ("reset", None, None), "nobody has told the client how it stands"
    assert one.agreed is not None
    assert one.agreed.zh == "6/17 前开放预约页"


# ------------------------------------------------------------------------------------------------------- surveys


def survey(desk: Desk, *answers: dict[str, Any], anonymous: bool = False, quote: bool = False) -> str:
    given = {"kind": "periodic_csat", "questions": [STARS, FREE], "closes_on": date(2026, 6, 4)}
    ref = desk.do("survey", "add", day="06-01", input=given | {"anonymous": anonymous}).ref
    who = ["张敏", "李总", "陈会计"]
    desk.do("survey", "send", ref, day="06-01", input={"invite": who}, evidence=[MAIL])
    for name, given in zip(who, answers, strict=False):
        said = {"answers": given, "may_quote": quote}
        desk.do("survey", "record", ref, day="06-02", input=said, by=None if anonymous else name)
    return ref


def test_few_answers_are_counted_and_make_no_percentage(desk: Desk) -> None:
    survey(desk, {"Q1": 5, "Q2": OURS}, {"Q1": 4, "Q2": OURS})
    report = reported(desk)
    assert report.satisfaction is not None
    (one,) = report.satisfaction.surveys
    assert (one.invited, one.answered) == (3, 2)
    assert [(each.answer, each.n) for each in one.results[0].counts if each.n] == [("4", 1), ("5", 1)]
    assert one.results[0].score is not None
    assert one.results[0].score.state == "unknown"
    assert OURS not in files(report), "what one person wrote is printed only with consent"
    assert "样本不足，不计百分比" in page(report)


def test_few_anonymous_answers_betray_nobody(desk: Desk) -> None:
    survey(desk, {"Q1": 1, "Q2": OURS}, anonymous=True)
    report = reported(desk)
    assert report.satisfaction is not None
    (one,) = report.satisfaction.surveys
    assert one.results[0].counts == ()
    assert OURS not in files(report)
    assert "匿名调查，答案较少，不列出" in page(report)


def test_words_are_quoted_with_consent_and_without_a_name(desk: Desk) -> None:
    survey(desk, {"Q1": 5, "Q2": "沟通顺畅"}, quote=True)
    report = reported(desk)
    assert "经本人同意引用：「沟通顺畅」" in page(report)
    part = page(report).split('<a id="sec-S12"></a>')[1].split("### ")[0]
    assert "张敏" not in part


# -------------------------------------------------------------------------------------------- what an edition has


def test_a_weekly_report_lists_what_moved_and_names_the_sections_that_it_leaves_out(desk: Desk) -> None:
    desk.prepared(desk.deliverable("planned"), day="04-20")
    (ref,) = [one.ref for one in desk.register.book.of("deliverable")]
    desk.do("deliverable", "accept", ref, day="04-22", by="张敏", evidence=[MAIL])
    report = reported(desk)
    assert report.data.omitted == ("S10", "S11", "S12")
    assert "sec-S10" not in page(report), "accepted in April"
    assert "sec-S13" in page(report), "meetings and actions stand in every weekly report"
    assert "未列出的部分（没有数据）：交付与验收" in page(report)
    monthly = reported(desk, edition="monthly")
    assert monthly.data.omitted == ("S15",)
    assert f"**{ref}**" in page(monthly)
    assert "没有登记期望或承诺。" in page(monthly)


def test_the_closing_report_has_all_of_it(desk: Desk) -> None:
    desk.deliverable()
    report = reported(desk, edition="closing")
    assert report.data.omitted == ("S13",)
    assert "没有已公开的复盘或经验教训。" in page(report)


def test_without_a_register_none_of_it_is_called_empty() -> None:
    view = view_5_june()
    for edition in ("weekly", "monthly", "closing"):
        report = project_for(view, replace(meta(view), edition=edition), None, calendar=CALENDAR)
        assert {"S10", "S11", "S12", "S13"} <= set(report.data.omitted)
        assert not any(f"sec-{section}" in page(report) for section in report.data.omitted)


def test_an_older_snapshot_still_loads_and_prints(desk: Desk) -> None:
    import json

    report = reported(desk)
    old = json.loads(render(report, "json", "en"))
    for name in ("goals", "deliverables", "promises", "satisfaction", "meetings", "lessons"):
        del old[name]
    old["data"]["omitted"] = ["S10", "S11", "S12", "S13"]
    loaded = load_report(json.dumps(old).encode())
    assert loaded.deliverables is None
    assert "sec-S13" not in page(loaded)


def test_commitments_stand_worst_first_with_their_remedy(desk: Desk) -> None:
    given = {"made_to": "张敏", "basis": "none"}
    for words, due in (
        ("周五发清单", date(2026, 6, 3)),
        ("下周演示", date(2026, 6, 9)),
        ("周四回电", date(2026, 6, 4)),
    ):
        desk.do("commitment", "add", day="06-01", input=given | {"statement": words, "due_on": due})
    desk.do("commitment", "settle", "CMT-01", day="06-04", input={"outcome": "broken", "remedy": "周六补发"})
    desk.do("commitment", "settle", "CMT-02", day="06-04", input={"outcome": "kept"}, evidence=[MAIL])
    report = reported(desk)
    assert report.promises is not None
    assert report.promises.kept is not None
    assert (report.promises.kept.hits, report.promises.kept.n) == (1, 2)
    rows = [line for line in page(report).splitlines() if line.startswith('| <a id="CMT')]
    assert [row.split('"')[1] for row in rows] == ["CMT-01", "CMT-03", "CMT-02"]
    assert "补救：周六补发" in rows[0]
    assert "已过期，结果未登记" in rows[1]
    assert "no_basis" not in files(report), "what we were warned of stays with us"
