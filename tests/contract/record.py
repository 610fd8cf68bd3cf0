"""Record cassettes: ``python -m tests.contract.record jira``, or ``make record TOOL=jira``. Here stands what is Jira's;
``record_trello``, ``record_pingcode`` and ``record_worktile`` do the same for theirs.

Without options against a real site, whose answers are scrubbed before anything is written; nothing but reading is asked
there. It takes JIRA_URL, JIRA_USER (none for a personal access token) and JIRA_TOKEN from the environment; the project
is the first that the account sees. ``--sandbox`` records from the sandbox: those cassettes are in the repository.

Cassettes prove the *shape* of what is said; behaviour is proved on the sandbox. One worker, because vcrpy loses
requests of threads, and a clock that stands still, so that a replay asks the very same questions.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit, urlunsplit

import tomlkit
import vcr
import yaml
from pydantic import SecretStr

from pmbridge.adapter import Adapter, Context
from pmbridge.errors import CredentialRefused
from pmbridge.records import Gone, Item, Record, Scope, Verb, Wanted
from pmbridge.testing.context import GivenSecret, MemoryMemo, MirroredRecords
from pmbridge.testing.sandbox import FakeClock
from pmbridge.values import RecordId
from pmbridge_jira.adapter import JiraAdapter
from pmbridge_jira.sandbox import JiraSandbox
from tests.contract.scrub import ANY, SECRETS, Scrubber, without_secrets

ROOT = Path(__file__).resolve().parents[2] / "cassettes"
PROVENANCE = ROOT / "PROVENANCE.toml"
HOST = "https://jira.example"
START = datetime(2026, 6, 5, 2, 0, tzinfo=UTC)
ELSEWHERE = ("pingcode", "trello", "worktile")
"""The tools that have a recorder of their own."""
KEPT_HEADERS = {
    "content-type", "date", "retry-after", "x-pc-retry-after",
    "x-aaccountid", "x-ausername", "x-ratelimit-limit", "x-ratelimit-remaining",
    "x-ratelimit-reset", "x-ratelimit-nearlimit", "ratelimit-reason", "x-rate-limit-api-token-remaining",
    "x-rate-limit-api-token-interval-ms", "x-rate-limit-api-key-remaining", "x-rate-limit-api-key-interval-ms",
}  # fmt: skip

# The length of a question tells that of the secret that was in it.
_UNKEPT = ["authorization", "cookie", "user-agent", "accept", "accept-encoding", "connection", "content-length"]


class StillClock:
    """A clock that stands, but for the waits that were asked for; those are waited for."""

    def __init__(self, *, really: bool = False) -> None:
        self._slept = 0.0
        self._really = really

    def now(self) -> datetime:
        """Return the moment at which every recording takes place."""
        return START

    def monotonic(self) -> float:
        """Return the seconds waited so far."""
        return self._slept

    def sleep(self, seconds: float) -> None:
        """Wait, at a real site for real."""
        if seconds > 0:
            self._slept += seconds
            if self._really:
                time.sleep(seconds)


A = TypeVar("A", bound=Adapter[Any])


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is asked while a cassette runs. It knows nothing of the site, so that a replay does the same."""

    deployment: Literal["cloud", "server"]
    what: str
    play: Callable[[JiraAdapter], Mapping[str, Any]]


# ------------------------------------------------------------------------------------- what every tool's recorder does


def connected(kind: type[A], settings: Mapping[str, object], secret: SecretStr, clock: StillClock) -> A:
    """Return an adapter of *kind* that asks one thing at a time."""
    log = logging.getLogger(kind.kind)
    context = Context(
        connection=kind.kind, secret=GivenSecret(secret), clock=clock, memo=MemoryMemo(clock), log=log
    )  # fmt: skip
    return kind(kind.Settings.model_validate({**settings, "workers": 1}), context)


def pulled_twice(
    adapter: Adapter[Any], scope: Scope, mirror: MirroredRecords | None = None
) -> tuple[dict[RecordId, Record], list[Item]]:
    """Return what a first pull and one after it bring, the items sorted; a *mirror* that is given keeps it."""
    records: dict[RecordId, Record] = {} if mirror is None else mirror.records
    cursor = None
    for _ in range(2):
        for page in adapter.pull(scope, cursor, mirror or MirroredRecords()):
            cursor = page.cursor
            records.update((one.id, one) for one in page.records if not isinstance(one, Gone))
    return records, sorted((one for one in records.values() if isinstance(one, Item)), key=lambda one: one.id)


