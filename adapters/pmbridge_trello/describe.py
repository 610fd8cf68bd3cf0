"""What a mapping of one board may name: its lists (which are its states), labels and custom fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from difflib import get_close_matches

from pmbridge.adapter import Response, in_order
from pmbridge.errors import ConfigError, NotVisible
from pmbridge.records import KindSchema, ProjectSchema, RemoteProject, StateInfo, ToolState
from pmbridge.values import ProjectId
from pmbridge_trello import wire
from pmbridge_trello.board import HEAD_FIELDS, BoardReader
from pmbridge_trello.kinds import CARD, CHECK_ITEM, KINDS, LABEL, LIST
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
    (lists the nearest) or several have.
    """
    reader = BoardReader(site, Asked(kinds=frozenset(KINDS)))

    def ask(text: str) -> tuple[ProjectId, Response] | NotVisible | ConfigError:
        try:
            id_ = _find(site, text)
            return id_, reader.fetch_head(id_, with_fields=True)
        except NotVisible as error:
            return error.with_facts(thing=f"{site.context.connection}:{text.strip()}")
        except ConfigError as error:
            return error

    _ = site.client  # made before the threads start
    for answer in in_order(ask, texts, workers=site.settings.workers):
        yield _schema(site, reader.parsed_head(*answer)) if isinstance(answer, tuple) else answer


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
                supports=KINDS[CARD].supports,
                types=(CARD_TYPE,),
                states=tuple(states),
                fields=(*(field_info(one) for one in board.customFields or ()), COMPLETE_INFO),
            ),
            CHECK_ITEM: KindSchema(
                supports=KINDS[CHECK_ITEM].supports,
                types=(CHECK_ITEM_TYPE,),
                states=(StateInfo(state=INCOMPLETE), StateInfo(state=COMPLETE)),
            ),
            LIST: KindSchema(
                supports=KINDS[LIST].supports,
                groups=tuple(list_group(one, board.id, closed=closed) for one in lists),
            ),
            LABEL: KindSchema(
                supports=KINDS[LABEL].supports,
                groups=tuple(label_group(one, board.id, closed=closed) for one in board.labels or ()),
            ),
        },
    )


def _find(site: Site, text: str) -> ProjectId:
    """Return the board with that id, or with that unique name or short link among those of the account."""
    wanted = text.strip()
    if len(wanted) == 24 and all(c in "0123456789abcdefABCDEF" for c in wanted):
        return ProjectId(wanted.lower())
    every = site.boards("all", "name,closed,shortUrl")
    named = [one for one in every if one.name.strip().casefold() == wanted.casefold()]
    # An archived board that is called like an open one is hardly meant.
    named = [one for one in named if not one.closed] or named
    found = named or [one for one in every if one.shortUrl and one.shortUrl.rpartition("/")[2] == wanted]
    if len(found) == 1:
        return ProjectId(found[0].id)
    if found:
        raise _wrong(site, text, "is the name of", "是以下看板共有的名称：", [f"{one.name}|{one.id}" for one in found])
    names = sorted({one.name for one in every if not one.closed})
    near = get_close_matches(wanted, names, n=3, cutoff=0.4) or names[:3]
    raise _wrong(site, text, "is no board here; near:", "不是这里的看板，相近：", near)


def _wrong(site: Site, text: str, en: str, zh: str, candidates: Sequence[str]) -> ConfigError:
    listed, listed_zh = ", ".join(candidates) or "-", "、".join(candidates) or "-"
    problem = f'"{text}" {en} {listed}'
    return ConfigError(
        connection=site.context.connection, n=1, file="pmbridge.toml", problems=problem,
        problems_zh=f"「{text}」{zh}{listed_zh}", faults=(problem,),
    )  # fmt: skip
