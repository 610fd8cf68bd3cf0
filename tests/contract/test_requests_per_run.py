"""How often a tool is asked: each run costs what the design promises, and what it costs more has a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import pmbridge.sync.run
from benchmarks.counts import PROMISES, Counted, by_jira, by_py_trello, furnished, ours

TOOLS = sorted({tool for tool, _ in PROMISES})


@pytest.mark.parametrize("projects", [1, 3])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_run_costs_the_promised_requests(tool: str, projects: int) -> None:
    first, again = ours(tool, projects, items=3)
    assert (first.run, first.requests) == ("first", first.expected)
    assert (again.run, again.requests) == ("again", again.expected)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_project_more_costs_no_more_the_more_there_are(tool: str) -> None:
    """Broken, something is asked once per pair of projects."""
    costs = [[one.requests for one in ours(tool, projects, items=2)] for projects in (1, 2, 3)]
    for one, two, three in zip(*costs, strict=True):
        assert three - two == two - one


@pytest.mark.parametrize(("tool", "quiet"), [("jira", 4), ("trello", 1), ("worktile", 4)])
def test_what_the_design_says_of_a_quiet_run_is_true_to_the_letter(tool: str, quiet: int) -> None:
    promise = PROMISES[tool, "again"]
    assert promise.paper(3, 25) == promise.expected(3, 25) == quiet


def test_more_pages_cost_more_requests() -> None:
    """Else the counts above would hold for projects that fit into one answer alone."""
    first, _ = ours("jira", 1, items=101)
    assert first.requests == first.expected == PROMISES["jira", "first"].expected(1, 100) + 1
    _, again = ours("worktile", 1, items=200)
    assert again.requests == again.expected == 1 + 2


@pytest.mark.parametrize("peer", [by_jira, by_py_trello])
def test_the_peers_read_the_same_and_need_no_less(peer: Callable[[int, int], Counted]) -> None:
    counted = peer(3, 3)
    *_, again = ours(counted.tool, 3, items=3)
    assert again.requests < counted.requests


def test_a_first_sync_looks_at_each_record_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members come with each of their boards; that must not send every card through recognition again."""

    def again(*_: object) -> None:
        raise AssertionError("everything is read from the store again")

    monkeypatch.setattr(pmbridge.sync.run, "_look_at_everything", again)
    first, *_ = ours("trello", 3, items=3)
    assert first.run == "first"


def test_the_furniture_is_there() -> None:
    with furnished("trello", 2, 3) as (sandbox, projects):
        assert len(projects) == 2
        assert sandbox.requests == []
