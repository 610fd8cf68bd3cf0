"""A Jira site on this machine: Cloud or Data Center, with an account, a clock, a world and faults.

It speaks as the vendor's papers say; where they differ from what was really seen, as it was seen. Nothing of it knows
the adapter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import SecretStr

from pmbridge.testing.sandbox import FakeClock, FaultPlan, HttpRequest, HttpResponse, Sandbox, What
from pmbridge.values import ProjectId

# The routes register themselves when their modules are imported.
from pmbridge_jira import sandbox_products, sandbox_projects, sandbox_search, sandbox_writes
from pmbridge_jira.sandbox_http import Burst, Deployment, Quirk, Refusal, complaint
from pmbridge_jira.sandbox_search import EXPIRED
from pmbridge_jira.sandbox_store import Site
from pmbridge_jira.sandbox_story import Story
from pmbridge_jira.sandbox_world import JiraWorld

__all__ = ["Burst", "JiraSandbox", "Quirk", "sandbox_products", "sandbox_projects", "sandbox_search", "sandbox_writes"]


class JiraSandbox(Sandbox):
    """A Jira site. ``deployment`` is ``cloud`` (REST v3) or ``server`` (Data Center, REST v2).

    ``auth``: on Cloud ``token`` (e-mail and API token, at the site) or ``scoped`` (the same, through the gateway only);
    on Data Center ``pat`` or ``basic``. ``zone`` and ``language`` are the account's. ``index_lag_s``: how long the
    search does not know of a change. ``agile=False``: boards and sprints are refused. ``denied``: permissions that
    the account lacks. ``burst`` switches rate limits on. ``context`` is Data Center's context path. ``page_cap`` and
    ``result_window`` are the limits that Data Center's administrators set. ``captcha_after`` wrong passwords block a
    Data Center account.
    """

    quiet_requests: ClassVar[int] = 2
    """One search, one list of versions."""

    def __init__(
        self,
        clock: FakeClock,
        faults: FaultPlan | None = None,
        *,
        deployment: Literal["cloud", "server"] = "cloud",
        auth: Literal["token", "scoped", "pat", "basic"] | None = None,
        zone: str = "Asia/Shanghai",
        language: str = "zh-CN",
        index_lag_s: float = 0.0,
        agile: bool = True,
        denied: Collection[str] = (),
        burst: Burst | None = None,
        context: str = "",
        page_cap: int = 1000,
        result_window: int = 10_000,
        captcha_after: int | None = None,
        quirks: Collection[Quirk] = (),
    ) -> None:
        super().__init__(clock, faults)
        cloud = deployment == "cloud"
        auth = auth or ("token" if cloud else "pat")
        if cloud != (auth in ("token", "scoped")):
            raise ValueError(f"there is no {auth} on {deployment}")
        self.site = Site(clock, zone=zone, index_lag_s=index_lag_s)
        self.deployment = Deployment(
            site=self.site, cloud=cloud, auth=auth, language=language, agile=agile, denied=frozenset(denied),
            burst=burst, context=context, page_cap=page_cap, result_window=result_window, captcha_after=captcha_after,
            quirks=frozenset(quirks), version="1001.0.0-SNAPSHOT" if cloud else "9.12.0",
            site_url="https://qingchuan.atlassian.net" if cloud else f"https://jira.qingchuan.example{context}",
        )  # fmt: skip
        self._world = JiraWorld(self.site)
        self._story: Story | None = None

    @property
    def world(self) -> JiraWorld:
        """The people who work in this Jira."""
        return self._world

    def settings(self) -> Mapping[str, object]:
        """Return what a connection needs to reach this site as its account."""
        deployment, me = self.deployment, self.site.me
        settings: dict[str, object] = {"adapter": "jira", "base_url": self.url + deployment.context}
        if deployment.cloud:
            settings |= {"user": me.email, "gateway_url": self.url}
        elif deployment.auth == "basic":
            settings["user"] = me.username
        if deployment.auth == "scoped":
            settings["cloud_id"] = deployment.cloud_id
        return settings

    def secret(self) -> SecretStr:
        """Return the account's token or password."""
        return SecretStr(self.deployment.secret)

    def projects(self) -> tuple[ProjectId, ...]:
        """Return the ids of the projects that the account sees, oldest first."""
        return tuple(ProjectId(str(one.id)) for one in self.site.projects.values() if not one.hidden)

    def play(self, until: datetime) -> None:
        """Tell the demo's story up to *until*; see :mod:`pmbridge_jira.sandbox_story`."""
        with self._lock:
            if self._story is None:
                self._story = Story(self.site)
            self._story.play(until)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as Jira would."""
        return self.deployment.answer(request)

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:
        """Return Jira's own words for a planned fault."""
        match what:
            case "429":
                refusal = self.deployment.limited(retry_after)
            case "503" | "500":
                waits = {} if retry_after is None else {"Retry-After": str(-int(-retry_after // 1))}
                message = "Service Unavailable" if what == "503" else "Internal server error"
                refusal = Refusal(int(what), {"errorMessages": [message], "errors": {}}, waits)
            case "expired" if b"nextPageToken" in (request.get_data() + request.query_string):
                refusal = complaint(400, EXPIRED)
            case "expired":
                refusal = complaint(401, "Client must be authenticated to access this resource.")
            case _:
                refusal = complaint(403, "You do not have permission to do this.")
        return self.deployment.refused(refusal, request)
