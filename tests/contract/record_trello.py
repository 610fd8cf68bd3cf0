"""Trello's cassettes: ``python -m tests.contract.record trello``, or ``make record TOOL=trello``.

Against Trello itself it takes TRELLO_KEY and TRELLO_TOKEN from the environment; the board is the first that the account
sees, and nothing but reading is asked. ``--sandbox`` records from the sandbox, ``--examples`` from the values that the
vendor's document gives as examples.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from pmbridge.records import Scope, Verb, Wanted
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import ProjectId, RecordId
from pmbridge_trello.adapter import TrelloAdapter
from pmbridge_trello.sandbox import TrelloSandbox
from tests.contract.record import START, StillClock, cassette, connected, fresh, noted, pulled_twice, refused
from tests.contract.scrub import Scrubber
from tests.unit.loopback import Answer, LoopbackServer, Seen

HOST = "https://trello.example"
KEY = "0" * 32
DOCUMENT = "https://developer.atlassian.com/cloud/trello/swagger.v3.json"
PARTS = frozenset({Verb.COMMENTS, Verb.HISTORY})
_TEXTS = {"name", "desc", "text", "fullName", "username", "initials", "fileName"}
_DROPPED = {"avatarHash", "avatarUrl", "url", "shortUrl", "descData", "textData", "prefs", "nonPublic", "display"}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is asked while a cassette runs. It knows nothing of the board, so that a replay does the same."""

    what: str
    play: Callable[[TrelloAdapter], Mapping[str, Any]]


def _reading(adapter: TrelloAdapter) -> Mapping[str, Any]:
    """All that a sync and the wizard ask."""
    account = adapter.check()
    board = next(iter(adapter.projects()))
    schema = adapter.describe(board.id)
    fields = frozenset(one.id for one in schema.kinds["card"].fields)
    scope = Scope(projects=(board.id,), kinds=frozenset(adapter.kinds), fields={"card": fields, "checkitem": fields})
    records, items = pulled_twice(adapter, scope)
    cards = [one.id for one in items if one.id.kind == "card"]
    read = list(adapter.read([one.id for one in items[:5]]))
    details = list(adapter.details([Wanted(id=one, project=board.id, parts=PARTS) for one in cards[:3]]))
    visible = adapter.visible([board.id])
    return {
        "account": account, "schema": schema, "records": records, "items": items, "read": read, "details": details,
        "visible": visible,
    }  # fmt: skip


def _examples(adapter: TrelloAdapter) -> Mapping[str, Any]:
    """What can be asked of the vendor's examples: an account, its boards, a comment."""
    account, boards = adapter.check(), list(adapter.projects())
    card = RecordId(kind="card", external_id=boards[0].id)
    details = list(adapter.details([Wanted(id=card, project=ProjectId(boards[0].id), parts=PARTS)]))
    return {"account": account, "boards": boards, "details": details}


SCENES: Mapping[str, Scene] = {
    "board": Scene(what="check, describe, two pulls, read, details, visible", play=_reading),
    "refused": Scene(what="a wrong token", play=refused),
    "vendor-examples": Scene(what="account, boards and a comment of the document's examples", play=_examples),
}


def adapter_for(settings: Mapping[str, object], secret: SecretStr, clock: StillClock) -> TrelloAdapter:
    """Return the adapter as every recording and replay uses it."""
    return connected(TrelloAdapter, settings, secret, clock)


def replayed(path: Path, name: str) -> Mapping[str, Any]:
    """Return what the scene *name* makes of the cassette at *path*, every answer of which must be asked for."""
    with cassette(path, host=HOST) as tape:
        # The token stands in one path, and on no cassette.
        result = SCENES[name].play(adapter_for({"base_url": HOST, "api_key": KEY}, SecretStr(TOKEN), StillClock()))
        assert tape.all_played
    return result


TOKEN = "any"
"""What stands on a cassette where the token stood."""


