"""The dialogue of `connect worktile`, and settings that cannot be right."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pmbridge.adapter import Response
from pmbridge.errors import ConfigError
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.settings import WorktileSettings


def ask(**answers: str) -> tuple[dict[str, object], Any]:
    def probe(url: str) -> Response:
        raise AssertionError(f"{url}: nothing answers without a token")

    settings, question = WorktileAdapter.connect(answers, probe)
    return dict(settings), question


def test_the_dialogue_asks_for_address_application_and_secret_in_these_words() -> None:
    settings, first = ask()
    assert settings == {}
    assert (first.key, first.text.zh, first.default, first.secret) == (
        "base_url", "地址？", "https://dev.worktile.com", False,
    )  # fmt: skip
    assert first.help.zh == (
        "需要 Worktile 团队管理员提供一个应用的 client_id 和 client_secret（团队鉴权 Tenant）。"
        "后台菜单位置未见公开文档，请问管理员。"
    )
    settings, second = ask(base_url="")
    assert settings == {"base_url": "https://dev.worktile.com"}
    assert (second.key, second.text.zh, second.help) == ("client_id", "client_id?", None)
    assert ask(base_url="", client_id=" ")[1].key == "client_id"
    settings, third = ask(base_url="", client_id=" abc ")
    assert (third.key, third.text.zh, third.secret) == ("secret", "client_secret（不显示）", True)
    settings, nothing = ask(base_url="", client_id=" abc ", secret="s")
    assert nothing is None
    assert settings == {"base_url": "https://dev.worktile.com", "client_id": "abc"}


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("dev.worktile.com", "https://dev.worktile.com"),
        ("https://dev.worktile.com/open-api/", "https://dev.worktile.com"),
        ("https://dev.worktile.com/api", "https://dev.worktile.com"),
        ("https://wt.firm.example/x/open-api", "https://wt.firm.example/x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_any_address_of_the_api_is_understood(given: str, base: str) -> None:
    assert ask(base_url=given)[0] == {"base_url": base}


@pytest.mark.parametrize(
    "given", ["http://wt.firm.example", "https://me@dev.worktile.com", "https://dev.worktile.com?a"]
)
def test_an_address_that_cannot_be_right_is_said_before_the_next_question(given: str) -> None:
    with pytest.raises(ConfigError):
        ask(base_url=given)


def made(**more: object) -> WorktileSettings:
    return WorktileSettings.model_validate({"client_id": "a", **more})


def test_the_two_apis_lie_under_the_address_unless_said_otherwise() -> None:
    assert made(base_url="https://a.example/").open_api == "https://a.example/open-api"
    assert made().oauth == "https://dev.worktile.com/api"
    assert made(open_api_url="https://b.example/x").open_api == "https://b.example/x"


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"web_url": "https://team.worktile.com/mission"},
        {"page_size": 500},
        {"workers": 20},
        {"endpoints": {"create_task": {"path": "/x"}}},
        {"endpoints": {"task_transitions": {"path": "/x"}}},
        {"endpoints": {"task_transitions": {"path": "https://else.example/{task_id}"}}},
        {"property_names": {"a": "预计日期", "b": "预计日期"}},
    ],
)
def test_settings_that_cannot_be_right_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        made(**wrong)
