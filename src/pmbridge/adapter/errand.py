"""One call of the HTTP client over all its attempts: what to send, and which secrets travel with it."""

from __future__ import annotations

import json as jsonlib
import math
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from pmbridge.adapter.address import Address, Param, Params, encode, flat, plain, redacted
from pmbridge.adapter.policy import Call
from pmbridge.errors import ConfigError, Doubtful, PmbridgeError, WrongOrigin

Headers = Mapping[str, str | SecretStr]


class Errand:
    """What one ``fetch`` was asked for, ready to send, and how far it got.

    Raises:
        WrongOrigin: secrets that would leave the origin.
        ConfigError: a secret that no header can carry.
    """

    def __init__(
        self,
        *,
        method: str,
        address: Address,
        call: Call,
        params: Params | None,
        json: object,
        form: Params | None,
        headers: Headers | None,
        secrets: Headers | None,
        rate: str,
        cost: int,
        deadline: float,
    ) -> None:
        self.method = method.upper()
        self.address = address.with_query(params or {})
        self.call = call
        self.rate = rate
        self.cost = cost
        self.deadline = deadline
        """On the clock's ``monotonic``; all attempts and waits end before."""
        self.hidden: set[str] = set()
        """Every secret that travels with it."""
        self.hide(params, form, headers, secrets)
        self.headers = {name: header_value(name, value) for name, value in (headers or {}).items()}
        self.body = self._body(json, form)
        if address.bare and self.hidden:
            raise WrongOrigin(host=urlsplit(address.url).netloc, other=address.origin)

        self.sent_at = -math.inf
        self.credential = 0
        """Which generation of the credential the last attempt used."""
        self.renewed = False

    def __repr__(self) -> str:
        return f"Errand({self.name!r})"

    @property
    def name(self) -> str:
        """Method and path, as errors and logs name a call."""
        return f"{self.method} {self.address.path}"

    def hide(self, *groups: Params | Headers | None) -> None:
        """Remember the secrets in *groups*, so that no error repeats them."""
        self.hidden |= secrets_in(*groups)

    def completed(self, error: PmbridgeError) -> PmbridgeError:
        """Return *error*, saying which call it was, without any secret that an answer may have put into it."""
        error.with_facts(host=urlsplit(self.address.origin).netloc, call=self.name)
        for key, value in error.facts.items():
            if isinstance(value, str):
                error.facts[key] = redacted(value, self.hidden)
        return error

    def _body(self, json: object, form: Params | None) -> bytes | None:
        if json is not None:
            self.headers.setdefault("Content-Type", "application/json")
            return jsonlib.dumps(json, ensure_ascii=False, allow_nan=False, default=self._reveal).encode()
        if form:
            self.headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            return encode(flat(form)).encode()
        return None

    def _reveal(self, value: object) -> str:
        if not isinstance(value, SecretStr):
            raise TypeError(f"not JSON: {type(value).__name__}")
        self.hidden.add(value.get_secret_value())
        return value.get_secret_value()


def secrets_in(*groups: Params | Headers | None) -> set[str]:
    """Return the secrets among the values of *groups*; of ``Bearer xyz`` the part after the blank as well."""
    values = (value for group in groups for _, value in flat(group or {}))
    whole = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    return whole | {one.rpartition(" ")[2] for one in whole}


def header_value(name: str, value: Param) -> str:
    """Return *value* as a header carries it.

    Raises:
        ConfigError: a secret with a line break or the like, often a slip when it was pasted.
        ValueError: a value that is not secret.
    """
    text = plain(value)
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    if isinstance(value, SecretStr):
        raise ConfigError(
            "secret-unreadable",
            where="its source",
            where_zh="来源",
            detail=f"it holds line breaks, outer blanks or characters that the header {name} cannot carry",
            detail_zh=f"含有换行、首尾空格或请求头 {name} 不能使用的字符",
        )
    raise ValueError(f"no value for a header: {name}")


def doubtful(error: PmbridgeError) -> Doubtful:
    """Return that nobody knows what became of a write, because of *error*."""
    doubt = Doubtful(connection=error.connection)
    doubt.facts.update(error.facts)
    doubt.__cause__ = error
    return doubt
