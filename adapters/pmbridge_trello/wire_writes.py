"""Trello's JSON of what is read in order to write, and of what came of it. Loaded by who writes."""

from __future__ import annotations

from pmbridge_trello.wire import Model


class Made(Model):
    """A card or board that was made or looked at; what was not asked is ``None``."""

    id: str
    shortUrl: str | None = None  # noqa: N815
    idLabels: list[str] | None = None  # noqa: N815


class ChecklistPlace(Model):
    id: str
    pos: float | None = None


class Attached(Model):
    url: str | None = None


class Described(Model):
    """A card with its text."""

    id: str
    desc: str | None = None
