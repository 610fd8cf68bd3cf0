"""A workspace that reads a Jira sandbox, both on one fake clock: what the tests of the sync engine share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pmbridge
from pmbridge import ConnectionOutcome, Workspace
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws.bench import START
from pmbridge.values import ProjectId, RecordId
from pmbridge_jira.sandbox import JiraSandbox

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
"""
SOURCE = """
[[engagements.one.sources]]
connection = "build"
project = "{project}"
milestones = {{ from = "version", match = '{match}', date_is = "plan" }}
changes = {{ from = "issue", where = {{ title = "^Change" }} }}
"""


class Bench:
    """A project with twenty items and a version, a workspace that reads it, and hands in the tool."""

    def __init__(self, folder: Path, sandbox: JiraSandbox) -> None:
        self.folder, self.sandbox, self.world = folder, sandbox, sandbox.world
        self.project: ProjectId = self.world.project()
        self.version = self.world.add_group(self.project, "M1 Start", None)
        self.items: list[RecordId] = [self.world.add_item(self.project, f"Item {n}") for n in range(20)]
        self.configure(self.project)

    def configure(self, *projects: ProjectId, match: str = r"^(?P<ref>M\d+)\s") -> None:
        """Write the workspace's file for *projects*."""
        self.close()
        said = {key: value for key, value in self.sandbox.settings().items() if key != "adapter"}
        settings = "\n".join(f'{key} = "{value}"' for key, value in said.items())
        sources = "".join(SOURCE.format(project=project, match=match) for project in projects)
        (self.folder / "pmbridge.toml").write_text(TOML.format(settings=settings) + sources, encoding="utf-8")
        self._workspace: Workspace | None = None

    def close(self) -> None:
        """Close the workspace, if one is open."""
        if (opened := getattr(self, "_workspace", None)) is not None:
            opened.close()

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        if self._workspace is None:
            self._workspace = pmbridge.open(self.folder, clock=self.sandbox.clock)
        return self._workspace

    def sync(
        self, *, days: float = 0, full: bool = False, accept: int | None = None, mapping: bool = False
    ) -> ConnectionOutcome:
        """Let *days* pass, and an hour for the search index; then sync."""
        self.sandbox.clock.advance(3600 + days * 86_400)
        self.sandbox.requests.clear()
        result = self.workspace.sync(full=full, accept_vanished=accept, accept_mapping=mapping)
        return result.connections["build"]

    def titles(self) -> set[str]:
        """Return the titles of the items that the mirror shows as present."""
        seen = self.workspace.store.observe("build", self.project)
        return {item.title for item in seen.items}


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """Open a sandbox and a workspace for it. The secret must stand in SANDBOX_SECRET."""
    with JiraSandbox(FakeClock(START)) as sandbox:
        made = Bench(folder, sandbox)
        try:
            yield made
        finally:
            made.close()
