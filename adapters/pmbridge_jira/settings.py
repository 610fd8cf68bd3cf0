"""Settings of a Jira connection, and how its requests prove who we are."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, SecretStr

from pmbridge.adapter import ConnectionSettings, SecretSource

GATEWAY = "https://api.atlassian.com"


class JiraSettings(ConnectionSettings):
    """What stands under ``[connections.NAME]`` for Jira; ``pmbridge connect jira`` writes the first five."""

    adapter: str = "jira"
    deployment: Literal["cloud", "server"] | None = None
    """Jira Cloud, or Server and Data Center; asked from the server when it is not given."""
    user: str | None = None
    """E-mail address on Cloud. User name on Data Center, with a password; ``None`` there: personal access token."""
    auth: Literal["basic", "bearer"] | None = None
    """Default: ``basic`` with a user, ``bearer`` without."""
    cloud_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,64}$")
    """Set: the token has scopes (or belongs to a service account) and only works through Atlassian's gateway."""
    gateway_url: str = GATEWAY
    start_date_field: str | None = None
    """Field that holds the start of an issue, by id or unique name; Jira has no such system field."""
    index_lag_s: float | None = Field(default=None, ge=0)
    """How late the search may know of a change; default 600 on Cloud, 60 on Data Center."""
    overlap_s: float | None = Field(default=None, ge=0)
    """How far an incremental pull looks back; default ``index_lag_s`` and one minute, the grain of JQL dates."""
    internal_role: str | None = None
    """Project role that alone sees internal comments outside service projects; without it they are not written."""
    page_size: int = Field(default=100, ge=1, le=100)
    """Issues per request. Jira allows 100 where several fields are asked."""
    list_size: int = Field(default=5000, ge=1, le=5000)
    """Ids per request of a listing."""
    boards_every_h: float = Field(default=24, gt=0)
    """How often sprints are read from their boards; between that they come with the issues."""

    @property
    def scheme(self) -> Literal["basic", "bearer"]:
        """How the credential is sent."""
        return self.auth or ("basic" if self.user else "bearer")


class Nobody:
    """No credential: for the two addresses that Jira answers to anybody."""

    def headers(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def renew(self) -> bool:
        """Return ``False``: there is nothing to renew."""
        return False


class Credential:
    """The credential of one connection as an ``Authorization`` header; the secret is asked for on first use."""

    def __init__(self, source: SecretSource, settings: JiraSettings) -> None:
        self._source, self._settings = source, settings
        self._header: SecretStr | None = None

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the one header; Jira takes no credential in the query."""
        if self._header is None:
            secret = self._source.reveal().get_secret_value()
            if self._settings.scheme == "basic":
                pair = f"{self._settings.user or ''}:{secret}".encode()
                self._header = SecretStr("Basic " + b64encode(pair).decode("ascii"))
            else:
                self._header = SecretStr(f"Bearer {secret}")
        return {"Authorization": self._header}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing: see :meth:`headers`."""
        return {}

    def renew(self) -> bool:
        """Return ``False``: tokens and passwords are renewed by people."""
        return False
