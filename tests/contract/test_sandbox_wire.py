"""Every planned fault really happens on the socket, and only where it was planned."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from pydantic import SecretStr

from pmbridge.errors import Unsupported
from pmbridge.testing.clock import START
from pmbridge.testing.sandbox import (
    Answer,
    FakeClock,
    Fault,
    FaultPlan,
    HttpRequest,
    HttpResponse,
    Request,
    Sandbox,
    What,
    World,
)

BODY_SIZE = 20_000


class Counter(Sandbox):
    """A tool with one number, which POST raises."""

    quiet_requests = 1

    def __init__(self, clock: FakeClock, faults: FaultPlan | None = None) -> None:
        super().__init__(clock, faults)
        self.count = 0

    @property
    def world(self) -> World:
        raise NotImplementedError

    def settings(self) -> Mapping[str, object]:
        return {"base_url": self.url}

    def secret(self) -> SecretStr:
        return SecretStr("open sesame")

    def answer(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/boom":
            raise ZeroDivisionError("boom")
        if request.method == "POST":
            self.count += 1
        user = "somebody" if "Authorization" in request.headers else "nobody"
        return HttpResponse(json.dumps({"count": self.count, "user": user, "pad": "x" * BODY_SIZE}))

    def refusal(self, what: What, request: HttpRequest, retry_after: float | None) -> HttpResponse:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        status = {"429": 429, "500": 500, "503": 503, "expired": 401, "forbidden": 403}[what]
        return HttpResponse("no", status=status, headers=headers)


@pytest.fixture
def counter() -> Iterator[Counter]:
    with Counter(FakeClock()) as sandbox:
        yield sandbox


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def count(counter: Counter, http: requests.Session) -> int:
    return int(http.get(f"{counter.url}/n").json()["count"])


def test_one_connection_serves_many_requests(counter: Counter) -> None:
    where = urlsplit(counter.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=5) as plain:
        for _ in range(3):
            plain.sendall(b"GET /n HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while b"\r\n\r\n" not in got:
                got += plain.recv(65536)
            head, _, rest = got.partition(b"\r\n\r\n")
            size = next(int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))
            while len(rest) < size:
                rest += plain.recv(65536)
            assert head.startswith(b"HTTP/1.1 200")
            assert len(rest) == size


def test_the_date_header_is_the_sandbox_clock(counter: Counter, http: requests.Session) -> None:
    assert http.get(counter.url).headers["Date"] == "Fri, 05 Jun 2026 02:00:00 GMT"
    counter.clock.advance(90)
    assert http.get(counter.url).headers["Date"] == "Fri, 05 Jun 2026 02:01:30 GMT"


def test_requests_are_recorded_as_sent(counter: Counter, http: requests.Session) -> None:
    http.post(f"{counter.url}/a%20b/中?x=1&x=2&empty=", json={"k": "值"}, headers={"X-Mine": "1"})
    (request,) = counter.requests
    assert request.call == "POST /a b/中"
    assert request.query == {"x": ["1", "2"], "empty": [""]}
    assert request.json == {"k": "值"}
    assert request.headers["x-mine"] == "1"
    assert request.at == START


@pytest.mark.parametrize(
    ("what", "status"), [("429", 429), ("500", 500), ("503", 503), ("expired", 401), ("forbidden", 403)]
)
def test_a_refusal_comes_once_and_does_nothing(
    counter: Counter, http: requests.Session, what: What, status: int
) -> None:
    counter.faults.add(Fault(call="POST /n", what=what, retry_after=7))
    refused = http.post(f"{counter.url}/n")
    assert (refused.status_code, refused.headers["Retry-After"]) == (status, "7")
    assert count(counter, http) == 0
    assert http.post(f"{counter.url}/n").status_code == 200
    assert count(counter, http) == 1


def test_html_is_a_200_that_is_no_data(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="GET /n", what="html"))
    page = http.get(f"{counter.url}/n")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        page.json()


def test_a_cut_body_is_shorter_than_its_announced_length(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="POST /n", what="cut"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        http.post(f"{counter.url}/n")
    assert count(counter, http) == 1


def test_a_trickling_body_takes_longer_than_any_deadline_yet_ends(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="GET /n", what="trickle"))
    answer = http.get(f"{counter.url}/n")
    assert len(answer.content) > BODY_SIZE
    assert counter.clock.monotonic() > 120


@pytest.mark.parametrize(("what", "done"), [("lost_before", 0), ("lost_after", 1), ("reset", 0), ("late", 0)])
def test_a_lost_answer_leaves_the_effect_that_its_name_says(
    counter: Counter, http: requests.Session, what: What, done: int
) -> None:
    counter.faults.add(Fault(call="POST /n", what=what))
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        http.post(f"{counter.url}/n")
    assert ("reset by peer" in str(caught.value)) == (what == "reset")
    assert count(counter, http) == done


def test_a_late_request_lands_after_the_client_gave_up(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="POST /n", what="late", retry_after=300))
    with pytest.raises(requests.exceptions.ConnectionError):
        http.post(f"{counter.url}/n")
    counter.clock.advance(299)
    assert count(counter, http) == 0
    counter.clock.advance(1)
    assert count(counter, http) == 1


def test_an_anonymous_answer_ignores_the_credential(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="GET /n", what="anonymous"))
    headers = {"Authorization": "Bearer x"}
    users = [http.get(f"{counter.url}/n", headers=headers).json()["user"] for _ in range(2)]
    assert users == ["nobody", "somebody"]


def test_nth_and_times_count_only_what_matches(counter: Counter, http: requests.Session) -> None:
    counter.faults.add(Fault(call="GET /*/page", nth=2, what="500", times=2))
    paths = ["/a/page", "/other", "/b/page", "/a/page", "/a/page"]
    assert [http.get(counter.url + path).status_code for path in paths] == [200, 200, 500, 500, 200]


def test_a_fault_without_end_never_stops_and_one_that_never_struck_is_pending(
    counter: Counter, http: requests.Session
) -> None:
    unmet = Fault(call="DELETE *", what="500")
    counter.faults.add(Fault(call="GET *", what="503", times=None), unmet)
    assert [http.get(counter.url).status_code for _ in range(5)] == [503] * 5
    assert counter.faults.pending() == (unmet,)
    counter.faults.clear()
    assert http.get(counter.url).status_code == 200


def test_observers_see_every_exchange_with_its_fault(counter: Counter, http: requests.Session) -> None:
    seen: list[tuple[Request, Answer]] = []
    counter.observers.append(lambda request, answer: seen.append((request, answer)))
    counter.faults.add(Fault(call="GET /n", nth=2, what="500"))
    for _ in range(2):
        http.get(f"{counter.url}/n")
    assert [(answer.status, answer.fault) for _, answer in seen] == [(200, None), (500, "500")]
    assert seen[0][1].json["count"] == 0


def test_an_error_inside_the_sandbox_fails_the_test_that_used_it(http: requests.Session) -> None:
    with pytest.raises(ZeroDivisionError), Counter(FakeClock()) as broken:
        assert http.get(f"{broken.url}/boom").status_code == 500


def test_leaving_the_sandbox_closes_its_port_and_idle_connections(http: requests.Session) -> None:
    with Counter(FakeClock()) as sandbox:
        url = sandbox.url
        http.get(url)
    with pytest.raises(requests.exceptions.ConnectionError):
        http.get(url)
    with pytest.raises(RuntimeError, match="not open"):
        sandbox.url  # noqa: B018 - asking is the point


def test_a_sandbox_without_a_story_says_so(counter: Counter) -> None:
    with pytest.raises(Unsupported):
        counter.play(START + timedelta(days=1))
