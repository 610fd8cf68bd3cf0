"""The sandbox's Trello as a web application: who asks, how often, which route answers, what a refusal looks like.

The routes themselves stand in the modules beside this one; each registers its own in :data:`ROUTES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from pmbridge_trello.sandbox_ledger import is_id
from pmbridge_trello.sandbox_limits import Limits, Meter, Which, refusal_of
from pmbridge_trello.sandbox_render import Shapes, UnknownMember
from pmbridge_trello.sandbox_state import Board, Card, Member
from pmbridge_trello.sandbox_store import Store

Quirk = Literal[
    "still-lists", "retry-after", "plain-limits", "batch-counts-once", "nested-members-free", "before-by-id",
    "before-inclusive", "labels-50",
]  # fmt: skip
"""What no paper settles, or what was seen only sometimes.

``still-lists``          a change of a list does not move its board's dateLastActivity
``retry-after``          a 429 says how long to wait
``plain-limits``         a 429 comes as plain text
``batch-counts-once``    a batch is one request to the limits, not one for each of its routes
``nested-members-free``  /members/{id}/boards and the like do not count as requests to /members
``before-by-id``         before=<id of a card> passes cards of the same second whose id is smaller
``before-inclusive``     before= passes cards of that very second
``labels-50``            labels_limit is not heard where labels are nested in a board
"""

VERSION = "/1"
NOT_FOUND = "The requested resource was not found."
NO_RIGHT = "unauthorized permission requested"
BATCH = 10

_PAIR = re.compile(r'(\w+)="([^"]*)"')
_SHORT_LINK = re.compile(r"[0-9A-Za-z]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """More than so many cards in one answer are refused: 400 or 403 with a code, 449 and 504 as gateways do."""

    cards: int
    status: Literal[400, 403, 449, 504] = 403


class Refusal(Exception):
    """An answer that is an error: plain text, or JSON where *body* is an object."""

    def __init__(self, status: int, body: str | Mapping[str, object], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers or {})

    @property
    def said(self) -> str:
        """What it says, as text."""
        return self.body if isinstance(self.body, str) else str(self.body.get("message", ""))

    def response(self) -> Response:
        """Return it as an answer."""
        if isinstance(self.body, str):
            answer = Response(self.body, self.status, content_type="text/plain; charset=utf-8")
        else:
            answer = reply(self.body, self.status)
        answer.headers.extend(self.headers)
        return answer


def reply(body: object, status: int = 200) -> Response:
    """Return *body* as JSON."""
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(encoded, status, content_type="application/json; charset=utf-8")


@dataclass
class Service:
    """Trello as one account and its app see it. ``exhausted``: others have used up what the app's key may ask."""

    store: Store
    key: str
    token: str
    access_token: str
    limits: Limits | None = None
    expires: datetime | None = None
    may_write: bool = False
    crowded: Crowded | None = None
    quirks: frozenset[Quirk] = frozenset()
    exhausted: bool = False
    made: datetime = field(init=False)
    """When the token was."""
    meter: Meter = field(init=False)
    shapes: Shapes = field(init=False)

    def __post_init__(self) -> None:
        self.made = self.store.clock.now()
        self.meter = Meter(self.limits or Limits())
        self.shapes = Shapes(self.store)

    def answer(self, request: Request) -> Response:
        """Answer a request."""
        with self.store.lock:
            known = False
            try:
                visitor = self._visitor(request)
                known = visitor is not None
                if known:
                    self._count(request)
                args, body = said_in(request)
                response = reply(self.route(request.method, request.path, args, visitor, body))
            except Refusal as refusal:
                response = refusal.response()
            return self._dated(response, known=known)

    def route(
        self,
        method: str,
        path: str,
        args: MultiDict[str, str],
        visitor: Member | None,
        body: Mapping[str, Any] | None = None,
    ) -> object:
        """Return what the route for *path*, which begins with the version, has to say."""
        unknown = Refusal(404, f"Cannot {method} {path}")
        if not path.startswith(VERSION + "/"):
            raise unknown
        try:
            handler, values = ROUTES.find(path.removeprefix(VERSION), method)
        except (NotFound, MethodNotAllowed):
            raise unknown from None
        if method != "GET" and not (visitor is not None and self.may_write):
            raise Refusal(401, NO_RIGHT)
        try:
            return handler(Call(service=self, visitor=visitor, path=path, args=args, body=body or {}), **values)
        except UnknownMember:
            raise Refusal(400, "invalid value for fields") from None

    def refused(self, refusal: Refusal, request: Request) -> Response:
        """Return a refusal as the answer to whoever sent *request*."""
        try:
            known = self._visitor(request) is not None
        except Refusal:
            known = False
        return self._dated(refusal.response(), known=known)

    # -------------------------------------------------------------------------------------------- who asks

    def _visitor(self, request: Request) -> Member | None:
        """Return the account that asks, ``None`` for a stranger; refuse a wrong key or token."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer":
            if rest != self.access_token:
                raise Refusal(401, "invalid token")
            return self._unexpired()
        said = {name: unquote(text) for name, text in _PAIR.findall(rest)} if scheme == "OAuth" else {}
        key = said.get("oauth_consumer_key", request.args.get("key"))
        token = said.get("oauth_token", request.args.get("token"))
        if key is None and token is None:
            return None
        if key != self.key:
            raise Refusal(401, "invalid key")
        if not token:
            raise Refusal(401, {"message": "missing scopes"})
        if token != self.token:
            # The one route that tells a made-up token in another way.
            raise Refusal(400 if request.path.startswith(f"{VERSION}/tokens/") else 401, "invalid token")
        return self._unexpired()

    def _unexpired(self) -> Member:
        if self.expires is not None and self.store.clock.now() >= self.expires:
            raise Refusal(401, "expired token")
        return self.store.me

    # --------------------------------------------------------------------------------------------- limits

    def _count(self, request: Request) -> None:
        if self.exhausted:
            raise self.limited("key")
        if self.limits is None:
            return
        path = request.path.removeprefix(VERSION)
        routes = batched(request.args) if path.rstrip("/") == "/batch" else [path]
        cost = 1 if "batch-counts-once" in self.quirks else max(1, len(routes))
        now = self.store.clock.monotonic()
        asked = sum(self._counts_as_members(one) for one in routes)
        counters: tuple[tuple[Which, int], ...] = (("key", cost), ("token", cost), ("members", asked))
        for which, each in counters:
            if each and not self.meter.spend(which, each, now):
                raise self.limited(which)

    def _counts_as_members(self, path: str) -> bool:
        parts = path.partition("?")[0].strip("/").split("/")
        return parts[0] == "members" and (len(parts) == 2 or "nested-members-free" not in self.quirks)

    def limited(self, which: Which, wait: float | None = None) -> Refusal:
        """Return the vendor's 429. *wait*: the seconds that it announces, if it does."""
        body = refusal_of(which)
        if wait is None and "retry-after" in self.quirks:
            wait = self.meter.limits.size(which)[1]
        headers = {} if wait is None else {"Retry-After": str(-int(-wait // 1))}
        return Refusal(429, body["message"] if "plain-limits" in self.quirks else body, headers)

    def _dated(self, response: Response, *, known: bool) -> Response:
        now = self.store.clock.now()
        response.headers["X-Server-Time"] = str(int(now.timestamp() * 1000))
        response.headers["X-Trello-Version"] = "1.326018.0"
        if known:
            response.headers.extend(self.meter.headers(self.store.clock.monotonic()))
        return response


def batched(args: MultiDict[str, str]) -> list[str]:
    """Return the routes of a batch. Commas part them; one inside a route comes with one more layer of encoding."""
    return [one for one in args.get("urls", "").split(",") if one]


def said_in(request: Request) -> tuple[MultiDict[str, str], Mapping[str, Any]]:
    """Return the parameters of a request, from its address, its form or its JSON, and the JSON as it was."""
    args: MultiDict[str, str] = MultiDict(request.args)
    args.update(request.form)
    if request.mimetype != "application/json" or not request.get_data():
        return args, {}
    try:
        body = json.loads(request.get_data())
    except ValueError:
        raise Refusal(400, "Error parsing body") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Error parsing body")
    args.update({name: _as_text(one) for name, one in body.items()})
    return args, body


def _as_text(one: object) -> str:
    if isinstance(one, list):
        return ",".join(map(str, one))
    return one if isinstance(one, str) else json.dumps(one)


@dataclass
class Call:
    """One request on its way through a route."""

    service: Service
    visitor: Member | None
    path: str
    args: MultiDict[str, str]
    """What was asked, whether it stood in the address or in the body."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The JSON that was sent, as it was."""

    @property
    def store(self) -> Store:
        """What is asked about."""
        return self.service.store

    @property
    def shapes(self) -> Shapes:
        """How it is shown."""
        return self.service.shapes

    def sees(self, board: Board) -> bool:
        """Return whether this visitor sees *board*; strangers see public ones."""
        return self.store.sees(board) and (self.visitor is not None or board.permission == "public")

    def known(self) -> Member:
        """Return the account that asks; refuse a stranger."""
        if self.visitor is None:
            raise Refusal(401, NO_RIGHT)
        return self.visitor

    def board(self, id_: str) -> Board:
        """Return the board that this visitor sees: 404 if there is none, 401 if it is not for him."""
        found = self.store.boards.get(self._resolved(id_))
        if found is None:
            raise Refusal(404, NOT_FOUND)
        if not self.sees(found):
            raise Refusal(401, NO_RIGHT)
        return found

    def card(self, id_: str) -> Card:
        """Return the card that this visitor sees."""
        found = self.store.cards.get(self._resolved(id_))
        if found is None:
            raise Refusal(404, NOT_FOUND)
        if not self.sees(self.store.boards[found.board]):
            raise Refusal(401, "unauthorized card permission requested")
        return found

    def thing(self, things: Mapping[str, Any], id_: str) -> Any:
        """Return one of *things*, each of which knows its ``board``, if the visitor sees that."""
        if not is_id(id_):
            raise Refusal(400, "invalid id")
        found = things.get(id_.lower())
        if found is None:
            raise Refusal(404, NOT_FOUND)
        self.board(found.board)
        return found

    def _resolved(self, id_: str) -> str:
        """Return the id that is meant: itself, or what a short link stands for."""
        if is_id(id_):
            return id_.lower()
        if not _SHORT_LINK.fullmatch(id_):
            raise Refusal(400, "invalid id")
        return self.store.short_links.get(id_, "")

    def text(self, name: str) -> str | None:
        """Return a parameter as it was sent."""
        return self.args.get(name)

    def words(self, name: str, default: str) -> list[str]:
        """Return a list of words with commas between."""
        return [word.strip() for word in self.args.get(name, default).split(",") if word.strip()]

    def word(self, name: str, default: str, known: Iterable[str]) -> str:
        """Return one word of those that are *known*; refuse others."""
        said = self.args.get(name, default)
        if said not in known:
            raise Refusal(400, f"invalid value for {name}")
        return said

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean; ``True`` and ``1`` of other languages' clients count too."""
        said = self.args.get(name)
        return default if said is None else said.lower() in ("true", "1", "all")

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 0 to *most*; refuse others."""
        said = self.args.get(name, str(default))
        if not said.isdecimal() or int(said) > most:
            raise Refusal(400, f"invalid value for {name}")
        return int(said)


Handler = Callable[..., object]


class Routes:
    """All routes, without the version."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self._map = Map(strict_slashes=False)

    def on(self, rule: str, *, method: str = "GET") -> Callable[[Handler], Handler]:
        """Register a function for a method and a path."""

        def register(handler: Handler) -> Handler:
            endpoint = rule if method == "GET" else f"{method} {rule}"
            self._map.add(Rule(rule, endpoint=endpoint, methods=[method]))
            self.handlers[endpoint] = handler
            return handler

        return register

    def find(self, path: str, method: str) -> tuple[Handler, Mapping[str, Any]]:
        """Return who answers, and the parts of the path; werkzeug's ``HTTPException`` says that nobody does."""
        endpoint, values = self._map.bind("trello", url_scheme="http").match(path, method=method)
        return self.handlers[endpoint], values


ROUTES = Routes()
