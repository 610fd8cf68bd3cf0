"""What some tests need from the machine, and what happens where it is missing.

On a developer's machine such a test is skipped, with the reason. With `PMBRIDGE_REQUIRE_ALL=1` in the
environment, as in `.ci/run`, it fails: there a missing thing is a fault of the set-up, and a skipped proof is
no proof.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Read at import, because every test runs without any PMBRIDGE_ variable.
REQUIRE_ALL = os.environ.get("PMBRIDGE_REQUIRE_ALL", "") not in ("", "0")
# `.ci/run` names the command of an environment that holds nothing but the built wheel.
PMBRIDGE_BIN = os.environ.get("PMBRIDGE_BIN") or str(Path(sys.executable).with_name("pmbridge"))


def missing(reason: str) -> NoReturn:
    """Skip the test, or the whole module at import; fail where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(f"{reason} (PMBRIDGE_REQUIRE_ALL is set, so this is no skip)", pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def shared() -> Path:
    """Give the folder that lies beside the project's own and holds the vendors' documents in `specs/`."""
    folder = ROOT.parent / "shared"
    if not (folder / "specs").is_dir():
        missing("the vendors' documents are not there: ../shared/specs beside the project's folder")
    return folder


def chromium() -> str:
    """Give the path of an installed Chromium; the tests never download one."""
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    missing("no Chromium on the PATH (Debian, Ubuntu: apt-get install chromium fonts-noto-cjk)")


def package(name: str) -> ModuleType:
    """Import something of the dev set that others wrote: a client, a server, a database."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        missing(f"the package {name} cannot be imported: {error}")


def peer(name: str, command: str) -> Path:
    """Give the path of *command* of a program of others, in an environment of its own (`requirements/peer NAME`)."""
    found = ROOT / ".venv" / "peers" / name / "bin" / command
    if not found.is_file():
        missing(f"{name} is not installed beside the suite: requirements/peer {name}")
    return found
