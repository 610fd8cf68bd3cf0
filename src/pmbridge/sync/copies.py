"""What is at home in one tool, or in the register alone, and is to stand in another as well: its copies there.

Tools never talk to each other. A copy is a second record of the same thing in the register: what it shows reaches it
only because the register's value changed, and what people do to it comes back only through the register. A copy never
leads to another copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmbridge.domain.approved_change import approved_option
from pmbridge.domain.baseline import dates_of
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.mapping import REGISTER, names_project
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.domain.resolved import ResolvedCopy, ResolvedSource
from pmbridge.records import Item
from pmbridge.store import COPY
from pmbridge.sync.decide import Owner
from pmbridge.sync.told_decision import NO_NEWS
from pmbridge.sync.wanted import (
    DUE,
    STATE,
    TITLE,
    Place,
    Wanted,
    WantedField,
    WantedItem,
    WantedRecord,
    adopted_places,
    decision_comment,
    entry_at,
    state_field,
)
from pmbridge.values import Day, FieldValue, Plain, ProjectId, RecordId, Rich

DESCRIPTION = "description"
_UNDER_ASSESSMENT = frozenset({"submitted", "under_assessment", "needs_information"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for all copies of an engagement: the language of comments, and from which day on they are made."""

    language: str
    since: date | None = None


