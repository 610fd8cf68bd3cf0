"""One reading of what people type for a ref, wherever they type it."""

from __future__ import annotations

import pytest

from pmbridge.domain.book import meant
from pmbridge.domain.concepts import concepts


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("cr-4", "CR-004"),
        ("CR4", "CR-004"),
        ("off-1", "OFF-01"),
        ("m4", "M4"),
        ("M-04", "M4"),
        ("CR-", None),
        ("4", None),
        ("XYZ-1", None),
        ("CR-004 ", None),
    ],
)
def test_a_ref_is_read_however_it_is_typed(text: str, ref: str | None) -> None:
    assert meant(text, concepts().values()) == ref


def test_a_ref_of_another_kind_is_none_of_one_kind() -> None:
    assert meant("M4", [concepts()["change"]]) is None
    assert meant("off-1", [concepts()["change"]]) == "OFF-01"
