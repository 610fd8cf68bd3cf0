"""A label or a sprint that issues of two projects carry: one record, a milestone of each, with the items of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pmbridge
from pmbridge import Workspace
from pmbridge.domain.figure import Figure, Known, Progress, Unknown
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws.bench import START
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.sandbox import JiraSandbox
from tests.unit.sync_bench import TOML

SOURCE = """
[[engagements.{name}.sources]]
connection = "build"
project = "{project}"
milestones = {{ from = "{kind}", date_is = "plan" }}
"""
ENGAGEMENT = """
[engagements.two]
client = "Another"
name = "Two"
"""
LABEL = RecordId(kind="label", external_id="M1")


class Site:
    """Two projects of one Jira, each with an engagement of its own."""

    def __init__(self, folder: Path, sandbox: JiraSandbox) -> None:
        self.folder, self.sandbox, self.world = folder, sandbox, sandbox.world
        self.one, self.two = self.world.project(), self.world.project()
        self._opened: list[Workspace] = []

    def fill(self, project: ProjectId, group: RecordId, total: int, done: int) -> list[RecordId]:
        """Make *total* items in *group*, of which *done* are done, and one that is in none."""
        self.world.add_item(project, "In no group")
        states = ["done"] * done + ["todo"] * (total - done)
        return [self.world.add_item(project, f"Item {n}", state=state, group=group) for n, state in enumerate(states)]

    def configure(self, kind: str, **sources: tuple[ProjectId, ...]) -> None:
        """Write the workspace's file: for each engagement the projects that it reads."""
        said = {key: value for key, value in self.sandbox.settings().items() if key != "adapter"}
        text = TOML.format(settings="\n".join(f'{key} = "{value}"' for key, value in said.items()))
        text += ENGAGEMENT if "two" in sources else ""
        for name, projects in sources.items():
            text += "".join(SOURCE.format(name=name, project=project, kind=kind) for project in projects)
        (self.folder / "pmbridge.toml").write_text(text, encoding="utf-8")
        self._opened.append(pmbridge.open(self.folder, clock=self.sandbox.clock))

    @property
    def workspace(self) -> Workspace:
        return self._opened[-1]

    def close(self) -> None:
        for one in self._opened:
            one.close()

    def sync(self, *, full: bool = False) -> tuple[int, int]:
        """Sync an hour later; return how many records were changed and how many milestones recognised."""
        self.sandbox.clock.advance(3600)
        result = self.workspace.sync(full=full)
        result.raise_for_failures()
        outcome = result.connections["build"]
        return outcome.records_changed, outcome.milestones

    def counts(self, name: str) -> dict[str, str]:
        """Return milestone → items done of items, as the report counts them."""
        return {one.ref: _said(one.progress) for one in self.workspace.engagement(name).milestones}


def _said(progress: Figure[Progress]) -> str:
    match progress:
        case Known(value=known):
            return f"{known.done}/{known.total}"
        case Unknown(reason=reason):
            return str(reason)


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with JiraSandbox(FakeClock(START)) as sandbox:
        monkeypatch.setenv("SANDBOX_SECRET", sandbox.secret().get_secret_value())
        made = Site(tmp_path, sandbox)
        yield made
        made.close()


def test_a_label_that_two_projects_use_is_a_milestone_of_each_with_its_own_items(jira: Site) -> None:
    jira.fill(jira.one, LABEL, 4, 1)
    jira.fill(jira.two, LABEL, 3, 2)
    jira.configure("label", one=(jira.one,), two=(jira.two,))
    assert jira.sync()[1] == 1
    assert (jira.counts("one"), jira.counts("two")) == ({"M1": "1/4"}, {"M1": "2/3"})