def refused(adapter: Adapter[Any]) -> Mapping[str, Any]:
    """Log in with a secret that is none; return the error."""
    try:
        adapter.check()
    except CredentialRefused as error:
        return {"error": error}
    raise AssertionError("a wrong secret was accepted")


# ------------------------------------------------------------------------------------------------------------ Jira


def _reading(adapter: JiraAdapter) -> Mapping[str, Any]:
    """All that a sync and the wizard ask."""
    account = adapter.check()
    project = next(iter(adapter.projects()))
    schema = adapter.describe(project.id)
    scope = Scope(projects=(project.id,), kinds=frozenset(adapter.kinds), fields={})
    records, items = pulled_twice(adapter, scope)
    listed = list(adapter.census(scope))
    read = list(adapter.read([one.id for one in items[:5]]))
    parts = frozenset({Verb.COMMENTS, Verb.HISTORY, Verb.APPROVALS})
    details = list(adapter.details([Wanted(id=one.id, project=project.id, parts=parts) for one in items[:3]]))
    return {
        "account": account, "schema": schema, "records": records, "items": items, "census": listed, "read": read,
        "details": details,
    }  # fmt: skip


SCENES: Mapping[str, Scene] = {
    "cloud": Scene(deployment="cloud", what="check, describe, two pulls, census, read, details", play=_reading),
    "data-center": Scene(deployment="server", what="check, describe, two pulls, census, read, details", play=_reading),
    "cloud-refused": Scene(deployment="cloud", what="a wrong token at the site and the gateway", play=refused),
}


def adapter_for(settings: Mapping[str, object], secret: SecretStr, clock: StillClock) -> JiraAdapter:
    """Return the adapter as every recording and replay uses it."""
    return connected(JiraAdapter, settings, secret, clock)


def cassette(
    path: Path, *, record: bool = False, scrub: Scrubber | None = None, host: str = HOST
) -> AbstractContextManager[Any]:
    """Open a cassette; without *record* a question that is not on it is an error. *host* stands for the real one."""
    recorder = vcr.VCR(
        record_mode="all" if record else "none",
        match_on=["method", "uri", "body"],
        before_record_request=lambda request: _asked(request, host),
        before_record_response=lambda answer: _kept(answer, scrub),
        filter_headers=_UNKEPT,
        filter_query_parameters=["client_id", *sorted(SECRETS)],
        decode_compressed_response=True,
        record_on_exception=False,
    )
    recorder.register_serializer("readable", _Readable())
    opened: AbstractContextManager[Any] = recorder.use_cassette(str(path), serializer="readable")
    return opened


class _Readable:
    """YAML in which a reviewer can read Chinese."""

    @staticmethod
    def serialize(cassette_dict: Any) -> str:
        return str(yaml.dump(cassette_dict, allow_unicode=True, sort_keys=False, width=118))

    @staticmethod
    def deserialize(cassette_string: str) -> Any:
        return yaml.safe_load(cassette_string)


def _asked(request: Any, host: str) -> Any:
    """Return the question at one host for all, and without what a secret was in it: a replay sends another."""
    parts = urlsplit(request.uri)
    request.uri = urlunsplit((*urlsplit(host)[:2], parts.path, parts.query, ""))
    if request.body:
        with suppress(ValueError):
            told = without_secrets(json.loads(request.body))
            if isinstance(told, dict) and "client_id" in told:
                told["client_id"] = ANY
            request.body = json.dumps(told).encode()
    return request


def _kept(answer: Any, scrub: Scrubber | None) -> Any:
    headers = {name.lower(): values for name, values in answer["headers"].items() if name.lower() in KEPT_HEADERS}
    body = answer["body"]["string"]
    if scrub is not None:
        body = scrub.body(body)
        headers = {name: [scrub.header(name, value) for value in values] for name, values in headers.items()}
    with suppress(ValueError):
        # Readable in the file, and the same JSON.
        body = json.dumps(without_secrets(json.loads(body)), ensure_ascii=False).encode()
    # In one order, so that recording again changes only what has changed.
    return {**answer, "headers": dict(sorted(headers.items())), "body": {"string": body}}


