"""The foundation of every sandbox: a stateful local server that speaks a vendor's wire format.

A sandbox ships with its adapter. It stands on records, values and the clock alone; it must not know the adapter that
it is there to test.
"""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response as HttpResponse

from pmbridge.errors import Unsupported
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.faults import Fault, FaultPlan, What
from pmbridge.testing.wire import Delivery, Received, SandboxServer
from pmbridge.values import ProjectId, RecordId

__all__ = [
    "Answer",
    "FakeClock",
    "Fault",
    "FaultPlan",
    "HttpRequest",
    "HttpResponse",
    "Request",
    "Sandbox",
    "What",
    "World",
]

_LATE_S = 60.0
_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in to continue</h1></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that the sandbox received. ``at`` is its clock's time; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    body: bytes = field(repr=False)
    at: datetime
    headers: Mapping[str, str] = field(repr=False)

    @property
    def call(self) -> str:
        """Method and path, as a fault names them."""
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        """The body read as JSON; ``None`` for an empty one."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sandbox answered. ``fault`` names the planned fault that the request met, if any."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    fault: What | None = None

    @property
    def json(self) -> Any:
        """The body read as JSON; ``None`` for an empty one."""
        return json.loads(self.body) if self.body else None


class World(Protocol):
    """The same hands for every tool: what people do in it while pmbridge looks elsewhere.

    Without it no law could be written that holds for a tool it does not know. Every method takes effect at the
    sandbox's present moment and raises :class:`pmbridge.errors.Unsupported` where the tool has no such thing.
    """

    def project(self) -> ProjectId:
        """Make a project with nothing in it and return its id."""
        ...

    def hide_project(self, p: ProjectId) -> None:
        """Take the project out of the credential's sight."""
        ...

    def restore_project(self, p: ProjectId) -> None:
        """Give back the sight of a hidden project; nothing in it changes."""
        ...

    def rename_project(self, p: ProjectId, name: str) -> None:
        """Give the project another name (and key, where the tool derives one); its id stays."""
        ...

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
        """Make an item. ``state`` is an id or one of ``todo``, ``in_progress``, ``done``; default the first state."""
        ...

    def add_group(self, p: ProjectId, title: str, due: date | None = None) -> RecordId:
        """Make a group of the tool's leading kind: a Jira version, a Trello list."""
        ...

    def edit(self, id: RecordId, **values: Any) -> None:  # noqa: A002 - the contract's name
        """Change an item or a group.

        Names: ``title``, ``state``, ``due``, ``start``, ``points``, ``group``, ``parent``, ``description``, and
        ``fields``, a mapping by vendor field id. ``None`` clears.
        """
        ...

    def move(self, id: RecordId, project: ProjectId) -> None:  # noqa: A002
        """Move an item to another project; where the tool keeps the id, it stays."""
        ...

    def delete(self, id: RecordId) -> None:  # noqa: A002
        """Delete an item or a group for good."""
        ...

    def hide(self, id: RecordId) -> None:  # noqa: A002
        """Take one item out of the credential's sight."""
        ...

    def show(self, id: RecordId) -> None:  # noqa: A002
        """Give back the sight of a hidden item; nothing about it changes."""
        ...

    def comment(self, id: RecordId, text: str) -> None:  # noqa: A002
        """Add a comment by a person."""
        ...

    def approve(self, id: RecordId, by: str) -> None:  # noqa: A002
        """Have the person *by* approve what the item asks approval for."""
        ...


