"""Settings of a Trello connection, and how its requests prove who we are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import quote

from pydantic import Field, SecretStr, model_validator

from pmbridge.adapter import ConnectionSettings, SecretSource

API = "https://api.trello.com"


class TrelloSettings(ConnectionSettings):
    """What stands under ``[connections.NAME]`` for Trello; ``pmbridge connect trello`` writes the first two."""

    adapter: str = "trello"
    base_url: str = API
    """Where the API lives, without the version: requests go to ``base_url/1``."""
    api_key: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}$")
    """Key of the app that asks. It names the app and opens nothing by itself; the secret is the token beside it."""
    auth: Literal["token", "bearer"] = "token"
    """``token``: API key and token. ``bearer``: the secret is an OAuth 2 access token, which lives about an hour."""
    complete_is_done: bool = False
    """A card that is marked complete counts as done whatever list it is in: it gets the state ``complete``."""
    full_read_h: float = Field(default=24, gt=0)
    """A board is read whole this often even if its ``dateLastActivity`` stands still: not every change moves it."""
    cards_per_request: int = Field(default=1000, ge=50, le=1000)
    """Cards in one answer; a board that fills one is read in pages. Halved when Trello finds it too much."""

    start_at: str = Field(default="09:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    due_at: str = Field(default="18:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """Trello's dates are moments: the hour, in ``day_zone``, at which a day that is written begins or is due."""

    @model_validator(mode="after")
    def _has_its_key(self) -> Self:
        if self.auth == "token" and not self.api_key:
            raise ValueError("api_key is missing: a token only works beside the key that it was made with")
        return self


class Credential:
    """The credential of one connection as an ``Authorization`` header; the secret is asked for on first use.

    Never in an address: there it would end in the logs of every proxy on the way.
    """

    def __init__(self, source: SecretSource, settings: TrelloSettings) -> None:
        self._source, self._settings = source, settings
        self._secret: SecretStr | None = None

    def reveal(self) -> SecretStr:
        """Return the token itself: one call of Trello names it in the path."""
        if self._secret is None:
            self._secret = self._source.reveal()
        return self._secret

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the one header."""
        secret = self.reveal().get_secret_value()
        if self._settings.auth == "bearer":
            return {"Authorization": SecretStr(f"Bearer {secret}")}
        # RFC 5849 §3.5.1: values are percent-encoded, so that none can end its quotes.
        key, token = self._settings.api_key, quote(secret, safe="")
        return {"Authorization": SecretStr(f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"')}

    def hide(self, text: str) -> str:
        """Return *text* without the token: an error may repeat what it was sent."""
        return text.replace(self._secret.get_secret_value(), "***") if self._secret else text

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing: see the class."""
        return {}

    def renew(self) -> bool:
        """Return ``False``: tokens are renewed by people, access tokens by whoever the secret comes from."""
        return False
