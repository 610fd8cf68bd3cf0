"""From what a tool shows to what the register holds: adopting records, and agreeing on all of them at once.

What is adopted is proposed, nothing more; a date binds the client only once a contact with authority agreed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from pmbridge.domain.book import REF, Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import Adopt
from pmbridge.domain.figure import Known
from pmbridge.domain.machine import Concept
from pmbridge.domain.recognise import Observed
from pmbridge.domain.refusal import unknown_record
from pmbridge.domain.view import EngagementView, Milestone
from pmbridge.errors import Refused, UnknownRef
from pmbridge.records import Group, Item

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement
    from pmbridge.register import Attachment, Batch

MILESTONE = "milestone"
_TITLES = ("title", "text", "what", "statement", "question")
_DAYS = ("on", "due_on", "planned_on", "needed_by", "need_by", "check_by")
"""Fields of a new record that the title and the date of a tool's record may fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who agreed, what proves it, and when; ``joint``: who decides together with ``by``."""

    by: str | None = None
    joint: tuple[str, ...] = ()
    evidence: Sequence[Evidence | Attachment] = ()
    at: datetime | None = None
    reason: str | None = None


class Adopted(NamedTuple):
    """The records that were made, and the milestones for which there is no date to propose."""

    made: tuple[Entry[Any], ...]
    undated: tuple[str, ...]


class Agreed(NamedTuple):
    """The baseline that was written, and how many records were adopted for it."""

    baseline: Entry[Any]
    members: int
    adopted: Adopted


class Shown(NamedTuple):
    """A tool's record, and the source that shows it."""

    observed: Observed
    record: Item | Group

    @property
    def link(self) -> Adopt:
        """What the register keeps of it."""
        return Adopt(
            connection=self.observed.source.connection,
            kind=self.record.id.kind,
            external_id=self.record.id.external_id,
            key=self.record.key if isinstance(self.record, Item) else "",
            url=self.record.url,
            title=self.record.title,
        )


# --------------------------------------------------------------------------------------------------- milestones


def adopt_milestones(
    engagement: Engagement,
    *,
    on: Mapping[str, date] | None = None,
    final: str | None = None,
    at: datetime | None = None,
) -> Adopted:
    """Make a proposed milestone of each that is recognised and not in the register yet, with its tools' records.

    *on*: dates other than the tools plan; one that a tool had reached before it was first read has no other.
    *final*: the ref of the final one, where the configuration does not say. Repeating it changes nothing.

    Raises:
        GuardFailed: one of them cannot be proposed; none was.
    """
    view = engagement.view()
    with engagement.register.batch() as batch:
        return _adopt(engagement, view, batch, on=on or {}, final=final, at=at)


def _adopt(
    engagement: Engagement,
    view: EngagementView,
    batch: Batch,
    *,
    on: Mapping[str, date],
    final: str | None,
    at: datetime | None,
) -> Adopted:
    made, undated = [], []
    for one in view.milestones:
        # One of ours that the client does not know yet takes nobody's place in the view.
        if not one.observed or _in_hand(batch.book, one):
            continue
        day = on.get(one.ref) or (one.plan.value if isinstance(one.plan, Known) else None)
        if day is None:
            undated.append(one.ref)
            continue
        given: dict[str, Any] = {
            "title": one.title,
            "on": day,
            "weight": one.weight,
            "is_key": one.is_key,
            "is_final": one.is_final if final is None else one.ref == final,
            "planned_start_on": one.start,
        }
        number = one.ref if REF.fullmatch(one.ref) and one.ref[0] == "M" else None
        entry = batch.do(MILESTONE, "add", input=given, number=number, at=at)
        for link in _links(engagement, one):
            entry = batch.do(MILESTONE, "adopt", entry.ref, input=link, at=at)
        made.append(entry)
    return Adopted(tuple(made), tuple(undated))


def _in_hand(book: Book, milestone: Milestone) -> bool:
    """Return whether the register holds *milestone*: under its ref, or linked to one of its tools' records."""
    places = {(one.connection, one.kind, one.external_id) for one in milestone.sources}
    return any(
        entry.ref == milestone.ref
        or any((link.connection, link.kind, link.external_id) in places for link in entry.links)
        for entry in book.of(MILESTONE)
    )


def _links(engagement: Engagement, milestone: Milestone) -> Iterator[Adopt]:
    """Yield the tools' records behind *milestone*, each once."""
    places = dict.fromkeys((one.connection, one.kind, one.external_id) for one in milestone.sources)
    for shown in shown_by(engagement):
        if (shown.link.connection, shown.record.id.kind, shown.record.id.external_id) in places:
            yield shown.link


