"""The short way to an adapter: what it must do for whoever takes it, so that nothing vanishes and nothing is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from pydantic import SecretStr

from pmbridge.adapter import ConnectionSettings, Response, SnapshotAdapter
from pmbridge.errors import CredentialRefused, CursorInvalid, NotVisible, RateLimited
from pmbridge.records import (
    FULL,
    Account,
    Gone,
    Group,
    Item,
    Kind,
    Listing,
    Page,
    Person,
    ProjectSchema,
    Record,
    RemoteProject,
    Scope,
    Skipped,
    ToolState,
    Verb,
)
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import MirroredRecords, context
from pmbridge.values import Label, Named, ProjectId, RecordId

P, HIDDEN = ProjectId("1"), ProjectId("2")


def item(n: int) -> Item:
    return Item(
        id=RecordId(kind="task", external_id=str(n)), project=P, title=f"Task {n}", type=Named(id="task"),
        state=ToolState(id="open", name="open"), version=f"v{n}",
    )  # fmt: skip


class Small(SnapshotAdapter[ConnectionSettings]):
    kind, title = "small", "Small"
    Settings = ConnectionSettings
    kinds: ClassVar[Mapping[str, Kind]] = {
        "task": Kind(shape="item", label=Label(zh="任务", en="Task"), supports={Verb.READ: FULL}),
        "phase": Kind(shape="group", label=Label(zh="阶段", en="Phase"), supports={Verb.READ: FULL}),
    }
    tasks = 3
    known = True

    def check(self) -> Account:
        if not self.known:
            raise CredentialRefused(status=401)
        return Account(id="1", name="Wang", service="Small")

    def projects(self) -> Iterator[RemoteProject]:
        yield RemoteProject(id=P, key="P", name="P")

    def describe(self, project: str) -> ProjectSchema:
        raise NotImplementedError

    def snapshot(self, project: ProjectId, scope: Scope) -> Iterator[Record]:
        yield Group(id=RecordId(kind="phase", external_id="1"), project=P, title="M1", version="g1")
        yield Person(id=RecordId(kind="user", external_id="1"), name="Wang")
        if project == HIDDEN or not self.known:  # only after something was yielded: that must not reach the mirror
            raise NotVisible(status=404)
        yield from map(item, range(self.tasks))

    def record(self, id: RecordId) -> Record | None:  # noqa: A002 - the contract's word
        if id.external_id == "7":
            raise NotVisible(status=404)
        return item(int(id.external_id)) if id.external_id < "3" else None


@pytest.fixture
def adapter() -> Small:
    settings = ConnectionSettings(adapter="small", base_url="https://small.example")
    return Small(settings, context("small", SecretStr("s3cret"), FakeClock()))


def scope(*projects: ProjectId, kinds: frozenset[str] = frozenset({"task", "phase"})) -> Scope:
    return Scope(projects=projects, kinds=kinds)


def pulled(adapter: Small, what: Scope) -> list[Page]:
    return list(adapter.pull(what, None, MirroredRecords()))


def test_only_the_last_of_many_pages_lists_and_completes(adapter: Small) -> None:
    adapter.tasks = 1001
    pages = pulled(adapter, scope(P))
    assert [len(page.records) for page in pages] == [500, 500, 3]
    assert not any(page.listings or page.complete for page in pages[:-1])
    listed = {one.kind: one.ids for one in pages[-1].listings}
    assert len(listed["task"]) == 1001
    assert listed["task"]["1000"] == "v1000"
    assert listed["phase"] == {"1": "g1"}
    assert set(pages[-1].complete) == {P}


def test_an_empty_project_is_complete_and_listed_as_empty(adapter: Small) -> None:
    adapter.tasks = 0
    (page,) = pulled(adapter, scope(P, kinds=frozenset({"task"})))
    assert [(one.kind, dict(one.ids)) for one in page.listings] == [("task", {})]
    assert set(page.complete) == {P}


def test_kinds_that_were_not_asked_for_stay_out_and_people_stay_in(adapter: Small) -> None:
    (page,) = pulled(adapter, scope(P, kinds=frozenset({"task"})))
    assert {record.id.kind for record in page.records} == {"task", "user"}


def test_complete_counts_from_before_the_first_question(adapter: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = adapter.context.clock
    began = clock.now()

    def slow(project: ProjectId, scope: Scope) -> Iterator[Record]:
        clock.sleep(90)
        yield item(1)

    monkeypatch.setattr(adapter, "snapshot", slow)
    (page,) = pulled(adapter, scope(P))
    assert page.complete == {P: began}


def test_a_hidden_project_is_skipped_whole_and_named(adapter: Small) -> None:
    first, second = pulled(adapter, scope(HIDDEN, P))
    assert not first.records
    assert not first.listings
    assert not first.complete
    (skipped,) = first.skipped
    assert (skipped.project, skipped.error.facts["thing"]) == (HIDDEN, "small:2")
    assert set(second.complete) == {P}


def test_a_stranger_is_refused_instead_of_skipping_everything(adapter: Small) -> None:
    adapter.known = False
    with pytest.raises(CredentialRefused):
        pulled(adapter, scope(P))
    with pytest.raises(CredentialRefused):
        list(adapter.census(scope(P)))
    with pytest.raises(CredentialRefused):
        list(adapter.read([RecordId(kind="task", external_id="7")]))


def test_the_census_lists_items_alone_and_skips_what_is_hidden(adapter: Small) -> None:
    listing, skipped = adapter.census(scope(P, HIDDEN))
    assert isinstance(listing, Listing)
    assert (listing.kind, len(listing.ids)) == ("task", 3)
    assert isinstance(skipped, Skipped)
    assert list(adapter.census(scope(P, kinds=frozenset({"phase"})))) == []


def test_read_answers_for_each_id_and_says_absent(adapter: Small) -> None:
    asked = [RecordId(kind="task", external_id=one) for one in ("1", "7", "5")]
    found, hidden, missing = adapter.read(asked)
    assert found == item(1)
    assert [hidden, missing] == [Gone(id=one, why="absent") for one in asked[1:]]


@pytest.mark.parametrize("cursor", [{}, {"snapshot": 2}, {"snapshot": 1, "more": 1}])
def test_a_cursor_that_is_not_its_own_is_refused(adapter: Small, cursor: dict[str, int]) -> None:
    with pytest.raises(CursorInvalid):
        list(adapter.pull(scope(P), cursor, MirroredRecords()))


def test_its_own_cursor_is_taken(adapter: Small) -> None:
    (page,) = pulled(adapter, scope(P))
    (again,) = adapter.pull(scope(P), page.cursor, MirroredRecords())
    assert replace(again, complete={}) == replace(page, complete={})


@pytest.mark.parametrize(("status", "expected"), [(401, CredentialRefused), (403, NotVisible), (404, NotVisible)])
def test_refusals_are_told_apart_and_name_the_connection(
    adapter: Small, status: int, expected: type[Exception]
) -> None:
    error = adapter.classify(answer(status))
    assert isinstance(error, expected)
    assert error.connection == "small"
    assert error.facts["tool"] == "Small"


def answer(status: int, **headers: str) -> Response:
    return Response(status=status, headers=headers, body=b"{}", url="https://small.example/x")


def test_a_good_answer_is_no_error_and_a_limit_is_one(adapter: Small) -> None:
    assert adapter.classify(answer(200)) is None
    assert isinstance(adapter.classify(answer(429)), RateLimited)


def test_the_secret_travels_in_a_header_and_shows_nowhere(adapter: Small) -> None:
    auth = adapter.auth()
    assert auth.headers()["Authorization"].get_secret_value() == "Bearer s3cret"
    assert auth.query() == {}
    assert auth.renew() is False
    assert "s3cret" not in repr(auth) + repr(adapter) + repr(adapter.client)


def test_it_knows_the_time_before_any_answer(adapter: Small) -> None:
    assert adapter.client.server_now() == datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
    assert adapter.traffic.requests == 0
