"""The font of a PDF: one that has Chinese, and what it cannot print.

The extra ``[pdf]`` brings Noto Sans CJK along, so that the same report gives the same bytes on every machine. Where
only the typesetter is installed, a Chinese font of the system serves. A page of empty boxes is never written.
"""

from __future__ import annotations

import importlib.util
import struct
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmbridge.errors import ConfigError

if TYPE_CHECKING:
    from typst import Fonts

_PACKAGE = "manimgx_fonts_cjk"
_FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "SimHei", "SimSun",
)  # fmt: skip
_LATIN = "Noto Sans CJK KR"
_NO_GLYPH = "\ufffd"
_CMAP = int.from_bytes(b"cmap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A font with Chinese: its family, the fonts to set type with, and the ranges of characters that it has.

    ``latin``: its sister with narrow punctuation, ``None`` for none. Without ``starts`` it is not known what it has.
    """

    family: str
    latin: str | None
    fonts: Fonts
    own: bool
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def has(self, char: str) -> bool:
        """Return whether the font can print *char*."""
        if not self.starts:
            return True
        at = bisect_right(self.starts, ord(char)) - 1
        return at >= 0 and ord(char) <= self.ends[at]

    def printable(self, text: str) -> str:
        """Return *text* with what the font lacks in words: ``[rocket]`` for a picture, a mark for a letter."""
        lacking = {ord(char): _spelt(char) for char in set(text) if char > "~" and not self.has(char)}
        return text.translate(lacking) if lacking else text


def _spelt(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "S":
        name = unicodedata.name(char, "").lower()
        return f"[{name}]" if name else _NO_GLYPH
    # Joiners and variants of what stands before them say nothing without it.
    return "" if category[0] in "MC" and category != "Co" else _NO_GLYPH


@cache
def chinese_face() -> Face:
    """Return the font for a PDF; found once per process.

    Raises:
        ConfigError: no Chinese font (``font-missing``), or no typesetter (``extra-missing``).
    """
    fonts_of = _fonts_type()
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        folders: list[Any] = [str(Path(package.origin).parent)]
        found = _face(fonts_of(include_system_fonts=False, font_paths=folders), own=True)
        if found is not None:
            return found
    found = _face(fonts_of(), own=False)
    if found is None:
        raise ConfigError("font-missing", families=", ".join(_FAMILIES[:5]))
    return found


def _fonts_type() -> type[Fonts]:
    try:
        from typst import Fonts
    except ImportError as error:
        raise ConfigError("extra-missing", what="PDF", what_zh="PDF", extra="pdf") from error
    return Fonts


def _face(fonts: Fonts, *, own: bool) -> Face | None:
    there = set(fonts.families())
    family = next((one for one in _FAMILIES if one in there), None)
    if family is None:
        return None
    info = next(one for one in fonts.fonts() if one.family == family)
    ranges = sorted(_ranges(Path(info.path), info.index)) if info.path else []
    starts, ends = tuple(first for first, _ in ranges), tuple(last for _, last in ranges)
    latin = _LATIN if family == _FAMILIES[0] and _LATIN in there else None
    return Face(family=family, latin=latin, fonts=fonts, own=own, starts=starts, ends=ends)


# ------------------------------------------------------------------------------------------- what a font file has


def _ranges(path: Path, index: int) -> Iterator[tuple[int, int]]:
    """Yield first and last character of the ranges in the OpenType table ``cmap`` of the *index*-th font of a file."""
    with path.open("rb") as file:

        def read(at: int, pattern: str) -> tuple[int, ...]:
            file.seek(at)
            return struct.unpack(pattern, file.read(struct.calcsize(pattern)))

        head = 0
        if file.read(4) == b"ttcf":
            (head,) = read(12 + 4 * index, ">I")
        (tables,) = read(head + 4, ">H")
        records = [read(head + 12 + 16 * n, ">IIII") for n in range(tables)]
        cmap = next((record[2] for record in records if record[0] == _CMAP), None)
        if cmap is None:
            return
        (n,) = read(cmap + 2, ">H")
        subtables = [read(cmap + 4 + 8 * i, ">HHI") for i in range(n)]
        unicode_ones = [cmap + offset for platform, _, offset in subtables if platform in (0, 3)]
        formats = {read(at, ">H")[0]: at for at in unicode_ones}
        if 12 in formats:
            (groups,) = read(formats[12] + 12, ">I")
            for i in range(groups):
                first, last, _ = read(formats[12] + 16 + 12 * i, ">III")
                yield first, last
        elif 4 in formats:
            (doubled,) = read(formats[4] + 6, ">H")
            count = doubled // 2
            lasts = read(formats[4] + 14, f">{count}H")
            firsts = read(formats[4] + 16 + doubled, f">{count}H")
            yield from zip(firsts, lasts, strict=True)
