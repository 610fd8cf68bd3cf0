"""Many projects described at once: in their order, what is wrong with one is told in its place and stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pmbridge
from pmbridge.adapter import Adapter, load, load_sandbox
from pmbridge.errors import ConfigError, NotVisible, TransientError
from pmbridge.records import ProjectSchema
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import context
from pmbridge.testing.faults import Fault
from pmbridge.testing.sandbox import Sandbox


@pytest.fixture(params=["jira", "trello", "pingcode", "worktile"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with load_sandbox(request.param)(FakeClock()) as opened:
        yield opened


def connected(sandbox: Sandbox) -> Adapter[Any]:
    cls = load(str(sandbox.settings()["adapter"]))
    return cls(cls.Settings.model_validate(sandbox.settings()), context("c", sandbox.secret(), sandbox.clock))


def test_each_answer_stands_in_its_place(sandbox: Sandbox) -> None:
    first, hidden, last = (sandbox.world.project() for _ in range(3))
    for project in (first, hidden, last):
        sandbox.world.add_item(project, "Item")
    sandbox.world.hide_project(hidden)
    one, two, three, four = connected(sandbox).describe_all([first, hidden, "no such name", last])
    assert isinstance(one, ProjectSchema)
    assert isinstance(two, NotVisible | ConfigError)
    assert isinstance(three, ConfigError)
    assert isinstance(four, ProjectSchema)
    assert [one.project.id, four.project.id] == [first, last]


def test_it_says_the_same_as_one_by_one(sandbox: Sandbox) -> None:
    projects = [sandbox.world.project() for _ in range(2)]
    adapter = connected(sandbox)
    assert list(adapter.describe_all(projects)) == [adapter.describe(project) for project in projects]


def test_none_costs_nothing(sandbox: Sandbox) -> None:
    assert list(connected(sandbox).describe_all([])) == []
    assert sandbox.requests == []


def test_a_failure_of_the_network_is_raised_and_not_told_as_a_wrong_name(sandbox: Sandbox) -> None:
    projects = [sandbox.world.project() for _ in range(2)]
    adapter = connected(sandbox)
    sandbox.faults.add(Fault(call="* *", what="503", times=None))
    with pytest.raises(TransientError):
        list(adapter.describe_all(projects))


def test_two_engagements_are_told_of_one_wrong_name_each_by_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with load_sandbox("trello")(FakeClock()) as trello:
        monkeypatch.setenv("TRELLO", trello.secret().get_secret_value())
        settings = "\n".join(f'{key} = "{value}"' for key, value in trello.settings().items())
        engagements = "".join(
            f'[engagements.{name}]\nclient = "C"\nname = "N"\n[[engagements.{name}.sources]]\n'
            'connection = "t"\nproject = "nowhere"\n'
            for name in ("one", "two")
        )
        text = f'[workspace]\n[connections.t]\nsecret = "env:TRELLO"\n{settings}\n{engagements}'
        (tmp_path / "pmbridge.toml").write_text(text, encoding="utf-8")
        with pmbridge.open(tmp_path, clock=trello.clock) as workspace:
            outcome = workspace.sync().connections["t"]
        assert [(one.exit_code, one.facts["engagement"]) for one in outcome.problems] == [(2, "one"), (2, "two")]
        asked = [one.path for one in trello.requests]
        assert asked.count("/1/members/me/boards") == 1
