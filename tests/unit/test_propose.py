"""What `engagement add` offers: found in the user's own data, with what it leaves out; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

import pytest

from pmbridge.domain.mapping import CHANGE_STATES
from pmbridge.domain.propose import MilestoneProposal, Proposal, propose
from pmbridge.domain.propose_changes import _CHOICES, _STATE_NAMES, change_type, type_names
from pmbridge.records import Group, Item, ProjectSchema, StateInfo
from pmbridge.values import Named
from tests.unit.mall import (
    CHANGE,
    DAYS,
    DOING,
    DONE,
    EPIC,
    KINDS,
    MONEY,
    POINTS,
    RELEASED,
    STORY,
    field,
    group,
    item,
    schema,
    state,
    version,
)

M = [
    version("1", "M1 需求确认", "2026-04-17", RELEASED),
    version("2", "M2 设计验收", "2026-05-12", RELEASED),
    version("3", "M3 数据迁移演练", "2026-07-08"),
]
NUMBERED = [version(str(20 + n), f"v2.3.{n}", "2026-05-01") for n in range(4)]
SPRINTS = [group("sprint", str(n), f"冲刺 {n}", "2026-05-01") for n in range(1, 4)]
WORK = [
    item("1", groups=[M[0]], cf16=1, state_=DONE),
    item("2", groups=[M[0], SPRINTS[0]], cf16=2),
    item("3", groups=[M[1]], cf16=3),
]


def offered(items: Sequence[Item] = (), groups: Sequence[Group] = (), its: ProjectSchema | None = None) -> Proposal:
    return propose(its or schema(groups=groups), items, groups, kinds=KINDS)


def by_key(proposal: Proposal, key: str) -> MilestoneProposal:
    return next(one for one in proposal.milestones if one.key == key)


class TestVersions:
    def test_versions_with_milestone_names_and_dates_stand_out(self) -> None:
        proposal = offered(WORK, [*NUMBERED, *reversed(M), *SPRINTS])
        best = proposal.milestone
        assert best is not None
        assert best.key == "version"
        assert best.rule.from_ == "version"
        assert best.rule.match == r"^(?P<ref>M\d+)\s"
        assert best.rule.date_is == "plan"
        assert [one.ref for one in best.examples] == ["M1", "M2", "M3"], "by date"
        assert [one.items for one in best.examples] == [2, 1, 0]
        assert best.dated == 3
        assert best.pattern is not None
        assert best.pattern.zh == "「M数字 标题」"

    def test_what_is_left_out_is_counted(self) -> None:
        best = offered(
            [*WORK, item("9", "史诗一", type_=EPIC), item("8", type_=EPIC)], [*M, *NUMBERED, *SPRINTS]
        ).milestone
        assert best is not None
        assert [(one.count, one.what.zh, one.example) for one in best.left_out] == [
            (4, "版本", "v2.3.0"),
            (3, "冲刺", ""),
            (2, "史诗", ""),
        ]

    def test_the_rule_takes_exactly_the_examples(self) -> None:
        best = offered(WORK, [*M, *NUMBERED, version("9", "M10.5 快照"), version("8", "Mobile")]).milestone
        assert best is not None
        match = re.compile(best.rule.match or "")
        titles = [one.title for one in (*M, *NUMBERED)]
        assert [title for title in titles if match.search(title)] == [one.title for one in M]
        assert not match.search("M10.5 快照")
        assert not match.search("Mobile")

    def test_one_example_is_no_proposal(self) -> None:
        assert offered(WORK, [M[0], *NUMBERED]).milestone is None

    def test_a_pattern_without_a_blank_is_written_more_carefully(self) -> None:
        best = offered([], [version("1", "M1：需求", "2026-04-17"), version("2", "M2", "2026-05-12")]).milestone
        assert best is not None
        assert best.rule.match == r"^(?P<ref>M\d+)(?![\d.])"
        assert [one.ref for one in best.examples] == ["M1", "M2"]

    @pytest.mark.parametrize(
        ("titles", "refs"),
        [
            (["里程碑1 启动", "里程碑2 上线"], ["里程碑1", "里程碑2"]),
            (["Milestone 1: kick-off", "milestone 2: live"], ["Milestone 1", "milestone 2"]),
            (["第一阶段 设计", "第二阶段 开发"], ["第一阶段", "第二阶段"]),
            (["Phase 1 design", "Phase 2 build"], ["Phase 1", "Phase 2"]),
            (["MS-1 a", "MS-2 b"], ["MS-1", "MS-2"]),
        ],
    )
    def test_names_in_both_languages(self, titles: list[str], refs: list[str]) -> None:
        best = offered([], [version(str(n), one, "2026-05-01") for n, one in enumerate(titles)]).milestone
        assert best is not None
        assert [one.ref for one in best.examples] == refs

    def test_versions_without_any_date_do_not_stand_out(self) -> None:
        proposal = offered(WORK, [version("1", "M1 a"), version("2", "M2 b")])
        assert proposal.milestone is None
        assert [one.key for one in proposal.milestones] == ["version"], "but they can be chosen"

    def test_release_numbers_are_offered_and_never_the_default(self) -> None:
        proposal = offered(WORK, NUMBERED)
        assert proposal.milestone is None
        assert [one.ref for one in proposal.milestones[0].examples] == ["v2.3.0", "v2.3.1", "v2.3.2", "v2.3.3"]

    def test_named_releases_with_dates_are_offered_without_release_numbers(self) -> None:
        named = [version("1", "公测", "2026-05-01"), version("2", "上线", "2026-07-10")]
        one = by_key(offered([], [*named, version("3", "1.0.1", "2026-05-05")]), "version")
        assert [example.title for example in one.examples] == ["公测", "上线"]
        assert one.rule.match is None
        assert one.rule.where.title is not None
        assert not re.search(one.rule.where.title, "1.0.1")

    def test_sprints_are_no_milestones_by_their_rhythm(self) -> None:
        assert offered(WORK, SPRINTS).milestones == ()


class TestItems:
    milestone_type = Named(id="7", name="里程碑")

    def typed(self, type_: Named, *titles: str, due: str | None = "2026-05-01") -> list[Item]:
        return [item(str(70 + n), title, type_=type_, due=due) for n, title in enumerate(titles)]

    def test_items_of_a_milestone_type_stand_out(self) -> None:
        items = [*self.typed(self.milestone_type, "M1 启动", "M2 上线"), item("90", parent="70")]
        best = offered(items, NUMBERED, schema(types=[STORY, self.milestone_type], groups=NUMBERED)).milestone
        assert best is not None
        assert best.key == "type:里程碑"
        assert best.rule.where.type == ("里程碑|7",)
        assert best.rule.match == r"^(?P<ref>M\d+)\s"
        assert [(one.ref, one.items) for one in best.examples] == [("M1", 1), ("M2", 0)]

    def test_without_a_pattern_the_tools_key_is_the_ref(self) -> None:
        best = offered(self.typed(self.milestone_type, "启动", "上线")).milestone
        assert best is not None
        assert best.rule.match is None
        assert [one.ref for one in best.examples] == ["MALL-71", "MALL-70"]

    def test_milestone_items_without_children_count_for_themselves(self) -> None:
        best = offered(self.typed(self.milestone_type, "启动", "上线")).milestone
        assert best is not None
        assert best.rule.items == "self"
        assert [one.items for one in best.examples] == [1, 1]

    def test_epics_are_offered_and_are_no_default(self) -> None:
        proposal = offered([*self.typed(EPIC, "会员", "支付"), item("90", parent="70")])
        assert proposal.milestone is None
        assert by_key(proposal, "type:史诗").examples[0].items in (0, 1)

    def test_epics_named_as_milestones_stand_out(self) -> None:
        best = offered([*self.typed(EPIC, "M1 会员", "M2 支付"), item("90", parent="70")]).milestone
        assert best is not None
        assert best.key == "type:史诗"

    def test_items_under_a_milestone_label_stand_out(self) -> None:
        label = group("label", "里程碑", "里程碑")
        items = [
            item("1", "M1 a", groups=[label], due="2026-05-01"),
            item("2", "M2 b", groups=[label], due="2026-06-01"),
        ]
        best = offered(items, [label]).milestone
        assert best is not None
        assert best.key == "label:里程碑"
        assert best.rule.where.group == ("里程碑|label:里程碑",)

    def test_of_two_equally_good_sources_none_is_the_default(self) -> None:
        proposal = offered([*WORK, *self.typed(self.milestone_type, "M1 启动", "M2 上线")], M)
        assert proposal.milestone is None
        assert {one.key for one in proposal.milestones} == {"version", "type:里程碑"}

    def test_a_project_with_nothing_alike_offers_nothing(self) -> None:
        proposal = offered([item("1"), item("2")], [group("label", "a", "a")])
        assert proposal.milestones == ()
        assert proposal.changes == ()


class TestWeight:
    def test_points_that_every_item_has_are_the_default(self) -> None:
        best = offered(WORK, M).milestone
        assert best is not None
        assert best.weight is not None
        assert (best.weight.weight, best.weight.covered, best.weight.total) == ("points:cf16", 3, 3)
        assert [one.weight for one in best.weights] == ["points:cf16", "count"]

    def test_points_with_gaps_are_offered_after_the_count(self) -> None:
        best = offered([*WORK, item("4", groups=[M[1]], cf16=None)], M).milestone
        assert best is not None
        assert best.weight is not None
        assert best.weight.weight == "count"
        assert [(one.weight, one.covered, one.total) for one in best.weights] == [
            ("count", 4, 4),
            ("points:cf16", 3, 4),
        ]

    def test_items_outside_the_milestones_do_not_matter(self) -> None:
        best = offered([*WORK, item("4", cf16=None)], M).milestone
        assert best is not None
        assert best.weight is not None
        assert best.weight.whole

    def test_of_two_whole_fields_none_is_the_default(self) -> None:
        other = field("cf17", "Story point estimate")
        work = [item(str(n), groups=[M[0]], cf16=1, cf17=1) for n in range(2)]
        best = offered(work, M, schema(fields=[POINTS, other], groups=M)).milestone
        assert best is not None
        assert best.weight is None
        assert {one.weight for one in best.weights} == {"points:cf16", "points:cf17", "count"}

    def test_without_any_item_only_the_count_is_left(self) -> None:
        best = offered([], M).milestone
        assert best is not None
        assert [one.weight for one in best.weights] == ["count"]


class TestChanges:
    items: ClassVar = [
        item(
            "231", "优惠券", type_=CHANGE, state_=state("s2", "等待客户", "in_progress"), updated=5, cf50=5, cf51=48000
        ),
        item("240", "会员等级", type_=CHANGE, state_=state("s1", "评估中", "in_progress"), updated=9, cf51=None),
        item("112", "发票", type_=CHANGE, state_=state("s9", "已关闭", "done"), updated=1, cf50=0, cf51=12000),
    ]

    def test_a_type_by_its_name_with_its_newest_items_first(self) -> None:
        best = offered([*WORK, *self.items]).change
        assert best is not None
        assert best.key == "变更请求"
        assert best.rule.where.type == ("变更请求|3",)
        assert [one.key for one in best.examples] == ["MALL-240", "MALL-231", "MALL-112"]

    def test_one_item_is_no_proposal(self) -> None:
        assert offered(self.items[:1]).changes == ()

    def test_but_the_type_can_be_named(self) -> None:
        named = change_type(schema(), self.items[:1], KINDS, "变更请求")
        assert named is not None
        assert len(named.examples) == 1
        assert change_type(schema(), [], KINDS, "3") is not None, "also by its id, also before the first item"
        assert change_type(schema(), [], KINDS, "no such type") is None
        assert type_names(schema(), [], KINDS) == ["故事", "史诗", "变更请求"]

    def test_the_clearer_name_stands_out(self) -> None:
        change = Named(id="4", name="变更")
        items = [*self.items, item("5", type_=change), item("6", type_=change)]
        proposal = offered(items)
        assert [one.key for one in proposal.changes] == ["变更请求", "变更"]
        assert proposal.change is proposal.changes[0]

    def test_two_equally_clear_names_give_no_default(self) -> None:
        request = Named(id="4", name="Change Request")
        proposal = offered([*self.items, item("5", type_=request), item("6", type_=request)])
        assert len(proposal.changes) == 2
        assert proposal.change is None

    def test_states_by_their_names_and_what_does_not_tell_stays_open(self) -> None:
        best = offered(self.items).change
        assert best is not None
        found = {one.state.name: (one.count, one.to) for one in best.states}
        assert found["等待客户"] == (1, "awaiting_decision")
        assert found["评估中"] == (1, "under_assessment")
        assert found["已关闭"] == (1, None)
        closed = next(one for one in best.states if one.state.name == "已关闭")
        assert closed.choices == ("closed", "rejected", "withdrawn")

    def test_states_of_other_types_are_not_listed_and_unused_ones_of_this_type_are(self) -> None:
        own = state("s3", "Approved", "in_progress")
        its = schema(
            states=[
                StateInfo(state=own, types=frozenset({CHANGE.id})),
                StateInfo(state=DOING, types=frozenset({STORY.id})),
            ]
        )
        best = offered(self.items, its=its).change
        assert best is not None
        names = {one.state.name: (one.count, one.to) for one in best.states}
        assert names["Approved"] == (0, "approved")
        assert "进行中" not in names

    @pytest.mark.parametrize(
        "name", ["In Progress", "进行中", "处理中", "Done", "完成", "Closed", "已关闭", "Resolved"]
    )
    def test_a_name_that_may_mean_two_things_is_left_open(self, name: str) -> None:
        found = change_type(schema(states=[StateInfo(state=state("x", name))]), [], KINDS, "变更请求")
        assert found is not None
        assert found.states[0].to is None

    def test_every_state_that_is_ever_proposed_exists(self) -> None:
        assert set(_STATE_NAMES) <= set(CHANGE_STATES)
        assert {one for choices in _CHOICES.values() for one in choices} <= set(CHANGE_STATES)
        names = [name for its in _STATE_NAMES.values() for name in its]
        assert len(names) == len(set(names)), "one name, one meaning"
        assert all(name == name.casefold() for name in names)


class TestImpact:
    def impact(self, *fields: str, **filled: int | None) -> tuple[str | None, str | None, str | None]:
        infos = [field(f"f{n}", name) for n, name in enumerate(fields)]
        items = [item(str(n), type_=CHANGE, values=filled) for n in range(2)]
        best = offered(items, its=schema(fields=infos)).change
        assert best is not None
        return (
            best.day.field.name if best.day else None,
            best.amount.field.name if best.amount else None,
            best.currency,
        )

    def test_the_fields_that_speak_of_it(self) -> None:
        best = offered(TestChanges.items).change
        assert best is not None
        assert best.day is not None
        assert best.amount is not None
        assert (best.day.field, best.day.filled) == (DAYS, 2)
        assert (best.amount.field, best.amount.filled) == (MONEY, 2)
        assert best.currency is None, "its name does not say"

    def test_a_field_that_no_item_fills_is_no_evidence(self) -> None:
        assert self.impact("影响工期（天）", "影响费用", f0=None) == (None, None, None)

    def test_the_currency_is_read_off_the_name(self) -> None:
        assert self.impact("影响费用（元）", f0=1) == (None, "影响费用（元）", "CNY")
        assert self.impact("Cost impact (USD)", f0=1) == (None, "Cost impact (USD)", "USD")
        assert self.impact("Impact (CNY)", f0=1) == (None, "Impact (CNY)", "CNY"), "a currency alone says money"
        assert self.impact("报价 USD/EUR", f0=1) == (None, "报价 USD/EUR", None)

    @pytest.mark.parametrize(
        "name",
        ["影响费用（万元）", "Cost (thousand CNY)", "影响工期（小时）", "工作量（人天）", "Effort in person days"],
    )
    def test_another_unit_is_not_taken_for_days_or_money(self, name: str) -> None:
        assert self.impact(name, f0=3) == (None, None, None)

    def test_a_field_that_says_impact_stands_out_among_several(self) -> None:
        assert self.impact("原工期（天）", "影响工期（天）", f0=1, f1=1)[0] == "影响工期（天）"

    def test_two_that_say_as_much_give_no_default(self) -> None:
        assert self.impact("开发工期（天）", "测试工期（天）", f0=1, f1=1)[0] is None
