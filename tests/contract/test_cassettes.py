"""Recorded answers: every one says where it comes from, none holds a secret, and the adapter reads them all."""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from pydantic import JsonValue, SecretStr, TypeAdapter

from pmbridge.errors import CredentialRefused
from pmbridge.records import Approval, Change, Comment, Group, Item, Listing, check
from tests.contract.record import HOST, PROVENANCE, ROOT, SCENES, StillClock, adapter_for, cassette
from tests.contract.scrub import ANY, SECRETS, Scrubber, suspicions, without_secrets

FILES = sorted(ROOT.rglob("*.yaml"))
SOURCES = {"vendor-example", "sandbox", "live"}


def faults_of_provenance(entries: dict[str, Any], names: set[str]) -> list[str]:
    """Return what is wrong with the list of where cassettes come from."""
    found = [f"{name}: no provenance" for name in sorted(names - entries.keys())]
    found += [f"{name}: no such cassette" for name in sorted(entries.keys() - names)]
    for name, entry in sorted(entries.items()):
        if entry.get("source") not in SOURCES:
            found.append(f"{name}: unknown source")
        if entry.get("source") == "vendor-example" and not str(entry.get("url", "")).startswith("https://"):
            found.append(f"{name}: a vendor's example needs its address")
        if not isinstance(entry.get("recorded_on"), date) or not entry.get("what"):
            found.append(f"{name}: no date or no content")
    return found


def test_every_cassette_says_where_it_comes_from() -> None:
    assert FILES
    entries = tomllib.loads(PROVENANCE.read_text(encoding="utf-8"))
    assert faults_of_provenance(entries, {path.relative_to(ROOT).as_posix() for path in FILES}) == []


