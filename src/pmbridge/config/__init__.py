"""The configuration: one ``pmbridge.toml`` that says where to look and how to read."""

from pmbridge.config.faults import Fault
from pmbridge.config.file import ConfigFile, Noted, make_workspace
from pmbridge.config.load import FILE_NAME, check, config_path, find_config, load_config
from pmbridge.config.model import (
    NAME_PATTERN,
    Agency,
    SyncLimits,
    WorkspaceConfig,
    WorkspaceTable,
    store_url,
)

__all__ = [
    "FILE_NAME",
    "NAME_PATTERN",
    "Agency",
    "ConfigFile",
    "Fault",
    "Noted",
    "SyncLimits",
    "WorkspaceConfig",
    "WorkspaceTable",
    "check",
    "config_path",
    "find_config",
    "load_config",
    "make_workspace",
    "store_url",
]
