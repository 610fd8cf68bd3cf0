"""Kill -9 at every commit of a process that syncs and writes into a Jira: the next run ends as if nothing had happened.

By default at a sample of the commits, with `HYPOTHESIS_PROFILE=deep` at each.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e import test_cli_plan
from tests.e2e.desk import Desk
from tests.e2e.office import Office
from tests.e2e.test_cli_conflicts import done
from tests.e2e.test_cli_plan import implement
from tests.e2e.test_cli_unattended import allow, submit

jira, office, desk = test_cli_plan.jira, test_cli_plan.office, test_cli_plan.desk
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
EVERY = 1 if DEEP else 15
"""Kill at every so many-th commit."""

# Reads a task a line and carries it out in a child, forked after the imports; answers with how the child ended. The
# event comes right before the driver's commit: the one before it is the last that is surely on disk.
RUNNER = """
import json, os, signal, sys, time
from datetime import datetime, timedelta
from sqlalchemy import event
from sqlalchemy.engine import Engine
import pmbridge, pmbridge.planning, pmbridge.workspace, pmbridge_jira.adapter
from pmbridge.clock import SystemClock

class Then(SystemClock):
    ahead = timedelta(0)
    def now(self):
        return super().now() + self.ahead

def work(folder, what, now, kill_at=0):
    clock, commits = Then(), 0
    clock.ahead = datetime.fromisoformat(now) - SystemClock().now()

    def committing(connection):
        nonlocal commits
        commits += 1
        if commits == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with pmbridge.open(folder, clock=clock) as workspace:
        workspace.store
        event.listen(Engine, "commit", committing)
        if what == "sync":
            return workspace.sync().exit_code
        engagement = workspace.engagement()
        plan = pmbridge.planning.make_plan(workspace, engagement)
        return len(pmbridge.planning.apply_plan(workspace, engagement, plan).errors)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            os._exit(work(**json.loads(line)))
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Runner:
    """Carries out runs in processes of their own, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, folder: Path, what: str, now: datetime, *, kill_at: int = 0) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = {"folder": str(folder), "what": what, "now": now.isoformat(), "kill_at": kill_at}
        print(json.dumps(said), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@pytest.fixture
def runner(home: Path) -> Iterator[Runner]:
    """Give a process that forks the others."""
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def rewound(jira: JiraSandbox) -> Iterator[None]:
    """Leave the Jira as it was."""
    site = jira.site
    fixed: dict[int, object] = {id(site.lock): site.lock, id(site.clock): site.clock}
    before, now = copy.deepcopy(site.__dict__, dict(fixed)), jira.clock.now()
    yield
    site.__dict__.clear()
    site.__dict__.update(before)
    jira.clock.set(now)


def shown(jira: JiraSandbox, folder: Path) -> dict[str, Any]:
    """Return what the Jira shows in the end, and what our side knows of it."""
    issues = jira.site.issues.values()
    with open_workspace(folder, clock=jira.clock) as workspace:
        engagement = workspace.engagement()
        links = workspace.store.writings.links("jira")
        return {
            "titles": Counter(one.summary for one in (each.now for each in issues)),
            "states": sorted((each.id, each.now.status) for each in issues),
            "dates": sorted((one.name, one.release) for one in jira.site.versions.values()),
            "comments": sum(len(each.comments) for each in issues),
            "links": sorted((one.ref, one.role, one.origin) for one in links),
            "open": [row.state for row in workspace.store.writings.rows("jira")],
            "adopted": sorted(len(one.links) for one in engagement.register.book.of("change")),
        }


def to_the_end(runner: Runner, jira: JiraSandbox, folder: Path, what: str) -> dict[str, Any]:
    """Let runs follow, an hour apart, until there is nothing left to do."""
    for _ in range(2):
        jira.clock.advance(3600)
        assert runner.run(folder, "sync", jira.clock.now()) in (0, 5)
        assert runner.run(folder, what, jira.clock.now()) in (0, 5)
    return shown(jira, folder)


@pytest.mark.timeout(0 if DEEP else 120)
@pytest.mark.parametrize("what", ["sync", "apply"])
def test_killed_at_any_commit_the_next_run_ends_the_same(
    desk: Desk, office: Office, jira: JiraSandbox, runner: Runner, tmp_path: Path, what: str
) -> None:
    if what == "sync":
        allow(office, "create", "update", "transition", "comment")
        office.read()
    implement(desk)
    submit(desk, "CR-009", "夜间模式")
    done(desk, "status")
    with rewound(jira):
        folder = copied(office.folder, tmp_path / "whole")
        assert runner.run(folder, what, jira.clock.now()) == 0
        expected = to_the_end(runner, jira, folder, what)
    assert expected["titles"]["夜间模式"] == 1
    assert expected["open"] == []
    kill_at, killed = EVERY if DEEP else 3, 0
    while True:
        with rewound(jira):
            folder = copied(office.folder, tmp_path / str(kill_at))
            ended = runner.run(folder, what, jira.clock.now(), kill_at=kill_at)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            killed += 1
            assert to_the_end(runner, jira, folder, what) == expected, f"killed at commit {kill_at}"
        shutil.rmtree(folder)
        kill_at += EVERY
    assert killed >= 20 // EVERY, "there were hardly any commits to be killed at"


def copied(folder: Path, to: Path) -> Path:
    """Return a copy of the workspace in *folder*."""
    shutil.copytree(folder, to)
    return to
