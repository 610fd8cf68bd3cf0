"""Single lines of screens: in the language asked for, in 80 columns, in the order of English words."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from pmbridge.adapter import registry
from pmbridge.adapter.registry import Plugin
from pmbridge.errors import UnknownAdapter
from pmbridge_cli.figures import shown_slip
from pmbridge_cli.layout import width
from pmbridge_cli.main import run
from pmbridge_cli.output import Output
from tests.unit import report_story as story


def broken() -> list[Plugin]:
    error = UnknownAdapter(
        "adapter-broken", adapter="zentao", distribution="d", version="1", detail="it lacks pull", detail_zh="缺少 pull"
    )
    return [Plugin(name="zentao", distribution="pmbridge-zentao", version="0.3", error=error)]


def test_a_plugin_that_does_not_load_is_told_in_the_language_of_the_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "available", broken)
    assert run(["--lang", "zh-CN", "adapters"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("未加载：缺少 pull")
    assert run(["--lang", "en", "adapters"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("NOT LOADED: it lacks pull")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_first_screen_fits_into_80_columns(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--lang", language]) == 0
    out = capsys.readouterr().out
    assert "Jira" in out
    assert [line for line in out.splitlines() if width(line) > 80] == []


def test_a_least_slip_reads_as_a_sentence() -> None:
    slip = story.known(3, story.source("version", "10103"))
    assert shown_slip(slip, at_least=True) == ("late 3+", "至少晚 3")
    assert shown_slip(slip) == ("late 3", "晚 3")


@pytest.mark.parametrize("group", ["db", "schedule", "report", "engagement"])
def test_a_group_without_its_verb_names_the_verbs_and_not_the_whole_help(
    group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "en", group]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"Error: pmbridge {group} needs one of: ")
    assert "Usage" not in err
    assert len(err.splitlines()) == 3


def test_a_terminal_in_gbk_shows_chinese_though_it_lacks_the_marks() -> None:
    body = io.BytesIO()
    out = Output(io.TextIOWrapper(body, encoding="gbk", write_through=True), io.StringIO(), "zh-CN")
    out.line("✓ 就绪")
    out.document({"sign": "✓"})
    assert out.language == "zh-CN"
    assert body.getvalue().decode("gbk").startswith("ok 就绪\n")
    assert json.loads(body.getvalue().decode("gbk").partition("\n")[2]) == {"sign": "✓"}
