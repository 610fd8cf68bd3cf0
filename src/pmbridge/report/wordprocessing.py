"""What a DOCX file is made of: paragraphs and tables as WordprocessingML, and the file around them.

Tables are written as markup at once: built cell by cell, a long one takes quadratic time. All text is escaped and
without the characters that XML cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pmbridge.errors import ConfigError
from pmbridge.report import palette
from pmbridge.report.blocks import Inline, Lines, Mark, Row, Run, Style, Table
from pmbridge.report.plain import PAGE, visible
from pmbridge.report.widths import column_widths, is_tall

if TYPE_CHECKING:
    from docx.document import Document as Word

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_LATIN, _CHINESE = "Arial", "Microsoft YaHei"
_FONTS = f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:cs="{_LATIN}" w:eastAsia="{_CHINESE}"/>'
_SHAPES = {"red": "■", "amber": "▲", "green": "●", "grey": "◇"}
_A4 = (11906, 16838)
_MARGIN = 1021
_ROOM = _A4[0] - 2 * _MARGIN
_ROOM_IN_EMS, _SMALL_ROOM_IN_EMS = 55.0, 62.0
_MANY_COLUMNS = 8
_HELD = 20
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_NO_NAME = re.compile(r"\W+")


def _colour(name: str) -> str:
    return palette.PRINT[name].lstrip("#").upper()


_MUTED = f'<w:color w:val="{_colour("muted")}"/>'
_LINKED = f'<w:color w:val="{_colour("link")}"/>'
_PROPERTIES: dict[Style, tuple[str, str, str]] = {
    "": ("", "", ""),
    "strong": ("<w:b/>", "", ""),
    "muted": ("", _MUTED, ""),
    "unknown": ("", _MUTED, '<w:u w:val="dotted"/>'),
    "note": ("", _MUTED, '<w:sz w:val="14"/><w:szCs w:val="14"/>'),
    "code": ('<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>', "", '<w:sz w:val="16"/>'),
    "link": ("", "", ""),
    "figure": ("", "", ""),
}
"""What a style sets before the colour, the colour, and after it: the order is the format's."""


class File:
    """A DOCX file in the making.

    Args:
        language: that of the whole document.
        anchors: the ids that a link may lead to; any other link becomes plain words.

    Raises:
        ConfigError: python-docx is not installed (``extra-missing``).
    """

    def __init__(self, language: str, *, anchors: frozenset[str] = frozenset()) -> None:
        try:
            from docx import Document
        except ImportError as error:
            raise ConfigError("extra-missing", what="DOCX", what_zh="DOCX", extra="office") from error
        self.language = language
        self._word: Word = Document()
        self._bookmarks = {one: f"a{n}_{_NO_NAME.sub('_', one)}"[:40] for n, one in enumerate(sorted(anchors))}
        self._ids = count(1)
        self._markup: list[str] = []
        self._addresses: dict[str, str] = {}
        _style(self._word)

    def add(self, *markup: str) -> None:
        """Add paragraphs and tables at the end."""
        self._markup += markup

    def bookmark(self, anchor: str, markup: str) -> str:
        """Return *markup* as the place that links to *anchor* lead to."""
        if anchor not in self._bookmarks:
            return markup
        n = next(self._ids)
        name = quoteattr(self._bookmarks[anchor])
        return f'<w:bookmarkStart w:id="{n}" w:name={name}/>{markup}<w:bookmarkEnd w:id="{n}"/>'

    def link(self, href: str, markup: str) -> str:
        """Return *markup* as a link, or as it is where it leads nowhere."""
        if href.startswith("#"):
            name = self._bookmarks.get(href[1:])
            return f"<w:hyperlink w:anchor={quoteattr(name)}>{markup}</w:hyperlink>" if name else markup
        if href not in self._addresses:
            self._addresses[href] = self._word.part.relate_to(href, _LINK, is_external=True)
        return f"<w:hyperlink r:id={quoteattr(self._addresses[href])}>{markup}</w:hyperlink>"

    def body(self, *, title: str, author: str, footer: str, made_at: datetime | None) -> bytes:
        """Return the file. *made_at*: the moment that it says it was made; ``None``: no moment of its own."""
        from docx.oxml import parse_xml

        section = self._word.sections[0]
        section.page_width, section.page_height = _A4[0] * 635, _A4[1] * 635  # type: ignore[assignment]
        for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
            setattr(section, side, _MARGIN * 635)
        foot: Any = section.footer._element
        for old in list(foot):
            foot.remove(old)
        foot.append(parse_xml(_footer(footer, self.language)))
        end: Any = self._word.element.body.sectPr
        whole = f"<w:document {_NAMESPACES}><w:body>{''.join(self._markup)}{end.xml}</w:body></w:document>"
        # Parsed as one: moved into the tree of the template, each element costs a walk through all of it.
        part: Any = self._word.part
        part._element = parse_xml(whole)
        facts = self._word.core_properties
        facts.title, facts.author, facts.last_modified_by = visible(title)[:255], visible(author)[:255], ""
        facts.comments, facts.keywords, facts.language = "", "", self.language
        if made_at is not None:
            facts.created = facts.modified = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        else:
            stamped: Any = facts._element
            for one in stamped.xpath("./dcterms:created | ./dcterms:modified"):
                stamped.remove(one)
        facts.revision = 1
        written = BytesIO()
        self._word.save(written)
        return _same_bytes(written.getvalue())


