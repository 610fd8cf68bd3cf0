"""Issuing a report: what is waived is kept with its reason, a judgement is kept with the draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pmbridge.engagement import Engagement
from pmbridge.errors import ConfigError, Refused
from pmbridge.report.render import render
from pmbridge.testing.clock import FakeClock
from pmbridge.workspace import open_workspace
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import FRIDAY
from tests.e2e.office import Office

SENTENCE = "按计划进行。"


@pytest.fixture
def lanhai(tmp_path: Path) -> Iterator[Engagement]:
    """The engagement of Jira alone, two days before its weekly report is due."""
    clock = FakeClock(FRIDAY - timedelta(days=2))
    with JiraSandbox(clock) as jira:
        jira.play(clock.now())
        office = Office(folder=tmp_path / "pm", command="")
        office.settle(jira)
        with open_workspace(office.folder, clock=clock) as workspace:
            workspace.sync().raise_for_failures()
            yield workspace.engagement()


def test_a_check_is_waived_by_name_with_a_reason_that_is_kept(lanhai: Engagement) -> None:
    view = lanhai.view()
    with pytest.raises(Refused) as caught:
        lanhai.reports.issue(view, "weekly", by="王工", headline=SENTENCE)
    assert "before its due time" in caught.value.text("en")
    why = "周五放假，提前发"
    made = lanhai.reports.issue(view, "weekly", by="王工", headline=SENTENCE, waive={"due": why})
    (issued,) = lanhai.reports.issued()
    assert issued.waived == {"due": why}
    assert why not in render(made.data, "json", "en").decode(), "why it went out early is no business of the client"


@pytest.mark.parametrize("given", [{"period": "已发"}, {"nonsense": "x"}, {"due": "  "}])
def test_what_does_not_fail_or_has_no_reason_is_not_waived(lanhai: Engagement, given: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        lanhai.reports.issue(lanhai.view(), "weekly", by="王工", headline=SENTENCE, waive=given)
    assert "due=" in caught.value.text("en")
    assert lanhai.reports.issued() == ()


def test_a_waiver_of_one_check_leaves_the_others(lanhai: Engagement) -> None:
    with pytest.raises(Refused) as caught:
        lanhai.reports.issue(lanhai.view(), "weekly", by="王工", waive={"due": "提前发"})
    assert "headline missing" in caught.value.text("en")
    assert "due time" not in caught.value.text("en")


def test_a_judgement_is_kept_with_the_draft_and_can_be_taken_back(lanhai: Engagement) -> None:
    desk, view = lanhai.reports, lanhai.view()
    desk.keep(desk.draft(view, "weekly", headline=SENTENCE, judged="red", because="客户的服务器停了"))
    again = desk.draft(view, "weekly").data.overall
    assert again.judgement is not None
    assert (again.colour, again.judgement.rule, again.headline) == ("red", view.overall.colour, again.headline)
    assert again.judgement.reason is not None
    assert again.judgement.reason.zh == "客户的服务器停了"
    back = desk.draft(view, "weekly", judged=view.overall.colour).data.overall
    assert (back.colour, back.judgement) == (view.overall.colour, None)


def test_each_edition_counts_for_itself(lanhai: Engagement) -> None:
    desk, view = lanhai.reports, lanhai.view()
    desk.issue(view, "weekly", by="王工", headline=SENTENCE, waive={"due": "提前发"})
    desk.issue(view, "monthly", by="王工", headline=SENTENCE, waive={"due": "提前发"})
    assert [one.ref for one in desk.issued()] == ["monthly-1", "weekly-1"]
    whole = desk.draft(view, "closing").data
    assert (whole.header.number, whole.header.previous, whole.header.chain) == (1, None, None)
