"""A connection that is to write: Trello's token says what it may do, and only one made for writing may write."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmbridge.demo import BEFORE_THE_LIMIT
from pmbridge.testing.clock import FakeClock
from pmbridge_trello.sandbox import TrelloSandbox
from tests.e2e.desk import Desk


@pytest.fixture
def desk(
    tmp_path: Path, pmbridge_bin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return Desk(folder=tmp_path / "pm", command=pmbridge_bin, patch=monkeypatch, capture=capsys)


def read_only(desk: Desk) -> object:
    return tomllib.loads(desk.config)["connections"]["trello"]["read_only"]


@pytest.fixture
def trello() -> Iterator[TrelloSandbox]:
    with TrelloSandbox(FakeClock(BEFORE_THE_LIMIT)) as sandbox:
        sandbox.play(BEFORE_THE_LIMIT)
        yield sandbox


def given(trello: TrelloSandbox, *more: str) -> tuple[str, ...]:
    return ("connect", "trello", "--url", trello.url, "--set", f"api_key={trello.settings()['api_key']}", *more)


def test_it_is_asked_for_with_a_link_that_gives_the_right(desk: Desk, trello: TrelloSandbox) -> None:
    trello.service.may_write = True
    with desk.sit_down(*given(trello, "--write", "--keep", "file")) as terminal:
        terminal.answer("粘贴令牌", trello.secret().get_secret_value())
        assert terminal.end() == 0
        assert "scope=read,write" in "".join(terminal.screen.split())
        assert "模式：可写。" in terminal.screen
    assert read_only(desk) is False


def test_without_write_the_link_asks_for_reading_alone(desk: Desk, trello: TrelloSandbox) -> None:
    with desk.sit_down(*given(trello, "--keep", "file")) as terminal:
        terminal.answer("粘贴令牌", trello.secret().get_secret_value())
        assert terminal.end() == 0
        assert "scope=read&" in "".join(terminal.screen.split())
    assert read_only(desk) is True


def test_one_that_may_only_read_is_not_taken_for_it(desk: Desk, trello: TrelloSandbox) -> None:
    done = desk.run(*given(trello, "--write", "--secret-stdin"), stdin=trello.secret().get_secret_value())
    assert (done.code, desk.files()) == (1, []), done.talk
    assert "错误：这个令牌只能读；--write 需要可写的令牌。" in done.talk
    assert "下一步：pmbridge connect trello --write" in done.talk


def test_a_connection_that_reads_gets_a_new_one(desk: Desk, trello: TrelloSandbox) -> None:
    reading = given(trello, "--keep", "file", "--secret-stdin", "--expires", "never")
    assert desk.run(*reading, stdin=trello.secret().get_secret_value()).code == 0
    done = desk.run("connect", "trello", "--write")
    assert done.code == 1
    assert read_only(desk) is True
    with desk.sit_down("connect", "trello", "--write") as terminal:
        terminal.wait_for("这个令牌只能读")
        terminal.wait_for("scope=read,write")
        # The account's owner follows the link: what is pasted now may write.
        trello.service.may_write = True
        terminal.answer("粘贴令牌", trello.secret().get_secret_value())
        assert terminal.end() == 0
    assert read_only(desk) is False


def test_renewing_one_that_writes_keeps_asking_for_both(desk: Desk, trello: TrelloSandbox) -> None:
    trello.service.may_write = True
    writing = given(trello, "--write", "--keep", "file", "--secret-stdin", "--expires", "never")
    assert desk.run(*writing, stdin=trello.secret().get_secret_value()).code == 0
    with desk.sit_down("connect", "trello") as terminal:
        terminal.wait_for("scope=read,write")
        terminal.answer("粘贴令牌", trello.secret().get_secret_value())
        assert terminal.end() == 0
    assert read_only(desk) is False


def test_what_goes_wrong_names_the_tool(desk: Desk, trello: TrelloSandbox) -> None:
    trello.service.exhausted = True
    done = desk.run(*given(trello, "--secret-stdin"), stdin=trello.secret().get_secret_value())
    assert done.code == 75
    assert "错误：Trello 要求等待 " in done.talk
