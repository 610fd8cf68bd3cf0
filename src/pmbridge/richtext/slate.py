"""The trees of a Slate editor, as Worktile keeps them → HTML.

A tree is JSON: a list of nodes, each with ``children`` or ``text``. No vendor publishes the types of its nodes. Of
those that Worktile's users have met, paragraphs, headings, lists, quotes, code and links become what they are; images,
emoji and mentions become their names; of any other node the text stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

_MAX_DEPTH = 60  # well inside what the Markdown converter follows
_LEVEL = re.compile(r"([1-6])\Z")
_ORDERED = ("number", "order", "ol")
_IN_A_LINE = ("link", "text")


def to_html(original: str) -> str:
    """Return the tree *original* as HTML, still to be cleaned. Text that is no tree comes back as a paragraph."""
    try:
        tree = json.loads(original)
    except (ValueError, RecursionError):
        return f"<p>{escape(original)}</p>"
    if isinstance(tree, dict):
        tree = tree.get("children", tree.get("document"))
    if not isinstance(tree, list):
        return f"<p>{escape(original)}</p>"
    return _blocks(tree, depth=0)


def _children(node: dict[str, Any]) -> list[Any]:
    found = node.get("children")
    return found if isinstance(found, list) else []


def _kind(node: dict[str, Any]) -> str:
    found = node.get("type")
    return found.lower() if isinstance(found, str) else ""


def _is_block(node: Any) -> bool:
    """Return whether *node* stands on lines of its own: all that has a type and is not known to stand in a line."""
    if not isinstance(node, dict) or not _kind(node):
        return False
    return not _is_inline(_kind(node)) and "text" not in node


def _is_inline(kind: str) -> bool:
    return kind in _IN_A_LINE or "emoji" in kind or "mention" in kind or "image" in kind or "inline" in kind


def _blocks(nodes: list[Any], *, depth: int) -> str:
    """Return *nodes* as blocks; what stands in a line between them becomes a paragraph."""
    parts: list[str] = []
    line: list[str] = []
    for node in nodes:
        if _is_block(node):
            parts += [*_paragraph(line), _block(node, depth=depth + 1)]
            line = []
        else:
            line.append(_inline(node, depth=depth + 1))
    return "".join([*parts, *_paragraph(line)])


def _paragraph(line: list[str]) -> Iterator[str]:
    text = "".join(line)
    if text.strip():
        yield f"<p>{text}</p>"


def _block(node: dict[str, Any], *, depth: int) -> str:
    kind, children = _kind(node), _children(node)
    if depth > _MAX_DEPTH:
        return f"<p>{escape(_words(node))}</p>"
    if kind.startswith("heading"):
        found = _LEVEL.search(kind) or _LEVEL.search(str(node.get("level", "")))
        level = found.group(1) if found else "3"
        return f"<h{level}>{_line(children, depth=depth)}</h{level}>"
    if "code" in kind:
        lines = [_words(one) for one in children] or [_words(node)]
        return f"<pre><code>{escape(chr(10).join(lines))}</code></pre>"
    if "quote" in kind:
        return f"<blockquote>{_blocks(children, depth=depth)}</blockquote>"
    if kind.endswith("list"):
        tag = "ol" if any(word in kind for word in _ORDERED) else "ul"
        return f"<{tag}>{''.join(_list_item(one, depth=depth) for one in children)}</{tag}>"
    return _blocks(children, depth=depth) if children else f"<p>{escape(_words(node))}</p>"


def _list_item(node: Any, *, depth: int) -> str:
    if not isinstance(node, dict):
        return ""
    if not _children(node):
        return f"<li>{escape(_words(node))}</li>"
    inside = [node] if _kind(node).endswith("list") else _children(node)
    return f"<li>{_blocks(inside, depth=depth + 1)}</li>"


def _line(nodes: list[Any], *, depth: int) -> str:
    return "".join(_inline(one, depth=depth + 1) for one in nodes)


def _inline(node: Any, *, depth: int) -> str:
    if not isinstance(node, dict):
        return ""
    if isinstance(text := node.get("text"), str):
        return escape(text).replace("\n", "<br>")
    if depth > _MAX_DEPTH:
        return escape(_words(node))
    kind, inside = _kind(node), _line(_children(node), depth=depth)
    if kind == "link":
        url = node.get("url")
        return f'<a href="{escape(url)}">{inside or escape(url)}</a>' if isinstance(url, str) else inside
    if "mention" in kind and (name := _name(node)):
        return escape(name if name.startswith("@") else f"@{name}")
    if "emoji" in kind and isinstance(code := node.get("code"), str):
        return escape(code)
    return inside if inside.strip() else escape(_name(node))


def _name(node: dict[str, Any]) -> str:
    """Return what a node without words is called: in itself, its ``data`` or its ``attrs``."""
    for holder in (node, node.get("data"), node.get("attrs")):
        if isinstance(holder, dict) and isinstance(name := holder.get("name"), str):
            return name
    return ""


def _words(node: Any) -> str:
    """Return all the text below *node*, in order, however deep it is nested."""
    words: list[str] = []
    stack = [node]
    while stack:
        one = stack.pop()
        if not isinstance(one, dict):
            continue
        if isinstance(text := one.get("text"), str):
            words.append(text)
        below = _children(one)
        if not below and "text" not in one:
            words.append(_name(one))
        stack += reversed(below)
    return "".join(words)
