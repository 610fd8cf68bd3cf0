"""What needs a person: which tasks there are, in which order, and that each is news once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pmbridge.domain.view import SourceView
from pmbridge.engagement import Engagement
from pmbridge.testing.clock import FakeClock
from pmbridge.todo import Task, news, todo
from pmbridge.values import Label, RecordId
from pmbridge.workspace import Workspace, open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office


@dataclass
class Bench:
    clock: FakeClock
    jira: JiraSandbox
    workspace: Workspace

    def kinds(self, *, everything: bool = False) -> list[str]:
        return [task.kind for task in todo(self.workspace, everything=everything)]

    def one(self, kind: str) -> Task:
        [found] = [task for task in todo(self.workspace, everything=True) if task.kind == kind]
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = FakeClock(FRIDAY)
    with JiraSandbox(clock) as jira:
        jira.play(FRIDAY)
        office = Office(folder=tmp_path / "pm", command="")
        office.settle(jira)
        with open_workspace(office.folder, clock=clock) as workspace:
            workspace.sync().raise_for_failures()
            yield Bench(clock=clock, jira=jira, workspace=workspace)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in Shanghai, which is eight hours ahead."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_nothing_read_yet_asks_nothing(tmp_path: Path) -> None:
    with JiraSandbox(FakeClock(FRIDAY)) as jira:
        office = Office(folder=tmp_path / "pm", command="")
        office.settle(jira)
    with open_workspace(office.folder) as workspace:
        assert todo(workspace) == ()


def test_what_the_client_holds_is_listed_with_its_place_in_the_tool(bench: Bench) -> None:
    task = bench.one("decision")
    assert task.on_client
    assert task.who == Label(zh="蓝海零售", en="蓝海零售")
    assert task.text.zh == "MALL-231 小程序优惠券，待客户决定"
    assert task.command.en.endswith("/browse/MALL-231")
    assert str(task.since) == "2026-06-02"


def test_an_unknown_figure_is_listed_only_with_a_remedy(bench: Bench) -> None:
    texts = [task.text.en for task in todo(bench.workspace) if task.kind == "unknown"]
    assert any("progress of M6 is unknown" in text for text in texts)
    assert not any("M5" in text for text in texts)


@pytest.mark.parametrize(
    ("now", "due", "late", "listed"),
    [
        (at(6, 5, 17, 20), at(6, 5, 18), 0, True),
        (at(6, 3, 9), at(6, 5, 18), 0, True),
        (at(6, 2, 9), at(6, 5, 18), 0, False),
        (at(6, 5, 18, 30), at(6, 5, 18), 0, True),
        (at(6, 7, 12), at(6, 5, 18), 0, True),
        (at(6, 8, 9), at(6, 12, 18), 0, False),
    ],
)
def test_a_report_is_listed_two_working_days_before_it_is_due(
    bench: Bench, now: datetime, due: datetime, late: int, listed: bool
) -> None:
    bench.clock.set(now)
    task = bench.one("report")
    assert task.due == due
    assert task.late_wd == late
    assert task.command.en == "pmbridge report check"
    assert ("report" in bench.kinds()) is listed


def test_a_report_that_was_not_sent_is_late_from_its_due_day_on(bench: Bench) -> None:
    lanhai = bench.workspace.engagement()
    bench.clock.set(at(6, 5, 18))
    lanhai.reports.issue(lanhai.view(), "weekly", by="王工", headline="So far, so good.")
    assert bench.one("report").due == at(6, 12, 18)
    bench.clock.set(at(6, 16, 9))
    task = bench.one("report")
    assert (task.due, task.late_wd) == (at(6, 12, 18), 2)
    assert task.text.en == "weekly 2: 2 checks fail", "no headline, and data of a week ago"
    # What was not sent a month ago will not be sent now: one week is looked back, no further.
    bench.clock.set(at(7, 20, 9))
    assert bench.one("report").due == at(7, 17, 18)


def test_a_report_with_a_headline_is_ready(bench: Bench) -> None:
    lanhai = bench.workspace.engagement()
    lanhai.reports.keep(lanhai.reports.draft(lanhai.view(), "weekly", headline="So far, so good."))
    task = bench.one("report")
    assert task.text.en == "weekly 1: ready to issue"
    assert task.command.en == "pmbridge report issue"


def test_old_data_is_listed_with_its_day(bench: Bench) -> None:
    assert "stale" not in bench.kinds()
    bench.clock.advance(25 * 3600)
    task = bench.one("stale")
    assert task.text.en.startswith("data of Jira ")
    assert task.text.en.endswith(" is from 06-05 17:20")
    assert task.command.en == "pmbridge sync jira"


def test_what_was_held_back_and_a_refused_credential_come_first(bench: Bench) -> None:
    store = bench.workspace.store
    [project] = store.projects("jira")
    shown = store.observe("jira", project)
    for item in list(shown.items)[:120]:
        bench.jira.world.delete(RecordId(kind="issue", external_id=item.id.external_id))
    result = bench.workspace.sync(full=True)
    assert result.exit_code == 6
    first = todo(bench.workspace)[0]
    assert (first.kind, first.command.en) == ("stop", "pmbridge sync jira --accept-vanished 120")
    Office(folder=bench.workspace.folder, command="").keep_secret("revoked")
    bench.clock.advance(3600)
    assert bench.workspace.sync().exit_code == 3
    kinds = bench.kinds()
    assert sorted(kinds[:2]) == ["access", "stop"]


@pytest.mark.parametrize(
    ("user", "en", "zh"),
    [
        ("wang@qingchuan.example", "(refused, as wang@qingchuan.example)", "（被拒绝，wang@qingchuan.example）"),
        (None, "(refused, as this account)", "（被拒绝，当前账号）"),
    ],
)
def test_a_refused_credential_names_the_account_that_the_configuration_knows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, user: str | None, en: str, zh: str
) -> None:
    runs = {name: replace(run, error="credential-refused") for name, run in bench.workspace.store.last_runs().items()}
    monkeypatch.setattr(bench.workspace.store, "last_runs", lambda: runs)
    settings = bench.workspace.config.connections["jira"].model_copy(update={"user": user})
    monkeypatch.setattr(bench.workspace, "config", replace(bench.workspace.config, connections={"jira": settings}))
    text = bench.one("access").text
    assert en in text.en
    assert zh in text.zh


def test_each_task_is_news_once(bench: Bench) -> None:
    tasks = todo(bench.workspace)
    first = news(bench.workspace, tasks)
    assert first.fresh == tasks
    bench.clock.advance(3600)
    again = news(bench.workspace, tasks)
    assert again.fresh == ()
    assert again.waits_for(tasks[0], bench.clock.now()) == timedelta(hours=1)
    # What went away and comes back is news again.
    news(bench.workspace, tasks[1:])
    assert news(bench.workspace, tasks).fresh == tasks[:1]


def test_the_past_is_shown_with_the_tasks_of_then(bench: Bench) -> None:
    bench.clock.advance(30 * 24 * 3600)
    then = todo(bench.workspace, as_of="2026-06-05T17:20")
    assert "stale" not in [task.kind for task in then]


def test_an_unreadable_record_is_listed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    def with_unreadable(self: Engagement, as_of: object = None) -> object:
        view = original(self, as_of)  # type: ignore[arg-type]
        sources: tuple[SourceView, ...] = tuple(dataclasses.replace(one, unreadable=2) for one in view.sources)
        return dataclasses.replace(view, sources=sources)

    original = Engagement.view
    monkeypatch.setattr(Engagement, "view", with_unreadable)
    task = bench.one("unreadable")
    assert task.text.en.startswith("2 records of Jira ")
    assert task.command.en == "pmbridge doctor jira --report"
