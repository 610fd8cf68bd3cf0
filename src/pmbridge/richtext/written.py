"""Markdown and plain text → the formats in which vendors take long texts: ADF and wiki markup.

Only what Markdown has can be written; the words always arrive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from marklas import to_adf

from pmbridge.richtext.safe import MAX_NESTING

_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
_BARE = re.compile(r"https?://[^\s|\]<>\"']+")
# A backslash stays as it is: two of them break the line. What closes needs no mark where nothing is open.
_WIKI_SPECIAL = re.compile(r"[{}\[|!^~*_]|(?<!\w)[-+](?=\S)|(?<=\S)[-+](?!\w)|^[-#](?=\s)", re.MULTILINE)
_WIKI_HREF = {"|": "%7C", "]": "%5D", "[": "%5B", " ": "%20"}
_MARKS = {"strong": "*", "em": "_", "s": "-"}


def markdown_to_adf(markdown: str) -> str:
    """Return *markdown* as an ADF document, as JSON; a document without content for an empty text."""
    return _json(_without_empty(to_adf(markdown)))


def plain_to_adf(text: str) -> str:
    """Return *text* as an ADF document: a paragraph for each block between empty lines, line breaks kept."""
    paragraphs = []
    for block in _blocks(text):
        content: list[dict[str, Any]] = []
        for line in block.split("\n"):
            if content:
                content.append({"type": "hardBreak"})
            if line:
                content.append({"type": "text", "text": line})
        paragraphs.append({"type": "paragraph", "content": content})
    return _json({"type": "doc", "version": 1, "content": paragraphs})


def markdown_to_wiki(markdown: str) -> str:
    """Return *markdown* as Jira's wiki markup."""
    return "\n\n".join(_wiki_blocks(_PARSER.parse(markdown)))


def plain_to_wiki(text: str) -> str:
    """Return *text* as Jira's wiki markup that shows it as it is."""
    return "\n\n".join(_escaped(block) for block in _blocks(text))


def _blocks(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return [block.strip("\n") for block in re.split(r"\n[ \t]*\n", lines) if block.strip()]


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _without_empty(node: dict[str, Any]) -> dict[str, Any]:
    """Return *node* without text nodes that hold nothing: Jira refuses a document that has one."""
    kept = {key: value for key, value in node.items() if key != "content"}
    if "content" in node:
        children = [one for one in node["content"] if one.get("type") != "text" or one.get("text")]
        kept["content"] = [_without_empty(one) for one in children]
    return kept


# ---------------------------------------------------------------------------------------------- wiki markup


def _wiki_blocks(tokens: Sequence[Token], lists: str = "") -> Iterator[str]:
    """Yield the blocks of *tokens*; *lists*: the marks of the lists around them."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _end_of(tokens, at)
        inside = tokens[at + 1 : end]
        match token.type:
            case "heading_open":
                yield f"h{token.tag[1]}. {_inline(inside)}"
            case "paragraph_open":
                yield _inline(inside)
            case "bullet_list_open" | "ordered_list_open":
                mark = lists + ("*" if token.type.startswith("bullet") else "#")
                yield "\n".join(_wiki_items(inside, mark))
            case "blockquote_open":
                yield "{quote}\n" + "\n\n".join(_wiki_blocks(inside)) + "\n{quote}"
            case "fence" | "code_block":
                language = token.info.split()[0] if token.info.split() else ""
                opening = f"{{code:{language}}}" if re.fullmatch(r"[A-Za-z0-9_+#.-]+", language) else "{code}"
                yield f"{opening}\n{token.content.rstrip()}\n{{code}}"
            case "hr":
                yield "----"
            case "table_open":
                yield "\n".join(_wiki_rows(inside))
            case "inline":
                yield _inline([token])
            case _:
                pass
        at = end + 1


def _wiki_items(tokens: Sequence[Token], mark: str) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        end = _end_of(tokens, at)
        blocks = list(_wiki_blocks(tokens[at + 1 : end], lists=mark))
        first = 0 if blocks and not blocks[0].startswith(mark) else None
        if first is not None:
            yield f"{mark} {blocks[0]}"
        for block in blocks[1 if first is not None else 0 :]:
            # What hangs on an item and is no list of its own stands on a line of the item.
            yield block if block.startswith(mark) else block.replace("\n\n", "\n")
        at = end + 1


def _wiki_rows(tokens: Sequence[Token]) -> Iterator[str]:
    row: list[str] = []
    bar = "|"
    for at, token in enumerate(tokens):
        match token.type:
            case "tr_open":
                row = []
            case "th_open" | "td_open":
                bar = "||" if token.type == "th_open" else "|"
                row.append(_inline(tokens[at + 1 : _end_of(tokens, at)]).replace("\n", " ") or " ")
            case "tr_close":
                yield bar + bar.join(row) + bar
            case _:
                pass


def _end_of(tokens: Sequence[Token], at: int) -> int:
    """Return where the block that begins at *at* ends: itself for one of a single token."""
    if tokens[at].nesting != 1:
        return at
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _inline(tokens: Sequence[Token]) -> str:
    text: list[str] = []
    links: list[str] = []
    for token in (child for one in tokens if one.type == "inline" for child in one.children or ()):
        name = token.type.removesuffix("_open").removesuffix("_close")
        match token.type:
            case "text" | "html_inline":
                text.append(_escaped(token.content))
            case "code_inline":
                text.append("{{" + token.content + "}}")
            case "softbreak" | "hardbreak":
                text.append("\n")
            case "link_open":
                links.append("".join(_WIKI_HREF.get(c, c) for c in str(token.attrGet("href") or "")))
                text.append("[" if links[-1] else "")
            case "link_close":
                href = links.pop()
                text.append(f"|{href}]" if href else "")
            case "image":
                text.append(_escaped(token.content))
            case _ if name in _MARKS:
                text.append(_MARKS[name])
            case _:
                text.append(_escaped(token.content))
    return "".join(text).strip()


def _escaped(text: str) -> str:
    """Return *text* with everything escaped that wiki markup would read as its own; addresses stay whole."""
    found: list[str] = []
    at = 0
    for address in _BARE.finditer(text):
        found += [_WIKI_SPECIAL.sub(r"\\\g<0>", text[at : address.start()]), address.group(0)]
        at = address.end()
    found.append(_WIKI_SPECIAL.sub(r"\\\g<0>", text[at:]))
    return "".join(found)
