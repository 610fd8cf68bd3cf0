"""The closing report says what is still open, of every kind that the report knows, or that nothing is."""

from __future__ import annotations

from typing import Any

from pmbridge.report.model import ClientReport
from pmbridge.report.parts import Part
from pmbridge.report.render import render
from tests.unit.record_story import closing


def still_open(report: ClientReport) -> str:
    """What stands below "Open items" on the English page."""
    page = render(report, "md", "en").decode()
    return page.partition("### Open items")[2].partition("\n## ")[0]


def changed(part: Part | None, **values: Any) -> Any:
    assert part is not None
    return part.model_copy(update=values)


def test_every_kind_of_open_item_is_named() -> None:
    report = closing()
    assert report.promises is not None
    promise = changed(report.promises.commitments[0], state="open", settled_on=None)
    report = changed(report, promises=changed(report.promises, commitments=(promise,)))
    said = still_open(report)
    not_reached = [one.ref for one in report.milestones if one.state in ("planned", "in_progress")]
    assert not_reached
    for ref in (*not_reached, "DL-06", "CPL-01", "CMT-01", "IMP-01", *(one.ref for one in report.asks)):
        assert ref in said, ref


def test_what_is_over_is_no_open_item() -> None:
    report = closing()
    assert report.deliverables is not None
    assert report.satisfaction is not None
    done = tuple(changed(one, state="accepted") for one in report.deliverables.rows)
    ended = tuple(changed(one, next_update_on=None) for one in report.satisfaction.complaints)
    report = changed(
        report,
        deliverables=changed(report.deliverables, rows=done),
        satisfaction=changed(report.satisfaction, complaints=ended),
    )
    said = still_open(report)
    assert not any(ref in said for ref in ("DL-06", "DL-07", "CPL-01", "CMT-01"))
