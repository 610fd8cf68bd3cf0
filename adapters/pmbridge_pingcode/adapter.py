"""PingCode behind the contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pmbridge.adapter import NO_FOCUS, Adapter, Context, Question, Remembered, Response, Traffic, remember, remembered
from pmbridge.errors import CredentialRefused, NotVisible, PmbridgeError, Refused
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
from pmbridge_pingcode import connect as dialogue
from pmbridge_pingcode import describe as schemas
from pmbridge_pingcode.census import Census
from pmbridge_pingcode.cursor import PingCodeCursor
from pmbridge_pingcode.details import DetailReader
from pmbridge_pingcode.kinds import KINDS, PRODUCT
from pmbridge_pingcode.pull import Pull
from pmbridge_pingcode.read import RecordReader
from pmbridge_pingcode.settings import PingCodeSettings
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table


class PingCodeAdapter(Adapter[PingCodeSettings]):
    """The projects and products that one application, or one person, sees.

    A pull in which nothing changed costs one request per 20 projects, and per project one each for releases, sprints
    and deliverables (where it can have them) or for itself (where all of those are empty); a product costs three.
    """

    kind = "pingcode"
    title = "PingCode"
    api_version = 1
    record_version = 1
    Settings = PingCodeSettings
    kinds: ClassVar[Mapping[str, Kind]] = KINDS
    # Whether a comment moves the item's updated_at, no paper says.
    quiet = frozenset({Verb.COMMENTS})

    def __init__(self, settings: PingCodeSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._site = Site(settings, context)
        self.find_settles = timedelta(seconds=settings.find_settles_s)

    @property
    def traffic(self) -> Traffic:
        """What was asked of PingCode so far."""
        return self._site.traffic

    @classmethod
    def connect(
        cls, answers: Mapping[str, str], probe: Callable[[str], Response]
    ) -> tuple[Mapping[str, object], Question | None]:
        """Ask for the address, the client id and the client secret."""
        return dialogue.connect(answers, probe)

    def check(self) -> Account:
        """Return the team, or the person, that the token belongs to (at most a day old), and until when it lives.

        Raises:
            CredentialRefused: ``client-refused`` where PingCode does not know the application or its secret.
        """
        site = self._site
        id_, name = site.account()
        asked = site.client.traffic.requests > 0
        # A person's access token is of no interest: how long the refresh token lives, PingCode does not tell.
        enterprise = self.settings.grant == "client_credentials"
        return Account(
            id=id_,
            name=name,
            service="PingCode",
            expires_at=site.credential.expires_at if enterprise else None,
            notes=tuple(self._notes()),
            clock_skew_s=(site.client.server_now() - self.context.clock.now()).total_seconds() if asked else None,
        )

    def _notes(self) -> Iterator[Label]:
        name = self._site.dialect.name
        if self.settings.grant == "client_credentials":
            yield Label(
                zh=f"令牌有效 30 天，到期自动换新。接口版本：{name}。",
                en=f"The token lives 30 days and is renewed by itself. API dialect: {name}.",
            )
            yield Label(
                zh="注意：企业令牌不属于某个人，可见所授范围内的全部数据。",
                en="Note: an enterprise token is nobody's; it sees all data of the granted range.",
            )
        else:
            yield Label(
                zh=f"只能看到您本人可见的内容；refresh_token 90 天后到期。接口版本：{name}。",
                en=f"It sees what you see; a refresh token ends after 90 days. API dialect: {name}.",
            )

    def projects(self) -> Iterator[RemoteProject]:
        """Yield the projects, then the products where the credential may read them."""
        return schemas.projects(self._site)

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        """Return which of *projects* the credential sees now: one request each."""
        found = set()
        for project in projects:
            try:
                if project.startswith(PRODUCT):
                    self._site.product(project)
                else:
                    self._site.project(project)
            except NotVisible:
                continue
            found.add(project)
        return frozenset(found)

    def describe_all(
        self, projects: Sequence[str], focus: Mapping[str, Focus] = NO_FOCUS
    ) -> Iterator[ProjectSchema | PmbridgeError]:
        """Yield the schemas of *projects*, several at a time: two requests for each type that is named, one for all."""
        return schemas.Describer(self._site).describe_all(projects, focus)

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:  # noqa: ARG002
        """Yield the pages of one pull; see :class:`pmbridge_pingcode.pull.Pull`."""
        kept = PingCodeCursor.parse(cursor)
        if not scope.projects:
            return
        remember(self.context.memo, scope)
        try:
            yield from Pull(site=self._site, table=self._table(), scope=scope, cursor=kept).pages()
        except CredentialRefused:
            self._site.forget_account()
            raise

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield what each project holds of the item kinds, or that it cannot be seen."""
        return Census(self._site, self._table()).read(scope)

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id, items with the fields that the last pull asked for."""
        return RecordReader(self._site, self._table()).read(ids)

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield comments and changes of state, always whole: one or two requests per item."""
        return DetailReader(self._site).read(wanted)

    def push(self, write: Write) -> Receipt:
        """Send *write* once; see :class:`pmbridge_pingcode.write.Writer`. A connection that only reads sends nothing.

        What PingCode did not take of a create stands in ``Receipt.left``; of a change, ``Receipt.after`` shows it.

        Raises:
            Refused: ``read-only``.
        """
        if self.settings.read_only:
            raise Refused("read-only", connection=self.context.connection, n=1)
        from pmbridge_pingcode.write import Writer

        return Writer(self._site, self._asked()).push(write)

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return what carries the marker of *write*, in whatever project it is by now; a release by its name."""
        from pmbridge_pingcode.find import Finder

        return Finder(self._site, self._table()).find(write, since)

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as PingCode keeps it: days become moments, long texts HTML. Nothing can be emptied."""
        from pmbridge_pingcode.write import Writer

        return Writer(self._site, self._asked()).canonical(kind, field, value)

    # ------------------------------------------------------------------------------------------- parts

    def _asked(self) -> Remembered:
        return remembered(self.context.memo, KINDS)

    def _table(self) -> Table:
        asked = self._asked()
        return Table(site=self._site, kinds=frozenset(asked.kinds), fields=asked.fields)
