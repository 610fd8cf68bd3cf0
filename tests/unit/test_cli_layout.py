"""Columns on a terminal: widths of Chinese text, cutting, wrapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge_cli.layout import ELLIPSIS, Column, cut, pieces, spread, table, visible, width, wrapped

texts = st.text(alphabet="abc 小程序优惠券，。（）…é", max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("小程序", 6), ("M4 商城前端 Beta", 16), ("，", 2), ("…", 1), ("e\u0301", 1), ("Ａ", 2)],
)
def test_a_chinese_character_counts_two(text: str, columns: int) -> None:
    assert width(text) == columns


@given(texts, st.integers(1, 40))
def test_a_cut_text_fits_and_shows_that_it_was_cut(text: str, columns: int) -> None:
    shown = cut(text, columns)
    assert width(shown) <= columns
    assert shown == text or shown.endswith(ELLIPSIS)


@given(texts, st.integers(4, 40))
def test_wrapping_loses_nothing_and_fits(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room or len(pieces(line)) == 1 for line in lines)


def test_columns_line_up_under_chinese_titles() -> None:
    lines = table(
        [Column(head="里程碑", least=8), Column(head="现计划"), Column(head="进度")],
        [["M4 商城前端 Beta", "06-17", "62/80"], ["M7 上线", "07-15", "未知"]],
        80,
    )
    assert (
        len({width(line.partition("06-17")[0]) for line in lines[1:2]} | {width(lines[2].partition("07-15")[0])}) == 1
    )
    assert [
        width(line[: line.index(mark)]) for line, mark in zip(lines, ["现计划", "06-17", "07-15"], strict=True)
    ] == [
        18,
        18,
        18,
    ]


def test_only_the_title_is_cut_when_room_is_short() -> None:
    [line] = table(
        [Column(), Column(least=6), Column()], [["CR-004", "小程序优惠券（首页领取与核销）", "pmbridge sync jira"]], 42
    )
    assert line.startswith("CR-004  小程序")
    assert line.endswith("pmbridge sync jira")
    assert ELLIPSIS in line
    assert width(line) <= 42


def test_what_may_not_be_cut_overflows_rather_than_lie() -> None:
    [line] = table([Column(), Column(least=4)], [["2026-06-05 18:00", "title"]], 10)
    assert "2026-06-05 18:00" in line


def test_a_hostile_title_cannot_steer_the_terminal() -> None:
    assert visible("a\x1b[2Jb\nc\u202ed") == "a [2Jb c d"


def test_two_ends_of_a_line() -> None:
    assert width(spread("蓝海零售", "Jira 18:00", 40)) == 40
    assert spread("long left", "right", 5) == "long left  right"
