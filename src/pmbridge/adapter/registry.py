"""Which adapters and sandboxes are installed: entry points, for our own and for anybody's alike.

A plugin that is broken, made for another contract or not alone under its name is listed with the reason. It never
stops the others, and nothing of it is loaded before somebody asks for it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, TypeVar

from pmbridge.adapter.base import API_VERSION, Adapter, ConnectionSettings
from pmbridge.errors import ConfigError, UnknownAdapter

ADAPTERS = "pmbridge.adapters"
SANDBOXES = "pmbridge.sandboxes"
OURS = "pmbridge"
"""The distribution whose plugins win when a name is taken twice."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One installed adapter: ``adapter``, or the ``error`` that keeps it from being used."""

    name: str
    distribution: str
    version: str
    adapter: type[Adapter[Any]] | None = None
    error: ConfigError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPlugin:
    """One installed sandbox, a class of :mod:`pmbridge.testing.sandbox`, or the ``error`` that stands in its way."""

    name: str
    distribution: str
    version: str
    sandbox: type[Any] | None = None
    error: ConfigError | None = None


def available() -> list[Plugin]:
    """Return every installed adapter, loaded, by name; empty if there is none. Raises nothing about a plugin."""
    plugins = []
    for one in _found(ADAPTERS):
        adapter, error = _tried(one, _checked_adapter)
        plugins.append(
            Plugin(name=one.name, distribution=one.distribution, version=one.version, adapter=adapter, error=error)
        )
    return plugins


def load(name: str) -> type[Adapter[Any]]:
    """Return the adapter registered under *name*; no other plugin is loaded.

    Raises:
        UnknownAdapter: not installed; or installed and unusable (error ``adapter-broken``), with the reason.
    """
    return _loaded(name, ADAPTERS, _checked_adapter)


def available_sandboxes() -> list[SandboxPlugin]:
    """Return every installed sandbox, loaded, by name; empty if there is none. Raises nothing about a plugin."""
    plugins = []
    for one in _found(SANDBOXES):
        sandbox, error = _tried(one, _checked_sandbox)
        plugins.append(
            SandboxPlugin(
                name=one.name, distribution=one.distribution, version=one.version, sandbox=sandbox, error=error
            )
        )
    return plugins


def load_sandbox(name: str) -> type[Any]:
    """Return the sandbox registered under *name*.

    Raises:
        UnknownAdapter: not installed, or unusable.
        ConfigError: the extra ``sandbox`` is not installed (error ``extra-missing``).
    """
    return _loaded(name, SANDBOXES, _checked_sandbox)


# ---------------------------------------------------------------------------------------------- finding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    name: str
    distribution: str
    version: str
    entry: EntryPoint
    rivals: tuple[str, ...] = ()
    """Distributions on account of which this one is not used."""


def _found(group: str) -> list[_Found]:
    """Return what is installed in *group*, by name and distribution, without importing any of it."""
    return _installed(group, tuple(sys.path), entry_points)


@lru_cache(maxsize=8)
def _installed(group: str, path: tuple[str, ...], every: Callable[..., EntryPoints]) -> list[_Found]:  # noqa: ARG001
    # Opens a file of every distribution on *path*, and every connection of a sync asks.
    read = (_read(entry) for entry in every(group=group))
    # While a distribution is being installed anew its metadata can be there twice; it is no rival of itself.
    all_found = sorted({_order(one): one for one in read}.values(), key=_order)
    return [_ranked(one, [other for other in all_found if other.name == one.name]) for one in all_found]


def _read(entry: EntryPoint) -> _Found:
    distribution = entry.dist
    name = (distribution.name if distribution is not None else None) or "?"
    version = (distribution.version if distribution is not None else None) or "?"
    return _Found(name=entry.name, distribution=name, version=version, entry=entry)


def _order(found: _Found) -> tuple[str, str, str]:
    return found.name, found.distribution, found.entry.value


