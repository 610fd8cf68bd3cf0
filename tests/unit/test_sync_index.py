"""What a run makes of a search index that lags behind, and of a project that is suddenly empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sync_bench import Bench, bench


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        monkeypatch.setenv("SANDBOX_SECRET", made.sandbox.secret().get_secret_value())
        yield made


def test_a_row_that_the_index_shows_in_an_older_state_does_not_undo_what_is_known(jira: Bench) -> None:
    item, clock = jira.items[0], jira.sandbox.clock
    jira.sandbox.site.index_lag_s = 60
    clock.advance(3600)
    jira.world.edit(item, title="Before")
    clock.advance(70)
    jira.world.edit(item, title="After")
    # The first sync reads the issues themselves, the second what changed since, from the index.
    jira.workspace.sync().raise_for_failures()
    assert "After" in jira.titles()
    clock.advance(5)
    jira.workspace.sync().raise_for_failures()
    assert "After" in jira.titles()
    assert "Before" not in jira.titles()


def test_a_project_with_few_items_that_is_suddenly_empty_waits_for_a_person(jira: Bench) -> None:
    jira.project = jira.world.project()
    few = [jira.world.add_item(jira.project, f"Few {n}") for n in range(3)]
    jira.configure(jira.project)
    assert jira.sync().state == "ok"
    for one in few:
        jira.world.delete(one)
    stopped = jira.sync(days=8)
    assert [error.name for error in stopped.problems] == ["empty"]
    assert jira.titles() == {"Few 0", "Few 1", "Few 2"}
    assert jira.sync(accept=3).state == "ok"
    assert jira.titles() == set()
