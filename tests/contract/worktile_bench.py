"""The Worktile adapter at a sandbox: runs that share a memo, as runs of one workspace do, and a mirror for pages."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pmbridge.adapter import Context, SecretSource
from pmbridge.records import Cursor, Gone, Group, Item, Listing, Page, Person, Record, Scope, Skipped, Verb, Wanted
from pmbridge.records import Details as DetailsRecord
from pmbridge.testing.context import GivenSecret, MemoryMemo, MirroredRecords
from pmbridge.testing.sandbox import Request
from pmbridge.values import ProjectId, RecordId
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.sandbox import WorktileSandbox
from pmbridge_worktile.settings import WorktileSettings

ALL = frozenset({"task", "tag"})
V1, BULK = "/open-api/mission/get-project-tasks-by-page", "/open-api/mission/get-tasks-by-ids"
TOKEN, PROJECTS = "/open-api/tenant-access-token", "/open-api/mission/get-projects-by-page"
MEMBERS = "/open-api/contact/get-members-by-page"


class Mirror(MirroredRecords):
    """What the engine would keep."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor: Cursor | None = None
        self.pages: list[Page] = []

    def apply(self, page: Page) -> None:
        for record in page.records:
            if not isinstance(record, Gone):
                self.records[record.id] = record
        self.cursor = page.cursor
        self.pages.append(page)

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

    @property
    def listings(self) -> list[Listing]:
        return [one for page in self.pages for one in page.listings]

    @property
    def skipped(self) -> list[Skipped]:
        return [one for page in self.pages for one in page.skipped]

    @property
    def gone(self) -> list[Gone]:
        return [one for page in self.pages for one in page.records if isinstance(one, Gone)]

    @property
    def complete(self) -> Mapping[ProjectId, object]:
        return {project: at for page in self.pages for project, at in page.complete.items()}


@dataclass
class Workspace:
    """A connection to a sandbox whose memo outlives a run."""

    sandbox: WorktileSandbox
    overrides: dict[str, object] = field(default_factory=dict)
    secret: SecretSource | None = None

    def __post_init__(self) -> None:
        self.memo = MemoryMemo(self.sandbox.clock)
        self.secret = self.secret or GivenSecret(self.sandbox.secret())

    def run(self, **overrides: object) -> WorktileAdapter:
        """Make the adapter as a new process would."""
        settings = WorktileSettings.model_validate({**self.sandbox.settings(), **self.overrides, **overrides})
        assert self.secret is not None
        context = Context(
            connection="worktile",
            secret=self.secret,
            clock=self.sandbox.clock,
            memo=self.memo,
            log=logging.getLogger("pmbridge.adapter.worktile"),
        )
        return WorktileAdapter(settings, context)

    def pull(
        self,
        *projects: ProjectId,
        into: Mirror | None = None,
        kinds: Collection[str] = ALL,
        fields: Collection[str] = (),
        stop_after: int | None = None,
        **overrides: object,
    ) -> Mirror:
        """Pull as one run does; *stop_after* pages it is killed."""
        mirror = into or Mirror()
        scope = Scope(projects=projects, kinds=frozenset(kinds), fields={"task": frozenset(fields)})
        for number, page in enumerate(self.run(**overrides).pull(scope, mirror.cursor, mirror), start=1):
            mirror.apply(page)
            if number == stop_after:
                break
        return mirror

    def read(self, *ids: RecordId) -> dict[RecordId, Record | Gone]:
        """Read by id; one answer per id."""
        answers = list(self.run().read(ids))
        assert len(answers) == len({one.id for one in answers}) == len(set(ids))
        return {one.id: one for one in answers}

    def details(self, id_: RecordId, *parts: Verb, **overrides: object) -> DetailsRecord:
        """Ask for the details of one task."""
        wanted = [Wanted(id=id_, project=ProjectId("any"), parts=frozenset(parts))]
        (found,) = self.run(**overrides).details(wanted)
        return found

    def asked(self, path: str = "", since: int = 0) -> list[Request]:
        """Return the requests whose path ends like that."""
        return [one for one in self.sandbox.requests[since:] if one.path.endswith(path)]


def some(workspace: Workspace, project: ProjectId, count: int) -> list[RecordId]:
    """Make tasks, a second apart."""
    made = []
    for n in range(count):
        workspace.sandbox.clock.advance(1)
        made.append(workspace.sandbox.world.add_item(project, f"Item {n:03}"))
    return made
