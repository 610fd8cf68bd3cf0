"""The dialogue of ``pmbridge connect pingcode``: address, client id, client secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pmbridge.adapter import Question, Response, clean_origin, is_web_page, page_title
from pmbridge.errors import ConfigError, NotData
from pmbridge.values import Label
from pmbridge_pingcode.settings import CLOUD

_PROBE = "/v1/directory/team"
_MENU = Label(
    zh="需要 PingCode 管理员：企业后台 → 凭据管理 → 创建应用 → 选企业令牌（client credentials），"
    "数据范围选 项目、工作项、迭代、发布、产品、工单 的「读」；要写入时再加 工作项、发布、工单、需求 的「写」",
    en="Needs a PingCode administrator: 企业后台 (admin) → 凭据管理 (credentials) → create an application → "
    "enterprise token (client credentials), data range: read of projects, work items, sprints, releases, products, "
    "tickets; to write also: write of work items, releases, tickets, ideas",
)
_ADDRESS = Question(key="base_url", text=Label(zh="地址？", en="Address?"), help=_MENU, default=CLOUD)
_CLIENT = Question(key="client_id", text=Label(zh="client_id？", en="client_id?"))
_SECRET = Question(
    key="secret", text=Label(zh="client_secret（不显示）", en="client_secret (it stays invisible)"), secret=True
)
_REFRESH = Question(
    key="secret", text=Label(zh="refresh_token（不显示）", en="refresh_token (it stays invisible)"), secret=True
)


def connect(
    answers: Mapping[str, str], probe: Callable[[str], Response]
) -> tuple[Mapping[str, object], Question | None]:
    """Return the settings that follow from *answers*, and the next question.

    The address of the pages, pasted, leads to that of the API. ``grant`` among the answers chooses a person's refresh
    token in place of an application's secret.

    Raises:
        ConfigError: not an address, plain http, or no PingCode there.
        NotData: a web page where PingCode's API should answer.
        PmbridgeError: what *probe* raises.
    """
    if "base_url" not in answers:
        return {}, _ADDRESS
    insecure = answers.get("insecure_http", "").lower() == "true"
    settings: dict[str, object] = {"base_url": _root(answers["base_url"], probe, insecure_http=insecure)}
    if answers.get("grant") == "refresh_token":
        settings["grant"] = "refresh_token"
        return settings, None if "secret" in answers else _REFRESH
    if not answers.get("client_id", "").strip():
        return settings, _CLIENT
    settings["client_id"] = answers["client_id"].strip()
    return settings, None if "secret" in answers else _SECRET


def _root(pasted: str, probe: Callable[[str], Response], *, insecure_http: bool) -> str:
    """Return the REST root that *pasted* belongs to: one of the public cloud's pages, or of a private deployment."""
    text = pasted.strip() or CLOUD
    if "://" not in text:
        text = f"https://{text}"
    whole = clean_origin(text.partition("?")[0].partition("#")[0], insecure_http=insecure_http)
    parts = urlsplit(whole)
    if parts.hostname and (parts.hostname == "pingcode.com" or parts.hostname.endswith(".pingcode.com")):
        return CLOUD
    origin = f"{parts.scheme}://{parts.netloc}"
    page: Response | None = None
    for root in (f"{origin}/open", origin):
        response = probe(root + _PROBE)
        if _is_pingcode(response):
            return root
        page = response if is_web_page(response) else page
    if page is not None:
        raise NotData(host=parts.netloc, title=page_title(page.body), url=page.url)
    problem = f"there is no PingCode API at {origin}/open or {origin}"
    zh = f"{origin}/open 和 {origin} 处都没有 PingCode 接口"
    raise ConfigError(n=1, file="base_url", problems=problem, problems_zh=zh, faults=(problem,))


def _is_pingcode(response: Response) -> bool:
    """Return whether a stranger was refused in PingCode's manner: 401, as seen, or 403, with its error body if any."""
    if response.status not in (401, 403) or is_web_page(response):
        return False
    try:
        body = json.loads(response.body or b"{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and (not body or "code" in body)
