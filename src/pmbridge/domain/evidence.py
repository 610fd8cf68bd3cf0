"""Who acts, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ActorKind = Literal["member", "contact", "system"]

EvidenceKind = Literal[
    "email",
    "signed_document",
    "meeting_minute",
    "tool_approval",
    "tool_comment",
    "portal_click",
    "file",
    "call_note",
]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who records an event: a member of the agency, a contact (by ref) through a portal or tool, or a sync run."""

    kind: ActorKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Read ``"member:王工"``; everything after the first colon is the name.

        Raises:
            ValueError: no kind of actor, or no name.
        """
        kind, _, name = text.partition(":")
        if kind == "member" and name:
            return cls("member", name)
        if kind == "contact" and name:
            return cls("contact", name)
        if kind == "system" and name:
            return cls("system", name)
        raise ValueError(f"not an actor: {text!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A proof. Of a file the register holds a copy under its ``sha256`` (hex); of anything else the ``uri``.

    ``call_note`` alone never proves a decision of the client.
    """

    kind: EvidenceKind
    title: str
    sha256: str | None = None
    size: int | None = None
    uri: str | None = None
    occurred_at: datetime | None = None
    author: str | None = None
    """Ref of the contact who wrote it."""
