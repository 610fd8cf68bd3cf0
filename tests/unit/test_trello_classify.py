"""What each of Trello's answers amounts to; most of its errors are plain text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmbridge.adapter import Response, Wait
from pmbridge.errors import (
    CredentialRefused,
    NotData,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Rejected,
    Unreachable,
)
from pmbridge_trello.classify import Classifier, TooMuch, pace, rate_key, said_in, wait_of
from tests.unit import trello_wire as trello

PAGE = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body></body></html>"
HOME = "https://api.trello.com/1"
NESTED = f"/boards/{trello.BOARD}?fields=name&cards=all&card_fields=name"
CARDS = f"/boards/{trello.BOARD}/cards?filter=all"


def response(status: int, body: Any = b"", *, path: str = f"/boards/{trello.BOARD}", **headers: str) -> Response:
    plain = isinstance(body, bytes | str)
    sent = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
    kept = {"content-type": "text/plain; charset=utf-8" if plain else "application/json; charset=utf-8"}
    kept |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=kept, body=sent, url=HOME + path)


def classified(answer: Response) -> PmbridgeError | None:
    return Classifier(connection="trello", hide=lambda text: text.replace(trello.TOKEN, "***"))(answer)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, [], None),
        (200, PAGE, NotData),
        (400, "invalid value for idList", Rejected),
        (400, "invalid id", Rejected),
        (400, "Invalid objectId", Rejected),
        (400, "", Rejected),
        (400, PAGE, NotData),
        (400, "invalid token", CredentialRefused),
        (401, "invalid token", CredentialRefused),
        (401, "invalid key", CredentialRefused),
        (401, "expired token", CredentialRefused),
        (401, {"message": "missing scopes"}, CredentialRefused),
        (401, "", CredentialRefused),
        (401, "unauthorized card permission requested", NotVisible),
        (401, "unauthorized permission requested", NotVisible),
        (403, {"error": "API_TOO_MANY_CARDS_REQUESTED", "message": "too many"}, TooMuch),
        (400, {"error": "API_TOO_MANY_CARDS_REQUESTED", "message": "too many"}, TooMuch),
        (403, "Forbidden", NotVisible),
        (403, PAGE, NotData),
        (404, "The requested resource was not found.", NotVisible),
        (404, "model not found", NotVisible),
        (404, "board not found", NotVisible),
        (404, "card not found", NotVisible),
        (404, "Cannot GET /1/boards/x/nonsense", ProtocolError),
        (404, "", ProtocolError),
        (404, {"message": "no Route matched with those values"}, ProtocolError),
        (404, PAGE, NotData),
        (409, "conflict", Rejected),
        (410, "gone", ProtocolError),
        (429, {"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}, RateLimited),
        (449, "", Unreachable),
        (500, "oops", Unreachable),
        (502, PAGE, Unreachable),
        (503, "", Unreachable),
        (504, "", Unreachable),
    ],
)
def test_status_table(status: int, body: Any, expected: type[PmbridgeError] | None) -> None:
    error = classified(response(status, body))
    assert type(error) is (expected or type(None))
    if error is not None:
        assert (error.connection, error.facts["tool"]) == ("trello", "Trello")


@pytest.mark.parametrize("path", [NESTED, CARDS])
@pytest.mark.parametrize("status", [449, 504])
def test_an_answer_with_cards_that_takes_too_long_is_asked_for_in_pieces_not_again(path: str, status: int) -> None:
    assert type(classified(response(status, "", path=path))) is TooMuch


@pytest.mark.parametrize("path", [f"/boards/{trello.BOARD}/checklists", f"/boards/{trello.BOARD}?lists=all", "/batch"])
def test_a_small_answer_that_takes_too_long_is_an_outage(path: str) -> None:
    assert type(classified(response(504, "", path=path))) is Unreachable


def test_an_invalid_token_says_what_is_usually_wrong() -> None:
    error = classified(response(401, "invalid token"))
    assert error is not None
    assert error.name == "trello-secret"
    assert error.text("en") == (
        'Trello says "invalid token". Often the Secret was pasted; the token comes from the link "Allow".'
    )
    assert "粘贴的是 Secret" in error.text("zh")
    assert error.next == "pmbridge connect trello"


@pytest.mark.parametrize("said", ["expired token", "invalid key"])
def test_other_refusals_say_which_part_is_wrong(said: str) -> None:
    error = classified(response(401, said))
    assert error is not None
    assert error.name == "credential-refused"
    assert said in error.text("en")


@pytest.mark.parametrize("path", ["/members/me", "/members/me/boards?filter=all", "/tokens/***"])
def test_nobody_lacks_a_right_to_himself_but_a_stranger(path: str) -> None:
    error = classified(response(401, "unauthorized permission requested", path=path))
    assert type(error) is CredentialRefused
    assert error.name == "anonymous"


def test_the_token_is_cut_out_of_what_an_error_repeats() -> None:
    error = classified(response(400, f"bad value {trello.TOKEN}"))
    assert error is not None
    assert trello.TOKEN not in str(error.facts)
    assert "bad value ***" in str(error.facts)


def test_json_is_read_only_where_the_header_says_so() -> None:
    assert said_in(response(400, '{"message": "x"}')) == '{"message": "x"}'
    assert said_in(response(400, {"message": "x"})) == "x"
    assert said_in(response(400, b"{broken", content_type="application/json")) == "{broken"
    assert said_in(response(400, ["x"])) == '["x"]'


def test_what_an_error_says_is_one_short_printable_line() -> None:
    assert said_in(response(400, "a\n\tb\x00\x1bc\xff")) == "a b cÿ"
    assert len(said_in(response(400, "x" * 9000))) == 200


# ------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("body", "seconds", "key"),
    [
        ({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}, 10, "*"),
        ({"error": "API_KEY_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}, 10, "*"),
        ({"error": "API_TOKEN_DB_LIMIT_EXCEEDED", "message": "x"}, 600, "*"),
        ({"error": "RATE_LIMIT_EXCEEDED", "message": "Exceeded rate limit to /1/member"}, 900, "members"),
        ("Too many requests", 10, "*"),
    ],
)
def test_without_a_word_about_how_long_the_whole_window_is_waited_for(body: Any, seconds: float, key: str) -> None:
    answer = response(429, body)
    assert wait_of(answer) == seconds
    assert pace(answer) == Wait(seconds=seconds, key=key)
    error = classified(answer)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_how_long_the_answer_says_counts_where_it_says_so() -> None:
    assert wait_of(response(429, {"error": "API_TOKEN_LIMIT_EXCEEDED"}, retry_after="3")) == 3
    assert (
        wait_of(response(429, "x", x_rate_limit_api_key_interval_ms="30000", x_rate_limit_api_key_remaining="0")) == 30
    )


@pytest.mark.parametrize("counter", ["api_token", "api_key", "member"])
def test_nothing_left_of_a_window_pauses_before_the_refusal(counter: str) -> None:
    name = f"x_rate_limit_{counter}"
    none_left = response(200, [], **{f"{name}_remaining": "0", f"{name}_interval_ms": "10000"})
    some_left = response(200, [], **{f"{name}_remaining": "1", f"{name}_interval_ms": "10000"})
    assert pace(none_left) == Wait(seconds=10, key="*")
    assert pace(some_left) is None


@pytest.mark.parametrize("left", ["", "many", "-"])
def test_a_counter_that_cannot_be_read_pauses_nothing(left: str) -> None:
    headers = {"x_rate_limit_api_token_remaining": left, "x_rate_limit_api_token_interval_ms": "10000"}
    assert pace(response(200, [], **headers)) is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/members/me", "members"),
        ("/members/me/boards", "*"),
        ("/boards/x", "*"),
        ("/boards/x/members", "*"),
        ("/batch", "*"),
    ],
)
def test_routes_of_members_are_counted_apart(path: str, key: str) -> None:
    assert rate_key(path) == key
