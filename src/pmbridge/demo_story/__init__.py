"""The register's part of the demo's story: every command as it is typed, with when it really happened.

``*.txt`` hold command lines without ``pmbridge``, in the words of a shell; ``papers/`` what ``--from`` reads. Papers of
the client that a line names as evidence stand for themselves: a short text is written under their name.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pmbridge.demo_story.requirements import PAPERS as REQUIREMENT_PAPERS
from pmbridge.demo_story.requirements import commands

BEFORE_THE_BASES = ("rules.txt",)
"""What was agreed before anything else; once it is recorded, a sync takes the bases of the tools."""
UP_TO_28_MAY = ("requirements", "until-05-28.txt")
UP_TO_29_MAY = ("until-05-29.txt",)
UP_TO_4_JUNE = ("until-06-04.txt",)
UP_TO_5_JUNE = ("until-06-05.txt",)
UP_TO_31_JULY = ("until-07-31.txt",)

_HERE: Traversable = files(__package__ or "")
_STAND_IN = "这份文件只存在于演示的故事中。 This paper exists in the demo's story only.\n\n{name}\n"
_MAIL = "From: {sender}\nTo: wang@qingchuan.example\nSubject: {name}\n\n{text}"


def lines(parts: tuple[str, ...], desk: Path) -> Iterator[list[str]]:
    """Yield the commands of *parts* as words, in the order in which they are typed.

    The files that they name are written to *desk* and named by their whole path.
    """
    for part in parts:
        written = commands() if part == "requirements" else _HERE.joinpath(part).read_text("utf-8").splitlines()
        for line in written:
            words = shlex.split(line, comments=True)
            if words:
                yield _with_files(words, desk)


def _with_files(words: list[str], desk: Path) -> list[str]:
    made = list(words)
    for at, word in enumerate(words[:-1], 1):
        if word == "--from":
            made[at] = str(_paper(words[at], desk))
        elif word == "--evidence":
            kind, colon, name = words[at].rpartition(":")
            made[at] = f"{kind}{colon}{_evidence(name, desk)}"
    return made


def _paper(name: str, desk: Path) -> Path:
    text = REQUIREMENT_PAPERS.get(name) or _HERE.joinpath("papers", name).read_text("utf-8")
    return _put(desk / name, text)


def _evidence(name: str, desk: Path) -> Path:
    text = _STAND_IN.format(name=name)
    if name.endswith(".eml"):
        text = _MAIL.format(sender="zhangmin@lanhai.example", name=name.removesuffix(".eml"), text=text)
    return _put(desk / name, text)


def _put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
