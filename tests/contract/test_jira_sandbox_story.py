"""The demo's story in Jira adds up: every number that the report will print, counted over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from pmbridge.testing.sandbox import FakeClock
from pmbridge_jira.sandbox import JiraSandbox
from pmbridge_jira.sandbox_story import working, working_days
from tests.contract.jira_visitor import Json, Visitor, visiting

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIELDS = [
    "summary",
    "issuetype",
    "status",
    "fixVersions",
    "customfield_10016",
    "created",
    "updated",
    "resolutiondate",
    "parent",
]


def at(month: int, day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def site_as_of(moment: datetime) -> JiraSandbox:
    sandbox = JiraSandbox(FakeClock(moment))
    sandbox.play(moment)
    return sandbox


@pytest.fixture(scope="module")
def june() -> Iterator[Visitor]:
    """Give the site as of Friday, 5 June, 18:00."""
    with visiting(site_as_of(at(6, 5))) as me:
        yield me


@pytest.fixture(scope="module")
def issues(june: Visitor) -> list[Json]:
    return june.search("project = 10000 ORDER BY key ASC", FIELDS)


def of_version(issues: list[Json], ref: str) -> list[Json]:
    return [
        issue for issue in issues if any(one["name"].startswith(f"{ref} ") for one in issue["fields"]["fixVersions"])
    ]


def points(issues: list[Json]) -> float:
    return float(sum(issue["fields"]["customfield_10016"] for issue in issues))


def is_done(issue: Json) -> bool:
    return bool(issue["fields"]["status"]["statusCategory"]["key"] == "done")


def versions(me: Visitor) -> Mapping[str, Json]:
    page = me.get("/project/MALL/version", {"expand": "issuesstatus"})
    assert page["total"] == 18
    return {one["name"].partition(" ")[0]: one for one in page["values"]}


def test_the_working_days_are_those_of_china_in_2026() -> None:
    china = holidays.country_holidays("CN", years=2026)
    day = date(2026, 4, 7)
    while day <= date(2026, 7, 31):
        assert working(day) == china.is_working_day(day), day
        day += timedelta(days=1)


def test_the_project_holds_412_issues(issues: list[Json]) -> None:
    assert len(issues) == 412
    assert [issue["key"] for issue in issues] == [f"MALL-{number}" for number in range(1, 413)]
    kinds = Counter(issue["fields"]["issuetype"]["id"] for issue in issues)
    assert (kinds["10000"], kinds["10012"]) == (14, 5)
    in_milestones = [issue for ref in range(1, 8) for issue in of_version(issues, f"M{ref}")]
    assert len(in_milestones) == 187
    assert len({issue["id"] for issue in in_milestones}) == 187
    assert all(issue["fields"]["customfield_10016"] is not None for issue in in_milestones)
    outside = {issue["id"] for issue in issues} - {issue["id"] for issue in in_milestones}
    others = [
        issue
        for issue in issues
        if issue["id"] in outside and issue["fields"]["issuetype"]["id"] not in ("10000", "10012")
    ]
    assert len(others) == 206
    titles = {issue["key"]: (issue["fields"]["summary"], issue["fields"]["issuetype"]["name"]) for issue in others}
    assert titles["MALL-251"] == ("图片加载慢", "缺陷")
    assert titles["MALL-245"][1] == "任务"


def test_the_task_is_linked_to_its_change_and_not_begun(june: Visitor) -> None:
    task = june.get("/issue/MALL-245")["fields"]
    assert [link["outwardIssue"]["key"] for link in task["issuelinks"]] == ["MALL-240"]
    assert task["status"]["statusCategory"]["key"] == "new"


@pytest.mark.parametrize(
    ("ref", "count", "done_points", "all_points"),
    [("M1", 24, 24, 24), ("M2", 36, 36, 36), ("M3", 74, 148, 148), ("M4", 31, 62, 80), ("M5", 16, 9, 40),
     ("M6", 0, 0, 0), ("M7", 6, 0, 12)],
)  # fmt: skip
def test_points_of_each_milestone_as_of_5_june(
    issues: list[Json], ref: str, count: int, done_points: int, all_points: int
) -> None:
    items = of_version(issues, ref)
    assert len(items) == count
    assert points([item for item in items if is_done(item)]) == done_points
    assert points(items) == all_points


@pytest.mark.parametrize(
    ("moment", "done", "quarters"), [(at(6, 5), 62, [9, 10, 9, 12]), (at(5, 29), 50, [20, 9, 10, 9])]
)
def test_the_throughput_of_m4_over_twenty_working_days(moment: datetime, done: int, quarters: list[int]) -> None:
    with visiting(site_as_of(moment)) as me:
        finished = [issue for issue in of_version(me.search("project = MALL", FIELDS), "M4") if is_done(issue)]
    assert points(finished) == done
    days = list(working_days(date(2026, 4, 7), moment.date()))[-20:]
    by_day: Counter[date] = Counter()
    for issue in finished:
        on = datetime.fromisoformat(issue["fields"]["resolutiondate"]).astimezone(SHANGHAI).date()
        by_day[on] += int(issue["fields"]["customfield_10016"])
    assert [sum(by_day[day] for day in days[start : start + 5]) for start in (0, 5, 10, 15)] == quarters


def test_open_work_of_m4_has_three_items_in_progress(june: Visitor) -> None:
    counts = versions(june)["M4"]["issuesStatusForFixVersion"]
    assert counts == {"unmapped": 0, "toDo": 4, "inProgress": 3, "done": 24}


def test_versions_have_the_dates_of_the_plan_and_of_what_came(june: Visitor) -> None:
    told = {ref: (one.get("startDate"), one["releaseDate"], one["released"]) for ref, one in versions(june).items()}
    assert {ref: told[ref] for ref in told if ref.startswith("M")} == {
        "M1": (None, "2026-04-17", True),
        "M2": (None, "2026-05-12", True),
        "M3": ("2026-04-20", "2026-05-29", True),
        "M4": ("2026-05-11", "2026-06-17", False),
        "M5": ("2026-06-01", "2026-06-26", False),
        "M6": ("2026-06-22", "2026-07-08", False),
        "M7": ("2026-07-09", "2026-07-15", False),
    }
    assert "v2.3.1" in told
    assert len(told) == 18


def test_the_plan_was_moved_on_20_may_without_touching_an_issue() -> None:
    sandbox = site_as_of(at(5, 19))
    with visiting(sandbox) as me:
        before = {ref: one["releaseDate"] for ref, one in versions(me).items()}
        assert [before[ref] for ref in ("M2", "M4", "M5", "M6", "M7")] == [
            "2026-05-12", "2026-06-12", "2026-06-26", "2026-07-03", "2026-07-10",
        ]  # fmt: skip
        sandbox.clock.set(at(5, 20))
        sandbox.play(at(5, 20))
        after = {ref: one["releaseDate"] for ref, one in versions(me).items()}
        assert [after[ref] for ref in ("M4", "M5", "M6", "M7")] == [
            "2026-06-17", "2026-06-26", "2026-07-08", "2026-07-15",
        ]  # fmt: skip
        after_the_move = int(at(5, 20, 17, 20).timestamp() * 1000)
        assert me.keys(f'fixVersion in ("M4 商城前端 Beta", "M7 上线") AND updated >= {after_the_move}') == []


def test_m3_is_finished_at_three_and_released_half_an_hour_later() -> None:
    sandbox = site_as_of(at(5, 29, 15, 29))
    with visiting(sandbox) as me:
        items = of_version(me.search("project = MALL", FIELDS), "M3")
        assert points([item for item in items if is_done(item)]) == 148
        done = sorted(item["fields"]["resolutiondate"] for item in items)
        assert (done[0], done[-1]) == ("2026-04-20T16:00:00.000+0800", "2026-05-29T15:00:00.000+0800")
        assert not versions(me)["M3"]["released"]
        sandbox.play(at(5, 29, 15, 30))
        assert versions(me)["M3"]["released"]


CHANGES = {
    "MALL-112": ("发票信息字段", "10106", 0, 12000, ["4/22", "4/24", "4/28", "4/29", "5/8"]),
    "MALL-150": ("更换短信服务商", "10106", 0, 9000, ["5/6", "5/9", "5/12"]),
    "MALL-163": ("积分商城并入首期", "10105", 3, 36500, ["5/12", "5/15", "5/20", "5/20"]),
    "MALL-231": ("小程序优惠券", "10103", 5, 48000, ["5/27", "6/2"]),
    "MALL-240": ("会员等级调整", "10104", None, None, ["6/5", "6/5"]),
}


@pytest.mark.parametrize("key", CHANGES)
def test_changes_have_their_states_impacts_and_dates(june: Visitor, key: str) -> None:
    title, state, days, money, entered = CHANGES[key]
    issue = june.get(f"/issue/{key}")["fields"]
    assert (issue["summary"], issue["issuetype"]["id"], issue["status"]["id"]) == (title, "10012", state)
    assert (issue["customfield_10050"], issue["customfield_10051"]) == (days, money)
    moments = [
        datetime.fromisoformat(history["created"])
        for history in june.get(f"/issue/{key}/changelog")["values"]
        if any(item["field"] == "status" for item in history["items"])
    ]
    assert [f"{moment.month}/{moment.day}" for moment in moments] == entered


def test_the_last_change_is_approved_ten_minutes_before_the_report() -> None:
    sandbox = site_as_of(at(6, 5, 17, 20))
    with visiting(sandbox) as me:
        assert me.get("/issue/MALL-240")["fields"]["status"]["name"] == "评估中"
        assert me.get("/issue/MALL-240")["fields"]["created"] == "2026-06-04T19:00:00.000+0800"
        sandbox.clock.set(at(6, 5, 17, 49))
        sandbox.play(at(6, 5, 17, 49))
        assert me.get("/issue/MALL-240")["fields"]["status"]["name"] == "评估中"
        sandbox.play(at(6, 5, 17, 50))
        assert me.get("/issue/MALL-240")["fields"]["status"]["name"] == "已批准"


def test_playing_on_changes_only_what_is_dated_in_between() -> None:
    sandbox = site_as_of(at(5, 28, 10))
    with visiting(sandbox) as me:
        first = {issue["id"]: issue["fields"]["updated"] for issue in me.search("project = MALL", ["updated"])}
        assert len(first) == 409
        for moment in (at(5, 29), at(6, 4, 17, 30), at(6, 5)):
            since = sandbox.clock.now()
            sandbox.clock.set(moment)
            sandbox.play(moment)
            sandbox.play(moment)
            changed = me.search(f"project = MALL AND updated >= {int(since.timestamp() * 1000)}", ["updated"])
            assert 0 < len(changed) < 40
        whole = site_as_of(at(6, 5))
        with visiting(whole) as other:
            assert me.search("project = MALL", ["*all"]) == other.search("project = MALL", ["*all"])


def test_nine_sprints_one_of_them_running(june: Visitor) -> None:
    (board,) = june.get("/rest/agile/1.0/board", {"projectKeyOrId": "MALL"})["values"]
    page = june.get(f"/rest/agile/1.0/board/{board['id']}/sprint")
    assert [sprint["state"] for sprint in page["values"]] == ["closed"] * 4 + ["active"] + ["future"] * 4


def test_history_never_runs_backwards_and_ends_where_the_issue_is(june: Visitor, issues: list[Json]) -> None:
    ids = [issue["id"] for issue in issues]
    logs = june.post("/changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 10_000})["issueChangeLogs"]
    told = {log["issueId"]: log["changeHistories"] for log in logs}
    for issue in issues:
        histories = told.get(issue["id"], [])
        moments = [datetime.fromisoformat(one["created"]) for one in histories]
        assert moments == sorted(moments)
        states = [item["to"] for one in histories for item in one["items"] if item["field"] == "status"]
        assert not states or states[-1] == issue["fields"]["status"]["id"]
        assert is_done(issue) == bool(issue["fields"]["resolutiondate"])
