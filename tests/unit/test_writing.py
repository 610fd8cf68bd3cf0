"""Carrying out a plan: what is sent and what is not, and that no kill and no lost answer loses or doubles a thing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pmbridge.errors import Busy, RateLimited
from pmbridge.records import AddComment, Create, Support, ToolState, Transition, Update, Verb
from pmbridge.store import Store
from pmbridge.sync.brake import TOO_MANY_DOUBTS
from pmbridge.sync.decide import Base
from pmbridge.sync.entry import PlanEntry
from pmbridge.sync.send import Stopped
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, Label, Named, Plain, ProjectId
from tests.unit.store_bench import item
from tests.unit.writing_bench import Bench, Killed, bench, dying

NEW_DUE = date(2026, 7, 1)


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Bench:
    """Give a register and a tool that agree."""
    return bench(sqlite_store, clock)


@pytest.fixture
def changed(desk: Bench) -> Bench:
    """Give a register of which everything has moved since."""
    return move(desk)


def move(desk: Bench) -> Bench:
    desk.due, desk.state, desk.comment, desk.new = NEW_DUE, "implementing", "Approved: B", "Dark mode"
    return desk


def states(outcomes: object) -> list[str]:
    assert isinstance(outcomes, list)
    return [one.state for one in outcomes]


def settled(desk: Bench) -> None:
    """Assert that the tool shows what the register says, each thing once, and that nothing is left to do."""
    desk.pull()
    assert desk.tool.items[desk.change].state.id == "5"
    assert desk.tool.items[desk.milestone].due == Day(on=NEW_DUE)
    assert [one.title for one in desk.tool.items.values()].count("Dark mode") == 1
    assert len(desk.tool.comments) == 1
    assert desk.plan() == []


# ------------------------------------------------------------------------------------------------------- the plan


def test_a_plan_shows_every_field_with_base_ours_and_theirs(changed: Bench) -> None:
    create, update, transition, comment = changed.plan()
    assert [one.verb for one in (create, update, transition, comment)] == ["create", "update", "transition", "comment"]
    (due,) = update.fields
    old, new = Day(on=date(2026, 6, 30)), Day(on=NEW_DUE)
    assert (due.base, due.ours, due.theirs, due.sends) == (Base(ours=old, theirs=old), new, old, new)
    (state,) = transition.fields
    assert (state.ours, state.theirs) == (Plain(text="implementing"), Named(id="4", name="Waiting"))
    assert isinstance(create.write, Create)
    assert isinstance(comment.write, AddComment)
    assert changed.tool.pushes == 0


def test_what_the_tool_cannot_do_is_a_manual_step_with_an_address(changed: Bench) -> None:
    note = Label(zh="开放接口不支持", en="the API cannot")
    changed.supports = {Verb.UPDATE: Support(level="service_cannot", note=note)}
    (update,) = [one for one in changed.plan() if one.verb == "update"]
    assert (update.state, update.reason) == ("manual", note)
    changed.apply(changed.plan())
    assert not any(isinstance(one, Update) for one in changed.tool.pushed)


def test_a_lossy_mapping_plans_no_write(desk: Bench) -> None:
    desk.state = "approved"  # the tool has one state for both
    assert desk.plan() == []


def test_an_edit_in_the_tool_of_what_is_the_registers_waits_and_is_not_overwritten(desk: Bench) -> None:
    desk.tool.edit(desk.milestone, due=Day(on=date(2026, 8, 1)))
    desk.pull()
    assert desk.plan() == []
    desk.due = NEW_DUE
    assert desk.plan() == []


# ------------------------------------------------------------------------------------------------------ applying


def test_everything_planned_is_carried_out_once_and_brings_no_echo(store: Store, clock: FakeClock) -> None:
    changed = move(bench(store, clock))
    plan = changed.plan()
    assert states(changed.apply(plan)) == ["applied"] * 4
    settled(changed)
    kinds = [type(one) for one in changed.tool.pushed]
    assert kinds == [Create, Update, Transition, AddComment], "creates first, and the comment after what it reports"
    assert states(changed.apply(plan)) == ["already"] * 4
    assert len(changed.tool.pushed) == 4


def test_a_connection_that_is_read_only_is_sent_nothing(store: Store, clock: FakeClock) -> None:
    desk = move(bench(store, clock, read_only=True))
    outcomes = desk.apply(desk.plan())
    assert states(outcomes) == ["blocked"] * 4
    assert desk.tool.pushes == 0


def test_an_edit_between_plan_and_apply_makes_its_entry_stale_and_the_others_go_on(changed: Bench) -> None:
    plan = changed.plan()
    changed.tool.edit(changed.milestone, due=Day(on=date(2026, 8, 1)))
    outcomes = {plan[one.n - 1].verb: one.state for one in changed.apply(plan)}
    assert outcomes == {"create": "applied", "update": "stale", "transition": "applied", "comment": "applied"}
    assert changed.tool.items[changed.milestone].due == Day(on=date(2026, 8, 1))
    assert not any(one.verb == "update" for one in changed.plan()), "the mirror has learnt the edit: a person decides"


def test_ours_moved_between_plan_and_apply_sends_no_outdated_value(changed: Bench) -> None:
    plan = changed.plan()
    changed.due = date(2026, 7, 9)
    outcomes = {plan[one.n - 1].verb: one.state for one in changed.apply(plan)}
    assert outcomes["update"] == "stale"
    assert changed.tool.items[changed.milestone].due == Day(on=date(2026, 6, 30))


def test_a_person_who_did_it_by_hand_leaves_nothing_to_send(changed: Bench) -> None:
    plan = [one for one in changed.plan() if one.verb == "update"]
    changed.tool.edit(changed.milestone, due=Day(on=NEW_DUE))
    assert states(changed.apply(plan)) == ["already"]
    assert changed.tool.pushes == 0


def test_a_record_that_left_the_scope_or_was_hidden_is_not_written(changed: Bench) -> None:
    plan = [one for one in changed.plan() if one.verb in ("update", "transition")]
    changed.tool.edit(changed.milestone, project=ProjectId("elsewhere"))
    del changed.tool.items[changed.change]
    assert states(changed.apply(plan)) == ["blocked", "stale"]
    assert changed.tool.pushes == 0


def test_a_record_that_vanished_is_never_made_again(changed: Bench) -> None:
    changed.apply(changed.plan())
    (made,) = [one for one in changed.tool.items.values() if one.title == "Dark mode"]
    changed.pull()
    del changed.tool.items[made.id]
    with changed.store.holding("build", adapter="fake", owner="h:1:x", ttl_s=180) as run:
        run.mark({made.id: "gone"})
    assert changed.plan() == []


def test_a_comment_does_not_report_a_state_that_was_refused(desk: Bench) -> None:
    desk.state, desk.comment = "implementing", "Approved: B"
    desk.tool.faults = {1: "400"}
    transition, comment = desk.apply(desk.plan())
    assert (transition.state, comment.state) == ("blocked", "blocked")
    assert desk.tool.comments == {}


def test_what_the_tool_refused_is_parked_with_its_words_and_not_tried_for_ever(desk: Bench) -> None:
    desk.due = NEW_DUE
    desk.tool.faults = {1: "400"}
    (refused,) = desk.apply(desk.plan())
    assert refused.reason is not None
    (entry,) = desk.plan()
    assert (entry.state, entry.reason) == ("blocked", refused.reason)
    assert desk.apply(desk.plan()) == []
    assert desk.tool.pushes == 1
    assert states(desk.apply([replace(entry, state="planned")])) == ["blocked"]
    assert desk.tool.pushes == 1
    desk.due = date(2026, 7, 9)  # another value is another write
    assert states(desk.apply(desk.plan())) == ["applied"]


def test_a_write_that_was_accepted_and_ignored_is_not_agreed_on(desk: Bench) -> None:
    desk.due = NEW_DUE
    desk.tool.faults = {1: "ignored"}
    (outcome,) = desk.apply(desk.plan())
    assert outcome.state == "blocked"
    (entry,) = desk.plan()
    assert entry.state == "blocked"
    assert desk.tool.items[desk.milestone].due == Day(on=date(2026, 6, 30))


def test_a_tool_that_asks_to_wait_stops_the_rest_which_is_sent_next_time(changed: Bench) -> None:
    changed.tool.faults = {1: "429"}
    with pytest.raises(Stopped) as caught:
        changed.apply(changed.plan())
    assert isinstance(caught.value.error, RateLimited)
    changed.later(60)
    assert states(changed.apply(changed.plan())) == ["applied"] * 4
    settled(changed)


def test_a_look_that_is_too_old_is_taken_again_before_anything_is_sent(desk: Bench) -> None:
    desk.due, desk.state = NEW_DUE, "implementing"
    plan = desk.plan()

    def slow() -> None:
        desk.tool.before_push = lambda: None
        desk.clock.advance(30)
        desk.tool.edit(desk.change, state=ToolState(id="3", name="In Progress"))

    desk.tool.before_push = slow  # while the first write travels, a person edits the record of the second
    assert states(desk.apply(plan)) == ["applied", "stale"]
    assert desk.tool.items[desk.change].state.id == "3"


# ------------------------------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "late"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_after_a_lost_answer_each_thing_is_there_once(changed: Bench, fault: str, nth: int) -> None:
    changed.tool.faults = {nth: fault}  # type: ignore[dict-item]
    outcomes = changed.apply(changed.plan())
    assert "blocked" in states(outcomes)
    changed.apply(changed.plan())  # too early for a verdict
    changed.tool.land_late()
    for _ in range(3):
        changed.later()
        changed.pull()
        changed.apply(changed.plan())
    settled(changed)


def test_what_arrives_after_we_gave_up_is_not_made_a_second_time(changed: Bench) -> None:
    changed.tool.faults = {1: "late"}
    changed.apply(changed.plan())
    changed.later(200)  # a request may still be under way
    changed.apply([])
    changed.apply([one for one in changed.plan() if one.verb == "create"])
    changed.tool.land_late()
    changed.later()
    changed.apply(changed.plan())
    settled(changed)


def test_while_a_write_is_in_doubt_no_other_goes_to_that_record(desk: Bench) -> None:
    """Else our own older value, arriving late, would look like somebody's edit."""
    desk.due = NEW_DUE
    before = desk.plan()
    desk.tool.faults = {1: "late"}
    desk.apply(before)
    desk.due = date(2026, 7, 9)
    (entry,) = desk.plan()
    assert (entry.state, entry.verb) == ("blocked", "update")
    assert states(desk.apply([replace(entry, state="planned")])) == ["blocked"]
    (row,) = desk.store.writings.rows("build")
    with desk.holding() as run:
        other = replace(row, uid="01OTHER", seq=9, state="planned")
        bases = {"due": next(one for one in run.journal.links() if one.ref == "M5").bases["due"]}
        assert not run.journal.intend(other, link_bases=bases, at=desk.clock.now()), "nor would the journal let it"
        run.journal.set_state(row.uid, "dropped")
        moved = {"due": (b"null", b"null")}
        assert not run.journal.intend(other, link_bases=moved, at=desk.clock.now()), "it was decided on other bases"
        run.journal.set_state(row.uid, "doubtful")
    desk.tool.land_late()
    desk.later()
    desk.apply([])
    desk.pull()
    assert states(desk.apply(desk.plan())) == ["applied"]
    assert desk.tool.items[desk.milestone].due == Day(on=date(2026, 7, 9))


