"""A document as PDF, set by typst: tagged (PDF/UA-1), with bookmarks, its title and its language.

The page is described by a template of ours. What the report says goes to it as data, as JSON: none of it can become
code of the typesetter. The typesetter reads no file besides and opens no connection.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from pmbridge.errors import ConfigError, InternalError
from pmbridge.report import palette
from pmbridge.report.blocks import Chart, Document, Inline, Items, Lines, Mark, Section, Table, Tiles
from pmbridge.report.fonts import Face, chinese_face
from pmbridge.report.html import screen_css
from pmbridge.report.plain import PAGE, visible
from pmbridge.report.widths import column_widths, is_tall

_SHAPES = {"red": "■", "amber": "▲", "green": "●", "grey": "◇"}
_ROOM, _SMALL_ROOM = 53.0, 58.0
"""Ems across the page in the type of a table, and of one with many columns."""
_MANY_COLUMNS = 8
_LONGEST_LINK = 8000
"""Characters of an address that a PDF may hold; the answer to a question with a huge title has more."""
_HELD = 20
"""Characters of a number's cell that stay on one line."""
_LOGO = re.compile(r"data:image/([a-z]+)(?:\+xml)?;base64,(.+)", re.DOTALL)
_FORMATS = {"jpeg": "jpg"}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_WEIGHT = re.compile(r"font-weight:(\d+)")
_VARIED = r"\g<0>;font-variation-settings:'wght' \1"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROOT_CLASS = re.compile(r'<svg class="([\w -]+)"')
_DESCRIPTION = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)


def render_pdf(document: Document) -> bytes:
    """Return *document* as PDF. The same document and font give the same bytes.

    Raises:
        ConfigError: typst is not installed (``extra-missing``), no font has Chinese (``font-missing``), or the agency's
            logo is no picture (``bad-logo``).
    """
    face = chinese_face()
    import typst

    data = json.dumps(_page(document, face), ensure_ascii=False, separators=(",", ":"))
    try:
        body, warnings = typst.compile_with_warnings(
            files("pmbridge.report").joinpath("templates", "report.typ").read_bytes(),
            font_paths=face.fonts,
            ignore_system_fonts=face.own,
            format="pdf",
            sys_inputs={"data": face.printable(data)},
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        if document.logo and re.search("image|SVG", error.message):
            raise ConfigError("bad-logo", file="[agency] logo", detail="not a picture that a PDF can hold") from error
        raise InternalError("bug", type="TypstError", module=__name__) from error
    if warnings:
        raise InternalError("bug", type="TypstWarning", module=__name__)
    return body


def _page(document: Document, face: Face) -> dict[str, Any]:
    zh = document.language == "zh-CN"
    sections = (document.asks, *document.rest)
    return {
        "title": visible(document.title),
        "author": visible(document.agency_name),
        "lang": "zh" if zh else "en",
        "region": "CN" if zh else "GB",
        "page_of": PAGE.in_(document.language),
        "font": face.family,
        "latin": face.latin,
        "colours": palette.PRINT,
        "accent": document.accent or palette.PRINT["ink"],
        "logo": _logo(document.logo),
        "draft": visible(document.draft),
        "banner": _inline(document.banner),
        "agency": _inline(document.agency),
        "heading": _inline(document.heading),
        "period": _inline(document.period),
        "hero": {
            "label": visible(document.hero.label),
            "mark": _inline((document.hero.mark,)),
            "colour": document.hero.mark.colour,
            "beside": _lines(document.hero.beside),
            "headline": _inline(document.hero.headline),
            "why": _inline(document.hero.why),
        },
        "tiles": _tiles(document.tiles),
        "sections": [_section(one, face) for one in sections],
        "anchors": sorted({"sec-S1", *(anchor for one in sections for anchor in _anchors(one))}),
        "footer": visible(document.footer).replace("\n", " "),
    }


def _logo(address: str | None) -> dict[str, Any] | None:
    """Return a picture out of its ``data:`` address: its format and its bytes."""
    found = _LOGO.match(address or "")
    if found is None:
        return None
    return {"format": _FORMATS.get(found[1], found[1]), "bytes": list(base64.b64decode(found[2]))}


def _anchors(section: Section) -> Iterator[str]:
    yield section.anchor
    for block in section.blocks:
        if isinstance(block, Table):
            yield from (row.anchor for row in block.rows if row.anchor)
        elif getattr(block, "anchor", ""):
            yield block.anchor  # type: ignore[union-attr]


def _section(section: Section, face: Face) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "heading": visible(section.heading),
        "count": visible(section.count),
        "summary": _inline(section.summary),
        "blocks": [_block(one, face) for one in section.blocks],
    }


