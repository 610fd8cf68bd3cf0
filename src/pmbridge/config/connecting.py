"""Making a connection: the adapter's questions, the test call, what is worth keeping.

Writes nothing. Who asks the questions (a terminal, a script) decides what to do with the result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import JsonValue, SecretStr, ValidationError

from pmbridge.adapter import (
    Adapter,
    Call,
    ConnectionSettings,
    Context,
    HttpPolicy,
    Question,
    Response,
    is_loopback,
    origin_of,
)
from pmbridge.clock import Clock, SystemClock
from pmbridge.config.faults import of_validation
from pmbridge.config.load import invalid
from pmbridge.errors import ConfigError
from pmbridge.records import Account

_PROBE_DEADLINE_S = 30

PATIENCE_S = 5.0
"""How long a person at a dialogue is kept waiting because a tool asks for a pause; then it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the test call found. ``settings`` are what to write, ``secret`` what to keep (it may have been renewed)."""

    account: Account
    projects: int
    settings: Mapping[str, object]
    secret: SecretStr
    expires_on: date | None
    """When the secret expires, as far as the tool tells."""


class Connecting:
    """One connection in the making. Use as a context manager: it keeps connections to the server open.

    *given* are answers and settings known from the start (an existing connection's, options of a command).
    """

    def __init__(
        self,
        adapter: type[Adapter[Any]],
        name: str,
        *,
        given: Mapping[str, object] | None = None,
        file: Path = Path("pmbridge.toml"),
        clock: Clock | None = None,
    ) -> None:
        self.adapter = adapter
        self.name = name
        self._given = dict(given or {})
        self._answers = {key: str(value) for key, value in self._given.items() if value is not None}
        self._file = file
        self._clock = clock or SystemClock()
        self._learned: Mapping[str, object] = {}
        self._clients: dict[str, Any] = {}
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def question(self) -> Question | None:
        """Return what to ask next, ``None`` when everything but the test call is done.

        Raises:
            PmbridgeError: the last answer cannot be right, or the server does not answer; :meth:`answer` it anew.
        """
        self._learned, question = self.adapter.connect(self._answers, self.probe)
        return question

    def answer(self, key: str, value: str | None) -> None:
        """Answer the question *key*; ``None`` takes an answer back."""
        if value is None:
            self._answers.pop(key, None)
        else:
            self._answers[key] = value

    @property
    def settings(self) -> Mapping[str, object]:
        """What is known so far, for ``[connections.NAME]``."""
        return {"adapter": self.adapter.kind, **self._given, **self._learned}

    def try_out(self, secret: SecretStr) -> Trial:
        """Ask the tool who *secret* is and what it sees.

        Raises:
            NotAuthorized: it is not accepted, or the tool takes us for an anonymous visitor.
            ConfigError: the settings do not fit together; lists all faults.
            PmbridgeError: as every call.
        """
        held = _Held(secret)
        checked = self._checked(self.settings)
        hurried = checked.model_copy(update={"max_wait_s": min(checked.max_wait_s, PATIENCE_S)})
        adapter = self.adapter(hurried, self._context(held))
        account = adapter.check()
        projects = sum(1 for _ in adapter.projects())
        expires = account.expires_at.date() if account.expires_at else None
        return Trial(
            account=account,
            projects=projects,
            settings={**self.settings, **account.learned},
            secret=held.reveal(),
            expires_on=expires,
        )

    def probe(self, url: str) -> Response:
        """Send one GET to *url*, without a credential, and return whatever is answered.

        Raises:
            ConfigError: *url* is plain http to another machine.
            TransientError: no answer.
        """
        from pmbridge.adapter import HttpClient  # loaded late: only who connects pays for it

        origin = origin_of(url)
        insecure = str(self._answers.get("insecure_http", "")).lower() == "true"
        if origin.startswith("http://") and not insecure and not is_loopback(origin):
            raise ConfigError(
                "refused",
                connection=self.name,
                detail=f"{origin} would receive the secret unencrypted.",
                detail_zh=f"{origin} 没有加密，不能发送令牌。",
                command="pmbridge connect, with an address that begins with https://",
            )
        if origin not in self._clients:
            policy = HttpPolicy(
                origin=origin,
                auth=_Nobody(),
                classify=lambda _: None,
                attempts=2,
                deadline_s=_PROBE_DEADLINE_S,
                proxy=self._answers.get("proxy"),
                ca_bundle=self._answers.get("ca_bundle"),
            )
            self._clients[origin] = self._resources.enter_context(HttpClient(policy, self._clock))
        client: Any = self._clients[origin]
        response: Response = client.fetch("GET", url, call=Call.READ)
        return response

    def _checked(self, settings: Mapping[str, object]) -> ConnectionSettings:
        try:
            return self.adapter.Settings.model_validate(settings)
        except ValidationError as exc:
            at = ("connections", self.name)
            raise invalid(self._file, of_validation(exc, self.adapter.Settings, settings, at)) from None

    def _context(self, secret: _Held) -> Context:
        log = logging.getLogger(f"pmbridge.adapter.{self.adapter.kind}")
        return Context(connection=self.name, secret=secret, clock=self._clock, memo=_Forgetful(), log=log)


@dataclass(slots=True)
class _Held:
    """A secret that is nowhere yet. What the tool gives in its place is held instead."""

    _secret: SecretStr

    def reveal(self) -> SecretStr:
        return self._secret

    def rotate(self, new: SecretStr) -> None:
        self._secret = new


@dataclass(slots=True)
class _Forgetful:
    """A memo for one conversation."""

    _kept: dict[str, JsonValue] = field(default_factory=dict)

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(days=1)) -> JsonValue:  # noqa: ARG002 - a conversation is shorter than any
        if key not in self._kept:
            self._kept[key] = load()
        return self._kept[key]

    def kept(self, key: str) -> JsonValue:
        return self._kept.get(key)

    def keep(self, key: str, value: JsonValue, *, ttl: timedelta | None = None) -> None:  # noqa: ARG002 - as above
        self._kept[key] = value

    def drop(self, key: str) -> None:
        self._kept.pop(key, None)


class _Nobody:
    """The credential of a request that has none."""

    def headers(self) -> Mapping[str, SecretStr]:
        return {}

    def query(self) -> Mapping[str, SecretStr]:
        return {}

    def renew(self) -> bool:
        return False