def _ranked(one: _Found, same_name: Iterable[_Found]) -> _Found:
    others = [other for other in same_name if other is not one]
    if not others or (one.distribution == OURS and all(other.distribution != OURS for other in others)):
        return one
    return replace(one, rivals=tuple(other.distribution for other in others))


def _loaded(name: str, group: str, check: Callable[[_Found, object], T]) -> T:
    all_found = _found(group)
    named = [one for one in all_found if one.name == name]
    if not named:
        known = ", ".join(sorted({one.name for one in all_found}))
        raise UnknownAdapter(adapter=name, known=known)
    usable = [one for one in named if not one.rivals] or named
    thing, error = _tried(usable[0], check)
    if error is not None or thing is None:
        raise error or UnknownAdapter(adapter=name)
    return thing


# ---------------------------------------------------------------------------------------------- loading


def _tried(found: _Found, check: Callable[[_Found, object], T]) -> tuple[T | None, ConfigError | None]:
    """Return the thing, or why it cannot be used."""
    if found.rivals:
        others = ", ".join(found.rivals)
        return None, _broken(found, f"the name is taken, by {others}", f"名称已被 {others} 占用")
    try:
        return check(found, found.entry.load()), None
    except ConfigError as error:
        return None, error
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "werkzeug":
            return None, ConfigError("extra-missing", what="The sandbox", what_zh="本地模拟服务", extra="sandbox")
        return None, _failed(found, error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code may raise anything when imported
        return None, _failed(found, error)


def _failed(found: _Found, error: BaseException) -> ConfigError:
    # The text is a stranger's; the first line is what helps.
    said = (str(error).splitlines() or [""])[0][:200]
    why = f"{type(error).__name__}: {said}" if said else type(error).__name__
    broken = _broken(found, f"it does not load ({why})", f"无法加载（{why}）")
    broken.__cause__ = error
    return broken


def _broken(found: _Found, en: str, zh: str) -> UnknownAdapter:
    return UnknownAdapter(
        "adapter-broken",
        adapter=found.name,
        distribution=found.distribution,
        version=found.version,
        detail=en,
        detail_zh=zh,
    )


def _checked_adapter(found: _Found, thing: object) -> type[Adapter[Any]]:
    if not (isinstance(thing, type) and issubclass(thing, Adapter)):
        raise _broken(found, "it is no subclass of pmbridge.adapter.Adapter", "不是 pmbridge.adapter.Adapter 的子类")
    if thing.api_version != API_VERSION:
        asked = f"{thing.api_version!r}"
        raise _broken(
            found,
            f"it is made for version {asked} of the contract, this pmbridge has {API_VERSION}",
            f"它按第 {asked} 版约定编写，本版 pmbridge 是第 {API_VERSION} 版",
        )
    if lacking := _lacking(thing):
        raise _broken(found, f"it lacks {', '.join(lacking)}", f"缺少 {'、'.join(lacking)}")
    if thing.kind != found.name:
        raise _broken(found, f"it calls itself {thing.kind!r}", f"它自称 {thing.kind!r}")
    return thing


def _lacking(adapter: type[Adapter[Any]]) -> list[str]:
    attributes = [name for name in ("kind", "title", "Settings", "kinds") if not hasattr(adapter, name)]
    settings = getattr(adapter, "Settings", None)
    if settings is not None and not (isinstance(settings, type) and issubclass(settings, ConnectionSettings)):
        attributes.append("Settings")
    methods = sorted(adapter.__abstractmethods__) if inspect.isabstract(adapter) else []
    if adapter.describe is Adapter.describe and adapter.describe_all is Adapter.describe_all:
        methods.append("describe")  # each would call the other for ever
    return attributes + methods


def _checked_sandbox(found: _Found, thing: object) -> type[Any]:
    if not isinstance(thing, type):
        raise _broken(found, "it is no class", "不是类")
    return thing
