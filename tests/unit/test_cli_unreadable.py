"""A file that cannot be read is refused in the language of the screen, with a next command that works."""

from __future__ import annotations

import errno
import shlex
from pathlib import Path

import pytest

from pmbridge.error_words import system_words
from pmbridge_cli.main import run

WORKSPACE = """[workspace]
language = "{language}"
timezone = "Asia/Shanghai"
user = "王工"
[engagements.a]
client = "a"
name = "a"
sources = []
"""
COMMANDS = {
    "issue act ISS-01 --from {}": "pmbridge issue act --help",
    "change submit {}.eml": "pmbridge change submit --help",
    "answer {}": "pmbridge answer --help",
    "contact add 张敏 --evidence signed_document:{}": "pmbridge contact add --help",
    "contact add 张敏 --evidence {}.pdf": "pmbridge contact add --help",
    "change submit --title x --at {}": "pmbridge change submit --help",
    "deliverable form {}": "pmbridge deliverable list",
    "requirement document --out pmbridge.toml/{}": "pmbridge requirement document --help",
}


def desk(folder: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    (folder / "pmbridge.toml").write_text(WORKSPACE.format(language=language), "utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PMBRIDGE_ENGAGEMENT", raising=False)


@pytest.mark.parametrize(("written", "step"), COMMANDS.items())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_next_command_after_a_refused_argument_works(
    written: str, step: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    desk(tmp_path, monkeypatch, language)
    assert run(written.format("nix").split()) in (1, 2)
    shown = capsys.readouterr().err.splitlines()
    assert "nix" in shown[0]
    assert shown[1] == f"{'下一步：' if language == 'zh-CN' else 'Next: '}{step}"
    assert run(shlex.split(step)[1:]) == 0


def test_why_it_cannot_be_read_is_said_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk(tmp_path, monkeypatch, "zh-CN")
    for path, why in (
        ("nix.eml", "没有这个文件或文件夹"),
        (".", "是文件夹"),
        ("pmbridge.toml/x", "路径中有一段不是文件夹"),
    ):
        for args in (["answer", path], ["issue", "act", "ISS-01", "--from", path]):
            assert run(args) == 1
            assert capsys.readouterr().err.splitlines()[0] == f"错误：读不了 {path}：{why}"


def test_a_fault_of_the_system_that_has_no_words_here_keeps_its_own() -> None:
    assert system_words(PermissionError(errno.EACCES, "Permission denied")) == ("Permission denied", "没有权限", "", "")
    assert system_words(OSError(9999, "Strange")).zh == "Strange"
    assert system_words(OSError()).zh == "无法访问"
