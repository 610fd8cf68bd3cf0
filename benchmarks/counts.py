"""Requests per run: how often each tool is asked, beside what the design promises and what other clients need.

Counts, not times: against the sandboxes, over HTTP on this machine, with a clock that waits for nobody.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pmbridge
from pmbridge.adapter import load_sandbox
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import ProjectId

ITEMS = 25
"""In each project."""
_MILESTONES = {"jira": "version", "trello": "list", "pingcode": "release", "worktile": "task"}
_JIRA_TYPES = 6
"""Issue types of a project in the sandbox."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What one kind of run may cost. ``paper``: requests as the design counts them, by projects and items a project.

    ``more``: what we ask beyond that, less what we save, and ``because``.
    """

    words: str
    paper: Callable[[int, int], int]
    more: Callable[[int, int], int] = lambda _n, _items: 0
    because: str = ""

    def expected(self, projects: int, items: int) -> int:
        """Return what a run should cost."""
        return self.paper(projects, items) + self.more(projects, items)

    def why(self) -> str:
        """Return why a run costs something else than promised, empty if it does not."""
        return f". {self.because}" if self.because else ""


def _first_of_jira(n: int, items: int) -> int:
    return 2 + n * (6 + _JIRA_TYPES) + n * (ceil(items / 5000) + ceil(items / 100)) + n


def _first_of_pingcode(n: int, items: int) -> int:
    return 4 + n + n * ceil(items / 100) + n


def _first_of_worktile(n: int, items: int) -> int:
    return 2 + 2 * n * (ceil(items / 200) + ceil(items / 100))


PROMISES: Mapping[tuple[str, str], Promise] = {
    ("jira", "first"): Promise(
        words="check 2 · describe N (6 + item types) · ids N ⌈T/5000⌉ · issues N ⌈T/100⌉ · versions N",
        paper=_first_of_jira,
        more=lambda n, _: 2 + ceil(n / 50) - n * (4 + _JIRA_TYPES),
        because="Fewer: fields are asked for once a site, projects 50 at a time, create screens only where the mapping "
        "names a field, versions a second time only where it names a group. More: 1 a site for the kinds of links",
    ),
    ("jira", "again"): Promise(words="1 + N", paper=lambda n, _: 1 + n),
    ("trello", "first"): Promise(
        words="check 1 · describe N · boards 1 · each board N",
        paper=lambda n, _: 2 + 2 * n,
        more=lambda n, _: 1 + ceil(n / 10) - n,
        because="Fewer: boards are described ten a request. More: 1 a day to learn when the token ends, which `check` "
        "has to tell and nothing else does",
    ),
    ("trello", "again"): Promise(words="1", paper=lambda _n, _: 1),
    ("pingcode", "first"): Promise(
        words="check 3 · describe 1 (stages) + N (types) + 2 a mapped type · items N ⌈T/100⌉ · releases N",
        paper=_first_of_pingcode,
        more=lambda n, _: ceil(n / 100) + n,
        because="More: the list of projects, 100 a request, for their names and because only some types of project "
        "have sprints and deliverables; 1 for the deliverables of each project that can have them",
    ),
    ("pingcode", "again"): Promise(
        words="1 + ⌈N/20⌉ + N + sprints asked for",
        paper=lambda n, _: 1 + ceil(n / 20) + n,
        more=lambda n, _: n,
        because="More: 1 for each project with deliverables: PingCode's list of them has no filter by time, so nothing "
        "cheaper tells that one changed",
    ),
    ("worktile", "first"): Promise(
        words="check 2 · describe N (⌈T/200⌉ + ⌈T/100⌉) · tasks N (⌈T/200⌉ + ⌈T/100⌉)",
        paper=_first_of_worktile,
        more=lambda n, items: 2 - n * ceil(items / 100),
        because="Fewer: tasks are read for the description only where the mapping names a property or a tag. "
        "More: 1 list of projects, by which they are found, and 1 of members, by which people have names",
    ),
    ("worktile", "again"): Promise(words="1 + N ⌈T/200⌉", paper=lambda n, items: 1 + n * ceil(items / 200)),
}
"""T counts what a project holds of tasks or issues, milestones included where they are such."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Requests of one run of *who*; ``promise`` only of ours."""

    tool: str
    who: str
    projects: int
    run: str
    requests: int
    promised: int | None = None
    expected: int | None = None

    def row(self) -> str:
        """Return the line of the table."""
        promised, equal = "", ""
        if self.promised is not None and self.expected is not None:
            more = self.expected - self.promised
            promised = str(self.promised)
            equal = "yes" if not more else f"no, {more} more" if more > 0 else f"no, {-more} fewer"
            if self.requests != self.expected:
                equal = f"**no, and not explained: {self.expected} expected**"
        return f"| {self.tool} | {self.who} | {self.projects} | {self.run} | {self.requests} | {promised} | {equal} |"


# ---------------------------------------------------------------------------------------------------------- ours


