"""Settings of a Worktile connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from pmbridge.adapter import ConnectionSettings
from pmbridge_worktile.template import places

API = "https://dev.worktile.com"
TASK_ID = "{task_id}"
"""Where the id of a task goes."""
PROJECT_ID = "{project_id}"
TITLE = "title"
"""As ``marker``: the end of the title."""


class TransitionsEndpoint(BaseModel):
    """Where Worktile tells how a task went from state to state, and under which keys.

    The vendor's list of calls names it (since 9.0.0), but not its form; whoever can read that page says
    it here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(pattern=r"^/[^\s]*\{task_id\}[^\s]*$")
    """Under ``…/open-api``; the task's id is put in place of ``{task_id}``."""
    at: str = "created_at"
    """Key of the moment, in unix seconds."""
    before: str = "from"
    """Key of the state that was left; its value has ``_id`` or ``id``, and ``name``."""
    after: str = "to"
    author: str = "created_by"


class CreateTaskEndpoint(BaseModel):
    """How a task is made, by whoever can read the vendor's page 创建任务: its form is not public.

    ``{project_id}`` and ``{title}`` must be somewhere; for what else may be in braces see
    :data:`pmbridge_worktile.template.PLACES`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(pattern=r"^/[^\s?#]*$")
    """Under ``…/open-api``, asked by ``POST``; ``{project_id}`` may stand in it."""
    body: Mapping[str, JsonValue]
    marker: str | None = Field(default=None, min_length=1)
    """Where the marker goes by which a task of ours is found again: the key of a text property that nobody else uses
    (with ``{marker}`` in the body), or ``title``: its end. Without it pmbridge makes no task by itself: one whose
    answer is lost could not be told from another, and would be made twice."""

    @property
    def carries(self) -> frozenset[str]:
        """What this call can be told."""
        return frozenset(places(dict(self.body))) | ({"project_id"} if PROJECT_ID in self.path else set())

    @model_validator(mode="after")
    def _says_what_is_made_where(self) -> Self:
        if missing := {"project_id", "title"} - self.carries:
            raise ValueError(f"body: {', '.join(f'{{{one}}}' for one in sorted(missing))} is missing")
        by_property = self.marker not in (None, TITLE)
        if by_property != ("marker" in self.carries):
            raise ValueError("marker: the key of a property and {marker} in body need each other")
        return self


class Endpoints(BaseModel):
    """Calls that exist, but whose form no public page tells. What is not given here is not used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task_transitions: TransitionsEndpoint | None = None
    create_task: CreateTaskEndpoint | None = None


class WorktileSettings(ConnectionSettings):
    """What stands under ``[connections.NAME]`` for Worktile; ``pmbridge connect worktile`` writes the first two."""

    adapter: str = "worktile"
    base_url: str = API
    """The host: the API of a team lies at ``base_url/open-api``, that of OAuth 2 at ``base_url/api``."""
    client_id: str = Field(min_length=1)
    """Id of the application that the team's administrator made."""
    auth: Literal["tenant", "oauth2"] = "tenant"
    """``tenant``: the secret is the application's ``client_secret``, and the token is nobody's.
    ``oauth2``: the token is a person's; the secret is JSON, ``{"client_secret": "…", "refresh_token": "…"}``. Whether
    Worktile lets such a token read what a team's token reads, no public page tells."""
    open_api_url: str | None = None
    """Where the API of a team lies, if not at ``base_url/open-api`` (private deployment)."""
    oauth_url: str | None = None
    """Where OAuth 2 lies, if not at ``base_url/api``."""
    web_url: str | None = Field(default=None, pattern=r"^https?://[^/\s@]+$")
    """The team's own address in a browser, ``https://TEAM.worktile.com``: without it tasks have no link."""
    property_names: Mapping[str, str] = Field(default_factory=dict)
    """Key of a property → the name that people know. The API tells keys only (``yjrq``), mappings name either."""
    endpoints: Endpoints = Endpoints()
    workers: int = Field(default=3, ge=1, le=8)
    """Worktile is known to refuse eight requests side by side, and to take three."""
    page_size: int = Field(default=200, ge=1, le=200)
    """Tasks in one answer of a listing; more than 200 was never seen to work."""

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        names = [one.casefold() for one in self.property_names.values()]
        if len(set(names)) != len(names):
            raise ValueError("property_names: two properties have one name")
        return self

    @property
    def marker(self) -> str | None:
        """Where the marker of a task of ours stands, if anywhere: a property's key or ``title``."""
        return self.endpoints.create_task.marker if self.endpoints.create_task else None

    @property
    def open_api(self) -> str:
        """The address that the API of a team begins with."""
        return self.open_api_url or f"{self.base_url.rstrip('/')}/open-api"

    @property
    def oauth(self) -> str:
        """The address that OAuth 2 begins with."""
        return self.oauth_url or f"{self.base_url.rstrip('/')}/api"
