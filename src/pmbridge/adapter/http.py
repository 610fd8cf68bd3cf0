"""The one HTTP client: origin pinned, paced, bounded, repeated only where that is safe.

::

    with HttpClient(policy, clock) as client:
        reply = client.get("/rest/api/3/myself", TypeAdapter(Myself))

An adapter says what its vendor needs in an :class:`HttpPolicy`; everything else is decided here, once for all tools.
Every error that leaves is a :class:`PmbridgeError`, and none of them holds a secret, also not as its cause.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypedDict, TypeVar, Unpack
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from pmbridge.adapter.address import Address, Params, address_of, clean_origin
from pmbridge.adapter.classify import http_date, retry_after
from pmbridge.adapter.decode import decode
from pmbridge.adapter.errand import Errand, Headers, doubtful, header_value, secrets_in
from pmbridge.adapter.pace import Pace
from pmbridge.adapter.policy import Call, HttpPolicy, Reply, Response, Traffic
from pmbridge.adapter.transport import Fault, Outgoing, Transport, call_of, unreachable
from pmbridge.clock import Clock
from pmbridge.errors import (
    NotAuthorized,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    TransientError,
    Unreachable,
    WrongOrigin,
)

T = TypeVar("T")

log = logging.getLogger("pmbridge.http")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
FIRST_WAIT_S = 1.0
JITTER = (0.7, 1.3)


class Asked(TypedDict, total=False):
    """What every request may bring along; see :meth:`HttpClient.fetch`."""

    params: Params | None
    json: object
    form: Params | None
    headers: Headers | None
    secrets: Mapping[str, SecretStr] | None
    rate: str
    cost: int


class _Again(Exception):
    """This attempt may be repeated, *at_least* so many seconds later."""

    def __init__(self, error: PmbridgeError, at_least: float) -> None:
        super().__init__()
        self.error = error
        self.at_least = at_least


class HttpClient:
    """All requests of one credential. Safe for threads; close it, or use it as a context manager.

    Raises:
        ConfigError: the policy's origin is no address, or its CA bundle cannot be used.
    """

    def __init__(self, policy: HttpPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._base = clean_origin(policy.origin, insecure_http=True)  # whether that may be was asked before
        self._pace = Pace(policy.rates, clock)
        self._transport = Transport(policy, clock.monotonic)
        self._lock = threading.Lock()
        self._traffic = Traffic()
        self._server: tuple[datetime, float] | None = None
        self._renewing = threading.RLock()
        self._credential = 0
        self._in_renewal = False
        self._retrying = Retrying(
            sleep=self._sleep,
            stop=self._gives_up,
            wait=self._wait,
            retry=retry_if_exception_type(_Again),
            before_sleep=lambda _: self._count(retries=1),
            reraise=True,
        )

    def __repr__(self) -> str:
        return f"HttpClient({self._base!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection. Harmless when done twice."""
        self._transport.close()

    @property
    def traffic(self) -> Traffic:
        """What was sent, received, waited for and repeated so far."""
        return self._traffic

    def server_now(self) -> datetime:
        """Return the tool's present moment, by the ``Date`` of its last answer; before any answer, our own.

        Never ahead of the tool's clock: behind it by at most one second (HTTP tells no parts of one) and the time that
        the answer took.
        """
        with self._lock:
            seen = self._server
        if seen is None:
            return self._clock.now()
        date, at = seen
        return date + timedelta(seconds=self._clock.monotonic() - at)

    # ---------------------------------------------------------------------------------------------- asking

    def fetch(
        self,
        method: str,
        path: str,
        *,
        call: Call,
        params: Params | None = None,
        json: object = None,
        form: Params | None = None,
        headers: Headers | None = None,
        secrets: Mapping[str, SecretStr] | None = None,
        rate: str = "*",
        cost: int = 1,
    ) -> Response:
        """Return the answer to one request, classified but not parsed: for the threads of ``in_order``.

        Args:
            method: ``GET``, ``POST``, …
            path: appended to the policy's origin, or an absolute address (a page's ``next``) of the same origin or of
                one of ``bare_origins``, which never gets the credential.
            call: what may be repeated.
            params: the query; values may be secret, ``None`` is left out, a sequence repeats the name.
            json: any JSON value as the body, may hold secrets; ``None`` = no body.
            form: a form as the body, like *params*.
            headers: beside those of the policy's ``auth``, which win.
            secrets: fill ``{name}`` in *path*.
            rate: key of the buckets that the call passes beside those of ``*``.
            cost: tokens that it takes from each.

        Redirects are followed for GET within the origin. All attempts together, waits included, take at most
        ``deadline_s``, and no single wait is longer than ``max_wait_s``.

        Raises:
            RateLimited: the tool asks to wait longer than that, or did not stop asking.
            Doubtful: a call of kind ``ONCE`` was sent and nobody knows what became of it.
            Unreachable: no answer, or none in time.
            WrongOrigin: to another origin; nothing was sent there.
            ConfigError: the certificate is not trusted, or the secret cannot be sent.
            ProtocolError: the answer is too big or of a form that HTTP does not have.
            PmbridgeError: what the policy's ``classify`` makes of the answer.
        """
        errand = Errand(
            method=method,
            address=self._address(path, secrets),
            call=call,
            params=params,
            json=json,
            form=form,
            headers=headers,
            secrets=secrets,
            rate=rate,
            cost=cost,
            deadline=self._clock.monotonic() + self._policy.deadline_s,
        )
        try:
            return self._retrying(self._attempt, errand)
        except _Again as again:
            error = again.error
        raise error

    def parse(self, response: Response, into: TypeAdapter[T]) -> Reply[T]:
        """Return *response* with its body as *into* wants it; an empty body counts as ``null``.

        Raises:
            ProtocolError: not of that form; names the field, never the value.
        """
        call = urlsplit(response.url).path
        data = decode(response.body, into, max_depth=self._policy.max_depth, call=call)
        return Reply(data=data, status=response.status, headers=response.headers)

    def send(self, method: str, path: str, into: TypeAdapter[T], *, call: Call, **asked: Unpack[Asked]) -> Reply[T]:
        """Fetch and parse.

        Raises:
            Doubtful: also when the answer to a call of kind ``ONCE`` came and cannot be read.
            PmbridgeError: as :meth:`fetch` and :meth:`parse`.
        """
        response = self.fetch(method, path, call=call, **asked)
        try:
            return self.parse(response, into)
        except ProtocolError as error:
            if call is not Call.ONCE:
                raise
            raise doubtful(error) from error

    def get(self, path: str, into: TypeAdapter[T], **asked: Unpack[Asked]) -> Reply[T]:
        """Read *path* with GET and parse it."""
        return self.send("GET", path, into, call=Call.READ, **asked)

    def _address(self, path: str, secrets: Mapping[str, SecretStr] | None) -> Address:
        # An absolute address was written by the server, which may repeat our own query in it.
        hidden = secrets_in(self._policy.auth.query()) if "://" in path else ()
        bare_origins = self._policy.bare_origins
        return address_of(path, base=self._base, bare_origins=bare_origins, secrets=secrets, hidden=hidden)

    # ----------------------------------------------------------------------------------------- one attempt

    def _attempt(self, errand: Errand) -> Response:
        answer = self._exchange(errand)
        if isinstance(answer, Fault):
            raise self._verdict(errand, answer.error, sent=answer.sent)
        error = self._policy.classify(answer)
        if error is None:
            return answer
        if self._may_replay(error, errand):
            self._count(retries=1)
            return self._attempt(errand)
        if isinstance(error, RateLimited):
            self._pace.slow_down(errand.rate, errand.sent_at)
        raise self._verdict(errand, error, sent=True, answer=answer)

    def _verdict(
        self, errand: Errand, error: PmbridgeError, *, sent: bool, answer: Response | None = None
    ) -> Exception:
        """Return what to raise: *error*, that nobody knows what became of it, or that it may be repeated."""
        errand.completed(error)
        failed = isinstance(error, TransientError) and answer is not None and answer.status >= 500
        again = failed or isinstance(error, RateLimited | Unreachable)
        if errand.call is Call.ONCE and sent and not isinstance(error, RateLimited):
            refused = answer is not None and 400 <= answer.status < 500
            if isinstance(error, TransientError | ProtocolError) and not refused:
                return doubtful(error)
            again = False
        if not again:
            return error
        at_least = _wish(error, answer, self.server_now()) if answer is not None else 0.0
        self._pace.pause(errand.rate, at_least)
        return error if at_least > self._policy.max_wait_s else _Again(error, at_least)

    def _exchange(self, errand: Errand) -> Response | Fault:
        """Send, and follow redirects as far as they stay at home."""
        address = errand.address
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._sent(errand, address)
            if isinstance(answer, Fault) or answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            try:
                address = address.towards(answer.headers["location"], errand.hidden)
                if errand.method not in ("GET", "HEAD"):
                    raise ProtocolError(field="a redirect")
            except (WrongOrigin, ProtocolError) as error:
                errand.completed(error)
                # RFC 9110 §15.4: 307 and 308 ask for the same request elsewhere, so it was not carried out here. After
                # 301, 302 and 303 it may have been.
                if errand.call is Call.ONCE and answer.status not in (307, 308):
                    raise doubtful(error) from error
                raise
        raise errand.completed(ProtocolError(field="redirects without end"))

    def _sent(self, errand: Errand, address: Address) -> Response | Fault:
        headers = dict(errand.headers)
        if not address.bare:
            with self._renewing:
                errand.credential = self._credential
            query, proof = self._policy.auth.query(), self._policy.auth.headers()
            errand.hide(query, proof)
            headers.update((name, header_value(name, value)) for name, value in proof.items())
            address = address.with_query(query)
        self._take_turn(errand)
        outgoing = Outgoing(method=errand.method, address=address, headers=headers, body=errand.body)
        errand.sent_at = self._clock.monotonic()
        answer = self._transport.exchange(outgoing, errand.deadline)
        self._note(outgoing, answer, errand.sent_at)
        if isinstance(answer, Response) and (wish := self._policy.pace(answer)) is not None:
            self._pace.pause(wish.key, wish.seconds)
        return answer

    def _take_turn(self, errand: Errand) -> None:
        """Wait for the buckets; raise if that would take too long."""
        delay = self._pace.reserve(errand.rate, errand.cost)
        while delay > 0:
            left = errand.deadline - self._clock.monotonic()
            if delay > min(left, self._policy.max_wait_s):
                self._pace.give_back(errand.rate, errand.cost)
                raise errand.completed(RateLimited(retry_after=delay))
            self._sleep(delay)
            # Another thread may meanwhile have been told to wait.
            delay = self._pace.paused(errand.rate)
        if self._clock.monotonic() >= errand.deadline:
            raise errand.completed(unreachable("timeout", errand.address))

    def _may_replay(self, error: PmbridgeError, errand: Errand) -> bool:
        """Return whether there is a fresh credential to try once."""
        refused = isinstance(error, NotAuthorized) and not isinstance(error, NotVisible)
        if not refused or errand.renewed or errand.address.bare:
            return False
        errand.renewed = True
        with self._renewing:
            if self._in_renewal:  # this is the renewal's own request
                return False
            if errand.credential != self._credential:  # another thread was faster
                return True
            self._in_renewal = True
            try:
                renewed = self._policy.auth.renew()
            finally:
                self._in_renewal = False
            self._credential += renewed
            return renewed

    # -------------------------------------------------------------------------------------------- counting

    def _wait(self, state: RetryCallState) -> float:
        again = state.outcome.exception() if state.outcome is not None else None
        at_least = again.at_least if isinstance(again, _Again) else 0.0
        backoff = FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1) * random.uniform(*JITTER)
        return max(at_least, min(backoff, self._policy.max_wait_s))

    def _gives_up(self, state: RetryCallState) -> bool:
        errand: Errand = state.args[0]
        late = self._clock.monotonic() + state.upcoming_sleep >= errand.deadline
        return late or state.attempt_number >= self._policy.attempts

    def _sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
        self._count(waited_s=seconds)

    def _count(self, *, requests: int = 0, received: int = 0, waited_s: float = 0.0, retries: int = 0) -> None:
        with self._lock:
            self._traffic += Traffic(requests=requests, bytes=received, waited_s=waited_s, retries=retries)

    def _note(self, outgoing: Outgoing, answer: Response | Fault, sent_at: float) -> None:
        now = self._clock.monotonic()
        if isinstance(answer, Fault):
            outcome, size = str(answer.error.facts.get("why") or answer.error.name), 0
        else:
            outcome, size = str(answer.status), len(answer.body)
            self._read_date(outgoing.address, answer, now)
        self._count(requests=1, received=size)
        log.debug("%s %s, %d ms, %d bytes", call_of(outgoing), outcome, (now - sent_at) * 1000, size)

    def _read_date(self, address: Address, answer: Response, now: float) -> None:
        # Only the tool's own clock counts, and not that of an answer which a cache kept.
        if address.bare or "age" in answer.headers:
            return
        if (date := http_date(answer.headers.get("date", ""))) is not None:
            with self._lock:
                self._server = date, now


def _wish(error: PmbridgeError, answer: Response, now: datetime) -> float:
    """Return the seconds that the tool wants us to wait at least: as the error says, else the answer's header."""
    said = error.facts.get("retry_after")
    if isinstance(said, int | float):
        return float(said)
    return retry_after(answer.headers, now) or 0.0
