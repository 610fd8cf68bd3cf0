"""A run of the engine: what it asks, keeps, refuses and says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pmbridge.errors import Busy, CredentialRefused, MappingChanged, NotVisible, PartialSync, RateLimited
from pmbridge.records import Comment
from pmbridge.sync import ConnectionOutcome, SyncResult
from pmbridge.testing.faults import Fault
from pmbridge.testing.laws.bench import START
from tests.unit.sync_bench import Bench, bench


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        monkeypatch.setenv("SANDBOX_SECRET", made.sandbox.secret().get_secret_value())
        yield made


def forge_title(jira: Bench, title: str | None) -> None:
    """Give the first item another title, without a trace in its stamp or history."""
    issue = jira.sandbox.site.issue(jira.items[0].external_id)
    assert issue is not None
    object.__setattr__(issue.now, "summary", title)


def test_comments_and_history_are_read_for_changes_alone(jira: Bench) -> None:
    change = jira.world.add_item(jira.project, "Change: coupons")
    jira.world.comment(change, "Please")
    jira.world.comment(jira.items[0], "Between us")
    jira.sync()
    seen = jira.workspace.store.observe("build", jira.project)
    assert set(seen.details) == {change}
    assert [one.body.original for one in seen.details[change] if isinstance(one, Comment)]


def test_a_new_comment_on_a_change_arrives_with_the_next_sync(jira: Bench) -> None:
    change = jira.world.add_item(jira.project, "Change: coupons")
    jira.sync()
    jira.world.comment(change, "Please")
    jira.sync()
    seen = jira.workspace.store.observe("build", jira.project)
    assert len([one for one in seen.details[change] if isinstance(one, Comment)]) == 1


def test_a_sync_that_broke_off_before_the_details_reads_them_later(jira: Bench) -> None:
    change = jira.world.add_item(jira.project, "Change: coupons")
    jira.world.comment(change, "Please")
    jira.sandbox.faults.add(Fault(call="GET */comment", what="429", retry_after=3600, times=None))
    failed = jira.sync()
    assert failed.exit_code == 75
    assert any(isinstance(one, RateLimited) for one in failed.failures)
    jira.sandbox.faults.clear()
    assert jira.sync(days=1).exit_code == 0
    assert jira.workspace.store.observe("build", jira.project).details[change]


def test_details_that_a_broken_run_left_are_read_though_no_search_tells_of_them_again(jira: Bench) -> None:
    jira.sync()
    made = jira.world.add_item(jira.project, "Change of scope")
    jira.world.edit(made, state="done")
    jira.sandbox.clock.advance(3600)
    jira.world.edit(jira.items[0], title="Later than the overlap")
    jira.sandbox.faults.add(Fault(call="* */changelog/bulkfetch", what="503", times=None))
    assert jira.sync().state == "temporary"
    jira.sandbox.faults.clear()
    assert jira.sync().state == "ok"
    assert any(one.path.endswith("/changelog/bulkfetch") for one in jira.sandbox.requests)


def test_a_bad_record_is_set_aside_counted_and_read_again(jira: Bench) -> None:
    jira.sync()
    jira.sandbox.clock.advance(60)
    jira.world.edit(jira.items[0], state="done")
    forge_title(jira, None)
    bad = jira.sync()
    assert bad.exit_code == 5
    assert [one.id for one in bad.skipped] == [jira.items[0]]
    assert jira.workspace.store.observe("build", jira.project).unreadable == 1
    forge_title(jira, "Item 0")
    assert jira.sync(days=1).exit_code == 0
    assert jira.workspace.store.observe("build", jira.project).unreadable == 0


def test_a_mapping_that_takes_a_milestone_out_of_the_report_waits_for_a_person(jira: Bench) -> None:
    jira.world.add_group(jira.project, "M2 Next", None)
    jira.sync()
    jira.configure(jira.project, match=r"^(?P<ref>M1)\s")
    outcome = jira.sync()
    (stop,) = outcome.problems
    assert isinstance(stop, MappingChanged)
    assert "1 of 2 milestones would leave the report: M2" in stop.text()
    assert outcome.exit_code == 6
    assert jira.sync().exit_code == 6
    assert jira.sync(mapping=True).exit_code == 0
    assert jira.sync().exit_code == 0


def test_a_second_run_on_the_same_connection_is_turned_away_and_says_until_when(jira: Bench) -> None:
    jira.sync()
    jira.workspace.store.begin_run(
        run_id="other", connection="build", adapter="jira", owner="elsewhere:1:01", ttl_s=180
    )
    outcome = jira.workspace.sync().connections["build"]
    assert isinstance(outcome.error, Busy)
    assert "elsewhere" in outcome.error.text()
    assert outcome.exit_code == 75
    assert jira.sync().exit_code == 0


def test_two_projects_one_of_them_hidden_the_other_is_read(jira: Bench) -> None:
    other = jira.world.project()
    jira.world.add_item(other, "Elsewhere")
    jira.configure(jira.project, other)
    jira.sync()
    jira.world.hide_project(other)
    jira.world.edit(jira.items[0], title="Renamed")
    outcome = jira.sync()
    assert outcome.exit_code == 3
    assert [one.project for one in outcome.skipped] == [other]
    assert all(isinstance(one.error, NotVisible) for one in outcome.skipped)
    assert "Renamed" in jira.titles()


def test_a_wrong_token_changes_nothing_and_says_how_old_the_data_is(
    jira: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira.sync()
    monkeypatch.setenv("SANDBOX_SECRET", "wrong")
    jira.configure(jira.project)
    outcome = jira.sync(days=2)
    assert isinstance(outcome.error, CredentialRefused)
    assert outcome.exit_code == 3
    assert "Data of 06-05 11:00 is kept." in outcome.error.text()
    assert len(jira.titles()) == 20


def test_a_deep_scan_once_a_week_finds_what_no_search_told(jira: Bench) -> None:
    jira.sync()
    forge_title(jira, "Edited behind the search's back")
    jira.sync(days=1)
    assert "Edited behind the search's back" not in jira.titles()
    jira.sync(days=7)
    assert "Edited behind the search's back" in jira.titles()


OK = ConnectionOutcome(connection="a", tool="Jira")


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([None, None], 0),
        ([None, RateLimited()], 5),
        ([RateLimited(), RateLimited()], 75),
        ([None, CredentialRefused()], 3),
        ([RateLimited(), CredentialRefused()], 3),
        ([RateLimited(), MappingChanged()], 6),
    ],
)
def test_the_exit_code_is_that_of_the_worst_cause(errors: list[Exception | None], code: int) -> None:
    outcomes = {str(n): replace(OK, error=error) for n, error in enumerate(errors)}  # type: ignore[arg-type]
    assert SyncResult(run_id="r", started_at=START, connections=outcomes).exit_code == code


def test_failures_are_raised_only_when_asked_for() -> None:
    result = SyncResult(run_id="r", started_at=START, connections={"a": OK, "b": replace(OK, error=RateLimited())})
    with pytest.raises(PartialSync, match="1 of 2 connections were not synced: b"):
        result.raise_for_failures()
    SyncResult(run_id="r", started_at=START, connections={"a": OK}).raise_for_failures()