def _block(block: Any, face: Face) -> dict[str, Any]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Chart):
        return _chart(block, face)
    if isinstance(block, Tiles):
        return {"block": "tiles", "tiles": _tiles(block)}
    if isinstance(block, Items):
        entries = [{"head": _inline(head), "below": [_inline(one) for one in below]} for head, below in block.entries]
        return {"block": "items", "entries": entries}
    kind = type(block).__name__.lower()
    rest = {"kind": block.kind} if kind == "paragraph" else {"anchor": block.anchor}
    return {"block": kind, "words": _inline(block.words), **rest}


def _table(table: Table) -> dict[str, Any]:
    small = len(table.columns) >= _MANY_COLUMNS
    return {
        "block": "table",
        "small": small,
        "widths": column_widths(table, _SMALL_ROOM if small else _ROOM),
        "heads": [visible(column.head) for column in table.columns],
        "numbers": [column.kind == "number" for column in table.columns],
        "rows": [
            {
                "anchor": row.anchor,
                "emphasis": row.emphasis,
                "cells": [
                    _lines(cell, held=column.kind == "number")
                    for cell, column in zip(row.cells, table.columns, strict=False)
                ],
                "tall": is_tall(row),
            }
            for row in table.rows
        ],
    }


def _tiles(block: Tiles) -> list[dict[str, Any]]:
    return [
        {"label": _inline(one.label), "value": _inline(one.value), "notes": _lines(one.notes), "href": one.href}
        for one in block.tiles
    ]


def _lines(lines: Lines, *, held: bool = False) -> list[list[dict[str, Any]]]:
    return [_inline(line, held=held) for line in lines]


def _inline(inline: Inline, *, held: bool = False) -> list[dict[str, Any]]:
    """Return words as data; *held*: a number and its unit stay on one line."""
    found = []
    for one in inline:
        told = {name: visible(value) for name, value in dataclasses.asdict(one).items() if value}
        if len(told.get("href", "")) > _LONGEST_LINK:
            del told["href"]
        if held and len(told.get("text", "")) <= _HELD:
            told["style"] = told.get("style") or "figure"
        if isinstance(one, Mark):
            told["shape"] = _SHAPES[one.colour]
        found.append(told)
    return found


# ------------------------------------------------------------------------------------------------------- drawings


def _chart(chart: Chart, face: Face) -> dict[str, Any]:
    described = _DESCRIPTION.search(chart.wide)
    alt = re.sub(r"&(?:amp|lt|gt|quot|#x27|#39);", lambda one: _ENTITIES[one[0]], described[1]) if described else ""
    return {
        "block": "chart",
        "title": visible(chart.title),
        "svg": _styled(visible(chart.wide), face),
        "alt": visible(alt) or visible(chart.title),
        "reading": visible(chart.reading),
        "data": _table(chart.data),
    }


_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&#39;": "'"}


def _styled(svg: str, face: Face) -> str:
    """Return a drawing with the page's rules for it inside, as on paper, and made a document of its own."""
    found = _ROOT_CLASS.search(svg)
    rules = "".join(_rules(name) for name in found[1].split()) if found else ""
    start = svg.index(">") + 1
    head = svg[:start].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    base = f"text{{font-family:'{face.family}';font-variation-settings:'wght' 400}}"
    return f"{head}<style>{base}{rules}</style>{svg[start:]}"


@cache
def _rules(name: str) -> str:
    """Return the rules of our style sheets for drawings of the class *name*, with the colours of print."""
    told = []
    for selectors, body in _RULE.findall(_COMMENT.sub("", screen_css())):
        inner = [
            one.strip().removeprefix(f".{name}").strip() or "svg"
            for one in selectors.split(",")
            if one.strip() == f".{name}" or one.strip().startswith(f".{name} ")
        ]
        if inner:
            coloured = _VARIABLE.sub(lambda one: palette.PRINT[one[1]], body)
            # A font of variable weight takes the weight from here only.
            told.append(f"{','.join(inner)}{{{_WEIGHT.sub(_VARIED, coloured)}}}")
    return "".join(told)
