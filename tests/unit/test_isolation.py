"""The test bench itself: what leaks out of it would make every other test worthless."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from pytest_socket import SocketConnectBlockedError

from tests import needs

# RFC 5737: addresses for documentation, which lead nowhere even if the guard were broken.
ELSEWHERE = "192.0.2.1"


def test_a_connection_to_another_machine_is_an_error() -> None:
    # pytest-socket warns before it raises, and warnings are errors here: either stops the test.
    with socket.socket() as outward, pytest.raises((SocketConnectBlockedError, UserWarning)):
        outward.connect((ELSEWHERE, 443))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_home_is_an_empty_folder_and_not_the_persons(home: Path) -> None:
    assert Path.home() == home
    assert Path.home() != Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert not list(home.iterdir())


def test_no_variable_of_pmbridge_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("PMBRIDGE_")]


def test_the_keyring_of_the_person_is_out_of_reach() -> None:
    assert isinstance(keyring.get_keyring(), fail.Keyring)


def test_a_missing_thing_skips_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "REQUIRE_ALL", False)
    with pytest.raises(pytest.skip.Exception, match="no such package"):
        needs.missing("no such package")


def test_a_missing_thing_fails_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "REQUIRE_ALL", True)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.fail.Exception, match="Chromium"):
        needs.chromium()
