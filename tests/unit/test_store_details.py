"""Comments, changes and approvals: stored beside their item, read again only when it moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pmbridge.errors import NotVisible
from pmbridge.records import Approval, Change, Comment, Details, Verb, content_hash
from pmbridge.store import DetailRow, Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import (
    FORMAT,
    JIRA,
    MALL,
    SHOP,
    approval,
    begin,
    change,
    comment,
    issue,
    item,
    page,
    release,
    rows,
    wanted,
    watched,
)

CR = item(1, "Change: coupons")
ALL = frozenset({Verb.COMMENTS, Verb.HISTORY, Verb.APPROVALS})


Told = Comment | Change | Approval


def answer(*records: Told, parts: frozenset[Verb] = ALL, **said: Any) -> Details:
    """Answer for the change request."""
    return Details(id=CR.id, parts=parts, as_of=START, records=records, **said)


def test_details_stand_beside_their_item_in_the_order_of_time(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR, item(2)), cursor_format=FORMAT)
    late = comment(1, CR, "late", created_at=START)
    early = comment(2, CR, "early", created_at=START - timedelta(hours=1))
    between = change(3, CR, START - timedelta(minutes=1))
    outcome = run.commit_details([answer(late, early, between, approval(4, CR))], [wanted(CR, *ALL)])
    assert (outcome.read, outcome.new, outcome.changed) == (4, 4, 0)
    assert store.observe(JIRA, MALL).details == {CR.id: [approval(4, CR), early, between, late]}


def test_the_same_details_again_change_nothing(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR), cursor_format=FORMAT)
    for expected in ((2, 2, 0), (2, 0, 0)):
        outcome = run.commit_details([answer(comment(1, CR), change(2, CR))], [wanted(CR, *ALL)])
        assert (outcome.read, outcome.new, outcome.changed) == expected
    outcome = run.commit_details([answer(comment(1, CR, "edited"), change(2, CR))], [wanted(CR, *ALL)])
    assert outcome.changed == 1


def test_the_state_at_which_a_part_was_read_is_kept(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR, release(1), item(2)), cursor_format=FORMAT)
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    run.commit_details([answer(parts=parts)], [wanted(CR, Verb.COMMENTS, Verb.HISTORY)])
    row = DetailRow(version=CR.version, hash=content_hash(CR), read_at=START)
    assert run.detail_state([CR.id, issue(2), issue(99)]) == {(CR.id, "comments"): row, (CR.id, "history"): row}
    run.commit(page(item(1, CR.title, version="bumped"), at=1), cursor_format=FORMAT)
    assert run.detail_state([CR.id])[CR.id, "comments"].version != "bumped"
    assert run.detail_state([]) == {}


def test_what_a_whole_answer_leaves_out_is_gone(store: Store) -> None:
    run = begin(store)
    other = item(2)
    run.commit(page(CR, other), cursor_format=FORMAT)
    run.commit_details(
        [
            answer(comment(1, CR), comment(2, CR), change(3, CR)),
            Details(id=other.id, parts=ALL, as_of=START, records=(comment(9, other),)),
        ],
        [wanted(CR, *ALL), wanted(other, *ALL)],
    )
    only = frozenset({Verb.COMMENTS})
    outcome = run.commit_details([answer(comment(1, CR), parts=only)], [wanted(CR, Verb.COMMENTS)])
    assert (outcome.read, outcome.changed) == (1, 1)
    seen = store.observe(JIRA, MALL).details
    assert seen == {CR.id: [comment(1, CR), change(3, CR)], other.id: [comment(9, other)]}
    run.commit_details([answer(comment(2, CR), parts=only)], [wanted(CR, Verb.COMMENTS)])
    assert store.observe(JIRA, MALL).details[CR.id] == [comment(2, CR), change(3, CR)], "a comment may come back"


@pytest.mark.parametrize(
    "said",
    [{"whole": False}, {"error": NotVisible(thing="MALL-1")}, {"parts": frozenset({Verb.HISTORY})}],
    ids=["only what is newer", "with an error", "another part"],
)
def test_an_answer_that_is_not_whole_takes_nothing_away(store: Store, said: dict[str, Any]) -> None:
    run = begin(store)
    run.commit(page(CR), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR))], [wanted(CR, *ALL)])
    run.commit_details([answer(comment(2, CR), **said)], [wanted(CR, *ALL)])
    assert store.observe(JIRA, MALL).details[CR.id] == [comment(1, CR), comment(2, CR)]


def test_what_came_with_an_error_or_unasked_counts_as_unread(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR), error=NotVisible(thing="MALL-1"))], [wanted(CR, *ALL)])
    assert run.detail_state([CR.id]) == {}
    run.commit_details([answer(comment(1, CR))], [wanted(CR, Verb.COMMENTS)])
    assert [part for _, part in run.detail_state([CR.id])] == ["comments"]
    run.commit_details([answer()], [])
    assert store.observe(JIRA, MALL).details[CR.id] == [comment(1, CR)], "an unasked answer takes nothing away"


def test_details_of_an_unknown_item_are_stored_and_unread(store: Store) -> None:
    run = begin(store)
    run.commit_details([answer(comment(1, CR))], [wanted(CR, *ALL)])
    assert run.detail_state([CR.id]) == {}
    assert store.observe(JIRA, MALL).details == {}
    run.commit(page(CR), cursor_format=FORMAT)
    assert store.observe(JIRA, MALL).details == {CR.id: [comment(1, CR)]}


def test_a_history_that_was_read_and_is_empty_is_told_from_one_that_was_not(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR, item(2)), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR), parts=frozenset({Verb.COMMENTS}))], [wanted(CR, *ALL)])
    assert store.observe(JIRA, MALL).histories == frozenset()
    run.commit_details([answer(comment(1, CR))], [wanted(CR, *ALL)])
    seen = store.observe(JIRA, MALL)
    assert (seen.histories, seen.details) == (frozenset({CR.id}), {CR.id: [comment(1, CR)]})


def test_no_answer_writes_nothing(store: Store) -> None:
    run = begin(store)
    with watched(store) as traffic:
        run.commit_details([], [])
    assert traffic.statements == []


def test_details_of_the_past_are_those_known_then(store: Store, clock: FakeClock) -> None:
    run = begin(store, "a")
    run.commit(page(CR), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR), comment(2, CR), approval(3, CR))], [wanted(CR, *ALL)])
    run.finish("ok", {})
    first = run.observed_at
    clock.advance(60)
    run = begin(store, "b")
    run.commit_details([answer(comment(1, CR), comment(4, CR), approval(3, CR, "approved"))], [wanted(CR, *ALL)])
    run.finish("ok", {})
    second = run.observed_at
    clock.advance(60)
    run = begin(store, "c")
    run.commit_details([answer(comment(1, CR), comment(4, CR))], [wanted(CR, *ALL)])
    third = run.observed_at

    def seen(as_of: datetime | None = None) -> list[Told]:
        found = store.observe(JIRA, MALL, as_of=as_of).details.get(CR.id, [])
        return sorted(found, key=lambda one: one.id)

    assert seen(first - timedelta(seconds=1)) == []
    assert seen(first) == [approval(3, CR), comment(1, CR), comment(2, CR)]
    assert seen(second) == [approval(3, CR, "approved"), comment(1, CR), comment(4, CR)]
    assert seen(third) == seen() == [comment(1, CR), comment(4, CR)]


def test_details_go_with_their_item(store: Store, clock: FakeClock) -> None:
    run = begin(store)
    run.commit(page(CR), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR))], [wanted(CR, *ALL)])
    run.finish("ok", {})
    clock.advance(60)
    later = begin(store, "b")
    later.mark({CR.id: "gone"})
    assert store.observe(JIRA, MALL).details == {}
    assert store.observe(JIRA, MALL, as_of=later.observed_at).details == {}
    assert store.observe(JIRA, MALL, as_of=run.observed_at).details == {CR.id: [comment(1, CR)]}


def test_a_history_that_was_read_and_is_empty_is_not_one_that_was_never_read(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR, item(2), item(3, project=SHOP)), cursor_format=FORMAT)
    for one, part in ((CR, Verb.HISTORY), (item(2), Verb.COMMENTS), (item(3, project=SHOP), Verb.HISTORY)):
        parts = frozenset({part})
        run.commit_details([Details(id=one.id, parts=parts, as_of=START)], [wanted(one, part)])
    seen = store.observe(JIRA, MALL)
    assert seen.details == {}
    assert seen.histories == {CR.id}
    assert store.observe(JIRA, SHOP).histories == {issue(3)}


def test_only_approvals_have_a_history(store: Store) -> None:
    run = begin(store)
    run.commit(page(CR), cursor_format=FORMAT)
    run.commit_details([answer(comment(1, CR), change(2, CR), approval(3, CR))], [wanted(CR, *ALL)])
    kinds = rows(store, "SELECT r.kind FROM history h JOIN record r ON r.id = h.record_id ORDER BY r.kind")
    assert kinds == [("approval",), ("issue",)]
