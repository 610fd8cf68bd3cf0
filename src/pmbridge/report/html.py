"""A document as one HTML file: no script, no request, readable offline, on paper and by a screen reader.

Every text is escaped by the template engine; the only markup that passes is that of our own drawings, which escape
what they print themselves.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pmbridge.report import palette
from pmbridge.report.blocks import Block, Document

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLES = ("page.css", "tables.css", "narrow.css", "print.css")
_NARROW_OR_PAPER = frozenset({"narrow.css", "print.css"})
_SHAPES = {
    "red": "M1.5 1.5h9v9h-9z",
    "amber": "M6 .8 11.6 11H.4z",
    "green": "M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8z",
    "grey": "M6 .6 11.4 6 6 11.4.6 6zM6 3.2 3.2 6 6 8.8 8.8 6z",
}
"""Square, triangle, disc, hollow diamond: one shape per colour, on a field of 12 by 12."""


def render_html(document: Document) -> bytes:
    """Return *document* as UTF-8. The same document gives the same bytes."""
    return environment().get_template("page.html.j2").render(doc=document, csp=CSP, css=css()).encode()


@cache
def css(*more: str) -> Markup:
    """Return the style sheet of a page, with the sheets *more* after it."""
    return Markup(palette.css() + "\n" + "".join(map(_sheet, (*_STYLES, *more))))  # noqa: S704 - our own files


@cache
def screen_css() -> str:
    """Return the rules that hold on a screen of any width, colours as variables of the palette."""
    return "".join(_sheet(name) for name in _STYLES if name not in _NARROW_OR_PAPER)


def _sheet(name: str) -> str:
    return files("pmbridge.report").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment(*packages: str) -> Environment:
    """Return the template engine, with the templates of *packages* beside those of the report; escapes everything."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in ("pmbridge.report", *packages)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["kind"] = _kind
    environment.filters["drawing"] = Markup
    environment.globals["shapes"] = _SHAPES
    return environment


def _kind(block: Block) -> str:
    return type(block).__name__.lower()
