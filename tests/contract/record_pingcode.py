"""PingCode's cassettes: ``python -m tests.contract.record pingcode``, or ``make record TOOL=pingcode``.

Against PingCode itself it takes PINGCODE_URL (the public cloud without), PINGCODE_CLIENT_ID and PINGCODE_CLIENT_SECRET
from the environment; the project is the first that the application sees, and nothing but reading is asked.
``--sandbox`` records both dialects from the sandbox.
"""

from __future__ import annotations

import argparse
import os
import re
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
from pmbridge_pingcode.adapter import PingCodeAdapter
from pmbridge_pingcode.sandbox import PingCodeSandbox
from pmbridge_pingcode.settings import CLOUD, DialectName
from tests.contract.record import START, StillClock, cassette, connected, fresh, noted, pulled_twice, refused
from tests.contract.scrub import ANY, WordScrubber

HOST = "https://pingcode.example"
PARTS = frozenset({Verb.COMMENTS, Verb.HISTORY})


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is asked while a cassette runs. It knows nothing of the team, so that a replay does the same."""

    what: str
    play: Callable[[PingCodeAdapter], Mapping[str, Any]]
    dialect: DialectName = "pjm"


def _reading(adapter: PingCodeAdapter) -> Mapping[str, Any]:
    """All that a sync and the wizard ask."""
    account = adapter.check()
    project = next(iter(adapter.projects()))
    schema = adapter.describe(project.id)
    fields = frozenset(one.id for one in schema.kinds["work_item"].fields)
    scope = Scope(projects=(project.id,), kinds=frozenset(schema.kinds), fields={"work_item": fields})
    records, items = pulled_twice(adapter, scope)
    listed = list(adapter.census(scope))
    read = list(adapter.read([one.id for one in items[:5]]))
    mine = [one.id for one in items if one.id.kind == "work_item"][:3]
    details = list(adapter.details([Wanted(id=one, project=project.id, parts=PARTS) for one in mine]))
    return {
        "account": account, "schema": schema, "records": records, "items": items, "census": listed, "read": read,
        "details": details, "visible": adapter.visible([project.id]),
    }  # fmt: skip


_ALL = "check, describe, two pulls, census, read, details, visible"
SCENES: Mapping[str, Scene] = {
    "pjm": Scene(what=_ALL, play=_reading),
    "project": Scene(what=_ALL, play=_reading, dialect="project"),
    "refused": Scene(what="a wrong client_secret", play=refused),
}


def adapter_for(settings: Mapping[str, object], secret: SecretStr, clock: StillClock) -> PingCodeAdapter:
    """Return the adapter as every recording and replay uses it."""
    return connected(PingCodeAdapter, settings, secret, clock)


def replayed(path: Path, name: str) -> Mapping[str, Any]:
    """Return what the scene *name* makes of the cassette at *path*, every answer of which must be asked for."""
    with cassette(path, host=HOST) as tape:
        adapter = adapter_for({"base_url": HOST, "client_id": ANY}, SecretStr(ANY), StillClock())
        result = SCENES[name].play(adapter)
        assert tape.all_played
    return result


class PingCodeScrubber(WordScrubber):
    """The keys of custom properties go too."""

    kept = frozenset({
        "type", "scope_type", "visibility", "group", "status", "content_type", "granularity", "code", "token_type",
        "color", "relation_type", "channel",
    })  # fmt: skip
    ids = frozenset({"id", "_id", "parent_id", "short_id", "process_id", "scope_id"})
    dropped = frozenset({
        "url", "html_url", "avatar", "public_image_token", "download_url", "mobile", "email", "employee_number",
    })  # fmt: skip
    given = re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}|epic|feature|story|task|bug|issue|severity")


def record_sandbox(name: str) -> None:
    """Record *name* from the sandbox."""
    scene = SCENES[name]
    with PingCodeSandbox(FakeClock(START), dialects=(scene.dialect,)) as sandbox:
        _furnish(sandbox)
        wrong = SecretStr("not-the-token") if name == "refused" else sandbox.secret()
        with cassette(fresh(f"pingcode/{name}"), record=True, host=HOST):
            scene.play(adapter_for(sandbox.settings(), wrong, StillClock()))
    noted(f"pingcode/{name}", "sandbox", scene.what)


def _furnish(sandbox: PingCodeSandbox) -> None:
    """A small project with one of everything."""
    world = sandbox.world
    project = world.project()
    release, sprint = world.add_group(project, "M3 会员与积分", date(2026, 5, 29)), world.add_sprint(project, "迭代 1")
    first = world.add_item(project, "支付页面 😄", due=date(2026, 6, 12), group=release)
    second = world.add_item(project, "对账", group=sprint, parent=first)
    third = world.add_item(project, "作废")
    world.add_deliverable(first, "规格书", "https://files.qingchuan.example/1")
    sandbox.clock.advance(3600)
    world.edit(first, state="done", points=3, description="<p>验收标准：可以付款</p>", fields={"yingxianggongqi": 5})
    world.delete(third)
    world.comment(second, "客户已看过")
    sandbox.clock.set(START)


def record_live(name: str) -> None:
    """Record *name* from PingCode itself, scrubbed."""
    url, secret = os.environ.get("PINGCODE_URL") or CLOUD, os.environ["PINGCODE_CLIENT_SECRET"]
    client = os.environ["PINGCODE_CLIENT_ID"]
    given = SecretStr("not-the-token") if name == "refused" else SecretStr(secret)
    scrub = PingCodeScrubber(host=urlsplit(url).netloc, to=HOST, secrets=[secret, client])
    with cassette(fresh(f"pingcode/{name}"), record=True, scrub=scrub, host=HOST):
        settings = {"base_url": url, "client_id": client}
        SCENES[name].play(adapter_for(settings, given, StillClock(really=True)))
    noted(f"pingcode/{name}", "live", SCENES[name].what)


def main(arguments: Sequence[str]) -> int:
    """Record what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.record pingcode")
    parser.add_argument("--sandbox", action="store_true", help="from the sandbox instead of PingCode")
    parser.add_argument("--only", choices=sorted(SCENES), help="one cassette")
    asked = parser.parse_args(arguments)
    missing = [name for name in ("PINGCODE_CLIENT_ID", "PINGCODE_CLIENT_SECRET") if not os.environ.get(name)]
    if missing and not asked.sandbox:
        parser.error(f"set {', '.join(missing)}, or use --sandbox")
    # Which dialect a real PingCode speaks, it decides itself.
    every = [*SCENES] if asked.sandbox else ["pjm", "refused"]
    for name in [asked.only] if asked.only else every:
        (record_sandbox if asked.sandbox else record_live)(name)
        sys.stdout.write(f"cassettes/pingcode/{name}.yaml\n")
    return 0
