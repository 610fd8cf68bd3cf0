"""Which project a person means: one rule for every tool."""

from __future__ import annotations

import pytest

from pmbridge.adapter import project_called
from pmbridge.errors import ConfigError
from pmbridge.records import RemoteProject
from pmbridge.values import Label, ProjectId


def project(id_: str, key: str, name: str, *, archived: bool = False) -> RemoteProject:
    return RemoteProject(id=ProjectId(id_), key=key, name=name, archived=archived)


MALL, SHOP = project("1", "MALL", "商城 "), project("2", "SHOP", "Shop")


def called(text: str, *projects: RemoteProject) -> str:
    return project_called(text, projects, connection="jira").id


@pytest.mark.parametrize("text", ["MALL", " mall ", "商城", " 商城"])
def test_a_key_or_a_unique_name_is_enough_whatever_the_case_and_the_blanks(text: str) -> None:
    assert called(text, MALL, SHOP) == "1"


def test_a_key_goes_before_a_name() -> None:
    assert called("mall", project("3", "X", "Mall"), MALL) == "1"


def test_an_archived_one_that_is_called_like_an_open_one_is_not_meant() -> None:
    archived = project("3", "OLD", "Shop", archived=True)
    assert called("shop", archived, SHOP) == "2"
    assert called("shop", archived) == "3"


def test_what_several_are_called_is_refused_with_all_of_them() -> None:
    with pytest.raises(ConfigError) as caught:
        called("商城", MALL, SHOP, project("3", "", "商城"))
    assert caught.value.problems == ('"商城" is the name of MALL|1, 商城|3',)


@pytest.mark.parametrize(("text", "near"), [("mal", "MALL"), ("商", "商城"), ("?", "MALL, SHOP"), (" ", "MALL, SHOP")])
def test_what_none_is_called_lists_the_nearest_keys_and_names(text: str, near: str) -> None:
    with pytest.raises(ConfigError) as caught:
        called(text, MALL, SHOP, project("3", "", "", archived=True))
    assert near in caught.value.problems[0]
    assert "|3" not in caught.value.problems[0]


def test_the_tool_says_what_it_calls_a_project() -> None:
    with pytest.raises(ConfigError) as caught:
        project_called("x", (), connection="trello", noun=Label(zh="看板", en="board"))
    assert '"x" is no board here; near: -' in caught.value.text("en")
    assert "「x」不是这里的看板，相近：-" in caught.value.text("zh")