def agree_schedule(
    engagement: Engagement, signature: Signature, *, on: Mapping[str, date] | None = None, final: str | None = None
) -> Agreed:
    """Write schedule baseline 0: every milestone with the date that the tools plan, or another where *on* says so.

    Milestones that are only recognised are adopted first, in the same transaction.

    Raises:
        GuardFailed: who decides has no authority, nothing proves it, or there is a baseline 0. Nothing was changed.
        UnknownRef: *on* or *final* names a milestone that there is not.
    """
    view = engagement.view() if engagement.was_synced else None
    other = dict(on or {})
    with engagement.register.batch() as batch:
        adopted = Adopted((), ())
        if view is not None:
            adopted = _adopt(engagement, view, batch, on=other, final=final, at=signature.at)
        dates: dict[str, date] = {}
        for entry in batch.book.of(MILESTONE):
            if entry.state != "proposed":
                continue
            shown = None if view is None else view.milestone(entry.ref)
            plan = None if shown is None else shown.plan
            dates[entry.ref] = plan.value if isinstance(plan, Known) else entry.fields.proposed_on
        for ref in {*other, *(() if final is None else (final,))} - dates.keys():
            raise unknown_record(batch.book, batch.book.concepts[MILESTONE], ref)
        given = {"dates": dates | other, "joint": signature.joint}
        return Agreed(_agreed(batch, "schedule_baseline", given, signature), len(dates), adopted)


def agree_requirements(engagement: Engagement, signature: Signature) -> Agreed:
    """Write requirements baseline 0: every requirement that the client confirmed, in the revision that it is in.

    Raises:
        GuardFailed: as :func:`agree_schedule`, or nothing was confirmed. Nothing was changed.
    """
    with engagement.register.batch() as batch:
        confirmed = [one for one in batch.book.of("requirement") if one.state == "confirmed"]
        items = {one.ref: one.fields.current_revision for one in confirmed}
        document = next((one.sha256 for one in _evidence(signature) if one.sha256), None)
        given = {"items": items, "joint": signature.joint, "document_sha256": document}
        return Agreed(_agreed(batch, "requirements_baseline", given, signature), len(items), Adopted((), ()))


def _agreed(batch: Batch, kind: str, given: Mapping[str, Any], signature: Signature) -> Entry[Any]:
    return batch.do(
        kind,
        "agree",
        input=given,
        by=signature.by,
        evidence=signature.evidence,
        at=signature.at,
        reason=signature.reason,
    )


def _evidence(signature: Signature) -> list[Evidence]:
    return [one if isinstance(one, Evidence) else one.evidence for one in signature.evidence]


# ------------------------------------------------------------------------------------------------ single records


def shown_by(engagement: Engagement) -> Iterator[Shown]:
    """Yield every item and group that the tools show of the engagement's projects."""
    for observed in engagement.observed():
        yield from (Shown(observed, item) for item in observed.items)
        yield from (Shown(observed, group) for group in observed.groups)


def found(engagement: Engagement, key: str) -> Shown:
    """Return the tool's record that *key* names: its key, its id, ``CONNECTION:KIND:ID``, or its whole title.

    Raises:
        UnknownRef: nothing has that name.
        Refused: several have.
    """
    hits = [one for one in shown_by(engagement) if key in _names(one)]
    by_key = [one for one in hits if key != one.record.title]
    hits = by_key or hits
    if not hits:
        raise UnknownRef(ref=key, where=engagement.name, near="", near_zh="", command="pmbridge sync")
    if len(hits) > 1:
        listed = [f"{one.link.connection}:{one.link.kind}:{one.link.external_id}" for one in hits]
        raise Refused(
            detail=f'"{key}" names {len(hits)} records: {", ".join(listed)}',
            detail_zh=f"「{key}」对应 {len(hits)} 条记录：{'、'.join(listed)}",
        )
    return hits[0]


def _names(one: Shown) -> set[str]:
    link = one.link
    return {link.key, link.external_id, f"{link.connection}:{link.kind}:{link.external_id}", link.title} - {""}


def link_to(engagement: Engagement, place: str) -> Adopt:
    """Return the link to the tool's record at *place*, ``CONNECTION:KIND:ID`` or its key.

    A record outside the projects of the engagement is linked by its id alone.

    Raises:
        Refused: no such connection, or it is written otherwise.
        UnknownRef: no record has that key.
    """
    connection, _, rest = place.partition(":")
    kind, _, external_id = rest.partition(":")
    if not (kind and external_id):
        return found(engagement, place).link
    try:
        return found(engagement, place).link
    except UnknownRef:
        if connection not in engagement.workspace_config.connections:
            raise Refused(
                detail=f'there is no connection "{connection}"', detail_zh=f"没有连接「{connection}」",
                command="pmbridge doctor",
            ) from None  # fmt: skip
        return Adopt(connection=connection, kind=kind, external_id=external_id)


def drafted(concept: Concept, shown: Shown, zone: tzinfo) -> dict[str, Any]:
    """Return the input of ``add`` as far as the tool's record gives it: the title, and a date where it has one."""
    step = concept.step("add", "")
    takes = {} if step is None else step.takes.model_fields
    given: dict[str, Any] = {}
    for name in _TITLES:
        if name in takes:
            given[name] = shown.record.title
            break
    due = shown.record.due
    for name in _DAYS:
        if due is not None and name in takes:
            given[name] = due.day(zone)
            break
    return given
