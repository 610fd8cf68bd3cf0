"""Writing: each write as exactly one request, after reading no more than what is needed to address it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Call, signed
from pmbridge.errors import NeedsInput, PmbridgeError, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Receipt, Transition, Update, Write
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Flag, Instant, Many, Named, Number, Plain, ProjectId, RecordId, Rich
from pmbridge_trello import wire, wire_writes
from pmbridge_trello.classify import rate_key
from pmbridge_trello.kinds import CARD, CHECK_ITEM, LABEL, LIST
from pmbridge_trello.site import Site
from pmbridge_trello.translate import COMPLETE, INCOMPLETE, check_item_id
from pmbridge_trello.values import DUE_COMPLETE

T = TypeVar("T")
Body = dict[str, JsonValue]

_PREFIX = "field:"
_CLEARED: Body = {"value": "", "idValue": ""}
_LONGEST_NAME = 256
_MADE = TypeAdapter(wire.Ref)
_CARD = TypeAdapter(wire_writes.Made)
_ANY: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_LISTS = TypeAdapter(list[wire.ListWire])
_CHECKLISTS = TypeAdapter(list[wire_writes.ChecklistPlace])
_ATTACHMENTS = TypeAdapter(list[wire_writes.Attached])


class Writer:
    """Writes of one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._zone = ZoneInfo(site.settings.day_zone)

    def push(self, write: Write) -> Receipt:
        """Send *write* once.

        Raises:
            Unsupported: Trello cannot do it; ``url`` leads to where a person can.
            NeedsInput: a create without a title.
            Rejected: Trello refused it; nothing changed.
            Doubtful: it was sent, and nobody knows what became of it.
        """
        try:
            match write:
                case Create(kind="card"):
                    return self._create_card(write)
                case Create(kind="checkitem"):
                    return self._create_check_item(write)
                case Update(target=RecordId(kind="card")):
                    return self._update_card(write)
                case Update(target=RecordId(kind="checkitem")):
                    return self._update_check_item(write)
                case Transition(target=RecordId(kind="card")):
                    return self._move(write)
                case Transition(target=RecordId(kind="checkitem")):
                    return self._tick(write)
                case AddComment(target=RecordId(kind="card"), audience="public"):
                    return self._comment(write)
                case AddComment(target=RecordId(kind="card")):
                    raise self._unsupported("a comment that not everybody sees", "仅部分人可见的评论")
                case AddLink(target=RecordId(kind="card")):
                    return self._link(write)
                case Create():
                    raise self._unsupported(f"creating a {write.kind}", f"新建 {write.kind}")
                case _:
                    raise self._unsupported(f"this of a {write.target.kind}", f"对 {write.target.kind} 的该操作")
        except PmbridgeError as error:
            if isinstance(error, Unsupported) and not error.url:
                error.facts["url"] = self._address(write)
            error.with_facts(connection=self._site.context.connection, tool="Trello")
            raise

    def canonical(self, kind: str, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Trello keeps it: days become moments, long texts Markdown, an unticked box is empty.

        Raises:
            Unsupported: it cannot be written.
        """
        if kind == CHECK_ITEM:
            self._only_title({key: value})
            return value
        if kind != CARD:
            raise self._unsupported(f"writing a {kind}", f"写入 {kind}")
        if key != "title":
            own, fields = self._split({key: value})  # says so where it cannot be written
            self._card_values(own if not fields else {})
        match key, value:
            case (("due" | "start"), Day()):
                return Instant(at=self._moment(key, value))
            case "description", Rich() | Plain():
                text = _long(value).rstrip()
                return Rich(format="markdown", original=text) if text else None
            case _ if key == _PREFIX + DUE_COMPLETE:
                return value if isinstance(value, Flag) else Flag(on=False)
            case _ if key.startswith(_PREFIX):
                return self._canonical_field(key, value)
            case _, Instant():
                return _to_millis(value)
            case _:
                return value

    def _canonical_field(self, key: str, value: FieldValue | None) -> FieldValue | None:
        match value:
            case Flag(on=False) | Plain(text=""):
                return None
            case Day():
                return Instant(at=self._moment(key, value))
            case Instant():
                return _to_millis(value)
            case Number(value=number):
                return Number.spelled(number)
            case _:
                return value

    # -------------------------------------------------------------------------------------------- cards

    def _create_card(self, write: Create) -> Receipt:
        values = {key: value for key, value in write.values.items() if value is not None}
        if not isinstance(values.get("title"), Plain):
            raise NeedsInput(faults={"title": "required"}, wanted={"title": "name"})
        if write.parent is not None:
            raise self._unsupported("a card below a card", "卡片下的卡片")
        own, fields = self._split(values)
        body = self._card_values(own)
        body["desc"] = signed(str(body.get("desc", "")), write.uid)
        labels = [one.external_id for one in write.groups if one.kind == LABEL]
        lists = [one.external_id for one in write.groups if one.kind == LIST]
        body["idList"] = self._list_for(write, lists)
        if labels:
            body["idLabels"] = [*labels]
        if write.state == COMPLETE.id:
            body["dueComplete"] = True
        made = self._once("POST", "/cards", _CARD, body)
        return Receipt(uid=write.uid, id=RecordId(kind=CARD, external_id=made.id), url=made.shortUrl or "", left=fields)

    def _list_for(self, write: Create, named: list[str]) -> str:
        """Return the list for a new card: its state, else its group, else the leftmost open one of the board."""
        if write.state and write.state != COMPLETE.id:
            return write.state
        if named:
            return named[0]
        found = self._site.get(f"/boards/{write.project}/lists", _LISTS, filter="open")
        if not found:
            raise Rejected(faults={"idList": "the board has no open list"})
        return min(found, key=lambda one: (one.pos or 0, one.id)).id

    def _update_card(self, write: Update) -> Receipt:
        own, fields = self._split(write.values)
        card = write.target.external_id
        body = self._card_values(own)
        if "desc" in body and write.marker:
            body["desc"] = signed(str(body["desc"]), write.marker)
        labels = ({one.external_id for one in groups if one.kind == LABEL} for groups in (write.join, write.leave))
        join, leave = labels
        moves = [one.external_id for one in write.join if one.kind == LIST]
        if others := {one.kind for one in (*write.join, *write.leave)} - {LABEL, LIST}:
            raise self._unsupported(f"the {min(others)} of a card", f"卡片的 {min(others)}")
        if moves:
            body["idList"] = moves[0]
        if len(join) + len(leave) == 1 and not body:
            return self._label(write, card, join, leave, fields)
        if join or leave:
            body["idLabels"] = [*sorted((self._labels_of(card) | join) - leave)]
        if body:
            self._once("PUT", f"/cards/{card}", _ANY, body)
            return Receipt(uid=write.uid, id=write.target, left=fields)
        return Receipt(uid=write.uid, id=write.target, left=self._set_fields(card, fields))

    def _label(
        self, write: Update, card: str, join: set[str], leave: set[str], fields: dict[str, FieldValue | None]
    ) -> Receipt:
        """Add or take off one label; the others on the card are not touched, whoever put them there meanwhile."""
        (label,) = join or leave
        if (label in self._labels_of(card)) == bool(join):
            return Receipt(uid=write.uid, id=write.target, left=fields)
        if join:
            self._once("POST", f"/cards/{card}/idLabels", _ANY, {"value": label})
        else:
            self._once("DELETE", f"/cards/{card}/idLabels/{label}", _ANY, None)
        return Receipt(uid=write.uid, id=write.target, left=fields)

    def _labels_of(self, card: str) -> set[str]:
        return set(self._site.get(f"/cards/{card}", _CARD, fields="idLabels").idLabels or ())

    def _set_fields(self, card: str, fields: Mapping[str, FieldValue | None]) -> dict[str, FieldValue | None]:
        """Set custom fields in one request; return those that want another one.

        How several are cleared at once is documented nowhere, so one is cleared at a time.
        """
        sent = {key: self._field_value(key, value) for key, value in fields.items()}
        filled = {key: body for key, body in sent.items() if body != _CLEARED}
        chosen = filled or dict(list(sent.items())[:1])
        if len(chosen) == 1:
            ((key, body),) = chosen.items()
            self._once("PUT", f"/cards/{card}/customField/{key[len(_PREFIX) :]}/item", _ANY, body)
        elif chosen:
            items: list[JsonValue] = [{"idCustomField": key[len(_PREFIX) :], **body} for key, body in chosen.items()]
            self._once("PUT", f"/cards/{card}/customFields", _ANY, {"customFieldItems": items})
        return {key: value for key, value in fields.items() if key not in chosen}

    def _move(self, write: Transition) -> Receipt:
        own, fields = self._split(write.values)
        body = self._card_values(own)
        if write.to == COMPLETE.id:
            body["dueComplete"] = True
        else:
            body["idList"] = write.to
        self._once("PUT", f"/cards/{write.target.external_id}", _ANY, body)
        return Receipt(uid=write.uid, id=write.target, left=fields)

    # -------------------------------------------------------------------------------------- check items

    def _create_check_item(self, write: Create) -> Receipt:
        title = write.values.get("title")
        if not isinstance(title, Plain):
            raise NeedsInput(faults={"title": "required"}, wanted={"title": "name"})
        if write.parent is None:
            raise NeedsInput(faults={"parent": "required"}, wanted={"parent": "card"})
        self._only_title(write.values)
        card = write.parent.external_id
        checklists = self._site.get(f"/cards/{card}/checklists", _CHECKLISTS, fields="pos", checkItems="none")
        if not checklists:
            raise self._unsupported("an item on a card without a checklist", "没有检查清单的卡片上的检查项")
        first = min(checklists, key=lambda one: (one.pos or 0, one.id))
        body: Body = {"name": title.text, "checked": write.state == COMPLETE.id}
        made = self._once("POST", f"/checklists/{first.id}/checkItems", _MADE, body)
        return Receipt(uid=write.uid, id=check_item_id(card, made.id))

    def _update_check_item(self, write: Update) -> Receipt:
        self._only_title(write.values)
        if write.join or write.leave:
            raise self._unsupported("groups of a check item", "检查项的分组")
        title = write.values.get("title")
        if isinstance(title, Plain):
            self._once("PUT", _check_item_path(write.target), _ANY, {"name": title.text})
        return Receipt(uid=write.uid, id=write.target)

    def _tick(self, write: Transition) -> Receipt:
        if write.to not in (COMPLETE.id, INCOMPLETE.id):
            raise Rejected(faults={"state": f"a check item is {COMPLETE.id} or {INCOMPLETE.id}"})
        self._only_title(write.values)
        self._once("PUT", _check_item_path(write.target), _ANY, {"state": write.to})
        return Receipt(uid=write.uid, id=write.target)

    def _only_title(self, values: Mapping[str, FieldValue | None]) -> None:
        for key in values:
            if key != "title":
                # Dates and people of check items belong to paid plans.
                raise self._unsupported(f"writing {key} of a check item", f"写入检查项的 {key}")

    # ------------------------------------------------------------------------------ comments and links

    def _comment(self, write: AddComment) -> Receipt:
        text = signed(as_format(write.body, "markdown").original, write.uid)
        made = self._once("POST", f"/cards/{write.target.external_id}/actions/comments", _MADE, {"text": text})
        return Receipt(uid=write.uid, id=RecordId(kind="comment", external_id=made.id))

    def _link(self, write: AddLink) -> Receipt:
        card = write.target.external_id
        url = write.to if isinstance(write.to, str) else self._url_of(write.to)
        attached = self._site.get(f"/cards/{card}/attachments", _ATTACHMENTS, fields="url")
        if not any(one.url == url for one in attached):
            # It could be attached twice, so it was looked up first.
            name = (write.title or write.relation or url)[:_LONGEST_NAME]
            self._once("POST", f"/cards/{card}/attachments", _ANY, {"url": url, "name": name})
        return Receipt(uid=write.uid, id=write.target)

    def _url_of(self, other: RecordId) -> str:
        if other.kind != CARD:
            raise self._unsupported(f"a link to a {other.kind}", f"指向 {other.kind} 的链接")
        found = self._site.get(f"/cards/{other.external_id}", _CARD, fields="shortUrl")
        return found.shortUrl or f"https://trello.com/c/{other.external_id}"

    # --------------------------------------------------------------------------------------------- values

    def _split(
        self, values: Mapping[str, FieldValue | None]
    ) -> tuple[dict[str, FieldValue | None], dict[str, FieldValue | None]]:
        """Part what a card itself holds from its custom fields, which travel by themselves."""
        fields = {k: v for k, v in values.items() if k.startswith(_PREFIX) and k != _PREFIX + DUE_COMPLETE}
        for key, value in fields.items():
            self._field_value(key, value)  # one that cannot be written is told before anything is
        return {key: value for key, value in values.items() if key not in fields}, fields

    def _card_values(self, values: Mapping[str, FieldValue | None]) -> Body:
        found: Body = {}
        for key, value in values.items():
            match key, value:
                case "title", Plain(text=text) if text.strip():
                    found["name"] = text
                case "description", Rich() | Plain() | None:
                    found["desc"] = "" if value is None else _long(value)
                case (("due" | "start"), Day() | Instant()):
                    found[key] = _told(self._moment(key, value))
                case (("due" | "start"), None):
                    found[key] = None
                case "assignees", Many(items=items):
                    found["idMembers"] = [one.id for one in items]
                case "assignees", None:
                    found["idMembers"] = []
                case _, Flag() | None if key == _PREFIX + DUE_COMPLETE:
                    found["dueComplete"] = value is not None and value.on
                case (("title" | "description" | "due" | "start" | "assignees"), _):
                    raise _wrong(key)
                case _ if key == _PREFIX + DUE_COMPLETE:
                    raise _wrong(key)
                case _:
                    raise self._unsupported(f"writing {key} of a card", f"写入卡片的 {key}")
        return found

    def _field_value(self, key: str, value: FieldValue | None) -> Body:
        """Return a custom field's value as Trello takes it: everything is a string, also a number."""
        match value:
            case None | Flag(on=False) | Plain(text=""):
                return _CLEARED
            case Plain(text=text):
                return {"value": {"text": text}}
            case Number(value=number):
                return {"value": {"number": f"{number:f}"}}
            case Flag():
                return {"value": {"checked": "true"}}
            case Day() | Instant():
                return {"value": {"date": _told(self._moment(key, value))}}
            case Named(id=id_):
                return {"idValue": id_}
            case _:
                raise self._unsupported(f"writing {key} of a card", f"写入卡片的 {key}")

    def _moment(self, key: str, value: Day | Instant) -> datetime:
        """Return the moment that stands for *value*; of a day, the hour at which work begins or ends."""
        if isinstance(value, Instant):
            return value.at
        settings = self._site.settings
        hour = time.fromisoformat(settings.start_at if key == "start" else settings.due_at)
        return datetime.combine(value.on, hour, self._zone)

    # --------------------------------------------------------------------------------------------- parts

    def _once(self, method: str, path: str, into: TypeAdapter[T], body: Body | None) -> T:
        """Send a write that must not be repeated, and return its answer."""
        return self._site.client.send(method, path, into, call=Call.ONCE, json=body, rate=rate_key(path)).data

    def _unsupported(self, en: str, zh: str) -> Unsupported:
        return Unsupported(connection=self._site.context.connection, tool="Trello", detail=en, detail_zh=zh)

    def _address(self, write: Write) -> str:
        """Return where a person can do it: the card, or the board."""
        try:
            if isinstance(write, Create):
                return self._board_url(write.project)
            card = write.target.external_id.partition("/")[0]
            if write.target.kind in (CARD, CHECK_ITEM):
                return self._site.get(f"/cards/{card}", _CARD, fields="shortUrl").shortUrl or ""
        except PmbridgeError:  # the refusal is what counts
            pass
        return "https://trello.com/"

    def _board_url(self, board: ProjectId) -> str:
        return self._site.get(f"/boards/{board}", _CARD, fields="shortUrl").shortUrl or ""


def _check_item_path(id_: RecordId) -> str:
    card, _, item = id_.external_id.partition("/")
    return f"/cards/{card}/checkItem/{item}"


def _long(value: Rich | Plain) -> str:
    if isinstance(value, Plain):
        return as_format(Rich(format="plain", original=value.text), "markdown").original
    return as_format(value, "markdown").original


def _told(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _to_millis(value: Instant) -> Instant:
    return Instant(at=value.at.replace(microsecond=value.at.microsecond // 1000 * 1000))


def _wrong(key: str) -> Rejected:
    return Rejected(tool="Trello", faults={key: "not of the right type"})
