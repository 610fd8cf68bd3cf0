"""Trello's JSON → neutral records. Pure: no request, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pmbridge.adapter import split_marker
from pmbridge.clock import to_millis
from pmbridge.records import Group, Item, Person, ToolState
from pmbridge.values import FieldValue, Flag, Instant, Named, ProjectId, RecordId, Rich
from pmbridge_trello import wire
from pmbridge_trello.kinds import CARD, CHECK_ITEM, LABEL, LIST, MEMBER
from pmbridge_trello.values import DUE_COMPLETE, FieldReader

CARD_TYPE = Named(id=CARD, name="Card")
CHECK_ITEM_TYPE = Named(id=CHECK_ITEM, name="Check item")
COMPLETE = ToolState(id="complete", name="complete", category="done")
INCOMPLETE = ToolState(id="incomplete", name="incomplete", category="todo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a scope asks of a board. ``fields``: vendor field ids; ``complete_is_done``: the setting.

    ``long``: descriptions too. A pull receives them, for our mark in their last line, but nobody reads those of most
    cards, so it does not keep them; the engine reads the few that matter.
    """

    kinds: Collection[str]
    fields: Collection[str] = ()
    complete_is_done: bool = False
    long: bool = False

    @property
    def items(self) -> bool:
        """Whether cards must be read at all."""
        return CARD in self.kinds or CHECK_ITEM in self.kinds


def created_at(id_: str) -> datetime:
    """Return when a record was made: the first eight digits of its id, and nothing else tells."""
    return datetime.fromtimestamp(int(id_[:8], 16), UTC)


def is_work(card: wire.Card) -> bool:
    """Return whether a card stands for work here: not a template, a separator, or the mirror of a card elsewhere."""
    return not card.get("isTemplate") and not card.get("cardRole")


def list_group(one: wire.ListWire, board: str, *, closed: bool) -> Group:
    """Return a list of *board*. ``closed``: the board is archived, and with it all that it holds."""
    archived = closed or bool(one.closed)
    return Group(
        id=RecordId(kind=LIST, external_id=one.id),
        project=ProjectId(board),
        version=digest(one.name, archived),
        title=one.name,
        archived=archived,
    )


def label_group(one: wire.LabelWire, board: str, *, closed: bool) -> Group:
    """Return a label of *board*; one without a name is called by its colour."""
    return Group(
        id=RecordId(kind=LABEL, external_id=one.id),
        project=ProjectId(board),
        version=digest(one.name, one.color, closed),
        title=one.name or one.color or one.id,
        archived=closed,
    )