def test_no_verdict_is_reached_while_the_project_is_hidden(changed: Bench) -> None:
    changed.tool.faults = {1: "lost_after"}
    changed.apply(changed.plan())
    changed.tool.hidden = True
    changed.later()
    changed.apply([])
    assert [one.state for one in changed.store.writings.rows("build")] == ["doubtful"]
    changed.tool.hidden = False
    changed.apply([])
    changed.apply(changed.plan())
    settled(changed)


def test_a_doubtful_update_is_not_sent_again_over_a_person_who_took_it_back(desk: Bench) -> None:
    desk.due = NEW_DUE
    desk.tool.faults = {1: "lost_after"}
    desk.apply(desk.plan())
    desk.tool.edit(desk.milestone, due=Day(on=date(2026, 6, 30)))
    desk.later()
    desk.apply([])
    (entry,) = desk.plan()
    assert entry.state == "blocked", "delivered and reverted, or never delivered: a person knows"
    assert desk.tool.pushes == 1


def test_an_edit_right_after_the_create_is_not_taken_for_agreed(desk: Bench) -> None:
    desk.new = "Dark mode"
    desk.tool.faults = {1: "lost_after"}
    desk.apply(desk.plan())
    (made,) = [one for one in desk.tool.items.values() if one.title == "Dark mode"]
    desk.tool.edit(made.id, title="Night mode")
    desk.later()
    desk.apply([])
    (link,) = [one for one in desk.store.writings.links("build") if one.ref == "CR-005"]
    ours, theirs = link.bases["title"]
    assert ours == theirs, "the base is what was sent"
    assert b"Dark mode" in (theirs or b"")


