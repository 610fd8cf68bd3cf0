"""The milestone timeline: what it draws, what a screen reader hears, and how large it may be."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pmbridge.domain.figure import Text, Unknown, UnknownReason
from pmbridge.domain.listing import Listing
from pmbridge.report.compose import anchors_of
from pmbridge.report.model import ClientReport
from pmbridge.report.project import project_for
from pmbridge.report.timeline import LIMIT, timeline
from pmbridge.report.voice import Voice
from pmbridge.values import LANGUAGES
from tests.unit import report_story as story

SVG = "{http://www.w3.org/2000/svg}"


def drawing(report: ClientReport, *, narrow: bool = False, language: Any = "zh-CN") -> ET.Element:
    svg = timeline(report, Voice(report, language, anchors_of(report)), narrow=narrow)
    assert svg is not None
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def report(*milestones: Any) -> ClientReport:
    view = replace(story.view_5_june(), milestones=Listing(milestones), work=())
    return project_for(view, story.meta(view), None, calendar=story.CALENDAR)


def marks(svg: ET.Element, kind: str) -> list[str]:
    return [path.attrib["d"] for path in svg.iter(f"{SVG}path") if path.get("class") == kind]


def test_each_date_has_its_own_shape() -> None:
    svg = drawing(story.report_9())
    assert len(marks(svg, "actual")) == 3
    assert len(marks(svg, "plan")) == 5
    assert len(marks(svg, "forecast")) == len(marks(svg, "head")) == 1
    assert len(marks(svg, "range")) == 2
    assert len(marks(svg, "today")) == 1
    assert marks(svg, "original") == []


def test_the_forecast_arrow_points_from_plan_to_forecast() -> None:
    plan = story.june(10)
    later = drawing(report(story.milestone("M4", plan=plan, forecast=story.june(30))))
    (arrow,) = marks(later, "forecast")
    start, tip = (float(x) for x in re.findall(r"[MH](\d+\.\d)", arrow))
    assert start < tip
    earlier = drawing(report(story.milestone("M4", plan=story.june(30), forecast=plan)))
    start, tip = (float(x) for x in re.findall(r"[MH](\d+\.\d)", marks(earlier, "forecast")[0]))
    assert start > tip


def test_an_open_ended_range_is_dashed_and_runs_to_the_edge() -> None:
    m = story.milestone(
        "M4", plan=story.june(17), forecast=story.june(18), forecast_low=story.june(17), forecast_open_ended=True
    )
    assert len(marks(drawing(report(m)), "range open")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("narrow", [False, True])
def test_it_is_an_image_with_a_title_and_a_message(language: str, narrow: bool) -> None:
    svg = drawing(story.report_9(), narrow=narrow, language=language)
    ids = {element.attrib["id"] for element in svg.iter() if "id" in element.attrib}
    assert svg.get("role") == "img"
    assert set((svg.get("aria-labelledby") or "").split()) <= ids
    message = svg.findtext(f"{SVG}desc")
    assert message is not None
    assert ("预测 6月18日" if language == "zh-CN" else "forecast 18 Jun") in message
    assert message.count("M") >= 7


def test_both_drawings_have_ids_of_their_own() -> None:
    wide, narrow = (drawing(story.report_9(), narrow=one) for one in (False, True))
    found = [{e.attrib["id"] for e in svg.iter() if "id" in e.attrib} for svg in (wide, narrow)]
    assert found[0] & found[1] == set()


def test_nothing_is_drawn_without_a_date() -> None:
    silent = replace(story.milestone("M6"), plan=Unknown(reason=UnknownReason.NOT_PROVIDED))
    made = report(silent)
    assert timeline(made, Voice(made, "en", {}), narrow=False) is None


@pytest.mark.parametrize("narrow", [False, True])
def test_sixty_long_milestones_stay_below_forty_kilobytes(narrow: bool) -> None:
    many = [
        replace(
            story.milestone(
                f"M{1 + n % 7}",
                plan=date(2026, 1, 5) + timedelta(days=7 * n),
                forecast=date(2026, 1, 12) + timedelta(days=7 * n),
                forecast_low=date(2026, 1, 8) + timedelta(days=7 * n),
                forecast_high=date(2026, 2, 12) + timedelta(days=7 * n),
            ),
            ref=f"M{n + 100}",
            title=Text(zh="一个名字特别长而且还带着说明的里程碑" * 2, original="zh"),
        )
        for n in range(60)
    ]
    made = report(*many)
    svg = timeline(made, Voice(made, "zh-CN", anchors_of(made)), narrow=narrow)
    assert svg is not None
    assert len(svg.encode()) <= 40_000
    assert svg.count('class="name"') == LIMIT


def test_open_milestones_are_kept_when_there_are_too_many() -> None:
    done = [
        replace(story.milestone("M1", reached=date(2026, 1, 1) + timedelta(days=n)), ref=f"D{n:02}") for n in range(60)
    ]
    still_open = story.milestone("M7", plan=story.june(30))
    svg = drawing(report(*done, still_open))
    refs = [span.text for span in svg.iter(f"{SVG}tspan") if span.get("class") == "ref"]
    assert len(refs) == LIMIT
    assert refs[-1] == "M7"
    assert refs[0] == "D21"


@pytest.mark.parametrize("narrow", [False, True])
def test_hostile_titles_stay_text(narrow: bool) -> None:
    m = replace(
        story.milestone("M4", plan=story.june(17)),
        ref='"><script>',
        title=Text(en="</svg><script>alert(1)</script>", original="en"),
    )
    svg = drawing(report(m), narrow=narrow)
    assert not list(svg.iter(f"{SVG}script"))
    assert '"><script>' in "".join(svg.itertext())


def test_the_month_labels_of_two_years_do_not_crowd() -> None:
    far = report(
        story.milestone("M4", plan=date(2026, 1, 5), forecast=story.NO_ITEMS),
        story.milestone("M7", plan=date(2028, 1, 5), forecast=story.NO_ITEMS),
    )
    labels = [text.text for text in drawing(far).iter(f"{SVG}text") if text.get("class") == "axis"]
    assert 5 <= len(labels) <= 14
