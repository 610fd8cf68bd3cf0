"""What an engagement wants in its tools, and what is to be written there by that, over one connection."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pmbridge.clock import from_millis
from pmbridge.domain.discrepancy import DISCREPANCY
from pmbridge.domain.evidence import Actor
from pmbridge.identity import new_ulid
from pmbridge.records import NOT_YET, Support, Verb
from pmbridge.store import OPEN, Origin, Run, Store
from pmbridge.sync.brake import to_and_fro
from pmbridge.sync.copies import Terms, copies
from pmbridge.sync.outdated import is_spent, superseded
from pmbridge.sync.plan import Known, Planned, planned
from pmbridge.sync.wanted import DUE, MAIN, STATE, TITLE, Place, Wanted, WantedItem, WantedRecord, wanted
from pmbridge.values import Named, ProjectId, RecordId

if TYPE_CHECKING:
    from pmbridge.adapter import Adapter
    from pmbridge.clock import Clock
    from pmbridge.config import WorkspaceConfig
    from pmbridge.domain.figure import SourceRef
    from pmbridge.domain.recognise import Observed
    from pmbridge.domain.view import Discrepancy
    from pmbridge.engagement import Engagement


_FIELDS = {"state": STATE, "title": TITLE, "plan": DUE}
"""What a difference calls a field, and what a record does."""


class Workplace(Protocol):
    """What planning needs of a workspace."""

    @property
    def config(self) -> WorkspaceConfig:
        """What its file says."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def store(self) -> Store:
        """The store."""
        ...

    def adapter(self, connection: str) -> Adapter[Any]:
        """Return an adapter for *connection*; no request is made."""
        ...

    def engagement(self, name: str | None = None) -> Engagement:
        """Return a handle on the engagement *name*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an engagement wants in its tools, and what is needed to decide about it."""

    engagement: Engagement
    observed: tuple[Observed, ...]
    wanted: tuple[Wanted, ...]
    kept: Mapping[tuple[str, str, str, RecordId], datetime]

    @property
    def connections(self) -> list[str]:
        return list(dict.fromkeys(one.source.connection for one in self.wanted))

    def scope(self, connection: str) -> frozenset[ProjectId]:
        return frozenset(one.source.project_id for one in self.observed if one.source.connection == connection)


def wishes_of(engagement: Engagement, workspace: Workplace) -> Wishes:
    """Return what the register of *engagement* wants in its tools, as the mirror shows them now.

    Raises:
        ConfigError: nothing was synced yet, or the mapping does not fit the project.
    """
    view = engagement.view()  # refuses what was never synced
    observed = engagement.observed()
    links = workspace.store.writings.links
    made: dict[Place, str] = {
        (connection, link.record): link.ref
        for connection in dict.fromkeys(one.source.connection for one in observed)
        for link in links(connection)
        if link.engagement == engagement.name and link.origin == "created" and link.role == MAIN
    }
    # How a difference was settled stands in the view; ours is to replace what the tool showed then.
    kept = {
        (one.place.connection, one.ref, _FIELDS[one.field], _record_of(one.place)): settled_at(engagement, one.key)
        for one in view.discrepancies
        if one.settled == "keep" and one.place is not None and one.field in _FIELDS
    }
    book = engagement.register.book
    language, since = engagement.config.languages[0], engagement.config.write.since
    found = wanted(book, observed, made, language=language, since=since)
    found += copies(book, observed, made, Terms(language=language, since=since))
    named = tuple(_named(one, engagement) for one in found)
    return Wishes(engagement=engagement, observed=observed, wanted=named, kept=kept)


def is_carried_out(workspace: Workplace, engagement: Engagement, one: Discrepancy) -> bool:
    """Return whether *one* was settled as "ours holds" and is a new difference by now, since the tool followed then."""
    if one.settled != "keep" or one.place is None or one.field not in _FIELDS:
        return False
    links = workspace.store.writings.links(one.place.connection)
    link = next((each for each in links if each.record == _record_of(one.place)), None)
    return link is not None and is_spent(link, _FIELDS[one.field], settled_at(engagement, one.key))


def _decided_at(engagement: Engagement, refs: Iterable[str]) -> datetime | None:
    """Return when a person last recorded something of one of *refs*; ``None``: nobody did."""
    said = [
        one.recorded_at
        for ref in refs
        for one in engagement.register.events(ref)
        if Actor.parse(one.actor).kind != "system"
    ]
    return from_millis(max(said)) if said else None


def settled_at(engagement: Engagement, key: str) -> datetime:
    """Return when the settlement of the difference *key* was recorded."""
    register = engagement.register
    (ref,) = [one.ref for one in register.book.of(DISCREPANCY.name) if one.fields.key == key]
    return from_millis(register.events(ref)[-1].recorded_at)


