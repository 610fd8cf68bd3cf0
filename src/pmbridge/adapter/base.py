"""The contract of an adapter, version 1: one class per tool.

An adapter speaks one tool's wire format and knows nothing of clients. It gets its settings, its secret, a clock and a
memo; it keeps no state between runs but its cursor and that memo. One thread calls it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from logging import Logger
from types import MappingProxyType
from typing import ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

from pmbridge.adapter.policy import Response, Traffic
from pmbridge.clock import Clock
from pmbridge.errors import ConfigError, NotVisible, PmbridgeError, Unsupported
from pmbridge.records import (
    Account,
    Cursor,
    Details,
    Focus,
    Gone,
    Kind,
    Listing,
    Mirrored,
    Page,
    ProjectSchema,
    Receipt,
    Record,
    RemoteProject,
    Scope,
    Skipped,
    Verb,
    Wanted,
    Write,
)
from pmbridge.values import FieldValue, Label, ProjectId, RecordId

API_VERSION = 1
NO_FOCUS: Mapping[str, Focus] = MappingProxyType({})
"""Of every project, everything."""


class ConnectionSettings(BaseModel):
    """What stands under ``[connections.NAME]``; each adapter extends it. Never holds a secret, only where it lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adapter: str
    base_url: str
    secret: str | tuple[str, ...] = "keyring"  # noqa: S105 - names the place, not the secret
    secret_expires_on: date | None = None
    read_only: bool = True
    client_can_open: bool = False
    """Whether the client has access to this tool, so that the report may link to it."""
    day_zone: str = "Asia/Shanghai"
    """Zone of vendor timestamps that mean a day."""
    workers: int = Field(default=4, ge=1, le=32)
    rate_per_s: float | None = Field(default=None, gt=0)
    max_wait_s: float = Field(default=90, ge=0)
    max_vanish: float = Field(default=0.20, ge=0, le=1)
    max_writes: int = Field(default=50, ge=0)
    proxy: str | None = None
    ca_bundle: str | None = None
    insecure_http: bool = False
    """Allow plain http to another host than loopback, which always may."""


S = TypeVar("S", bound=ConnectionSettings)


class SecretSource(Protocol):
    """Where a connection's secret comes from."""

    def reveal(self) -> SecretStr:
        """Return the secret.

        Raises:
            CredentialMissing: none was found; lists where it was looked for.
        """
        ...

    def rotate(self, new: SecretStr) -> None:
        """Store *new* in place of the present secret.

        Raises:
            ConfigError: the source cannot be written (an environment variable, a command).
        """
        ...


