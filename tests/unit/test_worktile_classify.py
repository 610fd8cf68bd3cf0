"""What an answer of Worktile amounts to: a 200 may be an error, and a web page never is a fact about a task."""

from __future__ import annotations

import json

import pytest

from pmbridge.adapter import Response
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
from pmbridge_worktile.classify import Classifier

TASKS, TOKEN = "/open-api/mission/get-tasks-by-ids", "/open-api/tenant-access-token"
PAGE = b"<html><head><title>403 Forbidden</title></head></html>"


def judged(
    body: object, *, status: int = 200, path: str = TASKS, headers: dict[str, str] | None = None
) -> PmbridgeError | None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status=status, headers=headers or {}, body=data, url=f"https://dev.worktile.com{path}?x=***")
    classify = Classifier(connection="wt", hide=lambda text: text.replace("s3cret", "***"))
    return classify(response)


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"items": []}, {"ok": True}, {"code": 200, "data": {}}, {"code": 0}, {"code": True}, {"code": "x"},
        [{"ok": False, "error_code": 1103}], {"items": [{"ok": False}]}, b"", b'{"ok": false',
    ],
)  # fmt: skip
def test_good_answers_and_those_that_the_parser_refuses(body: object) -> None:
    assert judged(body) is None


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"ok": False, "error_code": 1102}, 200, CredentialRefused),
        ({"ok": False, "error_code": 1103, "error": "invalid access token"}, 200, CredentialRefused),
        ({"ok": False, "error_code": 1999}, 200, Rejected),
        ({"ok": False}, 200, Rejected),
        ({"code": 401}, 200, CredentialRefused),
        ({"code": 404, "data": None}, 200, NotVisible),
        ({"code": 500}, 200, ProtocolError),
        (b"", 401, CredentialRefused),
        ({"code": 404}, 404, NotVisible),
        ({}, 403, NotVisible),
        (PAGE, 404, NotData),
        (PAGE, 403, NotData),
        (PAGE, 200, NotData),
        (b"Not Found", 404, ProtocolError),
        (b"", 403, ProtocolError),
        (PAGE, 429, RateLimited),
        (PAGE, 502, Unreachable),
        ({"code": 400}, 400, ProtocolError),
    ],
)
def test_each_refusal_has_its_class(body: object, status: int, expected: type[PmbridgeError]) -> None:
    error = judged(body, status=status)
    assert type(error) is expected
    assert error.connection == "wt"


@pytest.mark.parametrize("path", [TOKEN, f"{TOKEN}/", "/api/oauth2/token"])
def test_whatever_json_refuses_a_token_refuses_the_credential(path: str) -> None:
    for body, status in (({"error": "x"}, 400), ({"ok": False}, 200), ({"error": "invalid_client"}, 200), ({}, 401)):
        assert type(judged(body, status=status, path=path)) is CredentialRefused
    assert type(judged({"error": "busy"}, status=503, path=path)) is Unreachable
    assert type(judged({"error": "slow"}, status=429, path=path)) is RateLimited
    assert type(judged(PAGE, status=403, path=path)) is NotData
    assert type(judged(b"no", status=404, path=path)) is ProtocolError
    assert judged({"tenant_access_token": "t"}, path=path) is None


def test_the_words_of_an_error_are_one_line_without_secrets() -> None:
    error = judged({"ok": False, "error_code": 7, "error": "a\n\x1b[31mb s3cret" + "x" * 500})
    assert isinstance(error, Rejected)
    (said,) = error.faults.values()
    assert said.startswith("7 a [31mb ***xxx")
    assert len(said) == 200


def test_how_long_to_wait_comes_from_the_header_and_never_from_the_page() -> None:
    error = judged(PAGE, status=429, headers={"retry-after": "7"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7
    error = judged(PAGE, status=429)
    assert isinstance(error, RateLimited)
    assert error.retry_after is None
