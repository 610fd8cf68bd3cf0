"""Values that every record is made of: days, instants, rich text, names, numbers.

Each value that can stand in a vendor field carries a tag ``t``. Untagged, a ``Decimal`` would come back from
JSON as a string and a ``datetime`` would pass for a ``date``. All values are immutable and compare by content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Annotated, Literal, NewType, Self

from pydantic import Field

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")

ProjectId = NewType("ProjectId", str)
"""Opaque, chosen by the adapter, stable when a project is renamed: ``"10000"``, ``"product/63ec…"``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that a person sees, in both languages. Both are required: a missing one is a type error."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the Chinese text for ``zh`` and ``zh-*``, the English one otherwise."""
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The tool means a whole day; no zone may move it."""

    on: date
    t: Literal["day"] = "day"

    def day(self, zone: tzinfo) -> date:
        """Return the day itself, whatever *zone* is."""
        return self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A moment, aware and kept in UTC."""

    at: datetime
    t: Literal["instant"] = "instant"

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an Instant needs an aware datetime")
        if self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", self.at.astimezone(UTC))

    def day(self, zone: tzinfo) -> date:
        """Return the calendar day of this moment in *zone* (the engagement's, never the adapter's)."""
        return self.at.astimezone(zone).date()


When = Annotated[Day | Instant, Field(discriminator="t")]

RichFormat = Literal["adf", "wiki", "html", "markdown", "slate", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """A long text as the vendor wrote it; shown through :mod:`pmbridge.richtext`, never converted on pull."""

    format: RichFormat
    original: str
    t: Literal["rich"] = "rich"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing with an identity: type, option, user, version. The id decides, the name is for people."""

    id: str
    name: str | None = None
    t: Literal["named"] = "named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """One line of text."""

    text: str
    t: Literal["plain"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """An exact decimal number; the unit is the field's."""

    value: Decimal
    t: Literal["number"] = "number"

    @classmethod
    def spelled(cls, value: Decimal) -> Self:
        """Return *value* in one spelling: 3 and 3.0 are one number, and its content hash must not move."""
        whole = value.to_integral_value()
        return cls(value=whole if value == whole else value.normalize())


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Yes or no."""

    on: bool
    t: Literal["flag"] = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Several named things, in the tool's order."""

    items: tuple[Named, ...]
    t: Literal["many"] = "many"


FieldValue = Annotated[
    Plain | Number | Flag | Day | Instant | Rich | Named | Many,
    Field(discriminator="t"),
]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RecordId:
    """Identity of a record within one connection.

    ``kind`` is the tool's own noun and a key of ``Adapter.kinds`` ("issue", "version", "card"). Two id spaces of a
    tool are two kinds, so that Jira's version 10000 and issue 10000 stay apart.
    """

    kind: str
    external_id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.external_id}"

    @classmethod
    def parse(cls, text: str) -> RecordId:
        """Read ``"kind:external_id"``; everything after the first colon is the id."""
        kind, _, external_id = text.partition(":")
        if not kind or not external_id:
            raise ValueError(f"not a record id: {text!r}")
        return cls(kind=kind, external_id=external_id)
