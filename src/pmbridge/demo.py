"""The demo: one client's story, told by local servers, read by an ordinary workspace and written as a report.

The player holds one clock for the servers and pmbridge, stops at the moments of the story, makes the edits that are
dated up to each, syncs, types the register's commands that are dated up to then, and issues two weekly reports. Needs
the extra ``[sandbox]``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

import tomlkit

from pmbridge import demo_story
from pmbridge.adapter.registry import load_sandbox
from pmbridge.domain.mapping import Words
from pmbridge.engagement import Engagement
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, RateLimited, Refused
from pmbridge.reported import Report
from pmbridge.sync import SyncResult
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pmbridge.testing.sandbox import Sandbox

ZONE = ZoneInfo("Asia/Shanghai")
CONNECT = datetime(2026, 5, 28, 10, 0, tzinfo=ZONE)
WEEKLY_8 = datetime(2026, 5, 29, 18, 0, tzinfo=ZONE)
MONTHLY_2 = datetime(2026, 5, 31, 18, 0, tzinfo=ZONE)
BEFORE_THE_LIMIT = datetime(2026, 6, 4, 17, 30, tzinfo=ZONE)
"""The last time that Trello answers: its rate limit is part of the story."""
WEEKLY_9 = datetime(2026, 6, 5, 18, 0, tzinfo=ZONE)
CLOSING_1 = datetime(2026, 7, 31, 18, 0, tzinfo=ZONE)
ENGAGEMENT = "lanhai"
JIRA_ALONE = ("jira",)
ALL_TOOLS = ("jira", "pingcode", "worktile", "trello")
USER = "王工"
MARK = "# Made by pmbridge demo; a new demo replaces this folder."
Headlines = Mapping[datetime, Words]
Typed = Callable[[Workspace, Sequence[str]], None]
"""Carries out one command in a workspace as if it had been typed there: its words, without ``pmbridge``."""
HEADLINES_OF_JIRA: Headlines = {
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
HEADLINES_OF_ALL: Headlines = {
    WEEKLY_8: {
        "zh": "会员与积分后端已于 5 月 29 日按计划完成；上线预计 7 月 17 日，晚于计划日期。",
        "en": "Membership and points was finished as planned on 29 May; "
        "go-live is expected on 17 July, after its plan.",
    },
    WEEKLY_9: {
        "zh": "上线预计 7 月 20 日，比计划日期晚 6 个工作日；小程序优惠券等您决定。",
        "en": "Go-live is expected on 20 July, six working days after its plan; "
        "the mini-program coupons wait for your decision.",
    },
}
HEADLINES_OF_THE_REGISTER: Headlines = {
    WEEKLY_8: {
        "zh": "会员与积分后端已于 5 月 29 日按计划完成；上线预测 7 月 17 日，比现计划晚 2 个工作日，在约定的范围内。",
        "en": "Membership and points was finished as planned on 29 May; go-live is expected on 17 July, two working "
        "days after its current plan and within what was agreed.",
    },
    WEEKLY_9: {
        "zh": "支付联调因沙箱账号未到位推迟，上线预测 7 月 20 日，比现计划晚 3 个工作日；小程序优惠券变更待您决定。",
        "en": "Payment integration waits for the sandbox account; go-live is expected on 20 July, three working days "
        "after its current plan. The mini-program coupons wait for your decision.",
    },
}
HEADLINE_OF_MAY: Words = {
    "zh": "五月按计划完成会员与积分后端；积分商城并入首期后上线改为 7 月 15 日，目前预测 7 月 17 日。",
    "en": "Membership and points was finished as planned in May; with the points mall in the first phase the go-live "
    "was moved to 15 July and is now expected on 17 July.",
}
HEADLINE_AT_THE_END: Words = {
    "zh": "项目已于 7 月 20 日上线，比最初约定晚 6 个工作日；新增会员 6,120 人，超过目标。",
    "en": "The mall went live on 20 July, six working days after the first plan; 6,120 new members, more than the "
    "goal.",
}
_CONFIG = """{mark}

[workspace]
language = "{language}"
timezone = "Asia/Shanghai"
user = "{user}"
email = "wang@qingchuan.example"

[agency]
name = {{ zh = "晴川数字", en = "Qingchuan Digital" }}

{connections}
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

"""
_PEOPLE = """
[engagements.lanhai.people]
"王工" = ["jira:5b10ac8d82e05b22cc7d0001", "pingcode:user1", "worktile:user1", "trello:wanggong"]
"陈工" = ["jira:5b10ac8d82e05b22cc7d0002", "pingcode:user2", "trello:member2"]
"刘工" = ["jira:5b10ac8d82e05b22cc7d0003", "pingcode:user3", "trello:member3"]
"""
_SOURCES = {
    "jira": """
