"""The PingCode adapter obeys the laws, in both dialects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from pmbridge.adapter import Adapter
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import context
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge_pingcode.adapter import PingCodeAdapter
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.settings import PingCodeSettings


class PingCodeLaws(AdapterLaws):
    sandbox_class = PingCodeSandbox

    def connected(self, sandbox: Sandbox, secret: SecretStr | None = None, **overrides: object) -> Adapter[Any]:
        settings = PingCodeSettings.model_validate({**sandbox.settings(), **overrides})
        return PingCodeAdapter(settings, context("lawful", secret or sandbox.secret(), sandbox.clock))


class TestPingCodeNewer(PingCodeLaws):
    pass


class TestPingCodeOlder(PingCodeLaws):
    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), dialects=("project",)) as opened:
            yield opened


class TestPingCodeAsAPerson(PingCodeLaws):
    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), grant="refresh_token") as opened:
            yield opened
