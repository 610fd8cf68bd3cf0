"""Errors, sorted by what the caller should do about them.

::

    PmbridgeError                .name .exit_code .connection .facts .next
    ├ Refused 1                  GuardFailed · UnknownRef · StalePlan · StaleWrite · Unsupported · Rejected ← NeedsInput
    ├ ConfigError 2              UnknownAdapter · MappingError
    ├ NotAuthorized 3            CredentialMissing · CredentialRefused · NotVisible
    ├ Doubtful 5 · PartialSync 5
    ├ SafetyStop 6               VanishStop · MappingChanged · TooManyWrites · WrongOrigin · ChainBroken · Leak
    ├ ProtocolError 70 · InternalError 70
    └ TransientError 75          RateLimited · Unreachable · NotData · Busy · CursorInvalid

The text is made of ``name`` and ``facts`` by the table in :mod:`pmbridge.error_words`, in English or Chinese. Facts
are short strings and numbers for people; never a secret, never a record, never a body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any, ClassVar, Self

from pmbridge.error_words import DEFAULTS, SINCE, WORDS

EXIT_ORDER = (70, 2, 6, 3, 5, 75, 4, 1)
"""Which exit code wins when several causes meet in one run; 0 loses against all."""


class _Facts(dict[str, str]):
    def __init__(self, facts: Mapping[str, object], *, zh: bool) -> None:
        super().__init__({key: _shown(value) for key, value in facts.items() if value is not None})
        self._zh = zh

    def __missing__(self, key: str) -> str:
        plain = key.removesuffix("_zh")
        if plain != key and plain in self:
            return self[plain]
        if plain in SINCE:
            known, never = SINCE[plain]
            words = known if "time" in self else never
            return (words.zh if self._zh else words.en).format_map(self)
        if plain in DEFAULTS:
            en, zh = DEFAULTS[plain]
            return zh if self._zh else en
        return "…"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime("%m-%d %H:%M")
    return str(value)


class PmbridgeError(Exception):
    """Root of everything that pmbridge raises on purpose.

    ``name`` is stable (``ux`` table, ``error`` key of ``--json``), ``exit_code`` the process's, ``connection`` the
    connection concerned or ``None``, ``facts`` what fills the sentence.
    """

    exit_code: ClassVar[int] = 70
    default_name: ClassVar[str] = "bug"

    def __init__(self, name: str | None = None, *, connection: str | None = None, **facts: object) -> None:
        self.name = name or self.default_name
        self.connection = connection
        self.facts: dict[str, object] = dict(facts)
        super().__init__(self.name)

    def with_facts(self, *, connection: str | None = None, **facts: object) -> Self:
        """Add what the raiser could not know; facts that are already there stay."""
        self.connection = self.connection or connection
        for key, value in facts.items():
            self.facts.setdefault(key, value)
        return self

    def text(self, language: str = "en") -> str:
        """Return what happened to which thing, without the next step."""
        zh = language.lower().startswith("zh")
        words = WORDS[self.name]
        return (words.zh if zh else words.en).format_map(self._facts(zh=zh)).rstrip()

    def next_step(self, language: str = "en") -> str:
        """Return the next command or hint, empty when there is nothing to do."""
        zh = language.lower().startswith("zh")
        words = WORDS[self.name]
        return (words.next_zh if zh else words.next_en).format_map(self._facts(zh=zh))

    @property
    def next(self) -> str:
        """The next step, in English."""
        return self.next_step("en")

    def _facts(self, *, zh: bool) -> _Facts:
        facts = dict(self.facts)
        if self.connection:
            facts.setdefault("name", self.connection)
        return _Facts(facts, zh=zh)

    def __str__(self) -> str:
        return self.text("en")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, connection={self.connection!r})"

    def __reduce__(self) -> tuple[Callable[..., PmbridgeError], tuple[Any, ...]]:
        # Exceptions with keyword arguments do not survive pickling by themselves, and an executor may pickle them.
        return _rebuild, (type(self), self.name, self.connection, self.facts)


def _rebuild(cls: type[PmbridgeError], name: str, connection: str | None, facts: Mapping[str, object]) -> PmbridgeError:
    return cls(name, connection=connection, **facts)


class Refused(PmbridgeError):
    """Understood, but a condition is not met or the thing is unknown. Nothing changed."""

    exit_code = 1
    default_name = "refused"


class GuardFailed(Refused):
    """A command's guards are not met; ``conditions`` lists all of them."""

    default_name = "guard-failed"

    @property
    def conditions(self) -> tuple[object, ...]:
        """Every condition that is not met."""
        found = self.facts.get("conditions", ())
        return tuple(found) if isinstance(found, Iterable) else ()


class UnknownRef(Refused):
    """A reference that is not in this engagement or workspace."""

    default_name = "unknown-ref"


class StalePlan(Refused):
    """The plan is too old or was made under another mapping."""

    default_name = "stale-plan"


class StaleWrite(Refused):
    """The tool's record moved since it was read."""

    default_name = "stale-write"


class Unsupported(Refused):
    """The tool (or this adapter) cannot do it; ``url`` opens the place where a person can."""

    default_name = "unsupported"

    @property
    def url(self) -> str:
        """Address for a person, empty when unknown."""
        return str(self.facts.get("url") or "")


