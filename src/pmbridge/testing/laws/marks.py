"""Laws of the mark: what a cursor calls read was read, whatever the clocks say and however long the pull took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pmbridge.adapter import Adapter
from pmbridge.clock import Clock
from pmbridge.records import Item, Scope
from pmbridge.testing.laws.bench import Bench, Mirror
from pmbridge.testing.sandbox import Answer, Request, Sandbox
from pmbridge.values import ProjectId, RecordId

MORE_THAN_A_PAGE = 130
"""Items that no tool gives in one answer for all its pages to be one."""
LONG_S = 2 * 86_400.0
"""Longer than the furthest that any adapter reaches back behind its mark."""
ANSWER_S = 6.0
"""Several of the seconds in which HTTP tells the time."""


class WrongClock:
    """A machine's clock that is set wrong: another time of day, the same seconds."""

    def __init__(self, right: Clock, off: timedelta) -> None:
        self._right, self._off = right, off

    def now(self) -> datetime:
        """Return the present moment, as this machine wrongly believes."""
        return self._right.now() + self._off

    def monotonic(self) -> float:
        """Return seconds that only run forward."""
        return self._right.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._right.sleep(seconds)


class MarkLaws(Bench):
    """Up to where a pull says that it has read."""

    @pytest.mark.parametrize("hours", [48, -48], ids=["ahead", "behind"])
    def test_our_own_clock_decides_nothing(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId, hours: int
    ) -> None:
        """Broken, a machine whose clock runs ahead skips every change until the tool's clock has caught up."""
        first, second, _ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        clock = WrongClock(sandbox.clock, timedelta(hours=hours))
        wrong = type(adapter)(adapter.settings, replace(adapter.context, clock=clock))
        scope, mirror = self.scope(adapter, project), Mirror()
        self._pulled_in_truth(sandbox, wrong, scope, mirror)
        for victim, title in ((first, "After the first scan"), (second, "After a later pull")):
            sandbox.clock.advance(3600)
            world.edit(victim, title=title)
            self.settled(sandbox, adapter)
            self._pulled_in_truth(sandbox, wrong, scope, mirror)
            assert mirror.titles()[str(victim)] == title

    def test_a_stamp_ahead_of_the_tools_clock_hides_nothing(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, one record from a server whose clock ran ahead makes every pull skip what others change till then."""
        first, second, _ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        mirror = self.pulled(adapter, scope)
        sandbox.clock.advance(3600)
        now = sandbox.clock.now()
        sandbox.clock.advance(LONG_S)
        world.edit(first, title="Stamped ahead")
        sandbox.clock.set(now)
        self.settled(sandbox, adapter)
        self.pulled(adapter, scope, mirror)
        sandbox.clock.advance(3600)
        world.edit(second, title="Stamped in time")
        self.settled(sandbox, adapter)
        self.pulled(adapter, scope, mirror)
        assert mirror.titles()[str(second)] == "Stamped in time"
        assert mirror.titles()[str(first)] == "Stamped ahead"

    def test_what_changes_behind_the_reader_comes_with_the_next_pull(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, an item that is edited when its page was read already is lost, if the pull takes long enough."""
        made = self.some_items(world, project, MORE_THAN_A_PAGE)
        self.settled(sandbox, adapter)
        # One worker: no request is under way while hours pass between two pages.
        slow = type(adapter)(adapter.settings.model_copy(update={"workers": 1}), adapter.context)
        scope, mirror = self.scope(adapter, project), Mirror()
        victim = self._edited_behind(sandbox, slow, world, scope, mirror, "Behind the first scan")
        self.settled(sandbox, adapter)
        self.pulled(slow, scope, mirror)
        assert mirror.titles()[str(victim)] == "Behind the first scan"
        sandbox.clock.advance(3600)
        for number, one in enumerate(made):
            world.edit(one, title=f"Again {number}")
        self.settled(sandbox, adapter)
        victim = self._edited_behind(sandbox, slow, world, scope, mirror, "Behind a later pull")
        self.settled(sandbox, adapter)
        self.pulled(slow, scope, mirror)
        assert mirror.titles()[str(victim)] == "Behind a later pull"

    def test_what_changed_before_a_project_was_complete_is_in_the_mirror(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, the report names a moment up to which it holds everything, and lacks what changed before it."""
        projects = (project, world.project())
        records = {one: (*self.some_items(world, one, 1), self.a_group(sandbox, one)) for one in projects}
        scope, mirror = self.scope(adapter, *projects), Mirror()
        slow = type(adapter)(adapter.settings.model_copy(update={"workers": 1}), adapter.context)
        with self._edited_after_every_answer(sandbox, [one for some in records.values() for one in some]) as edits:
            for _ in range(2):
                self.pulled(slow, scope, mirror)
                for where, one in ((where, one) for where, some in records.items() for one in some):
                    shown = datetime.fromisoformat(mirror.titles()[str(one)])
                    assert not [at for at in edits if shown < at < mirror.complete[where]], one
                sandbox.clock.advance(3600)

    # ---------------------------------------------------------------------------------------------- steps

    def _pulled_in_truth(self, sandbox: Sandbox, adapter: Adapter[Any], scope: Scope, mirror: Mirror) -> None:
        """Pull, and see that no project claims to be read up to a moment after the beginning."""
        began = sandbox.clock.now()
        mirror.complete.clear()
        self.pulled(adapter, scope, mirror)
        for project in scope.projects:
            assert began - timedelta(minutes=2) <= mirror.complete[project] <= began

    def _edited_behind(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, scope: Scope, mirror: Mirror, title: str
    ) -> RecordId:
        """Pull; when the first items were handed over, edit one of them, days before and days after anything else."""
        victim: RecordId | None = None
        began = sandbox.clock.now()
        mirror.complete.clear()
        for page in adapter.pull(scope, mirror.cursor, mirror):
            mirror.apply(page)
            read = [one.id for one in page.records if isinstance(one, Item)]
            if victim is None and read:
                victim = read[0]
                sandbox.clock.advance(LONG_S)
                world.edit(victim, title=title)
                sandbox.clock.advance(LONG_S)
        assert victim is not None
        assert all(mirror.complete[project] <= began for project in scope.projects)
        return victim

    @contextmanager
    def _edited_after_every_answer(self, sandbox: Sandbox, records: Sequence[RecordId]) -> Iterator[list[datetime]]:
        """Give *records* the moment as their title while every answer is under way; yield those moments."""
        edits: list[datetime] = []

        def edit() -> None:
            sandbox.clock.advance(ANSWER_S / 2)
            edits.append(sandbox.clock.now())
            for one in records:
                sandbox.world.edit(one, title=edits[-1].isoformat())
            sandbox.clock.advance(ANSWER_S / 2)

        def observe(_: Request, __: Answer) -> None:
            edit()

        edit()
        sandbox.observers.append(observe)
        try:
            yield edits
        finally:
            sandbox.observers.remove(observe)
