"""Every way to log in to a Jira, and every way in which a login fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from pmbridge.adapter import Call
from pmbridge.errors import CredentialRefused, NotData, RateLimited, Unreachable, WrongOrigin
from pmbridge.testing.context import context
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_jira.settings import JiraSettings
from tests.contract.jira_bench import Workspace

Make = Any


@pytest.fixture
def make() -> Iterator[Make]:
    opened: list[JiraSandbox] = []

    def one(secret: str | None = None, overrides: dict[str, object] | None = None, **more: Any) -> Workspace:
        sandbox = JiraSandbox(FakeClock(), **more)
        opened.append(sandbox.__enter__())
        return Workspace(sandbox, overrides or {}, SecretStr(secret) if secret else None)

    yield one
    for sandbox in opened:
        sandbox.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("more", "service", "header"),
    [
        ({"auth": "token"}, "Jira Cloud 1001.0.0-SNAPSHOT", "Basic "),
        ({"auth": "scoped"}, "Jira Cloud 1001.0.0-SNAPSHOT", "Basic "),
        ({"deployment": "server", "auth": "pat"}, "Jira Data Center 9.12.0", "Bearer "),
        ({"deployment": "server", "auth": "basic"}, "Jira Data Center 9.12.0", "Basic "),
        ({"deployment": "server", "auth": "pat", "context": "/jira"}, "Jira Data Center 9.12.0", "Bearer "),
    ],
)
def test_each_kind_of_credential_is_accepted(make: Make, more: Any, service: str, header: str) -> None:
    workspace = make(**more)
    account = workspace.run().check()
    assert (account.name, account.service) == ("王工", service)
    assert account.id == (workspace.sandbox.site.me.account_id if "Cloud" in service else "JIRAUSER0001")
    assert all(one.headers["authorization"].startswith(header) for one in workspace.sandbox.requests)
    project = workspace.sandbox.world.project()
    assert workspace.run().visible([project]) == {project}


def test_a_service_account_sends_its_token_as_bearer_through_the_gateway(make: Make) -> None:
    workspace = make(auth="scoped", overrides={"user": None, "auth": "bearer"})
    with pytest.raises(CredentialRefused):  # this sandbox takes no bearer, but shows what was sent and where
        workspace.run().check()
    assert all(one.headers["authorization"].startswith("Bearer ") for one in workspace.sandbox.requests)
    assert all(one.path.startswith("/ex/jira/") for one in workspace.sandbox.requests)


def test_check_is_asked_once_a_day(make: Make) -> None:
    workspace = make()
    workspace.run().check()
    assert [one.path for one in workspace.sandbox.requests] == ["/rest/api/2/serverInfo", "/rest/api/3/myself"]
    workspace.run().check()
    assert len(workspace.sandbox.requests) == 2
    workspace.sandbox.clock.advance(25 * 3600)
    workspace.run().check()
    assert len(workspace.sandbox.requests) == 4


def test_the_dialect_that_the_settings_know_is_not_asked_for(make: Make) -> None:
    workspace = make(overrides={"deployment": "cloud"})
    account = workspace.run().check()
    assert [one.path for one in workspace.sandbox.requests] == ["/rest/api/3/serverInfo", "/rest/api/3/myself"]
    assert account.learned == {}


def test_the_clock_skew_is_told(make: Make) -> None:
    account = make().run().check()
    assert account.clock_skew_s is not None
    assert abs(account.clock_skew_s) < 2


# ------------------------------------------------------------------------------------------- the gateway


def test_scoped_tokens_unsupported(make: Make) -> None:
    """A scoped token gets 401 at the site; the gateway is tried once, and what it takes is learned."""
    workspace = make(auth="scoped", overrides={"cloud_id": None})
    account = workspace.run().check()
    assert account.learned == {"deployment": "cloud", "cloud_id": workspace.sandbox.deployment.cloud_id}
    assert "网关" in account.notes[0].zh
    assert "/_edge/tenant_info" in [one.path for one in workspace.sandbox.requests]
    before = len(workspace.sandbox.requests)
    project = workspace.sandbox.world.project()
    adapter = workspace.run()
    adapter.check()
    assert adapter.visible([project]) == {project}
    assert all(one.path.startswith("/ex/jira/") for one in workspace.sandbox.requests[before:])


def test_a_wrong_token_is_refused_with_the_sites_own_answer(make: Make) -> None:
    workspace = make(secret="wrong")
    with pytest.raises(CredentialRefused) as refused:
        workspace.run().check()
    assert refused.value.facts["status"] == 401
    assert "wang@qingchuan.example" in refused.value.text("zh")


def test_a_token_that_nobody_takes_tries_the_gateway_once(make: Make) -> None:
    workspace = make(auth="scoped", secret="wrong", overrides={"cloud_id": None})
    with pytest.raises(CredentialRefused):
        workspace.run().check()
    assert len(workspace.asked("/_edge/tenant_info")) == 1
    assert len(workspace.asked("/myself")) == 2


# --------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "more", [{}, {"deployment": "server"}, {"deployment": "server", "auth": "basic"}, {"auth": "scoped"}]
)
def test_a_wrong_secret_is_refused_everywhere(make: Make, more: Any) -> None:
    with pytest.raises(CredentialRefused):
        make(secret="wrong", **more).run().check()


def test_empty_results_without_an_error_when_the_login_is_wrong(make: Make) -> None:
    """The site answers a broken token's search with 200 and nothing; that is no empty project."""
    workspace = make()
    project = workspace.sandbox.world.project()
    workspace.sandbox.world.add_item(project, "Item")
    mirror = workspace.pull(project)
    assert mirror.titles == ["Item"]
    workspace.secret = SecretStr("expired")
    workspace.settle()
    pages = len(mirror.pages)
    with pytest.raises(CredentialRefused) as refused:
        workspace.pull(project, into=mirror)
    assert refused.value.name == "anonymous"
    assert mirror.pages[pages:] == []
    assert "匿名" in refused.value.text("zh")