[[engagements.lanhai.sources]]
connection = "jira"
project = "MALL|10000"
titles_are_client_safe = true

[engagements.lanhai.sources.milestones]
from = "version"
match = '^(?P<ref>M[{milestones}])\\s'
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
""",
    "pingcode": """
[[engagements.lanhai.sources]]
connection = "pingcode"
project = "会员商城需求"

[engagements.lanhai.sources.milestones]
from = "work_item"
where = {{ type = "里程碑" }}
match = '^(?P<ref>M1)\\s'
items = "self"
date_is = "plan"

[engagements.lanhai.sources.changes]
from = "work_item"
where = {{ type = "不符合规格" }}
match = '^(?P<ref>OFF-\\d+)\\s'
states = {{ "处理中" = "implementing", "已关闭" = "closed" }}
""",
    "trello": """
[[engagements.lanhai.sources]]
connection = "trello"
project = "会员商城设计"
status = {{ "待设计" = "todo", "设计中" = "in_progress", "已验收" = "done" }}

[engagements.lanhai.sources.milestones]
from = "card"
where = {{ group = "里程碑" }}
match = '^(?P<ref>M2)\\s'
items = {{ group = "M2" }}
date_is = "plan"
""",
    "worktile": """
[[engagements.lanhai.sources]]
connection = "worktile"
project = "会员商城上线"

[[engagements.lanhai.sources.milestones]]
from = "task"
where = {{ type = "里程碑" }}
match = '^(?P<ref>M[67])\\s'
items = "children"
date_is = "plan"

