"""Actions → comments and changes. Pure: no request, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from pmbridge.adapter import split_marker
from pmbridge.records import Change, Comment
from pmbridge.values import FieldValue, Flag, Instant, Named, Plain, RecordId, Rich
from pmbridge_trello import wire
from pmbridge_trello.translate import COMPLETE
from pmbridge_trello.values import DUE_COMPLETE, FieldReader

COMMENT_ACTIONS = ("commentCard", "copyCommentCard")
CHANGE_ACTIONS = ("updateCard", "updateCustomFieldItem", "moveCardToBoard")
"""Actions that tell of a change which a record shows. Trello lists none about labels and checklists."""


def comment(action: wire.Action, card: RecordId) -> Comment:
    """Return a comment as it reads now. Trello has one kind: whoever sees the card sees it."""
    text, marker = split_marker(action.data.text or "")
    return Comment(
        id=RecordId(kind="comment", external_id=action.id),
        item=card,
        body=Rich(format="markdown", original=text),
        author=action.idMemberCreator or None,
        created_at=action.date.astimezone(UTC),
        audience="public",
        marker=marker,
    )


Told = tuple[str, FieldValue | None, FieldValue | None]
"""Field, before, after."""


class LogReader:
    """Changes of the cards of one board. *fields* names options; *complete_is_done* is the setting."""

    def __init__(self, fields: FieldReader, *, complete_is_done: bool) -> None:
        self._fields, self._complete_is_done = fields, complete_is_done

    def changes(self, actions: Sequence[wire.Action], card: RecordId) -> Iterator[Change]:
        """Yield the changes that *actions*, all of one card, tell of, oldest first.

        Raises:
            Unreadable: the value of a custom field does not fit its type.
        """
        ordered = sorted(actions, key=lambda one: (one.date, one.id))
        states = _States(ordered, complete_is_done=self._complete_is_done)
        for action in ordered:
            for number, (field, before, after) in enumerate((*states.told(action), *self._told(action))):
                yield Change(
                    id=RecordId(kind="change", external_id=f"{action.id}.{number}"),
                    item=card,
                    at=action.date.astimezone(UTC),
                    field=field,
                    before=before,
                    after=after,
                    author=action.idMemberCreator or None,
                )

    def _told(self, action: wire.Action) -> Iterator[Told]:
        data, old = action.data, action.data.old
        if old is None:
            return
        if action.type == "updateCustomFieldItem":
            if data.customField is not None:
                field = data.customField.id
                now = data.customFieldItem
                before = self._fields.read(old.value, old.idValue, f"old.{field}")
                after = None
                if now:
                    after = self._fields.read(now.get("value"), now.get("idValue"), f"customFieldItem.{field}")
                yield f"field:{field}", before, after
            return
        card = data.card
        if action.type != "updateCard" or card is None:
            return
        moved = old.model_fields_set
        if "name" in moved:
            yield "title", _plain(old.name), _plain(card.name)
        if "desc" in moved:
            yield "description", _rich(old.desc), _rich(card.desc)
        if "start" in moved:
            yield "start", _instant(old.start), _instant(card.start)
        if "due" in moved:
            yield "due", _instant(old.due), _instant(card.due)
        if "dueComplete" in moved:
            yield f"field:{DUE_COMPLETE}", Flag(on=bool(old.dueComplete)), Flag(on=bool(card.dueComplete))


class _States:
    """The state of one card through its actions: its list or, where the mark counts as done, ``complete``."""

    def __init__(self, actions: Iterable[wire.Action], *, complete_is_done: bool) -> None:
        self._counts = complete_is_done
        marks = (one.data.old.dueComplete for one in actions if _moves(one, "dueComplete") and one.data.old)
        self._complete = self._counts and bool(next(marks, False))

    def told(self, action: wire.Action) -> Iterator[Told]:
        data = action.data
        if action.type == "moveCardToBoard":
            # Where it came from is another board's affair; that it came makes an earlier state unknown, not absent.
            if not self._complete:
                yield "state", None, _state(data.list_)
        elif _moves(action, "idList"):
            if not self._complete:
                yield "state", _state(data.listBefore), _state(data.listAfter)
        elif self._counts and _moves(action, "dueComplete"):
            self._complete = bool(data.card and data.card.dueComplete)
            here, done = _state(data.list_), Named(id=COMPLETE.id, name=COMPLETE.name)
            yield ("state", here, done) if self._complete else ("state", done, here)


def _moves(action: wire.Action, field: str) -> bool:
    old = action.data.old
    return action.type == "updateCard" and old is not None and field in old.model_fields_set


def _state(one: wire.Ref | None) -> Named | None:
    return Named(id=one.id, name=one.name) if one else None


def _plain(text: str | None) -> Plain | None:
    return Plain(text=text) if text else None


def _rich(text: str | None) -> Rich | None:
    text, _ = split_marker(text or "")
    return Rich(format="markdown", original=text) if text else None


def _instant(at: datetime | None) -> Instant | None:
    return Instant(at=at) if at else None