def person(one: wire.Member) -> Person:
    """Return a member of a board: a name is all that others are told."""
    return Person(
        id=RecordId(kind=MEMBER, external_id=one.id),
        name=one.fullName or one.username,
        aliases=(one.username,) if one.username else (),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """What cards of one list have in common."""

    group: RecordId
    state: ToolState
    archived: bool


class CardReader:
    """Cards and check items of one board → items.

    A card in an archived list or board says of itself that it is open; ``archived`` is what holds in effect. Its state
    is its list: what that counts as, a mapping has to say.
    """

    def __init__(
        self,
        asked: Asked,
        *,
        lists: Mapping[str, wire.ListWire],
        closed: bool,
        fields: FieldReader,
    ) -> None:
        self._asked, self._closed, self._fields = asked, closed, fields
        self._field_ids = sorted(asked.fields)
        self._with_lists, self._with_labels = LIST in asked.kinds, LABEL in asked.kinds
        self._places = {id_: self._place(id_, one) for id_, one in lists.items()}
        self._labels: dict[str, RecordId] = {}
        self._nothing: Mapping[str, FieldValue | None] = dict.fromkeys(self._field_ids)

    def _place(self, id_: str, one: wire.ListWire | None) -> _Place:
        return _Place(
            group=RecordId(kind=LIST, external_id=id_),
            state=ToolState(id=id_, name=one.name if one else id_),
            archived=self._closed or bool(one and one.closed),
        )

    def _place_of(self, id_: str) -> _Place:
        if (place := self._places.get(id_)) is None:
            place = self._places[id_] = self._place(id_, None)
        return place

    def card(self, card: wire.Card) -> Item:
        """Return *card* as a record.

        Raises:
            Unreadable: a custom field that was asked for does not hold what its type says.
        """
        place = self._place_of(card["idList"])
        text = card.get("desc")
        description, marker = split_marker(text) if text else ("", None)
        made = touched = created_at(card["id"])
        # A board made from a template keeps the dates of the template: older than the card itself.
        if (activity := card.get("dateLastActivity")) is not None:
            touched = max(made, activity.astimezone(UTC))
        badges, start, due = card.get("badges"), card.get("start"), card["due"]
        comments = badges.get("comments") if badges else None
        done = self._asked.complete_is_done and card.get("dueComplete")
        return Item(
            id=RecordId(kind=CARD, external_id=card["id"]),
            project=ProjectId(card["idBoard"]),
            version=f"{to_millis(touched)}.{comments or 0}",
            title=card["name"],
            type=CARD_TYPE,
            state=COMPLETE if done else place.state,
            key=card.get("shortLink") or "",
            url=card.get("shortUrl") or "",
            description=Rich(format="markdown", original=description) if description and self._asked.long else None,
            start=Instant(at=start) if start else None,
            due=Instant(at=due) if due else None,
            created_at=made,
            updated_at=touched,
            groups=self._groups(card, place),
            assignees=tuple(card["idMembers"] or ()),
            archived=card["closed"] or place.archived,
            marker=marker,
            fields=self._values(card) if self._field_ids else {},
        )

    def _groups(self, card: wire.Card, place: _Place) -> tuple[RecordId, ...]:
        found = [place.group] if self._with_lists else []
        if self._with_labels:
            labels = self._labels
            for one in card["idLabels"] or ():
                if (label := labels.get(one)) is None:
                    label = labels[one] = RecordId(kind=LABEL, external_id=one)
                found.append(label)
        return tuple(found)

    def _values(self, card: wire.Card) -> Mapping[str, FieldValue | None]:
        values = dict(self._nothing)
        if DUE_COMPLETE in values:
            values[DUE_COMPLETE] = Flag(on=bool(card.get("dueComplete")))
        for item in card.get("customFieldItems") or ():
            if (id_ := item["idCustomField"]) in values:
                values[id_] = self._fields.read(item.get("value"), item.get("idValue"), f"customFieldItems.{id_}")
        return values

    def check_items(self, checklist: wire.Checklist, card: wire.Card) -> Iterator[Item]:
        """Yield the items of *checklist*, which hangs on *card*. Trello keeps no time at which one was ticked."""
        parent = RecordId(kind=CARD, external_id=card["id"])
        archived = card["closed"] or self._place_of(card["idList"]).archived
        for one in checklist.checkItems:
            due, member = one.get("due"), one.get("idMember")
            yield Item(
                id=check_item_id(card["id"], one["id"]),
                project=ProjectId(card["idBoard"]),
                version=digest(one["name"], one["state"], due, member, archived),
                title=one["name"],
                type=CHECK_ITEM_TYPE,
                state=_check_state(one["state"]),
                url=card.get("shortUrl") or "",
                due=Instant(at=due) if due else None,
                created_at=created_at(one["id"]),
                parent=parent,
                assignees=(member,) if member else (),
                archived=archived,
                fields=self._nothing,
            )


def check_item_id(card: str, item: str) -> RecordId:
    """Return the identity of a check item: with its card, because Trello shows one only by way of the other."""
    return RecordId(kind=CHECK_ITEM, external_id=f"{card}/{item}")


def _check_state(said: str | None) -> ToolState:
    match said:
        case "complete":
            return COMPLETE
        case "incomplete":
            return INCOMPLETE
        case _:
            return ToolState(id=said or "unknown", name=said or "unknown")


def digest(*facts: object) -> str:
    """Return a short token that differs whenever one of *facts* does: the version of what has no stamp of its own."""
    return hashlib.sha256("\x1f".join(str(one) for one in facts).encode()).hexdigest()[:16]
