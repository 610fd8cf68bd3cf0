"""Papers to sign say exactly what the register holds, in both languages, and nothing that is ours alone."""

from __future__ import annotations

from datetime import date

import pytest

from pmbridge.errors import Refused
from pmbridge.papers import (
    Paper,
    PaperFrame,
    acceptance_paper,
    change_paper,
    render_html,
    render_markdown,
    requirements_paper,
)
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import LANGUAGES, Language
from tests.unit.delivery_bench import WISH, Desk
from tests.unit.register_story import LETTER, MAIL

FRAME = PaperFrame.of(
    engagement={"zh": "会员商城改版", "en": "Member mall redesign"},
    client={"zh": "蓝海零售"},
    agency={"zh": "晴川数字", "en": "Qingchuan Digital"},
    languages=["zh-CN", "en"],
    contract_ref="HT-2026-014",
)
ASSESSMENT = {
    "options": [
        {
            "key": "A",
            "title": "全功能",
            "lines": [
                {
                    "dimension": "scope",
                    "finding": "quantified",
                    "scope": {"op": "add", "ref": "REQ-09", "text": "发券"},
                },
                {"dimension": "schedule", "finding": "none", "rationale": "与联调并行"},
                {"dimension": "budget", "finding": "quantified", "budget": {"amount": "CNY 48000.00"}},
            ],
        },
        {
            "key": "B",
            "title": "仅领取",
            "lines": [
                {"dimension": "scope", "finding": "none", "rationale": "沿用现有需求"},
                {"dimension": "schedule", "finding": "none", "rationale": "不占关键路径"},
                {"dimension": "budget", "finding": "quantified", "budget": {"amount": "CNY 15000.00"}},
            ],
        },
    ],
    "recommended": "B",
    "do_nothing": "活动期无优惠券",
}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def both(paper: Paper) -> tuple[str, str]:
    return render_html(paper).decode(), render_markdown(paper).decode()


def sent_change(desk: Desk) -> str:
    desk.do("requirement", "add", number="REQ-09", day="05-26", input=WISH, evidence=[MAIL])
    asked = {"title": "小程序优惠券", "description": "618 发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
    ref = desk.do("change", "submit", day="05-27", input=asked | {"kind": "request_for_change"}).ref
    desk.do("change", "edit", ref, day="05-28", input={"changes": {"margin": {"amount": "9999", "currency": "CNY"}}})
    desk.do("change", "assess", ref, day="06-01", input=ASSESSMENT)
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    desk.do("change", "send", ref, day="06-02", input=until, evidence=[MAIL])
    return ref


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_change_form_offers_every_option_with_its_price(desk: Desk, language: Language) -> None:
    ref = sent_change(desk)
    for text in both(change_paper(desk.register.book, desk.register.book.get(ref), FRAME, language)):  # type: ignore[arg-type]
        for said in ("CNY 48,000.00", "CNY 15,000.00", "2026-06-09", "2026-06-12", "HT-2026-014", "全功能"):
            assert said in text.replace("\\", "")
        assert "9999" not in text
    asked = "同意方案 B（CNY 15,000.00）" if language == "zh-CN" else "Option B (CNY 15,000.00)"
    assert asked in both(change_paper(desk.register.book, desk.register.book.get(ref), FRAME, language))[0]  # type: ignore[arg-type]


def test_the_change_form_bears_the_hash_that_a_decision_cites(desk: Desk) -> None:
    ref = sent_change(desk)
    entry = desk.register.book.get(ref)
    assert entry is not None
    paper = change_paper(desk.register.book, entry, FRAME, "zh-CN")
    assert paper.fingerprint == entry.fields.assessment.sha256
    desk.do("change", "approve", ref, day="06-03", input={"option": "B"}, by="张敏", evidence=[MAIL])
    decided = desk.register.book.get(ref)
    assert decided is not None
    html = render_html(change_paper(desk.register.book, decided, FRAME, "zh-CN")).decode()
    assert "批准方案 B，张敏，2026-06-03" in html
    assert "同意方案 A" not in html


def test_the_requirement_document_holds_every_agreed_word_and_changes_its_hash_with_any(desk: Desk) -> None:
    desk.requirement()
    proposed = requirements_paper(desk.register.book, FRAME, "zh-CN")
    assert "拟定的需求基线 0" in render_html(proposed).decode()
    desk.baselined(2)
    agreed = requirements_paper(desk.register.book, FRAME, "zh-CN")
    html, markdown = both(agreed)
    assert "需求基线 0（2026-04-17）" in html
    for text in (html, markdown):
        assert "会员可查看全部订单" in text
        assert "订单页 2 秒内打开" in text
    assert agreed.fingerprint != proposed.fingerprint
    assert requirements_paper(desk.register.book, FRAME, "en").fingerprint == agreed.fingerprint


def test_the_acceptance_form_becomes_the_certificate_of_what_the_client_said(desk: Desk) -> None:
    ref = desk.deliverable()
    entry = desk.register.book.get(ref)
    assert entry is not None
    form = acceptance_paper(desk.register.book, entry, FRAME, "zh-CN")
    html, _ = both(form)
    assert form.title == f"验收确认单 {ref}-1"
    assert html.count("□") == 3 * 3 + 3
    assert "ui.zip" in html
    desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[LETTER])
    accepted = desk.register.book.get(ref)
    assert accepted is not None
    certificate = acceptance_paper(desk.register.book, accepted, FRAME, "zh-CN")
    html, _ = both(certificate)
    assert certificate.title.startswith("验收证书")
    assert "客户已验收" in html
    assert "张敏，2026-05-08" in html or "张敏, 2026-05-08" in html
    assert html.count("☑") == 3


