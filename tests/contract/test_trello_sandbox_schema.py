"""What the Trello sandbox answers is what the vendor's document, corrected by recordings, describes; route by route."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pmbridge.testing.sandbox import Fault
from pmbridge_trello.sandbox import TrelloSandbox
from pmbridge_trello.sandbox_http import ROUTES
from tests.contract.openapi import Audit, Spec
from tests.contract.trello_visitor import NOW, Json, Visitor, trello, visiting

BOARD, CARD, LIST, LABEL, FIELD, CHECKLIST, ITEM, ATTACHMENT, ACTION = (
    "{board}", "{card}", "{list}", "{label}", "{field}", "{checklist}", "{item}", "{attachment}", "{action}",
)  # fmt: skip
CALLS = (
    f"/boards/{BOARD}",
    f"/boards/{BOARD}?fields=all&lists=all&list_fields=name&labels=all&label_fields=name&labels_limit=1000&members=all"
    "&member_fields=username&memberships=all&customFields=true&cards=all&card_fields=all&card_customFieldItems=true"
    "&card_attachments=true&checklists=all&actions=all&actions_limit=1000&organization=true",
    f"/boards/{BOARD}/lists?filter=all&cards=all&card_fields=name",
    f"/boards/{BOARD}/lists/open",
    f"/boards/{BOARD}/cards?filter=all&fields=name&limit=1000&customFieldItems=true&before=2026-06-06",
    f"/boards/{BOARD}/cards/all?fields=all&customFieldItems=true",
    f"/boards/{BOARD}/checklists",
    f"/boards/{BOARD}/customFields",
    f"/boards/{BOARD}/labels?limit=1000&fields=name",
    f"/boards/{BOARD}/members?fields=username",
    f"/boards/{BOARD}/memberships?member=true",
    f"/boards/{BOARD}/actions?filter=all&limit=1000&fields=type&member=false&memberCreator=false&since=2026-01-01",
    f"/boards/{BOARD}/name",
    f"/cards/{CARD}",
    f"/cards/{CARD}?fields=all&members=true&member_fields=all&list=true&board=true&board_fields=all&checklists=all"
    "&attachments=true&customFieldItems=true&actions=all&stickers=true&pluginData=true",
    f"/cards/{CARD}/list",
    f"/cards/{CARD}/board",
    f"/cards/{CARD}/members",
    f"/cards/{CARD}/attachments",
    f"/cards/{CARD}/attachments/{ATTACHMENT}",
    f"/cards/{CARD}/checklists",
    f"/cards/{CARD}/checkItemStates",
    f"/cards/{CARD}/checkItem/{ITEM}",
    f"/cards/{CARD}/customFieldItems",
    f"/cards/{CARD}/stickers",
    f"/cards/{CARD}/pluginData",
    f"/cards/{CARD}/actions?filter=all&page=0",
    f"/cards/{CARD}/due",
    f"/actions/{ACTION}",
    f"/lists/{LIST}",
    f"/lists/{LIST}/cards?filter=all&fields=all&customFieldItems=true",
    f"/lists/{LIST}/actions?filter=all",
    f"/labels/{LABEL}",
    f"/checklists/{CHECKLIST}",
    f"/checklists/{CHECKLIST}/checkItems",
    f"/checklists/{CHECKLIST}/checkItems/{ITEM}",
    f"/customFields/{FIELD}",
    f"/customFields/{FIELD}/options",
    "/members/me",
    "/members/me?fields=username,fullName",
    "/members/me/boards?filter=open&fields=name,closed,dateLastActivity&lists=open",
    "/members/me/boards",
    "/members/me/organizations",
    "/organizations/qingchuan",
    "/organizations/qingchuan/boards?filter=open&fields=all",
    "/tokens/{token}?fields=all",
    "/tokens/{token}/member",
    f"/batch?urls=/boards/{BOARD}?fields=closed,/cards/{CARD}",
)
WRITES = (
    ("POST", "/cards", {"idList": "{list}", "name": "新", "desc": "正文", "due": "2026-07-01T10:00:00.000Z",
                        "idLabels": ["{label}"], "dueComplete": False}),
    ("PUT", f"/cards/{CARD}", {"name": "改", "due": None, "idList": "{list}"}),
    ("DELETE", f"/cards/{CARD}/idLabels/{{label}}", None),
    ("POST", f"/cards/{CARD}/idLabels", {"value": "{label}"}),
    ("POST", f"/cards/{CARD}/actions/comments", {"text": "看"}),
    ("POST", f"/cards/{CARD}/attachments", {"url": "https://a.example/1", "name": "邮件"}),
    ("POST", "/checklists", {"idCard": "{card}", "name": "清单"}),
    ("POST", f"/cards/{CARD}/checklists", {"name": "清单"}),
    ("POST", f"/checklists/{CHECKLIST}/checkItems", {"name": "丙", "checked": True}),
    ("PUT", f"/cards/{CARD}/checkItem/{ITEM}", {"name": "甲", "state": "incomplete"}),
    ("PUT", f"/cards/{CARD}/customField/{FIELD}/item", {"idValue": "{option}"}),
    ("PUT", f"/cards/{CARD}/customFields", {"customFieldItems": [{"idCustomField": "{number}",
                                                                 "value": {"number": "2.5"}}]}),
)  # fmt: skip
REFUSED_WRITES = (
    ("POST", "/cards", {"name": "no list"}, 400, "invalid value for idList"),
    ("PUT", f"/cards/{CARD}", {"idList": "0" * 24, "name": "x"}, 400, "invalid value for idList"),
    ("PUT", f"/cards/{CARD}", {"due": "soon"}, 400, "invalid value for due"),
    ("PUT", f"/cards/{CARD}", {"idLabels": ["0" * 24]}, 400, "invalid value for idLabels"),
    ("PUT", f"/cards/{'0' * 24}", {"name": "x"}, 404, "The requested resource was not found."),
    ("PUT", f"/cards/{CARD}/customFields", {"customFieldItems": [
        {"idCustomField": "{number}", "value": {"number": 2.5}}]}, 400, "Invalid custom field item value."),
)  # fmt: skip
REFUSED = (
    (f"/boards/{'0' * 24}", 404), ("/boards/{hidden}", 401), ("/tokens/nonsense", 400),
    (f"/boards/{BOARD}/cards?limit=2000", 400), (f"/cards/{'0' * 24}", 404),
)  # fmt: skip


@pytest.fixture(scope="module")
def judged(shared: Path) -> Iterator[tuple[Visitor, Audit, Json]]:
    """Give the story's board with one card that has everything, under the eyes of the judge."""
    sandbox = trello(limits=None, may_write=True)
    with visiting(sandbox) as visitor:
        sandbox.play(NOW)
        ids = _everything(sandbox)
        yield visitor, Spec.trello(shared).audit(sandbox), ids


