"""Sending a write: once, and never again while nobody knows what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Call
from pmbridge.errors import CredentialRefused, Doubtful, Unsupported
from pmbridge_jira.classify import rate_key
from pmbridge_jira.site import Site
from pmbridge_jira.translate import MARKER_PROPERTY

T = TypeVar("T")

ANYTHING: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
"""What Jira answers with to an edit and to a transition: nothing, but whatever it were, it would be done."""


class Sender:
    """Sends writes to one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def once(
        self,
        method: str,
        path: str,
        into: TypeAdapter[T],
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send a write that must not be repeated, and return its answer.

        Raises:
            Doubtful: nobody knows what became of it.
        """
        client, rate = self.site.client, rate_key(path)
        try:
            return client.send(method, path, into, call=Call.ONCE, json=body, headers=headers, rate=rate).data
        except CredentialRefused as error:
            status = error.facts.get("status")
            if error.name == "anonymous" and isinstance(status, int) and status < 300:
                # Taken for a stranger, and yet answered well: what was done, and by whom, nobody knows.
                raise Doubtful(connection=self.site.context.connection, tool="Jira") from error
            raise

    def path(self, resource: str) -> str:
        """Return the path of a resource of the platform."""
        return self.site.dialect.path(resource)

    def unsupported(self, en: str, zh: str) -> Unsupported:
        """Return that Jira, or this connection, cannot do something."""
        return Unsupported(connection=self.site.context.connection, tool="Jira", detail=en, detail_zh=zh)


def mark(uid: str) -> dict[str, JsonValue]:
    """Return the property by which what we made is known."""
    return {"key": MARKER_PROPERTY, "value": {"uid": uid}}
