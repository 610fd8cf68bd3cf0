"""Two workspaces over one project: what the other one made is a record like any other to us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.sync.marker import derived_uid
from tests.unit.sync_bench import Bench, bench


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        monkeypatch.setenv("SANDBOX_SECRET", made.sandbox.secret().get_secret_value())
        yield made


def titles_of_changes(jira: Bench, workspace: str) -> list[str]:
    """Return the titles of our changes, of which one carries a marker that *workspace* made."""
    uid = derived_uid(workspace, connection="build", engagement="one", ref="CR-001", role="main")
    made = jira.world.add_item(jira.project, "Change of the other")
    jira.world.add_item(jira.project, "Change of a person")
    jira.world.site.issues[int(made.external_id)].properties["pmbridge"] = {"uid": uid}
    jira.sync()
    return sorted(str(one.title) for one in jira.workspace.engagement("one").view().changes)


def test_a_change_that_another_workspace_made_is_recognised(jira: Bench) -> None:
    assert titles_of_changes(jira, "another workspace") == ["Change of a person", "Change of the other"]


def test_a_change_that_this_workspace_made_is_not_recognised_a_second_time(jira: Bench) -> None:
    assert titles_of_changes(jira, jira.workspace.store.workspace_id) == ["Change of a person"]
