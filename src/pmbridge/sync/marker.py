"""The marker of what pmbridge makes in a tool: derived, so that a store from a backup finds what it had made."""

from __future__ import annotations

from hashlib import blake2b

from pmbridge.identity import ALPHABET

_OWN, _REST = 6, 20
"""So many characters tell the workspace, so many the record."""


def derived_uid(workspace: str, *, connection: str, engagement: str, ref: str, role: str, seq: int = 0) -> str:
    """Return the 26 characters under which this workspace makes that record, the same at any time.

    *workspace*: the random id that a store keeps for ever. *seq*: another than 0 only when a person orders a new one.
    """
    record = "\0".join((workspace, connection, engagement, ref, role, str(seq)))
    return workspace_mark(workspace) + _spelled(record, _REST)


def workspace_mark(workspace: str) -> str:
    """Return what all markers of a workspace begin with."""
    return _spelled(workspace, _OWN)


def _spelled(text: str, length: int) -> str:
    number = int.from_bytes(blake2b(text.encode(), digest_size=16).digest())
    return "".join(ALPHABET[(number >> (5 * at)) & 31] for at in range(length))
