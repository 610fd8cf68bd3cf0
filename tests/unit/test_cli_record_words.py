"""Every field of every record, with every value that it may hold, is shown in the words of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import chain, cycle, islice
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from pmbridge.domain.book import Book
from pmbridge.domain.concepts import concepts
from pmbridge.domain.evidence import Evidence, EvidenceKind
from pmbridge.domain.figure import Money, Text
from pmbridge_cli.noun_fields import FieldWords
from pmbridge_cli.value_words import CHINESE

PLAIN: Mapping[Any, Any] = {
    str: "字",
    int: 3,
    bool: True,
    Decimal: Decimal("2.50"),
    date: date(2026, 6, 5),
    datetime: datetime(2026, 6, 5, 2, 0, tzinfo=UTC),
    time: time(9),
    Money: Money(amount=Decimal(1), currency="CNY"),
    Text: Text(zh="中", en="中", original="zh"),
    type(None): None,
}
SCALES = {"1-5", "0-10"}
"""Values that are their own name."""


def samples(kind: Any) -> list[Any]:
    """Return values of *kind*, each chosen value among them at least once."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return samples(inner[0])
    if origin is Literal:
        return list(inner)
    if origin in (Union, UnionType):
        return [one for each in inner for one in samples(each)]
    if origin in (tuple, frozenset):
        return [origin([one]) for one in samples(inner[0])]
    if origin is not None:
        keys, values = (samples(one) for one in inner)
        longest = max(len(keys), len(values))
        return [{key: value} for key, value in islice(zip(cycle(keys), cycle(values), strict=False), longest)]
    if kind is Evidence:
        return [Evidence(kind=one, title="信") for one in get_args(EvidenceKind)]
    if issubclass(kind, BaseModel):
        return list(models(kind))
    return [PLAIN[kind]]


def models(model: type[BaseModel]) -> Iterator[BaseModel]:
    """Yield as many of *model* as it takes to hold every value of every field."""
    values = {name: samples(info.annotation) for name, info in model.model_fields.items()}
    for at in range(max(map(len, values.values()))):
        yield model.model_construct(**{name: some[at % len(some)] for name, some in values.items()})


def told(noun: str, language: str) -> set[tuple[str, str]]:
    words = FieldWords(book=Book(concepts()), language=language, zone=ZoneInfo("Asia/Shanghai"))
    return set(chain.from_iterable(words.fields(one) for one in models(concepts()[noun].fields)))


@pytest.mark.parametrize("noun", list(concepts()))
def test_a_record_holds_no_english_on_a_chinese_screen(noun: str) -> None:
    allowed = {"CNY"}
    found = {
        word
        for line in told(noun, "zh-CN")
        for part in line
        for word in re.findall(r"[A-Za-z_]{2,}", part)
        if word not in allowed
    }
    assert found == set()


@pytest.mark.parametrize("noun", list(concepts()))
def test_a_record_holds_no_value_as_python_writes_it(noun: str) -> None:
    for head, said in told(noun, "en"):
        assert not re.search(r"\b(True|False|None|datetime|Decimal|frozenset)\b|[(\[{]['\"]|=|_|\+00:00|02:00:00", said)
        assert "_" not in head
        assert "2026-06-05 02:00" not in said  # the time is that of the engagement's zone


def test_every_chosen_value_has_a_chinese_name() -> None:
    seen: set[type] = set()

    def values(kind: Any) -> Iterator[str]:
        if get_origin(kind) is Literal:
            yield from get_args(kind)
        for inner in () if get_origin(kind) is Literal else get_args(kind):
            yield from values(inner)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for info in kind.model_fields.values():
                yield from values(info.annotation)

    found = {one for concept in concepts().values() for one in values(concept.fields)}
    assert len(found) > 150
    assert found - CHINESE.keys() == SCALES
