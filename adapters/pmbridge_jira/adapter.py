"""Jira Cloud and Jira Data Center behind one class.

What a quiet sync does not need (describing, details, writing, the dialogue of ``connect``) is loaded when it is asked
for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from pmbridge.adapter import NO_FOCUS, Adapter, Context, Question, Response, Traffic, remember, remembered
from pmbridge.errors import ConfigError, CredentialRefused, NotVisible, PmbridgeError, Refused
from pmbridge.records import (
    Account,
    AddComment,
    Create,
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
from pmbridge_jira.cloud import CloudIssues
from pmbridge_jira.cursor import JiraCursor
from pmbridge_jira.dialect import CLOUD, dialect_of
from pmbridge_jira.fields import Catalogue
from pmbridge_jira.homes import Homes
from pmbridge_jira.issues import IssueFormat
from pmbridge_jira.kinds import KINDS
from pmbridge_jira.pull import Pull, hidden, list_ids
from pmbridge_jira.read import read
from pmbridge_jira.search import IssueSearch
from pmbridge_jira.server import ServerIssues
from pmbridge_jira.settings import JiraSettings
from pmbridge_jira.site import Site
from pmbridge_jira.translate import ISSUE

if TYPE_CHECKING:
    from pmbridge_jira.write import Writer


class JiraAdapter(Adapter[JiraSettings]):
    """One Jira site with one credential.

    Dialect and account are found once and kept for a day, so that a pull in which nothing changed costs one search, and
    one request for the versions of each project.
    """

    kind = "jira"
    title = "Jira"
    api_version = 1
    record_version = 1
    Settings = JiraSettings
    kinds: ClassVar[Mapping[str, Kind]] = KINDS
    quiet = frozenset({Verb.APPROVALS})

    def __init__(self, settings: JiraSettings, context: Context) -> None:
        super().__init__(settings, context)
        self._site = Site(settings, context)
        self._homes = Homes()  # of the last pull: what is read again between its pages keeps its home
        dialect = dialect_of(settings.deployment) if settings.deployment else CLOUD
        lag = settings.index_lag_s
        self.find_settles = dialect.index_lag if lag is None else timedelta(seconds=lag)

    @property
    def traffic(self) -> Traffic:
        """What was asked of Jira so far."""
        return self._site.traffic

    @classmethod
    def connect(
        cls, answers: Mapping[str, str], probe: Callable[[str], Response]
    ) -> tuple[Mapping[str, object], Question | None]:
        """Ask for the address, on Cloud for the e-mail address, and for the token or password."""
        from pmbridge_jira import connect as dialogue

        return dialogue.connect(answers, probe)

    def check(self) -> Account:
        """Return who the credential is, at most a day old.

        Raises:
            CredentialRefused: refused by the site and, for a Cloud token, by the gateway; or taken for a visitor.
        """
        server = self._site.server()
        me = self._site.account()
        learned: dict[str, object] = {}
        notes: tuple[Label, ...] = ()
        if self.settings.deployment is None:
            learned["deployment"] = self._site.dialect.name
        if me.cloud_id and self.settings.cloud_id is None:
            learned["cloud_id"] = me.cloud_id
            notes = (
                Label(
                    zh="这是带范围的令牌，改走 Atlassian 网关。",
                    en="This token has scopes: it goes through Atlassian's gateway.",
                ),
            )
        return Account(
            id=me.id,
            name=me.name,
            service=f"{self._site.dialect.product} {server.version}".strip(),
            notes=notes,
            learned=learned,
            clock_skew_s=server.skew_s,
        )

    def projects(self) -> Iterator[RemoteProject]:
        """Yield the projects that the account sees, by key."""
        from pmbridge_jira import describe as schemas

        return schemas.projects(self._site)

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        """Return which of *projects* the account sees now: one request per 50, on Data Center one in all."""
        return frozenset(ProjectId(one.id) for one in self._site.find_projects(projects)) if projects else frozenset()

    def describe_all(
        self, projects: Sequence[str], focus: Mapping[str, Focus] = NO_FOCUS
    ) -> Iterator[ProjectSchema | PmbridgeError]:
        """Yield the schemas of *projects*, several at a time; the site's own facts are asked for once."""
        from pmbridge_jira import describe as schemas

        return schemas.describe_all(self._site, projects, focus)

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:
        """Yield the pages of one pull; see :class:`pmbridge_jira.pull.Pull`."""
        kept = JiraCursor.parse(cursor)
        self._site.account()  # from the memo, as a rule; without it an anonymous visitor's answers would pass
        asked = remember(self.context.memo, scope)
        form = self._form(asked.kinds, asked.fields.get(ISSUE, ()), long=False)
        self._homes = Homes(mirrored, scope.projects)
        pull = Pull(
            site=self._site, form=form, search=self._search(form), scope=scope, cursor=kept, mirrored=mirrored,
            homes=self._homes,
        )  # fmt: skip
        try:
            yield from pull.pages()
        except CredentialRefused:
            self._site.forget_account()
            raise

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        """Yield the ids of all issues of each project, or that it cannot be seen."""
        form = self._form((), (), long=False)
        search = self._search(form)
        for project in scope.projects if ISSUE in scope.kinds else ():
            try:
                ids = list_ids(self._site, search, project)
            except NotVisible as error:
                yield hidden(self._site, project, error)
            else:
                yield Listing(project=project, kind=ISSUE, ids=dict.fromkeys(map(str, ids)))

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id, issues with their description and the fields that the last pull asked for."""
        asked = remembered(self.context.memo, KINDS)
        form = self._form(asked.kinds, asked.fields.get(ISSUE, ()), long=True)
        return read(self._site, form, self._search(form), self._homes, ids)

    def details(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield comments, history and approvals of issues, always whole."""
        from pmbridge_jira.details import DetailReader
        from pmbridge_jira.translate_details import LogReader

        catalogue = self._site.catalogue()
        return DetailReader(self._site, LogReader(catalogue, start=self._start(catalogue))).read(wanted)

    def push(self, write: Write) -> Receipt:
        """Send *write* once; see :class:`pmbridge_jira.write.Writer`. Nothing is sent on a connection that only reads.

        A create leaves in ``Receipt.left`` what the screen does not show on which issues are made; the state that it
        names is not set with it.

        Raises:
            Refused: ``read-only``.
        """
        if self.settings.read_only:
            raise Refused("read-only", connection=self.context.connection, n=1)
        return self._writer().push(write)

    def find(self, write: Write, since: datetime) -> Sequence[Record | Gone]:
        """Return what carries the marker of *write*; a version has none, it is found by its name."""
        from pmbridge_jira.details import DetailReader
        from pmbridge_jira.find import Finder, oldest_first, unfindable
        from pmbridge_jira.translate_details import LogReader

        catalogue = self._site.catalogue()
        finder = Finder(self._site, DetailReader(self._site, LogReader(catalogue, start=self._start(catalogue))))
        match write:
            case Create(kind="issue"):
                return oldest_first(self.read(finder.issues(write, since)))
            case Create(kind="version"):
                return oldest_first(finder.versions(write))
            case AddComment(target=RecordId(kind="issue")):
                return oldest_first(finder.comments(write))
            case _:
                raise unfindable(write, self.context.connection)

    def canonical(self, kind: str, field: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Jira keeps it: titles on one line, days without a time, long texts in its own format."""
        return self._writer().canonical(kind, field, value)

    # ------------------------------------------------------------------------------------------- parts

    def _writer(self) -> Writer:
        from pmbridge_jira.write import Writer

        return Writer(self._site, start=self._start(self._site.catalogue()))

    def _search(self, form: IssueFormat) -> IssueSearch:
        return (CloudIssues if self._site.dialect is CLOUD else ServerIssues)(self._site, form)

    def _form(self, kinds: Collection[str], asked: Collection[str], *, long: bool) -> IssueFormat:
        catalogue = self._site.catalogue()
        if any(catalogue.get(one) is None for one in asked):
            catalogue = self._site.catalogue(fresh=True)
        for one in asked:
            if catalogue.get(one) is None:
                # A mapping names it, so silence would read as "empty" in every report.
                catalogue.find(one, thing=self.context.connection)
                raise ConfigError(n=1, file="pmbridge.toml", problems=one, problems_zh=one, faults=(one,))
        return IssueFormat(
            dialect=self._site.dialect,
            catalogue=catalogue,
            browse=self._site.browse(""),
            kinds=kinds,
            asked=asked,
            start=self._start(catalogue),
            long=long,
        )

    def _start(self, catalogue: Catalogue) -> str | None:
        name = self.settings.start_date_field
        return catalogue.find(name, thing=self.context.connection).id if name else None
