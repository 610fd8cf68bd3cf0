"""The mail with a report: short, to those who decide, with the files, and never with a complete answer in it."""

from __future__ import annotations

import email
import re
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from pmbridge import reported
from pmbridge.addressees import addressees
from pmbridge.drafting import Enclosure, Recipient, draft
from pmbridge.errors import ConfigError
from pmbridge.reply import read_reply
from pmbridge.report.letter import MOST_WORDS, letter, words_of
from pmbridge.report.model import ClientReport
from pmbridge.report.render import Format, render
from pmbridge.reported import Report
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import LANGUAGES, Language
from tests.unit import report_story as story
from tests.unit.delivery_bench import Desk
from tests.unit.formats import text_of
from tests.unit.report_full import EVIL, HEADERS, full_report, hostile_report

ZHANG = Recipient("张敏", "zhangmin@lanhai.example")
FILES = (Enclosure("w.pdf", "application/pdf", b"%PDF-1.7"), Enclosure("w.html", "text/html", b"<p>hi</p>"))


def opened(body: bytes) -> EmailMessage:
    mail = email.message_from_bytes(body, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def plain(report: ClientReport, language: Language = "zh-CN", to: tuple[Recipient, ...] = (ZHANG,)) -> str:
    return part(opened(letter(report, language, to=to, enclosures=FILES)), "plain")


def test_it_says_what_must_be_decided_by_when_and_what_each_answer_costs() -> None:
    text = plain(full_report())
    assert text.startswith("张敏，您好：\n\n商城前端按完成速度预计 6月18日完成")
    assert "需要您决定 3 项，直接回复即可，只保留您选的词：" in text
    assert "  1  DEP-13 支付沙箱账号（应于 6月3日）：____月____日前提供" in text
    assert "  2  DL-07 UAT 计划（6月8日前）：通过（即全部标准通过）/ 有条件通过 / 驳回，意见：____" in text
    choices = "A：+5 个工作日，CNY 48,000.00；B：0 个工作日，CNY 15,000.00，我们建议 B"
    assert f"  3  CR-004 小程序优惠券（6月9日前）：方案 ____（{choices}）/ 不同意 / 暂缓，意见：____" in text
    assert "本期变化：M4 商城前端 Beta 预测 6月17日 → 6月18日；" in text
    assert "完整报告见附件（PDF 适合手机，HTML 可逐项查看来源）。" in text
    assert text.rstrip().endswith("王工 · 晴川数字")


def test_the_subject_says_the_project_what_is_due_and_the_colour() -> None:
    for language, subject in (
        ("zh-CN", "会员商城改版 周报 9：需您决定 3 项（1 项已晚） · 黄灯 · 截至 6月5日"),
        ("en", "Member mall redesign, Weekly report 9: 3 for you to decide (1 overdue) · amber · as of 5 Jun"),
    ):
        assert opened(letter(full_report(), language))["Subject"] == subject  # type: ignore[arg-type]
    assert opened(letter(story.draft_1(), "en"))["Subject"].startswith("DRAFT · Member mall")


def test_nothing_to_decide_is_said_in_words() -> None:
    assert "本期没有需要您决定的事项。" in plain(full_report(asks=()))
    assert "No decision is needed from you this period." in plain(full_report(asks=()), "en")


def test_it_is_a_draft_with_two_forms_of_the_text_and_the_files() -> None:
    mail = opened(letter(full_report(), "zh-CN", to=[ZHANG], enclosures=FILES))
    assert mail["X-Unsent"] == "1"
    assert mail["To"] == "张敏 <zhangmin@lanhai.example>"
    assert mail["Reply-To"] == "wang@qingchuan.example"
    kinds = [one.get_content_type() for one in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "text/html",
    ]  # fmt: skip
    assert [one.get_filename() for one in mail.iter_attachments()] == ["w.pdf", "w.html"]
    page = part(mail, "html")
    for said in ("张敏，您好：", "DEP-13", "CNY 48,000.00", "黄 A", "6月17日 → 6月18日"):
        assert said in page
    assert not re.search(r"<(img|script|link|iframe|style)|url\(|https?:|src=", page), "nothing to load"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_at_most_200_words_whatever_there_is_to_say(language: Language) -> None:
    few = plain(full_report(), language)
    assert 40 < words_of(few) <= MOST_WORDS
    asks = full_report().asks
    many = tuple(asks[-1].model_copy(update={"ref": f"CR-{n:03d}"}) for n in range(40))
    text = plain(full_report(asks=many), language)
    assert words_of(text) <= MOST_WORDS
    assert "CR-000" in text
    assert re.search(r"另有 3\d 项，见报告。|3\d more: see the report\.", text)
    assert words_of(plain(hostile_report(), language)) <= MOST_WORDS


def test_words_are_counted_in_both_languages() -> None:
    assert words_of("Two words, 3 — and CR-004") == 5
    assert words_of("四个汉字") == 2
    assert words_of("") == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_sent_back_as_it_is_it_answers_nothing(language: Language) -> None:
    body = letter(full_report(), language, to=[ZHANG]).replace(b"X-Unsent: 1", b"From: zhangmin@lanhai.example", 1)
    lines = read_reply(body).lines
    assert {line.ref for line in lines} >= {"DEP-13", "DL-07", "CR-004"}
    assert all(line.verdict is None for line in lines)


def test_what_is_attached_is_what_the_text_names() -> None:
    huge = Enclosure("w.pdf", "application/pdf", bytes(10_000_001))
    for enclosures, names in (((huge, FILES[1]), ["w.html"]), ((), [])):
        mail = opened(letter(full_report(), "en", enclosures=enclosures))
        assert [one.get_filename() for one in mail.iter_attachments()] == names
        assert ("The full report is attached (HTML)." in part(mail, "plain")) == bool(names)


# ------------------------------------------------------------------------------------------------------- hostile


def test_no_word_becomes_a_header_or_markup() -> None:
    evil = Recipient(HEADERS, "a@b.example\r\nBcc: evil@evil.example")
    files = [Enclosure(HEADERS, "text/html", b"x")]
    for language in LANGUAGES:
        mail = opened(letter(hostile_report(), language, to=[evil, ZHANG], enclosures=files))
        assert set(mail.keys()) <= {"X-Unsent", "To", "Reply-To", "Subject", "MIME-Version", "Content-Type"}
        assert "Bcc:" in mail["Subject"], "as words"
        assert mail["To"].addresses[-1].addr_spec == ZHANG.address
        page = part(mail, "html")
        assert "<script>" not in page
        assert "<b>" not in page


@pytest.mark.parametrize("words", EVIL)
def test_any_words_make_a_mail_that_others_can_read(words: str) -> None:
    body = draft(
        to=[Recipient(words, f"{words[:40]}@x.example"), Recipient(words, "ok@x.example"), ZHANG],
        subject=words,
        text=words,
        html=words,
        reply_to=words,
        enclosures=[Enclosure(words, "application/pdf", b"x")],
    )
    mail = opened(body)
    assert not {"Bcc", "Cc"} & set(mail.keys())
    assert [one.addr_spec for one in mail["To"].addresses][-2:] == ["ok@x.example", ZHANG.address]
    assert b"\nBcc:" not in body


def test_what_is_no_address_is_left_to_the_sender() -> None:
    wrong = ["", "a", "@b.example", "a@", "王@x.example", "a@b c.example", "a@b,c@d.example", "a@<b>"]
    assert opened(draft(to=[Recipient("x", one) for one in wrong], subject="s", text="t"))["To"] is None


def test_blanks_of_a_subject_stay_single() -> None:
    said = "One two three · four — fünf 六 seven " * 6
    assert opened(draft(to=[], subject=said, text="t"))["Subject"] == said.strip()


# --------------------------------------------------------------------------------------------- written as a file


def report(**changes: object) -> Report:
    data = full_report()
    return Report(engagement="lanhai", data=data, languages=("zh-CN", "en"), **changes)  # type: ignore[arg-type]


def test_the_file_has_the_report_in_both_forms_and_the_same_bytes_again(tmp_path: Path) -> None:
    made = report(addressees=lambda language, day: (Recipient(language, f"{day:%d}@x.example"),))
    zh, en = made.write(tmp_path, formats=["eml"])
    assert [one.name for one in (zh, en)] == ["lanhai-weekly-09.zh-CN.eml", "lanhai-weekly-09.en.eml"]
    mail = opened(en.read_bytes())
    assert mail["To"] == "en <05@x.example>"
    names = [one.get_filename() for one in mail.iter_attachments()]
    assert names == ["lanhai-weekly-09.en.pdf", "lanhai-weekly-09.en.html"]
    pdf, page = list(mail.iter_attachments())
    for form, one in (("pdf", pdf), ("html", page)):
        alone = made.write(tmp_path / "alone", formats=[form], languages=["en"])[0]
        assert one.get_payload(decode=True) == alone.read_bytes()
    before = en.read_bytes()
    assert made.write(tmp_path, formats=["eml"], languages=["en"])[0].read_bytes() == before
    assert text_of(before, "eml")


def test_without_the_add_on_the_mail_goes_with_the_page_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "find_spec", lambda name: None)
    mail = opened(report().write(tmp_path, formats=["eml"])[1].read_bytes())
    assert [one.get_filename() for one in mail.iter_attachments()] == ["lanhai-weekly-09.en.html"]
    assert "The full report is attached (HTML)." in part(mail, "plain")


