"""The log: one event a line, as text or JSON, with the ids of run and connection and without any secret."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError
from pmbridge.identity import CONNECTION, RUN

LOG_BYTES = 10 * 2**20
LOG_FILES = 5
HIDDEN = "[hidden]"
FORMS = ("text", "json", "off")
_CREDENTIALS = (
    re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)[^\"',;}\r\n]+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{6,}"),
    re.compile(r"(?i)(\b(?:token|key|secret|password|passwd)=)[^&\s\"']+"),
    re.compile(r"(://)[^/\s@]+(?=@)"),
)
_SECRET_VARIABLE = re.compile(r"PMBRIDGE_.+_SECRET")


class Redaction(logging.Filter):
    """Hides what looks like a credential, and the secrets that the environment holds. A second net, not the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__()
        self._known = [value for name, value in env.items() if _SECRET_VARIABLE.fullmatch(name) and len(value) > 3]

    def hide(self, text: str) -> str:
        """Return *text* without credentials."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        for credential in _CREDENTIALS:
            text = credential.sub(rf"\g<1>{HIDDEN}", text)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Resolve the message and hide in it; keep every record."""
        record.msg, record.args = self.hide(record.getMessage()), None
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            record.facts = {key: self.hide(one) if isinstance(one, str) else one for key, one in facts.items()}
        return True


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    given = {"connection": CONNECTION.get(), **getattr(record, "facts", {})}
    given.setdefault("run", RUN.get())
    if record.exc_info and record.exc_info[1] is not None:
        # The message may quote what came over the wire; where it happened is what helps.
        last = traceback.extract_tb(record.exc_info[2])[-1:]
        given["exception"] = type(record.exc_info[1]).__name__
        given["at"] = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else None
    return {key: value for key, value in given.items() if value is not None}


class TextForm(logging.Formatter):
    """``2026-06-05T18:00:03+08:00 INFO  pull.page connection=jira page=3 …``."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="seconds")
        facts = "".join(f" {key}={_bare(value)}" for key, value in _facts(record).items())
        return f"{at} {record.levelname:<5} {record.getMessage()}{facts}"


class JsonForm(logging.Formatter):
    """One JSON object a line: ``ts``, ``level``, ``event`` and the event's own facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds")
        said = {"ts": at, "level": record.levelname.lower(), "event": record.getMessage(), **_facts(record)}
        return json.dumps(said, ensure_ascii=False, default=str, separators=(",", ":"))


def _bare(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    return json.dumps(text, ensure_ascii=False) if any(sign.isspace() for sign in text) else text


@contextmanager
def logging_to(
    form: str, stream: TextIO, file: str | None, verbose: int, env: Mapping[str, str]
) -> Iterator[logging.Logger]:
    """Write the library's events to *stream* (unless *form* is ``off``) and *file* while the context is open.

    Raises:
        ConfigError: *file* cannot be written, or there is no such form.
    """
    if form not in FORMS:
        raise ConfigError("bad-choice", what=form, known=", ".join(FORMS), option="PMBRIDGE_LOG")
    handlers: list[logging.Handler] = [] if form == "off" else [logging.StreamHandler(stream)]
    if file:
        handlers.append(_file(Path(file)))
    root, redaction = logging.getLogger("pmbridge"), Redaction(env)
    before = root.level, root.propagate
    root.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    root.propagate = False
    for handler in handlers:
        handler.setFormatter(JsonForm() if form == "json" else TextForm())
        handler.addFilter(redaction)
        root.addHandler(handler)
    try:
        yield root
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.level, root.propagate = before


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that only its owner can read, also after it has rotated: it names projects."""

    def _open(self) -> TextIOWrapper:
        file = open(self.baseFilename, "a", encoding="utf-8", opener=_private)  # noqa: SIM115 - the handler closes it
        assert isinstance(file, TextIOWrapper)  # noqa: S101 - a text mode always gives one
        return file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return PrivateFile(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(
            "refused",
            detail=f"The log file {path} cannot be written: {system_words(exc).en}.",
            detail_zh=f"无法写入日志文件 {path}：{system_words(exc).zh}。",
            command="pmbridge doctor",
        ) from None
