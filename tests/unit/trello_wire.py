"""Trello's JSON for tests, made from what real boards send, and a server that gives prepared answers by path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr, TypeAdapter

from pmbridge.records import Page, Record, Scope
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MirroredRecords, context
from pmbridge.values import ProjectId
from pmbridge_trello import wire
from pmbridge_trello.adapter import TrelloAdapter
from pmbridge_trello.settings import TrelloSettings
from pmbridge_trello.translate import Asked, CardReader
from pmbridge_trello.values import FieldReader
from tests.unit.loopback import Answer, LoopbackServer, Play, Seen

KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "ATTAtestsecret7f3a"
MADE = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
ALL = frozenset({"card", "checkitem", "list", "label"})
NOT_FOUND = "The requested resource was not found."


def ident(number: int, made: datetime = MADE) -> str:
    """Return an id made at *made*: its first eight digits say so."""
    return f"{int(made.timestamp()):08x}{number:016x}"


BOARD, OTHER = ident(0xB1), ident(0xB2)
TODO, DOING, DONE, OLD = ident(0xA1), ident(0xA2), ident(0xA3), ident(0xA4)
MILESTONE, RED = ident(0xC1), ident(0xC2)
POINTS, NOTE, DECIDED, AGREED, SEVERITY = (ident(0xF0 + n) for n in range(5))
HIGH, LOW = ident(0xE1), ident(0xE2)
WANG, LI = ident(0xD1), ident(0xD2)


def card(number: int = 1, *, made: datetime = MADE, **fields: Any) -> dict[str, Any]:
    id_ = ident(number, made)
    return {
        "id": id_,
        "name": f"卡片 {number}",
        "desc": "",
        "descData": None,
        "closed": False,
        "dateLastActivity": "2026-06-01T08:00:00.123Z",
        "due": None,
        "dueComplete": False,
        "dueReminder": None,
        "start": None,
        "idBoard": BOARD,
        "idList": TODO,
        "idShort": number,
        "idLabels": [],
        "idMembers": [],
        "idAttachmentCover": "",
        "shortLink": f"sL{number:06d}",
        "shortUrl": f"https://trello.com/c/sL{number:06d}",
        "isTemplate": False,
        "cardRole": None,
        "pos": 16384.5,
        "badges": {"comments": 0, "checkItems": 0, "fogbugz": "", "due": None},
        "cover": {"idAttachment": None, "color": None},
        "checkItemStates": None,
    } | fields


def a_list(id_: str, name: str, *, closed: bool = False, pos: float = 1.0) -> dict[str, Any]:
    return {"id": id_, "name": name, "closed": closed, "pos": pos, "idBoard": BOARD, "softLimit": None}


def a_label(id_: str, name: str, color: str | None = "red") -> dict[str, Any]:
    return {"id": id_, "name": name, "color": color, "idBoard": BOARD}


def check_item(number: int, *, state: str = "incomplete", **fields: Any) -> dict[str, Any]:
    return {"id": ident(number), "name": f"第 {number} 步", "state": state, "pos": 1, "due": None,
            "dueReminder": None, "idMember": None, "idChecklist": ident(0x99)} | fields  # fmt: skip


def checklist(of: Mapping[str, Any], *items: Mapping[str, Any], number: int = 0x99) -> dict[str, Any]:
    return {"id": ident(number), "idCard": of["id"], "idBoard": BOARD, "name": "步骤", "checkItems": list(items)}


LISTS = (
    a_list(TODO, "待设计", pos=1),
    a_list(DOING, "设计中", pos=2),
    a_list(DONE, "已验收", pos=3),
    a_list(OLD, "旧", closed=True, pos=0.5),
)
LABELS = (a_label(MILESTONE, "里程碑"), a_label(RED, "", "red_dark"))
MEMBERS = ({"id": WANG, "fullName": "王工", "username": "wang"}, {"id": LI, "fullName": "", "username": "li"})
FIELDS = (
    {"id": POINTS, "name": "点数", "type": "number", "pos": 1, "display": {"cardFront": True}, "idModel": BOARD},
    {"id": NOTE, "name": "备注", "type": "text"},
    {"id": DECIDED, "name": "决定日", "type": "date"},
    {"id": AGREED, "name": "已同意", "type": "checkbox"},
    {"id": SEVERITY, "name": "级别", "type": "list",
     "options": [{"id": HIGH, "value": {"text": "高"}, "color": "red"}, {"id": LOW, "value": {"text": "低"}}]},
)  # fmt: skip


def board(*cards: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": BOARD,
        "name": "会员商城设计",
        "closed": False,
        "dateLastActivity": "2026-06-01T08:00:00.123Z",
        "shortUrl": "https://trello.com/b/Lj11WRiJ",
        "lists": list(LISTS),
        "labels": list(LABELS),
        "members": list(MEMBERS),
        "customFields": list(FIELDS),
        "cards": list(cards),
        "checklists": [],
    } | fields


def value(field_id: str, **given: Any) -> dict[str, Any]:
    """Return a custom field's value as a card holds it."""
    return {"id": ident(1), "idCustomField": field_id, "idModel": ident(1), "modelType": "card"} | given


