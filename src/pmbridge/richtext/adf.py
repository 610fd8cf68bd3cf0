"""Atlassian Document Format → HTML, by way of marklas.

marklas knows the node types of today and drops others in its plain form. So a document is first reduced to what it
knows: an unknown node gives way to its children or, if it is a leaf, to its text; malformed members are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from marklas import to_md

from pmbridge.richtext.safe import markdown_to_html

_INLINE = {
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "placeholder",
    "mediaInline",
}
_BLOCK = {
    "paragraph", "heading", "codeBlock", "blockquote", "bulletList", "orderedList", "listItem", "rule", "table",
    "tableRow", "tableHeader", "tableCell", "panel", "expand", "nestedExpand", "mediaSingle", "mediaGroup", "media",
    "caption", "blockCard", "embedCard", "taskList", "taskItem", "blockTaskItem", "decisionList", "decisionItem",
    "layoutSection", "layoutColumn",
}  # fmt: skip
_LEAVES = {"hardBreak", "mention", "emoji", "date", "status", "inlineCard", "placeholder", "mediaInline", "rule",
           "media", "blockCard", "embedCard"}  # fmt: skip
_MARKS = {"strong", "em", "strike", "code", "underline", "link", "subsup"}
_HOLDS_INLINE = {"paragraph", "heading", "codeBlock", "caption", "taskItem", "decisionItem"}
# Blocks whose children have one fixed type; a stranger in them is kept as text of its own, before or after.
_HOLDS_ONLY = {
    "bulletList": {"listItem"}, "orderedList": {"listItem"}, "table": {"tableRow"},
    "tableRow": {"tableHeader", "tableCell"}, "mediaSingle": {"media", "caption"}, "mediaGroup": {"media"},
    "taskList": {"taskItem", "blockTaskItem", "taskList"}, "decisionList": {"decisionItem"},
    "layoutSection": {"layoutColumn"},
}  # fmt: skip
_SURPRISES = (
    AttributeError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_MAX_DEPTH = 60  # well inside what the Markdown parser follows, which counts more levels


def to_html(original: str) -> str:
    """Return the ADF document *original* as clean HTML. Text that is no ADF comes back as a paragraph."""
    try:
        document = json.loads(original)
    except ValueError:
        return f"<p>{escape(original)}</p>"
    if not isinstance(document, dict):
        return f"<p>{escape(original)}</p>"
    reduced = {"type": "doc", "version": 1, "content": _blocks(document, depth=0)}
    try:
        return markdown_to_html(to_md(reduced, plain=True), html=True)
    except _SURPRISES:  # a known node is not what the library expects: the words, without the layout
        return "".join(f"<p>{escape(text)}</p>" for text in _paragraphs(document))


def _children(node: dict[str, Any]) -> list[dict[str, Any]]:
    content = node.get("content")
    if not isinstance(content, list):
        return []
    return [child for child in content if isinstance(child, dict) and isinstance(child.get("type"), str)]


def _attrs(node: dict[str, Any]) -> dict[str, Any]:
    found = node.get("attrs")
    return found if isinstance(found, dict) else {}


def _blocks(node: dict[str, Any], *, depth: int) -> list[dict[str, Any]]:
    """Return the children of *node* as block nodes; runs of inline children become paragraphs."""
    blocks: list[dict[str, Any]] = []
    run: list[dict[str, Any]] = []
    for child in _children(node):
        if child["type"] in _INLINE or (child["type"] not in _BLOCK and not _has_blocks(child)):
            run += _inlines(child)
            continue
        if run:
            blocks.append({"type": "paragraph", "content": run})
            run = []
        blocks += _block(child, depth=depth + 1)
    if run:
        blocks.append({"type": "paragraph", "content": run})
    return blocks


def _has_blocks(node: dict[str, Any]) -> bool:
    return any(child["type"] in _BLOCK or _has_blocks(child) for child in _children(node))


def _block(node: dict[str, Any], *, depth: int) -> list[dict[str, Any]]:
    kind = node["type"]
    if depth > _MAX_DEPTH:
        return [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in _paragraphs(node)]
    if kind not in _BLOCK:
        return _blocks(node, depth=depth)
    kept = {"type": kind, "attrs": _attrs(node)}
    if kind in _LEAVES:
        return [kept]
    if kind in _HOLDS_INLINE:
        return [kept | {"content": [inline for child in _children(node) for inline in _inlines(child)]}]
    if kind in _HOLDS_ONLY:
        inside = [child for child in _children(node) if child["type"] in _HOLDS_ONLY[kind]]
        beside = [child for child in _children(node) if child["type"] not in _HOLDS_ONLY[kind]]
        content = [one for child in inside for one in _block(child, depth=depth + 1)]
        return [kept | {"content": content}, *_blocks({"content": beside}, depth=depth)]
    return [kept | {"content": _blocks(node, depth=depth)}]


def _inlines(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return *node* as inline nodes that the library knows; what is unknown leaves its text behind."""
    kind = node["type"]
    if kind == "text":
        text = node.get("text")
        if not isinstance(text, str) or not text:
            return []
        marks = node.get("marks")
        known = [m for m in marks if isinstance(m, dict) and m.get("type") in _MARKS] if isinstance(marks, list) else []
        return [{"type": "text", "text": text, "marks": known}]
    if kind in _INLINE:
        return [{"type": kind, "attrs": _attrs(node)}]
    if children := _children(node):
        return [inline for child in children for inline in _inlines(child)]
    text = _attrs(node).get("text") or _attrs(node).get("title") or node.get("text")
    return [{"type": "text", "text": text, "marks": []}] if isinstance(text, str) and text else []


def _paragraphs(node: dict[str, Any]) -> Iterator[str]:
    """Yield the words of *node*, one string per block of text, in order, however deep it is nested."""
    words: list[str] = []
    stack: list[dict[str, Any]] = [node]
    while stack:
        one = stack.pop()
        if one.get("type") in _BLOCK and words:
            yield "".join(words)
            words = []
        text = one.get("text") if one.get("type") == "text" else _attrs(one).get("text")
        if isinstance(text, str):
            words.append(text)
        stack += reversed(_children(one))
    if words:
        yield "".join(words)
