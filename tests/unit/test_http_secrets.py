"""No secret in a log, a repr, an error or an address that is shown, whatever the server does."""

from __future__ import annotations

import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest
from pydantic import SecretStr, TypeAdapter

from pmbridge.adapter import Call, HttpPolicy, Response, classify_common
from pmbridge.adapter.http import HttpClient
from pmbridge.errors import ConfigError, PmbridgeError, Rejected
from pmbridge.testing.clock import FakeClock
from tests.unit.http_client import KEY, TOKEN, FixedAuth, client
from tests.unit.loopback import Answer, LoopbackServer, closed_port, hang_up, raw, reset

PATH_SECRET = "p4th/VERYSECRET"
QUERY_SECRET = "qu3ry VERYSECRET&"
FORM_SECRET = "f0rm=VERYSECRET"
HEADER_SECRET = "h3ader-VERYSECRET"
ALL = (TOKEN, KEY, PATH_SECRET, QUERY_SECRET, FORM_SECRET, HEADER_SECRET)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as one:
        yield one


def ask(http: HttpClient) -> Response:
    return http.fetch(
        "POST",
        "/tokens/{token}/x",
        call=Call.READ,
        params={"fields": "all", "code": SecretStr(QUERY_SECRET)},
        form={"client_secret": SecretStr(FORM_SECRET)},
        headers={"X-Extra": SecretStr(HEADER_SECRET)},
        secrets={"token": SecretStr(PATH_SECRET)},
    )


def assert_clean(text: str) -> None:
    assert "VERYSECRET" not in text
    for secret in ALL:
        for spelled in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret)):
            assert spelled not in text


def everything_about(error: BaseException) -> str:
    """Return all that a traceback, a debugger or a log could show of *error* and of what hangs on it."""
    seen, waiting, texts = set[int](), [error], []
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        texts += [str(one), repr(one), repr(one.args), repr(vars(one)), *traceback.format_exception(one)]
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
    return "\n".join(texts)


