"""Looking at the mirror, now and in the past: what a report is made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pmbridge.errors import ConfigError, NotVisible, ProtocolError
from pmbridge.records import Skipped
from pmbridge.store import Observation, Store, observe
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import (
    FORMAT,
    JIRA,
    MALL,
    SHOP,
    begin,
    execute,
    issue,
    item,
    page,
    person,
    release,
    sync,
    titles,
    watched,
)


def test_what_was_never_read_is_empty(store: Store) -> None:
    assert store.observe("unknown", MALL) == Observation()
    assert store.observe("unknown", MALL, as_of=START) == Observation()
    assert (store.projects("unknown"), store.last_runs(), store.text("unknown", issue(1))) == ({}, {}, None)
    assert store.history("unknown", [issue(1)]) == {}
    sync(store, page(item(1)))
    assert store.observe(JIRA, SHOP).items == []
    assert store.history(JIRA, []) == {}


def test_items_and_groups_come_sorted_whatever_the_order_of_the_pages(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(3), release(2), item(1)), cursor_format=FORMAT)
    run.commit(page(item(2), release(1), at=1), cursor_format=FORMAT)
    for seen in (store.observe(JIRA, MALL), store.observe(JIRA, MALL, as_of=run.observed_at)):
        assert [one.id.external_id for one in seen.items] == ["1", "2", "3"]
        assert [one.id.external_id for one in seen.groups] == ["1", "2"]


def test_people_of_the_connection_are_known_in_every_project(store: Store) -> None:
    sync(store, page(person("wang", name="Wang"), person("li"), item(1), item(2, project=SHOP)))
    for project in (MALL, SHOP):
        assert list(store.observe(JIRA, project).people) == ["li", "wang"]


def test_before_the_first_run_there_was_nothing(store: Store, clock: FakeClock) -> None:
    run = sync(store, page(item(1), complete={MALL: START}))
    clock.advance(60)
    before = store.observe(JIRA, MALL, as_of=run.observed_at - timedelta(milliseconds=1))
    assert (before.items, before.complete_as_of) == ([], None)
    at = store.observe(JIRA, MALL, as_of=run.observed_at)
    assert (titles(at), at.complete_as_of) == ({"1": "Coupons"}, START)
    assert titles(store.observe(JIRA, MALL, as_of=clock.now() + timedelta(days=400))) == {"1": "Coupons"}


def test_between_two_runs_the_past_is_the_earlier_one(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1, "First")), run_id="a")
    clock.advance(3600)
    sync(store, page(item(1, "Second"), at=1), run_id="b")
    between = clock.now() - timedelta(seconds=1)
    assert titles(store.observe(JIRA, MALL, as_of=between)) == {"1": "First"}


def test_how_complete_the_past_was(store: Store, clock: FakeClock) -> None:
    instants = []
    for n, project in enumerate((MALL, SHOP, MALL)):
        clock.advance(3600)
        run = sync(store, page(at=n, complete={project: clock.now()}), run_id=f"r{n}")
        instants.append(run.observed_at)
    seen = [store.observe(JIRA, MALL, as_of=at).complete_as_of for at in instants]
    assert seen == [instants[0], instants[0], instants[2]]


def test_problems_of_later_are_not_told_of_the_past(store: Store, clock: FakeClock) -> None:
    first = sync(store, page(item(1), complete={MALL: START})).observed_at
    clock.advance(3600)
    skipped = (
        Skipped(project=MALL, error=NotVisible(thing="build:MALL")),
        Skipped(project=MALL, id=issue(7), error=ProtocolError(field="x")),
    )
    sync(store, page(at=1, skipped=skipped), run_id="b")
    then = store.observe(JIRA, MALL, as_of=first)
    assert (then.problem, then.unreadable, then.complete_as_of) == (None, 0, START)
    now = store.observe(JIRA, MALL, as_of=clock.now())
    assert (now.problem is not None, now.unreadable, now.complete_as_of) == (True, 1, START)


def test_a_run_that_ended_too_early_is_the_problem_of_what_it_did_not_read(store: Store, clock: FakeClock) -> None:
    first = sync(store, page(item(1), complete={MALL: START, SHOP: START})).observed_at
    clock.advance(3600)
    run = begin(store, "b")
    assert store.observe(JIRA, MALL).problem is None, "it is still at work"
    run.commit(page(at=1, complete={SHOP: clock.now()}), cursor_format=FORMAT)
    run.finish("failed", {}, "unreachable")
    problem = store.projects(JIRA)[MALL].problem
    assert problem is not None
    assert problem.at == run.observed_at
    assert problem.label.en == 'The last read of "build" did not complete (unreachable).'
    assert problem.label.zh == "最近一次读取「build」未完成（unreachable）。"
    assert store.observe(JIRA, MALL).problem == problem.label
    assert store.observe(JIRA, MALL, as_of=first).problem is None
    assert store.observe(JIRA, SHOP).problem is None, "this one was read to its end"
    clock.advance(3600)
    sync(store, page(at=2, complete={MALL: clock.now()}), run_id="c")
    assert store.observe(JIRA, MALL).problem is None


def test_a_run_that_was_stopped_or_killed_says_no_more_than_it_knows(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1), complete={MALL: START}))
    clock.advance(3600)
    begin(store, "b").finish("stopped", {})
    stopped = store.observe(JIRA, MALL).problem
    assert stopped is not None
    assert stopped.en.endswith("(stopped).")
    clock.advance(3600)
    begin(store, "c")
    assert store.observe(JIRA, MALL).problem == stopped, "one that is going on, or was killed, has not ended"


def test_an_interruption_makes_no_data_older(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1), complete={SHOP: START}), run_id="a")
    clock.advance(3600)
    at = clock.now()
    sync(store, page(at=1, complete={MALL: at}), run_id="b")
    begin(store, "c").finish("failed", {}, "unreachable")
    assert store.last_complete(JIRA) == at, "SHOP is read no more"


def test_an_observation_is_of_one_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(store)
    run.commit(page(item(1), person("wang"), complete={MALL: START}), cursor_format=FORMAT)
    people = observe.people

    def slow(*given: Any) -> Any:
        run.commit(page(item(2), person("li"), at=1, complete={MALL: START + timedelta(1)}), cursor_format=FORMAT)
        return people(*given)

    monkeypatch.setattr(observe, "people", slow)
    seen = store.observe(JIRA, MALL)
    assert (list(titles(seen)), list(seen.people), seen.complete_as_of) == (["1"], ["wang"], START)


def test_a_damaged_row_of_the_past_is_said_to_be_damaged(store: Store) -> None:
    run = sync(store, page(item(1)))
    execute(store, "UPDATE history SET body = :body", body=b"{}")
    with pytest.raises(ConfigError) as caught:
        store.observe(JIRA, MALL, as_of=run.observed_at)
    assert caught.value.facts["store"] == store.about().shown
    assert "issue:1" in caught.value.text("zh-CN")
    assert len(store.observe(JIRA, MALL).items) == 1
    with pytest.raises(ConfigError):
        store.history(JIRA, [issue(1)])


def test_the_past_is_sought_by_the_key_of_history_and_never_scanned(sqlite_store: Store) -> None:
    run = begin(sqlite_store)
    run.commit(page(*(item(n) for n in range(50)), person("wang")), cursor_format=FORMAT)
    with watched(sqlite_store) as traffic:
        sqlite_store.observe(JIRA, MALL, as_of=START)
        sqlite_store.observe(JIRA, MALL)
    plans = []
    with sqlite_store._database.read() as connection:
        for statement, parameters in zip(traffic.statements, traffic.parameters, strict=True):
            if "FROM" in statement:
                explained = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append([str(row[3]) for row in explained])
    steps = [step for plan in plans for step in plan]
    of_history = [step for step in steps if step.split()[1] in ("h", "upto", "history")]
    assert len(of_history) == 4, "two for the records, two for their details"
    assert all(step.startswith("SEARCH") and "(record_id=? AND observed_at" in step for step in of_history), steps
    scanned = [step for step in steps if step.startswith("SCAN") and step.split()[1] in ("record", "child")]
    assert not scanned, steps


def test_a_group_that_another_project_keeps_is_shown_where_an_item_names_it(store: Store, clock: FakeClock) -> None:
    shared, own = release(1, "Shared", project=SHOP), release(2, "Own")
    named = item(1, groups=(shared.id, release(3).id))
    sync(store, page(named, item(2, project=SHOP), shared, own, release(4, "Not named", project=SHOP)))
    clock.advance(60)
    before = clock.now()
    clock.advance(60)
    assert [one.title for one in store.observe(JIRA, MALL).groups] == ["Shared", "Own"]
    sync(store, page(item(1, version="v2"), release(1, "Renamed", project=SHOP), at=1), run_id="02RUN")
    assert [one.title for one in store.observe(JIRA, MALL).groups] == ["Own"]
    assert [one.title for one in store.observe(JIRA, SHOP).groups] == ["Renamed", "Not named"]
    assert [one.title for one in store.observe(JIRA, MALL, as_of=before).groups] == ["Shared", "Own"]
    assert store.observe(JIRA, MALL, as_of=START - timedelta(days=1)).groups == []


def test_a_group_that_is_gone_is_shown_by_no_item_that_still_names_it(store: Store, clock: FakeClock) -> None:
    shared = release(1, "Shared", project=SHOP)
    sync(store, page(item(1, groups=(shared.id,)), shared))
    clock.advance(60)
    before = clock.now()
    clock.advance(60)
    begin(store, "02RUN").mark({shared.id: "gone"})
    assert store.observe(JIRA, MALL).groups == []
    assert [one.title for one in store.observe(JIRA, MALL, as_of=before).groups] == ["Shared"]