def test_a_deliverable_that_was_not_submitted_has_no_form(desk: Desk) -> None:
    ref = desk.deliverable("in_preparation")
    entry = desk.register.book.get(ref)
    assert entry is not None
    with pytest.raises(Refused):
        acceptance_paper(desk.register.book, entry, FRAME, "en")


def test_hostile_words_stay_words(desk: Desk) -> None:
    desk.requirement(title="<script>alert(1)</script> [x](javascript:alert(1)) | a")
    html, markdown = both(requirements_paper(desk.register.book, FRAME, "en"))
    assert "<script>" not in html
    assert "[x](javascript" not in markdown
    assert "\\<script\\>" in markdown


def test_the_same_register_gives_the_same_bytes(desk: Desk) -> None:
    ref = sent_change(desk)
    made = [both(change_paper(desk.register.book, desk.register.book.get(ref), FRAME, "en")) for _ in range(2)]  # type: ignore[arg-type]
    assert made[0] == made[1]


def test_the_change_form_is_that_of_the_assessment_that_goes_out_next(desk: Desk) -> None:
    ref = sent_change(desk)
    desk.do("change", "reassess", ref, day="06-03", reason="范围有误")
    cheaper = {**ASSESSMENT, "options": ASSESSMENT["options"][1:]}
    desk.do("change", "assess", ref, day="06-04", input=cheaper | {"draft": True})
    book = desk.register.book
    draft = change_paper(book, book.get(ref), FRAME, "zh-CN")  # type: ignore[arg-type]
    assert "CNY 48,000.00" in both(draft)[0]
    assert draft.answers == ()
    desk.do("change", "assess", ref, day="06-04", input=cheaper)
    entry = desk.register.book.get(ref)
    assert entry is not None
    next_one = change_paper(desk.register.book, entry, FRAME, "zh-CN")
    assert next_one.fingerprint == entry.fields.assessment.sha256
    assert "CNY 48,000.00" not in both(next_one)[0]


def test_no_draft_of_an_assessment_stands_in_a_form(desk: Desk) -> None:
    asked = {"title": "小程序优惠券", "description": "618 发券", "reason": "引流", "raised_by": "CT-01", "via": "email"}
    ref = desk.do("change", "submit", day="05-27", input=asked).ref
    desk.do("requirement", "add", number="REQ-09", day="05-26", input=WISH, evidence=[MAIL])
    desk.do("change", "assess", ref, day="06-01", input=ASSESSMENT | {"draft": True})
    book = desk.register.book
    assert "CNY 48,000.00" not in both(change_paper(book, book.get(ref), FRAME, "zh-CN"))[0]  # type: ignore[arg-type]


def test_the_requirement_document_has_the_words_that_are_sent_next(desk: Desk) -> None:
    ref = desk.requirement("in_review")
    desk.do("requirement", "return", ref, day="04-09", input={"comments": "只看自己的"}, by="张敏", evidence=[MAIL])
    desk.do("requirement", "clarify", ref, day="04-09", input={"statement": "会员可查看本人的订单"})
    text = both(requirements_paper(desk.register.book, FRAME, "zh-CN"))[0]
    assert "会员可查看本人的订单" in text
    assert "会员可查看全部订单" not in text
