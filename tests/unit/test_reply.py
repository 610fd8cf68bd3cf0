"""What a client wrote back, and what is no answer however much it looks like one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge import reply
from pmbridge.reply import Line, own_words, read_lines, read_reply


def said(text: str) -> list[tuple[str, str | None, str | None]]:
    return [(one.ref, one.verdict, one.option) for one in read_lines(own_words(text))]


def only(text: str) -> Line:
    (line,) = read_lines(own_words(text))
    return line


@pytest.mark.parametrize(
    ("text", "verdict", "option"),
    [
        ("CR-004 同意方案 B", "approve", "B"),
        ("CR-004 批准，选 A", "approve", "A"),
        ("ＣＲ－００４　同意方案Ｂ", "approve", "B"),
        ("cr4: approved, option b", "approve", "B"),
        ("CR-004 Approve", "approve", None),
        ("CR-004 不同意", "reject", None),
        ("CR-004 否决", "reject", None),
        ("CR-004 rejected.", "reject", None),
        ("CR-004 暂缓", "defer", None),
        ("CR-004 defer", "defer", None),
        ("DL-07 通过", "accept", None),
        ("2  DL-07 UAT 计划（6月8日前）：通过（即全部标准通过）", "accept", None),
        ("DL-07：验收通过。", "accept", None),
        ("DL-07 有条件通过", "accept_with_conditions", None),
        ("DL-07 accept with conditions", "accept_with_conditions", None),
        ("DL-07 accepted", "accept", None),
        ("DL-07 驳回，意见：缺登录页", "reject", None),
        ("  3  CR-004 小程序优惠券（6月9日前）：同意方案 B", "approve", "B"),
        ("2. DL-07 通过", "accept", None),
        ("- DL-07 通过", "accept", None),
    ],
)
def test_a_plain_answer_is_read_in_both_languages(text: str, verdict: str | None, option: str | None) -> None:
    one = only(text)
    assert one.verdict == verdict
    if verdict is not None:
        assert one.option == option
        assert one.doubt is None


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("DEP-13 沙箱账号周三给", reply.NO_VERDICT),
        ("DL-07 通过邮件答复如下", reply.NO_VERDICT),
        ("CR-004 不同意见见附件", reply.NEGATED),
        ("CR-004 同意 / 不同意", reply.SEVERAL),
        ("DL-07 通过 / 有条件通过 / 驳回，意见：____", reply.SEVERAL),
        ("CR-004 approve or reject", reply.SEVERAL),
        ("CR-004 我方没有同意过", reply.NEGATED),
        ("CR-004 不批准", reply.NEGATED),
        ("DL-07 未通过", reply.NEGATED),
        ("DL-07 暂不能通过", reply.NEGATED),
        ("CR-004 I do not approve", reply.NEGATED),
        ("CR-004 we cannot yet accept", reply.NEGATED),
        ("CR-004 haven't approved", reply.NEGATED),
        ("CR-004 disapproved", reply.NO_VERDICT),
        ("CR-004 同意方案 B？", reply.HEDGED),
        ("CR-004 同意，但价格要降到 10000", reply.HEDGED),
        ("CR-004 如果 7 月 1 日前上线就同意", reply.HEDGED),
        ("CR-004 同意方案 B，前提是不延期", reply.HEDGED),
        ("CR-004 原则上同意", reply.HEDGED),
        ("CR-004 approve if the price stays", reply.HEDGED),
        ("CR-004 同意方案 A 或方案 B", reply.OPTIONS),
        ("CR-004 和 CR-005 同意", reply.OTHER_REF),
    ],
)
def test_an_answer_with_any_doubt_is_none(text: str, doubt: object) -> None:
    one = only(text)
    assert one.verdict is None
    assert one.doubt == doubt


def test_a_condition_on_the_next_line_belongs_to_the_answer() -> None:
    assert only("CR-004 同意方案 B\n但价格须降到 10,000").doubt == reply.HEDGED
    assert only("CR-004 同意方案 B\n\n谢谢，但愿顺利").verdict == "approve"


def test_a_reference_that_is_answered_twice_is_not_answered() -> None:
    assert said("CR-004 同意\nCR-004 不同意") == [("CR-004", None, None), ("CR-004", None, None)]
    assert [one.doubt for one in read_lines("CR-004 同意\nCR-004 同意")] == [reply.TWICE, reply.TWICE]


def test_a_line_must_begin_with_its_reference() -> None:
    assert said("关于 CR-004：同意\n我同意 CR-004\nCR-004x 同意\nMALL-231-2 同意") == []


@pytest.mark.parametrize(
    "quote",
    [
        "> CR-004 同意",
        "发件人: 王工\nCR-004 同意",
        "发件人：王工\nCR-004 同意",
        "From: wang@qingchuan.example\nCR-004 同意",
        "*From:* wang@qingchuan.example\nCR-004 同意",
        "-----原始邮件-----\nCR-004 同意",
        "-----Original Message-----\nCR-004 同意",
        "在 2026年6月5日，王工 写道：\nCR-004 同意",
        "王工 <wang@qingchuan.example> 于2026年6月5日周五 18:00写道：\nCR-004 同意",
        "On Fri, 5 Jun 2026 at 18:00, Wang <wang@qingchuan.example> wrote:\nCR-004 同意",
        "On Fri, 5 Jun 2026 at 18:00, Wang\n<wang@qingchuan.example> wrote:\nCR-004 approve",
        "________________________________\nCR-004 同意",
        "-- \nCR-004 同意",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_nothing_below_the_first_quotation_counts(quote: str, end: str) -> None:
    assert said(f"DL-07 通过\n\n{quote}".replace("\n", end)) == [("DL-07", "accept", None)]


def test_characters_that_nobody_sees_change_no_word() -> None:
    assert only("CR-004 不\u200b同意").verdict == "reject"
    assert only("CR-004 同意\u202e方案 B").verdict == "approve"
    assert said("\u200b> CR-004 同意") == []


# ---------------------------------------------------------------------------------------------------------- mails

HEAD = (
    "From: =?utf-8?B?5byg5pWP?= <ZhangMin@LanHai.example>\r\n"
    "Date: Mon, 8 Jun 2026 09:12:00 +0800\r\nMessage-ID: <a1@lanhai.example>\r\n"
    "Subject: Re: =?utf-8?B?5ZGo5oqlIDk=?=\r\n"
)


def mail(body: bytes, head: str = HEAD, kind: str = "text/plain; charset=utf-8", coding: str = "8bit") -> bytes:
    top = f"{head}MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    return top.encode() + body


def test_a_mail_gives_sender_time_subject_and_lines() -> None:
    found = read_reply(mail("CR-004 同意方案 B\r\nDL-07 通过\r\n".encode()))
    assert (found.name, found.address, found.subject) == ("张敏", "zhangmin@lanhai.example", "Re: 周报 9")
    assert found.sent_at == datetime(2026, 6, 8, 1, 12, tzinfo=UTC)
    assert found.message_id == "<a1@lanhai.example>"
    assert [(one.ref, one.verdict) for one in found.lines] == [("CR-004", "approve"), ("DL-07", "accept")]


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "utf-8", "big5"])
def test_a_mail_is_read_in_the_charset_in_which_it_is_written(charset: str) -> None:
    text = "CR-004 同意方案 B" if charset != "big5" else "CR-004 approve，方案 B"
    body = base64.encodebytes(text.encode("gb18030" if charset == "gb2312" else charset))
    found = read_reply(mail(body, kind=f"text/plain; charset={charset}", coding="base64"))
    assert [(one.verdict, one.option) for one in found.lines] == [("approve", "B")]


def test_html_alone_is_read_up_to_its_quotation_and_without_its_scripts() -> None:
    html = (
        "<html><head><style>CR-001 同意</style></head><body><div>CR-004 同意方案&nbsp;B<br>DL-07 通过</div>"
        "<script>document.write('CR-002 同意')</script><blockquote>CR-003 同意</blockquote>CR-005 同意</body></html>"
    )
    found = read_reply(mail(html.encode(), kind="text/html; charset=utf-8"))
    assert [(one.ref, one.verdict) for one in found.lines] == [("CR-004", "approve"), ("DL-07", "accept")]


def test_an_attached_mail_or_file_is_no_word_of_the_sender() -> None:
    parts = (
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n见附件\r\n"
        "--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: zhangmin@lanhai.example\r\n\r\nCR-004 approve\r\n"
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment\r\n\r\nCR-005 approve\r\n"
        "--x--\r\n"
    )
    found = read_reply(mail(parts.encode(), kind="multipart/mixed; boundary=x"))
    assert (found.text, found.lines) == ("见附件", ())


@pytest.mark.parametrize(
    "head",
    [
        "",
        "From: \r\n",
        "From: nobody\r\n",
        "From: a@lanhai.example, zhangmin@lanhai.example\r\n",
        "From: evil@x.example\r\nFrom: zhangmin@lanhai.example\r\n",
        "From: =?utf-8?B?!!!?= <>\r\n",
    ],
)
def test_without_exactly_one_sender_there_is_none(head: str) -> None:
    assert read_reply(mail(b"CR-004 approve", head=head)).address == ""


def test_a_name_that_looks_like_an_address_is_not_the_address() -> None:
    head = 'From: "zhangmin@lanhai.example" <evil@x.example>\r\n'
    assert read_reply(mail(b"CR-004 approve", head=head)).address == "evil@x.example"


@pytest.mark.parametrize("date", ["yesterday", "Mon, 8 Jun 2026 09:12:00", "Mon, 99 Jun 20266 99:12:00 +9999", ""])
def test_a_time_that_cannot_be_told_is_none(date: str) -> None:
    assert read_reply(mail(b"x", head=f"From: a@b.example\r\nDate: {date}\r\n")).sent_at is None


@given(st.binary(max_size=600))
def test_any_bytes_give_a_reply(body: bytes) -> None:
    read_reply(body)
    read_reply(HEAD.encode() + body)
    read_reply(mail(body, kind="multipart/alternative; boundary=x"))


@given(st.text(max_size=300))
def test_any_text_gives_lines_each_with_a_verdict_or_a_doubt(text: str) -> None:
    for one in read_lines(own_words(text)):
        assert (one.verdict is None) == (one.doubt is not None)


WORDS = ["同意", "不同意", "批准", "否决", "暂缓", "通过", "有条件通过", "驳回", "approve", "reject", "defer", "accept"]


@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from([" ", "，", "/", "\n"]))
def test_two_verdicts_are_never_one(first: str, second: str, between: str) -> None:
    for one in read_lines(f"CR-004 {first}{between}{second}"):
        assert one.verdict is None


@given(st.text(alphabet="CR-04同意不 \n>写道：通过DL7", max_size=80))
def test_what_is_quoted_adds_nothing(text: str) -> None:
    above = own_words(text)
    assert list(read_lines(own_words(f"{above}\n> CR-004 同意"))) == list(read_lines(above))
