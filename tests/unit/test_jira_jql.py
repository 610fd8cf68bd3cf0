"""Queries are made of ids and epoch milliseconds: no zone, no name, no way out of the quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge_jira import jql


def test_changes_are_asked_for_by_epoch_milliseconds_and_without_an_upper_bound() -> None:
    query = jql.changed_since(["10001", "10000"], 1768653240000)
    assert query == "project in (10001, 10000) AND updated >= 1768653240000 ORDER BY updated ASC, key ASC"
    assert "<" not in query


def test_listings_are_ordered_by_what_edits_do_not_change() -> None:
    assert jql.all_of(["10000"]) == "project in (10000) ORDER BY key ASC"
    assert jql.created_since("10000", None) == "project in (10000) ORDER BY created ASC, key ASC"
    assert jql.created_since("10000", 5) == "project in (10000) AND created >= 5 ORDER BY created ASC, key ASC"


@pytest.mark.parametrize(
    ("value", "operand"),
    [
        ("10000", "10000"),
        ("MALL", '"MALL"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("x\ny\x00", '"x y "'),
        ("１２", '"１２"'),
        ('1) OR project = "X', '"1) OR project = \\"X"'),
    ],
)
def test_values_are_quoted_unless_they_are_numbers(value: str, operand: str) -> None:
    assert jql.quoted(value) == operand


@given(st.text(max_size=40))
def test_no_value_leaves_its_quotes(value: str) -> None:
    operand = jql.quoted(value)
    if not re.fullmatch(r"[0-9]{1,18}", operand):
        inside = operand[1:-1]
        assert operand[0] == operand[-1] == '"'
        assert not re.search(r'(?<!\\)(?:\\\\)*"', inside)
        assert not re.search(r"(?<!\\)(?:\\\\)*\\$", inside)
