"""What the engine makes of listings: when it judges them, and what it reads because of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import pytest
from pydantic import SecretStr

from pmbridge.adapter import Adapter, ConnectionSettings
from pmbridge.errors import NotVisible, VanishStop
from pmbridge.records import (
    FULL,
    Account,
    Cursor,
    Gone,
    Item,
    Kind,
    KindSchema,
    Listing,
    Mirrored,
    Page,
    ProjectSchema,
    Record,
    RemoteProject,
    Scope,
    Skipped,
    Verb,
)
from pmbridge.store import Store
from pmbridge.sync import ConnectionOutcome, Job, run_connection
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import context
from pmbridge.values import Label, ProjectId, RecordId
from tests.unit.store_bench import MALL, SHOP, issue, item, listing, page


@dataclass
class Tool:
    """What the tool shows: to a pull, to a census, to a look at single records and at projects."""

    pages: list[Page] = field(default_factory=list)
    census: list[Listing | Skipped] = field(default_factory=list)
    there: dict[RecordId, Item] = field(default_factory=dict)
    gone: Literal["deleted", "absent"] = "absent"
    """What it says of records that are not there."""
    hidden: set[ProjectId] = field(default_factory=set)
    asked: list[RecordId] = field(default_factory=list)
    """Records that were read one by one."""


class ScriptedAdapter(Adapter[ConnectionSettings]):
    """An adapter that shows what a test says."""

    kind: ClassVar[str] = "scripted"
    title: ClassVar[str] = "Scripted"
    Settings: ClassVar[type[ConnectionSettings]] = ConnectionSettings
    kinds: ClassVar[Mapping[str, Kind]] = {
        "issue": Kind(shape="item", label=Label(zh="事项", en="issue"), supports={Verb.READ: FULL})
    }

    def __init__(self, tool: Tool, clock: FakeClock) -> None:
        settings = ConnectionSettings(adapter="scripted", base_url="http://127.0.0.1")
        super().__init__(settings, context("build", SecretStr("none"), clock))
        self.tool = tool

    def check(self) -> Account:
        return Account(id="1", name="Somebody", service="Scripted")

    def projects(self) -> Iterator[RemoteProject]:
        for one in (MALL, SHOP):
            if one not in self.tool.hidden:
                yield RemoteProject(id=one, key=f"KEY{one}", name=f"Project {one}")

    def describe(self, project: str) -> ProjectSchema:
        found = RemoteProject(id=ProjectId(project), key=f"KEY{project}", name=f"Project {project}")
        return ProjectSchema(project=found, kinds={"issue": KindSchema(supports={Verb.READ: FULL})})

    def visible(self, projects: Collection[ProjectId]) -> frozenset[ProjectId]:
        return frozenset(projects) - self.tool.hidden

    def pull(self, scope: Scope, cursor: Cursor | None, mirrored: Mirrored) -> Iterator[Page]:
        yield from self.tool.pages

    def census(self, scope: Scope) -> Iterator[Listing | Skipped]:
        yield from self.tool.census

    def read(self, ids: Sequence[RecordId]) -> Iterator[Record | Gone]:
        self.tool.asked += ids
        for one in ids:
            yield self.tool.there.get(one) or Gone(id=one, why=self.tool.gone)


@dataclass
class Desk:
    store: Store
    clock: FakeClock
    tool: Tool = field(default_factory=Tool)
    runs: int = 0

    def sync(self, *pages: Page, days: float = 0, **said: Any) -> ConnectionOutcome:
        """Sync what *pages* and the tool show after *days*."""
        self.runs += 1
        self.clock.advance(days * 86_400 + 60)
        self.tool.pages = [*pages]
        self.tool.asked.clear()
        return run_connection(
            Job(
                run_id=f"run-{self.runs}",
                owner="here",
                connection="build",
                make_adapter=lambda: ScriptedAdapter(self.tool, self.clock),
                store=self.store,
                clock=self.clock,
                sources=(),
                survey=(MALL, SHOP),
                **said,
            )
        )

    def titles(self, project: ProjectId = MALL) -> dict[str, str]:
        return {one.id.external_id: one.title for one in self.store.observe("build", project).items}


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    return Desk(sqlite_store, clock)


def shop(*numbers: int) -> Listing:
    return listing(*numbers, project=SHOP)


# ---------------------------------------------------------------------------------------- appeared in a listing


def test_what_a_listing_shows_again_is_read_in_full_though_no_change_tells_of_it(desk: Desk) -> None:
    """A right that comes back stamps nothing anew: only the listing shows it."""
    coupons = item(1, "Coupons")
    desk.tool.there = {one.id: one for one in (coupons, item(2, "Stock"))}
    desk.sync(page(coupons, item(2, "Stock"), listings=[listing(1, 2), shop()]))
    del desk.tool.there[coupons.id]
    assert desk.sync(page(listings=[listing(2)])).vanished == 1
    assert desk.titles() == {"2": "Stock"}
    desk.tool.there[coupons.id] = item(1, "Coupons, renamed out of our sight")
    outcome = desk.sync(page(listings=[listing(1, 2)]))
    assert outcome.failures == ()
    assert desk.tool.asked == [issue(1)]
    assert desk.titles() == {"1": "Coupons, renamed out of our sight", "2": "Stock"}


def test_what_a_listing_shows_and_no_pull_brought_is_read(desk: Desk) -> None:
    desk.sync(page(item(1), listings=[listing(1), shop()]))
    desk.tool.there = {issue(2): item(2, "Indexed too late for any search")}
    desk.sync(page(listings=[listing(1, 2)]))
    assert desk.tool.asked == [issue(2)]
    assert desk.titles()["2"] == "Indexed too late for any search"


def test_what_a_listing_shows_in_another_version_is_read(desk: Desk) -> None:
    desk.sync(page(item(1, version="7"), listings=[listing(1), shop()]))
    desk.tool.there = {issue(1): item(1, "Edited", version="8")}
    desk.sync(page(listings=[listing(1, version="7")]))
    assert desk.tool.asked == []
    desk.sync(page(listings=[listing(1, version="8")]))
    assert desk.tool.asked == [issue(1)]
    assert desk.titles() == {"1": "Edited"}


def test_what_the_weekly_census_shows_again_is_read_in_full(desk: Desk) -> None:
    desk.tool.there = {issue(1): item(1), issue(2): item(2)}
    desk.sync(page(item(1), item(2), listings=[listing(1, 2), shop()]))
    desk.tool.there = {issue(2): item(2)}
    desk.sync(page(listings=[listing(2), shop()]))
    desk.tool.there = {issue(1): item(1, "Back"), issue(2): item(2)}
    desk.tool.census = [listing(1, 2), shop()]
    desk.sync(page(), days=3)
    assert desk.tool.asked == []
    assert "1" not in desk.titles()
    desk.sync(page(), days=4)
    assert desk.tool.asked == [issue(1)]
    assert desk.titles()["1"] == "Back"


# ------------------------------------------------------------------------------------- judged at the end of a pull


def test_a_listing_ahead_of_its_records_makes_none_of_them_be_read_twice(desk: Desk) -> None:
    """A first scan lists everything before it has read anything."""
    first = page(listings=[listing(1, 2, 3), shop()])
    outcome = desk.sync(first, page(item(1), item(2), at=1), page(item(3), at=2))
    assert desk.tool.asked == []
    assert (outcome.items, outcome.failures) == (3, ())


def test_an_item_that_a_later_page_shows_in_another_project_is_missing_in_none(desk: Desk) -> None:
    """Boards are read one after the other: the listing of the one that it left comes before the one that it joined."""
    desk.sync(page(item(1), item(2), listings=[listing(1, 2), shop()]))
    moved = item(2, project=SHOP, version="moved")
    outcome = desk.sync(page(listings=[listing(1)]), page(moved, listings=[shop(2)], at=1))
    assert desk.tool.asked == []
    assert outcome.vanished == 0
    assert (desk.titles(), desk.titles(SHOP)) == ({"1": "Coupons"}, {"2": "Coupons"})


def test_a_listing_is_judged_though_a_later_page_skips_another_project(desk: Desk) -> None:
    desk.sync(page(item(1), item(2), item(3, project=SHOP), listings=[listing(1, 2), shop(3)]))
    skipped = Skipped(project=SHOP, error=NotVisible(connection="build", thing="build:SHOP"))
    outcome = desk.sync(page(listings=[listing(1)]), page(skipped=[skipped], at=1))
    assert outcome.vanished == 1
    assert (desk.titles(), desk.titles(SHOP)) == ({"1": "Coupons"}, {"3": "Coupons"})


# ------------------------------------------------------------------------------------ an empty listing proves little


@pytest.mark.parametrize("count", [1, 4, 30])
@pytest.mark.parametrize("why", ["deleted", "absent"])
@pytest.mark.parametrize("by", ["pull", "census"])
def test_an_empty_listing_of_a_project_that_was_hidden_marks_nothing(
    desk: Desk, count: int, why: Literal["deleted", "absent"], by: str
) -> None:
    """A lost right may be told as an empty list, and each record then as gone, or even as deleted."""
    made = [item(number) for number in range(count)]
    desk.sync(page(*made, listings=[listing(*range(count)), shop()]))
    desk.tool.hidden, desk.tool.gone = {MALL}, why
    desk.tool.census = [listing(), shop()]
    outcome = desk.sync(page(listings=[listing(), shop()]) if by == "pull" else page(), days=8)
    assert [(one.project, type(one.error)) for one in outcome.skipped] == [(MALL, NotVisible)]
    assert (outcome.vanished, outcome.exit_code) == (0, 3)
    assert len(desk.titles()) == count
    desk.tool.hidden, desk.tool.there = set(), {one.id: one for one in made}
    assert desk.sync(page(listings=[listing(*range(count)), shop()])).exit_code == 0


@pytest.mark.parametrize("count", [1, 4, 30])
def test_an_empty_listing_of_a_project_that_is_seen_waits_for_a_person(desk: Desk, count: int) -> None:
    desk.sync(page(*(item(number) for number in range(count)), listings=[listing(*range(count)), shop()]))
    outcome = desk.sync(page(listings=[listing(), shop()]))
    assert [type(one) for one in outcome.problems] == [VanishStop]
    assert len(desk.titles()) == count


def test_a_census_that_skips_a_project_marks_nothing_of_it(desk: Desk) -> None:
    desk.sync(page(item(1), item(2, project=SHOP), listings=[listing(1), shop(2)]))
    desk.tool.hidden = {MALL}
    desk.tool.census = [Skipped(project=MALL, error=NotVisible(connection="build", thing="build:MALL")), shop(2)]
    outcome = desk.sync(page(), days=8)
    assert outcome.vanished == 0
    assert desk.titles() == {"1": "Coupons"}
