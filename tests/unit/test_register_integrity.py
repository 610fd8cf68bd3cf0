"""Nobody alters the register unseen, and it survives a journey to another store to the last byte."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pmbridge.clock import to_millis
from pmbridge.domain.event import chained
from pmbridge.errors import ChainBroken, ConfigError, Refused
from pmbridge.register import Attachment, Register
from pmbridge.store import Store
from pmbridge.store.schema import HEAD
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import at, opened
from tests.unit.register_story import CONCEPTS, agreed, approved, option, price, shift
from tests.unit.store_bench import execute, item, page, rows, sync

DAYS = ("05-04", "05-05", "05-06", "05-07")


@pytest.fixture
def later(clock: FakeClock) -> FakeClock:
    clock.set(START + timedelta(days=30))
    return clock


@pytest.fixture
def register(store: Store, later: FakeClock, tmp_path: Path) -> Register:
    """Give a register with a change that moved baselines, and a copy of its approval."""
    register = agreed(store, later)
    letter = tmp_path / "回信.eml"
    letter.write_bytes(b"CR-001: A")
    ref = approved(register, DAYS, option("A", price("CNY 100.00"), shift("M7", 2)))
    register.do("change", "implement", ref, at=at("05-08"), evidence=[Attachment(letter, "email")])
    return register


def faults(store: Store) -> list[tuple[str, str]]:
    return [(one.name, one.text.en) for one in store.check(CONCEPTS)]


def test_a_register_that_nobody_touched_is_found_whole(store: Store, register: Register) -> None:
    assert faults(store) == []
    register.verify()


def test_a_changed_event_is_named(store: Store, register: Register) -> None:
    events = register.events("CR-001")
    approval = next(one for one in events if one.verb == "approve")
    forged = approval.payload.replace(b'"option":"A"', b'"option":"B"')
    assert forged != approval.payload
    execute(store, "UPDATE event SET payload = :payload WHERE seq = :seq", payload=forged, seq=approval.seq)
    named = f"lanhai: event {approval.seq} (change approve CR-001) does not match its hash"
    assert ("event", named) in faults(store)
    with pytest.raises(ChainBroken) as caught:
        register.verify()
    assert caught.value.facts == {"seq": approval.seq, "what": "change approve CR-001"}


@pytest.mark.parametrize("column", ["occurred_at", "recorded_at", "actor", "verb", "ref", "kind"])
def test_a_change_of_any_column_is_seen(store: Store, register: Register, column: str) -> None:
    changed = "1" if column.endswith("_at") else "'member:somebody'"
    execute(store, f"UPDATE event SET {column} = {changed} WHERE seq = 3")
    assert "event" in [name for name, _ in faults(store)]


def test_a_rewritten_hash_breaks_the_chain_at_the_next_event(store: Store, register: Register) -> None:
    execute(store, "UPDATE event SET hash = :hash WHERE seq = 3", hash=bytes(32))
    broken = [one.seq for one in store.registers.chain_breaks("lanhai")]
    assert broken == [3, 4]


def test_missing_events_are_counted_where_they_were(store: Store, register: Register) -> None:
    execute(store, "DELETE FROM event WHERE seq IN (1, 5, 6)")
    found = [(one.seq, one.missing) for one in store.registers.chain_breaks("lanhai") if one.missing]
    assert found == [(2, 1), (7, 2)]
    assert any(name == "event-missing" and "event 5–6 is missing" in text for name, text in faults(store))


def test_a_cut_off_end_shows_in_the_fold(store: Store, register: Register) -> None:
    last = register.head.seq
    execute(store, "DELETE FROM event WHERE seq = :seq", seq=last)
    assert [name for name, _ in faults(store)] == ["entry"]


def test_a_swapped_evidence_file_is_named(store: Store, register: Register) -> None:
    execute(store, "UPDATE evidence SET body = :body", body=b"CR-001: B")
    (fault,) = faults(store)
    assert fault[0] == "evidence"
    assert "回信.eml (CR-001" in fault[1]


def test_a_lost_evidence_file_is_named(store: Store, register: Register) -> None:
    execute(store, "DELETE FROM evidence")
    (fault,) = faults(store)
    assert fault[0] == "evidence-missing"
    assert "回信.eml (CR-001" in fault[1]


def test_a_changed_fold_is_named_and_made_anew(store: Store, register: Register) -> None:
    right = rows(store, "SELECT * FROM entry ORDER BY ref")
    execute(store, "UPDATE entry SET state = 'closed' WHERE ref = 'CR-001'")
    execute(store, "DELETE FROM entry WHERE ref = 'M4'")
    assert faults(store) == [
        ("entry", "lanhai: CR-001 is not what its events make of it"),
        ("entry", "lanhai: M4 is not what its events make of it"),
    ]
    assert store.registers.rebuild("lanhai", CONCEPTS) == len(register.book)
    assert rows(store, "SELECT * FROM entry ORDER BY ref") == right
    assert faults(store) == []


def test_a_fold_is_mended_only_where_the_chain_is_whole(store: Store, register: Register) -> None:
    execute(store, "UPDATE entry SET state = 'closed' WHERE ref = 'CR-001'")
    assert store.registers.mend(CONCEPTS) == ("lanhai",)
    assert faults(store) == []
    execute(store, "UPDATE event SET actor = 'member:somebody' WHERE seq = 3")
    assert store.registers.mend(CONCEPTS) == ()


def test_a_damaged_record_says_how_to_mend_it(store: Store, register: Register) -> None:
    execute(store, "UPDATE entry SET body = :body WHERE ref = 'M4'", body=b"{}")
    again = opened(store, FakeClock(START), concepts=CONCEPTS)
    with pytest.raises(ConfigError, match="pmbridge db check"):
        again.book.get("M4")
    assert ("entry", "lanhai: M4 is not what its events make of it") in faults(store)
    store.registers.rebuild("lanhai", CONCEPTS)
    assert opened(store, FakeClock(START), concepts=CONCEPTS).book.get("M4") is not None


def test_what_a_newer_version_wrote_is_refused_not_guessed(store: Store, register: Register) -> None:
    older = {name: one for name, one in CONCEPTS.items() if name != "change"}
    with pytest.raises(ConfigError, match="knows no change"):
        opened(store, FakeClock(START), concepts=older).book.get("CR-001")
    with pytest.raises(ConfigError, match="knows no change submit"):
        opened(store, FakeClock(START), concepts=older).as_of(START + timedelta(days=30))
    assert "fold" in [one.name for one in store.check(older)]


def test_another_name_behind_a_seal_is_seen(store: Store, register: Register) -> None:
    execute(store, "UPDATE personal SET text = '张三' WHERE text = '张敏'")
    assert [name for name, _ in faults(store)] == ["personal"]


def test_a_forged_event_with_a_right_hash_still_breaks_the_rules(store: Store, register: Register) -> None:
    """A forger who can hash is found by what the event says: here by a baseline that no approved line explains."""
    dates = {"M7": "2026-12-01"}
    said = {"to": "agreed", "day": "2026-05-09", "input": {"change": "CR-001", "dates": dates}}
    forged = chained(
        register.head,
        engagement="lanhai",
        kind="schedule_baseline",
        ref="SB-2",
        verb="add",
        actor="member:王工",
        occurred_at=to_millis(at("05-09")),
        recorded_at=register.head.recorded_at,
        payload=json.dumps(said).encode(),
    )
    with store.registers.writing("lanhai") as writing:
        writing.append([forged], [writing.book(CONCEPTS).apply(forged)], CONCEPTS)
    found = faults(store)
    assert {name for name, _ in found} == {"invariant"}
    assert ("invariant", "lanhai: SB-2 breaks I2: M7 2026-12-01") in found


def test_a_pseudonymised_contact_leaves_the_chain_whole(store: Store, register: Register) -> None:
    register.do("contact", "retire", "CT-01", at=at("06-20"))
    register.do("contact", "pseudonymise", "CT-01", at=at("06-21"))
    texts = rows(store, "SELECT text FROM personal")
    assert texts == [("李总",)]
    assert faults(store) == []
    gone = "张敏".encode()
    for table, column in (("event", "payload"), ("entry", "body")):
        assert not any(gone in bytes(one[0]) for one in rows(store, f"SELECT {column} FROM {table}"))


# ------------------------------------------------------------------------------------------------- export and back


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """Give a second, empty store on each engine in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        make: Callable[[], str] = request.getfixturevalue("new_database")
        url = make()
        Store.upgrade(url, clock=clock)
    with Store.open(url, clock=clock) as opened:
        yield opened


