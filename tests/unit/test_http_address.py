"""Origins, and addresses as they are sent and as they are shown."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from pmbridge.adapter import clean_origin, is_loopback, origin_of
from pmbridge.adapter.address import address_of
from pmbridge.errors import ConfigError, WrongOrigin

HOME = "https://tool.example"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Tool.Example/x?y#z", "https://tool.example"),
        ("HTTPS://tool.example:443", "https://tool.example"),
        ("http://tool.example:80/", "http://tool.example"),
        ("https://tool.example:8443/jira", "https://tool.example:8443"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://tool.example./", "https://tool.example."),
    ],
)
def test_one_place_has_one_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "", "tool.example", "/x", "//tool.example/x", "ftp://tool.example", "https://", "https:///x",
        "https://me@tool.example", "https://me:pw@tool.example", "https://tool.example\\@evil.example",
        "https://tool.example /x", "https://tool.example/\r\nX: y", "https://tool.example:port/", "https://[broken/",
        "https://tool.example:99999/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_no_address(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them will do
        origin_of(url)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        (" https://Tool.example/ ", "https://tool.example"),
        ("https://tool.example/jira/", "https://tool.example/jira"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_the_base_address_is_cleaned_and_loopback_needs_no_tls(given: str, clean: str) -> None:
    assert clean_origin(given) == clean


def test_plain_http_to_another_machine_must_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="unencrypted"):
        clean_origin("http://tool.example")
    assert clean_origin("http://tool.example", insecure_http=True) == "http://tool.example"
    with pytest.raises(ConfigError, match="unencrypted"):
        clean_origin("http://127.0.0.1.example")


@pytest.mark.parametrize(
    "url", ["tool.example", "https://me:VERYSECRET@tool.example", "https://tool.example/?a=VERYSECRET", "https://t/#x"]
)
def test_an_unfit_base_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        clean_origin(url)
    assert caught.value.problems
    for text in (caught.value.text("en"), caught.value.text("zh-CN"), repr(caught.value.facts)):
        assert "base_url" in text
        assert "VERYSECRET" not in text
    assert caught.value.__context__ is None


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://127.8.8.8", "http://[::1]", "http://a.localhost"])
def test_this_machine_is_known(origin: str) -> None:
    assert is_loopback(origin)


@pytest.mark.parametrize("origin", ["http://0.0.0.0", "http://10.0.0.1", "http://127.0.0.1.nip.example", "http://x"])
def test_other_machines_are_not_this_one(origin: str) -> None:
    assert not is_loopback(origin)


def test_a_secret_fills_its_place_quoted_and_is_not_shown() -> None:
    found = address_of("/tokens/{token}/m", base=HOME, secrets={"token": SecretStr("a/../b?c")})
    assert found.url == "https://tool.example/tokens/a%2F..%2Fb%3Fc/m"
    assert found.shown == "https://tool.example/tokens/{token}/m"
    assert found.path == "/tokens/{token}/m"
    assert "a%2F" not in repr(found)


def test_a_secret_without_its_place_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no place"):
        address_of("/tokens", base=HOME, secrets={"token": SecretStr("x")})


def test_a_name_that_is_there_is_not_added_again() -> None:
    found = address_of("/x?key=1&b=2", base=HOME).with_query({"key": SecretStr("k"), "c": "3 4"})
    assert found.url == "https://tool.example/x?key=1&b=2&c=3%204"
    assert found.shown == "https://tool.example/x?key=***&b=***&c=3%204"


def test_two_slashes_do_not_leave_the_origin() -> None:
    assert address_of("//evil.example/x", base=HOME).url == "https://tool.example//evil.example/x"
    assert origin_of(address_of("//evil.example/x", base=HOME).url) == HOME


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://tool.example/", "https://tool.example:8443/", "https://a@tool.example/"]
)
def test_an_absolute_address_must_be_at_home(url: str) -> None:
    with pytest.raises(WrongOrigin):
        address_of(url, base=HOME)


def test_an_absolute_address_may_be_bare_by_permission() -> None:
    found = address_of("https://api.example/x", base=HOME, bare_origins=("https://api.example",))
    assert found.bare
    assert not address_of("https://TOOL.example:443/x", base=HOME).bare


def test_what_the_server_repeats_is_hidden_in_path_and_query() -> None:
    found = address_of("https://tool.example/t/k%2Fy/x?a=k%2Fy#z", base=HOME, hidden={"k/y"})
    assert found.url == "https://tool.example/t/k%2Fy/x?a=k%2Fy"
    assert found.shown == "https://tool.example/t/***/x?a=***"
    assert found.path == "/t/***/x"
