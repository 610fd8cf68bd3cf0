"""The sandbox's Jira as a web application: who asks, which route answers, what a refusal looks like.

The routes themselves stand in the modules beside this one; each registers its own in :data:`ROUTES`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from pmbridge_jira.sandbox_jql import JqlError
from pmbridge_jira.sandbox_render import Json, Renderer
from pmbridge_jira.sandbox_state import Issue, Project, State, User
from pmbridge_jira.sandbox_store import Site

Quirk = Literal[
    "repeat-token", "old-shape", "sprint-strings", "numeric-created", "minute-jql", "no-retry-after", "plain-errors",
]  # fmt: skip
"""Ways in which real sites differ.

``repeat-token``     search/jql gives the same page token for ever
``old-shape``        search/jql answers with startAt and total, and without a token (proxies do)
``sprint-strings``   the sprint field holds strings instead of objects (Server)
``numeric-created``  changelog/bulkfetch dates its histories with a number
``minute-jql``       search looks at times only to the minute
``no-retry-after``   a 429 does not say how long to wait
``plain-errors``     401 and 403 come as plain text, as a gateway sends them
"""

GATEWAY = "/ex/jira/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A limit on bursts, per route and method: ``size`` requests at once, then ``per_s``."""

    per_s: float
    size: int


@dataclass
class Deployment:
    """What kind of Jira this is and what its account may do."""

    site: Site
    cloud: bool = True
    auth: Literal["token", "scoped", "pat", "basic"] = "token"
    secret: str = "sandbox-token"
    cloud_id: str = "7a3f1c52-0000-4000-8000-0000000c10d1"
    site_url: str = "https://qingchuan.atlassian.net"
    context: str = ""
    version: str = "1001.0.0-SNAPSHOT"
    language: str = "zh-CN"
    agile: bool = True
    denied: frozenset[str] = frozenset()
    page_cap: int = 1000
    result_window: int = 10_000
    captcha_after: int | None = None
    burst: Burst | None = None
    quirks: frozenset[Quirk] = frozenset()
    last_search: tuple[object, list[tuple[Issue, State]]] = field(default_factory=lambda: (None, []))
    _wrong_logins: int = 0
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    # ----------------------------------------------------------------------------------------- one request

    def answer(self, request: Request) -> Response:
        """Answer a request to the site or, on Cloud, to the gateway before it."""
        with self.site.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        try:
            path, gated = self._inside(request.path)
            if path == "/_edge/tenant_info" and self.cloud and not gated:
                return reply({"cloudId": self.cloud_id})
            user = self._visitor(request, gated=gated)
        except Refusal as refusal:
            return self.worded(refusal)
        try:
            response = self._route(request, path, user)
        except Refusal as refusal:
            response = self.worded(refusal)
        except JqlError as error:
            response = reply({"errorMessages": list(error.messages), "warningMessages": []}, 400)
        return self._named(response, user)

    def _route(self, request: Request, path: str, user: User | None) -> Response:
        version, path = self._versioned(path)
        try:
            rule, values = ROUTES.find("cloud" if self.cloud else "server", path, request.method)
        except NotFound:
            raise Refusal(404, {"message": f"null for uri: {request.path}", "status-code": 404}) from None
        except MethodNotAllowed:
            raise Refusal(405, None) from None
        limits = self._spend(request.method, rule.rule) if user else {}
        call = Call(deployment=self, request=request, user=user, version=version)
        response = ROUTES.handlers[rule.endpoint](call, **values)
        response.headers.extend(limits)
        return response

    def _inside(self, path: str) -> tuple[str, bool]:
        prefix = f"{GATEWAY}{self.cloud_id}/"
        if self.cloud and path.startswith(GATEWAY):
            if not path.startswith(prefix):
                raise Refusal(404, {"code": 404, "message": "Not Found"})
            return path[len(prefix) - 1 :], True
        if self.context:
            if not path.startswith(self.context + "/"):
                raise Refusal(404, None)
            return path.removeprefix(self.context), False
        return path, False

    def _versioned(self, path: str) -> tuple[str, str]:
        newest = "3" if self.cloud else "2"
        for said, version in (("3", "3"), ("2", "2"), ("latest", newest)):
            prefix = f"/rest/api/{said}/"
            if path.startswith(prefix) and version <= newest:
                return version, f"/api/{path[len(prefix) :]}"
        return newest, path

    # -------------------------------------------------------------------------------------------- who asks

    def _visitor(self, request: Request, *, gated: bool) -> User | None:
        """Return the account that asks, ``None`` for an anonymous visitor; refuse what Jira refuses outright."""
        header = request.headers.get("Authorization")
        if header is None:
            if gated:
                raise Refusal(401, {"code": 401, "message": "Unauthorized"})
            return None
        if gated != (self.auth == "scoped"):
            raise Refusal(401, {"code": 401, "message": "Unauthorized"})
        if self._knows(header):
            self._wrong_logins = 0
            return self.site.me
        if gated:
            raise Refusal(401, {"code": 401, "message": "Unauthorized"})
        if self.cloud:
            # A wrong token is no error to Cloud: the request goes on as an anonymous visitor's.
            return None
        self._wrong_logins += 1
        if self.captcha_after is not None and self._wrong_logins > self.captcha_after:
            reason = f"CAPTCHA_CHALLENGE; login-url={self.site_url}/login.jsp"
            raise Refusal(403, None, {"X-Authentication-Denied-Reason": reason})
        raise Refusal(401, None, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})

    def _knows(self, header: str) -> bool:
        scheme, _, value = header.partition(" ")
        if self.auth == "pat":
            return scheme == "Bearer" and value == self.secret
        name = self.site.me.email if self.cloud else self.site.me.username
        try:
            return scheme == "Basic" and base64.b64decode(value).decode() == f"{name}:{self.secret}"
        except (binascii.Error, UnicodeDecodeError):
            return False

    # --------------------------------------------------------------------------------------- limits, words

    def _spend(self, method: str, rule: str) -> Mapping[str, str]:
        """Take a token from the route's bucket; return the headers that tell of it, refuse when it is empty."""
        if self.burst is None:
            return {}
        now = self.site.clock.monotonic()
        tokens, at = self._buckets.get((method, rule), (float(self.burst.size), now))
        tokens = min(float(self.burst.size), tokens + (now - at) * self.burst.per_s)
        if tokens < 1:
            self._buckets[method, rule] = (tokens, now)
            raise self.limited((1 - tokens) / self.burst.per_s)
        self._buckets[method, rule] = (tokens - 1, now)
        left = {"X-RateLimit-Limit": str(self.burst.size), "X-RateLimit-Remaining": str(int(tokens - 1))}
        if self.cloud:
            return left
        return left | {"X-RateLimit-FillRate": f"{self.burst.per_s:g}", "X-RateLimit-Interval-Seconds": "1",
                       "Retry-After": "0"}  # fmt: skip

    def limited(self, wait: float | None) -> Refusal:
        """Return the vendor's 429. More than a minute means an hourly quota, less a burst."""
        headers = {"X-RateLimit-Limit": str(self.burst.size if self.burst else 100), "X-RateLimit-Remaining": "0"}
        if wait is not None and "no-retry-after" not in self.quirks:
            headers["Retry-After"] = str(-int(-wait // 1))
        if self.cloud:
            reset = self.site.clock.now() + timedelta(seconds=wait or 0)
            headers["X-RateLimit-Reset"] = f"{reset:%Y-%m-%dT%H:%M}Z"
            headers["RateLimit-Reason"] = "jira-quota-tenant-based" if (wait or 0) > 60 else "jira-burst-based"
        else:
            headers |= {"X-RateLimit-FillRate": "1", "X-RateLimit-Interval-Seconds": "1"}
        return Refusal(429, {"errorMessages": ["Rate limit exceeded."], "errors": {}}, headers)

    def _named(self, response: Response, user: User | None) -> Response:
        if user is not None:
            name, value = ("X-AAccountId", user.account_id) if self.cloud else ("X-AUSERNAME", user.username)
            response.headers[name] = value
        return response

    def refused(self, refusal: Refusal, request: Request) -> Response:
        """Return a refusal as the answer to the account, or to an anonymous visitor, who sent *request*."""
        known = self._knows(request.headers.get("Authorization", "")) and refusal.status != 401
        return self._named(self.worded(refusal), self.site.me if known else None)

    def worded(self, refusal: Refusal) -> Response:
        """Return a refusal as an answer."""
        if refusal.status in (401, 403) and "plain-errors" in self.quirks:
            words = {401: "Client must be authenticated to access this resource.", 403: "Forbidden"}[refusal.status]
            return Response(words, refusal.status, refusal.headers, content_type="text/plain;charset=UTF-8")
        response = reply(refusal.body, refusal.status)
        response.headers.extend(refusal.headers)
        return response


class Refusal(Exception):
    """An answer that is an error: status, JSON body (``None`` for an empty one) and headers of its own."""

    def __init__(self, status: int, body: Json | None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, dict(headers or {})


def complaint(status: int, *messages: str, **errors: str) -> Refusal:
    """Return a refusal in the platform's error envelope."""
    return Refusal(status, {"errorMessages": list(messages), "errors": errors})


def reply(body: object, status: int = 200) -> Response:
    """Return *body* as JSON; ``None`` gives an empty answer."""
    if body is None:
        return Response(b"", status)
    encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(encoded, status, content_type="application/json;charset=UTF-8")


@dataclass
class Call:
    """One request on its way through a route."""

    deployment: Deployment
    request: Request
    user: User | None
    version: str

    @property
    def site(self) -> Site:
        """The site that is asked."""
        return self.deployment.site

    @property
    def now(self) -> datetime:
        """The site's present moment."""
        return self.site.clock.now()

    @property
    def render(self) -> Renderer:
        """The site as this request sees it. ``self`` addresses lead elsewhere than to where the request came in."""
        deployment = self.deployment
        gateway = f"https://api.atlassian.com{GATEWAY}{deployment.cloud_id}"
        forced = self.request.headers.get("X-Force-Accept-Language", "").lower() == "true" or not deployment.cloud
        accepted = self.request.headers.get("Accept-Language", "").split(",")[0].strip()
        return Renderer(
            site=self.site, cloud=deployment.cloud, version=self.version,
            language=accepted if forced and accepted not in ("", "*") else deployment.language,
            origin=gateway if deployment.cloud else deployment.site_url,
            sprint_strings="sprint-strings" in deployment.quirks,
        )  # fmt: skip

    def known(self) -> User:
        """Return the account that asks; refuse an anonymous visitor with 401."""
        if self.user is None:
            raise complaint(401, "Client must be authenticated to access this resource.")
        return self.user

    def project(self, id_or_key: str) -> Project:
        """Return the project that this visitor may see, or refuse with 404."""
        found = self.site.project(id_or_key) if self.user else None
        if found is None:
            raise complaint(404, f"No project could be found with key '{id_or_key}'.")
        return found

    def issue(self, id_or_key: str) -> Issue:
        """Return the issue that this visitor may see, or refuse with 404."""
        found = self.site.issue(id_or_key) if self.user else None
        if found is None:
            raise complaint(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def body(self) -> Json:
        """Return the JSON object that was sent; refuse anything else with 400, and other types with 415."""
        if self.request.mimetype != "application/json":
            raise Refusal(415, None)
        try:
            body = json.loads(self.request.get_data())
        except ValueError:
            raise complaint(400, "There was an error parsing JSON. Check that your request body is valid.") from None
        if not isinstance(body, dict):
            raise complaint(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        return body

    @staticmethod
    def listed(body: Json, name: str) -> list[str]:
        """Return a list of a body's, each member as a string; empty if it is not there. Refuse other types with 400."""
        said = body.get(name) or []
        if not isinstance(said, list) or not all(isinstance(one, str | int) for one in said):
            raise complaint(400, f"'{name}' must be a list.", **{name: "not a list"})
        return [str(one) for one in said]

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """Return a whole number of the query, never negative, at most *most*; refuse other words with 400."""
        said = self.request.args.get(name)
        try:
            value = default if said is None else int(said)
        except ValueError:
            raise complaint(400, f"The value '{said}' is not a number.", **{name: "not a number"}) from None
        if value < 0:
            value = default
        return value if most is None else min(value, most)

    def words(self, name: str) -> list[str]:
        """Return the words of a query parameter that may come repeated or with commas."""
        return [word.strip() for text in self.request.args.getlist(name) for word in text.split(",") if word.strip()]

    def page(self, name: str, things: Sequence[Any], *, default: int = 50, most: int = 50) -> Json:
        """Return an offset page of *things* under *name*: what was asked, but never more than *most*."""
        start, size = self.number("startAt", 0), self.number("maxResults", default, most)
        shown = list(things[start : start + size])
        last = start + len(shown) >= len(things)
        return {"startAt": start, "maxResults": size, "total": len(things), "isLast": last, name: shown}


Handler = Callable[..., Response]
Kind = Literal["cloud", "server"]


class Routes:
    """All routes of the site. ``/api`` stands for ``/rest/api/3``, ``/rest/api/2`` and ``/rest/api/latest``."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self._maps: dict[Kind, Map] = {"cloud": Map(strict_slashes=False), "server": Map(strict_slashes=False)}

    def on(self, methods: str, rule: str, *, only: Kind | None = None) -> Callable[[Handler], Handler]:
        """Register a function for *methods* (with blanks between) and a path, of one kind of deployment or of both."""

        def register(handler: Handler) -> Handler:
            for kind in (only,) if only else self._maps:
                for method in methods.split():
                    endpoint = f"{kind} {method} {rule}"
                    self._maps[kind].add(Rule(rule, endpoint=endpoint, methods=[method]))
                    self.handlers[endpoint] = handler
            return handler

        return register

    def find(self, kind: Kind, path: str, method: str) -> tuple[Rule, Mapping[str, Any]]:
        """Return the rule that answers; werkzeug's ``NotFound`` and ``MethodNotAllowed`` say that none does."""
        return self._maps[kind].bind("site", url_scheme="http").match(path, method=method, return_rule=True)


ROUTES = Routes()
