"""Trello seen with one credential: who we are there, and the client that asks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, JsonValue, TypeAdapter, ValidationError

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
    side_by_side,
    since,
)
from pmbridge.errors import (
    CredentialRefused,
    NotAuthorized,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    Rejected,
    TransientError,
)
from pmbridge.values import ProjectId
from pmbridge_trello import wire
from pmbridge_trello.classify import MEMBERS, Classifier, pace, rate_key
from pmbridge_trello.settings import Credential, TrelloSettings

T = TypeVar("T")

BATCH = 10
"""Routes that Trello takes in one request."""

_VERSION = "/1"
# Trello allows a token 100 requests in 10 s and an API key 300; a bucket lets its burst and ten seconds of its rate
# pass, here 90. The key is shared with others, who cannot be seen from here: their limit shows in the answers.
_REQUESTS_PER_S, _BURST = 5.0, 40
# 100 requests in 900 s, here 90. We make few; a small burst, because after a refusal a bucket begins empty.
_MEMBERS_PER_S, _MEMBERS_BURST = 80 / 900, 10

_ME = TypeAdapter(wire.Me)
_TOKEN = TypeAdapter(wire.Token)
_RESULTS = TypeAdapter(list[dict[str, JsonValue]])
_RESULT = TypeAdapter(wire.Result)
_HEADS = TypeAdapter(list[wire.BoardHead])
_FIELDS = TypeAdapter(list[wire.CustomField])


class AccountFacts(BaseModel):
    """What the memo keeps of the account."""

    id: str
    name: str
    expiry_known: bool = False
    expires_at: AwareDatetime | None = None
    may_write: bool | None = None


class Site:
    """Trello for one connection. Makes no request before it is asked for something."""

    def __init__(self, settings: TrelloSettings, context: Context) -> None:
        self.settings, self.context = settings, context
        self._credential = Credential(context.secret, settings)
        self._client: HttpClient | None = None
        self._fields: dict[str, list[wire.CustomField]] = {}
        self._classify = Classifier(connection=context.connection, hide=self._credential.hide)

    # ------------------------------------------------------------------------------------------- asking

    @property
    def client(self) -> HttpClient:
        """The client of this credential."""
        if self._client is None:
            settings = self.settings
            base = clean_origin(settings.base_url, insecure_http=settings.insecure_http)
            policy = HttpPolicy(
                origin=base.removesuffix(_VERSION) + _VERSION,
                auth=self._credential,
                classify=self._classify,
                pace=pace,
                rates=(
                    Rate(per_s=settings.rate_per_s or _REQUESTS_PER_S, burst=_BURST),
                    Rate(per_s=_MEMBERS_PER_S, burst=_MEMBERS_BURST, key=MEMBERS),
                ),
                max_wait_s=settings.max_wait_s,
                workers=settings.workers,
                proxy=settings.proxy,
                ca_bundle=settings.ca_bundle,
            )
            self._client = HttpClient(policy, self.context.clock)
        return self._client

    @property
    def traffic(self) -> Traffic:
        """All that was asked so far."""
        return self._client.traffic if self._client else Traffic()

    def fetch(self, path: str, **params: str | int | None) -> Response:
        """Read *path*, unparsed: for the threads of ``in_order``."""
        return self.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))

    def get(self, path: str, into: TypeAdapter[T], **params: str | int | None) -> T:
        """Read *path*."""
        return self.client.parse(self.fetch(path, **params), into).data

    def since(self) -> Callable[[], datetime]:
        """Note the present; see :func:`pmbridge.adapter.since`."""
        return since(self.context.clock, lambda: self.client.server_now())

    def batch(self, routes: Sequence[str]) -> Iterator[tuple[str, Response | PmbridgeError]]:
        """Read *routes*, ten a request, and yield each with its answer, or with the error that is its own.

        A route holds no comma: Trello separates routes by it, and how one would have to be quoted is not documented.

        Raises:
            PmbridgeError: what concerns more than one route: credential, rate, server, or the whole request.
        """
        chunks = [routes[at : at + BATCH] for at in range(0, len(routes), BATCH)]

        def fetch(chunk: Sequence[str]) -> Response:
            # Trello does not say whether a batch counts once or for each of its routes.
            return self.client.fetch("GET", "/batch", call=Call.READ, params={"urls": ",".join(chunk)}, cost=len(chunk))

        for chunk, response in zip(chunks, in_order(fetch, chunks, workers=self.settings.workers), strict=True):
            results = self.client.parse(response, _RESULTS).data
            if len(results) != len(chunk):
                raise self._unknown("a result for each route")
            for route, result in zip(chunk, results, strict=True):
                yield route, self._result(route, result)

    def _result(self, route: str, result: dict[str, JsonValue]) -> Response | PmbridgeError:
        answer = self._answer(route, result)
        error = self._classify(answer)
        if isinstance(error, TransientError | CredentialRefused):
            raise error.with_facts(host=self.settings.base_url, call=f"GET {route.partition('?')[0]}")
        return error or answer

    def _answer(self, route: str, result: dict[str, JsonValue]) -> Response:
        """Return an element of a batch as if it had been asked for alone."""
        plain, data = {"content-type": "text/plain"}, {"content-type": "application/json"}
        if "200" in result:
            return Response(status=200, headers=data, body=json.dumps(result["200"]).encode(), url=route)
        try:
            told = _RESULT.validate_python(result)
        except ValidationError:
            told = wire.Result()
        if told.statusCode is None or told.statusCode < 300:
            raise self._unknown("statusCode of a result")
        return Response(status=told.statusCode, headers=plain, body=(told.message or "").encode(), url=route)

    def _unknown(self, field: str) -> ProtocolError:
        return ProtocolError(connection=self.context.connection, tool="Trello", field=field, call="GET /batch")

    # -------------------------------------------------------------------------------------------- facts

    def account(self) -> AccountFacts:
        """Return who the credential is, at most a day old.

        Raises:
            CredentialRefused: it is not accepted.
        """
        return AccountFacts.model_validate(self.context.memo.get(self._key("account"), self._ask_account))

    def may_write(self) -> bool | None:
        """Return whether the token may write; ``None`` where that was not asked today, or Trello does not tell."""
        kept = self.context.memo.kept(self._key("account"))
        return None if kept is None else AccountFacts.model_validate(kept).may_write

    def forget_account(self) -> None:
        """Ask again next time: the credential was refused."""
        self.context.memo.drop(self._key("account"))

    def _ask_account(self) -> JsonValue:
        _ = self.client  # made before the threads start
        with side_by_side(self.settings.workers) as ask:
            asked_me = ask(lambda: self.get("/members/me", _ME, fields="username,fullName"))
            asked_token = ask(self._token)
            me, token = asked_me(), asked_token()
        facts = AccountFacts(id=me.id, name=me.fullName or me.username or me.id)
        if token is not None:
            facts = facts.model_copy(
                update={
                    "expiry_known": True,
                    "expires_at": token.dateExpires,
                    "may_write": any(one.write for one in token.permissions or ()),
                }
            )
        return facts.model_dump(mode="json")

    def _token(self) -> wire.Token | None:
        """Return expiry and rights of the token; ``None`` where Trello does not tell.

        The one call that names the token in its path: Trello has no other that tells when a token ends, and users
        notice it only when nothing works any more. An access token of OAuth 2 is none of these tokens.
        """
        if self.settings.auth == "bearer":
            return None
        path, secrets = "/tokens/{token}", {"token": self._credential.reveal()}
        try:
            return self.client.get(path, _TOKEN, params={"fields": "dateExpires,permissions"}, secrets=secrets).data
        except (NotAuthorized, Rejected, ProtocolError):  # the account is known; this is only about its token
            return None

    def boards(self, which: str, fields: str) -> list[wire.BoardHead]:
        """Return the boards of the account: ``open`` ones or ``all``."""
        return self.get("/members/me/boards", _HEADS, filter=which, fields=fields)

    def ask_boards(
        self, boards: Collection[ProjectId], field: str
    ) -> Iterator[tuple[ProjectId, Response | PmbridgeError]]:
        """Ask each of *boards* for one field, ten a request."""
        by_route = {f"/boards/{one}?fields={field}": one for one in boards}
        for route, answer in self.batch(list(by_route)):
            yield by_route[route], answer

    def custom_fields(self, board: str) -> list[wire.CustomField]:
        """Return the custom fields of *board*, asked once a run; none of a board that cannot be seen itself."""
        if board not in self._fields:
            try:
                self._fields[board] = self.get(f"/boards/{board}/customFields", _FIELDS)
            except NotVisible:  # a card may be shared where its board is not
                self._fields[board] = []
        return self._fields[board]

    def _key(self, what: str) -> str:
        """Return a memo key that another address or app does not share."""
        return f"{what} | {self.settings.base_url} | {self.settings.api_key or ''}"
