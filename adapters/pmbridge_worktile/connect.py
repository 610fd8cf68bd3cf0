"""The dialogue of ``pmbridge connect worktile``: the address, then the application of the team's administrator."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.adapter import Question, clean_origin
from pmbridge.values import Label
from pmbridge_worktile.settings import API

_ADDRESS = Question(
    key="base_url",
    text=Label(zh="地址？", en="Address?"),
    help=Label(
        zh="需要 Worktile 团队管理员提供一个应用的 client_id 和 client_secret（团队鉴权 Tenant）。"
        "后台菜单位置未见公开文档，请问管理员。",
        en="You need client_id and client_secret of an application that the administrator of your Worktile team makes "
        "(tenant authorization). No public page says where in the administration; ask your administrator.",
    ),
    default=API,
)
_CLIENT_ID = Question(key="client_id", text=Label(zh="client_id?", en="client_id?"))
_SECRET = Question(
    key="secret", text=Label(zh="client_secret（不显示）", en="client_secret (it stays invisible)"), secret=True
)


def connect(answers: Mapping[str, str]) -> tuple[Mapping[str, object], Question | None]:
    """Return the settings that follow from *answers*, and the next question.

    Raises:
        ConfigError: ``base_url`` is no address.
    """
    if "base_url" not in answers:
        return {}, _ADDRESS
    settings: dict[str, object] = {"base_url": _base(answers)}
    if not answers.get("client_id", "").strip():
        return settings, _CLIENT_ID
    settings["client_id"] = answers["client_id"].strip()
    return settings, None if "secret" in answers else _SECRET


def _base(answers: Mapping[str, str]) -> str:
    text = answers["base_url"].strip() or API
    if "://" not in text:
        text = f"https://{text}"
    insecure = answers.get("insecure_http", "").lower() == "true"
    base = clean_origin(text, insecure_http=insecure)
    # The addresses of the calls are pasted as often as that of the host.
    return base.removesuffix("/open-api").removesuffix("/api")
