"""The wire of the sandbox's Worktile: tokens, four envelopes, errors inside a 200, limits that answer with a page."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlencode

from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response as HttpResponse

from pmbridge_worktile.sandbox_store import Team

CLIENT_ID, CLIENT_SECRET = "5ad0f3c2b1e84d0f", "sandbox-client-secret-2f9c"
MALFORMED, EXPIRED = 1102, 1103
_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_TOKEN = re.compile(r"[0-9a-f]{40}")

Handler = Callable[["Server", HttpRequest, Mapping[str, str]], HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most *requests* in *window_s*. ``says``: how the refusal tells the wait, if at all."""

    requests: int
    window_s: float = 10.0
    says: Literal["seconds", "date", "nothing"] = "seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is not known of the real server, and may be one way or the other."""

    rows: Literal["items", "value"] = "items"
    """Under which key a page holds its rows."""
    with_total: bool = True
    with_has_more: bool = True
    page_cap: int = 200
    bulk_cap: int | None = None
    """Ids of one call that are answered; the others are cut off in silence."""
    header_alone: bool = False
    """Whether the header does without the parameter."""
    hidden_project: Literal["empty", "404", "403", "error"] = "empty"
    """What the list of tasks of a project answers that is out of sight."""
    keeps_deleted: bool = False
    """Whether a task that is asked for by id after it was deleted comes with ``is_deleted``."""
    drops: frozenset[str] = frozenset()
    """Properties that are accepted when a task is made, and not kept."""
    names_made: Literal["value", "list", "nothing"] = "value"
    """How the answer to the making of a task names it."""
    provisional: bool = False
    """Whether the calls under ``/open-api/_provisional/`` are there, whose form nobody has published."""


