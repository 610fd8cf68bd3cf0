"""What happened in the sandbox's Trello, as its list of actions tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pmbridge_trello.sandbox_state import Action


def instant(at: datetime) -> str:
    """Return a moment as Trello writes it: UTC, milliseconds, ``Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class Ledger:
    """All actions, by id and by board."""

    def __init__(self, new_id: Callable[[datetime], str]) -> None:
        self._new_id = new_id
        self.actions: dict[str, Action] = {}
        self._of_board: dict[str, list[Action]] = {}
        self._of_card: dict[str, list[Action]] = {}

    def write(
        self, kind: str, at: datetime, by: str, board: str, data: dict[str, Any], *,
        card: str | None = None, in_list: str | None = None,
    ) -> str:  # fmt: skip
        """Add an action and return its id."""
        made = Action(id=self._new_id(at), type=kind, at=at, by=by, board=board, card=card, in_list=in_list, data=data)
        self.actions[made.id] = made
        self._of_board.setdefault(board, []).append(made)
        if card:
            self._of_card.setdefault(card, []).append(made)
        return made.id

    def drop(self, id_: str) -> None:
        """Take one action out."""
        action = self.actions.pop(id_)
        self._of_board[action.board].remove(action)
        if action.card:
            self._of_card[action.card].remove(action)

    def forget(self, card: str) -> None:
        """Take out all that happened to a card."""
        for one in list(self._of_card.get(card, ())):
            self.drop(one.id)

    def forget_board(self, board: str) -> None:
        """Take out all that happened on a board."""
        for one in list(self._of_board.get(board, ())):
            self.drop(one.id)

    def of_board(self, board: str) -> list[Action]:
        """Return the actions of a board, newest first."""
        return sorted(self._of_board.get(board, ()), key=_order, reverse=True)

    def of_card(self, card: str) -> list[Action]:
        """Return the actions of a card, on whatever board they happened, newest first."""
        return sorted(self._of_card.get(card, ()), key=_order, reverse=True)

    def comments_on(self, card: str) -> int:
        """Return how many comments a card has."""
        return sum(one.type == "commentCard" for one in self._of_card.get(card, ()))


def _order(action: Action) -> str:
    return action.id  # which begins with the second


def matching(actions: Iterable[Action], wanted: Sequence[str]) -> list[Action]:
    """Return those of the types *wanted*: ``all``, a type's name, or with the field that it changed: ``type:field``."""
    if "all" in wanted:
        return list(actions)
    return [one for one in actions if any(_is(one, name) for name in wanted)]


def _is(action: Action, wanted: str) -> bool:
    kind, _, changed = wanted.partition(":")
    return action.type == kind and (not changed or changed in action.data.get("old", {}))


def between(actions: Iterable[Action], since: str | None, before: str | None) -> list[Action]:
    """Return those made from *since* on and before *before*; each is a moment in ISO 8601 or an action's id.

    Raises:
        ValueError: it is neither.
    """
    found = list(actions)
    if since is not None:
        low = moment(since)
        found = [one for one in found if (one.id > since if is_id(since) else one.at >= low)]
    if before is not None:
        high = moment(before)
        found = [one for one in found if (one.id < before if is_id(before) else one.at < high)]
    return found


def is_id(text: str) -> bool:
    """Return whether *text* is an id: 24 hexadecimal digits."""
    return len(text) == 24 and all(c in "0123456789abcdefABCDEF" for c in text)


def moment(said: str) -> datetime:
    """Return the moment that a date or an id names, an id to the second.

    Raises:
        ValueError: it is neither.
    """
    if is_id(said):
        return datetime.fromtimestamp(int(said[:8], 16), UTC)
    at = datetime.fromisoformat(said.replace(" UTC", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
