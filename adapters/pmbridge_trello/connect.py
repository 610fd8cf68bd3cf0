"""The dialogue of ``pmbridge connect trello``: the app's key, then the token that the account's owner allows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from pmbridge.adapter import Question, clean_origin
from pmbridge.errors import ConfigError
from pmbridge.values import Label
from pmbridge_trello.settings import API

_KEY = re.compile(r"[0-9a-fA-F]{32}")
_KEY_QUESTION = Question(
    key="api_key",
    text=Label(zh="API key（32 位）？", en="API key (32 characters)?"),
    help=Label(
        zh="1 打开 https://trello.com/power-ups/admin → New（iframe 地址留空）→ API Key 页签 → Generate a new API Key",
        en="1 Open https://trello.com/power-ups/admin → New (leave the iframe address empty) → tab API Key → "
        "Generate a new API Key",
    ),
)
_PASTE = Label(zh="粘贴令牌（不显示）", en="Paste the token (it stays invisible)")


def connect(answers: Mapping[str, str]) -> tuple[Mapping[str, object], Question | None]:
    """Return the settings that follow from *answers*, and the next question.

    The address is not asked: there is one Trello. ``read_only`` among the answers decides what the token may do.

    Raises:
        ConfigError: what was pasted is no API key, or ``base_url`` is no address.
    """
    settings: dict[str, object] = {"base_url": _base(answers)}
    if answers.get("auth") == "bearer":
        return settings, None if "secret" in answers else Question(key="secret", text=_PASTE, secret=True)
    if "api_key" not in answers:
        return settings, _KEY_QUESTION
    settings["api_key"] = key = _checked(answers["api_key"])
    return settings, None if "secret" in answers else _token_question(key, answers)


def _base(answers: Mapping[str, str]) -> str:
    text = answers.get("base_url", "").strip() or API
    if "://" not in text:
        text = f"https://{text}"
    text = re.sub(r"^https?://(www\.)?trello\.com(/.*)?$", API, text)  # the address of the pages, pasted
    insecure = answers.get("insecure_http", "").lower() == "true"
    return clean_origin(text, insecure_http=insecure).removesuffix("/1")


def _checked(pasted: str) -> str:
    key = pasted.strip()
    if _KEY.fullmatch(key):
        return key.lower()
    en = f"an API key has 32 characters, 0-9 and a-f; this has {len(key)}"
    zh = f"API key 是 32 位的 0-9、a-f；您输入的有 {len(key)} 位"
    if len(key) == 64 or key.startswith("ATTA"):
        en, zh = f"{en} (it looks like the Secret or a token)", f"{zh}（看起来是 Secret 或令牌）"
    raise ConfigError(n=1, file="api_key", problems=en, problems_zh=zh, faults=(en,))


def _token_question(key: str, answers: Mapping[str, str]) -> Question:
    writes = answers.get("read_only", "").lower() == "false"
    # As the vendor's own links have it; the comma of the scopes may stand as it is.
    link = "https://trello.com/1/authorize?" + urlencode(
        {
            "expiration": "never",
            "name": "pmbridge",
            "scope": "read,write" if writes else "read",
            "response_type": "token",
            "key": key,
        },
        safe=",",
    )
    return Question(
        key="secret",
        text=_PASTE,
        help=Label(
            zh=f"2 打开下面的链接，点「允许」，复制显示的令牌（注意：不是同一页上的 Secret）\n  {link}",
            en=f'2 Open the link below, click "Allow", copy the token that is shown (not the Secret of the page '
            f"before)\n  {link}",
        ),
        secret=True,
    )
