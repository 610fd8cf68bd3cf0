"""Words of the command line in both languages, and how dates, ages and counts are written on a screen.

Imported by ``pmbridge --help``, so it imports nothing of the library, and not pathlib, which alone would cost as much
as everything else here.
"""
# ruff: noqa: PTH111, PTH112, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import NamedTuple, Protocol


class Said(Protocol):
    """A text in both languages: :class:`Both` here, ``pmbridge.values.Label`` in the library."""

    def in_(self, language: str) -> str:
        """Return the Chinese text for ``zh`` and ``zh-*``, the English one otherwise."""
        ...


class Both(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def in_(self, language: str) -> str:
        """Return the Chinese text for ``zh`` and ``zh-*``, the English one otherwise."""
        return self.zh if language.startswith("zh") else self.en

    def filled(self, **facts: object) -> Both:
        """Return the text with its ``{facts}``; a fact that is itself a :class:`Both` is taken per language."""
        return Both(
            self.en.format(**{key: _side(value, "en") for key, value in facts.items()}),
            self.zh.format(**{key: _side(value, "zh") for key, value in facts.items()}),
        )


def _side(value: object, language: str) -> object:
    return value.in_(language) if hasattr(value, "in_") else value


def same(text: str) -> Both:
    """Return *text* for both languages: a command, a name, an address."""
    return Both(text, text)


# ------------------------------------------------------------------------------------------------- the language

_FILE = "pmbridge.toml"
_LANGUAGE_LINE = re.compile(r'^\s*language\s*=\s*"(zh-CN|en)"', re.MULTILINE)
_TABLE = re.compile(r"^\s*\[workspace\]\s*$(.*?)(?=^\s*\[|\Z)", re.MULTILINE | re.DOTALL)


def normal(language: str) -> str:
    """Return ``"zh-CN"`` for anything that begins with zh, ``"en"`` for the rest (C and POSIX among it)."""
    return "zh-CN" if language.lower().startswith("zh") else "en"


def language_of(option: str | None, config: str | None, env: Mapping[str, str], cwd: str) -> str:
    """Return the language of the screens: option, ``PMBRIDGE_LANG``, the workspace's file, the locale, the system.

    The file is searched for one line and not parsed: errors about the file need a language too, and help must not
    pay for a parser.
    """
    for given in (option, env.get("PMBRIDGE_LANG"), _of_file(config or env.get("PMBRIDGE_CONFIG"), cwd)):
        if given:
            return normal(given)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if env.get(variable):
            return normal(env[variable])
    return normal(_of_windows()) if os.name == "nt" else "en"


def _of_file(named: str | None, cwd: str) -> str | None:
    for file in _candidates(named, cwd):
        try:
            with open(file, encoding="utf-8", errors="replace") as opened:
                text = opened.read()
        except OSError:
            continue
        table = _TABLE.search(text)
        found = _LANGUAGE_LINE.search(table[1]) if table else None
        return found[1] if found else None
    return None


def _candidates(named: str | None, cwd: str) -> list[str]:
    if named:
        path = os.path.join(cwd, os.path.expanduser(named))
        return [os.path.join(path, _FILE) if os.path.isdir(path) else path]
    folders = [cwd]
    while os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return [os.path.join(folder, _FILE) for folder in folders]


def _of_windows() -> str:
    import ctypes  # only there
    import locale

    windows = getattr(ctypes, "windll", None)
    return locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "") if windows else ""


# ---------------------------------------------------------------------------------------- dates, ages and counts

_WEEKDAYS = Both("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日")
_ZONES = {"Asia/Shanghai": Both("Beijing time", "北京时间")}
UNKNOWN = Both("unknown", "未知")
NOTHING_TO_DO = Both("Nothing needs you.", "无需您处理。")
NEXT = Both("Next: {command}", "下一步：{command}")


def day(on: date, today: date) -> str:
    """Return an ISO day, without the year when it is the present one: ``06-05``."""
    return f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"


def weekday(on: date) -> Both:
    """Return the day of the week: ``Fri``, ``周五``."""
    return Both(_WEEKDAYS.en.split()[on.weekday()], _WEEKDAYS.zh.split()[on.weekday()])


def moment(at: datetime, zone: tzinfo | None, now: datetime) -> str:
    """Return *at* in *zone* (``None``: the machine's), as ``18:00`` when it is today and ``06-04 17:30`` else."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{day(local.date(), today)} {local:%H:%M}"


def zone_name(name: str) -> Both:
    """Return what people call the zone *name*."""
    return _ZONES.get(name, same(name))


def late(working_days: int) -> Both:
    """Return an age: ``2 working days late``."""
    unit = "working day" if working_days == 1 else "working days"
    return Both(f"{working_days} {unit} late", f"晚 {working_days} 个工作日")


def slip(working_days: int) -> Both:
    """Return a difference of dates in a table cell: ``late 2``, ``early 1``, ``0``."""
    if working_days == 0:
        return same("0")
    word = Both("late", "晚") if working_days > 0 else Both("early", "早")
    return Both(f"{word.en} {abs(working_days)}", f"{word.zh} {abs(working_days)}")


def counted(number: int, singular: str, plural: str, zh: str) -> Both:
    """Return a number with its unit: ``1 problem``, ``2 problems``, ``2 个问题``; *zh* begins with its blank."""
    return Both(f"{number:,} {singular if number == 1 else plural}", f"{number:,}{zh}")


def joined(parts: list[Both], en: str = ", ", zh: str = "、") -> Both:
    """Return *parts* in one text."""
    return Both(en.join(one.en for one in parts), zh.join(one.zh for one in parts))
