"""What a mapping of one board may name: its lists (which are its states), labels and custom fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import UTC

from pmbridge.adapter import Response, project_called
from pmbridge.errors import ConfigError, NotVisible, PmbridgeError
from pmbridge.records import KindSchema, ProjectSchema, RemoteProject, StateInfo, Support, ToolState, Verb
from pmbridge.values import Label, ProjectId
from pmbridge_trello import wire
from pmbridge_trello.board import HEAD_FIELDS, LABELS, BoardReader
from pmbridge_trello.kinds import CARD, CHECK_ITEM, KINDS, LABEL, LIST, WRITING
from pmbridge_trello.site import Site
from pmbridge_trello.translate import (
    CARD_TYPE,
    CHECK_ITEM_TYPE,
    COMPLETE,
    INCOMPLETE,
    Asked,
    label_group,
    list_group,
)
from pmbridge_trello.values import COMPLETE_INFO, field_info

_HEAD = f"fields=all&lists=all&labels=all&labels_limit={LABELS}&customFields=true"
"""All of everything: a list of names would need commas, which part the routes of a batch."""

_BOARD = Label(zh="看板", en="board")
_READ_ONLY_TOKEN = Support(level="denied", note=Label(zh="令牌只读（缺少 write）", en="the token lacks write"))


def projects(site: Site) -> Iterator[RemoteProject]:
    """Yield the open boards of the account, in Trello's order."""
    for one in site.boards("open", HEAD_FIELDS):
        yield _remote(one)


def _remote(one: wire.BoardHead) -> RemoteProject:
    return RemoteProject(
        id=ProjectId(one.id),
        key="",  # people know a board by its name
        name=one.name,
        url=one.shortUrl or one.url or "",
        archived=bool(one.closed),
        updated_at=one.dateLastActivity.astimezone(UTC) if one.dateLastActivity else None,
    )


def describe_all(site: Site, texts: Sequence[str]) -> Iterator[ProjectSchema | NotVisible | ConfigError]:
    """Yield the schema of the board that each of *texts* names, in their order, or what is wrong with the name.

    That is ``NotVisible`` for an id that is not there or cannot be seen, ``ConfigError`` for a name that no board has
    (lists the nearest) or several have. Ten boards a request.
    """
    reader = BoardReader(site, Asked(kinds=frozenset(KINDS)))
    by_name = not all(_is_id(text) for text in texts)
    every = site.boards("all", "name,closed,shortUrl") if by_name else []
    found = [_find(site, text, every) for text in texts]
    answers = _heads(site, reader, list(dict.fromkeys(one for one in found if not isinstance(one, ConfigError))))
    told: dict[ProjectId, Response | PmbridgeError] = {}
    for text, id_ in zip(texts, found, strict=True):
        if isinstance(id_, ConfigError):
            yield id_
            continue
        while id_ not in told:
            told.update((next(answers),))
        answer = told[id_]
        if isinstance(answer, Response):
            yield _schema(site, reader.parsed_head(id_, answer))
        elif isinstance(answer, NotVisible):
            yield copy(answer).with_facts(thing=f"{site.context.connection}:{text.strip()}")
        else:
            raise answer


def _heads(
    site: Site, reader: BoardReader, boards: Sequence[ProjectId]
) -> Iterator[tuple[ProjectId, Response | PmbridgeError]]:
    """Yield the boards without their cards, unparsed, in their order."""
    if len(boards) > 1:
        routes = {f"/boards/{one}?{_HEAD}": one for one in boards}
        for route, answer in site.batch(list(routes)):
            yield routes[route], answer
        return
    for one in boards:
        try:
            yield one, reader.fetch_head(one, with_fields=True)
        except NotVisible as error:
            yield one, error


def _schema(site: Site, board: wire.Board) -> ProjectSchema:
    closed = bool(board.closed)
    # The open ones first, from left to right, as people see them.
    lists = sorted(board.lists, key=lambda one: (bool(one.closed), one.pos or 0, one.id))
    states = [StateInfo(state=ToolState(id=one.id, name=one.name)) for one in lists]
    if site.settings.complete_is_done:
        states.append(StateInfo(state=COMPLETE))
    return ProjectSchema(
        project=_remote(board),
        kinds={
            CARD: KindSchema(
                supports=_supports(site, CARD),
                types=(CARD_TYPE,),
                states=tuple(states),
                fields=(*(field_info(one) for one in board.customFields or ()), COMPLETE_INFO),
            ),
            CHECK_ITEM: KindSchema(
                supports=_supports(site, CHECK_ITEM),
                types=(CHECK_ITEM_TYPE,),
                states=(StateInfo(state=INCOMPLETE), StateInfo(state=COMPLETE)),
            ),
            LIST: KindSchema(
                supports=_supports(site, LIST),
                groups=tuple(list_group(one, board.id, closed=closed) for one in lists),
            ),
            LABEL: KindSchema(
                supports=_supports(site, LABEL),
                groups=tuple(label_group(one, board.id, closed=closed) for one in board.labels or ()),
            ),
        },
    )


def _is_id(text: str) -> bool:
    wanted = text.strip()
    return len(wanted) == 24 and all(c in "0123456789abcdefABCDEF" for c in wanted)


def _supports(site: Site, kind: str) -> dict[Verb, Support]:
    """Return what can be done with a kind here: what the code can do, less what the token may not."""
    supports = dict(KINDS[kind].supports)
    if site.may_write() is False:
        supports |= {verb: _READ_ONLY_TOKEN for verb in WRITING if supports.get(verb)}
    return supports


def _find(site: Site, text: str, every: Sequence[wire.BoardHead]) -> ProjectId | ConfigError:
    """Return the board with that id, or with that unique name or short link among *every* one of the account."""
    wanted = text.strip()
    if _is_id(wanted):
        return ProjectId(wanted.lower())
    for one in every:
        if one.shortUrl and one.shortUrl.rpartition("/")[2] == wanted:
            return ProjectId(one.id)
    try:
        return project_called(text, [*map(_remote, every)], connection=site.context.connection, noun=_BOARD).id
    except ConfigError as error:
        return error
