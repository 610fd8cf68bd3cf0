"""Routes that change cards and what hangs on them, refused where Trello refuses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pmbridge_trello.sandbox_cards import found_checklist, shown
from pmbridge_trello.sandbox_http import NOT_FOUND, ROUTES, Call, Refusal
from pmbridge_trello.sandbox_ledger import is_id
from pmbridge_trello.sandbox_render import Json, value
from pmbridge_trello.sandbox_state import Board, Card, Checklist, Field, List

LONGEST = 16_384
_FLAGS = {"true": True, "false": False}
_KINDS = {"text": "text", "number": "number", "date": "date", "checkbox": "checked"}


def _wrong(name: str) -> Refusal:
    return Refusal(400, f"invalid value for {name}")


def _line(call: Call, name: str) -> str:
    said = call.text(name)
    if said is None or not 1 <= len(said.strip()) <= LONGEST:
        raise _wrong(name)
    return said


def _moment(call: Call, name: str) -> datetime | None:
    said = call.text(name)
    if said in (None, "", "null"):
        return None
    return _parsed(str(said), name)


def _parsed(said: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise _wrong(name) from None
    if found.tzinfo is None:
        raise _wrong(name)
    return found


def _flag(call: Call, name: str) -> bool:
    said = (call.text(name) or "").lower()
    if said not in _FLAGS:
        raise _wrong(name)
    return _FLAGS[said]


def _list(call: Call, board: Board | None = None) -> List:
    said = call.text("idList") or ""
    found = call.store.lists.get(said) if is_id(said) else None
    if found is None or (board is not None and found.board != board.id):
        raise _wrong("idList")
    call.board(found.board)
    return found


def _ids(call: Call, name: str, known: Mapping[str, Any]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(call.words(name, "")))
    if any(one not in known for one in found):
        raise _wrong(name)
    return found


def _changes(call: Call, board: Board) -> dict[str, Any]:
    """Return what a request wants a card to be; every value is looked at before anything is changed."""
    found: dict[str, Any] = {}
    if "name" in call.args:
        found["name"] = _line(call, "name")
    if "desc" in call.args:
        found["desc"] = call.text("desc") or ""
        if len(found["desc"]) > LONGEST:
            raise _wrong("desc")
    for name in ("due", "start"):
        if name in call.args:
            found[name] = _moment(call, name)
    if "dueComplete" in call.args:
        found["due_complete"] = _flag(call, "dueComplete")
    if "idLabels" in call.args:
        labels = {one.id: one for one in call.store.labels_of(board)}
        found["labels"] = _ids(call, "idLabels", labels)
    if "idMembers" in call.args:
        found["members"] = _ids(call, "idMembers", dict.fromkeys(board.members))
    return found


# ------------------------------------------------------------------------------------------------------ cards


@ROUTES.on("/cards", method="POST")
def create_card(call: Call) -> object:
    in_list = _list(call)
    changes = _changes(call, call.store.boards[in_list.board])
    made = call.store.add_card(in_list, changes.pop("name", ""), **changes)
    return {**shown(call, made, None), "attachments": [], "stickers": [], "limits": {}}


@ROUTES.on("/cards/<id_>", method="PUT")
def edit_card(call: Call, id_: str) -> object:
    card = call.card(id_)
    board = call.store.boards[card.board]
    changes = _changes(call, board)
    if "closed" in call.args:
        changes["closed"] = _flag(call, "closed")
    if "idList" in call.args:
        changes["in_list"] = _list(call, board).id
    call.store.edit_card(card, **changes)
    return shown(call, card, None)


@ROUTES.on("/cards/<id_>/<field>", method="PUT")
def edit_member(call: Call, id_: str, field: str) -> object:
    """Change one member of a card, as old clients do: no paper of today has this route."""
    if field not in ("name", "desc", "due", "start", "dueComplete", "closed", "idList", "idLabels", "idMembers"):
        raise Refusal(404, f"Cannot PUT {call.path}")
    call.args.setlist(field, [call.text("value") or ""])
    return edit_card(call, id_)


@ROUTES.on("/cards/<id_>/idLabels", method="POST")
def label_card(call: Call, id_: str) -> object:
    card, label = call.card(id_), call.text("value") or ""
    if label not in {one.id for one in call.store.labels_of(call.store.boards[card.board])}:
        raise _wrong("value")
    if label in card.labels:
        raise Refusal(400, "that label is already on the card")
    call.store.edit_card(card, labels=(*card.labels, label))
    return list(card.labels)


@ROUTES.on("/cards/<id_>/idLabels/<label>", method="DELETE")
def unlabel_card(call: Call, id_: str, label: str) -> object:
    card = call.card(id_)
    if label not in card.labels:
        raise Refusal(404, NOT_FOUND)
    call.store.edit_card(card, labels=tuple(one for one in card.labels if one != label))
    return {"_value": None}


@ROUTES.on("/cards/<id_>/actions/comments", method="POST")
def comment(call: Call, id_: str) -> object:
    card = call.card(id_)
    made = call.store.comment(card, _line(call, "text"))
    return call.shapes.whole_action(call.store.ledger.actions[made], None, creator=True, member=True)


@ROUTES.on("/cards/<id_>/attachments", method="POST")
def attach(call: Call, id_: str) -> object:
    card, url = call.card(id_), call.text("url") or ""
    if not url.startswith(("http://", "https://")):
        raise _wrong("url")
    name = call.text("name") or url
    if len(name) > 256:
        raise _wrong("name")
    call.store.attach(card, url, name)
    return call.shapes.attachment.show(card.attachments[-1])


# ------------------------------------------------------------------------------------------------- checklists


@ROUTES.on("/checklists", method="POST")
def create_checklist(call: Call) -> object:
    return _new_checklist(call, call.card(call.text("idCard") or ""))


@ROUTES.on("/cards/<id_>/checklists", method="POST")
def create_checklist_on(call: Call, id_: str) -> object:
    return _new_checklist(call, call.card(id_))


def _new_checklist(call: Call, card: Card) -> Json:
    return call.shapes.whole_checklist(call.store.add_checklist(card, _line(call, "name")))


@ROUTES.on("/checklists/<id_>/checkItems", method="POST")
def create_check_item(call: Call, id_: str) -> object:
    checklist = found_checklist(call, id_)
    done = "checked" in call.args and _flag(call, "checked")
    made = call.store.add_check_item(checklist, _line(call, "name"), due=_moment(call, "due"))
    if done:
        call.store.edit_check_item(checklist, made, state="complete")
    return call.shapes.check_item(made, checklist)


@ROUTES.on("/cards/<id_>/checkItem/<item>", method="PUT")
def edit_check_item(call: Call, id_: str, item: str) -> object:
    checklist, found = _item(call.card(id_).checklists, item)
    changes: dict[str, Any] = {}
    if "name" in call.args:
        changes["name"] = _line(call, "name")
    if "state" in call.args:
        said = (call.text("state") or "").lower()
        if said not in ("complete", "incomplete", "true", "false"):
            raise _wrong("state")
        changes["state"] = "complete" if said in ("complete", "true") else "incomplete"
    call.store.edit_check_item(checklist, found, **changes)
    return call.shapes.check_item(found, checklist)


def _item(checklists: Sequence[Checklist], item: str) -> tuple[Checklist, Any]:
    for checklist in checklists:
        for one in checklist.items:
            if one.id == item:
                return checklist, one
    raise Refusal(404, NOT_FOUND)


# ---------------------------------------------------------------------------------------------- custom fields


@ROUTES.on("/cards/<id_>/customField/<field>/item", method="PUT")
def set_value(call: Call, id_: str, field: str) -> object:
    card = call.card(id_)
    known = _field_of(call, card, field)
    call.store.set_value(card, known, _value(known, call.body))
    held = card.values.get(known.id)
    return value(card, known.id, held) if held else {}


@ROUTES.on("/cards/<id_>/customFields", method="PUT")
def set_values(call: Call, id_: str) -> object:
    card = call.card(id_)
    said = call.body.get("customFieldItems")
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise _wrong("customFieldItems")
    pairs = [(known := _field_of(call, card, str(one.get("idCustomField"))), _value(known, one)) for one in said]
    for known, new in pairs:
        call.store.set_value(card, known, new)
    return [value(card, known.id, card.values[known.id]) for known, _ in pairs if known.id in card.values]


def _field_of(call: Call, card: Card, id_: str) -> Field:
    found = call.store.fields.get(id_)
    if found is None or found.board != card.board:
        raise Refusal(400, "invalid custom field")
    return found


def _value(field: Field, said: Mapping[str, Any]) -> object:
    """Return what a request sets *field* to, ``None`` to clear it. Everything is a string there, numbers too."""
    option, held = said.get("idValue"), said.get("value")
    if not option and not held:
        return None
    if field.type == "list":
        text = next((one.text for one in field.options if one.id == option), None)
        if text is None:
            raise _wrong("idValue")
        return text
    if not isinstance(held, Mapping) or set(held) != {_KINDS[field.type]}:
        raise Refusal(400, "Invalid custom field item value.")
    (text,) = held.values()
    if not isinstance(text, str):
        raise Refusal(400, "Invalid custom field item value.")
    match field.type:
        case "number":
            try:
                float(text)
            except ValueError:
                raise Refusal(400, "Invalid custom field item value.") from None
            return text
        case "date":
            return _parsed(text, "value")
        case "checkbox":
            return text == "true"
        case _:
            return text
