"""The Trello adapter at a sandbox."""

from __future__ import annotations

from typing import Any

from pmbridge.records import Group, Item, Person
from pmbridge.values import RecordId
from pmbridge_trello.adapter import TrelloAdapter
from pmbridge_trello.sandbox import TrelloSandbox
from tests.contract.adapter_bench import AdapterBench, Pages

ALL = frozenset({"card", "checkitem", "list", "label"})


class Mirror(Pages):
    """What the engine would keep."""

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


class Workspace(AdapterBench[TrelloSandbox, TrelloAdapter, Mirror]):
    """A connection to an account of Trello."""

    adapter, mirror, kinds, with_fields = TrelloAdapter, Mirror, ALL, ("card", "checkitem")

    def paths(self, since: int = 0) -> list[str]:
        """Return what was asked, without the version."""
        return [one.path.removeprefix("/1") for one in self.sandbox.requests[since:]]

    @property
    def count(self) -> int:
        """How many requests there were so far."""
        return len(self.sandbox.requests)

    @property
    def world(self) -> Any:
        return self.sandbox.world
