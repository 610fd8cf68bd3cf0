"""The Jira adapter at a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pmbridge.records import Group, Item
from pmbridge.values import RecordId
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.adapter_bench import AdapterBench, Pages, some

__all__ = ["ALL", "Mirror", "Workspace", "issue_id", "some"]

ALL = frozenset({"issue", "version", "sprint", "label"})


class Mirror(Pages):
    """What the engine would keep."""

    def __init__(self, writes: Sequence[RecordId] = ()) -> None:
        super().__init__()
        self.writes = writes

    def recent_writes(self) -> Sequence[RecordId]:
        return self.writes

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


class Workspace(AdapterBench[JiraSandbox, JiraAdapter, Mirror]):
    """A connection to a Jira."""

    adapter, mirror, kinds, with_fields = JiraAdapter, Mirror, ALL, ("issue",)

    def settle(self) -> None:
        """Let the search index catch up and the watermark fall behind."""
        self.sandbox.clock.advance(3600)


def issue_id(number: str | int) -> RecordId:
    return RecordId(kind="issue", external_id=str(number))
