"""The colours of the page in light, dark and print, with the pairs that must be told apart.

A test computes the contrast of every pair (WCAG 2.2, 1.4.3 and 1.4.11): text at least 4.5 to 1, marks of a chart and
shapes of a state at least 3 to 1. Hairlines and tints carry no meaning and are not in the pairs.
"""

from __future__ import annotations

from collections.abc import Mapping

Palette = Mapping[str, str]

LIGHT: Palette = {
    "paper": "#f6f5f1",
    "card": "#ffffff",
    "ink": "#1b2430",
    "muted": "#566070",
    "line": "#dfdcd4",
    "rule": "#b7b2a6",
    "link": "#17557a",
    "button": "#17557a",
    "button-ink": "#ffffff",
    "red": "#c0342b",
    "amber": "#b26a00",
    "green": "#1f7d4d",
    "grey": "#667080",
    "red-tint": "#fcefed",
    "amber-tint": "#fdf4e3",
    "green-tint": "#ebf5ef",
    "grey-tint": "#f0f1f3",
    "plan": "#1b2430",
    "original": "#667080",
    "forecast": "#17557a",
    "range": "#4f87a8",
    "hatch": "#8b8578",
    "today": "#8a4b12",
}
DARK: Palette = {
    "paper": "#11161c",
    "card": "#191f27",
    "ink": "#e7ebf0",
    "muted": "#a4aebb",
    "line": "#2d3640",
    "rule": "#4a5663",
    "link": "#8cc4e6",
    "button": "#8cc4e6",
    "button-ink": "#10202b",
    "red": "#f0776c",
    "amber": "#e9a93c",
    "green": "#5fbf8a",
    "grey": "#a4aebb",
    "red-tint": "#33201f",
    "amber-tint": "#30281a",
    "green-tint": "#1a2b23",
    "grey-tint": "#232a33",
    "plan": "#e7ebf0",
    "original": "#a4aebb",
    "forecast": "#8cc4e6",
    "range": "#6aa0c2",
    "hatch": "#7d8794",
    "today": "#e2a56d",
}
PRINT: Palette = {
    **LIGHT,
    "paper": "#ffffff",
    "ink": "#000000",
    "muted": "#454c57",
    "line": "#c9c9c9",
    "rule": "#8c8c8c",
    "link": "#0f3f5c",
    "button": "#ffffff",
    "button-ink": "#0f3f5c",
    "plan": "#000000",
}
PALETTES: Mapping[str, Palette] = {"light": LIGHT, "dark": DARK, "print": PRINT}

TEXT_PAIRS = (
    *(
        (ink, ground)
        for ink in ("ink", "muted", "link")
        for ground in ("paper", "card", "red-tint", "amber-tint", "green-tint", "grey-tint")
    ),
    ("button-ink", "button"),
    ("today", "card"),
    ("today", "paper"),
)
"""(text, ground): at least 4.5 to 1."""
MARK_PAIRS = (
    *(
        (colour, ground)
        for colour in ("red", "amber", "green", "grey")
        for ground in ("paper", "card", f"{colour}-tint")
    ),
    *(
        (mark, ground)
        for mark in ("plan", "original", "forecast", "range", "hatch", "today")
        for ground in ("paper", "card")
    ),
)
"""(shape, ground): at least 3 to 1."""


def css() -> str:
    """Return the palettes as custom properties; print does not follow a dark screen."""
    return (
        f":root{{{_properties(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(DARK)}}}}}"
        f"@media print{{:root{{{_properties(PRINT)}}}}}"
    )


def _properties(palette: Palette) -> str:
    return "".join(f"--{name}:{value};" for name, value in palette.items())
