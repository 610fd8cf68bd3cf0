"""The dialogue of ``pmbridge connect jira``: from a pasted address to settings, with as few questions as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from pydantic import ValidationError

from pmbridge.adapter import Question, Response, clean_origin, is_web_page, page_title
from pmbridge.errors import ConfigError, NotData
from pmbridge.values import Label
from pmbridge_jira.dialect import ANY_SERVER_INFO, CLOUD, dialect_of
from pmbridge_jira.site import SERVER_INFO
from pmbridge_jira.wire import ServerInfo

_TOKENS_SINCE = [8, 14]
_ADDRESS = Question(
    key="base_url",
    text=Label(zh="Jira 地址（浏览器地址栏里的）？", en="Jira address (as in the browser's address bar)?"),
)
_MAIL = Question(key="user", text=Label(zh="登录邮箱？", en="E-mail address you log in with?"))
_CLOUD_TOKEN = Question(
    key="secret",
    text=Label(zh="粘贴令牌（粘贴时不显示，属正常）", en="Paste the token (it stays invisible, that is normal)"),
    help=Label(
        zh="API 令牌：打开 https://id.atlassian.com/manage-profile/security/api-tokens\n"
        "  1 点 Create API token   2 名称填 pmbridge，有效期最长 1 年   3 Create → Copy",
        en="API token: open https://id.atlassian.com/manage-profile/security/api-tokens\n"
        "  1 Create API token   2 name it pmbridge, it may live up to one year   3 Create → Copy",
    ),
    secret=True,
)
_SERVER_TOKEN = Question(
    key="secret",
    text=_CLOUD_TOKEN.text,
    help=Label(
        zh="头像 → Profile → Personal Access Tokens → Create token（Jira 8.14 及以上）",
        en="Your picture → Profile → Personal Access Tokens → Create token (Jira 8.14 or later)",
    ),
    secret=True,
)
_USER_NAME = Question(
    key="user",
    text=Label(zh="用户名？", en="User name?"),
    help=Label(
        zh="此版本 Jira 没有个人访问令牌：输入用户名和密码",
        en="This Jira is older than personal access tokens: enter user name and password",
    ),
)
_PASSWORD = Question(
    key="secret",
    text=Label(zh="密码（输入时不显示，属正常）", en="Password (it stays invisible, that is normal)"),
    secret=True,
)


def connect(
    answers: Mapping[str, str], probe: Callable[[str], Response]
) -> tuple[Mapping[str, object], Question | None]:
    """Return the settings that follow from *answers*, and the next question.

    The pasted address is cut to the site; which Jira it is, is found out there, not asked. ``user`` among the answers
    chooses a password on Data Center.

    Raises:
        ConfigError: not an address, plain http, or no Jira there.
        NotData: a web page (login, proxy) where Jira should answer.
        PmbridgeError: what *probe* raises.
    """
    if "base_url" not in answers:
        return {}, _ADDRESS
    insecure = answers.get("insecure_http", "").lower() == "true"
    base, info = _site(answers["base_url"], probe, insecure_http=insecure)
    dialect = dialect_of(info.deploymentType)
    settings: dict[str, object] = {"base_url": base, "deployment": dialect.name}
    if dialect is CLOUD:
        if "user" not in answers:
            return settings, _MAIL
        settings["user"] = answers["user"].strip()
        return settings, None if "secret" in answers else _CLOUD_TOKEN
    has_tokens = (info.versionNumbers or [])[:2] >= _TOKENS_SINCE
    if has_tokens and not answers.get("user"):
        return settings, None if "secret" in answers else _SERVER_TOKEN
    if not answers.get("user"):
        return settings, _USER_NAME
    settings["user"] = answers["user"].strip()
    return settings, None if "secret" in answers else _PASSWORD


def _site(pasted: str, probe: Callable[[str], Response], *, insecure_http: bool) -> tuple[str, ServerInfo]:
    """Return the address of the site that *pasted* lies in, and what it says of itself."""
    page: Response | None = None
    for base in _candidates(pasted, insecure_http=insecure_http):
        response = probe(base + ANY_SERVER_INFO)
        if response.status != 200:
            continue
        try:
            return base, SERVER_INFO.validate_json(response.body)
        except ValidationError:
            page = response if is_web_page(response) else page
    if page is not None:  # a login or proxy page where Jira should answer
        raise NotData(host=urlsplit(page.url).netloc, title=page_title(page.body), url=page.url)
    problem = f"there is no Jira at {pasted.strip()}"
    raise ConfigError(
        n=1, file="base_url", problems=problem, problems_zh=f"{pasted.strip()} 处没有 Jira", faults=(problem,)
    )


def _candidates(pasted: str, *, insecure_http: bool) -> Iterator[str]:
    """Yield the origin, then with the first, then with the first two parts of the path: where Data Center may live."""
    text = pasted.strip()
    if "://" not in text:
        text = f"https://{text}"
    text = text.partition("?")[0].partition("#")[0]
    whole = clean_origin(text, insecure_http=insecure_http)
    parts = urlsplit(whole)
    origin = f"{parts.scheme}://{parts.netloc}"
    yield origin
    if parts.hostname and parts.hostname.endswith(".atlassian.net"):
        return
    steps = [step for step in parts.path.split("/") if step]
    for depth in range(1, min(2, len(steps)) + 1):
        yield origin + "/" + "/".join(steps[:depth])