class Stop(Exception):
    """An answer that ends a request."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass
class Server:
    """Tokens and limits around a :class:`Team`."""

    team: Team
    routes: list[tuple[str, re.Pattern[str], Handler]]
    habits: Habits = Habits()
    token_lives_s: float = 7200
    limit: Limit | None = None
    _tokens: dict[str, float] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _recent: deque[float] = field(default_factory=deque)
    _made: int = 0

    # ------------------------------------------------------------------------------------------ answers

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        with self.team.lock:
            try:
                self._count()
                return self._routed(request)
            except Stop as stop:
                return stop.response

    def _routed(self, request: HttpRequest) -> HttpResponse:
        # One known client ends every address with a slash.
        path = request.path.rstrip("/")
        for method, pattern, handler in self.routes:
            if method == request.method and (found := pattern.fullmatch(path)):
                if path.startswith("/open-api/_provisional/") and not self.habits.provisional:
                    break
                if path.startswith("/open-api/") and not path.endswith("/tenant-access-token"):
                    self.let_in(request)
                return handler(self, request, found.groupdict())
        return reply({"code": 404, "message": "not found"}, status=404)

    def _count(self) -> None:
        if self.limit is None:
            return
        now = self.team.clock.monotonic()
        while self._recent and self._recent[0] <= now - self.limit.window_s:
            self._recent.popleft()
        if len(self._recent) >= self.limit.requests:
            raise Stop(self.too_many(self._recent[0] + self.limit.window_s - now, self.limit.says))
        self._recent.append(now)

    def too_many(self, wait_s: float | None, says: Literal["seconds", "date", "nothing"] = "seconds") -> HttpResponse:
        """Return the page with which the gateway refuses."""
        headers = {}
        if wait_s is not None and says == "seconds":
            headers["Retry-After"] = str(-int(-wait_s // 1))
        elif wait_s is not None and says == "date":
            until = self.team.clock.now() + timedelta(seconds=-int(-wait_s // 1))
            headers["Retry-After"] = format_datetime(until, usegmt=True)
        return page(429, "429 Too Many Requests", headers)

    # ------------------------------------------------------------------------------------------- tokens

    def let_in(self, request: HttpRequest) -> None:
        """Look at the token of *request*.

        Raises:
            Stop: it is not good; the usual answer is a 200.
        """
        token = request.args.get("access_token")
        if token is None and self.habits.header_alone:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token or not _TOKEN.fullmatch(token):
            raise Stop(refused(MALFORMED, "malformed access token"))
        if self._tokens.get(token, float("-inf")) <= self.team.clock.monotonic():
            raise Stop(refused(EXPIRED, "invalid access token"))

    def new_token(self) -> str:
        """Return a token that is good from now on."""
        token = self._secret("token")
        self._tokens[token] = self.team.clock.monotonic() + self.token_lives_s
        return token

    def revoke_tokens(self) -> None:
        """End every token before its time."""
        self._tokens.clear()

    def new_refresh_token(self) -> str:
        """Return a refresh token, as a person's consent gives it."""
        token = self._secret("refresh")
        self._refresh.add(token)
        return token

    def _secret(self, kind: str) -> str:
        self._made += 1
        return sha256(f"{kind} {self._made}".encode()).hexdigest()[:40]

    def tenant_token(self, request: HttpRequest) -> HttpResponse:
        body = json_of(request)
        if (body.get("client_id"), body.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return reply({"ok": False, "error_code": 1101, "error": "invalid client"}, status=400)
        return reply({"tenant_access_token": self.new_token(), "expires_in": int(self.token_lives_s)})

    def authorize(self, request: HttpRequest) -> HttpResponse:
        if request.args.get("client_id") != CLIENT_ID or request.args.get("response_type") != "code":
            return page(200, "Worktile")
        code, back = self._secret("code"), request.args.get("redirect_uri", "")
        self._codes[code] = back
        query = urlencode({"code": code, "state": request.args.get("state", "")})
        return HttpResponse("", status=302, headers={"Location": f"{back}?{query}"})

    def oauth_token(self, request: HttpRequest) -> HttpResponse:
        body = json_of(request)
        bad = reply({"error": "invalid_grant"}, status=400)
        if (body.get("client_id"), body.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return reply({"error": "invalid_client"}, status=400)
        match body.get("grant_type"):
            case "authorization_code":
                if self._codes.pop(str(body.get("code")), None) != body.get("redirect_uri"):
                    return bad
            case "refresh_token" if body.get("refresh_token") in self._refresh:
                self._refresh.discard(str(body["refresh_token"]))
            case _:
                return bad
        return reply(
            {
                "access_token": self.new_token(),
                "token_type": "Bearer",
                "expires_in": int(self.token_lives_s),
                "refresh_token": self.new_refresh_token(),
            }
        )

    # ------------------------------------------------------------------------------------------- pages

    def paged(self, request: HttpRequest, rows: list[Any]) -> HttpResponse:
        """Return one page of *rows* (form B): pages count from 0."""
        part, more = self.part(request, rows)
        body: dict[str, Any] = {self.habits.rows: part}
        if self.habits.with_total:
            body["total"] = len(rows)
        if self.habits.with_has_more:
            body["has_more"] = more
        return reply(body)

    def part(self, request: HttpRequest, rows: list[Any]) -> tuple[list[Any], bool]:
        """Return the rows that *request* asks for, and whether there are more."""
        size = max(1, min(int(request.args.get("page_size", 20)), self.habits.page_cap))
        start = max(0, int(request.args.get("page_index", 0))) * size
        return rows[start : start + size], start + size < len(rows)


def reply(body: Any, *, status: int = 200) -> HttpResponse:
    """Return JSON."""
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/json; charset=utf-8")


def wrapped(value: Any) -> HttpResponse:
    """Return form D."""
    return reply({"code": 200, "data": {"value": value}})


def refused(code: int, words: str) -> HttpResponse:
    """Return an error in the usual place: inside a 200."""
    return reply({"ok": False, "error_code": code, "error": words})


def page(status: int, title: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a page of the gateway."""
    return HttpResponse(
        _PAGE.format(title), status=status, content_type="text/html; charset=utf-8", headers=dict(headers or {})
    )


def json_of(request: HttpRequest) -> dict[str, Any]:
    """Return the body of *request*; an object without anything for what is none."""
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def route(path: str) -> re.Pattern[str]:
    """Return the pattern for *path*: ``{name}`` stands for one segment."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
