"""The memo as a notebook: look up, write down. As a cache it can only be asked together with how to load."""

from __future__ import annotations

from datetime import timedelta

from pydantic import JsonValue

from pmbridge.adapter import Memo

_DAY = timedelta(days=1)


class _NotThere(Exception):
    """How a load that must not be run says so."""


def _refuse() -> JsonValue:
    raise _NotThere


def recall(memo: Memo, key: str, *, ttl: timedelta = _DAY) -> JsonValue:
    """Return what is written under *key*, ``None`` for nothing."""
    try:
        return memo.get(key, _refuse, ttl=ttl)
    except _NotThere:
        return None


def write_down(memo: Memo, key: str, value: JsonValue, *, ttl: timedelta = _DAY) -> None:
    """Write *value* under *key* in place of what is there; an equal value is not written again."""
    if recall(memo, key, ttl=ttl) != value:
        memo.drop(key)
        memo.get(key, lambda: value, ttl=ttl)
