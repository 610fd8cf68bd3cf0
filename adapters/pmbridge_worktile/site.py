"""Worktile seen with one credential: the clients that ask it, and what the contract's methods have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import (
    Call,
    Context,
    HttpClient,
    HttpPolicy,
    Rate,
    Response,
    Traffic,
    clean_origin,
    in_order,
    since,
)
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected
from pmbridge.records import Person
from pmbridge.values import ProjectId
from pmbridge_worktile import parse, wire
from pmbridge_worktile.auth import Credential, Nobody
from pmbridge_worktile.classify import Classifier
from pmbridge_worktile.settings import WorktileSettings
from pmbridge_worktile.translate import person

T = TypeVar("T")

BULK = 100
"""Ids in one call: about 2.5 kB of address."""
HUNDRED = 100
"""Projects or members a page."""

# No limit is published. 13 seconds for some 200 requests were seen to pass, 8 at once were seen to be refused.
_REQUESTS_PER_S, _BURST = 10.0, 20

_PAGE = TypeAdapter(wire.Page)
_PROJECT, _MEMBER = TypeAdapter(wire.Project), TypeAdapter(wire.Member)
_KEPT = TypeAdapter(list[wire.Member])


class Site:
    """Worktile for one connection. Makes no request before it is asked for something."""

    def __init__(self, settings: WorktileSettings, context: Context) -> None:
        self.settings, self.context = settings, context
        self._credential = Credential(settings, context, self._for_tokens)
        self._classify = Classifier(connection=context.connection, hide=self._credential.hide)
        self._client: HttpClient | None = None
        self._token_client: HttpClient | None = None

    # ------------------------------------------------------------------------------------------- asking

    @property
    def client(self) -> HttpClient:
        """The client of this credential."""
        if self._client is None:
            self._client = HttpClient(self._policy(self.settings.open_api, self._credential), self.context.clock)
        return self._client

    def _for_tokens(self) -> HttpClient:
        if self._token_client is None:
            tenant = self.settings.auth == "tenant"
            policy = self._policy(self.settings.open_api if tenant else self.settings.oauth, Nobody())
            self._token_client = HttpClient(policy, self.context.clock)
        return self._token_client

    def _policy(self, base: str, auth: Credential | Nobody) -> HttpPolicy:
        settings = self.settings
        return HttpPolicy(
            origin=clean_origin(base, insecure_http=settings.insecure_http),
            auth=auth,
            classify=self._classify,
            rates=(Rate(per_s=settings.rate_per_s or _REQUESTS_PER_S, burst=_BURST),),
            max_wait_s=settings.max_wait_s,
            attempts=4,
            workers=settings.workers,
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
        )

    @property
    def traffic(self) -> Traffic:
        """All that was asked so far, tokens too."""
        return sum((one.traffic for one in (self._client, self._token_client) if one), Traffic())

    def fetch(self, path: str, **params: str | int | None) -> Response:
        """Read *path* under the team's API, unparsed: for the threads of ``in_order``."""
        return self.client.fetch("GET", path, call=Call.READ, params=params)

    def since(self) -> Callable[[], datetime]:
        """Note the present; see :func:`pmbridge.adapter.since`."""
        return since(self.context.clock, lambda: self.client.server_now())

    def unknown(self, field: str, call: str) -> ProtocolError:
        """Return the error for an answer of an unknown form."""
        return ProtocolError(connection=self.context.connection, tool="Worktile", field=field, call=call)

    def _rows(self, path: str, size: int) -> Iterator[wire.Page]:
        """Yield the pages of a list, from page 0 to the last.

        Raises:
            ProtocolError: a list without end.
        """
        index, before = 0, list[JsonValue]()
        while True:
            page = self.client.parse(self.fetch(path, page_index=index, page_size=size), _PAGE).data
            if not page.rows:
                return
            if page.rows == before:  # whoever does not turn pages gives the first one for ever
                if page.has_more:
                    raise self.unknown("has_more (and nothing new)", path)
                return
            yield page
            if page.has_more is False:
                return
            index, before = index + 1, page.rows

    # --------------------------------------------------------------------------------------------- tasks

    def task_pages(self, project: ProjectId) -> Iterator[parse.Tasks]:
        """Yield the pages of a project's list of tasks (V1: without properties), each row as it came.

        Raises:
            ProtocolError: an answer of an unknown form, or a list without end.
        """
        path, index = "/mission/get-project-tasks-by-page", 0
        seen: set[str] = set()
        while True:
            response = self.fetch(path, project_id=project, page_index=index, page_size=self.settings.page_size)
            page = parse.task_page(self.client, response)
            yield page
            ids = set(page.ids)
            if not ids or page.has_more is False:
                return
            if page.has_more and ids <= seen:
                raise self.unknown("has_more (and nothing new)", path)
            if ids <= seen or (page.has_more is None and page.total is not None and len(seen | ids) >= page.total):
                return
            seen |= ids
            index += 1

    def tasks(self, ids: Sequence[str], keys: str) -> Iterator[parse.Tasks]:
        """Yield the tasks *ids* with the properties *keys*, 100 a request and in order; what is not there is missing.

        Raises:
            PmbridgeError: any error: it never passes for a missing task.
        """
        chunks = [ids[at : at + BULK] for at in range(0, len(ids), BULK)]
        yield from in_order(lambda chunk: self._bulk(chunk, keys), chunks, workers=self.settings.workers)

    def _bulk(self, ids: Sequence[str], keys: str) -> parse.Tasks:
        """Return what there is of *ids*.

        How many ids an answer takes is not published, and too many may be cut off in silence. So what is missing is
        asked for again as long as that brings something.
        """
        told = parse.Tasks(sound=[], broken=[])
        left = list(ids)
        while left:
            found = parse.task_list(
                self.client, self.fetch("/mission/get-tasks-by-ids", task_ids=",".join(left), fields=keys)
            )
            wanted = set(left)
            told.sound.extend(one for one in found.sound if one.id in wanted)
            told.broken.extend(one for one in found.broken if one.id in wanted)
            rest = [one for one in left if one not in set(found.ids)]
            if len(rest) == len(left):
                break
            left = rest
        return told

    # ------------------------------------------------------------------------------------------ projects

    def projects(self) -> Iterator[wire.Project]:
        """Yield the projects that the credential sees, in Worktile's order."""
        path = "/mission/get-projects-by-page"
        seen: set[str] = set()
        for page in self._rows(path, HUNDRED):
            rows = [one for one in parse.each(page.rows, _PROJECT, path) if one.id not in seen]
            seen.update(one.id for one in rows)
            yield from rows

    def see_one(self) -> None:
        """Ask for one project, at most once a day: whether the token is good for anything.

        Raises:
            CredentialRefused: it is not.
        """

        def load() -> JsonValue:
            self.client.parse(self.fetch("/mission/get-projects-by-page", page_index=0, page_size=1), _PAGE)
            return True

        self.context.memo.get(self._key("sees"), load)

    def doubt(self) -> None:
        """Ask again next time: the credential was refused."""
        self.context.memo.drop(self._key("sees"))

    @property
    def marker_lost(self) -> bool:
        """Whether a task that we made came back without its marker, where the settings put it now."""
        return self.context.memo.kept(self._marker_key) == "lost"

    def lose_marker(self) -> None:
        """Remember that it did: the next task is made by a person, or with another setting."""
        self.context.memo.keep(self._marker_key, "lost")

    @property
    def _marker_key(self) -> str:
        return self._key(f"marker in {self.settings.marker}")

    def _key(self, what: str) -> str:
        """Return a memo key that another address or application does not share."""
        return f"{what} | {self.settings.open_api} | {self.settings.client_id}"

    def sees(self, project: ProjectId) -> bool:
        """Return whether the credential sees *project* now."""
        return self.sight()(project)

    def sight(self) -> Callable[[ProjectId], bool]:
        """Return a function that says whether the credential sees a project; it lists them once, when first asked."""
        listed = cache(lambda: frozenset(one.id for one in self.projects()))
        return lambda project: project in listed()

    # -------------------------------------------------------------------------------------------- people

    def people(self, uids: Collection[str], project: ProjectId | None) -> Iterator[Person]:
        """Yield those of *uids* whose names are known.

        The list of members lacks some people that tasks name; the second list of tasks (V2) refers to them. Both are
        asked for at most once a day, the second only when somebody is missing.
        """
        if not uids:
            return
        known = self._members()
        if project is not None and not set(uids) <= set(known):
            known = {**self._referred_to(project), **known}
        for uid in sorted(uids):
            if (one := known.get(uid)) is not None:
                yield person(one)

    def _members(self) -> Mapping[str, wire.Member]:
        return self._remembered("members", self._ask_members)

    def _referred_to(self, project: ProjectId) -> Mapping[str, wire.Member]:
        return self._remembered(f"people of {project}", lambda: self._ask_references(project))

    def _remembered(self, what: str, ask: Callable[[], list[wire.Member]]) -> Mapping[str, wire.Member]:
        def load() -> JsonValue:
            try:
                members = ask()
            except (NotVisible, Rejected, ProtocolError) as error:
                # Only names: the application may not see the address book, or the second list be older than the server.
                self.context.log.warning("%s cannot be read, their names are not told: %s", what, error)
                members = []
            kept: JsonValue = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in members]
            return kept

        kept = self.context.memo.get(self._key(what), load)
        return {one.uid: one for one in _KEPT.validate_python(kept)}

    def _ask_members(self) -> list[wire.Member]:
        path = "/contact/get-members-by-page"
        found: dict[str, wire.Member] = {}
        for page in self._rows(path, HUNDRED):
            found |= {one.uid: one for one in parse.each(page.rows, _MEMBER, path)}
        return list(found.values())

    def _ask_references(self, project: ProjectId) -> list[wire.Member]:
        path = f"/mission/projects/{project}/tasks"
        found: dict[str, wire.Member] = {}
        seen = 0
        for page in self._rows(path, self.settings.page_size):
            found |= {one.uid: one for one in parse.each(page.users, _MEMBER, path)}
            seen += len(page.rows)
            if page.has_more is None and page.total is not None and seen >= page.total:
                break
        return list(found.values())

    # -------------------------------------------------------------------------------------------- errors

    def of_project(
        self, project: ProjectId, error: PmbridgeError, sees: Callable[[ProjectId], bool] | None = None
    ) -> PmbridgeError:
        """Return what *error*, met in *project*, is: where the project is not among those seen, that is the reason.

        *sees* is the :meth:`sight` of whoever goes through several projects.
        """
        if not isinstance(error, ProtocolError) and not (sees or self.sees)(project):
            error = NotVisible()
        connection = self.context.connection
        return error.with_facts(connection=connection, tool="Worktile", thing=f"{connection}:{project}")
