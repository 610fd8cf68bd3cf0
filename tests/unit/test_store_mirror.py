"""Pages become rows, history and a cursor: all of a page or nothing, and nothing for what did not change."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pmbridge.clock import to_millis
from pmbridge.errors import ConfigError, NotVisible, ProtocolError
from pmbridge.records import Gone, Page, Record, RemoteProject, Skipped, content_hash
from pmbridge.store import Store
from pmbridge.testing.clock import START, FakeClock
from pmbridge.values import Number, ProjectId, RecordId, Rich
from tests.unit.store_bench import (
    FORMAT,
    JIRA,
    MALL,
    SHOP,
    begin,
    execute,
    issue,
    item,
    page,
    person,
    plain,
    release,
    rows,
    sync,
    titles,
    watched,
)


def history(store: Store, number: int) -> list[tuple[Any, ...]]:
    """Return presence and project of an issue over time."""
    return rows(
        store,
        "SELECT h.presence, h.project_id, h.body IS NULL FROM history h JOIN record r ON r.id = h.record_id "
        "WHERE r.kind = 'issue' AND r.external_id = :id ORDER BY h.observed_at",
        id=str(number),
    )


# ---------------------------------------------------------------------------------------------------- counts


def test_new_changed_and_unchanged_records_are_told_apart(store: Store) -> None:
    run = begin(store)
    first = run.commit(page(item(1), item(2), item(3)), cursor_format=FORMAT)
    assert (first.read, first.new, first.changed) == (3, 3, 0)
    second = run.commit(page(item(1), item(2, "Renamed"), item(4)), cursor_format=FORMAT)
    assert (second.read, second.new, second.changed) == (3, 1, 1)
    assert titles(store.observe(JIRA, MALL)) == {"1": "Coupons", "2": "Renamed", "3": "Coupons", "4": "Coupons"}


def test_a_record_comes_back_as_it_was_offered(store: Store) -> None:
    fields = {"customfield_10016": Number(value=Decimal("0.10")), "customfield_2": None}
    offered = item(1, "会员商城 🛒", fields=fields, marker="u1")
    sync(store, page(offered))
    assert store.observe(JIRA, MALL).items == [offered]


def test_the_same_page_again_opens_no_writing_transaction(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), person("wang", name="Wang")), cursor_format=FORMAT)
    with watched(store) as traffic:
        again = run.commit(page(item(1), person("wang", name="Wang")), cursor_format=FORMAT)
    assert (again.new, again.changed, traffic.writes, traffic.commits) == (0, 0, [], 0)


def kept_cursor(store: Store) -> bytes:
    """Return the cursor that a run begun after a kill would find."""
    return bytes(rows(store, "SELECT value FROM cursor")[0][0])


def test_a_cursor_that_moves_over_unchanged_pages_is_written_with_every_eighth(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), at=0), cursor_format=FORMAT)
    with watched(store) as traffic:
        for at in range(1, 8):
            run.commit(page(item(1), at=at), cursor_format=FORMAT)
        assert (traffic.commits, kept_cursor(store)) == (0, b'{"at":0}')
        run.commit(page(item(1), at=8), cursor_format=FORMAT)
    assert (traffic.commits, kept_cursor(store)) == (1, b'{"at":8}')
    assert not any("INTO record" in one or "INTO history" in one for one in traffic.writes)


def test_a_cursor_that_moved_is_written_with_the_next_news(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), at=0), cursor_format=FORMAT)
    run.commit(page(item(1), at=1), cursor_format=FORMAT)
    run.commit(page(item(1, "Renamed"), at=1), cursor_format=FORMAT)
    assert kept_cursor(store) == b'{"at":1}'


def test_a_cursor_that_moved_is_written_when_the_run_ends(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), at=0), cursor_format=FORMAT)
    run.commit(page(item(1), at=1), cursor_format=FORMAT)
    assert run.cursor(FORMAT).value == {"at": 1}
    run.finish("failed", {}, "unreachable")
    assert kept_cursor(store) == b'{"at":1}'


def test_a_new_format_or_a_new_date_of_the_scan_is_written_at_once(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), at=0), cursor_format=FORMAT)
    for said in ({"cursor_format": b"other"}, {"cursor_format": b"other", "full_at": START}):
        with watched(store) as traffic:
            run.commit(page(item(1), at=0), **said)
        assert traffic.commits == 1


@pytest.mark.parametrize("changed", [False, True])
def test_the_statements_of_a_page_do_not_grow_with_its_rows(store: Store, *, changed: bool) -> None:
    counts = []
    for size in (10, 1200):
        run = begin(store, f"run{size}", connection=f"c{size}")
        before = [item(n, "Before") for n in range(size)]
        if changed:
            run.commit(page(*before, at=1), cursor_format=FORMAT)
        run.cursor(FORMAT)
        run.quarantined()
        last = page(*(item(n) for n in range(size)), at=2, complete={MALL: START})
        with watched(store) as traffic:
            run.commit(last, cursor_format=FORMAT)
        counts.append([one for one in traffic.statements if not one.startswith("BEGIN")])
    assert len(counts[0]) == len(counts[1]) <= 8, counts[0]


def test_a_page_that_cannot_be_written_whole_is_not_written_at_all(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), at=1), cursor_format=FORMAT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pmbridge.store.run.projects.skip", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run.commit(page(item(1, "Renamed"), item(2), at=2, complete={MALL: START}), cursor_format=FORMAT)
    assert titles(store.observe(JIRA, MALL)) == {"1": "Coupons"}
    assert len(history(store, 1)) == 1
    assert run.cursor(FORMAT).value == {"at": 1}
    assert store.projects(JIRA) == {}
    run.commit(page(item(1, "Renamed"), item(2), at=2), cursor_format=FORMAT)
    assert titles(store.observe(JIRA, MALL)) == {"1": "Renamed", "2": "Coupons"}
    assert run.cursor(FORMAT).value == {"at": 2}


# --------------------------------------------------------------------------------------------------- history


def test_a_version_alone_moves_the_row_and_writes_no_history(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1, version="1")), run_id="a")
    clock.advance(60)
    run = begin(store, "b")
    outcome = run.commit(page(item(1, version="2"), at=1), cursor_format=FORMAT)
    assert outcome.changed == 0
    assert store.mirrored(JIRA).versions(MALL, "issue") == {"1": "2"}
    assert len(history(store, 1)) == 1
    assert rows(store, "SELECT changed_at, presence_at FROM record") == [(to_millis(START), to_millis(START))]


def test_a_record_seen_twice_in_a_run_leaves_one_row_of_history_the_last(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1, "First"), at=1), cursor_format=FORMAT)
    run.commit(page(item(1, "Second"), at=2), cursor_format=FORMAT)
    seen = store.history(JIRA, [issue(1)])[issue(1)]
    assert [(at, one.title) for at, one in seen] == [(run.observed_at, "Second")]


def test_each_run_that_changes_a_record_adds_one_row(store: Store, clock: FakeClock) -> None:
    seen = []
    for n, title in enumerate(("First", "Second", "Second", "Third")):
        clock.advance(60)
        seen.append((sync(store, page(item(1, title), at=n), run_id=f"r{n}").observed_at, title))
    kept = [(at, one.title) for at, one in store.history(JIRA, [issue(1)])[issue(1)]]
    assert kept == [seen[0], seen[1], seen[3]]
    until = store.history(JIRA, [issue(1)], until=seen[1][0])[issue(1)]
    assert [one.title for _, one in until] == ["First", "Second"]


def test_people_have_no_history(store: Store) -> None:
    sync(store, page(person("wang", name="Wang"), item(1)))
    assert rows(store, "SELECT count(*) FROM history") == [(1,)]


def test_two_kinds_with_one_external_id_stay_apart(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(10000), release(10000)), run_id="a")
    clock.advance(60)
    run = sync(store, page(item(10000), release(10000, "M1 Later"), item(7), release(7), at=1), run_id="b")
    seen = store.observe(JIRA, MALL)
    assert [one.title for one in seen.items] == ["Coupons", "Coupons"]
    assert [one.title for one in seen.groups] == ["M1 Later", "M1 Start"]
    assert len(history(store, 10000)) == 1
    assert len(store.history(JIRA, [release(10000).id])[release(10000).id]) == 2
    assert store.observe(JIRA, MALL, as_of=run.observed_at - timedelta(seconds=1)).groups == [release(10000)]


def test_of_two_records_with_one_id_the_last_counts(store: Store) -> None:
    outcome = begin(store).commit(page(item(1, "First"), item(1, "Last")), cursor_format=FORMAT)
    assert (outcome.read, outcome.new) == (1, 1)
    assert titles(store.observe(JIRA, MALL)) == {"1": "Last"}


def test_connections_do_not_see_each_other(store: Store) -> None:
    begin(store, connection="one").commit(page(item(1, "One")), cursor_format=FORMAT)
    begin(store, connection="two").commit(page(item(1, "Two")), cursor_format=FORMAT)
    assert titles(store.observe("one", MALL)) == {"1": "One"}
    assert titles(store.observe("two", MALL)) == {"1": "Two"}


# ------------------------------------------------------------------------------------------- moved and gone


def test_a_record_that_changes_project_counts_where_it_was(store: Store, clock: FakeClock) -> None:
    before = sync(store, page(item(1)), run_id="a").observed_at
    clock.advance(60)
    after = sync(store, page(item(1, project=SHOP), at=1), run_id="b").observed_at
    clock.advance(60)
    back = sync(store, page(item(1), at=2), run_id="c").observed_at
    assert [titles(store.observe(JIRA, MALL, as_of=at)) for at in (before, after, back)] == [
        {"1": "Coupons"},
        {},
        {"1": "Coupons"},
    ]
    assert [titles(store.observe(JIRA, SHOP, as_of=at)) for at in (before, after, back)] == [{}, {"1": "Coupons"}, {}]
    assert titles(store.observe(JIRA, SHOP)) == {}


def test_a_marked_record_is_gone_from_the_mirror_and_stays_in_the_past(store: Store, clock: FakeClock) -> None:
    before = sync(store, page(item(1), item(2))).observed_at
    clock.advance(60)
    run = begin(store, "b")
    assert run.mark({issue(1): "gone", issue(99): "deleted"}) == 1
    assert run.mark({issue(1): "gone"}) == 0
    assert titles(store.observe(JIRA, MALL)) == {"2": "Coupons"}
    assert titles(store.observe(JIRA, MALL, as_of=run.observed_at)) == {"2": "Coupons"}
    assert titles(store.observe(JIRA, MALL, as_of=before)) == {"1": "Coupons", "2": "Coupons"}
    assert history(store, 1) == [("present", MALL, False), ("gone", MALL, True)]
    assert store.mirrored(JIRA).versions(MALL, "issue") == {"2": "v-Coupons"}


def test_a_record_that_returns_unchanged_is_present_again(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1)))
    clock.advance(60)
    away = begin(store, "b")
    away.mark({issue(1): "gone"})
    away.finish("ok", {})
    clock.advance(60)
    run = begin(store, "c")
    assert run.commit(page(item(1), at=1), cursor_format=FORMAT).changed == 1
    assert titles(store.observe(JIRA, MALL)) == {"1": "Coupons"}
    assert titles(store.observe(JIRA, MALL, as_of=run.observed_at - timedelta(seconds=1))) == {}
    assert [presence for presence, *_ in history(store, 1)] == ["present", "gone", "present"]
    stamps = rows(store, "SELECT presence_at, changed_at, first_seen FROM record")
    assert stamps == [(to_millis(run.observed_at), to_millis(run.observed_at), to_millis(START))]


def test_only_the_tools_own_word_deletes(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), item(2), item(3), item(4)), cursor_format=FORMAT)
    gone = [Gone(id=issue(1), why="deleted"), Gone(id=issue(2), why="hidden"), Gone(id=issue(3), why="absent")]
    outcome = run.commit(page(*gone, Gone(id=issue(99), why="deleted"), at=1), cursor_format=FORMAT)
    assert (outcome.changed, outcome.missing) == (1, (issue(2), issue(3)))
    assert sorted(titles(store.observe(JIRA, MALL))) == ["2", "3", "4"]
    assert rows(store, "SELECT presence FROM record WHERE external_id = '1'") == [("deleted",)]
    with watched(store) as traffic:
        assert run.commit(page(*gone, at=1), cursor_format=FORMAT).changed == 0
    assert traffic.commits == 0, "what is known to be deleted is no news"


# -------------------------------------------------------------------------------------------------- people


def test_what_is_not_told_of_a_person_erases_nothing(store: Store) -> None:
    run = begin(store)
    run.commit(page(person("wang", name="Wang", email="wang@x.example", aliases=("w",))), cursor_format=FORMAT)
    with watched(store) as traffic:
        run.commit(page(person("wang", name="Wang")), cursor_format=FORMAT)
    assert traffic.commits == 0
    run.commit(page(person("wang", active=False, aliases=("ww",)), at=1), cursor_format=FORMAT)
    known = store.observe(JIRA, MALL).people["wang"]
    assert known == person("wang", name="Wang", email="wang@x.example", active=False, aliases=("w", "ww"))


def test_two_words_about_one_person_on_a_page_both_count(store: Store) -> None:
    outcome = begin(store).commit(
        page(person("li", name="Li"), item(1), person("li", email="li@x.example")), cursor_format=FORMAT
    )
    assert outcome.read == 2
    assert store.observe(JIRA, MALL).people == {"li": person("li", name="Li", email="li@x.example")}


# --------------------------------------------------------------------------------------------- descriptions


def test_a_pull_without_descriptions_leaves_them_and_a_read_without_one_removes_it(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1, description=plain("领券"))), cursor_format=FORMAT)
    run.commit(page(item(1, "Renamed"), at=1), cursor_format=FORMAT)
    assert store.text(JIRA, issue(1)) == plain("领券")
    assert run.take([item(1, "Renamed", description=plain("领券与核销"))]).changed == 1
    assert store.text(JIRA, issue(1)) == plain("领券与核销")
    assert run.take([item(1, "Renamed")]).changed == 1
    assert store.text(JIRA, issue(1)) is None


def test_a_description_is_no_part_of_the_record_and_writes_no_history(store: Store, clock: FakeClock) -> None:
    sync(store, page(item(1, description=plain("a"))))
    clock.advance(60)
    run = begin(store, "b")
    with watched(store) as traffic:
        assert run.commit(page(item(1, description=plain("b"))), cursor_format=FORMAT).changed == 1
    assert not any("INTO record " in one or "INTO history" in one for one in traffic.writes)
    assert store.observe(JIRA, MALL).items[0].description is None
    assert len(history(store, 1)) == 1
    with watched(store) as traffic:
        assert run.commit(page(item(1, description=plain("b"))), cursor_format=FORMAT).changed == 0
    assert traffic.commits == 0


def test_a_record_without_a_description_keeps_its_own_beside_one_that_brings_one(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1, description=plain("mine")), item(2)), cursor_format=FORMAT)
    outcome = run.commit(page(item(1), item(2, description=plain("new")), at=1), cursor_format=FORMAT)
    assert outcome.changed == 1
    assert store.text(JIRA, issue(1)) == plain("mine")


def test_a_format_is_part_of_a_description(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1, description=plain("*x*"))), cursor_format=FORMAT)
    run.commit(page(item(1, description=Rich(format="wiki", original="*x*"))), cursor_format=FORMAT)
    assert store.text(JIRA, issue(1)) == Rich(format="wiki", original="*x*")


# ------------------------------------------------------------------------------------- confirmed and suspicious


def test_a_lagging_page_is_suspicious_where_it_is_not_strictly_newer(store: Store) -> None:
    run = begin(store)
    run.commit(
        page(*(item(n) for n in range(1, 8)), release(1), release(2), person("wang", name="Wang")),
        cursor_format=FORMAT,
    )
    run.mark({issue(5): "gone"})
    later, earlier = START, START - timedelta(days=2)
    lagging = Page(
        cursor={},
        lagging=True,
        records=(
            item(1),  # the same
            item(2, "Newer", updated_at=later),
            item(3, "Older", updated_at=earlier),
            item(4, "Same stamp"),
            item(5, updated_at=later),  # not present, as far as is known
            item(6, version="other"),  # the version alone, same stamp
            item(7, "No stamp", updated_at=None),
            item(8),  # unknown
            release(1, "M1 Later"),  # groups carry no stamp
            release(2),
            person("wang", name="Wang Fang"),  # nobody can read a person
        ),
    )
    assert run.suspicious(lagging) == [issue(3), issue(4), issue(5), issue(6), issue(7), release(1).id]
    assert run.suspicious(Page(cursor={}, records=lagging.records)) == []


def test_looking_for_suspicious_rows_and_committing_cost_one_look_up(store: Store) -> None:
    run = begin(store)
    lagging = page(item(1), lagging=True)
    with watched(store) as traffic:
        run.suspicious(lagging)
        run.commit(lagging, cursor_format=FORMAT)
    assert sum("FROM record" in one and one.startswith("SELECT") for one in traffic.statements) == 1


def test_a_confirmed_answer_counts_instead_of_the_page(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), item(2, description=plain("old")), item(3)), cursor_format=FORMAT)
    shown = page(item(1, "Stale"), item(2, "Stale"), item(3, "Stale"), item(4, "Stale"), at=1, lagging=True)
    confirmed: list[Record | Gone] = [
        item(1, "True"),
        item(2),
        Gone(id=issue(3), why="absent"),
        Gone(id=issue(4), why="deleted"),
    ]
    outcome = run.commit(shown, confirmed=confirmed, cursor_format=FORMAT)
    assert titles(store.observe(JIRA, MALL)) == {"1": "True", "2": "Coupons", "3": "Coupons"}
    assert outcome.missing == (issue(3),)
    assert store.text(JIRA, issue(2)) is None, "a read says that there is no description"


# ---------------------------------------------------------------------------------- what could not be read


def test_a_project_that_could_not_be_read_keeps_what_is_known_of_it(store: Store, clock: FakeClock) -> None:
    run = begin(store)
    run.commit(page(item(1), complete={MALL: START}), cursor_format=FORMAT)
    clock.advance(60)
    error = NotVisible(connection=JIRA, thing="build:MALL", user="pm", tool="Jira", hidden=("a", "b"), until=START)
    run.commit(page(at=1, skipped=(Skipped(project=MALL, error=error),)), cursor_format=FORMAT)
    row = store.projects(JIRA)[MALL]
    assert row.complete_as_of == START
    assert row.problem is not None
    assert (row.problem.name, row.problem.at) == ("not-visible", clock.now())
    assert row.problem.facts == {"thing": "build:MALL", "user": "pm", "tool": "Jira", "until": "2026-06-05T02:00+00:00"}
    assert row.problem.label.en.startswith("build:MALL is not visible to pm")
    assert row.problem.label.zh.startswith("pm 看不到 build:MALL")
    seen = store.observe(JIRA, MALL)
    assert (seen.problem, seen.complete_as_of, len(seen.items)) == (row.problem.label, START, 1)
    run.commit(page(at=2, complete={MALL: clock.now()}), cursor_format=FORMAT)
    assert store.observe(JIRA, MALL).problem is None
    assert store.projects(JIRA)[MALL].complete_as_of == clock.now()


def test_a_page_that_skips_a_project_does_not_complete_it(store: Store) -> None:
    run = begin(store)
    skipped = (Skipped(project=MALL, error=NotVisible(thing="build:MALL")),)
    run.commit(page(skipped=skipped, complete={MALL: START, SHOP: START}), cursor_format=FORMAT)
    assert store.projects(JIRA)[MALL].complete_as_of is None
    assert store.projects(JIRA)[MALL].problem is not None
    assert store.projects(JIRA)[SHOP].complete_as_of == START


def test_an_unreadable_record_is_kept_until_it_can_be_read(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), item(2)), cursor_format=FORMAT)
    error = ProtocolError(field="fields.duedate", call="search")
    skipped = tuple(Skipped(project=MALL, id=issue(n), error=error) for n in (1, 3, 4, 5))
    run.commit(page(at=1, skipped=skipped), cursor_format=FORMAT)
    assert run.quarantined() == [issue(1), issue(3), issue(4), issue(5)]
    assert store.observe(JIRA, MALL).unreadable == 4
    assert store.observe(JIRA, SHOP).unreadable == 0
    assert store.projects(JIRA) == {}, "one record is no reason to distrust its project"
    run.commit(page(item(1), at=1), cursor_format=FORMAT)  # unchanged, and readable again
    run.take([item(3)])
    run.mark({issue(4): "gone"})
    assert run.quarantined() == [issue(5)]
    run.finish("ok", {})
    assert begin(store, "b").quarantined() == [issue(5)]


def test_a_record_that_fails_again_on_the_same_page_stays_unreadable(store: Store) -> None:
    run = begin(store)
    again = (Skipped(project=MALL, id=issue(1), error=ProtocolError(field="x", call="y")),)
    run.commit(page(skipped=again), cursor_format=FORMAT)
    run.commit(page(item(1), at=1, skipped=again), cursor_format=FORMAT)
    assert run.quarantined() == [issue(1)]


def test_a_run_writes_down_which_projects_it_read_to_the_end(store: Store, clock: FakeClock) -> None:
    later = START + timedelta(minutes=5)
    run = begin(store)
    run.commit(page(item(1), complete={MALL: START}), cursor_format=FORMAT)
    run.commit(page(item(2), at=1, complete={SHOP: later}), cursor_format=FORMAT)
    run.finish("ok", {"read": 2}, None)
    row = store.last_runs()[JIRA]
    assert row.complete == {MALL: START, SHOP: later}
    assert (row.outcome, row.counts, row.error, row.ended_at) == ("ok", {"read": 2}, None, clock.now())
    assert store.last_complete(JIRA) == START, "the oldest of its projects"


def test_the_age_of_the_data_is_that_of_the_project_that_failed(store: Store, clock: FakeClock) -> None:
    assert store.last_complete(JIRA) is None
    assert store.last_complete("unknown") is None
    gone_from_the_scope = ProjectId("1")
    sync(store, page(complete={gone_from_the_scope: START, MALL: START}), run_id="a")
    clock.advance(3600)
    at = clock.now()
    sync(store, page(at=1, complete={MALL: at, SHOP: at}), run_id="b")
    assert store.last_complete(JIRA) == at
    clock.advance(3600)
    run = begin(store, "c")
    skipped = (Skipped(project=MALL, error=NotVisible(thing="build:MALL")),)
    run.commit(page(at=2, complete={SHOP: clock.now()}, skipped=skipped), cursor_format=FORMAT)
    run.finish("failed", {}, "not-visible")
    assert store.last_complete(JIRA) == at
    new = (Skipped(project=ProjectId("new"), error=NotVisible(thing="build:NEW")),)
    clock.advance(3600)
    begin(store, "d").commit(page(at=3, skipped=new), cursor_format=FORMAT)
    assert store.last_complete(JIRA) is None, "one project was never read"


# ----------------------------------------------------------------------------------------------------- cursor


def test_a_cursor_of_another_format_is_dropped_and_the_mapping_hash_is_not(store: Store) -> None:
    run = begin(store)
    assert run.cursor(FORMAT) == run.cursor(b"other")
    run.commit(page(item(1), at=7), cursor_format=FORMAT, full_at=START)
    run.set_mapping_hash(b"mapping")
    kept = run.cursor(FORMAT)
    assert (kept.value, kept.full_at, kept.mapping_hash) == ({"at": 7}, START, b"mapping")
    dropped = run.cursor(b"other")
    assert (dropped.value, dropped.full_at, dropped.mapping_hash) == (None, None, b"mapping")
    run.commit(page(at=8), cursor_format=FORMAT)
    assert run.cursor(FORMAT).full_at == START, "an incremental page does not forget the last deep scan"
    run.commit(page(at=8), cursor_format=b"other")
    assert run.cursor(b"other").full_at is None
    run.finish("ok", {})
    assert begin(store, "b").cursor(b"other").value == {"at": 8}


def test_the_same_mapping_hash_again_is_not_written(store: Store) -> None:
    run = begin(store)
    run.set_mapping_hash(b"mapping")
    with watched(store) as traffic:
        run.set_mapping_hash(b"mapping")
    assert traffic.commits == 0


def test_a_run_knows_places_versions_and_names(store: Store) -> None:
    run = begin(store)
    run.commit(page(item(1), release(1), person("wang")), cursor_format=FORMAT)
    ids = [issue(1), release(1).id, person("wang").id, issue(99)]
    assert run.places(ids) == {issue(1): (MALL, "issue"), release(1).id: (MALL, "version")}
    assert run.version_and_hash([issue(1), issue(99)]) == {issue(1): ("v-Coupons", content_hash(item(1)))}
    assert run.project_key(MALL) == "10000"
    assert run.project_url(MALL) == ""
    told = RemoteProject(id=MALL, key="MALL", name="会员商城", url="https://jira.example/MALL")
    store.put_projects(JIRA, [told])
    run.commit(page(complete={MALL: START}, at=1), cursor_format=FORMAT)
    row = store.projects(JIRA)[MALL]
    assert (row.key, row.name, row.url, row.complete_as_of) == ("MALL", "会员商城", told.url, START)
    assert (run.project_key(MALL), run.project_url(MALL)) == ("MALL", told.url)


def test_a_project_without_a_key_goes_by_its_name(store: Store) -> None:
    store.put_projects(JIRA, [RemoteProject(id=MALL, key="", name="会员商城设计")])
    assert begin(store).project_key(MALL) == "会员商城设计"
    assert store.projects(JIRA)[MALL].known_as(MALL) == "会员商城设计"
    assert RemoteProject(id=MALL, key="", name="").known_as == "10000"


def test_a_damaged_row_is_said_to_be_damaged(store: Store) -> None:
    sync(store, page(item(1), item(2)))
    execute(store, "UPDATE record SET body = :body WHERE external_id = '2'", body=b'{"shape": "item"}')
    with pytest.raises(ConfigError) as caught:
        store.observe(JIRA, MALL)
    assert caught.value.name == "store-unusable"
    assert "issue:2" in str(caught.value)
    assert [(one.name, "issue:2" in one.text.en) for one in store.check()] == [("record", True)]


def test_keys_and_markers_can_be_found_by_a_person(store: Store) -> None:
    sync(store, page(item(1, marker="pmb-1", parent=issue(9))))
    found = rows(store, "SELECT key, title, marker, parent, project_id FROM record")
    assert found == [("MALL-1", "Coupons", "pmb-1", "issue:9", MALL)]
    assert RecordId.parse(found[0][3]) == issue(9)
