"""The bench on which the laws stand: a sandbox, an adapter connected to it, and a mirror in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from pmbridge.adapter import Adapter
from pmbridge.adapter.registry import load
from pmbridge.errors import (
    Unsupported,
)
from pmbridge.records import (
    Cursor,
    Gone,
    Group,
    Item,
    Listing,
    Page,
    Scope,
    Skipped,
    Verb,
)
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MirroredRecords, context
from pmbridge.testing.sandbox import Sandbox, World
from pmbridge.values import ProjectId, RecordId

START = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
TRICKY = "验收 UAT — “quotes” <b>&amp;</b> 🚀 e\u0301"
WRONG = SecretStr("not-the-secret-7f3a")


class Hands:
    """A world whose missing abilities skip the law that needs them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._world, name)

        def tried(*args: Any, **kwargs: Any) -> Any:
            try:
                return act(*args, **kwargs)
            except Unsupported as error:
                pytest.skip(f"the tool has no such thing: {error.text()}")

        return tried


class Mirror(MirroredRecords):
    """Applies pages as the engine does, as far as a law needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor: Cursor | None = None
        self.listings: list[Listing] = []
        self.skipped: list[Skipped] = []
        self.complete: dict[ProjectId, datetime] = {}

    def apply(self, page: Page) -> None:
        """Take what *page* brings."""
        for record in page.records:
            if isinstance(record, Gone):
                self.records.pop(record.id, None)
            else:
                self.records[record.id] = record
        self.cursor = page.cursor
        self.listings += page.listings
        self.skipped += page.skipped
        self.complete |= page.complete

    def titles(self) -> dict[str, str]:
        """Return id → title of the items and groups."""
        return {str(one): record.title for one, record in self.records.items() if isinstance(record, Item | Group)}


class Bench:
    """Fixtures and steps that the laws share. ``sandbox_class`` is the plugin's."""

    sandbox_class: ClassVar[type[Sandbox]]

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        """Open a sandbox with nothing in it."""
        with self.sandbox_class(FakeClock(START)) as opened:
            yield opened

    @pytest.fixture
    def adapter(self, sandbox: Sandbox) -> Adapter[Any]:
        """Build the adapter that the sandbox names, connected to it."""
        return self.connected(sandbox)

    @pytest.fixture
    def world(self, sandbox: Sandbox) -> Any:
        """Give the people of the sandbox hands."""
        return Hands(sandbox.world)

    @pytest.fixture
    def project(self, world: Any) -> ProjectId:
        """Make a project."""
        made: ProjectId = world.project()
        return made

    def connected(self, sandbox: Sandbox, secret: SecretStr | None = None, **overrides: object) -> Adapter[Any]:
        """Build an adapter for *sandbox*, with another *secret* or settings where given."""
        said = {**sandbox.settings(), **overrides}
        cls = load(str(said["adapter"]))
        return cls(cls.Settings.model_validate(said), context("lawful", secret or sandbox.secret(), sandbox.clock))

    def scope(self, adapter: Adapter[Any], *projects: ProjectId, fields: Sequence[str] = ()) -> Scope:
        """Return a scope of all kinds."""
        asked = {kind: frozenset(fields) for kind, what in adapter.kinds.items() if what.shape == "item"}
        return Scope(projects=tuple(projects), kinds=frozenset(adapter.kinds), fields=asked)

    def pulled(self, adapter: Adapter[Any], scope: Scope, mirror: Mirror | None = None) -> Mirror:
        """Pull until nothing is left, into *mirror* or a new one."""
        kept = mirror or Mirror()
        for page in adapter.pull(scope, kept.cursor, kept):
            kept.apply(page)
        return kept

    def settled(self, sandbox: Sandbox, adapter: Adapter[Any]) -> None:
        """Let the tool's search index catch up."""
        sandbox.clock.advance(adapter.find_settles.total_seconds() + 61)

    def offers(self, adapter: Adapter[Any], kind: str, verb: Verb) -> bool:
        """Return whether *adapter* does *verb* with its settings; of one that a setting opens, a project tells."""
        support = adapter.kinds[kind].supports.get(verb)
        if support is None or support.level != "setting":
            return bool(support)
        first = next(adapter.projects())
        return bool(adapter.describe(first.id).kinds[kind].supports.get(verb))

    def some_items(self, world: Any, project: ProjectId, count: int = 3) -> list[RecordId]:
        """Make *count* items."""
        return [world.add_item(project, f"Item {n}") for n in range(count)]

    def a_group(self, sandbox: Sandbox, project: ProjectId) -> RecordId:
        """Make a group, with a date where the tool's groups have one."""
        try:
            return sandbox.world.add_group(project, "M1", date(2026, 7, 1))
        except Unsupported:
            return sandbox.world.add_group(project, "M1")
