"""What the client knows of an engagement's changes: the one place where those that are ours alone are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pmbridge.domain.listing import Listing
from pmbridge.domain.order import natural
from pmbridge.domain.view import Change, EngagementView


def known_changes(changes: Iterable[Change]) -> list[Change]:
    """Return *changes* by ref, without what is ours alone: in its place stands what a tool shows of it, if one does."""
    known = (one if one.released else one.told for one in changes)
    return sorted((one for one in known if one is not None), key=lambda one: natural(one.ref))


def client_side(view: EngagementView) -> EngagementView:
    """Return *view* without the changes that the client was never shown, and without what differs about them."""
    ours_alone = {one.ref for one in view.changes if not one.released}
    if not ours_alone:
        return view
    return replace(
        view,
        changes=Listing(known_changes(view.changes), engagement=view.name),
        discrepancies=tuple(one for one in view.discrepancies if one.ref not in ours_alone),
    )
