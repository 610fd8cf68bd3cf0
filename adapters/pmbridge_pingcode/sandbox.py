"""A team's PingCode on this machine, with an application, a person, a clock, a world and faults.

It speaks as the vendor's papers say; where they are silent and somebody saw it, as it was seen. Nothing of it knows the
adapter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import SecretStr

from pmbridge.testing.sandbox import FakeClock, FaultPlan, HttpRequest, HttpResponse, Sandbox, What
from pmbridge.values import ProjectId

# The routes register themselves when their modules are imported.
from pmbridge_pingcode import sandbox_items, sandbox_projects, sandbox_relations, sandbox_ship
from pmbridge_pingcode.sandbox_http import AREAS, FORBIDDEN, UNAUTHORIZED, Refusal, Service
from pmbridge_pingcode.sandbox_store import Team
from pmbridge_pingcode.sandbox_story import Story
from pmbridge_pingcode.sandbox_world import PingCodeWorld

__all__ = ["PingCodeSandbox", "sandbox_items", "sandbox_projects", "sandbox_relations", "sandbox_ship"]


class PingCodeSandbox(Sandbox):
    """A team's PingCode. ``dialects``: which of ``pjm`` and ``project`` are served, over one store.

    ``grant``: how the settings of a connection ask for their token. ``denied``: areas (``ship``, ``directory``,
    ``pjm``, …) outside of the application's data range. ``per_minute``: requests that an identity may send in a minute.
    ``rotates``: a refreshed token brings a new refresh token along.
    """

    quiet_requests: ClassVar[int] = 5
    """Releases, the project itself because it has none, sprints, deliverables; what changed."""

    def __init__(
        self,
        clock: FakeClock,
        faults: FaultPlan | None = None,
        *,
        dialects: Collection[str] = ("pjm",),
        grant: Literal["client_credentials", "refresh_token"] = "client_credentials",
        denied: Collection[str] = (),
        per_minute: int = 200,
        rotates: bool = False,
    ) -> None:
        super().__init__(clock, faults)
        if not dialects or not set(dialects) <= set(AREAS):
            raise ValueError(f"dialects are {' and '.join(AREAS)}")
        self.team = Team(clock)
        self.grant = grant
        self.service = Service(
            team=self.team, areas=tuple(dialects), denied=tuple(denied), per_minute=per_minute, rotates=rotates
        )
        self._world = PingCodeWorld(self.team)
        self._story: Story | None = None

    @property
    def world(self) -> PingCodeWorld:
        """The people who work in this PingCode."""
        return self._world

    def settings(self) -> Mapping[str, object]:
        """Return what a connection needs to reach this PingCode."""
        settings: dict[str, object] = {"adapter": "pingcode", "base_url": self.url}
        if self.grant == "refresh_token":
            return settings | {"grant": self.grant}
        return settings | {"client_id": self.service.client_id}

    def secret(self) -> SecretStr:
        """Return the application's secret, or the person's refresh token."""
        service = self.service
        return SecretStr(service.refresh_token if self.grant == "refresh_token" else service.secret)

    def projects(self) -> tuple[ProjectId, ...]:
        """Return the ids of the projects that can be seen, oldest first."""
        return tuple(ProjectId(one.id) for one in self.team.projects.values() if not one.hidden)

    def play(self, until: datetime) -> None:
        """Tell the demo's story up to *until*; see :mod:`pmbridge_pingcode.sandbox_story`."""
        with self._lock:
            if self._story is None:
                self._story = Story(self.team)
            self._story.play(until)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as PingCode would."""
        return self.service.answer(request)

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:  # noqa: ARG002
        """Return PingCode's own words for a planned fault."""
        match what:
            case "429":
                refusal = Service.limited(retry_after)
            case "500" | "503":
                refusal = Refusal(int(what), "100000", "Internal Server Error")
            case "expired":
                refusal = Refusal(401, UNAUTHORIZED, "未授权")
            case _:
                refusal = Refusal(403, FORBIDDEN, "pcp:read:pjm:workitem")
        return refusal.response()