[[engagements.lanhai.sources.milestones]]
from = "task"
where = {{ type = "里程碑" }}
match = '^(?P<ref>M[67])\\s'
items = "children"
date = "field:预计日期"
date_is = "forecast"
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the story has led to. ``files`` are those of ``report``, the HTML first.

    ``monthly``: the report of May, where the register was kept.
    """

    workspace: Workspace
    engagement: Engagement
    sync: SyncResult
    report: Report
    previous: Report
    files: tuple[Path, ...]
    monthly: Report | None = None


class Demo:
    """The servers, the clock and the workspace of one demo; a context manager that stops the servers at its end.

    *folder* is made; it gets the report's files and ``workspace/``, which stays an ordinary workspace. *tools* are
    those that the story is told over: ``ALL_TOOLS`` or ``JIRA_ALONE``.
    """

    def __init__(self, folder: Path, *, language: str = "zh-CN", tools: Sequence[str] = ALL_TOOLS) -> None:
        self.folder = folder
        self.language = language
        self.tools = tuple(tools)
        self.clock = FakeClock(CONNECT)
        self._headlines = HEADLINES_OF_JIRA if self.tools == JIRA_ALONE else HEADLINES_OF_ALL
        self._typed: Typed | None = None
        self._resources = ExitStack()
        self._servers: dict[str, Sandbox] = {}

    @property
    def workspace_folder(self) -> Path:
        """The folder of the demo's workspace."""
        return self.folder / "workspace"

    def __enter__(self) -> Self:
        """Start the servers.

        Raises:
            ConfigError: the extra ``[sandbox]`` is not installed (``extra-missing``).
        """
        for tool in self.tools:
            self._servers[tool] = self._resources.enter_context(load_sandbox(tool)(self.clock))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.__exit__(kind, error, trace)

    @property
    def servers(self) -> Mapping[str, Sandbox]:
        """The servers that are running, by tool."""
        return self._servers

    @property
    def urls(self) -> Mapping[str, str]:
        """The servers' addresses, by tool."""
        return {tool: server.url for tool, server in self._servers.items()}

    def tell(
        self, on_stop: Callable[[datetime, SyncResult], None] | None = None, *, typed: Typed | None = None
    ) -> Told:
        """Play the story to its end, write the last report and return everything.

        With *typed* the register is kept as well, by the commands of :mod:`pmbridge.demo_story`; without it the reports
        show what the tools alone tell. The register's part needs all tools.

        Raises:
            Refused: the workspace's folder is there and no demo made it; or a command of the story was refused.
        """
        self._typed = typed
        if typed is not None:
            self._headlines = HEADLINES_OF_THE_REGISTER
        self.make_workspace()
        workspace = self._resources.enter_context(
            open_workspace(self.workspace_folder, lang=self.language, clock=self.clock)
        )
        self._stop(workspace, CONNECT, on_stop)
        if typed is not None:
            self._record(workspace, demo_story.BEFORE_THE_BASES)
            self._stop(workspace, CONNECT, None)
            self._record(workspace, demo_story.UP_TO_28_MAY)
        previous, _, _ = self._issue(workspace, WEEKLY_8, on_stop)
        monthly = None
        if typed is not None:
            self._stop(workspace, MONTHLY_2, on_stop)
            monthly = self._made(workspace, "monthly", HEADLINE_OF_MAY)
        if "trello" in self.tools:
            self._stop(workspace, BEFORE_THE_LIMIT, on_stop)
            self._record(workspace, demo_story.UP_TO_4_JUNE)
        report, result, engagement = self._issue(workspace, WEEKLY_9, on_stop)
        return Told(
            workspace=workspace,
            engagement=engagement,
            sync=result,
            report=report,
            previous=previous,
            files=report.write(self.folder),
            monthly=monthly,
        )

    def close(self, told: Told, on_stop: Callable[[datetime, SyncResult], None] | None = None) -> Report:
        """Go on from *told*, a story with its register, to the end of the engagement; return its closing report.

        The tools' edits up to 31 July are made and read, the register's commands typed, the report issued.
        """
        self._stop(told.workspace, CLOSING_1, on_stop)
        self._record(told.workspace, demo_story.UP_TO_31_JULY)
        return self._made(told.workspace, "closing", HEADLINE_AT_THE_END)

    def _stop(
        self, workspace: Workspace, at: datetime, on_stop: Callable[[datetime, SyncResult], None] | None
    ) -> SyncResult:
        self.clock.set(at)
        for server in self._servers.values():
            server.play(at)
        result = workspace.sync()
        for name, outcome in result.connections.items():
            limited = name == "trello" and at == WEEKLY_9 and isinstance(outcome.error, RateLimited)
            if outcome.exit_code and not limited:
                result.raise_for_failures()
        if on_stop is not None:
            on_stop(at, result)
        return result

    def _record(self, workspace: Workspace, parts: tuple[str, ...]) -> None:
        if self._typed is not None:
            for words in demo_story.lines(parts, workspace.folder / "papers"):
                self._typed(workspace, words)

    def _issue(
        self, workspace: Workspace, at: datetime, on_stop: Callable[[datetime, SyncResult], None] | None
    ) -> tuple[Report, SyncResult, Engagement]:
        result = self._stop(workspace, at, on_stop)
        self._record(workspace, demo_story.UP_TO_29_MAY if at == WEEKLY_8 else demo_story.UP_TO_5_JUNE)
        report = self._made(workspace, "weekly", self._headlines[at])
        return report, result, workspace.engagement(ENGAGEMENT)

    def _made(self, workspace: Workspace, edition: str, headline: Words) -> Report:
        engagement = workspace.engagement(ENGAGEMENT)
        report = engagement.reports.issue(engagement.view(), edition, by=USER, headline=headline)
        report.write(workspace.folder / "reports" / ENGAGEMENT)
        return report

    def make_workspace(self) -> None:
        """Write the configuration and the secrets of :attr:`workspace_folder`; an older demo's are replaced.

        Raises:
            Refused: the folder is there and no demo made it.
            ConfigError: it cannot be made.
        """
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
        try:
            secrets.mkdir(mode=0o700, parents=True)
        except OSError as error:
            raise ConfigError(
                "refused",
                detail=f"{secrets} cannot be made: {system_words(error).en}.",
                detail_zh=f"无法创建 {secrets}：{system_words(error).zh}。",
                command="pmbridge demo --out DIR",
            ) from error
        tables: dict[str, dict[str, object]] = {}
        for tool, server in self._servers.items():
            secret = secrets / tool
            secret.touch(mode=0o600)
            secret.write_text(server.secret().get_secret_value() + "\n", "utf-8")
            tables[tool] = {**server.settings(), "secret": f"file:data/secrets/{tool}"}
            if tool == "trello":
                # All connections share one clock: a long wait of the one that is limited would make the others late.
                tables[tool]["max_wait_s"] = 0
        text = _CONFIG.format(
            mark=MARK, language=self.language, user=USER, connections=tomlkit.dumps({"connections": tables})
        )
        milestones = "1-7" if self.tools == JIRA_ALONE else "3-5"
        text += "".join(_SOURCES[tool].format(milestones=milestones) for tool in self.tools)
        if self.tools == ALL_TOOLS:
            text += _PEOPLE
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
