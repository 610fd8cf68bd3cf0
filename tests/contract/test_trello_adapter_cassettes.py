"""Recorded answers of Trello: the adapter reads them all, and a recording of a real board gives nobody away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue, SecretStr, TypeAdapter

from pmbridge.errors import CredentialRefused
from pmbridge.records import Change, Comment, Group, Item, check
from pmbridge.values import Named, Number
from tests.contract.record import ROOT, StillClock, cassette
from tests.contract.record_trello import HOST, KEY, TrelloScrubber, _example, adapter_for, replayed
from tests.contract.scrub import suspicions
from tests.unit import trello_wire as trello

FOLDER = ROOT / "trello"


def played(name: str) -> Any:
    return replayed(FOLDER / f"{name}.yaml", name)


def test_the_adapter_reads_what_was_recorded() -> None:
    found = played("board")
    assert found["account"].name == "王工"
    assert {one.title for one in found["items"]} == {"M2 设计验收 😄", "审稿", "购物车"}
    for record in found["records"].values():
        assert check(record) == record
    milestone = next(one for one in found["read"] if isinstance(one, Item) and one.title.startswith("M2"))
    assert milestone.description is not None
    assert "可以付款" in milestone.description.original
    assert milestone.state.name == "完成"
    values = list(milestone.fields.values())
    assert any(isinstance(one, Number) for one in values)
    assert any(isinstance(one, Named) and one.name == "高" for one in values)
    groups = {one.title for one in found["records"].values() if isinstance(one, Group)}
    assert {"里程碑", "待办", "进行中", "完成"} <= groups
    told = [record for one in found["details"] for record in one.records]
    assert {type(one) for one in told} == {Comment, Change}
    assert all(one.error is None for one in found["details"])
    assert len(found["visible"]) == 1


def test_the_vendors_own_examples_are_read() -> None:
    found = played("vendor-examples")
    assert (found["account"].name, found["account"].expires_at) == ("Bentley Cook", None)
    (board,) = found["boards"]
    assert (board.name, board.url) == ("Trello Platform Changes", "https://trello.com/b/dQHqCohZ")
    ((comment,),) = [one.records for one in found["details"]]
    assert isinstance(comment, Comment)
    assert comment.body.original == "Can never go wrong with bowie"
    assert comment.created_at == datetime(2020, 3, 9, 19, 41, 51, 396000, tzinfo=UTC)


def test_an_example_that_contradicts_what_was_seen_is_refused_and_not_guessed_at(shared: Path) -> None:
    """The document puts name and options of a custom field where no answer has them."""
    document = json.loads((shared / "specs" / "trello.openapi.json").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    field = _example(schemas["CustomField"], schemas)
    assert "name" not in field
    with trello.desk() as desk:
        desk.shows(**{trello.BOARD: "2026-06-01T08:00:00.123Z"})
        desk.routes[f"/boards/{trello.BOARD}"] = trello.data(trello.board(customFields=[field]))
        (page,) = trello.Mirror().take(desk.adapter(), trello.scope(fields=(trello.POINTS,)))
    assert page.skipped[0].error.facts["field"] == "customFields.0.name (missing)"


def test_a_wrong_token_is_refused_as_it_was() -> None:
    error = played("refused")["error"]
    assert isinstance(error, CredentialRefused)
    assert error.name == "trello-secret"


def test_a_question_that_is_not_on_the_tape_is_an_error_and_not_a_request() -> None:
    with cassette(FOLDER / "refused.yaml", host=HOST):
        adapter = adapter_for({"base_url": HOST, "api_key": KEY}, SecretStr("any"), StillClock())
        with pytest.raises(Exception, match="no recorded interaction matches"):
            adapter._site.get("/members/me/boards", TypeAdapter(JsonValue))


def test_a_recording_of_a_real_board_is_scrubbed() -> None:
    sent = {
        "id": trello.BOARD,
        "name": "Kunde X",
        "shortUrl": "https://trello.com/b/realreal",
        "members": [{"id": trello.WANG, "fullName": "Wang Geheim", "username": "wang", "avatarUrl": "https://x/y"}],
        "cards": [{"id": trello.ident(1), "name": "Geheim", "desc": "https://intranet.kunde-x.com", "closed": False,
                   "customFieldItems": [{"idCustomField": trello.NOTE, "value": {"text": "Geheim 2"}}]}],
        "actions": [{"type": "commentCard", "data": {"text": "Geheim 3", "card": {"name": "Geheim"}}}],
        "token": "hunter2-token",
    }  # fmt: skip
    scrub = TrelloScrubber(host="api.trello.com", to=HOST, secrets=["hunter2-token"])
    kept = json.loads(scrub.body(json.dumps(sent).encode()))
    text = json.dumps(kept, ensure_ascii=False)
    for private in ("Geheim", "Kunde", "kunde-x", "Wang", "wang", "hunter2", "realreal"):
        assert private not in text
    assert kept["cards"][0]["id"] == trello.ident(1)
    assert kept["cards"][0]["name"] == kept["actions"][0]["data"]["card"]["name"], "texts still fit together"
    assert suspicions(text) == []
    assert scrub.body(b"invalid token hunter2-token") == b"invalid token ***"
    assert scrub.body(b"<html>Wang</html>") == b"<html></html>"
