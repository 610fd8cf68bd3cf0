"""The Trello adapter at a sandbox: runs that share a memo, as those of one workspace do, and a mirror for pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from pmbridge.adapter import Context
from pmbridge.records import Cursor, Gone, Group, Item, Listing, Page, Person, Record, Scope, Skipped
from pmbridge.testing.context import MemoryMemo, MirroredRecords, context
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello.adapter import TrelloAdapter
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.settings import TrelloSettings

ALL = frozenset({"card", "checkitem", "list", "label"})


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
    def items(self) -> dict[RecordId, Item]:
        return {id_: one for id_, one in self.records.items() if isinstance(one, Item)}

    @property
    def groups(self) -> dict[RecordId, Group]:
        return {id_: one for id_, one in self.records.items() if isinstance(one, Group)}

    @property
    def people(self) -> set[str]:
        return {one.name or "" for one in self.records.values() if isinstance(one, Person)}

    @property
    def titles(self) -> set[str]:
        return {one.title for one in self.items.values()}

    @property
    def listings(self) -> list[Listing]:
        return [one for page in self.pages for one in page.listings]

    @property
    def skipped(self) -> list[Skipped]:
        return [one for page in self.pages for one in page.skipped]

    @property
    def complete(self) -> set[ProjectId]:
        return {project for page in self.pages for project in page.complete}


@dataclass
class Workspace:
    """A connection to a sandbox whose memo outlives a run."""

    sandbox: TrelloSandbox
    overrides: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memo = MemoryMemo(self.sandbox.clock)

    def run(self, **overrides: object) -> TrelloAdapter:
        """Make the adapter as a new process would."""
        said = {**self.sandbox.settings(), "workers": 1, **self.overrides, **overrides}
        made = context("trello", self.sandbox.secret(), self.sandbox.clock)
        lent = Context(connection=made.connection, secret=made.secret, clock=made.clock, memo=self.memo, log=made.log)
        return TrelloAdapter(TrelloSettings.model_validate(said), lent)

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
        asked = {kind: frozenset(fields) for kind in ("card", "checkitem")}
        scope = Scope(projects=projects, kinds=frozenset(kinds), fields=asked if fields else {})
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

    def paths(self, since: int = 0) -> list[str]:
        """Return what was asked, without the version."""
        return [one.path.removeprefix("/1") for one in self.sandbox.requests[since:]]

    @property
    def asked(self) -> int:
        """How many requests there were so far."""
        return len(self.sandbox.requests)

    @property
    def world(self) -> Any:
        return self.sandbox.world