@contextmanager
def furnished(tool: str, projects: int, items: int = ITEMS) -> Iterator[tuple[Sandbox, list[ProjectId]]]:
    """Open a sandbox with *projects*, each with a milestone and *items*; what was asked meanwhile is forgotten."""
    with load_sandbox(tool)(FakeClock(START)) as sandbox:
        made = [sandbox.world.project() for _ in range(projects)]
        for project in made:
            sandbox.world.add_group(project, "M1 Go-live")
            for n in range(items):
                sandbox.world.add_item(project, f"Item {n}")
        # PingCode's newer dialect knows days only: what changed today or yesterday would be read again.
        sandbox.clock.advance(3 * 86_400)
        yield sandbox, made


def ours(tool: str, projects: int, items: int = ITEMS) -> Iterator[Counted]:
    """Sync a new workspace, and sync it again an hour later, when nothing has changed."""
    with furnished(tool, projects, items) as (sandbox, made), tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pmbridge.toml").write_text(_configured(tool, sandbox, made), encoding="utf-8")
        secret = {"COUNTS_SECRET": sandbox.secret().get_secret_value()}
        with patch.dict(os.environ, secret), pmbridge.open(folder, clock=sandbox.clock) as workspace:
            for run in ("first", "again"):
                sandbox.requests.clear()
                outcome = workspace.sync().connections["counted"]
                if outcome.error or outcome.problems:
                    raise outcome.error or outcome.problems[0]
                promise = PROMISES[tool, run]
                # Worktile's milestone is a task, too.
                held = items + 1 if tool == "worktile" else items
                yield Counted(
                    tool=tool, who="pmbridge", projects=projects, run=run, requests=len(sandbox.requests),
                    promised=promise.paper(projects, held), expected=promise.expected(projects, held),
                )  # fmt: skip
                sandbox.clock.advance(3600)


def _configured(tool: str, sandbox: Sandbox, projects: list[ProjectId]) -> str:
    settings = "\n".join(f"{key} = {_toml(value)}" for key, value in sandbox.settings().items())
    head = f"""
[workspace]
store = "sqlite:///data/pmbridge.db"

[connections.counted]
secret = "env:COUNTS_SECRET"
{settings}

[engagements.counted]
client = "Client"
name = "Counted"
"""
    sources = (
        f"""
[[engagements.counted.sources]]
connection = "counted"
project = "{project}"
milestones = {{ from = "{_MILESTONES[tool]}", match = '^(?P<ref>M\\d+)\\s' }}
"""
        for project in projects
    )
    return head + "".join(sources)


def _toml(value: object) -> str:
    """Return *value* as TOML writes it inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


# --------------------------------------------------------------------------------------------------------- peers


def by_jira(projects: int, items: int = ITEMS) -> Counted:
    """The `jira` package: the issues of each project with what a sync uses, and the versions."""
    from jira import JIRA

    with furnished("jira", projects, items) as (sandbox, made):
        user, secret = str(sandbox.settings()["user"]), sandbox.secret().get_secret_value()
        client: Any = JIRA(
            server=sandbox.url, basic_auth=(user, secret), options={"rest_api_version": "3"}, max_retries=0
        )
        try:
            for project in made:
                client.project_versions(project)
                found = client.search_issues(f"project = {project}", maxResults=False, fields="*all")
                _same("jira", len(found), items)
        finally:
            client.close()
        return Counted(tool="jira", who="jira", projects=projects, run="each", requests=len(sandbox.requests))


def by_py_trello(projects: int, items: int = ITEMS) -> Counted:
    """The `py-trello` package: lists, labels, members and cards of each board."""
    import requests
    from trello import TrelloClient

    with furnished("trello", projects, items) as (sandbox, _):

        class Diverted(requests.Session):
            """Trello's address is built into py-trello; this session asks the sandbox instead."""

            def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
                return super().request(method, url.replace("https://api.trello.com", sandbox.url), *args, **more)

        with Diverted() as session:
            session.trust_env = False
            key, token = str(sandbox.settings()["api_key"]), sandbox.secret().get_secret_value()
            for board in TrelloClient(api_key=key, api_secret=token, http_service=session).list_boards():
                board.list_lists()
                board.get_labels()
                board.get_members()
                _same("py-trello", len(board.all_cards()), items)
                sandbox.clock.advance(1)  # it does not wait by itself, and Trello would refuse it
        return Counted(tool="trello", who="py-trello", projects=projects, run="each", requests=len(sandbox.requests))


def _same(who: str, found: int, items: int) -> None:
    if found != items:
        raise ValueError(f"{who} found {found} items where there are {items}")


def table(sizes: tuple[int, ...] = (1, 30)) -> str:
    """Return the table in Markdown."""
    counted: list[Counted] = []
    for tool in _MILESTONES:
        for size in sizes:
            counted += ours(tool, size)
            counted += [peer(size) for known, peer in (("jira", by_jira), ("trello", by_py_trello)) if known == tool]
    lines = [
        f"Requests per run, N projects of {ITEMS} items and a milestone each. "
        "Again: an hour later, nothing changed. The peers have no such run: they read everything each time.",
        "",
        "| tool | client | N | run | requests | promised | equal |",
        "|---|---|---|---|---|---|---|",
        *(one.row() for one in counted),
        "",
        *(f"- {tool}, {run}: {one.words}{one.why()}" for (tool, run), one in PROMISES.items()),
    ]
    return "\n".join(lines)
