"""Complete listings: what is missing, what has appeared, and what waits for a person."""

from __future__ import annotations

from pmbridge.store import ListingGap, Store
from pmbridge.testing.clock import START, FakeClock
from pmbridge.values import ProjectId
from tests.unit.store_bench import FORMAT, JIRA, MALL, SHOP, begin, issue, item, listing, page, person, release, watched


def test_a_listing_is_compared_in_both_directions(store: Store) -> None:
    run = begin(store)
    run.commit(page(*(item(n, version="1") for n in range(1, 6)), item(7, project=SHOP)), cursor_format=FORMAT)
    run.mark({issue(5): "gone"})
    found = run.commit(page(at=1, listings=(listing(2, 5, 6, 7, version="1"),)), cursor_format=FORMAT)
    assert found.missing == (issue(1), issue(3), issue(4))
    assert found.appeared == (issue(5), issue(6), issue(7)), "not present, unknown, known in another project"


def test_another_version_in_a_listing_is_read_and_a_missing_one_says_nothing(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1, version="1"), item(2, version="1")), cursor_format=FORMAT)
    assert run.census([listing(1, 2, version="2")]).appeared == (issue(1), issue(2))
    assert run.census([listing(1, 2)]) == ListingGap()


def test_what_a_page_itself_brings_has_not_appeared(store: Store) -> None:
    found = begin(store).commit(page(item(1), listings=(listing(1, 2),)), cursor_format=FORMAT)
    assert (found.missing, found.appeared) == ((), (issue(2),))


def test_an_early_listing_can_be_compared_again_when_everything_is_read(store: Store) -> None:
    run = begin(store)
    whole = listing(1, 2, 3)
    assert len(run.commit(page(item(1), listings=(whole,)), cursor_format=FORMAT).appeared) == 2
    run.commit(page(item(2), item(3), at=1), cursor_format=FORMAT)
    assert run.gap(whole) == ListingGap()


def test_a_listing_of_one_kind_or_project_says_nothing_about_another(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), release(1), item(2, project=SHOP), person("wang")), cursor_format=FORMAT)
    assert run.census([listing(kind="issue")]).missing == (issue(1),)
    assert run.census([listing(kind="version"), listing(project=SHOP)]).missing == (issue(2), release(1).id)
    assert run.census([listing(project=None, kind="user")]).missing == (person("wang").id,)


def test_a_run_knows_when_each_listing_was_read(store: Store, clock: FakeClock) -> None:
    run = begin(store)
    assert run.listed_at() == {}
    run.census([listing(1)])
    clock.advance(60)
    run.census([listing(1, kind="version"), listing(project=None, kind="label")])
    assert run.listed_at() == {
        (MALL, "issue"): START,
        (MALL, "version"): clock.now(),
        (ProjectId(""), "label"): clock.now(),
    }


def test_no_listing_writes_nothing(store: Store) -> None:
    run = begin(store)
    with watched(store) as traffic:
        assert run.census([]) == ListingGap()
    assert traffic.commits == 0


def test_only_present_records_count(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), item(2), item(3, project=SHOP), release(1)), cursor_format=FORMAT)
    run.mark({issue(2): "gone"})
    assert (run.present(MALL, "issue"), run.present(SHOP, "issue"), run.present(MALL, "card")) == (1, 1, 0)
    assert (run.present_in([MALL, SHOP], ["issue", "card"]), run.present_in([MALL], ["issue", "version"])) == (2, 2)
    assert run.present_in([], ["issue"]) == run.present_in([MALL], []) == 0


def test_held_ids_wait_over_runs_until_they_are_released(store: Store) -> None:
    run = begin(store)
    run.commit(page(*(item(n) for n in range(1, 9))), cursor_format=FORMAT)
    run.census([listing(1)])
    run.hold(MALL, "issue", [str(n) for n in range(2, 9)])
    run.finish("ok", {})
    assert store.held(JIRA) == {(MALL, "issue"): frozenset("2345678")}
    run = begin(store, "b")
    assert run.held() == store.held(JIRA)
    assert run.release_held(MALL, "issue") == frozenset("2345678")
    assert run.release_held(MALL, "issue") == frozenset()
    assert (run.held(), store.held(JIRA), store.held("unknown")) == ({}, {}, {})


def test_a_held_id_that_is_listed_again_does_not_wait_any_more(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), item(2), item(3)), cursor_format=FORMAT)
    run.hold(MALL, "issue", ["1", "2"])
    assert run.listed_at() == {}, "a hold is no listing"
    run.census([listing(2, 3)])
    assert run.held() == {(MALL, "issue"): frozenset("1")}
    run.census([listing(1, 2, 3)])
    assert run.held() == {}


def test_an_adapter_sees_the_versions_of_what_is_there(store: Store) -> None:
    assert store.mirrored(JIRA).versions(MALL, "issue") == {}
    run = begin(store)
    run.commit(page(item(1, version="a"), item(2, version="b"), item(3, project=SHOP)), cursor_format=FORMAT)
    run.mark({issue(2): "moved"})
    assert store.mirrored(JIRA).versions(MALL, "issue") == {"1": "a"}
    assert store.mirrored(JIRA).recent_writes() == ()
