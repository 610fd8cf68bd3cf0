"""The Jira adapter at a sandbox: runs that share a memo, as runs of one workspace do, and a mirror that takes pages."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from pmbridge.adapter import Context
from pmbridge.records import Cursor, Gone, Group, Item, Listing, Page, Record, Scope, Skipped
from pmbridge.testing.context import GivenSecret, MemoryMemo, MirroredRecords
from pmbridge.testing.sandbox import Request
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_jira.settings import JiraSettings

ALL = frozenset({"issue", "version", "sprint", "label"})


class Mirror(MirroredRecords):
    """What the engine would keep."""

    def __init__(self, writes: Sequence[RecordId] = ()) -> None:
        super().__init__()
        self.writes = writes
        self.cursor: Cursor | None = None
        self.pages: list[Page] = []

    def recent_writes(self) -> Sequence[RecordId]:
        return self.writes

    def apply(self, page: Page) -> None:
        for record in page.records:
            if not isinstance(record, Gone):
                self.records[record.id] = record
        self.cursor = page.cursor
        self.pages.append(page)

    @property
    def position(self) -> dict[str, Any]:
        """The last page's cursor."""
        return dict(self.cursor or {})

    @property
    def marks(self) -> dict[str, int]:
        return dict(self.position["marks"])

    @property
    def items(self) -> dict[str, Item]:
        return {one.id.external_id: one for one in self.records.values() if isinstance(one, Item)}

    @property
    def titles(self) -> list[str]:
        return sorted(one.title for one in self.items.values())

    def groups(self, kind: str) -> dict[str, Group]:
        found = (one for one in self.records.values() if isinstance(one, Group) and one.id.kind == kind)
        return {one.id.external_id: one for one in found}

    @property
    def listings(self) -> list[Listing]:
        return [one for page in self.pages for one in page.listings]

    @property
    def skipped(self) -> list[Skipped]:
        return [one for page in self.pages for one in page.skipped]

    @property
    def complete(self) -> Mapping[ProjectId, Any]:
        return {project: at for page in self.pages for project, at in page.complete.items()}


@dataclass
class Workspace:
    """A connection to a sandbox whose memo outlives a run."""

    sandbox: JiraSandbox
    overrides: dict[str, object] = field(default_factory=dict)
    secret: SecretStr | None = None

    def __post_init__(self) -> None:
        self.memo = MemoryMemo(self.sandbox.clock)

    def run(self, **overrides: object) -> JiraAdapter:
        """Make the adapter as a new process would."""
        said = {**self.sandbox.settings(), "workers": 1, **self.overrides, **overrides}
        settings = JiraSettings.model_validate({k: v for k, v in said.items() if v is not None})
        context = Context(
            connection="jira",
            secret=GivenSecret(self.secret or self.sandbox.secret()),
            clock=self.sandbox.clock,
            memo=self.memo,
            log=logging.getLogger("pmbridge.adapter.jira"),
        )
        return JiraAdapter(settings, context)

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
        scope = Scope(projects=projects, kinds=frozenset(kinds), fields={"issue": frozenset(fields)})
        for number, page in enumerate(self.run(**overrides).pull(scope, mirror.cursor, mirror), start=1):
            mirror.apply(page)
            if number == stop_after:
                break
        return mirror

    def read(self, *ids: RecordId, **overrides: object) -> dict[RecordId, Record | Gone]:
        """Read by id; one answer per id."""
        answers = list(self.run(**overrides).read(ids))
        assert len(answers) == len({one.id for one in answers}) == len(set(ids))
        return {one.id: one for one in answers}

    def settle(self) -> None:
        """Let the search index catch up and the watermark fall behind."""
        self.sandbox.clock.advance(3600)

    def asked(self, path: str, since: int = 0) -> list[Request]:
        """Return the requests whose path ends like that."""
        return [one for one in self.sandbox.requests[since:] if one.path.endswith(path)]


def issue_id(number: str | int) -> RecordId:
    return RecordId(kind="issue", external_id=str(number))


def some(workspace: Workspace, project: ProjectId, count: int) -> list[RecordId]:
    """Make issues, a second apart."""
    made = []
    for n in range(count):
        workspace.sandbox.clock.advance(1)
        made.append(workspace.sandbox.world.add_item(project, f"Item {n:03}"))
    return made
