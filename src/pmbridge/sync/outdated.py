"""What does not stand any more: a settlement that was carried out, a refusal of what nobody wants as it was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pmbridge.store import LinkRow, OutboxRow
from pmbridge.sync.entry import MADE_ONCE, PlanEntry, PlannedField, fields_of


def is_spent(link: LinkRow, name: str, settled_at: datetime) -> bool:
    """Return whether what was settled then has been carried out, so that the same difference is a new one by now.

    Somebody who enters the same value once more is asked again, and not overwritten by an old decision.
    """
    base, put = link.bases.get(name), link.agreed_at.get(name)
    return base is not None and base[0] is not None and put is not None and put > settled_at


def superseded(entries: Iterable[PlanEntry], rows: Iterable[OutboxRow]) -> list[OutboxRow]:
    """Return the changes among *rows* that were given up and that nobody wants any more as they were."""
    wanted: dict[tuple[str, str, str], tuple[PlannedField, ...]] = {
        (one.ref, one.role, one.verb): one.fields for one in entries
    }
    return [
        row
        for row in rows
        if row.state == "parked"
        and row.verb not in MADE_ONCE
        and wanted.get((row.ref, row.role, row.verb)) != fields_of(row.fields)
    ]
