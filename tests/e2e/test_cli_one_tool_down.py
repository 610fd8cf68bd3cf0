"""A sync with one of four tools down: the other three are read, the screen and the report say so, and it ends with 5.

The four servers run here, the command in processes of its own, as cron would start it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.demo import ALL_TOOLS, BEFORE_THE_LIMIT, Demo
from pmbridge.testing.faults import Fault
from pmbridge.workspace import open_workspace

ITEMS = {"jira": 410, "pingcode": 63, "worktile": 41, "trello": 38}
TITLES = {"jira": "Jira", "pingcode": "PingCode", "worktile": "Worktile", "trello": "Trello"}
MISSING = {
    "jira": ["M3", "M4", "M5"],
    "pingcode": ["M1"],
    "worktile": ["M6", "M7"],
    "trello": ["M2"],
}
"""The milestones that only this tool knows."""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


@dataclass
class Office:
    """A workspace over four tools, of which one is going to be down."""

    demo: Demo
    tool: str
    command: str

    def run(self, *args: str) -> Done:
        done = subprocess.run(
            [self.command, "--config", str(self.demo.workspace_folder), *args],
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env=os.environ,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def sources(self) -> dict[str, dict[str, list[str]]]:
        """Draft a report and return the rows of its S14, by language and tool."""
        out = self.demo.folder / "drafts"
        done = self.run("report", "weekly", "--out", str(out))
        assert done.code == 0, done.err
        found: dict[str, dict[str, list[str]]] = {}
        for language in ("en", "zh-CN"):
            [page] = out.glob(f"*.{language}.md")
            lines = page.read_text("utf-8").partition('<a id="sec-S14">')[2].splitlines()
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if '<a id="source-' in line]
            found[language] = {row[0].rpartition(">")[2]: row[1:] for row in rows}
        return found

    def gaps(self) -> list[dict[str, Any]]:
        """Return what the last draft says is unknown."""
        [file] = (self.demo.folder / "drafts").glob("*.json")
        found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["data"]["gaps"]
        return found

    def lines(self, done: Done) -> dict[str, str]:
        """Return the line of each connection without its padding."""
        words = [line.split() for line in done.out.splitlines()]
        return {one[0]: " ".join(one[1:]) for one in words if one and one[0] in ALL_TOOLS}

    def assert_the_others_were_read(self, done: Done, word: str) -> None:
        lines = self.lines(done)
        assert list(lines) == list(ALL_TOOLS), done.out
        for tool in ALL_TOOLS:
            if tool != self.tool:
                assert lines[tool].startswith(f"{ITEMS[tool]} {word} · "), lines[tool]


@pytest.fixture(params=ALL_TOOLS)
def office(request: pytest.FixtureRequest, tmp_path: Path, pmbridge_bin: str) -> Iterator[Office]:
    tool: str = request.param
    with Demo(tmp_path / "demo", language="en") as demo:
        demo.make_workspace()
        for server in demo.servers.values():
            server.play(BEFORE_THE_LIMIT)
        # The story's data, as servers of today have it: what the command reads is fresh by its own clock.
        demo.clock.set(datetime.now(UTC))
        file = demo.workspace_folder / "pmbridge.toml"
        text = file.read_text("utf-8")
        if tool != "trello":  # the demo has done it there
            text = text.replace(f"[connections.{tool}]", f"[connections.{tool}]\nmax_wait_s = 0")
        file.write_text(text, "utf-8")
        yield Office(demo=demo, tool=tool, command=pmbridge_bin)


def test_one_tool_down_leaves_the_others_read_and_is_said_on_the_screen_and_in_the_report(office: Office) -> None:
    tool, title, server = office.tool, TITLES[office.tool], office.demo.servers[office.tool]

    # It has never answered anything but 503.
    server.faults.add(Fault(call="* *", what="503", times=None))
    done = office.run("sync")
    assert done.code == 5, done.out + done.err
    office.assert_the_others_were_read(done, "items")
    assert office.lines(done)[tool].startswith("⚠ cannot be reached (")
    assert done.out.splitlines()[-1].endswith("[exit 5]")
    host = server.url.removeprefix("http://")
    assert f"Error: Cannot reach {host} (http 503)." in done.err
    assert "Next: try again" in done.err
    told = office.sources()
    for other in (TITLES[one] for one in ALL_TOOLS if one != tool):
        assert told["en"][other][-1] == "fresh"
        assert told["zh-CN"][other][-1] == "有效"
    assert told["en"][title] == ["never read completely", "0", "0", "never read completely"]
    assert told["zh-CN"][title] == ["尚未完整读取", "0", "0", "尚未完整读取"]
    missing = [one for one in office.gaps() if one["what"]["en"] == "record of the milestone"]
    assert [one["ref"] for one in missing] == MISSING[tool]
    assert {one["reason"] for one in missing} == {"source_unreachable"}
    # What to do about it is to read it, not to mend the mapping.
    waiting = json.loads(office.run("next", "--json").out)["tasks"]
    assert any(one["command"] == f"pmbridge sync {tool}" for one in waiting), waiting
    assert not any(one["command"] == "pmbridge engagement edit" for one in waiting), waiting

    # It comes back: nothing of the failure stays.
    server.faults.clear()
    with open_workspace(office.demo.workspace_folder) as workspace:
        workspace.sync().raise_for_failures()
        assert [source.problem for source in workspace.engagement().view().sources] == [None] * 4

    # It is gone: the port is closed. Its data is minutes old, and yet the report says that the last read failed.
    server.__exit__(None, None, None)
    done = office.run("sync", "--lang", "zh-CN")
    assert done.code == 5, done.out + done.err
    office.assert_the_others_were_read(done, "项")
    line = office.lines(done)[tool]
    assert line.startswith("⚠ 连不上；沿用 "), line
    assert "的数据（已重试 " in line
    assert done.out.splitlines()[-1].endswith("[退出码 5]")
    assert f"错误：连不上 {host}（拒绝）。" in done.err
    assert "的数据保留。" in done.err
    assert "下一步：稍后再试" in done.err
    told = office.sources()
    assert told["en"][title][-1] == "the last read did not complete; earlier data is used"
    assert told["zh-CN"][title][-1] == "最近一次读取未完成，沿用上次的数据"
    assert told["en"][title][1] == str(ITEMS[tool])
    for other in (TITLES[one] for one in ALL_TOOLS if one != tool):
        assert told["en"][other][-1] == "fresh"
    # A scheduled run is no alarm for a blip.
    quiet = office.run("sync", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (5, "", "")