def test_where_no_marker_is_kept_a_person_says_which_it_is_and_nothing_is_made_again(desk: Bench) -> None:
    desk.tool.keeps_markers = False
    desk.new = "Dark mode"
    desk.tool.faults = {1: "lost_after"}
    desk.apply(desk.plan())
    desk.later()
    desk.apply([])
    (made,) = [one for one in desk.tool.items.values() if one.title == "Dark mode"]
    (row,) = desk.store.writings.rows("build")
    assert row.state == "parked"
    assert row.error is not None
    assert made.key in row.error.en
    (entry,) = desk.plan()
    assert (entry.state, entry.reason) == ("blocked", row.error)
    desk.later(99_999)
    assert states(desk.apply([replace(entry, state="planned")])) == ["blocked"]
    assert desk.tool.pushes == 1


def test_another_title_has_another_made_where_a_person_says_that_it_was_not_ours(desk: Bench) -> None:
    desk.tool.keeps_markers = False
    desk.new = "Dark mode"
    desk.tool.faults = {1: "lost_after"}
    desk.apply(desk.plan())
    desk.later()
    desk.apply([])
    desk.new = "Night mode"
    assert states(desk.apply(desk.plan())) == ["applied"]
    assert [one.title for one in desk.tool.items.values()][-1] == "Night mode"


