"""The story that the Trello sandbox tells is the one that the report's figures are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pmbridge.testing.sandbox import FakeClock
from pmbridge_trello.sandbox import TrelloSandbox
from tests.contract.trello_visitor import Json, Visitor, visiting

ZONE = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@contextmanager
def told(until: datetime) -> Iterator[Visitor]:
    sandbox = TrelloSandbox(FakeClock(until))
    with visiting(sandbox) as visitor:
        sandbox.play(until)
        yield visitor


def board(me: Visitor) -> Json:
    (head,) = me.get("/members/me/boards", fields="name")
    assert head["name"] == "会员商城设计"
    found: Json = me.get(f"/boards/{head['id']}", fields="all", lists="all", labels="all", cards="all")
    return found


def counted(found: Json) -> dict[str, int]:
    names = {one["id"]: one["name"] for one in found["lists"]}
    return dict(Counter(names[card["idList"]] for card in found["cards"]))


def labelled(found: Json, label: str) -> list[Json]:
    return [card for card in found["cards"] if [one["name"] for one in card["labels"]] == [label]]


@pytest.mark.parametrize("until", [at(5, 28, 10), at(5, 29, 18), at(6, 4, 17, 30)])
def test_at_each_stop_the_design_is_done(until: datetime) -> None:
    with told(until) as me:
        found = board(me)
        assert [one["name"] for one in found["lists"]] == ["待设计", "设计中", "已验收"]
        assert counted(found) == {"待设计": 7, "已验收": 31}
        (milestone,) = labelled(found, "里程碑")
        assert (milestone["name"], milestone["due"]) == ("M2 设计验收", "2026-05-08T10:00:00.000Z")
        accepted = found["lists"][2]["id"]
        items = labelled(found, "M2")
        assert len(items) == 30
        assert {one["idList"] for one in (*items, milestone)} == {accepted}


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (at(4, 8, 9, 30), {"待设计": 1}),
        (at(4, 8, 12), {"待设计": 31}),
        (at(4, 13, 17), {"待设计": 27, "设计中": 2, "已验收": 2}),
        (at(5, 8, 18), {"待设计": 3, "设计中": 2, "已验收": 26}),
        (at(5, 12, 12), {"设计中": 2, "已验收": 29}),
        (at(5, 12, 17), {"已验收": 31}),
        (at(5, 20, 18), {"待设计": 5, "已验收": 31}),
    ],
)
def test_the_design_proceeds_day_by_day(until: datetime, expected: dict[str, int]) -> None:
    with told(until) as me:
        assert counted(board(me)) == expected


def test_the_history_tells_when_each_card_was_accepted() -> None:
    with told(at(6, 4, 17, 30)) as me:
        moves = me.get(f"/boards/{board(me)['id']}/actions", filter="updateCard:idList", limit=1000)
    accepted = [one for one in moves if one["data"]["listAfter"]["name"] == "已验收"]
    moments = sorted(datetime.fromisoformat(one["date"]).astimezone(ZONE) for one in accepted)
    assert len(moments) == 31
    assert (moments[0], moments[-1]) == (at(4, 13, 16), at(5, 12, 17))
    assert accepted[0]["data"]["card"]["name"] == "M2 设计验收"
    holidays = {at(5, day, 0).date() for day in (1, 2, 3, 4, 5)}
    assert not {one.date() for one in moments} & holidays
    assert at(5, 9, 16) in moments, "a Saturday on which people work"


def test_ids_and_last_activity_are_of_the_moment_they_tell_of() -> None:
    with told(at(6, 4, 17, 30)) as me:
        found = board(me)
    (milestone,) = labelled(found, "里程碑")
    assert datetime.fromtimestamp(int(milestone["id"][:8], 16), UTC) == at(4, 8, 9, 30)
    assert datetime.fromisoformat(milestone["dateLastActivity"]) == at(5, 12, 17)
    assert datetime.fromisoformat(found["dateLastActivity"]) == at(5, 26, 11, 6)


def test_playing_in_pieces_comes_to_the_same() -> None:
    once, often = (TrelloSandbox(FakeClock(at(6, 5, 18))) for _ in range(2))
    once.play(at(6, 5, 18))
    moment = at(4, 7, 9)
    while moment <= at(6, 5, 18):
        often.play(moment)
        moment += timedelta(hours=7)
    often.play(at(6, 5, 18))
    assert often.store.cards == once.store.cards
    assert list(often.store.ledger.actions.values()) == list(once.store.ledger.actions.values())


def test_on_5_june_from_17_00_nobody_with_the_apps_key_is_answered() -> None:
    with told(at(6, 5, 16, 59)) as me:
        assert me.get("/members/me/boards")
        me.sandbox.play(at(6, 5, 18))
        answer = me.ask("/members/me/boards")
        assert (answer.status_code, answer.json()["error"]) == (429, "API_KEY_LIMIT_EXCEEDED")
        me.sandbox.play(at(6, 5, 23))
        assert me.get("/members/me/boards")
