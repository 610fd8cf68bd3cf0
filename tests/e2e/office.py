"""A workspace that reads a Jira on this machine, and the installed command run on it as cron would: in a process."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmbridge.values import RecordId
from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import a_jira

SECRET = "data/secrets/jira"
CONFIG = """[workspace]
language = "{language}"
timezone = "Asia/Shanghai"
user = "王工"
{connections}
[engagements.lanhai]
client = "蓝海零售"
name = {{ zh = "会员商城改版", en = "Member mall redesign" }}
{policy}
[[engagements.lanhai.sources]]
connection = "jira"
project = "{project}"
[engagements.lanhai.sources.milestones]
from = "version"
match = '^(?P<ref>M[1-7])\\s'
weight = "points:customfield_10016"
date_is = "plan"
[engagements.lanhai.sources.changes]
from = "issue"
where = {{ type = "变更请求|10012" }}
states = {{ "10101" = "submitted", "10102" = "under_assessment", "10103" = "awaiting_decision" }}
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of the command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Office:
    """A workspace in *folder*. ``run`` starts the installed command there; it answers in English."""

    folder: Path
    command: str
    env: dict[str, str] = field(default_factory=dict)

    def settle(
        self,
        jira: JiraSandbox,
        *,
        language: str = "en",
        project: str = "MALL|10000",
        policy: str = "",
        more: str = "",
        **settings: object,
    ) -> None:
        """Write the workspace's file and the secret for *jira*; *settings* are further keys of the connection."""
        said = {**jira.settings(), "secret": f"file:{SECRET}", **settings}
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in said.items())
        connections = f"[connections.jira]\n{lines}\n{more}"
        self.folder.mkdir(exist_ok=True)
        text = CONFIG.format(language=language, connections=connections, policy=policy, project=project)
        (self.folder / "pmbridge.toml").write_text(text, "utf-8")
        self.keep_secret(jira.secret().get_secret_value())

    def keep_secret(self, secret: str) -> None:
        file = self.folder / SECRET
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(secret, "utf-8")

    def read(self) -> None:
        """Sync without a process of its own: what a test only builds on."""
        with open_workspace(self.folder) as workspace:
            workspace.sync().raise_for_failures()

    def issue(self, key: str) -> RecordId:
        """The id under which the mirror has the issue *key*."""
        with sqlite3.connect(f"file:{self.folder / 'data/pmbridge.db'}?mode=ro", uri=True) as connection:
            [(id_,)] = connection.execute("select external_id from record where key = ?", (key,)).fetchall()
        connection.close()
        return RecordId(kind="issue", external_id=id_)

    def run(self, *args: str, env: Mapping[str, str] | None = None, code: int | None = None) -> Done:
        done = subprocess.run(
            [self.command, *args],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={**os.environ, **self.env, **(env or {})},
        )
        assert "Traceback" not in done.stderr, done.stderr
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.command, *args],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.env, **(env or {})},
        )


@contextmanager
def an_office(folder: Path, command: str, **how: Any) -> Iterator[tuple[Office, JiraSandbox]]:
    """Give a settled office and its Jira, with the story up to Friday 5 June 2026, 17:20."""
    with a_jira(**how) as jira:
        office = Office(folder=folder, command=command)
        office.settle(jira)
        yield office, jira
