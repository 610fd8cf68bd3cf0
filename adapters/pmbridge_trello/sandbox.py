"""Trello on this machine: one account and its boards, a clock, a world, limits and faults.

It speaks as the vendor's papers say; where they differ from what was really seen, as it was seen; what neither settles
is a quirk. Nothing of it knows the adapter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from pmbridge.testing.sandbox import FakeClock, FaultPlan, HttpRequest, HttpResponse, Sandbox, What
from pmbridge.values import ProjectId

# The routes register themselves when their modules are imported.
from pmbridge_trello import sandbox_boards, sandbox_cards, sandbox_writes
from pmbridge_trello.sandbox_http import Crowded, Quirk, Refusal, Service
from pmbridge_trello.sandbox_limits import Limits
from pmbridge_trello.sandbox_store import Store
from pmbridge_trello.sandbox_story import Story
from pmbridge_trello.sandbox_world import TrelloWorld

__all__ = ["Crowded", "Limits", "Quirk", "TrelloSandbox", "sandbox_boards", "sandbox_cards", "sandbox_writes"]


class TrelloSandbox(Sandbox):
    """A Trello account.

    ``auth``: what a connection is told to use, ``token`` (API key and token) or ``bearer`` (OAuth 2); either way in
    works at any time. ``limits``: how many requests are taken, ``None`` for any number. ``expires`` and ``may_write``
    are the token's. ``crowded``: how many cards in one answer are refused instead of being cut off. ``zone`` is that of
    the people who mean a day when they set a due date.
    """

    quiet_requests: ClassVar[int] = 1
    """The list of boards, which tells that none moved."""

    def __init__(
        self,
        clock: FakeClock,
        faults: FaultPlan | None = None,
        *,
        auth: Literal["token", "bearer"] = "token",
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        expires: datetime | None = None,
        may_write: bool = False,
        crowded: Crowded | None = None,
        zone: str = "Asia/Shanghai",
        quirks: Collection[Quirk] = (),
    ) -> None:
        super().__init__(clock, faults)
        self.auth = auth
        self.store = Store(clock, still_lists="still-lists" in quirks)
        self.service = Service(
            store=self.store,
            key="5a3bb0c7d1e24f6891a2b3c4d5e6f708",
            token="ATTA6b1f0sandboxtoken4c7d2e9a83f5",
            access_token="sandbox-access-token-7e21",
            limits=limits,
            expires=expires,
            may_write=may_write,
            crowded=crowded,
            quirks=frozenset(quirks),
        )
        self._world = TrelloWorld(self.store, ZoneInfo(zone))
        self._story: Story | None = None

    @property
    def world(self) -> TrelloWorld:
        """The people who work in this Trello."""
        return self._world

    def settings(self) -> Mapping[str, object]:
        """Return what a connection needs to reach this Trello as its account."""
        settings: dict[str, object] = {"adapter": "trello", "base_url": self.url, "auth": self.auth}
        return settings | ({"api_key": self.service.key} if self.auth == "token" else {})

    def secret(self) -> SecretStr:
        """Return the account's token or access token."""
        return SecretStr(self.service.token if self.auth == "token" else self.service.access_token)

    def projects(self) -> tuple[ProjectId, ...]:
        """Return the ids of the boards that the account sees, oldest first."""
        return tuple(ProjectId(one.id) for one in self.store.boards.values() if self.store.sees(one))

    def allow_writing(self) -> None:
        """Give the token the right to write."""
        self.service.may_write = True

    def play(self, until: datetime) -> None:
        """Tell the demo's story up to *until*; see :mod:`pmbridge_trello.sandbox_story`."""
        with self._lock:
            if self._story is None:
                self._story = Story(self.service)
            self._story.play(until)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as Trello would."""
        return self.service.answer(request)

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:
        """Return Trello's own words for a planned fault."""
        match what:
            case "429":
                refusal = self.service.limited("token", retry_after)
            case "503" | "500":
                waits = {} if retry_after is None else {"Retry-After": str(-int(-retry_after // 1))}
                message = "Service Unavailable" if what == "503" else "Internal Server Error"
                refusal = Refusal(int(what), message, waits)
            case "expired":
                refusal = Refusal(401, "expired token")
            case _:
                refusal = Refusal(403, "Forbidden")
        return self.service.refused(refusal, request)
