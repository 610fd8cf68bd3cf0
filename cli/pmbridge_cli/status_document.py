"""`pmbridge status --json`: where an engagement stands, for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.people import people_documents

if TYPE_CHECKING:
    from pmbridge import EngagementView, Milestone
    from pmbridge.todo import Task


def status_document(app: App, view: EngagementView, last: str | None, tasks: tuple[Task, ...]) -> dict[str, Any]:
    """Return one engagement of ``pmbridge.status/1``."""
    from pmbridge.domain.figure import plain
    from pmbridge_cli.figures import figure_document

    language, roll = app.language, view.progress
    return {
        "name": view.name,
        "client": view.client.in_(language)[0],
        "title": view.title.in_(language)[0],
        "as_of": view.as_of.astimezone(view.zone).isoformat(),
        "data": [
            {
                "connection": one.connection,
                "tool": one.tool,
                "project": one.project,
                "complete_as_of": one.complete_as_of.astimezone(view.zone).isoformat() if one.complete_as_of else None,
                "stale": one.stale,
                "problem": one.problem.in_(language) if one.problem else None,
                "items": one.items,
            }
            for one in view.sources
        ],
        "overall": {
            "colour": view.overall.colour,
            "last": last,
            "provisional": view.overall.provisional,
            "rules": [
                {"rule": hit.rule, "colour": hit.colour, "reason": hit.reason.in_(language), "refs": list(hit.refs)}
                for hit in view.overall.hits
            ],
            "grey": list(view.overall.grey),
        },
        "progress": {
            "value": figure_document(roll.value, plain, language),
            "low": plain(roll.low),
            "high": plain(roll.high),
            "unknown": list(roll.unknown),
            "planned": figure_document(roll.planned, plain, language),
        },
        "milestones": [_milestone_document(one, language) for one in view.milestones],
        "changes": [_change_document(one, language) for one in view.changes],
        "contract": _contract_document(view, language),
        "people": people_documents(view),
        "waiting": {
            "client": sum(task.on_client for task in tasks),
            "us": sum(not task.on_client for task in tasks),
            "late": sum(task.on_client and task.late_wd > 0 for task in tasks),
            "differences": sum(task.kind == "difference" for task in tasks),
        },
    }


def _contract_document(view: EngagementView, language: str) -> dict[str, Any] | None:
    """Return what the contract was and is worth; ``None`` while nothing is in the register."""
    from pmbridge_cli.figures import figure_document

    contract = view.contract
    if contract is None:
        return None
    return {
        "original": figure_document(contract.original, str, language),
        "approved": {code: figure_document(one, str, language) for code, one in contract.approved.items()},
        "current": figure_document(contract.current, str, language),
        "days": figure_document(contract.days, int, language),
    }


def _milestone_document(one: Milestone, language: str) -> dict[str, Any]:
    from pmbridge_cli.figures import figure_document, progress_value

    return {
        "ref": one.ref,
        "title": one.title.in_(language)[0],
        "state": one.state,
        "observed": one.observed,
        "provisional": one.provisional,
        "original": figure_document(one.original, str, language),
        "plan": figure_document(one.plan, str, language),
        "reached_on": figure_document(one.reached_on, str, language),
        "forecast": figure_document(one.forecast, str, language),
        "forecast_method": one.forecast_method,
        "forecast_low": str(one.forecast_low) if one.forecast_low else None,
        "forecast_high": str(one.forecast_high) if one.forecast_high else None,
        "slip_current": figure_document(one.slip_current, int, language),
        "slip_original": figure_document(one.slip_original, int, language),
        "slip_at_least": one.slip_at_least,
        "progress": figure_document(one.progress, progress_value, language),
        "moved_by": list(one.moved_by),
    }


def _change_document(one: Any, language: str) -> dict[str, Any]:
    from pmbridge_cli.figures import figure_document

    return {
        "ref": one.ref,
        "title": one.title.in_(language)[0],
        "state": one.state,
        "tool_state": one.tool_state,
        "tool": one.tool,
        "observed": one.observed,
        "holder": one.holder,
        "raised_on": str(one.raised_on) if one.raised_on else None,
        "since": str(one.since) if one.since else None,
        "days": figure_document(one.days, int, language),
        "days_on": one.days_on,
        "money": figure_document(one.money, str, language),
    }
