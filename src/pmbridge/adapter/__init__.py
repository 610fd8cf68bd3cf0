"""What an adapter's author needs: the contract, the HTTP client and parallel reading."""

from typing import TYPE_CHECKING

from pmbridge.adapter.address import Param, Params, clean_origin, is_loopback, origin_of
from pmbridge.adapter.base import (
    API_VERSION,
    NO_FOCUS,
    Adapter,
    ConnectionSettings,
    Context,
    Memo,
    Question,
    SecretSource,
)
from pmbridge.adapter.called import project_called
from pmbridge.adapter.classify import classify_common, is_web_page, page_title, retry_after
from pmbridge.adapter.cursor import CursorModel
from pmbridge.adapter.decode import WHOLE_PAGE, Broken, each_row, first_field
from pmbridge.adapter.marker import UID, signed, signed_title, split_marker, split_title
from pmbridge.adapter.parallel import in_order, side_by_side
from pmbridge.adapter.policy import Auth, Call, HttpPolicy, Rate, Reply, Response, Traffic, Wait, no_wait
from pmbridge.adapter.registry import (
    Plugin,
    SandboxPlugin,
    available,
    available_sandboxes,
    load,
    load_sandbox,
)
from pmbridge.adapter.remembered import Remembered, remember, remembered
from pmbridge.adapter.server_time import since
from pmbridge.adapter.snapshot import BearerToken, SnapshotAdapter

if TYPE_CHECKING:
    from pmbridge.adapter.http import HttpClient

__all__ = [
    "API_VERSION",
    "NO_FOCUS",
    "UID",
    "WHOLE_PAGE",
    "Adapter",
    "Auth",
    "BearerToken",
    "Broken",
    "Call",
    "ConnectionSettings",
    "Context",
    "CursorModel",
    "HttpClient",
    "HttpPolicy",
    "Memo",
    "Param",
    "Params",
    "Plugin",
    "Question",
    "Rate",
    "Remembered",
    "Reply",
    "Response",
    "SandboxPlugin",
    "SecretSource",
    "SnapshotAdapter",
    "Traffic",
    "Wait",
    "available",
    "available_sandboxes",
    "classify_common",
    "clean_origin",
    "each_row",
    "first_field",
    "in_order",
    "is_loopback",
    "is_web_page",
    "load",
    "load_sandbox",
    "no_wait",
    "origin_of",
    "page_title",
    "project_called",
    "remember",
    "remembered",
    "retry_after",
    "side_by_side",
    "signed",
    "signed_title",
    "since",
    "split_marker",
    "split_title",
]


def __getattr__(name: str) -> object:
    # requests and tenacity cost more to import than all the rest, and who only looks at the store needs neither.
    if name == "HttpClient":
        from pmbridge.adapter.http import HttpClient

        return HttpClient
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
