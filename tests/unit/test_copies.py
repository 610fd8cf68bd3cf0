"""Copies: one thing in two tools through the register. No loop, both ways at once, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmbridge.config.load import check
from pmbridge.domain.copied import copied_differences
from pmbridge.domain.fields import Adopt
from pmbridge.domain.mapping import Copy, Source
from pmbridge.domain.recognise import Observed, recognise
from pmbridge.domain.resolve import resolve, scope_of
from pmbridge.errors import ConfigError, MappingError
from pmbridge.records import Item, StateInfo
from pmbridge.register import Register
from pmbridge.store import OutboxRow, Store
from pmbridge.sync.brake import to_and_fro
from pmbridge.sync.copies import Terms, copies
from pmbridge.sync.entry import PlannedField, fields_bytes
from pmbridge.sync.wanted import Place, Wanted, WantedComment, WantedItem, WantedRecord, wanted
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, Named, Plain, ProjectId, RecordId
from tests.unit import mall
from tests.unit.mall import KINDS, schema, state
from tests.unit.register_story import MAIL, agreed, approved, option, price, sent, submitted

STATES = [state("21", "等待客户"), state("22", "实施中"), state("23", "已批准")]
CHANGES: dict[str, Any] = {
    "changes": {
        "from": "issue",
        "where": {"type": "变更请求"},
        "states": {"等待客户": "awaiting_decision", "实施中": "implementing"},
        "write": {"state": True, "states": {"approved": "已批准"}},
    }
}
RULE: dict[str, Any] = {
    "concept": "change",
    "from": "client:MALL",
    "to": "team:MALL",
    "when": ["awaiting_decision", "approved"],
    "kind": "issue",
    "type": "变更请求",
    "states": {"awaiting_decision": "等待客户", "approved": "已批准", "implementing": "实施中"},
    "decision": "internal",
}
BACK = {**RULE, "from": "team:MALL", "to": "client:MALL"}
DAYS = ("05-27", "05-28", "05-29")
OURS = RecordId(kind="issue", external_id="900")
THERE = RecordId(kind="issue", external_id="950")
TERMS = Terms(language="zh-CN")


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    """Give a register with baselines of everything."""
    return agreed(sqlite_store, clock)


def tool(
    connection: str,
    *items: Item,
    rules: Sequence[dict[str, Any]] = (),
    copied: dict[RecordId, str] | None = None,
    client_can_open: bool = False,
) -> Observed:
    """Return a tool with *items*, which copies those of the project ``MALL`` of another by *rules*."""
    its = schema(states=[StateInfo(state=one) for one in STATES])
    source = Source.model_validate({"connection": connection, "project": "MALL|10000", **CHANGES})
    resolved = resolve(
        source,
        its,
        kinds=KINDS,
        tool=connection.title(),
        client_can_open=client_can_open,
        copies=[Copy.model_validate(one) for one in rules],
    )
    seen = Observed.of(resolved, items=list(items), groups=[])
    return replace(seen, copied={id_: ("change", ref) for id_, ref in (copied or {}).items()})


def issue(id_: RecordId, title: str = "小程序优惠券", tool_state: Any = STATES[0], **said: Any) -> Item:
    return replace(mall.item(id_.external_id, title, type_=mall.CHANGE), state=tool_state, **said)


def adopt(register: Register, ref: str, connection: str = "client", id_: RecordId = OURS) -> None:
    link = Adopt(connection=connection, kind="issue", external_id=id_.external_id, key="", url="", title="小程序优惠券")
    register.do("change", "adopt", ref, input=link)


def look(
    register: Register, *seen: Observed, made: dict[Place, str] | None = None, terms: Terms = TERMS
) -> list[Wanted]:
    return copies(register.book, seen, made or {}, terms)


def new_ones(found: list[Wanted]) -> list[tuple[str, str]]:
    """Return connection and ref of the copies that are to be made."""
    return [(one.source.connection, one.ref) for one in found if isinstance(one, WantedItem)]


def waiting(register: Register) -> str:
    """Return a change of the client's tool that waits for the decision."""
    ref = sent(register, DAYS, option("A", price("CNY 1000.00")))
    adopt(register, ref)
    return ref


