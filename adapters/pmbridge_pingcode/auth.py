"""The bearer token: asked for once a run, kept in memory, asked for again when it ends or is refused."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr, TypeAdapter

from pmbridge.adapter import Context, HttpClient, HttpPolicy, Params
from pmbridge_pingcode import wire
from pmbridge_pingcode.settings import PingCodeSettings

TOKEN_PATH = "/v1/auth/token"  # noqa: S105 - a path
_TOKEN = TypeAdapter(wire.Token)
_ABSOLUTE = 1_000_000_000
"""``expires_in`` above this is a moment (seen live), below it would be a duration."""
_BEFORE_ITS_END = timedelta(minutes=5)


class NoCredential:
    """The auth of the request that asks for a token: what it proves with travels in its own query."""

    def headers(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def renew(self) -> bool:
        """Return ``False``."""
        return False


class Credential:
    """The token of one connection, as an ``Authorization`` header. Safe for threads.

    *policy* is that of the token's own client: PingCode wants client id and secret in the query of a GET, and a
    request must not carry an older token along.
    """

    def __init__(self, settings: PingCodeSettings, context: Context, policy: HttpPolicy) -> None:
        self._settings, self._context = settings, context
        self.client = HttpClient(policy, context.clock)
        self._lock = threading.Lock()
        self._token: SecretStr | None = None
        self._refresh: SecretStr | None = None
        self._ends: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When the present token ends; ``None`` before the first, or where PingCode did not say."""
        return self._ends

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the one header, asking for a token where there is none or it is about to end.

        Raises:
            CredentialRefused: the secret is not accepted; ``client-refused`` for an unknown application.
        """
        with self._lock:
            ended = self._ends is not None and self._context.clock.now() >= self._ends - _BEFORE_ITS_END
            if self._token is None or ended:
                self._ask()
            return {"Authorization": SecretStr(f"Bearer {self._token.get_secret_value() if self._token else ''}")}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing: a token in an address ends in the logs of every proxy on the way."""
        return {}

    def renew(self) -> bool:
        """Ask for another token once; PingCode ends one when the application's secret is reset."""
        with self._lock:
            self._ask()
        return True

    def _ask(self) -> None:
        told = self.client.get(TOKEN_PATH, _TOKEN, params=self._proof()).data
        self._token = SecretStr(told.access_token)
        self._ends = _moment(told.expires_in, self.client.server_now())
        refresh = self._refresh
        if self._settings.grant == "refresh_token" and told.refresh_token and refresh is not None:
            new = SecretStr(told.refresh_token)
            if new != refresh:
                # Kept before it is used: the old one may already be worth nothing.
                self._context.secret.rotate(new)
                self._refresh = new

    def _proof(self) -> Params:
        if self._settings.grant == "refresh_token":
            self._refresh = self._refresh or self._context.secret.reveal()
            return {"grant_type": "refresh_token", "refresh_token": self._refresh}
        return {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._context.secret.reveal(),
        }


def _moment(said: int | None, now: datetime) -> datetime | None:
    if not said:
        return None
    return datetime.fromtimestamp(said, UTC) if said > _ABSOLUTE else now + timedelta(seconds=said)
