"""The sandbox's things as Trello's JSON: every member that an object can have, and those that it has if none is named.

Nulls and members that no paper names are sent as the real service sends them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pmbridge_trello.sandbox_ledger import instant
from pmbridge_trello.sandbox_state import (
    Action,
    Attachment,
    Board,
    Card,
    CheckItem,
    Checklist,
    Field,
    Label,
    List,
    Member,
    Option,
    Value,
)
from pmbridge_trello.sandbox_store import Store
from pmbridge_trello.sandbox_things import ORGANIZATION

Json = dict[str, Any]
T = TypeVar("T")


class UnknownMember(Exception):
    """A request names a member that objects of its kind do not have."""


COLORS = ("green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black")
_SHADES = ("", "_dark", "_light")


@dataclass(frozen=True)
class Shape(Generic[T]):
    """How one kind of object is shown: member → how it is made. ``usual``: what comes if nobody names any.

    ``hidden`` members come only if they are named, not with ``all``.
    """

    members: Mapping[str, Callable[[T], Any]]
    usual: Collection[str] | None = None
    hidden: Collection[str] = ()

    def show(self, thing: T, asked: str | None = None) -> Json:
        """Return *thing* with the members in *asked*: names with commas, or ``all``; its id always.

        Raises:
            UnknownMember: there is no such member.
        """
        if asked is None and self.usual is not None:
            names: Collection[str] = self.usual
        elif asked is None or "all" in asked.split(","):
            names = [name for name in self.members if name not in self.hidden]
        else:
            names = [name.strip() for name in asked.split(",") if name.strip()]
            if unknown := [name for name in names if name not in self.members]:
                raise UnknownMember(unknown[0])
        return {"id": self.members["id"](thing)} | {name: self.members[name](thing) for name in names}

    def each(self, things: Iterable[T], asked: str | None = None) -> list[Json]:
        """Return all of *things*."""
        return [self.show(one, asked) for one in things]


def when(at: datetime | None) -> str | None:
    """Return a moment as Trello writes it."""
    return instant(at) if at else None


def slug(name: str) -> str:
    """Return what of *name* can stand in an address."""
    return re.sub(r"[^0-9a-z]+", "-", name.lower()).strip("-")


def _short(kind: str, link: str, rest: str = "") -> str:
    return f"https://trello.com/{kind}/{link}" + (f"/{rest}" if rest else "")


def value(card: Card, field: str, held: Value) -> Json:
    """Return what *card* holds in a custom field; a list field's value is null."""
    return {
        "id": held.id, "value": held.value, "idCustomField": field, "idModel": card.id, "modelType": "card",
        **({"idValue": held.option} if held.option else {}),
    }  # fmt: skip


def option(one: Option, field: Field) -> Json:
    """Return an option as its field shows it."""
    return {
        "id": one.id, "idCustomField": field.id, "value": {"text": one.text}, "color": one.color, "pos": one.pos,
    }  # fmt: skip


