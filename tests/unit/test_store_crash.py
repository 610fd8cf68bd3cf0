"""A process that dies between any two commits leaves a store that opens, and the next run ends where it would have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pmbridge.errors import NotVisible
from pmbridge.records import Details, Gone, Page, Skipped, Verb
from pmbridge.store import Run, Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import (
    FORMAT,
    JIRA,
    LEASE_S,
    MALL,
    SHOP,
    approval,
    comment,
    issue,
    item,
    listing,
    page,
    person,
    plain,
    release,
    rows,
    wanted,
)

DIED = 86
_CONTENT = (
    "SELECT kind, external_id, project_id, version, hash, presence, body FROM record ORDER BY 1, 2",
    "SELECT r.kind, r.external_id, h.project_id, h.presence, h.body FROM history h JOIN record r ON r.id = h.record_id"
    " ORDER BY r.kind, r.external_id, h.observed_at",
    "SELECT value, full_at FROM cursor",
    "SELECT project_id, complete_as_of FROM project ORDER BY 1",
    "SELECT project_id, kind, held FROM census ORDER BY 1, 2",
    "SELECT kind, external_id, project_id FROM quarantine ORDER BY 1, 2",
    "SELECT r.external_id, d.part, d.version, d.hash FROM detail d JOIN record r ON r.id = d.record_id ORDER BY 1, 2",
    "SELECT r.external_id, t.original FROM record_text t JOIN record r ON r.id = t.record_id ORDER BY 1",
)


def pages() -> list[Page]:
    """Return the pages of one pull; each cursor says how many of them are done."""
    unreadable = Skipped(project=MALL, id=issue(50), error=NotVisible(thing="MALL-50"))
    return [
        page(item(1, description=plain("a")), item(2), release(1), person("wang", name="Wang"), at=1),
        page(item(3), item(1, "Renamed"), at=2, skipped=(unreadable,)),
        page(item(2, project=SHOP), Gone(id=issue(3), why="deleted"), item(4), at=3),
        page(item(5), at=4, complete={MALL: START, SHOP: START}),
    ]


def carry_out(run: Run) -> None:
    """Do everything that a run does, from where the last one stopped."""
    done = run.cursor(FORMAT).value
    for one in pages()[int(str(done["at"])) if done else 0 :]:
        run.commit(one, cursor_format=FORMAT, full_at=START if one.complete else None)
    run.census([listing(1, 4, 5), listing(1, kind="version")])
    run.take([item(5, "Read again")])
    run.mark({issue(4): "gone"})
    run.hold(MALL, "issue", ["1"])
    change = item(1, "Renamed")
    told = Details(id=change.id, parts=frozenset(Verb), as_of=START, records=(comment(1, change), approval(2, change)))
    run.commit_details([told], [wanted(change, Verb.COMMENTS, Verb.APPROVALS)])
    run.finish("ok", {"read": 5})


def begin(store: Store, run_id: str) -> Run:
    """Begin a run with an owner of its own."""
    return store.begin_run(run_id=run_id, connection=JIRA, adapter="jira", owner=f"host:1:{run_id}", ttl_s=LEASE_S)


def content(store: Store) -> list[list[tuple[Any, ...]]]:
    """Return all that a run leaves behind, but for times and row numbers."""
    return [rows(store, query) for query in _CONTENT]


def die_at(path: str, commit: int, *, after: bool) -> None:
    """Open a store, begin a run, and die just before or just after the given commit of it; 0: never."""
    from sqlalchemy import event
    from sqlalchemy.engine.default import DefaultDialect

    store = Store.open(f"sqlite:///{path}", clock=FakeClock())
    count = 0

    def on_commit(_: object) -> None:
        nonlocal count
        count += 1
        if count == commit and not after:
            os._exit(DIED)

    real: Callable[[Any, Any], None] = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        real(self, connection)
        if count == commit and after:
            os._exit(DIED)

    event.listen(store._database.engine, "commit", on_commit)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    carry_out(begin(store, "killed"))
    store.close()


def in_a_process(path: Path, commit: int, *, after: bool) -> int:
    """Run :func:`die_at` in a process of its own and return its exit code."""
    program = "import json, sys; from tests.unit.test_store_crash import die_at; die_at(**json.loads(sys.argv[1]))"
    said = json.dumps({"path": str(path), "commit": commit, "after": after})
    done = subprocess.run(
        [sys.executable, "-c", program, said],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode in (0, DIED), done.stderr
    return done.returncode


COMMITS = 11
"""Transactions of one whole run."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[Any, ...]]]:
    """Return what a run leaves behind that nobody kills, in a process of its own."""
    path = tmp_path_factory.mktemp("whole") / "store.db"
    assert in_a_process(path, COMMITS + 1, after=False) == 0
    with Store.open(f"sqlite:///{path}", clock=FakeClock()) as store:
        return content(store)


@pytest.mark.parametrize("commit", range(1, COMMITS + 1))
def test_a_run_killed_at_a_commit_is_continued_by_the_next(
    tmp_path: Path, undisturbed: list[list[tuple[Any, ...]]], commit: int
) -> None:
    path = tmp_path / "store.db"
    # Whether the last transaction is on disk or not: both must do. Every other commit tries the one or the other.
    assert in_a_process(path, commit, after=commit % 2 == 0) == DIED
    clock = FakeClock()
    clock.advance(LEASE_S + 1)
    with Store.open(f"sqlite:///{path}", clock=clock) as store:
        assert store.check() == []
        carry_out(begin(store, "next"))
        assert store.check() == []
        left = content(store)
        assert left[0] == undisturbed[0]
        assert left[2:] == undisturbed[2:]
        past = store.observe(JIRA, MALL, as_of=clock.now())
        assert past == store.observe(JIRA, MALL)
