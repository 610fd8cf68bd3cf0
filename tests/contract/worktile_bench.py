"""The Worktile adapter at a sandbox."""

from __future__ import annotations

from pmbridge.records import Details, Group, Item, Person, Verb, Wanted
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.sandbox import WorktileSandbox
from tests.contract.adapter_bench import AdapterBench, Pages, some

__all__ = ["ALL", "BULK", "MEMBERS", "PROJECTS", "TOKEN", "V1", "Mirror", "Workspace", "some"]

ALL = frozenset({"task", "tag"})
V1, BULK = "/open-api/mission/get-project-tasks-by-page", "/open-api/mission/get-tasks-by-ids"
TOKEN, PROJECTS = "/open-api/tenant-access-token", "/open-api/mission/get-projects-by-page"
MEMBERS = "/open-api/contact/get-members-by-page"


class Mirror(Pages):
    """What the engine would keep."""

    @property
    def items(self) -> dict[str, Item]:
        return {one.id.external_id: one for one in self.records.values() if isinstance(one, Item)}

    @property
    def by_title(self) -> dict[str, Item]:
        return {one.title: one for one in self.items.values()}

    @property
    def tags(self) -> list[Group]:
        return [one for one in self.records.values() if isinstance(one, Group)]

    @property
    def people(self) -> dict[str, str | None]:
        return {one.id.external_id: one.name for one in self.records.values() if isinstance(one, Person)}


class Workspace(AdapterBench[WorktileSandbox, WorktileAdapter, Mirror]):
    """A connection to a team of Worktile; several requests at a time, as usual."""

    adapter, mirror, kinds, with_fields, usual = WorktileAdapter, Mirror, ALL, ("task",), {}

    def details(self, id_: RecordId, *parts: Verb, **overrides: object) -> Details:
        """Ask for the details of one task."""
        wanted = [Wanted(id=id_, project=ProjectId("any"), parts=frozenset(parts))]
        (found,) = self.run(**overrides).details(wanted)
        return found
