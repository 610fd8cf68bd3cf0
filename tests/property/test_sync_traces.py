"""Counterexamples that once broke a promise, each as a story; and each with its rule off: then it must end badly.

A story that concerns only reading, or one transaction, is told where that is tested; its number stands here.

==  ============================================================================================================
 #  told by
==  ============================================================================================================
 3  one request per check: ``test_http_retry.py``, law ``test_an_update_without_an_answer_is_doubtful_after_exactly_…``
 4  a pair of bases: ``tests/unit/test_writing.py::test_a_lossy_mapping_plans_no_write``, and ``test_decide.py``
10  the deadline is kept in memory: story 9, whose successor has renewed the row
15  ``tests/unit/test_foreign_marker.py::test_a_change_that_this_workspace_made_is_not_recognised_a_second_time``
17  ``tests/unit/test_writing.py::test_a_record_that_vanished_is_never_made_again`` (four rules, one behind another)
19  ``tests/unit/test_sync_absence.py::test_a_project_lost_from_sight_after_its_listing_loses_nothing``
20  ``tests/unit/test_sync_listings.py::test_what_the_weekly_census_shows_again_is_read_in_full``
22  law ``test_what_changes_behind_the_reader_comes_with_the_next_pull``: overlap and order are each adapter's
23  law ``test_an_edit_during_the_pull_is_not_skipped``: so is the reading of pages by offset
24  ``tests/unit/test_store_lease.py::test_sleeper_commits_nothing``
25  ``tests/unit/test_store_lease.py::test_observed_at_never_runs_backwards``
==  ============================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from pmbridge.errors import PmbridgeError
from pmbridge.identity import new_ulid
from pmbridge.records import Item, Write
from pmbridge.store import Journal, Run
from pmbridge.sync import audit, doubt
from pmbridge.sync.apply import Writer
from pmbridge.sync.census import Census
from pmbridge.sync.decide import Base, Give, Wait, decide
from pmbridge.sync.entry import agreed_bytes, as_sent, fields_of
from pmbridge.sync.receipt import IGNORED, Receipts
from pmbridge.sync.send import Outcome
from pmbridge.sync.wanted import shown
from pmbridge.values import RecordId
from tests.property.sync_house import House, Ours, new_house
from tests.property.tool_judge import value_of
from tests.property.weak_tool import MALL, SHOP, WeakTool

OLD, NEW, NEWER = date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)
ONE = RecordId(kind="issue", external_id="1")
Patch = pytest.MonkeyPatch
Story = Callable[[House], None]
Off = Callable[[Patch, House], None]


@pytest.fixture
def house() -> Iterator[House]:
    """Two tools and a register that agree."""
    made = new_house()
    yield made
    made.close()


def later(house: House, name: str, *, seconds: float = 700, times: int = 2) -> None:
    """Let time pass and the engine run, until what is in doubt is settled."""
    for _ in range(times):
        house.clock.advance(seconds)
        house.run(name)


def run(house: House, name: str, *faults: Any) -> None:
    """Let the engine run with *faults*, a little later."""
    house.clock.advance(61)
    house.tools[name].faults = list(faults)
    house.run(name)
    house.tools[name].faults = []


def order(house: House, name: str = "a") -> Ours:
    house.ours["CR-5"] = Ours(title="Change five", made_in=name)
    return house.ours["CR-5"]


def made(tool: WeakTool) -> list[Item]:
    """Return what our creates made that is still there."""
    return [one for id_, one in tool.items().items() if int(id_.external_id) >= 100]


def no_harm(house: House) -> None:
    for tool in house.tools.values():
        assert tool.judge.wrong == []
        assert all(len(ids) == 1 for ids in tool.judge.landed.values()), "landed twice"
    assert house.wrong == []


def asked(house: House) -> list[tuple[str, str, str]]:
    return [(one.connection, one.field, one.kind) for one in house.asked]


# ------------------------------------------------------------------------------------------------------ the stories


def an_index_behind_our_write(house: House) -> None:  # 1
    house.tools["a"].edit(ONE, "title", "Change one")  # so that the index shows the record at all
    house.clock.advance(25)
    house.run("a")
    house.ours["CR-1"].say("due", NEW)
    house.run("a")
    house.clock.advance(5)
    house.run("a")
    assert asked(house) == [("a", "title", "take")]
    assert value_of(house.store.observe("a", MALL).items[0], "due") == NEW


def off_1(patch: Patch, house: House) -> None:
    patch.setattr(Run, "suspicious", lambda self, page: [])


def a_lost_answer_and_a_person_who_takes_it_back(house: House) -> None:  # 2
    house.ours["CR-1"].say("due", NEW)
    run(house, "b", "lost_after")
    house.tools["b"].edit(ONE, "due", OLD)
    later(house, "b")
    no_harm(house)
    assert [row.state for row in house.given_up("b")] == ["parked"]


def off_2(patch: Patch, house: House) -> None:
    patch.setattr(doubt.Doubts, "_settle_changed", lambda self, row, write: self._journal.set_state(row.uid, "dropped"))


def an_edit_of_what_is_the_registers(house: House) -> None:  # 5
    house.tools["a"].edit(ONE, "due", NEWER)
    later(house, "a")
    no_harm(house)
    assert asked(house) == [("a", "due", "drift")]


def off_5(patch: Patch, house: House) -> None:
    def gives(sides: Any) -> Any:
        found = decide(sides)
        return Give() if isinstance(found, Wait) and found.kind == "drift" else found

    patch.setattr("pmbridge.sync.plan.decide", gives)


def accepted_and_not_done(house: House) -> None:  # 6
    house.ours["CR-1"].say("due", NEW)
    run(house, "b", "ignored")
    later(house, "b")
    assert [row.error for row in house.given_up("b")] == [IGNORED]
    assert asked(house) == [], "nobody changed anything in the tool"


def _trusts(self: Any, entry: Any, row: Any, fields: Any, sent: Any) -> Outcome:
    self._journal.receipt(row, shown=sent.after, agreed=as_sent(fields), at=self._clock.now())
    return Outcome(n=entry.n, state="applied")


def off_6(patch: Patch, house: House) -> None:
    patch.setattr(Writer, "_changed", _trusts)


def a_third_value_in_the_answer(house: House) -> None:  # 7
    house.ours["CR-1"].say("title", "Change one")
    run(house, "b", "respelled")
    assert [row.state for row in house.given_up("b")] == ["parked"]
    (link,) = [one for one in house.store.writings.links("b") if one.record == ONE]
    assert b"Change 1" in (link.bases["title"][0] or b""), "nothing was agreed on"


def off_7(patch: Patch, house: House) -> None:
    def takes(self: Any, entry: Any, row: Any, fields: Any, sent: Any) -> Outcome:
        now = {
            one.field: agreed_bytes(Base(ours=one.ours, theirs=shown(sent.after, one.field, self._zone)))
            for one in fields
        }
        self._journal.receipt(row, shown=sent.after, agreed=now, at=self._clock.now())
        return Outcome(n=entry.n, state="applied")

    patch.setattr(Writer, "_changed", takes)


def taken_back_before_we_read_it_back(house: House) -> None:  # 8
    tool = house.tools["a"]
    house.ours["CR-1"].say("due", NEW)
    tool.after_landing = lambda write: tool.edit(ONE, "due", OLD)
    run(house, "a")
    tool.after_landing = lambda write: None
    house.ours["CR-1"].say("due", NEWER)
    later(house, "a")
    no_harm(house)
    assert value_of(tool.items()[ONE], "due") == OLD
    assert ("a", "due", "merge") in asked(house)


def off_8(patch: Patch, house: House) -> None:
    patch.setattr(audit.Audit, "arrived", lambda self, row, kind: "untold")


def a_sleeper_between_intent_and_sending(house: House) -> None:  # 9, 10
    order(house)
    house.clock.advance(61)
    house.sync("a")

    intend = Journal.intend

    def asleep(self: Journal, row: Any, **said: Any) -> bool:
        found = intend(self, row, **said)
        with pytest.MonkeyPatch.context() as awake:
            awake.setattr(Journal, "intend", intend)
            house.clock_of_writer = house.clock
            house.allowed, allowed = None, house.allowed
            later(house, "a", times=3)
            house.allowed = allowed
        return found

    with pytest.MonkeyPatch.context() as sleeping:
        sleeping.setattr(Journal, "intend", asleep)
        house.clock_of_writer = getattr(house, "stopped_clock", house.clock)
        with suppress(PmbridgeError):
            house.apply("a", None)
    house.clock_of_writer = house.clock
    later(house, "a")
    no_harm(house)
    assert len(made(house.tools["a"])) == 1


def off_9(patch: Patch, house: House) -> None:
    class Stopped:
        now = house.clock.now
        sleep = house.clock.sleep

        def monotonic(self) -> float:
            return 0.0

    patch.setattr(Journal, "marked", lambda self, uid: [])  # the mirror has it by then: a second rule behind the first
    house.stopped_clock = Stopped()  # type: ignore[attr-defined]


def what_lands_after_we_gave_up(house: House) -> None:  # 11
    order(house)
    run(house, "a", "late")
    run(house, "a")
    later(house, "a", times=3)
    no_harm(house)
    assert len(made(house.tools["a"])) == 1


def off_11(patch: Patch, house: House) -> None:
    patch.setattr(doubt.Doubts, "_over", lambda self, row, lag: True)


def moved_before_it_was_found(house: House) -> None:  # 12
    order(house)
    run(house, "a", "lost_after")
    (card,) = made(house.tools["a"])
    house.tools["a"].move(card.id, SHOP)
    later(house, "a", times=3)
    no_harm(house)
    assert len(made(house.tools["a"])) == 1


def off_12(patch: Patch, house: House) -> None:
    tool = house.tools["a"]
    found = tool.find
    patch.setattr(
        tool, "find", lambda write, since: [one for one in found(write, since) if getattr(one, "project", None) == MALL]
    )


def looked_for_while_the_project_is_hidden(house: House) -> None:  # 13
    order(house)
    run(house, "a", "lost_after")
    house.tools["a"].hidden_projects = {MALL}
    house.clock.advance(700)
    with suppress(PmbridgeError):
        house.apply("a", None)
    assert [row.state for row in house.store.writings.rows("a", ["doubtful", "planned", "parked"])] == ["doubtful"]
    house.tools["a"].hidden_projects = set()
    later(house, "a")
    no_harm(house)


def off_13(patch: Patch, house: House) -> None:
    patch.setattr(doubt.Doubts, "_visible", lambda self, project: True)


def a_store_from_before_the_create(house: House) -> None:  # 14
    order(house)
    run(house, "a")
    later(house, "a")
    with house.store._database.write() as connection:
        for table in ("base", "link", "outbox"):
            connection.execute(text(f"DELETE FROM {table}"))
    later(house, "a", times=3)
    assert len(made(house.tools["a"])) == 1


def off_14(patch: Patch, house: House) -> None:
    patch.setattr("pmbridge.sync.plan.derived_uid", lambda *args, **said: new_ulid(house.clock.now()))


def a_copy_with_our_marker(house: House) -> None:  # 16
    order(house)
    run(house, "a", "lost_after")
    (card,) = made(house.tools["a"])
    house.clock.advance(61)
    house.sync("a")
    house.tools["a"].clone(card.id, 10)  # its id comes before that of the original
    later(house, "a", times=3)
    no_harm(house)
    assert house.record_of("CR-5", "a") == card.id


def off_16(patch: Patch, house: House) -> None:
    marked = Journal.marked
    patch.setattr(Journal, "marked", lambda self, uid: sorted(marked(self, uid)))
    patch.setattr(doubt.Doubts, "_over", lambda self, row, lag: False)


def a_census_behind_our_create(house: House) -> None:  # 18
    house.clock.advance(86_400 * 8)
    order(house)
    house.apply("a", None)
    house.clock.advance(5)
    house.sync("a")
    house.clock.advance(86_400)
    assert [one.presence for one in house.store.writings.links("a") if one.ref == "CR-5"] == ["present"]


def off_18(patch: Patch, house: House) -> None:
    def marks(self: Any, missing: Any, appeared: Any, present: Any, allowed: Any, judged: Any) -> None:
        self.run.mark(dict.fromkeys(missing, "gone"))

    patch.setattr(Census, "_settle", marks)


def edited_while_it_was_hidden(house: House) -> None:  # 21
    tool = house.tools["a"]
    tool.hidden.add(ONE)
    tool.edit(ONE, "title", "Change hidden")
    house.clock.advance(700)
    tool.edit(RecordId(kind="issue", external_id="9"), "title", "Anchor 2")
    later(house, "a")
    tool.hidden.clear()
    house.clock.advance(86_400 * 8)
    house.sync("a")
    assert "Change hidden" in [one.title for one in house.store.observe("a", MALL).items]


def off_21(patch: Patch, house: House) -> None:
    from datetime import timedelta

    patch.setattr("pmbridge.sync.pull.DEEP_SCAN_EVERY", timedelta(days=999))
    patch.setattr("pmbridge.sync.census.CENSUS_EVERY", timedelta(days=999))


def decided_again_between_plan_and_sending(house: House) -> None:  # 26
    house.ours["CR-1"].say("due", NEW)
    plan = house.plan("a")
    house.ours["CR-1"].say("due", NEWER)
    house.clock.advance(61)
    assert [one.state for one in house.apply("a", plan)] == ["stale"]
    assert house.tools["a"].pushed == []


def off_26(patch: Patch, house: House) -> None:
    patch.setattr("pmbridge.sync.apply.decided_alike", lambda left, now: True)


def an_edit_right_after_the_create(house: House) -> None:  # 27
    order(house)
    run(house, "a", "lost_after")
    (card,) = made(house.tools["a"])
    house.tools["a"].edit(card.id, "title", "Change edited")
    house.tools["a"].edit(card.id, "state", "3")
    later(house, "a")
    no_harm(house)
    assert sorted(asked(house)) == [("a", "due", "merge"), ("a", "state", "drift"), ("a", "title", "take")]


def off_27(patch: Patch, house: House) -> None:
    def swallowed(self: Any, row: Any, id_: Any, after: Any, **said: Any) -> bool:
        now = after if isinstance(after, Item) else self.read([id_])[id_]
        agreed = {
            one.field: agreed_bytes(Base(ours=one.ours, theirs=shown(now, one.field, self.zone)))
            for one in fields_of(row.fields)
        }
        self.journal.receipt(row, shown=now, agreed=agreed, at=self.clock.now(), bind=id_)
        return True

    patch.setattr(Receipts, "made", swallowed)


def a_newer_value_while_the_first_may_still_land(house: House) -> None:  # 28
    house.ours["CR-1"].say("due", NEW)
    run(house, "a", "late")
    house.ours["CR-1"].say("due", NEWER)
    run(house, "a")
    later(house, "a", times=3)
    no_harm(house)
    assert asked(house) == []
    assert value_of(house.tools["a"].items()[ONE], "due") == NEWER


def off_28(patch: Patch, house: House) -> None:
    patch.setattr("pmbridge.store.journal.UNDER_WAY", ())
    patch.setattr("pmbridge.sync.plan.UNDER_WAY", ())


def _race(house: House) -> None:
    """Let somebody enter a date between our look and the arrival of ours."""
    tool, judged = house.tools["a"], house.tools["a"].before_push

    def somebody(write: Write) -> None:
        judged(write)
        tool.edit(ONE, "due", NEWER)

    house.ours["CR-1"].say("due", NEW)
    tool.before_push = somebody
    run(house, "a")
    tool.before_push = judged


def nothing_is_written_over_what_was_overwritten(house: House) -> None:  # 29
    _race(house)
    pushed = len(house.tools["a"].pushed)
    house.ours["CR-1"].say("due", date(2026, 7, 9))
    later(house, "a")
    assert len(house.tools["a"].pushed) == pushed
    assert [row.state for row in house.given_up("a")] == ["raced"]


def off_29(patch: Patch, house: House) -> None:
    patch.setattr("pmbridge.sync.plan._obstacle", lambda link, known: None)


def an_edit_in_the_second_before_the_landing(house: House) -> None:  # 30
    _race(house)
    assert [one.lost for one in house.tools["a"].judge.races] == [NEWER]
    assert [row.state for row in house.given_up("a")] == ["raced"]
    assert "2026-07-02" in str(house.given_up("a")[0].error)


def off_30(patch: Patch, house: House) -> None:
    def believes(self: audit.Audit) -> None:
        for row in self._journal.rows(["delivered"]):
            self._journal.set_state(row.uid, "done")

    patch.setattr(audit.Audit, "delivered", believes)


STORIES: dict[int, tuple[Story, Off]] = {
    1: (an_index_behind_our_write, off_1),
    2: (a_lost_answer_and_a_person_who_takes_it_back, off_2),
    5: (an_edit_of_what_is_the_registers, off_5),
    6: (accepted_and_not_done, off_6),
    7: (a_third_value_in_the_answer, off_7),
    8: (taken_back_before_we_read_it_back, off_8),
    9: (a_sleeper_between_intent_and_sending, off_9),
    11: (what_lands_after_we_gave_up, off_11),
    12: (moved_before_it_was_found, off_12),
    13: (looked_for_while_the_project_is_hidden, off_13),
    14: (a_store_from_before_the_create, off_14),
    16: (a_copy_with_our_marker, off_16),
    18: (a_census_behind_our_create, off_18),
    21: (edited_while_it_was_hidden, off_21),
    26: (decided_again_between_plan_and_sending, off_26),
    27: (an_edit_right_after_the_create, off_27),
    28: (a_newer_value_while_the_first_may_still_land, off_28),
    29: (nothing_is_written_over_what_was_overwritten, off_29),
    30: (an_edit_in_the_second_before_the_landing, off_30),
}


@pytest.mark.parametrize("number", STORIES)
def test_the_story_ends_well(house: House, number: int) -> None:
    STORIES[number][0](house)


@pytest.mark.parametrize("number", STORIES)
def test_with_its_rule_off_it_ends_badly(house: House, number: int, monkeypatch: Patch) -> None:
    story, off = STORIES[number]
    off(monkeypatch, house)
    with pytest.raises(AssertionError):
        story(house)
