"""An immutable list of records that are found by their ref, as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from html import escape
from typing import Any, ClassVar, Generic, Protocol, TypeVar, overload

from pmbridge.domain.figure import Known
from pmbridge.errors import UnknownRef


class Referable(Protocol):
    """A record with a ref; ``columns`` are the fields that a table of such records shows."""

    columns: ClassVar[tuple[str, ...]]

    @property
    def ref(self) -> str:
        """How people name it: ``M4``, ``CR-004``."""
        ...


R = TypeVar("R", bound=Referable)
_SEPARATORS = re.compile(r"[-_ ]+|(?<!\d)0+(?=\d)")


class Listing(Sequence[R], Generic[R]):
    """Records in a fixed order: iterate, count, index by number, or find one by its ref.

    References forgive case, separators and leading zeros: ``cr-4``, ``CR4`` and ``CR-004`` are one. In a notebook it
    shows as a table. *engagement* is whose they are, for the error that names what is near. Equal to another listing
    or tuple of the same records.
    """

    __slots__ = ("_engagement", "_records")

    def __init__(self, records: Iterable[R] = (), *, engagement: str = "") -> None:
        self._records = tuple(records)
        self._engagement = engagement

    @overload
    def __getitem__(self, which: int) -> R: ...
    @overload
    def __getitem__(self, which: slice) -> Listing[R]: ...
    @overload
    def __getitem__(self, which: str) -> R: ...
    def __getitem__(self, which: int | slice | str) -> R | Listing[R]:
        """Return the record at a place, those of a slice, or the one with a ref.

        Raises:
            UnknownRef: no record has that ref, or several could be meant; lists the nearest.
            IndexError: there is no such place.
        """
        if isinstance(which, str):
            return self._named(which)
        if isinstance(which, slice):
            return Listing(self._records[which], engagement=self._engagement)
        return self._records[which]

    def __len__(self) -> int:
        return len(self._records)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Listing):
            return self._records == other._records
        return self._records == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._records)

    def __repr__(self) -> str:
        return f"Listing({', '.join(one.ref for one in self._records)})"

    def where(self, **wanted: Any) -> Listing[R]:
        """Return the records whose fields equal what is *wanted*, in the same order; maybe none.

        A figure equals a plain value when it is known and has that value: ``where(plan=date(2026, 7, 15))``.

        Raises:
            TypeError: the records have no such field.
        """
        for name in wanted:
            lacking = next((one for one in self._records if not hasattr(one, name)), None)
            if lacking is not None:
                known = ", ".join(_fields_of(lacking))
                raise TypeError(f"{type(lacking).__name__} has no field {name!r}; it has: {known}")
        kept = [one for one in self._records if all(_is(getattr(one, name), value) for name, value in wanted.items())]
        return Listing(kept, engagement=self._engagement)

    def _repr_html_(self) -> str:
        if not self._records:
            return "<p>0</p>"
        columns = self._records[0].columns
        heads = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in columns)
        rows = "".join(
            # Somebody else's words: they are isolated, so that their direction ends with them.
            f"<tr>{''.join(f'<td><bdi>{_cell(getattr(one, name))}</bdi></td>' for name in columns)}</tr>"
            for one in self._records
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _meant(self, ref: str) -> list[R]:
        exact = [one for one in self._records if one.ref == ref]
        return exact or [one for one in self._records if _plain(one.ref) == _plain(ref)]

    def _named(self, ref: str) -> R:
        found = self._meant(ref)
        if len(found) == 1:
            return found[0]
        by_fold = {one.ref.casefold(): one.ref for one in self._records}
        near = ", ".join(
            [one.ref for one in found] or [by_fold[one] for one in get_close_matches(ref.casefold(), by_fold, n=3)]
        )
        raise UnknownRef(
            ref=ref,
            where=self._engagement or "this list",
            where_zh=self._engagement or "此列表",
            near=f"Near: {near}." if near else "",
            near_zh=f"相近：{near}。" if near else "",
            command="pmbridge status --all",
        )


def _fields_of(record: Any) -> list[str]:
    """Return the names of a record's fields."""
    return [one.name for one in fields(record)]


def _plain(ref: str) -> str:
    return _SEPARATORS.sub("", ref.casefold())


def _is(found: object, wanted: object) -> bool:
    return found == wanted or (isinstance(found, Known) and bool(found.value == wanted))


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))
