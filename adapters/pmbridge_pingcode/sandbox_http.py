"""The sandbox's PingCode as a web application: who asks, which route answers, what a refusal looks like.

The routes themselves stand in the modules beside this one; each registers its own in :data:`ROUTES`.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from pmbridge_pingcode.sandbox_catalogue import PropertyOf
from pmbridge_pingcode.sandbox_render import Json, Renderer
from pmbridge_pingcode.sandbox_store import Item, Project, Team

TOKEN_LIFE_S = 30 * 86_400
_WINDOW_S = 60.0
_MOST_ROWS, _ROWS = 100, 30
_MOST_IDS = 20
_ID = re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}|[A-Za-z0-9]{8}")
AREAS = ("pjm", "project")
# Bodies of 401 and 403 are recorded nowhere: the usual shape, with codes that are made up.
UNAUTHORIZED, FORBIDDEN = "100099", "100098"


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    def response(self) -> Response:
        """Return the answer: ``code`` is a string."""
        response = reply({"code": self.code, "message": self.message}, self.status)
        response.headers.extend(self.headers)
        return response


def reply(body: object, status: int = 200) -> Response:
    """Return *body* as JSON."""
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(encoded, status, content_type="application/json; charset=utf-8")


def absent(code: str, what: str) -> Refusal:
    """Return the refusal for what does not exist: 400, not 404."""
    return Refusal(400, code, f"{what}不存在")


def wrong_path() -> Refusal:
    """Return the refusal for a path, or an id in it, of no known form."""
    return Refusal(404, "100002", "资源路径错误")


@dataclass
class Service:
    """What is served, to whom, and how often. ``areas``: which dialects answer. ``denied``: areas without the scope."""

    team: Team
    client_id: str = "sandbox-client"
    secret: str = "sandbox-client-secret"
    refresh_token: str = "sandbox-refresh-token"
    areas: Collection[str] = AREAS
    denied: Collection[str] = ()
    per_minute: int = 200
    rotates: bool = False
    """Whether a refreshed token brings a new refresh token along."""
    drops: Collection[str] = ()
    """Keys of bodies that this PingCode does not know, and drops without a word."""
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    """token → when it ends, whose it is"""
    _seen: dict[str, deque[float]] = field(default_factory=dict)
    _issued: int = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        with self.team.lock:
            try:
                return self._answer(request)
            except Refusal as refusal:
                return refusal.response()

    def _answer(self, request: Request) -> Response:
        if request.path == "/v1/auth/token" and request.method == "GET":
            return reply(self._token(request.args))
        parts = request.path.split("/")
        if len(parts) < 3 or parts[1] != "v1":
            # Not the API: a stranger who looks for it must not take a refusal for its answer.
            raise wrong_path()
        whose = self._identity(request)
        self._spend(whose)
        if parts[2] in AREAS and parts[2] not in self.areas:
            raise wrong_path()
        if parts[2] in self.denied:
            raise Refusal(403, FORBIDDEN, f"pcp:read:{parts[2]}")
        try:
            handler, values = ROUTES.find(request.path, request.method)
        except NotFound:
            raise wrong_path() from None
        except MethodNotAllowed:
            return Response("Method Not Allowed", 405, content_type="text/plain")
        area = values.pop("area", parts[2] if parts[2] in AREAS else next(iter(self.areas)))
        if any(not _ID.fullmatch(value) for value in values.values()):
            raise wrong_path()
        call = Call(service=self, request=request, area=area, whose=whose)
        return handler(call, **values)

    # --------------------------------------------------------------------------------------------- auth

    def _token(self, said: Mapping[str, str]) -> Json:
        grant = said.get("grant_type")
        if grant == "refresh_token":
            if said.get("refresh_token") != self.refresh_token:
                raise Refusal(400, "100003", "无效的refresh_token")
            made = self._issue(self.team.me.id)
            if self.rotates:
                self.refresh_token = f"{self.refresh_token.partition('.')[0]}.{self._issued}"
                made["refresh_token"] = self.refresh_token
            return made
        if grant != "client_credentials":
            raise Refusal(400, "100003", "无效的grant_type")
        if said.get("client_id") != self.client_id or said.get("client_secret") != self.secret:
            raise Refusal(400, "100024", "无效的client_id或client_secret")
        return self._issue("")

    def _issue(self, whose: str) -> Json:
        """Make a token; an older one goes on to hold. The end is a moment, not a duration."""
        self._issued += 1
        token, ends = f"e7321ca8-f724-4abd-9169-{self._issued:012d}", self.team.now + TOKEN_LIFE_S
        self.tokens[token] = (ends, whose)
        return {"access_token": token, "token_type": "Bearer", "expires_in": ends}

    def _identity(self, request: Request) -> str:
        """Return whose token it is; empty for the application's own."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        ends, whose = self.tokens.get(token, (0.0, ""))
        if scheme != "Bearer" or ends <= self.team.now:
            raise Refusal(401, UNAUTHORIZED, "未授权")
        return whose

    def _spend(self, whose: str) -> None:
        """Count the request; refuse it when the minute's are used up."""
        now = self.team.clock.monotonic()
        seen = self._seen.setdefault(whose, deque())
        while seen and now - seen[0] >= _WINDOW_S:
            seen.popleft()
        if len(seen) >= self.per_minute:
            raise self.limited(_WINDOW_S - (now - seen[0]))
        seen.append(now)

    @staticmethod
    def limited(wait: float | None) -> Refusal:
        """Return the refusal for too many requests: the wait stands in a header of PingCode's own."""
        headers = {} if wait is None else {"x-pc-retry-after": str(max(1, -int(-wait // 1)))}
        return Refusal(429, "100038", "请求频率过高", headers)


@dataclass
class Call:
    """One request on its way through a route."""

    service: Service
    request: Request
    area: str
    whose: str

    @property
    def team(self) -> Team:
        """The team that is asked."""
        return self.service.team

    @property
    def older(self) -> bool:
        """Whether the older dialect is spoken."""
        return self.area == "project"

    @property
    def render(self) -> Renderer:
        """The team in the dialect that is spoken."""
        return Renderer(self.team, self.area)

    def said(self, name: str) -> str | None:
        """Return a query parameter; empty counts as not said."""
        return self.request.args.get(name) or None

    def flag(self, name: str) -> bool:
        """Return a query parameter that is true or false."""
        return _flag(self.request.args.get(name, "false"), name)

    def body(self) -> Json:
        """Return the JSON object that was sent."""
        try:
            body = json.loads(self.request.get_data() or b"{}")
        except ValueError:
            raise Refusal(400, "100003", "无效的JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "100039", "无效的对象")
        # A null is taken for "not said", wherever it stands.
        return {name: value for name, value in body.items() if value is not None and name not in self.service.drops}

    def needed(self, body: Json, *names: str) -> None:
        """Refuse a body in which one of *names* is missing or empty."""
        for name in names:
            if name not in body:
                raise Refusal(400, "100008", f"缺少{name}")
            if body[name] == "":
                raise Refusal(400, "100003", f"{name}不能为空")

    def page(self, rows: Sequence[Any], render: Callable[[Any], Json]) -> Response:
        """Return the page of *rows* that the query asks for."""
        return reply(paged(rows, render, self.request.args.get("page_index", "0"), self.request.args.get("page_size")))

    def project(self, id_: str) -> Project:
        """Return the project that the token sees."""
        found = self.team.projects.get(id_)
        if found is None or found.hidden:
            raise absent("100300", "项目")
        return found

    def product(self, id_: str) -> Project:
        """Return the product that the token sees."""
        found = self.team.products.get(id_)
        if found is None or found.hidden:
            raise absent("100701", "产品")
        return found

    def item(self, kind: str, id_: str, *, deleted: bool = False) -> Item:
        """Return an item by its id, or by the short one; of work items also a deleted one, if asked for."""
        code = {"work_item": "100317", "ticket": "100711", "idea": "100725"}.get(kind)
        if code is None:
            raise Refusal(400, "100049", "不支持的principal_type")
        for item in self.team.items.values():
            if item.kind == kind and id_ in (item.id, item.short_id) and not self.team.home(item).hidden:
                if item.deleted and not deleted:
                    break
                return item
        raise absent(code, "资源")

    def ids(self, name: str) -> frozenset[str] | None:
        """Return the ids of a list parameter; ``None`` where it is not said."""
        text = self.said(name)
        if text is None:
            return None
        found = frozenset(text.split(","))
        if len(found) > _MOST_IDS:
            raise Refusal(400, "100006", f"{name}最多{_MOST_IDS}个")
        return found

    def window(self, name: str) -> tuple[int, int] | None:
        """Return a range of time; one end may be left out."""
        text = self.said(name)
        if text is None:
            return None
        first, _, last = text.partition(",")
        start, end = seconds(first or "1000000000", name), seconds(last or "9999999999", name)
        if start > end:
            raise Refusal(400, "100041", "开始时间不能晚于结束时间")
        return start, end


def seconds(value: object, name: str) -> int:
    """Return a time of ten digits; refuse milliseconds, 0 and words."""
    text = str(value)
    if isinstance(value, bool) or not (text.isdecimal() and len(text) == 10):
        raise Refusal(400, "100004", f"{name}不是有效的时间戳")
    return int(text)


def amount(value: object, name: str, *, decimals: int | None = None) -> float:
    """Return a number that is at least 0 and has at most so many *decimals*."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refusal(400, "100004", f"{name}不是有效的数字")
    if decimals is not None and round(value, decimals) != value:
        raise Refusal(400, "100004", f"{name}最多{decimals}位小数")
    return value


def check_properties(said: object, known: Mapping[str, PropertyOf], users: Collection[str]) -> None:
    """Refuse properties that items of the type do not have, and values that theirs cannot hold."""
    if not isinstance(said, dict):
        raise Refusal(400, "100039", "properties不是对象")
    for key, value in said.items():
        if key not in known:
            raise Refusal(400, "100043", f"属性{key}不存在")
        options = {id_ for id_, _ in known[key].options}
        match known[key].kind:
            case "text" if not isinstance(value, str) or not value:
                raise Refusal(400, "100003", f"{key}不是有效的字符串")
            case "number" if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refusal(400, "100004", f"{key}不是数字")
            case "date":
                seconds(value, key)
            case "select" if value not in options:
                raise Refusal(400, "100003", f"{key}没有该选项")
            case "multi_select" if not isinstance(value, list) or not value or not set(value) <= options:
                raise Refusal(400, "100006", f"{key}不是有效的数组")
            case "member" if value not in users:
                raise absent("100405", "项目成员")


def _flag(value: object, name: str) -> bool:
    if value in ("true", True):
        return True
    if value in ("false", False):
        return False
    raise Refusal(400, "100005", f"{name}不是布尔值")


def paged(rows: Sequence[Any], render: Callable[[Any], Json], index: object, size: object) -> Json:
    """Return one page of *rows*: indexes count from 0, past the end there is an empty one."""
    page_index, page_size = _number(index, "page_index"), _ROWS if size is None else _number(size, "page_size")
    if not 1 <= page_size <= _MOST_ROWS:
        raise Refusal(400, "100009", f"page_size必须在1到{_MOST_ROWS}之间")
    shown = rows[page_index * page_size : (page_index + 1) * page_size]
    return {
        "page_size": page_size, "page_index": page_index, "total": len(rows), "values": [render(one) for one in shown],
    }  # fmt: skip


def _number(value: object, name: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal():
        raise Refusal(400, "100004", f"{name}不是数字")
    return int(text)


Handler = Callable[..., Response]


class Routes:
    """All routes. ``/v1/<area>`` stands for both dialects."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._map = Map(strict_slashes=True)

    def on(self, method: str, rule: str) -> Callable[[Handler], Handler]:
        """Register a function for a method and a path."""

        def register(handler: Handler) -> Handler:
            for path in _each(rule):
                endpoint = f"{method} {path}"
                area = {"area": path.split("/")[2]} if path != rule else {}
                self._map.add(Rule(path, endpoint=endpoint, methods=[method], defaults=area))
                self._handlers[endpoint] = handler
            return handler

        return register

    def find(self, path: str, method: str) -> tuple[Handler, dict[str, str]]:
        """Return what answers; werkzeug's ``NotFound`` and ``MethodNotAllowed`` say that nothing does."""
        endpoint, values = self._map.bind("site", url_scheme="http").match(path, method=method)
        return self._handlers[endpoint], dict(values)


def _each(rule: str) -> Iterable[str]:
    return [rule.replace("<area>", area) for area in AREAS] if "<area>" in rule else [rule]


ROUTES = Routes()
