"""A person at a terminal: runs the real command in a pseudo terminal, waits for a question, types an answer."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

# A session leader without a terminal gets the one that it opens first; `getpass` then finds /dev/tty.
_TAKE_TERMINAL = "import os, sys; os.close(os.open(os.ttyname(0), os.O_RDWR)); os.execv(sys.argv[1], sys.argv[1:])"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One command in a pseudo terminal. ``screen`` is everything that was shown, echo included, without colours."""

    def __init__(
        self,
        command: str,
        args: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        patience_s: float = 30,
    ) -> None:
        self._ours, theirs = pty.openpty()
        self._patience_s = patience_s
        self._shown = bytearray()
        self._read_up_to = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, command, *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=cwd,
            env={**os.environ, "TERM": "dumb", **(env or {})},
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    @property
    def screen(self) -> str:
        return _COLOURS.sub("", self._shown.decode(errors="replace")).replace("\r\n", "\n")

    def wait_for(self, text: str) -> str:
        """Return what was shown from the last wait up to *text*, which must come."""
        deadline = time.monotonic() + self._patience_s
        while True:
            seen = self._shown[self._read_up_to :].decode(errors="replace").replace("\r\n", "\n")
            if text in seen:
                before, _, _ = seen.partition(text)
                self._read_up_to += len((before + text).replace("\n", "\r\n").encode())
                return before + text
            if not self._more(deadline):
                raise AssertionError(f"{text!r} was not shown:\n{self.screen}")

    def type(self, line: str = "") -> None:
        """Type *line* and Enter."""
        os.write(self._ours, f"{line}\n".encode())

    def answer(self, question: str = "", line: str = "") -> str:
        """Wait for *question* (default: any) and its prompt, then type *line*; return what was shown until then."""
        shown = (self.wait_for(question) if question else "") + self.wait_for("› ")
        self.type(line)
        return shown

    def press_ctrl_c(self) -> None:
        """Press Ctrl-C once the command waits for an answer.

        A moment earlier, the question stands there already and Python has not begun to read: it would note the signal
        and then read on until a line comes. A person presses again.
        """
        deadline = time.monotonic() + self._patience_s
        while not self._waits():
            if not self._more(min(deadline, time.monotonic() + 0.01)) and time.monotonic() > deadline:
                raise AssertionError(f"the command waits for no answer:\n{self.screen}")
        os.write(self._ours, b"\x03")

    def _waits(self) -> bool:
        """Tell whether the command sleeps, by what Linux says of it; without /proc, take it as waiting."""
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8")
        except FileNotFoundError:
            return True
        return stat.rpartition(") ")[2].startswith("S")

    def end(self) -> int:
        """Wait for the command's end and return its exit code."""
        deadline = time.monotonic() + self._patience_s
        while self._more(deadline):
            pass
        try:
            return self._process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            raise AssertionError(f"the command did not end:\n{self.screen}") from None

    def _more(self, deadline: float) -> bool:
        """Read on; ``False`` at the end, or when patience is out."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            chunk = os.read(self._ours, 65536)
        except OSError:  # Linux: nobody holds the other side any more
            return False
        self._shown += chunk
        return bool(chunk)
