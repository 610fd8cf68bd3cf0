"""What each of Jira's answers amounts to, body or no body, and how long it asks to wait."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmbridge.adapter import Response
from pmbridge.errors import (
    CredentialRefused,
    NotData,
    NotVisible,
    PmbridgeError,
    ProtocolError,
    RateLimited,
    Rejected,
    StaleWrite,
    Unreachable,
)
from pmbridge_jira.classify import Classifier, faults_of, pace, rate_key, wait_of

DATE = "Tue, 17 Feb 2026 12:00:00 GMT"
ENVELOPE = {"errorMessages": ["Issue does not exist or you do not have permission to see it."], "errors": {}}
PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body></body></html>"


def response(
    status: int, body: Any = None, *, path: str = "/rest/api/3/search/jql", known: bool = True, **headers: Any
) -> Response:
    sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    if known:
        kept["x-aaccountid"] = "5b10"
    return Response(status=status, headers=kept, body=sent, url=f"https://jira.example{path}")


def classified(answer: Response, *, cloud: bool = True) -> PmbridgeError | None:
    return Classifier(connection="jira", user="wang@example.com", names_account=lambda: cloud)(answer)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"issues": []}, None),
        (204, None, None),
        (200, PAGE, NotData),
        (400, {"errorMessages": ["Error in the JQL Query"], "errors": {}}, Rejected),
        (400, {"errors": {"fixVersions": "Field is not on the screen"}}, Rejected),
        (400, b"Bad request", ProtocolError),
        (400, PAGE, NotData),
        (401, None, CredentialRefused),
        (401, b"Client must be authenticated", CredentialRefused),
        (401, PAGE, CredentialRefused),
        (401, {"code": 401, "message": "Unauthorized; scope does not match"}, NotVisible),
        (403, None, NotVisible),
        (403, ENVELOPE, NotVisible),
        (403, b"Forbidden", NotVisible),
        (404, None, NotVisible),
        (404, ENVELOPE, NotVisible),
        (404, b"null for uri", NotVisible),
        (404, PAGE, NotData),
        (405, None, ProtocolError),
        (409, None, StaleWrite),
        (410, {"errorMessages": ["The requested API has been removed."]}, ProtocolError),
        (413, {"errorMessages": ["too large"]}, Rejected),
        (415, None, ProtocolError),
        (422, {"errors": {"x": "y"}}, Rejected),
        (429, None, RateLimited),
        (500, None, Unreachable),
        (502, PAGE, Unreachable),
        (503, {"errorMessages": ["Service Unavailable"]}, Unreachable),
    ],
)
def test_status_table(status: int, body: Any, expected: type[PmbridgeError] | None) -> None:
    error = classified(response(status, body))
    assert type(error) is (expected or type(None))
    if error is not None:
        assert (error.connection, error.facts["tool"], error.facts["user"]) == ("jira", "Jira", "wang@example.com")


@pytest.mark.parametrize(
    ("status", "body", "path", "refused"),
    [
        (200, {"issues": [], "isLast": True}, "/rest/api/3/search/jql", True),
        (200, [], "/rest/api/3/field", True),
        (204, None, "/rest/api/3/issue/1", True),
        (404, ENVELOPE, "/rest/api/3/project/10000/version", True),
        (404, {"code": 404, "message": "Not Found"}, "/rest/api/3/project/10000/version", False),
        (200, {"deploymentType": "Cloud"}, "/rest/api/3/serverInfo", False),
        (200, {"cloudId": "7a3f"}, "/_edge/tenant_info", False),
    ],
)
def test_a_cloud_answer_that_does_not_say_whose_it_is(status: int, body: Any, path: str, refused: bool) -> None:
    error = classified(response(status, body, path=path, known=False))
    assert (isinstance(error, CredentialRefused) and error.name == "anonymous") is refused
    assert not isinstance(classified(response(status, body, path=path, known=False), cloud=False), CredentialRefused)


def test_data_center_says_anonymous_by_name() -> None:
    error = classified(response(200, [], known=False, x_ausername="anonymous"), cloud=False)
    assert isinstance(error, CredentialRefused)
    assert error.name == "anonymous"
    assert classified(response(200, [], known=False, x_ausername="wang"), cloud=False) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x_authentication_denied_reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp"},
        {"x_seraph_loginreason": "AUTHENTICATION_DENIED"},
    ],
)
def test_a_blocked_account_is_no_missing_permission(headers: dict[str, Any]) -> None:
    error = classified(response(403, None, known=False, **headers), cloud=False)
    assert isinstance(error, CredentialRefused)
    assert "captcha" in error.text("en")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "1847"}, 1847),
        ({"retry_after": "0"}, 0),
        ({"retry_after": "2.5"}, 2.5),
        ({"retry_after": "Tue, 17 Feb 2026 12:00:30 GMT", "date": DATE}, 30),
        ({"x_ratelimit_reset": "2026-02-17T12:10Z", "date": DATE}, 600),
        ({"x_ratelimit_reset": "2026-02-17T12:10:30Z", "date": DATE}, 630),
        ({"x_ratelimit_reset": "2026-02-17T11:00Z", "date": DATE}, 0),
        ({"x_ratelimit_reset": "soon", "date": DATE}, 0),
        ({"x_failure_category": "FAILURE CLIENT RATE LIMITED"}, 0),
        ({}, 0),
    ],
)
def test_wait_of_a_429(headers: dict[str, Any], seconds: float) -> None:
    answer = response(429, None, **headers)
    assert wait_of(answer) == seconds
    error = classified(answer)
    assert isinstance(error, RateLimited)
    # 0 and nothing both mean: back off by yourself, never "go on at once".
    assert error.retry_after == (seconds or None)


@pytest.mark.parametrize(
    ("status", "headers", "key", "seconds"),
    [
        (429, {"ratelimit_reason": "jira-burst-based", "retry_after": "3"}, "/rest/api/3/issue/*/comment", 3),
        (429, {"ratelimit_reason": "jira-per-issue-on-write", "retry_after": "3"}, "/rest/api/3/issue/*/comment", 3),
        (429, {"ratelimit_reason": "jira-quota-tenant-based", "retry_after": "1847"}, "*", 1847),
        (429, {"ratelimit_reason": "jira-quota-global-based", "retry_after": "60"}, "*", 60),
        (429, {"ratelimit_reason": "jira-cost-based", "retry_after": "60"}, "*", 60),
        (429, {"retry_after": "5"}, "*", 5),
        (200, {"x_ratelimit_remaining": "0", "x_ratelimit_fillrate": "1", "retry_after": "4"}, "*", 4),
    ],
)
def test_pace_slows_only_what_the_reason_names(status: int, headers: dict[str, Any], key: str, seconds: float) -> None:
    wait = pace(response(status, None, path="/rest/api/3/issue/MALL-12/comment", **headers))
    assert wait is not None
    assert (wait.key, wait.seconds) == (key, seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_ratelimit_remaining": "12", "x_ratelimit_fillrate": "1", "retry_after": "0"},
        {"x_ratelimit_nearlimit": "true"},
    ],
)
def test_a_retry_after_on_a_good_answer_is_no_wait(headers: dict[str, Any]) -> None:
    assert pace(response(200, {}, **headers)) is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/rest/api/3/search/jql", "/rest/api/3/search/jql"),
        ("/ex/jira/7a3f/rest/api/3/issue/10002/comment", "/rest/api/3/issue/*/comment"),
        ("/jira/rest/api/2/issue/MALL-12", "/rest/api/2/issue/*"),
        ("/rest/agile/1.0/board/5/sprint", "/rest/agile/1.0/board/*/sprint"),
        ("/rest/servicedeskapi/request/10002/approval", "/rest/servicedeskapi/request/*/approval"),
    ],
)
def test_buckets_are_per_endpoint_and_not_per_issue(path: str, key: str) -> None:
    assert rate_key(path) == key


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"errorMessages": ["a", "b"], "errors": {"f": "c"}, "status": 400}, {"f": "c", "": "a b"}),
        ({"errors": [{"message": "a"}]}, {"": "a"}),
        ({"errorMessage": "a", "i18nErrorMessage": {"i18nKey": "k"}}, {"": "a"}),
        ({"code": 401, "message": "a"}, {"": "a"}),
        ({"errors": {str(n): "x" * 500 for n in range(50)}}, {str(n): "x" * 200 for n in range(5)}),
        ({}, {}),
        ([], {}),
        (None, {}),
    ],
)
def test_faults_of_every_envelope(body: Any, faults: dict[str, str]) -> None:
    assert faults_of(body) == faults


def test_a_deeply_nested_error_body_is_no_crash() -> None:
    assert isinstance(classified(response(404, b"[" * 100_000)), NotVisible)
