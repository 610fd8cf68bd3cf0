"""What differs between Jira Cloud (REST v3) and Jira Server or Data Center (REST v2), as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pmbridge.values import RichFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One of the two ways in which Jira speaks. How issues are searched: see ``cloud``, ``server``."""

    name: Literal["cloud", "server"]
    product: str
    api: str
    """Prefix of the platform's resources."""
    text: RichFormat
    """Format of descriptions, comments and long custom fields."""
    index_lag: timedelta
    """How late the search may know of a change (the vendor: seconds to minutes; Data Center: replicas of a node)."""
    names_account: bool
    """Every answer to an authenticated request carries ``X-AAccountId``."""

    def path(self, resource: str) -> str:
        """Return the path of *resource*, which starts with a slash."""
        return self.api + resource


CLOUD = Dialect(
    name="cloud",
    product="Jira Cloud",
    api="/rest/api/3",
    text="adf",
    index_lag=timedelta(minutes=10),
    names_account=True,
)
SERVER = Dialect(
    name="server",
    product="Jira Data Center",
    api="/rest/api/2",
    text="wiki",
    index_lag=timedelta(minutes=1),
    names_account=False,
)
ANY_SERVER_INFO = "/rest/api/2/serverInfo"
"""Answered by both dialects, so it can be asked before the dialect is known."""


def dialect_of(deployment: str) -> Dialect:
    """Return the dialect of a ``deploymentType`` (``Cloud``, ``Server``) or of the setting of that name."""
    return CLOUD if deployment.lower() == "cloud" else SERVER
