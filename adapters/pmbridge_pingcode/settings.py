"""Settings of a PingCode connection. What no paper settles is a setting here, never a guess in the code."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pmbridge.adapter import ConnectionSettings

CLOUD = "https://open.pingcode.com"

DialectName = Literal["pjm", "project"]
Category = Literal["unknown", "done", "cancelled"]


class PingCodeSettings(ConnectionSettings):
    """What stands under ``[connections.NAME]``; ``pmbridge connect pingcode`` writes the first two."""

    adapter: str = "pingcode"
    base_url: str = CLOUD
    """The REST root, without ``/v1``: the public cloud's, or ``https://HOST/open`` of a private deployment."""
    client_id: str | None = None
    """Names the application; the secret is its ``client_secret``. Not needed with a refresh token."""
    grant: Literal["client_credentials", "refresh_token"] = "client_credentials"
    """``client_credentials``: an enterprise token, nobody's. ``refresh_token``: the secret is a person's refresh
    token (90 days), and only what that person sees is read."""
    dialect: Literal["auto", "pjm", "project"] = "auto"
    """``/v1/pjm`` (2026) or ``/v1/project`` (older). ``auto`` asks once a day which one answers."""
    closed_counts_as: Category = "unknown"
    """What a state of the type ``closed`` means. PingCode keeps it beside ``completed`` and does not say."""
    comment_format: Literal["plain", "html"] = "plain"
    """How comments are marked up: undocumented; every published example is plain text."""
    marker_property: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Id of a text property of items for the marker of what pmbridge makes. Without one it is the last line of the
    description."""
    find_settles_s: float = Field(default=60, ge=0)
    """After how long a list shows what was just made, at the latest; PingCode publishes nothing of it."""
    overlap_s: int = Field(default=120, ge=1)
    """How far a pull reaches back behind the last one."""
    search_overlap_s: int = Field(default=86_400, ge=86_400)
    """The same for the search of ``/v1/pjm``, whose dates may be cut to days."""

    @model_validator(mode="after")
    def _names_its_application(self) -> Self:
        if self.grant == "client_credentials" and not self.client_id:
            raise ValueError("client_id is missing: a client_secret only works beside the id that it was made with")
        return self
