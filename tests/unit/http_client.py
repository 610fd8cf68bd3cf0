"""A client to test with: fixed credential, the common classification, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from pmbridge.adapter import HttpPolicy, Response, classify_common
from pmbridge.adapter.http import HttpClient
from pmbridge.clock import Clock
from pmbridge.errors import PmbridgeError
from pmbridge.testing.clock import FakeClock

TOKEN = "t0ken/VERYSECRET+1"  # a slash and a plus, so that quoting would show
KEY = "k3y/VERYSECRET"


@dataclass
class FixedAuth:
    """Proves who we are by header, by query or both; counts renewals."""

    header: str = field(default=f"Bearer {TOKEN}", repr=False)
    key: str | None = field(default=None, repr=False)
    renewals: list[str] = field(default_factory=list)
    """The headers that renewals bring, in order."""
    asked: int = 0

    def headers(self) -> Mapping[str, SecretStr]:
        return {"Authorization": SecretStr(self.header)} if self.header else {}

    def query(self) -> Mapping[str, SecretStr]:
        return {"key": SecretStr(self.key)} if self.key else {}

    def renew(self) -> bool:
        self.asked += 1
        if not self.renewals:
            return False
        self.header = self.renewals.pop(0)
        return True


def client(
    origin: str,
    clock: Clock | None = None,
    *,
    auth: FixedAuth | None = None,
    classify: Callable[[Response], PmbridgeError | None] = classify_common,
    **policy: Any,
) -> HttpClient:
    """Return a client of the server at *origin*; *policy* are further fields of HttpPolicy."""
    made = HttpPolicy(origin=origin, auth=auth or FixedAuth(), classify=classify, **policy)
    return HttpClient(made, clock or FakeClock())
