"""The tables of the store, the same on SQLite and PostgreSQL.

Instants are epoch milliseconds UTC, dates ISO text. A :class:`Bytes` column holds canonical JSON or a hash.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect


class Bytes(LargeBinary):
    """Bytes as they are. Both drivers take and give ``bytes``, so nothing is wrapped for each of a million values."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:  # noqa: ARG002 - the signature is SQLAlchemy's
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:  # noqa: ARG002
        return None


# Every constraint has a name, so that a later revision can drop it, also where SQLite copies the table for that.
metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _surrogate() -> Column[Any]:
    # SQLite counts rows by itself only in a column that is declared exactly INTEGER.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)


def _connection(*, key: bool = False) -> Column[Any]:
    return Column("connection_id", Integer, ForeignKey("connection.id"), primary_key=key, nullable=False)


def _record(*, key: bool = True) -> Column[Any]:
    return Column("record_id", BigInteger, ForeignKey("record.id"), primary_key=key, nullable=False)


# ------------------------------------------------------------------------------------------ workspace, runs

# One row: random, made once, survives restore and copy.
workspace = Table("workspace", metadata, Column("id", Text, primary_key=True))

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("adapter", Text, nullable=False),
    UniqueConstraint("name"),
)

lease = Table(
    "lease",
    metadata,
    Column("key", Text, primary_key=True),
    Column("owner", Text),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)