def test_before_a_second_attempt_what_may_be_ours_is_shown_first(desk: Bench) -> None:
    desk.tool.keeps_markers = False
    desk.new = "Dark mode"
    desk.tool.faults = {1: "lost_before"}
    desk.apply(desk.plan())
    desk.later()
    desk.apply([])  # nothing is there: it may be sent again
    (entry,) = desk.plan()
    landed = item(77, "Dark mode")  # and now somebody makes it by hand, or the first one arrives after all
    desk.tool.items[landed.id] = landed
    assert states(desk.apply([entry])) == ["blocked"]
    assert desk.tool.pushes == 1


def test_a_restored_store_finds_what_it_had_made_by_the_marker(desk: Bench) -> None:
    desk.new = "Dark mode"
    (entry,) = desk.plan()
    desk.apply([entry])
    desk.pull()
    with desk.store._database.write() as connection:  # what a backup from before the create does not have
        for table in ("base", "link", "outbox"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    plan = desk.plan()
    desk.tool.hidden = True
    assert states(desk.apply(plan)) == ["blocked"], "it is there, and cannot be seen now"
    assert desk.tool.pushes == 1
    desk.tool.hidden = False
    desk.apply([])
    assert desk.plan() == []
    assert desk.tool.pushes == 1
    assert [one.origin for one in desk.store.writings.links("build") if one.ref == "CR-005"] == ["created"]


# -------------------------------------------------------------------------------------------------------- kills


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, 14))
def test_killed_at_any_commit_the_next_run_ends_the_same(changed: Bench, nth: int, after: bool) -> None:
    plan = changed.plan()
    with suppress(Killed), dying(changed.store, nth, after=after):
        changed.apply(plan)
    changed.later()  # until then the lease is the dead one's
    for _ in range(3):
        changed.later()
        changed.pull()
        changed.apply(changed.plan())
    settled(changed)
    assert len(changed.tool.pushed) == 4, "nothing was sent twice"


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_killed_right_after_a_request_arrived_it_is_not_sent_again(changed: Bench, nth: int) -> None:
    def die() -> None:
        changed.tool.dies_after_landing = changed.tool.pushes == nth

    changed.tool.before_push = die
    plan = changed.plan()
    with pytest.raises(Killed):
        changed.apply(plan)
    changed.tool.before_push = lambda: None
    changed.tool.dies_after_landing = False
    for _ in range(3):
        changed.later()
        changed.pull()
        changed.apply(changed.plan())
    settled(changed)
    assert len(changed.tool.pushed) == 4


