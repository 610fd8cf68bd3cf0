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


def test_clone_is_asked(jira: Bench) -> None:
    """Whoever copies a record of ours copies its marker: the copy is theirs, the one that we made stays ours."""
    uid = derived_uid(jira.workspace.store.workspace_id, connection="build", engagement="one", ref="CR-1", role="main")
    made, copied = (jira.world.add_item(jira.project, title) for title in ("Change of ours", "Change copied"))
    for one in (made, copied):
        jira.world.site.issues[int(one.external_id)].properties["pmbridge"] = {"uid": uid}
    jira.sync()
    engagement = jira.workspace.engagement("one")
    assert [str(one.title) for one in engagement.view().changes] == [], "which of them is ours is not known yet"
    with jira.workspace.store.holding("build", adapter="jira", owner="host:1:x", ttl_s=60) as run:
        run.journal.bind([("one", "CR-1", "main", made, "created")])
    assert [str(one.title) for one in engagement.view().changes] == ["Change copied"]
