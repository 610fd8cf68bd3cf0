"""Contacts: known by name, ref or address, authorised with proof, and forgotten for good when asked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from pmbridge.domain.contact import Add, Subject, find_contact, name_of
from pmbridge.domain.machine import Condition
from pmbridge.errors import GuardFailed
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.register_bench import opened
from tests.unit.register_story import CONCEPTS, LETTER


@pytest.fixture
def register(store: Store, clock: FakeClock) -> Register:
    return opened(store, clock, concepts=CONCEPTS)


def unmet(register: Register, verb: str, ref: str | None = None, **given: Any) -> list[str]:
    with pytest.raises(GuardFailed) as caught:
        register.do("contact", verb, ref, **given)
    return [one.name for one in caught.value.conditions if isinstance(one, Condition) and not one.met]


def test_a_contact_is_found_by_ref_name_and_address(register: Register) -> None:
    register.do("contact", "add", input={"name": "张敏", "email": "zhangmin@lanhai.example"})
    for written in ("CT-01", "张敏", "zhangmin@lanhai.example"):
        found = find_contact(register.book, written)
        assert found is not None
        assert (found.ref, name_of(register.book, found.ref)) == ("CT-01", "张敏")
    assert find_contact(register.book, "李总") is None
    assert name_of(register.book, "王工") == "王工"


def test_another_process_finds_the_name_too(store: Store, clock: FakeClock, register: Register) -> None:
    register.do("contact", "add", input={"name": "张敏"})
    other = opened(store, clock, concepts=CONCEPTS)
    assert name_of(other.book, "CT-01") == "张敏"


def test_no_event_and_no_record_holds_what_identifies_a_person(register: Register) -> None:
    secret = {"name": "张敏", "email": "zhangmin@lanhai.example", "phone": "13800000000", "im_handle": "zm"}
    register.do("contact", "add", input=secret)
    register.do("contact", "edit", "张敏", input={"phone": "13900000000"}, by="张敏")
    for event in register.events():
        for text in (*secret.values(), "13900000000"):
            assert text.encode() not in event.payload
    fields = register.book.get("CT-01").fields  # type: ignore[union-attr]
    assert [register.book.reveal(one) for one in (fields.name, fields.phone)] == ["张敏", "13900000000"]


def test_an_authority_is_proved_and_says_what_it_covers(register: Register) -> None:
    assert unmet(register, "add", input={"name": "张敏", "may": ["change"]}) == ["grant-proved"]
    register.do("contact", "add", input={"name": "张敏"})
    assert unmet(register, "authorise", "CT-01") == ["grants-something"]
    given = {"may": ["change"], "joint_with": ["李总"]}
    assert unmet(register, "authorise", "CT-01", input=given, evidence=[LETTER]) == ["cosigners-known"]
    register.do("contact", "add", input={"name": "李总"})
    done = register.do("contact", "authorise", "CT-01", input=given, evidence=[LETTER])
    (authority,) = done.fields.authorities
    assert (authority.joint_with, authority.granted_by) == (("CT-02",), done.seq)
    assert (authority.covers("change", authority.valid_from), authority.covers("goals", authority.valid_from)) == (
        True,
        False,
    )
    assert not authority.covers("change", authority.valid_from - timedelta(days=1))


def test_two_contacts_have_two_names(register: Register) -> None:
    register.do("contact", "add", input={"name": "张敏"})
    assert unmet(register, "add", input={"name": "张敏"}) == ["name-free"]


def test_who_left_is_forgotten_only_after_leaving(register: Register, clock: FakeClock) -> None:
    register.do("contact", "add", input={"name": "张敏", "email": "zhangmin@lanhai.example"})
    assert unmet(register, "pseudonymise", "张敏") == ["state"]
    register.do("contact", "retire", "张敏")
    clock.set(START + timedelta(days=1))
    gone = register.do("contact", "pseudonymise", "张敏")
    assert (gone.fields.name, gone.fields.email) == ("CT-01", None)
    assert find_contact(register.book, "张敏") is None
    assert name_of(register.book, "CT-01") == "CT-01"
    register.verify()


def test_what_a_contact_may_decide_has_one_order_in_json() -> None:
    """The order of a set of texts differs from process to process; the register compares JSON."""
    may: list[Subject] = ["requirements", "closure", "milestones", "change", "acceptance", "goals"]
    dumped = json.loads(Add(name="张敏", may=frozenset(may)).model_dump_json())
    assert dumped["may"] == sorted(may)
