"""Laws of absence: deleted, moved, hidden and forbidden are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from pmbridge.adapter import Adapter
from pmbridge.errors import (
    NotAuthorized,
    PmbridgeError,
)
from pmbridge.records import (
    Gone,
    Item,
    Listing,
    Scope,
    Skipped,
)
from pmbridge.testing.faults import Fault
from pmbridge.testing.laws.bench import Bench
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId


class AbsenceLaws(Bench):
    """What a missing record means."""

    def test_vanished_is_missing_from_the_census(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, deleted work counts for ever."""
        first, second, _ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        world.delete(first)
        self.settled(sandbox, adapter)
        listed = self.listed(adapter, self.scope(adapter, project), first.kind)
        assert first.external_id not in listed
        assert second.external_id in listed

    def listed(self, adapter: Adapter[Any], scope: Scope, kind: str) -> set[str]:
        """Return what the census lists of *kind*; for tools whose pull is the census, what the pull lists."""
        answers = [one for one in adapter.census(scope) if isinstance(one, Listing)]
        answers = answers or self.pulled(adapter, scope).listings
        return {one for listing in answers if listing.kind == kind for one in listing.ids}

    def test_a_listing_is_never_partial(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a fault in the middle of a listing makes half of the project vanish."""
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        adapter.check()
        scope = self.scope(adapter, project)
        sandbox.faults.add(Fault(call="* *", what="503", times=None))
        found: list[Listing | Skipped] = []
        with pytest.raises(PmbridgeError):
            found.extend(adapter.census(scope))
        assert not [one for one in found if isinstance(one, Listing)]

    def test_a_hidden_project_is_skipped_and_leaves_the_others_complete(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, one lost right either stops all projects or empties that one."""
        self.some_items(world, project)
        other = world.project()
        world.add_item(other, "Hidden soon")
        self.settled(sandbox, adapter)
        world.hide_project(other)
        mirror = self.pulled(adapter, self.scope(adapter, project, other))
        assert project in mirror.complete
        assert other not in mirror.complete
        assert [one.project for one in mirror.skipped] == [other]
        assert all(isinstance(one.error, NotAuthorized) for one in mirror.skipped)
        assert not [one for one in mirror.listings if one.project == other]

    def test_the_census_skips_a_hidden_project(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a lost right looks like a project in which everything was deleted."""
        other = world.project()
        world.add_item(other, "Hidden soon")
        self.some_items(world, project)
        self.settled(sandbox, adapter)
        world.hide_project(other)
        answers = list(adapter.census(self.scope(adapter, project, other)))
        assert not [one for one in answers if isinstance(one, Listing) and one.project == other]
        assert [one for one in answers if isinstance(one, Skipped) and one.project == other] or not answers

    def test_a_project_that_hides_between_two_pulls_is_not_emptied(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a right that is lost after the first sync reads as everything deleted, or as read up to today."""
        other = world.project()
        hidden = world.add_item(other, "Hidden soon")
        first, *_ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project, other)
        mirror = self.pulled(adapter, scope)
        before = mirror.complete[other]
        sandbox.clock.advance(3600)
        world.hide_project(other)
        world.edit(first, title="Still seen")
        self.settled(sandbox, adapter)
        mirror.listings.clear()
        self.pulled(adapter, scope, mirror)
        assert mirror.titles()[str(first)] == "Still seen"
        assert hidden in mirror.records
        assert [one.project for one in mirror.skipped] == [other]
        assert mirror.complete[other] == before
        assert not [one for one in mirror.listings if one.project == other]

    def test_what_is_shown_again_is_listed_and_read_again(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, an item that we lost sight of once stays out of every report: nothing about it is newer."""
        first, *_ = self.some_items(world, project)
        self.settled(sandbox, adapter)
        scope = self.scope(adapter, project)
        world.hide(first)
        self.settled(sandbox, adapter)
        assert first.external_id not in self.listed(adapter, scope, first.kind)
        world.show(first)
        self.settled(sandbox, adapter)
        assert first.external_id in self.listed(adapter, scope, first.kind)
        (answer,) = adapter.read([first])
        assert isinstance(answer, Item)

    def test_visible_leaves_out_a_hidden_project(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, records of a project we lost sight of are taken for deleted."""
        other = world.project()
        assert adapter.visible([project, other]) == {project, other}
        world.hide_project(other)
        assert adapter.visible([project, other]) == {project}

    def test_read_answers_exactly_once_per_id(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, the engine waits for an answer that never comes, or settles a record twice."""
        first, second, third = self.some_items(world, project)
        group = world.add_group(project, "M1", None)
        world.delete(second)
        asked = [third, group, second, first]
        answers = list(adapter.read(asked))
        assert sorted(str(one.id) for one in answers) == sorted(map(str, asked))
        assert [one.id for one in answers if isinstance(one, Gone)] == [second]

    def test_read_shows_an_edit_at_once(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, a check before a write looks at an old state."""
        first, *_ = self.some_items(world, project)
        world.edit(first, title="Just now")
        (found,) = adapter.read([first])
        assert isinstance(found, Item)
        assert found.title == "Just now"

    def test_a_hidden_record_is_gone_for_read(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, what we may not see any more is printed as if it were fresh."""
        first, *_ = self.some_items(world, project)
        world.hide(first)
        (answer,) = adapter.read([first])
        assert isinstance(answer, Gone)
        assert answer.why in ("hidden", "absent")

    def test_a_moved_record_is_found_in_its_new_project(
        self, sandbox: Sandbox, adapter: Adapter[Any], world: Any, project: ProjectId
    ) -> None:
        """Broken, moving work to another project looks like deleting it."""
        first, *_ = self.some_items(world, project)
        other = world.project()
        world.move(first, other)
        (found,) = adapter.read([first])
        assert isinstance(found, Item)
        assert found.project == other
