"""The tutorials: whoever types what they say gets what they show."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.desk import Desk

TUTORIALS = Path(__file__).parents[2] / "docs/tutorial"
_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_YEAR = re.compile(r"\b20\d\d-(?=\d\d-\d\d\b)")
"""Screens drop the year while it is the current one."""


class Typed(NamedTuple):
    """A command of a tutorial, and the screen that it shows after it."""

    words: list[str]
    screen: str


def steps(text: str) -> Iterator[tuple[str, str] | Typed]:
    """Yield what a reader does, in order: files to save as (name, content), and commands."""
    for block in _BLOCK.finditer(text):
        if block["file"]:
            yield block["file"], block["body"]
            continue
        assert block["kind"] == "console", block[0]
        for command in re.split(r"^\$ ", block["body"], flags=re.MULTILINE)[1:]:
            line, *rest = command.replace("\\\n> ", "").split("\n")
            yield Typed(shlex.split(line), "\n".join(rest).strip())


@pytest.mark.parametrize(
    ("file", "language"), [("first-engagement.md", "en"), ("first-engagement.zh-CN.md", "zh-CN")], ids=["en", "zh-CN"]
)
def test_every_command_of_the_tutorial_shows_what_the_tutorial_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    language: str,
) -> None:
    desk = Desk(folder=tmp_path / "desk", command="", patch=monkeypatch, capture=capsys)
    commands, began = 0, time.perf_counter()
    for step in steps((TUTORIALS / file).read_text("utf-8")):
        if not isinstance(step, Typed):
            (desk.folder / step[0]).write_text(step[1], "utf-8")
            continue
        assert step.words[0] == "pmbridge", step.words
        done = desk.run(*step.words[1:], env={"PMBRIDGE_LANG": language})
        shown = (done.out + done.talk).strip()
        lines = [line.rstrip() for line in shown.splitlines()]
        assert _YEAR.sub("", "\n".join(lines)) == _YEAR.sub("", step.screen), shlex.join(step.words)
        commands += 1
    assert commands == 22
    assert time.perf_counter() - began < 60, "a newcomer has 15 minutes, most of them to read"


def test_both_tutorials_tell_the_same_story() -> None:
    told = [
        [
            [word for word in step.words if not word.startswith("--") and word.isascii()][:3]
            for step in steps((TUTORIALS / file).read_text("utf-8"))
            if isinstance(step, Typed)
        ]
        for file in ("first-engagement.md", "first-engagement.zh-CN.md")
    ]
    assert [one[:2] for one in told[0]] == [one[:2] for one in told[1]]
