"""Leases: which process may write for a connection. A fence grows with every change of owner.

A process that lost its lease, because it slept too long or its machine was cut off, finds another fence in its next
transaction and commits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Connection, Update, bindparam, or_, select, update

from pmbridge.clock import Clock, from_millis
from pmbridge.store.sql import store_now, told_now, upsert
from pmbridge.store.tables import lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lease; ``owner`` is ``None`` when nobody does."""

    owner: str | None
    fence: int
    expires_at: datetime | None

    @property
    def host(self) -> str | None:
        """The machine of an owner written ``host:pid:ulid``."""
        return self.owner.rsplit(":", 2)[0] if self.owner else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease that was taken, good for ``ttl_ms`` after each renewal."""

    key: str
    owner: str
    fence: int
    ttl_ms: int

    def renew(self, connection: Connection, clock: Clock) -> bool:
        """Move the end of the lease; ``False`` when it is no longer ours. Locks its row until the commit."""
        dialect = connection.dialect.name
        ours = {"of": self.key, "by": self.owner, "under": self.fence, "ttl": self.ttl_ms}
        return connection.execute(_renewal(dialect), ours | told_now(dialect, clock)).rowcount == 1

    def release(self, connection: Connection) -> None:
        """Give the lease back; the fence stays, so that it only ever grows."""
        connection.execute(
            update(lease)
            .where(lease.c.key == self.key, lease.c.owner == self.owner, lease.c.fence == self.fence)
            .values(owner=None, expires_at=None)
        )


@cache
def _renewal(dialect: str) -> Update:
    # Part of every writing transaction, hence built once.
    return (
        update(lease)
        .where(lease.c.key == bindparam("of"), lease.c.owner == bindparam("by"), lease.c.fence == bindparam("under"))
        .values(expires_at=store_now(dialect) + bindparam("ttl", type_=BigInteger))
    )


def take(connection: Connection, clock: Clock, *, key: str, owner: str, ttl_s: float) -> Lease | None:
    """Take the lease *key* if it is free or expired; ``None`` while another owner holds it."""
    dialect = connection.dialect.name
    connection.execute(upsert(lease, dialect), {"key": key, "fence": 0})
    now = store_now(dialect)
    ttl_ms = int(ttl_s * 1000)
    taken = connection.execute(
        update(lease)
        .where(lease.c.key == key, or_(lease.c.owner.is_(None), lease.c.expires_at < now))
        .values(owner=owner, fence=lease.c.fence + 1, expires_at=now + ttl_ms),
        told_now(dialect, clock),
    )
    if taken.rowcount != 1:
        return None
    fence = connection.execute(select(lease.c.fence).where(lease.c.key == key)).scalar_one()
    return Lease(key=key, owner=owner, fence=fence, ttl_ms=ttl_ms)


def holder(connection: Connection, key: str) -> Holder:
    """Return who holds *key* now."""
    row = connection.execute(
        select(lease.c.owner, lease.c.fence, lease.c.expires_at).where(lease.c.key == key)
    ).one_or_none()
    if row is None:
        return Holder(owner=None, fence=0, expires_at=None)
    until = None if row.expires_at is None else from_millis(row.expires_at)
    return Holder(owner=row.owner, fence=row.fence, expires_at=until)
