"""One Jira site seen with one credential: which dialect it speaks, who we are there, and the client that asks it.

Facts that hold for a day are kept in the memo, so that a quiet sync asks for nothing but changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Auth, Context, HttpClient, HttpPolicy, Rate, Traffic, clean_origin, since
from pmbridge.clock import to_millis
from pmbridge.errors import CredentialRefused, NotVisible, PmbridgeError
from pmbridge.values import ProjectId
from pmbridge_jira import wire
from pmbridge_jira.classify import TENANT_INFO, Classifier, pace, rate_key
from pmbridge_jira.dialect import ANY_SERVER_INFO, Dialect, dialect_of
from pmbridge_jira.fields import Catalogue
from pmbridge_jira.settings import GATEWAY, Credential, JiraSettings, Nobody

T = TypeVar("T")

REQUESTS_PER_S = 80.0
"""Below the vendor's 100 a second, which the whole tenant shares."""
ATTEMPTS = 5
ATLASSIAN_HOSTS = (".atlassian.net", ".jira.com")
"""Where Jira Cloud lives, so that a token refused there may be one for the gateway."""
_BURST = 40
_NEWS = timedelta(hours=1)
"""What was noted less than this ago is not written again."""
_ID_CHUNK = 50

SERVER_INFO = TypeAdapter(wire.ServerInfo)
_MYSELF = TypeAdapter(wire.User)
_TENANT = TypeAdapter(wire.TenantInfo)
_FIELDS = TypeAdapter(list[wire.FieldDetails])
_PROJECT_PAGE = TypeAdapter(wire.ProjectPage)
PROJECT_LIST = TypeAdapter(list[wire.Project])


class ServerFacts(wire.Model):
    """What the memo keeps of the server."""

    deployment: str
    version: str
    url: str
    """Where people open the site; empty when the server does not say."""
    skew_s: float | None = None


class AccountFacts(wire.Model):
    """What the memo keeps of the account."""

    id: str
    name: str
    cloud_id: str | None = None
    """Set when only the gateway takes the token."""


class ProjectFacts(wire.Model):
    """What the memo keeps of a project."""

    key: str
    name: str
    service_desk: bool
    told_at: int
    """Our clock, epoch milliseconds."""