def _same_bytes(body: bytes) -> bytes:
    """Return the archive with its members in order and without the hour at which it was written."""
    found = BytesIO()
    with ZipFile(BytesIO(body)) as old, ZipFile(found, "w", ZIP_DEFLATED) as new:
        # Readers expect the list of contents first.
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = ZipInfo(name, _BEGINNING)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            new.writestr(info, old.read(name))
    return found.getvalue()


def _footer(words: str, language: str) -> str:
    words = words.replace("\n", " ")
    before, _, rest = PAGE.in_(language).partition("{page}")
    between, _, after = rest.partition("{pages}")

    def field(code: str) -> str:
        return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    told = f"{_text(words)}<w:r><w:tab/></w:r>{_text(before)}{field('PAGE')}{_text(between)}{field('NUMPAGES')}"
    return (
        f'<w:p {_NAMESPACES}><w:pPr><w:pStyle w:val="Footer"/><w:pBdr><w:top w:val="single" w:sz="4" w:space="4" '
        f'w:color="{_colour("rule")}"/></w:pBdr><w:tabs><w:tab w:val="clear" w:pos="4680"/>'
        f'<w:tab w:val="clear" w:pos="9360"/><w:tab w:val="right" w:pos="{_ROOM}"/></w:tabs></w:pPr>'
        f"{told}{_text(after)}</w:p>"
    )


# ---------------------------------------------------------------------------------------------------- paragraphs


