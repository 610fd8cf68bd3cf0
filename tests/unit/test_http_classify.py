"""What HTTP alone says about an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pmbridge.adapter import Response, classify_common, is_web_page, page_title, retry_after
from pmbridge.errors import (
    CredentialRefused,
    NotData,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Unreachable,
)

NOW = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
PAGE = b"<html><head><title>Login</title></head></html>"


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers={"content-type": "application/json", **named}, body=body, url="https://t/x")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, CredentialRefused), (407, Unreachable), (408, Unreachable), (429, RateLimited), (500, Unreachable),
        (502, Unreachable), (503, Unreachable), (504, Unreachable), (301, ProtocolError), (400, ProtocolError),
        (405, ProtocolError), (409, ProtocolError), (410, ProtocolError), (413, ProtocolError), (422, ProtocolError),
    ],
)  # fmt: skip
def test_a_status_has_its_error(status: int, kind: type[PmbridgeError]) -> None:
    error = classify_common(answer(status))
    assert type(error) is kind
    assert error.facts["status"] == status


@pytest.mark.parametrize("status", [200, 201, 204, 304, 403, 404])
def test_what_is_fine_or_the_adapters_affair_passes(status: int) -> None:
    assert classify_common(answer(status)) is None


def test_a_page_keeps_its_status_where_that_says_more() -> None:
    html = "text/html"
    assert type(classify_common(answer(429, PAGE, content_type=html, retry_after="7"))) is RateLimited
    assert type(classify_common(answer(502, PAGE, content_type=html))) is Unreachable
    assert type(classify_common(answer(401, PAGE, content_type=html))) is CredentialRefused


@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_a_page_is_no_data_and_no_proof_that_something_is_gone(status: int) -> None:
    error = classify_common(answer(status, PAGE, content_type="text/html"))
    assert type(error) is NotData
    assert error.facts["title"] == "Login"
    assert error.facts["host"] == "t"


@pytest.mark.parametrize(
    ("body", "content_type", "page"),
    [
        (b"\xef\xbb\xbf \n<!DOCTYPE HTML><html>", "application/json", True),
        (b"<HTML>", "", True),
        (b"Please log in", "text/html;charset=utf-8", True),
        (b'{"a": "<html>"}', "text/html", False),
        (b" [1]", "text/html", False),
        (b"", "text/html", False),
        (b"<xml/>", "application/xml", False),
        (b"plain", "text/plain", False),
    ],
)
def test_the_body_decides_what_is_a_page(body: bytes, content_type: str, page: bool) -> None:
    assert is_web_page(answer(body=body, content_type=content_type)) is page


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<title> A\n  b &amp; c </title>", "A b & c"),
        (b"<TITLE lang=en>x</TITLE>", "x"),
        ("<title>登录</title>".encode(), "登录"),
        (b"<title>\x1b[31mred\x07</title>", "[31mred"),
        (b"<title>\xff</title>", "\ufffd"),
        (b"<title></title>", None),
        (b"<title>never closed", None),
        (b"<title>" + b"x" * 500 + b"</title>", "x" * 80),
        (b" " * 70_000 + b"<title>late</title>", None),
    ],
)
def test_a_title_is_one_short_printable_line(body: bytes, title: str | None) -> None:
    assert page_title(body) == title


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("7", 7), (" 1.5 ", 1.5), ("-3", 0), ("", None), ("soon", None), ("inf", None), ("nan", None),
        ("Fri, 05 Jun 2026 02:00:30 GMT", 30), ("Fri, 05 Jun 2026 01:00:00 GMT", 0),
        ("Friday, 05-Jun-26 02:00:30 GMT", 30), ("Fri, 05 Jun 2026 02:00:30 -0000", None),
        ("Fri, 99 Jun 2026 02:00:30 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_a_date_counts_from_the_answers_own_date() -> None:
    headers = {"retry-after": "Fri, 05 Jun 2026 02:00:30 GMT", "date": "Fri, 05 Jun 2026 02:00:10 GMT"}
    assert retry_after(headers, NOW + timedelta(hours=8)) == 20
    assert retry_after(headers, None) == 20
    assert retry_after({"retry-after": headers["retry-after"]}, None) is None
    assert retry_after({}, NOW) is None
