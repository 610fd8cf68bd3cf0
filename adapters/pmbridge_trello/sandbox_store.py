"""How people change the sandbox's Trello.

Every change says when it is made (default: now) and leaves the actions that Trello lists; of labels, check items' names
and edited comments it lists none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pmbridge_trello.sandbox_ledger import instant
from pmbridge_trello.sandbox_state import (
    Attachment,
    Board,
    Card,
    CheckItem,
    Checklist,
    Field,
    FieldType,
    Label,
    List,
    Value,
)
from pmbridge_trello.sandbox_things import STEP, Things, alone

_FIELDS = ("name", "desc", "start", "due", "due_complete", "closed", "pos")
_QUIET_FIELDS = ("template", "role", "due_reminder")
_WIRE = {"due_complete": "dueComplete"}
_VALUE_KEYS: Mapping[FieldType, str] = {"text": "text", "number": "number", "date": "date", "checkbox": "checked"}


class Store(Things):
    """All that one Trello holds, with the hands that change it."""

    # ------------------------------------------------------------------------------------------------ cards

    @alone
    def edit_card(self, card: Card, *, at: datetime | None = None, by: str | None = None, **changes: Any) -> None:
        """Change a card; one action for each field that differs, none for labels."""
        if unknown := set(changes) - {*_FIELDS, *_QUIET_FIELDS, "in_list", "labels", "members"}:
            raise TypeError(f"a card has no {', '.join(sorted(unknown))}")
        at = self.moment(at)
        for name in _FIELDS:
            if name in changes and getattr(card, name) != changes[name]:
                wire = _WIRE.get(name, name)
                old = _wire(getattr(card, name))
                setattr(card, name, changes[name])
                data = {"old": {wire: old}}
                self.card_happened(card, at, "updateCard", by, data, changed={wire: _wire(changes[name])})
        if "in_list" in changes and card.in_list != changes["in_list"]:
            self._to_list(card, self.lists[changes["in_list"]], at, by)
        if "labels" in changes and card.labels != tuple(changes["labels"]):
            card.labels = tuple(changes["labels"])
            self.touch(card, at)
        if "members" in changes:
            self._set_members(card, tuple(changes["members"]), at, by)
        for name in _QUIET_FIELDS:
            if name in changes:
                setattr(card, name, changes[name])
                self.touch(card, at)

    def _to_list(self, card: Card, target: List, at: datetime, by: str | None) -> None:
        before = self.lists[card.in_list]
        card.in_list, card.pos = target.id, self.last_pos(target)
        data = {
            "old": {"idList": before.id},
            "listBefore": {"id": before.id, "name": before.name},
            "listAfter": {"id": target.id, "name": target.name},
        }
        self.card_happened(card, at, "updateCard", by, data, changed={"idList": target.id})

    def _set_members(self, card: Card, members: tuple[str, ...], at: datetime, by: str | None) -> None:
        before, card.members = card.members, members
        for kind, ids in (
            ("addMemberToCard", [one for one in members if one not in before]),
            ("removeMemberFromCard", [one for one in before if one not in members]),
        ):
            for one in ids:
                data = {"idMember": one, "member": {"id": one, "name": self.members[one].name}}
                self.card_happened(card, at, kind, by, data)

    @alone
    def set_value(
        self, card: Card, field: Field, value: object, *, at: datetime | None = None, by: str | None = None
    ) -> None:
        """Set a custom field: text, number, moment, boolean, or an option's text. ``None`` and ``False`` clear it."""
        at = self.moment(at)
        old = card.values.get(field.id)
        if value is None or value is False:
            if old is None:
                return
            del card.values[field.id]
            new = Value(id=old.id)
        else:
            new = self._value(field, value, old.id if old else self.new_id(at))
            card.values[field.id] = new
        self.card_happened(
            card, at, "updateCustomFieldItem", by,
            {
                "old": {"value": old.value if old else None}
                | ({"idValue": old.option if old else None} if field.type == "list" else {}),
                "customField": {"id": field.id, "name": field.name, "type": field.type},
                "customFieldItem": {
                    "id": new.id, "value": new.value, "idCustomField": field.id, "idModel": card.id,
                    "modelType": "card", "idValue": new.option,
                },
            },
        )  # fmt: skip

    def _value(self, field: Field, value: object, id_: str) -> Value:
        if field.type == "list":
            return Value(id=id_, option=next(one.id for one in field.options if one.text == value))
        text = instant(value) if isinstance(value, datetime) else "true" if value is True else str(value)
        return Value(id=id_, value={_VALUE_KEYS[field.type]: text})

    @alone
    def move_card(self, card: Card, target: List, *, at: datetime | None = None, by: str | None = None) -> None:
        """Move a card to a list of another board: it gets a number there, and keeps id and short link.

        Labels are matched by name and colour, made where there is none; values of custom fields are lost.
        """
        at = self.moment(at)
        source, board = self.boards[card.board], self.boards[target.board]
        self.card_happened(card, at, "moveCardFromBoard", by, {"boardTarget": {"id": board.id}})
        labels = tuple(self._same_label(board, self.labels[one], at).id for one in card.labels)
        del self.cards_of[source.id][card.id]
        self.cards_of[board.id][card.id] = card
        board.last_short += 1
        card.board, card.in_list, card.pos, card.id_short = board.id, target.id, self.last_pos(target), board.last_short
        card.labels, card.values = labels, {}
        self.card_happened(card, at, "moveCardToBoard", by, {"boardSource": {"id": source.id}})

    def _same_label(self, board: Board, label: Label, at: datetime) -> Label:
        for one in self.labels_of(board):
            if (one.name, one.color) == (label.name, label.color):
                return one
        return self.add_label(board, label.name, label.color, at=at)

    @alone
    def delete_card(self, card: Card, *, at: datetime | None = None, by: str | None = None) -> None:
        """Delete a card for good: of what happened to it only the end stays."""
        at = self.moment(at)
        board, in_list = self.boards[card.board], self.lists[card.in_list]
        del self.cards[card.id], self.cards_of[board.id][card.id], self.short_links[card.short_link]
        self.ledger.forget(card.id)
        data = {"card": {"id": card.id, "idShort": card.id_short}, "list": {"id": in_list.id, "name": in_list.name}}
        self.happened(board, at, "deleteCard", by, data, in_list=in_list.id)

    @alone
    def comment(self, card: Card, text: str, *, at: datetime | None = None, by: str | None = None) -> str:
        """Add a comment and return its id, which is that of its action."""
        data = {"text": text, "textData": {"emoji": {}}}
        return self.card_happened(card, self.moment(at), "commentCard", by, data)

    @alone
    def edit_comment(self, id_: str, text: str) -> None:
        """Change a comment. Trello lists no action for that; the comment's own shows the new text."""
        action = self.ledger.actions[id_]
        action.data |= {"text": text, "dateLastEdited": instant(self.clock.now())}

    @alone
    def delete_comment(self, id_: str) -> None:
        """Delete a comment, and with it the only action that told of it."""
        self.ledger.drop(id_)

    @alone
    def attach(self, card: Card, url: str, name: str, *, at: datetime | None = None, by: str | None = None) -> None:
        """Attach an address to a card."""
        at = self.moment(at)
        pos = STEP * (1 + len(card.attachments))
        made = Attachment(id=self.new_id(at), name=name, url=url, at=at, member=by or self.me.id, pos=pos)
        card.attachments.append(made)
        data = {"attachment": {"id": made.id, "name": name, "url": url}}
        self.card_happened(card, at, "addAttachmentToCard", by, data)

    # ------------------------------------------------------------------------------------------- checklists

    @alone
    def add_checklist(
        self, card: Card, name: str, items: Sequence[str] = (), *, at: datetime | None = None, by: str | None = None
    ) -> Checklist:
        """Add a checklist with *items* that are not done."""
        at = self.moment(at)
        made = Checklist(id=self.new_id(at), card=card.id, name=name, pos=STEP * (1 + len(card.checklists)))
        card.checklists.append(made)
        self.card_happened(card, at, "addChecklistToCard", by, {"checklist": {"id": made.id, "name": name}})
        for one in items:
            self.add_check_item(made, one, at=at)
        return made

    @alone
    def add_check_item(
        self, checklist: Checklist, name: str, *, due: datetime | None = None, member: str | None = None,
        at: datetime | None = None,
    ) -> CheckItem:  # fmt: skip
        """Add an item to the end of a checklist."""
        at = self.moment(at)
        pos = STEP * (1 + len(checklist.items))
        made = CheckItem(id=self.new_id(at), name=name, pos=pos, due=due, member=member)
        checklist.items.append(made)
        self.touch(self.cards[checklist.card], at)
        return made

    @alone
    def edit_check_item(
        self, checklist: Checklist, item: CheckItem, *, at: datetime | None = None, by: str | None = None,
        **changes: Any,
    ) -> None:  # fmt: skip
        """Change an item. Trello lists an action for its state alone, but the card's last activity moves."""
        at, card = self.moment(at), self.cards[checklist.card]
        ticked = "state" in changes and changes["state"] != item.state
        for name, value in changes.items():
            setattr(item, name, value)
        if ticked:
            data = {
                "checklist": {"id": checklist.id, "name": checklist.name},
                "checkItem": {"id": item.id, "name": item.name, "state": item.state},
            }
            self.card_happened(card, at, "updateCheckItemStateOnCard", by, data)
        else:
            self.touch(card, at)

    @alone
    def delete_check_item(self, checklist: Checklist, item: CheckItem, *, at: datetime | None = None) -> None:
        """Delete an item."""
        checklist.items.remove(item)
        self.touch(self.cards[checklist.card], self.moment(at))

    # --------------------------------------------------------------------------- boards, lists, labels, fields

    @alone
    def edit_board(self, board: Board, *, at: datetime | None = None, by: str | None = None, **changes: Any) -> None:
        """Change ``name`` or ``desc`` of a board, or archive it with ``closed``."""
        for name, value in changes.items():
            old = getattr(board, name)
            setattr(board, name, value)
            data = {"old": {name: old}, "board": {name: value}}
            self.happened(board, self.moment(at), "updateBoard", by, data)

    @alone
    def edit_list(self, one: List, *, at: datetime | None = None, by: str | None = None, **changes: Any) -> None:
        """Rename a list with ``name`` or archive it with ``closed``."""
        for name, value in changes.items():
            old = getattr(one, name)
            setattr(one, name, value)
            data = {"old": {name: old}, "list": {name: value}}
            self.list_happened(one, self.moment(at), "updateList", by, data)

    @alone
    def edit_label(self, label: Label, **changes: Any) -> None:
        """Change ``name`` or ``color`` of a label: no action tells of it, and no last activity moves."""
        for name, value in changes.items():
            setattr(label, name, value)

    @alone
    def delete_label(self, label: Label) -> None:
        """Delete a label: it is gone from all cards, and no action tells of it."""
        del self.labels[label.id]
        for card in self.cards_of[label.board].values():
            card.labels = tuple(one for one in card.labels if one != label.id)

    @alone
    def set_hidden(self, board: Board, *, hidden: bool) -> None:
        """Take a board out of the credential's sight, or give that back."""
        board.hidden = hidden

    @alone
    def delete_board(self, board: Board) -> None:
        """Delete a board with all that is on it."""
        gone = set(self.cards_of.pop(board.id))
        self.cards = {id_: one for id_, one in self.cards.items() if id_ not in gone}
        self.lists = {id_: one for id_, one in self.lists.items() if one.board != board.id}
        self.labels = {id_: one for id_, one in self.labels.items() if one.board != board.id}
        self.fields = {id_: one for id_, one in self.fields.items() if one.board != board.id}
        self.short_links = {link: id_ for link, id_ in self.short_links.items() if id_ not in {*gone, board.id}}
        self.ledger.forget_board(board.id)
        del self.boards[board.id]


def _wire(value: object) -> object:
    return instant(value) if isinstance(value, datetime) else value
