"""Contrast of the page's colours, computed as WCAG 2.2 defines it, for light and dark screens and paper."""

from __future__ import annotations

import re

import pytest

from pmbridge.report import palette
from pmbridge.report.html import _STYLES  # the sheets that use the palette
from tests import needs

SHEETS = needs.ROOT / "src" / "pmbridge" / "report" / "templates"


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", palette.PALETTES)
def test_text_is_readable(scheme: str) -> None:
    colours = palette.PALETTES[scheme]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in palette.TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", palette.PALETTES)
def test_marks_and_shapes_stand_out(scheme: str) -> None:
    colours = palette.PALETTES[scheme]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in palette.MARK_PAIRS}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


def test_every_palette_has_every_colour_and_the_sheets_use_no_other() -> None:
    assert {frozenset(colours) for colours in palette.PALETTES.values()} == {frozenset(palette.LIGHT)}
    text = "".join((SHEETS / name).read_text(encoding="utf-8") for name in _STYLES)
    used = set(re.findall(r"var\(--([a-z-]+)", text)) - {"accent", "tone", "tint"}
    assert used <= set(palette.LIGHT)
    unused = set(palette.LIGHT) - used
    assert unused == set()
    assert re.findall(r"#[0-9a-fA-F]{3,6}\b", text) == ["#454c57"], "a colour outside the palette: the page number's"


def test_paper_is_not_dark() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in palette.css()