def test_a_store_goes_to_a_file_and_back_to_the_byte(
    store: Store, register: Register, elsewhere: Store, tmp_path: Path
) -> None:
    sync(store, page(item(1), item(2)))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    written = store.export(first)
    assert elsewhere.load(first, CONCEPTS) == written
    elsewhere.export(second)
    assert first.read_bytes() == second.read_bytes()
    assert [(one.name, one.text.en) for one in elsewhere.check(CONCEPTS)] == []
    assert elsewhere.registers.events("lanhai") == register.events()
    assert elsewhere.workspace_id == store.workspace_id
    fold = "SELECT ref, kind, state, version, seq, body FROM entry ORDER BY seq, ref"
    assert rows(elsewhere, fold) == rows(store, fold)
    sync(elsewhere, page(item(3)), run_id="02RUN")


def test_a_file_that_is_not_whole_fills_nothing(
    store: Store, register: Register, elsewhere: Store, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    store.export(file)
    lines = file.read_bytes().splitlines(keepends=True)
    with pytest.raises(Refused, match="exists already"):
        store.export(file)
    for broken in (
        b"".join(lines[:-1]),
        b"".join(lines[:-2] + lines[-1:]),
        b"".join(lines).replace(b'"M7"', b'"M8"'),
        b"",
        b"{}",
        b"".join(lines).replace(b'"pmbridge.store"', b'"other"'),
        lines[0],
    ):
        file.write_bytes(broken)
        with pytest.raises(Refused, match="is not a whole export"):
            elsewhere.load(file, CONCEPTS)
    assert rows(elsewhere, "SELECT count(*) FROM event") == [(0,)]
    file.write_bytes(b"".join(lines).replace(f'"schema":{HEAD}'.encode(), b'"schema":99'))
    with pytest.raises(Refused, match="is of schema 99"):
        elsewhere.load(file, CONCEPTS)
    file.write_bytes(b"".join(lines))
    elsewhere.load(file, CONCEPTS)
    with pytest.raises(Refused, match="is not empty"):
        elsewhere.load(file, CONCEPTS)
