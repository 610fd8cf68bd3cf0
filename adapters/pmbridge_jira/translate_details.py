"""Jira's comments, changelogs and approvals → neutral records. Pure: no request, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from pydantic import JsonValue

from pmbridge.adapter import split_marker
from pmbridge.records import Approval, Change, Comment, Vote
from pmbridge.values import Day, FieldValue, Many, Named, Number, Plain, RecordId, Rich, RichFormat
from pmbridge_jira import wire, wire_details
from pmbridge_jira.fields import Catalogue, codec_for, rich
from pmbridge_jira.translate import LABEL, MARKER_PROPERTY, SPRINT, VERSION, uid_in_label, utc


def comment(one: wire_details.CommentWire, item: RecordId, *, text: RichFormat, service_desk: bool | None) -> Comment:
    """Return a comment. *service_desk*: whether the project is one; ``None`` when that is not known."""
    properties = {prop.key: prop.value for prop in one.properties or ()}
    mark = properties.get(MARKER_PROPERTY)
    uid = mark.get("uid") if isinstance(mark, dict) else None
    told, signature = _unsigned(one.body)
    return Comment(
        id=RecordId(kind="comment", external_id=one.id),
        item=item,
        body=rich(told, text) or Rich(format="plain", original=""),
        author=wire.user_id(one.author),
        created_at=utc(one.created),
        audience=_audience(one, properties, service_desk=service_desk),
        marker=uid if isinstance(uid, str) else signature,
    )


def _unsigned(body: JsonValue) -> tuple[JsonValue, str | None]:
    """Return a comment's text without our last line, which stands in notes on service requests, and its uid."""
    if isinstance(body, str):
        return split_marker(body)
    blocks = body.get("content") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(blocks, list) or not blocks:
        return body, None
    last = blocks[-1]
    words = last.get("content") if isinstance(last, dict) and last.get("type") == "paragraph" else None
    line = words[-1] if isinstance(words, list) and words else None
    uid = split_marker(str(line.get("text", "")))[1] if isinstance(line, dict) else None
    if uid is None or not isinstance(words, list) or not isinstance(last, dict):
        return body, None
    # A line of its own stands alone, or behind a break.
    left = words[:-2] if len(words) > 1 else []
    kept: list[JsonValue] = [*blocks[:-1], *([{**last, "content": left}] if left else [])]
    return {**body, "content": kept}, uid


def _audience(
    one: wire_details.CommentWire, properties: Mapping[str, object], *, service_desk: bool | None
) -> Literal["public", "internal", "unknown"]:
    """Say who sees a comment. ``jsdPublic`` is true on every site: outside a service desk it proves nothing."""
    told = properties.get("sd.public.comment")
    internal = isinstance(told, dict) and told.get("internal") in (True, "true")
    if one.visibility is not None or one.jsdPublic is False or internal:
        return "internal"
    return "public" if service_desk and one.jsdPublic else "unknown"


def approval(one: wire_details.RequestApproval, item: RecordId) -> Approval:
    """Return an approval of a service request."""
    votes = [
        Vote(person=person, decision=_decision(vote.approverDecision), name=vote.approver.get("displayName"))
        for vote in one.approvers or ()
        if vote.approver is not None and (person := wire.user_id(vote.approver))
    ]
    return Approval(
        id=RecordId(kind="approval", external_id=f"{item.external_id}/{one.id}"),
        item=item,
        name=one.name or "",
        decision=_decision(one.finalDecision),
        votes=tuple(votes),
        created_at=_from_millis(one.createdDate),
        completed_at=_from_millis(one.completedDate),
    )


def _decision(said: str | None) -> Literal["approved", "declined", "pending"]:
    match (said or "").lower():
        case "approved":
            return "approved"
        case "declined":
            return "declined"
        case _:
            return "pending"


