"""A deliverable: nothing is accepted without the client, and silence only by the contract's rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.deliverable import DELIVERABLE
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.deliverable_metrics import first_pass, review_times
from pmbridge.domain.figure import Known
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from tests.unit.delivery_bench import CALL, CRITERIA, FILE, FIT, MAIL, NOTICE, Desk, scope
from tests.unit.register_bench import at


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    clock.set(at("12-01"))
    return Desk(sqlite_store, clock)


def fields(desk: Desk, ref: str) -> Deliverable:
    found = desk.register.book.fields(ref, Deliverable)
    assert found is not None
    return found


PLANNED: dict[str, Any] = {"title": "接口文档", "planned_on": date(2026, 5, 20)}


def test_it_is_planned_with_criteria_that_the_client_agreed_to(desk: Desk) -> None:
    assert desk.refused("deliverable", "add", day="04-20", input=PLANNED | {"milestone": "M9"}) == [
        "criteria",
        "criteria-agreed",
        "refs-known",
        "review-window",
    ]
    odd = [*CRITERIA, CRITERIA[0], {"id": "9", "text": "x", "fit": "REQ-01:7"}]
    assert desk.refused(
        "deliverable", "add", day="04-20", input=PLANNED | {"acceptance_criteria": odd, "review_window_wd": 3},
        evidence=[MAIL],
    ) == ["criteria"]  # fmt: skip
    desk.agreed(review_window_wd=5)
    (signed,) = desk.baselined()
    given = PLANNED | {"acceptance_criteria": [{"id": "1", "text": "快", "fit": f"{signed}:1"}]}
    assert desk.refused("deliverable", "add", day="04-20", input=given) == ["criteria-agreed"]
    made = desk.do("deliverable", "add", day="04-20", input=given | {"requirements": [signed]})
    assert (made.ref, made.state, made.fields.review_window_wd, made.audience) == ("DL-01", "planned", 5, "internal")


def test_our_own_review_comes_before_the_client_gets_it(desk: Desk) -> None:
    ref = desk.deliverable("in_preparation")
    assert desk.refused("deliverable", "review", ref, day="05-06") == ["checklist"]
    failed = {"checklist": [{"text": "自测", "passed": True}, {"text": "拼写", "passed": False}]}
    assert desk.refused("deliverable", "review", ref, day="05-06", input=failed) == ["checklist"]
    assert desk.refused("deliverable", "submit", ref, day="05-06", evidence=[FILE, NOTICE]) == ["state"]


def test_a_submission_is_files_by_hash_and_the_notice_that_was_sent(desk: Desk) -> None:
    ref = desk.deliverable("internally_reviewed")
    assert desk.refused("deliverable", "submit", ref, day="05-06", evidence=[CALL]) == ["notice", "package"]
    given = {"package": [{"name": "ui.fig", "sha256": "ee" * 32}], "release_notes": "首版"}
    sent = desk.do("deliverable", "submit", ref, day="05-06", input=given, evidence=[FILE, NOTICE])
    (made,) = sent.fields.submissions
    assert ([one.name for one in made.package], made.notice, made.n) == (["ui.fig", "ui.zip"], (NOTICE,), 1)
    # 9 May is a Saturday that is worked: three working days after 6 May.
    assert (made.submitted_on, made.answer_by, sent.audience) == (date(2026, 5, 6), date(2026, 5, 9), "client")
    assert (sent.fields.submitted_on, sent.fields.acceptance) == (date(2026, 5, 6), None)


def test_a_plain_yes_passes_every_criterion(desk: Desk) -> None:
    ref = desk.deliverable()
    assert desk.refused("deliverable", "accept", ref, day="05-08", by="陈会计", evidence=[CALL]) == [
        "authority",
        "evidence",
    ]
    done = desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[MAIL])
    record = done.fields.acceptance
    assert [(one.criterion, one.mark) for one in record.verdicts] == [("1", "pass"), ("2", "pass"), ("3", "pass")]
    assert (record.verdict, record.certificate_no, record.decided_on) == ("accepted", "DL-01-1", date(2026, 5, 8))
    decided = desk.register.book.newest("client_decision")
    assert decided is not None
    assert decided.fields.subject_sha256 == done.fields.submission.sha256
    assert list(desk.register.book.violations()) == []


def test_what_nobody_judged_did_not_pass(desk: Desk) -> None:
    ref = desk.deliverable()
    given = {"verdicts": [{"criterion": "1", "mark": "pass"}, {"criterion": "3", "mark": "fail"},
                          {"criterion": "8", "mark": "pass"}]}  # fmt: skip
    assert desk.refused("deliverable", "accept", ref, day="05-08", input=given, by="张敏", evidence=[MAIL]) == [
        "mandatory",
        "verdict-reason",
        "verdicts",
    ]
    waived = {"verdicts": [{"criterion": "1", "mark": "pass"}, {"criterion": "2", "mark": "waived", "note": "二期"}]}
    done = desk.do("deliverable", "accept", ref, day="05-08", input=waived, by="张敏", evidence=[MAIL])
    assert done.state == "accepted"


def test_acceptance_with_conditions_has_a_punch_list_that_is_worked_off(desk: Desk) -> None:
    ref = desk.deliverable()
    assert desk.refused("deliverable", "accept_with_conditions", ref, day="05-08", by="张敏", evidence=[MAIL]) == [
        "punch-list"
    ]
    given = {"punch_list": ["ISS-01", "ACT-01"]}
    undated = {"text": "补图标", "no_due_reason": "随下版"}
    desk.do("action", "add", day="05-07", input=undated)
    assert desk.refused(
        "deliverable", "accept_with_conditions", ref, day="05-08", input=given, by="张敏", evidence=[MAIL]
    ) == ["punch-list"]
    todo = desk.do("action", "add", day="05-07", input={"text": "补图标", "due_on": date(2026, 5, 15)}).ref
    some = desk.do("deliverable", "accept_with_conditions", ref, day="05-08", input={"punch_list": [todo]}, by="张敏",
                   evidence=[MAIL])  # fmt: skip
    assert (some.state, some.fields.acceptance.certificate_no) == ("conditionally_accepted", None)
    assert desk.refused("deliverable", "clear", ref, day="05-12", by="张敏", evidence=[MAIL]) == ["punch-list-done"]
    desk.do("action", "done", todo, day="05-12")
    cleared = desk.do("deliverable", "clear", ref, day="05-13", by="张敏", evidence=[MAIL])
    record = cleared.fields.acceptance
    assert (cleared.state, record.cleared_on, record.certificate_no) == ("accepted", date(2026, 5, 13), "DL-01-1")
    # Taking it back revokes both of the client's decisions on this submission.
    back = desk.do("deliverable", "revoke", ref, day="05-14", reason="误签", evidence=[MAIL])
    assert (back.state, back.fields.acceptance) == ("under_review", None)
    assert {one.state for one in desk.register.book.of("client_decision")} == {"revoked"}


def test_a_rejection_says_what_failed_and_the_next_submission_is_another(desk: Desk) -> None:
    ref = desk.deliverable()
    assert desk.refused("deliverable", "reject", ref, day="05-08", by="张敏", evidence=[MAIL]) == ["failed"]
    bare = {"verdicts": [{"criterion": "2", "mark": "fail"}]}
    assert desk.refused("deliverable", "reject", ref, day="05-08", input=bare, by="张敏", evidence=[MAIL]) == [
        "verdict-reason"
    ]
    why = {"verdicts": [{"criterion": "2", "mark": "fail", "note": "缺手机版"}]}
    desk.do("deliverable", "reject", ref, day="05-08", input=why, by="张敏", evidence=[MAIL])
    assert desk.do("deliverable", "rework", ref, day="05-09").state == "in_preparation"
    desk.prepared(ref, day="05-12")
    desk.do("deliverable", "accept", ref, day="05-14", by="张敏", evidence=[MAIL])
    assert [(one.submission, one.verdict) for one in fields(desk, ref).acceptances] == [
        (1, "rejected"),
        (2, "accepted"),
    ]
    assert fields(desk, ref).submitted_on == date(2026, 5, 12)
    assert list(desk.register.book.violations()) == []


def test_silence_is_acceptance_only_by_the_contract_after_a_reminder_and_the_window(desk: Desk) -> None:
    desk.agreed()
    ref = desk.deliverable(day="05-06")
    assert desk.refused("deliverable", "deem", ref, day="05-07") == ["deemed-agreed", "reminder"]
    desk.agreed(day="05-07", deemed_acceptance_wd=5)
    # Five working days after 6 May: 7, 8, 9, 11 and 12 May. The contract's window is the longer one.
    assert desk.refused("deliverable", "deem", ref, day="05-12") == ["reminder", "window"]
    late = {"purpose": "reminder", "whom": ["张敏"], "about": [ref], "subject": "请验收"}
    desk.do("communication", "add", day="05-11", input=late, evidence=[MAIL])
    assert desk.refused("deliverable", "deem", ref, day="05-13") == ["reminder"]
    desk.do("communication", "add", day="05-09", input=late, evidence=[MAIL])
    done = desk.do("deliverable", "deem", ref, day="05-13")
    rule = done.fields.acceptance.deemed
    assert (rule.working_days, rule.window_ended_on, rule.reminded_on) == (5, date(2026, 5, 12), date(2026, 5, 9))
    label = DELIVERABLE.states[done.state].label
    assert (label.zh, label.en) == ("视为验收", "deemed accepted")
    assert "客户" not in label.zh
    assert list(desk.register.book.violations()) == []


def test_a_reminder_of_the_submission_before_proves_nothing(desk: Desk) -> None:
    desk.agreed(deemed_acceptance_wd=3)
    ref = desk.deliverable(day="05-06")
    said = {"purpose": "reminder", "whom": ["张敏"], "about": [ref], "subject": "请验收"}
    desk.do("communication", "add", day="05-06", hour=12, input=said, evidence=[MAIL])
    why = {"verdicts": [{"criterion": "2", "mark": "fail", "note": "缺手机版"}]}
    desk.do("deliverable", "reject", ref, day="05-08", input=why, by="张敏", evidence=[MAIL])
    desk.do("deliverable", "rework", ref, day="05-08")
    desk.prepared(ref, day="05-12")
    assert desk.refused("deliverable", "deem", ref, day="05-20") == ["reminder"]


def test_a_handover_lists_what_was_taken_over(desk: Desk) -> None:
    ref = desk.deliverable()
    desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[MAIL])
    assert desk.refused("deliverable", "handover", ref, day="05-11", input={"access": "仓库"}) == [
        "evidence",
        "handed-over",
    ]
    taken = {"access": "仓库", "source": "不适用", "documents": "设计规范", "warranty_starts_on": date(2026, 5, 11)}
    done = desk.do("deliverable", "handover", ref, day="05-11", input=taken, evidence=[MAIL])
    assert (done.state, done.fields.handover.received_on) == ("handed_over", date(2026, 5, 11))
    assert desk.refused("deliverable", "revoke", ref, day="05-12", reason="x", evidence=[MAIL]) == ["state"]


def test_only_a_change_drops_a_deliverable(desk: Desk) -> None:
    ref = desk.deliverable("planned")
    assert desk.refused("deliverable", "remove", ref, day="05-01", input={"change": "CR-009"}) == ["removed-by-change"]
    change = desk.approved(scope("remove", ref), days=("05-06", "05-07", "05-08"))
    done = desk.do("deliverable", "remove", ref, day="05-09", input={"change": change})
    # No baseline of requirements holds a deliverable.
    desk.do("change", "implement", change, day="05-09")
    assert desk.register.book.of("requirements_baseline") == []
    assert (done.state, done.fields.removed_by) == ("dropped", change)


def test_a_requirement_is_fulfilled_by_what_was_accepted(desk: Desk) -> None:
    (need,) = desk.baselined()
    proves = [{"id": "1", "text": FIT["text"], "fit": f"{need}:1"}]
    ref = desk.deliverable(acceptance_criteria=proves, requirements=[need])
    assert desk.refused("requirement", "fulfil", need, day="05-07") == ["fit-passed"]
    desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[MAIL])
    assert desk.do("requirement", "fulfil", need, day="05-09").state == "fulfilled"
    assert desk.refused("requirement", "reopen", need, day="05-11", input={"cause": "ISS-01"}) == ["cause"]
    desk.do("deliverable", "revoke", ref, day="05-11", reason="误签", evidence=[MAIL])
    revoked = desk.register.book.newest("client_decision")
    assert revoked is not None
    back = desk.do("requirement", "reopen", need, day="05-12", input={"cause": revoked.ref})
    assert (back.state, back.fields.reopened_because) == ("baselined", (revoked.ref,))


# ----------------------------------------------------------------------------------------------------- metrics


def test_nothing_judged_is_no_rate(desk: Desk) -> None:
    assert first_pass([], desk.moment("06-05")).rate is None
    assert review_times([], desk.moment("06-05")) == ()
    desk.deliverable()
    deliverables = desk.register.book.of("deliverable")
    assert first_pass(deliverables, desk.moment("06-05")).rate is None
    assert review_times(deliverables, desk.moment("06-05")) == ()
    assert Book(concepts()).of("deliverable") == []


def test_first_pass_acceptance_leaves_deemed_ones_out(desk: Desk) -> None:
    desk.agreed(deemed_acceptance_wd=3)
    first = desk.deliverable()
    desk.do("deliverable", "accept", first, day="05-08", by="张敏", evidence=[MAIL])
    second = desk.deliverable()
    why = {"verdicts": [{"criterion": "2", "mark": "fail", "note": "缺手机版"}]}
    desk.do("deliverable", "reject", second, day="05-09", input=why, by="张敏", evidence=[MAIL])
    silent = desk.deliverable()
    said = {"purpose": "reminder", "whom": ["张敏"], "about": [silent], "subject": "请验收"}
    desk.do("communication", "add", day="05-07", input=said, evidence=[MAIL])
    desk.do("deliverable", "deem", silent, day="05-11")
    deliverables = desk.register.book.of("deliverable")
    found = first_pass(deliverables, desk.moment("06-05"))
    assert found.deemed == (silent,)
    assert isinstance(found.rate, Known)
    assert str(found.rate) == "1/2 = 50%"
    assert [one.key for one in found.rate.sources] == [first, second]
    times = review_times(deliverables, desk.moment("06-05"))
    assert [(one.deliverable, one.working_days.value) for one in times] == [(first, 2), (second, 3)]
    # A verdict that was taken back is none.
    desk.do("deliverable", "revoke", first, day="05-12", reason="误签", evidence=[MAIL])
    after = first_pass(desk.register.book.of("deliverable"), desk.moment("06-05")).rate
    assert str(after) == "0/1 = 0%"


def test_what_was_submitted_stays_with_its_milestone(desk: Desk) -> None:
    ref = desk.deliverable("planned")
    desk.do("milestone", "add", number="M9", day="04-21", input={"title": "其他", "on": date(2026, 6, 1)})
    desk.do("deliverable", "edit", ref, day="04-22", input={"changes": {"milestone": "M9"}})
    desk.prepared(ref, day="05-06")
    for name, value in (("milestone", None), ("requirements", [])):
        away: dict[str, Any] = {"changes": {name: value}}
        assert desk.refused("deliverable", "edit", ref, day="05-07", input=away) == ["editable"]


def test_criteria_are_not_agreed_by_a_call(desk: Desk) -> None:
    given = {"title": "设计稿", "planned_on": date(2026, 5, 8), "acceptance_criteria": CRITERIA, "review_window_wd": 3}
    assert desk.refused("deliverable", "add", day="04-20", input=given, evidence=[CALL]) == ["criteria-agreed"]


def test_a_reminder_by_word_of_mouth_leads_to_no_deemed_acceptance(desk: Desk) -> None:
    desk.agreed(deemed_acceptance_wd=3)
    ref = desk.deliverable()
    said = {"purpose": "reminder", "whom": ["张敏"], "about": [ref], "subject": "请验收"}
    spoken = {"channel": "phone", "summary": "电话里提醒了"}
    desk.do("communication", "add", day="05-07", input=said | spoken, evidence=[CALL])
    assert desk.refused("deliverable", "deem", ref, day="05-12") == ["reminder"]
    desk.do("communication", "add", day="05-07", input=said, evidence=[MAIL])
    assert desk.do("deliverable", "deem", ref, day="05-12").state == "deemed_accepted"