# --------------------------------------------------------------------------------------------------- making one


def test_a_change_of_one_tool_is_made_in_the_other_with_what_the_register_says(register: Register) -> None:
    ref = waiting(register)
    (new,) = look(register, tool("client", issue(OURS)), tool("team", rules=[RULE]))
    assert isinstance(new, WantedItem)
    assert (new.ref, new.role, new.because, new.source.connection) == (ref, "copy:change", ref, "team")
    assert (new.title, new.description, new.type, new.state) == ("小程序优惠券", "首页领取与核销", "3", "21")
    assert new.ours["due"] == Day(on=date(2026, 6, 9)), "by when the client is to decide"
    assert new.ours["state"] == Plain(text="awaiting_decision")


def test_only_what_the_rule_speaks_of_is_copied(register: Register) -> None:
    ref = submitted(register, "05-27")
    adopt(register, ref)
    seen = (tool("client", issue(OURS)), tool("team", rules=[RULE]))
    assert look(register, *seen) == [], "it is only submitted"
    other = sent(register, DAYS, option("A", price("CNY 1000.00")))
    adopt(register, other, id_=RecordId(kind="issue", external_id="901"))
    client = tool("client", issue(OURS), issue(RecordId(kind="issue", external_id="901")))
    assert new_ones(look(register, client, tool("team", rules=[RULE]))) == [("team", other)]
    for rule in ({**RULE, "match": "秒杀"}, {**RULE, "from": "register"}, {**RULE, "from": "client:ELSE"}):
        assert new_ones(look(register, client, tool("team", rules=[rule]))) == []


def test_what_happened_before_writing_began_is_not_copied(register: Register) -> None:
    ref = waiting(register)
    seen = (tool("client", issue(OURS)), tool("team", rules=[RULE]))
    assert new_ones(look(register, *seen, terms=Terms(language="zh-CN", since=date(2026, 5, 29)))) == [("team", ref)]
    assert new_ones(look(register, *seen, terms=Terms(language="zh-CN", since=date(2026, 5, 30)))) == []


def test_a_decision_of_before_that_day_is_not_told(register: Register) -> None:
    ref = approved(register, (*DAYS, "06-02"), option("A", price("CNY 1000.00")))
    adopt(register, ref)
    seen = (tool("client", issue(OURS)), tool("team", issue(THERE, marker="01PMB"), rules=[RULE], copied={THERE: ref}))
    for day, told in ((date(2026, 6, 2), 1), (date(2026, 6, 3), 0)):
        found = look(register, *seen, terms=Terms(language="zh-CN", since=day))
        assert sum(isinstance(one, WantedComment) for one in found) == told


def test_from_the_register_is_what_people_have_in_no_tool(register: Register) -> None:
    ref = sent(register, DAYS, option("A", price("CNY 1000.00")))
    rule = {**RULE, "from": "register"}
    assert new_ones(look(register, tool("client"), tool("team", rules=[rule]))) == [("team", ref)]
    adopt(register, ref)
    assert new_ones(look(register, tool("client", issue(OURS)), tool("team", rules=[rule]))) == []
    made: dict[Place, str] = {("client", OURS): ref}
    seen = (tool("client", issue(OURS, marker="01PMB")), tool("team", rules=[rule]))
    assert new_ones(look(register, *seen, made=made)) == [("team", ref)], "pmbridge made the other one for the register"


def test_what_people_have_there_already_gets_no_copy(register: Register) -> None:
    ref = waiting(register)
    adopt(register, ref, "team", THERE)
    for theirs in ([issue(THERE)], []):  # shown, or hidden for now
        assert look(register, tool("client", issue(OURS)), tool("team", *theirs, rules=[RULE])) == []