def copies(book: Book, observed: Sequence[Observed], made: Mapping[Place, str], terms: Terms) -> list[Wanted]:
    """Return what ought to stand in copies, in the order of the sources, their rules, then of the register.

    *made*: records that pmbridge made for the register, by place. They are nobody's own: no tool was first.
    """
    if not any(one.source.copies for one in observed):
        return []
    homes = _homes(book, observed, made)
    found: list[Wanted] = []
    for at in observed:
        for rule in at.source.copies:
            found += _Desk(book=book, at=at, rule=rule, observed=observed, homes=homes, terms=terms).all()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Works off one rule for the copies that stand in one source."""

    book: Book
    at: Observed
    rule: ResolvedCopy
    observed: Sequence[Observed]
    homes: Mapping[str, set[tuple[str, ProjectId | None]]]
    terms: Terms

    def all(self) -> Iterator[Wanted]:
        rule = self.rule
        copied = {ref: id_ for id_, (concept, ref) in self.at.copied.items() if concept == rule.concept}
        items = {one.id: one for one in self.at.items}
        added = _added(self.book) if rule.concept == "requirement" else {}
        for entry in self.book.of(rule.concept):
            because = added.get(entry.ref) if rule.concept == "requirement" else entry.ref
            if because is None:
                continue  # it was agreed from the beginning, and is no follow-up
            record = items[copied[entry.ref]] if entry.ref in copied else None
            if record is None and not self._at_home(entry):
                record = self._by_hand(entry, items)
            if record is not None:
                yield from self._kept(entry, record, because)
            elif self._is_due(entry):
                yield self._made(entry, because)

    @property
    def _role(self) -> str:
        return f"{COPY}{self.rule.concept}"

    def _is_due(self, entry: Entry[Any]) -> bool:
        rule, since = self.rule, self.terms.since
        said = self._said(entry)
        if entry.state not in rule.when or said is None or (since is not None and entry.since.day < since):
            return False
        if rule.match is not None and rule.match.search(str(said.title)) is None:
            return False
        homes = self.homes.get(entry.ref, set())
        if self._at_home(entry):
            return False
        if rule.from_ == REGISTER:
            return not homes
        return any((one.connection, one.project_id) in homes for one in self._sources())

    def _at_home(self, entry: Entry[Any]) -> bool:
        """Return whether people have it where the copy would stand."""
        source = self.at.source
        return any(
            of == source.connection and project in (source.project_id, None)
            for of, project in self.homes.get(entry.ref, ())
        )

    def _sources(self) -> Iterator[ResolvedSource]:
        for one in self.observed:
            project = one.source.project
            if names_project(self.rule.from_, one.source.connection, (project.id, project.key, project.name)):
                yield one.source

    def _said(self, entry: Entry[Any]) -> Any:
        """Return the fields of *entry* as whoever can open the tool may read them; ``None``: not yet at all."""
        return entry.released if self.at.source.client_can_open else entry.fields

    def _by_hand(self, entry: Entry[Any], items: Mapping[RecordId, Item]) -> Item | None:
        """Return the record that a person made as the plan told them to: of our very title, behind the ref."""
        said = self._said(entry)
        typed = None if said is None else f"{entry.ref} {said.title}"
        return next(
            (
                one
                for one in items.values()
                if one.title == typed and one.id.kind == self.rule.kind and one.id not in self.at.copied
                if one.marker is None
            ),
            None,
        )

    def _values(self, entry: Entry[Any]) -> dict[str, FieldValue]:
        said, found = self._said(entry), dict[str, FieldValue]()
        if said is None:
            return found
        found[TITLE] = Plain(text=str(said.title))
        text = said.statement if self.rule.concept == "requirement" else said.description
        if DESCRIPTION in self.rule.carry and text is not None:
            found[DESCRIPTION] = Rich(format="markdown", original=str(text))
        if DUE in self.rule.carry and (day := _due(entry, self.book)) is not None:
            found[DUE] = Day(on=day)
        return found

    def _made(self, entry: Entry[Any], because: str) -> WantedItem:
        rule = self.rule
        ours: dict[str, FieldValue | None] = {**self._values(entry)}
        title, text = ours[TITLE], ours.get(DESCRIPTION)
        assert isinstance(title, Plain)  # noqa: S101 - made above
        if entry.state in rule.states:
            ours[STATE] = Plain(text=entry.state)
        return WantedItem(
            ref=entry.ref,
            role=self._role,
            because=because,
            source=self.at.source,
            kind=rule.kind,
            type=rule.type,
            parent=None,
            groups=rule.groups,
            state=rule.states.get(entry.state, rule.begins),
            title=title.text,
            by_hand=f"{entry.ref} {title.text}",
            description=text.original if isinstance(text, Rich) else None,
            ours=ours,
        )

    def _kept(self, entry: Entry[Any], record: Item, because: str) -> Iterator[Wanted]:
        rule, ended = self.rule, entry.state in NO_NEWS
        owner: Owner = "shared" if rule.concept == "change" else "register"
        fields = [] if entry.state not in rule.states else [state_field(entry, rule.states)]
        for name, ours in () if ended else self._values(entry).items():
            if name not in rule.carry:
                continue
            sends = ours
            if isinstance(ours, Plain) and record.title.startswith(f"{entry.ref} "):
                sends = Plain(text=f"{entry.ref} {ours.text}")  # as a person typed it
            mine: Owner = "register" if name == DUE else owner
            fields.append(WantedField(field=name, owner=mine, ours=ours, sends=sends))
        if fields:
            yield WantedRecord(
                ref=entry.ref,
                role=self._role,
                because=because,
                source=self.at.source,
                record=record,
                fields=tuple(fields),
            )
        if rule.decision is not None:
            language, since = self.terms.language, self.terms.since
            yield from decision_comment(entry, record, rule.decision, self.at, self.book, language, since, prefix=COPY)


def _homes(
    book: Book, observed: Sequence[Observed], made: Mapping[Place, str]
) -> dict[str, set[tuple[str, ProjectId | None]]]:
    """Return where people's own records of each ref stand: connection and project, ``None`` where it is not shown."""
    found: dict[str, set[tuple[str, ProjectId | None]]] = {}
    adopted = adopted_places(book)
    projects: dict[Place, ProjectId] = {}
    for one in observed:
        connection = one.source.connection
        projects |= {(connection, item.id): item.project for item in one.items}
        for change in recognise(one).changes:
            entry = entry_at(book, adopted, "change", change.ref, (connection, change.record.id))
            if entry is not None:
                found.setdefault(entry.ref, set()).add((connection, one.source.project_id))
    for concept in ("change", "requirement"):
        for entry in book.of(concept):
            for link in entry.links:
                place = (link.connection, RecordId(kind=link.kind, external_id=link.external_id))
                if place not in made:
                    found.setdefault(entry.ref, set()).add((link.connection, projects.get(place)))
    return found


def _added(book: Book) -> dict[str, str]:
    """Return the requirements that an approved change added, each with the ref of the change."""
    options = ((change.ref, approved_option(book, change.ref)) for change in book.of("change"))
    return {line.ref: ref for ref, option in options if option for line in option.scope if line.op == "add"}


def _due(entry: Entry[Any], book: Book) -> date | None:
    """Return by when the next step is due; of a requirement, when the last of its milestones is."""
    fields = entry.fields
    if entry.kind == "change":
        if entry.state in _UNDER_ASSESSMENT:
            return fields.assess_by  # type: ignore[no-any-return] # the fields of a change
        return fields.need_by if entry.state == "awaiting_decision" else None
    days = [day for one in fields.milestones if (day := dates_of(book, one).current) is not None]
    return fields.due_on or max(days, default=None)
