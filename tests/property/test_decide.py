"""The laws of a decision about one field, whatever both sides and their bases say."""

from __future__ import annotations

from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from pmbridge.sync.decide import (
    NEVER,
    Base,
    Blocked,
    Give,
    Keep,
    Nothing,
    Obstacle,
    Owner,
    Sides,
    Take,
    Wait,
    base_in_history,
    decide,
    same,
)
from pmbridge.values import Day, FieldValue, Many, Named, Plain, Rich

# Few, so that equal ones meet often; a state with and without its name, and one set in two orders.
VALUES: st.SearchStrategy[FieldValue | None] = st.sampled_from(
    [
        None,
        Plain(text="a"),
        Plain(text="b"),
        Day(on=date(2026, 6, 26)),
        Day(on=date(2026, 7, 1)),
        Named(id="3", name="In Progress"),
        Named(id="3"),
        Named(id="4"),
        Many(items=(Named(id="1"), Named(id="2"))),
        Many(items=(Named(id="2"), Named(id="1"))),
        Rich(format="plain", original="words"),
        Rich(format="markdown", original="words\n"),
    ]
)
BASES = st.none() | st.builds(Base, ours=VALUES | st.just(NEVER), theirs=VALUES)
OBSTACLES = st.none() | st.sampled_from(get_args(Obstacle))
FIELDS = st.builds(
    Sides,
    ours=VALUES,
    stored=VALUES,
    theirs=VALUES,
    base=BASES,
    owner=st.sampled_from(get_args(Owner)),
    guarded=st.booleans(),
    obstacle=OBSTACLES,
)


def changed(field: Sides, **values: object) -> Sides:
    said = {name: getattr(field, name) for name in Sides.__slots__}
    return Sides(**said | values)


def free(field: Sides) -> Sides:
    return changed(field, obstacle=None)


@given(FIELDS)
def test_once_carried_out_nothing_is_left_to_do(field: Sides) -> None:
    match decide(field):
        case Keep(base):
            after = changed(field, base=base)
        case Give():
            after = changed(field, theirs=field.stored, base=Base(ours=field.ours, theirs=field.stored))
        case Take():
            taken = Base(ours=field.theirs, theirs=field.theirs)
            after = changed(field, ours=field.theirs, stored=field.theirs, base=taken)
        case _:
            after = field
    again = decide(after)
    assert again == Nothing() if isinstance(decide(field), Keep | Give | Take) else again == decide(field)


@given(FIELDS)
def test_a_field_of_the_tool_is_never_written_nor_asked_about(field: Sides) -> None:
    assert decide(changed(field, owner="tool")) == Nothing()


@given(FIELDS, VALUES)
def test_both_changed_to_the_same_is_no_write(field: Sides, value: FieldValue | None) -> None:
    found = decide(changed(free(field), stored=value, theirs=value))
    assert isinstance(found, Keep | Nothing)


@given(FIELDS)
def test_what_a_person_entered_is_never_overwritten(field: Sides) -> None:
    if isinstance(decide(field), Give):
        assert field.base is not None
        assert same(field.theirs, field.base.theirs), "the tool still shows what both knew"
        assert not same(field.ours, field.base.ours), "and ours is what moved"


@given(FIELDS)
def test_both_changed_differently_waits_and_moves_nothing(field: Sides) -> None:
    field = free(changed(field, owner="shared"))
    base = field.base
    if base is None or same(field.stored, field.theirs):
        return
    if not same(base.ours, field.ours) and not same(base.theirs, field.theirs):
        assert decide(field) == Wait("merge")


@given(FIELDS)
def test_without_a_base_only_equal_values_agree(field: Sides) -> None:
    field = free(changed(field, owner="shared", base=None))
    if same(field.stored, field.theirs):
        assert decide(field) == Keep(Base(ours=field.ours, theirs=field.theirs))
    else:
        assert decide(field) == Wait("merge")


@given(FIELDS)
def test_what_needs_a_command_or_is_the_registers_is_never_taken(field: Sides) -> None:
    assert not isinstance(decide(changed(field, guarded=True)), Take)
    assert not isinstance(decide(changed(field, owner="register")), Take)


@given(FIELDS, st.sampled_from(get_args(Obstacle)))
def test_no_obstacle_lets_a_write_pass_and_none_hides_one(field: Sides, obstacle: Obstacle) -> None:
    found, blocked = decide(free(field)), decide(changed(field, obstacle=obstacle))
    assert not isinstance(blocked, Give)
    assert (blocked == Blocked(obstacle)) == isinstance(found, Give)


@given(FIELDS)
def test_a_connection_that_is_only_read_is_decided_as_any_other_but_for_writes(field: Sides) -> None:
    found = decide(free(field))
    if not isinstance(found, Give):
        assert decide(changed(field, obstacle="read_only")) == found


@given(FIELDS, st.sampled_from(["busy", "lost", "waiting", "out_of_scope"]))
def test_nothing_is_agreed_taken_or_asked_while_a_record_is_lost_or_under_way(field: Sides, obstacle: Obstacle) -> None:
    assert isinstance(decide(changed(field, obstacle=obstacle)), Blocked | Nothing)


@given(VALUES, VALUES, BASES)
def test_a_mapping_that_loses_something_neither_conflicts_nor_loops(
    ours: FieldValue | None, theirs: FieldValue | None, base: Base | None
) -> None:
    # Two of our states on one list: ours moved, and the tool shows already what it would be sent.
    field = Sides(ours=ours, stored=theirs, theirs=theirs, base=base, owner="register")
    assert isinstance(decide(field), Keep | Nothing)


@given(st.lists(st.tuples(VALUES, VALUES)), VALUES)
def test_our_history_proves_a_base_only_where_the_tool_shows_an_earlier_value(
    formerly: list[tuple[FieldValue | None, FieldValue | None]], theirs: FieldValue | None
) -> None:
    found = base_in_history(formerly, theirs)
    assert (found is not None) == any(same(stored, theirs) for _, stored in formerly)
    if found is not None:
        assert found.theirs == theirs
        assert found.ours in [ours for ours, _ in formerly]
