"""The demo: one client's story, told by a local server, read by an ordinary workspace and written as a report.

The player holds one clock for the server and pmbridge, stops at three moments of the story, makes the edits that are
dated up to each, syncs, and issues two weekly reports. Needs the extra ``[sandbox]``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from pmbridge.adapter.registry import load_sandbox
from pmbridge.domain.mapping import Words
from pmbridge.engagement import Engagement
from pmbridge.errors import Refused
from pmbridge.reporting import Report
from pmbridge.sync import SyncResult
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import Workspace, open_workspace

ZONE = ZoneInfo("Asia/Shanghai")
CONNECT = datetime(2026, 5, 28, 10, 0, tzinfo=ZONE)
WEEKLY_8 = datetime(2026, 5, 29, 18, 0, tzinfo=ZONE)
WEEKLY_9 = datetime(2026, 6, 5, 18, 0, tzinfo=ZONE)
ENGAGEMENT = "lanhai"
TOOL = "jira"
USER = "王工"
MARK = "# Made by pmbridge demo; a new demo replaces this folder."
HEADLINES: Mapping[datetime, Words] = {
    WEEKLY_8: {
        "zh": "会员与积分后端已于 5 月 29 日按计划完成；支付与对账下周开始。",
        "en": "Membership and points was finished as planned on 29 May; payment and reconciliation starts next week.",
    },
    WEEKLY_9: {
        "zh": "商城前端 Beta 预计 6 月 18 日完成，比计划晚 1 个工作日；小程序优惠券等您决定。",
        "en": "The storefront beta is expected on 18 June, one working day after its plan; "
        "the mini-program coupons wait for your decision.",
    },
}
_CONFIG = """{mark}

[workspace]
language = "{language}"
timezone = "Asia/Shanghai"
user = "{user}"
email = "wang@qingchuan.example"

[agency]
name = {{ zh = "晴川数字", en = "Qingchuan Digital" }}

[connections.jira]
{settings}
secret = "file:data/secrets/jira"

[engagements.lanhai]
client = {{ zh = "蓝海零售", en = "Lanhai Retail" }}
name = {{ zh = "会员商城改版", en = "Member mall redesign" }}
languages = ["zh-CN", "en"]
timezone = "Asia/Shanghai"
start_on = 2026-04-07
contract_end_on = 2026-07-31
policy = {{ first_no = {{ weekly = 8, monthly = 2 }}, show_budget = true }}

[engagements.lanhai.milestones]
M1 = {{ name = {{ zh = "需求确认", en = "Requirements confirmed" }}, weight = 10 }}
M2 = {{ name = {{ zh = "设计验收", en = "Design accepted" }}, weight = 15 }}
M3 = {{ name = {{ zh = "会员与积分后端", en = "Membership and points" }}, weight = 20 }}
M4 = {{ name = {{ zh = "商城前端 Beta", en = "Storefront beta" }}, weight = 20, key = true }}
M5 = {{ name = {{ zh = "支付与对账", en = "Payment and reconciliation" }}, weight = 15, key = true }}
M6 = {{ name = {{ zh = "数据迁移演练", en = "Data migration rehearsal" }}, weight = 10 }}
M7 = {{ name = {{ zh = "上线", en = "Go-live" }}, weight = 10, final = true }}

[[engagements.lanhai.sources]]
connection = "jira"
project = "MALL|10000"
titles_are_client_safe = true

[engagements.lanhai.sources.milestones]
from = "version"
match = '^(?P<ref>M[1-7])\\s'
weight = "points:customfield_10016"
date_is = "plan"

[engagements.lanhai.sources.changes]
from = "issue"
where = {{ type = "变更请求|10012" }}
impact = {{ days = "customfield_10050", days_on = "M7", money = "customfield_10051", currency = "CNY" }}

