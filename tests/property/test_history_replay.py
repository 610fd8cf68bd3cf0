"""Replaying history gives, for the end of any past run, what the mirror showed then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pmbridge.records import Details, Gone, Group, Item, Verb
from pmbridge.store import Observation, Run, Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import ProjectId, RecordId
from tests.unit.store_bench import FORMAT, JIRA, MALL, SHOP, approval, begin, issue, item, page, release, wanted

NUMBERS = st.integers(1, 4)
PROJECTS = st.sampled_from([MALL, SHOP])
SHAPES = st.sampled_from(["issue", "version"])


def comparable(seen: Observation) -> Any:
    """Return what history promises to give back: all but the version, which alone writes no history."""
    items = [replace(one, version="", updated_at=None) for one in seen.items]
    groups = [replace(one, version="") for one in seen.groups]
    return items, groups, seen.details, seen.complete_as_of


class Mirror(RuleBasedStateMachine):
    """Runs that edit, bump, move, lose and find records, in any order, under clocks that go astray."""

    folder: Path
    count = 0

    @initialize()
    def open(self) -> None:
        Mirror.count += 1
        self.clock = FakeClock()
        path = self.folder / f"{Mirror.count}.db"
        self.store = Store.open(f"sqlite:///{path}", clock=self.clock)
        self.run: Run | None = None
        self.runs = 0
        self.seen: dict[datetime, dict[ProjectId, Any]] = {}
        self.dirty = False

    def begun(self) -> Run:
        """Return the run that goes on, or begin one."""
        if self.run is None:
            self.runs += 1
            self.run = begin(self.store, f"r{self.runs}", owner=f"host:1:{self.runs}")
        return self.run

    def record(self, shape: str, number: int, title: str, version: str, project: ProjectId) -> Item | Group:
        """Return a record of the tool."""
        make = item if shape == "issue" else release
        made: Item | Group = make(number, title, version=version, project=project)
        return made

    @rule(
        told=st.lists(
            st.tuples(SHAPES, NUMBERS, st.sampled_from(["A", "B"]), st.sampled_from("12"), PROJECTS), max_size=4
        ),
        gone=st.lists(NUMBERS, max_size=2),
        complete=st.lists(PROJECTS, max_size=2),
    )
    def pull(self, told: list[Any], gone: list[int], complete: list[ProjectId]) -> None:
        records = [self.record(*one) for one in told]
        deleted = [Gone(id=issue(number), why="deleted") for number in gone]
        at = {project: self.clock.now() for project in complete}
        self.begun().commit(page(*records, *deleted, complete=at), cursor_format=FORMAT)

    @rule(shape=SHAPES, number=NUMBERS, presence=st.sampled_from(["moved", "gone", "deleted", "out_of_scope"]))
    def mark(self, shape: str, number: int, presence: Any) -> None:
        self.begun().mark({RecordId(kind=shape, external_id=str(number)): presence})

    @rule(shape=SHAPES, number=NUMBERS, title=st.sampled_from(["A", "C"]), project=PROJECTS)
    def read(self, shape: str, number: int, title: str, project: ProjectId) -> None:
        self.begun().take([self.record(shape, number, title, "9", project)])

    @rule(of=NUMBERS, approvals=st.dictionaries(NUMBERS, st.sampled_from(["pending", "approved"]), max_size=2))
    def details(self, of: int, approvals: dict[int, str]) -> None:
        about = item(of)
        told = tuple(approval(10 * of + number, about, decision) for number, decision in approvals.items())
        parts = frozenset({Verb.APPROVALS})
        answer = Details(id=about.id, parts=parts, as_of=self.clock.now(), records=told)
        self.begun().commit_details([answer], [wanted(about, Verb.APPROVALS)])

    @precondition(lambda self: self.run is not None)
    @rule(skew_s=st.sampled_from([-100_000, 0, 0.001, 3600]))
    def finish(self, skew_s: float) -> None:
        run = self.begun()
        run.finish("ok", {})
        self.run = None
        assert run.observed_at not in self.seen
        assert not self.seen or run.observed_at > max(self.seen)
        self.seen[run.observed_at] = {
            project: comparable(self.store.observe(JIRA, project)) for project in (MALL, SHOP)
        }
        self.clock.set(self.clock.now() + timedelta(seconds=skew_s))

    @invariant()
    def the_past_is_what_it_was(self) -> None:
        if self.run is not None:
            return
        for at, projects in self.seen.items():
            for project, then in projects.items():
                assert comparable(self.store.observe(JIRA, project, as_of=at)) == then
                just_before_the_next = min((one for one in self.seen if one > at), default=None)
                if just_before_the_next is not None:
                    before = just_before_the_next - timedelta(milliseconds=1)
                    assert comparable(self.store.observe(JIRA, project, as_of=before)) == then

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()


def test_history_replay(tmp_path: Path) -> None:
    class Here(Mirror):
        folder = tmp_path

    few = settings(max_examples=settings.default.max_examples // 3, stateful_step_count=25)  # type: ignore[union-attr]
    run_state_machine_as_test(Here, settings=few)
