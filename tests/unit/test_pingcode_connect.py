"""The dialogue of `connect pingcode`: which address, which questions, in which order."""

from __future__ import annotations

import pytest

from pmbridge.adapter import Response
from pmbridge.errors import ConfigError, NotData
from pmbridge_pingcode.connect import connect

HOST = "https://pingcode.qingchuan.example"


def answers(**by_root: tuple[int, bytes]) -> object:
    def probe(url: str) -> Response:
        status, body = by_root["open" if "/open/v1/" in url else "plain"]
        return Response(status=status, headers={}, body=body, url=url)

    return probe


def nobody(url: str) -> Response:
    raise AssertionError(f"asked {url}")


REFUSED = (401, b'{"code":"100001","message":"x"}')
MISSING = (404, b"not here")
PAGE = (200, b"<!DOCTYPE html><html><title>Sign in</title></html>")


def test_the_questions_come_in_the_order_of_the_menu() -> None:
    settings, question = connect({}, nobody)
    assert (dict(settings), question and question.key) == ({}, "base_url")
    assert question is not None
    assert question.default == "https://open.pingcode.com"
    assert question.help is not None
    assert "企业令牌" in question.help.zh
    said = {"base_url": ""}
    settings, question = connect(said, nobody)
    assert (dict(settings), question and question.key) == ({"base_url": "https://open.pingcode.com"}, "client_id")
    settings, question = connect({**said, "client_id": " abc "}, nobody)
    assert settings["client_id"] == "abc"
    assert question is not None
    assert (question.key, question.secret) == ("secret", True)
    assert connect({**said, "client_id": "abc", "secret": "x"}, nobody)[1] is None


def test_a_person_brings_a_refresh_token() -> None:
    settings, question = connect({"base_url": "", "grant": "refresh_token"}, nobody)
    assert settings["grant"] == "refresh_token"
    assert question is not None
    assert question.secret
    assert "client_id" not in settings


@pytest.mark.parametrize(
    "pasted", ["yctech.pingcode.com", "https://yctech.pingcode.com/pjm/projects/SCR?x=1", "pingcode.com"]
)
def test_the_address_of_the_pages_leads_to_that_of_the_api(pasted: str) -> None:
    assert connect({"base_url": pasted}, nobody)[0]["base_url"] == "https://open.pingcode.com"


def test_a_private_deployment_answers_under_open() -> None:
    probe = answers(open=REFUSED, plain=PAGE)
    assert connect({"base_url": f"{HOST}/login"}, probe)[0]["base_url"] == f"{HOST}/open"  # type: ignore[arg-type]


def test_or_right_at_the_host() -> None:
    probe = answers(open=MISSING, plain=REFUSED)
    assert connect({"base_url": HOST}, probe)[0]["base_url"] == HOST  # type: ignore[arg-type]


def test_a_web_page_everywhere_is_said_to_be_one() -> None:
    with pytest.raises(NotData):
        connect({"base_url": HOST}, answers(open=PAGE, plain=PAGE))  # type: ignore[arg-type]


def test_nothing_there_names_both_addresses() -> None:
    with pytest.raises(ConfigError) as raised:
        connect({"base_url": HOST}, answers(open=MISSING, plain=(200, b"{}")))  # type: ignore[arg-type]
    assert f"{HOST}/open" in raised.value.text("zh")


def test_plain_http_is_refused() -> None:
    with pytest.raises(ConfigError):
        connect({"base_url": "http://pingcode.qingchuan.example"}, nobody)
