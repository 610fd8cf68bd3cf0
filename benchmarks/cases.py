"""The cases, each run in a process of its own: ``python -m benchmarks.cases NAME ARGS`` prints one JSON object.

Imports are done before the clock starts, so that a case costs what its work costs.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.workspaces import CONNECTION, TRELLO_KEY, configured

FIELDS = [
    "summary", "issuetype", "project", "status", "assignee", "creator", "created", "updated", "duedate",
    "resolutiondate", "fixVersions", "parent", "labels", "issuelinks", "customfield_10016",
]  # fmt: skip
Work = Callable[[], dict[str, Any]]


def measured(work: Work) -> dict[str, Any]:
    """Run *work* and return what it says with its CPU, wall time and memory above the start.

    The highest mark of memory is the kernel's own, set back at the start: ``ru_maxrss`` starts from the size of
    the process that this one was started by, and would hide everything below it.
    """
    gc.collect()
    gc.freeze()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    resident = _highest_kib()
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    said = work()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return {"cpu": cpu, "wall": wall, "mib": (_highest_kib() - resident) / 1024, **said}


def _highest_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0])


# ------------------------------------------------------------------------------------------------ fetching peers


def pages(session: Any, url: str, fields: list[str]) -> Any:
    """Yield the answers of a whole search, one page after the other."""
    token = None
    while True:
        body = {"jql": "project = MALL ORDER BY id", "maxResults": 100, "fields": fields}
        answer = session.post(
            f"{url}/rest/api/3/search/jql", json={**body, **({"nextPageToken": token} if token else {})}
        )
        yield answer
        token = answer.json()["nextPageToken"] if b'"nextPageToken"' in answer.content[-80:] else None
        if token is None:
            return


def bytes_only(given: argparse.Namespace) -> Work:
    """Receive everything, parse nothing: the floor."""
    import requests

    def work() -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            token: str | None = None
            read = 0
            while True:
                body = {"jql": "project = MALL", "maxResults": 100, "fields": ["*all"]}
                answer = session.post(
                    f"{given.url}/rest/api/3/search/jql", json={**body, **({"nextPageToken": token} if token else {})}
                )
                read += len(answer.content)
                tail = answer.content[-60:]
                if b'"nextPageToken"' not in tail:
                    return {"read": read}
                token = tail.split(b'"nextPageToken":"')[1].split(b'"')[0].decode()

    return work


def bare(given: argparse.Namespace) -> Work:
    """`requests` and `json`, all kept in a list: the unit of all ratios."""
    import requests

    def work() -> dict[str, Any]:
        kept: list[Any] = []
        with requests.Session() as session:
            token = None
            while True:
                body = {"jql": "project = MALL", "maxResults": 100, "fields": ["*all"]}
                page = session.post(
                    f"{given.url}/rest/api/3/search/jql", json={**body, **({"nextPageToken": token} if token else {})}
                ).json()
                kept += page["issues"]
                token = page.get("nextPageToken")
                if token is None:
                    return {"read": len(kept)}

    return work


def pycontribs(given: argparse.Namespace) -> Work:
    """The `jira` package, as its manual says."""
    from jira import JIRA

    client = JIRA(server=given.url, basic_auth=("a", "b"), options={"rest_api_version": "3"}, max_retries=0)
    return lambda: {"read": len(client.search_issues("project = MALL", maxResults=False, fields="*all"))}


def atlassian(given: argparse.Namespace) -> Work:
    """The `atlassian-python-api` package, a loop over its token pages."""
    from atlassian import Jira

    client = Jira(url=given.url, username="a", password="b", cloud=True)

    def work() -> dict[str, Any]:
        kept: list[Any] = []
        token = None
        while True:
            page = client.enhanced_jql("project = MALL", fields="*all", nextPageToken=token, limit=100)
            kept += page["issues"]
            token = page.get("nextPageToken")
            if token is None:
                return {"read": len(kept)}

    return work


def py_trello(given: argparse.Namespace) -> Work:
    """The `py-trello` package: all cards of all boards of the account."""
    import requests
    from trello import TrelloClient

    class Diverted(requests.Session):
        """Trello's address is built into py-trello; this session asks the benchmark's server instead."""

        def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
            return super().request(method, url.replace("https://api.trello.com", given.url), *args, **more)

    session = Diverted()
    session.trust_env = False
    client = TrelloClient(api_key=TRELLO_KEY, api_secret="bench", http_service=session)
    return lambda: {"read": sum(len(board.all_cards()) for board in client.list_boards())}


def bare_trello(given: argparse.Namespace) -> Work:
    """`requests` and `json`, one nested request per board, as ours: all kept in a list."""
    import requests

    def work() -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            boards = session.get(f"{given.url}/1/members/me/boards", params={"fields": "name"}).json()
            asked = {"fields": "all", "lists": "all", "labels": "all", "members": "all", "customFields": "true",
                     "cards": "all", "checklists": "all"}  # fmt: skip
            kept = [session.get(f"{given.url}/1/boards/{one['id']}", params=asked).json() for one in boards]
        return {"read": sum(len(one["cards"]) for one in kept)}

    return work


# ------------------------------------------------------------------------------------------------------ pmbridge


def loaded(tool: str = "jira") -> None:
    """Import what pmbridge imports late: an adapter, a country's holidays, the concepts of a register."""
    import holidays

    import pmbridge_jira.adapter
    import pmbridge_jira.describe  # noqa: F401 - as the one above: imported, not used

    if tool == "trello":
        import pmbridge_trello.adapter  # noqa: F401

    from pmbridge.domain.concepts import concepts

    holidays.country_holidays("CN", years=2026)
    concepts()


