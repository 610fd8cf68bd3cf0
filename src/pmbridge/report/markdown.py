"""A document as GitHub-flavoured Markdown, for wikis and version control: charts become their tables.

Rows carry the same ids as in HTML, so that links inside the file work. Remote text is escaped: it cannot become
markup, a link or a table cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pmbridge.report.blocks import (
    Block,
    Chart,
    Document,
    Inline,
    Items,
    Lines,
    Mark,
    Paragraph,
    Row,
    Run,
    Section,
    Subheading,
    Table,
    Tiles,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&])")
_LINE_END = re.compile(r"\r\n?|\n")
_LEADING = re.compile(r"^(\s*)([-+=>]|\d+[.)])")
_SHAPES = {"red": "■", "amber": "▲", "green": "●", "grey": "◇"}


def render_markdown(document: Document) -> bytes:
    """Return *document* as UTF-8 with a newline at the end. The same document gives the same bytes."""
    return ("\n\n".join(_document(document)) + "\n").encode()


def _document(document: Document) -> Iterator[str]:
    yield f"# {_words(document.heading)}"
    yield f"{_words(document.agency)} · {_words(document.period)}"
    if document.draft:
        yield f"> **{escape(document.draft)}** {_words(document.banner)}"
    hero = document.hero
    yield _heading(2, "sec-S1", escape(hero.label))
    beside = "".join(f" · {_words(one)}" for one in hero.beside)
    yield f"**{_mark(hero.mark)}**{beside}"
    if hero.headline:
        yield f"**{_words(hero.headline)}**"
    yield _words(hero.why)
    yield _tiles(document.tiles)
    for one in (document.asks, *document.rest):
        yield from section(one)
    yield "---"
    draft = f"**{escape(document.draft)}** " if document.draft else ""
    yield f"{draft}{escape(document.footer)}"


def _heading(level: int, anchor: str, words: str) -> str:
    name = f'<a id="{anchor}"></a>' if anchor else ""
    return f"{'#' * level} {name}{words}"


def section(one: Section) -> Iterator[str]:
    """Yield a section: its heading, its summary, its blocks."""
    count = f" ({one.count})" if one.count else ""
    yield _heading(2, one.anchor, escape(one.heading) + count)
    if one.summary:
        yield _words(one.summary)
    for block in one.blocks:
        yield _block(block)


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return _leading(_words(block.words))
        case Subheading():
            return _heading(3, block.anchor, _words(block.words))
        case Tiles():
            return _tiles(block)
        case Table():
            return _table(block)
        case Chart():
            return f"**{escape(block.title)}**\n\n{_table(block.data)}"
        case Items():
            return "\n".join(
                "\n".join([f"- {_words(head)}", *(f"  - {_words(one)}" for one in below)])
                for head, below in block.entries
            )


def _tiles(tiles: Tiles) -> str:
    found = []
    for tile in tiles.tiles:
        notes = "".join(f" · {_words(note)}" for note in tile.notes)
        found.append(f"- {_words(tile.label)} — [**{_words(tile.value)}**]({_target(tile.href)}){notes}")
    return "\n".join(found)


def _table(table: Table) -> str:
    heads = [escape(column.head) for column in table.columns]
    rules = ["---:" if column.kind == "number" else "---" for column in table.columns]
    lines = [_line(heads), _line(rules), *(_row(row) for row in table.rows)]
    return "\n".join(lines)


def _row(row: Row) -> str:
    cells = [_cell(cell) for cell in row.cells]
    if row.anchor:
        cells[0] = f'<a id="{row.anchor}"></a>{cells[0]}'
    return _line(cells)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(lines: Lines) -> str:
    return "<br>".join(_words(line) for line in lines)


def _words(inline: Inline) -> str:
    return "".join(_mark(one) if isinstance(one, Mark) else _run(one) for one in inline)


def _mark(mark: Mark) -> str:
    return f"{_SHAPES[mark.colour]} {escape(mark.word)} {escape(mark.letter)}"


def _run(run: Run) -> str:
    if run.style == "code":
        return f"`{_LINE_END.sub(' ', run.text.replace('`', ''))}`"
    text = _strong(run.text) if run.style == "strong" else escape(run.text)
    return f"[{text}]({_target(run.href)})" if run.href else text


def _strong(text: str) -> str:
    """Return *text* in bold but for the blanks and the punctuation at its ends.

    CommonMark takes no ``**`` for the end of emphasis between punctuation and a letter: ``**Reason:**we``.
    """
    inner = [at for at, one in enumerate(text) if unicodedata.category(one)[0] not in "PSZC"]
    if not inner:
        return escape(text)
    first, last = inner[0], inner[-1] + 1
    return f"{escape(text[:first])}**{escape(text[first:last])}**{escape(text[last:])}"


def _target(href: str) -> str:
    """Return an address that ends where it ends: nothing in it closes the link or the cell."""
    return f"<{href.translate(_CLOSING)}>"


_CLOSING = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C", " ": "%20"})


def escape(text: str) -> str:
    """Return *text* so that none of it is markup. Its lines stay: none ends a heading, a paragraph or a cell."""
    return _LINE_END.sub("<br>", _SPECIAL.sub(r"\\\1", text))


def _leading(words: str) -> str:
    """Escape what would make a paragraph a list or a quotation."""
    return _LEADING.sub(r"\1\\\2", words)