def test_two_projects_of_one_connection_are_two_places(register: Register) -> None:
    ref = waiting(register)
    seen = tool("client", rules=[{**RULE, "from": "client:MALL", "to": "client:OTHER"}])
    project = replace(seen.source.project, id=ProjectId("20000"), key="OTHER", name="OTHER")
    other = replace(seen, source=replace(seen.source, project=project))
    assert new_ones(look(register, tool("client", issue(OURS)), other)) == [("client", ref)]


def test_where_the_client_looks_on_only_what_was_released_is_copied(register: Register) -> None:
    ref = register.do("change", "add", input={"title": "换支付渠道"}).ref
    entry = register.book.get(ref)
    assert entry is not None
    assert entry.released is None
    rule = {**RULE, "from": "register", "when": ["draft"]}
    for open_, made in ((True, []), (False, [("team", ref)])):
        assert new_ones(look(register, tool("team", rules=[rule], client_can_open=open_))) == made


# ------------------------------------------------------------------------------------------------------ no loops


def test_both_ways_at_once_makes_one_copy_and_no_copy_of_it(register: Register) -> None:
    ref = waiting(register)
    client = tool("client", issue(OURS), rules=[BACK])
    assert new_ones(look(register, client, tool("team", rules=[RULE]))) == [("team", ref)]
    copied = issue(THERE, marker="01PMB")
    made = look(register, client, tool("team", copied, rules=[RULE], copied={THERE: ref}))
    assert new_ones(made) == []
    assert {one.record.id for one in made if isinstance(one, WantedRecord)} == {THERE}


@pytest.mark.parametrize("marker", ["01PMB", None], ids=["marked", "marker removed by somebody"])
def test_a_copy_is_bound_and_never_recognised(register: Register, marker: str | None) -> None:
    ref = waiting(register)
    team = tool("team", issue(THERE, f"{ref} 小程序优惠券", marker=marker), rules=[RULE], copied={THERE: ref})
    assert recognise(team).changes == ()
    client = tool("client", issue(OURS), rules=[BACK])
    assert new_ones(look(register, client, team)) == []
    assert wanted(register.book, [team], {}, language="zh-CN") == [], "the rules for people's records leave it alone"


def test_a_change_that_a_person_made_there_goes_the_other_way(register: Register) -> None:
    ref = sent(register, DAYS, option("A", price("CNY 1000.00")))
    adopt(register, ref, "team", THERE)
    found = look(register, tool("client", rules=[BACK]), tool("team", issue(THERE), rules=[RULE]))
    assert new_ones(found) == [("client", ref)]


# ------------------------------------------------------------------------------------------------- keeping it so


def test_a_copy_gets_state_title_and_decision_as_the_register_moves(register: Register) -> None:
    ref = approved(register, (*DAYS, "06-02"), option("A", price("CNY 1000.00")))
    adopt(register, ref)
    team = tool("team", issue(THERE, marker="01PMB"), rules=[RULE], copied={THERE: ref})
    record, comment = look(register, tool("client", issue(OURS)), team)
    assert isinstance(record, WantedRecord)
    fields = {one.field: one for one in record.fields}
    assert (fields["state"].sends, fields["state"].guarded) == (Named(id="23"), True)
    assert fields["title"].owner == "shared"
    assert "due" not in fields, "nothing of it is due any more"
    assert isinstance(comment, WantedComment)
    assert comment.role.startswith("copy:decision:CD-")
    assert "批准方案 A" in comment.body.original


def test_what_is_over_gets_its_last_state_and_nothing_else(register: Register) -> None:
    ref = waiting(register)
    register.do("change", "withdraw", ref, by="张敏", evidence=[MAIL], reason="不做了")
    rule = {**RULE, "states": {**RULE["states"], "withdrawn": "实施中"}}
    team = tool("team", issue(THERE, "旧标题", marker="01PMB"), rules=[rule], copied={THERE: ref})
    (record,) = look(register, tool("client", issue(OURS)), team)
    assert isinstance(record, WantedRecord)
    assert [one.field for one in record.fields] == ["state"]


