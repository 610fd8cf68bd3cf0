"""Jira's wiki markup (Data Center, REST v2) → HTML: what people type, not the whole renderer.

Understood: headings, paragraphs, line breaks, emphasis, monospace, lists, tables, quotes, code, rules, links, mentions,
colours (dropped), images and attachments (their name). Anything else, macros included, stays as the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_BLOCK_START = re.compile(r"\{(code|noformat|quote)(?::([^}\n]*))?\}")
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_LIST = re.compile(r"([*#-]{1,10})\s+(.*)")
_RULE = re.compile(r"-{4,}\s*$")
_PANEL_OR_COLOR = re.compile(r"\{(?:color|panel)(?::[^}\n]{0,200})?\}")
_LANGUAGE = re.compile(r"(?:^|\|)(?:language=)?([A-Za-z0-9_+#.-]{1,30})(?=\||$)")
_INLINE = re.compile(
    r"(?P<escaped>\\[{}\[\]*_\-+^~!|#\\])"
    r"|\{\{(?P<mono>[^\n]{1,1000}?)\}\}"
    r"|\[~(?:accountid:)?(?P<mention>[^\]\n]{1,200})\]"
    r"|\[\^(?P<file>[^\]\n]{1,300})\]"
    r"|\[(?:(?P<words>[^\]|\n]{1,1000})\|)?(?P<href>(?:https?://|mailto:)[^\]|\s]{1,2000})(?:\|[^\]\n]{0,100})?\]"
    r"|!(?P<image>[^!\s|][^!\n|]{0,300})(?:\|[^!\n]{0,300})?!"
    r"|(?P<bare>https?://[^\s|\]<>\"']{1,2000})"
    r"|(?<!\w)(?P<mark>[*_+^~-])(?P<marked>\S(?:[^\n]{0,500}?\S)?)(?P=mark)(?!\w)"
)
_MARKS = {"*": "strong", "_": "em", "-": "del", "^": "sup", "~": "sub"}


def to_html(text: str) -> str:
    """Return *text* as HTML; everything that is not understood is escaped text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Yield the blocks between braces first: nothing inside them is markup (code) or all of it is quoted."""
    position = 0
    for start in _BLOCK_START.finditer(text):
        if start.start() < position:
            continue
        closing = "{" + start.group(1) + "}"
        end = text.find(closing, start.end())
        if end < 0:
            continue
        yield from _lines(text[position : start.start()])
        yield _braced(start.group(1), start.group(2) or "", text[start.end() : end])
        position = end + len(closing)
    yield from _lines(text[position:])


def _braced(kind: str, options: str, inside: str) -> str:
    if kind == "quote":
        return f"<blockquote>{''.join(_lines(inside))}</blockquote>"
    language = _LANGUAGE.search(options) if kind == "code" else None
    css = f' class="language-{language.group(1)}"' if language else ""
    code = escape(inside.strip("\n"))
    return f"<pre><code{css}>{code}</code></pre>"


def _lines(text: str) -> Iterator[str]:
    paragraph: list[str] = []
    items: list[tuple[str, str]] = []
    rows: list[str] = []

    def flush() -> Iterator[str]:
        if paragraph:
            yield f"<p>{'<br>'.join(_inline(line) for line in paragraph)}</p>"
        if items:
            yield _list(items)
        if rows:
            yield f"<table>{''.join(_row(row) for row in rows)}</table>"
        paragraph.clear()
        items.clear()
        rows.clear()

    for raw in _PANEL_OR_COLOR.sub("", text).split("\n"):
        line = raw.strip()
        if found := _HEADING.fullmatch(line):
            yield from flush()
            yield f"<h{found.group(1)}>{_inline(found.group(2))}</h{found.group(1)}>"
        elif _RULE.fullmatch(line):
            yield from flush()
            yield "<hr>"
        elif line.startswith("bq. "):
            yield from flush()
            yield f"<blockquote><p>{_inline(line[4:])}</p></blockquote>"
        elif found := _LIST.fullmatch(line):
            if not items:
                yield from flush()
            items.append((found.group(1), found.group(2)))
        elif line.startswith("|"):
            if not rows:
                yield from flush()
            rows.append(line)
        elif not line:
            yield from flush()
        elif items:
            items[-1] = (items[-1][0], f"{items[-1][1]}\n{line}")
        else:
            if rows:
                yield from flush()
            paragraph.append(line)
    yield from flush()


def _list(items: list[tuple[str, str]]) -> str:
    """Return nested lists: the number of markers is the depth, the last marker the kind."""
    html: list[str] = []
    open_tags: list[str] = []
    for markers, words in items:
        tag = "ol" if markers[-1] == "#" else "ul"
        depth = len(markers)
        while len(open_tags) > depth or (len(open_tags) == depth and open_tags[-1] != tag):
            html.append(f"</li></{open_tags.pop()}>")
        if len(open_tags) == depth:
            html.append("</li>")
        while len(open_tags) < depth:
            kind = "ol" if markers[len(open_tags)] == "#" else "ul"
            # A list that begins two levels deep has no item to hang the inner one on.
            html.append(f"<{kind}>" + ("<li>" if len(open_tags) + 1 < depth else ""))
            open_tags.append(kind)
        html.append(f"<li>{'<br>'.join(_inline(line) for line in words.split(chr(10)))}")
    html += [f"</li></{tag}>" for tag in reversed(open_tags)]
    return "".join(html)


def _row(line: str) -> str:
    tag = "th" if line.startswith("||") else "td"
    cells = re.split(r"(?<!\\)\|\|?(?![^\[\]]*\])", line.strip())[1:]
    if cells and not cells[-1].strip():
        cells.pop()
    return "<tr>" + "".join(f"<{tag}>{_inline(cell.strip())}</{tag}>" for cell in cells) + "</tr>"


def _inline(text: str) -> str:
    html: list[str] = []
    position = 0
    for found in _INLINE.finditer(text):
        html += [escape(text[position : found.start()]), _span(found)]
        position = found.end()
    html.append(escape(text[position:]))
    return "".join(html).replace("\\\\", "<br>")


def _span(found: re.Match[str]) -> str:
    part = found.groupdict()
    if part["escaped"]:
        # A doubled backslash is a forced line break, which is left for the caller.
        return "\\\\" if part["escaped"] == "\\\\" else escape(part["escaped"][1:])
    if part["mono"]:
        return f"<code>{escape(part['mono'])}</code>"
    if part["mention"]:
        return "@" + escape(part["mention"])
    if part["file"] or part["image"]:
        return "📎 " + escape(part["file"] or part["image"])
    if href := part["href"] or part["bare"]:
        words = _inline(part["words"]) if part["words"] else escape(href)
        return f'<a href="{escape(href)}">{words}</a>'
    inner = _inline(part["marked"])
    tag = _MARKS.get(part["mark"])
    return f"<{tag}>{inner}</{tag}>" if tag else inner
