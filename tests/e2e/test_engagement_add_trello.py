"""`engagement add` on Trello: boards have no key, two may bear one name, and milestones stand under a label."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge_trello.sandbox import TrelloSandbox
from tests.e2e.desk import Desk

NOW = datetime(2026, 6, 4, 8, tzinfo=UTC)
BOARD = "会员商城设计"


@pytest.fixture
def trello() -> Iterator[TrelloSandbox]:
    """A board with three milestones under a label, and what is done for them under another."""
    with TrelloSandbox(FakeClock(NOW)) as sandbox:
        store = sandbox.store
        board = store.add_board(BOARD, lists=("待设计", "已验收"), organization=True, at=NOW)
        todo, _ = store.lists_of(board)
        milestone, work = (store.add_label(board, name, "red", at=NOW) for name in ("里程碑", "M2"))
        for number in (1, 2, 3):
            due = NOW + timedelta(days=7 * number)
            store.add_card(todo, f"M{number} 第{number}版", at=NOW, due=due, labels=(milestone.id,))
        for number in range(4):
            store.add_card(todo, f"设计稿 {number}", at=NOW, labels=(work.id,))
        yield sandbox


@pytest.fixture
def desk(
    tmp_path: Path,
    pmbridge_bin: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trello: TrelloSandbox,
) -> Desk:
    desk = Desk(folder=tmp_path / "pm", command=pmbridge_bin, patch=monkeypatch, capture=capsys)
    done = desk.run(
        "connect", "trello", "--url", trello.url, "--set", f"api_key={trello.settings()['api_key']}",
        "--secret-stdin", "--keep", "file", "--expires", "never", stdin=trello.secret().get_secret_value(),
    )  # fmt: skip
    assert done.code == 0, done.talk
    return desk


def source(desk: Desk) -> dict[str, Any]:
    [found] = tomllib.loads(desk.config)["engagements"]["lanhai"]["sources"]
    assert isinstance(found, dict)
    return found


def test_cards_under_a_milestone_label_are_offered_and_read(desk: Desk) -> None:
    done = desk.run("engagement", "add", "lanhai", "--source", f"trello:{BOARD}", "--client", "蓝海零售", "--yes")
    assert done.code == 0, done.talk
    said = "".join(done.talk.split())
    assert f"trello:{BOARD}的3个带标签「里程碑」的项像里程碑" in said, done.talk
    rule = source(desk)["milestones"][0]
    assert rule["from"] == "card"
    assert rule["where"]["group"].startswith("里程碑|label:")
    assert (rule["match"], rule["items"], rule["date_is"]) == (r"^(?P<ref>M\d+)\s", "self", "plan")
    assert desk.run("sync").code == 0
    [engagement] = json.loads(desk.run("status", "--json").out)["engagements"]
    assert [one["ref"] for one in engagement["milestones"]] == ["M1", "M2", "M3"]


def test_the_english_screen_names_the_label_in_plain_words(desk: Desk) -> None:
    how = ("--source", f"trello:{BOARD}", "--client", "Lanhai", "--yes", "--lang", "en")
    done = desk.run("engagement", "add", "lanhai", *how)
    assert done.code == 0, done.talk
    assert f'3 items with the label "里程碑" of trello:{BOARD}' in " ".join(done.talk.split())


def test_of_two_boards_of_one_name_the_chosen_one_is_taken(desk: Desk, trello: TrelloSandbox) -> None:
    other = trello.store.add_board(BOARD, lists=("待办",), organization=True, at=NOW + timedelta(minutes=1))
    settled = ("--client", "蓝海零售", "--title", "设计", "--milestones", "none", "--changes", "none")
    with desk.sit_down("engagement", "add", "lanhai", *settled, "--languages", "zh", "--due", "周五 18:00") as terminal:
        offered = terminal.wait_for("› ")
        lines = [line for line in offered.splitlines() if BOARD in line]
        assert len(lines) == 2, offered
        terminal.type("1,2")
        terminal.answer("写入？")
        assert terminal.end() == 0, terminal.screen
    written = {one["project"] for one in tomllib.loads(desk.config)["engagements"]["lanhai"]["sources"]}
    assert len(written) == 2
    assert f"{BOARD}|{other.id}" in written
