"""A killed sync goes on where it was, and ends in the same mirror as one that was left alone."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws.bench import START
from pmbridge_jira.sandbox import JiraSandbox

# Runs syncs in child processes that a commit, or a number of records read, kills. The children are forked after the
# imports, so that a kill at each of some twenty commits costs seconds. Their clocks run HOURS late, so that the lease
# of a killed run has expired.
RUNNER = """
import json, os, signal, sys
from datetime import timedelta
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
import pmbridge, pmbridge.workspace, pmbridge_jira.adapter
from pmbridge.clock import SystemClock

class Later(SystemClock):
    hours = 0
    def now(self):
        return super().now() + timedelta(hours=self.hours)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def sync(folder, kill_at=0, kill_read=0, hours=0):
    clock = Later()
    clock.hours = hours
    commits = 0

    def committing(connection):
        # The event comes just before the driver's commit: the one before it is the last that is surely on disk.
        nonlocal commits
        commits += 1
        if commits == kill_at:
            die()

    def on_progress(progress):
        if kill_read and progress.stage == "pull" and progress.read >= kill_read:
            die()

    with pmbridge.open(folder, clock=clock) as ws:
        ws.store
        event.listen(Engine, "commit", committing)
        result = ws.sync(on_progress=on_progress)
    for outcome in result.connections.values():
        said = [str(failure) for failure in outcome.failures]
        print(outcome.state, outcome.new, outcome.changed, outcome.requests, *said, flush=True)
    return result.exit_code

def forked(**asked):
    child = os.fork()
    if child == 0:
        try:
            os._exit(sync(**asked))
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

for asked in map(json.loads, sys.argv[1:]):
    if asked.pop("every_commit", False):
        base, kill_at = Path(asked["folder"]), 0
        while True:
            kill_at += 1
            folder = base / str(kill_at)
            folder.mkdir()
            (folder / "pmbridge.toml").write_bytes((base / "pmbridge.toml").read_bytes())
            if forked(folder=folder, kill_at=kill_at) == 0:
                break
            print("resumed", kill_at, forked(folder=folder, hours=1), flush=True)
    else:
        print("exit", forked(**asked), flush=True)
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


def run(sandbox: JiraSandbox, home: Path, *syncs: dict[str, object]) -> list[str]:
    """Run *syncs* one after the other in another process and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, *(json.dumps(one, default=str) for one in syncs)],
        capture_output=True,
        text=True,
        env={"SANDBOX_SECRET": sandbox.secret().get_secret_value(), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


def mirror(folder: Path) -> list[tuple[object, ...]]:
    """Return what the mirror holds: every record with its content and whether it is there."""
    with sqlite3.connect(folder / "data" / "pmbridge.db") as db:
        return db.execute(
            "SELECT kind, external_id, shape, version, hash, presence, body FROM record ORDER BY kind, external_id"
        ).fetchall()


def test_a_sync_killed_at_any_commit_ends_in_the_mirror_of_an_undisturbed_one(
    tmp_path: Path, sandbox: JiraSandbox, home: Path
) -> None:
    undisturbed = workspace(tmp_path / "whole", sandbox)
    killed = workspace(tmp_path / "killed", sandbox)
    said = run(sandbox, home, {"folder": undisturbed}, {"folder": killed, "every_commit": True})
    expected = mirror(undisturbed)
    assert sum(row[2] == "item" for row in expected) == 251
    resumed = [line.split()[1:] for line in said if line.startswith("resumed")]
    assert len(resumed) > 8
    assert {code for _, code in resumed} == {"0"}
    for kill_at, _ in resumed:
        assert mirror(killed / kill_at) == expected, f"killed at commit {kill_at}"


def test_a_sync_killed_while_pages_come_in_does_not_read_them_all_again(
    tmp_path: Path, sandbox: JiraSandbox, home: Path
) -> None:
    folder = workspace(tmp_path / "killed", sandbox)
    assert run(sandbox, home, {"folder": folder, "kill_read": 200}) == [f"exit {-signal.SIGKILL}"]
    sandbox.requests.clear()
    assert run(sandbox, home, {"folder": folder, "hours": 1})[-1] == "exit 0"
    asked = [len(one.json["issueIdsOrKeys"]) for one in sandbox.requests if one.path.endswith("bulkfetch")]
    assert asked[0] == 51
    assert 100 not in asked


def test_a_second_sync_writes_nothing_to_the_mirror_and_costs_two_requests(
    tmp_path: Path, sandbox: JiraSandbox, home: Path
) -> None:
    next(iter(sandbox.site.projects.values())).kind = "software"
    folder = workspace(tmp_path / "twice", sandbox)
    run(sandbox, home, {"folder": folder})
    before, past = mirror(folder), history(folder)
    sandbox.requests.clear()
    assert run(sandbox, home, {"folder": folder}) == ["ok 0 0 2", "exit 0"]
    assert sorted(one.path.rsplit("/", 1)[-1] for one in sandbox.requests) == ["jql", "version"]
    assert mirror(folder) == before
    assert history(folder) == past


def test_an_open_request_of_a_service_project_is_asked_for_its_approval_every_time(
    tmp_path: Path, sandbox: JiraSandbox, home: Path
) -> None:
    folder = workspace(tmp_path / "service", sandbox)
    run(sandbox, home, {"folder": folder})
    sandbox.requests.clear()
    assert run(sandbox, home, {"folder": folder}) == ["ok 0 0 3", "exit 0"]
    assert sorted(one.path.rsplit("/", 1)[-1] for one in sandbox.requests) == ["approval", "jql", "version"]


def history(folder: Path) -> list[tuple[object, ...]]:
    """Return the time series behind the mirror."""
    with sqlite3.connect(folder / "data" / "pmbridge.db") as db:
        return db.execute("SELECT record_id, observed_at, presence, body FROM history ORDER BY 1, 2").fetchall()
