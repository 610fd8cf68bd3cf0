"""What the command line says: hints that name commands which exist, and no screen that is missing a language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from pmbridge.error_words import WORDS
from pmbridge_cli import words
from pmbridge_cli.context import App
from pmbridge_cli.grammar import Command, Tree
from pmbridge_cli.main import TREE
from pmbridge_cli.words import Both
from tests.needs import ROOT

# What pmbridge does in a sentence about itself; any other word behind its name is a command.
VERBS = {"needs", "turns", "made", "does", "keeps", "can", "cannot", "is", "was", "has", "asks", "reads", "knows"}
_COMMAND = re.compile(r"pmbridge(?=[ ])(?:\s+(?:\[[^\]]*\]|[A-Za-z0-9{}_./:…\"=-]+))+")
_SOURCES = ("src/pmbridge", "cli/pmbridge_cli", "adapters/pmbridge_jira")


def commands_in(text: str) -> Iterator[list[str]]:
    """The commands that a text names, as words of a command line."""
    for found in _COMMAND.finditer(text):
        named = found[0].split()[1:]
        # A sentence goes on behind a command: "pmbridge doctor jira (…)", "pmbridge sync or …".
        kept = []
        for word in named:
            if word in ("or", "and", "to", "here", "then"):
                break
            kept.append(re.sub(r"(?<=[a-z])\{x\}$", "", word).rstrip(".,;:"))
        if kept and kept[0] not in VERBS and re.match(r"^(-|[a-z])", kept[0]):
            yield kept


def resolved(named: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words lead to, and the words that are left."""
    here: click.Command = TREE
    left = [*named]
    while isinstance(here, Tree):
        if left and left[0].startswith("-"):
            assert left[0] in options_of(here), f"there is no option {left[0]}"
            left = left[2:] if left[0] in ("--config", "-e") else left[1:]
            continue
        if not left:
            break
        name = left.pop(0)
        found = here.get_command(click.Context(here), name)
        assert found is not None, f"there is no command {' '.join(named)!r}"
        here = found
    return here, left


def options_of(one: click.Command) -> set[str]:
    return {name for param in one.params for name in param.opts} | {"--help", "-h"}


def hints() -> list[tuple[str, str]]:
    """Every text of ours that may name a command: error words, and all literals of library, CLI and adapter."""
    found = [
        (f"error_words:{name}", text)
        for name, said in WORDS.items()
        for text in (said.en, said.zh, said.next_en, said.next_zh)
    ]
    for folder in _SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if file.name == "error_words.py" or "/templates/" in str(file):
                continue
            found += [(file.name, text) for text in _literals(file)]
    return [(where, text) for where, text in found if "pmbridge " in text]


def _literals(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings and id(node) not in inner:
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{x}" for part in node.values)


@pytest.mark.parametrize(("where", "text"), hints())
def test_a_hint_names_only_a_command_that_exists(where: str, text: str) -> None:
    for named in commands_in(text):
        command, left = resolved(named)
        unknown = [word for word in left if word.startswith("--") and word.partition("=")[0] not in options_of(command)]
        assert not unknown, f"{where}: {text!r} names {unknown}"


def test_the_hints_are_really_found() -> None:
    assert len(hints()) > 60
    assert list(commands_in("check base_url, then pmbridge connect {name}")) == [["connect", "{name}"]]
    assert list(commands_in("pmbridge sync --accept-mapping, or pmbridge engagement edit")) == [
        ["sync", "--accept-mapping"],
        ["engagement", "edit"],
    ]
    assert list(commands_in("改好后运行 pmbridge doctor")) == [["doctor"]]


def test_what_does_not_exist_yet_is_not_in_the_tree() -> None:
    for name in ("worker",):
        assert TREE.get_command(click.Context(TREE), name) is None


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_error_is_worded_in_both_languages(name: str) -> None:
    said = WORDS[name]
    assert said.en
    assert said.zh
    assert bool(said.next_en) == bool(said.next_zh)
    assert re.findall(r"\{\w+?\}", said.next_en.replace("_zh", "")) == re.findall(
        r"\{\w+?\}", said.next_zh.replace("_zh", "")
    )


def test_every_both_has_two_languages() -> None:
    empty = []
    for file in sorted((ROOT / "cli/pmbridge_cli").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Both" and len(node.args) == 2:
                en, zh = (arg.value if isinstance(arg, ast.Constant) else "?" for arg in node.args)
                if bool(en) != bool(zh) and (file.name, en) != ("output.py", words_without_chinese()):
                    empty.append(f"{file.name}:{node.lineno}")
    assert not empty


def words_without_chinese() -> str:
    from pmbridge_cli import output

    return output._NO_CHINESE.en


# ---------------------------------------------------------------------------------------------- dates and counts

TODAY = date(2026, 6, 5)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("on", "shown"), [(date(2026, 6, 5), "06-05"), (date(2025, 12, 31), "2025-12-31"), (date(2027, 1, 1), "2027-01-01")]
)
def test_the_year_is_written_only_when_it_is_another(on: date, shown: str) -> None:
    assert words.day(on, TODAY) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 6, 5, 10, 0, tzinfo=UTC), "18:00"),
        (datetime(2026, 6, 4, 9, 30, tzinfo=UTC), "06-04 17:30"),
        (datetime(2025, 12, 31, 18, 0, tzinfo=UTC), "02:00"),
    ],
)
def test_a_moment_is_that_of_the_zone(at: datetime, shown: str) -> None:
    now = datetime(2026, 1, 1, 0, 0, tzinfo=UTC) if at.year == 2025 else datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
    assert words.moment(at, SHANGHAI, now) == shown


def test_ages_and_counts_have_their_unit() -> None:
    assert words.late(1) == Both("1 working day late", "晚 1 个工作日")
    assert words.late(2) == Both("2 working days late", "晚 2 个工作日")
    assert words.slip(0) == Both("0", "0")
    assert words.slip(-1) == Both("early 1", "早 1")
    assert words.counted(1, "item", "items", " 项") == Both("1 item", "1 项")
    assert words.counted(1204, "item", "items", " 项") == Both("1,204 items", "1,204 项")


def test_refs_in_a_row_are_drawn_together() -> None:
    from pmbridge_cli.figures import runs_of

    assert runs_of(["M1", "M2", "M3"]) == Both("M1–M3", "M1–M3")
    assert runs_of(["M1", "M2", "M6"]) == Both("M1, M2, M6", "M1、M2、M6")
    assert runs_of(["GOAL-01", "M1", "M2", "M3", "M4", "M7"]).zh == "GOAL-01、M1–M4、M7"
    assert runs_of([]) == Both("", "")


def test_an_app_without_terminal_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert App().interactive is False
    assert isinstance(TREE.get_command(click.Context(TREE), "sync"), Command)
