"""Laws of pulling: nothing is missed, nothing is invented, nothing is paid twice."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pmbridge.adapter import Adapter
from pmbridge.errors import (
    CursorInvalid,
)
from pmbridge.records import (
    Group,
    Item,
    Verb,
    Wanted,
    check,
)
from pmbridge.testing.laws.bench import TRICKY, Bench, Mirror
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId


class PullingLaws(Bench):
    """What a pull promises."""

    def test_everything_that_exists_is_pulled(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, milestones and changes are missing from the report."""
        made = {*self.some_items(world, project), self.a_group(sandbox, project)}
        self.settled(sandbox, adapter)
        mirror = self.pulled(adapter, self.scope(adapter, project))
        assert made <= set(mirror.records)
        assert project in mirror.complete

    def test_pulling_twice_gives_the_same_set(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, every run looks like a change."""
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        mirror = self.pulled(adapter, scope)
        before = dict(mirror.records)
        self.pulled(adapter, scope, mirror)
        assert mirror.records == before
        assert self.pulled(adapter, scope).records == before

    def test_a_quiet_pull_costs_the_declared_requests(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, cron burns the tool's rate limit on nothing."""
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        adapter.check()
        mirror = self.pulled(adapter, scope)
        asked = len(sandbox.requests)
        self.pulled(adapter, scope, mirror)
        assert len(sandbox.requests) - asked == self.sandbox_class.quiet_requests

    def test_resuming_after_any_page_misses_nothing(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a run that is killed loses records for good."""
        self.some_items(world, project, 7)
        world.add_group(project, "M1", None)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        whole = self.pulled(adapter, scope)
        pages = sum(1 for _ in adapter.pull(scope, None, Mirror()))
        for stop in range(1, pages + 1):
            mirror = Mirror()
            for n, page in enumerate(adapter.pull(scope, None, mirror), start=1):
                mirror.apply(page)
                if n == stop:
                    break
            self.pulled(self.connected(sandbox), scope, mirror)
            assert mirror.records == whole.records, f"killed after page {stop} of {pages}"

    def test_an_edit_arrives_with_the_next_pull(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, the report shows last week's truth."""
        first, *_ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        mirror = self.pulled(adapter, scope)
        sandbox.clock.advance(3600)
        world.edit(first, title="Renamed")
        self.settled(sandbox, adapter)
        self.pulled(adapter, scope, mirror)
        assert mirror.titles()[str(first)] == "Renamed"

    def test_an_edit_during_the_pull_is_not_skipped(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, whatever people change while a long first sync runs is lost until they change it again."""
        made = self.some_items(world, project, 5)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        for n, victim in enumerate(made):
            mirror = Mirror()
            for page in adapter.pull(scope, None, mirror):
                mirror.apply(page)
                sandbox.clock.advance(1)
                world.edit(victim, title=f"Edited {n}")
            self.settled(sandbox, adapter)
            self.pulled(adapter, scope, mirror)
            assert mirror.titles()[str(victim)] == f"Edited {n}"

    def test_a_group_renamed_alone_arrives(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a milestone keeps the name that people corrected in the tool."""
        group = world.add_group(project, "M1")
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        mirror = self.pulled(adapter, scope)
        sandbox.clock.advance(7200)
        world.edit(group, title="M1 renamed")
        self.settled(sandbox, adapter)
        self.pulled(adapter, scope, mirror)
        assert mirror.titles()[str(group)] == "M1 renamed"

    def test_a_group_edited_alone_arrives(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a moved milestone date stays unseen because no item moved with it."""
        group = world.add_group(project, "M1", date(2026, 7, 1))
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        mirror = self.pulled(adapter, scope)
        sandbox.clock.advance(7200)
        world.edit(group, title="M1 renamed", due=date(2026, 7, 8))
        self.settled(sandbox, adapter)
        self.pulled(adapter, scope, mirror)
        found = mirror.records[group]
        assert isinstance(found, Group | Item)
        assert found.title == "M1 renamed"
        assert found.due is not None
        assert found.due.day(ZoneInfo("Asia/Shanghai")) == date(2026, 7, 8)

    def test_a_project_added_later_is_read_from_scratch(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a second project starts with what happens to change next."""
        self.some_items(world, project)
        other = world.project()
        old = world.add_item(other, "Old item")
        sandbox.clock.advance(86_400)
        mirror = self.pulled(adapter, self.scope(adapter, project))
        assert old not in mirror.records
        self.pulled(adapter, self.scope(adapter, project, other), mirror)
        assert old in mirror.records

    def test_a_foreign_cursor_is_refused(self, adapter: Adapter[Any], project: ProjectId) -> None:
        """Broken, a cursor of another version is half understood, and records are skipped in silence."""
        with pytest.raises(CursorInvalid):
            list(adapter.pull(self.scope(adapter, project), {"no": ["such", "cursor"]}, Mirror()))

    def test_records_are_valid(self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId) -> None:
        """Broken, the store takes what it cannot give back."""
        self.some_items(world, project)
        self.a_group(sandbox, project)
        self.settled(sandbox, adapter)
        for record in self.pulled(adapter, self.scope(adapter, project)).records.values():
            assert check(record) == record

    def test_asked_fields_are_present(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, an empty field and one that was never asked for look the same."""
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        schema = adapter.describe(project)
        for kind, what in schema.kinds.items():
            asked = [one.id for one in what.fields if one.type in ("number", "named")][:3]
            if adapter.kinds[kind].shape != "item" or not asked:
                continue
            scope = self.scope(adapter, project, fields=asked)
            items = [one for one in self.pulled(adapter, scope).records.values() if isinstance(one, Item)]
            assert items
            assert all(set(asked) <= set(item.fields) for item in items if item.id.kind == kind)

    def test_text_survives(self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId) -> None:
        """Broken, a client reads mangled titles."""
        made = world.add_item(project, TRICKY)
        self.settled(sandbox, adapter)
        mirror = self.pulled(adapter, self.scope(adapter, project))
        assert mirror.titles()[str(made)] == TRICKY

    @pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
    def test_a_due_day_keeps_its_day(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId, zone: str
    ) -> None:
        """Broken, a deadline moves by a day for whoever reads it elsewhere."""
        made = world.add_item(project, "Item", due=date(2026, 6, 30))
        self.settled(sandbox, adapter)
        found = self.pulled(adapter, self.scope(adapter, project)).records[made]
        assert isinstance(found, Item)
        assert found.due is not None
        where = ZoneInfo(zone) if found.due.t == "day" else ZoneInfo(adapter.settings.day_zone)
        assert found.due.day(where) == date(2026, 6, 30)

    def test_details_answer_exactly_once_per_wanted(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a change request is judged by half of its history."""
        first, second, _ = self.some_items(world, project)
        world.comment(first, "Looks good")
        world.edit(first, state="done")
        self.settled(sandbox, adapter)
        offered = adapter.kinds[first.kind].supports
        parts = frozenset(part for part in (Verb.COMMENTS, Verb.HISTORY) if offered.get(part))
        if not parts:
            pytest.skip("the tool tells neither comments nor history")
        wanted = [Wanted(id=one, project=project, parts=parts) for one in (first, second)]
        found = {one.id: one for one in adapter.details(wanted)}
        assert set(found) == {first, second}
        assert all(one.error is None for one in found.values())
        told = {record.shape for record in found[first].records}
        assert told == {{Verb.COMMENTS: "comment", Verb.HISTORY: "change"}[part] for part in parts}