def _record_of(place: SourceRef) -> RecordId:
    return RecordId(kind=place.kind, external_id=place.external_id)


def _named(one: Wanted, engagement: Engagement) -> Wanted:
    """Return *one* with the name of the state that is wanted, for people."""
    if isinstance(one, WantedItem):
        return replace(one, state_name=_state_names(one, one.kind, engagement).get(one.state or ""))
    if not isinstance(one, WantedRecord) or not any(each.field == STATE for each in one.fields):
        return one
    names = _state_names(one, one.record.id.kind, engagement)
    fields = tuple(
        replace(each, sends=Named(id=each.sends.id, name=names.get(each.sends.id)))
        if isinstance(each.sends, Named)
        else each
        for each in one.fields
    )
    return replace(one, fields=fields)


def _state_names(one: Wanted, kind: str, engagement: Engagement) -> dict[str, str]:
    described = engagement.schemas().get((one.source.connection, one.source.project_id))
    known = None if described is None else described.kinds.get(kind)
    return {} if known is None else {info.state.id: info.state.name for info in known.states}


def look(workspace: Workplace, wishes: Wishes, adapter: Adapter[Any], run: Run, connection: str) -> Planned:
    """Return what is to be written over one connection now; what both sides agree on is kept as their base."""
    mine = [one for one in wishes.wanted if one.source.connection == connection]
    name, journal = wishes.engagement.name, run.journal
    by_record = {one.record: one for one in journal.links()}
    taken = {(one.ref, one.role) for one in by_record.values() if one.engagement == name}
    binds: list[tuple[str, str, str, RecordId, Origin]] = []
    for one in mine:
        if isinstance(one, WantedRecord) and one.record.id not in by_record:
            if one.role != MAIN:
                binds.append((name, one.ref, one.role, one.record.id, "copied"))
                continue
            # A ref may be several records of one connection: the first is the main one.
            role = MAIN if (one.ref, MAIN) not in taken else f"also:{one.record.id}"
            taken.add((one.ref, role))
            binds.append((name, one.ref, role, one.record.id, "adopted"))
    journal.bind(binds)
    rows = workspace.store.writings.rows(connection, [*OPEN, "done"])
    links = {one.record: one for one in journal.links()}
    written = [one for one in rows if one.engagement == name and one.state == "done"]
    why: defaultdict[str, set[str]] = defaultdict(
        set
    )  # an approved change moves a milestone without an event of its own
    for one in mine:
        why[one.ref].add(one.because)
    known = Known(
        workspace=workspace.store.workspace_id,
        connection=connection,
        engagement=name,
        adapter=adapter,
        links=links,
        rows={one.uid: one for one in rows},
        supports=_supports(wishes, adapter),
        scope=wishes.scope(connection),
        kept={(ref, what, record): at for (of, ref, what, record), at in wishes.kept.items() if of == connection},
        braked=to_and_fro(written, workspace.clock.now(), lambda ref: _decided_at(wishes.engagement, {ref, *why[ref]})),
    )
    found = planned(mine, known, wishes.engagement.zone)
    journal.agree(found.agreed, workspace.clock.now())
    looked_at = {links[one.record.id].ref for one in mine if isinstance(one, WantedRecord) and one.record.id in links}
    for row in superseded(found.entries, [one for one in rows if one.engagement == name and one.ref in looked_at]):
        journal.set_state(row.uid, "dropped")
    return found


def _supports(wishes: Wishes, adapter: Adapter[Any]) -> Callable[[ProjectId, str, Verb], Support]:
    """Return what says how far a verb works: what was described of the project, else what the adapter can ever do."""
    schemas = wishes.engagement.schemas()

    def support(project: ProjectId, kind: str, verb: Verb) -> Support:
        described = schemas.get((adapter.context.connection, project))
        if described is not None and (shown := described.kinds.get(kind)) is not None and verb in shown.supports:
            return shown.supports[verb]
        return adapter.kinds[kind].supports.get(verb, NOT_YET) if kind in adapter.kinds else NOT_YET

    return support


def mapping_hash(engagement: Engagement) -> bytes:
    """Return the hash of all that says how the tools of *engagement* are read and written."""
    config = engagement.config
    said = [one.model_dump(mode="json", by_alias=True) for one in (*config.sources, *config.copies)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def owner_of(workspace: Workplace, adapter: Adapter[Any]) -> dict[str, Any]:
    """Return how this process takes the lease of a connection."""
    ulid = new_ulid(workspace.clock.now())
    return {
        "adapter": adapter.kind,
        "owner": f"{socket.gethostname()}:{os.getpid()}:{ulid}",
        "ttl_s": workspace.config.sync.lease_ttl,
    }
