"""Values that people write: a text in whatever language, an amount with its currency, the ref of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from pmbridge.domain.figure import Money, Text
from pmbridge.domain.text import title_of

# ISO 4217: the minor unit of every other currency is a hundredth.
_WHOLE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_MINOR_UNITS = dict.fromkeys(_WHOLE, 0) | dict.fromkeys(_THOUSANDTHS, 3)
_CURRENCY = re.compile(r"[A-Z]{3}")


def in_minor_units(money: Money) -> Money:
    """Return *money* with exactly the decimals of its currency.

    Raises:
        ValueError: it has a fraction of the minor unit, or its currency is written in no ISO 4217 way.
    """
    if not _CURRENCY.fullmatch(money.currency):
        raise ValueError(f"{money.currency!r} is no ISO 4217 currency")
    if not money.amount.is_finite():
        raise ValueError("the amount is no number")
    unit = Decimal(1).scaleb(-_MINOR_UNITS.get(money.currency, 2))
    exact = money.amount.quantize(unit)
    if exact != money.amount:
        raise ValueError(f"{money.currency} has no part smaller than {unit}")
    return Money(amount=exact, currency=money.currency)


def _money(written: Any) -> Any:
    if not isinstance(written, str):
        return written
    currency, _, amount = written.strip().partition(" ")
    try:
        return Money(amount=Decimal(amount.replace(",", "")), currency=currency)
    except InvalidOperation as error:
        raise ValueError('write an amount as "CNY 48000.00"') from error


def _text(written: Any) -> Any:
    if not isinstance(written, str):
        return written
    if not written.strip():
        raise ValueError("the text is empty")
    return title_of(written)


Price = Annotated[Money, BeforeValidator(_money), AfterValidator(in_minor_units)]
"""An amount of money; people write ``"CNY 48000.00"``."""

Wording = Annotated[Text, BeforeValidator(_text)]
"""A text; a plain string is in the language in which it is written."""

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,5}-?\d{1,6}$")]
"""The ref of a record."""


def totals(amounts: Iterable[Money]) -> dict[str, Money]:
    """Return the sum of *amounts* for each currency, by currency: never one sum over several."""
    found: dict[str, Money] = {}
    for one in amounts:
        before = found.get(one.currency)
        found[one.currency] = one if before is None else before + one
    return dict(sorted(found.items()))
