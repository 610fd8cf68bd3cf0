"""Runs the cases round by round, each in a fresh process, and prints what they cost beside the budgets."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.budgets import (
    AGREED,
    AGREED_EVENTS,
    APPENDED,
    BACK,
    BOARDS_AGAIN,
    BOARDS_FIRST,
    BUDGETS,
    EVENTS,
    NOW,
    PY_TRELLO,
    REBUILT,
    UNIT,
    VERIFIED,
)

SIZE = 10_000
BOARDS = 20
LATENCY_S = 0.05
COUNTS = "counts"


@dataclass
class Bench:
    """The servers and folders of one run. ``quick``: at no latency, ``slow``: at 50 ms, ``boards``: Trello at 50 ms."""

    root: Path
    urls: dict[str, str]
    store_size: int

    def folder(self, name: str, *, fresh: bool = False) -> str:
        """Return the workspace folder *name*, emptied when *fresh*."""
        path = self.root / name
        if fresh and path.exists():
            shutil.rmtree(path)
        path.mkdir(exist_ok=True)
        return str(path)

    def steer(self, server: str, what: str) -> dict[str, Any]:
        """Tell *server* something and return its count of requests since the last time."""
        with urlopen(f"{self.urls[server]}/_bench/{what}") as answer:
            counted: dict[str, Any] = json.load(answer)
            return counted


@dataclass(frozen=True)
class Case:
    """One line of the table: how to call ``benchmarks.cases``, and what to do before each round."""

    name: str
    args: Callable[[Bench], list[str]]
    peer: str | None = None
    server: str | None = None
    unit: str = UNIT
    """The case that its ratio is taken to."""
    results: list[dict[str, Any]] = field(default_factory=list)


def peer(name: str, case: str, server: str, package: str | None = None, *, unit: str = UNIT) -> Case:
    """Return a case that fetches everything from *server*."""
    return Case(name, lambda b: [case, "--url", b.urls[server]], peer=package, server=server, unit=unit)


def sync(name: str, server: str, folder: str, *more: str, fresh: bool = False, touch: str = "") -> Case:
    """Return a sync of the workspace *folder* with *server*."""

    def args(bench: Bench) -> list[str]:
        if touch:
            bench.steer(server, f"touch?share={touch}")
        return ["sync", "--url", bench.urls[server], "--folder", bench.folder(folder, fresh=fresh), *more]

    return Case(name, args, server=server, unit=PY_TRELLO if server == "boards" else UNIT)


def cases() -> list[Case]:
    """Return all cases, in the order in which they run within a round."""
    return [
        peer("bytes only, nothing parsed (floor)", "bytes", "quick"),
        peer("requests + json, keep (the unit)", "bare", "quick"),
        peer("atlassian-python-api, page loop", "atlassian", "quick", "atlassian-python-api"),
        peer("jira, search_issues", "jira", "quick", "jira"),
        sync("pmbridge, first sync", "quick", "w", fresh=True),
        sync("pmbridge, again, nothing changed", "quick", "w"),
        sync("pmbridge, again, 1 % changed", "quick", "w", touch="0.01"),
        sync("pmbridge, full rescan, nothing changed", "quick", "w", "--full"),
        peer("50 ms: requests + json", "bare", "slow"),
        peer("50 ms: jira, search_issues", "jira", "slow", "jira"),
        sync("50 ms: pmbridge, first sync", "slow", "s", fresh=True),
        peer(PY_TRELLO, "py-trello", "boards", "py-trello", unit=PY_TRELLO),
        peer("50 ms, Trello: requests + json, nested boards", "bare-trello", "boards", unit=PY_TRELLO),
        sync(BOARDS_FIRST, "boards", "t", *TRELLO, fresh=True),
        sync(BOARDS_AGAIN, "boards", "t", *TRELLO),
        Case("sqlite3, guarded upsert, rows ready", lambda b: ["sqlite-rows", "--folder", b.folder("raw"), *size(b)]),
        Case("sqlite3, guarded upsert, from records", lambda b: ["sqlite", "--folder", b.folder("raw"), *size(b)]),
        Case("store, unchanged records offered", lambda b: ["store", "--folder", b.folder("raw"), *size(b)]),
        Case("report, 2 languages, html md json", lambda b: ["report", "--folder", b.folder("w")]),
        Case(NOW, lambda b: ["view", "--folder", b.folder("deep")]),
        Case(BACK, lambda b: ["view", "--folder", b.folder("deep"), "--as-of", back(b)]),
        Case(AGREED, lambda b: ["view", "--folder", b.folder("agreed")]),
        Case(APPENDED, lambda b: ["register-append", "--folder", b.folder("register"), "--size", str(EVENTS)]),
        Case(VERIFIED, lambda b: ["register-verify", "--folder", b.folder("register"), *size(b)]),
        Case(REBUILT, lambda b: ["register-rebuild", "--folder", b.folder("register"), *size(b)]),
        Case("python -c pass", lambda _: ["pass"]),
        Case("pmbridge --help", lambda _: ["help"]),
    ]


TRELLO = ("--tool", "trello", "--boards", str(BOARDS))


def size(bench: Bench) -> list[str]:
    """Return the argument that carries the store's size."""
    return ["--size", str(bench.store_size)]


