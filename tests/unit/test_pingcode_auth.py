"""PingCode's token: the secret that travels in an address and must be read nowhere, ends, renewals, refresh tokens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from pmbridge.errors import ConfigError, CredentialRefused, NotData, PmbridgeError, RateLimited
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MemoryMemo
from pmbridge_pingcode.adapter import PingCodeAdapter
from pmbridge_pingcode.settings import PingCodeSettings
from tests.contract.pingcode_bench import NOW, opened
from tests.unit import pingcode_wire as pingcode
from tests.unit.loopback import Answer
from tests.unit.pingcode_wire import SECRET, TOKEN, Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with pingcode.desk() as made:
        made.routes["/v1/directory/team"] = pingcode.data({"id": "t1", "name": "团队"})
        yield made


def asked_anew(adapter: PingCodeAdapter) -> None:
    """Ask who we are, though it is known."""
    adapter._site.forget_account()
    adapter.check()


def test_one_token_serves_a_whole_run(desk: Desk) -> None:
    adapter = desk.adapter()
    adapter.check()
    asked_anew(adapter)
    assert len(desk.asked("/v1/auth/token")) == 1
    assert desk.asked("/v1/auth/token")[0]["client_secret"] == [SECRET]
    assert desk.server.seen[-1].headers["authorization"] == f"Bearer {TOKEN}"
    assert adapter.traffic.requests == 4  # the token, the team, the probe of the dialect, the team


def test_a_request_for_a_token_carries_no_older_token(desk: Desk) -> None:
    desk.routes["/v1/directory/team"] = [
        pingcode.refused(401, "100099"), pingcode.data({"id": "t1", "name": "团队"})
    ]  # fmt: skip
    desk.adapter().check()
    for one in desk.server.seen:
        assert ("authorization" in one.headers) == ("/auth/token" not in one.target)


@pytest.mark.parametrize("expires_in", [pingcode.SECONDS + 3600, 3600])
def test_a_token_is_renewed_before_it_ends_whether_that_is_a_moment_or_a_duration(desk: Desk, expires_in: int) -> None:
    desk.routes["/v1/auth/token"] = pingcode.data({"access_token": TOKEN, "expires_in": expires_in})
    adapter = desk.adapter()
    account = adapter.check()
    assert account.expires_at is not None
    assert abs(account.expires_at - (NOW + timedelta(hours=1))) < timedelta(days=200)
    desk.clock.advance(3600 - 400)
    asked_anew(adapter)
    assert len(desk.asked("/v1/auth/token")) == 1
    if expires_in > 1_000_000_000:  # the prepared server tells the machine's time, by which a duration counts
        desk.clock.advance(200)
        asked_anew(adapter)
        assert len(desk.asked("/v1/auth/token")) == 2


def test_a_refused_token_is_replaced_once_and_only_once(desk: Desk) -> None:
    desk.routes["/v1/directory/team"] = pingcode.refused(401, "100099")
    with pytest.raises(CredentialRefused):
        desk.adapter().check()
    assert len(desk.asked("/v1/auth/token")) == 2
    assert len(desk.asked("/v1/directory/team")) == 2


def test_an_unknown_application_is_said_in_so_many_words(desk: Desk) -> None:
    desk.routes["/v1/auth/token"] = pingcode.refused(400, "100024", f"无效的client_secret {SECRET}")
    with pytest.raises(CredentialRefused) as refused:
        desk.adapter().check()
    assert refused.value.name == "client-refused"
    assert "100024" in refused.value.text("en")
    assert "100024" in refused.value.text("zh")
    assert "凭据管理" in refused.value.text("zh")
    assert SECRET not in str(refused.value.facts)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (pingcode.refused(400, "100003"), CredentialRefused),
        (pingcode.refused(429, "100038", **{"x-pc-retry-after": "3600"}), RateLimited),
        (Answer(status=200, body=b"<!DOCTYPE html><html></html>"), NotData),
        (pingcode.data({"access_token": ""}), PmbridgeError),
    ],
)
def test_what_goes_wrong_with_the_token_keeps_its_class_and_hides_the_secret(
    desk: Desk, answer: Answer, expected: type[PmbridgeError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.routes["/v1/auth/token"] = answer
    with pytest.raises(expected) as raised:
        desk.adapter().check()
    said = caplog.text + repr(raised.value) + str(raised.value) + str(raised.value.facts)
    assert "/v1/auth/token" in caplog.text
    assert SECRET not in said


def test_neither_secret_nor_token_is_in_a_log_or_in_the_memo(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.routes[f"/v1/pjm/projects/{pingcode.PROJECT}/versions"] = pingcode.page()
    desk.routes["/v1/pjm/work_items"] = pingcode.page(pingcode.work_item())
    adapter = desk.adapter()
    adapter.check()
    desk.pull()
    said = caplog.text + repr(adapter) + repr(vars(desk.memo))
    assert SECRET not in said
    assert TOKEN not in said


# --------------------------------------------------------------------------------------------- refresh tokens


class Kept:
    """A secret source that can be written."""

    def __init__(self, secret: str) -> None:
        self.secrets = [SecretStr(secret)]

    def reveal(self) -> SecretStr:
        return self.secrets[-1]

    def rotate(self, new: SecretStr) -> None:
        self.secrets.append(new)


class Fixed(Kept):
    def rotate(self, new: SecretStr) -> None:
        raise ConfigError("secret-unreadable", where="env", detail="cannot be written")


def test_a_person_reads_with_a_refresh_token_that_stays_the_same() -> None:
    with opened(grant="refresh_token") as workspace:
        project = workspace.sandbox.world.project()
        adapter = workspace.adapter()
        assert adapter.check().name == "王工"
        assert project in workspace.pull(project, adapter=adapter).complete


@pytest.mark.parametrize("source", [Kept, Fixed])
def test_a_new_refresh_token_is_kept_before_it_is_used(source: type[Kept]) -> None:
    with opened(grant="refresh_token", rotates=True) as workspace:
        kept = source("sandbox-refresh-token")
        adapter = workspace.adapter()
        lent = adapter.context
        made = type(adapter)(
            adapter.settings,
            type(lent)(connection="p", secret=kept, clock=lent.clock, memo=MemoryMemo(FakeClock(NOW)), log=lent.log),
        )
        if isinstance(kept, Fixed):
            with pytest.raises(ConfigError):
                asked_anew(made)
            return
        asked_anew(made)
        workspace.sandbox.clock.advance(30 * 86_400)
        asked_anew(made)
        assert [one.get_secret_value() for one in kept.secrets] == [
            "sandbox-refresh-token", "sandbox-refresh-token.1", "sandbox-refresh-token.2",
        ]  # fmt: skip


def test_a_client_secret_needs_the_id_that_it_was_made_with() -> None:
    with pytest.raises(ValidationError, match="client_id is missing"):
        PingCodeSettings.model_validate({"grant": "client_credentials"})
    assert PingCodeSettings.model_validate({"grant": "refresh_token"}).client_id is None
