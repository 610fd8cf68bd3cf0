"""The configuration: one ``pmbridge.toml`` that says where to look and how to read."""

from typing import TYPE_CHECKING

from pmbridge.config.faults import Fault
from pmbridge.config.load import FILE_NAME, check, config_path, find_config, load_config
from pmbridge.config.model import (
    NAME_PATTERN,
    Agency,
    SyncLimits,
    WorkspaceConfig,
    WorkspaceTable,
    store_url,
)

if TYPE_CHECKING:
    from pmbridge.config.connecting import Connecting, Trial
    from pmbridge.config.file import ConfigFile, Noted, make_workspace
    from pmbridge.config.zone import machine_zone

__all__ = [
    "FILE_NAME",
    "NAME_PATTERN",
    "Agency",
    "ConfigFile",
    "Connecting",
    "Fault",
    "Noted",
    "SyncLimits",
    "Trial",
    "WorkspaceConfig",
    "WorkspaceTable",
    "check",
    "config_path",
    "find_config",
    "load_config",
    "machine_zone",
    "make_workspace",
    "store_url",
]

_FOR_EDITORS = {
    "ConfigFile": "file",
    "Connecting": "connecting",
    "Noted": "file",
    "Trial": "connecting",
    "machine_zone": "zone",
    "make_workspace": "file",
}


def __getattr__(name: str) -> object:
    # Only who writes a configuration needs the editor and the questions; who reads one should not pay for them.
    if name in _FOR_EDITORS:
        from importlib import import_module

        return getattr(import_module(f"pmbridge.config.{_FOR_EDITORS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