class LogReader:
    """Changelog entries → changes of neutral keys. *start*: id of the field that holds an issue's start."""

    def __init__(self, catalogue: Catalogue, *, start: str | None) -> None:
        self._catalogue, self._start = catalogue, start

    def changes(self, history: wire_details.History, item: RecordId) -> Iterator[Change]:
        """Yield the changes of one entry; fields that no record holds are left out."""
        at = history.created.astimezone(UTC)
        for number, entry in enumerate(history.items or ()):
            found = self._change(entry)
            if found is None:
                continue
            field, before, after = found
            yield Change(
                id=RecordId(kind="change", external_id=f"{history.id}.{number}"),
                item=item,
                at=at,
                field=field,
                before=before,
                after=after,
                author=wire.user_id(history.author),
            )

    def _change(self, entry: wire_details.LogItem) -> tuple[str, FieldValue | None, FieldValue | None] | None:
        field = self._catalogue.logged(entry.fieldId, entry.field)
        old, new = (entry.from_, entry.fromString), (entry.to, entry.toString)
        match field:
            case None:
                return None
            case "status":
                return "state", _named(*old), _named(*new)
            case "summary":
                return "title", _plain(old[1]), _plain(new[1])
            case "description":
                return "description", _wiki(old[1]), _wiki(new[1])
            case "duedate":
                return "due", _day(old[0]), _day(new[0])
            case "parent":
                return "parent", _named(*old), _named(*new)
            case "fixVersions":
                return "groups", _groups(VERSION, *old), _groups(VERSION, *new)
            case "labels":
                return "groups", _labels(old[1]), _labels(new[1])
            case self._catalogue.sprint:
                return "groups", _groups(SPRINT, *old), _groups(SPRINT, *new)
            case self._catalogue.epic_link:
                return "parent", _named(*old), _named(*new)
            case self._start:
                return "start", _day(old[0] or old[1]), _day(new[0] or new[1])
            case _:
                return self._custom(field, old, new)

    def _custom(
        self, field: str, old: tuple[str | None, str | None], new: tuple[str | None, str | None]
    ) -> tuple[str, FieldValue | None, FieldValue | None] | None:
        details = self._catalogue.get(field)
        if details is None or not details.custom:
            return None
        kind = codec_for(details, "adf").type
        return f"field:{field}", _logged_value(kind, *old), _logged_value(kind, *new)


def _logged_value(kind: str, raw: str | None, text: str | None) -> FieldValue | None:
    """Return a custom field's value; the changelog keeps an id for options and people, for the rest only a text."""
    if not raw and not text:
        return None
    if kind == "number":
        try:
            return Number(value=Decimal(text or raw or ""))
        except InvalidOperation:
            return _plain(text or raw)
    if kind == "day":
        return _day(raw or text)
    if kind in ("named", "person"):
        return _named(raw, text)
    return _plain(text or raw)


def _named(id_: str | None, name: str | None) -> Named | None:
    return Named(id=id_ or name or "", name=name) if id_ or name else None


def _plain(text: str | None) -> Plain | None:
    return Plain(text=text) if text else None


def _wiki(text: str | None) -> Rich | None:
    # The changelog holds long texts as wiki markup, on Cloud too.
    return Rich(format="wiki", original=text) if text else None


def _day(text: str | None) -> FieldValue | None:
    """Return the day of ``2026-01-31`` or ``2026-01-31 00:00:00.0``; another spelling stays the text it is."""
    if not text:
        return None
    try:
        return Day(on=date.fromisoformat(text[:10]))
    except ValueError:
        return Plain(text=text)


def _groups(kind: str, ids: str | None, names: str | None) -> Many | None:
    """Return groups by their record ids. One version per entry, but sprints as lists: ``"1, 2"``."""
    if not ids:
        return None
    found = [one.strip() for one in ids.split(",")] if kind == SPRINT else [ids]
    shown = [one.strip() for one in (names or "").split(",")] if kind == SPRINT else [names]
    # A comma in a sprint's name makes the two lists differ; then the ids stand alone.
    titles: list[str | None] = [*shown] if len(shown) == len(found) else [None] * len(found)
    items = tuple(Named(id=f"{kind}:{one}", name=title or None) for one, title in zip(found, titles, strict=True))
    return Many(items=items)


def _labels(text: str | None) -> Many | None:
    labels = [one for one in (text or "").split() if not uid_in_label(one)]
    return Many(items=tuple(Named(id=f"{LABEL}:{one}", name=one) for one in labels)) if labels else None


def _from_millis(at: wire_details.Millis | None) -> datetime | None:
    return datetime.fromtimestamp(at.epochMillis / 1000, UTC) if at else None
