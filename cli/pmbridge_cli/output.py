"""The two streams of a screen: results on stdout, talk on stderr; one JSON document instead, when asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from pmbridge_cli.layout import ELLIPSIS, Column, harmless, hung, padded, spelled, table, visible, width
from pmbridge_cli.words import NEXT, Both, Said

if TYPE_CHECKING:
    from pmbridge.errors import PmbridgeError

ERROR = Both("Error: {text}", "错误：{text}")
NOTE = Both("Note: {text}", "注意：{text}")
_NO_CHINESE = Both("this output cannot show Chinese, so it is in English", "")
MARKS = ("✓", "!", "✗")
_ASCII = str.maketrans(
    {
        "✓": "ok",
        "✗": "x",
        "⚠": "!",
        "→": "->",
        "↗": "up",
        "↘": "down",
        "·": "-",
        "…": "...",
        "–": "-",
        "—": "--",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "≥": ">=",
        "≤": "<=",
        "×": "x",
        "−": "-",
    }
)


class Unwritable(OSError):
    """A stream of this process takes nothing more: its disk is full, or the device is broken."""


class Guarded:
    """A stream whose failed writes are told apart from any other fault of the system; a closed pipe stays one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write *text*.

        Raises:
            BrokenPipeError: nobody reads any more.
            Unwritable: it cannot be written.
        """
        with _naming():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is held back; raises as :meth:`write`."""
        with _naming():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _naming() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritable(error.errno, error.strerror) from error


class Output:
    """Where a command writes. ``language`` may become English when stdout cannot show Chinese.

    *addressed* completes a command that is printed as the next one.
    """

    def __init__(
        self,
        stdout: TextIO,
        stderr: TextIO,
        language: str,
        env: Mapping[str, str] = os.environ,
        addressed: Callable[[str], str] = str,
    ) -> None:
        self.stdout, self.stderr, self._env, self._addressed = stdout, stderr, env, addressed
        self.plain = not _can_show(stdout, "中")
        self.language = language
        self._used = 0
        if self.plain and language != "en":
            self.language = "en"
            self.note(_NO_CHINESE)

    @property
    def room(self) -> int:
        """Columns of the terminal, at least 80; 80 where there is none."""
        return max(80, columns()) if self.stdout.isatty() else 80

    def terminal(self, stream: TextIO) -> bool:
        """Return whether progress and colour may be written to *stream*."""
        return stream.isatty() and not self._env.get("NO_COLOR") and self._env.get("TERM") != "dumb"

    def say(self, text: Said | str) -> str:
        """Return *text* in the language of the screen."""
        return text if isinstance(text, str) else text.in_(self.language)

    def shown(self, text: Said | str) -> str:
        """Return *text* as it will stand on stdout, for what must be measured before it is written."""
        return self._fit(self.say(text), self.stdout)

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None = None, *, gap: int = 2
    ) -> list[str]:
        """Return the lines of a table; see :func:`~pmbridge_cli.layout.table`. Columns stay columns in any encoding."""
        fitted = [[self.shown(cell) for cell in row] for row in rows]
        heads = [replace(column, head=self.shown(column.head)) for column in columns]
        return table(heads, fitted, self.room if room is None else room, gap=gap, ellipsis=self.shown(ELLIPSIS))

    def mark(self, sign: str) -> str:
        """Return a mark that begins a line, as wide as all of them where they have to be spelled."""
        return padded(self.shown(sign), max(width(self.shown(one)) for one in MARKS))

    def line(self, text: Said | str = "") -> None:
        """Write one line of the result."""
        self.stdout.write(self._fit(self.say(text), self.stdout) + "\n")

    def lines(self, texts: Iterable[Said | str]) -> None:
        """Write lines of the result."""
        for text in texts:
            self.line(text)

    def talk(self, text: Said | str) -> None:
        """Write one line that is not part of the result."""
        self.stderr.write(self._fit(self.say(text), self.stderr) + "\n")
        self._used = 0

    def tell(self, text: Said | str) -> None:
        """Write one paragraph that is not part of the result, in lines that fit; addresses stay in one piece.

        After :meth:`prompt` it goes on in that line if there is room for all of it, else in the next.
        """
        for paragraph in self.say(text).splitlines():
            if self._used and self._used + width(paragraph) <= self.room:
                self.talk(paragraph)
                continue
            if self._used:
                self.talk("")
                paragraph = f"  {paragraph}"
            for line in hung(paragraph, self.room):
                self.talk(line)

    def prompt(self, text: Said | str) -> None:
        """Write a question, and stay on its line."""
        said = self.say(text)
        self.stderr.write(self._fit(said, self.stderr))
        self.stderr.flush()
        self._used += width(said.rpartition("\n")[2])

    def answered(self) -> None:
        """Take note that somebody typed Enter, so that the next text begins a line."""
        self._used = 0

    def note(self, text: Said) -> None:
        """Write a warning: it never changes the exit code."""
        self.talk(NOTE.filled(text=visible(self.say(text))))

    def document(self, content: Mapping[str, Any]) -> None:
        """Write the one JSON document of ``--json``."""
        import json

        content = _completed(content, self._addressed)
        text = spelled(json.dumps(content, ensure_ascii=False, indent=2))
        if not _can_show(self.stdout, text):  # JSON has a spelling of its own for what an encoding lacks
            text = json.dumps(content, indent=2)
        self.stdout.write(text + "\n")

    def next(self, command: Said | str) -> None:
        """Write the next step as the last line of the result."""
        self.line(NEXT.filled(command=self._addressed(self.say(command))))

    def error(self, text: str, next_step: str, name: str) -> None:
        """Write an error: what happened to which thing, the next step, its stable name."""
        # What a server said stands in them: on a line of its own it could pass for ours.
        self.talk(ERROR.filled(text=visible(text)))
        if next_step:
            self.talk(NEXT.filled(command=visible(self._addressed(next_step))))
        self.stderr.write(self.dim(f"[{visible(name)}]") + "\n")

    def dim(self, text: str) -> str:
        """Return *text* in the terminal's faint style, where stderr is one."""
        return f"\x1b[2m{text}\x1b[0m" if self.terminal(self.stderr) else text

    def _fit(self, text: str, stream: TextIO) -> str:
        text = harmless(text)
        if not self.plain and _can_show(stream, text):
            return text
        encoding = stream.encoding or "utf-8"
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)


