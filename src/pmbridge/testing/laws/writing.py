"""Laws of writing: what is sent arrives, once; what is not taken changes nothing; what is in doubt is found again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.adapter import Adapter
from pmbridge.errors import Doubtful, PmbridgeError, Refused, Unsupported
from pmbridge.records import (
    AddComment,
    AddLink,
    Comment,
    Create,
    FieldInfo,
    Item,
    Transition,
    Update,
    Verb,
    Wanted,
    Write,
)
from pmbridge.testing.faults import Fault
from pmbridge.testing.laws.bench import TRICKY, Bench
from pmbridge.testing.sandbox import Sandbox
from pmbridge.values import (
    Day,
    FieldValue,
    Flag,
    Instant,
    Many,
    Named,
    Number,
    Plain,
    ProjectId,
    RecordId,
    Rich,
)

UID = "01JWX3K8000000000000000001"
OTHER, THIRD = "01JWX3K8000000000000000002", "01JWX3K8000000000000000003"
NOWHERE = "999999"
DUE = Day(on=date(2026, 7, 1))
TEXT = Rich(format="markdown", original="First **line**\n\n- point")


class WritingLaws(Bench):
    """What happens when we write. Skipped for the verbs that an adapter does not declare."""

    @pytest.fixture
    def writer(self, sandbox: Sandbox) -> Adapter[Any]:
        """Build an adapter that may write."""
        sandbox.allow_writing()
        return self.connected(sandbox, read_only=False)

    @pytest.fixture
    def target(self, world: Any, project: ProjectId) -> RecordId:
        """Make an item to write to."""
        made: RecordId = world.add_item(project, "Item")
        return made

    # ------------------------------------------------------------------------------------------- arriving

    def test_what_is_written_is_read_back(self, writer: Adapter[Any], project: ProjectId, target: RecordId) -> None:
        """Broken, the plan says done and the tool shows something else."""
        self.needs(writer, target.kind, Verb.CREATE)
        write = self.a_create(writer, project, target)
        made = self.item(writer, writer.push(write).id)
        for key, value in write.values.items():
            assert _shown(made, key) == writer.canonical(target.kind, key, value), key
        assert made.marker == write.uid
        assert write.uid not in made.title + (made.description.original if made.description else "")

    def test_an_update_changes_what_it_names_and_nothing_else(
        self, writer: Adapter[Any], world: Any, target: RecordId
    ) -> None:
        """Broken, writing a date wipes a description that somebody has just formatted."""
        self.needs(writer, target.kind, Verb.UPDATE)
        world.edit(target, description="Theirs", due=date(2026, 6, 12))
        before = self.item(writer, target)
        writer.push(Update(uid=UID, target=target, values={"title": Plain(text=TRICKY)}))
        after = self.item(writer, target)
        assert after.title == _text(writer.canonical(target.kind, "title", Plain(text=TRICKY)))
        assert (after.description, after.due, after.state) == (before.description, before.due, before.state)

    def test_a_value_that_is_cleared_is_gone_or_refused(
        self, writer: Adapter[Any], world: Any, target: RecordId
    ) -> None:
        """Broken, a tool that ignores an empty value keeps a date that the plan says was cleared."""
        self.needs(writer, target.kind, Verb.UPDATE)
        world.edit(target, due=date(2026, 6, 12))
        before = self.item(writer, target)
        clear = Update(uid=UID, target=target, values={"due": None})
        if self.takes(writer, target.kind, "due", None):
            writer.push(clear)
            assert self.item(writer, target).due is None
        else:
            with pytest.raises(Unsupported):
                writer.push(clear)
            assert self.item(writer, target) == before

    def test_every_writable_field_comes_back_as_canonical_says(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a value that the tool respells is written again in every run, or taken for somebody's edit."""
        self.needs(writer, target.kind, Verb.UPDATE)
        schema = writer.describe(project).kinds[target.kind]
        samples = {one.id: value for one in schema.fields if one.write.level == "full" and (value := _sample(one))}
        if not samples:
            pytest.skip("this project has no fields that can be written")
        self.settled(sandbox, writer)
        self.pulled(writer, self.scope(writer, project, fields=tuple(samples)))
        for id_, value in samples.items():
            receipt = writer.push(Update(uid=UID, target=target, values={f"field:{id_}": value}))
            assert not receipt.left
            assert id_ in self.item(writer, target).fields
            shown = self.item(writer, target).fields[id_]
            assert _ids(shown) == _ids(writer.canonical(target.kind, f"field:{id_}", value)), id_

    def test_a_transition_leads_to_the_state_that_it_names(
        self, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, an approved change stands at "waiting" for ever."""
        self.needs(writer, target.kind, Verb.TRANSITION)
        states = writer.describe(project).kinds[target.kind].states
        here = self.item(writer, target)
        others = [one.state.id for one in states if one.state.id != here.state.id
                  and (not one.types or here.type.id in one.types)]  # fmt: skip
        writer.push(Transition(uid=UID, target=target, to=others[0], expect=here.state.id))
        assert self.item(writer, target).state.id == others[0]

    def test_a_comment_is_read_back_without_its_marker(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, the client reads our marks, or a comment whose answer was lost is written twice."""
        self.needs(writer, target.kind, Verb.COMMENT)
        write = AddComment(uid=UID, target=target, body=TEXT, audience="public")
        since = sandbox.clock.now()
        receipt = writer.push(write)
        self.settled(sandbox, writer)
        (found,) = self.comments(writer, project, target)
        assert (found.id, found.marker) == (receipt.id, UID)
        assert UID not in found.body.original
        assert [one.id for one in writer.find(write, since)] == [receipt.id]
        assert writer.find(replace(write, uid=OTHER), since) == []

    def test_the_same_link_twice_is_one_link(
        self, sandbox: Sandbox, writer: Adapter[Any], world: Any, project: ProjectId, target: RecordId
    ) -> None:
        """Broken, every doubtful answer leaves one link more."""
        self.needs(writer, target.kind, Verb.LINK)
        relations = writer.describe(project).kinds[target.kind].relations
        if not relations:
            pytest.skip("the tool links to pages only, and no record shows those")
        other = world.add_item(project, "Other")
        for _ in range(2):
            writer.push(AddLink(uid=UID, target=target, to=other, relation=relations[0].id, title=""))
        assert self.links(sandbox, writer, target) == [(relations[0].id, other)]

    def test_canonical_asks_the_tool_nothing_and_says_what_cannot_be_written(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a plan promises a write that ends as a step by hand, or making one costs a request a field."""
        self.needs(writer, target.kind, Verb.UPDATE)
        schema = writer.describe(project).kinds[target.kind]
        before = len(sandbox.requests)
        for one in schema.fields:
            if one.write.level == "full" and (value := _sample(one)) is not None:
                writer.canonical(target.kind, f"field:{one.id}", value)
        for value in (None, Named(id="1")):
            with pytest.raises(Unsupported):
                writer.canonical(target.kind, "nothing here", value)
        assert len(sandbox.requests) == before

    # ------------------------------------------------------------------------------------------- in doubt

    def test_a_create_with_a_lost_answer_is_found_by_its_marker_and_not_doubled(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a lost answer makes a second record, or a record that is never seen again."""
        self.needs(writer, target.kind, Verb.CREATE)
        since = sandbox.clock.now()
        first = self.a_create(writer, project, target)
        made = writer.push(first).id
        sandbox.faults.add(Fault(call=self.last_call(sandbox), what="lost_after"))
        lost = replace(first, uid=OTHER)
        with pytest.raises(Doubtful):
            writer.push(lost)
        assert not list(sandbox.faults.pending())
        self.settled(sandbox, writer)
        (found,) = writer.find(lost, since)
        assert isinstance(found, Item)
        assert (found.marker, found.id != made) == (OTHER, True)
        assert [one.id for one in writer.find(first, since)] == [made]
        assert writer.find(replace(first, uid=THIRD), since) == []

    def test_what_never_arrived_is_not_found(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a change request that was never made counts as made."""
        self.needs(writer, target.kind, Verb.CREATE)
        since = sandbox.clock.now()
        first = self.a_create(writer, project, target)
        writer.push(first)
        sandbox.faults.add(Fault(call=self.last_call(sandbox), what="lost_before"))
        with pytest.raises(Doubtful):
            writer.push(replace(first, uid=OTHER))
        self.settled(sandbox, writer)
        assert writer.find(replace(first, uid=OTHER), since) == []

    def test_find_sees_what_was_moved_to_another_project(
        self, sandbox: Sandbox, writer: Adapter[Any], world: Any, project: ProjectId, target: RecordId
    ) -> None:
        """Broken, whoever tidies up a board makes us create everything again."""
        self.needs(writer, target.kind, Verb.CREATE)
        since = sandbox.clock.now()
        write = self.a_create(writer, project, target)
        made = writer.push(write).id
        world.move(made, world.project())
        self.settled(sandbox, writer)
        assert [one.id for one in writer.find(write, since)] == [made]

    @pytest.mark.parametrize("what", ["lost_before", "lost_after", "503", "html"])
    def test_an_update_without_an_answer_is_doubtful_after_exactly_one_request(
        self, sandbox: Sandbox, writer: Adapter[Any], target: RecordId, what: Any
    ) -> None:
        """Broken, a repeated update wipes what a person entered between the two."""
        self.needs(writer, target.kind, Verb.UPDATE)
        writer.push(Update(uid=UID, target=target, values={"title": Plain(text="One")}))
        call, before = self.last_call(sandbox), len(sandbox.requests)
        sandbox.faults.add(Fault(call=call, what=what))
        with pytest.raises(Doubtful):
            writer.push(Update(uid=OTHER, target=target, values={"title": Plain(text="Two")}))
        assert [one.call for one in sandbox.requests[before:]].count(call) == 1

    # ------------------------------------------------------------------------------------------- refused

    def test_a_refused_write_changes_nothing(
        self, sandbox: Sandbox, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, half of a refused write stands in the tool."""
        self.needs(writer, target.kind, Verb.TRANSITION)
        before = self.item(writer, target)
        with_it = {"due": DUE} if self.takes(writer, target.kind, "due", DUE) else {"title": Plain(text="Never")}
        with pytest.raises(PmbridgeError) as refused:
            writer.push(Transition(uid=UID, target=target, to=NOWHERE, values=with_it))
        assert isinstance(refused.value, Refused)
        assert not isinstance(refused.value, Unsupported)
        assert self.item(writer, target) == before

    def test_a_rate_limit_delays_a_write_and_loses_none(
        self, sandbox: Sandbox, writer: Adapter[Any], target: RecordId
    ) -> None:
        """Broken, a plan of fifty writes ends with forty."""
        self.needs(writer, target.kind, Verb.UPDATE)
        writer.push(Update(uid=UID, target=target, values={"title": Plain(text="0")}))
        sandbox.faults.add(Fault(call=self.last_call(sandbox), what="429", retry_after=2, nth=2))
        for n in range(1, 6):
            writer.push(Update(uid=UID, target=target, values={"title": Plain(text=str(n))}))
            assert self.item(writer, target).title == str(n)
        assert not list(sandbox.faults.pending())

    def test_a_connection_that_only_reads_sends_nothing(
        self, sandbox: Sandbox, adapter: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a connection that was never meant to change anything changes something."""
        self.needs(adapter, target.kind, Verb.CREATE)
        writes: Sequence[Write] = (
            Create(uid=UID, project=project, kind=target.kind, values={"title": Plain(text="Never")}),
            Update(uid=UID, target=target, values={"title": Plain(text="Never")}),
            Transition(uid=UID, target=target, to=NOWHERE),
            AddComment(uid=UID, target=target, body=TEXT, audience="public"),
            AddLink(uid=UID, target=target, to="https://example.com/", relation="", title=""),
        )
        adapter.check()
        before = len(sandbox.requests)
        for write in writes:
            with pytest.raises(Refused):
                adapter.push(write)
        assert len(sandbox.requests) == before

    def test_what_the_tool_cannot_do_leads_to_where_a_person_can(
        self, writer: Adapter[Any], project: ProjectId, target: RecordId
    ) -> None:
        """Broken, a manual step is a riddle instead of a link."""
        self.needs(writer, target.kind, Verb.CREATE)
        refused = list(self.beyond(writer, project, target))
        if not refused:
            pytest.skip("the adapter declares every verb that can be tried here")
        for write in refused:
            with pytest.raises(Unsupported) as raised:
                writer.push(write)
            assert raised.value.url.startswith("http"), write

    # --------------------------------------------------------------------------------------------- steps

    def needs(self, adapter: Adapter[Any], kind: str, verb: Verb) -> None:
        """Skip the law where the adapter does not declare *verb* for *kind*."""
        if not self.offers(adapter, kind, verb):
            pytest.skip(f"{adapter.title} does not declare {verb} of a {kind}")

    def beyond(self, adapter: Adapter[Any], project: ProjectId, target: RecordId) -> Iterator[Write]:
        """Yield writes of verbs that the adapter says cannot be done."""
        for name in adapter.kinds:
            if not self.offers(adapter, name, Verb.CREATE):
                yield Create(uid=UID, project=project, kind=name, values={"title": Plain(text="x")})
        if not self.offers(adapter, target.kind, Verb.NOTE):
            yield AddComment(uid=UID, target=target, body=TEXT, audience="internal")

    def a_create(self, adapter: Adapter[Any], project: ProjectId, like: RecordId) -> Create:
        """Return a create of an item of the same type as *like*."""
        type_ = self.item(adapter, like).type.id
        wanted: dict[str, FieldValue | None] = {"title": Plain(text=TRICKY), "description": TEXT, "due": DUE}
        values = {key: value for key, value in wanted.items() if self.takes(adapter, like.kind, key, value)}
        return Create(uid=UID, project=project, kind=like.kind, type=type_, values=values)

    def takes(self, adapter: Adapter[Any], kind: str, key: str, value: FieldValue | None) -> bool:
        """Return whether the tool can be made to hold *value*: what it cannot, ``canonical`` says."""
        try:
            adapter.canonical(kind, key, value)
        except Unsupported:
            return False
        return True

    def links(self, sandbox: Sandbox, adapter: Adapter[Any], id_: RecordId) -> list[tuple[str, RecordId]]:
        """Return the links of an item. A plugin whose records show none looks them up in its sandbox."""
        return [(one.relation, one.to) for one in self.item(adapter, id_).links]

    def item(self, adapter: Adapter[Any], id_: RecordId) -> Item:
        """Return an item as it is now."""
        (found,) = adapter.read([id_])
        assert isinstance(found, Item)
        return found

    def comments(self, adapter: Adapter[Any], project: ProjectId, item: RecordId) -> list[Comment]:
        """Return the comments of an item."""
        wanted = Wanted(id=item, project=project, parts=frozenset({Verb.COMMENTS}))
        (told,) = adapter.details([wanted])
        assert told.error is None
        return [one for one in told.records if isinstance(one, Comment)]

    def last_call(self, sandbox: Sandbox) -> str:
        """Return method and path of the last request that is no reading one: of a push, the one that wrote."""
        return next(one.call for one in reversed(sandbox.requests) if one.method != "GET")


def _shown(item: Item, key: str) -> FieldValue | None:
    shown: dict[str, FieldValue | None] = {
        "title": Plain(text=item.title),
        "description": item.description,
        "due": item.due,
    }
    return shown[key]


def _text(value: FieldValue | None) -> str | None:
    return value.text if isinstance(value, Plain) else None


def _ids(value: FieldValue | None) -> object:
    """Return *value*; of what has an id, only that: its name is for people."""
    match value:
        case Named(id=id_):
            return id_
        case Many(items=items):
            return [one.id for one in items]
        case _:
            return value


def _sample(field: FieldInfo) -> FieldValue | None:
    """Return a value that fits *field*, ``None`` where that needs to know more of the tool."""
    match field.type:
        case "text":
            return Plain(text=TRICKY)
        case "number":
            return Number(value=Decimal("2.50"))
        case "flag":
            return Flag(on=True)
        case "day":
            return DUE
        case "instant":
            return Instant(at=datetime(2026, 6, 5, 1, 2, 3, 456_000, tzinfo=UTC))
        case "rich":
            return TEXT
        case "named" if field.options:
            return Named(id=field.options[-1].id)
        case "many" if field.options:
            return Many(items=tuple(Named(id=one.id) for one in field.options[:2]))
        case _:
            return None
