"""The formats of a report, all from the same data."""

from __future__ import annotations

from typing import Literal, get_args

from pmbridge.report.canonical import canonical_json, load_report, report_hash
from pmbridge.report.compose import compose
from pmbridge.report.html import render_html
from pmbridge.report.markdown import render_markdown
from pmbridge.report.model import ClientReport
from pmbridge.values import Language

Format = Literal["html", "md", "json", "pdf", "docx", "xlsx", "eml", "ics"]
FORMATS: tuple[Format, ...] = get_args(Format)
PLAIN: tuple[Format, ...] = ("html", "md", "json")
"""What is written without being asked for: it needs no add-on."""
MULTILINGUAL: frozenset[Format] = frozenset(FORMATS) - {"json"}
"""Formats with a file per language; the others serve all languages."""

__all__ = [
    "FORMATS", "MULTILINGUAL", "PLAIN", "Format", "canonical_json", "load_report", "render", "report_hash",
]  # fmt: skip


def render(report: ClientReport, format: Format, language: Language) -> bytes:  # noqa: A002 - the word for it
    """Return *report* as a file's bytes. The same report gives the same bytes; ``json`` is one for all languages.

    ``eml`` is the bare letter, to nobody and without enclosures. Each format loads its library when it is asked for.

    Raises:
        ConfigError: the add-on of the format is not installed (``extra-missing``), or no Chinese font for ``pdf``.
    """
    match format:
        case "json":
            return canonical_json(report)
        case "html":
            return render_html(compose(report, language))
        case "md":
            return render_markdown(compose(report, language))
        case "pdf":
            from pmbridge.report.pdf import render_pdf

            return render_pdf(compose(report, language))
        case "docx":
            from pmbridge.report.docx import render_docx

            return render_docx(compose(report, language), made_at=report.header.made_at)
        case "xlsx":
            from pmbridge.report.xlsx import render_xlsx

            return render_xlsx(report, language)
        case "eml":
            from pmbridge.report.letter import letter

            return letter(report, language)
        case "ics":
            from pmbridge.report.deadlines import render_deadlines

            return render_deadlines(report, language)
