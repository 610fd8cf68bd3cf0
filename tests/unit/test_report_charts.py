"""The drawings of monthly and closing reports: what they draw, what a screen reader hears, what their tables hold."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from pmbridge.domain.figure import Money, Unknown, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.domain.view import Age
from pmbridge.report.asked import AskOption, Shift
from pmbridge.report.blocks import Chart
from pmbridge.report.compose import anchors_of, compose
from pmbridge.report.impact import impact, panels
from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Amount, Quote
from pmbridge.report.pipeline import bars, pipeline
from pmbridge.report.project import project_for
from pmbridge.report.render import FORMATS, render
from pmbridge.report.trend import series, trend
from pmbridge.report.voice import Voice
from pmbridge.values import LANGUAGES
from tests.unit import report_story as story

SVG = "{http://www.w3.org/2000/svg}"
DRAWINGS: tuple[Callable[..., str | None], ...] = (trend, pipeline, impact)


def decided(number: int, day: date, *, days: int, money: str, state: str = "implemented") -> Any:
    at = story.source("issue", f"30{number}")
    return replace(
        story.change(number, f"变更 {number}", state, ""),
        ref=f"CR-{number:03d}",
        observed=False,
        terminal=state in ("closed", "rejected"),
        decided_on=day,
        days=story.known(days, at),
        money=story.known(Money(amount=Decimal(money), currency="CNY"), at),
        age=story.known(Age(total=number, ours=number, theirs=0), at),
    )


CHANGES = (
    decided(1, date(2026, 4, 28), days=0, money="12000", state="closed"),
    decided(2, date(2026, 5, 12), days=4, money="9000", state="rejected"),
    decided(3, date(2026, 5, 20), days=3, money="36500"),
)


def monthly(*changes: Any, **meta: Any) -> ClientReport:
    view = replace(story.view_5_june(), changes=Listing(changes or CHANGES))
    given = replace(story.meta(view), edition="monthly", show_money=True, history=(story.report_8(),), **meta)
    return project_for(view, given, None, calendar=story.CALENDAR)


def drawn(
    draw: Callable[..., str | None], report: ClientReport, *, narrow: bool = False, language: Any = "zh-CN"
) -> Any:
    svg = draw(report, Voice(report, language, anchors_of(report)), narrow=narrow)
    assert svg is not None
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def marks(svg: ET.Element, kind: str, tag: str = "path") -> list[ET.Element]:
    return [one for one in svg.iter(f"{SVG}{tag}") if (one.get("class") or "").split()[:1] == [kind]]


def texts(svg: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in svg.iter(f"{SVG}text")]


# --------------------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("draw", DRAWINGS)
def test_each_is_an_image_with_a_title_and_a_message(draw: Any, narrow: bool, language: str) -> None:
    report = monthly()
    svg = drawn(draw, report, narrow=narrow, language=language)
    ids = {one.attrib["id"] for one in svg.iter() if "id" in one.attrib}
    assert svg.get("role") == "img"
    assert set((svg.get("aria-labelledby") or "").split()) <= ids
    assert svg.findtext(f"{SVG}desc")
    assert len(ET.tostring(svg)) < 40_000


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("draw", DRAWINGS)
def test_nothing_is_drawn_outside_of_its_frame(draw: Any, narrow: bool) -> None:
    svg = drawn(draw, monthly(), narrow=narrow)
    width, height = (float(svg.attrib[name]) for name in ("width", "height"))
    for one in svg.iter():
        for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
            if name in one.attrib:
                assert 0 <= float(one.attrib[name]) <= most, ET.tostring(one)
    for one in svg.iter(f"{SVG}rect"):
        assert float(one.attrib["x"]) + float(one.attrib["width"]) <= width


def test_the_same_report_gives_the_same_drawings_and_hostile_words_stay_words() -> None:
    view = story.view_5_june()
    loud = replace(view.milestones[0], title=replace(view.milestones[0].title, zh='<script>"&'))
    hostile = replace(view, milestones=Listing([loud, *view.milestones[1:]]), changes=Listing(CHANGES))
    meta = replace(story.meta(view), edition="monthly", history=(story.report_8(),))
    report = project_for(hostile, meta, None, calendar=story.CALENDAR)
    for draw in DRAWINGS:
        voice = Voice(report, "zh-CN", anchors_of(report))
        assert draw(report, voice, narrow=False) == draw(report, voice, narrow=False)
        assert "<script" not in (draw(report, voice, narrow=False) or "")


def test_a_weekly_report_has_the_timeline_alone_and_a_month_has_all_with_their_tables() -> None:
    def charts(report: ClientReport) -> list[Chart]:
        sections = compose(report, "en").rest
        return [block for section in sections for block in section.blocks if isinstance(block, Chart)]

    assert len(charts(story.report_9())) == 1
    found = charts(monthly())
    assert [one.data.name for one in found] == ["timeline", "trend", "pipeline", "impact"]
    assert all(one.data.rows and one.reading for one in found)


# ------------------------------------------------------------------------------------------------------ C2 trend


def test_a_trend_needs_two_reports() -> None:
    alone = monthly().model_copy(update={"history": ()})
    assert series(alone) == ()
    assert trend(alone, Voice(alone, "en", {}), narrow=False) is None


def test_each_report_gives_a_point_and_what_was_not_known_a_gap() -> None:
    report = monthly()
    m4 = next(one for one in series(report) if one.milestone.ref == "M4")
    assert [point.told_on for point in m4.points] == [date(2026, 5, 29), date(2026, 6, 5)]
    assert [point.on for point in m4.points] == [date(2026, 6, 17), date(2026, 6, 18)]
    m6 = next(one for one in series(report) if one.milestone.ref == "M6")
    assert [point.on for point in m6.points] == [None, None]
    svg = drawn(trend, report)
    known = [point for one in series(report) for point in one.points if point.on is not None]
    assert len(marks(svg, "point", "circle")) == sum(not point.reached for point in known)
    assert len(marks(svg, "actual")) == sum(point.reached for point in known)
    assert "M6" not in " ".join(texts(svg)), "a line without a point has no end to name"


def test_a_plan_that_an_approved_change_moved_has_its_mark() -> None:
    report = monthly()
    assert marks(drawn(trend, report), "step") == []
    (past,) = report.history
    dates = tuple(one.model_copy(update={"plan": date(2026, 6, 12)}) if one.ref == "M4" else one for one in past.dates)
    moved = report.model_copy(update={"history": (past.model_copy(update={"dates": dates}),)})
    assert len(marks(drawn(trend, moved), "step")) == 1


def test_a_later_date_stands_higher_and_the_names_do_not_overlap() -> None:
    svg = drawn(trend, monthly())
    lines = [
        [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", one.attrib["d"])]
        for one in svg.iter(f"{SVG}path")
        if (one.get("class") or "").startswith("line")
    ]
    (moved,) = [heights for heights in lines if len(set(heights)) > 1]
    assert moved[1] < moved[0], "M4 went from 17 to 18 June"
    names = sorted(float(one.attrib["y"]) for one in marks(svg, "name", "text"))
    assert all(below - above >= 14.9 for above, below in pairwise(names))


# --------------------------------------------------------------------------------------------------- C4 pipeline


def test_changes_are_counted_by_state_with_who_holds_them_and_the_oldest() -> None:
    waiting = [replace(story.change(n, "x", "awaiting_decision", ""), observed=False, ref=f"CR-00{n}", holder="client",
                       age=story.known(Age(total=n, ours=0, theirs=n), story.source("issue", "9")))
               for n in (4, 7)]  # fmt: skip
    report = monthly(*CHANGES, *waiting)
    assert [(bar.state, bar.held, bar.n, bar.oldest) for bar in bars(report)] == [
        ("awaiting_decision", "theirs", 2, 7),
        ("rejected", "over", 1, 2),
        ("implemented", "ours", 1, 3),
        ("closed", "over", 1, 1),
    ]
    svg = drawn(pipeline, report)
    (theirs,) = marks(svg, "theirs", "rect")
    (ours,) = marks(svg, "ours", "rect")
    assert float(theirs.attrib["width"]) == pytest.approx(2 * float(ours.attrib["width"]), abs=0.2)
    assert "2 项，最久 7 个工作日" in texts(svg)


# ----------------------------------------------------------------------------------------------------- C5 impact


def test_approved_changes_add_up_step_by_step_and_rejected_ones_do_not() -> None:
    days, money = panels(monthly())
    assert [(step.ref, step.total) for step in days.steps] == [("CR-001", Decimal(0)), ("CR-003", Decimal(3))]
    assert [(step.ref, step.total) for step in money.steps] == [("CR-001", Decimal(12000)), ("CR-003", Decimal(48500))]
    assert (days.currency, money.currency, money.pending) == (None, "CNY", None)


def test_what_a_tool_calls_approved_adds_nothing() -> None:
    observed = [replace(one, observed=True) for one in CHANGES]
    assert panels(monthly(*observed)) == ()


def test_what_waits_is_a_range_over_the_options() -> None:
    report = monthly()
    title = Quote(zh="方案", original="zh")
    options = tuple(
        AskOption(
            key=key, title=title, consequence=None, money=(Amount(amount=Decimal(money), currency="CNY"),), monthly=(),
            days=(Shift(ref="M7", days=days),) if days else (), recommended=False,
        )
        for key, money, days in (("A", 48000, 5), ("B", 15000, 0))
    )  # fmt: skip
    ask = report.asks[0] if report.asks else story.report_9().asks[0]
    asks = (ask.model_copy(update={"ref": "CR-003", "options": options}),)
    days, money = panels(report.model_copy(update={"asks": asks}))
    assert days.pending == (Decimal(0), Decimal(5))
    assert money.pending == (Decimal(15000), Decimal(48000))
    svg = drawn(impact, report.model_copy(update={"asks": asks}))
    assert sum(one.get("fill") == "url(#c5-wide-wait)" for one in svg.iter(f"{SVG}rect")) == 2
    assert "待决定 CNY 15,000.00 – CNY 48,000.00" in " ".join(texts(svg))


def test_money_that_the_client_is_not_shown_is_not_drawn() -> None:
    hidden = replace(story.view_5_june(), changes=Listing(CHANGES))
    meta = replace(story.meta(hidden), edition="monthly", show_money=False, history=(story.report_8(),))
    report = project_for(hidden, meta, None, calendar=story.CALENDAR)
    assert [one.currency for one in panels(report)] == [None]


def test_a_change_in_two_currencies_is_in_no_sum_that_would_be_too_low() -> None:
    mixed = replace(CHANGES[2], money=Unknown(reason=UnknownReason.MIXED_CURRENCY))
    found = panels(monthly(CHANGES[0], mixed))
    assert [panel.currency for panel in found] == [None]
    assert found[0].total == 3


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1)])
def test_a_placeholder_for_a_date_stands_at_the_end_of_the_axis(day: date) -> None:
    view = story.view_5_june()
    at = story.source("version", "7")
    milestones = [replace(one, plan=story.known(day, at)) if one.ref == "M7" else one for one in view.milestones]
    given = replace(story.meta(view), edition="monthly", history=(story.report_8(),))
    report = project_for(replace(view, milestones=Listing(milestones)), given, None, calendar=story.CALENDAR)
    for language in LANGUAGES:
        for form in FORMATS:
            assert len(render(report, form, language)) < 2_000_000
