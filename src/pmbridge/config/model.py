"""What ``pmbridge.toml`` says, as frozen values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from pmbridge.adapter import ConnectionSettings
from pmbridge.domain.mapping import EngagementConfig, Model, Words, known_zone
from pmbridge.errors import ConfigError
from pmbridge.values import Label

NAME_PATTERN = r"^[a-z][a-z0-9-]*$"
"""Names of connections and engagements: they stand in commands, in variables and in file names."""

Seconds = Annotated[float, Field(gt=0)]


class WorkspaceTable(Model):
    """``[workspace]``. ``language`` is that of screens and mails, ``user`` the person who types.

    ``email`` is where a client's answers go.
    """

    store: str = "sqlite:///data/pmbridge.db"
    """A SQLAlchemy URL of SQLite or PostgreSQL, or ``env:NAME`` for a variable that holds one."""
    language: Literal["zh-CN", "en"] | None = None
    timezone: Annotated[str, AfterValidator(known_zone)] = "Asia/Shanghai"
    user: str | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None

    @field_validator("store")
    @classmethod
    def _store_is_usable(cls, value: str) -> str:
        if value.startswith("env:"):
            return value
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+")):
            raise ValueError(
                Label(
                    en='must begin with "sqlite:///", "postgresql://" or "env:"',
                    zh="必须以 sqlite:///、postgresql:// 或 env: 开头",
                )
            )
        if value.startswith("postgresql") and urlsplit(value).password:
            raise ValueError(
                Label(
                    en="holds a password; put the whole address into a variable and write env:NAME",
                    zh="含有密码；请把整个地址放进环境变量，这里写 env:变量名",
                )
            )
        return value


class Agency(Model):
    """``[agency]``: who sends the report. ``logo`` is a file, relative to the folder; ``colour`` is ``#rrggbb``."""

    name: Words = ""
    logo: str | None = None
    colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None


class SyncLimits(Model):
    """``[sync]``: time limits in seconds, for those whom a default does not suit."""

    lease_ttl: Seconds = 180
    """A connection is taken over when its owner has not reported for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceConfig:
    """One ``pmbridge.toml``, checked whole. Connections and engagements in the file's order."""

    file: Path
    workspace: WorkspaceTable
    agency: Agency
    connections: Mapping[str, ConnectionSettings]
    engagements: Mapping[str, EngagementConfig]
    sync: SyncLimits

    @property
    def folder(self) -> Path:
        """The folder from which relative paths of the file count."""
        return self.file.parent

    def path(self, written: str) -> Path:
        """Return the absolute path of a file that the configuration names."""
        return (self.folder / Path(written).expanduser()).absolute()


def store_url(config: WorkspaceConfig, env: Mapping[str, str] | None = None) -> str:
    """Return the store's SQLAlchemy URL with the path of a SQLite file absolute.

    Raises:
        ConfigError: ``store`` names a variable (of *env*, default the process's) that is not set.
    """
    url = config.workspace.store
    if url.startswith("env:"):
        name = url.removeprefix("env:")
        url = (os.environ if env is None else env).get(name, "").strip()
        if not url:
            raise ConfigError(
                "refused",
                detail=f"workspace.store is read from {name}, which is not set.",
                detail_zh=f"workspace.store 取自环境变量 {name}，但它没有设置。",
                command="pmbridge doctor",
            )
    scheme, separator, rest = url.partition(":///")
    if not separator or not scheme.startswith("sqlite") or rest.startswith((":memory:", "file:")) or not rest:
        return url
    return f"{scheme}:///{config.path(rest)}"


Raw = Mapping[str, Any]
"""A TOML table as read."""