def test_a_pdf_that_cannot_be_made_here_keeps_no_mail_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(data: ClientReport, form: Format, language: Language) -> bytes:
        if form == "pdf":
            raise ConfigError("font-missing")
        return render(data, form, language)

    monkeypatch.setattr(reported, "render", refuses)
    mail = opened(report().write(tmp_path, formats=["eml"])[1].read_bytes())
    assert [one.get_filename() for one in mail.iter_attachments()] == ["lanhai-weekly-09.en.html"]
    with pytest.raises(ConfigError):
        report().write(tmp_path, formats=["pdf"])


# ---------------------------------------------------------------------------------------------------- addressees


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def test_it_goes_to_those_who_may_decide_on_that_day(desk: Desk) -> None:
    book, friday = desk.register.book, date(2026, 6, 5)
    others = {"language": "en", "role": "user", "email": "amy@lanhai.example"}
    desk.do("contact", "add", day="05-20", input={"name": "Amy"} | others)
    assert [one.name for one in addressees(book, "zh-CN", friday)] == ["张敏", "李总"]
    assert addressees(book, "en", friday) == addressees(book, "zh-CN", friday), "who decides reads no English: all"
    assert [one.name for one in addressees(book, "zh-CN", date(2020, 1, 1))] == ["张敏", "李总"], "by their roles"
