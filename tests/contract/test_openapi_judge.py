"""The judge itself: it lets good traffic pass and finds what is wrong. Without this, "no faults" would mean little."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.openapi import Spec

SEARCH = "/rest/api/3/search/jql"


@pytest.fixture(scope="module")
def jira(shared: Path) -> Spec:
    return Spec.jira(shared)


def test_a_good_search_passes(jira: Spec) -> None:
    body = {"jql": "project in (10000)", "fields": ["summary"], "maxResults": 100, "reconcileIssues": [10001]}
    assert jira.request_faults("POST", SEARCH, {}, body) == []
    answer = {"issues": [{"id": "1", "key": "A-1", "fields": {"summary": None, "surprise": 1}}], "isLast": True}
    assert jira.response_faults("POST", SEARCH, 200, answer) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"jql": 5}, "jql"),
        ({"jql": "x", "maxResults": "100"}, "maxResults"),
        ({"jql": "x", "startAt": 0}, "startAt"),
        ({"jql": "x", "reconcileIssues": ["10001"]}, "reconcileIssues"),
    ],
)
def test_a_wrong_body_is_found(jira: Spec, body: object, word: str) -> None:
    (fault,) = jira.request_faults("POST", SEARCH, {}, body)
    assert word in fault


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"maxResults": ["many"]}, "invalid literal"),
        ({"expand": ["x"], "nosuch": ["1"]}, "nosuch"),
        ({"failFast": ["yes"]}, "no boolean"),
    ],
)
def test_a_wrong_query_is_found(jira: Spec, query: dict[str, list[str]], word: str) -> None:
    assert [fault for fault in jira.request_faults("GET", SEARCH, query) if word in fault]


def test_a_missing_required_parameter_is_found(jira: Spec) -> None:
    (fault,) = jira.request_faults("PUT", "/rest/api/3/issue/A-1", {}, None)
    assert "no body" in fault


def test_a_body_on_an_operation_without_one_is_found(jira: Spec) -> None:
    (fault,) = jira.request_faults("GET", "/rest/api/3/myself", {}, {"a": 1})
    assert "does not take" in fault


def test_a_wrong_answer_is_found(jira: Spec) -> None:
    assert jira.response_faults("POST", SEARCH, 200, {"issues": {}, "isLast": "no"})
    assert jira.response_faults("GET", "/rest/api/3/version/1", 200, {"id": 10000})
    assert jira.response_faults("GET", "/rest/api/3/version/1", 200, {"id": "1", "releaseDate": "31.12.2026"})
    assert jira.response_faults("GET", "/rest/api/3/version/1", 201, {})


def test_an_unknown_operation_is_found(jira: Spec) -> None:
    assert "no such operation" in jira.request_faults("GET", "/rest/api/3/milestones")[0]
    assert "no such operation" in jira.response_faults("GET", "/rest/api/3/milestones", 200, {})[0]


def test_the_gateway_and_version_2_are_the_same_site(jira: Spec) -> None:
    assert jira.request_faults("GET", "/rest/api/2/serverInfo") == []
    assert jira.request_faults("GET", "/ex/jira/11111111-2222-3333-4444-555555555555/rest/api/3/myself") == []


def test_boards_and_requests_come_from_their_own_documents(jira: Spec) -> None:
    board = jira.operation("GET", "/rest/agile/1.0/board/7/sprint")
    assert board is not None
    assert board.template == "/rest/agile/1.0/board/{boardId}/sprint"
    approval = "/rest/servicedeskapi/request/MALL-1/approval"
    assert jira.response_faults("GET", approval, 200, {"values": [{"id": "1", "finalDecision": "approved"}]}) == []
    assert jira.response_faults("GET", approval, 200, {"values": [{"id": "1", "finalDecision": "perhaps"}]})


def test_nulls_in_a_changelog_pass_as_the_corrections_say(jira: Spec) -> None:
    item = {"field": "duedate", "from": None, "fromString": None, "to": "2026-07-01", "toString": "2026-07-01"}
    page = {"values": [{"id": "1", "created": "2026-06-05T18:00:00.000+0800", "items": [item]}], "total": 1}
    assert jira.response_faults("GET", "/rest/api/3/issue/A-1/changelog", 200, page) == []


@pytest.fixture(scope="module")
def trello(shared: Path) -> Spec:
    return Spec.trello(shared)


BOARD = "/1/boards/5abbe4b7ddc1b351ef961414"


def test_a_good_trello_board_passes(trello: Spec) -> None:
    query = {"fields": ["name,closed"], "lists": ["all"], "list_fields": ["name"], "customFields": ["true"]}
    assert trello.request_faults("GET", BOARD, query) == []
    answer = {"id": "5abbe4b7ddc1b351ef961414", "idOrganization": None, "surprise": 1}
    assert trello.response_faults("GET", BOARD, 200, answer) == []


@pytest.mark.parametrize(
    ("path", "query", "word"),
    [
        (BOARD, {"lists_fields": ["name"]}, "lists_fields"),
        (BOARD, {"customFields": ["yes"]}, "customFields"),
        (f"{BOARD}/cards", {"colour": ["red"]}, "colour"),
        (f"{BOARD}/labels", {"limit": ["1001"]}, "1001"),
        (f"{BOARD}/actions", {"limit": ["many"]}, "limit"),
        ("/1/batch", {}, "urls"),
    ],
)
def test_a_wrong_trello_query_is_found(trello: Spec, path: str, query: dict[str, list[str]], word: str) -> None:
    (fault,) = trello.request_faults("GET", path, query)
    assert word in fault


def test_a_wrong_trello_answer_is_found(trello: Spec) -> None:
    answer = {"id": "short", "closed": "no", "memberships": "none"}
    faults = trello.response_faults("GET", BOARD, 200, answer)
    assert sorted(word for word in ("$.id", "$.closed", "$.memberships") for fault in faults if word in fault) == [
        "$.closed", "$.id", "$.memberships",
    ]  # fmt: skip


def test_a_key_that_pingcode_would_drop_is_found(shared: Path) -> None:
    spec, path = Spec.pingcode(shared), "/v1/pjm/work_items/5edca524cad2fa1125cb0630"
    assert spec.request_faults("PATCH", path, body={"title": "x"}) == []
    (fault,) = spec.request_faults("PATCH", path, body={"colour": "red"})
    assert "colour" in fault
