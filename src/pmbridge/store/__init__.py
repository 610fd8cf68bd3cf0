"""What pmbridge remembers: the mirror of the tools and its history, runs and leases, and the reports it froze."""

from pmbridge.store.journal import Journal
from pmbridge.store.memo import StoredMemo
from pmbridge.store.rows import (
    About,
    Absence,
    DetailRow,
    ListingGap,
    Observation,
    PageOutcome,
    Presence,
    Problem,
    ProjectKind,
    ProjectRow,
    RunRow,
    SnapshotRow,
    StoredCursor,
    StoreFault,
    Upgrade,
)
from pmbridge.store.run import Run
from pmbridge.store.store import Store
from pmbridge.store.writing import (
    GIVEN_UP,
    IN_DOUBT,
    OPEN,
    UNDER_WAY,
    Agreed,
    EntryState,
    LinkRow,
    OutboxRow,
    OutboxState,
    PlanRow,
    StoredPlan,
)

__all__ = [
    "GIVEN_UP",
    "IN_DOUBT",
    "OPEN",
    "UNDER_WAY",
    "About",
    "Absence",
    "Agreed",
    "DetailRow",
    "EntryState",
    "Journal",
    "LinkRow",
    "ListingGap",
    "Observation",
    "OutboxRow",
    "OutboxState",
    "PageOutcome",
    "PlanRow",
    "Presence",
    "Problem",
    "ProjectKind",
    "ProjectRow",
    "Run",
    "RunRow",
    "SnapshotRow",
    "Store",
    "StoreFault",
    "StoredCursor",
    "StoredMemo",
    "StoredPlan",
    "Upgrade",
]
