"""Answers that end with the deadline of their request, in whatever small pieces they come.

A socket's timeout is that of one read. A server that sends a byte now and then, of its headers as well as of its body,
stays below it for as long as it likes; so each read waits no longer than what is left of the request's time.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

left_s: ContextVar[Callable[[], float] | None] = ContextVar("pmbridge_left_s", default=None)
"""Says how many seconds the request of this thread has left; ``None``: as long as it takes."""
SHORTEST_S = 0.001


class _Reads(io.RawIOBase):
    """The reads of one answer from its socket."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, left: Callable[[], float]) -> None:
        self._raw, self._sock, self._left = raw, sock, left
        self._usual = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read what is there.

        Raises:
            TimeoutError: nothing came for as long as one read may take, or the request has no time left.
        """
        left = self._left()
        if left <= 0:
            raise TimeoutError
        if self._usual is None or left < self._usual:
            self._sock.settimeout(max(SHORTEST_S, left))
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        if (left := left_s.get()) is not None:
            self.fp = io.BufferedReader(_Reads(self.fp.detach(), sock, left))


@cache
def _answering(connection: type) -> type:
    return type(connection.__name__, (connection,), {"response_class": _Answer})


@cache
def _bounded(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    # Asked for each time: whoever records or replays connections puts a class of their own there meanwhile.
    connection = property(lambda _: _answering(pool.ConnectionCls))
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class BoundedAdapter(HTTPAdapter):
    """The transport adapter of ``requests``, with answers that keep to :data:`left_s`; through a proxy, too."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **more)
        _bind(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        """Return the pools of connections through a proxy."""
        made = args[0] not in self.proxy_manager
        manager = super().proxy_manager_for(*args, **more)
        if made:
            _bind(manager)
        return manager


def _bind(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {name: _bounded(pool) for name, pool in manager.pool_classes_by_scheme.items()}
