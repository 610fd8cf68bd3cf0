"""The page on the configuration names every key that is read, and none that is not."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from pmbridge.adapter import ConnectionSettings
from pmbridge.config import Agency, SyncLimits, WorkspaceTable
from pmbridge.domain.mapping import (
    ChangeRule,
    ChangeWriting,
    Copy,
    EngagementConfig,
    Impact,
    MilestoneRule,
    MilestoneWriting,
    ReportingPolicy,
    Source,
    Where,
    WritePolicy,
)
from pmbridge_jira.settings import JiraSettings
from pmbridge_pingcode.settings import PingCodeSettings
from pmbridge_trello.settings import TrelloSettings
from pmbridge_worktile.settings import WorktileSettings
from tests.needs import ROOT

PAGE = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
NAMED = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", PROSE))))
# Of no interest before they are needed.
NOT_TOLD = {"forecast_fresh_wd", "sources"}


@pytest.mark.parametrize(
    "model",
    [
        WorkspaceTable, Agency, SyncLimits, ConnectionSettings, JiraSettings, PingCodeSettings, TrelloSettings,
        WorktileSettings, EngagementConfig, Source, MilestoneRule,
        ChangeRule, ChangeWriting, Copy, MilestoneWriting, Impact, Where, ReportingPolicy, WritePolicy,
    ],
)  # fmt: skip
def test_every_key_is_on_the_page(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert keys - NOT_TOLD - NAMED == set()
