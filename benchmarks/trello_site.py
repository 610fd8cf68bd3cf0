"""A Trello account that costs next to nothing: rendered beforehand. It knows chosen fields, and checks nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from benchmarks.server import LOREM

CARDS = 500
"""Cards on a board."""
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_LISTS = ("Milestones", "待设计", "设计中", "已验收")


def an_id(kind: int, n: int, at: datetime = _BEGIN) -> str:
    """Return 24 hex characters: the second of creation, then what it is."""
    return f"{int(at.timestamp()):08x}{kind:04x}{n:012x}"


def stamp(at: datetime) -> str:
    """Return *at* in Trello's spelling."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class TrelloSite:
    """*boards* boards of :data:`CARDS` cards, each card about 2 kB of JSON with all of its fields."""

    def __init__(self, boards: int) -> None:
        self.boards = [self._board(n) for n in range(boards)]
        self._by_id = {str(one["id"]): one for one in self.boards}
        self._rendered: dict[tuple[str, str], bytes] = {}

    def touch(self, share: float) -> None:
        """Change one card on every 1/*share*-th board now."""
        now = stamp(datetime.now(UTC))
        for board in self.boards[:: round(1 / share)]:
            board["dateLastActivity"] = board["cards"][7]["dateLastActivity"] = now
            board["cards"][7]["name"] += " ."
        self._rendered.clear()

    def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:  # noqa: ARG002 - only GET is known
        """Answer one request."""
        if (key := (path, json.dumps(query, sort_keys=True))) not in self._rendered:
            self._rendered[key] = json.dumps(self._answer(path, query), ensure_ascii=False).encode()
        return self._rendered[key]

    def _answer(self, path: str, query: dict[str, str]) -> object:
        if path == "/1/batch":
            routes = (urlsplit(one) for one in query["urls"].split(","))
            return [{"200": self._answer(f"/1{one.path}", dict(parse_qsl(one.query)))} for one in routes]
        match path.removeprefix("/1/").rstrip("/").split("/"):
            case ["members", "me"]:
                return {"id": an_id(1, 1), "username": "wanglei", "fullName": "王磊"}
            case ["members", "me", "boards"]:
                return [_chosen(one, query.get("fields", "all")) for one in self.boards]
            case ["tokens", _]:
                return {"id": an_id(2, 1), "dateExpires": None, "permissions": [{"write": False}]}
            case ["boards", id_]:
                return self._nested(self._by_id[id_], query)
            case ["boards", id_, "cards"]:
                return [_chosen(one, query.get("fields", "all")) for one in self._by_id[id_]["cards"]]
            case ["boards", id_, "customFields"]:
                return self._by_id[id_]["customFields"]
            case ["boards", _, "actions"]:
                return []
            case _:
                raise ValueError(f"the benchmark's Trello does not know {path}")

    def _nested(self, board: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        found = _chosen(board, query.get("fields", "all"))
        for one in ("lists", "labels", "members", "customFields", "checklists"):
            if query.get(one) in ("all", "true"):
                found[one] = board[one]
        if query.get("cards") == "all":
            wanted = query.get("card_fields", "all")
            if wanted != "all" and query.get("card_customFieldItems") == "true":
                wanted += ",customFieldItems"
            found["cards"] = [_chosen(one, wanted) for one in board["cards"]]
        return found

    # ----------------------------------------------------------------------------------------------- making

    def _board(self, n: int) -> dict[str, Any]:
        id_ = an_id(3, n)
        lists = [
            {"id": an_id(4, n * 10 + at), "name": name, "closed": False, "idBoard": id_, "pos": at * 16384}
            for at, name in enumerate(_LISTS)
        ]
        labels = [
            {"id": an_id(5, n * 10 + at), "idBoard": id_, "name": name, "color": color}
            for at, (name, color) in enumerate((("M2", "blue"), ("", "red"), ("客户", "green")))
        ]
        short = f"b{n:07d}"
        return {
            "id": id_, "name": f"商城设计 {n}", "desc": "", "closed": False, "idOrganization": None,
            "dateLastActivity": stamp(_BEGIN + timedelta(days=100)), "url": f"https://trello.com/b/{short}/x",
            "shortUrl": f"https://trello.com/b/{short}", "shortLink": short, "lists": lists, "labels": labels,
            "members": [
                {"id": an_id(1, who), "fullName": f"成员 {who}", "username": f"member{who}"} for who in range(6)
            ],
            "customFields": [
                {"id": an_id(6, n), "name": "Points", "type": "number", "idModel": id_, "modelType": "board", "pos": 1}
            ],
            "checklists": [], "cards": [self._card(n, at, lists, labels) for at in range(CARDS)],
        }  # fmt: skip

    def _card(self, n: int, at: int, lists: list[dict[str, Any]], labels: list[dict[str, Any]]) -> dict[str, Any]:
        made = _BEGIN + timedelta(minutes=at)
        short = f"{n:03d}{at:05d}"
        label, due = labels[at % len(labels)], stamp(made + timedelta(days=60)) if at % 2 else None
        return {
            "id": an_id(7, n * CARDS + at, made), "name": f"{at:05d} 商城前端：购物车与结算页联调 / cart and checkout",
            "desc": LOREM * 4, "descData": {"emoji": {}}, "closed": False, "idBoard": an_id(3, n),
            "idList": lists[at % len(lists)]["id"], "idShort": at, "shortLink": short, "pos": at * 16384.0,
            "shortUrl": f"https://trello.com/c/{short}", "url": f"https://trello.com/c/{short}/{at}-cart-and-checkout",
            "idMembers": [an_id(1, at % 6)], "idLabels": [label["id"]], "labels": [label], "idChecklists": [],
            "idMembersVoted": [], "idAttachmentCover": None, "manualCoverAttachment": False, "checkItemStates": None,
            "due": due, "dueComplete": bool(at % 4 == 1), "dueReminder": None, "start": None, "subscribed": False,
            "dateLastActivity": stamp(made + timedelta(days=30)), "email": None, "isTemplate": False, "cardRole": None,
            "mirrorSourceId": None, "cover": {
                "idAttachment": None, "color": None, "idUploadedBackground": None, "size": "normal",
                "brightness": "dark", "idPlugin": None,
            },
            "badges": {
                "attachmentsByType": {"trello": {"board": 0, "card": 0}}, "location": False, "votes": 0,
                "viewingMemberVoted": False, "subscribed": False, "fogbugz": "", "checkItems": 0,
                "checkItemsChecked": 0, "checkItemsEarliestDue": None, "comments": at % 5, "attachments": 0,
                "description": True, "due": due, "dueComplete": bool(at % 4 == 1), "start": None,
                "externalSource": None, "lastUpdatedByAi": False, "maliciousAttachments": 0,
            },
            "customFieldItems": [
                {"id": an_id(8, n * CARDS + at), "idCustomField": an_id(6, n), "value": {"number": str(at % 8)},
                 "idModel": an_id(7, n * CARDS + at, made), "modelType": "card"}
            ],
        }  # fmt: skip


def _chosen(thing: dict[str, Any], fields: str) -> dict[str, Any]:
    """Return *thing* with *fields* and its id, which Trello always gives; ``all`` is without what a board nests."""
    if fields == "all":
        return {key: value for key, value in thing.items() if key not in ("cards", "lists", "members", "checklists")}
    return {key: thing[key] for key in ("id", *fields.split(",")) if key in thing}