def paragraph(
    inline: Inline, file: File, *, style: str = "", anchor: str = "", ground: str = "", leading: bool = False
) -> str:
    """Return a paragraph. *ground*: the colour behind it, ``#rrggbb``; *leading*: it never ends a page."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{ground.lstrip("#").upper()}"/>' if ground else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    kept = "<w:keepNext/>" if leading else ""
    return f"<w:p><w:pPr>{named}{kept}{shade}</w:pPr>{file.bookmark(anchor, words(inline, file))}</w:p>"


def words(inline: Inline, file: File, *, held: bool = False) -> str:
    """Return words as runs; *held*: a number and its unit stay on one line."""
    return "".join(_mark(one) if isinstance(one, Mark) else _run(one, file, held=held) for one in inline)


def _mark(mark: Mark) -> str:
    shape = f'<w:r><w:rPr><w:color w:val="{_colour(mark.colour)}"/></w:rPr><w:t>{_SHAPES[mark.colour]}</w:t></w:r>'
    return shape + _text(f"\u00a0{mark.word} {mark.letter}")


def _run(run: Run, file: File, *, held: bool) -> str:
    before, colour, after = _PROPERTIES[run.style]
    properties = before + (colour or (_LINKED if run.href else "")) + after
    short = run.style == "figure" or (held and len(run.text) <= _HELD)
    markup = _text(run.text.replace(" ", "\u00a0") if short else run.text, properties)
    return file.link(run.href, markup) if run.href else markup


def _text(text: str, properties: str = "") -> str:
    about = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in visible(text).split("\n"))
    return f"<w:r>{about}{'<w:br/>'.join(lines)}</w:r>"


# --------------------------------------------------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """A column as its cells need it: how wide in twentieths of a point, whether of numbers, in which type."""

    width: int
    number: bool
    style: str


def table(block: Table, file: File) -> str:
    """Return a table: its head is repeated on every page, no row is parted."""
    small = len(block.columns) >= _MANY_COLUMNS
    ems = column_widths(block, _SMALL_ROOM_IN_EMS if small else _ROOM_IN_EMS)
    style = "SmallCell" if small else "Cell"
    lanes = [
        _Lane(width=round(_ROOM * one / sum(ems)), number=column.kind == "number", style=style)
        for one, column in zip(ems, block.columns, strict=True)
    ]
    grid = "".join(f'<w:gridCol w:w="{one.width}"/>' for one in lanes)
    heads = "".join(
        # A head never ends a page.
        _cell(((Run(text=column.head, style="strong"),),), file, lane, about="<w:keepNext/>")
        for column, lane in zip(block.columns, lanes, strict=True)
    )
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{_colour("line")}"'
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(one.width for one in lanes)}" w:type="dxa"/><w:tblBorders><w:top {line}/>'
        f'<w:bottom {line}/><w:insideH {line}/></w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0620" w:firstRow="1" w:firstColumn="0"/>'
        f"<w:tblCaption w:val={quoteattr(visible(block.caption))}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"
        f"{''.join(_row(row, file, lanes) for row in block.rows)}</w:tbl>"
        '<w:p><w:pPr><w:pStyle w:val="After"/></w:pPr></w:p>'
    )


_GROUNDS = {"late": _colour("amber-tint"), "final": _colour("grey-tint")}


def _row(row: Row, file: File, lanes: Sequence[_Lane]) -> str:
    ground = _GROUNDS.get(row.emphasis, "")
    anchors = (row.anchor, *("" for _ in lanes))
    cells = "".join(
        _cell(cell, file, lane, anchor=anchor, ground=ground)
        for cell, lane, anchor in zip(row.cells, lanes, anchors, strict=False)
    )
    held = "" if is_tall(row) else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{held}</w:trPr>{cells}</w:tr>"


def _cell(cell: Lines, file: File, lane: _Lane, *, anchor: str = "", ground: str = "", about: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>' if ground else ""
    side = '<w:jc w:val="right"/>' if lane.number else ""
    lines = [words(line, file, held=lane.number) for line in cell] or [""]
    lines[0] = file.bookmark(anchor, lines[0])
    told = "".join(f'<w:p><w:pPr><w:pStyle w:val="{lane.style}"/>{about}{side}</w:pPr>{line}</w:p>' for line in lines)
    return f'<w:tc><w:tcPr><w:tcW w:w="{lane.width}" w:type="dxa"/>{shade}</w:tcPr>{told}</w:tc>'


# --------------------------------------------------------------------------------------------------------- styles

_STYLES = {
    # name: size in half points, colour, bold, space before and after in twentieths of a point
    "Normal": (20, "ink", False, 0, 80),
    "Title": (34, "ink", True, 0, 80),
    "Heading1": (25, "ink", True, 260, 100),
    "Heading2": (21, "ink", True, 180, 80),
    "Footer": (15, "muted", False, 0, 0),
    "ListBullet": (20, "ink", False, 0, 30),
    "ListBullet2": (18, "ink", False, 0, 20),
    "Quiet": (17, "muted", False, 0, 60),
    "Verdict": (28, "ink", True, 0, 0),
    "Cell": (17, "ink", False, 20, 20),
    "SmallCell": (15, "ink", False, 20, 20),
    "Answer": (20, "ink", False, 60, 60),
    "Fact": (20, "ink", False, 0, 20),
    "Signer": (20, "ink", False, 400, 200),
    "Signature": (20, "ink", False, 200, 400),
    "After": (8, "ink", False, 0, 0),
}
_OWN = {
    "Quiet": "Quiet",
    "Verdict": "Verdict",
    "Cell": "Cell",
    "SmallCell": "Small cell",
    "Answer": "Answer",
    "Fact": "Fact",
    "Signer": "Signer",
    "Signature": "Signature line",
    "After": "After a table",
}


def _style(word: Word) -> None:
    """Set fonts, Chinese ones too, sizes and languages of the library's template.

    Each script has its own language, in both languages of a report: Latin letters that are said to be Chinese are
    broken anywhere, numbers too.
    """
    from docx.oxml import parse_xml

    styles: Any = word.styles.element
    defaults = styles.find(f"{{{styles.nsmap['w']}}}docDefaults")
    styles.replace(
        defaults,
        parse_xml(
            f'<w:docDefaults {_NAMESPACES}><w:rPrDefault><w:rPr>{_FONTS}<w:sz w:val="20"/><w:szCs w:val="20"/>'
            '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/>'
            "</w:docDefaults>"
        ),
    )
    for name, label in _OWN.items():
        own = f'<w:style {_NAMESPACES} w:type="paragraph" w:customStyle="1" w:styleId="{name}">'
        styles.append(parse_xml(f'{own}<w:name w:val="{label}"/><w:basedOn w:val="Normal"/></w:style>'))
    for style in styles.style_lst:
        found = _STYLES.get(style.styleId)
        if found is not None:
            size, colour, bold, before, after = found
            told = f"<w:rPr {_NAMESPACES}>{_FONTS}{'<w:b/>' if bold else ''}"
            told += f'<w:color w:val="{_colour(colour)}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
            style._remove_rPr()
            style._insert_rPr(parse_xml(told))
            _space(style.get_or_add_pPr(), before, after)


def _space(properties: Any, before: int, after: int) -> None:
    """Set what stands round a paragraph, and that no gap is made between Chinese and digits."""
    from docx.oxml import parse_xml

    for old in properties.xpath("./w:spacing"):
        properties.remove(old)
    spacing = parse_xml(f'<w:spacing {_NAMESPACES} w:before="{before}" w:after="{after}"/>')
    properties._insert_spacing(spacing)
    for name in ("autoSpaceDE", "autoSpaceDN"):
        spacing.addprevious(parse_xml(f'<w:{name} {_NAMESPACES} w:val="0"/>'))