def sync(given: argparse.Namespace) -> Work:
    """pmbridge: HTTP to committed rows, in the workspace *folder* (a new one if it is empty)."""
    import pmbridge
    import pmbridge.workspace

    loaded(given.tool)
    folder = Path(given.folder)
    if not (folder / "pmbridge.toml").exists():
        (folder / "pmbridge.toml").write_text(configured(given.tool, given.url, given.boards), encoding="utf-8")

    def work() -> dict[str, Any]:
        with pmbridge.open(folder) as ws:
            outcome = ws.sync(full=given.full).connections[CONNECTION]
        if outcome.error:
            raise outcome.error
        return {
            "read": outcome.read,
            "written": outcome.records_changed,
            "requests": outcome.requests,
            "file_mib": (folder / "data" / "pmbridge.db").stat().st_size / 2**20,
        }

    return work


def report(given: argparse.Namespace) -> Work:
    """Both languages and all formats of a weekly report, from the mirror of *folder*."""
    import pmbridge
    import pmbridge.workspace

    loaded()

    def work() -> dict[str, Any]:
        with pmbridge.open(given.folder) as ws, tempfile.TemporaryDirectory() as out:
            written = ws.engagement().report("weekly").write(out)
            return {"read": len(written), "written": sum(path.stat().st_size for path in written)}

    return work


def view(given: argparse.Namespace) -> Work:
    """The engagement of *folder*, now or (with --as-of) a year back."""
    import pmbridge
    import pmbridge.workspace

    loaded()

    def work() -> dict[str, Any]:
        with pmbridge.open(given.folder) as ws:
            seen = ws.engagement().view(given.as_of or None)
            return {"read": len(seen.work)}

    return work


# -------------------------------------------------------------------------------------------------- command line


def help_text(_: argparse.Namespace) -> Work:
    """`pmbridge --help`, a whole process."""
    return child([str(Path(sys.executable).with_name("pmbridge")), "--help"])


def python_pass(_: argparse.Namespace) -> Work:
    """`python -c pass`, a whole process."""
    return child([sys.executable, "-c", "pass"])


def child(command: list[str]) -> Work:
    """Run *command* and report its own CPU."""
    import subprocess

    def work() -> dict[str, Any]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"cpu": (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)}

    return work


CASES: dict[str, Callable[[argparse.Namespace], Work]] = {
    "bytes": bytes_only,
    "bare": bare,
    "jira": pycontribs,
    "atlassian": atlassian,
    "bare-trello": bare_trello,
    "py-trello": py_trello,
    "sync": sync,
    "report": report,
    "view": view,
    "help": help_text,
    "pass": python_pass,
}


REGISTER = ("register-append", "register-verify", "register-rebuild")


def main() -> None:
    """Run one case and print what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=[*CASES, "store", "sqlite", "sqlite-rows", *REGISTER])
    parser.add_argument("--url", default="")
    parser.add_argument("--folder", default="")
    parser.add_argument("--tool", default="jira")
    parser.add_argument("--boards", type=int, default=0)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--as-of", default="")
    parser.add_argument("--size", type=int, default=100_000)
    given = parser.parse_args()
    if given.case in REGISTER:
        from benchmarks.register import CASES as REGISTER_CASES

        work = REGISTER_CASES[given.case](given)
    elif given.case not in CASES:
        from benchmarks.store import CASES as STORE_CASES

        work = STORE_CASES[given.case](given)
    else:
        work = CASES[given.case](given)
    print(json.dumps(measured(work)))


if __name__ == "__main__":
    main()
