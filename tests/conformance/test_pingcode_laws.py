"""The PingCode adapter obeys the laws: in both dialects, as an application and as a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge_pingcode.sandbox import PingCodeSandbox


class TestPingCodeNewer(AdapterLaws):
    sandbox_class = PingCodeSandbox


class TestPingCodeOlder(AdapterLaws):
    sandbox_class = PingCodeSandbox

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), dialects=("project",)) as opened:
            yield opened


class TestPingCodeAsAPerson(AdapterLaws):
    sandbox_class = PingCodeSandbox

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with PingCodeSandbox(FakeClock(START), grant="refresh_token") as opened:
            yield opened
