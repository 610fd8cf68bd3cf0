"""What an adapter's author needs: the contract, the HTTP client and parallel reading."""

from pmbridge.adapter.base import (
    API_VERSION,
    Adapter,
    ConnectionSettings,
    Context,
    Memo,
    Question,
    SecretSource,
)
from pmbridge.adapter.policy import Auth, Call, HttpPolicy, Rate, Reply, Response, Wait, no_wait

__all__ = [
    "API_VERSION",
    "Adapter",
    "Auth",
    "Call",
    "ConnectionSettings",
    "Context",
    "HttpPolicy",
    "Memo",
    "Question",
    "Rate",
    "Reply",
    "Response",
    "SecretSource",
    "Wait",
    "no_wait",
]
