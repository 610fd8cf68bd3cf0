"""An event of the register and the chain of hashes that holds all of them together.

``hash = SHA-256(prev_hash ‖ header ‖ payload)``: the header is the compact JSON list ``[engagement, seq, kind, ref,
verb, actor, occurred_at, recorded_at]`` with instants in epoch milliseconds, the payload its JSON exactly as stored.
Nothing is encoded again to verify it, and a client can do so with any JSON library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from pmbridge.domain.evidence import Evidence

GENESIS = bytes(32)
"""What stands before the first event of an engagement."""

I = TypeVar("I", bound=BaseModel)  # noqa: E741


class Event(NamedTuple):
    """An event as the store keeps it, in the order of its columns. ``occurred_at``: in the world; both in ms UTC."""

    engagement: str
    seq: int
    kind: str
    ref: str
    verb: str
    actor: str
    occurred_at: int
    recorded_at: int
    payload: bytes
    prev_hash: bytes
    hash: bytes


class Payload(BaseModel, Generic[I]):
    """What an event says beside its columns. ``cause``: the seq of the event that had this one as its effect."""

    model_config = ConfigDict(frozen=True)

    to: str
    day: date
    input: I
    by: str | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    cause: int | None = None


@cache
def payload_type(takes: type[BaseModel]) -> type[Payload[BaseModel]]:
    """Return the payload of a step that takes *takes*."""
    return Payload[takes]  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: the last event's number (0: none yet), its hash, and when it was recorded."""

    seq: int = 0
    hash: bytes = GENESIS
    recorded_at: int = 0


def chained(
    head: Head,
    *,
    engagement: str,
    kind: str,
    ref: str,
    verb: str,
    actor: str,
    occurred_at: int,
    recorded_at: int,
    payload: bytes,
) -> Event:
    """Return the event that follows *head*."""
    seq = head.seq + 1
    header = to_json([engagement, seq, kind, ref, verb, actor, occurred_at, recorded_at])
    digest = hashlib.sha256(b"".join((head.hash, header, payload))).digest()
    return Event(engagement, seq, kind, ref, verb, actor, occurred_at, recorded_at, payload, head.hash, digest)


def head_of(event: Event) -> Head:
    """Return the chain's end after *event*."""
    return Head(seq=event.seq, hash=event.hash, recorded_at=event.recorded_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a chain does not hold: ``missing`` events before ``seq``, or an event that is not what was recorded."""

    engagement: str
    seq: int
    what: str
    missing: int = 0


def breaks(events: Iterable[tuple[str, int, str, str, str, str, int, int, bytes, bytes, bytes]]) -> Iterator[Break]:
    """Yield every break in the chain of one engagement, whose *events* come by seq, as rows of :class:`Event`.

    After a break the chain is taken up again from what is stored, so that one changed row is one break.
    """
    sha256 = hashlib.sha256
    before, last = GENESIS, 0
    for engagement, seq, kind, ref, verb, actor, occurred_at, recorded_at, payload, prev_hash, stored in events:
        if seq != last + 1:
            yield Break(engagement=engagement, seq=seq, what=f"{kind} {verb} {ref}", missing=seq - last - 1)
            before = prev_hash
        header = to_json([engagement, seq, kind, ref, verb, actor, occurred_at, recorded_at])
        # prev_hash is looked at by itself: it is hashed as the chain says it should be, not as the row says.
        if prev_hash != before or sha256(b"".join((before, header, payload))).digest() != stored:
            yield Break(engagement=engagement, seq=seq, what=f"{kind} {verb} {ref}")
        before, last = stored, seq
