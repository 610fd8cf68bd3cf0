"""Recorded answers of Worktile: the adapter reads them all, and a recording of a real team gives nobody away."""

from __future__ import annotations

import json
from typing import Any

from pmbridge.errors import CredentialRefused
from pmbridge.records import Comment, Group, Person, check
from pmbridge.testing.clock import FakeClock
from pmbridge_worktile.sandbox import WorktileSandbox
from pmbridge_worktile.sandbox_routes import base_of, flat
from pmbridge_worktile.sandbox_store import FORECAST
from tests.contract.record import ROOT
from tests.contract.record_worktile import HOST, WorktileScrubber, replayed
from tests.contract.scrub import ANY, suspicions

FOLDER = ROOT / "worktile"


def played(name: str) -> Any:
    return replayed(FOLDER / f"{name}.yaml", name)


def test_the_adapter_reads_what_was_recorded() -> None:
    found = played("tenant")
    assert {one.title for one in found["items"]} == {"支付页面 😄", "对账"}
    for record in found["records"].values():
        assert check(record) == record
    by_title = {one.title: one for one in found["items"]}
    paid, checked = by_title["支付页面 😄"], by_title["对账"]
    assert (paid.state.category, checked.parent) == ("done", paid.id)
    assert paid.fields[FORECAST] is not None
    assert {one.title for one in found["records"].values() if isinstance(one, Group)} == {"上线"}
    assert any(isinstance(one, Person) for one in found["records"].values())
    assert {one.id for one in found["read"]} == {one.id for one in found["items"]}
    told = [record for one in found["details"] for record in one.records]
    assert [type(one) for one in told] == [Comment]
    assert len(found["visible"]) == 1


def test_a_wrong_secret_is_refused_as_it_was() -> None:
    assert isinstance(played("refused")["error"], CredentialRefused)


def test_the_token_stands_neither_in_an_address_nor_in_a_body() -> None:
    text = (FOLDER / "tenant.yaml").read_text(encoding="utf-8")
    assert '"tenant_access_token": "any"' in text
    assert "access_token=" not in text
    assert '"client_id": "any", "client_secret": "any"' in text
    assert "Content-Length" not in text
    assert suspicions(text) == []


def test_what_people_have_written_is_on_no_recording_of_a_real_team() -> None:
    with WorktileSandbox(FakeClock()) as sandbox:
        world, team = sandbox.world, sandbox.team
        project = world.project()
        tag = world.add_tag(project, "蓝海")
        made = world.add_item(project, "秘密任务", group=tag)
        world.edit(made, description="机密说明", fields={"jinmi": "值"})
        task = team.tasks[made.external_id]
        keys = ("assignee", "tag", "desc", "jinmi", "title")
        row = base_of(team, task) | {"properties": flat(team, task, keys)}
        person = {"_id": "a" * 24, "uid": "b" * 32, "name": "zhangmin", "display_name": "张敏", "email": "z@real.com"}
    sent = {"tenant_access_token": "0123456789" * 4, "items": [row], "references": {"users": [person]}}
    text = WorktileScrubber(host="dev.worktile.com", to=HOST).body(json.dumps(sent).encode()).decode()
    for private in ("蓝海", "秘密", "机密", "jinmi", "值", "张敏", "zhangmin", "real.com", "0123456789"):
        assert private not in text, private
    kept = json.loads(text)
    assert kept["tenant_access_token"] == ANY
    assert kept["items"][0]["_id"] == made.external_id
    assert {"tag", "desc"} <= set(kept["items"][0]["properties"])
    assert kept["items"][0]["properties"]["tag"][0]["_id"] == tag.external_id.rpartition("/")[2]
    assert kept["items"][0]["task_state"]["type"] == row["task_state"]["type"]