class Rejected(Refused):
    """The tool refused the request; ``faults`` maps field → reason."""

    default_name = "rejected"

    @property
    def faults(self) -> Mapping[str, str]:
        """Field → reason, as the tool worded it."""
        found = self.facts.get("faults")
        return dict(found) if isinstance(found, Mapping) else {}


class NeedsInput(Rejected):
    """A required field is missing; ``wanted`` maps field id → name."""

    @property
    def wanted(self) -> Mapping[str, str]:
        """Field id → name for people."""
        found = self.facts.get("wanted")
        return dict(found) if isinstance(found, Mapping) else {}


class ConfigError(PmbridgeError):
    """A person must edit something; ``problems`` holds all faults at once."""

    exit_code = 2
    default_name = "config-invalid"

    @property
    def problems(self) -> tuple[str, ...]:
        """Every fault, one sentence each, in English."""
        found = self.facts.get("faults", ())
        return tuple(str(one) for one in found) if isinstance(found, Iterable) else ()


class UnknownAdapter(ConfigError):
    """No adapter of that name is installed or loadable."""

    default_name = "unknown-adapter"


class MappingError(ConfigError):
    """A mapping names what its project does not have."""

    default_name = "mapping-invalid"


class NotAuthorized(PmbridgeError):
    """Access is missing; a person renews or grants it."""

    exit_code = 3
    default_name = "credential-refused"


class CredentialMissing(NotAuthorized):
    """No secret was found anywhere in the chain."""

    default_name = "credential-missing"


class CredentialRefused(NotAuthorized):
    """The tool does not accept the credential, or took us for an anonymous visitor (name ``anonymous``)."""


class NotVisible(NotAuthorized):
    """One project or record cannot be seen; the credential itself is good."""

    default_name = "not-visible"


class Doubtful(PmbridgeError):
    """A write was sent and its answer lost."""

    exit_code = 5
    default_name = "doubtful"


class PartialSync(PmbridgeError):
    """Some connections failed; raised only by ``SyncResult.raise_for_failures``."""

    exit_code = 5
    default_name = "partial"


class SafetyStop(PmbridgeError):
    """A guard refused; a person decides."""

    exit_code = 6
    default_name = "vanished"


class VanishStop(SafetyStop):
    """More of a listing is gone than ``max_vanish`` allows; nothing was marked."""


class MappingChanged(SafetyStop):
    """A changed mapping would take milestones or changes out of the report."""

    default_name = "mapping-changed"


class TooManyWrites(SafetyStop):
    """A sync would write more by itself than ``max_writes`` allows; nothing was sent, and the plan is kept."""

    default_name = "too-many-writes"


class WrongOrigin(SafetyStop):
    """A redirect or next-page address leads to another host; the credential was not sent there."""

    default_name = "origin"


class ChainBroken(SafetyStop):
    """The register's hash chain does not hold."""

    default_name = "chain"


class Leak(SafetyStop):
    """Internal text was found in something made for the client."""

    default_name = "leak"


class ProtocolError(PmbridgeError):
    """An answer in a form that we do not know. Names the field and the call, never the value."""

    exit_code = 70
    default_name = "protocol"

    def _facts(self, *, zh: bool) -> _Facts:
        facts = super()._facts(zh=zh)
        facts.setdefault("version", version("pmbridge"))
        return facts


class InternalError(PmbridgeError):
    """Our own mistake; the cause is chained."""

    exit_code = 70


class TransientError(PmbridgeError):
    """Try again later; the state is safe."""

    exit_code = 75
    default_name = "unreachable"


class RateLimited(TransientError):
    """The tool asks to wait; ``retry_after`` in seconds, ``None`` when it does not say how long."""

    default_name = "rate-limited"

    def __init__(self, name: str | None = None, *, connection: str | None = None, **facts: object) -> None:
        super().__init__(name, connection=connection, **facts)
        en, zh = _wait(self.retry_after)
        self.facts.setdefault("wait", en)
        self.facts.setdefault("wait_zh", zh)

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, at least; ``None`` when the tool did not say."""
        found = self.facts.get("retry_after")
        return float(found) if isinstance(found, int | float) else None


def _wait(seconds: float | None) -> tuple[str, str]:
    if seconds is None:
        return "a while", "一段时间"
    if seconds < 90:
        return f"{seconds:.0f} seconds", f"{seconds:.0f} 秒"
    minutes = -(-seconds // 60)
    return f"{minutes:.0f} minutes", f"{minutes:.0f} 分钟"


class Unreachable(TransientError):
    """No connection, no answer in time, or an answer that broke off. ``why``: dns, refused, timeout, reset, cut."""


class NotData(TransientError):
    """A web page (login, proxy, maintenance) instead of data."""

    default_name = "not-json"


class Busy(TransientError):
    """The lease or the store is taken by somebody else, or our lease was lost."""

    default_name = "busy"


class CursorInvalid(TransientError):
    """The adapter cannot go on from its cursor; the engine starts it afresh. Never reaches a user."""

    default_name = "cursor-invalid"


def worst_exit(codes: Iterable[int]) -> int:
    """Return the exit code that wins among *codes*; 0 for none."""
    seen = set(codes)
    return next((code for code in EXIT_ORDER if code in seen), 0)
