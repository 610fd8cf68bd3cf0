"""The Trello adapter obeys the laws, whichever way its credential travels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pmbridge.testing.clock import FakeClock
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge_trello.sandbox import TrelloSandbox


class TestTrello(AdapterLaws):
    sandbox_class = TrelloSandbox


class TestTrelloByAccessToken(AdapterLaws):
    sandbox_class = TrelloSandbox

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with TrelloSandbox(FakeClock(START), auth="bearer") as opened:
            yield opened
