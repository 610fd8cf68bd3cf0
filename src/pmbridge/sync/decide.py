"""What is to happen to one field that register and tool both hold: each side against its own base.

Pure. A common base, or a comparison after mapping, would turn every mapping that loses something (three states of
ours on two lists) into false conflicts and endless writes; hence the pair of bases, each in its own side's values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from pmbridge.richtext import to_markdown
from pmbridge.values import FieldValue, Many, Named, Rich

Owner = Literal["register", "tool", "shared"]
"""Whose word counts: a field of the tool's is never written, one of the register's never taken."""

Obstacle = Literal["busy", "lost", "waiting", "out_of_scope", "read_only"]
"""What forbids a write now: a write under way, no record any more, a person's turn, a project not ours, a setting."""


class Never(Enum):
    """The side of a base on which nothing was ever agreed."""

    NEVER = "never"


NEVER = Never.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The values of both sides when they last agreed, each in its own words.

    ``ours`` is :data:`NEVER` after a person settled that ours is to replace what the tool shows.
    """

    ours: FieldValue | Never | None
    theirs: FieldValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One field of a linked record. ``stored``: what the tool will hold once *ours* was sent to it.

    ``guarded``: only a command with conditions may change ours, so nothing is ever taken.
    """

    ours: FieldValue | None
    stored: FieldValue | None
    theirs: FieldValue | None
    base: Base | None
    owner: Owner
    guarded: bool = False
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Both say the same: that is the base from now on."""

    base: Base


@dataclass(frozen=True, slots=True)
class Give:
    """Only ours moved: the tool is to get it."""


@dataclass(frozen=True, slots=True)
class Take:
    """Only theirs moved: the register is to get it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A person decides. ``merge``: both moved, or nothing was ever agreed; ``drift``: theirs moved and is not asked."""

    kind: Literal["merge", "drift"]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Ours would go to the tool, but something is in the way."""

    why: Obstacle


@dataclass(frozen=True, slots=True)
class Nothing:
    """Agreed as it stands."""


Decision = Keep | Give | Take | Wait | Blocked | Nothing


def decide(field: Sides) -> Decision:
    """Return what is to happen to *field*.

    Nothing is overwritten that a person entered: where both sides moved to different values, or where nobody knows
    what was last agreed, a person is asked.
    """
    found = _compared(field)
    if field.obstacle is None:
        return found
    if isinstance(found, Give):
        return Blocked(field.obstacle)
    # A connection that may not be written to can still be read and asked about; all else is undecided for now.
    return found if field.obstacle == "read_only" else Nothing()


def _compared(field: Sides) -> Decision:
    if field.owner == "tool":
        return Nothing()
    base = field.base
    if same(field.stored, field.theirs):
        agreed = base is not None and same(base.ours, field.ours) and same(base.theirs, field.theirs)
        return Nothing() if agreed else Keep(Base(ours=field.ours, theirs=field.theirs))
    if base is None:
        return Wait("merge")
    match not same(base.ours, field.ours), not same(base.theirs, field.theirs):
        case False, False:
            return Nothing()
        case True, False:
            return Give()
        case False, True:
            return Take() if field.owner == "shared" and not field.guarded else Wait("drift")
        case _:
            return Wait("merge")


def base_in_history(
    formerly: Iterable[tuple[FieldValue | None, FieldValue | None]], theirs: FieldValue | None
) -> Base | None:
    """Return the base that our own history proves, ``None`` if it proves none.

    *formerly*: earlier values of ours with what the tool would hold for each, the latest last. Where the tool shows
    one of them and nothing of ours was ever written there, ours has moved since and theirs has not.
    """
    found = None
    for ours, stored in formerly:
        if same(stored, theirs):
            found = Base(ours=ours, theirs=theirs)
    return found


def same(one: FieldValue | Never | None, other: FieldValue | Never | None) -> bool:
    """Return whether two values mean the same: of things with an id the id decides, of long texts the words."""
    return normal(one) == normal(other)


def normal(value: FieldValue | Never | None) -> FieldValue | Never | None:
    """Return *value* without what makes no difference: names beside ids, the order of a set, layout, outer blanks."""
    match value:
        case Named():
            return Named(id=value.id)
        case Many():
            return Many(items=tuple(Named(id=id_) for id_ in sorted({one.id for one in value.items})))
        case Rich():
            words = to_markdown(value).strip()
            return Rich(format="markdown", original=words) if words else None
        case _:
            return value
