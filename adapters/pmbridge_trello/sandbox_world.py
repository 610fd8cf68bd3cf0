"""The people who work in the sandbox's Trello: the hands that the laws lend themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.errors import Unsupported
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello.sandbox_state import Board, Card, CheckItem, Checklist, Field, Label, List
from pmbridge_trello.sandbox_store import Store

LISTS = ("待办", "进行中", "完成")
POINTS = "点数"
DUE_AT = time(18, 0)
"""Trello keeps moments, and people mean days: a due date is meant for the evening."""

_STATES = {"todo": 0, "in_progress": 1, "done": 2}
_CARD_VALUES = {"title": "name", "description": "desc", "complete": "due_complete", "archived": "closed"}


class TrelloWorld:
    """People at work in a :class:`Store`: projects are boards, items are cards and check items, groups are lists.

    A card cannot be hidden by itself in Trello; :meth:`hide` moves it to a board that the account does not see, which
    is how cards get out of sight there.
    """

    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self.store = store
        self._zone = zone
        self._made = 0
        self._shown: dict[str, tuple[str, Mapping[str, Any]]] = {}

    # -------------------------------------------------------------------------------------------- boards

    def project(self) -> ProjectId:
        """Make a board with three lists, the six labels without names that new boards have, and a field for points."""
        self._made += 1
        board = self.store.add_board(f"World {self._made}", lists=LISTS)
        for color in ("green", "yellow", "orange", "red", "purple", "blue"):
            self.store.add_label(board, "", color)
        self.store.add_field(board, POINTS, "number")
        return ProjectId(board.id)

    def hide_project(self, p: ProjectId) -> None:
        self.store.set_hidden(self._board(p), hidden=True)

    def restore_project(self, p: ProjectId) -> None:
        self.store.set_hidden(self._board(p), hidden=False)

    def rename_project(self, p: ProjectId, name: str) -> None:
        self.store.edit_board(self._board(p), name=name)

    def archive_project(self, p: ProjectId) -> None:
        """Close the board; what is on it stays as it was."""
        self.store.edit_board(self._board(p), closed=True)

    def delete_project(self, p: ProjectId) -> None:
        """Delete the board for good."""
        self.store.delete_board(self._board(p))

    # --------------------------------------------------------------------------------------------- items

    def add_item(
        self,
        p: ProjectId,
        title: str,
        *,
        state: str | None = None,
        due: date | None = None,
        group: RecordId | None = None,
        parent: RecordId | None = None,
    ) -> RecordId:
        """Make a card; with a *parent*, which is a card, an item of its first checklist. A *group* is a list or label.

        ``state`` is a list's id, or the first, second or third list; a check item is either ``todo`` or ``done``.
        """
        if parent is not None:
            return self._add_check_item(self._card(parent), title, state=state, due=due)
        lists = self.store.lists_of(self._board(p))
        where = lists[0] if state is None else self._list_for(lists, state)
        labels: tuple[str, ...] = ()
        if group is not None and group.kind == "list":
            where = self._list(group)
        elif group is not None:
            labels = (self._label(group).id,)
        card = self.store.add_card(where, title, due=self._evening(due), labels=labels)
        return RecordId(kind="card", external_id=card.id)

    def _add_check_item(self, card: Card, title: str, *, state: str | None, due: date | None) -> RecordId:
        checklist = card.checklists[0] if card.checklists else self.store.add_checklist(card, "步骤")
        item = self.store.add_check_item(checklist, title, due=self._evening(due))
        if state is not None and self._ticked(state):
            self.store.edit_check_item(checklist, item, state="complete")
        return RecordId(kind="checkitem", external_id=f"{card.id}/{item.id}")

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make a list."""
        if due is not None:
            raise _no("the date of a list", "列表的日期")
        return RecordId(kind="list", external_id=self.store.add_list(self._board(p), title).id)

    def add_label(self, p: ProjectId, title: str, color: str | None = "green") -> RecordId:
        """Make a label."""
        return RecordId(kind="label", external_id=self.store.add_label(self._board(p), title, color).id)

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        """Change a card, a check item, a list or a label.

        Beside the names of :class:`pmbridge.testing.sandbox.World`: ``complete`` and ``archived`` of a card,
        ``archived`` of a list, ``color`` of a label. ``fields`` maps ids of custom fields to values.
        """
        match id.kind:
            case "card":
                self._edit_card(self._card(id), values)
            case "checkitem":
                self._edit_check_item(*self._check_item(id), values)
            case "list":
                self._edit_list(self._list(id), values)
            case "label":
                self._edit_label(self._label(id), values)
            case _:
                raise _no(f"an edit of a {id.kind}", f"修改 {id.kind}")

    def _edit_card(self, card: Card, values: Mapping[str, Any]) -> None:
        changes: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "title" | "complete" | "archived":
                    changes[_CARD_VALUES[name]] = value
                case "description":
                    changes["desc"] = value or ""
                case "state":
                    changes["in_list"] = self._list_for(self._lists_around(card), value).id
                case "due" | "start":
                    changes[name] = self._evening(value)
                case "points":
                    fields[self._points(card).id] = value
                case "group":
                    changes |= self._grouped(card, value)
                case "assignee":
                    changes["members"] = () if value is None else (self.store.add_member(value).id,)
                case "fields":
                    fields |= value
                case _:
                    raise _no(f"the field {name} of a card", f"卡片的 {name} 字段")
        self.store.edit_card(card, **changes)
        for id_, value in fields.items():
            self.store.set_value(card, self.store.fields[id_], value)

    def _grouped(self, card: Card, group: RecordId | None) -> Mapping[str, Any]:
        """Return the change that puts a card into a list or gives it one label more; ``None`` takes off all labels."""
        if group is None:
            return {"labels": ()}
        if group.kind == "list":
            return {"in_list": self._list(group).id}
        return {"labels": tuple(dict.fromkeys((*card.labels, self._label(group).id)))}

    def _edit_check_item(self, checklist: Checklist, item: CheckItem, values: Mapping[str, Any]) -> None:
        changes: dict[str, Any] = {}
        for name, value in values.items():
            match name:
                case "title":
                    changes["name"] = value
                case "state":
                    changes["state"] = "complete" if self._ticked(value) else "incomplete"
                case "due":
                    changes["due"] = self._evening(value)
                case _:
                    raise _no(f"the field {name} of a check item", f"清单项的 {name} 字段")
        self.store.edit_check_item(checklist, item, **changes)

    def _edit_list(self, one: List, values: Mapping[str, Any]) -> None:
        names = {"title": "name", "archived": "closed"}
        for name in values:
            if name not in names:
                raise _no(f"the field {name} of a list", f"列表的 {name} 字段")
        self.store.edit_list(one, **{names[name]: value for name, value in values.items()})

    def _edit_label(self, label: Label, values: Mapping[str, Any]) -> None:
        names = {"title": "name", "color": "color"}
        for name in values:
            if name not in names:
                raise _no(f"the field {name} of a label", f"标签的 {name} 字段")
        self.store.edit_label(label, **{names[name]: value for name, value in values.items()})

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002
        """Move a card to the first list of another board."""
        self.store.move_card(self._card(id), self.store.lists_of(self._board(project))[0])

    def delete(self, id: RecordId) -> None:  # noqa: A002
        """Delete a card, a check item or a label. Lists can only be archived in Trello."""
        match id.kind:
            case "card":
                self.store.delete_card(self._card(id))
            case "checkitem":
                self.store.delete_check_item(*self._check_item(id))
            case "label":
                self.store.delete_label(self._label(id))
            case _:
                raise _no(f"deleting a {id.kind}", f"删除 {id.kind}")

    def hide(self, id: RecordId) -> None:  # noqa: A002
        card = self._card(id)
        self._shown[card.id] = (card.in_list, {"labels": card.labels, "values": dict(card.values)})
        elsewhere = self.store.add_board("别处", lists=("待办",), mine=False)
        self.store.move_card(card, self.store.lists_of(elsewhere)[0])

    def show(self, id: RecordId) -> None:  # noqa: A002
        """Move a card back to where :meth:`hide` took it from, with the labels and values that it had."""
        card = self._card(id)
        in_list, before = self._shown.pop(card.id)
        self.store.move_card(card, self.store.lists[in_list])
        card.labels, card.values = before["labels"], before["values"]

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002
        self.store.comment(self._card(id), text, by=self.store.add_member("陈工").id)

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002
        raise _no(f"an approval of {id} by {by}", f"由 {by} 审批 {id}")

    # --------------------------------------------------------------------------------------------- parts

    def _evening(self, value: date | None) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.combine(value, DUE_AT, self._zone)

    def _lists_around(self, card: Card) -> list[List]:
        return self.store.lists_of(self.store.boards[card.board])

    @staticmethod
    def _list_for(lists: list[List], state: str) -> List:
        for one in lists:
            if one.id == state:
                return one
        if state not in _STATES or len(lists) <= _STATES[state]:
            raise _no(f"the state {state} on this board", f"该看板上的状态 {state}")
        return lists[_STATES[state]]

    @staticmethod
    def _ticked(state: str) -> bool:
        if state not in ("todo", "done", "incomplete", "complete"):
            raise _no(f"the state {state} of a check item", f"清单项的状态 {state}")
        return state in ("done", "complete")

    def _points(self, card: Card) -> Field:
        for one in self.store.fields_of(self.store.boards[card.board]):
            if one.name == POINTS:
                return one
        raise _no("points on this board", "该看板上的点数")

    def _board(self, p: ProjectId) -> Board:
        return self.store.boards[p]

    def _card(self, id_: RecordId) -> Card:
        if id_.kind != "card":
            raise _no(f"that with a {id_.kind}", f"对 {id_.kind} 的该操作")
        return self.store.cards[id_.external_id]

    def _check_item(self, id_: RecordId) -> tuple[Checklist, CheckItem]:
        card, _, item = id_.external_id.partition("/")
        for checklist in self.store.cards[card].checklists:
            for one in checklist.items:
                if one.id == item:
                    return checklist, one
        raise KeyError(id_)

    def _list(self, id_: RecordId) -> List:
        return self.store.lists[id_.external_id]

    def _label(self, id_: RecordId) -> Label:
        return self.store.labels[id_.external_id]


def _no(en: str, zh: str) -> Unsupported:
    return Unsupported(tool="Trello", detail=en, detail_zh=zh)
