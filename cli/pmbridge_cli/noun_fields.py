"""The fields of one record in words: names and chosen values as people call them, times in the engagement's zone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from pmbridge.domain.contact import name_of
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.figure import Text, plain
from pmbridge_cli.field_words import field_name
from pmbridge_cli.noun_input import bare
from pmbridge_cli.value_words import value_name
from pmbridge_cli.words import UNKNOWN, Both

if TYPE_CHECKING:
    from pmbridge.domain.book import Book

_YES, _NO = Both("yes", "是"), Both("no", "否")
_STOP = Both("; ", "；")
_EVIDENCE = Both("{title} ({kind})", "{title}（{kind}）")
_EMPTY: tuple[Any, ...] = (None, "", (), frozenset(), {})


def revealed(book: Book, text: str) -> str:
    """Return *text*, or the words behind its seal; of a pseudonymised contact nothing but a dash is left."""
    return book.reveal(text) or "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """Puts the fields of a record into words of *language*; ``book`` knows the words behind a seal."""

    book: Book
    language: str
    zone: tzinfo

    def fields(self, model: BaseModel, own: Collection[str] = ()) -> Iterator[tuple[str, str]]:
        """Yield name and value of the fields of *model* that say something, without those in *own*."""
        for name, value in model:
            if name not in own and value not in (*_EMPTY, False):
                yield self._field(model, name, value)

    def _field(self, model: BaseModel, name: str, value: Any) -> tuple[str, str]:
        kind = type(model).model_fields[name].annotation
        return field_name(name, type(model).__name__).in_(self.language), self._value(name, kind, value)

    def _value(self, name: str, kind: Any, value: Any) -> str:
        """Return *value* of the field *name*, declared as *kind*."""
        match value:
            case None:
                return UNKNOWN.in_(self.language)
            case bool():
                return (_YES if value else _NO).in_(self.language)
            case str():
                return self._word(name, kind, value)
            case Text():
                return value.in_(self.language)[0]
            case Decimal():
                return plain(value)
            case datetime():
                return f"{value.astimezone(self.zone):%Y-%m-%d %H:%M}"
            case date():
                return value.isoformat()
            case time():
                return f"{value:%H:%M}"
            case Evidence():
                sort = value_name("kind", value.kind)
                return _EVIDENCE.filled(title=revealed(self.book, value.title), kind=sort).in_(self.language)
            case BaseModel():
                told = (self._field(value, each, one) for each, one in value if one not in _EMPTY)
                return " · ".join(f"{head} {said}" for head, said in told)
            case Mapping() | tuple() | list() | frozenset():
                return _STOP.in_(self.language).join(self._parts(name, bare(kind), value))
            case _:
                return str(value)

    def _parts(self, name: str, kind: Any, value: Any) -> Iterator[str]:
        inner = get_args(kind)
        if isinstance(value, Mapping):
            of_key, of_value = inner
            for key, one in value.items():
                yield f"{self._value(name, of_key, key)} {self._value(name, of_value, one)}"
            return
        for one in sorted(value, key=str) if isinstance(value, frozenset) else value:
            yield self._value(name, inner[0], one)

    def _word(self, name: str, kind: Any, value: str) -> str:
        sort = bare(kind)
        if get_origin(sort) is Literal and value in get_args(sort):
            return value_name(name, value).in_(self.language)
        if self.book.kind(value) == "contact":
            return f"{name_of(self.book, value)} ({value})"
        return revealed(self.book, value)