class TrelloScrubber(Scrubber):
    """Scrubs what people have written, their names, and every address. Errors are Trello's own words, in plain text."""

    def body(self, body: bytes) -> bytes:
        kept = super().body(body)
        return self._plain(body.decode("utf-8", "replace")).encode() if kept == b"" and len(body) < 200 else kept

    def _value(self, value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            return {
                name: self._as("text", one)
                if name in _TEXTS and isinstance(one, str) and one
                else self._value(one, name)
                for name, one in value.items()
                if name not in _DROPPED
            }
        if isinstance(value, list):
            return [self._value(one, key) for one in value]
        return self._plain(value) if isinstance(value, str) else value


def record_sandbox(name: str) -> None:
    """Record *name* from the sandbox."""
    with TrelloSandbox(FakeClock(START)) as sandbox:
        _furnish(sandbox)
        sandbox.service.token = TOKEN
        secret = SecretStr("not-the-token") if name == "refused" else SecretStr(TOKEN)
        with cassette(fresh(f"trello/{name}"), record=True, host=HOST):
            SCENES[name].play(adapter_for(sandbox.settings(), secret, StillClock()))
    noted(f"trello/{name}", "sandbox", SCENES[name].what)


def _furnish(sandbox: TrelloSandbox) -> None:
    """A small board with one of everything."""
    world, store = sandbox.world, sandbox.store
    board = world.project()
    label = world.add_label(board, "里程碑", "red")
    first = world.add_item(board, "M2 设计验收 😄", due=date(2026, 6, 12), group=label)
    world.add_item(board, "审稿", parent=first, state="done", due=date(2026, 6, 10))
    second = world.add_item(board, "购物车")
    severity = store.add_field(store.boards[board], "级别", "list", options=("高", "低"))
    store.set_value(store.cards[first.external_id], severity, "高")
    sandbox.clock.advance(3600)
    world.edit(first, state="done", points=3, description="验收标准：\n可以付款", assignee="王工", complete=True)
    world.edit(second, archived=True)
    world.comment(first, "客户已看过")
    sandbox.clock.set(START)


def record_examples(document: Path) -> None:
    """Record the vendor's own example values, put together as the objects that its schemas describe."""
    schemas = json.loads(document.read_text(encoding="utf-8"))["components"]["schemas"]
    board, me, token, action = (_example(schemas[name], schemas) for name in ("Board", "Member", "Token", "Action"))
    me = {name: me[name] for name in ("id", "fullName", "username")}  # what is asked for
    answers: dict[str, Any] = {
        "/1/members/me": me,
        "/1/members/me/boards": [board],
        f"/1/tokens/{TOKEN}": {"dateExpires": None, **token},
        f"/1/boards/{board['id']}/actions": [action],
    }

    def respond(seen: Seen) -> Answer:
        body = answers[urlsplit(seen.target).path]
        return Answer(body=json.dumps(body).encode(), headers={"Date": "Fri, 05 Jun 2026 02:00:00 GMT"})

    with LoopbackServer() as server:
        server.respond = respond
        with cassette(fresh("trello/vendor-examples"), record=True, host=HOST):
            settings = {"base_url": server.url, "api_key": KEY}
            _examples(adapter_for(settings, SecretStr(TOKEN), StillClock()))
    noted("trello/vendor-examples", "vendor-example", SCENES["vendor-examples"].what, url=DOCUMENT)


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return the example of *schema*, put together from those of its members; ``None`` where it has none."""
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    found = {name: _example(one, schemas) for name, one in schema.get("properties", {}).items()}
    return {name: one for name, one in found.items() if one is not None} or None


def record_live(name: str) -> None:
    """Record *name* from Trello itself, scrubbed."""
    key, token = os.environ["TRELLO_KEY"], os.environ["TRELLO_TOKEN"]
    secret = SecretStr("not-the-token") if name == "refused" else SecretStr(token)
    scrub = TrelloScrubber(host="api.trello.com", to=HOST, secrets=[token, key])
    path = fresh(f"trello/{name}")
    with cassette(path, record=True, scrub=scrub, host=HOST):
        SCENES[name].play(adapter_for({"api_key": key}, secret, StillClock(really=True)))
    path.write_text(path.read_text(encoding="utf-8").replace(f"/tokens/{token}", f"/tokens/{TOKEN}"), encoding="utf-8")
    noted(f"trello/{name}", "live", SCENES[name].what)


def main(arguments: Sequence[str]) -> int:
    """Record what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.record trello")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--sandbox", action="store_true", help="from the sandbox instead of Trello")
    source.add_argument("--examples", type=Path, metavar="DOCUMENT", help="from the vendor's document")
    parser.add_argument("--only", choices=["board", "refused"], help="one cassette")
    asked = parser.parse_args(arguments)
    if asked.examples:
        record_examples(asked.examples)
        return 0
    missing = [name for name in ("TRELLO_KEY", "TRELLO_TOKEN") if not os.environ.get(name)]
    if missing and not asked.sandbox:
        parser.error(f"set {', '.join(missing)}, or use --sandbox")
    for name in [asked.only] if asked.only else ["board", "refused"]:
        (record_sandbox if asked.sandbox else record_live)(name)
        sys.stdout.write(f"cassettes/trello/{name}.yaml\n")
    return 0
