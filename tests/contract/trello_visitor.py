"""Somebody who asks the Trello sandbox over HTTP, with plain requests and nothing of ours in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests
from trello import TrelloClient

from pmbridge.testing.sandbox import FakeClock
from pmbridge_trello.sandbox import TrelloSandbox

Json = dict[str, Any]
NOW = datetime(2026, 6, 5, 8, 0, tzinfo=UTC)
"""Friday afternoon in Shanghai, an hour before the story's key is used up."""


class Visitor:
    """A session at a sandbox. ``authorization`` is the header, ``None`` for a stranger."""

    def __init__(self, sandbox: TrelloSandbox, authorization: str | None) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        if authorization is not None:
            self.session.headers["Authorization"] = authorization

    def ask(
        self, path: str, params: Mapping[str, Any] | None = None, *, method: str = "GET", body: Json | None = None
    ) -> requests.Response:
        return self.session.request(method, f"{self.sandbox.url}/1{path}", params=params, json=body, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a good answer."""
        answer = self.ask(path, params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, **params: Any) -> tuple[int, str]:
        """Return status and text of a refusal, which comes as plain text."""
        answer = self.ask(path, params)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return answer.status_code, answer.text

    def close(self) -> None:
        self.session.close()


def oauth(key: str, token: str) -> str:
    """Return the header with key and token."""
    return f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"'


def credentials(sandbox: TrelloSandbox) -> str:
    """Return the header of the sandbox's account."""
    secret = sandbox.secret().get_secret_value()
    return f"Bearer {secret}" if sandbox.auth == "bearer" else oauth(sandbox.service.key, secret)


@contextmanager
def visiting(sandbox: TrelloSandbox, *, anonymous: bool = False) -> Iterator[Visitor]:
    """Open a sandbox, log in, close both."""
    with sandbox:
        visitor = Visitor(sandbox, None if anonymous else credentials(sandbox))
        try:
            yield visitor
        finally:
            visitor.close()


def trello(**more: Any) -> TrelloSandbox:
    """Make a Trello with a clock of its own."""
    return TrelloSandbox(FakeClock(NOW), **more)


class Diverted(requests.Session):
    """py-trello has Trello's address built in; this session asks the sandbox instead."""

    def __init__(self, sandbox: TrelloSandbox) -> None:
        super().__init__()
        self.trust_env = False
        self._url = sandbox.url

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        more["timeout"] = 30
        return super().request(method, url.replace("https://api.trello.com", self._url), *args, **more)


@contextmanager
def py_trello(sandbox: TrelloSandbox, *, key: str | None = None, token: str | None = None) -> Iterator[Any]:
    """Yield a client with key and token, which it puts into each address."""
    with Diverted(sandbox) as session:
        service = sandbox.service
        yield TrelloClient(api_key=key or service.key, api_secret=token or service.token, http_service=session)
