"""Worktile's cassettes: ``python -m tests.contract.record worktile``, or ``make record TOOL=worktile``.

Against Worktile itself it takes WORKTILE_CLIENT_ID and WORKTILE_CLIENT_SECRET (of an application of the team) and, for
a private deployment, WORKTILE_URL from the environment; the project is the first that the application sees, and nothing
but reading is asked. ``--sandbox`` records from the sandbox. The vendor publishes no examples that could be recorded.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from pmbridge.records import Scope, Verb, Wanted
from pmbridge.testing.context import MirroredRecords
from pmbridge.testing.sandbox import FakeClock
from pmbridge_worktile.adapter import WorktileAdapter
from pmbridge_worktile.sandbox import WorktileSandbox
from pmbridge_worktile.sandbox_store import FORECAST
from pmbridge_worktile.settings import API
from tests.contract.record import START, StillClock, cassette, connected, fresh, noted, pulled_twice, refused
from tests.contract.scrub import ANY, WordScrubber

HOST = "https://worktile.example"
PARTS = frozenset({Verb.COMMENTS})
_A_DAY = {"date": int(datetime(2026, 6, 15, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()), "with_time": 0}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is asked while a cassette runs. It knows nothing of the team, so that a replay does the same."""

    what: str
    play: Callable[[WorktileAdapter], Mapping[str, Any]]


def _reading(adapter: WorktileAdapter) -> Mapping[str, Any]:
    """All that a sync and the wizard ask."""
    account = adapter.check()
    project = next(iter(adapter.projects()))
    schema = adapter.describe(project.id)
    fields = frozenset(one.id for one in schema.kinds["task"].fields)
    scope = Scope(projects=(project.id,), kinds=frozenset(schema.kinds), fields={"task": fields})
    records, items = pulled_twice(adapter, scope, MirroredRecords())
    read = list(adapter.read([one.id for one in items[:5]]))
    details = list(adapter.details([Wanted(id=one.id, project=project.id, parts=PARTS) for one in items[:3]]))
    return {
        "account": account, "schema": schema, "records": records, "items": items, "read": read, "details": details,
        "visible": adapter.visible([project.id]),
    }  # fmt: skip


SCENES: Mapping[str, Scene] = {
    "tenant": Scene(what="check, describe, two pulls, read, details, visible", play=_reading),
    "refused": Scene(what="a wrong client_secret", play=refused),
}


def adapter_for(settings: Mapping[str, object], secret: SecretStr, clock: StillClock) -> WorktileAdapter:
    """Return the adapter as every recording and replay uses it."""
    return connected(WorktileAdapter, settings, secret, clock)


def replayed(path: Path, name: str) -> Mapping[str, Any]:
    """Return what the scene *name* makes of the cassette at *path*, every answer of which must be asked for."""
    with cassette(path, host=HOST) as tape:
        adapter = adapter_for({"base_url": HOST, "client_id": ANY}, SecretStr(ANY), StillClock())
        result = SCENES[name].play(adapter)
        assert tape.all_played
    return result


class WorktileScrubber(WordScrubber):
    """The keys of a team's own properties go too; those that every team has stay."""

    kept = frozenset({"error", "message", "token_type", "color"})
    ids = frozenset({
        "_id", "uid", "project_id", "created_by", "updated_by", "parent_id", "parent_ids", "derived_ids", "property_id",
        "mode_id",
    })  # fmt: skip
    dropped = frozenset({"avatar", "avatars", "display_name_pinyin", "email", "mobile", "attachments", "path"})
    given = re.compile(r"[0-9a-f]{24}|[0-9a-f]{32}|assignee|participant|start|due|tag|desc|title|priority")

    def _of_property(self, name: str) -> str:
        return "uid" if name in ("assignee", "participant") else "text"


def record_sandbox(name: str) -> None:
    """Record *name* from the sandbox."""
    with WorktileSandbox(FakeClock(START)) as sandbox:
        _furnish(sandbox)
        wrong = SecretStr("not-the-token") if name == "refused" else sandbox.secret()
        settings = {key: sandbox.settings()[key] for key in ("base_url", "client_id", "auth")}
        with cassette(fresh(f"worktile/{name}"), record=True, host=HOST):
            SCENES[name].play(adapter_for(settings, wrong, StillClock()))
    noted(f"worktile/{name}", "sandbox", SCENES[name].what, note="the vendor publishes no example with an answer")


def _furnish(sandbox: WorktileSandbox) -> None:
    """A small project with one of everything."""
    world = sandbox.world
    project = world.project()
    tag = world.add_tag(project, "上线")
    first = world.add_item(project, "支付页面 😄", due=date(2026, 6, 12), group=tag)
    second = world.add_item(project, "对账", parent=first)
    sandbox.clock.advance(3600)
    world.edit(first, state="done", description="验收标准：可以付款", fields={FORECAST: _A_DAY})
    world.comment(second, "客户已看过")
    sandbox.clock.set(START)


def record_live(name: str) -> None:
    """Record *name* from Worktile itself, scrubbed."""
    url, secret = os.environ.get("WORKTILE_URL") or API, os.environ["WORKTILE_CLIENT_SECRET"]
    client = os.environ["WORKTILE_CLIENT_ID"]
    given = SecretStr("not-the-token") if name == "refused" else SecretStr(secret)
    scrub = WorktileScrubber(host=urlsplit(url).netloc, to=HOST, secrets=[secret, client])
    with cassette(fresh(f"worktile/{name}"), record=True, scrub=scrub, host=HOST):
        settings = {"base_url": url, "client_id": client}
        SCENES[name].play(adapter_for(settings, given, StillClock(really=True)))
    noted(f"worktile/{name}", "live", SCENES[name].what)


def main(arguments: Sequence[str]) -> int:
    """Record what the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.record worktile")
    parser.add_argument("--sandbox", action="store_true", help="from the sandbox instead of Worktile")
    parser.add_argument("--only", choices=sorted(SCENES), help="one cassette")
    asked = parser.parse_args(arguments)
    missing = [name for name in ("WORKTILE_CLIENT_ID", "WORKTILE_CLIENT_SECRET") if not os.environ.get(name)]
    if missing and not asked.sandbox:
        parser.error(f"set {', '.join(missing)}, or use --sandbox")
    for name in [asked.only] if asked.only else [*SCENES]:
        (record_sandbox if asked.sandbox else record_live)(name)
        sys.stdout.write(f"cassettes/worktile/{name}.yaml\n")
    return 0
