"""A PingCode sandbox with an adapter beside it, as the engine would use both."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pmbridge.records import Page, Scope
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MemoryMemo, context
from pmbridge.testing.laws.bench import Mirror
from pmbridge.values import ProjectId, RecordId
from pmbridge_pingcode.adapter import PingCodeAdapter
from pmbridge_pingcode.kinds import KINDS
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.settings import PingCodeSettings

NOW = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
ALL = frozenset(KINDS)
Json = dict[str, Any]


@dataclass
class Workspace:
    """A sandbox, and adapters that share one memo, as runs of one connection do."""

    sandbox: PingCodeSandbox
    memo: MemoryMemo = field(init=False)

    def __post_init__(self) -> None:
        self.memo = MemoryMemo(self.sandbox.clock)

    def adapter(self, **overrides: object) -> PingCodeAdapter:
        """Return the adapter of another run."""
        made = context("pingcode", self.sandbox.secret(), self.sandbox.clock)
        lent = type(made)(
            connection=made.connection, secret=made.secret, clock=made.clock, memo=self.memo, log=made.log
        )
        return PingCodeAdapter(PingCodeSettings.model_validate({**self.sandbox.settings(), **overrides}), lent)

    def pull(
        self, *projects: ProjectId, into: Mirror | None = None, kinds: Collection[str] = ALL,
        fields: Mapping[str, Collection[str]] | None = None, adapter: PingCodeAdapter | None = None,
    ) -> Mirror:  # fmt: skip
        """Pull, by another run where none is given."""
        mirror = into or Mirror()
        asked = {kind: frozenset(ids) for kind, ids in (fields or {}).items()}
        scope = Scope(projects=projects, kinds=frozenset(kinds), fields=asked)
        for page in (adapter or self.adapter()).pull(scope, mirror.cursor, mirror):
            mirror.apply(page)
        return mirror

    def pages(self, *projects: ProjectId, kinds: Collection[str] = ALL) -> list[Page]:
        """Return the pages of a first pull."""
        scope = Scope(projects=projects, kinds=frozenset(kinds))
        return list(self.adapter().pull(scope, None, Mirror()))

    def calls(self) -> list[str]:
        """Return what was asked since the last time, tokens left out."""
        found = [one.call for one in self.sandbox.requests if one.path != "/v1/auth/token"]
        self.sandbox.requests.clear()
        return found

    def later(self, seconds: float = 3600) -> None:
        """Let time pass."""
        self.sandbox.clock.advance(seconds)


@contextmanager
def opened(moment: datetime = NOW, **options: Any) -> Iterator[Workspace]:
    """Open a sandbox at *moment*."""
    with PingCodeSandbox(FakeClock(moment), **options) as sandbox:
        yield Workspace(sandbox)


def some(workspace: Workspace, project: ProjectId, count: int = 3) -> list[RecordId]:
    """Make *count* items."""
    return [workspace.sandbox.world.add_item(project, f"Item {n}") for n in range(count)]


@dataclass
class Visitor:
    """Somebody with a token who sends plain requests."""

    sandbox: PingCodeSandbox
    token: str = ""

    def login(self) -> Json:
        """Ask for the application's token, and keep it."""
        service = self.sandbox.service
        _, body = self.ask(
            "GET", "/v1/auth/token", grant_type="client_credentials", client_id=service.client_id,
            client_secret=service.secret,
        )  # fmt: skip
        self.token = body["access_token"]
        return body

    def ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> tuple[int, Json]:
        """Send a request; return status and body."""
        status, _, found = self.whole(method, path, body, **query)
        return status, found

    def whole(
        self, method: str, path: str, body: Json | None = None, **query: Any
    ) -> tuple[int, Mapping[str, str], Json]:
        """Send a request; return status, headers and body."""
        url = f"{self.sandbox.url}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                text, status, found = answer.read(), answer.status, answer.headers
        except urllib.error.HTTPError as error:
            text, status, found = error.read(), error.code, error.headers
            error.close()
        return (
            status,
            {name.lower(): value for name, value in found.items()},
            json.loads(text) if text[:1] == b"{" else {},
        )


@contextmanager
def visiting(moment: datetime = NOW, **options: Any) -> Iterator[Visitor]:
    """Open a sandbox and log in."""
    with PingCodeSandbox(FakeClock(moment), **options) as sandbox:
        me = Visitor(sandbox)
        me.login()
        yield me