class Memo(Protocol):
    """Small facts that an adapter may keep in the store: dialect, type names. Never a secret.

    As a cache (``get``), or as a notebook (``kept``, ``keep``); both look at the same keys.
    """

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(days=1)) -> JsonValue:
        """Return what is kept under *key*, or call *load* and keep its result for *ttl*."""
        ...

    def kept(self, key: str) -> JsonValue:
        """Return what is kept under *key*; ``None`` if nothing, or nothing that still holds."""
        ...

    def keep(self, key: str, value: JsonValue, *, ttl: timedelta | None = None) -> None:
        """Keep *value* in place of what is there, for *ttl* or for good.

        An equal value that still holds is not written again: it keeps its first *ttl*.
        """
        ...

    def drop(self, key: str) -> None:
        """Forget *key*; harmless if it is not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What ``pmbridge connect`` asks next. A ``secret`` is read without echo."""

    key: str
    text: Label
    help: Label | None = None
    secret: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the engine lends an adapter."""

    connection: str
    secret: SecretSource
    clock: Clock
    memo: Memo
    log: Logger


class Adapter(ABC, Generic[S]):
    """One tool. Subclasses set the class attributes and implement the abstract methods, and one that describes.

    Errors of every method: ``NotAuthorized`` (credential or right missing), ``TransientError`` and its children
    (try later), ``ProtocolError`` (an answer we do not understand), ``WrongOrigin``. Credential, rate and network
    errors abort a pull; what concerns one project or record is yielded as ``Skipped``.
    """

    kind: ClassVar[str]
    """The entry point's name."""
    title: ClassVar[str]
    """The tool's name as people write it: ``"Jira"``."""
    api_version: ClassVar[int] = 1
    record_version: ClassVar[int] = 1
    """Raised when translation yields different records: everything is read again once."""
    Settings: ClassVar[type[ConnectionSettings]]
    kinds: ClassVar[Mapping[str, Kind]]
    quiet: ClassVar[frozenset[Verb]] = frozenset()
    """Parts that may change without ``Item.version`` changing."""
    find_settles: timedelta = timedelta(0)
    """A miss of :meth:`find` proves nothing earlier than this after sending."""

    def __init__(self, settings: S, context: Context) -> None:
        """Keep settings and context. No request is made here."""
        self.settings = settings
        self.context = context

    @property
    def traffic(self) -> Traffic:
        """What this adapter has asked of the tool so far; an adapter returns its HTTP client's."""
        return Traffic()

    @classmethod
    def connect(
        cls, answers: Mapping[str, str], probe: Callable[[str], Response]
    ) -> tuple[Mapping[str, object], Question | None]:
        """Return the settings known so far and the next question, ``None`` when there is none.

        *probe* sends one GET without a credential. The default asks for the address, then the secret.
        """
        if "base_url" not in answers:
            ask = Question(key="base_url", text=Label(zh=f"{cls.title} 地址？", en=f"{cls.title} address?"))
            return {}, ask
        settings: dict[str, object] = {"base_url": answers["base_url"].strip().rstrip("/")}
        if "secret" not in answers:
            return settings, Question(key="secret", text=Label(zh="粘贴令牌", en="Paste the token"), secret=True)
        return settings, None

    @abstractmethod
    def check(self) -> Account:
        """Return who the credential is.

        Raises:
            CredentialRefused: it is not accepted, or the tool answers as to an anonymous visitor.
        """

    @abstractmethod
    def projects(self) -> Iterator[RemoteProject]:
        """Yield the projects that this credential sees, in the tool's order."""

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        """Return which of *projects* the credential sees now. Never answered from the memo."""
        wanted = set(projects)
        return frozenset(p.id for p in self.projects() if p.id in wanted)

    def describe(self, project: str) -> ProjectSchema:
        """Return what a mapping of *project* (id, key or unique name) may name.

        This and :meth:`describe_all` stand on each other: an adapter has one of them.

        Raises:
            ConfigError: unknown or ambiguous; lists the nearest.
            NotVisible: an id that cannot be seen.
        """
        (found,) = self.describe_all([project])
        if isinstance(found, PmbridgeError):
            raise found
        return found

    def describe_all(
        self,
        projects: Sequence[str],
        focus: Mapping[str, Focus] = NO_FOCUS,
    ) -> Iterator[ProjectSchema | PmbridgeError]:
        """Yield the schema of each of *projects*, in their order, or the ``NotVisible`` or ``ConfigError`` in its way.

        *focus* says what is wanted of each; of a project that is not in it, everything. Who leaves something out says
        so in ``ProjectSchema.focus``. The default leaves out nothing and describes one after the other; an adapter asks
        side by side, and only once for what several projects share.
        """
        for one in projects:
            try:
                yield self.describe(one)
            except (NotVisible, ConfigError) as error:
                yield error

    @abstractmethod
    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:
        """Yield pages until all that *cursor* has not covered has been read.

        Whatever page was committed last, pulling from its cursor yields all that is still missing. ``None`` reads
        everything.

        Raises:
            CursorInvalid: the cursor cannot be read; pass ``None``.
        """

    @abstractmethod
    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield one Listing per project and item kind of *scope*, in any order.

        A Listing holds all that exist now or is not yielded: it is the only proof that something is gone. A project
        that the credential cannot see comes as Skipped, never as an empty Listing.
        """

    @abstractmethod
    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield exactly one answer per id, in any order, read directly (never from a search index)."""

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield exactly one Details per Wanted, in any order."""
        raise Unsupported(connection=self.context.connection, tool=self.title, detail="details", detail_zh="详情")

    def push(self, write: Write) -> Receipt:
        """Send *write* as exactly one request and never repeat it."""
        raise Unsupported(connection=self.context.connection, tool=self.title, detail="writing", detail_zh="写入")

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return candidates for a Create or AddComment of ours, oldest first, over the whole connection."""
        raise Unsupported(connection=self.context.connection, tool=self.title, detail="find", detail_zh="查找")

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as the tool will store it; the default stores values as they are."""
        return value
