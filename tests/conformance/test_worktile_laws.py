"""The Worktile adapter obeys the laws, whatever the habits of the server that nobody has published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from pmbridge.adapter import Adapter
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import context
from pmbridge.testing.laws import AdapterLaws
from pmbridge.testing.laws.bench import START
from pmbridge.testing.sandbox import Sandbox
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.sandbox import Habits, WorktileSandbox
from pmbridge_worktile.settings import WorktileSettings


class WorktileLaws(AdapterLaws):
    sandbox_class = WorktileSandbox

    def connected(self, sandbox: Sandbox, secret: SecretStr | None = None, **overrides: object) -> Adapter[Any]:
        settings = WorktileSettings.model_validate({**sandbox.settings(), **overrides})
        return WorktileAdapter(settings, context("lawful", secret or sandbox.secret(), sandbox.clock))


class TestWorktile(WorktileLaws):
    """As the client that others run has met it."""


class TwoAPage(WorktileSandbox):
    quiet_requests = 2
    """The law makes three tasks."""


class TestWorktileOtherwise(WorktileLaws):
    """Everything that is open the other way round, and the history in a form that the settings describe."""

    sandbox_class = TwoAPage

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        habits = Habits(
            rows="value", with_total=False, page_cap=2, bulk_cap=2, header_alone=False, hidden_project="error",
            keeps_deleted=True, provisional=True, names_made="list",
        )  # fmt: skip
        with TwoAPage(FakeClock(START), habits=habits) as opened:
            yield opened


class TestWorktileMarkedTitle(WorktileLaws):
    """Where a task of ours carries its marker in its title, and no answer says what was made."""

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        habits = Habits(provisional=True, names_made="nothing")
        with WorktileSandbox(FakeClock(START), habits=habits, marker="title") as opened:
            yield opened


class Rotating:
    """A secret that is replaced with every use, as a keyring keeps it."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def reveal(self) -> SecretStr:
        return self._secret

    def rotate(self, new: SecretStr) -> None:
        self._secret = new


class TestWorktileOAuth(WorktileLaws):
    """With a person's token that is good for one use, and a hidden project that is not found."""

    def connected(self, sandbox: Sandbox, secret: SecretStr | None = None, **overrides: object) -> Adapter[Any]:
        adapter = super().connected(sandbox, secret, **overrides)
        assert isinstance(adapter, WorktileAdapter)
        kept = self.kept if secret is None else Rotating(secret)
        return WorktileAdapter(adapter.settings, replace(adapter.context, secret=kept))

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        habits = Habits(hidden_project="404", with_has_more=False)
        with WorktileSandbox(FakeClock(START), auth="oauth2", habits=habits) as opened:
            self.kept = Rotating(opened.secret())
            yield opened
