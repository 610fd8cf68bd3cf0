"""What the register costs: events appended in one transaction, a chain verified, a fold rebuilt."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.clock import SystemClock
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.concepts import concepts
from pmbridge.domain.evidence import Actor, Evidence
from pmbridge.register import Register
from pmbridge.store import Store

Work = Callable[[], dict[str, Any]]
ENGAGEMENT = "lanhai"
EVENTS_EACH = 10
"""Events of one change request: submitted, eight times edited, withdrawn."""
MAIL = Evidence(kind="email", title="来信.eml", sha256="ab" * 32)
REQUEST = {
    "title": "小程序优惠券",
    "description": "首页领取与核销",
    "reason": "618 活动引流",
    "raised_by": "王工",
    "via": "email",
}


def url(folder: str) -> str:
    """Return the address of the register's store."""
    return f"sqlite:///{Path(folder) / 'register.db'}"


def register(store: Store, engagement: str = ENGAGEMENT) -> Register:
    """Return the register of *engagement* in *store*."""
    return Register(
        store=store,
        engagement=engagement,
        clock=SystemClock(),
        zone=ZoneInfo("Asia/Shanghai"),
        calendar=Calendar.named("CN"),
        actor=Actor("member", "王工"),
    )


def fill(folder: Path, size: int) -> None:
    """Put a register of *size* events into *folder*."""
    with Store.open(url(str(folder)), clock=SystemClock()) as store:
        append_all(register(store), size)


def agree(database: Path, engagement: str, size: int) -> None:
    """Put a register of *size* events beside what a workspace has read."""
    with Store.open(f"sqlite:///{database}", clock=SystemClock()) as store:
        append_all(register(store, engagement), size)


def append_all(opened: Register, size: int) -> None:
    """Carry out as many commands as give *size* events, in one transaction."""
    with opened.batch() as batch:
        for _ in range(size // EVENTS_EACH):
            ref = batch.do("change", "submit", input=REQUEST, evidence=[MAIL]).ref
            for n in range(EVENTS_EACH - 2):
                changes = {"priority": "must" if n % 2 else "should"}
                batch.do("change", "edit", ref, input={"changes": changes}, reason="客户电话")
            batch.do("change", "withdraw", ref, reason="并入二期", by="王工")


def append(given: argparse.Namespace) -> Work:
    """Append events, each the outcome of a command with its guards, to an empty register."""
    target = Path(given.folder) / "append.db"

    def work() -> dict[str, Any]:
        for old in target.parent.glob("append.db*"):
            old.unlink()
        with Store.open(f"sqlite:///{target}", clock=SystemClock()) as store:
            append_all(register(store), given.size)
        return {"read": given.size, "written": given.size}

    concepts()
    return work


def verify(given: argparse.Namespace) -> Work:
    """Verify the chain."""
    store = Store.open(url(given.folder), clock=SystemClock())

    def work() -> dict[str, Any]:
        breaks = store.registers.chain_breaks(ENGAGEMENT)
        if breaks:
            raise SystemExit(f"the chain does not hold: {breaks[0]}")
        return {"read": given.size, "written": 0}

    return work


def rebuild(given: argparse.Namespace) -> Work:
    """Fold all events anew and put the result in place of what is stored."""
    store = Store.open(url(given.folder), clock=SystemClock())
    concepts()
    return lambda: {"read": given.size, "written": store.registers.rebuild(ENGAGEMENT)}


CASES = {"register-append": append, "register-verify": verify, "register-rebuild": rebuild}
