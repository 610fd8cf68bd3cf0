"""The demo's story, told once for all tests that go on from there."""

from __future__ import annotations

import pytest

from tests.e2e.story_desk import Told, tell


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(tmp_path_factory.mktemp("story") / "demo")
