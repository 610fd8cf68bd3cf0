"""What the engine lends an adapter, in memory: for tests of an adapter without a workspace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue, SecretStr

from pmbridge.adapter import Context
from pmbridge.clock import Clock
from pmbridge.errors import ConfigError
from pmbridge.records import Record
from pmbridge.values import ProjectId, RecordId


class GivenSecret:
    """A secret source that holds the secret itself."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def reveal(self) -> SecretStr:
        """Return the secret."""
        return self._secret

    def rotate(self, new: SecretStr) -> None:  # noqa: ARG002 - the protocol names it
        """Refuse: a given secret cannot be replaced."""
        raise ConfigError("secret-unreadable", where="the test", detail="cannot be rotated")


class MemoryMemo:
    """A memo that lives as long as the object."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[datetime | None, JsonValue]] = {}

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(days=1)) -> JsonValue:
        """Return what is kept under *key*, or call *load* and keep its result for *ttl*."""
        if not self._holds(key):
            value = load()
            self._kept[key] = (self._clock.now() + ttl, value)
        return self._kept[key][1]

    def kept(self, key: str) -> JsonValue:
        """Return what is kept under *key*; ``None`` if nothing, or nothing that still holds."""
        return self._kept[key][1] if self._holds(key) else None

    def keep(self, key: str, value: JsonValue, *, ttl: timedelta | None = None) -> None:
        """Keep *value* for *ttl* or for good; an equal one that still holds keeps its first *ttl*."""
        if self.kept(key) != value:
            self._kept[key] = (None if ttl is None else self._clock.now() + ttl, value)

    def drop(self, key: str) -> None:
        """Forget *key*."""
        self._kept.pop(key, None)

    def _holds(self, key: str) -> bool:
        if key not in self._kept:
            return False
        until = self._kept[key][0]
        return until is None or self._clock.now() < until


class MirroredRecords:
    """A window on a plain dictionary of records, for ``Adapter.pull``."""

    def __init__(self, records: Mapping[RecordId, Record] | None = None) -> None:
        self.records: dict[RecordId, Record] = dict(records or {})

    def versions(self, project: ProjectId, kind: str) -> Mapping[str, str]:
        """Return external id → version of the records of *project* and *kind*."""
        return {
            one.external_id: getattr(record, "version", "")
            for one, record in self.records.items()
            if one.kind == kind and getattr(record, "project", None) == project
        }

    def recent_writes(self) -> Sequence[RecordId]:
        """Return nothing: a test writes nothing by itself."""
        return ()


def context(connection: str, secret: SecretStr, clock: Clock) -> Context:
    """Return a context in memory for *connection*."""
    log = logging.getLogger(f"pmbridge.adapter.{connection}")
    return Context(connection=connection, secret=GivenSecret(secret), clock=clock, memo=MemoryMemo(clock), log=log)
