"""The block model: what a page says, without saying how it looks. Every format is rendered from it.

Built from a :class:`~pmbridge.report.model.ClientReport` for one language; the formats cannot disagree, because none
of them knows the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pmbridge.domain.view import Colour

Style = Literal["", "strong", "muted", "unknown", "note", "code", "link", "figure"]
"""``figure``: a number with its unit, which no line break may part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words of one style. ``href``: ``#row`` in this document, or an address. ``lang``: only when it differs.

    ``hint`` is what a screen reader says in place of a link's words, where they are the same in every row.
    """

    text: str
    href: str = ""
    lang: str = ""
    style: Style = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A colour as shape, letter and word, never as colour alone."""

    colour: Colour
    letter: str
    word: str


Inline = tuple[Run | Mark, ...]
Lines = tuple[Inline, ...]
"""Lines below each other, as in a table's cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph. ``empty``: the sentence that stands where a section has nothing; ``note``: small print."""

    words: Inline
    kind: Literal["", "empty", "note"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subheading:
    """A heading inside a section, with an id where something links to it."""

    words: Inline
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure, large, with what it needs beside it. ``href`` is its source row."""

    label: Inline
    value: Inline
    notes: Lines
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """The three figures of the first screen."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head. ``wide``: it gets the room that is left; ``number``: its cells line up on the right."""

    head: str
    kind: Literal["", "wide", "number", "action"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row; the first cell heads it. ``anchor`` is its id, empty for none."""

    cells: tuple[Lines, ...]
    anchor: str = ""
    emphasis: Literal["", "late", "final"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. ``caption`` says what it holds; hidden from the eye where a heading says it already."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    name: str
    """What kind of table it is, for the style sheet: ``milestones``, ``changes``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, its reading line, and the same data as a table. ``wide`` and ``narrow`` are SVG elements."""

    title: str
    wide: str
    narrow: str
    reading: str
    data: Table
    open_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list; each entry may have a list below it."""

    entries: tuple[tuple[Inline, tuple[Inline, ...]], ...]


Block = Paragraph | Subheading | Tiles | Table | Chart | Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section with its heading. ``count`` stands beside the heading, ``summary`` under it."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]
    count: str = ""
    summary: Inline = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """The state of the whole, why it is so, and what it was."""

    label: str
    mark: Mark
    beside: Lines
    headline: Inline
    why: Inline


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One report in one language. ``first`` is the first screen below the state, ``rest`` all other sections."""

    language: str
    title: str
    draft: str
    """The word for a draft, empty for an issued report."""
    banner: Inline
    agency: Inline
    heading: Inline
    period: Inline
    hero: Hero
    tiles: Tiles
    asks: Section
    contents_label: str
    rest: tuple[Section, ...]
    skip_label: str
    footer: str
    accent: str | None
    logo: str | None
    agency_name: str