class Site:
    """The site of one connection. Makes no request before it is asked for something."""

    def __init__(self, settings: JiraSettings, context: Context) -> None:
        self.settings, self.context = settings, context
        self._base = ""
        self._dialect = dialect_of(settings.deployment) if settings.deployment else None
        self._cloud_id = settings.cloud_id
        self._credential = Credential(context.secret, settings)
        self._client: HttpClient | None = None
        self._opening = threading.Lock()
        self._spent = Traffic()
        self._server: ServerFacts | None = None
        self._catalogue: Catalogue | None = None
        self._projects: dict[ProjectId, ProjectFacts] = {}
        self._asked: set[ProjectId] = set()

    # ------------------------------------------------------------------------------------------- asking

    @property
    def base(self) -> str:
        """The site's own address, cleaned, without a slash at the end."""
        if not self._base:
            self._base = clean_origin(self.settings.base_url, insecure_http=self.settings.insecure_http)
        return self._base

    @property
    def client(self) -> HttpClient:
        """The client of this credential; through the gateway when a cloud id is known."""
        with self._opening:  # several questions may be asked at once
            if self._client is None:
                self._client = self._open(self._cloud_id)
            return self._client

    @property
    def traffic(self) -> Traffic:
        """All that was asked so far, whichever way."""
        return self._spent + self._client.traffic if self._client else self._spent

    def get(self, resource: str, into: TypeAdapter[T], **params: str | int | Collection[str] | None) -> T:
        """Read a resource of the platform's API."""
        return self.get_at(self.dialect.path(resource), into, **params)

    def get_at(self, path: str, into: TypeAdapter[T], **params: str | int | Collection[str] | None) -> T:
        """Read any path of the site."""
        sent = {name: value if isinstance(value, str | int) else _listed(value) for name, value in params.items()}
        return self.client.get(path, into, params=sent, rate=rate_key(path)).data

    def since(self) -> Callable[[], datetime]:
        """Note the present; see :func:`pmbridge.adapter.since`."""
        return since(self.context.clock, lambda: self.client.server_now())

    def _open(self, cloud_id: str | None, auth: Auth | None = None, *, attempts: int = ATTEMPTS) -> HttpClient:
        site, gateway = self.base, clean_origin(self.settings.gateway_url, insecure_http=self.settings.insecure_http)
        policy = HttpPolicy(
            origin=site if cloud_id is None else f"{gateway}/ex/jira/{cloud_id}",
            auth=auth or self._credential,
            classify=Classifier(
                connection=self.context.connection,
                user=self.settings.user,
                names_account=lambda: self._dialect is not None and self._dialect.names_account,
            ),
            pace=pace,
            rates=(Rate(per_s=self.settings.rate_per_s or REQUESTS_PER_S, burst=_BURST),),
            max_wait_s=self.settings.max_wait_s,
            attempts=attempts,
            workers=self.settings.workers,
            proxy=self.settings.proxy,
            ca_bundle=self.settings.ca_bundle,
        )
        return HttpClient(policy, self.context.clock)

    def _use(self, client: HttpClient) -> None:
        if self._client is not None:
            self._spent += self._client.traffic
            self._client.close()
        self._client = client

    # -------------------------------------------------------------------------------------------- facts

    @property
    def dialect(self) -> Dialect:
        """The dialect, from the settings or found once."""
        if self._dialect is None:
            self._dialect = dialect_of(self.server().deployment)
        return self._dialect

    def server(self) -> ServerFacts:
        """Return what the server says of itself."""
        if self._server is None:
            self._server = ServerFacts.model_validate(self.context.memo.get(self._key("server"), self._ask_server))
        return self._server

    def _ask_server(self) -> JsonValue:
        path = self._dialect.path("/serverInfo") if self._dialect else ANY_SERVER_INFO
        try:
            info = self.client.get(path, SERVER_INFO, rate=rate_key(path)).data
        except CredentialRefused:
            # A token with scopes is refused at the site whatever it is sent to; this anybody may ask.
            if self._cloud_id is not None:
                raise
            info = self._as_nobody(path, SERVER_INFO)
        skew = (info.serverTime - self.context.clock.now()).total_seconds() if info.serverTime else None
        url = (info.displayUrl or info.baseUrl or "").rstrip("/")
        facts = ServerFacts(
            deployment=info.deploymentType,
            version=info.version or "",
            url=url if url.startswith(("https://", "http://")) else "",
            skew_s=skew,
        )
        return facts.model_dump(mode="json")

    def account(self) -> AccountFacts:
        """Return who the credential is; tries the gateway once when the site refuses a Cloud token.

        Raises:
            CredentialRefused: neither takes it, or the answer does not say whose it is.
        """
        facts = AccountFacts.model_validate(self.context.memo.get(self._key("account"), self._ask_account))
        if facts.cloud_id and facts.cloud_id != self._cloud_id:
            self._cloud_id = facts.cloud_id
            self._use(self._open(facts.cloud_id))
        return facts

    def forget_account(self) -> None:
        """Ask again next time: the credential was refused."""
        self.context.memo.drop(self._key("account"))

    def _ask_account(self) -> JsonValue:
        try:
            return self._who(None)
        except CredentialRefused as refused:
            known = self._cloud_id is not None
            if refused.name == "anonymous" or known or self.dialect.name != "cloud" or not self._is_atlassians:
                raise
            return self._who_by_gateway(refused)

    @property
    def _is_atlassians(self) -> bool:
        """Whether the gateway belongs to this site.

        A server that only calls itself Cloud gets no say in where its credential is tried; who names a gateway does.
        """
        host = urlsplit(self.base).hostname or ""
        return host.endswith(ATLASSIAN_HOSTS) or self.settings.gateway_url != GATEWAY

    def _who(self, cloud_id: str | None) -> JsonValue:
        me = self.get("/myself", _MYSELF)
        if not (id_ := wire.user_id(me)):
            raise CredentialRefused("anonymous", connection=self.context.connection, tool="Jira")
        facts = AccountFacts(id=id_, name=me.get("displayName") or id_, cloud_id=cloud_id)
        return facts.model_dump(mode="json")

    def _who_by_gateway(self, refused: PmbridgeError) -> JsonValue:
        """Try a token with scopes, which the site itself never takes and which looks like any other."""
        try:
            cloud_id = self._ask_cloud_id()
            self._use(self._open(cloud_id, attempts=1))
            facts = self._who(cloud_id)
            self._use(self._open(cloud_id))
        except PmbridgeError:
            # Whatever the gateway says, or that it cannot be reached: the site's own answer is what counts.
            self._use(self._open(None))
            raise refused from None
        return facts

    def _ask_cloud_id(self) -> str:
        return self._as_nobody(TENANT_INFO, _TENANT).cloudId

    def _as_nobody(self, path: str, into: TypeAdapter[T]) -> T:
        """Read an address of the site that needs no credential, and show it none."""
        with self._open(None, Nobody()) as client:
            try:
                return client.get(path, into).data
            finally:
                self._spent += client.traffic

    def catalogue(self, *, fresh: bool = False) -> Catalogue:
        """Return the site's fields; *fresh* asks again, for one that was added today."""
        if fresh:
            self.context.memo.drop(self._key("fields"))
        if fresh or self._catalogue is None:
            kept = self.context.memo.get(self._key("fields"), self._ask_fields)
            self._catalogue = Catalogue(_FIELDS.validate_python(kept))
        return self._catalogue

    def _ask_fields(self) -> JsonValue:
        kept: JsonValue = _FIELDS.dump_python(self.get("/field", _FIELDS), mode="json", by_alias=True)
        return kept

    def projects(self, ids: Collection[ProjectId]) -> Mapping[ProjectId, ProjectFacts]:
        """Return what is known of *ids*, at most a day old; of a project that has hidden since, what was known before.

        One request for all that are unknown or too old. Never seen: left out.
        """
        for one in ids:
            if one not in self._projects and (kept := self.context.memo.kept(self._key(f"project {one}"))):
                self._projects[one] = ProjectFacts.model_validate(kept)
        yesterday = to_millis(self.context.clock.now() - timedelta(days=1))
        if old := [one for one in ids if one not in self._asked and self._told_at(one) <= yesterday]:
            self._asked.update(old)
            self.find_projects(old)
        return {one: self._projects[one] for one in ids if one in self._projects}

    def _told_at(self, project: ProjectId) -> int:
        known = self._projects.get(project)
        return known.told_at if known else 0

    def _note_project(self, one: wire.Project) -> None:
        now = to_millis(self.context.clock.now())
        desk = one.projectTypeKey == "service_desk"
        facts = ProjectFacts(key=one.key, name=one.name, service_desk=desk, told_at=now)
        self._projects[ProjectId(one.id)] = facts
        # Names outlive their daily check: a project that hides must still be called by its name.
        self.context.memo.keep(self._key(f"project {one.id}"), facts.model_dump(mode="json"))

    def find_projects(self, ids: Collection[ProjectId]) -> list[wire.Project]:
        """Ask which of *ids* can be seen now."""
        wanted = sorted(ids)
        found: list[wire.Project] = []
        if self.dialect.name == "server":
            found = [one for one in self.get("/project", PROJECT_LIST) if one.id in wanted]
        else:
            for start in range(0, len(wanted), _ID_CHUNK):
                found += self.search_projects(id=wanted[start : start + _ID_CHUNK], maxResults=_ID_CHUNK).values
        for one in found:
            if self._told_at(ProjectId(one.id)) <= to_millis(self.context.clock.now() - _NEWS):
                self._note_project(one)
        return found

    def search_projects(self, **params: str | int | Collection[str] | None) -> wire.ProjectPage:
        """Ask Cloud's project search for one page; no match is 404 there, not an empty page."""
        try:
            return self.get("/project/search", _PROJECT_PAGE, **params)
        except NotVisible as error:
            if error.facts.get("status") != 404:
                raise
            return wire.ProjectPage(values=[], isLast=True)

    # -------------------------------------------------------------------------------------------- links

    def home(self) -> str:
        """Return the address under which people open the site."""
        return self.server().url or self.base

    def browse(self, key: str) -> str:
        """Return the address of an issue or a project for a person."""
        return f"{self.home()}/browse/{key}"

    def thing(self, project: ProjectId) -> str:
        """Return how messages name a project: ``connection:KEY``."""
        known = self.projects([project]).get(project)
        return f"{self.context.connection}:{known.key if known else project}"

    def _key(self, what: str) -> str:
        """Return a memo key that another address or user does not share."""
        return f"{what} | {self.settings.base_url} | {self.settings.user or ''}"


def pages(ask: Callable[[int], tuple[list[T], bool | None, int | None]]) -> list[T]:
    """Read an offset-paged list to its end: *ask* takes an offset and gives values, ``isLast`` and ``total``.

    Steps by what was received, because the server may give fewer than asked; ends at an empty page in any case.
    """
    found: list[T] = []
    while True:
        values, last, total = ask(len(found))
        found += values
        if not values or last is True or (last is None and (total is None or len(found) >= total)):
            return found


def _listed(value: Collection[str] | None) -> list[str] | None:
    return None if value is None else list(value)
