"""Names into ids: what is found, what is refused, and that all faults come at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pmbridge.domain.mapping import Source
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.domain.resolved import ResolvedSource, ResolvedWhere
from pmbridge.errors import MappingError
from pmbridge.records import ProjectSchema, StateInfo, Support
from pmbridge.values import Label, Named, RecordId
from tests.unit import mall
from tests.unit.mall import DAYS, KINDS, MONEY, POINTS, field, group, schema, state, version

M1, M2 = version("100", "M1 需求确认", "2026-04-17"), version("101", "M2 设计验收", "2026-05-12")
URGENT = group("label", "urgent", "urgent")
SPRINT = group("sprint", "100", "冲刺 1")


def resolved(rules: dict[str, Any], its: ProjectSchema | None = None, project: str = "MALL|10000") -> ResolvedSource:
    source = Source.model_validate({"connection": "jira", "project": project, **rules})
    its = its or schema(groups=[M1, M2, URGENT, SPRINT])
    return resolve(source, its, kinds=KINDS, tool="Jira", client_can_open=False)


def faults(rules: dict[str, Any], its: ProjectSchema | None = None) -> tuple[str, ...]:
    with pytest.raises(MappingError) as caught:
        resolved(rules, its)
    assert caught.value.exit_code == 2
    return caught.value.problems


def milestone(**rule: Any) -> dict[str, Any]:
    return {"milestones": {"from": "version", **rule}}


def change(**rule: Any) -> dict[str, Any]:
    return {"changes": {"from": "issue", **rule}}


class TestNames:
    @pytest.mark.parametrize("written", ["变更请求", "3", "变更请求|3", "旧名|3"])
    def test_a_name_an_id_or_both(self, written: str) -> None:
        source = resolved(change(where={"type": written}))
        assert source.changes[0].where.types == {"3"}

    def test_only_a_changed_name_is_worth_a_warning(self) -> None:
        assert resolved(change(where={"type": "变更请求|3"})).warnings == ()
        (warning,) = resolved(change(where={"type": "旧名|3"})).warnings
        assert warning.en == 'jira:MALL: the type "旧名" (3) is now called "变更请求"'
        assert warning.zh == "jira:MALL：类型「旧名」（3）现在叫「变更请求」"

    def test_a_renamed_project_is_a_warning(self) -> None:
        (warning,) = resolved({}, project="SHOP|10000").warnings
        assert 'the project "SHOP" (10000) is now called "MALL"' in warning.en

    def test_a_project_without_a_key_is_called_by_its_name(self) -> None:
        its = schema(groups=[M1, M2])
        board = replace(its, project=replace(its.project, key="", name="会员商城设计"))
        (fault,) = faults(change(where={"type": "变更申请"}), board)
        assert fault == 'changes[0].where.type no type "变更申请" in jira:会员商城设计, did you mean "变更请求"?'

    def test_case_and_blanks_do_not_matter(self) -> None:
        its = schema(types=[Named(id="9", name="Change Request")])
        assert resolved(change(where={"type": " change request"}), its).changes[0].where.types == {"9"}

    def test_an_unknown_name_gives_the_nearest(self) -> None:
        (fault,) = faults(change(where={"type": "变更申请"}))
        assert fault == 'changes[0].where.type no type "变更申请" in jira:MALL, did you mean "变更请求"?'

    def test_a_name_far_from_all_lists_what_there_is(self) -> None:
        (fault,) = faults(change(where={"type": "xyz"}))
        assert fault.endswith("; there are: 故事, 史诗, 变更请求")

    def test_an_id_that_is_gone_is_no_match_by_name(self) -> None:
        """The id decides: another type of the same name may be another thing."""
        (fault,) = faults(change(where={"type": "变更请求|99"}))
        assert fault == 'changes[0].where.type no type "99" in jira:MALL; "变更请求" is now 3'

    def test_two_of_one_name_are_listed_and_none_is_taken(self) -> None:
        its = schema(types=[Named(id="3", name="变更"), Named(id="4", name="变更")])
        (fault,) = faults(change(where={"type": "变更"}), its)
        assert fault == 'changes[0].where.type "变更" is the name of 2 types: 3, 4'

    def test_a_state_of_one_name_is_told_apart_by_the_type(self) -> None:
        its = schema(
            states=[
                StateInfo(state=state("21", "完成"), types=frozenset({"1"})),
                StateInfo(state=state("22", "完成"), types=frozenset({"3"})),
            ]
        )
        source = resolved(change(where={"type": "变更请求"}, states={"完成": "closed"}), its)
        assert source.changes[0].states == {"22": "closed"}
        assert "2 states: 21, 22" in faults(change(states={"完成": "closed"}), its)[0]

    def test_in_an_incomplete_schema_a_missing_name_is_a_warning(self) -> None:
        source = resolved(change(where={"type": "新类型", "state": "新状态|77"}), schema(complete=False))
        assert source.changes[0].where.types == {"新类型"}, "an empty set would take everything"
        assert source.changes[0].where.states == {"77"}
        assert 'the type "新类型" has not been seen yet' in source.warnings[0].en


class TestFields:
    @pytest.mark.parametrize("written", ["Story Points", "cf16", "Story Points|cf16"])
    def test_a_field_by_name_or_id(self, written: str) -> None:
        (rule,) = resolved(milestone(weight=f"points:{written}")).milestones
        assert (rule.unit, rule.weight_field) == ("points", "cf16")

    def test_an_ambiguous_field_alone_has_an_error_of_its_own(self) -> None:
        its = schema(fields=[field("customfield_10050", "影响工期"), field("customfield_10071", "影响工期")])
        with pytest.raises(MappingError) as caught:
            resolved(change(impact={"days": "影响工期"}), its)
        error = caught.value
        assert error.name == "field-ambiguous"
        assert error.text("en") == 'jira:MALL has 2 fields named "影响工期": customfield_10050, customfield_10071.'
        assert error.text("zh") == "jira:MALL 有 2 个字段都叫「影响工期」：customfield_10050、customfield_10071。"

    def test_beside_other_faults_it_is_one_of_the_list(self) -> None:
        its = schema(fields=[field("a", "影响工期"), field("b", "影响工期")])
        found = faults(change(where={"type": "xyz"}, impact={"days": "影响工期"}), its)
        assert len(found) == 2
        assert found[1] == 'changes[0].impact.days "影响工期" is the name of 2 fields: a, b'

    def test_a_field_of_the_wrong_type_is_refused(self) -> None:
        its = schema(fields=[field("a", "优先级", "named"), field("b", "交付日", "day"), POINTS])
        found = faults(
            {
                "milestones": {
                    "from": "issue",
                    "weight": "points:优先级",
                    "progress": "percent:交付日",
                    "date": "field:cf16",
                },
                "changes": {"from": "issue", "impact": {"money": "优先级", "currency": "CNY"}},
            },
            its,
        )
        assert [one.partition(" ")[0] for one in found] == [
            "milestones[0].weight",
            "milestones[0].progress",
            "milestones[0].date",
            "changes[0].impact.money",
        ]
        assert 'needs a number; the field "优先级" (a) holds another type: named' in found[0]

    def test_a_date_field_may_be_a_day_or_a_moment(self) -> None:
        its = schema(fields=[field("b", "交付日", "day"), field("c", "上线时刻", "instant")])
        for name, id_ in (("交付日", "b"), ("上线时刻", "c")):
            (rule,) = resolved({"milestones": {"from": "issue", "date": f"field:{name}"}}, its).milestones
            assert rule.date_field == id_
        assert resolved(milestone()).milestones[0].date_field is None

    def test_options_are_found_by_name_and_free_text_is_kept(self) -> None:
        its = schema(fields=[field("p", "阶段", "named", [Named(id="51", name="设计")]), field("t", "备注", "text")])
        (rule,) = resolved(change(where={"field": {"阶段": "设计", "备注": "变更"}}), its).changes
        assert rule.where.fields == {"p": {"51"}, "t": {"变更"}}
        assert "no option" in faults(change(where={"field": {"阶段": "开发"}}), its)[0]

    def test_money_needs_a_currency(self) -> None:
        assert faults(change(impact={"money": "影响费用"})) == ("changes[0].impact.currency is missing",)
        (rule,) = resolved(change(impact={"days": "cf50", "money": "cf51", "currency": "CNY"})).changes
        assert (rule.days_field, rule.money_field, rule.currency) == ("cf50", "cf51", "CNY")


class TestGroups:
    @pytest.mark.parametrize("written", ["M1 需求确认", "version:100", "M1 需求确认|version:100"])
    def test_a_group_by_title_or_id(self, written: str) -> None:
        (rule,) = resolved(change(where={"group": written})).changes
        assert rule.where.groups == {M1.id}

    def test_an_id_that_only_one_kind_has_needs_no_kind(self) -> None:
        (rule,) = resolved(change(where={"group": ["101", "urgent"]})).changes
        assert rule.where.groups == {M2.id, URGENT.id}

    def test_an_id_that_two_kinds_have_is_no_guess(self) -> None:
        (fault,) = faults(change(where={"group": "100"}))
        assert 'no group "100"' in fault

    def test_two_groups_of_one_title_are_listed_with_their_kinds(self) -> None:
        its = schema(groups=[version("1", "M1"), group("sprint", "1", "M1")])
        (fault,) = faults(change(where={"group": "M1"}), its)
        assert fault.endswith("is the name of 2 groups: version:1, sprint:1")

    def test_items_of_a_milestone_may_be_selected_by_a_group(self) -> None:
        (rule,) = resolved({"milestones": {"from": "issue", "items": {"group": "M2 设计验收"}}}).milestones
        assert isinstance(rule.items, ResolvedWhere)
        assert rule.items.groups == {M2.id}


class TestRules:
    def test_the_default_items_follow_the_shape(self) -> None:
        assert resolved(milestone()).milestones[0].items == "group"
        assert resolved({"milestones": {"from": "issue"}}).milestones[0].items == "children"

    @pytest.mark.parametrize(("kind", "items"), [("version", "children"), ("version", "checklist"), ("issue", "group")])
    def test_items_that_do_not_fit_the_shape_are_refused(self, kind: str, items: str) -> None:
        (fault,) = faults({"milestones": {"from": kind, "items": items}})
        assert fault.startswith(f'milestones[0].items "{items}" does not fit "{kind}"; possible:')

    def test_states_of_the_record_and_shares_of_the_work(self) -> None:
        (rule,) = resolved(
            milestone(reached="已发布", progress="status_table", status_table={"进行中": 0.5, "13": 1})
        ).milestones
        assert rule.reached == {"released"}
        assert {key: float(share) for key, share in rule.status_table.items()} == {"12": 0.5, "13": 1.0}
        assert faults(milestone(progress="status_table")) == ("milestones[0].status_table is missing",)

    def test_the_status_of_the_source_covers_all_kinds(self) -> None:
        assert resolved({"status": {"进行中": "done", "已发布": "done"}}).status == {"12": "done", "released": "done"}

    def test_patterns_are_compiled(self) -> None:
        (rule,) = resolved(milestone(match=r"^(?P<ref>M\d+)\s", where={"title": "需求"})).milestones
        assert rule.match is not None
        assert rule.match.search("M1 需求确认")
        assert rule.where.title is not None

    @pytest.mark.parametrize(
        ("written", "kind", "id_"),
        [("10231", "issue", "10231"), ("issue:10231", "issue", "10231"), ("MALL-7|10231", "issue", "10231")],
    )
    def test_a_parent_by_its_id(self, written: str, kind: str, id_: str) -> None:
        (rule,) = resolved(change(where={"parent": written})).changes
        assert rule.where.parent == RecordId(kind=kind, external_id=id_)

    def test_a_parent_by_its_key_alone_is_refused_because_keys_change(self) -> None:
        (fault,) = faults(change(where={"parent": "MALL-7"}))
        assert "MALL-7|ID" in fault

    def test_a_kind_that_the_adapter_does_not_have(self) -> None:
        (fault,) = faults({"milestones": {"from": "relase"}})
        assert fault == 'milestones[0].from "relase" is unknown; known: issue, label, sprint, version'

    def test_a_kind_that_this_credential_cannot_read_says_why(self) -> None:
        denied = Support(level="denied", note=Label(zh="缺少浏览权限", en="the right to browse is missing"))
        with pytest.raises(MappingError) as caught:
            resolved(change(), schema(support=denied))
        assert '"issue" cannot be read in jira:MALL: the right to browse is missing' in caught.value.text("en")
        assert "在 jira:MALL 中读不到「issue」：缺少浏览权限" in caught.value.text("zh")

    def test_a_group_cannot_be_a_change(self) -> None:
        (fault,) = faults({"changes": {"from": "version"}})
        assert "gathers items and cannot be a change" in fault

    def test_all_faults_of_all_rules_come_at_once_in_both_languages(self) -> None:
        with pytest.raises(MappingError) as caught:
            resolved(
                {
                    "milestones": [{"from": "version", "weight": "points:Punkte"}, {"from": "nothing"}],
                    "changes": {"from": "issue", "where": {"type": "x"}, "states": {"y": "submitted"}},
                    "status": {"z": "done"},
                }
            )
        error = caught.value.with_facts(engagement="lanhai")
        assert len(error.problems) == 5
        assert error.text("en").startswith("The mapping of lanhai does not fit jira:MALL: milestones[0].weight")
        assert error.text("zh").count("jira:MALL") >= 4
        assert error.next_step() == "pmbridge engagement edit"


class TestScope:
    def source(self, rules: dict[str, Any], its: ProjectSchema | None = None) -> ResolvedSource:
        return resolved(rules, its)

    def test_a_milestone_brings_every_kind_of_item(self) -> None:
        scope = scope_of([self.source(milestone(weight="points:cf16"))], KINDS)
        assert scope.projects == (mall.PROJECT,)
        assert scope.kinds == {"version", "issue"}
        assert scope.fields == {"issue": {POINTS.id}}

    def test_a_change_brings_its_kind_its_fields_and_the_groups_it_selects_by(self) -> None:
        impact = {"days": "cf50", "money": "cf51", "currency": "CNY"}
        scope = scope_of([self.source(change(where={"group": "urgent"}, impact=impact))], KINDS)
        assert scope.kinds == {"issue", "label"}
        assert scope.fields == {"issue": {DAYS.id, MONEY.id}}

    def test_fields_by_which_items_are_selected_are_read_too(self) -> None:
        its = schema(fields=[field("p", "阶段", "text")], groups=[M1])
        rules = {"milestones": {"from": "version", "items": {"field": {"阶段": "设计"}, "group": "M1 需求确认"}}}
        scope = scope_of([self.source(rules, its)], KINDS)
        assert scope.fields == {"issue": {"p"}}

    def test_several_sources_become_one_and_a_project_stands_once(self) -> None:
        scope = scope_of(
            [self.source(milestone(weight="points:cf16")), self.source(change(impact={"days": "cf50"}))], KINDS
        )
        assert scope.projects == (mall.PROJECT,)
        assert scope.fields == {"issue": {"cf16", "cf50"}}

    def test_nothing_mapped_is_nothing_read(self) -> None:
        assert scope_of([self.source({})], KINDS).kinds == frozenset()
        assert scope_of([], KINDS).projects == ()
