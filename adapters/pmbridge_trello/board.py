"""One board read whole: in one answer as a rule, in pages where it holds more cards than one answer does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from pmbridge.adapter import Response
from pmbridge.errors import ProtocolError, Unreachable
from pmbridge.records import Group, Listing, Record, Skipped
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello import parse, wire
from pmbridge_trello.classify import TooMuch
from pmbridge_trello.kinds import CARD, CHECK_ITEM, LABEL, LIST
from pmbridge_trello.site import Site
from pmbridge_trello.translate import Asked, CardReader, is_work, label_group, list_group, person
from pmbridge_trello.values import DUE_COMPLETE, FieldReader, Unreadable

LABELS = 1000
"""Labels that Trello gives at most; a board may hold as many."""
_LABELS_UNASKED = 50
"""Labels that it gives to whoever does not ask for more: exactly so many look like a limit that was not heard."""
FEWEST = 50
"""Cards a page below which asking for less is no use."""

HEAD_FIELDS = "name,closed,dateLastActivity,shortUrl"
CARD_FIELDS = ",".join(name for name in wire.Card.__annotations__ if name not in ("id", "customFieldItems"))

_LABEL_LIST = TypeAdapter(list[wire.LabelWire])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one answer of a board brings. ``listings`` come with the last part; ``paged``: it is one of several."""

    name: str
    """The board's."""
    records: tuple[Record, ...]
    listings: tuple[Listing, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    last: bool = True
    paged: bool = False


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """The cards of a board so far."""

    project: ProjectId
    reader: CardReader
    checklists: Mapping[str, Sequence[wire.Checklist]]
    cards: dict[str, str | None] = field(default_factory=dict)
    """id → version, ``None`` of one that could not be read."""
    check_items: dict[str, str | None] = field(default_factory=dict)


class BoardReader:
    """Reads boards for one scope. ``fetch`` may run in any thread, the rest only in the caller's."""

    def __init__(self, site: Site, asked: Asked) -> None:
        self._site, self._asked = site, asked

    # ------------------------------------------------------------------------------------------- asking

    def fetch(self, project: ProjectId) -> Response:
        """Ask for the board with all that it holds, unparsed.

        Raises:
            TooMuch: it is too big for one answer.
            NotVisible: it cannot be seen.
        """
        inside = self._inside() if self._asked.items else {}
        return self._site.fetch(f"/boards/{project}", **self._around(with_fields=self._with_fields), **inside)

    def head(self, project: ProjectId, *, with_fields: bool) -> wire.Board:
        """Return the board without its cards."""
        return self.parsed_head(project, self.fetch_head(project, with_fields=with_fields))

    def fetch_head(self, project: ProjectId, *, with_fields: bool) -> Response:
        """Ask for the board without its cards, unparsed."""
        return self._site.fetch(f"/boards/{project}", **self._around(with_fields=with_fields))

    def parsed_head(self, project: ProjectId, response: Response) -> wire.Board:
        """Return what *response*, the answer to :meth:`fetch_head`, brings."""
        return self._parsed(project, response)[0]

    def _around(self, *, with_fields: bool) -> dict[str, str | int]:
        """What stands around the cards: few, and without it no card can be read."""
        params: dict[str, str | int] = {"fields": HEAD_FIELDS, "lists": "all", "list_fields": "name,closed,pos"}
        if LABEL in self._asked.kinds:
            params |= {"labels": "all", "label_fields": "name,color", "labels_limit": LABELS}
        if self._asked.items:
            params |= {"members": "all", "member_fields": "fullName,username"}
        if with_fields:
            params["customFields"] = "true"
        return params

    def _inside(self) -> dict[str, str | int]:
        params: dict[str, str | int] = {"cards": "all", "card_fields": CARD_FIELDS}
        if self._with_fields:
            params["card_customFieldItems"] = "true"
        if CHECK_ITEM in self._asked.kinds:
            params["checklists"] = "all"
        return params

    @property
    def _with_fields(self) -> bool:
        return bool(set(self._asked.fields) - {DUE_COMPLETE})

    # ------------------------------------------------------------------------------------------ reading

    def parts(self, project: ProjectId, response: Response) -> Iterator[Part]:
        """Yield what *response*, the answer to :meth:`fetch`, brings; page by page where it may have been cut off.

        Raises:
            ProtocolError: an answer of an unknown form.
        """
        board, broken = self._parsed(project, response)
        if not self._asked.items:
            records, listings = self._frame(board)
            yield Part(name=board.name, records=tuple(records), listings=tuple(listings))
            return
        if board.cards is None or (CHECK_ITEM in self._asked.kinds and board.checklists is None):
            raise self._unknown("cards (missing)" if board.cards is None else "checklists (missing)", project)
        if len(board.cards) + sum(id_.kind == CARD for id_, _ in broken) >= self._site.settings.cards_per_request:
            yield from self.pages(project)
            return
        records, listings = self._frame(board)
        gathered = self._gathered(board, board.checklists or ())
        more, skipped = self._translated(gathered, board.cards, broken)
        listings += self._listings(gathered)
        yield Part(name=board.name, records=(*records, *more), listings=tuple(listings), skipped=tuple(skipped))

    def pages(self, project: ProjectId) -> Iterator[Part]:
        """Yield the board in several answers: what stands around its cards, its checklists, its cards from new to old.

        Raises:
            ProtocolError: an answer of an unknown form, or more cards of one second than a page holds.
            Unreachable: Trello does not manage even few cards at a time.
        """
        site, records = self._site, list[Record]()
        board = self.head(project, with_fields=self._with_fields)
        frame, listings = self._frame(board)
        lists: list[wire.Checklist] = []
        broken: list[parse.Unread] = []
        if CHECK_ITEM in self._asked.kinds:
            lists, broken = parse.checklists(site.client, site.fetch(f"/boards/{project}/checklists"))
        gathered = self._gathered(board, lists)
        records += frame
        for cards, unreadable, last in self._card_pages(project):
            more, skipped = self._translated(gathered, cards, [*unreadable, *broken])
            records, broken = [*records, *more], []
            yield Part(
                name=board.name,
                records=tuple(records),
                listings=(*listings, *self._listings(gathered)) if last else (),
                skipped=tuple(skipped),
                last=last,
                paged=True,
            )
            records = []

    def _card_pages(self, project: ProjectId) -> Iterator[tuple[list[wire.Card], list[parse.Unread], bool]]:
        """Yield the cards of a board, each once, and with each page whether it is the last.

        Trello pages by the time of creation, which an id tells to the second, and not in the order of the ids. The next
        page therefore begins one second *after* the oldest card of this one: whether a bound is meant to the second or
        to the card, none is passed over, and what comes twice is dropped.
        """
        limit, before = self._site.settings.cards_per_request, ""
        seen: set[str] = set()
        while True:
            try:
                response = self._site.fetch(f"/boards/{project}/cards", **self._page(limit, before))
            except TooMuch as error:
                limit = self._fewer(limit, error)
                continue
            cards, broken = parse.cards(self._site.client, response)
            fresh = [one for one in cards if one["id"] not in seen]
            unread = [one for one in broken if one[0].external_id not in seen]
            ids = [one["id"] for one in cards] + [id_.external_id for id_, _ in broken]
            seen.update(ids)
            last = len(ids) < limit
            yield fresh, unread, last
            if last:
                return
            oldest = min(int(one[:8], 16) for one in ids)
            following = f"{oldest + 1:08x}{'0' * 16}"
            if following == before:
                raise self._unknown(f"more than {limit} cards made in one second", project)
            before = following

    def _page(self, limit: int, before: str) -> dict[str, str | int]:
        params: dict[str, str | int] = {"filter": "all", "fields": CARD_FIELDS, "limit": limit}
        if self._with_fields:
            params["customFieldItems"] = "true"
        return params | ({"before": before} if before else {})

    def _fewer(self, limit: int, error: TooMuch) -> int:
        if limit <= FEWEST:
            raise Unreachable(
                connection=self._site.context.connection, tool="Trello", why=f"http {error.facts.get('status')}"
            ) from None
        return max(FEWEST, limit // 2)

    # -------------------------------------------------------------------------------------- translating

    def _frame(self, board: wire.Board) -> tuple[list[Record], list[Listing]]:
        """Return the groups and people of *board*, and which groups there are."""
        kinds, project, closed = self._asked.kinds, ProjectId(board.id), bool(board.closed)
        records: list[Record] = []
        listings = []
        if LIST in kinds:
            lists = [list_group(one, board.id, closed=closed) for one in board.lists]
            listings.append(_listing(project, LIST, lists))
            records += lists
        if LABEL in kinds:
            labels = [label_group(one, board.id, closed=closed) for one in board.labels or ()]
            if len(labels) < LABELS:  # there may be more that were not told
                listings.append(_listing(project, LABEL, labels))
            records += labels
        if self._asked.items:
            records += [person(one) for one in board.members or ()]
        return records, listings

    def _parsed(self, project: ProjectId, response: Response) -> tuple[wire.Board, list[parse.Unread]]:
        board, broken = parse.board(self._site.client, response)
        if board.id != project:
            raise self._unknown("id (of another board)", project)
        return self._with_all_labels(board), broken

    def _with_all_labels(self, board: wire.Board) -> wire.Board:
        if LABEL not in self._asked.kinds:
            return board
        if board.labels is None:
            raise self._unknown("labels (missing)", ProjectId(board.id))
        if len(board.labels) != _LABELS_UNASKED:
            return board
        labels = self._site.get(f"/boards/{board.id}/labels", _LABEL_LIST, fields="name,color", limit=LABELS)
        return board.model_copy(update={"labels": labels})

    def _gathered(self, board: wire.Board, checklists: Sequence[wire.Checklist]) -> _Gathered:
        by_card: dict[str, list[wire.Checklist]] = {}
        for one in checklists:
            by_card.setdefault(one.idCard, []).append(one)
        reader = CardReader(
            self._asked,
            lists={one.id: one for one in board.lists},
            closed=bool(board.closed),
            fields=FieldReader(board.customFields or ()),
        )
        return _Gathered(project=ProjectId(board.id), reader=reader, checklists=by_card)

    def _translated(
        self, gathered: _Gathered, cards: Sequence[wire.Card], broken: Sequence[parse.Unread]
    ) -> tuple[list[Record], list[Skipped]]:
        found: list[Record] = []
        skipped = [self._unreadable(gathered, id_, where) for id_, where in broken]
        with_cards = CARD in self._asked.kinds
        for card in cards:
            if not is_work(card):
                continue
            if with_cards:
                try:
                    item = gathered.reader.card(card)
                except Unreadable as error:
                    unread = RecordId(kind=CARD, external_id=card["id"])
                    skipped.append(self._unreadable(gathered, unread, error.field))
                else:
                    gathered.cards[card["id"]] = item.version
                    found.append(item)
            for checklist in gathered.checklists.get(card["id"], ()):
                items = list(gathered.reader.check_items(checklist, card))
                gathered.check_items |= {one.id.external_id: one.version for one in items}
                found += items
        return found, skipped

    def _unreadable(self, gathered: _Gathered, id_: RecordId, where: str) -> Skipped:
        # It is there all the same: a listing without it would make it vanish.
        (gathered.cards if id_.kind == CARD else gathered.check_items)[id_.external_id] = None
        return Skipped(project=gathered.project, id=id_, error=self._unknown(where, id_))

    def _listings(self, gathered: _Gathered) -> list[Listing]:
        found = {CARD: gathered.cards, CHECK_ITEM: gathered.check_items}
        return [
            Listing(project=gathered.project, kind=kind, ids=ids)
            for kind, ids in found.items()
            if kind in self._asked.kinds
        ]

    def _unknown(self, where: str, what: ProjectId | RecordId) -> ProtocolError:
        call = f"{what.kind} {what.external_id}" if isinstance(what, RecordId) else f"board {what}"
        return ProtocolError(connection=self._site.context.connection, tool="Trello", field=where, call=call)


def _listing(project: ProjectId, kind: str, groups: Sequence[Group]) -> Listing:
    return Listing(project=project, kind=kind, ids={one.id.external_id: one.version for one in groups})
