"""Worktile behind the contract. Reads; makes tasks where a setting says how; all other writing is a person's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from pmbridge.errors import CredentialRefused, PmbridgeError, Refused
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
from pmbridge.values import FieldValue, Label, RecordId
from pmbridge_worktile import connect as dialogue
from pmbridge_worktile import describe as schemas
from pmbridge_worktile.cursor import WorktileCursor
from pmbridge_worktile.details import DetailReader
from pmbridge_worktile.kinds import KINDS, TASK
from pmbridge_worktile.pull import ITS_OWN, Pull, scan
from pmbridge_worktile.read import RecordReader
from pmbridge_worktile.settings import TITLE, WorktileSettings
from pmbridge_worktile.site import Site
from pmbridge_worktile.translate import Asked

_NOBODY = Label(
    zh="团队令牌不属于某个人，可见该应用能看到的全部项目。",
    en="A team's token is nobody's; it sees every project that the application may see.",
)
_BY_HAND = Label(
    zh="Worktile 的开放接口没有公开「修改任务」：pmbridge 会把这类改动列为手动步骤，并在您改好后自动勾掉。",
    en="Worktile's open API has no public call that changes a task: pmbridge lists such changes as manual steps, and "
    "ticks them off when you have made them.",
)
_NO_LINKS = Label(
    zh="未设 web_url（https://TEAM.worktile.com）：手动步骤和报告中的任务没有链接。",
    en="web_url (https://TEAM.worktile.com) is not set: steps by hand and reports have no link to a task.",
)


class WorktileAdapter(Adapter[WorktileSettings]):
    """The projects that one application, or one person, sees.

    A pull in which nothing changed costs a token and one request per 200 tasks.
    """

    kind = "worktile"
    title = "Worktile"
    api_version = 1
    record_version = 1
    Settings = WorktileSettings
    kinds: ClassVar[Mapping[str, Kind]] = KINDS
    quiet = frozenset({Verb.COMMENTS})

    def __init__(self, settings: WorktileSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._site = Site(settings, context)

    @property
    def traffic(self) -> Traffic:
        """What was asked of Worktile so far."""
        return self._site.traffic

    @classmethod
    def connect(
        cls,
        answers: Mapping[str, str],
        probe: Callable[[str], Response],  # noqa: ARG003 - no call answers without a token
    ) -> tuple[Mapping[str, object], Question | None]:
        """Ask for the address, the application's id and its secret."""
        return dialogue.connect(answers)

    def check(self) -> Account:
        """Return the application that the secret belongs to; two requests, at most once a day.

        Raises:
            CredentialRefused: its secret, or the token that it gives, is not accepted.
        """
        self._site.see_one()
        client_id = self.settings.client_id
        # No end of an application's secret is known of: nothing to ask a person for.
        learned: dict[str, object] = {} if self.settings.secret_expires_on else {"secret_expires_on": None}
        notes = [_NOBODY] if self.settings.auth == "tenant" else []
        notes += [_BY_HAND] if self.settings.web_url else [_BY_HAND, _NO_LINKS]
        return Account(
            id=client_id,
            name=client_id,
            service="Worktile",
            notes=tuple(notes),
            learned=learned,
        )

    def projects(self) -> Iterator[RemoteProject]:
        """Yield the projects that the credential sees, a hundred per request."""
        return schemas.projects(self._site)

    def describe_all(
        self, projects: Sequence[str], focus: Mapping[str, Focus] = NO_FOCUS
    ) -> Iterator[ProjectSchema | PmbridgeError]:
        """Yield the schemas of *projects*; properties and tags are looked for only where one is named."""
        return schemas.describe_all(self._site, projects, focus)

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:
        """Yield the pages of one pull; see :class:`pmbridge_worktile.pull.Pull`."""
        kept = WorktileCursor.parse(cursor)
        asked = self._asked(remember(self.context.memo, scope))
        try:
            yield from Pull(site=self._site, asked=asked, scope=scope, cursor=kept, mirrored=mirrored).pages()
        except CredentialRefused:
            self._site.doubt()
            raise

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield the tasks of each project, or that it cannot be seen: the same scan that a pull begins with."""
        if TASK not in scope.kinds:
            return
        sees = self._site.sight()
        for project in scope.projects:
            try:
                yield Listing(project=project, kind=TASK, ids=scan(self._site, project).versions)
            except ITS_OWN as error:
                yield Skipped(project=project, error=self._site.of_project(project, error, sees))

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id, tasks with the fields that the last pull asked for."""
        return self._reader().read(ids)

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield the comments of tasks, always whole; their history where ``endpoints.task_transitions`` is set."""
        return DetailReader(self._site).read(wanted)

    def push(self, write: Write) -> Receipt:
        """Make a task in the form of ``endpoints.create_task``, once; see :class:`pmbridge_worktile.write.Writer`.

        Raises:
            Unsupported: everything else, and a task without that setting; ``url`` leads to where a person can.
            Refused: ``read-only``.
        """
        from pmbridge_worktile.write import Writer

        writer = Writer(self._site, self._reader())
        if writer.can(write) and self.settings.read_only:
            raise Refused("read-only", connection=self.context.connection, n=1)
        return writer.push(write)

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return the task that carries the marker of *write*, in its project or wherever it went.

        Raises:
            Doubtful: none does, but a task of that title without a marker was made since: only a person can tell.
        """
        from pmbridge_worktile.find import Finder

        return Finder(self._site, self._reader()).find(write, since)

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Worktile will show it, by whichever hand: long texts as Markdown, moments in seconds."""
        from pmbridge_worktile.write import canonical

        return canonical(kind, field, value)

    # ------------------------------------------------------------------------------------------- parts

    def _reader(self) -> RecordReader:
        return RecordReader(self._site, self._asked(remembered(self.context.memo, KINDS)))

    def _asked(self, asked: Remembered) -> Asked:
        return Asked(
            kinds=frozenset(asked.kinds),
            fields=frozenset(asked.fields.get(TASK, ())),
            day_zone=self.settings.day_zone,
            web_url=self.settings.web_url,
            marker=None if self.settings.marker == TITLE else self.settings.marker,
        )
