"""Taking a decision of the client back: its subject waits for another one, and what was decided stays on record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.fields import Empty
from pmbridge.domain.machine import Ask, Effect


def decision_revoked(ask: Ask[Any, Any]) -> Iterable[Effect]:
    """Revoke the decision that stands on the record, if there is one."""
    found = decision_on(ask.register, ask.ref)
    if found is not None:
        yield Effect("client_decision", "revoke", Empty(), found.ref)
