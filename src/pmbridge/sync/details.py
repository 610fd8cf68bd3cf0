"""Read comments, history and approvals of the records that matter, and of no others.

Recognition decides what matters: change requests get comments, history and approvals, milestones history. A part is
read again when the record's version or content moved since; parts that may change silently (``Adapter.quiet``) are
read every run while the record is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from pmbridge.adapter import Adapter
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.errors import PmbridgeError
from pmbridge.records import Gone, Group, Item, ProjectSchema, Record, Verb, Wanted
from pmbridge.store import Run, StoredMemo
from pmbridge.sync.pull import Keeper
from pmbridge.values import ProjectId, RecordId

CHANGE_PARTS = frozenset({Verb.COMMENTS, Verb.HISTORY, Verb.APPROVALS})
MILESTONE_PARTS = frozenset({Verb.HISTORY})
_KEY = "recognised"


@dataclass
class Recognised:
    """Records recognised so far in this run: id → (project, parts wanted, still open)."""

    wanted: dict[RecordId, tuple[ProjectId, frozenset[Verb], bool]] = field(default_factory=dict)
    milestones: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    _groups: dict[RecordId, Group] = field(default_factory=dict)
    _named: dict[ProjectId, set[RecordId]] = field(default_factory=dict)
    """Project → the groups that its items name, whichever project those are kept in."""

    def look(self, sources: Sequence[ResolvedSource], records: Sequence[Record]) -> None:
        """Recognise among *records* whatever the mapping of *sources* takes."""
        groups = [one for one in records if isinstance(one, Group)]
        # Sorted once: there may be as many sources as projects, and a page seldom holds more than one of them.
        items_of: dict[ProjectId, list[Item]] = {}
        groups_of: dict[ProjectId, list[Group]] = {}
        for one in records:
            if isinstance(one, Item):
                items_of.setdefault(one.project, []).append(one)
            elif isinstance(one, Group):
                groups_of.setdefault(one.project, []).append(one)
        for source in sources:
            mine = items_of.get(source.project_id, [])
            theirs = [*groups_of.get(source.project_id, ()), *self._shared(source, mine, groups)]
            if not mine and not theirs:
                continue
            found = recognise(Observed.of(source, items=mine, groups=theirs))
            for milestone in found.milestones:
                self.milestones.add(milestone.ref)
                if isinstance(milestone.record, Item):
                    self._want(milestone.record, MILESTONE_PARTS)
            for change in found.changes:
                self.changes.add(change.ref)
                self._want(change.record, CHANGE_PARTS)

    def _shared(self, source: ResolvedSource, items: Sequence[Item], groups: Sequence[Group]) -> list[Group]:
        """Return the groups kept in other projects that one of these steps links to *source*: an item, or the group.

        Its items and its groups may come with different pages, in either order.
        """
        kinds = {rule.kind for rule in source.milestones if rule.shape == "group"}
        if not kinds:
            return []
        told = {one.id: one for one in groups if one.id.kind in kinds}
        self._groups |= told
        named = {one for item in items for one in item.groups if one.kind in kinds}
        known = self._named.setdefault(source.project_id, set())
        linked = named | (told.keys() & known)
        known |= named
        found = (self._groups[one] for one in sorted(linked) if one in self._groups)
        return [one for one in found if one.project != source.project_id]

    def _want(self, item: Item, parts: frozenset[Verb]) -> None:
        before = self.wanted.get(item.id)
        open_still = item.state.category not in ("done", "cancelled")
        self.wanted[item.id] = (item.project, parts | before[1] if before else parts, open_still)


def remembered(memo: StoredMemo, run: Run) -> Mapping[RecordId, tuple[ProjectId, frozenset[Verb]]]:
    """Return the open records that earlier runs recognised: whose quiet parts are read though nothing moved.

    What is gone by now is none of them: whoever asks for its comments gets an error, in every run. One that returns is
    recognised anew.
    """
    kept = _OPEN.validate_python(memo.kept(_KEY) or [])
    there = run.still_there([one.id for one in kept]) if kept else frozenset()
    return {one.id: (one.project, frozenset(one.parts)) for one in kept if one.id in there}


def remember(
    memo: StoredMemo, recognised: Recognised, kept: Mapping[RecordId, tuple[ProjectId, frozenset[Verb]]]
) -> None:
    """Keep which open records are recognised, for the quiet parts of the next run."""
    now = {one: known for one, known in kept.items() if one not in recognised.wanted}
    now |= {one: (project, parts) for one, (project, parts, still) in recognised.wanted.items() if still}
    # In a fixed order: a set's own differs from process to process, and would be written anew each time.
    rows = [_Open(id=one, project=project, parts=tuple(sorted(parts))) for one, (project, parts) in sorted(now.items())]
    memo.keep(_KEY, _OPEN.dump_python(rows, mode="json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    id: RecordId
    project: ProjectId
    parts: tuple[Verb, ...]


_OPEN = TypeAdapter(list[_Open])


@dataclass(frozen=True, kw_only=True)
class DetailReader:
    """Reads what recognition wants."""

    adapter: Adapter[Any]
    run: Run
    keeper: Keeper
    schemas: Mapping[ProjectId, ProjectSchema]
    """What each project can do: an ordinary Jira project has no approvals, and asking for them costs a request each."""

    def read(
        self, recognised: Recognised, quiet: Mapping[RecordId, tuple[ProjectId, frozenset[Verb]]]
    ) -> list[PmbridgeError]:
        """Read the parts that moved, and the descriptions of what was recognised anew; return what failed."""
        wanted = self._moved(recognised) + self._quiet(recognised, quiet)
        problems: list[PmbridgeError] = []
        if wanted:
            details = list(self.adapter.details(wanted))
            self.run.commit_details(details, wanted)
            problems = [one.error for one in details if one.error is not None]
            self.keeper.renewed()
        fresh = sorted({one.id for one in wanted} & set(recognised.wanted))
        if fresh:
            self.run.take([one for one in self.adapter.read(fresh) if not isinstance(one, Gone)])
        return problems

    def _moved(self, recognised: Recognised) -> list[Wanted]:
        if not recognised.wanted:
            return []
        states = self.run.detail_state(list(recognised.wanted))
        current = self.run.version_and_hash(list(recognised.wanted))
        found = []
        for one, (project, parts, open_still) in sorted(recognised.wanted.items()):
            due = frozenset(
                part
                for part in parts
                if self._offers(project, one.kind, part)
                and (
                    (open_still and part in self.adapter.quiet)  # looked at for another reason than its own
                    or (state := states.get((one, part.value))) is None
                    or (state.version, state.hash) != current.get(one)
                )
            )
            if due:
                found.append(Wanted(id=one, project=project, parts=due))
        return found

    def _quiet(
        self, recognised: Recognised, kept: Mapping[RecordId, tuple[ProjectId, frozenset[Verb]]]
    ) -> list[Wanted]:
        found = []
        for one, (project, parts) in sorted(kept.items()):
            due = frozenset(part for part in parts & self.adapter.quiet if self._offers(project, one.kind, part))
            if due and one not in recognised.wanted:
                found.append(Wanted(id=one, project=project, parts=due))
        return found

    def _offers(self, project: ProjectId, kind: str, part: Verb) -> bool:
        schema = self.schemas.get(project)
        told = schema.kinds.get(kind) if schema is not None else None
        return bool((told or self.adapter.kinds[kind]).supports.get(part))
