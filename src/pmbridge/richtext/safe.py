"""HTML made harmless, harmless HTML ⇄ Markdown."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdownify import MarkdownConverter

MAX_NESTING = 100
"""Levels that Markdown is followed into; what lies deeper is cut off by the parser."""

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
    # spoken by other editors; Markdown has no other word for them than the ones above
    "b", "i", "div",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}}
_UNREADABLE = {"script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head"}
_SCHEMES = {"http", "https", "mailto"}
_LANGUAGE = re.compile(r"language-([A-Za-z0-9_+#.-]{1,30})")

_SPECIAL = re.compile(r"([\\`*\[\]<>~&])")
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)([#+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
_HREF_SPECIAL = {
    " ": "%20",
    "(": "%28",
    ")": "%29",
    "<": "%3C",
    ">": "%3E",
    "\n": "%0A",
    "\\": "%5C",
    "|": "%7C",
}


def clean(html: str) -> str:
    """Return *html* with nothing left but harmless elements; the text of unknown ones stays."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_UNREADABLE,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "code" and name == "class":
        found = _LANGUAGE.search(value)
        return found.group(0) if found else None
    if tag == "ol" and name == "start":
        return value if value.isascii() and value.isdigit() and len(value) < 7 else None
    return value


def markdown_to_html(markdown: str, *, html: bool = False) -> str:
    """Return *markdown* as clean HTML. ``html``: raw HTML in it is cleaned too, instead of being shown as text."""
    return clean((_WITH_HTML if html else _WITHOUT_HTML).render(markdown))


def as_markdown(html: str) -> str:
    """Return *html* cleaned and as Markdown, without a newline at its ends."""
    try:
        return _ToMarkdown().convert(clean(html)).strip()
    except RecursionError:  # nested deeper than any person writes: its words, without its layout
        words = nh3.clean(html, tags=set(), clean_content_tags=_UNREADABLE)
        return str(_ToMarkdown().convert(f"<p>{words}</p>")).strip()


class _Renderer(RendererHTML):
    def image(self, tokens: Any, idx: int, options: Any, env: Any) -> str:  # noqa: ARG002 - the library's signature
        return escape(tokens[idx].content)


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": MAX_NESTING}, renderer_cls=_Renderer)
    return parser.enable(["table", "strikethrough"])


_WITHOUT_HTML = _parser(html=False)
_WITH_HTML = _parser(html=True)


class _ToMarkdown(MarkdownConverter):
    """markdownify, which by itself leaves open how text could become markup: ``<``, ``|``, fences, addresses."""

    def __init__(self) -> None:
        super().__init__(autolinks=False, bullets="-", heading_style="atx", newline_style="backslash")

    def escape(self, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the library's signature
        text = _SPECIAL.sub(r"\\\1", text)
        text = _EDGE_UNDERSCORE.sub(r"\\_", text)
        return _LINE_START.sub(_break_marker, text)

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        if "_inline" in parent_tags:
            return " "
        # At the end of its block a break breaks nothing, and its backslash would be read as one.
        return "\\\n" if any(str(one).strip() for one in el.next_siblings) else ""

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        href = "".join(_HREF_SPECIAL.get(char, char) for char in el.get("href") or "")
        if not href or "_noformat" in parent_tags or not text.strip():
            return text
        return f"[{text.strip()}]({href})"

    def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
        text = text.strip("\n")
        if not text:
            return ""
        if "_inline" in parent_tags:  # in a table cell: one code span, a fence cannot stand there
            return _code_span(text.replace("\n", " "))
        found = _LANGUAGE.search(" ".join(code.get("class", [""])[0] for code in el.find_all("code")))
        fence = "`" * max(3, _longest_run(text) + 1)
        return f"\n\n{fence}{found.group(1) if found else ''}\n{text}\n{fence}\n\n"

    def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f" {_cell(text)} |"

    def convert_th(self, el: Any, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f" {_cell(text)} |"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _code_span(text: str) -> str:
    run = _longest_run(text)
    return f"{'`' * (run + 1)} {text} {'`' * (run + 1)}" if run else f"`{text}`"


def _break_marker(found: re.Match[str]) -> str:
    # "1." at the start of a line would begin a list; the backslash has to stand before the dot.
    space, marker = found.groups()
    return f"{space}{marker}\\" if marker.isdigit() else f"{space}\\{marker}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\|", "|").replace("|", "\\|")