def test_a_sleeper_that_lost_its_lease_commits_nothing(desk: Bench) -> None:
    desk.due = NEW_DUE
    plan = desk.plan()

    def sleep() -> None:
        desk.tool.before_push = lambda: None
        desk.clock.advance(1000)
        with desk.store.holding("build", adapter="fake", owner="other:1:x", ttl_s=180):
            pass

    desk.tool.before_push = sleep
    with pytest.raises(Busy):
        desk.apply(plan)
    assert [one.state for one in desk.store.writings.rows("build")] == ["sending"]
    desk.later()
    desk.apply([])
    assert desk.tool.items[desk.milestone].due == Day(on=NEW_DUE)
    assert desk.plan() == []


# -------------------------------------------------------------------------------------- one thing stops no other


def test_nothing_is_made_twice_by_a_tool_whose_clock_is_an_hour_behind(desk: Bench) -> None:
    desk.new, desk.comment = "Dark mode", "Approved: B"
    desk.tool.behind = timedelta(hours=1)
    desk.tool.faults = {1: "lost_after", 2: "lost_after"}
    desk.apply(desk.plan())
    for _ in range(2):
        desk.later()
        desk.apply(desk.plan())
    assert [one.title for one in desk.tool.items.values()].count("Dark mode") == 1
    assert len(desk.tool.comments) == 1


def test_what_the_credential_may_not_make_stops_nothing_else(changed: Bench) -> None:
    changed.tool.forbidden = (Create,)
    plan = changed.plan()
    outcomes = {plan[one.n - 1].verb: one.state for one in changed.apply(plan)}
    assert outcomes == {"create": "blocked", "update": "applied", "transition": "applied", "comment": "applied"}
    changed.tool.forbidden = ()
    changed.pull()
    assert states(changed.apply(changed.plan())) == ["applied"], "and is made as soon as it may"
    settled(changed)


def test_a_comment_in_doubt_on_a_record_that_is_gone_stops_nothing_else(desk: Bench) -> None:
    desk.comment = "Approved: B"
    desk.tool.faults = {1: "lost_after"}
    desk.apply(desk.plan())
    del desk.tool.items[desk.change]
    desk.due = NEW_DUE
    desk.later(100_000)
    outcomes = desk.apply([one for one in desk.plan() if one.verb == "update"])
    assert states(outcomes) == ["applied"]
    assert [one.state for one in desk.store.writings.rows("build", ["doubtful"])] == ["doubtful"], "no verdict on it"


def test_a_comment_goes_once_a_person_reached_the_state_that_was_refused(desk: Bench) -> None:
    desk.state, desk.comment = "implementing", "Approved: B"
    desk.tool.faults = {1: "400"}
    assert states(desk.apply(desk.plan())) == ["blocked", "blocked"]
    desk.tool.edit(desk.change, state=ToolState(id="5", name="Doing"))
    desk.pull()
    assert states(desk.apply(desk.plan())) == ["applied"]
    assert len(desk.tool.comments) == 1


def test_what_was_refused_is_tried_again_as_soon_as_it_is_something_else(desk: Bench) -> None:
    desk.new = "Dark mode"
    desk.tool.faults = {1: "400"}
    assert states(desk.apply(desk.plan())) == ["blocked"]
    assert [one.state for one in desk.plan()] == ["blocked"], "the same would be refused again"
    desk.new = "Dark mode, shorter"
    assert states(desk.apply(desk.plan())) == ["applied"]
    assert [one.title for one in desk.tool.items.values()].count("Dark mode, shorter") == 1


def test_what_was_tried_too_often_is_not_tried_again_under_another_title(desk: Bench) -> None:
    desk.new = "Dark mode"
    desk.tool.faults = dict.fromkeys(range(1, 9), "lost_before")
    for _ in range(9):
        desk.apply(desk.plan())
        desk.later(100_000)
    desk.new = "Dark mode, shorter"
    assert [one.state for one in desk.plan()] == ["blocked"]


def test_a_date_that_is_decided_while_a_plan_is_carried_out_is_not_overtaken_by_the_old_one(desk: Bench) -> None:
    desk.due, desk.new = NEW_DUE, "Dark mode"
    plan = desk.plan()

    def decided() -> None:
        desk.due = date(2026, 7, 9)

    desk.tool.before_push = decided
    assert {plan[one.n - 1].verb: one.state for one in desk.apply(plan)} == {"create": "applied", "update": "stale"}
    assert desk.tool.items[desk.milestone].due == Day(on=date(2026, 6, 30))