def record_sandbox(name: str) -> None:
    """Record *name* from the sandbox."""
    scene = SCENES[name]
    with JiraSandbox(FakeClock(START), deployment=scene.deployment) as sandbox:
        _furnish(sandbox)
        wrong = SecretStr("not-the-token") if name.endswith("refused") else sandbox.secret()
        with cassette(fresh(f"jira/{name}"), record=True):
            scene.play(adapter_for(sandbox.settings(), wrong, StillClock()))
    noted(f"jira/{name}", "sandbox", scene.what)


def _furnish(sandbox: JiraSandbox) -> None:
    """A small project with one of everything."""
    world, site = sandbox.world, sandbox.site
    project = world.project()
    version, sprint = world.add_group(project, "M3 会员与积分", date(2026, 5, 29)), world.add_sprint(project, "冲刺 1")
    epic = world.add_epic(project, "史诗：支付")
    first = world.add_item(project, "支付页面 😄", due=date(2026, 6, 12), group=version, parent=epic)
    second = world.add_item(project, "对账", group=sprint)
    sandbox.clock.advance(3600)
    world.edit(first, state="done", points=3, description="验收标准：\n可以付款")
    world.comment(first, "客户已看过")
    world.approve(second, "张敏")
    site.link(site.issues[int(first.external_id)], "Blocks", site.issues[int(second.external_id)])
    sandbox.clock.set(START)


def record_live(name: str) -> None:
    """Record *name* from a real site, scrubbed."""
    scene = SCENES[name]
    url, user, token = os.environ["JIRA_URL"], os.environ.get("JIRA_USER"), os.environ["JIRA_TOKEN"]
    settings = {"base_url": url, **({"user": user} if user else {})}
    secret = SecretStr("not-the-token") if name.endswith("refused") else SecretStr(token)
    scrub = Scrubber(host=urlsplit(url).netloc, to=HOST, secrets=[token, user or ""])
    with cassette(fresh(f"jira/{name}"), record=True, scrub=scrub):
        scene.play(adapter_for(settings, secret, StillClock(really=True)))
    noted(f"jira/{name}", "live", scene.what)


def fresh(name: str) -> Path:
    """Return where the cassette ``tool/name`` stands, with nothing there."""
    path = ROOT / f"{name}.yaml"
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def noted(name: str, source: str, what: str, **more: str) -> None:
    """Write down where the cassette ``tool/name`` comes from."""
    known = tomlkit.parse(PROVENANCE.read_text(encoding="utf-8")) if PROVENANCE.exists() else tomlkit.document()
    entry = tomlkit.table()
    entry["source"], entry["recorded_on"], entry["what"] = source, date.today(), what  # noqa: DTZ011 - a person's day
    entry.update(more)
    known[f"{name}.yaml"] = entry
    PROVENANCE.write_text(tomlkit.dumps(known), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Record what the arguments ask for; return the exit code."""
    if arguments[:1] and arguments[0] in ELSEWHERE:
        # These stand on this module.
        return int(import_module(f"tests.contract.record_{arguments[0]}").main(arguments[1:]))
    parser = argparse.ArgumentParser(prog="python -m tests.contract.record")
    parser.add_argument("tool", choices=["jira", *ELSEWHERE])
    parser.add_argument("--sandbox", action="store_true", help="from the sandbox instead of a real site")
    parser.add_argument("--only", choices=sorted(SCENES), help="one cassette")
    asked = parser.parse_args(arguments)
    names = [asked.only] if asked.only else [*SCENES]
    if not asked.sandbox:
        if missing := [name for name in ("JIRA_URL", "JIRA_TOKEN") if not os.environ.get(name)]:
            parser.error(f"set {', '.join(missing)} (and JIRA_USER on Cloud), or use --sandbox")
        is_cloud = urlsplit(os.environ["JIRA_URL"]).netloc.endswith(".atlassian.net")
        names = [one for one in names if (SCENES[one].deployment == "cloud") is is_cloud]
    for name in names:
        (record_sandbox if asked.sandbox else record_live)(name)
        sys.stdout.write(f"cassettes/jira/{name}.yaml\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
