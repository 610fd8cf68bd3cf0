"""Everything that adapter and sandbox say to each other, held against the vendor's own document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pmbridge.records import AddComment, AddLink, Create, Scope, Transition, Update, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import Day, FieldValue, Number, Plain, Rich
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.sandbox_bulk import seed_bulk
from tests.contract.openapi import Audit, Spec
from tests.contract.trello_bench import ALL, Mirror, Workspace

READING = {
    "GET /members/{id}", "GET /members/{id}/boards", "GET /tokens/{token}", "GET /batch", "GET /boards/{id}",
    "GET /boards/{id}/cards", "GET /boards/{id}/checklists", "GET /boards/{id}/customFields",
    "GET /boards/{id}/labels", "GET /boards/{boardId}/actions",
}  # fmt: skip
BATCHED = {"GET /boards/{id}", "GET /cards/{id}", "GET /lists/{id}", "GET /labels/{id}"}


@pytest.fixture(scope="module")
def spec(shared: Path) -> Spec:
    return Spec.trello(shared)


def everything(workspace: Workspace) -> None:
    """Do all that an adapter does on behalf of the engine."""
    world, store = workspace.world, workspace.sandbox.store
    board, big, other = world.project(), world.project(), world.project()
    seed_bulk(store, store.boards[big], 120)
    label, group = world.add_label(board, "变更"), world.add_group(board, "评估")
    for n in range(43):
        world.add_label(board, f"L{n}")
    card = world.add_item(board, "变更 1", due=date(2026, 6, 12), group=label)
    step = world.add_item(board, "步骤", parent=card, state="done")
    severity = store.add_field(store.boards[board], "级别", "list", options=("高", "低"))
    store.set_value(store.cards[card.external_id], severity, "高")
    world.edit(card, state="in_progress", points=3, description="说明", complete=True)
    world.comment(card, "评论")
    adapter = workspace.run()
    adapter.check()
    assert len(list(adapter.projects())) == 3
    adapter.describe(board)
    adapter.describe("World 1")
    mirror = workspace.pull(board, big, other, fields={severity.id}, cards_per_request=50)
    world.hide_project(other)
    workspace.sandbox.clock.advance(60)
    world.edit(card, title="变更 1a")
    workspace.pull(board, big, other, into=mirror, fields={severity.id}, cards_per_request=50)
    list(workspace.run().census(Scope(projects=(board, other), kinds=ALL)))
    workspace.read(card, step, label, group)
    adapter.visible([board, other])
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY})
    (found,) = workspace.run().details([Wanted(id=card, project=board, parts=parts)])
    assert found.error is None
    assert len(found.records) >= 4


def checked(audit: Audit) -> None:
    assert audit.faults == []
    assert set(audit.judged) == READING


@pytest.mark.parametrize("auth", ["token", "bearer"])
def test_reading_trello_keeps_to_the_vendors_document(spec: Spec, auth: Any) -> None:
    with TrelloSandbox(FakeClock(), auth=auth) as sandbox:
        audit = spec.audit(sandbox)
        everything(Workspace(sandbox))
    assert audit.faults == []
    assert set(audit.judged) == READING - ({"GET /tokens/{token}"} if auth == "bearer" else set())


def test_the_routes_of_a_batch_keep_to_the_vendors_document_too(spec: Spec) -> None:
    """Nothing in the document describes what stands inside a batch."""
    with TrelloSandbox(FakeClock()) as sandbox:
        everything(Workspace(sandbox))
        routes = [
            route for one in sandbox.requests if one.path == "/1/batch" for route in one.query["urls"][0].split(",")
        ]
    judged = set()
    for route in routes:
        path, _, query = route.partition("?")
        asked = {name: [value] for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)}
        assert spec.request_faults("GET", path, asked) == []
        operation = spec.operation("GET", path)
        assert operation is not None
        judged.add(operation.name)
    assert judged == BATCHED


def test_a_whole_day_of_the_demos_board_keeps_to_the_vendors_document(spec: Spec) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    at = datetime(2026, 6, 4, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    with TrelloSandbox(FakeClock(at)) as sandbox:
        sandbox.play(at)
        audit = spec.audit(sandbox)
        workspace, (board,) = Workspace(sandbox), sandbox.projects()
        mirror: Mirror = workspace.pull(board)
        wanted = [Wanted(id=one, project=board, parts=frozenset({Verb.HISTORY})) for one in mirror.items]
        assert all(one.error is None for one in workspace.run().details(wanted))
    assert audit.faults == []


WRITING = {
    "POST /cards", "PUT /cards/{id}", "GET /cards/{id}", "POST /cards/{id}/idLabels", "GET /boards/{id}/lists",
    "DELETE /cards/{id}/idLabels/{idLabel}", "PUT /cards/{idCard}/customFields",
    "PUT /cards/{idCard}/customField/{idCustomField}/item", "GET /cards/{id}/checklists",
    "POST /checklists/{id}/checkItems", "PUT /cards/{id}/checkItem/{idCheckItem}",
    "POST /cards/{id}/actions/comments", "GET /cards/{id}/attachments", "POST /cards/{id}/attachments",
    "GET /boards/{id}/cards", "GET /boards/{boardId}/actions", "GET /cards/{id}/actions", "GET /batch",
    "GET /members/{id}", "GET /tokens/{token}",
}  # fmt: skip
SLIPS = ("^[0-9a-fA-F]{32}$", "is valid under each of", "{'value': '', 'idValue': ''}")
"""The document wants 32 digits of ids that have 24, tells the two forms of a value apart by no required key, and leaves
out how a value is cleared."""


def test_writing_keeps_to_the_vendors_document(spec: Spec) -> None:
    with TrelloSandbox(FakeClock()) as sandbox:
        sandbox.allow_writing()
        audit = spec.audit(sandbox)
        workspace = Workspace(sandbox, {"read_only": False})
        every_write(workspace)
    assert [one for one in audit.faults if not any(slip in one for slip in SLIPS)] == []
    assert set(audit.judged) == WRITING


def every_write(workspace: Workspace) -> None:
    """Write all that can be written, and look for it."""
    world, store, adapter = workspace.world, workspace.sandbox.store, workspace.run()
    board = world.project()
    card = world.add_item(board, "Card")
    step = world.add_item(board, "Step", parent=card)
    label = world.add_label(board, "变更")
    text, number = (store.add_field(store.boards[board], kind, kind) for kind in ("text", "number"))
    uid, since = "01JWX3K8000000000000000001", workspace.sandbox.clock.now()
    fields: dict[str, FieldValue | None] = {
        f"field:{text.id}": Plain(text="a"),
        f"field:{number.id}": Number(value=Decimal("2.5")),
    }
    values: dict[str, FieldValue | None] = {"title": Plain(text="新"), "due": Day(on=since.date())}
    create = Create(uid=uid, project=board, kind="card", values=values)
    item = Create(uid=uid, project=board, kind="checkitem", parent=card, values={"title": Plain(text="甲")})
    comment = AddComment(uid=uid, target=card, body=Rich(format="markdown", original="**看**"), audience="public")
    for write in (
        create,
        item,
        Update(uid=uid, target=card, values={"title": Plain(text="改"), "due": None}),
        Update(uid=uid, target=card, join=frozenset({label})),
        Update(uid=uid, target=card, leave=frozenset({label})),
        Update(uid=uid, target=card, values=fields),
        Update(uid=uid, target=card, values={f"field:{text.id}": None}),
        Transition(uid=uid, target=card, to=store.lists_of(store.boards[board])[1].id),
        Transition(uid=uid, target=step, to="complete"),
        comment,
        AddLink(uid=uid, target=card, to="https://a.example/1", relation="", title="邮件"),
    ):
        adapter.push(write)
    assert [len(adapter.find(one, since)) for one in (create, item, comment)] == [1, 1, 1]
