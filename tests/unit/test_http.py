"""What goes out, where it goes, and what comes back."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import vcr
from pydantic import BaseModel, SecretStr, TypeAdapter

from pmbridge.adapter import Call, Rate, Response, Traffic, Wait, classify_common, in_order
from pmbridge.errors import (
    ConfigError,
    CredentialRefused,
    NotAuthorized,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    WrongOrigin,
)
from pmbridge.testing.clock import START, FakeClock
from tests.unit.http_client import KEY, TOKEN, FixedAuth, client
from tests.unit.loopback import Answer, LoopbackServer, raw


class Person(BaseModel):
    name: str
    age: int | None = None


PERSON: TypeAdapter[Person] = TypeAdapter(Person)
NOTHING: TypeAdapter[None] = TypeAdapter(None)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as one:
        yield one


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to}, body=b"")


# ------------------------------------------------------------------------------------------------ plain


def test_an_answer_comes_back_validated_with_status_and_lower_case_headers(server: LoopbackServer) -> None:
    server.script = [Answer(body='{"name": "张敏"}'.encode(), headers={"X-AAccountId": "abc"})]
    with client(server.url) as http:
        reply = http.get("/person", PERSON, params={"id": 7})
    assert reply.data == Person(name="张敏")
    assert reply.status == 200
    assert reply.headers["x-aaccountid"] == "abc"
    assert server.seen[0].target == "/person?id=7"
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.seen[0].headers["accept"] == "application/json"


def test_parameters_are_repeated_left_out_and_spelt_as_json_spells_them(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(server.url) as http:
        http.fetch("GET", "/x", call=Call.READ, params={"id": ["a b", "c&d"], "none": None, "yes": True, "n": 1.5})
    assert server.seen[0].target == "/x?id=a%20b&id=c%26d&yes=true&n=1.5"


def test_json_and_forms_are_sent_as_such(server: LoopbackServer) -> None:
    server.script = [Answer(), Answer()]
    with client(server.url) as http:
        http.fetch("POST", "/j", call=Call.READ, json={"标题": "x", "secret": SecretStr("in the body")})
        http.fetch("POST", "/f", call=Call.READ, form={"a": "1 2", "b": SecretStr("=&")})
    assert json.loads(server.seen[0].body) == {"标题": "x", "secret": "in the body"}
    assert server.seen[0].headers["content-type"] == "application/json"
    assert server.seen[1].body == b"a=1%202&b=%3D%26"
    assert server.seen[1].headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_context_path_of_the_origin_is_kept(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(f"{server.url}/jira/") as http:
        http.fetch("GET", "/rest/api/2/myself", call=Call.READ)
    assert server.seen[0].target == "/jira/rest/api/2/myself"


def test_an_empty_answer_is_null(server: LoopbackServer) -> None:
    server.script = [Answer(status=204, body=b""), Answer(body=b"")]
    with client(server.url) as http:
        assert http.send("PUT", "/x", NOTHING, call=Call.IDEMPOTENT).data is None
        with pytest.raises(ProtocolError):
            http.get("/x", PERSON)


def test_a_compressed_answer_is_unpacked_and_counted_unpacked(server: LoopbackServer) -> None:
    body = json.dumps({"name": "x" * 200_000}).encode()
    server.script = [Answer(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})]
    with client(server.url) as http:
        assert http.fetch("GET", "/x", call=Call.READ).body == body
        assert http.traffic == Traffic(requests=1, bytes=len(body))
    assert "gzip" in server.seen[0].headers["accept-encoding"]


def test_a_chunked_answer_arrives_whole_and_the_connection_is_used_again(server: LoopbackServer) -> None:
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b'{"name": ', b'"a"}'))
    chunked = Answer(body=b"", headers={"Transfer-Encoding": "chunked"}).bytes().replace(b"Content-Length: 0\r\n", b"")

    class Chunked(Answer):
        def bytes(self) -> bytes:
            return chunked + pieces + b"0\r\n\r\n"

    server.script = [Chunked(), Answer(body=b'{"name": "b"}')]
    with client(server.url) as http:
        assert [http.get("/x", PERSON).data.name for _ in range(2)] == ["a", "b"]
    assert server.connections == 1


def test_one_connection_serves_many_requests(server: LoopbackServer) -> None:
    server.script = [Answer() for _ in range(20)]
    with client(server.url, workers=1) as http:
        for _ in range(20):
            http.fetch("GET", "/x", call=Call.READ)
    assert server.connections == 1


def test_closing_twice_is_harmless(server: LoopbackServer) -> None:
    http = client(server.url)
    http.close()
    http.close()


# --------------------------------------------------------------------------------------- what comes back wrong


def test_a_wrong_answer_names_the_field_and_never_the_value(server: LoopbackServer) -> None:
    server.script = [Answer(body=b'{"name": "x", "age": "PRIVATE"}')]
    with client(server.url) as http, pytest.raises(ProtocolError) as caught:
        http.get("/person/{id}", PERSON, secrets={"id": SecretStr("7")})
    error = caught.value
    assert error.facts["field"] == "age (int_parsing)"
    assert error.facts["call"] == "/person/{id}"
    assert "PRIVATE" not in f"{error} {error!r} {error.facts}"
    assert error.__cause__ is None
    assert error.__context__ is None


def test_what_is_no_json_is_a_protocol_error(server: LoopbackServer) -> None:
    server.script = [Answer(body=b"ok"), Answer(body=b'{"name": "x"')]
    with client(server.url) as http:
        for _ in range(2):
            with pytest.raises(ProtocolError, match="json_invalid"):
                http.get("/x", PERSON)


def test_deep_nesting_is_refused_before_it_is_parsed(server: LoopbackServer) -> None:
    server.script = [Answer(body=b"[" * 65 + b"]" * 65), Answer(body=b"[" * 64 + b"]" * 64)]
    anything: TypeAdapter[object] = TypeAdapter(object)
    with client(server.url) as http:
        with pytest.raises(ProtocolError, match="nesting deeper than 64"):
            http.get("/x", anything)
        assert http.get("/x", anything).status == 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_above_the_limit_is_not_read_to_its_end(server: LoopbackServer, announced: bool) -> None:
    body = b"x" * 300_000
    length = {"Content-Length": str(len(body))} if announced else {}
    head = Answer(body=b"").bytes().replace(b"Content-Length: 0\r\n", b"") if not announced else None
    server.script = [raw(head + body) if head else Answer(body=body, headers=length), Answer()]
    # One connection at most: the place of the abandoned one must have come free.
    with client(server.url, max_bytes=100_000, workers=1) as http:
        with pytest.raises(ProtocolError, match="a body above 100000 bytes"):
            http.fetch("GET", "/big", call=Call.READ)
        http.fetch("GET", "/small", call=Call.READ)
    assert server.connections == 2


def test_a_small_answer_that_unpacks_to_a_big_one_is_refused(server: LoopbackServer) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    server.script = [Answer(body=bomb, headers={"Content-Encoding": "gzip"})]
    with client(server.url, max_bytes=1_000_000) as http, pytest.raises(ProtocolError, match="a body above"):
        http.fetch("GET", "/x", call=Call.READ)


def test_classify_is_asked_about_a_200_too(server: LoopbackServer) -> None:
    def classify(response: Response) -> PmbridgeError | None:
        return CredentialRefused("anonymous") if "x-aaccountid" not in response.headers else None

    server.script = [Answer()]
    with client(server.url, classify=classify) as http, pytest.raises(CredentialRefused) as caught:
        http.fetch("GET", "/search", call=Call.READ)
    assert caught.value.name == "anonymous"
    assert caught.value.facts["call"] == "GET /search"


# ------------------------------------------------------------------------------------------------ the origin


def test_a_redirect_within_the_origin_is_followed_with_the_credential(server: LoopbackServer) -> None:
    server.script = [redirect("/new?page=2"), redirect(f"{server.url}/newer", 307), Answer(body=b'{"name": "x"}')]
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        reply = http.get("/old", PERSON, params={"jql": "x"})
        assert http.traffic.requests == 3
    assert reply.data.name == "x"
    assert [one.target.partition("?")[0] for one in server.seen] == ["/old", "/new", "/newer"]
    assert all(one.headers["authorization"] == f"Bearer {TOKEN}" for one in server.seen)
    assert server.seen[2].target == "/newer?key=k3y%2FVERYSECRET"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_credential_never_follows_a_redirect_to_another_origin(server: LoopbackServer, status: int) -> None:
    with LoopbackServer(Answer()) as other, client(server.url) as http:
        server.script = [redirect(f"{other.url}/x", status)]
        with pytest.raises(WrongOrigin) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert caught.value.facts["other"] == other.url
        assert other.seen == []
        assert other.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "//127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "http://localhost/x",
        "http://127.0.0.1@example.com/x",
        "http:\\\\example.com/x",
        "ftp://127.0.0.1/x",
    ],
)
def test_no_spelling_of_another_origin_is_followed(server: LoopbackServer, location: str) -> None:
    server.script = [redirect(location)]
    with client(server.url) as http, pytest.raises((WrongOrigin, ProtocolError)):
        http.fetch("GET", "/x", call=Call.READ)
    assert len(server.seen) == 1


def test_redirects_in_a_circle_end(server: LoopbackServer) -> None:
    server.script = [redirect("/x") for _ in range(10)]
    with client(server.url) as http, pytest.raises(ProtocolError, match="redirects without end"):
        http.fetch("GET", "/x", call=Call.READ)
    assert len(server.seen) == 6


def test_a_search_by_post_is_not_repeated_where_a_redirect_points(server: LoopbackServer) -> None:
    server.script = [redirect("/elsewhere", 307)]
    with client(server.url) as http, pytest.raises(ProtocolError, match="a redirect in POST /search"):
        http.fetch("POST", "/search", call=Call.READ, json={})
    assert len(server.seen) == 1


def test_a_next_address_of_the_same_origin_is_asked_with_the_credential(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client(server.url, auth=FixedAuth(key=KEY)) as http:
        response = http.fetch("GET", f"{server.url}/page?token=abc&key={KEY}", call=Call.READ)
    assert server.seen[0].target == f"/page?token=abc&key={KEY}"  # not added a second time
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert response.url == f"{server.url}/page?token=***&key=***"


def test_a_next_address_of_another_origin_is_not_asked(server: LoopbackServer) -> None:
    with LoopbackServer(Answer()) as other, client(server.url) as http:
        with pytest.raises(WrongOrigin):
            http.fetch("GET", f"{other.url}/page", call=Call.READ)
        assert other.connections == 0
    assert server.connections == 0


def test_a_bare_origin_is_asked_without_any_credential(server: LoopbackServer) -> None:
    auth = FixedAuth(key=KEY)
    stranger = Answer(body=b'{"name": "x"}', headers={"Date": "Fri, 05 Jun 2020 02:00:00 GMT"})
    with LoopbackServer(stranger) as other:
        with client(server.url, auth=auth, bare_origins=(other.url,)) as http:
            assert http.get(f"{other.url}/_edge/tenant_info", PERSON).data.name == "x"
            assert http.server_now() == START  # not by a stranger's clock
        assert other.seen[0].target == "/_edge/tenant_info"
        assert "authorization" not in other.seen[0].headers
        assert "VERYSECRET" not in str(other.seen[0])


def test_no_secret_of_the_caller_goes_to_a_bare_origin(server: LoopbackServer) -> None:
    with LoopbackServer(Answer()) as other, client(server.url, bare_origins=(other.url,)) as http:
        secret = SecretStr("x")
        with pytest.raises(WrongOrigin):
            http.fetch("GET", f"{other.url}/", call=Call.READ, params={"a": secret})
        with pytest.raises(WrongOrigin):
            http.fetch("GET", f"{other.url}/", call=Call.READ, headers={"A": secret})
        with pytest.raises(WrongOrigin):
            http.fetch("POST", f"{other.url}/", call=Call.READ, json={"a": [secret]})
        with pytest.raises(WrongOrigin):
            http.fetch("GET", f"{other.url}/{{a}}", call=Call.READ, secrets={"a": secret})
        assert other.connections == 0


def test_an_address_that_the_library_reads_differently_is_not_asked(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = requests.Request.prepare

    def misread(request: requests.Request) -> requests.PreparedRequest:
        prepared = prepare(request)
        prepared.url = f"{other.url}/x"
        return prepared

    with LoopbackServer(Answer()) as other, client(server.url) as http:
        monkeypatch.setattr(requests.Request, "prepare", misread)
        with pytest.raises(ProtocolError, match="address in GET /x"):
            http.fetch("GET", "/x", call=Call.READ)
        assert other.connections == 0


def test_a_relative_path_without_a_slash_cannot_extend_the_host(server: LoopbackServer) -> None:
    with client(server.url) as http, pytest.raises(ValueError, match="starts with a slash"):
        http.fetch("GET", ".example.com/x", call=Call.READ)


# ------------------------------------------------------------------------------------- no surprises from outside


def test_a_netrc_does_not_replace_our_credential(server: LoopbackServer, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login eve password wrong\n")
    (home / ".netrc").chmod(0o600)
    server.script = [Answer(), Answer()]
    with client(server.url) as http:
        http.fetch("GET", "/x", call=Call.READ)
    with client(server.url, auth=FixedAuth(header="")) as http:
        http.fetch("GET", "/x", call=Call.READ)
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in server.seen[1].headers


def test_cookies_are_neither_kept_nor_shown(server: LoopbackServer) -> None:
    server.script = [Answer(headers={"Set-Cookie": "session=VERYSECRET; Path=/"}), Answer()]
    with client(server.url) as http:
        first = http.fetch("GET", "/x", call=Call.READ)
        http.fetch("GET", "/x", call=Call.READ)
    assert "set-cookie" not in first.headers
    assert "cookie" not in server.seen[1].headers


def test_the_policys_proxy_is_used(server: LoopbackServer) -> None:
    server.script = [Answer()]
    with client("http://tool.example", proxy=server.url) as http:
        http.fetch("GET", "/x", call=Call.READ)
    assert server.seen[0].target == "http://tool.example/x"


def test_the_environment_is_read_once_and_only_for_other_machines(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LoopbackServer(Answer(), Answer()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        server.script = [Answer()]
        with client("http://tool.example") as away, client(server.url) as here:
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
            away.fetch("GET", "/x", call=Call.READ)
            here.fetch("GET", "/x", call=Call.READ)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("NO_PROXY", "tool.example")
        with client("http://other.example", proxy=proxy.url) as http:
            http.fetch("GET", "/y", call=Call.READ)
        assert [one.target for one in proxy.seen] == ["http://tool.example/x", "http://other.example/y"]
    assert server.seen[0].target == "/x"


def test_a_ca_bundle_that_is_none_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    for path in (str(empty), str(tmp_path / "missing.pem")):
        with pytest.raises(ConfigError, match="ca_bundle holds no certificates"):
            client("https://tool.example", ca_bundle=path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(empty))
    with pytest.raises(ConfigError, match="REQUESTS_CA_BUNDLE holds no certificates"):
        client("https://tool.example")


def test_a_cassette_is_replayed_without_a_request(server: LoopbackServer, tmp_path: Path) -> None:
    server.script = [Answer(body=b'{"name": "recorded"}', headers={"Content-Encoding": "identity"})]
    cassette = str(tmp_path / "cassette.yaml")
    for mode in ("once", "none"):
        with vcr.use_cassette(cassette, record_mode=mode), client(server.url) as http:
            assert http.get("/person", PERSON).data.name == "recorded"
    assert len(server.seen) == 1


# ------------------------------------------------------------------------------------------- time, traffic, pace


def test_the_servers_time_is_that_of_its_last_answer_and_runs_on(server: LoopbackServer) -> None:
    clock = FakeClock()
    server.script = [
        Answer(headers={"Date": "Fri, 05 Jun 2026 02:10:00 GMT"}),
        Answer(headers={"Date": "Fri, 05 Jun 2026 09:00:00 GMT", "Age": "60"}),
        Answer(headers={"Date": "yesterday"}),
    ]
    with client(server.url, clock) as http:
        assert http.server_now() == clock.now()
        for _ in range(3):
            http.fetch("GET", "/x", call=Call.READ)
        clock.advance(5)
        assert http.server_now() == datetime(2026, 6, 5, 2, 10, 5, tzinfo=UTC)
        clock.set(clock.now() - timedelta(days=1))  # somebody corrects this machine's clock
        assert http.server_now() == datetime(2026, 6, 5, 2, 10, 5, tzinfo=UTC)


def test_every_request_passes_the_bucket_of_its_key_and_that_of_all(server: LoopbackServer) -> None:
    clock = FakeClock()
    server.script = [Answer() for _ in range(6)]
    rates = (Rate(per_s=10, burst=3), Rate(per_s=1, burst=1, key="search"))
    with client(server.url, clock, rates=rates) as http:
        for rate in ("*", "*", "*", "*"):
            http.fetch("GET", "/x", call=Call.READ, rate=rate)
        assert clock.monotonic() == pytest.approx(0.1)
        http.fetch("GET", "/x", call=Call.READ, rate="search")
        http.fetch("GET", "/x", call=Call.READ, rate="search")
        assert clock.monotonic() == pytest.approx(1.1)
        assert http.traffic.waited_s == pytest.approx(1.1)
        assert http.traffic.requests == 6


def test_a_wish_in_the_headers_pauses_the_next_call(server: LoopbackServer) -> None:
    clock = FakeClock()

    def pace(response: Response) -> Wait | None:
        left = response.headers.get("x-remaining")
        return Wait(seconds=7, key="members") if left == "0" else None

    server.script = [Answer(headers={"X-Remaining": "0"}), Answer(), Answer()]
    with client(server.url, clock, pace=pace) as http:
        http.fetch("GET", "/x", call=Call.READ, rate="members")
        http.fetch("GET", "/x", call=Call.READ)
        assert clock.monotonic() == 0
        http.fetch("GET", "/x", call=Call.READ, rate="members")
        assert clock.monotonic() == 7


def test_a_pause_longer_than_allowed_ends_the_call_before_it_is_sent(server: LoopbackServer) -> None:
    clock = FakeClock()
    server.script = [Answer(headers={"X-Quota": "gone"}), Answer()]

    def pace(response: Response) -> Wait | None:
        return Wait(seconds=1800) if "x-quota" in response.headers else None

    with client(server.url, clock, pace=pace) as http:
        http.fetch("GET", "/x", call=Call.READ)
        with pytest.raises(RateLimited) as caught:
            http.fetch("GET", "/x", call=Call.READ)
        assert caught.value.retry_after == 1800
        assert clock.monotonic() == 0
        clock.advance(1800)
        http.fetch("GET", "/x", call=Call.READ)
    assert len(server.seen) == 2


def test_a_call_that_was_refused_for_a_pause_costs_nothing_later(server: LoopbackServer) -> None:
    clock = FakeClock()
    server.script = [Answer(headers={"X-Quota": "gone"}), Answer()]

    def pace(response: Response) -> Wait | None:
        return Wait(seconds=1000) if "x-quota" in response.headers else None

    with client(server.url, clock, pace=pace, rates=(Rate(per_s=0.1, burst=1),)) as http:
        http.fetch("GET", "/x", call=Call.READ)
        for _ in range(20):
            with pytest.raises(RateLimited):
                http.fetch("GET", "/x", call=Call.READ)
        clock.advance(1000)
        http.fetch("GET", "/x", call=Call.READ)
    assert clock.monotonic() == pytest.approx(1010)


def test_a_call_that_waits_its_turn_hears_of_a_pause_meanwhile(server: LoopbackServer) -> None:
    class Interrupted(FakeClock):
        """While somebody sleeps, another thread's call is told to wait."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(server.seen) == 1:
                http.fetch("GET", "/other", call=Call.READ, rate="unhurried")

    def pace(response: Response) -> Wait | None:
        return Wait(seconds=30, key="slow") if "x-quota" in response.headers else None

    clock = Interrupted()
    server.script = [Answer(), Answer(headers={"X-Quota": "gone"}), Answer()]
    with client(server.url, clock, pace=pace, rates=(Rate(per_s=1, burst=1, key="slow"),)) as http:
        http.fetch("GET", "/x", call=Call.READ, rate="slow")
        http.fetch("GET", "/x", call=Call.READ, rate="slow")
    assert [one.target for one in server.seen] == ["/x", "/other", "/x"]
    assert clock.monotonic() == pytest.approx(31)