def test_the_state_of_a_copy_comes_back_through_the_register(register: Register) -> None:
    """Somebody moves the copy, the register asks; once it is recorded the first tool is told, and the copy is right."""
    ref = approved(register, (*DAYS, "06-02"), option("A", price("CNY 1000.00")))
    adopt(register, ref)
    client = tool("client", issue(OURS, tool_state=STATES[2]))
    moved = tool("team", issue(THERE, tool_state=STATES[1], marker="01PMB"), rules=[RULE], copied={THERE: ref})
    (asked,) = copied_differences([client, moved], register.book)
    assert (asked.ref, asked.field, asked.sides) == (ref, "state", (("register", "approved"), ("Team", "实施中")))
    assert asked.place is not None
    assert (asked.place.connection, asked.place.external_id) == ("team", "950")
    register.do("change", "implement", ref)
    assert list(copied_differences([client, moved], register.book)) == []
    (first,) = [one for one in wanted(register.book, [client], {}, language="zh-CN") if isinstance(one, WantedRecord)]
    assert [(one.field, one.sends) for one in first.fields] == [("state", Named(id="22"))]


def test_another_title_of_a_copy_is_asked_about_and_the_ref_that_a_person_typed_is_none(register: Register) -> None:
    ref = waiting(register)
    for title, asked in ((f"{ref} 小程序优惠券", []), ("优惠券（简版）", [("title", "优惠券（简版）")])):
        team = tool("team", issue(THERE, title, marker="01PMB"), rules=[RULE], copied={THERE: ref})
        told = [(one.field, one.sides[-1][1]) for one in copied_differences([team], register.book)]
        assert told == asked


def test_a_copy_that_was_made_by_hand_is_taken_for_it(register: Register) -> None:
    ref = waiting(register)
    other = replace(issue(THERE, f"{ref} 小程序优惠券"), type=mall.item("1", "x").type)  # no change by that tool's rule
    (record,) = look(register, tool("client", issue(OURS)), tool("team", other, rules=[RULE]))
    assert isinstance(record, WantedRecord)
    assert (record.role, record.record.id) == ("copy:change", THERE)
    title = next(one for one in record.fields if one.field == "title")
    assert (title.ours, title.sends) == (Plain(text="小程序优惠券"), Plain(text=f"{ref} 小程序优惠券"))
    meeting = replace(other, title=f"{ref} 评审会")
    assert new_ones(look(register, tool("client", issue(OURS)), tool("team", meeting, rules=[RULE]))) == [("team", ref)]


def test_what_people_have_at_home_there_is_no_copy_however_its_title_begins(register: Register) -> None:
    ref = sent(register, DAYS, option("A", price("CNY 1000.00")))
    adopt(register, ref, "team", THERE)
    home = issue(THERE, f"{ref} 小程序优惠券", tool_state=STATES[1])
    found = look(register, tool("client", rules=[BACK]), tool("team", home, rules=[RULE]))
    assert not any(one.source.connection == "team" for one in found)


# ---------------------------------------------------------------------------------------------------- the brake


def test_a_field_that_goes_to_and_fro_is_left_to_a_person(clock: FakeClock) -> None:
    now = clock.now()
    body = fields_bytes((PlannedField(field="title", base=None, ours=None, theirs=None, sends=None),))

    def row(n: int) -> OutboxRow:
        return OutboxRow(
            uid=str(n), engagement="lanhai", ref="CR-001", role="copy:change", seq=n, verb="update", write=b"",
            fields=body, state="done", intent_at=now - timedelta(hours=n),
        )  # fmt: skip

    four = [row(n) for n in range(1, 5)]
    assert to_and_fro(four, now, lambda _: None) == {("CR-001", "copy:change", "title")}
    assert to_and_fro(four[:3], now, lambda _: None) == frozenset()
    assert to_and_fro([*four[:3], row(25)], now, lambda _: None) == frozenset(), "one of them was the day before"
    assert to_and_fro(four, now, lambda _: now - timedelta(hours=2)) == frozenset(), "a person has spoken since"
    several = [replace(one, role=f"also:{n}") for n, one in enumerate(four)]
    assert to_and_fro(several, now, lambda _: None) == frozenset(), "one write each to four records is no to and fro"


