"""Reading records by id, ten a request. An id that Trello does not show is told apart: deleted, or out of sight."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import TypeAdapter

from pmbridge.adapter import Response
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Unsupported
from pmbridge.records import Gone, Item, Record
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello import wire
from pmbridge_trello.kinds import CHECK_ITEM, KINDS, LIST
from pmbridge_trello.site import Site
from pmbridge_trello.translate import Asked, CardReader, is_work, label_group, list_group
from pmbridge_trello.values import DUE_COMPLETE, FieldReader, Unreadable

_CARD = TypeAdapter(wire.CardAlone)
_LIST, _LABEL = TypeAdapter(wire.ListWire), TypeAdapter(wire.LabelWire)
_CLOSED = TypeAdapter(wire.Closed)


class RecordReader:
    """Answers for single records what a pull with the same *asked* would show of them."""

    def __init__(self, site: Site, asked: Asked) -> None:
        self._site, self._asked = site, asked
        self._failures: list[PmbridgeError] = []

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield one answer per id.

        Raises:
            ProtocolError: a record is of an unknown form; raised after the answers for all others.
            Unsupported: a kind that cannot be read by id.
        """
        for one in ids:
            if one.kind not in KINDS:
                raise Unsupported(
                    connection=self._site.context.connection, tool="Trello",
                    detail=f"reading {one.kind}", detail_zh=f"读取 {one.kind}",
                )  # fmt: skip
        wanted = list(dict.fromkeys(ids))
        yield from self._items([one for one in wanted if KINDS[one.kind].shape == "item"])
        yield from self._groups([one for one in wanted if KINDS[one.kind].shape == "group"])
        if self._failures:
            raise self._failures[0]

    # -------------------------------------------------------------------------------------------- cards

    def _items(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield cards, and check items by way of the cards that they hang on."""
        wanted: dict[str, list[RecordId]] = {}
        for one in ids:
            wanted.setdefault(one.external_id.partition("/")[0], []).append(one)
        routes = {_card_route(id_, ids): ids for id_, ids in wanted.items()}
        for route, answer in self._site.batch(list(routes)):
            for one, found in self._answers(routes[route], answer):
                if isinstance(found, PmbridgeError):
                    self._fail(one, found)
                else:
                    yield found

    def _answers(
        self, ids: Sequence[RecordId], answer: Response | PmbridgeError
    ) -> Iterator[tuple[RecordId, Record | Gone | PmbridgeError]]:
        """Yield what *answer*, a card, says about each of *ids*: the card itself, items of it, or both."""
        if isinstance(answer, PmbridgeError):
            yield from ((one, _gone(one, answer)) for one in ids)
            return
        try:
            card = self._site.client.parse(answer, _CARD).data
            self._check(ids[0].external_id.partition("/")[0], card["id"])
        except ProtocolError as error:
            yield from ((one, error) for one in ids)
            return
        if not is_work(card):
            yield from ((one, Gone(id=one, why="absent")) for one in ids)
            return
        reader = self._reader(card)
        checklists = card.get("checklists") or ()
        found = {one.id: one for checklist in checklists for one in reader.check_items(checklist, card)}
        for one in ids:
            if one.kind == CHECK_ITEM:
                yield one, found.get(one) or Gone(id=one, why="deleted")
            else:
                yield one, self._card(reader, card)

    def _card(self, reader: CardReader, card: wire.Card) -> Item | ProtocolError:
        try:
            return reader.card(card)
        except Unreadable as error:
            return ProtocolError(connection=self._site.context.connection, tool="Trello", field=error.field)

    def _reader(self, card: wire.CardAlone) -> CardReader:
        place, board = card.get("list"), card.get("board")
        lists = {place.id: place} if place else {}
        return CardReader(self._asked, lists=lists, closed=bool(board and board.closed), fields=self._options(card))

    def _options(self, card: wire.Card) -> FieldReader:
        """Return what names the options that *card* has chosen, if it has chosen any that is asked for."""
        named = set(self._asked.fields) - {DUE_COMPLETE}
        items = card.get("customFieldItems") or ()
        chosen = any(one.get("idValue") and one["idCustomField"] in named for one in items)
        return FieldReader(self._site.custom_fields(card["idBoard"]) if chosen else ())

    # ------------------------------------------------------------------------------------------- groups

    def _groups(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        """Yield lists and labels. Whether they are archived, their boards have a say in."""
        found: list[tuple[RecordId, wire.ListWire | wire.LabelWire, str]] = []
        routes = {f"/{one.kind}s/{one.external_id}": one for one in ids}
        for route, answer in self._site.batch(list(routes)):
            one = routes[route]
            told = _gone(one, answer) if isinstance(answer, PmbridgeError) else self._told(one, answer)
            if isinstance(told, Gone):
                yield told
            elif isinstance(told, PmbridgeError):
                self._fail(one, told)
            elif told.idBoard is None:
                self._fail(one, ProtocolError(field="idBoard (missing)"))
            else:
                found.append((one, told, told.idBoard))
        closed = self._closed({board for _, _, board in found})
        for _, told, board in found:
            if isinstance(told, wire.ListWire):
                yield list_group(told, board, closed=closed[board])
            else:
                yield label_group(told, board, closed=closed[board])

    def _told(self, one: RecordId, answer: Response) -> wire.ListWire | wire.LabelWire | ProtocolError:
        try:
            found: wire.ListWire | wire.LabelWire
            if one.kind == LIST:
                found = self._site.client.parse(answer, _LIST).data
            else:
                found = self._site.client.parse(answer, _LABEL).data
            self._check(one.external_id, found.id)
        except ProtocolError as error:
            return error
        return found

    def _closed(self, boards: Collection[str]) -> Mapping[str, bool]:
        """Return board → archived; one that cannot be seen itself counts as open."""
        found = dict.fromkeys(boards, False)
        for board, answer in self._site.ask_boards([ProjectId(one) for one in boards], "closed"):
            if isinstance(answer, Response):
                found[board] = bool(self._site.client.parse(answer, _CLOSED).data.closed)
        return found

    def _check(self, asked: str, found: str) -> None:
        """Raise unless *found* is the id asked for: under another id a record would pass for another."""
        if found != asked:
            raise ProtocolError(connection=self._site.context.connection, tool="Trello", field="id (of another record)")

    def _fail(self, one: RecordId, error: PmbridgeError) -> None:
        call = f"{one.kind} {one.external_id}"
        self._failures.append(error.with_facts(connection=self._site.context.connection, tool="Trello", call=call))


def _card_route(id_: str, ids: Sequence[RecordId]) -> str:
    # fields=all: a list of names would need commas, which part the routes of a batch.
    route = f"/cards/{id_}?fields=all&customFieldItems=true&list=true&board=true&board_fields=closed"
    return f"{route}&checklists=all" if any(one.kind == CHECK_ITEM for one in ids) else route


def _gone(one: RecordId, error: PmbridgeError) -> Gone | PmbridgeError:
    """Return what *error* says of a record: 404 is deleted, 401 and 403 hidden."""
    if isinstance(error, NotVisible):
        return Gone(id=one, why="deleted" if error.facts.get("status") == 404 else "hidden")
    return error
