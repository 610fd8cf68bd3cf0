"""Comments and history of the cards that matter, out of the actions of their boards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import Response, first_field, in_order
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected, Unsupported
from pmbridge.records import Change, Comment, Details, Verb, Wanted
from pmbridge.values import ProjectId
from pmbridge_trello import wire
from pmbridge_trello.history import CHANGE_ACTIONS, COMMENT_ACTIONS, LogReader, comment
from pmbridge_trello.kinds import CARD
from pmbridge_trello.site import Site
from pmbridge_trello.translate import created_at
from pmbridge_trello.values import FieldReader, Unreadable

PAGE = 1000
"""Actions that Trello gives at most; unasked, 50."""
_ACTIONS_OF = {Verb.COMMENTS: COMMENT_ACTIONS, Verb.HISTORY: CHANGE_ACTIONS}
_ITS_OWN = (NotVisible, Rejected, ProtocolError)

_ACTIONS, _ACTION = TypeAdapter(list[wire.Action]), TypeAdapter(wire.Action)
_ANY = TypeAdapter(list[JsonValue])


class _Named(wire.Model):
    id: wire.Id


_NAMES = TypeAdapter(list[_Named])


@dataclass(slots=True)
class _Feed:
    """The actions of one board, by card and id. ``broken``: card → where one of its actions could not be read."""

    actions: dict[str, dict[str, wire.Action]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


class DetailReader:
    """Reads details of one connection: one feed per board, however many of its cards are wanted."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def read(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield one Details per wanted record, whole, board by board.

        A card that cannot be seen or understood carries its error, and names no part as read.
        """
        since = self._site.since()
        boards: dict[ProjectId, list[Wanted]] = {}
        for one in wanted:
            if one.id.kind == CARD and one.parts & set(_ACTIONS_OF):
                boards.setdefault(one.project, []).append(one)
            else:
                yield self._refused(one, _unsupported(one), since)

        def first(project: ProjectId) -> tuple[ProjectId, Response | PmbridgeError]:
            try:
                return project, self._page(project, boards[project])
            except _ITS_OWN as error:
                return project, error

        for project, answer in in_order(first, boards, workers=self._site.settings.workers):
            yield from self._of_board(project, boards[project], answer, since)

    def _of_board(
        self,
        project: ProjectId,
        wanted: Sequence[Wanted],
        first: Response | PmbridgeError,
        since: Callable[[], datetime],
    ) -> Iterator[Details]:
        try:
            if isinstance(first, PmbridgeError):
                raise first
            feed = self._feed(project, wanted, first)
            log = LogReader(self._options(project, feed), complete_is_done=self._site.settings.complete_is_done)
        except _ITS_OWN as error:
            yield from (self._refused(one, error, since) for one in wanted)
            return
        for one in wanted:
            yield self._of_card(one, feed, log, since)

    # -------------------------------------------------------------------------------------------- feed

    def _page(self, project: ProjectId, wanted: Sequence[Wanted], before: str | None = None) -> Response:
        """Ask for a page of actions, newest first; none from before the oldest of the cards was made."""
        kinds = sorted({kind for one in wanted for part in one.parts for kind in _ACTIONS_OF.get(part, ())})
        oldest = min(created_at(one.id.external_id) for one in wanted) - timedelta(seconds=1)
        return self._site.fetch(
            f"/boards/{project}/actions",
            filter=",".join(kinds),
            fields="type,date,data,idMemberCreator",
            memberCreator="false",
            member="false",
            since=oldest.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            before=before,
            limit=PAGE,
        )

    def _feed(self, project: ProjectId, wanted: Sequence[Wanted], page: Response) -> _Feed:
        """Follow the pages, from *page* on, and keep what is about a wanted card."""
        feed = _Feed(actions={one.id.external_id: {} for one in wanted})
        seen: set[str] = set()
        while True:
            ids = self._take(page, feed)
            if len(ids) < PAGE or not set(ids) - seen:
                return feed
            seen.update(ids)
            page = self._page(project, wanted, before=ids[-1])

    def _take(self, page: Response, feed: _Feed) -> list[str]:
        """Put the actions of *page* into *feed*; return the ids of all of them, in Trello's order."""
        try:
            actions = self._site.client.parse(page, _ACTIONS).data
            ids = [one.id for one in actions]
        except ProtocolError as whole:
            actions, ids = [], [one.id for one in self._site.client.parse(page, _NAMES).data]
            for value in self._site.client.parse(page, _ANY).data:
                try:
                    actions.append(_ACTION.validate_json(json.dumps(value)))
                except ValidationError as error:
                    feed.broken.setdefault(_card_of(value, whole), first_field(error))
        for action in actions:
            card = action.data.card.id if action.data.card else ""
            if card in feed.actions:
                feed.actions[card][action.id] = action
        return ids

    def _options(self, project: ProjectId, feed: _Feed) -> FieldReader:
        """Return what names the options that the history speaks of, if it speaks of any."""
        chosen = any(
            (one.data.customFieldItem and one.data.customFieldItem.get("idValue"))
            or (one.data.old and one.data.old.idValue)
            for actions in feed.actions.values()
            for one in actions.values()
        )
        return FieldReader(self._site.custom_fields(project) if chosen else ())

    # ------------------------------------------------------------------------------------------ answers

    def _of_card(self, one: Wanted, feed: _Feed, log: LogReader, since: Callable[[], datetime]) -> Details:
        card = one.id.external_id
        if card in feed.broken:
            return self._refused(one, ProtocolError(field=feed.broken[card]), since)
        actions = list(feed.actions[card].values())
        records: list[Comment | Change] = []
        if Verb.COMMENTS in one.parts:
            records += [comment(each, one.id) for each in actions if each.type in COMMENT_ACTIONS]
        if Verb.HISTORY in one.parts:
            try:
                records += log.changes([each for each in actions if each.type in CHANGE_ACTIONS], one.id)
            except Unreadable as error:
                return self._refused(one, ProtocolError(field=error.field), since)
        parts = frozenset(part for part in one.parts if part in _ACTIONS_OF)
        return Details(id=one.id, parts=parts, as_of=since(), records=tuple(records))

    def _refused(self, one: Wanted, error: PmbridgeError, since: Callable[[], datetime]) -> Details:
        connection = self._site.context.connection
        error = error.with_facts(
            connection=connection, tool="Trello", thing=f"{connection}:{one.id}", call=f"actions of {one.id}"
        )
        return Details(id=one.id, parts=frozenset(), as_of=since(), error=error)


def _card_of(action: JsonValue, whole: ProtocolError) -> str:
    """Return the card that an unreadable action is about.

    Raises:
        ProtocolError: *whole*, where even that cannot be told: any card might lack a part of its history.
    """
    data = action.get("data") if isinstance(action, Mapping) else None
    card = data.get("card") if isinstance(data, Mapping) else None
    id_ = card.get("id") if isinstance(card, Mapping) else None
    if not isinstance(id_, str):
        raise whole
    return id_


def _unsupported(one: Wanted) -> Unsupported:
    return Unsupported(tool="Trello", detail=f"details of a {one.id.kind}", detail_zh=f"读取 {one.id.kind} 的详情")
