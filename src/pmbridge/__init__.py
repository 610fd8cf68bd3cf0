"""pmbridge: what the project tools say, turned into one report that a client can trust.

::

    import pmbridge

    with pmbridge.open() as ws:
        ws.sync().raise_for_failures()
        report = ws.engagement().report("weekly")
        report.write("out/", formats=["html", "json"], languages=["zh-CN"])

Names are imported on first use, so that ``import pmbridge`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "1.0.0.dev0"

_HOME = {
    "open": ("pmbridge.workspace", "open_workspace"),
    "Workspace": ("pmbridge.workspace", "Workspace"),
    "Engagement": ("pmbridge.engagement", "Engagement"),
    "EngagementView": ("pmbridge.domain.view", "EngagementView"),
    "Milestone": ("pmbridge.domain.view", "Milestone"),
    "Change": ("pmbridge.domain.view", "Change"),
    "Report": ("pmbridge.reported", "Report"),
    "ClientReport": ("pmbridge.report.model", "ClientReport"),
    "SyncResult": ("pmbridge.sync", "SyncResult"),
    "ConnectionOutcome": ("pmbridge.sync", "ConnectionOutcome"),
    "Progress": ("pmbridge.sync", "Progress"),
    "Listing": ("pmbridge.domain.listing", "Listing"),
    "Figure": ("pmbridge.domain.figure", "Figure"),
    "Known": ("pmbridge.domain.figure", "Known"),
    "Unknown": ("pmbridge.domain.figure", "Unknown"),
    "UnknownReason": ("pmbridge.domain.figure", "UnknownReason"),
    "Money": ("pmbridge.domain.figure", "Money"),
    "API_VERSION": ("pmbridge.adapter", "API_VERSION"),
    "Register": ("pmbridge.register", "Register"),
    "Attachment": ("pmbridge.register", "Attachment"),
}
_ERRORS = (
    "Busy",
    "ChainBroken",
    "ConfigError",
    "CredentialMissing",
    "CredentialRefused",
    "GuardFailed",
    "MappingError",
    "NotAuthorized",
    "NotVisible",
    "PartialSync",
    "PmbridgeError",
    "ProtocolError",
    "RateLimited",
    "Refused",
    "SafetyStop",
    "StaleWrite",
    "TransientError",
    "UnknownAdapter",
    "UnknownRef",
    "Unreachable",
    "Unsupported",
)
_HOME |= {name: ("pmbridge.errors", name) for name in _ERRORS}

if TYPE_CHECKING:
    from pmbridge.adapter import API_VERSION
    from pmbridge.domain.figure import Figure, Known, Money, Unknown, UnknownReason
    from pmbridge.domain.listing import Listing
    from pmbridge.domain.view import Change, EngagementView, Milestone
    from pmbridge.engagement import Engagement
    from pmbridge.errors import (
        Busy,
        ChainBroken,
        ConfigError,
        CredentialMissing,
        CredentialRefused,
        GuardFailed,
        MappingError,
        NotAuthorized,
        NotVisible,
        PartialSync,
        PmbridgeError,
        ProtocolError,
        RateLimited,
        Refused,
        SafetyStop,
        StaleWrite,
        TransientError,
        UnknownAdapter,
        UnknownRef,
        Unreachable,
        Unsupported,
    )
    from pmbridge.register import Attachment, Register
    from pmbridge.report.model import ClientReport
    from pmbridge.reported import Report
    from pmbridge.sync import ConnectionOutcome, Progress, SyncResult
    from pmbridge.workspace import Workspace
    from pmbridge.workspace import open_workspace as open  # noqa: A004 - pmbridge.open() is the door of the library

__all__ = [
    "API_VERSION",
    "Attachment",
    "Busy",
    "ChainBroken",
    "Change",
    "ClientReport",
    "ConfigError",
    "ConnectionOutcome",
    "CredentialMissing",
    "CredentialRefused",
    "Engagement",
    "EngagementView",
    "Figure",
    "GuardFailed",
    "Known",
    "Listing",
    "MappingError",
    "Milestone",
    "Money",
    "NotAuthorized",
    "NotVisible",
    "PartialSync",
    "PmbridgeError",
    "Progress",
    "ProtocolError",
    "RateLimited",
    "Refused",
    "Register",
    "Report",
    "SafetyStop",
    "StaleWrite",
    "SyncResult",
    "TransientError",
    "Unknown",
    "UnknownAdapter",
    "UnknownReason",
    "UnknownRef",
    "Unreachable",
    "Unsupported",
    "Workspace",
    "open",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pmbridge' has no attribute {name!r}")
    module, attribute = _HOME[name]
    value: object = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
