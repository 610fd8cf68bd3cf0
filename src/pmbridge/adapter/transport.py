"""One request out, one answer or one fault back. Nothing here is repeated, judged or paced.

``requests`` is used from its transport adapter downwards. Its ``Session`` would add what must not happen here:
cookies, ``.netrc``, proxies by surprise, redirects, and for a redirect that is not followed a read of the whole body
without limit. One pool of connections serves all threads.
"""

from __future__ import annotations

import http.client
import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import requests
from requests.utils import default_headers, should_bypass_proxies
from urllib3 import exceptions as pool_errors

from pmbridge.adapter.address import Address, is_loopback, origin_of
from pmbridge.adapter.bounded import SHORTEST_S, BoundedAdapter, left_s
from pmbridge.adapter.policy import HttpPolicy, Response
from pmbridge.errors import ConfigError, PmbridgeError, ProtocolError, Unreachable

CHUNK = 65536
_CHINESE = {
    "dns": "域名",
    "refused": "拒绝",
    "timeout": "超时",
    "reset": "连接被重置",
    "cut": "回答不完整",
    "proxy": "代理",
    "tls": "TLS 握手失败",
    "route": "网络不通",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request as it leaves: secrets in the clear, hence without a repr."""

    method: str
    address: Address
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """No usable answer. ``sent=False`` is proof that nothing reached the tool; ``True`` means that nobody knows.

    A value and not an exception, so that the library's own error, whose text holds the whole address, never hangs on
    ours as cause or context.
    """

    error: PmbridgeError
    sent: bool


class Transport:
    """The connections of one credential. Safe for threads.

    Proxy and CA bundle are those of the policy, else those that the environment names now (``HTTPS_PROXY``,
    ``NO_PROXY``, ``REQUESTS_CA_BUNDLE`` and their relatives); a later change of the environment changes nothing. A
    proxy of the environment is never used for this machine itself.

    Raises:
        ConfigError: the CA bundle is needed, and is not there or holds no certificate.
    """

    def __init__(self, policy: HttpPolicy, monotonic: Callable[[], float]) -> None:
        self._policy = policy
        self._monotonic = monotonic
        home = origin_of(policy.origin)
        origins = (home, *(origin_of(one) for one in policy.bare_origins))
        self._proxies = {one: _proxies(policy.proxy, one) for one in origins}
        tls = any(one.startswith("https:") for one in origins)
        self._ca_bundle = _ca_bundle(policy.ca_bundle) if tls else None
        self._defaults = default_headers()
        self._defaults["Accept"] = "application/json"
        self._http = BoundedAdapter(
            pool_connections=len(origins), pool_maxsize=policy.workers, pool_block=True, max_retries=0
        )

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def exchange(self, asked: Outgoing, deadline: float) -> Response | Fault:
        """Send *asked* once and receive its answer whole, before *deadline* (on the clock's ``monotonic``)."""
        quiet = _sending.set(True)
        bound = left_s.set(lambda: deadline - self._monotonic())
        answer: requests.Response | None = None
        try:
            request = self._prepared(asked)
            answer = self._http.send(
                request,
                stream=True,
                timeout=self._timeouts(deadline),
                verify=self._ca_bundle or True,
                proxies=self._proxies[asked.address.origin],
            )
            return self._received(asked, answer)
        except (requests.RequestException, pool_errors.HTTPError, http.client.HTTPException, OSError) as error:
            return _fault(error, asked, answered=answer is not None)
        finally:
            _sending.reset(quiet)
            left_s.reset(bound)
            if answer is not None:
                # After a body that was not read to its end this closes the connection and frees its place in the pool.
                answer.close()

    def _prepared(self, asked: Outgoing) -> requests.PreparedRequest:
        headers = self._defaults.copy()
        headers.update(asked.headers)
        request = requests.Request(asked.method, asked.address.url, headers=headers, data=asked.body).prepare()
        # The library spells an address its own way; that this leads elsewhere must be impossible, not unlikely.
        if origin_of(request.url or "") != asked.address.origin:
            raise requests.exceptions.InvalidURL
        return request

    def _timeouts(self, deadline: float) -> tuple[float, float]:
        left = max(SHORTEST_S, deadline - self._monotonic())
        connect, read = self._policy.timeout_s
        return min(connect, left), min(read, left)

    def _received(self, asked: Outgoing, answer: requests.Response) -> Response | Fault:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        headers.pop("set-cookie", None)
        limit = self._policy.max_bytes
        too_long = Fault(error=ProtocolError(field=f"a body above {limit} bytes", call=call_of(asked)), sent=True)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            return too_long
        raw = answer.raw
        raw.decode_content = "content-encoding" in headers  # without one, urllib3 need not look at each piece
        parts: list[bytes] = []
        size = 0
        # read1 returns what one read of the socket gives: the limit is seen as soon as it is passed.
        while chunk := raw.read1(CHUNK):
            size += len(chunk)
            if size > limit:
                return too_long
            parts.append(chunk)
        if not parts and _ended_in_its_head(asked, answer.status_code, headers):
            return Fault(error=unreachable("cut", asked.address), sent=True)
        return Response(status=answer.status_code, headers=headers, body=b"".join(parts), url=asked.address.shown)


def _ended_in_its_head(asked: Outgoing, status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an answer without a body broke off before it said how long the body is.

    ``http.client`` takes the end of the connection for the end of the headers, so that such an answer looks like
    200 and nothing: like a list that is empty.
    """
    framed = "content-length" in headers or "transfer-encoding" in headers
    return not framed and asked.method != "HEAD" and status not in (204, 304)


def call_of(asked: Outgoing) -> str:
    """Return method and path, as errors and logs name a call."""
    return f"{asked.method} {asked.address.path}"


def unreachable(why: str, address: Address) -> Unreachable:
    """Return the error of an exchange that *why* cut short."""
    return Unreachable(why=why, why_zh=_CHINESE.get(why, why), host=urlsplit(address.origin).netloc)


# ------------------------------------------------------------------------------------------- what went wrong


def _fault(error: Exception, asked: Outgoing, *, answered: bool) -> Fault:
    host = urlsplit(asked.address.origin).netloc
    chain = list(_causes(error))

    def any_of(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    def out(why: str, *, sent: bool) -> Fault:
        return Fault(error=unreachable(why, asked.address), sent=sent)

    if any_of(ssl.SSLCertVerificationError):
        return Fault(error=ConfigError("certificate", host=host), sent=False)
    if answered:
        return out("timeout" if any_of(TimeoutError, pool_errors.ReadTimeoutError) else "cut", sent=True)
    if any_of(pool_errors.ProxyError):
        return out("proxy", sent=False)
    if any_of(pool_errors.NewConnectionError):
        if any_of(socket.gaierror, pool_errors.NameResolutionError):
            return out("dns", sent=False)
        return out("refused" if any_of(ConnectionRefusedError) else "route", sent=False)
    if any_of(pool_errors.ConnectTimeoutError):
        return out("timeout", sent=False)
    if any_of(requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema, pool_errors.ProxySchemeUnknown):
        return Fault(error=_unfit("proxy", "cannot be used", "无法使用"), sent=False)
    if any_of(requests.exceptions.InvalidURL):
        return Fault(error=ProtocolError(field="address", call=call_of(asked)), sent=False)
    if any_of(ssl.SSLError, pool_errors.SSLError):
        return out("tls", sent=True)
    if any_of(TimeoutError, pool_errors.ReadTimeoutError):
        return out("timeout", sent=True)
    if any_of(ConnectionResetError, BrokenPipeError, ConnectionAbortedError):
        return out("reset", sent=True)
    return out("cut", sent=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and all that it wraps: by cause, by context, as ``reason`` or as an argument."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(other for other in inner if isinstance(other, BaseException))


# ------------------------------------------------------------------------------------ proxy and certificates


def _proxies(given: str | None, origin: str) -> dict[str, str]:
    if given:
        return {"http": given, "https": given}
    if is_loopback(origin) or should_bypass_proxies(origin, no_proxy=None):
        return {}
    found = getproxies_environment()
    proxy = found.get(urlsplit(origin).scheme) or found.get("all")
    return {"http": proxy, "https": proxy} if proxy else {}


def _ca_bundle(given: str | None) -> str | None:
    path = given or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if not path:
        return None
    name = "ca_bundle" if given else "REQUESTS_CA_BUNDLE"
    folder = Path(path).is_dir()
    try:
        # Now, not at the first request, where the same mistake looks like a broken connection.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
            cafile=None if folder else path, capath=path if folder else None
        )
    except OSError:
        raise _unfit(name, f"holds no certificates: {path}", f"中没有证书：{path}") from None
    return path


def _unfit(name: str, en: str, zh: str) -> ConfigError:
    fault = f"{name} {en}"
    return ConfigError(n=1, file="pmbridge.toml", problems=fault, problems_zh=f"{name} {zh}", faults=(fault,))


# ------------------------------------------------------------------------------------------------- the log

_sending: ContextVar[bool] = ContextVar("pmbridge_sending", default=False)


class _NotOurs(logging.Filter):
    """Drops what urllib3 logs about our requests: it writes whole addresses, secrets included."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it says
        return not _sending.get()


for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_NotOurs())
