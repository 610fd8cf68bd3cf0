"""Reading lists to their end, and pages with an issue in them that cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmbridge.adapter import Response
from pmbridge.errors import CursorInvalid, ProtocolError, Unreachable
from pmbridge_jira import cloud
from pmbridge_jira.cursor import JiraCursor, Position, Scan
from pmbridge_jira.server import Window
from pmbridge_jira.site import pages
from tests.unit import jira_wire as jira

READER: Any = jira.Reader()


# ------------------------------------------------------------------------------------------------ ends


@pytest.mark.parametrize(
    ("token", "seen", "is_last", "total", "received", "expected"),
    [
        ("a", set(), False, None, 100, "a"),
        ("a", set(), None, None, 3, "a"),
        (None, set(), None, None, 100, None),
        (None, set(), False, None, 100, None),
        ("a", set(), True, None, 100, None),
        ("a", {"a"}, None, None, 100, None),
        (None, set(), None, 100, 100, None),
        (None, set(), True, 500, 100, None),
    ],
)
def test_a_token_list_ends_by_token_and_flag_and_never_by_length(
    token: str | None, seen: set[str], is_last: bool | None, total: int | None, received: int, expected: str | None
) -> None:
    assert cloud._next(token, set(seen), is_last=is_last, total=total, received=received) == expected


def test_a_token_that_repeats_while_more_is_promised_is_no_end() -> None:
    with pytest.raises(ProtocolError):
        cloud._next("a", {"a"}, is_last=False, total=None, received=100)


def test_one_page_of_the_old_form_is_no_whole_list() -> None:
    with pytest.raises(ProtocolError):
        cloud._next(None, set(), is_last=None, total=101, received=100)


M = 60_000


@pytest.mark.parametrize(
    ("total", "ids", "since", "offset", "newest", "expected"),
    [
        (2, "ab", 5 * M, 0, 9 * M, (True, 9 * M, 0)),
        (3, "ab", 5 * M, 0, 9 * M + 7, (False, 9 * M, 0)),
        (9, "ab", 9 * M, 0, 9 * M + 7, (False, 9 * M, 1)),
        (9, "ab", 9 * M, 4, 9 * M + 7, (False, 9 * M, 5)),
        (9, "ab", 9 * M, 7, 9 * M + 7, (True, 9 * M, 8)),
        (9, "ab", 9 * M, 4, 12 * M, (False, 12 * M, 0)),
        (9, "a", 9 * M, 4, 9 * M, (False, 9 * M, 5)),
        (None, "", 9 * M, 0, 0, (True, 9 * M, 0)),
        (None, "ab", None, 0, 7 * M, (False, 7 * M, 0)),
    ],
)
def test_a_window_moves_to_the_newest_minute_or_further_into_it(
    total: int | None, ids: str, since: int | None, offset: int, newest: int, expected: tuple[bool, int, int]
) -> None:
    window = Window(since=since, offset=offset)
    ended = window.step([*ids], newest=newest, total=total)
    assert (ended, window.since, window.offset) == expected


def test_a_window_begins_again_when_its_rows_have_shifted() -> None:
    window = Window(since=9 * M)
    window.step(["a", "b", "c"], newest=9 * M, total=9)
    assert window.offset == 2
    assert not window.step(["d", "e", "f"], newest=9 * M, total=8)
    assert window.offset == 0
    window.step(["b", "c", "d"], newest=9 * M, total=8)
    window.step(["d", "e", "f"], newest=9 * M, total=8)
    assert window.offset == 4


def test_a_window_that_never_holds_still_ends_the_run_and_not_the_data() -> None:
    window = Window(since=9 * M)
    with pytest.raises(Unreachable):
        _ = [window.step([f"a{number}", "b"], newest=9 * M, total=9) for number in range(50)]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([([1, 2], None, 5), ([3, 4], None, 5), ([5], None, 5)], [0, 2, 4]),
        ([([1, 2], False, None), ([3], True, None)], [0, 2]),
        ([([1], None, None)], [0]),
        ([([], None, 0)], [0]),
        ([([1, 2], False, 2), ([], False, 2)], [0, 2]),
    ],
)
def test_an_offset_list_steps_by_what_was_received(answers: list[Any], asked: list[int]) -> None:
    offsets: list[int] = []

    def ask(offset: int) -> Any:
        offsets.append(offset)
        return answers[len(offsets) - 1]

    assert pages(ask) == [one for values, _, _ in answers for one in values]
    assert offsets == asked


# ------------------------------------------------------------------------------------------ quarantine


def test_one_bad_issue_costs_itself_and_not_its_page() -> None:
    form = jira.form("customfield_10016")
    bad = jira.issue(10003, customfield_10016={"surprise": 1})
    rows = form.rows(READER, jira.page(jira.issue(10002), bad, jira.issue(10004)))
    assert [one["id"] for one in rows.issues] == ["10002", "10004"]
    (broken,) = rows.broken
    assert (broken.id, broken.project) == ("10003", "10000")
    assert broken.field.startswith("fields.customfield_10016")
    assert "surprise" not in broken.field
    assert rows.received == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda sent: sent.pop("fields"),
        lambda sent: sent["fields"].pop("updated"),
        lambda sent: sent["fields"].update(updated="2026-01-17 12:34"),
        lambda sent: sent["fields"].update(updated="2026-01-17T12:34:00"),
        lambda sent: sent["fields"].update(status=None),
        lambda sent: sent.update(fields=[]),
    ],
)
def test_missing_fields_are_a_fault_and_not_an_empty_issue(damage: Any) -> None:
    sent = jira.issue(10003)
    damage(sent)
    rows = jira.form().rows(READER, jira.page(sent, jira.issue(10002)))
    assert [one.id for one in rows.broken] == ["10003"]


def test_a_whole_page_that_cannot_be_read_is_a_new_form_and_not_bad_luck() -> None:
    ids_only = [{"id": str(n), "key": f"MALL-{n}"} for n in range(100)]
    with pytest.raises(ProtocolError) as raised:
        jira.form().rows(READER, jira.page(*ids_only))
    assert "fields" in str(raised.value.facts["field"])


@pytest.mark.parametrize("body", [{"values": []}, {"issues": None}, {"issues": [{"key": "MALL-1"}]}, {"issues": [5]}])
def test_an_answer_that_is_no_page_of_issues_is_refused(body: Any) -> None:
    answer = Response(status=200, headers={}, body=json.dumps(body).encode(), url="https://jira.example/x")
    with pytest.raises(ProtocolError):
        jira.form().rows(READER, answer)


def test_nulls_where_the_vendor_promises_values_are_taken() -> None:
    sent = jira.issue(labels=None, fixVersions=None, issuelinks=None, assignee=None, parent=None, duedate=None)
    sent["properties"] = None
    rows = jira.form().rows(READER, jira.page(sent, issueErrors=None, nextPageToken=None, isLast=None))
    assert len(rows.issues) == 1


def test_numbers_where_the_vendor_promises_strings_are_taken() -> None:
    sent = jira.issue(project={"id": 10000, "key": "MALL"}, fixVersions=[{"id": 10026, "name": "v"}])
    sent["id"] = 10002
    form = jira.form()
    (issue,) = form.rows(READER, jira.page(sent)).issues
    found = form.item(issue)
    assert (found.id.external_id, found.project) == ("10002", "10000")
    assert [str(one) for one in found.groups] == ["version:10026"]


# --------------------------------------------------------------------------------------------- cursors


def test_a_cursor_comes_back_as_it_was() -> None:
    kept = JiraCursor(
        marks={"10000": 5},
        boards={"10000": 4},
        scan=Scan(project="10001", started=3, done_to=10002),
        search=Position(projects=("10000",), since=1, started=2, token="t", token_at=2, reconcile=(7,)),
    )
    assert JiraCursor.parse(kept.to_json()) == kept
    assert JiraCursor.parse(None) == JiraCursor()
    assert JiraCursor.parse(JiraCursor().to_json()) == JiraCursor()


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"no": ["such", "cursor"]},
        {"format": 2},
        {"format": 1, "marks": {"10000": "yesterday"}},
        {"format": 1, "more": 1},
        {"format": 1, "scan": {"project": "1"}},
    ],
)
def test_a_cursor_of_another_form_is_refused(kept: Any) -> None:
    with pytest.raises(CursorInvalid):
        JiraCursor.parse(kept)
