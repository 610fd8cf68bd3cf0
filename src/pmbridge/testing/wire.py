"""The socket side of a sandbox: HTTP/1.1 with keep-alive on 127.0.0.1, and connections that break on purpose.

Werkzeug's own development server closes every connection after one answer. Clients keep theirs open, and what breaks
in an open connection is half of what a client must survive, so the sandboxes bring their own small server.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

TRICKLE_PIECES = 40
TRICKLE_PAUSE_S = 8.0
_REAL_PAUSE_S = 0.004
_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came off the wire, read whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What to send back, and how: ``close`` and ``reset`` send nothing at all."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    how: Literal["whole", "cut", "trickle", "close", "reset"] = "whole"


class SandboxServer(ThreadingHTTPServer):
    """Serves *answer* on a free port until ``stop``.

    ``now`` dates the answers, ``pause`` lets the sandbox's own time pass, ``report`` takes errors that are no client's.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        answer: Callable[[Received], Delivery],
        *,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
        report: Callable[[Exception], None],
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.now = now
        self.pause = pause
        self.report = report
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._aborted: set[int] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        """The port the server listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every open connection, also those that a client keeps for later."""
        self.shutdown()
        self.server_close()
        self._thread.join()
        with self._lock:
            left = list(self._open.items())
        for connection, _ in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in left:
            thread.join(timeout=5)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection and the thread that serves it."""
        with self._lock:
            self._open[connection] = threading.current_thread()

    def abort(self, connection: socket.socket) -> None:
        """Have the connection end with a reset instead of an orderly end."""
        with self._lock:
            self._aborted.add(id(connection))

    def shutdown_request(self, request: Any) -> None:
        """End a connection; an aborted one with RST, which a lingering time of zero makes the kernel send."""
        with self._lock:
            self._open.pop(request, None)
            aborted = id(request) in self._aborted
            self._aborted.discard(id(request))
        if aborted:
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's
        """Pass a client over that went away in the middle, and report everything else."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.report(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: SandboxServer

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def _exchange(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        received = Received(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )
        self._deliver(self.server.answer(received))

    def __getattr__(self, name: str) -> Callable[[], None]:
        # The base class looks for a method per HTTP method; which of them exist is the sandbox's affair.
        if name.startswith("do_"):
            return self._exchange
        raise AttributeError(name)

    def _deliver(self, delivery: Delivery) -> None:
        if delivery.how in ("close", "reset"):
            self.close_connection = True
            if delivery.how == "reset":
                self.server.abort(self.connection)
            return
        self.send_response(delivery.status)
        for name, value in delivery.headers:
            self.send_header(name, value)
        if delivery.status not in _NO_BODY:
            self.send_header("Content-Length", str(len(delivery.body)))
        body = b"" if self.command == "HEAD" or delivery.status in _NO_BODY else delivery.body
        if delivery.how == "cut":
            self.close_connection = True
            body = body[: len(body) // 2]
        if delivery.how == "trickle":
            self._trickle(body)
            return
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self, body: bytes) -> None:
        self.end_headers()
        size = max(1, -(-len(body) // TRICKLE_PIECES))
        for start in range(0, len(body), size):
            self.server.pause(TRICKLE_PAUSE_S)
            time.sleep(_REAL_PAUSE_S)
            self.wfile.write(body[start : start + size])

    def version_string(self) -> str:
        return "sandbox"

    def date_time_string(self, timestamp: float | None = None) -> str:
        at = self.server.now() if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(at.astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Keep quiet: the sandbox records its requests itself."""
