"""A document as DOCX, for those who comment in it, sign it and stamp it. Charts become their tables, as in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pmbridge.report import palette
from pmbridge.report.blocks import (
    Chart,
    Document,
    Hero,
    Inline,
    Items,
    Paragraph,
    Run,
    Section,
    Subheading,
    Table,
    Tiles,
)
from pmbridge.report.wordprocessing import File, paragraph, table

_TINT = {name: palette.PRINT[f"{name}-tint"] for name in ("red", "amber", "green", "grey")}


def render_docx(document: Document, *, made_at: datetime) -> bytes:
    """Return *document* as DOCX. The same document and moment give the same bytes.

    Raises:
        ConfigError: python-docx is not installed (``extra-missing``).
    """
    file = File(document.language, anchors=frozenset(_anchors(document)))
    file.add(*_pages(document, file))
    footer = f"{document.draft} · {document.footer}" if document.draft else document.footer
    return file.body(title=document.title, author=document.agency_name, footer=footer, made_at=made_at)


def _anchors(document: Document) -> Iterator[str]:
    yield "sec-S1"
    for section in (document.asks, *document.rest):
        yield section.anchor
        for block in section.blocks:
            if isinstance(block, Table):
                yield from (row.anchor for row in block.rows if row.anchor)
            elif isinstance(block, Subheading) and block.anchor:
                yield block.anchor


def _pages(document: Document, file: File) -> Iterator[str]:
    yield paragraph(document.agency, file, style="Quiet")
    yield paragraph(document.heading, file, style="Title")
    yield paragraph(document.period, file, style="Quiet")
    if document.draft:
        banner = (Run(text=document.draft, style="strong"), Run(text=" "), *document.banner)
        yield paragraph(banner, file, ground=_TINT["amber"])
    yield from _hero(document.hero, file)
    yield from _tiles(document.tiles, file)
    for one in (document.asks, *document.rest):
        yield from section(one, file)


def _hero(hero: Hero, file: File) -> Iterator[str]:
    ground = _TINT[hero.mark.colour]
    yield paragraph((Run(text=hero.label),), file, style="Heading1", anchor="sec-S1")
    beside = tuple(word for one in hero.beside for word in (Run(text="   "), *one))[1:]
    yield paragraph((hero.mark,), file, ground=ground, style="Verdict")
    if beside:
        yield paragraph(beside, file, ground=ground)
    if hero.headline:
        strong = tuple(Run(text=one.text, style="strong") if isinstance(one, Run) else one for one in hero.headline)
        yield paragraph(strong, file, ground=ground)
    yield paragraph(hero.why, file, ground=ground)


def _tiles(tiles: Tiles, file: File) -> Iterator[str]:
    for tile in tiles.tiles:
        value = tuple(Run(text=one.text, style="strong") if isinstance(one, Run) else one for one in tile.value)
        notes = tuple(word for one in tile.notes for word in (Run(text=" · "), *one))
        yield paragraph((*tile.label, Run(text=" — "), *value, *notes), file, style="ListBullet")


def section(one: Section, file: File) -> Iterator[str]:
    """Yield a section: its heading, its summary, its blocks."""
    count: Inline = (Run(text=f" {one.count}", style="muted"),) if one.count else ()
    yield paragraph((Run(text=one.heading), *count), file, style="Heading1", anchor=one.anchor)
    if one.summary:
        yield paragraph(one.summary, file, leading=True)
    for block in one.blocks:
        yield from _block(block, file)


def _block(block: Paragraph | Subheading | Tiles | Table | Chart | Items, file: File) -> Iterator[str]:
    match block:
        case Paragraph():
            yield paragraph(block.words, file, style="Quiet" if block.kind == "note" else "")
        case Subheading():
            yield paragraph(block.words, file, style="Heading2", anchor=block.anchor)
        case Tiles():
            yield from _tiles(block, file)
        case Table():
            yield table(block, file)
        case Chart():
            yield paragraph((Run(text=block.title),), file, style="Heading2")
            yield table(block.data, file)
        case Items():
            for head, below in block.entries:
                yield paragraph(head, file, style="ListBullet")
                for line in below:
                    yield paragraph(line, file, style="ListBullet2")
