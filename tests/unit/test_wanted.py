"""What ought to stand in the tools by the register: nothing that no rule allows, and each thing for a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from pmbridge.domain.fields import Adopt
from pmbridge.domain.mapping import Source
from pmbridge.domain.recognise import Observed
from pmbridge.domain.resolve import resolve
from pmbridge.errors import MappingError
from pmbridge.records import Comment, StateInfo
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.sync.wanted import Wanted, WantedComment, WantedItem, WantedRecord, wanted
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Day, Named, Plain, RecordId, Rich
from tests.unit import mall
from tests.unit.mall import KINDS, schema, state, version
from tests.unit.register_bench import at
from tests.unit.register_story import MAIL, agreed, approved, option, price, sent, shift

STATES = [state("21", "等待客户"), state("22", "实施中"), state("23", "已批准")]
MAPPING: dict[str, Any] = {
    "milestones": {
        "from": "version",
        "match": r"^(?P<ref>M\d)\s",
        "date_is": "plan",
        "write": {"date": True},
    },
    "changes": {
        "from": "issue",
        "where": {"type": "变更请求"},
        "match": r"^(?P<ref>CR-\d+)\s",
        "states": {"等待客户": "awaiting_decision", "实施中": "implementing"},
        "write": {"state": True, "states": {"approved": "已批准"}, "decision": "internal", "create": True},
    },
}


@pytest.fixture
def register(sqlite_store: Store, clock: FakeClock) -> Register:
    """Give a register with baselines of everything."""
    return agreed(sqlite_store, clock)


def observed(*items: Any, mapping: dict[str, Any] = MAPPING, groups: Any = ()) -> Observed:
    its = schema(groups=list(groups), states=[StateInfo(state=one) for one in STATES])
    source = Source.model_validate({"connection": "jira", "project": "MALL|10000", **mapping})
    resolved = resolve(source, its, kinds=KINDS, tool="Jira", client_can_open=False)
    return Observed.of(resolved, items=list(items), groups=list(groups))


def change_item(ref: str, tool_state: Any = STATES[0], **said: Any) -> Any:
    return replace(mall.item("900", f"{ref} 小程序优惠券", type_=mall.CHANGE), state=tool_state, **said)


def of(found: list[Wanted], cls: type) -> list[Any]:
    return [one for one in found if isinstance(one, cls)]


def look(register: Register, *seen: Observed, made: Any = None) -> list[Wanted]:
    return wanted(register.book, seen, made or {}, language="zh-CN")


def test_an_approved_change_wants_its_state_and_the_decision_as_a_comment(register: Register) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", price("CNY 15000.00")))
    found = look(register, observed(change_item(ref)))
    (record,) = of(found, WantedRecord)
    (field,) = record.fields
    assert (field.field, field.ours, field.sends) == ("state", Plain(text="approved"), Named(id="23"))
    assert (Plain(text="awaiting_decision"), Named(id="21")) in field.formerly, "what the tool still shows"
    assert field.guarded
    (comment,) = of(found, WantedComment)
    assert "批准方案 A" in comment.body.original
    assert "CNY 15,000.00" in comment.body.original
    assert "张敏 2026-06-02" in comment.body.original
    assert comment.role.startswith("decision:CD-")
    assert of(found, WantedItem) == []


def test_a_decision_that_is_told_does_not_add_a_price_for_each_month_to_one_that_is_paid_once(
    register: Register,
) -> None:
    monthly = price("CNY 5000.00")
    monthly["budget"]["kind"] = "monthly"
    chosen = option("A", price("CNY 1000.00"))
    chosen["lines"] = [*chosen["lines"], monthly]
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), chosen)
    (comment,) = of(look(register, observed(change_item(ref))), WantedComment)
    assert "，CNY 1,000.00, CNY 5,000.00/月，" in comment.body.original


def test_a_date_that_an_approved_change_moved_is_wanted_because_of_it(register: Register) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", shift("M5", 3)))
    register.do("change", "implement", ref, at=at("06-03"))
    versions = [version("105", "M5 支付与对账", "2026-06-26"), version("106", "M6 上线", "2026-07-03")]
    records = of(look(register, observed(change_item(ref), groups=versions)), WantedRecord)
    dates = {one.ref: one for one in records if one.fields[0].field == "due"}
    moved = dates["M5"]
    assert moved.because == ref
    assert moved.fields[0].ours == Day(on=date(2026, 7, 1))
    assert moved.fields[0].formerly == ((Day(on=date(2026, 6, 26)), Day(on=date(2026, 6, 26))),)
    assert dates["M6"].fields[0].formerly == ()


def test_a_released_version_keeps_the_date_on_which_it_was_released(register: Register) -> None:
    released = version("105", "M5 支付与对账", "2026-06-20", mall.RELEASED)
    assert look(register, observed(groups=[released])) == []


def test_a_change_that_came_by_mail_is_made_where_the_mapping_says(register: Register) -> None:
    ref = sent(register, ("05-27", "05-28", "05-29"), option("A", price("CNY 1000.00")))
    (new,) = of(look(register, observed()), WantedItem)
    assert (new.ref, new.kind, new.type, new.title, new.state) == (ref, "issue", "3", "小程序优惠券", "21")
    register.do("change", "withdraw", ref, by="张敏", evidence=[MAIL], reason="不做了", at=at("06-01"))
    assert of(look(register, observed()), WantedItem) == [], "what is over is not made"


def test_a_change_that_a_tool_shows_or_that_we_made_is_not_made_again(register: Register) -> None:
    ref = sent(register, ("05-27", "05-28", "05-29"), option("A", price("CNY 1000.00")))
    assert of(look(register, observed(change_item(ref))), WantedItem) == []
    ours = change_item("小程序", marker="01PMB")
    found = look(register, observed(ours), made={("jira", RecordId(kind="issue", external_id="900")): ref})
    assert of(found, WantedItem) == []
    (record,) = of(found, WantedRecord)
    assert (record.ref, record.record.id.external_id) == (ref, "900")


def test_a_record_that_mentions_an_adopted_change_gets_neither_its_state_nor_the_decision(register: Register) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", price("CNY 15000.00")))
    own = change_item(ref)
    link = Adopt(connection="jira", kind="issue", external_id="900", key="MALL-900", url="", title=own.title)
    register.do("change", "adopt", ref, input=link)
    other = replace(own, id=RecordId(kind="issue", external_id="899"), title=f"{ref} 后续")
    found = look(register, observed(other, own))
    assert {one.record.id.external_id for one in found if not isinstance(one, WantedItem)} == {"900"}
    assert len(of(found, WantedComment)) == 1


def test_a_decision_is_told_once_where_two_records_carry_the_ref(register: Register) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", price("CNY 15000.00")))
    other = replace(change_item(ref), id=RecordId(kind="issue", external_id="901"))
    found = look(register, observed(change_item(ref), other))
    assert len(of(found, WantedRecord)) == 2
    assert [one.record.id.external_id for one in of(found, WantedComment)] == ["900"]


def test_without_write_nothing_is_wanted(register: Register) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", shift("M5", 3)))
    silent = {kind: {key: value for key, value in rule.items() if key != "write"} for kind, rule in MAPPING.items()}
    groups = [version("105", "M5 支付与对账", "2026-06-26")]
    assert look(register, observed(change_item(ref), mapping=silent, groups=groups)) == []


def test_a_record_that_the_register_does_not_know_is_left_alone(register: Register) -> None:
    assert look(register, observed(change_item("CR-099"))) == []


def test_all_faults_of_what_is_to_be_written_come_at_once() -> None:
    wrong = {
        "milestones": {"from": "version", "date_is": "forecast", "write": {"date": True}},
        "changes": {"from": "issue", "write": {"states": {"approved": "没有"}, "create": True}},
    }
    with pytest.raises(MappingError) as caught:
        observed(mapping=wrong)
    said = " ".join(caught.value.problems)
    for place in ("milestones[0].write.date", "changes[0].write.states", "changes[0].write.create"):
        assert place in said
    assert "has no effect without state = true" in said


def comment(item: Any, body: str, when: str = "2026-06-02T10:00:00+08:00", **said: Any) -> Comment:
    return Comment(
        id=RecordId(kind="comment", external_id="1"),
        item=item.id,
        body=Rich(format="markdown", original=body),
        created_at=datetime.fromisoformat(when),
        **said,
    )


@pytest.mark.parametrize(
    ("body", "when", "marker", "said"),
    [
        ("客户决定（CD-004）：批准方案 A", "2026-06-02T08:00:00+08:00", None, True),
        ("按CD-004执行", "2026-06-01T23:00:00+00:00", None, True),
        ("CD-0041", "2026-06-02T10:00:00+08:00", None, False),
        ("XCD-004", "2026-06-02T10:00:00+08:00", None, False),
        ("等 CD-004", "2026-05-30T10:00:00+08:00", None, False),
        ("客户决定（CD-004）", "2026-06-02T10:00:00+08:00", "01JWX3K8000000000000000001", False),
        ("已批准", "2026-06-02T10:00:00+08:00", None, False),
    ],
)
def test_a_decision_is_said_by_a_persons_comment_that_names_it_and_is_not_older(
    register: Register, body: str, when: str, marker: str | None, said: bool
) -> None:
    ref = approved(register, ("05-27", "05-28", "05-29", "06-02"), option("A", price("CNY 15000.00")))
    item = change_item(ref)
    seen = replace(observed(item), details={item.id: (comment(item, body, when, marker=marker),)})
    (wished,) = of(look(register, seen), WantedComment)
    assert "CD-004" in wished.body.original
    assert wished.said is said


def test_a_title_typed_by_a_person_has_the_ref_where_the_mapping_looks_for_it(register: Register) -> None:
    ref = sent(register, ("05-27", "05-28", "05-29"), option("A", price("CNY 1000.00")))
    (new,) = of(look(register, observed()), WantedItem)
    assert (new.title, new.by_hand) == ("小程序优惠券", f"{ref} 小程序优惠券")
    rule = {key: one for key, one in MAPPING["changes"].items() if key != "match"}
    (new,) = of(look(register, observed(mapping={"changes": rule})), WantedItem)
    assert new.by_hand == "小程序优惠券"
