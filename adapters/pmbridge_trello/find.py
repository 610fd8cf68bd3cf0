"""Looking for what a write of ours has made, when its answer was lost: on its board, and where it went from there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import TypeAdapter

from pmbridge.adapter import split_marker
from pmbridge.errors import Unsupported
from pmbridge.records import AddComment, Comment, Create, Gone, Item, Record, Write
from pmbridge.values import Plain, ProjectId, RecordId
from pmbridge_trello import wire, wire_writes
from pmbridge_trello.history import comment
from pmbridge_trello.kinds import CARD
from pmbridge_trello.read import RecordReader
from pmbridge_trello.site import Site
from pmbridge_trello.translate import check_item_id, created_at

PAGE = 1000
_CARDS = TypeAdapter(list[wire_writes.Described])
_ACTIONS = TypeAdapter(list[wire.Action])
_CHECKLISTS = TypeAdapter(list[wire.Checklist])


class Finder:
    """Finds by the marker, which travels in the text of a card or comment; a check item by its name."""

    def __init__(self, site: Site, reader: RecordReader) -> None:
        self._site, self._reader = site, reader

    def find(self, write: Write, since: datetime) -> list[Record | Gone]:
        """Return what *write* has made since then, oldest first.

        Raises:
            Unsupported: a write that leaves nothing to find.
        """
        match write:
            case Create(kind="card"):
                return self._cards(write, since)
            case Create(kind="checkitem"):
                return self._check_items(write)
            case AddComment(target=RecordId(kind="card")):
                return [one for one in self._comments(write, since) if one.marker == write.uid]
            case _:
                what = type(write).__name__
                raise Unsupported(tool="Trello", detail=f"finding a {what}", detail_zh=f"查找 {what}")

    def _cards(self, write: Create, since: datetime) -> list[Record | Gone]:
        here = self._site.get(
            f"/boards/{write.project}/cards", _CARDS, filter="all", since=_second_of(since), fields="desc", limit=PAGE
        )
        found = [one.id for one in here if split_marker(one.desc or "")[1] == write.uid]
        answers = list(self._reader.read([RecordId(kind=CARD, external_id=one) for one in found]))
        left = self._left_the_board(write.project, since, {one.id for one in here})
        title = write.values.get("title")
        for one in self._reader.read([RecordId(kind=CARD, external_id=id_) for id_ in left]):
            if isinstance(one, Item):
                answers += [one] if one.marker == write.uid else []
            elif isinstance(one, Gone) and isinstance(title, Plain) and left[one.id.external_id] == title.text:
                # Made here since then under that name, and not to be seen any more: it may have been ours.
                answers.append(one)
        return sorted(answers, key=lambda one: str(one.id))

    def _left_the_board(self, board: ProjectId, since: datetime, here: Iterable[str]) -> dict[str, str | None]:
        """Return id → name of the cards that we made on *board* since then and that are not on it any more."""
        known, me = set(here), self._site.account().id
        actions = self._site.get(
            f"/boards/{board}/actions", _ACTIONS, filter="createCard", since=_second_of(since), limit=PAGE,
            fields="type,date,data,idMemberCreator", memberCreator="false", member="false",
        )  # fmt: skip
        made = (one.data.card for one in actions if one.data.card and one.idMemberCreator in (me, None))
        return {card.id: card.name for card in made if card.id not in known}

    def _comments(self, write: AddComment, since: datetime) -> list[Comment]:
        path = f"/cards/{write.target.external_id}/actions"
        actions = self._site.get(path, _ACTIONS, filter="commentCard", since=_second_of(since), limit=PAGE)
        found = [comment(one, write.target) for one in actions]
        return sorted(found, key=lambda one: str(one.id))

    def _check_items(self, write: Create) -> list[Record | Gone]:
        title = write.values.get("title")
        if write.parent is None or not isinstance(title, Plain):
            return []
        card = write.parent.external_id
        checklists = self._site.get(f"/cards/{card}/checklists", _CHECKLISTS)
        named = [one["id"] for each in checklists for one in each.checkItems if one["name"] == title.text]
        found = self._reader.read([check_item_id(card, one) for one in sorted(named, key=created_at)])
        return [one for one in found if isinstance(one, Item)]


def _second_of(at: datetime) -> str:
    """Return the second in which *at* lies: by that Trello tells when a card was made."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
