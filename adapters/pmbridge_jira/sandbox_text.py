"""Long texts in the two forms that Jira speaks: ADF documents on version 3, wiki markup on version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_adf(text: str | Mapping[str, object] | None) -> Mapping[str, object] | None:
    """Return a text as an ADF document: a plain one paragraph by paragraph, empty lines between them dropped."""
    if text is None or isinstance(text, Mapping):
        return text
    lines = [line for line in text.split("\n") if line]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


def as_wiki(text: str | Mapping[str, object] | None) -> str | None:
    """Return a text as a string; of a document only its words, one block a line."""
    if text is None or isinstance(text, str):
        return text
    blocks: Any = text.get("content", [])
    return "\n\n".join(_words(block) for block in blocks)


def _words(node: Mapping[str, Any]) -> str:
    if node.get("type") == "text":
        return str(node.get("text", ""))
    if node.get("type") == "hardBreak":
        return "\n"
    return "".join(_words(child) for child in node.get("content", []))
