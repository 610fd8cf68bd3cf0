"""The words in which an adapter tells the HTTP client about its vendor: auth, limits, classification, limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypeVar

from pydantic import SecretStr

from pmbridge.errors import PmbridgeError

T = TypeVar("T")


class Call(Enum):
    """What may be repeated. ``ONCE`` (creates, comments, updates, transitions): only if it provably did not happen."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    ONCE = "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, received whole. ``url`` is redacted: fit for a log."""

    status: int
    headers: Mapping[str, str]
    """Keys in lower case."""
    body: bytes = field(repr=False)
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[T]):
    """An answer whose body was validated."""

    data: T
    status: int
    headers: Mapping[str, str]


class Auth(Protocol):
    """How a request proves who we are."""

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the headers to add; empty if none."""
        ...

    def query(self) -> Mapping[str, SecretStr]:
        """Return the query parameters to add; empty if none."""
        ...

    def renew(self) -> bool:
        """Try once to get a fresh credential after a refusal; ``False`` when there is no way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One token bucket: a steady rate, a burst, and the key by which calls name it."""

    per_s: float
    burst: int
    key: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The vendor's wish that calls with *key* pause for *seconds*."""

    seconds: float
    key: str = "*"


def no_wait(_: Response) -> Wait | None:
    """The pace of a vendor that sends no rate headers."""
    return None


@dataclass(frozen=True, kw_only=True)
class HttpPolicy:
    """Everything the client must know about one vendor and one credential.

    ``classify`` is asked for every answer, also a 200, and returns the error it amounts to or ``None``. ``pace``
    turns the vendor's headers into a wait. ``bare_origins`` may be asked, but never with the credential.
    """

    origin: str
    auth: Auth
    classify: Callable[[Response], PmbridgeError | None]
    pace: Callable[[Response], Wait | None] = no_wait
    rates: tuple[Rate, ...] = ()
    bare_origins: tuple[str, ...] = ()
    timeout_s: tuple[float, float] = (10, 60)
    deadline_s: float = 120
    max_wait_s: float = 90
    attempts: int = 5
    max_bytes: int = 64 * 2**20
    max_depth: int = 64
    workers: int = 4
    proxy: str | None = field(default=None, repr=False)
    """May hold a password."""
    ca_bundle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What a client has done so far. ``bytes`` counts bodies received, after decompression."""

    requests: int = 0
    bytes: int = 0
    waited_s: float = 0.0
    retries: int = 0

    def __add__(self, other: Traffic) -> Traffic:
        """Return what both have done."""
        return Traffic(
            requests=self.requests + other.requests,
            bytes=self.bytes + other.bytes,
            waited_s=self.waited_s + other.waited_s,
            retries=self.retries + other.retries,
        )
