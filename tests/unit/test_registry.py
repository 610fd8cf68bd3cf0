"""Plugins as they are installed: good ones, broken ones, and two of one name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from pmbridge.adapter import Plugin, available, available_sandboxes, load, load_sandbox
from pmbridge.errors import ConfigError, UnknownAdapter

GOOD = """
from pmbridge.adapter import Adapter, ConnectionSettings

class Good(Adapter[ConnectionSettings]):
    kind = "{name}"
    title = "Good"
    Settings = ConnectionSettings
    kinds = {{}}
    def check(self): ...
    def projects(self): ...
    def describe(self, project): ...
    def pull(self, scope, cursor, mirrored): ...
    def census(self, scope): ...
    def read(self, ids): ...
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install distributions into a folder of the test's own, the only one where plugins are looked for."""
    site = tmp_path / "site"
    site.mkdir()
    before = set(sys.modules)
    # Everything but what is really installed here, so that the tests see their own plugins only.
    elsewhere = [path for path in sys.path if not list(Path(path or ".").glob("*.dist-info"))]
    monkeypatch.setattr(sys, "path", [str(site), *elsewhere])

    def one(
        distribution: str,
        name: str,
        code: str = GOOD,
        *,
        what: str = "Good",
        group: str = "pmbridge.adapters",
        version: str = "1.2",
    ) -> None:
        module = f"plugin_{distribution}_{name}".replace("-", "_")
        (site / f"{module}.py").write_text(dedent(code).format(name=name))
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        with (info / "entry_points.txt").open("a") as entries:
            entries.write(f"[{group}]\n{name} = {module}:{what}\n")

    yield one
    for module in set(sys.modules) - before:
        if module.startswith("plugin_"):
            del sys.modules[module]


def by_name() -> dict[str, Plugin]:
    return {one.name: one for one in available()}


def test_a_good_plugin_is_found_with_its_distribution(install: Install) -> None:
    install("pmbridge-linear", "linear", version="0.3.1")
    [plugin] = available()
    assert (plugin.name, plugin.distribution, plugin.version) == ("linear", "pmbridge-linear", "0.3.1")
    assert plugin.error is None
    assert plugin.adapter is not None
    assert plugin.adapter.title == "Good"
    assert load("linear") is plugin.adapter


def test_without_plugins_there_is_an_empty_list(install: Install) -> None:
    assert available() == []
    assert available_sandboxes() == []
    with pytest.raises(UnknownAdapter):
        load("jira")


def test_an_unknown_name_lists_the_known_ones(install: Install) -> None:
    install("b", "zeta")
    install("a", "alpha")
    with pytest.raises(UnknownAdapter) as caught:
        load("jirra")
    assert caught.value.text("en") == 'There is no adapter "jirra"; known: alpha, zeta.'
    assert caught.value.name == "unknown-adapter"


BROKEN = [
    pytest.param("raise RuntimeError('no luck\\nmore')", "RuntimeError: no luck)", id="raises"),
    pytest.param("import not_installed_anywhere", "ModuleNotFoundError", id="import"),
    pytest.param("def (", "SyntaxError", id="syntax"),
    pytest.param("import sys; sys.exit(3)", "SystemExit", id="exits"),
    pytest.param("", "AttributeError", id="empty"),
    pytest.param("Good = 7", "no subclass of pmbridge.adapter.Adapter", id="number"),
    pytest.param("class Good: ...", "no subclass of pmbridge.adapter.Adapter", id="other-class"),
    pytest.param(GOOD + "    api_version = 2\n", "made for version 2 of the contract", id="newer-contract"),
    pytest.param(GOOD.replace("    def pull", "    def pool"), "it lacks pull", id="method-missing"),
    pytest.param(GOOD.replace("    def describe", "    def depict"), "it lacks describe", id="describes-nothing"),
    pytest.param(GOOD.replace('    title = "Good"\n', ""), "it lacks title", id="title-missing"),
    pytest.param(GOOD.replace("Settings = ConnectionSettings", "Settings = dict"), "it lacks Settings", id="settings"),
    pytest.param(GOOD.replace('"{name}"', '"other"'), "it calls itself 'other'", id="other-name"),
]


