"""Somebody who asks the Jira sandbox over HTTP, with plain requests and nothing of ours in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from pmbridge.testing.sandbox import FakeClock
from pmbridge_jira.sandbox import JiraSandbox

Json = dict[str, Any]


class Visitor:
    """A session at a sandbox. ``auth``: a pair for Basic, a string for Bearer, ``None`` for nobody."""

    def __init__(self, sandbox: JiraSandbox, auth: tuple[str, str] | str | None, *, base: str | None = None) -> None:
        self.sandbox = sandbox
        self.base = base or sandbox.url + sandbox.deployment.context
        self.session = requests.Session()
        self.session.trust_env = False
        if isinstance(auth, str):
            self.session.headers["Authorization"] = f"Bearer {auth}"
        elif auth is not None:
            self.session.auth = auth

    @property
    def api(self) -> str:
        return "/rest/api/3" if self.sandbox.deployment.cloud else "/rest/api/2"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Send a request; a path without ``/rest`` is one of the platform API."""
        path = path if path.startswith(("/rest", "/_edge")) else self.api + path
        return self.session.request(method, self.base + path, timeout=30, **more)

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def post(self, path: str, body: Json, *, status: int = 200) -> Any:
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def search(self, jql: str, fields: list[str] | None = None, **more: Any) -> list[Json]:
        """Return the issues of all pages of search/jql."""
        found: list[Json] = []
        body = {"jql": jql, "maxResults": 5000, **({} if fields is None else {"fields": fields}), **more}
        while True:
            page = self.post("/search/jql", body)
            found += page["issues"]
            if page["isLast"]:
                assert "nextPageToken" not in page
                return found
            body["nextPageToken"] = page["nextPageToken"]

    def keys(self, jql: str) -> list[str]:
        """Return the keys that a query finds, in its order."""
        return [issue["key"] for issue in self.search(jql, ["key"])]

    def close(self) -> None:
        self.session.close()


def credentials(sandbox: JiraSandbox) -> tuple[str, str] | str:
    """Return what a client sends to be the sandbox's account."""
    secret = sandbox.secret().get_secret_value()
    user = sandbox.settings().get("user")
    return (str(user), secret) if user else secret


@contextmanager
def visiting(sandbox: JiraSandbox, *, base: str | None = None) -> Iterator[Visitor]:
    """Open a sandbox, log in, close both."""
    with sandbox:
        visitor = Visitor(sandbox, credentials(sandbox), base=base)
        try:
            yield visitor
        finally:
            visitor.close()


def cloud(**more: Any) -> JiraSandbox:
    """Make a Cloud site with a clock of its own."""
    return JiraSandbox(FakeClock(), **more)


def server(**more: Any) -> JiraSandbox:
    """Make a Data Center site with a clock of its own."""
    return JiraSandbox(FakeClock(), deployment="server", **more)