# ------------------------------------------------------------------------------------------ a fresh credential


def test_a_refused_credential_is_renewed_once_and_the_call_replayed(server: LoopbackServer) -> None:
    server.script = [Answer(status=401), Answer(body=b'{"name": "x"}')]
    auth = FixedAuth(renewals=["Bearer fresh"])
    with client(server.url, auth=auth) as http:
        assert http.send("POST", "/x", PERSON, call=Call.ONCE).data.name == "x"
        assert http.traffic.retries == 1
    assert [one.headers["authorization"] for one in server.seen] == [f"Bearer {TOKEN}", "Bearer fresh"]


def test_a_credential_refused_again_after_renewal_is_given_up(server: LoopbackServer) -> None:
    server.script = [Answer(status=401), Answer(status=401)]
    auth = FixedAuth(renewals=["Bearer fresh", "Bearer fresher"])
    with client(server.url, auth=auth) as http, pytest.raises(CredentialRefused) as caught:
        http.fetch("GET", "/x", call=Call.READ)
    assert caught.value.facts["status"] == 401
    assert auth.asked == 1


def test_what_is_not_visible_does_not_renew_the_credential(server: LoopbackServer) -> None:
    server.script = [Answer(status=404)]
    auth = FixedAuth(renewals=["Bearer fresh"])
    with client(server.url, auth=auth, classify=lambda _: NotVisible(thing="x")) as http, pytest.raises(NotVisible):
        http.fetch("GET", "/x", call=Call.READ)
    assert auth.asked == 0


