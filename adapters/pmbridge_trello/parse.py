"""From bytes to wire models, so that one card that cannot be read costs itself and not its board.

Everything is validated as a whole, which costs least; only when that fails is it taken apart.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import Broken, HttpClient, Response, each_row
from pmbridge.errors import ProtocolError
from pmbridge.values import RecordId
from pmbridge_trello import wire
from pmbridge_trello.kinds import CARD
from pmbridge_trello.translate import check_item_id

M = TypeVar("M")
Unread: TypeAlias = tuple[RecordId, str]
"""A record that did not validate: which one, and where. Never its value."""


class _LooseBoard(wire.BoardFrame):
    cards: list[JsonValue] | None = None
    checklists: list[JsonValue] | None = None


class _LooseChecklist(wire.ChecklistHead):
    checkItems: list[JsonValue]  # noqa: N815 - the vendor's key


_BOARD, _LOOSE_BOARD = TypeAdapter(wire.Board), TypeAdapter(_LooseBoard)
_CARDS, _CARD = TypeAdapter(list[wire.Card]), TypeAdapter(wire.Card)
_CHECKLISTS, _LOOSE_CHECKLISTS = TypeAdapter(list[wire.Checklist]), TypeAdapter(list[_LooseChecklist])
_CHECK_ITEM = TypeAdapter(wire.CheckItem)
_ANY = TypeAdapter(list[JsonValue])
_ID: TypeAdapter[str] = TypeAdapter(wire.Id, config=ConfigDict(coerce_numbers_to_str=True))


def board(client: HttpClient, response: Response) -> tuple[wire.Board, list[Unread]]:
    """Return the board of *response* without what could not be read, and what that was.

    Raises:
        ProtocolError: no board; or a board of many cards none of which can be read.
    """
    try:
        return client.parse(response, _BOARD).data, []
    except ProtocolError as whole:
        loose = client.parse(response, _LOOSE_BOARD).data
        sound, broken = _cards(loose.cards or (), whole)
        checklists, more = _checklists(loose.checklists or (), whole)
        found = dict(loose) | {
            "cards": None if loose.cards is None else sound,
            "checklists": None if loose.checklists is None else checklists,
        }
        return wire.Board.model_construct(**found), broken + more


def cards(client: HttpClient, response: Response) -> tuple[list[wire.Card], list[Unread]]:
    """Return the cards of *response*, and those that could not be read. Raises as :func:`board` does."""
    try:
        return client.parse(response, _CARDS).data, []
    except ProtocolError as whole:
        return _cards(client.parse(response, _ANY).data, whole)


def checklists(client: HttpClient, response: Response) -> tuple[list[wire.Checklist], list[Unread]]:
    """Return the checklists of *response*, and their items that could not be read. Raises as :func:`board` does."""
    try:
        return client.parse(response, _CHECKLISTS).data, []
    except ProtocolError as whole:
        return _checklists(client.parse(response, _ANY).data, whole)


def _cards(values: Sequence[JsonValue], whole: ProtocolError) -> tuple[list[wire.Card], list[Unread]]:
    sound, broken = _each(values, _CARD, whole)
    return sound, [(RecordId(kind=CARD, external_id=one.id), one.field) for one in broken]


def _checklists(values: Sequence[JsonValue], whole: ProtocolError) -> tuple[list[wire.Checklist], list[Unread]]:
    try:
        loose = _LOOSE_CHECKLISTS.validate_python(values)
    except ValidationError:
        raise whole from None
    found, broken = [], []
    for one in loose:
        items, bad = _each(one.checkItems, _CHECK_ITEM, whole)
        found.append(wire.Checklist(id=one.id, idCard=one.idCard, checkItems=items))
        broken += [(check_item_id(one.idCard, item.id), item.field) for item in bad]
    return found, broken


def _each(values: Sequence[JsonValue], into: TypeAdapter[M], whole: ProtocolError) -> tuple[list[M], list[Broken]]:
    """Validate *values* one by one.

    Raises:
        ProtocolError: *whole*, where one does not even say which it is, or none of many can be read.
    """
    # As JSON: times are text there, here they are not.
    with contextlib.suppress(ProtocolError):
        return each_row(values, lambda value: into.validate_json(json.dumps(value)), ids=_ID, call="")
    raise whole