def test_a_sprint_that_two_projects_share_is_a_milestone_of_each_with_its_own_items(jira: Site) -> None:
    sprint = jira.world.add_sprint(jira.one, "Sprint 1")
    jira.world.add_sprint(jira.two, "Sprint of two alone")
    jira.fill(jira.one, sprint, 4, 1)
    jira.fill(jira.two, sprint, 3, 2)
    jira.configure("sprint", one=(jira.one,), two=(jira.two,))
    assert jira.sync()[1] == 2
    assert jira.counts("one") == {"Sprint 1": "1/4"}
    assert jira.counts("two") == {"Sprint 1": "2/3", "Sprint of two alone": "no_items"}


def test_both_projects_in_one_engagement_feed_one_milestone(jira: Site) -> None:
    jira.fill(jira.one, LABEL, 4, 1)
    jira.fill(jira.two, LABEL, 3, 2)
    jira.configure("label", one=(jira.one, jira.two))
    jira.sync()
    assert jira.counts("one") == {"M1": "3/7"}


def test_a_change_in_one_project_leaves_the_shared_label_with_both_and_writes_no_history(jira: Site) -> None:
    jira.fill(jira.one, LABEL, 4, 1)
    (first, *_) = jira.fill(jira.two, LABEL, 3, 2)
    jira.configure("label", one=(jira.one,), two=(jira.two,))
    jira.sync()
    for one in (first, *jira.fill(jira.two, LABEL, 1, 0)):
        jira.sandbox.clock.advance(3600)
        jira.world.edit(one, title="Renamed")
        jira.sync()
    assert (jira.counts("one"), jira.counts("two")) == ({"M1": "1/4"}, {"M1": "2/4"})
    assert len(jira.workspace.store.history("build", [LABEL])[LABEL]) == 1
    # A scan of everything tells nothing new either.
    assert jira.sync(full=True)[0] == 0


def test_a_store_that_kept_the_label_in_the_other_project_needs_no_upgrade(jira: Site) -> None:
    """Up to now the project read last had it alone: the record stays as it is, and both find it."""
    jira.fill(jira.one, LABEL, 4, 1)
    jira.fill(jira.two, LABEL, 3, 2)
    jira.configure("label", two=(jira.two,))
    jira.sync()
    before = jira.sandbox.clock.now()
    jira.configure("label", one=(jira.one,), two=(jira.two,))
    jira.sync()
    assert {one.project for one in jira.workspace.store.observe("build", jira.one).groups} == {jira.two}
    assert (jira.counts("one"), jira.counts("two")) == ({"M1": "1/4"}, {"M1": "2/3"})
    assert jira.workspace.store.observe("build", jira.one, as_of=before).groups == []


def test_a_label_whose_home_leaves_the_scope_stays_with_the_other_project(jira: Site) -> None:
    jira.fill(jira.one, LABEL, 4, 1)
    (first, *_) = jira.fill(jira.two, LABEL, 3, 2)
    jira.configure("label", one=(jira.one,), two=(jira.two,))
    jira.sync()
    jira.configure("label", two=(jira.two,))
    assert jira.sync()[1] == 1
    jira.sandbox.clock.advance(3600)
    jira.world.edit(first, title="Renamed")
    jira.sync()
    assert jira.counts("two") == {"M1": "2/3"}
    assert {one.project for one in jira.workspace.store.observe("build", jira.two).groups} == {jira.two}


def test_a_sprint_that_starts_is_read_again_and_stays_where_it_is(jira: Site) -> None:
    """A search index may be old, so a group that differs is read by itself: by an issue of whichever project."""
    sprint = jira.world.add_sprint(jira.one, "Sprint 1")
    jira.fill(jira.one, sprint, 4, 1)
    (first, *_) = jira.fill(jira.two, sprint, 3, 2)
    jira.configure("sprint", one=(jira.one,), two=(jira.two,))
    jira.sync()
    jira.world.edit(sprint, state="in_progress")
    jira.world.edit(first, title="Renamed")
    jira.sync()
    (shown,) = jira.workspace.store.observe("build", jira.one).groups
    assert shown.state is not None
    assert (shown.project, shown.state.category) == (jira.one, "in_progress")
    assert (jira.counts("one"), jira.counts("two")) == ({"Sprint 1": "1/4"}, {"Sprint 1": "2/3"})
