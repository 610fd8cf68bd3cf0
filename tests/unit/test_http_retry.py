"""What is repeated, when, and what never is. Real sockets; only the clock is a fake."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from pmbridge.adapter import Call, Rate, Response
from pmbridge.clock import SystemClock
from pmbridge.errors import (
    ConfigError,
    CursorInvalid,
    Doubtful,
    NotData,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Rejected,
    Unreachable,
    WrongOrigin,
)
from pmbridge.testing.clock import FakeClock
from tests import needs
from tests.unit.http_client import client
from tests.unit.loopback import Answer, LoopbackServer, Play, closed_port, hang_up, raw, reset, stall, trickle

OK = Answer(body=b'{"done": true}')
PAGE = b"<!DOCTYPE html><html><head><title>Log in \xe2\x80\xa2 Example</title></head></html>"
EVERY_CALL = pytest.mark.parametrize("call", list(Call))
SAFE_CALL = pytest.mark.parametrize("call", [Call.READ, Call.IDEMPOTENT])


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as one:
        yield one


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def busy(retry_after: str | None = None, status: int = 429, **headers: str) -> Answer:
    asked = {"Retry-After": retry_after} if retry_after is not None else {}
    return Answer(status=status, headers={**asked, **headers})


def cut(sent: bytes = b'{"issues": [') -> bytes:
    return Answer(headers={"Content-Length": "5000"}, body=sent).bytes()


# ------------------------------------------------------------------------------------------- told to wait


@EVERY_CALL
def test_the_wait_that_is_asked_for_is_a_minimum(server: LoopbackServer, clock: FakeClock, call: Call) -> None:
    server.script = [busy("30"), OK]
    with client(server.url, clock) as http:
        assert http.fetch("POST", "/x", call=call).status == 200
        assert http.traffic.retries == 1
        assert http.traffic.waited_s >= 30
    assert 30 <= clock.monotonic() < 32
    assert len(server.seen) == 2


def test_a_date_counts_by_the_servers_clock(server: LoopbackServer, clock: FakeClock) -> None:
    theirs = clock.now() + timedelta(hours=3)
    until = format_datetime(theirs + timedelta(seconds=40), usegmt=True)
    server.script = [busy(until, Date=format_datetime(theirs, usegmt=True)), OK]
    with client(server.url, clock) as http:
        http.fetch("GET", "/x", call=Call.READ)
    assert 40 <= clock.monotonic() < 42


def test_a_date_without_the_servers_date_counts_by_our_clock(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy(format_datetime(clock.now() + timedelta(seconds=40), usegmt=True)), OK]
    with client(server.url, clock) as http:
        http.fetch("GET", "/x", call=Call.READ)
    assert 40 <= clock.monotonic() < 42


@pytest.mark.parametrize("said", [None, "0", "-5", "soon", "nan", "Fri, 05 Jun 2020 02:00:00 GMT"])
def test_zero_or_nothing_readable_still_backs_off(server: LoopbackServer, clock: FakeClock, said: str | None) -> None:
    server.script = [busy(said), busy(said), busy(said), OK]
    with client(server.url, clock) as http:
        http.fetch("GET", "/x", call=Call.READ)
    # 1 + 2 + 4 seconds, each with 30 % jitter
    assert 0.7 * 7 <= clock.monotonic() <= 1.3 * 7


def test_a_wait_that_is_too_long_is_not_waited_for(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("1847")]
    with client(server.url, clock) as http:
        with pytest.raises(RateLimited) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert caught.value.retry_after == 1847
        assert caught.value.facts["wait"] == "31 minutes"
        # Nor does the next call knock again before that time.
        with pytest.raises(RateLimited):
            http.fetch("GET", "/y", call=Call.READ)
    assert clock.monotonic() == 0
    assert len(server.seen) == 1


def test_the_longest_wait_is_its_own_limit_beside_the_deadline(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("30"), OK]
    with client(server.url, clock, max_wait_s=20, deadline_s=120) as http, pytest.raises(RateLimited):
        http.fetch("GET", "/x", call=Call.READ)
    assert clock.monotonic() == 0
    assert len(server.seen) == 1


def test_waits_together_stay_within_the_deadline(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("80"), busy("80"), OK]
    with client(server.url, clock) as http, pytest.raises(RateLimited) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.retry_after == 80
    assert clock.monotonic() < 90
    assert len(server.seen) == 2


def test_a_storm_of_refusals_ends_with_the_attempts(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy() for _ in range(9)]
    with client(server.url, clock, attempts=4) as http, pytest.raises(RateLimited):
        http.fetch("GET", "/x", call=Call.READ)
    assert len(server.seen) == 4


def test_a_refusal_halves_the_rate_for_the_rest_of_the_run(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("0"), *[OK] * 11]
    with client(server.url, clock, rates=(Rate(per_s=10, burst=1),)) as http:
        http.fetch("GET", "/x", call=Call.READ)
        before = clock.monotonic()
        for _ in range(10):
            http.fetch("GET", "/x", call=Call.READ)
        assert clock.monotonic() - before == pytest.approx(2.0, abs=0.2)


def test_other_keys_go_on_while_one_is_told_to_wait(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("1000"), OK]
    with client(server.url, clock) as http:
        with pytest.raises(RateLimited):
            http.fetch("GET", "/members", call=Call.READ, rate="members")
        http.fetch("GET", "/boards", call=Call.READ, rate="boards")
    assert clock.monotonic() == 0


def test_an_adapters_own_wish_to_wait_is_honoured(server: LoopbackServer, clock: FakeClock) -> None:
    def classify(response: Response) -> PmbridgeError | None:
        wait = response.headers.get("x-pc-retry-after")
        return RateLimited(retry_after=int(wait)) if wait else None

    server.script = [Answer(headers={"x-pc-retry-after": "20"}), OK]
    with client(server.url, clock, classify=classify) as http:
        http.fetch("POST", "/x", call=Call.ONCE)
    assert 20 <= clock.monotonic() < 22


# --------------------------------------------------------------------------------------------- passing faults


@SAFE_CALL
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(busy(status=503), id="503"),
        pytest.param(Answer(status=502, body=PAGE, headers={"Content-Type": "text/html"}), id="502-page"),
        pytest.param(reset, id="reset"),
        pytest.param(hang_up, id="no-answer"),
        pytest.param(raw(cut()), id="cut-body"),
        pytest.param(raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a"'), id="cut-chunk"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Le"), id="cut-head"),
        pytest.param(raw(b"\x00\x01garbage\r\n\r\n"), id="garbage"),
    ],
)
def test_a_passing_fault_is_repeated(server: LoopbackServer, clock: FakeClock, call: Call, fault: Answer) -> None:
    server.script = [fault, fault, OK]
    with client(server.url, clock) as http:
        assert http.fetch("GET", "/x", call=call).body == OK.body
        assert http.traffic.retries == 2
        assert http.traffic.requests == 3
    assert 0.7 * 3 <= clock.monotonic() <= 1.3 * 3


@pytest.mark.parametrize(
    ("fault", "why", "why_zh"),
    [
        (reset, "reset", "连接被重置"),
        (hang_up, "reset", "连接被重置"),
        (raw(cut()), "cut", "回答不完整"),
        (busy(status=503), "http 503", None),
    ],
)
def test_the_reason_is_told(
    server: LoopbackServer, clock: FakeClock, fault: Answer, why: str, why_zh: str | None
) -> None:
    server.script = [fault] * 5
    with client(server.url, clock) as http, pytest.raises(Unreachable) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    host = server.url.removeprefix("http://")
    assert caught.value.text("en").startswith(f"Cannot reach {host} ({why})")
    assert caught.value.text("zh-CN").startswith(f"连不上 {host}（{why_zh or why}）")
    assert len(server.seen) == 5


def test_a_503_that_says_when_is_asked_no_earlier(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [busy("50", status=503), OK]
    with client(server.url, clock) as http:
        http.fetch("GET", "/x", call=Call.READ)
    assert 50 <= clock.monotonic() < 52


def test_nobody_listening_is_refused(clock: FakeClock) -> None:
    with client(f"http://127.0.0.1:{closed_port()}", clock) as http, pytest.raises(Unreachable) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["why"] == "refused"
    assert caught.value.facts["why_zh"] == "拒绝"


def test_a_name_that_does_not_resolve_is_told_apart(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    with client("http://tool.example", clock) as http, pytest.raises(Unreachable) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["why"] == "dns"
    assert caught.value.facts["why_zh"] == "域名"


def test_a_proxy_that_does_not_answer_is_named_as_such(clock: FakeClock) -> None:
    proxy = f"http://127.0.0.1:{closed_port()}"
    with client("https://tool.example", clock, proxy=proxy) as http, pytest.raises(Unreachable) as caught:
        http.fetch("POST", "/x", call=Call.ONCE)
    assert caught.value.facts["why"] == "proxy"
    assert caught.value.facts["host"] == "tool.example"


@pytest.mark.parametrize("head", [b"", cut()], ids=["before-the-answer", "in-the-body"])
def test_silence_ends_with_the_read_timeout(server: LoopbackServer, clock: FakeClock, head: bytes) -> None:
    server.script = [stall(head), stall(head)]
    with client(server.url, clock, timeout_s=(1, 0.1), attempts=2) as http, pytest.raises(Unreachable) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["why"] == "timeout"
    assert caught.value.facts["why_zh"] == "超时"
    assert len(server.seen) == 2


@pytest.mark.parametrize("framing", ["length", "chunks", "until-closed"])
def test_a_trickle_ends_with_the_deadline(server: LoopbackServer, clock: FakeClock, framing: str) -> None:
    # Each byte comes well within the read timeout, and the whole within three hours.
    header, piece = {
        "length": (b"Content-Length: 100000\r\n", b"x"),
        "chunks": (b"Transfer-Encoding: chunked\r\n", b"1\r\nx\r\n"),
        "until-closed": (b"", b"x"),
    }[framing]
    head = b"HTTP/1.1 200 OK\r\n" + header + b"\r\n"
    server.script = [trickle(lambda: clock.advance(1), head, [piece] * 10_000)]
    with client(server.url, clock, deadline_s=120, workers=1) as http:
        with pytest.raises(Unreachable) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert caught.value.facts["why"] == "timeout"
        assert len(server.seen) == 1  # the deadline covers all attempts: none is left
        server.script = [OK]
        assert http.fetch("GET", "/x", call=Call.READ).body == OK.body


HEADERS = {
    "status": [b"H", b"T", b"T", b"P", b"/", *[b"1"] * 10_000],
    "line": [b"HTTP/1.1 200 OK\r\nX-Long: ", *[b"x"] * 10_000],
    "lines": [b"HTTP/1.1 200 OK\r\n", *[b"X-A: 1\r\n"] * 10_000],
    "interim": [*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 10_000],
}


def slowly(what: str) -> Play:
    """Send headers piece by piece: each well within the read timeout, all of them in minutes."""
    pause = threading.Event()
    return trickle(lambda: pause.wait(0.02), b"", HEADERS[what])


@pytest.mark.parametrize("what", HEADERS)
def test_headers_that_trickle_end_with_the_deadline(server: LoopbackServer, what: str) -> None:
    server.script = [slowly(what)]
    real = SystemClock()
    begun = real.monotonic()
    with client(server.url, real, deadline_s=0.3, workers=1) as http:
        with pytest.raises(Unreachable) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert real.monotonic() - begun < 5
        assert caught.value.facts["why"] == "timeout"
        assert len(server.seen) == 1  # the deadline covers all attempts: none is left
        server.script = [OK]
        assert http.fetch("GET", "/x", call=Call.READ).body == OK.body


def test_headers_that_trickle_through_tls_end_with_the_deadline(tmp_path: Path) -> None:
    context, bundle = self_signed(tmp_path)
    real = SystemClock()
    with LoopbackServer(slowly("line"), tls=context) as server:
        begun = real.monotonic()
        http = client(server.url, real, deadline_s=0.5, ca_bundle=str(bundle))
        with http, pytest.raises(Unreachable) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert real.monotonic() - begun < 5
    assert caught.value.facts["why"] == "timeout"


def test_a_write_whose_headers_trickle_is_doubtful_and_not_sent_again(server: LoopbackServer) -> None:
    server.script = [slowly("line")]
    with client(server.url, SystemClock(), deadline_s=0.3) as http, pytest.raises(Doubtful):
        http.fetch("POST", "/x", call=Call.ONCE)
    assert len(server.seen) == 1


@pytest.mark.parametrize(("origin", "method"), [("https://tool.example", "CONNECT"), ("http://tool.example", "GET")])
def test_a_proxy_that_trickles_ends_with_the_deadline(server: LoopbackServer, origin: str, method: str) -> None:
    server.script = [slowly("line")]
    real = SystemClock()
    begun = real.monotonic()
    with client(origin, real, proxy=server.url, deadline_s=0.3) as http, pytest.raises(Unreachable):
        http.fetch("GET", "/x", call=Call.READ)
    assert real.monotonic() - begun < 5
    assert [one.method for one in server.seen] == [method]


def test_a_connection_whose_last_answer_was_nearly_late_waits_as_usual_for_the_next(
    server: LoopbackServer, clock: FakeClock
) -> None:
    body = "x" * 20_000_000

    def nearly_late(connection: socket.socket) -> None:
        clock.advance(119.7)
        connection.sendall(OK.bytes()[:-1])
        threading.Event().wait(0.05)
        connection.sendall(OK.bytes()[-1:])
        # The next request is more than the system takes off our hands, and the server lets it wait.
        threading.Event().wait(0.8)
        left = len(body)
        while left > 0:
            left -= len(connection.recv(1_000_000))
        connection.sendall(OK.bytes())

    server.script = [nearly_late]
    with client(server.url, clock, attempts=1) as http:
        assert http.fetch("GET", "/x", call=Call.READ).body == OK.body
        assert http.fetch("POST", "/x", call=Call.READ, json=body).body == OK.body
    assert server.connections == 1


def test_the_deadline_holds_on_a_real_clock_too(server: LoopbackServer) -> None:
    pause = threading.Event()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    server.script = [trickle(lambda: pause.wait(0.02), head, [b"x"] * 10_000)]
    real = SystemClock()
    begun = real.monotonic()
    with client(server.url, real, deadline_s=0.3) as http, pytest.raises(Unreachable):
        http.fetch("GET", "/x", call=Call.READ)
    assert real.monotonic() - begun < 5


def test_a_stall_after_a_trickle_does_not_outlive_the_deadline(server: LoopbackServer, clock: FakeClock) -> None:
    def nearly_late_then_silent(connection: socket.socket) -> None:
        connection.sendall(cut(b"x"))
        clock.advance(119.9)
        connection.sendall(b"x")
        connection.recv(1)

    server.script = [nearly_late_then_silent]
    begun = SystemClock().monotonic()
    with client(server.url, clock, attempts=1) as http, pytest.raises(Unreachable):
        http.fetch("GET", "/x", call=Call.READ)
    assert SystemClock().monotonic() - begun < 30  # and not the 60 seconds of a read


def test_a_server_that_never_answers_does_not_outlive_the_deadline(server: LoopbackServer) -> None:
    server.script = [stall(b"")]
    begun = SystemClock().monotonic()
    with client(server.url, SystemClock(), deadline_s=0.2, timeout_s=(10, 60)) as http, pytest.raises(Unreachable):
        http.fetch("GET", "/x", call=Call.READ)
    assert SystemClock().monotonic() - begun < 30  # and not the 60 seconds of a read


def test_an_untrusted_certificate_is_a_matter_of_configuration(clock: FakeClock, tmp_path: Path) -> None:
    context, bundle = self_signed(tmp_path)
    with LoopbackServer(OK, tls=context) as server:
        with client(server.url, clock) as http, pytest.raises(ConfigError) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert caught.value.name == "certificate"
        assert caught.value.facts["host"] == server.url.removeprefix("https://")
        assert server.seen == []
        with client(server.url, clock, ca_bundle=str(bundle)) as http:
            assert http.fetch("GET", "/x", call=Call.READ).body == OK.body
    assert clock.monotonic() == 0  # not repeated


def test_a_server_without_tls_is_unreachable_and_no_question_of_trust(clock: FakeClock) -> None:
    with LoopbackServer(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        address = server.url.replace("http:", "https:")
        with client(address, clock) as http, pytest.raises(Unreachable) as caught:
            http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["why"] == "tls"


# -------------------------------------------------------------------------------------------- not repeated


def test_a_web_page_instead_of_data_is_told_at_once(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [Answer(body=PAGE, headers={"Content-Type": "text/html; charset=utf-8"})]
    with client(server.url, clock) as http, pytest.raises(NotData) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["title"] == "Log in • Example"
    assert caught.value.facts["url"] == f"{server.url}/x"
    assert len(server.seen) == 1


@pytest.mark.parametrize("error", [Rejected(), CursorInvalid(), ProtocolError(field="x")])
def test_a_definite_answer_is_not_repeated(server: LoopbackServer, clock: FakeClock, error: PmbridgeError) -> None:
    server.script = [Answer(status=400)]
    with client(server.url, clock, classify=lambda _: error) as http, pytest.raises(type(error)):
        http.fetch("GET", "/x", call=Call.READ)
    assert len(server.seen) == 1


# -------------------------------------------------------------------------------------------- sent only once


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(reset, id="reset"),
        pytest.param(hang_up, id="no-answer"),
        pytest.param(raw(cut()), id="cut-body"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Le"), id="cut-head"),
        pytest.param(raw(b"\x00\x01garbage\r\n\r\n"), id="garbage"),
        pytest.param(busy(status=503), id="503"),
        pytest.param(Answer(body=PAGE, headers={"Content-Type": "text/html"}), id="page"),
        pytest.param(Answer(headers={"Content-Length": "99999999999"}), id="too-big"),
        pytest.param(Answer(status=303, headers={"Location": "/created"}), id="303"),
        pytest.param(Answer(status=302, headers={"Location": "https://sso.example/"}), id="302-to-login"),
    ],
)
def test_a_write_whose_answer_is_lost_is_sent_once_and_doubtful(
    server: LoopbackServer, clock: FakeClock, fault: Answer
) -> None:
    server.script = [fault, OK]
    with client(server.url, clock) as http, pytest.raises(Doubtful) as caught:
        http.fetch("POST", "/issue", call=Call.ONCE, json={"summary": "x"})
    assert caught.value.facts["call"] == "POST /issue"
    assert isinstance(caught.value.__cause__, PmbridgeError)
    assert [one.method for one in server.seen] == ["POST"]
    assert clock.monotonic() == 0


def test_a_write_that_times_out_is_doubtful(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [stall(b"")]
    with client(server.url, clock, timeout_s=(1, 0.1)) as http, pytest.raises(Doubtful) as caught:
        http.fetch("POST", "/issue", call=Call.ONCE)
    assert caught.value.facts["why"] == "timeout"
    assert len(server.seen) == 1


def test_a_write_whose_answer_cannot_be_read_is_doubtful(server: LoopbackServer, clock: FakeClock) -> None:
    server.script = [Answer(status=201, body=b'{"id": {}}'), Answer(status=201, body=b'{"id": {}}')]
    into = TypeAdapter(dict[str, str])
    with client(server.url, clock) as http:
        with pytest.raises(Doubtful):
            http.send("POST", "/issue", into, call=Call.ONCE)
        with pytest.raises(ProtocolError):
            http.send("POST", "/search", into, call=Call.READ)


@pytest.mark.parametrize("status", [307, 308])
def test_a_write_that_is_sent_elsewhere_was_not_carried_out(
    server: LoopbackServer, clock: FakeClock, status: int
) -> None:
    server.script = [Answer(status=status, headers={"Location": "https://other.example/issue"})]
    with client(server.url, clock) as http, pytest.raises(WrongOrigin):
        http.fetch("POST", "/issue", call=Call.ONCE)


def test_a_write_that_the_tool_refused_is_not_doubtful(server: LoopbackServer, clock: FakeClock) -> None:
    page = Answer(status=403, body=PAGE, headers={"Content-Type": "text/html"})
    server.script = [page, Answer(status=409)]
    with client(server.url, clock) as http:
        with pytest.raises(NotData):
            http.fetch("POST", "/issue", call=Call.ONCE)
        with pytest.raises(ProtocolError, match="status 409"):
            http.fetch("POST", "/issue", call=Call.ONCE)
    assert len(server.seen) == 2


def test_a_write_that_was_never_sent_is_repeated() -> None:
    port = closed_port()
    doors: list[socket.socket] = []
    opened = threading.Event()

    class Opening(FakeClock):
        """Opens the door while the client waits for its second attempt."""

        def sleep(self, seconds: float) -> None:
            doors.append(socket.create_server(("127.0.0.1", port)))
            opened.set()
            super().sleep(seconds)

    def serve() -> None:
        if not opened.wait(10):
            return
        connection, _ = doors[0].accept()
        with connection:
            connection.recv(65536)
            connection.sendall(OK.bytes())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        with client(f"http://127.0.0.1:{port}", Opening()) as http:
            assert http.fetch("POST", "/issue", call=Call.ONCE).body == OK.body
            assert http.traffic.retries == 1
    finally:
        thread.join(10)
        for door in doors:
            door.close()


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's context for 127.0.0.1 and the file of its certificate, which signs itself."""
    x509 = needs.package("cryptography.x509")
    hashes = needs.package("cryptography.hazmat.primitives.hashes")
    serialization = needs.package("cryptography.hazmat.primitives.serialization")
    ec = needs.package("cryptography.hazmat.primitives.asymmetric.ec")
    ipaddress = needs.package("ipaddress")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
