"""What a client engagement needs can be done: each point has its noun and verbs, none of the list is missing."""

from __future__ import annotations

import pytest

from pmbridge.domain.concepts import concepts
from pmbridge_cli.main import ENTRIES

POINTS: tuple[tuple[str, str, str], ...] = (
    ("一.1 初步需求收集", "requirement", "add clarify send confirm return"),
    ("一.2 需求文档", "requirements_baseline", "agree"),
    ("一.2 需求文档", "requirement", "baseline revise remove"),
    ("二.2 例行会议", "engagement", "agree"),
    ("二.2 例行会议", "meeting", "add hold minutes confirm cancel"),
    ("二.2 例行会议", "action", "add done cancel"),
    ("三.1 SMART 目标", "goal", "add propose agree measure settle amend"),
    ("三.2 里程碑", "milestone", "add agree start reach accept forecast explain adopt"),
    ("三.2 里程碑", "schedule_baseline", "agree"),
    ("四.2 实时状态", "risk", "add assess respond monitor review occur close"),
    ("四.2 实时状态", "issue", "add analyse act resolve escalate convert close reopen"),
    ("四.2 实时状态", "dependency", "add provide waive"),
    ("四.2 实时状态", "assumption", "add confirm refute"),
    ("五.1 现实的期望", "expectation", "add assess agree reset decline"),
    ("五.1 现实的期望", "commitment", "add settle"),
    ("五.2 持续管理期望", "expectation", "review revise settle"),
    ("六.1 变更流程", "change", "add submit ask reply send implement complete verify close withdraw cancel"),
    ("六.2 影响评估", "change", "assess reassess approve reject defer"),
    ("六.2 影响评估", "budget_baseline", "agree"),
    ("七.1 诚信透明", "decision", "add decide withdraw revoke"),
    ("七.2 满意度", "survey", "add send remind record close"),
    ("七.2 满意度", "feedback", "add respond act decline"),
    (
        "八.1 交付和验收",
        "deliverable",
        "prepare review submit accept accept_with_conditions reject deem clear handover",
    ),
    ("八.2 项目总结", "retro", "add hold publish"),
    ("八.2 项目总结", "engagement", "wind_down close"),
    ("九 工具", "milestone", "adopt"),
    ("九 工具", "change", "adopt"),
    ("十.1 项目回顾", "lesson", "add"),
    ("十.1 项目回顾", "improvement", "add accept done verify drop"),
    ("十.2 客户反馈", "survey", "add send record close"),
    ("问题 1 沟通", "inquiry", "add respond answer close"),
    ("问题 1 沟通", "communication", "add"),
    ("问题 1 沟通", "contact", "add authorise retire pseudonymise"),
    ("问题 2 投诉", "complaint", "add acknowledge assess investigate update respond accept dispute close reopen"),
    ("问题 3 关系", "commitment", "settle"),
    ("问题 3 关系", "feedback", "act"),
)
"""Point, noun, verbs."""

ELSEWHERE = (
    ("二.1 周报和月报", "report"),
    ("四.1 工具", "sync"),
    ("四.2 实时状态", "status"),
    ("七.1 诚信透明", "conflicts"),
    ("九 工具", "connect"),
)
"""Point, command: reports and tools have commands of their own."""

VERBS = {
    "engagement": "agree initiate launch suspend resume wind_down close terminate reopen",
    "contact": "authorise retire pseudonymise",
    "requirement": "clarify send confirm return baseline revise remove reject withdraw fulfil reopen",
    "goal": "propose agree measure settle amend withdraw",
    "milestone": "agree start reach accept revoke cancel forecast estimate explain",
    "deliverable": "prepare review submit accept accept_with_conditions reject deem rework clear handover",
    "change": "submit assess ask reply send approve reject defer reassess implement complete verify close withdraw "
    "cancel authorise rework",
    "risk": "assess respond monitor review occur close",
    "issue": "analyse act resolve escalate convert close reopen",
    "assumption": "confirm refute",
    "dependency": "provide waive",
    "decision": "decide withdraw revoke",
    "action": "done cancel",
    "meeting": "hold minutes confirm cancel",
    "inquiry": "respond answer close",
    "communication": "",
    "expectation": "assess agree reset decline revise review settle",
    "commitment": "settle",
    "survey": "send remind record close",
    "feedback": "respond act decline",
    "complaint": "acknowledge assess investigate update respond accept dispute close reopen",
    "retro": "hold publish",
    "lesson": "",
    "improvement": "accept done verify drop",
}
REFS = {
    "contact": "CT-01", "requirement": "REQ-01", "goal": "GOAL-01", "milestone": "M1", "deliverable": "DL-01",
    "change": "CR-001", "risk": "RSK-01", "issue": "ISS-01", "assumption": "ASM-01", "dependency": "DEP-01",
    "decision": "DEC-01", "action": "ACT-01", "meeting": "MTG-01", "inquiry": "INQ-01", "communication": "COM-01",
    "expectation": "EXP-01", "commitment": "CMT-01", "survey": "SRV-01", "feedback": "FB-01", "complaint": "CPL-01",
    "retro": "RET-01", "lesson": "LES-01", "improvement": "IMP-01",
}  # fmt: skip
COMMON = {"add", "edit", "release", "adopt"}
LACKING = {"communication": {"edit", "adopt"}, "lesson": {"adopt"}}
"""What was said is never edited; and neither is ever anything that a tool shows."""


@pytest.mark.parametrize(("point", "noun", "verbs"), POINTS)
def test_what_an_engagement_needs_can_be_done(point: str, noun: str, verbs: str) -> None:
    assert [verb for verb in verbs.split() if verb not in concepts()[noun].verbs] == [], point


@pytest.mark.parametrize(("point", "command"), ELSEWHERE)
def test_what_is_no_record_has_a_command(point: str, command: str) -> None:
    assert command in ENTRIES, point


def test_no_point_is_left_out() -> None:
    wanted = {f"{part}.{n}" for part, count in zip("一二三四五六七八十", (2, 2, 2, 2, 2, 2, 2, 2, 2), strict=True)
              for n in range(1, count + 1)} | {"九", "问题"}  # fmt: skip
    assert {point.split()[0] for point, *_ in (*POINTS, *ELSEWHERE)} == wanted


@pytest.mark.parametrize("noun", VERBS)
def test_every_noun_has_the_verbs_of_the_one_list(noun: str) -> None:
    wanted = {*VERBS[noun].split()} | COMMON - LACKING.get(noun, set())
    assert wanted - set(concepts()[noun].verbs) == set()


@pytest.mark.parametrize("noun", REFS)
def test_refs_are_written_as_people_know_them(noun: str) -> None:
    concept = concepts()[noun]
    assert concept.ref(concept.prefixes[0], 1) == REFS[noun]


@pytest.mark.parametrize("noun", list(concepts()))
def test_everything_is_called_something_in_both_languages(noun: str) -> None:
    concept = concepts()[noun]
    labels = [concept.label, *(one.label for one in concept.states.values()), *(one.label for one in concept.steps)]
    labels += [guard.label for step in concept.steps for guard in step.guards]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in one.zh) and one.en.strip() for one in labels)
    assert all(guard.doc for step in concept.steps for guard in step.guards)
