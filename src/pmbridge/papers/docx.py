"""A paper as DOCX, as clients sign and stamp it: the same words as in HTML, with room to write on and for the stamp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pmbridge.papers.paper import EMPTY_BOX, Paper, signing_words
from pmbridge.report.blocks import Inline, Lines, Run
from pmbridge.report.docx import section
from pmbridge.report.wordprocessing import File, paragraph

_LINE = "____________"


def render_docx(paper: Paper) -> bytes:
    """Return *paper* as DOCX on A4. The same paper gives the same bytes.

    Raises:
        ConfigError: python-docx is not installed (``extra-missing``).
    """
    file = File(paper.language)
    file.add(*_pages(paper, file))
    footer = f"{paper.name} · {signing_words(paper.language)['check']} {paper.check}"
    return file.body(title=paper.title, author="", footer=footer, made_at=None)


def _pages(paper: Paper, file: File) -> Iterator[str]:
    yield paragraph((Run(text=paper.title),), file, style="Title")
    yield from _facts(paper.facts, file)
    for one in paper.sections:
        yield from section(one, file)
    for answer in paper.answers:
        yield paragraph((Run(text=f"{EMPTY_BOX} "), *answer), file, style="Answer")
    if paper.closing:
        yield paragraph(paper.closing, file, style="Quiet")
    said = signing_words(paper.language)
    for who in paper.signers:
        blanks = "    ".join(f"{said[one]} {_LINE}" for one in ("signed", "post", "date"))
        yield paragraph((Run(text=who, style="strong"), Run(text=f"    {said['stamp']}")), file, style="Signer")
        yield paragraph((Run(text=blanks),), file, style="Signature")


def _facts(facts: Sequence[tuple[str, Lines]], file: File) -> Iterator[str]:
    for name, value in facts:
        first, *more = value or ((),)
        yield paragraph((Run(text=f"{name}  ", style="muted"), *_strong(first)), file, style="Fact")
        for line in more:
            yield paragraph(_strong(line), file, style="Fact")


def _strong(line: Inline) -> Inline:
    return tuple(
        Run(text=one.text, lang=one.lang, style=one.style or "strong") if isinstance(one, Run) else one for one in line
    )
