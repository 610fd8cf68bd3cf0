"""Everything that adapter and sandbox say to each other, held against the document; the vendor's examples are read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from pmbridge.records import Group, Item, Scope, Verb, Wanted, check
from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode import wire
from pmbridge_pingcode.translate import Reader, change
from tests.contract.openapi import Spec
from tests.contract.pingcode_bench import ALL, Visitor, Workspace, opened, some, visiting

READING = {
    "GET /v1/auth/token", "GET /v1/directory/team", "GET /v1/ship/products", "GET /v1/ship/products/{product_id}",
    "GET /v1/{A}/projects", "GET /v1/{A}/projects/{project_id}", "GET /v1/{A}/work_items",
    "GET /v1/{A}/work_items/{work_item_id}", "GET /v1/{A}/work_items/{work_item_id}/transition_histories",
    "GET /v1/{A}/work_item/types", "GET /v1/{A}/work_item/states", "GET /v1/{A}/work_item/properties",
    "GET /v1/{A}/projects/{project_id}/versions", "GET /v1/{A}/projects/{project_id}/versions/{version_id}",
    "GET /v1/{A}/projects/{project_id}/sprints", "GET /v1/{A}/projects/{project_id}/sprints/{sprint_id}",
    "GET /v1/{A}/stages", "GET /v1/{A}/deliverables", "GET /v1/comments", "GET /v1/ship/tickets", "GET /v1/ship/ideas",
    "GET /v1/ship/tickets/{ticket_id}", "GET /v1/ship/ideas/{idea_id}", "GET /v1/ship/ticket/types",
    "GET /v1/ship/tickets/{ticket_id}/transition_histories", "GET /v1/ship/ideas/{idea_id}/transition_histories",
    "GET /v1/ship/ticket/states", "GET /v1/ship/ticket/properties", "GET /v1/ship/idea/states",
    "GET /v1/ship/idea/properties",
}  # fmt: skip
SEARCHING = {"POST /v1/pjm/work_items/search", "POST /v1/ship/tickets/search", "POST /v1/ship/ideas/search"}


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.pingcode(shared)


def everything(workspace: Workspace) -> None:
    """Do all that an adapter does on behalf of the engine."""
    world = workspace.sandbox.world
    project, product = world.project(), world.product()
    made = some(workspace, project, 4)
    made += [world.add_item(product, "工单"), world.add_idea(product, "想法")]
    release, sprint = world.add_group(project, "M1", date(2026, 7, 1)), world.add_sprint(project, "迭代 1")
    deliverable = world.add_deliverable(made[0], "规格书", "https://files.qingchuan.example/1")
    world.edit(
        made[0], state="done", due=date(2026, 6, 9), points=3, fields={"severity": catalogue.hex24(0x5EFB1859, 1)}
    )
    world.edit(made[1], group=release)
    world.edit(made[2], group=sprint, parent=made[0])
    world.comment(made[0], "评论")
    adapter = workspace.adapter()
    adapter.check()
    assert len(list(adapter.projects())) == 2
    adapter.describe(project)
    adapter.describe(product)
    fields = {"work_item": ["severity", "story_points"]}
    mirror = workspace.pull(project, product, fields=fields)
    workspace.later()
    for one in made:
        world.edit(one, title="again")
    workspace.pull(project, product, into=mirror, fields=fields)
    world.delete(made[3])
    adapter = workspace.adapter()
    list(adapter.census(Scope(projects=(project, product), kinds=ALL)))
    list(adapter.read([*made, release, sprint, deliverable]))
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    wanted = [Wanted(id=one, project=project, parts=parts) for one in (made[0], made[4], made[5])]
    assert all(one.error is None for one in adapter.details(wanted))
    world.hide_project(project)
    assert adapter.visible([project, product]) == {product}


@pytest.mark.parametrize("area", ["pjm", "project"])
def test_reading_keeps_to_the_document(spec: Spec, area: str) -> None:
    with opened(dialects=(area,)) as workspace:
        audit = spec.audit(workspace.sandbox)
        everything(workspace)
    assert audit.faults == []
    asked = {name.replace("{A}", area) for name in READING} | (SEARCHING if area == "pjm" else set())
    assert set(audit.judged) - {"GET /v1/pjm/projects"} == asked - {"GET /v1/pjm/projects"}


def test_writing_keeps_to_the_document(spec: Spec) -> None:
    with visiting(dialects=("pjm", "project")) as me:
        audit = spec.audit(me.sandbox)
        for area in ("pjm", "project"):
            write(me, area)
    assert audit.faults == []
    assert {"PATCH /v1/pjm/work_items", "DELETE /v1/project/work_items/{work_item_id}"} <= set(audit.judged)


def write(me: Visitor, area: str) -> None:
    world = me.sandbox.world
    project, product = world.project(), world.product().partition("/")[2]
    root, me_id = f"/v1/{area}", me.sandbox.team.me.id
    said: dict[str, Any] = {"project_id": project, "type_id": "task", "title": "写", "end_at": 1780000000}
    status, item = me.ask("POST", f"{root}/work_items", said)
    assert status == 201
    _, found = me.ask("GET", f"{root}/work_items/{item['short_id']}")
    assert found["id"] == item["id"]
    me.ask("PATCH", f"{root}/work_items/{item['id']}", {"title": "改", "state_id": catalogue.DOING.id})
    bulk = {"ids": [item["id"]], "property_name": "title", "property_value": "批"}
    assert me.ask("PATCH", f"{root}/work_items", bulk)[1] == {"inserts": 0, "updates": 1, "deletes": 0}
    dated = {"name": "1.0", "start_at": 1780000000, "end_at": 1781000000, "assignee_id": me_id}
    _, release = me.ask("POST", f"{root}/projects/{project}/versions", dated)
    entered = {"stage_id": catalogue.PUBLISHED, "operate_at": 1780000000}
    assert me.ask("PATCH", f"{root}/projects/{project}/versions/{release['id']}", entered)[0] == 200
    me.ask("DELETE", f"{root}/projects/{project}/versions/{release['id']}")
    _, sprint = me.ask("POST", f"{root}/projects/{project}/sprints", dated)
    me.ask("PATCH", f"{root}/projects/{project}/sprints/{sprint['id']}", {"status": "in_progress"})
    said = {"principal_type": "work_item", "principal_id": item["id"], "content": "说"}
    _, comment = me.ask("POST", "/v1/comments", said)
    where = {"principal_type": "work_item", "principal_id": item["id"]}
    assert me.ask("DELETE", f"/v1/comments/{comment['id']}", **where)[1]["is_deleted"] == 1
    said = {"product_id": product, "title": "工单", "type_id": next(iter(catalogue.TICKET_TYPES))}
    _, ticket = me.ask("POST", "/v1/ship/tickets", said)
    me.ask("PATCH", f"/v1/ship/tickets/{ticket['id']}", {"title": "改"})
    _, idea = me.ask("POST", "/v1/ship/ideas", {"product_id": product, "title": "想法"})
    planned = {"from": 1780000000, "to": 1781000000, "granularity": "day"}
    assert me.ask("PATCH", f"/v1/ship/ideas/{idea['id']}", {"title": "改", "plan_at": planned})[0] == 200
    _, other = me.ask("POST", f"{root}/work_items", {"project_id": project, "type_id": "task", "title": "另"})
    linked = f"{root}/work_items/{item['id']}/relations"
    said = {"target_work_item_id": other["id"], "relation_type": "relate"}
    _, relation = me.ask("POST", linked, said)
    assert [row["id"] for row in me.ask("GET", linked)[1]["values"]] == [relation["id"]]
    assert me.ask("GET", f"{root}/work_item/relation_types")[0] == 200
    assert me.ask("DELETE", f"{linked}/{relation['id']}")[0] == 200
    pair = {"principal_type": "ticket", "principal_id": ticket["id"], "target_type": "idea"}
    _, crossed = me.ask("POST", "/v1/relations", {**pair, "target_id": idea["id"]})
    assert [row["id"] for row in me.ask("GET", "/v1/relations", **pair)[1]["values"]] == [crossed["id"]]
    assert me.ask("DELETE", f"{root}/work_items/{item['id']}")[1]["is_deleted"] == 1


# ------------------------------------------------------------------------------------------ the vendor's examples

READ_AS: dict[str, type[BaseModel]] = {
    "/v1/project/projects": wire.Project,
    "/v1/project/projects/{project_id}": wire.Project,
    "/v1/project/work_items": wire.WorkItem,
    "/v1/project/work_items/{work_item_id}": wire.WorkItem,
    "/v1/project/projects/{project_id}/versions": wire.Release,
    "/v1/project/projects/{project_id}/versions/{version_id}": wire.Release,
    "/v1/project/projects/{project_id}/sprints": wire.Sprint,
    "/v1/project/projects/{project_id}/sprints/{sprint_id}": wire.Sprint,
    "/v1/project/stages": wire.State,
    "/v1/project/deliverables": wire.Deliverable,
    "/v1/project/deliverables/{deliverable_target_id}": wire.Deliverable,
    "/v1/project/work_item_types": wire.WorkItemType,
    "/v1/project/work_item_states": wire.State,
    "/v1/project/work_item_properties": wire.Property,
    "/v1/project/work_items/{work_item_id}/transition_histories": wire.Transition,
    "/v1/ship/tickets/{ticket_id}/transition_histories": wire.Transition,
    "/v1/ship/ideas/{idea_id}/transition_histories": wire.Transition,
    "/v1/ship/products": wire.Product,
    "/v1/ship/tickets": wire.Ticket,
    "/v1/ship/tickets/{ticket_id}": wire.Ticket,
    "/v1/ship/ideas": wire.Idea,
    "/v1/ship/ideas/{idea_id}": wire.Idea,
    "/v1/comments": wire.Comment,
    "/v1/directory/users": wire.User,
    "/v1/directory/team": wire.Team,
    "/v1/myself": wire.User,
}


def rows(body: Any) -> list[Any]:
    if "values" not in body:
        return [body]
    return list(wire.Envelope.model_validate(body).values)


def test_every_example_of_the_vendor_can_be_read(shared: Path) -> None:
    path = shared / "samples" / "pingcode-vendor-examples.json"
    operations = json.loads(path.read_text(encoding="utf-8"))["operations"]
    read = 0
    for operation in operations:
        model = READ_AS.get(operation["path"])
        if model is None or (operation["method"], operation["path"]) == ("PATCH", "/v1/project/work_items"):
            continue
        for body in operation["responses"]:
            for row in rows(body):
                model.model_validate(row)
                read += 1
    assert read >= 45
    assert {one["path"] for one in operations} >= set(READ_AS)


def test_the_examples_of_the_vendor_become_records(shared: Path) -> None:
    path = shared / "samples" / "pingcode-vendor-examples.json"
    operations = json.loads(path.read_text(encoding="utf-8"))["operations"]
    examples = {(one["method"], one["path"]): rows(one["responses"][0]) for one in operations if one["responses"]}
    reader = Reader(kinds=ALL, zone=ZoneInfo("Asia/Shanghai"), fields={"work_item": ["severity", "priority", "prop_a"]})
    project = "/v1/project/projects/{project_id}"
    made: list[Item | Group] = [
        *(reader.work_item(wire.WorkItem.model_validate(row)) for row in examples["GET", "/v1/project/work_items"]),
        *(reader.ticket(wire.Ticket.model_validate(row)) for row in examples["GET", "/v1/ship/tickets"]),
        *(reader.idea(wire.Idea.model_validate(row)) for row in examples["GET", "/v1/ship/ideas"]),
        *(reader.release(wire.Release.model_validate(row), "p") for row in examples["GET", f"{project}/versions"]),
        *(reader.sprint(wire.Sprint.model_validate(row), "p") for row in examples["GET", f"{project}/sprints"]),
        *(
            reader.deliverable(wire.Deliverable.model_validate(row), "p")
            for row in examples["GET", "/v1/project/deliverables"]
        ),
    ]
    assert all(check(one) == one for one in made)
    assert {one.id.kind for one in made} == ALL
    story = next(one for one in made if isinstance(one, Item) and one.key == "SCR-3")
    assert (story.title, story.state.name, story.type.id) == ("这是一个用户故事", "新建", "story")
    assert story.due is not None
    assert set(story.fields) == {"severity", "priority", "prop_a"}
    steps = examples["GET", "/v1/ship/tickets/{ticket_id}/transition_histories"]
    told = [change(wire.Transition.model_validate(row), story.id) for row in steps]
    assert [one is None for one in told] == [True, False]  # the first row tells of the creation
