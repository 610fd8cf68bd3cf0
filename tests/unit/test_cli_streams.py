"""The streams of a process: a reader who left hears nothing, a full disk is said in a sentence."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests import needs


def test_a_closed_pipe_ends_quietly(pmbridge_bin: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([pmbridge_bin, "--help"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def full() -> Iterator[IO[str]]:
    """A device that has no room left."""
    if not Path("/dev/full").exists():
        needs.missing("this system has no /dev/full")
    with Path("/dev/full").open("w", encoding="utf-8") as device:
        yield device


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("args", "command"), [("--help", "pmbridge"), ("adapters", "pmbridge adapters"), ("adapters --json", "adapters")]
)
def test_a_result_that_cannot_be_written_is_said_and_is_no_bug(
    pmbridge_bin: str, full: IO[str], args: str, command: str, unbuffered: str, home: Path
) -> None:
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered, "PMBRIDGE_LANG": "en"}
    done = subprocess.run(
        [pmbridge_bin, *args.split()], stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False
    )
    what, following, name = done.stderr.splitlines()
    assert done.returncode == 2
    assert what == (
        "Error: The result could not be written: No space left on device. What the command has stored is kept."
    )
    assert following.startswith("Next: make room or write elsewhere, then pmbridge")
    assert following.endswith(command)
    assert name == "[output]"
    assert list(home.rglob("bug-*")) == []


def test_with_no_room_for_the_talk_either_the_exit_code_has_to_do(pmbridge_bin: str, full: IO[str]) -> None:
    for args in (["adapters"], ["no-such-command"]):
        assert subprocess.run([pmbridge_bin, *args], stdout=full, stderr=full, check=False).returncode == 2


@pytest.mark.parametrize("args", ["adapters", "adapters --json", "no-such-command --json"])
def test_a_reader_who_left_hears_nothing(pmbridge_bin: str, args: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for unbuffered in ("", "1"):
        env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(
            [pmbridge_bin, *args.split()], stdout=writer, stderr=subprocess.PIPE, text=True, env=env, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    os.close(writer)
