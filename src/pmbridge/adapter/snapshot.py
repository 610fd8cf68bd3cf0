"""The short way to an adapter: a tool whose projects are small enough to be read whole, every time.

What is hard about the contract (cursor, listings, completeness, what may be skipped, strangers) is the same for every
such tool and stands here. A tool that can tell what changed, and has projects of thousands of items, deserves a
``pull`` of its own.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from pydantic import SecretStr

from pmbridge.adapter.address import clean_origin
from pmbridge.adapter.base import Adapter, ConnectionSettings, SecretSource
from pmbridge.adapter.classify import classify_common
from pmbridge.adapter.policy import Auth, HttpPolicy, Rate, Response, Traffic
from pmbridge.adapter.server_time import since
from pmbridge.errors import CursorInvalid, NotVisible, PmbridgeError
from pmbridge.records import Cursor, Gone, Group, Item, Listing, Mirrored, Page, Person, Record, Scope, Skipped
from pmbridge.values import ProjectId, RecordId

if TYPE_CHECKING:
    from pmbridge.adapter.http import HttpClient

S = TypeVar("S", bound=ConnectionSettings)

PAGE = 500
"""Records that the engine commits at once."""
_CURSOR: Cursor = {"snapshot": 1}


class BearerToken:
    """The secret as a bearer token (RFC 6750 §2.1), which nothing renews."""

    def __init__(self, secret: SecretSource) -> None:
        self._secret = secret

    def headers(self) -> Mapping[str, SecretStr]:
        """Return the header ``Authorization``."""
        return {"Authorization": SecretStr(f"Bearer {self._secret.reveal().get_secret_value()}")}

    def query(self) -> Mapping[str, SecretStr]:
        """Return nothing: a token in an address ends in logs."""
        return {}

    def renew(self) -> bool:
        """Return ``False``: a person makes the next one."""
        return False


class SnapshotAdapter(Adapter[S]):
    """Reads each project whole in every pull; what changed, the engine sees by comparing.

    A subclass says who it is (``check``), what there is (``projects``, ``describe``) and reads (``snapshot``,
    ``record``), all by way of :attr:`client`. An answer that means "not for you" is a ``NotVisible``; before a project
    is skipped for that, ``check`` is asked whether we are known at all, so that an expired token empties nothing.
    """

    rates: ClassVar[tuple[Rate, ...]] = (Rate(per_s=5, burst=10),)
    """The tool's limits; ``rate_per_s`` among the settings overrides the first."""

    @abstractmethod
    def snapshot(self, project: ProjectId, scope: Scope) -> Iterator[Record]:
        """Yield all that exists now in *project* of the kinds in *scope*, and the people that it names.

        Raises:
            NotVisible: the project is not there, or not for this credential.
        """

    @abstractmethod
    def record(self, id: RecordId) -> Record | None:  # noqa: A002 - the contract's word
        """Return one record as it is now, ``None`` (or raise ``NotVisible``) when it is not to be seen."""

    def auth(self) -> Auth:
        """Return how a request proves who we are; the default sends the secret as a bearer token."""
        return BearerToken(self.context.secret)

    def classify(self, response: Response) -> PmbridgeError | None:
        """Return the error that *response* amounts to: HTTP's own, and 403 or 404 as ``NotVisible``."""
        error = classify_common(response)
        if error is None and response.status in (403, 404):
            error = NotVisible(status=response.status)
        return error.with_facts(connection=self.context.connection, tool=self.title) if error else None

    @cached_property
    def client(self) -> HttpClient:
        """The client of this credential; made when it is first asked for."""
        from pmbridge.adapter.http import HttpClient

        settings, (first, *more) = self.settings, self.rates
        policy = HttpPolicy(
            origin=clean_origin(settings.base_url, insecure_http=settings.insecure_http),
            auth=self.auth(),
            classify=self.classify,
            rates=(Rate(per_s=settings.rate_per_s or first.per_s, burst=first.burst, key=first.key), *more),
            max_wait_s=settings.max_wait_s,
            workers=settings.workers,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
        )
        return HttpClient(policy, self.context.clock)

    @property
    def traffic(self) -> Traffic:
        """What was asked of the tool so far."""
        return self.client.traffic

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:  # noqa: ARG002
        """Yield every project whole; the listings come with its last page, after which it is complete."""
        if cursor is not None and cursor != _CURSOR:
            raise CursorInvalid
        for project in scope.projects:
            began = since(self.context.clock, lambda: self.client.server_now())
            try:
                found = self._of(project, scope)
            except NotVisible as error:
                yield Page(cursor=_CURSOR, skipped=(self._skipped(project, error),))
                continue
            at = began()
            *pages, last = [found[n : n + PAGE] for n in range(0, len(found), PAGE)] or [()]
            for page in pages:
                yield Page(cursor=_CURSOR, records=page)
            listings = tuple(_listing(project, kind, found) for kind in self.kinds if kind in scope.kinds)
            yield Page(cursor=_CURSOR, records=last, listings=listings, complete={project: at})

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield what each project holds of the item kinds; costs as much as a pull."""
        kinds = [kind for kind, what in self.kinds.items() if kind in scope.kinds and what.shape == "item"]
        for project in scope.projects if kinds else ():
            try:
                found = self._of(project, scope)
            except NotVisible as error:
                yield self._skipped(project, error)
            else:
                yield from (_listing(project, kind, found) for kind in kinds)

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id; the tool does not say whether what is missing was deleted or hidden."""
        for one in ids:
            try:
                found = self.record(one)
            except NotVisible:
                found = None
            if found is None:
                self.check()
            yield found or Gone(id=one, why="absent")

    def _of(self, project: ProjectId, scope: Scope) -> tuple[Record, ...]:
        wanted = scope.kinds
        return tuple(one for one in self.snapshot(project, scope) if isinstance(one, Person) or one.id.kind in wanted)

    def _skipped(self, project: ProjectId, error: NotVisible) -> Skipped:
        self.check()
        thing = f"{self.context.connection}:{project}"
        return Skipped(project=project, error=error.with_facts(thing=thing))


def _listing(project: ProjectId, kind: str, found: Sequence[Record]) -> Listing:
    ids = {
        one.id.external_id: one.version if isinstance(one, Item | Group) else None
        for one in found
        if one.id.kind == kind
    }
    return Listing(project=project, kind=kind, ids=ids)