@pytest.mark.parametrize(("code", "reason"), BROKEN)
def test_a_broken_plugin_is_listed_with_the_reason_and_stops_nobody(install: Install, code: str, reason: str) -> None:
    install("bad-plugin", "bad", code)
    install("good-plugin", "good")
    plugins = by_name()
    assert plugins["good"].adapter is not None
    bad = plugins["bad"]
    assert bad.adapter is None
    assert bad.error is not None
    assert reason in bad.error.text("en")
    assert 'The adapter "bad" (bad-plugin 1.2) cannot be used' in bad.error.text("en")
    assert "适配器「bad」" in bad.error.text("zh-CN")
    assert bad.error.next == "pmbridge adapters"
    assert load("good") is plugins["good"].adapter
    with pytest.raises(UnknownAdapter) as caught:
        load("bad")
    assert caught.value.name == "adapter-broken"


def test_loading_one_does_not_import_the_others(install: Install) -> None:
    install("bad-plugin", "bad", "raise RuntimeError")
    install("good-plugin", "good")
    load("good")
    assert "plugin_bad_plugin_bad" not in sys.modules
    with pytest.raises(UnknownAdapter):
        load("nobody")
    assert "plugin_bad_plugin_bad" not in sys.modules


def test_two_strangers_of_one_name_are_both_refused(install: Install) -> None:
    install("one", "same")
    install("two", "same")
    plugins = available()
    assert [(one.distribution, one.adapter) for one in plugins] == [("one", None), ("two", None)]
    assert plugins[0].error is not None
    assert "the name is taken, by two" in plugins[0].error.text("en")
    with pytest.raises(UnknownAdapter, match="the name is taken"):
        load("same")
    assert "plugin_one_same" not in sys.modules


def test_our_own_adapter_wins_over_a_stranger_of_its_name(install: Install) -> None:
    install("aaa-first-in-order", "jira", GOOD + "    title = 'theirs'\n")
    install("pmbridge", "jira", GOOD + "    title = 'ours'\n")
    assert load("jira").title == "ours"
    theirs, ours = available()
    assert (theirs.distribution, theirs.adapter) == ("aaa-first-in-order", None)
    assert theirs.error is not None
    assert "the name is taken, by pmbridge" in theirs.error.text("en")
    assert ours.adapter is not None


def test_a_name_taken_twice_by_one_distribution_is_refused(install: Install) -> None:
    install("pmbridge", "jira")
    install("pmbridge", "jira", what="Other")
    assert [one.adapter for one in available()] == [None, None]


def test_sandboxes_are_found_in_their_own_group(install: Install) -> None:
    install("pmbridge", "jira", "class Good: ...", group="pmbridge.sandboxes")
    install("stranger", "broken", "Good = 1", group="pmbridge.sandboxes")
    broken, jira = available_sandboxes()
    assert (broken.name, broken.sandbox) == ("broken", None)
    assert broken.error is not None
    assert load_sandbox("jira") is jira.sandbox
    assert available() == []
    with pytest.raises(UnknownAdapter):
        load_sandbox("trello")


def test_a_sandbox_without_its_extra_says_which_to_install(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("pmbridge", "jira", "import werkzeug\nclass Good: ...", group="pmbridge.sandboxes")
    monkeypatch.setitem(sys.modules, "werkzeug", None)
    with pytest.raises(ConfigError) as caught:
        load_sandbox("jira")
    assert caught.value.name == "extra-missing"
    assert caught.value.next == 'pip install "pmbridge[sandbox]"'


def test_the_installed_jira_is_found() -> None:
    [jira] = [one for one in available() if one.name == "jira"]
    assert jira.distribution == "pmbridge"
