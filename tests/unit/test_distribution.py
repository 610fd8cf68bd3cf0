"""The distribution's own promises: what is locked, what is typed, what a reader is led to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.needs import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN_EXTRAS = ("sandbox",)


def locked(name: str) -> dict[str, set[str]]:
    """Package name → pinned versions (several where a marker chooses)."""
    pins: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.MULTILINE):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    return pins


def declared(lock: str) -> Iterator[str]:
    project = PROJECT["project"]
    yield from project["dependencies"]
    yield from PROJECT["build-system"]["requires"]
    for extra, requirements in project["optional-dependencies"].items():
        if lock == "dev" or extra in RUN_EXTRAS:
            yield from requirements
    if lock == "dev":
        yield from PROJECT["dependency-groups"]["dev"]


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_every_declared_dependency_is_locked_within_its_bounds(lock: str) -> None:
    pins = locked(lock)
    requirements = [Requirement(text) for text in declared(lock)]
    wrong = [
        str(requirement)
        for requirement in requirements
        if not any(
            requirement.specifier.contains(version) for version in pins.get(canonicalize_name(requirement.name), ())
        )
    ]
    assert requirements
    assert not wrong, f"not locked, or outside the bounds, in {lock}.txt (make lock): {wrong}"


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8"), flags=re.M)
    packages = [block for block in blocks if block.strip()]
    assert len(packages) > 20
    assert not [block.split()[0] for block in packages if "--hash=sha256:" not in block]


def test_every_package_of_the_wheel_is_typed() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {Path(package).name for package in packages} >= {"pmbridge", "pmbridge_jira", "pmbridge_cli"}
    assert not [package for package in packages if not (ROOT / package / "py.typed").is_file()]


@pytest.mark.parametrize("group", ["pmbridge.adapters", "pmbridge.sandboxes", "console_scripts"])
def test_every_entry_point_of_ours_leads_to_an_object(group: str) -> None:
    own = [point for point in entry_points(group=group) if point.dist and point.dist.name == "pmbridge"]
    assert own
    assert all(callable(point.load()) for point in own)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_of_a_front_page_leads_to_a_file(page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert local
    assert not [target for target in local if not (ROOT / target).exists()]


def test_both_readmes_show_the_same_commands_and_code() -> None:
    def code(page: str) -> list[str]:
        blocks = re.findall(r"^```\w+\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
        without_comments = [re.sub(r" *#.*", "", block) for block in blocks]
        return [block.replace('"未知："', '"unknown:"') for block in without_comments]

    assert code("README.md") == code("README.zh-CN.md")
    assert any("make demo" in block for block in code("README.md"))


@pytest.mark.parametrize(
    "page",
    sorted(one for one in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if "```python" in one.read_text("utf-8")),
)
def test_every_import_that_a_page_shows_works(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "pmbridge-gitlab"))
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    shown = [line for block in blocks for line in block.splitlines() if re.match(r"(from|import) pmbridge", line)]
    assert shown
    for line in shown:
        exec(line, {})


def test_every_place_that_the_map_of_the_code_names_is_there() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", (ROOT / "docs/explanation/architecture.md").read_text("utf-8"), re.MULTILINE)
    assert rows
    for row in rows:
        first, *others = re.findall(r"`([^`]+)`", row)
        for place in (ROOT / first, *((ROOT / first).parent / other for other in others)):
            assert place.exists(), place