class Shapes:
    """All kinds of object of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.board = Shape[Board](self._board_members(), usual=(
            "name", "desc", "descData", "closed", "idOrganization", "idEnterprise", "pinned", "url", "shortUrl",
            "prefs", "labelNames",
        ), hidden=("limits",))  # fmt: skip
        self.card = Shape[Card](self._card_members(), hidden=("limits",))
        self.list = Shape[List]({
            "id": lambda one: one.id, "name": lambda one: one.name, "closed": lambda one: one.closed,
            "color": lambda _: None, "idBoard": lambda one: one.board, "pos": lambda one: one.pos,
            "subscribed": lambda _: False, "softLimit": lambda _: None, "type": lambda _: None,
            "datasource": lambda _: {"filter": False}, "nodeId": lambda one: f"ari:cloud:trello::list/{one.id}",
        })  # fmt: skip
        self.label = Shape[Label]({
            "id": lambda one: one.id, "idBoard": lambda one: one.board, "name": lambda one: one.name,
            "color": lambda one: one.color, "nodeId": lambda one: f"ari:cloud:trello::label/{one.id}",
            "uses": lambda one: sum(one.id in card.labels for card in self._store.cards_of[one.board].values()),
        }, usual=("idBoard", "name", "color"))  # fmt: skip
        self.field = Shape[Field]({
            "id": lambda one: one.id, "idModel": lambda one: one.board, "modelType": lambda _: "board",
            "fieldGroup": lambda one: f"{one.id}{one.id}{one.id[:16]}", "display": lambda _: {"cardFront": True},
            "name": lambda one: one.name, "pos": lambda one: one.pos, "type": lambda one: one.type,
            "isSuggestedField": lambda _: False,
        })  # fmt: skip
        self.checklist = Shape[Checklist]({
            "id": lambda one: one.id, "name": lambda one: one.name, "idCard": lambda one: one.card,
            "idBoard": lambda one: self._store.cards[one.card].board, "pos": lambda one: one.pos,
            "creationMethod": lambda _: None,
        })  # fmt: skip
        self.attachment = Shape[Attachment]({
            "id": lambda one: one.id, "bytes": lambda _: None, "date": lambda one: instant(one.at),
            "edgeColor": lambda _: None, "idMember": lambda one: one.member, "isUpload": lambda _: False,
            "mimeType": lambda _: "", "name": lambda one: one.name, "previews": lambda _: [],
            "url": lambda one: one.url, "pos": lambda one: one.pos, "fileName": lambda one: one.name,
        })  # fmt: skip
        self.action = Shape[Action]({
            "id": lambda one: one.id, "idMemberCreator": lambda one: one.by, "data": lambda one: one.data,
            "appCreator": lambda _: None, "type": lambda one: one.type, "date": lambda one: instant(one.at),
            "limits": lambda _: None,
        })  # fmt: skip
        self.member = Shape[Member]({
            "id": lambda one: one.id, "username": lambda one: one.username, "fullName": lambda one: one.name,
            "initials": lambda one: one.name[:1], "activityBlocked": lambda _: False, "avatarHash": lambda _: None,
            "avatarUrl": lambda _: None, "idMemberReferrer": lambda _: None, "nonPublic": lambda _: {},
            "nonPublicAvailable": lambda _: False,
        }, usual=("username", "fullName"))  # fmt: skip
        self.profile = Shape[Member]({
            **self.member.members, "bio": lambda _: "", "bioData": lambda _: None, "confirmed": lambda _: True,
            "memberType": lambda _: "normal", "status": lambda _: "disconnected", "email": lambda _: None,
            "url": lambda one: f"https://trello.com/{one.username}", "products": lambda _: [],
            "idEnterprise": lambda _: None, "idOrganizations": lambda _: [ORGANIZATION],
            "idBoards": lambda one: [b.id for b in self._store.boards.values() if one.id in b.members],
            "loginTypes": lambda _: None, "trophies": lambda _: None, "avatarSource": lambda _: None,
        })  # fmt: skip

    # ------------------------------------------------------------------------------------------- boards

    def _board_members(self) -> Mapping[str, Callable[[Board], Any]]:
        return {
            "id": lambda one: one.id, "name": lambda one: one.name, "desc": lambda one: one.desc,
            "descData": lambda _: None, "closed": lambda one: one.closed, "dateClosed": lambda _: None,
            "idOrganization": lambda one: one.organization, "idEnterprise": lambda _: None,
            "idMemberCreator": lambda one: one.creator, "pinned": lambda _: False, "starred": lambda _: False,
            "url": lambda one: _short("b", one.short_link, slug(one.name)),
            "shortUrl": lambda one: _short("b", one.short_link), "shortLink": lambda one: one.short_link,
            "prefs": self._prefs, "labelNames": self._label_names, "limits": lambda _: LIMITS,
            "dateLastActivity": lambda one: when(one.activity), "dateLastView": lambda _: None,
            "memberships": self.memberships, "powerUps": lambda _: [], "idTags": lambda _: [],
            "subscribed": lambda _: False, "datePluginDisable": lambda _: None, "creationMethod": lambda _: None,
            "ixUpdate": lambda one: str(one.last_short), "templateGallery": lambda _: None,
            "enterpriseOwned": lambda _: False, "nodeId": lambda one: f"ari:cloud:trello::board/{one.id}",
        }  # fmt: skip

    @staticmethod
    def _prefs(board: Board) -> Json:
        return {
            "permissionLevel": board.permission, "hideVotes": False, "voting": "disabled", "comments": "members",
            "invitations": "members", "selfJoin": True, "cardCovers": True, "isTemplate": False,
            "cardAging": "regular", "calendarFeedEnabled": False, "background": "blue", "backgroundImage": None,
            "backgroundImageScaled": None, "backgroundTile": False, "backgroundBrightness": "dark",
            "backgroundColor": "#0079BF", "backgroundBottomColor": "#0079BF", "backgroundTopColor": "#0079BF",
            "canBePublic": True, "canBeEnterprise": True, "canBeOrg": True, "canBePrivate": True, "canInvite": True,
        }  # fmt: skip

    def _label_names(self, board: Board) -> Json:
        names = {f"{color}{shade}": "" for shade in _SHADES for color in COLORS}
        return names | {one.color: one.name for one in reversed(self._store.labels_of(board)) if one.color}

    @staticmethod
    def memberships(board: Board) -> list[Json]:
        """Return who is on *board*; the first is its administrator."""
        return [
            {"id": f"{board.id[:18]}{n:06x}", "idMember": one, "memberType": "normal" if n else "admin",
             "unconfirmed": False, "deactivated": False}
            for n, one in enumerate(board.members)
        ]  # fmt: skip

    # -------------------------------------------------------------------------------------------- cards

    def _card_members(self) -> Mapping[str, Callable[[Card], Any]]:
        return {
            "id": lambda one: one.id, "address": lambda _: None, "agent": lambda _: None, "badges": self._badges,
            "cardRole": lambda one: one.role, "checkItemStates": lambda _: None, "closed": lambda one: one.closed,
            "coordinates": lambda _: None, "creationMethod": lambda _: None,
            "dueComplete": lambda one: one.due_complete, "dateLastActivity": lambda one: when(one.activity),
            "desc": lambda one: one.desc, "descData": lambda _: None, "due": lambda one: when(one.due),
            "dueReminder": lambda one: one.due_reminder, "email": lambda _: None, "idBoard": lambda one: one.board,
            "idChecklists": lambda one: [each.id for each in one.checklists], "idLabels": lambda one: list(one.labels),
            "idList": lambda one: one.in_list, "idMembers": lambda one: list(one.members),
            "idMembersVoted": lambda _: [], "idShort": lambda one: one.id_short,
            # Both are seen where there is no cover.
            "idAttachmentCover": lambda one: None if one.id_short % 2 else "",
            "labels": lambda one: self.label.each(self._store.labels[each] for each in one.labels),
            "limits": lambda _: {}, "locationName": lambda _: None, "manualCoverAttachment": lambda _: False,
            "name": lambda one: one.name, "pinned": lambda _: False,
            "pos": lambda one: one.pos, "shortLink": lambda one: one.short_link,
            "shortUrl": lambda one: _short("c", one.short_link), "start": lambda one: when(one.start),
            "subscribed": lambda _: False,
            "url": lambda one: _short("c", one.short_link, f"{one.id_short}-{slug(one.name)}".strip("-")),
            "cover": self._cover, "isTemplate": lambda one: one.template,
            "nodeId": lambda one: f"ari:cloud:trello::card/{one.id}",
        }  # fmt: skip

    def _badges(self, card: Card) -> Json:
        items = [one for checklist in card.checklists for one in checklist.items]
        return {
            "attachmentsByType": {"trello": {"board": 0, "card": 0}}, "externalSource": None, "location": False,
            "votes": 0, "viewingMemberVoted": False, "subscribed": False, "fogbugz": "", "checkItems": len(items),
            "checkItemsChecked": sum(one.state == "complete" for one in items), "checkItemsEarliestDue": None,
            "comments": self._store.ledger.comments_on(card.id), "attachments": len(card.attachments),
            "description": bool(card.desc), "due": when(card.due), "start": when(card.start),
            "dueComplete": card.due_complete,
        }  # fmt: skip

    @staticmethod
    def _cover(_: Card) -> Json:
        return {"idAttachment": None, "color": None, "idUploadedBackground": None, "size": "normal",
                "brightness": "dark", "idPlugin": None}  # fmt: skip

    @staticmethod
    def values(card: Card) -> list[Json]:
        """Return what *card* holds in custom fields; those that are empty are left out."""
        return [value(card, field, held) for field, held in card.values.items()]

    @staticmethod
    def check_item_states(card: Card) -> list[Json]:
        """Return which items of *card* are done: told of a single card, never in a collection."""
        return [
            {"idCheckItem": one.id, "state": one.state}
            for checklist in card.checklists
            for one in checklist.items
            if one.state == "complete"
        ]

    # ----------------------------------------------------------------------------------- checklists, fields

    @staticmethod
    def check_item(one: CheckItem, checklist: Checklist) -> Json:
        """Return an item of a checklist."""
        return {
            "id": one.id, "name": one.name, "nameData": None, "pos": one.pos, "state": one.state,
            "due": when(one.due), "dueReminder": None, "idMember": one.member, "idChecklist": checklist.id,
        }  # fmt: skip

    def whole_checklist(self, checklist: Checklist, asked: str | None = None, *, items: bool = True) -> Json:
        """Return a checklist with its items."""
        shown = self.checklist.show(checklist, asked)
        if items:
            shown["checkItems"] = [self.check_item(one, checklist) for one in checklist.items]
        return shown

    def whole_field(self, field: Field) -> Json:
        """Return a custom field; one of type ``list`` with its options."""
        shown = self.field.show(field)
        if field.type == "list":
            shown["options"] = [option(one, field) for one in field.options]
        return shown

    # ------------------------------------------------------------------------------------------- actions

    def whole_action(self, action: Action, asked: str | None, *, creator: bool, member: bool) -> Json:
        """Return an action. Who made it is missing if that account was deleted."""
        shown = self.action.show(action, asked)
        by = self._store.members[action.by]
        if creator and not by.gone:
            shown["memberCreator"] = self.member.show(by, "all")
        about = action.data.get("idMember")
        if member and about:
            shown["member"] = self.member.show(self._store.members[about], "all")
        return shown


def _limit(at: int) -> Json:
    return {"status": "ok", "disableAt": at, "warnAt": at * 8 // 10}


LIMITS: Json = {
    "attachments": {"perCard": _limit(1000)},
    "cards": {"openPerBoard": _limit(5000), "openPerList": _limit(5000), "totalPerBoard": _limit(2_000_000)},
    "checklists": {"perCard": _limit(500)},
    "checkItems": {"perChecklist": _limit(200)},
    "customFields": {"perBoard": _limit(50)},
    "customFieldOptions": {"perField": _limit(50)},
    "labels": {"perBoard": _limit(1000)},
    "lists": {"openPerBoard": _limit(500), "totalPerBoard": _limit(3000)},
    "stickers": {"perCard": _limit(70)},
}
"""How much a board may hold, as a real account was told."""