class Sandbox(ABC):
    """A context manager that serves a vendor's API on 127.0.0.1 while it is open.

    A subclass answers requests (:meth:`answer`), words the vendor's refusals (:meth:`refusal`) and lends its hands
    (:attr:`world`). An error inside the sandbox is answered with 500 and raised again on leaving the context, so that
    no test passes on a broken sandbox.
    """

    quiet_requests: ClassVar[int]
    """What a pull of one project costs in which nothing changed."""

    credential_params: ClassVar[frozenset[str]] = frozenset()
    """Query parameters that carry a credential: whoever did not log in does not send them."""

    credential_headers: ClassVar[frozenset[str]] = frozenset({"authorization", "cookie"})
    """Headers that carry one, in lower case."""

    latency_s: float = 0.0
    """Real seconds that every answer takes, side by side: for benchmarks."""

    def __init__(self, clock: FakeClock, faults: FaultPlan | None = None) -> None:
        self.clock = clock
        self.faults = faults or FaultPlan()
        self.requests: list[Request] = []
        self.observers: list[Callable[[Request, Answer], None]] = []
        self._failures: list[Exception] = []
        self._late: list[tuple[float, Received]] = []
        self._lock = threading.RLock()
        self._server: SandboxServer | None = None

    @property
    @abstractmethod
    def world(self) -> World:
        """The people who work in the tool."""

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """Return the settings of a connection to this sandbox, without the secret."""

    @abstractmethod
    def secret(self) -> SecretStr:
        """Return the secret that belongs to :meth:`settings`."""

    @abstractmethod
    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request. One thread at a time is let in."""

    @abstractmethod
    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:
        """Return the vendor's own answer for ``429``, ``500``, ``503``, ``expired`` or ``forbidden``."""

    def allow_writing(self) -> None:  # noqa: B027 - nothing to give where the credential may write anyway
        """Give the credential the right to write, where that is a right of its own."""

    def play(self, until: datetime) -> None:
        """Tell the demo's story: make every edit that is dated up to *until* and was not made yet.

        The first call seeds the tool. Raises :class:`pmbridge.errors.Unsupported` where no story is told.
        """
        name = type(self).__name__
        raise Unsupported(
            tool=name,
            detail=f"a story up to {until:%Y-%m-%d}",
            detail_zh=f"演示到 {until:%Y-%m-%d} 的故事",
            url=self.url,
        )

    @property
    def url(self) -> str:
        """Scheme, host and port; the sandbox must be open."""
        if self._server is None:
            raise RuntimeError("the sandbox is not open: use it in a with statement")
        return f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self._server = SandboxServer(
            self._serve, now=self.clock.now, pause=self.clock.sleep, report=self._failures.append
        )
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._failures:
            raise self._failures[0] from error

    def settle(self) -> None:
        """Carry out the requests that were to land late and whose time has come; each request does this first."""
        with self._lock:
            due = [received for at, received in self._late if at <= self.clock.monotonic()]
            self._late = [(at, received) for at, received in self._late if at > self.clock.monotonic()]
            for received in due:
                self._run(received)

    # ------------------------------------------------------------------------------------------ one request

    def _serve(self, received: Received) -> Delivery:
        split = urlsplit(received.target)
        request = Request(
            method=received.method,
            path=unquote(split.path),
            query=parse_qs(split.query, keep_blank_values=True),
            body=received.body,
            at=self.clock.now(),
            headers=received.headers,
        )
        if self.latency_s:
            time.sleep(self.latency_s)
        try:
            with self._lock:
                self.settle()
                self.requests.append(request)
                fault = self.faults.strike(request.method, request.path)
                delivery = self._meet(received, fault) if fault else self._run(received)
                answer = Answer(
                    status=delivery.status,
                    headers={name.lower(): value for name, value in delivery.headers},
                    body=delivery.body,
                    fault=fault.what if fault else None,
                )
                for observer in self.observers:
                    observer(request, answer)
                return delivery
        except Exception as error:  # noqa: BLE001 - kept, and raised again when the context is left
            self._failures.append(error)
            return Delivery(status=500, headers=(("Content-Type", "text/plain"),), body=b"the sandbox is broken")

    def _run(self, received: Received) -> Delivery:
        return _delivered(self.answer(HttpRequest(_environ(received))))

    def _meet(self, received: Received, fault: Fault) -> Delivery:
        match fault.what:
            case "lost_before":
                return Delivery(how="close")
            case "reset":
                return Delivery(how="reset")
            case "lost_after":
                self._run(received)
                return Delivery(how="close")
            case "late":
                wait = _LATE_S if fault.retry_after is None else fault.retry_after
                self._late.append((self.clock.monotonic() + wait, received))
                return Delivery(how="close")
            case "cut":
                return replace(self._run(received), how="cut")
            case "trickle":
                return replace(self._run(received), how="trickle")
            case "html":
                return Delivery(headers=(("Content-Type", "text/html; charset=utf-8"),), body=_PAGE.encode())
            case "anonymous":
                bare = {name: value for name, value in received.headers.items() if name not in self.credential_headers}
                target = _without(received.target, self.credential_params)
                return self._run(replace(received, headers=bare, target=target))
            case "429" | "500" | "503" | "expired" | "forbidden":
                return _delivered(self.refusal(fault.what, HttpRequest(_environ(received)), fault.retry_after))


def _without(target: str, names: Collection[str]) -> str:
    """Return *target* without the parameters *names* of its query."""
    path, _, query = target.partition("?")
    kept = [one for one in query.split("&") if one and unquote(one.partition("=")[0]) not in names]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _environ(received: Received) -> dict[str, Any]:
    path, _, query = received.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": received.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(received.body)),
        "CONTENT_TYPE": received.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(received.body),
        "wsgi.input_terminated": True,
    }
    for name, value in received.headers.items():
        if name not in ("content-length", "content-type"):
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ


def _delivered(response: HttpResponse) -> Delivery:
    skipped = ("content-length", "date", "server")
    headers = tuple((name, value) for name, value in response.headers.items() if name.lower() not in skipped)
    return Delivery(status=response.status_code, headers=headers, body=response.get_data())