def near(path: str | os.PathLike[str]) -> str:
    """Return *path* relative to the working folder where it lies below it, as it can be pasted; else as it is."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return os.fspath(path)
    return os.fspath(path) if relative == os.pardir or relative.startswith(os.pardir + os.sep) else relative


def columns() -> int:
    """Return the width of the terminal, 80 where there is none. ``shutil`` would bring its compressors along."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


_COMMANDS = frozenset({"next", "command", "fix"})
"""Keys of a document whose text is a command, or says one."""


def _completed(content: Any, addressed: Callable[[str], str]) -> Any:
    """Return *content* with its commands completed."""
    if isinstance(content, Mapping):
        return {
            key: addressed(one) if key in _COMMANDS and isinstance(one, str) and one else _completed(one, addressed)
            for key, one in content.items()
        }
    return [_completed(one, addressed) for one in content] if isinstance(content, list | tuple) else content


def error_document(error: PmbridgeError, language: str) -> dict[str, Any]:
    """Return ``pmbridge.error/1``: name, exit code, text, next step and, for a configuration, every fault."""
    document: dict[str, Any] = {
        "schema": "pmbridge.error/1",
        "error": error.name,
        "exit": error.exit_code,
        "connection": error.connection,
        "text": error.text(language),
        "next": error.next_step(language) or None,
    }
    faults = error.facts.get("faults_zh" if language.startswith("zh") else "faults") or error.facts.get("faults")
    if isinstance(faults, tuple):
        document["faults"] = [str(one) for one in faults]
    return document
