"""What the sandbox's Trello holds, whoever asks and however: boards with all that is on them.

Nothing here knows HTTP. How things change once they are there stands in :mod:`pmbridge_trello.sandbox_store`.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from pmbridge.clock import Clock
from pmbridge_trello.sandbox_ledger import Ledger
from pmbridge_trello.sandbox_state import (
    Board,
    Card,
    Checklist,
    Field,
    FieldType,
    Label,
    List,
    Member,
    Option,
    Permission,
)

F = TypeVar("F", bound=Callable[..., Any])
ORGANIZATION = "650a1b2c3d4e5f6071829301"
STEP = 16384.0
"""What Trello puts between one position and the next."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def alone(method: F) -> F:
    """Keep everybody else out while a method changes the store: requests come from threads of their own."""

    @wraps(method)
    def run(self: Things, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            return method(self, *args, **kwargs)

    return cast("F", run)


class Things:
    """Everything that one Trello holds. ``lock`` is held while a request is answered.

    ``still_lists``: a change of a list does not move its board's ``dateLastActivity``; what does is not documented.
    """

    def __init__(self, clock: Clock, *, still_lists: bool = False) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.still_lists = still_lists
        self.members: dict[str, Member] = {}
        self.boards: dict[str, Board] = {}
        self.lists: dict[str, List] = {}
        self.labels: dict[str, Label] = {}
        self.fields: dict[str, Field] = {}
        self.cards: dict[str, Card] = {}
        self.short_links: dict[str, str] = {}
        self.cards_of: dict[str, dict[str, Card]] = {}
        """Board → its cards by id, oldest first as a rule."""
        self._numbers = itertools.count(1)
        self.ledger = Ledger(self.new_id)
        self.me = self.add_member("王工", username="wanggong")

    # ---------------------------------------------------------------------------------------- making things

    def new_id(self, at: datetime) -> str:
        """Return an id that was made at *at*; of two of one second the later is greater."""
        return f"{int(at.timestamp()):08x}9f3c5a7e1b{next(self._numbers):06x}"

    @alone
    def add_member(self, name: str, *, username: str | None = None) -> Member:
        """Return the member of that name, making one at need."""
        for one in self.members.values():
            if one.name == name:
                return one
        number = len(self.members) + 1
        made = Member(id=f"5e0be1000000000000{number:06x}", username=username or f"member{number}", name=name)
        self.members[made.id] = made
        return made

    @alone
    def add_board(
        self, name: str, *, lists: Sequence[str] = (), members: Collection[str] = (), organization: bool = False,
        permission: Permission = "private", mine: bool = True, at: datetime | None = None,
    ) -> Board:  # fmt: skip
        """Make a board with *lists*. ``mine=False``: the account is not among its members."""
        at = self.moment(at)
        id_ = self.new_id(at)
        people = [*([self.me.id] if mine else []), *members]
        creator = people[0] if people else self.add_member("刘工").id
        made = Board(
            id=id_, name=name, short_link=self._short_link(id_), creator=creator, permission=permission,
            members=people, organization=ORGANIZATION if organization else None,
        )  # fmt: skip
        self.boards[id_] = made
        self.cards_of[id_] = {}
        self.happened(made, at, "createBoard", creator)
        for one in lists:
            self.add_list(made, one, at=at)
        return made

    @alone
    def add_list(self, board: Board, name: str, *, at: datetime | None = None, by: str | None = None) -> List:
        """Add a list to the right of the others."""
        at = self.moment(at)
        last = max((one.pos for one in self.lists_of(board)), default=0.0)
        made = List(id=self.new_id(at), board=board.id, name=name, pos=last + STEP)
        self.lists[made.id] = made
        self.list_happened(made, at, "createList", by, {})
        return made

    @alone
    def add_label(self, board: Board, name: str, color: str | None, *, at: datetime | None = None) -> Label:
        """Add a label; names need not be unique and may be empty."""
        made = Label(id=self.new_id(self.moment(at)), board=board.id, name=name, color=color)
        self.labels[made.id] = made
        return made

    @alone
    def add_field(
        self, board: Board, name: str, kind: FieldType, *, options: Sequence[str] = (), at: datetime | None = None
    ) -> Field:
        """Add a custom field; *options* are those of a list field."""
        at = self.moment(at)
        colors = ("red", "yellow", "green", "none")
        made = Field(
            id=self.new_id(at), board=board.id, name=name, type=kind, pos=STEP * (1 + len(self.fields_of(board))),
            options=tuple(
                Option(id=self.new_id(at), text=text, color=colors[n % 4], pos=STEP * (n + 1))
                for n, text in enumerate(options)
            ),
        )  # fmt: skip
        self.fields[made.id] = made
        return made

    @alone
    def add_card(
        self, in_list: List, name: str, *, at: datetime | None = None, by: str | None = None,
        activity: datetime | None = None, **fields: Any,
    ) -> Card:  # fmt: skip
        """Add a card to the end of a list. *fields* are those of :class:`Card`.

        ``activity``: the card's ``dateLastActivity``, which is older than the card on a board made from a template.
        """
        at = self.moment(at)
        id_ = self.new_id(at)
        board = self.boards[in_list.board]
        board.last_short += 1
        made = Card(
            id=id_, board=board.id, in_list=in_list.id, name=name, id_short=board.last_short,
            short_link=self._short_link(id_), pos=self.last_pos(in_list), activity=activity or at, **fields,
        )  # fmt: skip
        self.cards[id_] = self.cards_of[board.id][id_] = made
        self.card_happened(made, at, "createCard", by, touch=False)
        return made

    # --------------------------------------------------------------------------------------------- looking

    def sees(self, board: Board) -> bool:
        """Return whether the account sees *board*: its own, its organisation's or a public one."""
        return not board.hidden and (self.me.id in board.members or board.permission != "private")

    def lists_of(self, board: Board) -> list[List]:
        """Return the lists of *board* from left to right, archived ones among them."""
        return sorted((one for one in self.lists.values() if one.board == board.id), key=lambda one: one.pos)

    def labels_of(self, board: Board) -> list[Label]:
        """Return the labels of *board*, oldest first."""
        return [one for one in self.labels.values() if one.board == board.id]

    def fields_of(self, board: Board) -> list[Field]:
        """Return the custom fields of *board*."""
        return [one for one in self.fields.values() if one.board == board.id]

    def checklists_of(self, board: Board) -> Iterator[Checklist]:
        """Yield the checklists of all cards on *board*."""
        for card in self.cards_of[board.id].values():
            yield from card.checklists

    # ------------------------------------------------------------------------------------ what changes need

    def moment(self, at: datetime | None) -> datetime:
        """Return *at* or now, to the millisecond, as Trello tells it."""
        at = (at or self.clock.now()).astimezone(UTC)
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def _short_link(self, id_: str) -> str:
        # A step that is prime to the number of links gives each number another one, and none that looks counted.
        number = next(self._numbers) * 15_485_863_001_731 % len(_ALPHABET) ** 8
        text = ""
        for _ in range(8):
            number, digit = divmod(number, len(_ALPHABET))
            text += _ALPHABET[digit]
        self.short_links[text] = id_
        return text

    def last_pos(self, in_list: List) -> float:
        here = self.cards_of[in_list.board].values()
        return max((one.pos for one in here if one.in_list == in_list.id), default=0.0) + STEP

    def touch(self, card: Card, at: datetime) -> None:
        """Move the last activity of a card and its board: on, even if the moment is that of the last one."""
        card.activity = _after(card.activity, at)
        board = self.boards[card.board]
        board.activity = _after(board.activity, at)

    def happened(
        self, board: Board, at: datetime, kind: str, by: str | None, data: Mapping[str, Any] | None = None, *,
        card: str | None = None, in_list: str | None = None, moves: bool = True,
    ) -> str:  # fmt: skip
        about = {"id": board.id, "name": board.name, "shortLink": board.short_link}
        told = dict(data or {})
        told["board"] = about | told.get("board", {})
        if moves:
            board.activity = _after(board.activity, at)
        return self.ledger.write(kind, at, by or self.me.id, board.id, told, card=card, in_list=in_list)

    def list_happened(self, one: List, at: datetime, kind: str, by: str | None, data: Mapping[str, Any]) -> str:
        told = {**data, "list": {"id": one.id, "name": one.name} | data.get("list", {})}
        board = self.boards[one.board]
        return self.happened(board, at, kind, by, told, in_list=one.id, moves=not self.still_lists)

    def card_happened(
        self, card: Card, at: datetime, kind: str, by: str | None, data: Mapping[str, Any] | None = None, *,
        touch: bool = True,
        changed: Mapping[str, Any] | None = None,
    ) -> str:  # fmt: skip
        in_list = self.lists[card.in_list]
        about = {"id": card.id, "name": card.name, "idShort": card.id_short, "shortLink": card.short_link}
        told: dict[str, Any] = {**(data or {}), "card": about | dict(changed or {})}
        if "listAfter" not in told:
            told["list"] = {"id": in_list.id, "name": in_list.name}
        if touch:
            card.activity = _after(card.activity, at)
        return self.happened(self.boards[card.board], at, kind, by, told, card=card.id, in_list=in_list.id)


def _after(before: datetime | None, at: datetime) -> datetime:
    """Return *at*, or the next millisecond after *before*: no two changes are of the same moment."""
    return at if before is None or at > before else before + timedelta(milliseconds=1)
