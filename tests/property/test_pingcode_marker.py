"""The marker in HTML: whatever stands before it, and whatever an editor makes of it, it is found again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.adapter import UID, signed
from pmbridge_pingcode.marking import signed_html, split_html

ONE = "01JWX3K8000000000000000000"
UIDS = st.from_regex(UID, fullmatch=True)
PIECES = ["<p>", "</p>", "<br>", "<p>说明</p>", "<span>", "</span>", "\n", " ", "&nbsp;", "pmbridge:",
          f"pmbridge:{ONE}", f"<p>pmbridge:{ONE}</p>"]  # fmt: skip
TEXTS = st.lists(st.text() | st.sampled_from(PIECES)).map("".join)


@given(TEXTS, UIDS)
def test_a_signed_text_comes_back_with_its_uid(text: str, uid: str) -> None:
    assert split_html(signed_html(text, uid)) == (text.rstrip(), uid)


@given(TEXTS, UIDS)
def test_a_plain_text_comes_back_too(text: str, uid: str) -> None:
    found, marker = split_html(signed(text, uid))
    assert marker == uid
    assert text.rstrip().startswith(found)


@given(TEXTS)
def test_what_is_taken_away_is_the_end_of_the_text(text: str) -> None:
    left, marker = split_html(text)
    assert text.startswith(left)
    assert (left == text) or marker is not None


@pytest.mark.parametrize(
    "line",
    [
        "<p>pmbridge:{uid}</p>",
        '<p style="text-align:left">&nbsp;<span class="x">pmbridge:{uid}</span></p>',
        "<P>pmbridge:{uid}</P>\n<p><br></p>",
        "<div><strong>pmbridge:{uid}</strong></div>",
        "<br />pmbridge:{uid}",
        "\npmbridge:{uid}\n",
    ],
)
def test_the_line_as_an_editor_writes_it_is_known(line: str) -> None:
    assert split_html(f"<p>说明</p>{line.format(uid=ONE)}") == ("<p>说明</p>", ONE)


@pytest.mark.parametrize(
    "text", ["", "说明", f"<p>siehe pmbridge:{ONE} oben</p>", f"<p>x pmbridge:{ONE}</p>", "pmbridge:"]
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert split_html(text) == (text, None)


def test_a_long_hostile_text_costs_no_time() -> None:
    for text in (
        "<p>" * 20_000 + "&nbsp;" * 20_000 + "pmbridge:" + "<span>" * 20_000,
        "\n" * 200_000 + "pmbridge:" + "\n" * 200_000,
    ):
        assert split_html(text) == (text, None)
