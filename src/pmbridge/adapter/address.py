"""Where a request may go: origins, and addresses in two spellings, one to send and one to show.

An address is never taken as the server wrote it: what leads to another origin is a safety stop, and what people
read (logs, errors, ``Response.url``) is built beside the real one, so that a secret is never cut out afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import quote, quote_plus, unquote_plus, urlencode, urljoin, urlsplit

from pydantic import SecretStr

from pmbridge.errors import ConfigError, ProtocolError, WrongOrigin

Param = str | int | float | SecretStr
"""One value of a query, a form or a header; ``True`` and ``False`` are sent as ``true`` and ``false``."""
Params = Mapping[str, Param | Sequence[Param] | None]
"""Name → value, several values (the name is repeated) or ``None`` (left out)."""

HIDDEN = "***"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return ``scheme://host[:port]`` of an absolute http(s) address, lower case, without the default port.

    Two addresses lead to the same place exactly if their origins are equal. A context path is no part of it.

    Raises:
        ValueError: no absolute http(s) address; or one that two programs could read in two ways (user name,
            backslash, blank, control character).
    """
    if any(c <= " " or c in "\\\x7f" for c in url):
        raise ValueError("an address holds no blank, backslash or control character")
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("not an absolute http(s) address")
    if "@" in parts.netloc:
        raise ValueError("an address holds no user name")
    host = parts.hostname.lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return f"{scheme}://{host}" if port in (None, _DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def is_loopback(origin: str) -> bool:
    """Return whether *origin* is on this machine."""
    host = urlsplit(origin).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def clean_origin(base_url: str, *, insecure_http: bool = False) -> str:
    """Return *base_url* in the one spelling that :attr:`HttpPolicy.origin` wants.

    Origin as by :func:`origin_of`, the context path (``/jira``) if there is one, no slash at the end.

    Raises:
        ConfigError: no http(s) address; with a user name, a query or a fragment; or plain http to another machine,
            which *insecure_http* allows.
    """
    base_url = base_url.strip()
    if (origin := _origin_if_any(base_url)) is None:
        raise _unfit("is no http(s) address without a user name", "不是不含用户名的 http(s) 地址")
    parts = urlsplit(base_url)
    if parts.query or parts.fragment:
        raise _unfit("must end before any ? or #", "不能包含 ? 或 #")
    if origin.startswith("http://") and not insecure_http and not is_loopback(origin):
        raise _unfit(
            "would send the secret unencrypted; use https (or set insecure_http = true)",
            "会以明文发送令牌，请用 https（或设 insecure_http = true）",
        )
    return origin + parts.path.rstrip("/")


def _origin_if_any(url: str) -> str | None:
    # None and no exception: the library's message quotes the address, and would hang on our error as its context.
    try:
        return origin_of(url)
    except ValueError:
        return None


def _unfit(en: str, zh: str) -> ConfigError:
    # The address itself may hold a password and stays out of the message.
    return ConfigError(
        n=1, file="pmbridge.toml", problems=f"base_url {en}", problems_zh=f"base_url {zh}", faults=(f"base_url {en}",)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address to ask: ``url`` is sent, ``shown`` and ``path`` are fit for logs and errors."""

    url: str = field(repr=False)
    shown: str
    path: str
    origin: str
    bare: bool
    """Outside our origin: never with the credential."""

    def with_query(self, query: Params) -> Address:
        """Return the address with *query* added; a name that is already there is left alone."""
        there = {unquote_plus(one.partition("=")[0]) for one in urlsplit(self.url).query.split("&")}
        pairs = [(name, value) for name, value in flat(query) if name not in there]
        if not pairs:
            return self
        glue = "&" if "?" in self.url else "?"
        return replace(
            self,
            url=f"{self.url}{glue}{encode(pairs)}",
            shown=f"{self.shown}{glue}{'&'.join(_shown(name, value) for name, value in pairs)}",
        )

    def towards(self, location: str, hidden: Collection[str]) -> Address:
        """Return where a redirect leads; *hidden* are secrets that the server might repeat in it.

        Raises:
            WrongOrigin: to another origin.
            ProtocolError: not an address.
        """
        url = _joined(self.url, location)
        if (origin := _origin_if_any(url)) is None:
            raise ProtocolError(field="header Location", call=self.path)
        if origin != self.origin:
            raise WrongOrigin(host=_host(self.origin), other=origin)
        return _given(url, origin, bare=self.bare, hidden=hidden)


def address_of(
    path: str,
    *,
    base: str,
    bare_origins: Collection[str] = (),
    secrets: Mapping[str, SecretStr] | None = None,
    hidden: Collection[str] = (),
) -> Address:
    """Return the address of *path*, which is appended to *base*, or is an absolute address of an allowed origin.

    ``{name}`` in a path is filled from *secrets*. The values of a query that *path* brings along are not shown.

    Raises:
        WrongOrigin: absolute and of another origin.
        ValueError: neither absolute nor starting with a slash; a secret without its place.
    """
    home = origin_of(base)
    if not path.startswith("/"):
        return _absolute(path, home, bare_origins, hidden)
    sent, shown = path, path
    for name, secret in (secrets or {}).items():
        place = "{" + name + "}"
        if place not in path:
            raise ValueError(f"the path has no place for the secret {name!r}")
        sent = sent.replace(place, quote(secret.get_secret_value(), safe=""))
    shown = _masked(shown)
    return Address(url=base + sent, shown=base + shown, path=shown.partition("?")[0], origin=home, bare=False)


def _absolute(url: str, home: str, bare_origins: Collection[str], hidden: Collection[str]) -> Address:
    if "://" not in url:
        raise ValueError("a path starts with a slash")
    if (origin := _origin_if_any(url)) is None:
        raise WrongOrigin(host=_host(home), other="an address that cannot be read")
    bare = origin != home
    if bare and origin not in {origin_of(one) for one in bare_origins}:
        raise WrongOrigin(host=_host(home), other=origin)
    return _given(url, origin, bare=bare, hidden=hidden)


def _given(url: str, origin: str, *, bare: bool, hidden: Collection[str]) -> Address:
    """Build the address from one that the server wrote: it may repeat our secrets in path or query."""
    url = url.partition("#")[0]
    parts = urlsplit(url)
    path = redacted(parts.path or "/", hidden)
    shown = _masked(f"{origin}{path}?{parts.query}" if parts.query else f"{origin}{path}")
    return Address(url=url, shown=shown, path=path, origin=origin, bare=bare)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return ""


def redacted(text: str, hidden: Collection[str]) -> str:
    """Return *text* without the secrets *hidden*, however they are quoted."""
    for secret in sorted((one for one in hidden if one), key=len, reverse=True):
        for spelled in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(spelled, HIDDEN)
    return text


def flat(params: Params) -> Iterator[tuple[str, Param]]:
    """Yield name and value, in order, several values one by one."""
    for name, value in params.items():
        if isinstance(value, str | int | float | SecretStr):
            yield name, value
        elif value is not None:
            for one in value:
                yield name, one


def plain(value: Param) -> str:
    """Return *value* as it is sent."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def encode(pairs: Iterable[tuple[str, Param]]) -> str:
    """Return *pairs* as a query or a form, secrets in the clear; a blank is ``%20``, which every server reads."""
    return urlencode([(name, plain(value)) for name, value in pairs], quote_via=quote)


def _shown(name: str, value: Param) -> str:
    return f"{quote(name)}={HIDDEN if isinstance(value, SecretStr) else quote(plain(value))}"


def _masked(url: str) -> str:
    """Hide the values of a query that came with the address: nobody knows what they are."""
    path, _, query = url.partition("?")
    if not query:
        return path
    return path + "?" + "&".join(f"{one.partition('=')[0]}={HIDDEN}" for one in query.split("&"))


def _host(origin: str) -> str:
    return urlsplit(origin).netloc
