"""What a tool's own log says of our writes: whether one arrived, and what it overwrote that we had not seen.

Between the look at a record and the arrival of a write somebody may edit the same field. No tool offers to write only
if nothing changed, but some log who changed what from what. There the value that was overwritten is found, and a person
gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from pmbridge.errors import NotVisible, Unsupported
from pmbridge.records import Change, Transition, Update, Verb, Wanted
from pmbridge.richtext import to_markdown
from pmbridge.store import OutboxRow
from pmbridge.sync.decide import same
from pmbridge.sync.entry import PlannedField, fields_of, write_of
from pmbridge.sync.receipt import CLOCKS_DIFFER, Receipts
from pmbridge.sync.wanted import whole_day
from pmbridge.values import Day, FieldValue, Label, Many, Named, Plain, Rich

Arrival = Literal["yes", "no", "untold", "later"]
"""Whether a write arrived, by the tool's log: it keeps none of those fields, or cannot be read now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What a tool's log holds of one write: of each field the newest entry that is ours and has what was sent.

    ``theirs``: fields to which another account gave that value; not every tool logs us as its interface calls us.
    """

    ours: Mapping[str, Change]
    theirs: frozenset[str]


class Audit:
    """Reads the tool's log over one connection whose lease is held. Used by one thread."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts
        self._journal = receipts.journal
        self._adapter = receipts.adapter
        self._since: dict[str, datetime] = {}

    def is_logged(self, kind: str, fields: Iterable[str]) -> bool:
        """Return whether the tool logs who changes any of *fields*."""
        known = self._adapter.kinds.get(kind)
        if known is None or not known.supports.get(Verb.HISTORY):
            return False
        return any(one in known.logged or (one.startswith("field:") and "field:*" in known.logged) for one in fields)

    def looked(self, row: OutboxRow, updated_at: datetime | None) -> None:
        """Note when, by the tool's clock, the record of *row* had last changed as we looked at it."""
        if updated_at is not None:
            self._since[row.uid] = updated_at

    def delivered(self) -> None:
        """Look into the log for every write that was delivered; what overwrote an edit is put before a person.

        What the tool will not tell for good counts as looked at; what it will not tell now is asked next time.
        """
        rows = {row.uid: row for row in self._journal.rows(["delivered"])}
        for uid, logged in self.of(list(rows.values())).items():
            overwrote = None if logged is None else _overwrote(rows[uid], logged, self._receipts.zone)
            self._journal.set_state(uid, "done" if overwrote is None else "raced", overwrote)

    def arrived(self, row: OutboxRow, kind: str) -> Arrival:
        """Return whether the log holds all of *row* as ours."""
        fields = [one.field for one in fields_of(row.fields)]
        if not all(self.is_logged(kind, [one]) for one in fields):
            return "untold"
        told = self.of([row])
        if row.uid not in told:
            return "later"
        logged = told[row.uid]
        if logged is None:
            return "untold"
        if set(logged.ours) == set(fields):
            return "yes"
        return "untold" if logged.theirs else "no"

    def of(self, rows: Sequence[OutboxRow]) -> dict[str, Logged | None]:
        """Return what the log holds of each of *rows*, by uid; ``None``: the tool does not tell.

        Rows that the tool cannot tell about now are left out.
        """
        writes = {row.uid: write_of(row.verb, row.write) for row in rows}
        targets = [one.target for one in writes.values() if isinstance(one, Update | Transition)]
        places = self._receipts.run.places(targets)
        wanted: dict[str, Wanted] = {}
        told: dict[str, Logged | None] = {}
        for row in rows:
            write = writes[row.uid]
            fields = [one.field for one in fields_of(row.fields)]
            if not isinstance(write, Update | Transition) or not self.is_logged(write.target.kind, fields):
                told[row.uid] = None
            elif write.target in places:
                since = self._since.get(row.uid) or ((row.intent_at or self._receipts.clock.now()) - CLOCKS_DIFFER)
                parts = frozenset({Verb.HISTORY})
                wanted[row.uid] = Wanted(id=write.target, project=places[write.target][0], parts=parts, since=since)
        if not wanted:
            return told
        try:
            me = self._adapter.check().id
            answers = {one.id: one for one in self._adapter.details(list(dict.fromkeys(wanted.values())))}
        except Unsupported:
            return told | dict.fromkeys(wanted)
        by_uid = {row.uid: row for row in rows}
        for uid, asked in wanted.items():
            answer = answers.get(asked.id)
            if answer is None or isinstance(answer.error, Unsupported):
                told[uid] = None
            elif isinstance(answer.error, NotVisible):
                if asked.project in self._adapter.visible([asked.project]):  # else it may be shown again
                    told[uid] = None
            elif answer.error is None:
                changes = [one for one in answer.records if isinstance(one, Change)]
                told[uid] = _logged(by_uid[uid], changes, me, asked.since, self._receipts.zone)
        return told


def _logged(row: OutboxRow, changes: Sequence[Change], me: str, since: datetime | None, zone: tzinfo) -> Logged:
    ours: dict[str, Change] = {}
    theirs: set[str] = set()
    fields = {one.field: one for one in fields_of(row.fields)}
    for change in sorted(changes, key=lambda one: one.at):
        field = fields.get(change.field)
        if field is None or (since is not None and change.at < since):
            continue
        if same(whole_day(change.after, zone), field.sends):
            if change.author == me:
                ours[change.field] = change
            else:
                theirs.add(change.field)
    return Logged(ours=ours, theirs=frozenset(theirs))


def _overwrote(row: OutboxRow, logged: Logged, zone: tzinfo) -> Label | None:
    """Return in words what *row* overwrote that we had not seen; ``None``: nothing."""
    for field in fields_of(row.fields):
        change = logged.ours.get(field.field)
        if change is not None and not same(whole_day(change.before, zone), field.theirs):
            return _words(field, change.before)
    return None


def _words(field: PlannedField, lost: FieldValue | None) -> Label:
    sent, before = _text(field.sends), _text(lost)
    return Label(
        zh=f"写入「{sent}」时覆盖了刚有人填的「{before}」（{field.field}）",
        en=f'writing "{sent}" overwrote "{before}", which somebody had just entered ({field.field})',
    )


def _text(value: FieldValue | None) -> str:
    match value:
        case None:
            return "–"
        case Named():
            return value.name or value.id
        case Many():
            return ", ".join(one.name or one.id for one in value.items)
        case Plain():
            return value.text
        case Rich():
            return to_markdown(value).strip()
        case Day():
            return value.on.isoformat()
        case _:
            return str(value)
