"""The example plugin as a stranger's: installed, found, lawful, small, and standing on nothing but what is public."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pmbridge.testing.clock import FakeClock
from tests.needs import ROOT

PLUGIN = ROOT / "examples" / "pmbridge-gitlab"
PACKAGE = PLUGIN / "pmbridge_gitlab"
PUBLIC = {"adapter", "records", "richtext", "values", "errors", "clock"}
"""What a plugin may import of pmbridge; its sandbox also ``pmbridge.testing``."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the plugin and install it into a folder of its own, as pip does: entry points and all."""
    folder = tmp_path_factory.mktemp("site")
    done = python(
        "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install", "--quiet", "--no-deps", "--no-index",
        "--no-build-isolation", "--target", str(folder), str(PLUGIN),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def python(
    *args: str, beside: Path | None = None, cwd: Path | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    path = {} if beside is None else {"PYTHONPATH": str(beside)}
    env = {**os.environ, **path, "PYTHONWARNINGS": "ignore", "PMBRIDGE_LANG": "en"}
    command = [sys.executable, *args]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=env, cwd=cwd, check=False)


def sources() -> Iterator[Path]:
    """All that an author writes but the tests: the metadata and the code."""
    yield PLUGIN / "pyproject.toml"
    yield from sorted(PACKAGE.glob("**/*.py"))


def test_the_laws_hold_for_the_installed_plugin(installed: Path, tmp_path: Path) -> None:
    """Run the plugin's own test file where none of our test settings reach."""
    (tmp_path / "test_laws.py").write_text((PLUGIN / "tests" / "test_gitlab_laws.py").read_text("utf-8"), "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    report = tmp_path / "report.xml"
    done = python("-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={report}", beside=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    (suite,) = ElementTree.parse(report).getroot()
    counted = {name: int(suite.attrib[name]) for name in ("tests", "errors", "failures", "skipped")}
    assert (counted["errors"], counted["failures"]) == (0, 0)
    # GitLab keeps no id when something moves, and the example reads no comments; all other laws are put to the test.
    assert counted["tests"] - counted["skipped"] >= 45, done.stdout


def test_pmbridge_adapters_lists_it(installed: Path, tmp_path: Path) -> None:
    done = python("-m", "pmbridge_cli.main", "adapters", "--json", beside=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    listed = {one["name"]: one for one in json.loads(done.stdout)["adapters"]}
    assert listed["gitlab"] == {
        "name": "gitlab", "title": "GitLab", "distribution": "pmbridge-gitlab", "version": "0.1.0", "loaded": True,
        "problem": None,
    }  # fmt: skip
    assert "jira" in listed


def test_a_person_connects_it_and_gets_milestones(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(installed))
    from pmbridge.adapter import load_sandbox

    def pmbridge(*args: str, stdin: str = "") -> str:
        done = python("-m", "pmbridge_cli.main", *args, beside=installed, cwd=tmp_path, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    with load_sandbox("gitlab")(FakeClock(datetime.now(UTC))) as gitlab:
        project = gitlab.world.project()
        first = gitlab.world.add_group(project, "M1 Sign-off", date(2099, 7, 1))
        gitlab.world.add_group(project, "M2 Go-live", date(2099, 8, 1))
        for state in ("done", None, "done", None):
            gitlab.world.add_item(project, "Work", state=state, group=first)
        pmbridge("connect", "gitlab", "--url", gitlab.url, "--secret-stdin", stdin=gitlab.secret().get_secret_value())
        pmbridge(
            "engagement", "add", "shop", "--source", f"gitlab:{project}", "--client", "Acme", "--title", "Shop",
            "--milestones", "milestone", "--changes", "none", "--date", "plan", "--weight", "count", "--yes",
        )  # fmt: skip
        assert "Recognised: 2 milestones" in pmbridge("sync")
    shown = pmbridge("status")
    assert re.search(r"M1 Sign-off .* 2/4 items 50%", shown), shown
    assert "M2 Go-live" in shown


def test_without_it_gitlab_is_unknown(tmp_path: Path) -> None:
    """Else the tests above would prove nothing about the entry points."""
    done = python("-m", "pmbridge_cli.main", "adapters", "--json", cwd=tmp_path)
    assert "gitlab" not in {one["name"] for one in json.loads(done.stdout)["adapters"]}


def test_it_stays_below_250_lines() -> None:
    counted = {path.name: len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {"pyproject.toml", "adapter.py", "sandbox.py"} <= counted.keys()
    assert sum(counted.values()) < 250, counted


def test_it_imports_only_what_is_public() -> None:
    for path in PACKAGE.glob("**/*.py"):
        allowed = PUBLIC | {"testing"} if path.name == "sandbox.py" else PUBLIC
        assert imported(path) <= allowed, path.name
    assert imported(PACKAGE / "adapter.py") >= {"adapter", "records", "values"}


def imported(path: Path) -> set[str]:
    """The modules below pmbridge that *path* imports from, by their first name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{one.name}" for one in node.names]
        found.update(name.split(".")[1] for name in names if name.partition(".")[0] == "pmbridge")
    return found


def test_it_declares_both_entry_points() -> None:
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"] == {
        "pmbridge.adapters": {"gitlab": "pmbridge_gitlab.adapter:GitLab"},
        "pmbridge.sandboxes": {"gitlab": "pmbridge_gitlab.sandbox:GitLabSandbox"},
    }
