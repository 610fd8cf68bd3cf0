"""The dialogue of `connect`, and the credential on its way: in one header, in no address."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from pmbridge.adapter import Response
from pmbridge.errors import ConfigError
from pmbridge.testing.context import GivenSecret
from pmbridge.values import ProjectId
from pmbridge_trello.adapter import TrelloAdapter
from pmbridge_trello.settings import Credential, TrelloSettings
from tests.unit import trello_wire as trello

LINK = f"https://trello.com/1/authorize?expiration=never&name=pmbridge&scope=read&response_type=token&key={trello.KEY}"


def ask(**answers: str) -> tuple[dict[str, object], Any]:
    def probe(url: str) -> Response:
        raise AssertionError(f"{url}: there is nothing to find out")

    settings, question = TrelloAdapter.connect(answers, probe)
    return dict(settings), question


def test_the_key_comes_first_and_says_where_to_make_one() -> None:
    settings, question = ask()
    assert settings == {"base_url": "https://api.trello.com"}
    assert (question.key, question.secret) == ("api_key", False)
    assert question.text.zh == "API key（32 位）？"
    assert question.help.zh == (
        "1 打开 https://trello.com/power-ups/admin → New（iframe 地址留空）→ API Key 页签 → Generate a new API Key"
    )


def test_then_the_token_with_the_link_that_makes_one() -> None:
    settings, question = ask(api_key=f" {trello.KEY.upper()} ")
    assert settings == {"base_url": "https://api.trello.com", "api_key": trello.KEY}
    assert (question.key, question.secret) == ("secret", True)
    assert question.text.zh == "粘贴令牌（不显示）"
    assert question.help.zh == (
        f"2 打开下面的链接，点「允许」，复制显示的令牌（注意：不是同一页上的 Secret）\n  {LINK}"
    )
    assert LINK in question.help.en


def test_then_nothing_and_no_secret_among_the_settings() -> None:
    settings, question = ask(api_key=trello.KEY, secret=trello.TOKEN)
    assert question is None
    assert settings == {"base_url": "https://api.trello.com", "api_key": trello.KEY}


def test_a_connection_that_may_write_asks_for_that_right() -> None:
    for said, scope in (("False", "read,write"), ("false", "read,write"), ("True", "read"), ("", "read")):
        _, question = ask(api_key=trello.KEY, read_only=said)
        assert f"&scope={scope}&" in question.help.en


@pytest.mark.parametrize(
    ("pasted", "hint"),
    [("", ""), ("0123", ""), ("g" * 32, ""), (trello.KEY * 2, "Secret"), ("ATTA" + "0" * 60, "Secret")],
)
def test_what_is_no_key_is_said_before_the_token_is_asked_for(pasted: str, hint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        ask(api_key=pasted)
    assert "32" in refused.value.text("en")
    assert hint in refused.value.text("zh")
    assert not pasted or pasted not in str(refused.value.facts), "it may be the secret"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://api.trello.com", "https://api.trello.com"),
        ("https://api.trello.com/1/", "https://api.trello.com"),
        ("https://trello.com/b/Lj11WRiJ/board", "https://api.trello.com"),
        ("www.trello.com", "https://api.trello.com"),
        ("trello.com", "https://api.trello.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://trello.com.evil.example", "https://trello.com.evil.example"),
    ],
)
def test_an_address_is_not_asked_but_may_be_given(given: str, base: str) -> None:
    assert ask(base_url=given)[0]["base_url"] == base


def test_plain_http_is_refused_unless_it_was_allowed() -> None:
    with pytest.raises(ConfigError):
        ask(base_url="http://trello.lan")
    assert ask(base_url="http://trello.lan", insecure_http="true")[0]["base_url"] == "http://trello.lan"


def test_an_access_token_needs_no_key() -> None:
    settings, question = ask(auth="bearer")
    assert settings == {"base_url": "https://api.trello.com"}
    assert question.secret
    assert ask(auth="bearer", secret="x")[1] is None


# -------------------------------------------------------------------------------------------- credential


def credential(secret: str, **settings: Any) -> Credential:
    said = TrelloSettings.model_validate({"api_key": trello.KEY, **settings})
    return Credential(GivenSecret(SecretStr(secret)), said)


def test_key_and_token_travel_in_one_header() -> None:
    proof = credential(trello.TOKEN)
    assert proof.headers()["Authorization"].get_secret_value() == (
        f'OAuth oauth_consumer_key="{trello.KEY}", oauth_token="{trello.TOKEN}"'
    )
    assert proof.query() == {}
    assert proof.renew() is False
    assert trello.TOKEN not in repr(proof.headers())


def test_a_token_cannot_end_its_quotes() -> None:
    header = credential('a", oauth_x="b').headers()["Authorization"].get_secret_value()
    assert header.count('"') == 4


def test_an_access_token_travels_alone() -> None:
    proof = credential("abc", auth="bearer", api_key=None)
    assert proof.headers()["Authorization"].get_secret_value() == "Bearer abc"


def test_a_token_without_its_key_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ValidationError, match="api_key is missing"):
        TrelloSettings()
    with pytest.raises(ValidationError):
        TrelloSettings(api_key="not a key")
    assert TrelloSettings(auth="bearer").api_key is None


def test_no_request_names_the_token_but_the_one_that_asks_when_it_ends() -> None:
    with trello.desk() as desk:
        desk.shows(**{trello.BOARD: "2026-06-01T08:00:00.123Z"})
        desk.routes |= {
            "/members/me": trello.data({"id": trello.WANG, "fullName": "王工", "username": "wang"}),
            f"/tokens/{trello.TOKEN}": trello.data({"dateExpires": None, "permissions": []}),
            f"/boards/{trello.BOARD}": trello.data(trello.board(trello.card())),
            "/batch": trello.data([{"200": {"id": trello.BOARD, "closed": False}}]),
        }
        adapter = desk.adapter()
        adapter.check()
        trello.Mirror().take(adapter, trello.scope())
        adapter.visible([ProjectId(trello.BOARD)])
        list(adapter.projects())
        assert {one.path for one in desk.calls if trello.TOKEN in one.target} == {f"/tokens/{trello.TOKEN}"}
        assert not [one for one in desk.calls if trello.KEY in one.target]
        assert {one.authorization for one in desk.calls} == {
            f'OAuth oauth_consumer_key="{trello.KEY}", oauth_token="{trello.TOKEN}"'
        }


# --------------------------------------------------------------------------------------------- account


@pytest.mark.parametrize(
    ("token", "note", "learned"),
    [
        (
            {"dateExpires": None, "permissions": [{"modelType": "Board", "read": True, "write": False}]},
            "令牌永不过期，可读您能看到的全部看板（Trello 不能只授权一个看板）。",
            {"secret_expires_on": None},
        ),
        (
            {"dateExpires": "2026-07-01T00:00:00.000Z", "permissions": None},
            "令牌 2026-07-01 到期，可读您能看到的全部看板（Trello 不能只授权一个看板）。",
            {},
        ),
        (None, "令牌可读您能看到的全部看板（Trello 不能只授权一个看板）。", {}),
    ],
)
def test_an_account_says_when_its_token_ends_as_far_as_trello_tells(
    token: Any, note: str, learned: dict[str, object]
) -> None:
    with trello.desk() as desk:
        desk.routes["/members/me"] = trello.data({"id": trello.WANG, "fullName": "王工", "username": "wang"})
        answer = trello.text(400, "invalid token") if token is None else trello.data(token)
        desk.routes[f"/tokens/{trello.TOKEN}"] = answer
        adapter = desk.adapter()
        account = adapter.check()
        assert (account.id, account.name) == (trello.WANG, "王工")
        assert [one.zh for one in account.notes] == [note]
        assert account.learned == learned
        assert (account.expires_at is None) == (token is None or token["dateExpires"] is None)
        asked = len(desk.calls)
        adapter.check()
        assert len(desk.calls) == asked, "once a day is enough"


def test_a_token_that_may_write_says_so() -> None:
    with trello.desk() as desk:
        desk.routes |= {
            "/members/me": trello.data({"id": trello.WANG, "username": "wang"}),
            f"/tokens/{trello.TOKEN}": trello.data({"dateExpires": None, "permissions": [{"write": True}]}),
        }
        assert desk.adapter().check().may_write is True
        assert desk.adapter().check().name == "wang"


def test_an_access_token_is_not_asked_when_it_ends() -> None:
    with trello.desk(auth="bearer", api_key=None) as desk:
        desk.routes["/members/me"] = trello.data({"id": trello.WANG, "username": "wang"})
        desk.adapter().check()
        assert desk.paths == ["/members/me"]
        assert desk.calls[0].authorization == f"Bearer {trello.TOKEN}"
