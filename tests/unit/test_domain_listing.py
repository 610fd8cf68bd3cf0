"""Records found by their ref: as people write it, in a fixed order, and safe to show in a notebook."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from pmbridge import Listing, Milestone
from pmbridge.domain.figure import Text
from pmbridge.errors import UnknownRef
from tests.unit import report_story as story
from tests.unit import story as domain_story

VIEW = story.view_5_june()
MILESTONES = VIEW.milestones
CHANGES = VIEW.changes


def refs(found: Sequence[Milestone]) -> list[str]:
    return [one.ref for one in found]


def named(*names: str) -> Listing[Milestone]:
    return Listing([replace(MILESTONES[0], ref=name) for name in names], engagement="lanhai")


def test_it_is_a_sequence_that_nobody_can_change() -> None:
    assert isinstance(MILESTONES, Sequence)
    assert refs(MILESTONES) == ["M1", "M2", "M3", "M4", "M5", "M6", "M7"]
    assert (MILESTONES[0].ref, MILESTONES[-1].ref) == ("M1", "M7")
    assert refs(MILESTONES[1:3]) == ["M2", "M3"]
    assert isinstance(MILESTONES[1:3], Listing)
    assert list(reversed(refs(MILESTONES))) == refs(list(reversed(MILESTONES)))
    assert MILESTONES.index(MILESTONES["M4"]) == 3
    with pytest.raises(TypeError):
        MILESTONES[0] = MILESTONES[1]  # type: ignore[index]
    with pytest.raises(AttributeError):
        MILESTONES.more = 1  # type: ignore[attr-defined]
    with pytest.raises(IndexError):
        MILESTONES[7]


def test_it_equals_what_holds_the_same_records() -> None:
    again = Listing(tuple(MILESTONES))
    assert (again == MILESTONES, hash(again) == hash(MILESTONES)) == (True, True)
    assert tuple(MILESTONES) == MILESTONES
    assert MILESTONES[1:] != MILESTONES
    assert list(MILESTONES) != MILESTONES
    assert copy.copy(MILESTONES) == pickle.loads(pickle.dumps(MILESTONES)) == MILESTONES
    assert not Listing()


@pytest.mark.parametrize("written", ["CR-004", "cr-4", "CR4", "cr 04", "Cr_004"])
def test_a_ref_forgives_case_separators_and_leading_zeros(written: str) -> None:
    changes = named("CR-003", "CR-004", "CR-040")
    assert changes[written].ref == "CR-004"


def test_digits_that_count_are_not_forgiven() -> None:
    changes = named("CR-4", "CR-40", "CR-104")
    assert [changes[ref].ref for ref in ("CR-4", "CR-40", "CR-104")] == ["CR-4", "CR-40", "CR-104"]
    for ref in ("CR-400", "CR-14", ""):
        with pytest.raises(UnknownRef):
            changes[ref]


def test_an_unknown_ref_names_what_is_near_and_the_engagement() -> None:
    with pytest.raises(UnknownRef) as unknown:
        named("CR-004", "CR-005", "M1")["CR-040"]
    assert str(unknown.value).startswith("There is no CR-040 in lanhai. Near: CR-00")
    with pytest.raises(UnknownRef) as nothing:
        Listing[Milestone]()["M1"]
    assert "There is no M1 in this list." in str(nothing.value)
    assert "没有 M1（此列表）" in nothing.value.text("zh")


def test_a_ref_that_could_mean_two_is_not_guessed() -> None:
    twins = named("CR-4", "CR-04")
    assert twins["CR-04"].ref == "CR-04", "written exactly, it is clear"
    with pytest.raises(UnknownRef) as doubtful:
        twins["cr4"]
    assert "Near: CR-4, CR-04." in str(doubtful.value)


def test_where_keeps_those_that_are_so_in_their_order() -> None:
    assert refs(MILESTONES.where(state="reached")) == ["M1", "M2", "M3"]
    assert refs(MILESTONES.where(state="reached", is_final=True)) == []
    assert [one.ref for one in CHANGES.where(holder="client")] == [one.ref for one in CHANGES if one.holder == "client"]
    assert isinstance(MILESTONES.where(state="reached"), Listing)


def test_where_takes_a_known_figure_by_its_value() -> None:
    day = MILESTONES["M4"].plan.value_or(date.min)
    assert refs(MILESTONES.where(plan=day)) == ["M4"]


def test_where_refuses_a_field_that_is_not_there() -> None:
    with pytest.raises(TypeError, match="Milestone has no field 'stat'; it has: ref, title"):
        MILESTONES.where(stat="reached")


def test_a_notebook_shows_a_table_in_which_no_title_can_do_anything() -> None:
    hostile = Text(zh="<script>alert(1)</script>\u202e&\"'", original="zh")
    shown = Listing([replace(MILESTONES["M4"], title=hostile)])._repr_html_()
    assert shown.startswith("<table>")
    assert "<script>" not in shown
    assert "<td><bdi>&lt;script&gt;alert(1)&lt;/script&gt;\u202e&amp;&quot;&#x27;</bdi></td>" in shown
    assert "<th>slip current</th>" in shown
    assert CHANGES._repr_html_().count("<tr>") == len(CHANGES) + 1
    assert Listing()._repr_html_() == "<p>0</p>"


def test_it_prints_its_refs() -> None:
    assert repr(MILESTONES[:2]) == "Listing(M1, M2)"


def test_the_view_of_an_engagement_gives_them() -> None:
    view = domain_story.view(domain_story.jira(domain_story.WEEKLY_9))
    assert isinstance(view.milestones, Listing)
    assert view.milestones["m4"] is view.milestone("M4")
    assert view.changes[view.changes[0].ref.lower()] is view.changes[0]
