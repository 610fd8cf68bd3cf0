"""One of everything that a client knows of its dealings with the agency, beside the story of the weekly report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pmbridge.domain.client_record import ClientRecord
from pmbridge.domain.complaint_metrics import Complaints
from pmbridge.domain.convened import Convened, Met, ToDo
from pmbridge.domain.delivered import Condition, Delivered, Delivery, Turn
from pmbridge.domain.figure import Known, SourceRef, Text, Unknown, UnknownReason
from pmbridge.domain.heard import Asked, Clocked, Complained, Heard, Said, Surveyed
from pmbridge.domain.learned import Aimed, Improved, Learned, Learning, LookedBack, Measured
from pmbridge.domain.listing import Listing
from pmbridge.domain.promised import Committed, Earlier, Expected, Promised
from pmbridge.domain.rate import Rate
from pmbridge.domain.source import REGISTER
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from tests.unit import report_story as story

LONG = "VeryLongUnbrokenWord" * 5


def text(zh: str) -> Text:
    return Text(zh=zh, original="zh")


def event(number: int) -> SourceRef:
    return SourceRef(
        connection=REGISTER, kind="event", external_id=str(number), key="", observed_at=story.FRIDAY_5_JUNE
    )


def rate(hits: int, n: int) -> Known[Rate]:
    return Known(value=Rate(hits=hits, n=n), sources=(event(1),), method="derived", observed_at=story.FRIDAY_5_JUNE)


def june(day: int) -> date:
    return date(2026, 6, day)


def record() -> ClientRecord:
    """Return a record with one row of each kind, some with words that no line can hold."""
    refused = Turn(
        n=1,
        submitted_on=june(1),
        answer_by=june(4),
        verdict="rejected",
        decided_on=june(2),
        decided_by=("张敏",),
        review_wd=1,
    )
    passed = Turn(
        n=2,
        submitted_on=june(3),
        answer_by=june(8),
        verdict="accepted_with_conditions",
        decided_on=june(4),
        decided_by=("张敏", "李总"),
        review_wd=1,
        conditions=(Condition(ref="ISS-04", done=False),),
        certificate="DL-06-2",
    )
    too_few = Unknown(reason=UnknownReason.INSUFFICIENT_SAMPLE)
    return ClientRecord(
        delivered=Delivered(
            rows=(
                Delivery(
                    ref="DL-06",
                    title=text("会员与积分后端"),
                    milestone="M3",
                    state="conditionally_accepted",
                    turns=(refused, passed),
                    handover=None,
                    source=event(2),
                ),
                Delivery(
                    ref="DL-07",
                    title=text(LONG),
                    milestone=None,
                    state="under_review",
                    turns=(Turn(n=1, submitted_on=june(3), answer_by=june(8)),),
                    handover=None,
                    source=event(3),
                ),
            ),
            review_median=Decimal(1),
            review_longest=1,
        ),
        promised=Promised(
            expectations=(
                Expected(
                    ref="EXP-03",
                    statement=text("618 前可预约"),
                    agreed=text(LONG),
                    state="agreed",
                    since=june(1),
                    stated_on=june(1),
                    expected_on=june(17),
                    review_on=june(10),
                    links=("M4",),
                    health="at_risk",
                    told_on=june(5),
                    declined_because=None,
                    earlier=(Earlier(statement=text("618 前可预约"), agreed=None, until=june(1)),),
                    source=event(4),
                ),
            ),
            commitments=(
                Committed(
                    ref="CMT-01",
                    statement=text("周五发清单"),
                    state="broken",
                    made_on=june(1),
                    due_on=june(3),
                    overdue=False,
                    settled_on=june(4),
                    remedy=text("周六补发"),
                    rests_on=None,
                    replaces=None,
                    source=event(5),
                ),
            ),
            met=rate(1, 1),
            kept=rate(0, 1),
        ),
        heard=Heard(
            surveys=(
                Surveyed(
                    ref="SRV-01",
                    kind="milestone_csat",
                    milestone="M3",
                    anonymous=False,
                    sent_on=june(1),
                    closes_on=june(5),
                    closed=True,
                    invited=3,
                    answered=2,
                    results=(
                        Asked(
                            text=text("满意吗？"),
                            scale="1-5",
                            answered=2,
                            score=too_few,
                            counts={1: 0, 2: 0, 3: 0, 4: 1, 5: 1},
                            options={},
                            before=None,
                        ),
                    ),
                    quoted=("沟通顺畅",),
                    source=event(6),
                ),
            ),
            feedback=(
                Said(
                    ref="FB-01",
                    kind="suggestion",
                    text=text("希望提前收到测试报告"),
                    given_on=june(1),
                    state="acted",
                    since=june(3),
                    respond_by=june(8),
                    response=text("从本周起周四发出"),
                    responded_on=june(2),
                    done=("ACT-12",),
                    declined_because=None,
                    source=event(7),
                ),
            ),
            complaints=(
                Complained(
                    ref="CPL-01",
                    text=text(LONG),
                    received_on=june(1),
                    acknowledged_on=june(2),
                    in_time=True,
                    state="response_offered",
                    since=june(4),
                    remedies=(text("每周二通报延期风险"),),
                    refusal=None,
                    outcome=None,
                    next_update_on=june(8),
                    late=False,
                    source=event(8),
                ),
            ),
            answers=rate(1, 1),
            counted=Complaints(
                received=("CPL-01",), open=("CPL-01",), closed=(), unresolved=(), reopened=(), late=(), median_wd=None
            ),
            inquiries=9,
            clocks=(Clocked(clock="inquiry_response", met=8, judged=9, median=Decimal(100), in_minutes=True),),
        ),
        convened=Convened(
            meetings=(
                Met(
                    ref="MTG-08",
                    kind="weekly_status",
                    title=None,
                    state="minutes_confirmed",
                    minutes_sent_on=june(2),
                    planned_at=datetime(2026, 6, 2, 10, tzinfo=story.SHANGHAI),
                    confirmed_on=june(3),
                    held_at=datetime(2026, 6, 2, 11, tzinfo=story.SHANGHAI),
                    cancelled_because=None,
                    source=event(9),
                ),
            ),
            actions=(
                ToDo(
                    ref="ACT-12",
                    text=text("提供支付沙箱账号"),
                    holder="client",
                    due_on=june(3),
                    first_due_on=june(2),
                    overdue_wd=2,
                    state="open",
                    done_on=None,
                    about="M5",
                    source=event(10),
                ),
            ),
            held=None,
            confirmed=None,
            done=None,
        ),
        learning=Learning(
            goals=(
                Aimed(
                    ref="GOAL-01",
                    statement=text("上线 10 天内新增会员 5,000 人"),
                    state="agreed",
                    due_on=date(2026, 7, 30),
                    measures=(
                        Measured(
                            name="新增会员",
                            unit="人",
                            start=Decimal(0),
                            target=Decimal(5000),
                            direction="increase",
                            value=None,
                            measured_on=None,
                        ),
                    ),
                    source=event(11),
                ),
            ),
            retros=(
                LookedBack(
                    ref="RET-01",
                    scope="engagement",
                    milestone=None,
                    held_on=june(5),
                    joint=True,
                    went_well=(text("周报准时"),),
                    to_improve=(text(LONG),),
                    source=event(12),
                ),
            ),
            lessons=(
                Learned(
                    ref="LES-01",
                    title=text("沙箱账号列入启动清单"),
                    context=text("账号晚到"),
                    effect=text("顺延"),
                    recommendation=text("启动会上列出"),
                    recorded_on=june(5),
                    source=event(13),
                ),
            ),
            improvements=(
                Improved(
                    ref="IMP-01",
                    text=text("启动清单加入账号一栏"),
                    holder="agency",
                    due_on=date(2026, 8, 14),
                    state="accepted",
                    measure=text("首周账号齐全"),
                    result=None,
                    origin="LES-01",
                    source=event(14),
                ),
            ),
        ),
    )


def monthly(**meta: Any) -> ClientReport:
    """Return a monthly report with all of it."""
    view = replace(story.view_5_june(), record=record())
    given = replace(
        story.meta(view),
        edition="monthly",
        period_from=june(1),
        period_to=june(30),
        history=(story.report_8(),),
        **meta,
    )
    return project_for(view, given, None, calendar=story.CALENDAR)


def closing(**meta: Any) -> ClientReport:
    """Return a closing report with all of it, against a baseline 0."""
    view = story.view_5_june()
    first = story.known(june(10), story.source("version", "1"))
    planned = [replace(one, original=first, slip_original=story.known(6, first.sources[0])) for one in view.milestones]
    view = replace(view, record=record(), milestones=Listing(planned))
    given = replace(
        story.meta(view),
        edition="closing",
        period_from=date(2026, 4, 7),
        period_to=june(5),
        chain="ab" * 32,
        history=(story.report_8(),),
        **meta,
    )
    return project_for(view, given, None, calendar=story.CALENDAR)