def _everything(sandbox: TrelloSandbox) -> Json:
    """Make a card with each kind of field filled in, edited, commented, moved; return the ids of what is around it."""
    store, world = sandbox.store, sandbox.world
    board = store.boards[sandbox.projects()[0]]
    fields = {kind: store.add_field(board, kind, kind) for kind in ("text", "number", "date", "checkbox")}
    severity = store.add_field(board, "级别", "list", options=["高", "低"])
    label = store.add_label(board, "", None)
    todo, doing, _ = store.lists_of(board)
    card = store.add_card(
        todo, "全", due=NOW, start=NOW, due_reminder=60, labels=(label.id,), members=(store.me.id,), desc="**粗**"
    )
    for field, value in zip(
        (*fields.values(), severity), ("a", 1.5, datetime(2026, 1, 1, tzinfo=UTC), True, "高"), strict=True
    ):
        store.set_value(card, field, value)
    store.set_value(card, severity, "低")
    checklist = store.add_checklist(card, "步骤", ["甲", "乙"])
    store.edit_check_item(checklist, checklist.items[0], state="complete")
    store.attach(card, "https://figma.example/f/1", "稿")
    store.edit_card(card, in_list=doing.id, name="全部", due=None, due_complete=True, closed=True, members=())
    comment = store.comment(card, "看")
    store.edit_list(todo, name="待设计")
    world.add_item(world.project(), "empty")
    other = world.project()
    world.hide_project(other)
    return {
        "board": board.id, "card": card.id, "list": doing.id, "label": label.id, "field": severity.id,
        "checklist": checklist.id, "item": checklist.items[0].id, "attachment": card.attachments[0].id,
        "action": comment, "hidden": other, "token": sandbox.service.token,
        "number": fields["number"].id, "option": severity.options[0].id,
    }  # fmt: skip


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path[:60])
def test_an_answer_is_as_the_vendor_describes_it(judged: tuple[Visitor, Audit, Json], path: str) -> None:
    me, audit, ids = judged
    before = len(audit.faults)
    answer = me.ask(path.format(**ids))
    assert answer.status_code == 200, answer.text
    assert audit.faults[before:] == []


