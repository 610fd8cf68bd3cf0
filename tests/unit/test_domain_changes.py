"""Change requests as the tool shows them: states, ages, impact, refs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.domain.change import STATES
from pmbridge.domain.figure import Known, Unknown, UnknownReason
from pmbridge.domain.mapping import CHANGE_STATES
from pmbridge.domain.recognise import Observed
from pmbridge.domain.view import Age, Change, EngagementView
from pmbridge.records import Change as Move
from pmbridge.records import Comment, Item
from pmbridge.values import FieldValue, Number, Plain, RecordId, Rich
from tests.unit import story
from tests.unit.story import CHANGE_RULE, DAYS, MONEY, WEEKLY_9, at, cr_state, on, state_change, view

CREATED = at(5, 11, 9)


def request(
    state: str,
    fields: Mapping[str, FieldValue | None] | None = None,
    *,
    created: datetime | None = CREATED,
    number: int = 1,
) -> Item:
    return replace(
        story.change_request(231, WEEKLY_9)[0],
        id=RecordId(kind="issue", external_id=str(number)),
        key=f"MALL-{number}",
        state=cr_state(state),
        created_at=created,
        fields=fields or {},
    )


def moves(item: Item, *entered: tuple[str, str, datetime]) -> tuple[Move, ...]:
    return tuple(state_change(item.id, before, after, when, n) for n, (before, after, when) in enumerate(entered))


def seen(item: Item, history: Sequence[Move | Comment] | None = (), **rule: Any) -> Change:
    (found,) = whole([item], {} if history is None else {item.id: history}, **rule).changes
    return found


def whole(
    items: Sequence[Item],
    details: Mapping[RecordId, Sequence[Move | Comment]],
    *,
    histories: Collection[RecordId] | None = None,
    **rule: Any,
) -> EngagementView:
    chosen = replace(CHANGE_RULE, **rule)
    observed = Observed.of(
        story.source(changes=[chosen]),
        items=items,
        groups=[],
        details=details,
        histories=details if histories is None else histories,
        complete_as_of=WEEKLY_9,
    )
    return view(observed)


def age(item: Item, history: Sequence[Move] | None = (), **rule: Any) -> Age:
    figure = seen(item, history, **rule).age
    assert isinstance(figure, Known), figure
    return figure.value


def no_age(item: Item, history: Sequence[Move] | None = (), **rule: Any) -> tuple[UnknownReason, str]:
    figure = seen(item, history, **rule).age
    assert isinstance(figure, Unknown), figure
    return figure.reason, figure.detail.en if figure.detail else ""


def test_every_state_of_the_mapping_has_words_and_no_other_has() -> None:
    assert tuple(STATES) == CHANGE_STATES
    assert all(one.label.zh and one.label.en for one in STATES.values())
    assert STATES["awaiting_decision"].label.zh == "待客户决定"


def test_only_what_runs_before_the_decision_is_held_by_anyone() -> None:
    held = {name: one.holder for name, one in STATES.items() if one.holder is not None}
    assert held == {
        "submitted": "agency",
        "under_assessment": "agency",
        "needs_information": "client",
        "assessed": "agency",
        "awaiting_decision": "client",
    }
    assert not any(one.holder for one in STATES.values() if one.terminal)


def test_a_fresh_request_is_held_by_us_since_its_creation() -> None:
    found = seen(request("10101"))
    assert (found.state, found.holder, found.since) == ("submitted", "agency", on(5, 11))
    assert age(request("10101")) == Age(total=19, ours=19, theirs=0)


def test_time_after_the_decision_ages_nobody() -> None:
    item = request("10105")
    history = moves(
        item,
        ("10101", "10103", at(5, 13)),
        ("10103", "10104", at(5, 18)),
        ("10104", "10105", at(5, 20)),
    )
    assert age(item, history) == Age(total=5, ours=2, theirs=3)


def test_a_request_that_goes_back_ages_again() -> None:
    item = request("10102")
    history = moves(
        item,
        ("10101", "10103", at(5, 13)),
        ("10103", "10104", at(5, 14)),
        ("10104", "10102", at(6, 3)),
    )
    assert age(item, history) == Age(total=5, ours=4, theirs=1)


def test_deferred_time_is_counted_for_nobody() -> None:
    item = request("10103")
    states = {**CHANGE_RULE.states, "10106": "deferred"}
    history = moves(item, ("10101", "10106", at(5, 12)), ("10106", "10103", at(6, 3)))
    assert age(item, history, states=states) == Age(total=3, ours=1, theirs=2)


def test_an_age_without_history_is_unknown() -> None:
    assert no_age(request("10101"), None) == (UnknownReason.NOT_PROVIDED, "no history of its states")
    assert seen(request("10101"), None).since is None


def test_a_comment_is_no_proof_that_the_history_was_read() -> None:
    item = request("10103")
    comment = Comment(
        id=RecordId(kind="comment", external_id="1"), item=item.id, body=Rich(format="plain", original="x")
    )
    (found,) = whole([item], {item.id: [comment]}, histories=()).changes
    assert isinstance(found.age, Unknown)
    assert found.since is None


def test_an_age_without_creation_is_unknown() -> None:
    assert no_age(request("10101", created=None))[0] is UnknownReason.NOT_PROVIDED
    assert seen(request("10101", created=None)).raised_on is None


def test_an_age_through_an_unmapped_state_is_unknown_unless_the_tool_calls_it_over() -> None:
    item = request("10103")
    states = {"10101": "submitted", "10103": "awaiting_decision"}
    history = moves(item, ("10101", "10102", at(5, 12)), ("10102", "10103", at(5, 14)))
    assert no_age(item, history, states=states) == (UnknownReason.NOT_MAPPED, 'the state "10102" is not mapped')
    closed = request("10106")
    assert age(closed, moves(closed, ("10101", "10106", at(5, 14)))) == Age(total=3, ours=3, theirs=0)


def test_a_history_older_than_the_state_is_not_trusted() -> None:
    item = request("10103")
    assert no_age(item, moves(item, ("10101", "10102", at(5, 12))))[0] is UnknownReason.STALE
    assert seen(item, moves(item, ("10101", "10102", at(5, 12)))).since is None


def test_other_history_and_comments_are_no_states() -> None:
    item = request("10101")
    comment = Comment(
        id=RecordId(kind="comment", external_id="1"), item=item.id, body=Rich(format="plain", original="x")
    )
    title = replace(state_change(item.id, "a", "b", at(5, 12)), field="title", before=Plain(text="a"))
    assert seen(item, (comment, title)).age == seen(item, ()).age


def test_a_move_whose_states_are_not_told_gives_no_age() -> None:
    item = request("10102")
    (move,) = moves(item, ("10101", "10102", at(5, 12)))
    assert no_age(item, (replace(move, before=None),))[0] is UnknownReason.NOT_PROVIDED


def test_an_unmapped_state_keeps_the_tools_word_and_is_over_only_if_the_tool_says_so() -> None:
    closed, waiting = seen(request("10106")), seen(request("10103"), states={})
    assert (closed.state, closed.tool_state, closed.holder, closed.terminal) == (None, "已关闭", None, True)
    assert (waiting.state, waiting.tool_state, waiting.terminal) == (None, "等待客户", False)


@pytest.mark.parametrize("state", ["closed", "rejected", "withdrawn", "cancelled", "lapsed"])
def test_a_mapped_state_decides_whether_it_is_over(state: str) -> None:
    assert seen(request("10103"), states={"10103": state}).terminal


def test_an_observed_approval_binds_nobody() -> None:
    found = seen(request("10104"))
    assert (found.state, found.observed, found.terminal) == ("approved", True, False)


# -- impact


def number(value: object) -> Number:
    return Number(value=Decimal(str(value)))


def test_days_and_money_are_the_fields_values() -> None:
    found = seen(request("10101", {DAYS: number("5.0"), MONEY: number("-1200.5")}))
    assert (found.days.value_or(None), found.days_on) == (5, "M7")
    assert str(found.money) == "CNY -1,200.50"


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (None, ""),
        (Plain(text="about five"), "not a number"),
        (number("2.5"), "2.5 is no whole number of working days"),
        (number("NaN"), "not a number"),
    ],
)
def test_days_that_are_no_days_are_unknown(value: FieldValue | None, detail: str) -> None:
    figure = seen(request("10101", {DAYS: value, MONEY: None})).days
    assert isinstance(figure, Unknown)
    assert (figure.reason, figure.detail.en if figure.detail else "") == (UnknownReason.NOT_PROVIDED, detail)


def test_a_field_that_was_never_read_is_not_empty() -> None:
    figure = seen(request("10101")).money
    assert isinstance(figure, Unknown)
    assert figure.detail is not None
    assert figure.detail.en == "this field was not read yet, the next sync reads it"


def test_what_no_field_is_mapped_for_is_not_mapped() -> None:
    found = seen(request("10101", {DAYS: number(1), MONEY: number(1)}), days_field=None, money_field=None)
    assert [figure.reason for figure in (found.days, found.money) if isinstance(figure, Unknown)] == [
        UnknownReason.NOT_MAPPED
    ] * 2
    assert found.days_on is None


def test_an_amount_without_currency_is_no_money() -> None:
    figure = seen(request("10101", {MONEY: number(1)}), currency=None).money
    assert isinstance(figure, Unknown)
    assert figure.reason is UnknownReason.NOT_PROVIDED


# -- refs


def test_two_records_that_claim_one_ref_are_both_shown_and_reported() -> None:
    rule = re.compile(r"^(?P<ref>CR-\d+)")
    first = replace(request("10101", number=1), title="CR-1 one")
    second = replace(request("10103", number=2), title="CR-1 two")
    found = whole([first, second], {}, match=rule)
    assert [one.ref for one in found.changes] == ["MALL-1", "MALL-2"]
    (difference,) = found.discrepancies
    assert (difference.ref, [side for _, side in difference.sides]) == ("CR-1", ["MALL-1", "MALL-2"])


def test_equal_keys_of_two_connections_are_told_apart() -> None:
    item = request("10101")
    rules = [
        Observed.of(story.source(connection=name, changes=[CHANGE_RULE]), items=[item], groups=[])
        for name in ("a", "b")
    ]
    found = view(*rules)
    assert [one.ref for one in found.changes] == ["MALL-1/1", "MALL-1/2"]
    assert found.discrepancies == ()


def test_changes_are_ordered_by_number() -> None:
    items = [request("10101", number=n) for n in (100, 9, 11)]
    assert [one.ref for one in whole(items, {}).changes] == ["MALL-9", "MALL-11", "MALL-100"]


def test_a_ref_is_not_repeated_in_the_title() -> None:
    found = seen(replace(request("10101"), title="CR-7: 优惠券"), match=re.compile(r"^(?P<ref>CR-\d+)"))
    assert (found.ref, str(found.title)) == ("CR-7", "优惠券")
