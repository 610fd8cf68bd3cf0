"""Long texts as vendors write them, made fit to be shown: every format → Markdown, and Markdown → HTML.

Remote text is hostile. Whatever the format, it becomes HTML, is reduced to a short list of harmless elements, and only
then Markdown; nothing that loads from elsewhere (images, frames, scripts) survives, and no raw HTML. Texts are
converted when they are shown, never on pull.
"""

from __future__ import annotations

from html import escape

from pmbridge.richtext import adf, slate, wiki
from pmbridge.richtext.safe import as_markdown, markdown_to_html
from pmbridge.values import Rich, RichFormat

__all__ = ["as_format", "to_html", "to_markdown"]


def to_markdown(rich: Rich) -> str:
    """Return *rich* as Markdown (CommonMark with pipe tables and ``~~strike~~``), empty for an empty text.

    The words always survive, the vendor's layout as far as Markdown has it. The result holds no image and no HTML;
    links lead to ``http``, ``https`` or ``mailto``.
    """
    match rich.format:
        case "adf":
            html = adf.to_html(rich.original)
        case "wiki":
            html = wiki.to_html(rich.original)
        case "html":
            html = rich.original
        case "markdown":
            html = markdown_to_html(rich.original)
        case "slate":
            html = slate.to_html(rich.original)
        case _:  # plain
            html = _plain_to_html(rich.original)
    shown = as_markdown(html)
    if not shown and rich.format == "markdown":  # nested beyond what the parser follows: the words alone
        shown = as_markdown(_plain_to_html(rich.original))
    return shown


def to_html(markdown: str) -> str:
    """Return *markdown* as a fragment of harmless HTML; HTML that stands in it is shown as text.

    Elements: headings, paragraphs, lists, tables, quotes, code, emphasis, rules, links (``rel`` set). No image, no
    style, no id. The fragment may stand in a page as it is.
    """
    return markdown_to_html(markdown)


def as_format(rich: Rich, wanted: RichFormat) -> Rich:
    """Return *rich* in the format that a vendor takes; the original, untouched, where it already is in it.

    By way of Markdown, so the layout arrives as far as Markdown has it; plain text arrives letter by letter.

    Raises:
        ValueError: no text can be written in that format (``slate``).
    """
    if rich.format == wanted:
        return rich
    from pmbridge.richtext import written  # only who writes needs it

    plain = rich.format == "plain"
    match wanted:
        case "adf":
            text = written.plain_to_adf(rich.original) if plain else written.markdown_to_adf(to_markdown(rich))
        case "wiki":
            text = written.plain_to_wiki(rich.original) if plain else written.markdown_to_wiki(to_markdown(rich))
        case "markdown":
            text = to_markdown(rich)
        case "html":
            text = to_html(to_markdown(rich))
        case "plain":
            text = to_markdown(rich)
        case _:
            raise ValueError(f"no text is written as {wanted}")
    return Rich(format=wanted, original=text)


def _plain_to_html(text: str) -> str:
    paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").split("\n\n")
    return "".join(f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in paragraphs if one.strip())
