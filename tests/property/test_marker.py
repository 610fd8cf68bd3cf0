"""The marker in a text: whatever stands before it, it is found again, and the text comes back. Else we make twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.adapter import UID, signed, signed_title, split_marker, split_title
from pmbridge.clock import SystemClock
from pmbridge.identity import new_ulid
from pmbridge.sync.marker import derived_uid

ONE = "01JWX3K8000000000000000000"
UIDS = st.from_regex(UID, fullmatch=True)
TEXTS = st.lists(st.text() | st.sampled_from(["\n", "\r\n", " ", "pmbridge:", f"pmbridge:{ONE}"])).map("".join)


@given(TEXTS, UIDS)
def test_a_signed_text_comes_back_with_its_uid(text: str, uid: str) -> None:
    assert split_marker(signed(text, uid)) == (text.rstrip(), uid)


@given(TEXTS.filter(lambda text: not re.search(rf"pmbridge:{UID}\s*\Z", text)))
def test_a_text_without_a_marker_stays_as_it_is(text: str) -> None:
    assert split_marker(text) == (text, None)


@given(st.text(" \t\r"), st.text(" \t\r"), st.sampled_from(["", "\n"]), UIDS)
def test_blanks_around_the_line_do_not_hide_it(before: str, behind: str, end: str, uid: str) -> None:
    assert split_marker(f"说明\n{before}pmbridge:{uid}{behind}{end}") == ("说明", uid)


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_no_text_gives_the_line_alone(text: str) -> None:
    assert signed(text, ONE) == f"pmbridge:{ONE}"


def test_every_uid_that_we_give_is_one_that_we_find() -> None:
    derived = derived_uid("w", connection="jira", engagement="e", ref="CR-1", role="task")
    for uid in (derived, new_ulid(SystemClock().now())):
        assert split_marker(signed("x", uid)) == ("x", uid)


@given(TEXTS, UIDS)
def test_a_signed_title_comes_back_with_its_uid(text: str, uid: str) -> None:
    assert split_title(signed_title(text, uid)) == (text.rstrip(), uid)


@given(TEXTS.filter(lambda text: not re.search(rf"pmbridge:{UID}\s*\Z", text)))
def test_a_title_without_a_marker_stays_as_it_is(text: str) -> None:
    assert split_title(text) == (text, None)


def test_a_marker_within_a_word_is_none() -> None:
    assert split_title(f"见xpmbridge:{ONE}") == (f"见xpmbridge:{ONE}", None)
