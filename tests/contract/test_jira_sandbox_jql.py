"""The sandbox understands a part of JQL and refuses the rest: nothing is matched by accident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmbridge.clock import to_millis
from pmbridge_jira.sandbox_jql import JqlError, compile_jql
from tests.contract.jira_visitor import Visitor, cloud, server, visiting

T0 = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def me() -> Iterator[Visitor]:
    """Give a site with seven issues, a minute apart: ALFA-1…5, BETA-1…2; BETA is half hidden, GAMMA wholly."""
    with visiting(cloud()) as visitor:
        site, clock = visitor.sandbox.site, visitor.sandbox.clock
        alfa, beta, gamma = (site.add_project(key, f"Project {key}") for key in ("ALFA", "BETA", "GAMMA"))
        one, two = site.add_version(alfa, "v1"), site.add_version(alfa, 'v "2"')
        board = site.add_board(alfa, "Board")
        active, old = site.add_sprint(board, "Now", state="active"), site.add_sprint(board, "Then", state="closed")
        epic = site.add_issue(alfa, "10000", "epic")
        rows: list[tuple[str, dict[str, object]]] = [
            ("10002", {"versions": (one.id,), "parent": epic.id, "labels": ("red", "a-b")}),
            ("10002", {"versions": (one.id, two.id), "status": "10002", "sprints": (active.id,)}),
            ("10002", {"status": "10003", "sprints": (old.id, active.id)}),
            ("10004", {"parent": epic.id}),
        ]
        for type_id, more in rows:
            clock.advance(60)
            site.add_issue(alfa, type_id, "issue", reporter=None, number=None, at=None, properties=None, **more)
        clock.advance(60)
        site.add_issue(beta, "10012", "a change")
        clock.advance(60)
        site.set_hidden(site.add_issue(beta, "10002", "a secret"), hidden=True)
        site.set_hidden(gamma, hidden=True)
        yield visitor


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = ALFA", "A5 A4 A3 A2 A1"),
        ("project in (10001, BETA)", "B1 A5 A4 A3 A2 A1"),
        ('project = "project alfa" ORDER BY key', "A1 A2 A3 A4 A5"),
        ("project = ALFA ORDER BY key DESC", "A5 A4 A3 A2 A1"),
        ("project != ALFA ORDER BY key", "B1"),
        ("project not in (BETA) order by created asc", "A1 A2 A3 A4 A5"),
        ("key in (ALFA-3, alfa-1) ORDER BY key", "A1 A3"),
        ("id = 20002", "A2"),
        ("issuekey > ALFA-3 ORDER BY key ASC", "A4 A5"),
        ("key >= ALFA-3 AND key <= ALFA-4 ORDER BY id", "A3 A4"),
        ("fixVersion = v1 ORDER BY key", "A2 A3"),
        ("fixVersion in (10100) ORDER BY key", "A2 A3"),
        ('fixVersion = "v \\"2\\""', "A3"),
        ("fixVersion != v1", ""),
        ("project = ALFA AND NOT fixVersion = v1 ORDER BY key", "A1 A4 A5"),
        ("fixVersion is EMPTY AND project = ALFA ORDER BY key", "A1 A4 A5"),
        ("fixVersion is not empty ORDER BY key", "A2 A3"),
        ("parent = ALFA-1 ORDER BY key", "A2 A5"),
        ("parent in (20001) AND type = 缺陷", "A5"),
        ("issuetype in (Bug, 史诗) ORDER BY key", "A1 A5"),
        ("status = 10003", "A4"),
        ("status = 'In Progress'", "A3"),
        ("statusCategory = Done", "A4"),
        ("labels = red", "A2"),
        ("labels in (red, nowhere) AND labels = a-b", "A2"),
        ("sprint in openSprints() ORDER BY key", "A3 A4"),
        ("sprint = Then", "A4"),
        ("sprint in (1) AND NOT sprint in closedSprints()", "A3"),
        ("sprint in futureSprints()", ""),
        (f"updated >= {to_millis(T0) + 120_000} ORDER BY updated ASC", "A3 A4 A5 B1"),
        (f"updated > {to_millis(T0) + 120_000} ORDER BY updated ASC", "A4 A5 B1"),
        ('updated >= "2026-06-05 10:02" ORDER BY updated DESC', "B1 A5 A4 A3"),
        ('created < "2026/06/05 10:01"', "A1"),
        ("updated >= 2026-06-06", ""),
        ("updated >= -1m", "B1"),
        ("(labels = red OR status = 10003) AND project = ALFA ORDER BY key", "A2 A4"),
        ("labels = red OR status = 10003 AND project = BETA", "A2"),
        ("not (project = ALFA or project = BETA)", ""),
        ("!(project = ALFA) ORDER BY key", "B1"),
    ],
)
def test_a_query_finds_exactly(me: Visitor, jql: str, expected: str) -> None:
    assert " ".join(key[0] + key.partition("-")[2] for key in me.keys(jql)) == expected


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("this is not jql (((", "Expecting EMPTY"),
        ("nosuchfield = 5", "Field 'nosuchfield' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("project in (ALFA, GAMMA)", "The value 'GAMMA' does not exist for the field 'project'."),
        ("project = 10003", "A value with ID '10003' does not exist for the field 'project'."),
        ("key = ALFA-99", "An issue with key 'ALFA-99' does not exist for field 'key'."),
        ("key in (BETA-2)", "An issue with key 'BETA-2' does not exist for field 'key'."),
        ("id in (20002, 99999)", "A value with ID '99999' does not exist for the field 'id'."),
        ("fixVersion = v3", "The value 'v3' does not exist for the field 'fixVersion'."),
        ("status = 完了", "The value '完了' does not exist for the field 'status'."),
        ("status = Done ORDER BY rank", "Not able to sort using field 'rank'."),
        ("status changed after -1d", "The operator 'changed' is not supported."),
        ("summary ~ x", "The operator '~' is not supported."),
        ("status > 3", "The operator '>' is not supported by the 'status' field."),
        ("updated in (1, 2)", "The operator 'in' is not supported by the 'updated' field."),
        ("updated >= yesterday", "Date value 'yesterday' for field 'updated' is invalid."),
        ('updated >= "2026-06-05T10:00:00Z"', "is invalid. Valid formats include"),
        ("updated >= 99999999999999999999", "is invalid"),
        ("project = ALFA AND", "before the end of the query"),
        ("project = ALFA project = BETA", "Expecting operator but got 'project'."),
        ("(project = ALFA", "Expecting ')'."),
        ("project in (ALFA", "Expecting ')'."),
        ("project in ()", "Expecting a value"),
        ('project = "ALFA', "is not allowed here"),
        ("project = ALFA ORDER BY", "Expecting a field name"),
        ("project = ALFA ORDER BY " + ", ".join(["key"] * 8), "The maximum number of fields to sort by is 7."),
        ("(" * 80 + "project = ALFA" + ")" * 80, "nested too deeply"),
    ],
)
def test_anything_else_is_400_in_the_platforms_envelope(me: Visitor, jql: str, message: str) -> None:
    answer = me.post("/search/jql", {"jql": jql}, status=400)
    assert any(message in one for one in answer["errorMessages"])


def test_all_unknown_names_are_told_at_once(me: Visitor) -> None:
    jql = "project = NOPE AND nosuchfield = 1 AND fixVersion = v9"
    assert len(me.post("/search/jql", {"jql": jql}, status=400)["errorMessages"]) == 3


@pytest.mark.parametrize("jql", ["", "ORDER BY key", "order by updated desc"])
def test_an_unbounded_query_is_refused_at_cloud_and_answered_at_data_center(me: Visitor, jql: str) -> None:
    assert "Unbounded" in me.post("/search/jql", {"jql": jql}, status=400)["errorMessages"][0]
    with visiting(server()) as here:
        here.sandbox.site.add_issue(here.sandbox.site.add_project("ALFA", "A"), "10002", "one")
        assert here.get("/search", {"jql": jql})["total"] == 1


def test_a_bare_date_is_read_in_the_accounts_zone() -> None:
    with visiting(cloud(zone="America/Los_Angeles")) as me:
        me.sandbox.site.add_issue(me.sandbox.site.add_project("ALFA", "A"), "10002", "one")
        assert me.keys('updated >= "2026-06-04 19:00"') == ["ALFA-1"]
        assert me.keys('updated >= "2026-06-05 10:00"') == []
        assert me.keys(f"updated >= {to_millis(T0)}") == ["ALFA-1"]


def test_a_site_may_look_at_times_only_to_the_minute() -> None:
    with visiting(cloud(quirks=["minute-jql"])) as me:
        me.sandbox.clock.advance(30)
        me.sandbox.site.add_issue(me.sandbox.site.add_project("ALFA", "A"), "10002", "one")
        assert me.keys(f"updated >= {to_millis(T0)}") == ["ALFA-1"]
        assert me.keys(f"updated >= {to_millis(T0) + 1000}") == []


_FIELDS = ["project", "key", "updated", "fixVersion", "sprint"]
_VALUES = ["ALFA", "1780624800000", '"a b"', "openSprints", "-5m", "9" * 30, "٣", "empty"]
_MARKS = ["(", ")", ",", "=", "!=", ">=", "'", '"', "\\", "in", "not", "is", "and", "or", "order", "by", "desc"]
_WORDS = st.sampled_from([*_FIELDS, *_VALUES, *_MARKS])


@given(st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_no_text_breaks_the_reader(me: Visitor, jql: str) -> None:
    try:
        query = compile_jql(me.sandbox.site, jql)
    except JqlError:
        return
    for issue in me.sandbox.site.issues.values():
        assert query.matches(issue, issue.now) in (True, False)


def test_data_center_leaves_unknown_issues_out_only_where_it_is_told_not_to_validate() -> None:
    with visiting(server()) as me:
        site = me.sandbox.site
        first, second = (site.add_issue(project, "10002", "x") for project in [site.add_project("ALFA", "A")] * 2)
        site.delete(second)
        jql = f"id in ({first.id}, {second.id})"
        assert "does not exist" in me.get("/search", {"jql": jql}, status=400)["errorMessages"][0]
        assert me.get("/search", {"jql": jql, "validateQuery": "false"})["total"] == 1
        assert me.post("/search", {"jql": jql, "validateQuery": False})["total"] == 1
        wrong = me.get("/search", {"jql": "nosuchfield = 1", "validateQuery": "false"}, status=400)
        assert "nosuchfield" in wrong["errorMessages"][0]
