"""What PingCode's answers amount to: 400 instead of 404, codes that are strings, its own header for waits."""

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
from pmbridge_pingcode.classify import Classifier, ScopeMissing, pace, wait_of

PAGE = b"<!DOCTYPE html><html><head><title>Login</title></head></html>"


def response(status: int, code: object = "", *, body: bytes | None = None, **headers: str) -> Response:
    made = json.dumps({"code": code, "message": "说明"}).encode() if body is None else body
    url = "https://open.pingcode.com/v1/pjm/work_items/1"
    return Response(status=status, headers={name.replace("_", "-"): text for name, text in headers.items()},
                    body=made, url=url)  # fmt: skip


@pytest.mark.parametrize("code", ["100317", "100300", "100304", "100308", "100701", "100711", "100725", "1003108"])
def test_what_does_not_exist_is_told_by_a_code_under_400(code: str) -> None:
    assert type(Classifier("p")(response(400, code))) is NotVisible


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "100379", Rejected),
        (400, "100009", Rejected),
        (400, 100317, NotVisible),  # a number would be taken as well
        (405, "", Rejected),
        (401, "100099", CredentialRefused),
        (403, "100098", ScopeMissing),
        (404, "100002", ProtocolError),
        (500, "100000", Unreachable),
        (503, "100317", Unreachable),
        (429, "100038", RateLimited),
        (400, "100024", CredentialRefused),
    ],
)
def test_each_refusal_has_its_class(status: int, code: object, expected: type[PmbridgeError]) -> None:
    assert type(Classifier("p")(response(status, code))) is expected


@pytest.mark.parametrize("status", [200, 400, 404, 403])
def test_a_web_page_is_no_answer_whatever_its_status(status: int) -> None:
    assert type(Classifier("p")(response(status, body=PAGE, content_type="text/html"))) is NotData


def test_an_unknown_path_does_not_pass_for_a_deleted_record() -> None:
    error = Classifier("p")(response(404, "100002"))
    assert isinstance(error, ProtocolError)
    assert error.facts["status"] == 404


def test_a_good_answer_is_no_error_whatever_it_holds() -> None:
    assert Classifier("p")(response(200, "100317")) is None
    assert Classifier("p")(response(201, "")) is None


@pytest.mark.parametrize(("header", "seconds"), [("17", 17), ("0", 0), ("-3", 0), ("", 60), ("soon", 60), ("inf", 60)])
def test_the_wait_stands_in_a_header_of_its_own(header: str, seconds: float) -> None:
    limited = response(429, "100038", x_pc_retry_after=header, retry_after="5")
    assert wait_of(limited) == seconds
    wish = pace(limited)
    assert wish is not None
    assert wish.seconds == seconds
    assert pace(response(200)) is None


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"code": null}', b'{"code": {"a": 1}, "message": 7}', b"", b"{}" * 9])
def test_an_error_without_a_readable_body_still_has_a_class(body: bytes) -> None:
    assert isinstance(Classifier("p")(response(400, body=body)), Rejected)
