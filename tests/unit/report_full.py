"""A report in which everything occurs that a format must carry: questions with options, risks, money, hostile words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pmbridge.domain.figure import UnknownReason
from pmbridge.report.asked import Addition, Ask, AskOption, Delay, Shift
from pmbridge.report.changed import Contract
from pmbridge.report.model import ClientReport, Raid
from pmbridge.report.parts import Amount, Given, Missing, Quote, Source
from tests.unit import report_story as story

UNTOLD = Missing(reason=UnknownReason.NOT_PROVIDED, detail=None, anchors=())


def quote(zh: str, en: str | None = None) -> Quote:
    return Quote(zh=zh, en=en, original="zh")


def cny(amount: str) -> Amount:
    return Amount(amount=Decimal(amount), currency="CNY")


def given(value: Any, *anchors: str) -> Any:
    figure: Any = {int: Given[int], date: Given[date], Amount: Given[Amount]}[type(value)]
    return figure(value=value, method="entered", anchors=anchors)


def option(key: str, title: str, days: int, amount: str, *, recommended: bool = False) -> AskOption:
    return AskOption(
        key=key,
        title=quote(title),
        consequence=None,
        money=(cny(amount),),
        monthly=(),
        days=(Shift(ref="M7", days=days),) if days else (),
        recommended=recommended,
        added=(Addition(ref="M8", on=date(2026, 8, 3)),) if days else (),
    )


def asks() -> tuple[Ask, ...]:
    """Return a thing that is late, a submission, and a change with two options."""
    bare: dict[str, Any] = {"observed": False, "tool": "", "days_on": None, "money": None}
    return (
        Ask(
            ref="DEP-13", title=quote("支付沙箱账号", "Payment sandbox"), kind="provide", since=None, days=UNTOLD,
            need_by=given(date(2026, 6, 3)), overdue=True, wd_left=-2,
            delays=(Delay(ref="M5", days=Decimal(1)),), **bare,
        ),
        Ask(
            ref="DL-07", title=quote("UAT 计划", "UAT plan"), kind="accept", since=None, days=UNTOLD, turn=1,
            need_by=given(date(2026, 6, 8)), wd_left=1, affects=("M4",), **bare,
        ),
        Ask(
            ref="CR-004", title=quote("小程序优惠券"), kind="decide", observed=False, tool="", since=date(2026, 6, 2),
            days=given(0), days_on="M7", money=given(cny("15000.00")), need_by=given(date(2026, 6, 9)), wd_left=2,
            valid_until=date(2026, 6, 12),
            options=(option("A", "全功能", 5, "48000.00"), option("B", "仅领取", 0, "15000.00", recommended=True)),
        ),
    )  # fmt: skip


def full_report(**changes: Any) -> ClientReport:
    """Return the report of 5 June with what only a register knows."""
    report = story.report_9()
    money = {"original": "680000.00", "current": "728500.00", "forecast": "743500.00"}
    contract = Contract(**{name: given(cny(amount)) for name, amount in money.items()})
    raid = (
        Raid(
            ref="RSK-05", kind="risk", title=quote("支付渠道联调延迟"), level=12, severity=None,
            answer=quote("先用模拟渠道"), due_on=date(2026, 6, 10),
            sources=(Source(tool="", key="", url=None, event=3),),
        ),
    )  # fmt: skip
    made = {
        "asks": asks(),
        "raid": raid,
        "changes": report.changes.model_copy(update={"contract": contract, "approved_money": given(cny("48500.00"))}),
    }
    return report.model_copy(update=made | changes)


TYPST = '#read("/etc/passwd") #panic("x") $x$ *b* @a <l> \\u{41} "; #let a = 1'
FORMULA = '=cmd|" /C calc"!A0'
TURNED = "abc\u202egnp.exe\u2066\u200b\u061c\ufeff end"
HEADERS = "Weekly\r\nBcc: evil@evil.example\r\n\r\n<b>body</b>"
MARKUP = '</w:t></w:r><w:fldSimple w:instr="DDEAUTO"/>&amp;<script>alert(1)</script>]]>'
CALENDAR = "x\nEND:VEVENT\nBEGIN:VALARM\nATTACH:http://evil.example;a=b,c\\n"
ODD = "\x00\x07\x1b[31m\ufffe\uffff 火箭🚀👩\u200d💻 ไทย e\u0301 𠮷"
HUGE = "很长的标题" * 500
PATHS = "../../etc/passwd C:\\x\\y.docx"
EVIL = (TYPST, FORMULA, "+1+1", "-2", "@SUM(A1)", TURNED, HEADERS, MARKUP, CALENDAR, ODD, HUGE, PATHS)


def hostile_report() -> ClientReport:
    """Return a report whose every quoted word is hostile, as if nothing had been cleaned before the renderers."""
    report = full_report()
    words = [quote(one, one) for one in EVIL]
    milestones = report.milestones[:1] * len(words)
    changes = report.changes.rows[:1] * len(words)
    first, *_ = report.asks
    header = report.header.model_copy(
        update={
            "client": quote(HEADERS, HEADERS), "engagement": quote(HEADERS, HEADERS), "prepared_by": HEADERS,
            "agency": report.header.agency.model_copy(update={"name": quote(TYPST, TYPST)}),
            "reply_to": "a@b.example\r\nBcc: evil@evil.example",
        }
    )  # fmt: skip
    return report.model_copy(
        update={
            "header": header,
            "overall": report.overall.model_copy(update={"headline": quote(MARKUP, MARKUP)}),
            "milestones": tuple(
                one.model_copy(update={"ref": f"M{n}", "title": title})
                for n, (one, title) in enumerate(zip(milestones, words, strict=True))
            ),
            "changes": report.changes.model_copy(
                update={
                    "rows": tuple(
                        one.model_copy(
                            update={
                                "ref": f"X-{n}",
                                "title": title,
                                "tool_state": EVIL[n],
                                "state": None,
                                "terminal": False,
                            }
                        )
                        for n, (one, title) in enumerate(zip(changes, words, strict=True))
                    )
                }
            ),
            "asks": (
                *(first.model_copy(update={"ref": f"A-{n}", "title": title}) for n, title in enumerate(words)),
                *report.asks[2:],
            ),
            "raid": tuple(
                report.raid[0].model_copy(update={"ref": f"R-{n}", "title": title, "answer": title})  # type: ignore[index]
                for n, title in enumerate(words)
            ),
        }
    )
