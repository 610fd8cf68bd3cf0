"""PingCode seen with one credential: the client that asks it, its dialect, and facts that are kept for a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Call, Context, HttpClient, HttpPolicy, Param, Rate, Response, Traffic, clean_origin, since
from pmbridge.errors import NotVisible, ProtocolError
from pmbridge.values import ProjectId
from pmbridge_pingcode import wire
from pmbridge_pingcode.auth import Credential, NoCredential
from pmbridge_pingcode.classify import Classifier, ScopeMissing, pace
from pmbridge_pingcode.dialect import DIALECTS, PAGE, PJM, PROJECT, Ask, Dialect
from pmbridge_pingcode.kinds import PRODUCT, WORK_ITEM
from pmbridge_pingcode.parse import M, Rows, rows
from pmbridge_pingcode.settings import PingCodeSettings

T = TypeVar("T")

_PROJECT_TYPES = "project types"
_DAY = timedelta(days=1)

# PingCode allows an identity 200 requests a minute: at most 60 + 60 * 2 = 180 of ours fall into any minute, and a small
# connection is read without a wait.
_REQUESTS_PER_S, _BURST = 2.0, 60

_ENVELOPE = TypeAdapter(wire.Envelope)
_TEAM, _USER = TypeAdapter(wire.Team), TypeAdapter(wire.User)
_PROJECT, _PRODUCT = TypeAdapter(wire.Project), TypeAdapter(wire.Product)
_NAMES = TypeAdapter(dict[str, str])
_TYPES = TypeAdapter(dict[str, str | None])
_PROPERTIES = TypeAdapter(list[wire.Property])
_STAGES = TypeAdapter(list[wire.State])


class Site:
    """One connection."""

    def __init__(self, settings: PingCodeSettings, context: Context) -> None:
        self.settings, self.context = settings, context
        self._client: HttpClient | None = None
        self._credential: Credential | None = None
        self._dialect: Dialect | None = None

    # ------------------------------------------------------------------------------------------- asking

    @property
    def credential(self) -> Credential:
        """The token of this connection."""
        if self._credential is None:
            self._credential = Credential(self.settings, self.context, self._policy(None))
        return self._credential

    @property
    def client(self) -> HttpClient:
        """The client of this credential."""
        if self._client is None:
            self._client = HttpClient(self._policy(self.credential), self.context.clock)
        return self._client

    def _policy(self, credential: Credential | None) -> HttpPolicy:
        settings = self.settings
        return HttpPolicy(
            origin=clean_origin(settings.base_url, insecure_http=settings.insecure_http).removesuffix("/v1"),
            auth=credential or NoCredential(),
            classify=Classifier(self.context.connection),
            pace=pace,
            rates=(Rate(per_s=settings.rate_per_s or _REQUESTS_PER_S, burst=_BURST),),
            max_wait_s=settings.max_wait_s,
            workers=settings.workers,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
        )

    @property
    def traffic(self) -> Traffic:
        """All that was asked so far, tokens too."""
        clients = (self._client, self._credential and self._credential.client)
        return sum((one.traffic for one in clients if one), Traffic())

    def fetch(self, ask: Ask, index: int, size: int = PAGE) -> Response:
        """Ask for page *index* (from 0) of a list, unparsed: for the threads of ``in_order``."""
        if ask.filter is None:
            params: dict[str, Param] = {**ask.params, "page_index": index, "page_size": size}
            return self.client.fetch("GET", ask.path, call=Call.READ, params=params)
        payload = {**(ask.flags or {}), "filter": ask.filter, "page_index": index, "page_size": size}
        # A search changes nothing, whatever its method.
        return self.client.fetch("POST", ask.path, call=Call.READ, json={"mode": "query", "payload": payload})

    def rows(self, response: Response, row: type[M]) -> Rows[M]:
        """Return the page that *response* holds."""
        return rows(self.client, response, row)

    def every(self, path: str, row: type[M], **params: str) -> Iterator[M]:
        """Yield all rows of a short list (types, states, projects). One that cannot be read fails it."""
        index = 0
        while True:
            page = self.rows(self.fetch(Ask(path=path, params=params), index), row)
            if page.broken:
                raise ProtocolError(connection=self.context.connection, tool="PingCode",
                                    field=f"values.{page.broken[0].field}", call=f"GET {path}")  # fmt: skip
            yield from page.sound
            index += 1
            if not page.count or index * page.size >= page.total:
                return

    def get(self, path: str, into: TypeAdapter[T], **params: str) -> T:
        """Read one object."""
        return self.client.get(path, into, params=params).data

    def since(self) -> Callable[[], datetime]:
        """Note the present; see :func:`pmbridge.adapter.since`."""
        return since(self.context.clock, lambda: self.client.server_now())

    # ------------------------------------------------------------------------------------------ dialect

    @property
    def dialect(self) -> Dialect:
        """The dialect that this PingCode speaks: as set, else as found, at most a day ago.

        Raises:
            ProtocolError: it knows neither.
        """
        if self._dialect is None:
            if self.settings.dialect != "auto":
                self._dialect = DIALECTS[self.settings.dialect]
            else:
                self._dialect = self._known(self.context.memo.get(self._key("dialect"), self._probe))
        return self._dialect

    def _known(self, kept: JsonValue) -> Dialect:
        return PROJECT if kept == PROJECT.name else PJM

    def _probe(self) -> JsonValue:
        """Ask the newer dialect; only a path that is not there sends us to the older one, which then has to answer."""
        try:
            self._answers(PJM)
        except ProtocolError as error:
            if error.facts.get("status") != 404:
                raise
            self._answers(PROJECT)
            return PROJECT.name
        return PJM.name

    def _answers(self, dialect: Dialect) -> None:
        self.client.get(f"{dialect.root}/projects", _ENVELOPE, params={"page_size": 1})

    def forget(self) -> None:
        """Find the dialect again next time: a path was not there."""
        self.context.memo.drop(self._key("dialect"))

    # -------------------------------------------------------------------------------------------- facts

    def account(self) -> tuple[str, str]:
        """Return id and name of the team that an enterprise token belongs to, or of a user token's person.

        At most a day old. Who may not read that, but may read projects, is known by its client id alone.
        """
        kept = _NAMES.validate_python(self.context.memo.get(self._key("account"), self._ask_account))
        return kept["id"], kept["name"]

    def forget_account(self) -> None:
        """Ask again next time: the credential was refused."""
        self.context.memo.drop(self._key("account"))

    def _ask_account(self) -> JsonValue:
        try:
            if self.settings.grant == "client_credentials":
                team = self.team()
                return {"id": team.id, "name": team.name or team.id}
            user = self.get("/v1/myself", _USER)
            return {"id": user.id, "name": user.display_name or user.name or user.id}
        except ScopeMissing:
            self._answers(self.dialect)
            known = self.settings.client_id or "user token"
            return {"id": known, "name": known}

    def team(self) -> wire.Team:
        """Read the team that the token belongs to."""
        return self.get("/v1/directory/team", _TEAM)

    def projects(self) -> Iterator[wire.Project]:
        """Yield all projects that are not deleted, archived ones too."""
        return self.every(f"{self.dialect.root}/projects", wire.Project, include_archived="true")

    def products(self) -> Iterator[wire.Product]:
        """Yield all products that are not deleted, archived ones too."""
        return self.every("/v1/ship/products", wire.Product, include_archived="true")

    def project(self, project: ProjectId) -> wire.Project:
        """Read one project now.

        Raises:
            NotVisible: it is not there or cannot be seen.
        """
        params = self.dialect.single()
        found = self.get(self.dialect.project(project), _PROJECT, **params)
        return self._seen(found, project)

    def product(self, project: ProjectId) -> wire.Product:
        """Read one product now. Raises as :meth:`project` does."""
        return self._seen(self.get(f"/v1/ship/products/{project.removeprefix(PRODUCT)}", _PRODUCT), project)

    def _seen(self, found: T, project: ProjectId) -> T:
        if isinstance(found, wire.ProjectRef) and found.is_deleted:
            raise NotVisible(connection=self.context.connection, tool="PingCode", thing=project, detail="is_deleted")
        return found

    def project_types(self) -> dict[str, str | None]:
        """Return project id → scrum, kanban, waterfall or hybrid, at most a day old: none changes its type."""

        def load() -> JsonValue:
            return {one.id: one.type for one in self.projects()}

        return _TYPES.validate_python(self.context.memo.get(self._key(_PROJECT_TYPES), load))

    def listed_projects(self) -> dict[ProjectId, wire.Project]:
        """Return all projects as they are now, by id; what :meth:`project_types` keeps is renewed by the way."""
        found = {ProjectId(one.id): one for one in self.projects()}
        self.context.memo.keep(self._key(_PROJECT_TYPES), {id_: one.type for id_, one in found.items()}, ttl=_DAY)
        return found

    def type_names(self, project: str, *, anew: bool = False) -> dict[str, str]:
        """Return id → name of the work item types of *project*, at most a day old unless *anew*."""
        key = self._key(f"types of {project}")
        if anew:
            self.context.memo.drop(key)

        def load() -> JsonValue:
            return {one.id: one.name for one in self.types(project)}

        return _NAMES.validate_python(self.context.memo.get(key, load))

    def stages(self) -> list[wire.State]:
        """Return the stages of releases, at most a day old: they are the team's, the same in every project."""

        def load() -> JsonValue:
            found = self.every(f"{self.dialect.root}/stages", wire.State)
            return [one.model_dump(mode="json", by_alias=True) for one in found]

        return _STAGES.validate_python(self.context.memo.get(self._key("stages"), load))

    def types(self, project: str) -> Iterator[wire.WorkItemType]:
        """Yield the work item types of *project*."""
        return self.every(f"{self.dialect.root}/work_item/types", wire.WorkItemType, project_id=project)

    def properties(self, project: str, type_id: str) -> Iterator[wire.Property]:
        """Yield the properties that work items of *type_id* have in *project*."""
        path = f"{self.dialect.root}/work_item/properties"
        return self.every(path, wire.Property, project_id=project, work_item_type_id=type_id)

    def ship_properties(self, noun: str, product: str) -> Iterator[wire.Property]:
        """Yield the properties of tickets or ideas (*noun*) of *product*."""
        return self.every(f"/v1/ship/{noun}/properties", wire.Property, product_id=product)

    def all_properties(self, project: ProjectId, kind: str) -> list[wire.Property]:
        """Return the properties of every type of *project*, or of *kind* in a product, at most a day old."""

        def load() -> JsonValue:
            if project.startswith(PRODUCT):
                found = list(self.ship_properties(kind, project.removeprefix(PRODUCT)))
            else:
                found = [one for type_ in self.type_names(project) for one in self.properties(project, type_)]
            return [one.model_dump(mode="json", by_alias=True) for one in {one.id: one for one in found}.values()]

        kept = self.context.memo.get(self._key(f"properties of {project} {kind}"), load)
        return _PROPERTIES.validate_python(kept)

    def knows(self, project: ProjectId, kind: str, *, properties: bool) -> bool:
        """Return whether the types of *project*, and the *properties* of *kind* in it, are kept: then none is asked."""
        needed = [f"types of {project}"] if kind == WORK_ITEM else []
        needed += [f"properties of {project} {kind}"] if properties else []
        return all(self.context.memo.kept(self._key(one)) is not None for one in needed)

    def _key(self, what: str) -> str:
        """Return a memo key that another address or application does not share."""
        return f"{what} | {self.settings.base_url} | {self.settings.client_id or ''} | {self.settings.dialect}"