def test_a_refused_credential_is_asked_again_next_time(make: Make) -> None:
    workspace = make()
    project = workspace.sandbox.world.project()
    workspace.pull(project)
    workspace.secret = SecretStr("expired")
    with pytest.raises(CredentialRefused):
        workspace.pull(project)
    workspace.secret = None
    before = len(workspace.asked("/myself"))
    workspace.run().check()
    assert len(workspace.asked("/myself")) == before + 1


def test_a_captcha_is_a_refused_credential(make: Make) -> None:
    workspace = make(deployment="server", auth="basic", captcha_after=0, secret="wrong")
    with pytest.raises(CredentialRefused) as refused:
        workspace.run().check()
    assert "captcha" in refused.value.text("en")


def test_a_login_page_in_place_of_an_answer(make: Make) -> None:
    workspace = make()
    workspace.sandbox.faults.add(Fault(call="GET /rest/api/*/serverInfo", what="html", times=None))
    with pytest.raises(NotData) as raised:
        workspace.run().check()
    assert raised.value.exit_code == 75
    assert "Sign in" in raised.value.text("en")


def test_a_gateway_that_cannot_be_reached_does_not_hide_the_refusal(make: Make) -> None:
    workspace = make(secret="wrong", overrides={"gateway_url": "http://127.0.0.1:9"})
    with pytest.raises(CredentialRefused):
        workspace.run().check()


def test_an_answer_that_leads_elsewhere_gets_no_credential(make: Make) -> None:
    workspace = make()
    adapter = workspace.run()
    with pytest.raises(WrongOrigin):
        adapter._site.client.fetch("GET", "https://evil.example/rest/api/3/myself", call=Call.READ)
    assert workspace.sandbox.requests == []


@pytest.mark.parametrize(("what", "expected"), [("429", RateLimited), ("503", Unreachable)])
def test_limits_and_failures_are_no_refusal(make: Make, what: Any, expected: type[Exception]) -> None:
    workspace = make()
    workspace.sandbox.faults.add(Fault(call="* *", what=what, times=None, retry_after=3600))
    with pytest.raises(expected):
        workspace.run().check()


def test_the_traffic_counts_both_ways_to_a_site(make: Make) -> None:
    workspace = make(auth="scoped", overrides={"cloud_id": None})
    adapter = workspace.run()
    assert adapter.traffic.requests == 0
    adapter.check()
    assert adapter.traffic.requests == len(workspace.sandbox.requests)


def test_a_site_that_is_not_atlassians_gets_no_say_in_where_its_token_is_tried() -> None:
    """Otherwise any server that calls itself Cloud could have the credential sent to another host."""
    with JiraSandbox(FakeClock(START), deployment="cloud") as sandbox:
        said = {key: value for key, value in sandbox.settings().items() if key != "gateway_url"}
        adapter = JiraAdapter(JiraSettings.model_validate(said), context("jira", SecretStr("wrong"), sandbox.clock))
        with pytest.raises(CredentialRefused):
            adapter.check()
        assert not [one for one in sandbox.requests if "tenant_info" in one.path]
