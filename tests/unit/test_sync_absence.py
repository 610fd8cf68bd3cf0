"""What the engine makes of a record that is not there: moved, gone, hidden, held back; never a silent loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.errors import NotVisible, Refused, VanishStop
from pmbridge_jira.adapter import JiraAdapter
from tests.unit.sync_bench import Bench, bench


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        monkeypatch.setenv("SANDBOX_SECRET", made.sandbox.secret().get_secret_value())
        yield made


def test_a_deleted_item_is_gone_after_the_weekly_census_and_its_past_remains(jira: Bench) -> None:
    jira.sync()
    before = jira.sandbox.clock.now()
    jira.world.delete(jira.items[3])
    assert jira.sync(days=1).vanished == 0
    assert "Item 3" in jira.titles()
    outcome = jira.sync(days=7)
    assert (outcome.vanished, outcome.exit_code) == (1, 0)
    assert "Item 3" not in jira.titles()
    then = jira.workspace.store.observe("build", jira.project, as_of=before)
    assert "Item 3" in {item.title for item in then.items}


def test_an_item_that_comes_back_is_present_again(jira: Bench) -> None:
    jira.sync()
    jira.world.hide(jira.items[3])
    jira.sync(days=8)
    assert "Item 3" not in jira.titles()
    jira.world.show(jira.items[3])
    jira.sync(days=8)
    assert "Item 3" in jira.titles()


def test_an_item_moved_out_of_scope_leaves_without_counting_as_vanished(jira: Bench) -> None:
    jira.sync()
    jira.world.move(jira.items[3], jira.world.project())
    outcome = jira.sync(days=8)
    assert (outcome.vanished, outcome.exit_code) == (0, 0)
    assert "Item 3" not in jira.titles()


def test_a_project_that_is_hidden_keeps_its_data_and_nothing_counts_as_deleted(jira: Bench) -> None:
    jira.sync()
    jira.world.hide_project(jira.project)
    outcome = jira.sync(days=8)
    assert outcome.exit_code == 3
    assert {type(one.error) for one in outcome.skipped} == {NotVisible}
    assert len(jira.titles()) == 20
    jira.world.restore_project(jira.project)
    assert jira.sync(days=1).exit_code == 0


def test_losing_more_than_a_fifth_at_once_waits_for_a_person(jira: Bench) -> None:
    jira.sync()
    for one in jira.items[:7]:
        jira.world.delete(one)
    outcome = jira.sync(days=8)
    assert outcome.exit_code == 6
    (stop,) = outcome.problems
    assert isinstance(stop, VanishStop)
    assert "7 of 20 records" in stop.text()
    assert stop.next == "pmbridge sync build --accept-vanished 7"
    assert len(jira.titles()) == 20
    # It still waits in the next run, which has no listing of its own.
    assert jira.sync(days=1).exit_code == 6
    assert len(jira.titles()) == 20


def test_what_a_person_accepted_is_marked_and_nothing_waits_any_more(jira: Bench) -> None:
    jira.sync()
    for one in jira.items[:7]:
        jira.world.delete(one)
    jira.sync(days=8)
    wrong = jira.sync(accept=6)
    assert isinstance(wrong.error, Refused)
    assert len(jira.titles()) == 20
    outcome = jira.sync(accept=7)
    assert (outcome.vanished, outcome.exit_code) == (7, 0)
    assert len(jira.titles()) == 13
    assert jira.sync(days=1).exit_code == 0


def test_what_was_held_back_and_came_back_waits_no_more(jira: Bench) -> None:
    jira.sync()
    for one in jira.items[:7]:
        jira.world.hide(one)
    assert jira.sync(days=8).exit_code == 6
    for one in jira.items[:7]:
        jira.world.show(one)
    assert jira.sync(days=8).exit_code == 0
    assert len(jira.titles()) == 20


def test_five_are_few_whatever_share_they_are(jira: Bench) -> None:
    jira.sync()
    for one in jira.items[:5]:
        jira.world.delete(one)
    outcome = jira.sync(days=8)
    assert (outcome.vanished, outcome.exit_code) == (5, 0)


def test_a_deleted_version_is_gone_at_once_because_every_sync_lists_them(jira: Bench) -> None:
    other = jira.world.add_group(jira.project, "M2 Next", None)
    jira.sync()
    jira.world.delete(other)
    assert jira.sync().vanished == 1
    refs = {one.ref for one in jira.workspace.engagement().milestones}
    assert refs == {"M1"}


def test_a_project_lost_from_sight_after_its_listing_loses_nothing(
    jira: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right may go between the listing and the look at what it misses: then "not there" proves nothing."""
    jira.sync()
    jira.world.hide(jira.items[3])
    monkeypatch.setattr(JiraAdapter, "visible", lambda *_: frozenset())
    outcome = jira.sync(days=8)
    assert [type(one) for one in outcome.failures] == [NotVisible]
    assert outcome.vanished == 0
    assert "Item 3" in jira.titles()