@pytest.mark.parametrize(("path", "status"), REFUSED)
def test_a_refusal_is_as_the_vendor_describes_it(judged: tuple[Visitor, Audit, Json], path: str, status: int) -> None:
    me, audit, ids = judged
    before = len(audit.faults)
    assert me.ask(path.format(**ids)).status_code == status
    assert audit.faults[before:] == []


def _filled(said: Any, ids: Json) -> Any:
    """Return *said* with the ids of the card in it."""
    if isinstance(said, dict):
        return {name: _filled(one, ids) for name, one in said.items()}
    if isinstance(said, list):
        return [_filled(one, ids) for one in said]
    return said.format(**ids) if isinstance(said, str) else said


def test_writes_and_their_answers_are_as_the_vendor_describes_them(judged: tuple[Visitor, Audit, Json]) -> None:
    """One after the other: some need what the one before them made."""
    me, audit, ids = judged
    before = len(audit.faults)
    for method, path, body in WRITES:
        answer = me.ask(path.format(**ids), method=method, body=_filled(body, ids))
        assert answer.status_code == 200, (path, answer.text)
    # The document wants 32 digits of ids that have 24, and tells the two forms of a value apart by no required key.
    slips = ("^[0-9a-fA-F]{32}$", "is valid under each of")
    assert [one for one in audit.faults[before:] if not any(slip in one for slip in slips)] == []
    del audit.faults[before:]


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), REFUSED_WRITES)
def test_a_write_that_trello_does_not_take_is_refused_in_its_words_and_changes_nothing(
    judged: tuple[Visitor, Audit, Json], method: str, path: str, body: Json, status: int, words: str
) -> None:
    me, audit, ids = judged
    before, count = len(audit.faults), len(me.sandbox.store.ledger.actions)
    answer = me.ask(path.format(**ids), method=method, body=_filled(body, ids))
    assert (answer.status_code, answer.text) == (status, words)
    assert len(me.sandbox.store.ledger.actions) == count
    del audit.faults[before:]


def test_planned_faults_leave_the_judge_alone_but_not_the_request(judged: tuple[Visitor, Audit, Json]) -> None:
    me, audit, _ = judged
    before = len(audit.faults)
    me.sandbox.faults.add(Fault(call="GET /1/members/me", what="html"))
    me.ask("/members/me")
    assert audit.faults[before:] == []
    me.ask("/members/me?colour=red")
    assert ["colour" in fault for fault in audit.faults[before:]] == [True]
    del audit.faults[before:]


def test_every_route_was_judged() -> None:
    """A route that nobody holds against the document may say anything: add its call to CALLS."""
    asked = {path.partition("?")[0] for path in CALLS}
    asked |= {f"{method} {path}" for method, path, _ in WRITES}
    assert {route for route in ROUTES.handlers if not any(_serves(route, path) for path in asked)} == set()


def _serves(route: str, path: str) -> bool:
    rule, asked = route.split("/"), path.split("/")
    return len(rule) == len(asked) and all(
        one.startswith("<") or one == two for one, two in zip(rule, asked, strict=True)
    )
