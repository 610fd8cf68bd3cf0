"""From bytes to wire models, so that one card that cannot be read costs itself and not its board.

Everything is validated as a whole, which costs least; only when that fails is it taken apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from pmbridge.adapter import HttpClient, Response
from pmbridge.errors import ProtocolError
from pmbridge.values import RecordId
from pmbridge_trello import wire
from pmbridge_trello.kinds import CARD
from pmbridge_trello.translate import check_item_id

M = TypeVar("M")

WHOLE_PAGE = 50
"""So many cards, none of them readable, are no bad luck but an answer in an unknown form."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A record that did not validate: which one, and where. Never its value."""

    id: RecordId
    field: str


def board(client: HttpClient, response: Response) -> tuple[wire.Board, list[Broken]]:
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


def cards(client: HttpClient, response: Response) -> tuple[list[wire.Card], list[Broken]]:
    """Return the cards of *response*, and those that could not be read. Raises as :func:`board` does."""
    try:
        return client.parse(response, _CARDS).data, []
    except ProtocolError as whole:
        return _cards(client.parse(response, _ANY).data, whole)


def checklists(client: HttpClient, response: Response) -> tuple[list[wire.Checklist], list[Broken]]:
    """Return the checklists of *response*, and their items that could not be read. Raises as :func:`board` does."""
    try:
        return client.parse(response, _CHECKLISTS).data, []
    except ProtocolError as whole:
        return _checklists(client.parse(response, _ANY).data, whole)


def _cards(values: Sequence[JsonValue], whole: ProtocolError) -> tuple[list[wire.Card], list[Broken]]:
    sound, broken = _each(values, _CARD, whole)
    if len(broken) >= WHOLE_PAGE and not sound:
        raise whole
    return sound, [Broken(id=RecordId(kind=CARD, external_id=id_), field=field) for id_, field in broken]


def _checklists(values: Sequence[JsonValue], whole: ProtocolError) -> tuple[list[wire.Checklist], list[Broken]]:
    try:
        loose = _LOOSE_CHECKLISTS.validate_python(values)
    except ValidationError:
        raise whole from None
    found, broken = [], []
    for one in loose:
        items, bad = _each(one.checkItems, _CHECK_ITEM, whole)
        found.append(wire.Checklist(id=one.id, idCard=one.idCard, checkItems=items))
        broken += [Broken(id=check_item_id(one.idCard, id_), field=field) for id_, field in bad]
    return found, broken


def _each(
    values: Sequence[JsonValue], into: TypeAdapter[M], whole: ProtocolError
) -> tuple[list[M], list[tuple[str, str]]]:
    """Validate *values* one by one; return the sound ones, and id and field of the others.

    Raises:
        ProtocolError: *whole*, where one does not even say which it is.
    """
    sound: list[M] = []
    broken: list[tuple[str, str]] = []
    for value in values:
        try:
            sound.append(into.validate_json(json.dumps(value)))  # as JSON: times are text there, here they are not
        except ValidationError as error:
            broken.append((id_of(value, whole), field_of(error)))
    return sound, broken


def id_of(value: JsonValue, whole: ProtocolError) -> str:
    try:
        return _NAMED.validate_python(value).id if isinstance(value, Mapping) else _refuse(whole)
    except ValidationError:
        raise whole from None


def _refuse(whole: ProtocolError) -> str:
    raise whole


def field_of(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or "body"
    return f"{''.join(c for c in where if c.isprintable())[:120]} ({first['type']})"


class _Named(wire.Model):
    id: wire.Id


_NAMED = TypeAdapter(_Named)
