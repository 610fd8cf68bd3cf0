"""A Worktile team on this machine: an application's secret, a clock, a world and faults.

It speaks as the team API's users have met it. What no public page tells is a habit that a test can set either way
(:class:`Habits`), or stands under ``/open-api/_provisional/``, which is closed by default: no test passes by an
invented form without saying so. Nothing of it knows the adapter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import SecretStr

from pmbridge.testing.sandbox import FakeClock, FaultPlan, HttpRequest, HttpResponse, Sandbox, What
from pmbridge.values import ProjectId
from pmbridge_worktile.sandbox_http import CLIENT_ID, CLIENT_SECRET, EXPIRED, Habits, Limit, Server, page, refused
from pmbridge_worktile.sandbox_routes import ROUTES
from pmbridge_worktile.sandbox_store import FORECAST, MARK, Team
from pmbridge_worktile.sandbox_story import Story
from pmbridge_worktile.sandbox_world import WorktileWorld

__all__ = ["Habits", "Limit", "WorktileSandbox"]


class WorktileSandbox(Sandbox):
    """A team of Worktile.

    ``auth``: ``tenant`` (the application's token) or ``oauth2`` (a person's). ``token_lives_s``: how long a token is
    good. ``limit`` switches the gateway's limit on. ``marker``: where :meth:`settings` says that a task of ours carries
    its marker, once the provisional calls are there.
    """

    quiet_requests: ClassVar[int] = 1
    """One page of tasks; the token is kept."""
    credential_params: ClassVar[frozenset[str]] = frozenset({"access_token"})

    def __init__(
        self,
        clock: FakeClock,
        faults: FaultPlan | None = None,
        *,
        auth: Literal["tenant", "oauth2"] = "tenant",
        habits: Habits | None = None,
        token_lives_s: float = 7200,
        limit: Limit | None = None,
        marker: str | None = MARK,
    ) -> None:
        super().__init__(clock, faults)
        self.auth, self.marker = auth, marker
        self.team = Team(clock)
        self.server = Server(self.team, ROUTES, habits=habits or Habits(), token_lives_s=token_lives_s, limit=limit)
        self._world = WorktileWorld(self.team)
        self._story: Story | None = None
        self._refresh_token = self.server.new_refresh_token()

    @property
    def world(self) -> WorktileWorld:
        """The people who work in this team."""
        return self._world

    def settings(self) -> Mapping[str, object]:
        """Return what a connection needs to reach this team."""
        settings: dict[str, object] = {
            "adapter": "worktile",
            "base_url": self.url,
            "client_id": CLIENT_ID,
            "auth": self.auth,
            "web_url": "https://qingchuan.worktile.com",
            "property_names": {FORECAST: "预计日期"},
        }
        if self.server.habits.provisional:
            settings["endpoints"] = {
                "task_transitions": {"path": "/_provisional/tasks/{task_id}/transitions"},
                "create_task": self._create_task(),
            }
        return settings

    def _create_task(self) -> Mapping[str, object]:
        """Return how a task is made, as whoever has read the page would write it down."""
        places = {"desc": "{description}", "start": "{start}", "due": "{due}"}
        if self.marker not in (None, "title"):
            places[MARK] = "{marker}"
        body: dict[str, object] = {
            "project_id": "{project_id}",
            "task_type_id": "{type_id}",
            "parent": "{parent_id}",
            "title": "{title}",
            "tags": "{tag_ids}",
            "properties": [
                {"property_id": self.team.property_id(key), "value": place} for key, place in places.items()
            ],
        }
        told: dict[str, object] = {"path": "/_provisional/tasks", "body": body}
        return told if self.marker is None else {**told, "marker": self.marker}

    def secret(self) -> SecretStr:
        """Return the application's secret, with a person's refresh token where that is the credential."""
        if self.auth == "tenant":
            return SecretStr(CLIENT_SECRET)
        return SecretStr(json.dumps({"client_secret": CLIENT_SECRET, "refresh_token": self._refresh_token}))

    def projects(self) -> tuple[ProjectId, ...]:
        """Return the ids of the projects that the application sees, oldest first."""
        return tuple(ProjectId(one.id) for one in self.team.projects.values() if not one.hidden)

    def play(self, until: datetime) -> None:
        """Tell the demo's story up to *until*; see :mod:`pmbridge_worktile.sandbox_story`."""
        with self._lock:
            if self._story is None:
                self._story = Story(self.team)
            self._story.play(until)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as Worktile would."""
        return self.server.answer(request)

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:  # noqa: ARG002
        """Return Worktile's own words for a planned fault: pages of its gateway, but for a token that has run out."""
        match what:
            case "429":
                return self.server.too_many(retry_after)
            case "expired":
                return refused(EXPIRED, "invalid access token")
            case "500":
                return page(500, "500 Internal Server Error")
            case "503":
                waits = {} if retry_after is None else {"Retry-After": str(-int(-retry_after // 1))}
                return page(503, "503 Service Temporarily Unavailable", waits)
            case _:
                return page(403, "403 Forbidden")