def test_a_cassette_without_provenance_is_found() -> None:
    good = {"source": "sandbox", "recorded_on": date(2026, 1, 1), "what": "x"}
    assert faults_of_provenance({"a": good}, {"a"}) == []
    assert faults_of_provenance({}, {"a"}) == ["a: no provenance"]
    assert faults_of_provenance({"a": good}, set()) == ["a: no such cassette"]
    assert faults_of_provenance({"a": {**good, "source": "web"}}, {"a"}) == ["a: unknown source"]
    assert faults_of_provenance({"a": {**good, "source": "vendor-example"}}, {"a"})
    assert faults_of_provenance({"a": {"source": "live"}}, {"a"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_cassette_holds_a_secret(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert suspicions(text) == []
    assert secrets_in(yaml.safe_load(text)) == []


def secrets_in(recorded: Any) -> list[str]:
    """Return where a value stands under a name that means a secret: parameters, paths, bodies of both directions."""
    found = []
    for told in recorded["interactions"]:
        address = urlsplit(told["request"]["uri"])
        found += [f"?{name}" for name, _ in parse_qsl(address.query) if name.lower() in SECRETS | {"client_id"}]
        found += [address.path for token in re.findall(r"/tokens?/([^/]+)", address.path) if token != ANY]
        for body in (told["request"]["body"], told["response"]["body"]["string"]):
            with suppress(ValueError, TypeError):
                sent = json.loads(body)
                found += [] if without_secrets(sent) == sent else [str(body)[:40]]
    return found


@pytest.mark.parametrize(
    "leak",
    [
        {"request": {"uri": "https://x.example/a?access_token=5"}},
        {"request": {"uri": "https://x.example/a?b=1&client_id=5"}},
        {"request": {"uri": "https://x.example/1/tokens/5?fields=a"}},
        {"request": {"body": '{"client_id": "any", "client_secret": "5"}'}},
        {"response": {"body": {"string": '{"data": [{"Refresh_Token": "5"}]}'}}},
        {"response": {"body": {"string": b'{"tenant_access_token": "5"}'}}},
    ],
)
def test_a_value_under_a_secret_name_is_found_wherever_it_stands(leak: dict[str, Any]) -> None:
    clean: dict[str, Any] = {
        "request": {"uri": "https://x.example/1/tokens/any?page=1", "body": '{"client_secret": "any"}'},
        "response": {"body": {"string": '{"access_token": "any", "token_type": "Bearer", "nextPageToken": "5"}'}},
    }
    assert secrets_in({"interactions": [clean]}) == []
    told = {side: {**clean[side], **leak.get(side, {})} for side in clean}
    assert len(secrets_in({"interactions": [told]})) == 1


@pytest.mark.parametrize(
    "leak",
    [
        "    authorization:\n    - Basic d2FuZzpzZWNyZXQ=",
        "headers: {Set-Cookie: [JSESSIONID=1]}",
        "cookie : x",
        "string: 'Bearer NjQxMjM0NTY3ODkw'",
        "token ATATT3xFfGF0_abc-def=12",
        "sandbox-token",
        "sandbox-client-secret-1",
        "access_token=" + "0123456789" * 4,
        "wang@qingchuan.com",
        "first.last@mail.atlassian.net",
    ],
)
def test_a_secret_in_a_cassette_is_found(leak: str) -> None:
    assert suspicions(leak)
    assert not suspicions("wang@qingchuan.example person-1@jira.invalid basic auth, 2 bearers, https://jira.example")


def test_a_recording_of_a_real_site_is_scrubbed() -> None:
    sent = {
        "self": "https://real.atlassian.net/rest/api/3/issue/1",
        "fields": {
            "summary": "Geheim",
            "labels": ["kunde-x"],
            "customfield_10037": "Geheim 2",
            "customfield_10030": {"id": "1", "value": "Geheim 3"},
            "status": {"name": "进行中", "statusCategory": {"key": "new"}},
            "assignee": {"accountId": "5b10a2844c20165700ede21g", "displayName": "Wang", "emailAddress": "w@real.com",
                         "avatarUrls": {"48x48": "https://secure.gravatar.com/x"}},
            "project": {"id": "1", "key": "REAL", "name": "Kunde X", "projectTypeKey": "software"},
            "fixVersions": [{"id": "1", "name": "Kunde X 1.0", "released": False}],
            "description": {"type": "doc", "content": [
                {"type": "text", "text": "Geheim 4"},
                {"type": "mention", "attrs": {"id": "5b10a2844c20165700ede21g", "text": "@Wang"}},
            ]},
        },
        "items": [{"field": "summary", "fromString": "Geheim", "toString": "Geheim 5"},
                  {"field": "status", "from": "3", "toString": "完成"}],
        "nextPage": "https://real.atlassian.net/x?token=hunter2",
        "link": "siehe https://intranet.kunde-x.com/a",
    }  # fmt: skip
    scrub = Scrubber(host="real.atlassian.net", to=HOST, secrets=["hunter2"])
    text = scrub.body(json.dumps(sent).encode()).decode()
    for private in ("Geheim", "kunde", "Kunde", "Wang", "real.", "5b10", "hunter2", "gravatar", "intranet"):
        assert private not in text
    kept = json.loads(text)
    assert kept["fields"]["status"]["name"] == "进行中"
    assert kept["items"][1] == {"field": "status", "from": "3", "toString": "完成"}
    # The same text is replaced by the same words, so that a history still fits its issue.
    assert kept["items"][0]["fromString"] == kept["fields"]["summary"]
    mention = kept["fields"]["description"]["content"][1]["attrs"]
    assert (
        mention["id"]
        == kept["fields"]["assignee"]["accountId"]
        == scrub.header("X-AAccountId", "5b10a2844c20165700ede21g")
    )
    assert suspicions(text) == []
    assert scrub.body(b"<!DOCTYPE html><title>Wang</title>") == b"<html></html>"
    assert scrub.body(b"plain words of Wang") == b""


# -------------------------------------------------------------------------------------------- replay


def replayed(name: str) -> Any:
    settings: dict[str, object] = {"base_url": HOST}
    if SCENES[name].deployment == "cloud":
        settings |= {"user": "wang@qingchuan.example", "gateway_url": HOST}
    with cassette(ROOT / "jira" / f"{name}.yaml") as tape:
        result = SCENES[name].play(adapter_for(settings, SecretStr("any"), StillClock()))
        assert tape.all_played
    return result


@pytest.mark.parametrize("name", ["cloud", "data-center"])
def test_the_adapter_reads_what_was_recorded(name: str) -> None:
    found = replayed(name)
    assert found["account"].name == "王工"
    assert {one.title for one in found["items"]} == {"史诗：支付", "支付页面 😄", "对账"}
    for record in found["records"].values():
        assert check(record) == record
    groups = {record.id.kind for record in found["records"].values() if isinstance(record, Group)}
    assert groups == {"version", "sprint"}
    (listing,) = found["census"]
    assert isinstance(listing, Listing)
    assert set(listing.ids) == {one.id.external_id for one in found["items"]}
    paid = next(one for one in found["read"] if isinstance(one, Item) and one.title.startswith("支付页面"))
    assert paid.description is not None
    assert "可以付款" in paid.description.original
    assert paid.parent is not None
    assert [one.relation for one in paid.links] == ["blocks"]
    told = [record for one in found["details"] for record in one.records]
    assert [kind for kind in (Comment, Change, Approval) if not any(isinstance(one, kind) for one in told)] == []
    assert all(one.error is None for one in found["details"])
    assert "变更请求" in {one.name for one in found["schema"].kinds["issue"].types}


def test_a_wrong_token_is_refused_as_it_was() -> None:
    assert isinstance(replayed("cloud-refused")["error"], CredentialRefused)


def test_a_question_that_is_not_on_the_tape_is_an_error_and_not_a_request() -> None:
    with cassette(ROOT / "jira" / "cloud-refused.yaml"):
        adapter = adapter_for({"base_url": HOST, "user": "x"}, SecretStr("any"), StillClock())
        with pytest.raises(Exception, match="no recorded interaction matches"):
            adapter._site.client.get("/rest/api/3/field", TypeAdapter(JsonValue))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reviewer_can_read_the_chinese(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert "\\u" not in text.replace("\\u2028", "")
    assert yaml.safe_load(text)["interactions"]