def test_a_renewal_that_is_refused_itself_does_not_renew_for_ever(server: LoopbackServer) -> None:
    server.script = [Answer(status=401), Answer(status=503), Answer(status=401)]

    class TokenAuth(FixedAuth):
        def renew(self) -> bool:
            self.asked += 1
            http.fetch("POST", "/token", call=Call.READ)
            return True

    auth = TokenAuth()
    with client(server.url, auth=auth) as http, pytest.raises(NotAuthorized):
        http.fetch("GET", "/x", call=Call.READ)
    assert auth.asked == 1
    assert [one.target for one in server.seen] == ["/x", "/token", "/token"]


def test_renewal_by_a_request_of_the_same_client_works_with_retries_inside(server: LoopbackServer) -> None:
    server.script = [Answer(status=401), Answer(status=503), Answer(), Answer(status=503), Answer()]

    class TokenAuth(FixedAuth):
        def renew(self) -> bool:
            http.fetch("POST", "/token", call=Call.READ)
            self.header = "Bearer fresh"
            return True

    with client(server.url, auth=TokenAuth()) as http:
        assert http.fetch("GET", "/x", call=Call.READ).status == 200
    assert [one.target for one in server.seen] == ["/x", "/token", "/token", "/x", "/x"]
    assert server.seen[-1].headers["authorization"] == "Bearer fresh"


