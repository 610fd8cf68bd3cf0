"""PingCode's JSON of what is read in order to write, and of what came of it. Loaded by who writes."""

from __future__ import annotations

from pmbridge_pingcode.wire import Id, Model


class Made(Model):
    id: Id


class Linked(Model):
    """A link between things of two kinds, as far as it says where it leads."""

    id: Id
    target: Made | None = None
