"""Our own mistakes: a report file that helps to find them and holds no secret and nobody's data."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pmbridge import __version__
from pmbridge.errors import InternalError, PmbridgeError

if TYPE_CHECKING:
    from pmbridge_cli.context import App

_OURS = ("pmbridge", "pmbridge_cli")


def reported(error: Exception, app: App) -> PmbridgeError:
    """Write the report of *error* and return the error that a person sees."""
    path = _written(error, app)
    return InternalError("bug", type=type(error).__name__, module=_module(error), path=path or "-")


def _module(error: Exception) -> str:
    """Return our module in which it happened, else the last one."""
    names = [str(frame.f_globals.get("__name__", "?")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [name for name in names if name.partition(".")[0].startswith("pmbridge")]
    return (ours or names or ["?"])[-1]


def _written(error: Exception, app: App) -> Path | None:
    folder = _folder(app)
    path = folder / f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(_text(error, app), "utf-8")
    except OSError:
        return None
    return path


def _folder(app: App) -> Path:
    if app.folder is not None:
        return app.folder / "data" / "logs"
    import platformdirs  # no workspace, so there is no other place

    return platformdirs.user_log_path("pmbridge", appauthor=False)


def _text(error: Exception, app: App) -> str:
    lines = [
        f"pmbridge {__version__}, Python {platform.python_version()}, {sys.platform}, command: {app.command or '-'}",
        "Frames only: messages and values are left out, because they may hold data or a secret.",
    ]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"\n{type(seen).__module__}.{type(seen).__qualname__}")
        frames = traceback.extract_tb(seen.__traceback__)
        lines += [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines) + "\n"


def _short(filename: str) -> str:
    """Return a file's name from its package on: where pmbridge is installed is nobody's business."""
    parts = Path(filename).parts
    for at, part in enumerate(parts):
        if part in _OURS or part.startswith("pmbridge_") or part == "site-packages":
            return "/".join(parts[at:])
    return parts[-1]
