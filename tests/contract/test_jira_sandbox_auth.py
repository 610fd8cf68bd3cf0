"""Who gets in: the sandbox takes and refuses credentials as Jira Cloud and Data Center do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.jira_visitor import Visitor, cloud, credentials, server, visiting

WRONG_AT_CLOUD = [("wang@qingchuan.example", "wrong"), ("other@qingchuan.example", "sandbox-token"), "sandbox-token"]


def test_a_good_token_is_the_account_and_says_so_in_every_answer() -> None:
    with visiting(cloud()) as me:
        answer = me.ask("GET", "/myself")
        assert answer.json()["displayName"] == "王工"
        assert answer.json()["timeZone"] == "Asia/Shanghai"
        assert answer.headers["X-AAccountId"] == answer.json()["accountId"]
        for path, status in (("/issue/NOPE-1", 404), ("/search/jql?jql=nonsense", 400), ("/search", 410)):
            error = me.ask("GET", path)
            assert error.status_code == status
            assert error.headers["X-AAccountId"] == answer.headers["X-AAccountId"]


@pytest.mark.parametrize("wrong", [*WRONG_AT_CLOUD, None])
def test_at_cloud_a_wrong_token_makes_an_anonymous_visitor_and_no_error(wrong: Any) -> None:
    with cloud() as sandbox:
        sandbox.site.add_issue(sandbox.site.add_project("MALL", "商城"), "10002", "one")
        nobody = Visitor(sandbox, wrong)
        search = nobody.ask("POST", "/search/jql", json={"jql": "project = MALL", "fields": ["summary"]})
        assert (search.status_code, search.json()) == (200, {"issues": [], "isLast": True})
        assert "X-AAccountId" not in search.headers
        assert nobody.ask("GET", "/myself").status_code == 401
        assert nobody.ask("GET", "/project/MALL").status_code == 404
        assert nobody.ask("GET", "/project/search").status_code == 404
        assert nobody.post("/issue/bulkfetch", {"issueIdsOrKeys": ["MALL-1"]})["issues"] == []
        assert not any(field["custom"] for field in nobody.get("/field"))
        assert nobody.get("/serverInfo")["deploymentType"] == "Cloud"
        nobody.close()


def test_a_scoped_token_works_through_the_gateway_only() -> None:
    sandbox = cloud(auth="scoped")
    with sandbox:
        at_site = Visitor(sandbox, credentials(sandbox))
        assert at_site.ask("GET", "/myself").status_code == 401
        cloud_id = Visitor(sandbox, None).get("/_edge/tenant_info")["cloudId"]
        assert cloud_id == sandbox.settings()["cloud_id"]
        gateway = Visitor(sandbox, credentials(sandbox), base=f"{sandbox.settings()['gateway_url']}/ex/jira/{cloud_id}")
        assert gateway.get("/myself")["displayName"] == "王工"
        wrong_site = Visitor(sandbox, credentials(sandbox), base=f"{sandbox.url}/ex/jira/0000")
        assert wrong_site.ask("GET", "/myself").status_code == 404
        wrong = Visitor(sandbox, ("wang@qingchuan.example", "no"), base=gateway.base)
        assert wrong.ask("GET", "/serverInfo").status_code == 401


def test_a_token_without_scopes_is_refused_at_the_gateway() -> None:
    with visiting(cloud()) as me:
        me.base = f"{me.sandbox.url}/ex/jira/{me.sandbox.deployment.cloud_id}"
        assert me.ask("GET", "/myself").status_code == 401


def test_at_data_center_a_personal_access_token_is_a_bearer() -> None:
    with visiting(server()) as me:
        answer = me.ask("GET", "/myself")
        assert answer.json()["name"] == "wang"
        assert "accountId" not in answer.json()
        assert answer.headers["X-AUSERNAME"] == "wang"
        as_password = Visitor(me.sandbox, ("wang", "sandbox-token"))
        assert as_password.ask("GET", "/myself").status_code == 401


def test_at_data_center_a_password_is_basic_and_a_wrong_one_is_401() -> None:
    with visiting(server(auth="basic")) as me:
        assert me.get("/myself")["key"].startswith("JIRAUSER")
        wrong = Visitor(me.sandbox, ("wang", "wrong")).ask("GET", "/serverInfo")
        assert (wrong.status_code, wrong.content) == (401, b"")
        assert wrong.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_too_many_wrong_passwords_ask_for_a_captcha_until_the_right_one() -> None:
    with visiting(server(auth="basic", captcha_after=2)) as me:
        wrong = Visitor(me.sandbox, ("wang", "wrong"))
        assert [wrong.ask("GET", "/myself").status_code for _ in range(3)] == [401, 401, 403]
        assert "CAPTCHA_CHALLENGE" in wrong.ask("GET", "/myself").headers["X-Authentication-Denied-Reason"]


def test_data_center_has_no_version_3_and_a_context_path_of_its_own() -> None:
    with visiting(server(context="/jira")) as me:
        info = me.get("/serverInfo")
        assert (info["deploymentType"], info["version"]) == ("Server", "9.12.0")
        assert me.base.endswith("/jira")
        assert me.get("/rest/api/latest/myself")["name"] == "wang"
        assert me.ask("GET", "/rest/api/3/myself").status_code == 404
        assert me.session.get(f"{me.sandbox.url}/rest/api/2/myself").status_code == 404


def test_cloud_speaks_version_2_too() -> None:
    with visiting(cloud()) as me:
        assert me.get("/rest/api/2/serverInfo")["deploymentType"] == "Cloud"
        assert "accountId" in me.get("/rest/api/2/myself")


def test_without_agile_scopes_boards_are_refused_in_the_gateways_words() -> None:
    sandbox = cloud(auth="scoped", agile=False)
    with visiting(sandbox) as me:
        me.base = f"{sandbox.url}/ex/jira/{sandbox.deployment.cloud_id}"
        refused = me.ask("GET", "/rest/agile/1.0/board")
        assert (refused.status_code, refused.json()["message"]) == (401, "Unauthorized; scope does not match")
        assert me.ask("GET", "/myself").status_code == 200


def test_without_a_licence_boards_are_forbidden() -> None:
    with visiting(cloud(agile=False)) as me:
        assert me.ask("GET", "/rest/agile/1.0/board").status_code == 403


def test_errors_may_come_as_plain_text() -> None:
    with cloud(quirks=["plain-errors"]) as sandbox:
        refused = Visitor(sandbox, None).ask("GET", "/myself")
        assert refused.status_code == 401
        assert refused.headers["Content-Type"].startswith("text/plain")


def test_names_follow_the_accounts_language_unless_the_request_forces_another() -> None:
    with visiting(cloud()) as me:
        english = {"Accept-Language": "en-US,en;q=0.9"}
        forced = {**english, "X-Force-Accept-Language": "true"}

        def first(headers: dict[str, str]) -> str:
            return str(me.ask("GET", "/status", headers=headers).json()[0]["name"])

        assert [first({}), first(english), first(forced)] == ["待办", "待办", "To Do"]
    with visiting(cloud(language="en-US")) as me:
        assert me.get("/status")[0]["name"] == "To Do"
        assert me.get("/myself")["locale"] == "en_US"


def test_permissions_are_told_and_denied_as_configured() -> None:
    with visiting(cloud(denied=["ADMINISTER_PROJECTS"])) as me:
        asked = me.get("/mypermissions", {"permissions": "BROWSE_PROJECTS,ADMINISTER_PROJECTS"})["permissions"]
        assert {name: one["havePermission"] for name, one in asked.items()} == {
            "BROWSE_PROJECTS": True,
            "ADMINISTER_PROJECTS": False,
        }
        assert me.ask("GET", "/mypermissions").status_code == 400
        assert me.ask("GET", "/mypermissions?permissions=EAT_CAKE").status_code == 400
