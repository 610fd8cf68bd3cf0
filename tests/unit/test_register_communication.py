"""What was sent is proved, names nobody in the log, and is found again by what it deals with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pmbridge.domain.communication import communications
from pmbridge.domain.evidence import Evidence
from pmbridge.errors import UnknownRef
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from tests.unit.raid_bench import get, refused, staffed
from tests.unit.register_bench import at

MAIL = Evidence(kind="email", title="DEP-01-提醒.eml", sha256="ab" * 32)


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    clock.set(START + timedelta(days=60))
    return staffed(sqlite_store, clock)


def test_a_communication_keeps_who_what_when_and_the_hash_of_its_file(register: Register) -> None:
    sent = register.do(
        "communication",
        "add",
        input={"whom": ["张敏"], "about": ["M4"], "purpose": "reminder", "subject": "提醒：M4"},
        evidence=[MAIL],
        at=at("05-27"),
    )
    fields = sent.fields
    assert (sent.ref, sent.state, sent.audience) == ("COM-01", "recorded", "client")
    assert (fields.whom, fields.about, fields.at, fields.sha256) == (("CT-01",), ("M4",), at("05-27"), "ab" * 32)
    assert "张敏".encode() not in register.events("COM-01")[0].payload
    with pytest.raises(UnknownRef, match="no edit"):
        register.do("communication", "edit", "COM-01", input={"changes": {"subject": "别的"}})


def test_what_proves_nothing_is_refused_with_everything_that_is_missing(register: Register) -> None:
    said = {"whom": ["王五"], "about": ["CR-404"], "subject": "变更"}
    assert refused(register, "communication", "add", input=said) == ["whom", "refs-known", "sent-proved"]
    assert refused(register, "communication", "add", input={"subject": "变更"}, evidence=[MAIL]) == ["whom"]
    spoken = {"whom": ["CT-01"], "channel": "phone", "subject": "电话"}
    assert refused(register, "communication", "add", input=spoken) == ["sent-proved"]
    made = register.do("communication", "add", input=spoken | {"summary": "同意周三提供"})
    assert made.fields.channel == "phone"


def test_who_wrote_is_the_contact_whose_act_it_is(register: Register) -> None:
    said = {"direction": "inbound", "subject": "回信", "message_id": "<1@lanhai.example>"}
    assert register.do("communication", "add", input=said, by="张敏").fields.whom == ("CT-01",)


def test_communications_are_found_by_subject_direction_purpose_and_time(register: Register) -> None:
    base = {"whom": ["CT-01"], "about": ["M4"], "subject": "M4"}
    for day, other in (("05-29", {"purpose": "reminder"}), ("05-27", {}), ("05-28", {"direction": "inbound"})):
        register.do("communication", "add", input=base | other, evidence=[MAIL], at=at(day))
    book = register.book
    assert [one.fields.at for one in communications(book, "M4")] == [at("05-27"), at("05-28"), at("05-29")]
    assert [one.ref for one in communications(book, "M4", purpose="reminder")] == ["COM-01"]
    assert [one.ref for one in communications(book, "M4", direction="inbound")] == ["COM-03"]
    assert [one.ref for one in communications(book, "M4", since=at("05-28"))] == ["COM-03", "COM-01"]
    assert communications(book, "M5") == []
    assert get(register, "COM-02").fields.purpose == "other"
