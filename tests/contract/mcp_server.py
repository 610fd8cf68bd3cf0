"""A program of others that speaks the Model Context Protocol on its standard streams, driven as a desktop client would.

Messages are JSON-RPC 2.0, one a line.
"""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROTOCOL = "2024-11-05"
_PATIENCE_S = 60


class McpServer:
    """One running server. ``call`` uses a tool of it and returns what the tool says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._lines: queue.Queue[str | None] = queue.Queue()
        # A thread reads, so that a server that says nothing makes the test fail and not hang.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def greet(self) -> Mapping[str, Any]:
        """Open the conversation and return who answers."""
        info = self._ask(
            "initialize",
            {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}},
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        found: Mapping[str, Any] = info["serverInfo"]
        return found

    def call(self, tool: str, **arguments: object) -> Any:
        """Return what *tool* says, read from its text as JSON."""
        answer = self._ask("tools/call", {"name": tool, "arguments": arguments})
        assert not answer.get("isError"), answer
        return json.loads(answer["content"][0]["text"])

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        number = next(self._numbers)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            line = self._lines.get(timeout=_PATIENCE_S)
            assert line is not None, "the server ended"
            told = json.loads(line)
            if told.get("id") == number:
                assert "error" not in told, told
                return told["result"]

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


@contextmanager
def running(command: Path, folder: Path, env: Mapping[str, str]) -> Iterator[McpServer]:
    """Run *command* in *folder* (some read a `.env` there) until the block ends."""
    with (folder / "stderr").open("w") as talk:
        process = subprocess.Popen(
            [str(command)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
        )
        with process:
            server = McpServer(process)
            try:
                server.greet()
                yield server
            finally:
                process.kill()
