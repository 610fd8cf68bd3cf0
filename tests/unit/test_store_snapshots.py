"""Frozen reports: numbered without gaps, kept byte for byte, never overwritten."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pmbridge.errors import ConfigError, InternalError, Refused
from pmbridge.store import SnapshotRow, Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.store_bench import execute

BODY = '{"title":"会员商城 周报 9"}\n'.encode()


def freeze(store: Store, number: int, *, issued: bool = True, body: bytes = BODY, **said: Any) -> SnapshotRow:
    """Freeze a weekly report."""
    values: dict[str, Any] = {"engagement": "lanhai", "edition": "weekly", "period_from": None, "period_to": None}
    return store.add_snapshot(
        **values | {"number": number, "as_of": START, "issued_at": START if issued else None, "body": body} | said
    )


def names(store: Store, engagement: str = "lanhai") -> list[tuple[object, ...]]:
    """Return what is kept of an engagement."""
    return [(one.edition, one.number, one.revision, one.issued_at is not None) for one in store.snapshots(engagement)]


def test_a_report_comes_back_byte_for_byte(store: Store, clock: FakeClock) -> None:
    clock.advance(60)
    made = freeze(
        store,
        9,
        period_from=date(2026, 5, 30),
        period_to=date(2026, 6, 5),
        inputs={"mirror": "ab12"},
        sha256=hashlib.sha256(BODY).digest(),
    )
    kept = store.issued("lanhai", "weekly", 9)
    assert kept == made
    assert kept.body == BODY
    assert kept.sha256 == hashlib.sha256(BODY).digest()
    assert (kept.period_from, kept.period_to, kept.inputs) == (
        date(2026, 5, 30),
        date(2026, 6, 5),
        {"mirror": "ab12"},
    )
    assert (kept.as_of, kept.made_at, kept.issued_at) == (START, clock.now(), START)
    assert "周报" not in repr(kept)


def test_numbers_count_issued_reports_only(store: Store) -> None:
    assert store.next_number("lanhai", "weekly", first=9) == 9
    freeze(store, 9, issued=False)
    assert store.next_number("lanhai", "weekly", first=9) == 9
    freeze(store, 9)
    assert store.next_number("lanhai", "weekly", first=9) == 10
    assert store.next_number("lanhai", "monthly") == 1
    assert store.next_number("other", "weekly") == 1


@pytest.mark.parametrize("number", [8, 9, 10, 12])
def test_an_issued_number_is_neither_overwritten_nor_left_out(store: Store, number: int) -> None:
    freeze(store, 9)
    freeze(store, 10)
    with pytest.raises(Refused) as caught:
        freeze(store, number, body=b"other")
    assert f"weekly {number} is not the next report" in str(caught.value)
    assert names(store) == [("weekly", 9, 0, True), ("weekly", 10, 0, True)]
    kept = store.issued("lanhai", "weekly", 9)
    assert kept is not None
    assert kept.body == BODY
    freeze(store, 11)


def test_a_revision_follows_the_one_before_it(store: Store) -> None:
    with pytest.raises(Refused):
        freeze(store, 9, revision=1)
    freeze(store, 9)
    freeze(store, 10)
    with pytest.raises(Refused):
        freeze(store, 9, revision=2)
    freeze(store, 9, revision=1, body=b"corrected")
    with pytest.raises(Refused):
        freeze(store, 9, revision=1)
    newest, first = store.issued("lanhai", "weekly", 9), store.issued("lanhai", "weekly", 9, 0)
    assert newest is not None
    assert first is not None
    assert (newest.body, newest.revision, first.body) == (b"corrected", 1, BODY)
    assert store.issued("lanhai", "weekly", 9, 2) is None
    assert store.next_number("lanhai", "weekly", first=1) == 11


def test_a_draft_takes_the_place_of_the_one_before_and_ends_with_the_report(store: Store) -> None:
    freeze(store, 9, issued=False, body=b"first")
    freeze(store, 9, issued=False, body=b"second", edition="monthly")
    freeze(store, 9, issued=False, body=b"third")
    assert [(one.edition, one.body) for one in store.snapshots("lanhai")] == [
        ("monthly", b"second"),
        ("weekly", b"third"),
    ]
    assert store.issued("lanhai", "weekly", 9) is None
    freeze(store, 9)
    assert names(store) == [("monthly", 9, 0, False), ("weekly", 9, 0, True)]
    freeze(store, 10, issued=False)
    assert names(store)[1:] == [("weekly", 9, 0, True), ("weekly", 10, 0, False)]


def test_a_report_changed_behind_our_back_is_not_given_out(store: Store) -> None:
    freeze(store, 9)
    freeze(store, 10)
    execute(store, "UPDATE snapshot SET body = :body WHERE number = 9", body=b"forged")
    with pytest.raises(ConfigError) as caught:
        store.issued("lanhai", "weekly", 9)
    assert "weekly 9 is not what was issued" in str(caught.value)
    assert store.about().shown in str(caught.value)
    assert [(one.name, one.text.en) for one in store.check()] == [
        ("snapshot", "report lanhai weekly 9 is not what was frozen")
    ]


def test_a_body_with_another_hash_is_our_mistake_and_not_stored(store: Store) -> None:
    with pytest.raises(InternalError):
        freeze(store, 9, sha256=b"other")
    assert names(store) == []


def test_times_are_kept_to_the_millisecond(store: Store) -> None:
    at = datetime(2026, 6, 5, 10, 0, 0, 123000, tzinfo=UTC)
    freeze(store, 1, as_of=at)
    assert store.snapshots("lanhai")[0].as_of == at
