"""How often the Trello sandbox may be asked: per token, per key, per account, and what a refusal says."""

from __future__ import annotations

from typing import Any

import pytest

from pmbridge_trello.sandbox import Limits
from tests.contract.trello_visitor import Visitor, trello, visiting

TOKEN = {"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}
KEY = {"error": "API_KEY_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}
MEMBERS = {"error": "RATE_LIMIT_EXCEEDED", "message": "Exceeded rate limit to /1/member"}


def statuses(me: Visitor, count: int, path: str = "/organizations/qingchuan", **params: Any) -> list[int]:
    return [me.ask(path, params).status_code for _ in range(count)]


def test_a_token_gets_100_requests_in_ten_seconds() -> None:
    sandbox = trello()
    with visiting(sandbox) as me:
        assert statuses(me, 101) == [200] * 100 + [429]
        answer = me.ask("/organizations/qingchuan")
        assert answer.json() == TOKEN
        assert answer.headers["Content-Type"].startswith("application/json")
        assert "Retry-After" not in answer.headers
        sandbox.clock.advance(9.9)
        assert statuses(me, 1) == [429]
        sandbox.clock.advance(0.1)
        assert statuses(me, 1) == [200]


def test_every_answer_tells_what_is_left() -> None:
    with visiting(trello()) as me:
        statuses(me, 9)
        headers = me.ask("/nonsense").headers
        assert {name: value for name, value in headers.items() if name.startswith("X-Rate-Limit-Api")} == {
            "X-Rate-Limit-Api-Key-Interval-Ms": "10000", "X-Rate-Limit-Api-Key-Max": "300",
            "X-Rate-Limit-Api-Key-Remaining": "290", "X-Rate-Limit-Api-Token-Interval-Ms": "10000",
            "X-Rate-Limit-Api-Token-Max": "100", "X-Rate-Limit-Api-Token-Remaining": "90",
        }  # fmt: skip
        assert headers["X-Rate-Limit-Member-Interval-Ms"] == "10000"
        assert headers["X-Rate-Limit-Db-Query-Time-Max"] == "7200000"
        assert headers["X-Server-Time"] == "1780646400000"
        assert headers["X-Trello-Version"]


def test_the_key_is_shared_with_others() -> None:
    with visiting(trello(limits=Limits(others=295))) as me:
        assert statuses(me, 6) == [200] * 5 + [429]
        assert me.ask("/organizations/qingchuan").json() == KEY


def test_members_have_a_limit_of_their_own() -> None:
    sandbox = trello()
    with visiting(sandbox) as me:
        assert statuses(me, 60, "/members/me") == [200] * 60
        sandbox.clock.advance(10)
        assert statuses(me, 41, "/members/me/boards") == [200] * 40 + [429]
        assert me.ask("/members/me").json() == MEMBERS
        assert statuses(me, 1) == [200]
        sandbox.clock.advance(889)
        assert statuses(me, 1, "/members/me") == [429]
        sandbox.clock.advance(1)
        assert statuses(me, 1, "/members/me") == [200]


def test_nested_routes_of_members_may_be_free() -> None:
    sandbox = trello(quirks=["nested-members-free"], limits=Limits(members=3))
    with visiting(sandbox) as me:
        assert statuses(me, 5, "/members/me/boards") == [200] * 5
        assert statuses(me, 4, "/members/me") == [200, 200, 200, 429]


def test_a_storm_of_refusals_shuts_the_key_out_for_the_window() -> None:
    sandbox = trello(limits=Limits(token=2, storm=5))
    with visiting(sandbox) as me:
        answers = [me.ask("/organizations/qingchuan").json() for _ in range(9)]
        assert [one.get("error") for one in answers] == [None] * 2 + [TOKEN["error"]] * 5 + [KEY["error"]] * 2
        sandbox.clock.advance(10)
        assert statuses(me, 1) == [200]


@pytest.mark.parametrize(("quirks", "passes"), [((), 2), (("batch-counts-once",), 20)])
def test_a_batch_counts_for_each_of_its_routes_or_once(quirks: tuple[str, ...], passes: int) -> None:
    urls = ",".join(["/organizations/qingchuan"] * 10)
    with visiting(trello(quirks=quirks, limits=Limits(token=20))) as me:
        assert statuses(me, passes + 1, "/batch", urls=urls) == [200] * passes + [429]


def test_routes_to_members_inside_a_batch_count_as_such() -> None:
    with visiting(trello(limits=Limits(members=3))) as me:
        assert statuses(me, 2, "/batch", urls="/members/me,/members/me/boards") == [200, 429]


def test_a_refusal_may_say_how_long_to_wait_and_come_as_plain_text() -> None:
    with visiting(trello(quirks=["retry-after", "plain-limits"], limits=Limits(token=0))) as me:
        answer = me.ask("/organizations/qingchuan")
        assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (429, "Rate limit exceeded", "10")
        assert answer.headers["Content-Type"].startswith("text/plain")
    with visiting(trello(quirks=["retry-after"], limits=Limits(members=0))) as me:
        assert me.ask("/members/me").headers["Retry-After"] == "900"


def test_without_limits_everything_passes() -> None:
    with visiting(trello(limits=None)) as me:
        assert statuses(me, 150, "/members/me") == [200] * 150


def test_a_key_that_others_used_up_answers_nobody() -> None:
    with visiting(trello(limits=None)) as me:
        me.sandbox.service.exhausted = True
        answer = me.ask("/members/me")
        assert (answer.status_code, answer.json()) == (429, KEY)
