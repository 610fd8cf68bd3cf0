"""Sending a write: once, and never again while nobody knows what became of it."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from pmbridge.adapter import Call
from pmbridge.errors import PmbridgeError, Rejected, Unsupported
from pmbridge_pingcode.outgoing import Body
from pmbridge_pingcode.settings import CLOUD
from pmbridge_pingcode.site import Site

T = TypeVar("T")

_CLOUD_PAGES = "https://pingcode.com/"


class Sender:
    """Sends writes to one PingCode."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def once(self, method: str, path: str, into: TypeAdapter[T], body: Body) -> T:
        """Send a write that must not be repeated, and return its answer.

        Raises:
            Doubtful: nobody knows what became of it.
        """
        return self.site.client.send(method, path, into, call=Call.ONCE, json=body).data

    def unsupported(self, en: str, zh: str) -> Unsupported:
        """Return that PingCode, or this adapter, cannot do something."""
        return Unsupported(connection=self.site.context.connection, tool="PingCode", detail=en, detail_zh=zh)

    def home(self) -> str:
        """Return the address of the team's pages. Addresses of projects are published nowhere."""
        if self.site.settings.base_url.rstrip("/") != CLOUD:
            parts = urlsplit(self.site.settings.base_url)
            return f"{parts.scheme}://{parts.netloc}/"
        try:
            domain = self.site.team().secondary_domain
        except PmbridgeError:  # the refusal that it is wanted for is what counts
            domain = None
        return f"https://{domain}.pingcode.com/" if domain else _CLOUD_PAGES


def code_of(error: Rejected) -> str:
    """Return the code that PingCode refused with, empty where it gave none."""
    return str(error.facts.get("code") or "")
