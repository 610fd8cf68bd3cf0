"""A figure that knows where it came from, or says why it is not known.

There is no default zero. ``bool()`` and arithmetic on a figure raise ``TypeError``, because an unknown would pass for
0 or False: match on :class:`Known` and :class:`Unknown`, or call ``value_or``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Generic, Literal, NoReturn, TypeVar

from pmbridge.values import Label

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """The tool's record that a figure rests on. ``key`` and ``url`` are for people; either may be empty."""

    connection: str
    kind: str
    external_id: str
    key: str = ""
    url: str = ""
    observed_at: datetime | None = None


Method = Literal["synced", "entered", "derived", "estimated_by_pm"]


class UnknownReason(StrEnum):
    """Why a figure is not known. *Not applicable* is not among them: it is no unknown."""

    NOT_MAPPED = auto()
    NOT_PROVIDED = auto()
    NO_ITEMS = auto()
    MIXED_UNITS = auto()
    MIXED_CURRENCY = auto()
    STALE = auto()
    SOURCE_UNREACHABLE = auto()
    CONFLICT = auto()
    INSUFFICIENT_SAMPLE = auto()
    NOT_YET_DUE = auto()
    DIVISION_BY_ZERO = auto()


REASON_LABELS: dict[UnknownReason, Label] = {
    UnknownReason.NOT_MAPPED: Label(zh="未建立对应关系", en="not mapped"),
    UnknownReason.NOT_PROVIDED: Label(zh="未提供", en="not provided"),
    UnknownReason.NO_ITEMS: Label(zh="未关联工作项", en="no linked work"),
    UnknownReason.MIXED_UNITS: Label(zh="单位不同，未合计", en="not totalled, mixed units"),
    UnknownReason.MIXED_CURRENCY: Label(zh="币种不同，未合计", en="not totalled, mixed currencies"),
    UnknownReason.STALE: Label(zh="数据已过期", en="stale data"),
    UnknownReason.SOURCE_UNREACHABLE: Label(zh="来源暂不可用", en="source unavailable"),
    UnknownReason.CONFLICT: Label(zh="待核对，来源不一致", en="under reconciliation"),
    UnknownReason.INSUFFICIENT_SAMPLE: Label(zh="样本不足", en="too few samples"),
    UnknownReason.NOT_YET_DUE: Label(zh="尚未到期", en="not yet due"),
    UnknownReason.DIVISION_BY_ZERO: Label(zh="分母为零", en="nothing to divide by"),
}


class _NoArithmetic:
    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a figure may be unknown: match on Known/Unknown, or use .value_or(default)")

    __bool__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __lt__ = __le__ = __gt__ = __ge__ = __int__ = __float__ = _refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(_NoArithmetic, Generic[T]):
    """A value with its sources (at least one), the way it was obtained, and when it was observed."""

    value: T
    sources: tuple[SourceRef, ...]
    method: Method
    observed_at: datetime
    note: Label | None = None
    """What a reader must know beside the value: a range, a fallback that was taken."""

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError("a known figure needs a source")

    def value_or(self, default: U) -> T | U:  # noqa: ARG002 - Unknown needs it, and both answer alike
        """Return the value."""
        return self.value

    def map(self, change: Callable[[T], U]) -> Known[U]:
        """Return the figure with its value changed, derived from the same sources."""
        return Known(
            value=change(self.value),
            sources=self.sources,
            method="derived",
            observed_at=self.observed_at,
            note=self.note,
        )

    def __str__(self) -> str:
        shown = _shown(self.value)
        return f"{shown} ({self.note.en})" if self.note else shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(_NoArithmetic):
    """Not known, and why. ``detail`` adds what would make it known or the sizes involved."""

    reason: UnknownReason
    detail: Label | None = None

    def value_or(self, default: U) -> U:
        """Return *default*."""
        return default

    @property
    def label(self) -> Label:
        """The reason in words, with its detail if there is one."""
        said = REASON_LABELS[self.reason]
        if self.detail is None:
            return said
        return Label(zh=f"{said.zh}：{self.detail.zh}", en=f"{said.en}: {self.detail.en}")

    def __str__(self) -> str:
        return f"unknown ({self.label.en})"


Figure = Known[T] | Unknown


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


Unit = Literal["points", "estimate_minutes", "count", "weighted"]
"""``weighted``: several sources, each with its agreed share, so there is no common unit."""
UNIT_LABELS: dict[Unit, Label] = {
    "points": Label(zh="点", en="points"),
    "estimate_minutes": Label(zh="分钟", en="minutes"),
    "count": Label(zh="项", en="items"),
    "weighted": Label(zh="加权", en="weighted"),
}


def plain(number: Decimal) -> str:
    """Return *number* without exponent and trailing zeros: ``62``, ``1.5``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Weight done out of the whole weight, in one unit. ``total`` is positive."""

    done: Decimal
    total: Decimal
    unit: Unit
    fallback: Label | None = None
    """Set when the agreed unit could not be used: "3 of 12 without estimate, counted by items"."""

    @property
    def fraction(self) -> Decimal:
        """The share done, 0 to 1, exact."""
        return self.done / self.total

    @property
    def percent(self) -> int:
        """Whole percent, floored, so that 99.6 % never prints as 100 %."""
        return int(self.fraction * 100)

    def shown(self, language: str = "en") -> str:
        """Return the printed form with its fraction: ``62/80 points = 77%``."""
        unit = UNIT_LABELS[self.unit].in_(language)
        return f"{plain(self.done)}/{plain(self.total)} {unit} = {self.percent}%"

    def __str__(self) -> str:
        return self.shown()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Money:
    """An exact amount in one currency (ISO 4217); arithmetic across currencies raises ``TypeError``."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise TypeError(f"cannot add {other.currency} to {self.currency}")
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words of a person or a tool, in the languages in which they exist; never translated by a machine."""

    zh: str | None = None
    en: str | None = None
    original: Literal["zh", "en"]

    def __post_init__(self) -> None:
        if not (self.zh if self.original == "zh" else self.en):
            raise ValueError("a Text needs its original language")

    def in_(self, language: str) -> tuple[str, bool]:
        """Return the text for *language* and whether it exists in it; else the original and ``False``."""
        found = self.zh if language.lower().startswith("zh") else self.en
        if found:
            return found, True
        return (self.zh if self.original == "zh" else self.en) or "", False

    def __str__(self) -> str:
        return self.in_(self.original)[0]
