"""People across tools: merged only as the configuration says, counted once, and never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from pmbridge.domain.mapping import Source
from pmbridge.domain.people import People
from pmbridge.domain.recognise import Observed
from pmbridge.domain.resolved import ResolvedSource
from pmbridge.domain.view import Work
from pmbridge.records import Category, Person
from pmbridge.values import RecordId

AT = datetime(2026, 6, 5, 10, tzinfo=UTC)


def person(id_: str, name: str | None, *aliases: str, email: str | None = None) -> Person:
    return Person(id=RecordId(kind="user", external_id=id_), name=name, aliases=aliases, email=email)


def seen(connection: str, *people: Person, read: bool = True, project: str = "P") -> Observed:
    source = ResolvedSource.unread(
        Source(connection=connection, project=project), tool=connection.capitalize(), client_can_open=False
    )
    return Observed(
        source=source,
        items=[],
        groups=[],
        people={one.id.external_id: one for one in people},
        complete_as_of=AT if read else None,
    )


JIRA = seen("jira", person("557058:a1", "王工"), person("b2", "陈工"))
TRELLO = seen("trello", person("5e0be1", "王工", "wanggong"), person("5e0be2", None))
PINGCODE = seen("pingcode", person("a04", "Wang", "wang", email="Wang@Qingchuan.example"))
ALL = (JIRA, TRELLO, PINGCODE)


def work(number: int, connection: str, *assignees: str, status: Category = "todo") -> Work:
    return Work(
        connection=connection,
        id=RecordId(kind="item", external_id=str(number)),
        key=f"K-{number}",
        url="",
        title="",
        client_safe=False,
        status=status,
        original_status="",
        done_on=None,
        weight=Decimal(1),
        milestones=("M4",),
        observed_at=AT,
        assignees=assignees,
    )


def counts(people: People, *works: Work) -> list[tuple[str, int, int, dict[str, int]]]:
    return [(one.name, one.open, one.done, dict(one.by_tool)) for one in people.assignees(works)]


def test_accounts_of_one_person_are_counted_together_whatever_the_tools_call_them() -> None:
    people = People({"王工": ("jira:557058:a1", "trello:wanggong", "wang@qingchuan.example")}, ALL)
    assert people.faults == ()
    works = [
        work(1, "jira", "557058:a1"),
        work(2, "jira", "557058:a1", status="done"),
        work(3, "trello", "5e0be1", status="in_progress"),
        work(4, "pingcode", "a04"),
    ]
    assert counts(people, *works) == [("王工", 3, 1, {"Jira": 1, "Pingcode": 1, "Trello": 1})]
    assert people.assignees(works)[0].accounts == ("jira:557058:a1", "pingcode:a04", "trello:5e0be1")


def test_two_of_one_name_stay_two_until_somebody_says_that_they_are_one() -> None:
    works = [work(1, "jira", "557058:a1"), work(2, "trello", "5e0be1")]
    assert counts(People({}, ALL), *works) == [("王工", 1, 0, {"Jira": 1}), ("王工", 1, 0, {"Trello": 1})]


def test_an_item_that_a_person_has_twice_counts_once_and_one_of_two_people_for_each() -> None:
    people = People({"王工": ("trello:5e0be1", "trello:5e0be2")}, ALL)
    assert counts(people, work(1, "trello", "5e0be1", "5e0be2")) == [("王工", 1, 0, {"Trello": 1})]
    both = work(1, "jira", "557058:a1", "b2")
    assert [one[:2] for one in counts(People({}, ALL), both)] == [("王工", 1), ("陈工", 1)]


def test_who_has_no_name_goes_by_the_account_and_who_left_the_tool_too() -> None:
    people = People({}, ALL)
    assert [one.name for one in people.assignees([work(1, "trello", "5e0be2"), work(2, "trello", "gone")])] == [
        "5e0be2", "gone",
    ]  # fmt: skip


def test_most_open_work_comes_first_and_what_was_cancelled_is_nobodys() -> None:
    works = [
        work(1, "jira", "b2"),
        work(2, "jira", "b2"),
        work(3, "jira", "557058:a1"),
        work(4, "jira", "557058:a1", status="cancelled"),
        work(5, "jira"),
    ]
    assert [one[:3] for one in counts(People({}, ALL), *works)] == [("陈工", 2, 0), ("王工", 1, 0)]


def test_every_unknown_account_is_named_with_the_nearest_right_one() -> None:
    people = People({"王工": ("trello:wangong", "jira:557058:a1"), "陈工": ("li@qingchuan.example", "jira:zz")}, ALL)
    assert [(one.person, one.position, one.text.en) for one in people.faults] == [
        ("王工", 0, '"trello:wangong" is nobody that Trello shows, did you mean "trello:wanggong"?'),
        (
            "陈工",
            0,
            '"li@qingchuan.example" is the address of nobody whom Jira, Trello, Pingcode show with one; '
            "write CONNECTION:ACCOUNT",
        ),
        ("陈工", 1, '"jira:zz" is nobody that Jira shows'),
    ]
    assert [one.text.zh for one in people.faults] == [
        "「trello:wangong」在 Trello 中没有这个人，是不是 trello:wanggong？",
        "「li@qingchuan.example」不是 Jira、Trello、Pingcode 中任何人的邮箱（有的工具不提供邮箱），请写 连接:账号",
        "「jira:zz」在 Jira 中没有这个人",
    ]


def test_one_account_under_two_of_its_names_belongs_to_the_first() -> None:
    people = People({"王工": ("trello:wanggong",), "陈工": ("trello:5e0be1",)}, ALL)
    assert [(one.person, one.text.en, one.text.zh) for one in people.faults] == [
        ("陈工", '"trello:5e0be1" is already 王工', "「trello:5e0be1」已经是 王工")
    ]
    assert counts(people, work(1, "trello", "5e0be1")) == [("王工", 1, 0, {"Trello": 1})]


def test_nobody_is_unknown_in_a_tool_that_was_not_read_yet() -> None:
    unread = replace(TRELLO, complete_as_of=None, people={})
    configured = {"王工": ("trello:wanggong", "x@y.example")}
    assert People(configured, (JIRA, unread)).faults == ()
    # One project of a connection that was read is enough: people are known over the whole connection.
    twice = seen("trello", project="Q", read=False)
    assert [one.position for one in People(configured, (TRELLO, twice)).faults] == [1]
    assert [one.position for one in People(configured, (twice, TRELLO)).faults] == [1]