def action(number: int, kind: str, of: Mapping[str, Any], *, at: str, **data: Any) -> dict[str, Any]:
    """Return an action about the card *of*; ``card`` among *data* are its new values."""
    told = {"id": of["id"], "name": of["name"], "idShort": of["idShort"], "shortLink": of["shortLink"]}
    return {
        "id": ident(number, datetime.fromisoformat(at)),
        "idMemberCreator": WANG,
        "type": kind,
        "date": at,
        "data": {"board": {"id": BOARD, "name": "会员商城设计"}} | data | {"card": told | data.get("card", {})},
        "appCreator": None,
        "limits": None,
    }


M = TypeVar("M")


def parsed(model: type[M], sent: Any) -> M:
    """Return *sent* as it arrives: by way of JSON."""
    return TypeAdapter(model).validate_json(json.dumps(sent))


def reader(*asked: str, kinds: frozenset[str] = ALL, **more: Any) -> CardReader:
    """Return what turns cards of the usual board into items."""
    lists = TypeAdapter(list[wire.ListWire]).validate_python(LISTS)
    fields = TypeAdapter(list[wire.CustomField]).validate_python(FIELDS)
    closed = bool(more.pop("closed", False))
    return CardReader(
        Asked(kinds=kinds, fields=asked, **{"long": True, **more}),
        lists={one.id: one for one in lists},
        closed=closed,
        fields=FieldReader(fields),
    )


# ------------------------------------------------------------------------------------------------- a server


def data(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status=status, body=json.dumps(body).encode(), headers=_named(headers))


def text(status: int, body: str, **headers: str) -> Answer:
    """Return an error as Trello words most of them: plain text."""
    return Answer(
        status=status, body=body.encode(), headers={"Content-Type": "text/plain; charset=utf-8"} | _named(headers)
    )


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): one for name, one in headers.items()}


@dataclass(frozen=True)
class Call:
    """A request as a test reads it: the path without the version, the query by name."""

    path: str
    query: Mapping[str, str]
    authorization: str
    target: str


Route = Callable[[Mapping[str, str]], Answer | Play] | Answer


@dataclass
class Desk:
    """An adapter, and a Trello that answers by ``routes``: path → answer, or what makes one out of the query."""

    server: LoopbackServer
    clock: FakeClock
    routes: dict[str, Route] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.respond = self._respond

    def _respond(self, seen: Seen) -> Any:
        call = _call(seen)
        route = self.routes.get(call.path)
        if route is None:
            return text(404, NOT_FOUND)
        answer = route(call.query) if callable(route) else route
        if isinstance(answer, Answer):
            stamp = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
            return Answer(status=answer.status, body=answer.body, headers={"Date": stamp, **answer.headers})
        return answer

    @property
    def calls(self) -> list[Call]:
        return [_call(one) for one in self.server.seen]

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.calls]

    def shows(self, **boards: Any) -> None:
        """Let the list of boards show *boards* (id → its ``dateLastActivity``)."""
        heads = [{"id": id_, "name": f"板 {id_[-2:]}", "closed": False, "dateLastActivity": at,
                  "shortUrl": f"https://trello.com/b/{id_[-4:]}"} for id_, at in boards.items()]  # fmt: skip
        self.routes["/members/me/boards"] = data(heads)

    def adapter(self, **settings: Any) -> TrelloAdapter:
        said = {"base_url": self.server.url, "api_key": KEY, "workers": 1, **self.overrides, **settings}
        return TrelloAdapter(TrelloSettings.model_validate(said), context("trello", SecretStr(TOKEN), self.clock))


def _call(seen: Seen) -> Call:
    parts = urlsplit(seen.target)
    query = {name: ones[-1] for name, ones in parse_qs(parts.query, keep_blank_values=True).items()}
    path = parts.path.removeprefix("/1") if parts.path.startswith("/1/") else f"?{parts.path}"
    return Call(path=path, query=query, authorization=seen.headers.get("authorization", ""), target=seen.target)


@contextmanager
def desk(**settings: Any) -> Iterator[Desk]:
    with LoopbackServer() as server:
        yield Desk(server=server, clock=FakeClock(), overrides=settings)


class Mirror(MirroredRecords):
    """What the engine would keep of pages."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[Page] = []

    @property
    def cursor(self) -> Any:
        return self.pages[-1].cursor if self.pages else None

    def take(self, adapter: TrelloAdapter, scope: Scope, *, fresh: bool = False) -> list[Page]:
        """Pull, and return the pages that it brought; *fresh*: from nothing."""
        brought = list(adapter.pull(scope, None if fresh else self.cursor, self))
        self.pages += brought
        self.records |= {one.id: one for page in brought for one in page.records}  # type: ignore[misc]
        return brought


def scope(*boards: str, kinds: frozenset[str] = ALL, fields: tuple[str, ...] = ()) -> Scope:
    asked = {kind: frozenset(fields) for kind in kinds & {"card", "checkitem"}} if fields else {}
    return Scope(projects=tuple(ProjectId(one) for one in boards or (BOARD,)), kinds=kinds, fields=asked)


def brought(pages: list[Page]) -> list[Record]:
    return [one for page in pages for one in page.records]  # type: ignore[misc]
