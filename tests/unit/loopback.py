"""A server on 127.0.0.1 that plays a script: one answer per request, well-behaved or not, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Play = Callable[[socket.socket], None]
"""What happens to a connection instead of an answer. It is closed afterwards."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        headers = {"Content-Type": "application/json", "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


class LoopbackServer:
    """Plays *script*, one entry per request in order of arrival; after its end, ``respond`` answers.

    Where a test sets no ``respond``, that is a 400, which no test expects.
    """

    def __init__(self, *script: Answer | Play, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> None:
        self.script: list[Answer | Play] = list(script)
        self.seen: list[Seen] = []
        self.respond: Callable[[Seen], Answer] = lambda _: Answer(status=400, body=b"unscripted")
        self._tls = tls
        self._greeting = greeting
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        self._closing = False
        self.connections = 0
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for one in self._connections:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a server thread hangs"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._connections.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            if self._greeting:  # a server of another kind, which speaks first and hangs up
                connection.recv(65536)
                connection.sendall(self._greeting)
            while not self._greeting:
                request = _request(connection)
                with self._lock:
                    self.seen.append(request)
                    step = self.script.pop(0) if self.script else self.respond(request)
                if callable(step):
                    step(connection)
                    break
                connection.sendall(step.bytes())
        connection.close()


def _request(connection: socket.socket) -> Seen:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = connection.recv(65536)
        if not more:
            raise EOFError
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Seen(method=method, target=target, headers=headers, body=body)


def reset(connection: socket.socket) -> None:
    """End the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(connection: socket.socket) -> None:
    """Close without an answer."""


def raw(*pieces: bytes) -> Play:
    """Send exactly *pieces*, then close."""

    def play(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return play


def trickle(after_each: Callable[[], object], head: bytes, pieces: Iterable[bytes]) -> Play:
    """Send *head*, then *pieces* with something between them, until the other side has had enough."""

    def play(connection: socket.socket) -> None:
        connection.sendall(head)
        for piece in pieces:
            connection.sendall(piece)
            after_each()

    return play


def stall(head: bytes) -> Play:
    """Send *head* and nothing more, and keep the connection open until the other side closes it."""

    def play(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.recv(1)

    return play


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port
