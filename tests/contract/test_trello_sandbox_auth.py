"""Who the Trello sandbox lets in, and how it tells a bad credential from a thing that is not for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pmbridge.testing.sandbox import Fault, What
from tests.contract.trello_visitor import NOW, Visitor, oauth, trello, visiting

KEY = "5a3bb0c7d1e24f6891a2b3c4d5e6f708"


@pytest.fixture
def me() -> Iterator[Visitor]:
    with visiting(trello()) as visitor:
        yield visitor


def stranger(me: Visitor, authorization: str | None = None) -> Visitor:
    return Visitor(me.sandbox, authorization)


@pytest.mark.parametrize("auth", ["token", "bearer"])
def test_the_settings_and_the_secret_open_the_account(auth: str) -> None:
    sandbox = trello(auth=auth)
    with visiting(sandbox) as me:
        assert me.get("/members/me", fields="username") == {"id": sandbox.store.me.id, "username": "wanggong"}
        assert sandbox.settings()["base_url"] == sandbox.url
        assert ("api_key" in sandbox.settings()) == (auth == "token")


def test_key_and_token_may_stand_in_the_query(me: Visitor) -> None:
    other = stranger(me)
    pair = {"key": me.sandbox.service.key, "token": me.sandbox.service.token}
    assert other.get("/members/me", **pair)["username"] == "wanggong"
    assert other.refusal("/members/me", **{**pair, "token": "x"}) == (401, "invalid token")
    other.close()


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (oauth("f" * 32, "x"), (401, "invalid key")),
        (oauth(KEY, "the-secret-instead-of-the-token"), (401, "invalid token")),
        ("Bearer nonsense", (401, "invalid token")),
    ],
)
def test_a_wrong_credential_is_named_in_plain_text(me: Visitor, authorization: str, expected: tuple[int, str]) -> None:
    other = stranger(me, authorization)
    assert other.refusal("/members/me") == expected
    other.close()


def test_a_key_without_a_token_lacks_scopes_and_says_so_in_json(me: Visitor) -> None:
    other = stranger(me)
    answer = other.ask("/members/me", {"key": KEY})
    assert (answer.status_code, answer.json()) == (401, {"message": "missing scopes"})
    other.close()


def test_a_token_that_ran_out_is_told_from_a_wrong_one() -> None:
    sandbox = trello(expires=NOW + timedelta(hours=1))
    with visiting(sandbox) as me:
        assert me.get("/members/me")["username"] == "wanggong"
        sandbox.clock.advance(3600)
        assert me.refusal("/members/me") == (401, "expired token")


def test_the_token_tells_when_it_ends_and_what_it_may(me: Visitor) -> None:
    token = me.sandbox.service.token
    told = me.get(f"/tokens/{token}", fields="dateExpires,permissions")
    assert told["dateExpires"] is None
    assert {one["modelType"]: one["write"] for one in told["permissions"]} == {
        "Member": False, "Board": False, "Organization": False,
    }  # fmt: skip
    with visiting(trello(expires=NOW + timedelta(days=30), may_write=True)) as writer:
        told = writer.get(f"/tokens/{token}")
        assert told["dateExpires"] == "2026-07-05T08:00:00.000Z"
        assert all(one["write"] for one in told["permissions"])


def test_a_made_up_token_is_400_where_it_is_asked_about(me: Visitor) -> None:
    assert me.refusal("/tokens/nonsense") == (400, "invalid token")
    other = stranger(me, oauth(KEY, "nonsense"))
    assert other.refusal("/tokens/nonsense") == (400, "invalid token")
    other.close()


def test_a_stranger_sees_public_boards_and_nothing_else(me: Visitor) -> None:
    store = me.sandbox.store
    public, private = store.add_board("Public", lists=["a"], permission="public"), store.add_board("Private")
    card = store.add_card(store.lists_of(store.add_board("P2", lists=["b"]))[0], "Card")
    other = stranger(me)
    assert other.get(f"/boards/{public.id}")["name"] == "Public"
    assert other.refusal(f"/boards/{private.id}") == (401, "unauthorized permission requested")
    assert other.refusal(f"/cards/{card.id}") == (401, "unauthorized card permission requested")
    assert other.refusal("/members/me") == (401, "unauthorized permission requested")
    other.close()


def test_the_account_sees_its_own_boards_its_organisations_and_public_ones(me: Visitor) -> None:
    store = me.sandbox.store
    mine = store.add_board("Mine")
    org = store.add_board("Org", mine=False, permission="org", organization=True)
    closed = store.add_board("Others'", mine=False)
    assert [one["name"] for one in me.get("/members/me/boards", fields="name")] == ["Mine"]
    assert me.get(f"/boards/{org.id}")["name"] == "Org"
    assert me.refusal(f"/boards/{closed.id}")[0] == 401
    assert [one["name"] for one in me.get("/organizations/qingchuan/boards")] == ["Org"]
    assert me.sandbox.projects() == (mine.id, org.id)


def test_a_hidden_board_is_refused_with_all_that_is_on_it(me: Visitor) -> None:
    world, store = me.sandbox.world, me.sandbox.store
    board = world.project()
    card = world.add_item(board, "Card")
    in_list = store.lists_of(store.boards[board])[0]
    world.hide_project(board)
    assert me.get("/members/me/boards") == []
    assert me.refusal(f"/boards/{board}") == (401, "unauthorized permission requested")
    assert me.refusal(f"/boards/{board}/cards") == (401, "unauthorized permission requested")
    assert me.refusal(f"/lists/{in_list.id}") == (401, "unauthorized permission requested")
    assert me.refusal(f"/cards/{card.external_id}") == (401, "unauthorized card permission requested")
    world.restore_project(board)
    assert me.get(f"/cards/{card.external_id}")["name"] == "Card"


def test_a_wrong_route_or_method_is_404_in_other_words(me: Visitor) -> None:
    assert me.refusal("/nonsense") == (404, "Cannot GET /1/nonsense")
    answer = me.ask("/members/me", method="POST")
    assert (answer.status_code, answer.text) == (404, "Cannot POST /1/members/me")


def test_a_token_that_may_only_read_changes_nothing(me: Visitor) -> None:
    answer = me.ask("/cards", method="POST", body={"name": "x"})
    assert (answer.status_code, answer.text) == (401, "unauthorized permission requested")


def test_another_version_is_404(me: Visitor) -> None:
    answer = me.session.get(f"{me.sandbox.url}/2/members/me", timeout=30)
    assert (answer.status_code, answer.text) == (404, "Cannot GET /2/members/me")


@pytest.mark.parametrize(
    ("what", "status", "text"),
    [("500", 500, "Internal Server Error"), ("503", 503, "Service Unavailable"), ("expired", 401, "expired token"),
     ("forbidden", 403, "Forbidden"), ("anonymous", 401, "unauthorized permission requested")],
)  # fmt: skip
def test_planned_faults_are_worded_as_trello_does(me: Visitor, what: What, status: int, text: str) -> None:
    me.sandbox.faults.add(Fault(call="GET /1/members/me", what=what))
    assert me.refusal("/members/me") == (status, text)
    assert me.get("/members/me")


def test_a_planned_wait_is_announced(me: Visitor) -> None:
    me.sandbox.faults.add(Fault(call="* *", what="503", retry_after=2.5), Fault(call="* *", what="429", retry_after=7))
    assert me.ask("/members/me").headers["Retry-After"] == "3"
    me.sandbox.faults.add(Fault(call="* *", what="429", retry_after=7))
    assert me.ask("/members/me").headers["Retry-After"] == "7"
