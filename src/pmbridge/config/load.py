"""Finding and reading ``pmbridge.toml``: every fault at once, with the key that was probably meant."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ValidationError

from pmbridge.adapter import Adapter, ConnectionSettings
from pmbridge.adapter.registry import load as load_adapter
from pmbridge.config.copies import copy_faults
from pmbridge.config.faults import Fault, of_validation, unknown_key, unknown_value
from pmbridge.config.model import NAME_PATTERN, Agency, Raw, SyncLimits, WorkspaceConfig, WorkspaceTable
from pmbridge.config.people import people_faults
from pmbridge.domain.mapping import EngagementConfig
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, UnknownAdapter
from pmbridge.secrets import Reference
from pmbridge.values import Label

FILE_NAME = "pmbridge.toml"
_TABLES = ("workspace", "agency", "connections", "engagements", "sync")
M = TypeVar("M", bound=BaseModel)


def find_config(
    path: str | os.PathLike[str] | None = None, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Path:
    """Return the absolute path of the workspace's ``pmbridge.toml``.

    Looked for in *path* (the file or its folder), ``PMBRIDGE_CONFIG``, the working folder and those above it, and the
    person's configuration folder; the first two are meant as they stand, so a missing file there is an error.

    Raises:
        ConfigError: ``config-missing``.
    """
    env = os.environ if env is None else env
    here = (cwd or Path.cwd()).absolute()
    if named := path or env.get("PMBRIDGE_CONFIG"):
        file = config_path(named, here)
        if not file.is_file():
            raise ConfigError("config-missing", folder=str(file.parent))
        return file
    personal = platformdirs.user_config_path("pmbridge", appauthor=False) / FILE_NAME
    for file in (*(folder / FILE_NAME for folder in (here, *here.parents)), personal):
        if file.is_file():
            return file
    raise ConfigError("config-missing", folder=str(here))


def config_path(path: str | os.PathLike[str], cwd: Path) -> Path:
    """Return the file that *path*, a file or a folder, means; it need not exist."""
    file = cwd / Path(path).expanduser()
    return file if file.is_file() or (file.suffix == ".toml" and not file.is_dir()) else file / FILE_NAME


def load_config(path: str | os.PathLike[str]) -> WorkspaceConfig:
    """Read and check the configuration at *path*, with the installed adapters and the files that it names.

    No request is made and no secret read.

    Raises:
        ConfigError: ``config-invalid`` with all faults, or ``config-missing``.
    """
    file = Path(path).absolute()
    try:
        content = file.read_bytes()
    except OSError as exc:
        if isinstance(exc, FileNotFoundError):
            raise ConfigError("config-missing", folder=str(file.parent)) from None
        said = system_words(exc)
        raise invalid(
            file, [Fault(where="", text=Label(en=f"cannot be read: {said.en}", zh=f"无法读取：{said.zh}"))]
        ) from None
    try:
        raw = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise invalid(file, [Fault(where="", text=Label(en="is not UTF-8 text", zh="不是 UTF-8 文本"))]) from None
    except tomllib.TOMLDecodeError as exc:
        # The parser quotes at most one sign of the file.
        text = Label(en=f"not TOML: {exc}", zh=f"不是 TOML：{exc}")
        raise invalid(file, [Fault(where="", text=text)]) from None
    return check(raw, file)


def check(raw: Raw, file: Path) -> WorkspaceConfig:
    """Return what *raw*, the parsed *file*, says.

    Raises:
        ConfigError: ``config-invalid`` with all faults.
    """
    faults = [unknown_key(key, key, _TABLES) for key in raw if key not in _TABLES]
    workspace = _table(WorkspaceTable, raw, ("workspace",), faults)
    agency = _table(Agency, raw, ("agency",), faults)
    limits = _table(SyncLimits, raw, ("sync",), faults)
    connections = _connections(_tables(raw, "connections", faults), file.parent, faults)
    engagements = _engagements(_tables(raw, "engagements", faults), _tables(raw, "connections", []), faults)
    config = WorkspaceConfig(
        file=file,
        workspace=workspace or WorkspaceTable(),
        agency=agency or Agency(),
        connections=connections,
        engagements=engagements,
        sync=limits or SyncLimits(),
    )
    if (logo := config.agency.logo) and not config.path(logo).is_file():
        faults.append(_no_file("agency.logo", logo))
    if faults:
        raise invalid(file, faults)
    return config


def invalid(file: Path, faults: Sequence[Fault]) -> ConfigError:
    """Return the error that lists all *faults* of *file*."""
    return ConfigError(
        "config-invalid",
        n=len(faults),
        count="1 fault" if len(faults) == 1 else f"{len(faults)} faults",
        file=str(file),
        problems=" · ".join(one.in_("en") for one in faults),
        problems_zh=" · ".join(one.in_("zh") for one in faults),
        faults=tuple(one.in_("en") for one in faults),
        faults_zh=tuple(one.in_("zh") for one in faults),
    )


def _table(model: type[M], raw: Raw, at: tuple[str | int, ...], faults: list[Fault]) -> M | None:
    table: Any = raw
    for step in at:
        table = table.get(step, {})
    return _read(model, table, at, faults)


def _read(model: type[M], table: object, at: tuple[str | int, ...], faults: list[Fault]) -> M | None:
    try:
        return model.model_validate(table)
    except ValidationError as exc:
        faults += of_validation(exc, model, table, at)
        return None


def _tables(raw: Raw, key: str, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    found = raw.get(key, {})
    if not isinstance(found, dict):
        faults.append(Fault(where=key, text=Label(en="needs a table", zh="应为表")))
        return {}
    tables: dict[str, dict[str, Any]] = {}
    for name, table in found.items():
        where = f"{key}.{name}"
        if not isinstance(table, dict):
            faults.append(Fault(where=where, text=Label(en="needs a table", zh="应为表")))
            continue
        if not re.match(NAME_PATTERN, name):
            faults.append(
                Fault(
                    where=where,
                    text=Label(
                        en="is no name: lower-case letters, digits and hyphens, a letter first",
                        zh="名称不合规定：小写字母开头，只含小写字母、数字和连字符",
                    ),
                )
            )
        tables[name] = table
    return tables


def _connections(
    tables: Mapping[str, dict[str, Any]], folder: Path, faults: list[Fault]
) -> dict[str, ConnectionSettings]:
    settings: dict[str, ConnectionSettings] = {}
    for name, table in tables.items():
        where = f"connections.{name}"
        faults += _secrets_in(table, where)
        adapter = _adapter(table.get("adapter"), f"{where}.adapter", faults)
        if adapter is None:
            continue
        checked = {key: value for key, value in table.items() if key != "secret" or _is_reference(value)}
        if read := _read(adapter.Settings, checked, ("connections", name), faults):
            settings[name] = _with_bundle(read, folder, f"{where}.ca_bundle", faults)
    return settings


def _with_bundle(settings: ConnectionSettings, folder: Path, where: str, faults: list[Fault]) -> ConnectionSettings:
    """Return *settings* with the path of its CA file absolute, because nobody further on knows the folder."""
    if settings.ca_bundle is None:
        return settings
    path = (folder / Path(settings.ca_bundle).expanduser()).absolute()
    if not path.exists():
        faults.append(_no_file(where, settings.ca_bundle))
    return settings.model_copy(update={"ca_bundle": str(path)})


def _no_file(where: str, named: str) -> Fault:
    return Fault(where=where, text=Label(en=f'names no file: "{named}"', zh=f"没有文件「{named}」"))


def _adapter(kind: object, where: str, faults: list[Fault]) -> type[Adapter[Any]] | None:
    if not isinstance(kind, str):
        faults.append(Fault(where=where, text=Label(en="is missing", zh="缺少")))
        return None
    try:
        return load_adapter(kind)
    except ConfigError as exc:
        if exc.name == UnknownAdapter.default_name:
            known = [one for one in str(exc.facts.get("known", "")).split(", ") if one]
            faults.append(unknown_value(where, kind, known))
        else:
            faults.append(Fault(where=where, text=Label(en=exc.text("en"), zh=exc.text("zh"))))
        return None


def _is_reference(value: object) -> bool:
    try:
        Reference.parse(value)  # type: ignore[arg-type]
    except (ValueError, AttributeError, TypeError):
        return False
    return True


def _secrets_in(table: Mapping[str, Any], where: str) -> list[Fault]:
    """Return the faults of a connection that holds a secret instead of naming its place; none quotes it."""
    faults = []
    if "secret" in table:
        try:
            Reference.parse(table["secret"])
        except ValueError as exc:
            faults.append(Fault(where=f"{where}.secret", text=exc.args[0]))
        except (AttributeError, TypeError):
            faults.append(Fault(where=f"{where}.secret", text=Label(en="needs a text", zh="应为文字")))
    for key in ("base_url", "proxy"):
        value = table.get(key)
        if isinstance(value, str) and "@" in urlsplit(value if "//" in value else f"//{value}").netloc:
            faults.append(
                Fault(
                    where=f"{where}.{key}",
                    text=Label(
                        en="holds a user or password; this file never holds a secret",
                        zh="含有用户名或密码；此文件不放任何密钥",
                    ),
                )
            )
    return faults


def _engagements(
    tables: Mapping[str, dict[str, Any]], connections: Mapping[str, object], faults: list[Fault]
) -> dict[str, EngagementConfig]:
    engagements: dict[str, EngagementConfig] = {}
    for name, table in tables.items():
        if read := _read(EngagementConfig, table, ("engagements", name), faults):
            engagements[name] = read
        # Looked up in what is written, so that a fault elsewhere in the engagement does not hide this one.
        sources = table.get("sources", [])
        for at, source in enumerate(sources if isinstance(sources, list) else []):
            named = source.get("connection") if isinstance(source, dict) else None
            if isinstance(named, str) and named not in connections:
                where = f"engagements.{name}.sources[{at}].connection"
                faults.append(unknown_value(where, named, list(connections)))
        faults += people_faults(table, f"engagements.{name}")
        faults += copy_faults(table, f"engagements.{name}")
    return engagements
