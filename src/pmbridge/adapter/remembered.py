"""What the last pull asked for: a record that is read by its id must hold the same, also before the next pull."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel, ConfigDict

from pmbridge.adapter.base import Memo
from pmbridge.records import Scope

_KEY = "asked"


class Remembered(BaseModel):
    """The part of a scope that shapes a record. ``fields``: kind → vendor field ids; a kind without any is left out."""

    model_config = ConfigDict(frozen=True)

    # Sorted, because what is kept already is not written again.
    kinds: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]] = {}


def remember(memo: Memo, scope: Scope) -> Remembered:
    """Keep what *scope* asks for, for good, in place of what was asked before; the same again is not written."""
    fields = {kind: tuple(sorted(ids)) for kind, ids in sorted(scope.fields.items()) if ids}
    asked = Remembered(kinds=tuple(sorted(scope.kinds)), fields=fields)
    memo.keep(_KEY, asked.model_dump(mode="json"))
    return asked


def remembered(memo: Memo, kinds: Collection[str]) -> Remembered:
    """Return what was asked for last; before the first pull all *kinds*, with no further fields."""
    kept = memo.kept(_KEY)
    return Remembered(kinds=tuple(sorted(kinds))) if kept is None else Remembered.model_validate(kept)
