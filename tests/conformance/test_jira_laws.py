"""The Jira adapter obeys the laws, on both deployments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge_jira.sandbox import JiraSandbox


class TestJiraCloud(AdapterLaws):
    sandbox_class = JiraSandbox


class TestJiraDataCenter(AdapterLaws):
    sandbox_class = JiraSandbox

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with JiraSandbox(FakeClock(START), deployment="server") as opened:
            yield opened
