"""Editing ``pmbridge.toml`` as a person would: comments, order and everything not asked for stay."""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AbstractTable, AoT, Item, KeyType, SingleKey, Table

from pmbridge.config.load import FILE_NAME, check
from pmbridge.config.model import WorkspaceConfig
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, Refused

_IGNORED = ("data/", "reports/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A value and the comment that stands behind it: an id, and its name for people."""

    value: Any
    note: str = ""


class ConfigFile:
    """The text of one ``pmbridge.toml`` under edit. Nothing is on disk before :meth:`save`."""

    def __init__(self, path: Path, text: str, *, exists: bool) -> None:
        self.path = path
        self._before = text if exists else ""
        self._exists = exists
        self._document = tomlkit.parse(text)

    @classmethod
    def open(cls, path: Path) -> ConfigFile:
        """Read the file at *path*, which must be TOML; its faults of meaning do not hinder an edit."""
        return cls(path, path.read_bytes().decode("utf-8-sig"), exists=True)

    @classmethod
    def new(cls, path: Path, *, language: str, timezone: str) -> ConfigFile:
        """Start a workspace's file at *path*."""
        text = (
            "# pmbridge: where to look and how to read. No secret belongs in here; it may go into version control.\n"
            "\n"
            "[workspace]\n"
            'store = "sqlite:///data/pmbridge.db"\n'
            f"language = {tomlkit.item(language).as_string()}\n"
            f"timezone = {tomlkit.item(timezone).as_string()}\n"
        )
        return cls(path, text, exists=False)

    @property
    def text(self) -> str:
        """The text as it would be written."""
        return _aired(tomlkit.dumps(self._document), self._before)

    def checked(self) -> WorkspaceConfig:
        """Return what the edited text says.

        Raises:
            ConfigError: ``config-invalid`` with all faults.
        """
        return check(tomllib.loads(self.text), self.path)

    def get(self, *path: str) -> Any:
        """Return the plain value at *path*, ``None`` if there is none."""
        here: Any = self._document
        for step in path:
            if not isinstance(here, Mapping) or step not in here:
                return None
            here = here[step]
        return here.unwrap() if isinstance(here, Item) else here

    def set(self, path: Sequence[str], value: Any) -> None:
        """Set one key; tables on the way are made."""
        parent = self._parent(path[:-1])
        _assign(parent, path[-1], value)

    def remove(self, *path: str) -> bool:
        """Take away the key or table at *path*; return whether it was there."""
        here: Any = self._document
        for step in path[:-1]:
            if not isinstance(here, Mapping) or step not in here:
                return False
            here = here[step]
        if path[-1] not in here:
            return False
        here.remove(path[-1])
        return True

    def put(self, path: Sequence[str], table: Mapping[str, Any]) -> None:
        """Make the table at *path* say *table*; what it already says the same way stays untouched.

        A value may be a :class:`Noted`. Keys that *table* does not have are taken away.
        """
        self._merge(self._parent(path[:-1]), path[-1], table)

    def diff(self) -> list[str]:
        """Return the changed lines, ``+`` and ``-``, without the unchanged ones."""
        lines = difflib.unified_diff(self._before.splitlines(), self.text.splitlines(), lineterm="", n=0)
        return [line for line in list(lines)[2:] if line[:1] in "+-"]  # the first two name the files

    def save(self) -> None:
        """Write the file (0600) in one step.

        Raises:
            Refused: somebody else has changed it since it was read.
            ConfigError: the system does not let it be written.
        """
        text = self.text
        with _writing(self.path):
            self._require_unmoved()
            with _replacing(self.path) as file:
                file.write(text.encode())
        self._before, self._exists = text, True

    def _require_unmoved(self) -> None:
        present = None
        with contextlib.suppress(FileNotFoundError):
            present = self.path.read_bytes().decode("utf-8-sig")
        if present != (self._before if self._exists else None):
            raise Refused(
                "refused",
                detail=f"{self.path} was changed while pmbridge was editing it. Nothing was written.",
                detail_zh=f"{self.path} 在编辑期间被改动，未写入任何内容。",
                command="pmbridge doctor",
            )

    # -- the document

    def _parent(self, path: Sequence[str]) -> Any:
        here: Any = self._document
        for step in path:
            if step not in here:
                here.append(step, tomlkit.table(is_super_table=True))
            here = here[step]
            if not isinstance(here, Mapping):
                raise ConfigError(
                    "refused",
                    detail=f"{'.'.join(path)} in {self.path} is no table.",
                    detail_zh=f"{self.path} 中的 {'.'.join(path)} 不是表。",
                    command="pmbridge doctor",
                )
        return here

    def _merge(self, parent: Any, key: str, table: Mapping[str, Any]) -> None:
        present = parent.get(key)
        if isinstance(present, AbstractTable):
            self._merge_into(present, table)
            return
        if key in parent:
            parent.remove(key)
        parent.append(key, _table(table))

    def _merge_into(self, present: AbstractTable, table: Mapping[str, Any]) -> None:
        for gone in [one for one in present if one not in table]:
            present.remove(gone)
        for name, value in table.items():
            held = present.get(name)
            if isinstance(value, Mapping) and isinstance(held, AbstractTable):
                self._merge(present, name, value)
            elif isinstance(held, AoT) and _is_tables(value):
                self._merge_list(held, value)
            else:
                _assign(present, name, value)

    def _merge_list(self, present: AoT, tables: Sequence[Mapping[str, Any]]) -> None:
        del present[len(tables) :]
        for at, table in enumerate(tables):
            if at < len(present):
                self._merge_into(present[at], table)
            else:
                present.append(_table(table))


def _aired(text: str, before: str) -> str:
    """Return *text* with a blank line above each table that an edit has moved close to another one."""
    old = before.split("\n")
    close = set(itertools.pairwise(old))
    lines: list[str] = []
    for line in text.split("\n"):
        above = lines[-1] if lines else ""
        if line.startswith("[") and above.strip() and not above.startswith("#") and (above, line) not in close:
            lines.append("")
        lines.append(line)
    aired = "\n".join(lines)
    return aired if tomllib.loads(aired) == tomllib.loads(text) else text


def _plain(value: Any) -> Any:
    """Return *value* without notes, as TOML holds it."""
    if isinstance(value, Noted):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _assign(table: Any, key: str, value: Any) -> None:
    if key in table:
        present = table[key]
        held = present.unwrap() if isinstance(present, Item) else present
        if _plain(value) in (held, [held]):  # where a list is allowed, one may stand alone
            return
        if not isinstance(_plain(value), Mapping | list) and not isinstance(present, AbstractTable | AoT):
            fresh = _item(value)
            old = _item_at(table, key).trivia
            if not fresh.trivia.comment:
                fresh.trivia.comment, fresh.trivia.comment_ws = old.comment, old.comment_ws
            table[key] = fresh
            return
        table.remove(key)
    table.append(_key(key), _item(value))


def _item_at(table: Any, key: str) -> Item:
    # Asked for a key, tomlkit gives booleans without what stands around them.
    container = table.value if isinstance(table, AbstractTable) else table
    found: Any = container.item(key)
    item: Item = found
    return item


def _item(value: Any) -> Item:
    note = value.note if isinstance(value, Noted) else ""
    inner = value.value if isinstance(value, Noted) else value
    if isinstance(inner, Mapping):
        if note or _is_small(inner):
            made: Item = tomlkit.inline_table()
            made.update(_plain(inner))  # type: ignore[attr-defined]
        else:
            made = _table(inner)
    elif _is_tables(inner):
        made = tomlkit.aot()
        for one in inner:
            made.append(_table(one))
    elif isinstance(inner, str) and "\\" in inner and "'" not in inner and inner.isprintable():
        made = tomlkit.string(inner, literal=True)  # a regular expression as it is meant
    else:
        made = tomlkit.item(_plain(inner))
    if note := _one_line(note):
        made.comment(note)
        made.trivia.comment_ws = "  "
    return made


def _one_line(note: str) -> str:
    """Return *note* fit for a comment: it may be a remote name, which must not begin a line of its own."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in note).split())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _is_small(table: Mapping[str, Any]) -> bool:
    """Whether *table* reads well on one line: no notes, no tables in it, few keys."""
    return len(table) <= 4 and all(isinstance(one, str | int | float | bool | date | Decimal) for one in table.values())


def _table(table: Mapping[str, Any]) -> Item:
    """Return *table* as TOML: plain keys first, then tables, then lists of tables, as TOML wants it."""
    made = tomlkit.table()
    items = {key: _item(value) for key, value in table.items()}
    for nested in (False, True):
        for key, item in items.items():
            if isinstance(item, AoT | Table) is nested:
                made.append(_key(key), item)
    return made


def _key(key: str) -> SingleKey:
    # Ids in quotes: a bare number on the left of a sign looks like a mistake.
    return SingleKey(key, KeyType.Basic if key.isdigit() else None)


# -- the folder


def make_workspace(file: ConfigFile) -> list[str]:
    """Write *file* and make the rest of its workspace; return what is new, relative to the folder.

    ``data/`` and ``reports/`` are for their owner only; ``.gitignore`` keeps both out of version control.
    """
    folder = file.path.parent
    made = [] if file.path.exists() else [file.path.name]
    file.save()
    with _writing(folder):
        for name in _IGNORED:
            if not (folder / name).is_dir():
                (folder / name).mkdir(mode=0o700)
                made.append(name)
        ignore = folder / ".gitignore"
        present = ignore.read_text(encoding="utf-8").splitlines() if ignore.exists() else []
        if missing := [name for name in _IGNORED if name not in present]:
            made += [] if present else [ignore.name]
            with _replacing(ignore) as out:
                out.write("".join(f"{line}\n" for line in (*present, *missing)).encode())
    return made


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence; the folder of *path* is made, for its owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as exc:
        raise ConfigError(
            "refused",
            detail=f"{path} cannot be written: {system_words(exc).en}.",
            detail_zh=f"无法写入 {path}：{system_words(exc).zh}。",
            command="pmbridge doctor",
        ) from None


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Any]:
    """Give a file that takes *path*'s place, 0600, once all is written."""
    target = path.resolve()  # a link stays a link: the file that it points to is the one that people keep
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


__all__ = ["FILE_NAME", "ConfigFile", "Noted", "make_workspace"]
