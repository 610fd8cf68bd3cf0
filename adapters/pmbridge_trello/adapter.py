"""Trello behind the contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from pmbridge.adapter import (
    NO_FOCUS,
    Adapter,
    Context,
    Question,
    Remembered,
    Response,
    Traffic,
    remember,
    remembered,
)
from pmbridge.errors import CredentialRefused, NotVisible, PmbridgeError, Refused, Rejected
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
    Wanted,
    Write,
)
from pmbridge.values import FieldValue, Label, ProjectId, RecordId
from pmbridge_trello import connect as dialogue
from pmbridge_trello import describe as schemas
from pmbridge_trello.board import BoardReader
from pmbridge_trello.cursor import TrelloCursor
from pmbridge_trello.details import DetailReader
from pmbridge_trello.kinds import CARD, CHECK_ITEM, KINDS
from pmbridge_trello.pull import Pull
from pmbridge_trello.read import RecordReader
from pmbridge_trello.settings import TrelloSettings
from pmbridge_trello.site import AccountFacts, Site
from pmbridge_trello.translate import Asked

_ALL_BOARDS = Label(
    zh="可读您能看到的全部看板（Trello 不能只授权一个看板）。",
    en="it reads every board that you can see (Trello cannot limit it to one)",
)


class TrelloAdapter(Adapter[TrelloSettings]):
    """The boards that one token sees.

    A pull in which nothing changed costs one request, however many boards there are; one that moved costs one more.
    """

    kind = "trello"
    title = "Trello"
    api_version = 1
    record_version = 1
    Settings = TrelloSettings
    kinds: ClassVar[Mapping[str, Kind]] = KINDS

    def __init__(self, settings: TrelloSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._site = Site(settings, context)

    @property
    def traffic(self) -> Traffic:
        """What was asked of Trello so far."""
        return self._site.traffic

    @classmethod
    def connect(
        cls,
        answers: Mapping[str, str],
        probe: Callable[[str], Response],  # noqa: ARG003 - the address is known
    ) -> tuple[Mapping[str, object], Question | None]:
        """Ask for the API key, then for the token, with the link that makes one."""
        return dialogue.connect(answers)

    def check(self) -> Account:
        """Return who the token belongs to and when it ends, at most a day old.

        Raises:
            CredentialRefused: it is not accepted; ``trello-secret`` where Trello calls the token invalid.
        """
        me = self._site.account()
        learned: dict[str, object] = {}
        if me.expiry_known and me.expires_at is None and self.settings.secret_expires_on is None:
            learned["secret_expires_on"] = None  # it never does: nothing to ask
        return Account(
            id=me.id,
            name=me.name,
            service="Trello",
            expires_at=me.expires_at,
            may_write=me.may_write,
            notes=(_note(me),),
            learned=learned,
        )

    def projects(self) -> Iterator[RemoteProject]:
        """Yield the account's open boards."""
        return schemas.projects(self._site)

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        """Return which of *projects* the token sees now, archived ones too: one request per ten."""
        found = set()
        for project, answer in self._site.ask_boards(projects, "closed"):
            if isinstance(answer, Response):
                found.add(project)
            elif not isinstance(answer, NotVisible | Rejected):
                raise answer
        return frozenset(found)

    def describe_all(
        self,
        projects: Sequence[str],
        focus: Mapping[str, Focus] = NO_FOCUS,  # noqa: ARG002 - one answer tells everything
    ) -> Iterator[ProjectSchema | PmbridgeError]:
        """Yield the schemas of *projects*, ten a request."""
        return schemas.describe_all(self._site, projects)

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:  # noqa: ARG002
        """Yield the pages of one pull; see :class:`pmbridge_trello.pull.Pull`."""
        kept = TrelloCursor.parse(cursor)
        asked = self._asked(remember(self.context.memo, scope))
        pull = Pull(site=self._site, reader=BoardReader(self._site, asked), scope=scope, cursor=kept)
        try:
            yield from pull.pages()
        except CredentialRefused:
            self._site.forget_account()
            raise

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield what each board holds of the item kinds, or that it cannot be seen. Every whole read tells the same."""
        kinds = scope.kinds & {CARD, CHECK_ITEM}
        if not kinds:
            return
        reader = BoardReader(self._site, Asked(kinds=kinds))
        for page in Pull(site=self._site, reader=reader, scope=scope, cursor=TrelloCursor()).pages():
            yield from page.listings
            yield from (one for one in page.skipped if one.id is None)

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id: cards with their description and the fields that the last pull asked for."""
        return self._reader().read(ids)

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield comments and history of cards, always whole: one feed per board."""
        return DetailReader(self._site).read(wanted)

    def push(self, write: Write) -> Receipt:
        """Send *write* once; see :class:`pmbridge_trello.write.Writer`. A connection that only reads sends nothing.

        Custom fields travel by themselves, so a write of other values leaves them in ``Receipt.left``.

        Raises:
            Refused: ``read-only``.
        """
        if self.settings.read_only:
            raise Refused("read-only", connection=self.context.connection, n=1)
        from pmbridge_trello.write import Writer

        return Writer(self._site).push(write)

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return what carries the marker of *write*, on its board or wherever it went; a check item by its name."""
        from pmbridge_trello.find import Finder

        return Finder(self._site, self._reader()).find(write, since)

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Trello keeps it: days become moments, long texts Markdown."""
        from pmbridge_trello.write import Writer

        return Writer(self._site).canonical(kind, field, value)

    # ------------------------------------------------------------------------------------------- parts

    def _reader(self) -> RecordReader:
        asked = self._asked(remembered(self.context.memo, KINDS))
        return RecordReader(self._site, replace(asked, long=True))

    def _asked(self, asked: Remembered) -> Asked:
        return Asked(
            kinds=frozenset(asked.kinds),
            fields=frozenset(asked.fields.get(CARD, ())),
            complete_is_done=self.settings.complete_is_done,
        )


def _note(me: AccountFacts) -> Label:
    if not me.expiry_known:
        return Label(zh=f"令牌{_ALL_BOARDS.zh}", en=f"The token: {_ALL_BOARDS.en}.")
    if me.expires_at is None:
        return Label(zh=f"令牌永不过期，{_ALL_BOARDS.zh}", en=f"The token never expires; {_ALL_BOARDS.en}.")
    day = me.expires_at.date().isoformat()
    return Label(zh=f"令牌 {day} 到期，{_ALL_BOARDS.zh}", en=f"The token expires on {day}; {_ALL_BOARDS.en}.")
