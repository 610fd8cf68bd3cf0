"""The machine's time zone by its name: a new workspace writes it down once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

CHINA = "Asia/Shanghai"
_NO_PLACE = {"UTC", "Etc/UTC", "Universal", "Zulu", "Etc/Universal", "Etc/Zulu", "GMT", "Etc/GMT"}


def machine_zone(language: str, env: Mapping[str, str] | None = None, etc: Path = Path("/etc")) -> str:
    """Return an IANA name: ``TZ``, else what the system is set to.

    Servers and containers stand on UTC, where no project lives, and some systems do not tell a name: then China for a
    Chinese screen, else UTC.
    """
    env = os.environ if env is None else env
    for name in (env.get("TZ", "").lstrip(":"), _linked(etc / "localtime"), _written(etc / "timezone")):
        if name and name not in _NO_PLACE and _exists(name):
            return name
    return CHINA if language.startswith("zh") else "UTC"


def _linked(localtime: Path) -> str:
    try:
        target = localtime.resolve(strict=True).as_posix()
    except OSError:
        return ""
    return target.partition("/zoneinfo/")[2].removeprefix("posix/")


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
