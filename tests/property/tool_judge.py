"""What a weak tool remembers of people's edits, to judge each write of ours when it lands; values of its fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from pmbridge.records import Item, ToolState
from pmbridge.values import Day, FieldValue, Named, Plain, RecordId

STATES = {"3": "Doing", "4": "Waiting", "5": "Done"}
FIELDS = ("title", "state", "due")


@dataclass
class Entered:
    """A value that a person entered and that nobody on our side has seen in a settlement or taken."""

    value: object
    at: float


@dataclass(frozen=True)
class Race:
    """Our write *uid* landed on a value that a person entered after our look at the record."""

    uid: str
    target: RecordId
    field: str
    lost: object


@dataclass
class Judge:
    """Watches one tool from inside. ``wrong``: what must never happen; ``races``: what cannot be helped."""

    entered: dict[tuple[RecordId, str], Entered] = field(default_factory=dict)
    seen: dict[tuple[RecordId, str], tuple[object, Entered | None]] = field(default_factory=dict)
    looked: dict[RecordId, float] = field(default_factory=dict)
    landed: dict[str, list[RecordId]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    passed: Callable[[RecordId, str], set[object]] = lambda target, name: set()
    """Values that ours went through since both last agreed: a tool that shows one is taken further, by design."""


def value_of(item: Item, name: str) -> object:
    """Return what *item* shows in a field, as a plain value."""
    if name == "state":
        return item.state.id
    return value_of_field(item.due) if name == "due" else item.title


def value_of_field(value: FieldValue | None) -> object:
    """Return a value of a write as a plain one."""
    match value:
        case Plain():
            return value.text
        case Day():
            return value.on
        case Named():
            return value.id
        case _:
            return None


def as_field(name: str, value: object) -> FieldValue | None:
    """Return a plain value as the contract has it."""
    if value is None:
        return None
    if name == "state":
        return Named(id=str(value), name=STATES[str(value)])
    if isinstance(value, date):
        return Day(on=value)
    return Plain(text=str(value))


def with_value(item: Item, name: str, value: object) -> Item:
    """Return *item* with another value in a field."""
    if name == "state":
        return replace(item, state=ToolState(id=str(value), name=STATES[str(value)], category="todo"))
    if name == "due":
        return replace(item, due=Day(on=value) if isinstance(value, date) else None)
    return replace(item, title=str(value))
