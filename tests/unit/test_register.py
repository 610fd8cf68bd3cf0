"""Commands become events or are refused as a whole; the fold is what the events make of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import C, Fields
from pmbridge.domain.machine import Concept, Condition
from pmbridge.errors import GuardFailed, Refused, StaleWrite, UnknownRef
from pmbridge.register import Attachment, Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import CONCEPTS, ERRAND, at, opened

MAIL = Evidence(kind="email", title="回信.eml")
BREAD = {"text": "bread", "due_on": date(2026, 6, 5)}


@pytest.fixture
def register(store: Store, clock: FakeClock) -> Register:
    return opened(store, clock)


def unmet(error: GuardFailed) -> list[str]:
    return [one.name for one in error.conditions if isinstance(one, Condition) and not one.met]


def test_a_record_is_what_its_events_made_of_it(register: Register) -> None:
    made = register.do("errand", "add", input=BREAD, at=at("06-01"))
    assert (made.ref, made.state, made.version, made.seq, made.audience) == ("ERR-001", "open", 1, 1, "internal")
    register.do("errand", "edit", "ERR-001", input={"changes": {"due_on": "2026-06-08"}}, at=at("06-02"))
    done = register.do("errand", "finish", "ERR-001", input={"price": 8}, evidence=[MAIL], at=at("06-03"))
    assert (done.fields.due_on, done.fields.price, done.fields.done_on) == (date(2026, 6, 8), 8, date(2026, 6, 3))
    assert [(one.state, one.day) for one in done.trail] == [("open", date(2026, 6, 1)), ("done", date(2026, 6, 3))]
    assert (done.version, done.audience, done.released) == (3, "client", done.fields)
    assert [one.verb for one in register.events("ERR-001")] == ["add", "edit", "finish"]
    assert register.as_of(START).get("ERR-001") == done
    before = register.as_of(at("06-02", 9)).get("ERR-001")
    assert before is not None
    assert (before.fields.due_on, before.version) == (date(2026, 6, 5), 1)


def test_what_another_process_recorded_is_seen(store: Store, clock: FakeClock, register: Register) -> None:
    other = opened(store, clock)
    for one in (register, other, register):
        one.do("errand", "add", input=BREAD)
    assert [one.ref for one in other.book] == ["ERR-001", "ERR-002", "ERR-003"]
    assert other.book.of("errand") == register.book.of("errand")
    assert register.head.seq == 3


def test_two_who_write_at_once_leave_one_chain(store: Store, clock: FakeClock) -> None:
    registers = [opened(store, clock) for _ in range(3)]

    def write(register: Register) -> None:
        for _ in range(8):
            register.do("errand", "add", input=BREAD)

    with ThreadPoolExecutor(max_workers=3) as pool:
        list(pool.map(write, registers))
    assert [one.seq for one in registers[0].events()] == list(range(1, 25))
    assert store.registers.chain_breaks("lanhai") == []
    assert [one.ref for one in registers[0].book] == [f"ERR-{n:03}" for n in range(1, 25)]


def test_two_engagements_have_two_chains(store: Store, clock: FakeClock) -> None:
    first, second = (opened(store, clock, engagement=name) for name in ("lanhai", "qingyun"))
    for one in (first, second, first):
        one.do("errand", "add", input=BREAD)
    assert (first.head.seq, second.head.seq) == (2, 1)
    assert store.check(CONCEPTS) == []


def test_a_refusal_names_every_condition_and_changes_nothing(register: Register) -> None:
    register.do("errand", "add", input=BREAD, at=at("06-01"))
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "finish", "ERR-001", input={"price": 777}, at=at("05-31"))
    assert unmet(caught.value) == ["time", "evidence", "affordable", "even"]
    met = [one.name for one in caught.value.conditions if isinstance(one, Condition) and one.met]
    assert met == ["in-time"]
    assert "ERR-001 cannot be finished yet. Nothing was changed. 4 conditions are not met" in str(caught.value)
    assert "ERR-001 还不能完成。未改动任何内容。4 项条件不满足：" in caught.value.text("zh-CN")
    assert register.head.seq == 1
    found = register.conditions("errand", "finish", "ERR-001", input={"price": 8}, evidence=[MAIL])
    assert [(one.name, one.met) for one in found] == [("affordable", True), ("in-time", True)]


def test_a_step_out_of_turn_says_where_the_record_stands(register: Register) -> None:
    register.do("errand", "add", input=BREAD)
    register.do("errand", "cancel", "ERR-001")
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "finish", "ERR-001", input={"price": 8})
    (state,) = [one for one in caught.value.conditions if isinstance(one, Condition)]
    assert (state.name, state.found, state.needed) == (
        "state",
        ERRAND.states["cancelled"].label,
        ERRAND.states["open"].label,
    )
    assert state.fix is not None
    assert state.fix.en == "pmbridge errand show ERR-001"


def test_a_ref_may_be_written_without_its_zeros(register: Register) -> None:
    register.do("errand", "add", input=BREAD)
    assert register.do("errand", "cancel", "ERR-1").ref == "ERR-001"


def test_all_faults_of_an_input_are_named(register: Register) -> None:
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "add", input={"due_on": "soon", "colour": "red"})
    assert unmet(caught.value) == ["text", "due_on", "colour"]


@pytest.mark.parametrize(
    ("kind", "verb", "ref", "near"),
    [
        ("errant", "add", None, "errand"),
        ("errand", "finnish", "ERR-001", "finish"),
        ("errand", "finish", "ERR-010", "ERR-001"),
        ("errand", "finish", "nobody", ""),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(
    register: Register, kind: str, verb: str, ref: str | None, near: str
) -> None:
    register.do("errand", "add", input=BREAD)
    with pytest.raises(UnknownRef) as caught:
        register.do(kind, verb, ref)
    assert near in str(caught.value)


def test_a_refused_effect_takes_its_cause_back(register: Register) -> None:
    register.do("errand", "add", input=BREAD | {"follow_up": "milk"})
    assert [(one.ref, one.state, one.fields.text) for one in register.book] == [
        ("ERR-001", "open", "bread"),
        ("ERR-002", "cancelled", "milk"),
    ]
    add, effect, cancel = register.events()
    assert b'"cause":null' in add.payload
    assert b'"cause":1' in effect.payload
    assert b'"cause":1' in cancel.payload
    with pytest.raises(GuardFailed, match="ERR-002 cannot be cancelled yet"):
        register.do("errand", "add", input=BREAD | {"follow_up": "twice"})
    assert register.head.seq == 3


def test_a_batch_is_recorded_whole_or_not_at_all(register: Register) -> None:
    with pytest.raises(GuardFailed), register.batch() as batch:  # noqa: PT012 - the first of two is taken back
        batch.do("errand", "add", input=BREAD)
        batch.do("errand", "add", input={})
    assert (register.head.seq, len(register.book)) == (0, 0)
    with register.batch() as batch:
        batch.do("errand", "add", input=BREAD)
        with pytest.raises(GuardFailed):
            batch.do("errand", "add", input=BREAD | {"follow_up": ""} | {"text": 1})
        assert batch.do("errand", "add", input=BREAD).ref == "ERR-002"
    assert [one.ref for one in register.book] == ["ERR-001", "ERR-002"]


def test_a_number_from_paper_is_kept_and_counted_on(register: Register) -> None:
    assert register.do("errand", "add", input=BREAD, number="ERR-41").ref == "ERR-041"
    assert register.do("errand", "add", input=BREAD).ref == "ERR-042"
    for taken in ("ERR-041", "ERR41", "CR-7", "nonsense", "ERR-1234567"):
        with pytest.raises(GuardFailed) as caught:
            register.do("errand", "add", input=BREAD, number=taken)
        assert unmet(caught.value) == ["ref"]


def test_time_runs_forwards_for_each_record_only(register: Register, clock: FakeClock) -> None:
    register.do("errand", "add", input=BREAD, at=START)
    register.do("errand", "add", input=BREAD, at=START - timedelta(days=30))
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "cancel", "ERR-001", at=START - timedelta(milliseconds=1))
    assert unmet(caught.value) == ["time"]
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "cancel", "ERR-001", at=START + timedelta(milliseconds=1))
    assert unmet(caught.value) == ["time"]
    clock.set(START - timedelta(hours=1))
    register.do("errand", "cancel", "ERR-001", at=START)
    recorded = [one.recorded_at for one in register.events()]
    assert recorded == sorted(recorded)


def test_the_two_clocks_answer_two_questions(register: Register, clock: FakeClock) -> None:
    register.do("errand", "add", input=BREAD, at=at("06-01"))
    clock.advance(86_400)
    register.do("errand", "add", input=BREAD, at=at("06-02"))
    assert len(register.as_of(at("06-03"))) == 2
    assert len(register.as_of(at("06-03"), known_at=START)) == 1


def test_a_record_that_moved_is_not_written_over(register: Register) -> None:
    entry = register.do("errand", "add", input=BREAD)
    register.do("errand", "edit", entry.ref, input={"changes": {"text": "rolls"}}, expect=1)
    with pytest.raises(StaleWrite):
        register.do("errand", "edit", entry.ref, input={"changes": {"text": "cake"}}, expect=1)
    assert register.book.get(entry.ref).fields.text == "rolls"  # type: ignore[union-attr]


def test_only_what_is_declared_may_be_edited(register: Register) -> None:
    register.do("errand", "add", input=BREAD)
    with pytest.raises(GuardFailed) as caught:
        register.do("errand", "edit", "ERR-001", input={"changes": {"price": 1, "text": "rolls"}})
    assert unmet(caught.value) == ["editable"]


def test_what_was_released_stays_as_it_was_worded(register: Register) -> None:
    register.do("errand", "add", input=BREAD)
    released = register.do("errand", "release", "ERR-001")
    edited = register.do("errand", "edit", "ERR-001", input={"changes": {"text": "cheap bread"}})
    assert edited.released == released.fields
    assert edited.fields.text == "cheap bread"


def test_a_person_can_be_forgotten_and_the_chain_holds(store: Store, register: Register) -> None:
    register.do("errand", "add", input=BREAD | {"helper": "张敏"})
    helper = register.book.get("ERR-001").fields.helper  # type: ignore[union-attr]
    assert register.book.reveal(helper) == "张敏"
    register.do("errand", "cancel", "ERR-001")
    head = register.head
    forgotten = register.do("errand", "forget", "ERR-001")
    assert (forgotten.fields.helper, register.book.reveal(helper)) == (None, None)
    assert store.registers.personal_texts("lanhai") == {}
    assert not any("张敏".encode() in one.payload for one in register.events())
    assert register.events()[-1].prev_hash == head.hash


def test_an_evidence_file_is_copied_in(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "回信.eml"
    path.write_bytes(b"\x00yes")
    register.do("errand", "add", input=BREAD)
    proof = Attachment(path, "email")
    register.do("errand", "finish", "ERR-001", input={"price": 8}, evidence=[proof])
    path.unlink()
    assert proof.evidence.sha256 is not None
    assert register.evidence(proof.evidence.sha256) == b"\x00yes"
    assert register.evidence("00" * 32) is None
    with pytest.raises(Refused, match="cannot be read"):
        Attachment(path, "email")


def test_a_field_without_visibility_is_refused_when_its_concept_is_defined() -> None:
    with pytest.raises(TypeError, match=r"Careless\.secret does not say who may see it"):

        class Careless(Fields):
            name: str = C()
            secret: str = "margin"


def test_a_step_to_a_state_that_is_none_is_refused_when_its_concept_is_defined() -> None:
    with pytest.raises(TypeError, match="no state cancelled"):
        Concept(
            name="errand",
            label=ERRAND.label,
            prefixes=("ERR",),
            fields=ERRAND.fields,
            states={name: one for name, one in ERRAND.states.items() if name != "cancelled"},
            steps=ERRAND.steps,
        )
