"""For any records: no exception, shares within their bounds, and the same answer for the same question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Known
from pmbridge.domain.recognise import Observed
from pmbridge.domain.view import EngagementView, Milestone
from pmbridge.records import Change, Group, Item, ToolState
from pmbridge.values import Day, FieldValue, Instant, Named, Number, Plain, RecordId, When
from tests.unit import story

CATEGORIES = ("todo", "in_progress", "done", "cancelled", "unknown")
STATES = [ToolState(id=name, name=name, category=name) for name in CATEGORIES]  # type: ignore[arg-type]
CHINA = Calendar.named("CN", years=range(2026, 2027))
DATES = st.dates(date(2025, 12, 1), date(2027, 2, 1))
INSTANTS = DATES.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=story.ZONE))
WHEN: st.SearchStrategy[When] = st.one_of(DATES.map(lambda day: Day(on=day)), INSTANTS.map(lambda at: Instant(at=at)))
VALUES: st.SearchStrategy[FieldValue | None] = st.one_of(
    st.none(),
    st.decimals(-10, 100, places=2).map(lambda value: Number(value=value)),
    st.just(Number(value=Decimal("NaN"))),
    st.just(Plain(text="about three")),
    WHEN,
)
REFS = tuple(RecordId(kind="version", external_id=str(n)) for n in range(4))


@st.composite
def groups(draw: st.DrawFn, n: int) -> Group:
    due = draw(st.none() | WHEN)
    return Group(
        id=REFS[n],
        project=story.MALL,
        version="1",
        title=draw(st.sampled_from([f"M{n} 标题", f"M{n} title", "M1 again"])),
        state=draw(st.none() | st.sampled_from(STATES)),
        start=draw(st.none() | WHEN),
        due=due,
        done=draw(st.sampled_from([None, due]) | WHEN),
        archived=draw(st.booleans()),
    )


@st.composite
def items(draw: st.DrawFn, n: int) -> Item:
    fields = {name: draw(VALUES) for name in (story.POINTS, story.DAYS, story.MONEY, "rest") if draw(st.booleans())}
    return Item(
        id=RecordId(kind="issue", external_id=str(n)),
        project=story.MALL,
        version="1",
        title=f"item {n}",
        type=draw(st.sampled_from([story.TASK, story.CHANGE_TYPE])),
        state=draw(st.sampled_from([*STATES, *map(story.cr_state, story.CR_STATES)])),
        key=f"MALL-{n}",
        done=draw(st.none() | WHEN),
        created_at=draw(st.none() | INSTANTS),
        groups=tuple(draw(st.lists(st.sampled_from(REFS), max_size=2))),
        fields=fields,
    )


@st.composite
def histories(draw: st.DrawFn, item: Item) -> tuple[Change, ...]:
    known = [*CATEGORIES, *story.CR_STATES]
    return tuple(
        replace(
            story.state_change(item.id, draw(st.sampled_from(known)), draw(st.sampled_from(known)), draw(INSTANTS), n),
            before=draw(st.none() | st.sampled_from(known).map(lambda name: Named(id=name))),
        )
        for n in range(draw(st.integers(0, 3)))
    )


@st.composite
def sources(draw: st.DrawFn) -> Observed:
    found = [draw(items(n)) for n in range(draw(st.integers(0, 6)))]
    versions = [draw(groups(n)) for n in range(draw(st.integers(0, 3)))]
    progress = draw(st.sampled_from(["zero_hundred", "remaining", "percent"]))
    rules = [
        story.jira_rule(
            r"\d",
            unit=draw(st.sampled_from(["count", "points"])),
            progress=progress,
            progress_field="rest",
            source_weight=draw(st.none() | st.just(Decimal(2))),
            date_is=draw(st.sampled_from(["plan", "forecast", "ignore"])),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    observed = Observed.of(
        story.source(
            connection=draw(st.sampled_from(["jira", "other"])), milestones=rules, changes=[story.CHANGE_RULE]
        ),
        items=found,
        groups=versions,
        details={one.id: draw(histories(one)) for one in found if draw(st.booleans())},
        histories=[one.id for one in found if draw(st.booleans())],
        complete_as_of=draw(st.none() | INSTANTS),
    )
    past = {one.id: ((draw(INSTANTS), draw(groups(int(one.id.external_id)))),) for one in versions}
    return replace(observed, first_plans=past)


SOURCES = st.lists(sources(), max_size=2)


def seen(observed: list[Observed], now: datetime) -> EngagementView:
    return story.view(*observed, now=now, calendar=CHINA)


@given(SOURCES, INSTANTS)
def test_any_records_give_shares_within_bounds_and_figures_that_agree(observed: list[Observed], now: datetime) -> None:
    view = seen(observed, now)
    progress = view.progress
    assert 0 <= progress.low <= progress.high <= 1
    if isinstance(progress.value, Known):
        assert progress.low == progress.value.value == progress.high
    if isinstance(progress.planned, Known):
        assert 0 <= progress.planned.value <= 1
    assert 0 <= view.on_time.met <= view.on_time.due
    assert view.overall.colour != "green" or view.overall.grey == ()
    for one in view.milestones:
        check_milestone(one)
    for change in view.changes:
        if isinstance(change.age, Known):
            assert change.age.value.total == change.age.value.ours + change.age.value.theirs


def check_milestone(one: Milestone) -> None:
    if isinstance(one.progress, Known):
        assert 0 <= one.progress.value.done <= one.progress.value.total
        assert 0 <= one.progress.value.percent <= 100
    if isinstance(one.fraction, Known):
        assert 0 <= one.fraction.value <= 1
    else:
        assert one.fraction == one.progress
    assert (one.forecast_method is None) == (not isinstance(one.forecast, Known))
    if one.forecast_method == "throughput" and isinstance(one.forecast, Known):
        assert one.forecast_low is not None
        assert one.forecast_low <= one.forecast.value
        assert one.forecast_high is None or one.forecast.value <= one.forecast_high


@given(SOURCES, INSTANTS)
def test_the_same_question_has_the_same_answer_whatever_the_order(observed: list[Observed], now: datetime) -> None:
    once = seen(observed, now)
    assert seen(observed, now) == once
    turned = [replace(one, items=one.items[::-1], groups=one.groups[::-1]) for one in observed]
    again = seen(turned, now)
    assert [one.ref for one in again.milestones] == [one.ref for one in once.milestones]
    assert [one.ref for one in again.changes] == [one.ref for one in once.changes]
    assert [one.key for one in again.work] == [one.key for one in once.work]
    assert again.on_time == once.on_time
