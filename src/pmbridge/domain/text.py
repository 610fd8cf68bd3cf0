"""Words of people and tools as :class:`~pmbridge.domain.figure.Text`: which language they are in, never translated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmbridge.domain.figure import Text
from pmbridge.domain.mapping import Words

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_AFTER_REF = " \t\u3000:：.．·-–—|/）)】]"


def text_of(words: Words, languages: Sequence[str]) -> Text:
    """Return what the configuration says; a plain string is in the first of *languages*."""
    chinese_first = languages[0].lower().startswith("zh")
    if isinstance(words, str):
        return Text(zh=words, original="zh") if chinese_first else Text(en=words, original="en")
    zh, en = words.get("zh") or None, words.get("en") or None
    return Text(zh=zh, en=en, original="zh" if (zh and chinese_first) or not en else "en")


def title_of(title: str) -> Text:
    """Return a tool's title. One with a Chinese character is Chinese, any other English."""
    shown = title.strip() or "?"
    return Text(zh=shown, original="zh") if _CHINESE.search(shown) else Text(en=shown, original="en")


def without_ref(title: str, ref: str) -> str:
    """Return *title* without the *ref* that it begins with, as both are printed together; whole if nothing stays."""
    rest = title.removeprefix(ref)
    if rest == title or rest[:1].isalnum():
        return title
    return rest.lstrip(_AFTER_REF) or title


def spaced(word: str) -> str:
    """Return *word* as it stands before Chinese words: with a blank, unless it ends in Chinese itself."""
    return word if _CHINESE.match(word[-1:]) else f"{word} "
