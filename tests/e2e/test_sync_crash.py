"""A killed sync goes on where it was, and ends in the same mirror as one that was left alone."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pmbridge_jira.sandbox import JiraSandbox

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws.bench import START

# Runs one sync in a process of its own that is killed right after its Nth commit. Its clock runs HOURS late, so that
# the lease of a killed run has expired.
RUNNER = """
import os, signal, sys
from datetime import timedelta
from sqlalchemy import event
from sqlalchemy.engine import Engine
import pmbridge
from pmbridge.clock import SystemClock

folder, kill_at, hours = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
commits = 0

class Later(SystemClock):
    def now(self):
        return super().now() + timedelta(hours=hours)

with pmbridge.open(folder, clock=Later()) as ws:
    ws.store

    @event.listens_for(Engine, "commit")
    def die(connection):
        global commits
        commits += 1
        # The event comes just before the driver's commit: the one before it is the last that is surely on disk.
        if commits == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    result = ws.sync()
for outcome in result.connections.values():
    print(outcome.state, outcome.new, outcome.changed, outcome.requests)
    for failure in outcome.failures:
        print(repr(failure), failure, failure.facts)
sys.exit(result.exit_code)
"""
TOML = """
[workspace]
store = "sqlite:///data/pmbridge.db"
language = "en"

[connections.build]
adapter = "jira"
secret = "env:SANDBOX_SECRET"
{settings}

[engagements.one]
client = "Client"
name = "One"

[[engagements.one.sources]]
connection = "build"
project = "{project}"
milestones = {{ from = "version", match = '^(?P<ref>M\\d+)\\s', date_is = "plan" }}
changes = {{ from = "issue", where = {{ title = "^Change" }} }}
"""


@pytest.fixture
def sandbox() -> Iterator[JiraSandbox]:
    """A project with three pages of issues, a version, and a change that people talked about."""
    with JiraSandbox(FakeClock(START)) as opened:
        world = opened.world
        project = world.project()
        version = world.add_group(project, "M1 Start", None)
        for n in range(250):
            world.add_item(project, f"Item {n}", group=version if n % 5 == 0 else None)
        change = world.add_item(project, "Change: coupons")
        world.comment(change, "Please")
        world.edit(change, state="in_progress")
        opened.clock.advance(3600)
        yield opened


def workspace(folder: Path, sandbox: JiraSandbox) -> Path:
    """Write a workspace that reads the sandbox's only project."""
    folder.mkdir()
    settings = {key: value for key, value in sandbox.settings().items() if key != "adapter"}
    lines = "\n".join(f'{key} = "{value}"' for key, value in settings.items() if isinstance(value, str))
    project = next(iter(sandbox.projects()))
    (folder / "pmbridge.toml").write_text(TOML.format(settings=lines, project=project), encoding="utf-8")
    return folder


def sync(folder: Path, sandbox: JiraSandbox, *, kill_at: int = 0, hours: int = 0) -> subprocess.CompletedProcess[str]:
    """Run one sync in another process."""
    return subprocess.run(
        [sys.executable, "-c", RUNNER, str(folder), str(kill_at), str(hours)],
        capture_output=True,
        text=True,
        env={"SANDBOX_SECRET": sandbox.secret().get_secret_value(), "HOME": str(folder), "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=60,
    )


def mirror(folder: Path) -> list[tuple[object, ...]]:
    """Return what the mirror holds: every record with its content and whether it is there."""
    with sqlite3.connect(folder / "data" / "pmbridge.db") as db:
        return db.execute(
            "SELECT kind, external_id, shape, version, hash, presence, body FROM record ORDER BY kind, external_id"
        ).fetchall()


def test_a_sync_killed_at_any_commit_ends_in_the_mirror_of_an_undisturbed_one(
    tmp_path: Path, sandbox: JiraSandbox
) -> None:
    undisturbed = workspace(tmp_path / "whole", sandbox)
    assert sync(undisturbed, sandbox).returncode == 0
    expected = mirror(undisturbed)
    assert sum(row[2] == "item" for row in expected) == 251
    kill_at = 0
    while True:
        kill_at += 1
        folder = workspace(tmp_path / f"killed{kill_at}", sandbox)
        killed = sync(folder, sandbox, kill_at=kill_at)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr + killed.stdout
        resumed = sync(folder, sandbox, hours=1)
        assert resumed.returncode == 0, resumed.stderr + resumed.stdout
        assert mirror(folder) == expected, f"killed at commit {kill_at}"
    assert kill_at > 5


def test_a_sync_killed_while_pages_come_in_does_not_read_them_all_again(tmp_path: Path, sandbox: JiraSandbox) -> None:
    folder = workspace(tmp_path / "killed", sandbox)
    whole = sync(workspace(tmp_path / "whole", sandbox), sandbox)
    assert whole.returncode == 0
    pages = [one for one in sandbox.requests if one.path.endswith("bulkfetch")]
    sandbox.requests.clear()
    kill_at = 1
    while sync(folder, sandbox, kill_at=kill_at, hours=kill_at).returncode == -signal.SIGKILL and kill_at < 4:
        kill_at += 1
    sandbox.requests.clear()
    resumed = sync(folder, sandbox, hours=10)
    assert resumed.returncode == 0, resumed.stderr + resumed.stdout
    again = [one for one in sandbox.requests if one.path.endswith("bulkfetch")]
    assert len(again) < len(pages)


def test_a_second_sync_writes_nothing_to_the_mirror_and_costs_two_requests(
    tmp_path: Path, sandbox: JiraSandbox
) -> None:
    folder = workspace(tmp_path / "twice", sandbox)
    assert sync(folder, sandbox).returncode == 0
    before = mirror(folder)
    with sqlite3.connect(folder / "data" / "pmbridge.db") as db:
        history = db.execute("SELECT count(*) FROM history").fetchone()
    sandbox.requests.clear()
    again = sync(folder, sandbox)
    assert again.stdout.split() == ["ok", "0", "0", "2"], again.stdout + again.stderr
    assert [one.path.rsplit("/", 1)[-1] for one in sandbox.requests] in (["jql", "version"], ["version", "jql"])
    assert mirror(folder) == before
    with sqlite3.connect(folder / "data" / "pmbridge.db") as db:
        assert db.execute("SELECT count(*) FROM history").fetchone() == history
