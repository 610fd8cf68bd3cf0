"""What the Worktile adapter writes, and what it leaves to people: no call that is not known, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pmbridge.errors import Doubtful, NeedsInput, NotData, NotVisible, Refused, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Item, Transition, Update, Verb, Write
from pmbridge.testing.sandbox import FakeClock, Fault
from pmbridge.values import Day, Instant, Many, Named, Plain, ProjectId, RecordId, Rich
from pmbridge_worktile.sandbox import Habits, WorktileSandbox
from pmbridge_worktile.sandbox_store import CHANGE, FORECAST, MARK, Task
from tests.contract.worktile_bench import BULK, Workspace

NOW = datetime(2026, 6, 5, 10, tzinfo=UTC)
UID, OTHER = "01JWX3K8000000000000000001", "01JWX3K8000000000000000002"
TEXT = Rich(format="markdown", original="见**上线方案**")
DUE = Day(on=date(2026, 7, 1))
MAKING = "/open-api/_provisional/tasks"
WEB = "https://qingchuan.worktile.com/mission/projects"


class Desk:
    """A project on a connection that writes, at a server whose way to make a task the settings tell."""

    def __init__(self, sandbox: WorktileSandbox) -> None:
        self.sandbox, self.team = sandbox, sandbox.team
        self.project = sandbox.world.project()
        self.workspace = Workspace(sandbox, {"read_only": False})

    def adapter(self, **overrides: object) -> Any:
        return self.workspace.run(**overrides)

    def create(self, title: str = "夜间模式", **more: Any) -> Create:
        values = {"title": Plain(text=title), "description": TEXT, "due": DUE, **more.pop("values", {})}
        type_ = self.team.types[CHANGE].id
        return replace(Create(uid=UID, project=self.project, kind="task", type=type_, values=values), **more)

    def item(self, id_: RecordId) -> Item:
        (found,) = self.adapter().read([id_])
        assert isinstance(found, Item)
        return found

    def kept(self, id_: RecordId) -> Task:
        return self.team.tasks[id_.external_id]

    def writes(self) -> list[str]:
        return [one.call for one in self.sandbox.requests if one.method != "GET" and "token" not in one.path]

    def supports(self, **overrides: object) -> Any:
        return self.adapter(**overrides).describe(self.project).kinds["task"].supports


def opened(**how: Any) -> WorktileSandbox:
    habits = Habits(provisional=True, **{key: how.pop(key) for key in ("drops", "names_made") if key in how})
    return WorktileSandbox(FakeClock(NOW), habits=habits, **how)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as sandbox:
        yield Desk(sandbox)


@pytest.fixture
def plain() -> Iterator[Desk]:
    """A team as the public pages describe it, where nothing is known that writes."""
    with WorktileSandbox(FakeClock(NOW)) as sandbox:
        yield Desk(sandbox)


# ------------------------------------------------------------------------------------------------ left to people


def test_without_a_setting_nothing_is_sent_and_every_refusal_leads_to_the_task_or_its_project(plain: Desk) -> None:
    task = plain.sandbox.world.add_item(plain.project, "渗透测试")
    address = f"{WEB}/{plain.project}/tasks/{task.external_id}"
    writes: list[tuple[Write, str]] = [
        (plain.create(), f"{WEB}/{plain.project}"),
        (Update(uid=UID, target=task, values={"due": DUE}), address),
        (Transition(uid=UID, target=task, to="x"), address),
        (AddComment(uid=UID, target=task, body=TEXT, audience="public"), address),
        (AddLink(uid=UID, target=task, to="https://example.com/", relation="", title=""), address),
    ]
    for write, url in writes:
        with pytest.raises(Unsupported) as refused:
            plain.adapter().push(write)
        assert (refused.value.url, refused.value.facts["tool"]) == (url, "Worktile")
    assert plain.writes() == []
    told = plain.supports()
    assert [told[verb].level for verb in (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT)] == [
        "setting", "service_cannot", "service_cannot", "service_cannot",
    ]  # fmt: skip


def test_no_field_is_said_to_be_writable(desk: Desk) -> None:
    desk.sandbox.world.edit(desk.sandbox.world.add_item(desk.project, "a"), fields={FORECAST: "x"})
    schema = desk.adapter().describe(desk.project).kinds["task"]
    assert {one.write.level for one in schema.fields} <= {"service_cannot"}


def test_without_the_teams_own_address_there_is_no_link_and_no_guess(plain: Desk) -> None:
    task = plain.sandbox.world.add_item(plain.project, "a")
    with pytest.raises(Unsupported) as refused:
        plain.adapter(web_url=None).push(Update(uid=UID, target=task, values={"due": DUE}))
    assert refused.value.url == ""


def test_a_way_to_make_a_task_without_a_place_for_the_marker_is_not_used(desk: Desk) -> None:
    endpoint = dict(desk.sandbox.settings()["endpoints"]["create_task"])  # type: ignore[index]
    body = {key: value for key, value in endpoint["body"].items() if key != "properties"}
    with_no_marker = {"create_task": {"path": endpoint["path"], "body": body}}
    support = desk.supports(endpoints=with_no_marker)[Verb.CREATE]
    assert (support.level, "marker" in support.note.en) == ("setting", True)
    with pytest.raises(Unsupported):
        desk.adapter(endpoints=with_no_marker).push(desk.create())
    assert desk.writes() == []


def test_a_connection_that_only_reads_makes_nothing(desk: Desk) -> None:
    adapter = desk.adapter(read_only=True)
    with pytest.raises(Refused) as refused:
        adapter.push(desk.create())
    assert refused.value.name == "read-only"
    assert desk.sandbox.requests == []


# ------------------------------------------------------------------------------------------------ making a task


def test_a_task_is_made_by_one_request_with_its_marker_in_the_property_that_is_set(desk: Desk) -> None:
    tag = desk.sandbox.world.add_tag(desk.project, "变更")
    receipt = desk.adapter().push(desk.create(groups=(tag,)))
    assert desk.writes() == [f"POST {MAKING}"]
    assert receipt.left == {}
    kept = desk.kept(receipt.id)
    assert (kept.title, kept.type.name, kept.properties[MARK]) == ("夜间模式", CHANGE, UID)
    made = desk.item(receipt.id)
    assert (made.title, made.marker, made.due, made.groups) == ("夜间模式", UID, DUE, (tag,))
    assert MARK not in made.fields


def test_what_there_is_no_value_for_is_not_in_the_body(desk: Desk) -> None:
    desk.adapter().push(Create(uid=UID, project=desk.project, kind="task", values={"title": Plain(text="a")}))
    (sent,) = [one for one in desk.sandbox.requests if one.path == MAKING]
    assert set(sent.json) == {"project_id", "title", "properties"}
    assert [one["value"] for one in sent.json["properties"]] == [UID]


def test_what_the_body_has_no_place_for_comes_back_as_left(desk: Desk) -> None:
    people = Many(items=(Named(id=desk.team.me.uid),))
    receipt = desk.adapter().push(desk.create(values={"assignees": people, f"field:{FORECAST}": DUE}))
    assert receipt.left == {"assignees": people, f"field:{FORECAST}": DUE}


def test_a_task_that_would_be_another_thing_is_not_made(desk: Desk) -> None:
    endpoint = dict(desk.sandbox.settings()["endpoints"]["create_task"])  # type: ignore[index]
    body = {key: value for key, value in endpoint["body"].items() if key not in ("task_type_id", "tags")}
    adapter = desk.adapter(endpoints={"create_task": {**endpoint, "body": body}})
    tag = desk.sandbox.world.add_tag(desk.project, "变更")
    for write in (desk.create(), desk.create(type=None, groups=(tag,))):
        with pytest.raises(Unsupported) as refused:
            adapter.push(write)
        assert refused.value.url == f"{WEB}/{desk.project}"
    with pytest.raises(NeedsInput):
        adapter.push(Create(uid=UID, project=desk.project, kind="task", values={"title": Plain(text=" ")}))
    assert desk.writes() == []


@pytest.mark.parametrize(
    ("place", "value", "sent"),
    [
        ("{due}", DUE, {"date": 1782835200, "with_time": 0}),
        ("{due}", Instant(at=datetime(2026, 7, 1, 10, tzinfo=UTC)), {"date": 1782900000, "with_time": 1}),
        ("{due_seconds}", DUE, 1782835200),
    ],
)
def test_a_date_is_sent_as_the_body_wants_it(desk: Desk, place: str, value: Any, sent: object) -> None:
    """The first second of the day, in the zone of the connection."""
    body = {"project_id": "{project_id}", "title": "{title}", "properties": [{"property_id": "x", "value": place}]}
    endpoint = {"path": "/_provisional/tasks", "body": body, "marker": "title"}
    with pytest.raises(Rejected):  # a property that is not there: only what was sent matters here
        desk.adapter(endpoints={"create_task": endpoint}).push(desk.create(type=None, values={"due": value}))
    (told,) = [one for one in desk.sandbox.requests if one.path == MAKING]
    assert told.json["properties"] == [{"property_id": "x", "value": sent}]


def test_the_project_may_stand_in_the_path_and_an_id_that_is_none_goes_nowhere(desk: Desk) -> None:
    endpoint = {"path": "/projects/{project_id}/made", "body": {"title": "{title}"}, "marker": "title"}
    adapter = desk.adapter(endpoints={"create_task": endpoint})
    with pytest.raises(NotVisible):
        adapter.push(desk.create(type=None))
    assert desk.writes() == [f"POST /open-api/projects/{desk.project}/made"]
    with pytest.raises(Rejected):
        adapter.push(desk.create(type=None, project=ProjectId("../x?")))
    assert len(desk.writes()) == 1


def test_a_refusal_inside_a_200_makes_nothing_and_is_not_doubtful(desk: Desk) -> None:
    with pytest.raises(Rejected):
        desk.adapter().push(desk.create(type="gone"))
    assert desk.team.tasks == {}


def test_a_token_that_has_run_out_is_renewed_and_the_task_made_once(desk: Desk) -> None:
    adapter = desk.adapter()
    list(adapter.projects())
    desk.sandbox.server.revoke_tokens()
    adapter.push(desk.create())
    assert len(desk.team.tasks) == 1
    assert desk.writes() == [f"POST {MAKING}"] * 2


# ------------------------------------------------------------------------------------------------ the title as marker


def test_a_marker_in_the_title_is_nobodys_to_see_and_may_be_lost_with_it() -> None:
    with opened(marker="title") as sandbox:
        marked = Desk(sandbox)
        made = marked.adapter().push(marked.create()).id
        assert marked.kept(made).title == f"夜间模式 pmbridge:{UID}"
        shown = marked.item(made)
        assert (shown.title, shown.marker) == ("夜间模式", UID)
        sandbox.world.edit(made, title="夜间模式")
        assert (marked.item(made).title, marked.item(made).marker) == ("夜间模式", None)


def test_a_marker_in_a_title_is_read_whatever_is_set(plain: Desk) -> None:
    task = plain.sandbox.world.add_item(plain.project, f"夜间模式 pmbridge:{UID}")
    assert (plain.item(task).title, plain.item(task).marker) == ("夜间模式", UID)


# ------------------------------------------------------------------------------------------------ in doubt


def test_an_answer_that_names_nothing_is_followed_by_a_look() -> None:
    with opened(names_made="nothing") as sandbox:
        silent = Desk(sandbox)
        old = silent.sandbox.world.add_item(silent.project, "旧任务")
        sandbox.clock.advance(86_400)
        made = silent.adapter().push(silent.create()).id
        assert silent.item(made).marker == UID
        asked = [one.query["task_ids"] for one in sandbox.requests if one.path == BULK]
        assert old.external_id not in " ".join(asked[0]), "what is old cannot be it"


def test_an_answer_that_names_nothing_while_nothing_is_to_be_seen_is_doubtful() -> None:
    with opened(names_made="nothing", drops=frozenset({MARK})) as sandbox:
        silent = Desk(sandbox)
        with pytest.raises(Doubtful):
            silent.adapter().push(silent.create())
        assert len(silent.team.tasks) == 1


def test_a_list_that_cannot_be_read_after_it_leaves_the_task_in_doubt() -> None:
    with opened(names_made="nothing") as sandbox:
        silent = Desk(sandbox)
        adapter = silent.adapter()
        list(adapter.projects())
        sandbox.faults.add(Fault(call="GET *", what="html", times=None))
        with pytest.raises(Doubtful):
            adapter.push(silent.create())


def test_a_marker_that_is_not_kept_ends_making_and_is_said_where_plans_look() -> None:
    with opened(drops=frozenset({MARK})) as sandbox:
        dropping = Desk(sandbox)
        first = dropping.adapter().push(dropping.create())
        assert dropping.item(first.id).marker is None, "it was made, and its receipt says which it is"
        with pytest.raises(Unsupported) as refused:
            dropping.adapter().push(dropping.create(uid=OTHER))
        assert "did not keep the marker" in refused.value.text()
        assert len(dropping.team.tasks) == 1
        assert dropping.supports()[Verb.CREATE].level == "setting"
        title = {**sandbox.settings()["endpoints"]["create_task"], "marker": "title"}  # type: ignore[index]
        title["body"] = {**title["body"], "properties": []}
        assert dropping.supports(endpoints={"create_task": title})[Verb.CREATE].level == "partial"


def test_a_task_without_its_marker_is_shown_to_a_person_and_neither_taken_nor_made_again() -> None:
    with opened(drops=frozenset({MARK})) as sandbox:
        dropping = Desk(sandbox)
        sandbox.world.add_item(dropping.project, "另一项")
        sandbox.faults.add(Fault(call=f"POST {MAKING}", what="lost_after"))
        with pytest.raises(Doubtful):
            dropping.adapter().push(dropping.create())
        with pytest.raises(Doubtful) as asks:
            dropping.adapter().find(dropping.create(), NOW)
        assert asks.value.name == "maybe-made"
        (made,) = [one for one in dropping.team.tasks.values() if one.title == "夜间模式"]
        assert f"{WEB}/{dropping.project}/tasks/{made.id}" in asks.value.text("zh")
        assert "另一项" not in asks.value.text("zh")


def test_what_somebody_made_before_is_not_taken_for_ours(desk: Desk) -> None:
    desk.sandbox.world.add_item(desk.project, "夜间模式")
    desk.sandbox.clock.advance(7200)
    assert desk.adapter().find(desk.create(), desk.sandbox.clock.now()) == []


def test_a_project_that_cannot_be_read_is_no_verdict(desk: Desk) -> None:
    desk.sandbox.world.project()
    desk.sandbox.faults.add(Fault(call="GET /open-api/mission/get-project-tasks-by-page", nth=2, what="forbidden"))
    with pytest.raises(NotData):
        desk.adapter().find(desk.create(), NOW)


def test_only_what_can_be_found_is_looked_for(desk: Desk) -> None:
    task = desk.sandbox.world.add_item(desk.project, "a")
    with pytest.raises(Unsupported):
        desk.adapter().find(AddComment(uid=UID, target=task, body=TEXT, audience="public"), NOW)


# ------------------------------------------------------------------------------------------------ as it will be shown


def test_canonical_is_what_worktile_shows_once_somebody_entered_it(desk: Desk) -> None:
    adapter = desk.adapter()
    odd = Instant(at=datetime(2026, 7, 1, 10, 0, 0, 123_000, tzinfo=UTC))
    assert adapter.canonical("task", "due", DUE) == DUE
    assert adapter.canonical("task", "due", odd) == Instant(at=odd.at.replace(microsecond=0))
    plain = Plain(text="a [@5fd9ba644c013158dee44660|小张] b")
    shown = adapter.canonical("task", "description", plain)
    made = adapter.push(desk.create(values={"description": plain})).id
    assert desk.item(made).description == shown
    with pytest.raises(Unsupported):
        adapter.canonical("tag", "title", Plain(text="a"))
    assert len(desk.writes()) == 1


def test_a_connection_without_the_teams_address_is_told_what_it_lacks(plain: Desk) -> None:
    assert "web_url" not in " ".join(note.en for note in plain.adapter().check().notes)
    assert "web_url" in " ".join(note.en for note in plain.adapter(web_url=None).check().notes)
