"""Random histories over the real engine, two weak tools, people who edit everywhere, and processes that die or sleep.

What must hold at the end of every history, and at every landing of a write, are the invariants S1 to S12 of the
protocol; each has a test function of its name among the checks below. `HYPOTHESIS_PROFILE=deep` runs many more.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from pmbridge.clock import from_millis
from pmbridge.errors import PmbridgeError
from pmbridge.records import Item, Write
from pmbridge.sync.entry import PlanEntry
from pmbridge.sync.plan import Planned
from pmbridge.sync.send import Stopped
from pmbridge.values import RecordId
from tests.property.sync_house import SENDS, At, Killed, Ours, new_house
from tests.property.tool_judge import FIELDS, value_of
from tests.property.weak_tool import FAULTS, MALL, SHOP, WeakTool

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
TITLES = ("Change one", "Change two", "Change three ", "Change four")
DAYS = tuple(date(2026, 7, n) for n in (1, 2, 3))
NAMES = st.sampled_from(["a", "b"])
PICK = st.integers(0, 11)
VALUES = {"title": TITLES, "due": DAYS, "state": ("3", "4", "5")}
OURS = {"title": TITLES, "due": DAYS, "state": ("awaiting", "approved", "implementing")}
QUIET = ("history", "base", "outbox", "link", "plan", "record")


class Engine(RuleBasedStateMachine):
    """``plans``: made and not applied yet, by tool; people work between any two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.house = new_house()
        self.plans: dict[str, list[PlanEntry]] = {}
        self.snapshots: list[tuple[str, Any, dict[RecordId, tuple[object, ...]]]] = []
        self.cloned = 0
        self.gone: set[tuple[str, RecordId]] = set()

    # -- decisions of ours

    @rule(pick=PICK, name=st.sampled_from(FIELDS), value=PICK)
    def decide(self, pick: int, name: str, value: int) -> None:
        ref = sorted(self.house.ours)[pick % len(self.house.ours)]
        self.house.ours[ref].say(name, OURS[name][value % 3])

    @precondition(lambda self: len(self.house.ours) < 5)
    @rule(at=NAMES, state=st.sampled_from(["submitted", "awaiting", "implementing"]))
    def order_a_new_one(self, at: str, state: str) -> None:
        n = len(self.house.ours) + 1
        self.house.ours[f"CR-{n}"] = Ours(title=f"Change new {n}", state=state, made_in=at)

    @rule(pick=PICK)
    def say_something(self, pick: int) -> None:
        ref = sorted(self.house.ours)[pick % len(self.house.ours)]
        self.house.ours[ref].said += 1

    @precondition(lambda self: bool(self.house.asked))
    @rule(pick=PICK, way=st.sampled_from(["keep", "take"]))
    def settle(self, pick: int, way: str) -> None:
        one = self.house.asked.pop(pick % len(self.house.asked))
        self.house.settle(one, way)

    @rule(at=NAMES, pick=PICK)
    def release(self, at: str, pick: int) -> None:
        rows = self.house.given_up(at)
        if not rows:
            return
        row = rows[pick % len(rows)]
        self.house.release(at, row)
        if (id_ := self.house.record_of(row.ref, at)) is not None:
            for name in FIELDS:
                self.house.tools[at].acknowledge(id_, name)

    # -- people in the tools

    def _some(self, at: str, pick: int) -> RecordId | None:
        tool = self.house.tools[at]
        ids = sorted(one for one in tool.items() if one.external_id != "9")
        return ids[pick % len(ids)] if ids else None

    @rule(at=NAMES, pick=PICK, name=st.sampled_from(FIELDS), value=PICK)
    def edit(self, at: str, pick: int, name: str, value: int) -> None:
        if (id_ := self._some(at, pick)) is not None:
            self.house.tools[at].edit(id_, name, VALUES[name][value % 3])

    @rule(at=NAMES, pick=PICK, what=st.sampled_from(["move", "back", "delete", "hide", "show", "clone"]))
    def push_around(self, at: str, pick: int, what: str) -> None:
        tool = self.house.tools[at]
        if (id_ := self._some(at, pick)) is None:
            return
        match what:
            case "move":
                tool.move(id_, SHOP)
            case "back":
                tool.move(id_, MALL)
            case "delete":
                tool.delete(id_)
            case "hide":
                tool.hidden.add(id_)
                tool.unstable.add(id_)
            case "show":
                tool.hidden.clear()
            case "clone":
                self.cloned += 1
                tool.clone(id_, 50 + self.cloned)

    @rule(at=NAMES, hidden=st.booleans())
    def hide_the_project(self, at: str, hidden: bool) -> None:
        self.house.tools[at].hidden_projects = {MALL} if hidden else set()

    # -- time

    @rule(seconds=st.sampled_from([1, 5, 30, 170, 400, 3600, 86_400 * 8]))
    def wait(self, seconds: int) -> None:
        self.house.clock.advance(seconds)

    @rule(seconds=st.sampled_from([20, 90]))
    def set_our_clock_back(self, seconds: int) -> None:
        self.house.clock.set(self.house.clock.now() - timedelta(seconds=seconds))

    @rule(at=NAMES, seconds=st.sampled_from([-120.0, 0.0, 45.0]))
    def set_their_clock(self, at: str, seconds: float) -> None:
        # A tool's clock does not run backwards by more than people notice; ours is compared with it nowhere.
        self.house.tools[at].skew = max(seconds, self.house.tools[at].skew)

    # -- the engine

    @rule(at=NAMES, faults=st.lists(st.sampled_from([*FAULTS, None]), max_size=3))
    def run(self, at: str, faults: list[Any]) -> None:
        self.house.tools[at].faults = faults
        self.house.run(at)
        self.house.tools[at].faults = []
        self._after_run(at)

    @rule(
        at=NAMES,
        nth=st.integers(1, 25),
        what=st.sampled_from(["before", "after"]),
        faults=st.sampled_from([[], ["late"]]),
    )
    def run_and_die(self, at: str, nth: int, what: str, faults: list[Any]) -> None:
        self.house.tools[at].faults = list(faults)
        self.house.dying(lambda: self.house.run(at), At(nth, what))
        self.house.tools[at].faults = []

    @rule(at=NAMES, landed=st.integers(1, 3))
    def die_as_soon_as_it_landed(self, at: str, landed: int) -> None:
        tool, until = self.house.tools[at], len(self.house.tools[at].pushed) + landed

        def die(write: Write) -> None:
            if len(tool.pushed) >= until:
                raise Killed

        tool.after_landing = die
        with suppress(Killed), suppress(Stopped, PmbridgeError):
            self.house.run(at)
        tool.after_landing = lambda write: None

    @rule(at=NAMES, nth=st.integers(1, 8), pick=PICK, name=st.sampled_from(FIELDS), value=PICK)
    def fall_asleep(self, at: str, nth: int, pick: int, name: str, value: int) -> None:
        """Let one process sleep at a commit of its writing while another takes over, and a person edits."""

        def meanwhile() -> None:
            if (id_ := self._some(at, pick)) is not None:
                self.house.tools[at].edit(id_, name, VALUES[name][value % 3])
            self.house.run(at)

        self.house.dying(lambda: self.house.apply(at, None), At(nth, "sleep"), meanwhile)

    @rule(at=NAMES, name=st.sampled_from(FIELDS), value=PICK, fault=st.sampled_from([None, "late", "lost_after"]))
    def somebody_edits_right_before_the_landing(self, at: str, name: str, value: int, fault: Any) -> None:
        tool, judged = self.house.tools[at], self.house.tools[at].before_push

        def edit(write: Write) -> None:
            judged(write)
            target = getattr(write, "target", None)
            if target is not None:
                tool.edit(target, name, VALUES[name][value % 3])

        tool.before_push, tool.faults = edit, [fault]
        self.house.run(at)
        tool.before_push, tool.faults = judged, []
        self._after_run(at)

    @rule(at=NAMES)
    def make_a_plan(self, at: str) -> None:
        with suppress(PmbridgeError):
            self.plans[at] = self.house.plan(at)

    @precondition(lambda self: bool(self.plans))
    @rule(at=NAMES)
    def apply_an_old_plan(self, at: str) -> None:
        if at in self.plans:
            with suppress(Stopped, PmbridgeError):
                self.house.apply(at, self.plans.pop(at))

    # ------------------------------------------------------------------------------------------------ the checks

    def _after_run(self, at: str) -> None:
        shown = {one.id: _fields(one) for one in self.house.store.observe(at, MALL).items}
        with self.house.store._database.read() as reading:
            last = reading.execute(
                text("SELECT max(history.observed_at) FROM history JOIN record ON record.id = history.record_id "
                     "JOIN connection ON connection.id = record.connection_id WHERE connection.name = :name"),
                {"name": at},
            ).scalar_one()  # fmt: skip
        self.snapshots.append((at, last, shown))

    @invariant()
    def vanished_is_not_forbidden(self) -> None:
        for at, tool in self.house.tools.items():
            self._none_vanished_unseen(at, tool)

    def _none_vanished_unseen(self, at: str, tool: WeakTool) -> None:
        with self.house.store._database.read() as reading:
            rows = reading.execute(
                text("SELECT external_id, presence FROM record JOIN connection ON connection.id = record.connection_id "
                     "WHERE connection.name = :name AND record.kind = 'issue'"),
                {"name": at},
            ).all()  # fmt: skip
        for external_id, presence in rows:
            key = (at, RecordId(kind="issue", external_id=external_id))
            if presence in ("gone", "deleted"):
                assert key in self.gone or MALL not in tool.hidden_projects, f"{key} vanished with its project hidden"
                assert presence == "gone" or (not tool.indexed and tool.now_at(key[1]) is None), key
                self.gone.add(key)
            else:
                self.gone.discard(key)

    def teardown(self) -> None:
        try:
            self._be_quiet()
            for at, tool in self.house.tools.items():
                self.no_unseen_edit_overwritten(tool)
                self.no_duplicate_create(tool)
                self.race_is_bounded_and_reported(at, tool)
                self.cursor_never_skips(at, tool)
                self.no_decision_lost(at, tool)
            self.links_unique()
            self.as_of_replay()
            self.apply_exactly()
        finally:
            self.house.close()

    def _be_quiet(self) -> None:
        """Let people rest and answers come, until nothing is left to do; then a run must do nothing at all."""
        house = self.house
        for tool in house.tools.values():
            tool.hidden_projects, tool.hidden = set(), set()
        for full in (False, False, True, True, False):
            house.clock.advance(86_400 * 8)  # the weekly census falls due
            for at in house.tools:
                house.clock.advance(700)
                house.run(at, full=full)
        self.quiescence()

    def quiescence(self) -> None:
        house = self.house
        before = house.rows(*QUIET), {at: len(tool.pushed) for at, tool in house.tools.items()}
        for at in house.tools:
            house.clock.advance(700)
            outcome = house.sync(at)
            assert outcome.error is None, outcome.error
            house.apply(at, None)
        after = house.rows(*QUIET), {at: len(tool.pushed) for at, tool in house.tools.items()}
        assert after == before, f"a run after a quiet time still does something: {before} -> {after}"

    def no_unseen_edit_overwritten(self, tool: WeakTool) -> None:
        assert not tool.judge.wrong, tool.judge.wrong

    def no_duplicate_create(self, tool: WeakTool) -> None:
        for uid, made in tool.judge.landed.items():
            assert len(made) == 1 or any(one in tool.unstable for one in made), f"{uid} landed {len(made)} times"

    def race_is_bounded_and_reported(self, at: str, tool: WeakTool) -> None:
        for race in tool.judge.races if tool.indexed else ():
            assert race.uid in self.house.raced or race.target in tool.unstable, f"{race} was not reported"

    def cursor_never_skips(self, at: str, tool: WeakTool) -> None:
        there = {id_: _fields(one) for id_, one in tool.items().items() if one.project == MALL}
        mirror = {one.id: _fields(one) for one in self.house.store.observe(at, MALL).items}
        assert mirror == there, f"{at} shows {there}, the mirror {mirror}"

    def no_decision_lost(self, at: str, tool: WeakTool) -> None:
        house = self.house
        with house.holding(at) as run:
            found = house.look(run, at)
        given_up = {one.ref for one in house.given_up(at)}
        for ref, ours in house.ours.items():
            id_ = house.record_of(ref, at)
            if id_ is None:
                wanted = ours.made_in == at
                assert not wanted or ref in given_up | _told(found, ref), f"{ref} was never made in {at}"
                continue
            item = tool.now_at(id_)
            if item is None or item.project != MALL or ref in given_up:
                continue
            for name in FIELDS:
                sends = SENDS[ours.state] if name == "state" else getattr(ours, name)
                sends = sends.strip() if isinstance(sends, str) else sends
                listed = name in _told_fields(found, ref)
                assert value_of(item, name) == sends or listed, f"{ref} {name} in {at}: {sends!r} is told nowhere"

    def links_unique(self) -> None:
        with self.house.store._database.read() as reading:
            twice = reading.execute(text("SELECT record_id FROM link GROUP BY record_id HAVING count(*) > 1")).all()
        assert not twice, twice

    def as_of_replay(self) -> None:
        latest = {(at, last): shown for at, last, shown in self.snapshots}
        for (at, last), shown in latest.items():
            then = self.house.store.observe(at, MALL, as_of=from_millis(last))
            assert {one.id: _fields(one) for one in then.items} == shown, f"history of {at} at {last}"

    def apply_exactly(self) -> None:
        assert not self.house.wrong, self.house.wrong


def _fields(item: Item) -> tuple[object, ...]:
    return tuple(value_of(item, name) for name in FIELDS)


def _told(found: Planned, ref: str) -> set[str]:
    return {one.ref for one in found.entries if one.ref == ref and one.state != "planned"}


def _told_fields(found: Planned, ref: str) -> set[str]:
    entries = {each.field for one in found.entries if one.ref == ref and one.state != "planned" for each in one.fields}
    return entries | {one.field for one in found.left_out if one.ref == ref}


def _machine(name: str = "Engine") -> type[RuleBasedStateMachine]:
    return type(name, (Engine,), {})


@pytest.mark.timeout(0 if DEEP else 120)
def test_no_history_breaks_what_the_protocol_promises() -> None:
    settings_here = settings(
        max_examples=1_200 if DEEP else 8,
        stateful_step_count=40 if DEEP else 25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(_machine(), settings=settings_here)