# ---------------------------------------------------------------------------------------------------- threads


def test_many_threads_share_few_connections_and_nothing_is_miscounted(server: LoopbackServer) -> None:
    server.respond = lambda seen: Answer(body=b'"%s"' % seen.target.encode())
    text: TypeAdapter[str] = TypeAdapter(str)
    paths = [f"/{n}" for n in range(200)]
    with client(server.url, workers=3) as http, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda path: http.get(path, text).data, paths)) == paths
        assert http.traffic == Traffic(requests=200, bytes=sum(len(path) + 2 for path in paths))
    assert server.connections <= 3


def test_threads_refused_together_renew_the_credential_once(server: LoopbackServer) -> None:
    together = threading.Barrier(4, timeout=10)
    server.respond = lambda seen: Answer(status=200 if seen.headers["authorization"] == "Bearer fresh" else 401)

    def all_at_once(response: Response) -> PmbridgeError | None:
        if response.status == 401:
            together.wait()  # nobody goes on before all four are refused
        return classify_common(response)

    auth = FixedAuth(renewals=["Bearer fresh", "Bearer too much"])
    with client(server.url, auth=auth, classify=all_at_once) as http:
        results = in_order(lambda n: http.fetch("GET", f"/{n}", call=Call.READ), range(4), workers=4)
        assert [one.status for one in results] == [200] * 4
    assert auth.asked == 1


def test_a_storm_of_refusals_over_all_threads_ends_in_one_error_and_leaves_no_thread(
    server: LoopbackServer,
) -> None:
    server.respond = lambda _: Answer(status=429, headers={"Retry-After": "5"})
    with client(server.url, rates=(Rate(per_s=100, burst=10),)) as http:
        results = in_order(lambda n: http.fetch("GET", f"/{n}", call=Call.READ), range(100), workers=4)
        with pytest.raises(RateLimited):
            next(results)
        assert not [one for one in threading.enumerate() if one.name.startswith("pmbridge-fetch")]
    assert len(server.seen) <= 4 * 5 + 4
