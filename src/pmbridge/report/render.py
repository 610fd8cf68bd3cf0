"""The formats of a report, all from the same data."""

from __future__ import annotations

from typing import Literal, get_args

from pmbridge.report.canonical import canonical_json, load_report, report_hash
from pmbridge.report.compose import compose
from pmbridge.report.html import render_html
from pmbridge.report.markdown import render_markdown
from pmbridge.report.model import ClientReport
from pmbridge.values import Language

Format = Literal["html", "md", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
MULTILINGUAL: frozenset[Format] = frozenset({"html", "md"})
"""Formats with a file per language; the others serve all languages."""

__all__ = ["FORMATS", "MULTILINGUAL", "Format", "canonical_json", "load_report", "render", "report_hash"]


def render(report: ClientReport, format: Format, language: Language) -> bytes:  # noqa: A002 - the word for it
    """Return *report* as a file's bytes. The same report gives the same bytes; ``json`` is one for all languages."""
    if format == "json":
        return canonical_json(report)
    document = compose(report, language)
    return render_html(document) if format == "html" else render_markdown(document)