def back(bench: Bench) -> str:
    """Return the past instant that the deep history was made for."""
    return (bench.root / "deep" / "as_of").read_text(encoding="utf-8")


@contextmanager
def served(size: int, delay: float, tool: str = "jira") -> Iterator[str]:
    """Run the server and yield its address."""
    what = ["--tool", tool, "--size", str(size), "--delay", str(delay)]
    command = [sys.executable, "-m", "benchmarks.server", *what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def run(case: Case, bench: Bench) -> None:
    """Run *case* once and keep what it cost."""
    args = case.args(bench)
    if case.server:
        bench.steer(case.server, "count")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cases", *args],
        capture_output=True,
        text=True,
        env={**os.environ, "BENCH_TOKEN": "bench", "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{case.name} failed:\n{done.stderr[-3000:]}")
    result = json.loads(done.stdout.splitlines()[-1])
    if case.server:
        result["requests"] = bench.steer(case.server, "count")["requests"]
    case.results.append(result)


def absent(case: Case) -> bool:
    """Return whether the peer of *case* is not installed; it is printed, never left out."""
    try:
        return case.peer is not None and not version(case.peer)
    except PackageNotFoundError:
        return True


def fsync_ms() -> float:
    """Return what one fsync costs here, in milliseconds (median of 20)."""
    with tempfile.NamedTemporaryFile() as file:
        took = []
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def head() -> str:
    """Return on what this was measured."""
    import sqlite3

    packages = " · ".join(f"{name} {version(name)}" for name in ("pydantic", "sqlalchemy", "requests", "jira"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d} · {os.cpu_count()} cores · {platform.machine()}"
        f" · Python {platform.python_version()} · SQLite {sqlite3.sqlite_version} · {packages}"
        f" · one fsync {fsync_ms():.2f} ms"
    )


def table(done: list[Case]) -> str:
    """Return the table in Markdown: medians, extremes, ratio to the unit."""
    units = {one.name: middle(one, "cpu") for one in done if one.results}
    lines = [
        "| case | CPU s (min–max) | x its unit | wall s (min–max) | MiB | requests | rows written | file MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for case in done:
        if not case.results:
            lines.append(f"| {case.name} | absent: not installed | | | | | | |")
            continue
        unit = units.get(case.unit)
        ratio = f"{middle(case, 'cpu') / unit:.2f}" if unit and case.server else ""
        lines.append(
            f"| {case.name} | {spread(case, 'cpu')} | {ratio} | {spread(case, 'wall')} | {middle(case, 'mib'):.0f} "
            f"| {shown(case, 'requests')} | {shown(case, 'written')} | {shown(case, 'file_mib', 1)} |"
        )
    return "\n".join(lines)


def middle(case: Case, what: str) -> float:
    """Return the median of *what* over the rounds."""
    return statistics.median(float(one.get(what) or 0) for one in case.results)


def spread(case: Case, what: str) -> str:
    """Return median and extremes."""
    values = [float(one[what]) for one in case.results]
    return f"{statistics.median(values):.3f} ({min(values):.3f}–{max(values):.3f})"


def shown(case: Case, what: str, digits: int = 0) -> str:
    """Return the median of *what*, empty where the case has none."""
    return f"{middle(case, what):.{digits}f}" if what in case.results[-1] else ""


def verdicts(done: list[Case]) -> str:
    """Return the budgets with what was measured: reached or missed."""
    by_name = {case.name: case for case in done if case.results}
    lines = ["| budget | limit | measured | |", "|---|---|---|---|"]
    for budget in BUDGETS:
        found = (
            budget.measure(lambda name, what: middle(by_name[name], what)) if budget.needs <= by_name.keys() else None
        )
        said = "not measured" if found is None else f"{found:.3f}"
        verdict = "" if found is None else ("reached" if found <= budget.limit else "**missed**")
        lines.append(f"| {budget.name} | ≤ {budget.limit} {budget.unit} | {said} | {verdict} |")
    return "\n".join(lines)


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    about = f'run only cases whose name has one of these words; "{COUNTS}" is the table of requests per run'
    parser.add_argument("words", nargs="*", metavar="CASE", help=about)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", type=int, default=SIZE, help="issues on the server")
    parser.add_argument("--json", type=Path, help="write every single result here")
    parser.add_argument("--markdown", type=Path, help="write the tables here")
    given = parser.parse_args()
    chosen = [case for case in cases() if not given.words or any(word in case.name for word in given.words)]
    parts = [measured(chosen, given.repeats, given.size)] if chosen else []
    if not given.words or COUNTS in given.words:
        from benchmarks.counts import table as counts

        print("requests per run", file=sys.stderr)
        parts.append(f"{counts()}\n")
    text = "\n".join(parts)
    print(text)
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps({case.name: case.results for case in chosen}, indent=1), encoding="utf-8")


def measured(chosen: list[Case], repeats: int, issues: int) -> str:
    """Run the *chosen* cases and return what was found, in Markdown."""
    with (
        tempfile.TemporaryDirectory() as root,
        served(issues, 0) as quick,
        served(issues, LATENCY_S) as slow,
        served(BOARDS, LATENCY_S, "trello") as boards,
    ):
        bench = Bench(root=Path(root), urls={"quick": quick, "slow": slow, "boards": boards}, store_size=100_000)
        prepare(chosen, bench)
        for turn in range(repeats):
            for case in chosen:
                if not absent(case):
                    print(f"[{turn + 1}/{repeats}] {case.name}", file=sys.stderr)
                    run(case, bench)
    made = f"{head()}, medians of {repeats} fresh processes, {issues:,} issues"
    return f"{made}\n\n{table(chosen)}\n\n{verdicts(chosen)}\n"


def prepare(chosen: list[Case], bench: Bench) -> None:
    """Let the servers render what will be asked for, and make the stores that a case starts from."""
    from benchmarks.store import deepen, fill

    names = " ".join(case.name for case in chosen)
    warm = [sync("warm up", "quick", "w", fresh=True), sync("warm up", "slow", "s", fresh=True)]
    if "Trello" in names:
        warm.append(sync("warm up", "boards", "t", *TRELLO, fresh=True))
    for case in warm:
        run(case, bench)
    if "unchanged records" in names or "guarded upsert" in names:
        fill(Path(bench.folder("raw")), bench.store_size)
    if VERIFIED in names or REBUILT in names:
        from benchmarks.register import fill as fill_register

        fill_register(Path(bench.folder("register")), bench.store_size)
    if AGREED in names:
        from benchmarks.register import agree

        shutil.copytree(bench.folder("w"), bench.root / "agreed", dirs_exist_ok=True)
        agree(bench.root / "agreed" / "data" / "pmbridge.db", "bench", AGREED_EVENTS)
    if NOW in names or BACK in names:
        shutil.copytree(bench.folder("w"), bench.root / "deep", dirs_exist_ok=True)
        deepen(bench.root / "deep")


if __name__ == "__main__":
    main()
