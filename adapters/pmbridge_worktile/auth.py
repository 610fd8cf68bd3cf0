"""The credential: an application's secret, or a person's refresh token, and the access token that it buys.

The access token lives in memory. It costs one request per run; nothing of it is stored.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError

from pmbridge.adapter import Call, Context, HttpClient
from pmbridge.errors import CredentialRefused, Doubtful, Unreachable
from pmbridge_worktile import wire
from pmbridge_worktile.settings import WorktileSettings

_EARLY = timedelta(seconds=60)
"""A token is not used up to its last second: the request has to arrive."""

_TENANT, _OAUTH = TypeAdapter(wire.TenantToken), TypeAdapter(wire.OAuthToken)


class Nobody:
    """How the request for a token proves who we are: in its body."""

    def headers(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing."""
        return {}

    def renew(self) -> bool:
        """Return ``False``: there is nothing behind it."""
        return False


class OAuthSecret(BaseModel):
    """What the secret of a person's connection holds."""

    client_secret: SecretStr
    refresh_token: SecretStr = Field(min_length=1)


class Credential:
    """The credential of one connection, for ``HttpPolicy.auth``. Safe for threads.

    The vendor's pages want the token in the query *and* in the header; the query alone is known to do, the header is
    not. So both are sent.
    """

    def __init__(self, settings: WorktileSettings, context: Context, client: Callable[[], HttpClient]) -> None:
        """``client`` gives the client that asks for tokens, without a credential of its own."""
        self._settings, self._context, self._client = settings, context, client
        self._lock = threading.Lock()
        self._token: SecretStr | None = None
        self._ends_at: datetime | None = None
        self._told: set[str] = set()

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the header with the token."""
        return {"Authorization": SecretStr(f"Bearer {self._current().get_secret_value()}")}

    def query(self) -> Mapping[str, SecretStr]:
        """Return the parameter with the token. Being secret it is shown in no address."""
        return {"access_token": self._current()}

    def renew(self) -> bool:
        """Get another token: the present one was refused.

        Raises:
            CredentialRefused: the application's secret itself is not accepted.
        """
        with self._lock:
            self._token = None
        self._current()
        return True

    def hide(self, text: str) -> str:
        """Return *text* without any secret of this connection: an error may repeat what it was sent."""
        for secret in self._told:
            text = text.replace(secret, "***")
        return text

    def _current(self) -> SecretStr:
        with self._lock:
            if self._token is None or (self._ends_at is not None and self._context.clock.now() >= self._ends_at):
                asked_at = self._context.clock.now()
                token, lifetime = self._by_person() if self._settings.auth == "oauth2" else self._by_tenant()
                self._token, self._ends_at = self._noted(token), None
                if lifetime is not None:
                    # Capped, because a date cannot lie at any distance; a short life must still be of some use.
                    alive = timedelta(seconds=min(lifetime, 365 * 86_400.0))
                    self._ends_at = asked_at + max(alive - _EARLY, alive / 2)
            return self._token

    def _by_tenant(self) -> tuple[str, float | None]:
        secret = self._noted(self._context.secret.reveal().get_secret_value())
        body = {"client_id": self._settings.client_id, "client_secret": secret}
        # Asking twice does no harm: each answer is a token of its own.
        got = self._client().send("POST", "/tenant-access-token", _TENANT, call=Call.IDEMPOTENT, json=body).data
        return got.tenant_access_token, got.expires_in

    def _by_person(self) -> tuple[str, float | None]:
        held = self._held()
        body = {
            "grant_type": "refresh_token",
            "refresh_token": held.refresh_token,
            "client_id": self._settings.client_id,
            "client_secret": held.client_secret,
        }
        try:
            # Not to be repeated: a refresh token may be good for one use.
            got = self._client().send("POST", "/oauth2/token", _OAUTH, call=Call.ONCE, json=body).data
        except Doubtful:  # nothing was written that a person would have to look after
            host = urlsplit(self._settings.oauth).netloc
            raise Unreachable(
                connection=self._context.connection, tool="Worktile", host=host, why="no answer", why_zh="没有收到答复"
            ) from None
        if got.refresh_token and got.refresh_token != held.refresh_token.get_secret_value():
            self._noted(got.refresh_token)
            kept = {"client_secret": held.client_secret.get_secret_value(), "refresh_token": got.refresh_token}
            self._context.secret.rotate(SecretStr(json.dumps(kept)))
        return got.access_token, got.expires_in

    def _held(self) -> OAuthSecret:
        text = self._context.secret.reveal().get_secret_value()
        self._noted(text)
        try:
            held = OAuthSecret.model_validate_json(text)
        except ValidationError:
            held = None
        if held is None:  # raised out here: pydantic's error quotes the secret
            raise CredentialRefused(
                connection=self._context.connection,
                tool="Worktile",
                status='the secret is not {"client_secret": …, "refresh_token": …}',
            )
        self._noted(held.client_secret.get_secret_value())
        self._noted(held.refresh_token.get_secret_value())
        return held

    def _noted(self, secret: str) -> SecretStr:
        if secret:
            self._told = self._told | {secret}
        return SecretStr(secret)
