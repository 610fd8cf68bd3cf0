"""Writing the papers of an engagement to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.refusal import unknown_record
from pmbridge.engagement import Engagement
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError
from pmbridge.papers import (
    Paper,
    PaperFrame,
    acceptance_paper,
    change_paper,
    render_html,
    render_markdown,
    requirements_paper,
)
from pmbridge.values import LANGUAGES, Language

Noun = Literal["requirement", "change", "deliverable"]


def _docx(paper: Paper) -> bytes:
    from pmbridge.papers.docx import render_docx

    return render_docx(paper)


FORMATS: Mapping[str, Callable[[Paper], bytes]] = {"html": render_html, "md": render_markdown, "docx": _docx}
PLAIN = ("html", "md")
"""What is written without being asked for: it needs no add-on."""


def write_papers(
    engagement: Engagement, noun: str, ref: str | None, folder: Path, formats: Sequence[str] = PLAIN
) -> tuple[list[Path], str]:
    """Write the paper of *noun* (*ref* of a change or deliverable) in the engagement's languages, in *formats*.

    Returns the files, in the order of *formats*, and the fingerprint of what is signed. Same register, same bytes.

    Raises:
        UnknownRef: no such record.
        Refused: nothing to put on the paper yet.
        ConfigError: an unknown format, ``docx`` without its add-on (``extra-missing``; what stands before it in
            *formats* is written), or a file cannot be written.
    """
    for form in formats:
        if form not in FORMATS:
            raise ConfigError("bad-choice", what=form, known=", ".join(FORMATS), option="--formats")
    spoken = [one for one in LANGUAGES if one in engagement.config.languages] or list(LANGUAGES)
    papers = [paper(engagement, noun, ref, language) for language in spoken]
    written: list[Path] = []
    for form in formats:
        for one in papers:
            path = folder / f"{engagement.name}-{one.name}.{one.language}.{form}"
            _put(path, FORMATS[form](one))
            written.append(path)
    return written, papers[0].fingerprint


def paper(engagement: Engagement, noun: str, ref: str | None, language: Language, *, book: Book | None = None) -> Paper:
    """Return the paper of *noun* in *language*. *book*: the register as it is not yet; without it as it stands.

    Raises:
        UnknownRef: no such record.
        Refused: nothing to put on the paper yet.
    """
    register = engagement.register
    book, frame = register.book if book is None else book, _frame(engagement)
    if noun == "requirement":
        return requirements_paper(book, frame, language)
    entry = book.get(ref or "")
    if entry is None or entry.kind != noun:
        raise unknown_record(book, register.concepts[noun], ref or "")
    return (change_paper if noun == "change" else acceptance_paper)(book, entry, frame, language)


def _frame(engagement: Engagement) -> PaperFrame:
    config, agency = engagement.config, engagement.workspace_config.agency
    rules = engagement.register.book.newest("engagement")
    return PaperFrame.of(
        engagement=config.name,
        client=config.client,
        agency=agency.name or engagement.workspace_config.workspace.user or "—",
        languages=config.languages,
        contract_ref=None if rules is None else getattr(rules.fields, "contract_ref", None),
    )


def _put(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(
            "refused",
            detail=f"{path} cannot be written: {system_words(error).en}.",
            detail_zh=f"无法写入 {path}：{system_words(error).zh}。",
        ) from error
