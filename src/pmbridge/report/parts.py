"""What the client report is built of: words in two languages, sources, and figures that may be unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from pmbridge.domain.figure import Method, Unit, UnknownReason, plain

T = TypeVar("T")

Exact = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A decimal number, in JSON a string without exponent and trailing zeros."""


class Part(BaseModel):
    """Frozen and closed; fields are spelt in JSON as here, but for ``schema``."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Sentence(Part):
    """Our own words, in both languages."""

    zh: str
    en: str


class Quote(Part):
    """Somebody else's words, in the languages in which they exist; ``original`` always does."""

    zh: str | None = None
    en: str | None = None
    original: Literal["zh", "en"]


class Fact(Part):
    """A named value: what a rule saw, or a threshold."""

    name: str
    value: str


class Source(Part):
    """A tool's record, or an event of the register.

    ``url`` only where the client can open it; ``key`` is what the tool prints, may be empty. ``event``: the number of
    the event in the register's chain, ``None`` for a tool's record.
    """

    tool: str
    key: str
    url: str | None
    event: int | None = None


class Given(Part, Generic[T]):
    """A figure that is known."""

    state: Literal["known"] = "known"
    value: T
    method: Method
    anchors: tuple[str, ...]


class Missing(Part):
    """A figure that is not known, and why."""

    state: Literal["unknown"] = "unknown"
    reason: UnknownReason
    detail: Sentence | None
    anchors: tuple[str, ...]


class Amount(Part):
    """Money, exact, with its ISO 4217 code."""

    amount: Exact
    currency: str


class Work(Part):
    """Weight done out of the whole, in one unit; ``percent`` whole and floored."""

    done: Exact
    total: Exact
    unit: Unit
    percent: int
    fallback: Sentence | None


class Held(Part):
    """Age of a change in working days, split by who held it: ``total = ours + theirs``."""

    total: int
    ours: int
    theirs: int


class Ratio(Part):
    """``hits`` out of ``n``: so many of so many, never a bare percentage."""

    hits: int
    n: int


Known = Field(discriminator="state")
DayFigure = Annotated[Given[date] | Missing, Known]
DaysFigure = Annotated[Given[int] | Missing, Known]
ShareFigure = Annotated[Given[Exact] | Missing, Known]
MoneyFigure = Annotated[Given[Amount] | Missing, Known]
WorkFigure = Annotated[Given[Work] | Missing, Known]
HeldFigure = Annotated[Given[Held] | Missing, Known]
