"""Typed commands for every noun of the register. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from functools import cached_property

from pmbridge.desks.action import ActionDesk
from pmbridge.desks.assumption import AssumptionDesk
from pmbridge.desks.change import ChangeDesk
from pmbridge.desks.commitment import CommitmentDesk
from pmbridge.desks.communication import CommunicationDesk
from pmbridge.desks.complaint import ComplaintDesk
from pmbridge.desks.contact import ContactDesk
from pmbridge.desks.decision import DecisionDesk
from pmbridge.desks.deliverable import DeliverableDesk
from pmbridge.desks.dependency import DependencyDesk
from pmbridge.desks.engagement import EngagementDesk
from pmbridge.desks.expectation import ExpectationDesk
from pmbridge.desks.feedback import FeedbackDesk
from pmbridge.desks.goal import GoalDesk
from pmbridge.desks.improvement import ImprovementDesk
from pmbridge.desks.inquiry import InquiryDesk
from pmbridge.desks.issue import IssueDesk
from pmbridge.desks.lesson import LessonDesk
from pmbridge.desks.meeting import MeetingDesk
from pmbridge.desks.milestone import MilestoneDesk
from pmbridge.desks.requirement import RequirementDesk
from pmbridge.desks.retro import RetroDesk
from pmbridge.desks.risk import RiskDesk
from pmbridge.desks.survey import SurveyDesk
from pmbridge.register import Register


class Desks:
    """One desk per noun of *register*: ``desks.change.submit(title=…)``."""

    def __init__(self, register: Register) -> None:
        self._register = register

    @cached_property
    def contact(self) -> ContactDesk:
        """客户联系人 contact."""
        return ContactDesk(self._register)

    @cached_property
    def requirement(self) -> RequirementDesk:
        """需求 requirement."""
        return RequirementDesk(self._register)

    @cached_property
    def goal(self) -> GoalDesk:
        """目标 goal."""
        return GoalDesk(self._register)

    @cached_property
    def milestone(self) -> MilestoneDesk:
        """里程碑 milestone."""
        return MilestoneDesk(self._register)

    @cached_property
    def deliverable(self) -> DeliverableDesk:
        """交付物 deliverable."""
        return DeliverableDesk(self._register)

    @cached_property
    def change(self) -> ChangeDesk:
        """变更请求 change request."""
        return ChangeDesk(self._register)

    @cached_property
    def risk(self) -> RiskDesk:
        """风险 risk."""
        return RiskDesk(self._register)

    @cached_property
    def issue(self) -> IssueDesk:
        """问题 issue."""
        return IssueDesk(self._register)

    @cached_property
    def assumption(self) -> AssumptionDesk:
        """假设 assumption."""
        return AssumptionDesk(self._register)

    @cached_property
    def dependency(self) -> DependencyDesk:
        """依赖项 dependency."""
        return DependencyDesk(self._register)

    @cached_property
    def decision(self) -> DecisionDesk:
        """需客户决定的事项 decision needed."""
        return DecisionDesk(self._register)

    @cached_property
    def action(self) -> ActionDesk:
        """行动项 action item."""
        return ActionDesk(self._register)

    @cached_property
    def meeting(self) -> MeetingDesk:
        """会议 meeting."""
        return MeetingDesk(self._register)

    @cached_property
    def inquiry(self) -> InquiryDesk:
        """客户询问 inquiry."""
        return InquiryDesk(self._register)

    @cached_property
    def communication(self) -> CommunicationDesk:
        """沟通记录 communication."""
        return CommunicationDesk(self._register)

    @cached_property
    def expectation(self) -> ExpectationDesk:
        """期望 expectation."""
        return ExpectationDesk(self._register)

    @cached_property
    def commitment(self) -> CommitmentDesk:
        """承诺 commitment."""
        return CommitmentDesk(self._register)

    @cached_property
    def survey(self) -> SurveyDesk:
        """满意度调查 survey."""
        return SurveyDesk(self._register)

    @cached_property
    def feedback(self) -> FeedbackDesk:
        """客户反馈 feedback."""
        return FeedbackDesk(self._register)

    @cached_property
    def complaint(self) -> ComplaintDesk:
        """投诉 complaint."""
        return ComplaintDesk(self._register)

    @cached_property
    def retro(self) -> RetroDesk:
        """项目回顾 retrospective."""
        return RetroDesk(self._register)

    @cached_property
    def lesson(self) -> LessonDesk:
        """经验教训 lesson."""
        return LessonDesk(self._register)

    @cached_property
    def improvement(self) -> ImprovementDesk:
        """改进措施 improvement."""
        return ImprovementDesk(self._register)

    @cached_property
    def engagement(self) -> EngagementDesk:
        """客户项目 engagement."""
        return EngagementDesk(self._register)
