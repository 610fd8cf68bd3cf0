"""The demo's story in PingCode adds up: 63 work items, one milestone, one deviation."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from pmbridge.records import Item, Verb, Wanted
from pmbridge_pingcode.sandbox_story import NAME
from tests.contract.pingcode_bench import Workspace, opened

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(month: int, day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def items(workspace: Workspace) -> list[Item]:
    (project,) = workspace.sandbox.projects()
    return [one for one in workspace.pull(project).records.values() if isinstance(one, Item)]


def test_on_5_june_there_are_63_items_of_the_kinds_that_the_report_names() -> None:
    with opened(at(6, 5)) as workspace:
        workspace.sandbox.play(at(6, 5))
        found = items(workspace)
        assert Counter(one.type.name for one in found) == {
            "需求": 51, "里程碑": 1, "不符合规格": 1, "风险": 5, "任务": 5,
        }  # fmt: skip
        (milestone,) = [one for one in found if one.type.name == "里程碑"]
        assert milestone.title == "M1 需求确认"
        assert milestone.state.category == "done"
        assert milestone.due is not None
        assert milestone.due.day(SHANGHAI) == at(4, 17).date()
        assert milestone.done is not None
        assert milestone.done.day(SHANGHAI) == at(4, 17).date()
        (off,) = [one for one in found if one.type.name == "不符合规格"]
        assert off.title == "OFF-01 积分舍入与规格不符"
        assert (off.state.name, off.created_at) == ("处理中", at(6, 1, 10))
        assert sum(one.state.name == "已关闭" for one in found) == 1


def test_the_mapping_of_the_story_finds_its_names() -> None:
    with opened(at(6, 5)) as workspace:
        workspace.sandbox.play(at(6, 5))
        schema = workspace.adapter().describe(NAME)
        kind = schema.kinds["work_item"]
        assert {"里程碑", "不符合规格"} <= {one.name for one in kind.types}
        assert {"处理中", "已关闭"} <= {one.state.name for one in kind.states}


def test_what_is_played_up_to_an_earlier_day_knows_nothing_of_the_later_ones() -> None:
    with opened(at(5, 19)) as workspace:
        workspace.sandbox.play(at(5, 19))
        assert sum(one.type.name == "需求" for one in items(workspace)) == 48
        assert not [one for one in items(workspace) if one.title.startswith("OFF-01")]


def test_played_on_in_steps_it_is_the_same_story() -> None:
    with opened(at(5, 28, 10)) as workspace, opened(at(6, 5)) as at_once:
        for stop in (at(5, 28, 10), at(5, 29), at(6, 4, 17, 30), at(6, 5)):
            workspace.sandbox.clock.set(stop)
            workspace.sandbox.play(stop)
        at_once.sandbox.play(at(6, 5))
        assert items(workspace) == items(at_once)


def test_the_deviation_is_closed_on_15_june_and_its_history_says_so() -> None:
    with opened(at(7, 31)) as workspace:
        workspace.sandbox.play(at(7, 31))
        (project,) = workspace.sandbox.projects()
        (off,) = [one for one in items(workspace) if one.title.startswith("OFF-01")]
        assert off.state.name == "已关闭"
        wanted = Wanted(id=off.id, project=project, parts=frozenset({Verb.HISTORY, Verb.COMMENTS}))
        (details,) = workspace.adapter().details([wanted])
        told = [(one.shape, getattr(one, "at", None)) for one in details.records]
        assert told == [("comment", None), ("change", at(6, 1, 11)), ("change", at(6, 15, 16))]