def test_the_day_that_is_sent_is_the_day_that_was_agreed(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool's day may be another in the engagement's zone: it is compared so, and never sent so."""
    next_day = Day(on=date(2026, 7, 2))
    monkeypatch.setattr(desk.tool, "canonical", lambda kind, field, value: next_day)
    desk.due = NEW_DUE
    (entry,) = desk.plan()
    assert [one.sends for one in entry.fields] == [next_day]
    assert isinstance(entry.write, Update)
    assert entry.write.values == {"due": Day(on=NEW_DUE)}


# -------------------------------------------------------------------------------------------------------- brakes


def comments(desk: Bench, n: int) -> list[PlanEntry]:
    """Return *n* comments to make, each for a ref of its own, as an engagement with many changes has them."""
    desk.comment = "Approved: B"
    (entry,) = [one for one in desk.plan() if one.verb == "comment"]
    assert isinstance(entry.write, AddComment)
    desk.more = {f"CR-{100 + at}" for at in range(n)}
    return [one for one in desk.plan() if one.ref in desk.more]


def test_after_five_refusals_with_one_reason_the_rest_of_that_verb_is_not_tried(desk: Bench) -> None:
    plan = comments(desk, 8)
    desk.tool.faults = dict.fromkeys(range(1, 9), "400")
    outcomes = desk.apply(plan)
    assert states(outcomes) == ["blocked"] * 8
    assert desk.tool.pushes == 5
    assert len({one.reason for one in outcomes}) == 1
    assert [one.state for one in desk.store.writings.rows("build")] == ["parked"] * 5, "the rest was not refused"


def test_a_success_between_them_lets_the_others_be_tried(desk: Bench) -> None:
    plan = comments(desk, 8)
    desk.tool.faults = dict.fromkeys([1, 2, 3, 5, 6, 7, 8], "400")
    assert states(desk.apply(plan)).count("applied") == 1
    assert desk.tool.pushes == 8


def test_with_too_much_in_doubt_nothing_is_made_and_what_exists_is_still_changed(desk: Bench) -> None:
    plan = comments(desk, 24)
    desk.tool.faults = dict.fromkeys(range(1, 30), "lost_after")
    outcomes = desk.apply(plan)
    assert desk.tool.pushes == 21
    assert {one.reason for one in outcomes[21:]} == {TOO_MANY_DOUBTS}
    desk.tool.faults = {}
    desk.due, desk.new = NEW_DUE, "Dark mode"
    rest = [one for one in desk.plan() if one.verb != "comment"]
    assert states(desk.apply(rest)) == ["blocked", "applied"]
    desk.later()
    assert states(desk.apply([one for one in desk.plan() if one.verb != "comment"])) == ["applied"]
    assert len(desk.tool.comments) == 21


BY_HAND = Support.cannot("No call makes that.", "没有这样的接口。")


def test_what_a_person_makes_is_given_the_ref_by_which_it_is_recognised_and_all_there_is_to_type(desk: Bench) -> None:
    desk.new, desk.text = "Dark mode", "As on the **phone**"
    desk.supports = {Verb.CREATE: BY_HAND}
    (entry,) = desk.plan()
    assert (entry.state, entry.reason, entry.url) == ("manual", BY_HAND.note, "http://127.0.0.1/MALL")
    typed = {one.field: one.sends for one in entry.fields}
    assert typed["title"] == Plain(text="CR-005 Dark mode")
    assert typed["state"] == Named(id="4")
    assert getattr(typed["description"], "original", "") == "As on the **phone**"
    desk.supports = {}
    (entry,) = desk.plan()
    assert {one.field: one.sends for one in entry.fields}["title"] == Plain(text="Dark mode")


def test_a_comment_that_a_person_has_to_write_is_done_once_somebody_said_it(desk: Bench) -> None:
    desk.comment = "CD-001: approved"
    desk.supports = {Verb.NOTE: BY_HAND, Verb.COMMENT: BY_HAND}
    (entry,) = desk.plan()
    assert (entry.verb, entry.state) == ("comment", "manual")
    desk.said = True
    assert desk.plan() == []
    desk.supports = {}
    (entry,) = desk.plan()
    assert (entry.verb, entry.state) == ("comment", "planned"), "somebody who speaks of it has not said it for us"
