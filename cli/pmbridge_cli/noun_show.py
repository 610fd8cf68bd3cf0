"""Looking at the register: one noun as a list, one record with its whole life."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pmbridge.clock import from_millis
from pmbridge.domain.book import meant
from pmbridge.domain.contact import name_of
from pmbridge.domain.figure import Text
from pmbridge.domain.machine import NEW
from pmbridge.domain.moment import Moment
from pmbridge.domain.next_step import lapsed_offer, renew
from pmbridge.domain.refusal import unknown_record
from pmbridge.errors import UnknownRef
from pmbridge_cli.context import App
from pmbridge_cli.layout import Column, hung, padded, table, visible, wrapped
from pmbridge_cli.noun import concept_of
from pmbridge_cli.noun_fields import FieldWords, revealed
from pmbridge_cli.words import Both, day

if TYPE_CHECKING:
    from pmbridge.domain.book import Book
    from pmbridge.domain.entry import Entry
    from pmbridge.domain.event import Event
    from pmbridge.domain.machine import Concept
    from pmbridge.register import Register

_TITLES = ("title", "name", "text", "statement", "what", "question", "subject", "sought")
_DUE = ("due_on", "need_by", "needed_by", "planned_on", "review_on", "check_by", "planned_at", "closes_at")
_HEADS = (Both("ref", "编号"), Both("title", "内容"), Both("state", "状态"), Both("since", "自"), Both("due", "期限"))
NOTHING = Both("No {noun} yet.", "还没有{noun}。")
HIDDEN = Both("{n} more are over (--all)", "另有 {n} 条已结束（--all）")


def listed(app: App, noun: str, *, state: Sequence[str], everything: bool) -> None:
    """Write the records of *noun*: ref, title, state with its day, and what it is due by."""
    register, concept = app.chosen().register, concept_of(noun)
    records, moment = register.book.of(noun), _moment(app, register)
    states = {one.ref: concept.shown_state(one, moment) for one in records}
    over = [one for one in records if concept.states[states[one.ref]].terminal]
    shown = [one for one in records if (not state or states[one.ref] in state)]
    if not everything and not state:
        shown = [one for one in shown if one not in over]
    if app.json:
        app.out.document(
            {
                "schema": "pmbridge.records/1",
                "noun": noun,
                "records": [_document(register.book, one, moment) for one in (records if everything else shown)],
            }
        )
        return
    if not records:
        app.out.line(NOTHING.filled(noun=Both(concept.label.en, concept.label.zh)))
        app.out.next(f"pmbridge {noun} {_first_verb(concept)}")
        return
    today = moment.today
    rows = [
        [
            one.ref,
            revealed(register.book, title(one, app.language)),
            app.out.say(concept.states[states[one.ref]].label),
            day(_since(concept, one, moment), today),
            _due(one, today),
        ]
        for one in shown
    ]
    columns = [Column(head=app.out.say(head), least=12 if head is _HEADS[1] else None) for head in _HEADS]
    app.out.lines(table(columns, rows, app.out.room))
    if hidden := len(records) - len(shown):
        app.out.line(HIDDEN.filled(n=hidden))


def shown(app: App, noun: str, ref: str) -> None:
    """Write everything about the record *ref*: fields, states, links, events with their evidence.

    Raises:
        UnknownRef: no such record.
    """
    register, concept = app.chosen().register, concept_of(noun)
    record = register.book.get(meant(ref, [concept]) or ref)
    if record is None or record.kind != noun:
        raise _unknown(register, concept, ref)
    events, moment = register.events(record.ref), _moment(app, register)
    if app.json:
        document = _document(register.book, record, moment)
        document["events"] = [_event_document(one, register) for one in events]
        app.out.document({"schema": "pmbridge.record/1", "noun": noun, **document})
        return
    today, since = moment.today, _since(concept, record, moment)
    label = concept.states[concept.shown_state(record, moment)].label
    head = revealed(register.book, title(record, app.language))
    app.out.line(
        Both(
            f"{record.ref} {head} · {label.en} since {day(since, today)}",
            f"{record.ref} {head} · {label.zh}，自 {day(since, today)}",
        )
    )
    own: frozenset[str] = frozenset()
    if noun == "change":
        from pmbridge_cli.change_life import OWN_LINES, life

        own = OWN_LINES
        for said in life(record, register, app.workspace.clock.now()):
            app.out.lines(hung(f"  {app.out.say(said)}", app.out.room))
    words = FieldWords(book=register.book, language=app.out.language, zone=register.zone)
    for name, value in words.fields(record.fields, own):
        for at, line in enumerate(wrapped(visible(value), app.out.room - 22)):
            app.out.line(f"  {padded(name if at == 0 else '', 20)}{line}")
    for link in record.links:
        app.out.line(f"  {'=':<20}{link.connection}:{link.kind}:{link.external_id} {visible(link.url)}".rstrip())
    app.out.line(Both("History", "经过"))
    for one in events:
        app.out.line(f"  {visible(_event_line(app, concept, one, register, today))}")
    if lapsed_offer(concept, record, moment) is not None:
        app.out.next(renew(record))


def _moment(app: App, register: Register) -> Moment:
    return Moment(as_of=app.workspace.clock.now(), zone=register.zone, calendar=register.calendar)


def _since(concept: Concept, record: Entry[Any], moment: Moment) -> date:
    """Return the day since when *record* is in the state that is shown: where time alone led to it, its first day."""
    entered, name = record.since.day, concept.shown_state(record, moment)
    if name == record.state:
        return entered
    for ahead in range((moment.today - entered).days):
        noon = datetime.combine(entered + timedelta(days=ahead), time(12), moment.zone)
        if concept.shown_state(record, Moment(as_of=noon, zone=moment.zone, calendar=moment.calendar)) == name:
            return noon.date()
    return moment.today


def title(record: Entry[Any], language: str = "en") -> str:
    """Return the words by which people know *record*; empty where it has none."""
    for name in _TITLES:
        value = getattr(record.fields, name, None)
        if isinstance(value, Text):
            return value.in_(language)[0]
        if isinstance(value, str) and value:
            return value
    return ""


def _first_verb(concept: Concept) -> str:
    return next((one.verb for one in concept.steps if "" in one.sources), "list")


def _due(record: Entry[Any], today: date) -> str:
    for name in _DUE:
        value = getattr(record.fields, name, None)
        if isinstance(value, datetime):
            return day(value.date(), today)
        if isinstance(value, date):
            return day(value, today)
    return ""


def _unknown(register: Register, concept: Concept, ref: str) -> UnknownRef:
    return unknown_record(register.book, concept, ref)


def _document(book: Book, record: Entry[Any], moment: Moment) -> dict[str, Any]:
    concept = book.concepts[record.kind]
    fields = record.fields.model_dump(mode="json")
    fields |= {name: revealed(book, value) for name, value in fields.items() if isinstance(value, str)}
    return {
        "ref": record.ref,
        "state": concept.shown_state(record, moment),
        "since": _since(concept, record, moment).isoformat(),
        "audience": record.audience,
        "version": record.version,
        "fields": fields,
        "trail": [{"state": one.state, "at": one.at.isoformat(), "day": one.day.isoformat()} for one in record.trail],
        "links": [
            {"connection": one.connection, "kind": one.kind, "id": one.external_id, "key": one.key, "url": one.url}
            for one in record.links
        ],
    }


def _event_document(event: Event, register: Register) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "verb": event.verb,
        "occurred_at": _at(event.occurred_at, register),
        "recorded_at": _at(event.recorded_at, register),
        "actor": event.actor,
        "hash": event.hash.hex(),
    }


def _at(millis: int, register: Register) -> str:
    return from_millis(millis).astimezone(register.zone).isoformat(timespec="seconds")


def _event_line(app: App, concept: Concept, event: Event, register: Register, today: date) -> str:
    """Return one event on one line: when, what, who recorded it, why, and what proves it."""
    payload = json.loads(event.payload)
    steps = (concept.step(event.verb, state) for state in (NEW, *concept.states))
    step = next((one for one in steps if one is not None), None)
    word = app.out.say(step.label) if step else event.verb
    on = day(date.fromisoformat(_at(event.occurred_at, register)[:10]), today)
    who = name_of(register.book, payload.get("by") or event.actor.partition(":")[2])
    proofs = [str(one.get("title")) for one in payload.get("evidence") or ()]
    parts: Iterable[str | None] = (on, word, who, payload.get("reason"), *proofs)
    return "  ".join(str(one) for one in parts if one)
