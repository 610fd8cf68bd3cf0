"""What holds for every test: no network, no home folder, no environment of the person who runs it.

Sockets are closed by the settings in pyproject.toml: only 127.0.0.1 and Unix sockets answer.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import needs

# The laws ship in the wheel; without this their failures would say nothing but "AssertionError".
pytest.register_assert_rewrite("pmbridge.testing.laws")

# No deadline anywhere: a slow machine is no bug. "deep" is for nights and for hunting.
_UNHURRIED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_UNHURRIED)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, print_blob=True, suppress_health_check=_UNHURRIED
)
settings.register_profile("deep", max_examples=5_000, deadline=None, suppress_health_check=_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

# Variables that change what pmbridge, requests or keyring do.
_FOREIGN = (
    "ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "CREDENTIALS_DIRECTORY", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY",
    "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LANG", "LANGUAGE",
)  # fmt: skip


def _is_foreign(name: str) -> bool:
    return name.upper() in _FOREIGN or name.startswith(("PMBRIDGE_", "XDG_", "LC_", "KEYRING_", "MAKE", "MFLAGS"))


@pytest.fixture(scope="session", autouse=True)
def neutral_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the person's settings away, for fixtures of any scope and for the processes they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: Ctrl-C would be tested in vain
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if _is_foreign(name)]:
            patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home folder of its own, outside its `tmp_path`."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder with the vendors' documents, or skip (fail where everything is required)."""
    return needs.shared()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of Chromium, or skip (fail where everything is required)."""
    return needs.chromium()


@pytest.fixture(scope="session")
def pmbridge_bin() -> str:
    """Give the path of the installed pmbridge command to run."""
    return needs.PMBRIDGE_BIN
