"""Recorded answers of PingCode: the adapter reads them all, and a recording of a real team gives nobody away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pmbridge.errors import CredentialRefused
from pmbridge.records import Change, Comment, Group, Listing, check
from pmbridge_pingcode.sandbox_render import Renderer
from tests.contract.pingcode_bench import opened
from tests.contract.record import ROOT
from tests.contract.record_pingcode import HOST, PingCodeScrubber, replayed
from tests.contract.scrub import ANY, suspicions

FOLDER = ROOT / "pingcode"


def played(name: str) -> Any:
    return replayed(FOLDER / f"{name}.yaml", name)


@pytest.mark.parametrize("name", ["pjm", "project"])
def test_the_adapter_reads_what_was_recorded(name: str) -> None:
    found = played(name)
    assert found["account"].name == "晴川数字"
    assert {one.title for one in found["items"]} == {"支付页面 😄", "对账", "规格书"}
    for record in found["records"].values():
        assert check(record) == record
    groups = {one.title for one in found["records"].values() if isinstance(one, Group)}
    assert groups == {"M3 会员与积分", "迭代 1"}
    assert all(isinstance(one, Listing) for one in found["census"])
    assert {one.id for one in found["read"]} == {one.id for one in found["items"]}
    told = [record for one in found["details"] for record in one.records]
    assert {type(one) for one in told} == {Comment, Change}
    assert len(found["visible"]) == 1


def test_a_wrong_secret_is_refused_as_it_was() -> None:
    error = played("refused")["error"]
    assert isinstance(error, CredentialRefused)
    assert error.name == "client-refused"


@pytest.mark.parametrize("name", ["pjm", "project", "refused"])
def test_neither_client_nor_secret_stands_in_an_address_on_a_cassette(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert "/v1/auth/token?grant_type=client_credentials" in text
    assert "client_secret" not in text.replace("client_id或client_secret", "")
    assert "sandbox-client" not in text
    assert suspicions(text) == []


def test_what_people_have_written_is_on_no_recording_of_a_real_team() -> None:
    with opened() as workspace:
        team = workspace.sandbox.team
        project = team.add_project("GEHEIM", "蓝海零售商城")
        made = team.add_item(project, "秘密需求", "task", description="<p>机密</p>", properties={"jinmi": "值"},
                             assignee=team.add_user("张敏").id, tags=("内部",))  # fmt: skip
        row = Renderer(team, "pjm").work_item(made)
    body = json.dumps({"access_token": "e7321ca8", "values": [row]}, ensure_ascii=False).encode()
    scrubbed = PingCodeScrubber(host="open.pingcode.com", to=HOST).body(body)
    text = scrubbed.decode()
    for private in ("GEHEIM", "蓝海", "秘密", "机密", "jinmi", "值", "张敏", "user", "内部", "e7321ca8", "html_url"):
        assert private not in text, private
    kept = json.loads(text)
    assert kept["access_token"] == ANY
    assert kept["values"][0]["id"] == made.id
    assert kept["values"][0]["type"] == "task"
    assert kept["values"][0]["state"]["type"] == "pending"
