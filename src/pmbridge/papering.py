"""Writing the papers of an engagement to files."""

from __future__ import annotations

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


def write_papers(engagement: Engagement, noun: str, ref: str | None, folder: Path) -> tuple[list[Path], str]:
    """Write the paper of *noun* (*ref* of a change or deliverable) in the engagement's languages, HTML and Markdown.

    Returns the files, HTML first, and the fingerprint of what is signed. Same register, same bytes.

    Raises:
        UnknownRef: no such record.
        Refused: nothing to put on the paper yet.
        ConfigError: a file cannot be written.
    """
    spoken = [one for one in LANGUAGES if one in engagement.config.languages] or list(LANGUAGES)
    papers = [paper(engagement, noun, ref, language) for language in spoken]
    written: list[Path] = []
    for suffix, render in (("html", render_html), ("md", render_markdown)):
        for one in papers:
            path = folder / f"{engagement.name}-{one.name}.{one.language}.{suffix}"
            _put(path, render(one))
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