def test_the_secrets_do_arrive(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        ask(http)
    seen = server.seen[0]
    assert seen.target == f"/tokens/{quote(PATH_SECRET, safe='')}/x?fields=all&code={quote(QUERY_SECRET)}&key=" + quote(
        KEY, safe=""
    )
    assert seen.body == b"client_secret=" + quote(FORM_SECRET).encode()
    assert seen.headers["x-extra"] == HEADER_SECRET
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


def test_the_address_of_an_answer_is_fit_for_a_log(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        response = ask(http)
    assert response.url == f"{server.url}/tokens/{{token}}/x?fields=all&code=***&key=***"
    assert_clean(repr(response))


def test_an_address_of_the_servers_making_does_not_show_our_own_query(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        response = http.fetch("GET", f"{server.url}/k/{quote(KEY, safe='')}?key={quote(KEY)}", call=Call.READ)
    assert response.url == f"{server.url}/k/***?key=***"


def echo(connection: socket.socket) -> None:
    """Repeat everything that was sent, in a redirect that leads away."""
    words = quote(" ".join(ALL))
    head = f"HTTP/1.1 307 Away\r\nLocation: https://evil.example/{words}?{words}\r\nContent-Length: 0\r\n\r\n"
    connection.sendall(head.encode())


def echo_title(connection: socket.socket) -> None:
    page = f"<html><title>You sent {TOKEN} and {PATH_SECRET} {QUERY_SECRET}</title></html>".encode()
    connection.sendall(Answer(body=page, headers={"Content-Type": "text/html"}).bytes())


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(reset, id="reset"),
        pytest.param(hang_up, id="no-answer"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), id="cut"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nX-One: 1\r\nbroken header\r\nContent-Length: 2\r\n\r\n{}"), id="header"),
        pytest.param(raw(b"garbage\r\n\r\n"), id="garbage"),
        pytest.param(raw(Answer(status=503).bytes()), id="503"),
        pytest.param(raw(Answer(status=429).bytes()), id="429"),
        pytest.param(raw(Answer(status=401).bytes()), id="401"),
        pytest.param(raw(Answer(headers={"Content-Length": "99999999999"}).bytes()), id="too-big"),
        pytest.param(raw(Answer(status=301, headers={"Location": "http://[broken/"}).bytes()), id="location"),
        pytest.param(echo, id="echo"),
        pytest.param(echo_title, id="echo-title"),
    ],
)
def test_no_fault_brings_a_secret_to_light(
    server: LoopbackServer, caplog: pytest.LogCaptureFixture, play: Callable[[socket.socket], None]
) -> None:
    server.script = [play] * 5
    caplog.set_level(logging.DEBUG)
    shown = ""
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        try:
            shown = repr(ask(http))
        except PmbridgeError as error:
            shown = everything_about(error) + error.text("zh-CN") + error.text("en") + error.next
        shown += repr(http) + str(vars(http))
    assert shown
    assert caplog.text.count("/tokens/{token}/x") >= 1
    assert_clean(shown)
    assert_clean(caplog.text)
    assert_clean("\n".join(repr(vars(record)) for record in caplog.records))


@pytest.mark.parametrize("call", list(Call))
def test_no_failing_connection_brings_a_secret_to_light(caplog: pytest.LogCaptureFixture, call: Call) -> None:
    caplog.set_level(logging.DEBUG)
    nobody = f"http://127.0.0.1:{closed_port()}"
    with client(nobody, auth=FixedAuth(key=KEY)) as http, pytest.raises(PmbridgeError) as caught:
        http.fetch("GET", "/x", call=call, params={"a": SecretStr(QUERY_SECRET)})
    assert_clean(everything_about(caught.value))
    assert_clean(caplog.text)


def test_no_library_error_hangs_on_ours(server: LoopbackServer) -> None:
    server.script = [reset] * 5
    with client(server.url) as http, pytest.raises(PmbridgeError) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_error_of_the_adapters_own_making_is_cleaned_too(server: LoopbackServer) -> None:
    def classify(response: Response) -> PmbridgeError | None:
        return Rejected(detail=response.body.decode())

    server.script = [Answer(status=400, body=f"bad token {TOKEN}, bad key {quote(KEY, safe='')}".encode())]
    with client(server.url, auth=FixedAuth(key=KEY), classify=classify) as http, pytest.raises(Rejected) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["detail"] == "bad token ***, bad key ***"


def test_the_log_has_one_line_per_request(server: LoopbackServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.script = [Answer(status=503), Answer(body=b'{"a": 1}')]
    with client(server.url) as http:
        http.fetch("GET", "/x", call=Call.READ, params={"jql": "text ~ private"})
    lines = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert lines == [
        ("pmbridge.http", "DEBUG", "GET /x 503, 0 ms, 2 bytes"),
        ("pmbridge.http", "DEBUG", "GET /x 200, 0 ms, 8 bytes"),
    ]


def test_other_users_of_urllib3_keep_their_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").debug("theirs")
    assert caplog.messages == ["theirs"]


@pytest.mark.parametrize("secret", ["line\nbreak", "trailing\n", " leading", "中文", "nul\0"])
def test_a_secret_that_no_header_carries_is_a_matter_of_configuration(server: LoopbackServer, secret: str) -> None:
    with client(server.url, auth=FixedAuth(header=secret)) as http, pytest.raises(ConfigError) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.name == "secret-unreadable"
    assert secret.strip() not in everything_about(caught.value)
    assert server.seen == []


def test_a_wrong_answer_to_a_secret_path_shows_the_place_and_not_the_secret(server: LoopbackServer) -> None:
    server.script = [Answer(body=b"[]")]
    with client(server.url) as http, pytest.raises(PmbridgeError) as caught:
        http.get("/tokens/{token}", TypeAdapter(dict[str, str]), secrets={"token": SecretStr(PATH_SECRET)})
    assert caught.value.facts["call"] == "/tokens/{token}"
    assert_clean(everything_about(caught.value))


def test_the_policy_does_not_show_the_proxys_password() -> None:
    policy = HttpPolicy(
        origin="https://tool.example",
        auth=FixedAuth(),
        classify=classify_common,
        proxy="http://me:VERYSECRET@proxy.example:3128",
    )
    http = HttpClient(policy, FakeClock())
    shown = repr(http)
    http.close()
    assert "VERYSECRET" not in shown
    assert "proxy.example" not in repr(policy)