[engagements.lanhai.sources.changes.states]
"10101" = "submitted"          # 待处理
"10102" = "under_assessment"   # 评估中
"10103" = "awaiting_decision"  # 等待客户
"10104" = "approved"           # 已批准
"10105" = "implementing"       # 实施中
# 10106 已关闭: closed as done or as rejected, Jira does not say
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the story has led to. ``files`` are those of ``report``, the HTML first."""

    workspace: Workspace
    engagement: Engagement
    sync: SyncResult
    report: Report
    previous: Report
    files: tuple[Path, ...]


class Demo:
    """The server, the clock and the workspace of one demo; a context manager that stops the server at its end.

    *folder* is made; it gets the report's files and ``workspace/``, which stays an ordinary workspace.
    """

    def __init__(self, folder: Path, *, language: str = "zh-CN") -> None:
        self.folder = folder
        self.language = language
        self.clock = FakeClock(CONNECT)
        self._resources = ExitStack()
        self._server: Any = None

    @property
    def workspace_folder(self) -> Path:
        """The folder of the demo's workspace."""
        return self.folder / "workspace"

    def __enter__(self) -> Self:
        """Start the server.

        Raises:
            ConfigError: the extra ``[sandbox]`` is not installed (``extra-missing``).
        """
        server = load_sandbox(TOOL)(self.clock)
        self._server = self._resources.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """The server's address."""
        return str(self._server.url)

    def tell(self, on_stop: Callable[[datetime, SyncResult], None] | None = None) -> Told:
        """Play the story to its end, write the last report and return everything.

        Raises:
            Refused: the workspace's folder is there and no demo made it.
        """
        self._make_workspace()
        workspace = self._resources.enter_context(
            open_workspace(self.workspace_folder, lang=self.language, clock=self.clock)
        )
        self._stop(workspace, CONNECT, on_stop)
        previous, _, _ = self._issue(workspace, WEEKLY_8, on_stop)
        report, result, engagement = self._issue(workspace, WEEKLY_9, on_stop)
        return Told(
            workspace=workspace,
            engagement=engagement,
            sync=result,
            report=report,
            previous=previous,
            files=report.write(self.folder),
        )

    def _stop(
        self, workspace: Workspace, at: datetime, on_stop: Callable[[datetime, SyncResult], None] | None
    ) -> SyncResult:
        self.clock.set(at)
        self._server.play(at)
        result = workspace.sync()
        result.raise_for_failures()
        if on_stop is not None:
            on_stop(at, result)
        return result

    def _issue(
        self, workspace: Workspace, at: datetime, on_stop: Callable[[datetime, SyncResult], None] | None
    ) -> tuple[Report, SyncResult, Engagement]:
        result = self._stop(workspace, at, on_stop)
        engagement = workspace.engagement(ENGAGEMENT)
        report = engagement.reports.issue(engagement.view(), "weekly", by=USER, headline=HEADLINES[at])
        report.write(workspace.folder / "reports" / ENGAGEMENT)
        return report, result, engagement

    def _make_workspace(self) -> None:
        folder, file = self.workspace_folder, self.workspace_folder / "pmbridge.toml"
        if folder.exists():
            if not file.is_file() or not file.read_text("utf-8").startswith(MARK):
                raise Refused(
                    detail=f"{folder} is there and was not made by a demo. Nothing was changed.",
                    detail_zh=f"{folder} 已存在，且不是演示生成的。未改动任何内容。",
                    command="pmbridge demo --out OTHER-FOLDER",
                )
            shutil.rmtree(folder)
        secrets = folder / "data" / "secrets"
        secrets.mkdir(mode=0o700, parents=True)
        secret = secrets / "jira"
        secret.touch(mode=0o600)
        secret.write_text(self._server.secret().get_secret_value() + "\n", "utf-8")
        settings = "\n".join(f'{key} = "{value}"' for key, value in self._server.settings().items())
        text = _CONFIG.format(mark=MARK, language=self.language, user=USER, settings=settings)
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
