"""An adapter at its sandbox: runs that share a memo, as those of one workspace do, and a mirror that takes pages.

What a tool's tests look at beside it stands in the bench of that tool.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import SecretStr

from pmbridge.adapter import Adapter, Context, SecretSource
from pmbridge.records import Cursor, Gone, Listing, Page, Record, Scope, Skipped
from pmbridge.testing.context import GivenSecret, MemoryMemo, MirroredRecords
from pmbridge.testing.sandbox import Request, Sandbox
from pmbridge.values import ProjectId, RecordId


class Pages(MirroredRecords):
    """What the engine would keep, and the pages on which it came."""

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
    def listings(self) -> list[Listing]:
        return [one for page in self.pages for one in page.listings]

    @property
    def skipped(self) -> list[Skipped]:
        return [one for page in self.pages for one in page.skipped]

    @property
    def gone(self) -> list[Gone]:
        return [one for page in self.pages for one in page.records if isinstance(one, Gone)]

    @property
    def complete(self) -> Mapping[ProjectId, Any]:
        return {project: at for page in self.pages for project, at in page.complete.items()}


S = TypeVar("S", bound=Sandbox)
A = TypeVar("A", bound=Adapter[Any])
P = TypeVar("P", bound=Pages)


class AdapterBench(Generic[S, A, P]):
    """A connection to *sandbox* whose memo outlives a run. *secret*: another than the sandbox's own."""

    adapter: type[A]
    mirror: type[P]
    kinds: ClassVar[frozenset[str]]
    with_fields: ClassVar[tuple[str, ...]]
    """Kinds of which fields are asked for."""
    usual: ClassVar[Mapping[str, object]] = {"workers": 1}
    """Settings of every run; one at a time, so that tests know the order of requests."""

    def __init__(
        self, sandbox: S, overrides: Mapping[str, object] | None = None, secret: SecretStr | SecretSource | None = None
    ) -> None:
        self.sandbox = sandbox
        self.overrides = dict(overrides or {})
        self.secret = secret
        self.memo = MemoryMemo(sandbox.clock)

    def run(self, **overrides: object) -> A:
        """Make the adapter as a new process would; a setting that is ``None`` is left out."""
        said = {**self.sandbox.settings(), **self.usual, **self.overrides, **overrides}
        settings = self.adapter.Settings.model_validate({key: one for key, one in said.items() if one is not None})
        kind = self.adapter.kind
        secret = self.secret or self.sandbox.secret()
        context = Context(
            connection=kind,
            secret=GivenSecret(secret) if isinstance(secret, SecretStr) else secret,
            clock=self.sandbox.clock,
            memo=self.memo,
            log=logging.getLogger(f"pmbridge.adapter.{kind}"),
        )
        return self.adapter(settings, context)

    def pull(
        self,
        *projects: ProjectId,
        into: P | None = None,
        kinds: Collection[str] | None = None,
        fields: Collection[str] = (),
        stop_after: int | None = None,
        **overrides: object,
    ) -> P:
        """Pull as one run does; *stop_after* pages it is killed."""
        mirror = into or self.mirror()
        asked = {kind: frozenset(fields) for kind in self.with_fields} if fields else {}
        scope = Scope(projects=projects, kinds=self.kinds if kinds is None else frozenset(kinds), fields=asked)
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

    def asked(self, path: str = "", since: int = 0) -> list[Request]:
        """Return the requests whose path ends like that."""
        return [one for one in self.sandbox.requests[since:] if one.path.endswith(path)]


def some(bench: AdapterBench[Any, Any, Any], project: ProjectId, count: int) -> list[RecordId]:
    """Make items, a second apart."""
    made = []
    for n in range(count):
        bench.sandbox.clock.advance(1)
        made.append(bench.sandbox.world.add_item(project, f"Item {n:03}"))
    return made
