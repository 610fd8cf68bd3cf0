"""What was chosen for an engagement, as tables for ``pmbridge.toml``: ids are written, names follow as comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pmbridge.config.file import Noted
from pmbridge.domain.propose import MilestoneProposal, Weight
from pmbridge.domain.propose_changes import ChangeProposal
from pmbridge.records import FieldInfo, ProjectSchema

DateIs = Literal["plan", "forecast", "ignore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneChoice:
    """A proposal as it was taken: what its dates mean, and how progress is measured."""

    proposal: MilestoneProposal
    date_is: DateIs
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeChoice:
    """A proposal as it was taken. ``states``: tool state id → register state; one left out keeps the tool's word."""

    proposal: ChangeProposal
    states: Mapping[str, str]
    days: FieldInfo | None
    money: FieldInfo | None
    currency: str | None


def source_table(
    connection: str,
    schema: ProjectSchema,
    *,
    milestones: Sequence[MilestoneChoice] = (),
    changes: Sequence[ChangeChoice] = (),
) -> dict[str, Any]:
    """Return one ``[[engagements.NAME.sources]]``."""
    project = schema.project
    known_as = project.known_as
    note = project.name if project.name != known_as else ""
    table: dict[str, Any] = {
        "connection": connection,
        "project": Noted(value=f"{known_as}|{project.id}", note=note),
    }
    if milestones:
        table["milestones"] = [_milestone(one) for one in milestones]
    if changes:
        table["changes"] = [_change(one) for one in changes]
    return table


def _milestone(choice: MilestoneChoice) -> dict[str, Any]:
    rule, weight = choice.proposal.rule, choice.weight
    table: dict[str, Any] = {"from": rule.from_}
    if where := _where(rule.where.model_dump(exclude_defaults=True)):
        table["where"] = where
    if rule.match is not None:
        table["match"] = rule.match
    if isinstance(rule.items, str):
        table["items"] = rule.items
    if weight.field is not None:
        table["weight"] = Noted(value=weight.weight, note=weight.field.name)
    if choice.date_is != "ignore":
        table["date_is"] = choice.date_is
    return table


def _change(choice: ChangeChoice) -> dict[str, Any]:
    rule = choice.proposal.rule
    table: dict[str, Any] = {"from": rule.from_, "where": _where(rule.where.model_dump(exclude_defaults=True))}
    named = {one.state.id: one.state.name for one in choice.proposal.states}
    if choice.states:
        table["states"] = {id_: Noted(value=to, note=named.get(id_, "")) for id_, to in choice.states.items()}
    impact: dict[str, Any] = {}
    if choice.days is not None:
        impact["days"] = choice.days.id
    if choice.money is not None:
        impact["money"] = choice.money.id
        impact["currency"] = choice.currency
    if impact:
        names = [one.name for one in (choice.days, choice.money) if one is not None]
        table["impact"] = Noted(value=impact, note=", ".join(names))
    return table


def _where(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a selector with single names as texts instead of lists of one."""
    return {key: one[0] if isinstance(one, tuple) and len(one) == 1 else one for key, one in written.items()}