# One row per connection of one sync call.
run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    _connection(key=True),
    Column("fence", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("observed_at", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("counts", Bytes),
    Column("error", Text),
    Column("complete", Bytes),  # {project: instant} that this run read to the end: freshness on any past day
)

# --------------------------------------------------------------------------------------------------- mirror

# What a tool shows now; every shape of record.
record = Table(
    "record",
    metadata,
    _surrogate(),
    _connection(),
    Column("kind", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("project_id", Text),
    Column("parent", Text),  # "kind:external_id"; of a comment, change or approval: its item
    Column("key", Text),
    Column("title", Text),
    Column("marker", Text),
    Column("version", Text),
    Column("updated_at", BigInteger),
    Column("body", Bytes, nullable=False),  # the record as JSON without its description
    Column("hash", Bytes, nullable=False),
    Column("presence", Text, nullable=False),  # present, moved, gone, deleted, out_of_scope
    Column("presence_at", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),  # observed_at of the run that changed content or presence
    UniqueConstraint("connection_id", "kind", "external_id"),
)
Index("record_by_project", record.c.connection_id, record.c.project_id, record.c.kind)
Index(
    "record_by_parent",
    record.c.connection_id,
    record.c.parent,
    sqlite_where=record.c.parent.is_not(None),
    postgresql_where=record.c.parent.is_not(None),
)
Index(
    "record_by_marker",
    record.c.connection_id,
    record.c.marker,
    sqlite_where=record.c.marker.is_not(None),
    postgresql_where=record.c.marker.is_not(None),
)

# Descriptions, as the vendor wrote them.
record_text = Table(
    "record_text",
    metadata,
    _record(),
    Column("field", Text, primary_key=True),
    Column("format", Text, nullable=False),
    Column("original", Bytes, nullable=False),
    Column("hash", Bytes, nullable=False),
)

# Which part (comments, history, approvals) was read at which state of the record.
detail = Table(
    "detail",
    metadata,
    _record(),
    Column("part", Text, primary_key=True),
    Column("version", Text),
    Column("hash", Bytes),
    Column("read_at", BigInteger, nullable=False),
)

# The whole record after a change, one row per changed record and run; body NULL when not present.
history = Table(
    "history",
    metadata,
    _record(),
    Column("observed_at", BigInteger, primary_key=True),
    Column("project_id", Text),
    Column("presence", Text, nullable=False),
    Column("body", Bytes),
)

# Records that left a project: with those that are in it now, the candidates of a look into the past.
former_project = Table(
    "former_project",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("project_id", Text, primary_key=True),
    _record(),
)

cursor = Table(
    "cursor",
    metadata,
    _connection(key=True),
    Column("value", Bytes),
    Column("format", Bytes, nullable=False),  # hash of kinds, fields, record_version
    Column("mapping_hash", Bytes),
    Column("full_at", BigInteger),  # last deep scan
)

project = Table(
    "project",
    metadata,
    _connection(key=True),
    Column("project_id", Text, primary_key=True),
    Column("key", Text),
    Column("name", Text),
    Column("url", Text),
    Column("complete_as_of", BigInteger),
    Column("problem", Bytes),
)

census = Table(
    "census",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("project_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("listed_at", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("held", Bytes),  # ids that wait for --accept-vanished
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("project_id", Text),
    Column("at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)

memo = Table(
    "memo",
    metadata,
    Column("connection_id", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Bytes, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# ------------------------------------------------------------------------------------------------- register

# Append only, one chain of hashes per engagement; the columns are those of pmbridge.domain.event.Event.
event = Table(
    "event",
    metadata,
    Column("engagement_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("payload", Bytes, nullable=False),
    Column("prev_hash", Bytes, nullable=False),
    Column("hash", Bytes, nullable=False),
)
Index("event_by_ref", event.c.engagement_id, event.c.ref, event.c.seq)

# The fold of the events; can be dropped and rebuilt.
entry = Table(
    "entry",
    metadata,
    Column("engagement_id", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", Bytes, nullable=False),
)
Index("entry_by_state", entry.c.engagement_id, entry.c.kind, entry.c.state)

# What identifies a person. The events hold the seal only, so that a row here can be erased.
personal = Table(
    "personal",
    metadata,
    Column("engagement_id", Text, primary_key=True),
    Column("seal", Text, primary_key=True),
    Column("salt", Bytes, nullable=False),
    Column("text", Text, nullable=False),
)

# Copies of the files that prove something, by their SHA-256.
evidence = Table(
    "evidence",
    metadata,
    Column("sha256", Bytes, primary_key=True),
    Column("body", Bytes, nullable=False),
)

# -------------------------------------------------------------------------------------------- writing back

# This record of a register is that record of a tool.
link = Table(
    "link",
    metadata,
    _surrogate(),
    Column("engagement_id", Text, nullable=False),
    Column("ref", Text, nullable=False),
    _connection(),
    Column("role", Text, nullable=False),  # main; also:KIND:ID, a further record of the same connection and ref
    _record(key=False),
    Column("origin", Text, nullable=False),  # adopted, created, copied
    Column("state", Text, nullable=False),  # live, lost
    UniqueConstraint("engagement_id", "ref", "connection_id", "role"),
)
Index("link_of_record", link.c.record_id, unique=True)

# What both sides said when they last agreed, each in its own words; NULL: never.
base = Table(
    "base",
    metadata,
    Column("link_id", BigInteger, ForeignKey("link.id"), primary_key=True, nullable=False),
    Column("field", Text, primary_key=True),
    Column("ours", Bytes),
    Column("theirs", Bytes),
    Column("at", BigInteger, nullable=False),
)

# The journal of writes: a row stands before anything is sent, and says what became of it. Never deleted while a
# marker made of it may stand in a tool.
outbox = Table(
    "outbox",
    metadata,
    Column("uid", Text, primary_key=True),
    Column("engagement_id", Text, nullable=False),
    Column("ref", Text, nullable=False),
    _connection(),
    Column("role", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("write", Bytes, nullable=False),
    Column("fields", Bytes, nullable=False),  # per field what was ours, what the tool showed, and what it will hold
    Column("pre_version", Text),
    Column("state", Text, nullable=False),  # planned, sending, doubtful, delivered, raced, parked, done, dropped
    Column("attempt", Integer, nullable=False),
    Column("fence", BigInteger),
    Column("intent_at", BigInteger),  # of the first attempt
    Column("send_before", BigInteger),
    Column("plan_id", Integer),
    Column("error", Bytes),  # why it is parked, in both languages
    UniqueConstraint("engagement_id", "ref", "connection_id", "role", "seq"),
)
Index(
    "outbox_open",
    outbox.c.connection_id,
    outbox.c.state,
    sqlite_where=outbox.c.state.not_in(["done", "dropped"]),
    postgresql_where=outbox.c.state.not_in(["done", "dropped"]),
)

# Writes that a person can look at before they are carried out.
plan = Table(
    "plan",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("mapping_hash", Bytes, nullable=False),
)
plan_entry = Table(
    "plan_entry",
    metadata,
    Column("plan_id", Integer, ForeignKey("plan.id"), primary_key=True, nullable=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _connection(),
    Column("engagement_id", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("because", Text, nullable=False),  # ref of the register's record from which it follows
    Column("body", Bytes, nullable=False),  # the write, its fields with bases and both sides, and words for people
    Column("state", Text, nullable=False),  # planned, applied, already, stale, blocked, manual
    Column("reason", Bytes),  # in both languages
)

# -------------------------------------------------------------------------------------------------- reports

# A frozen report; a draft while issued_at is NULL.
snapshot = Table(
    "snapshot",
    metadata,
    _surrogate(),
    Column("engagement_id", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("period_from", Text),
    Column("period_to", Text),
    Column("as_of", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("issued_at", BigInteger),
    Column("body", Bytes, nullable=False),
    Column("hash", Bytes, nullable=False),
    Column("inputs", Bytes, nullable=False),
)