# ------------------------------------------------------------------------------------------------ configuration


def config(*rules: dict[str, Any], changes: Any = ()) -> tuple[str, ...]:
    """Return the faults of a configuration with *rules*."""
    sources = [
        {"connection": "jira", "project": "MALL|10000", "changes": changes},
        {"connection": "trello", "project": "设计"},
    ]
    connections = {
        "jira": {"adapter": "jira", "base_url": "https://mall.atlassian.net", "user": "w@example.com"},
        "trello": {"adapter": "trello", "api_key": "0" * 32},
    }
    raw = {
        "connections": connections,
        "engagements": {"lanhai": {"client": "蓝海", "name": "商城", "sources": sources, "copies": list(rules)}},
    }
    try:
        check(raw, Path("pmbridge.toml").absolute())
    except ConfigError as fault:
        told: tuple[str, ...] = fault.facts["faults"]  # type: ignore[assignment]
        return told
    return ()


GOOD = {"concept": "change", "from": "trello:设计", "to": "jira:MALL", "when": ["submitted"], "kind": "issue"}


@pytest.mark.parametrize("to", ["jira:MALL", "jira:10000", "jira:MALL|10000"])
def test_a_source_is_named_by_name_or_id(to: str) -> None:
    assert config({**GOOD, "to": to}) == ()


def test_all_faults_of_copies_come_at_once() -> None:
    wrong = {
        **GOOD, "from": "trello:没有", "to": "jira:MAL", "when": ["agreed"], "match": "(", "states": {"begun": "x"},
        "carry": ["colour"],
    }  # fmt: skip
    said = config(
        wrong,
        {**GOOD, "concept": "requirement", "when": ["baselined"], "decision": "public"},
        {**GOOD, "from": "jira:10000"},
        GOOD,
        {**GOOD, "when": []},
    )
    for place, word in (
        ("copies[0].from", "trello:设计"),
        ("copies[0].to", "jira:MALL"),
        ("copies[0].when", "names no state: agreed"),
        ("copies[0].match", "no regular expression"),
        ("copies[0].states", "names no state: begun"),
        ("copies[0].carry", ""),
        ("copies[1].decision", "for change requests only"),
        ("copies[2].to", "is where it comes from"),
        ("copies[3].to", "copies[2] copies it there already"),
        ("copies[4].when", ""),
    ):
        assert any(place in one and word in one for one in said), (place, said)


def test_what_a_rule_makes_there_already_is_not_copied_there() -> None:
    making = {"from": "issue", "where": {"type": "变更请求"}, "write": {"create": True}}
    (said,) = config({**GOOD, "from": "register"}, changes=making)
    assert "copies[0].to" in said
    assert "write.create" in said


def test_what_a_project_lacks_is_told_with_every_other_fault() -> None:
    with pytest.raises(MappingError) as caught:
        tool("team", rules=[{**RULE, "type": None, "state": "没有", "states": {"approved": "也没有"}}])
    said = " ".join(caught.value.problems)
    assert ".type" in said or "也没有" in said
    assert "copies to team[0].state" in said
    assert "copies to team[0].states" in said
    for kind in ("version", "nothing"):
        with pytest.raises(MappingError) as caught:
            tool("team", rules=[{**RULE, "kind": kind}])
        assert "copies to team[0].kind" in caught.value.problems[0]


def test_the_kind_of_a_copy_is_read(register: Register) -> None:
    silent = Source.model_validate({"connection": "team", "project": "MALL|10000"})
    one = resolve(
        silent, schema(), kinds=KINDS, tool="Team", client_can_open=False,
        copies=[Copy.model_validate({**RULE, "states": {}})],
    )  # fmt: skip
    assert "issue" in scope_of([one], KINDS).kinds
