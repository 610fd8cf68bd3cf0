"""The dialogue of `connect`: as few questions as possible, and no address but the site's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pmbridge.adapter import Response
from pmbridge.errors import ConfigError, NotData
from pmbridge_jira.adapter import JiraAdapter

CLOUD = {"deploymentType": "Cloud", "baseUrl": "https://qingchuan.atlassian.net", "versionNumbers": [1001, 0, 0]}
NEW = {"deploymentType": "Server", "baseUrl": "https://x", "version": "9.12.0", "versionNumbers": [9, 12, 0]}
OLD = {"deploymentType": "Server", "baseUrl": "https://x", "version": "8.5.1", "versionNumbers": [8, 5, 1]}
INFO = "/rest/api/2/serverInfo"


def probing(**sites: Any) -> tuple[list[str], Callable[[str], Response]]:
    """A network in which only *sites* answer; what they answer is JSON, a status or a page."""
    asked: list[str] = []

    def probe(url: str) -> Response:
        asked.append(url)
        found = sites.get(url.removesuffix(INFO), 404)
        if isinstance(found, bytes):
            status, body = 200, found
        else:
            status, body = (found, b"") if isinstance(found, int) else (200, json.dumps(found).encode())
        return Response(status=status, headers={}, body=body, url=url)

    return asked, probe


def ask(sites: dict[str, Any], **answers: str) -> tuple[dict[str, object], Any]:
    settings, question = JiraAdapter.connect(answers, probing(**sites)[1])
    return dict(settings), question


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        ("qingchuan.atlassian.net/jira/projects", "https://qingchuan.atlassian.net"),
        ("https://qingchuan.atlassian.net/browse/MALL-1?x=1#y", "https://qingchuan.atlassian.net"),
        ("  https://QINGCHUAN.atlassian.net/  ", "https://qingchuan.atlassian.net"),
    ],
)
def test_a_pasted_cloud_address_is_cut_to_the_site(pasted: str, base: str) -> None:
    settings, question = ask({base: CLOUD}, base_url=pasted)
    assert settings == {"base_url": base, "deployment": "cloud"}
    assert question.key == "user"


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        ("https://jira.example.cn/browse/MALL-1", "https://jira.example.cn"),
        ("https://jira.example.cn/jira/secure/Dashboard.jspa", "https://jira.example.cn/jira"),
        ("https://jira.example.cn:8443/tools/jira/browse/MALL-1", "https://jira.example.cn:8443/tools/jira"),
        ("http://127.0.0.1:8080/jira", "http://127.0.0.1:8080/jira"),
    ],
)
def test_a_pasted_data_center_address_keeps_its_context_path(pasted: str, base: str) -> None:
    settings, _ = ask({base: NEW}, base_url=pasted)
    assert settings == {"base_url": base, "deployment": "server"}


def test_the_first_question_is_the_address() -> None:
    settings, question = ask({})
    assert settings == {}
    assert question.key == "base_url"
    assert question.text.zh == "Jira 地址（浏览器地址栏里的）？"


def test_cloud_asks_for_mail_then_token_then_nothing() -> None:
    site = {"https://q.atlassian.net": CLOUD}
    _, mail = ask(site, base_url="q.atlassian.net")
    assert (mail.key, mail.text.zh, mail.secret) == ("user", "登录邮箱？", False)
    settings, token = ask(site, base_url="q.atlassian.net", user=" wang@qingchuan.example ")
    assert settings["user"] == "wang@qingchuan.example"
    assert (token.key, token.secret) == ("secret", True)
    assert "https://id.atlassian.com/manage-profile/security/api-tokens" in token.help.zh
    assert "Create API token" in token.help.en
    settings, nothing = ask(site, base_url="q.atlassian.net", user="w@q.example", secret="t")
    assert nothing is None
    assert "secret" not in settings


def test_data_center_asks_for_a_personal_access_token_and_no_mail() -> None:
    site = {"https://jira.example.cn": NEW}
    settings, token = ask(site, base_url="jira.example.cn")
    assert token.key == "secret"
    assert token.help.zh == "头像 → Profile → Personal Access Tokens → Create token（Jira 8.14 及以上）"
    assert ask(site, base_url="jira.example.cn", secret="t") == (settings, None)


def test_an_older_data_center_asks_for_user_name_and_password() -> None:
    site = {"https://jira.example.cn": OLD}
    _, user = ask(site, base_url="jira.example.cn")
    assert user.key == "user"
    assert "输入用户名和密码" in user.help.zh
    settings, password = ask(site, base_url="jira.example.cn", user="wang")
    assert settings["user"] == "wang"
    assert "密码" in password.text.zh


def test_a_user_name_given_on_data_center_means_a_password() -> None:
    settings, password = ask({"https://jira.example.cn": NEW}, base_url="jira.example.cn", user="wang")
    assert settings["user"] == "wang"
    assert password.secret
    assert "密码" in password.text.zh


@pytest.mark.parametrize(
    "pasted", ["http://jira.example.cn", "ftp://jira.example.cn", "https://u:p@jira.example.cn", ""]
)
def test_an_address_that_cannot_be_safe_is_refused_before_anything_is_sent(pasted: str) -> None:
    asked, probe = probing()
    with pytest.raises(ConfigError):
        JiraAdapter.connect({"base_url": pasted}, probe)
    assert asked == []


def test_plain_http_is_taken_where_it_was_allowed() -> None:
    site = {"http://jira.lan": NEW}
    settings, _ = ask(site, base_url="http://jira.lan/browse/X-1", insecure_http="true")
    assert settings["base_url"] == "http://jira.lan"


def test_an_address_without_jira_says_so() -> None:
    with pytest.raises(ConfigError) as refused:
        ask({}, base_url="https://www.example.cn/about")
    assert "www.example.cn" in refused.value.text("zh")


def test_a_login_page_is_called_a_web_page() -> None:
    page = b"<!DOCTYPE html><html><head><title>SSO</title></head></html>"
    with pytest.raises(NotData) as refused:
        ask({"https://jira.example.cn": page}, base_url="https://jira.example.cn")
    assert "SSO" in refused.value.text("zh")
    settings, _ = ask({"https://sso.cn": page, "https://sso.cn/jira": NEW}, base_url="https://sso.cn/jira/browse/X-1")
    assert settings["base_url"] == "https://sso.cn/jira"


def test_at_most_three_addresses_are_tried_and_none_on_another_host() -> None:
    asked, probe = probing()
    with pytest.raises(ConfigError):
        JiraAdapter.connect({"base_url": "https://jira.example.cn/a/b/c/d"}, probe)
    assert asked == [f"https://jira.example.cn{path}{INFO}" for path in ("", "/a", "/a/b")]
