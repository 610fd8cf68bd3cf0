"""The frame of the command line: what it imports, how it words its own errors, which language it speaks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from pmbridge.errors import ConfigError
from pmbridge.values import Label
from pmbridge_cli import main as frame
from pmbridge_cli.context import App
from pmbridge_cli.grammar import Command, Tree, early
from pmbridge_cli.main import ENTRIES, HEADINGS, TREE, run
from pmbridge_cli.output import Output, error_document
from pmbridge_cli.words import Both, language_of

OURS = {"click", "pmbridge_cli"}
COSTLY = {
    "asyncio",
    "email",
    "html",
    "http",
    "logging",
    "socket",
    "shutil",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "tomllib",
}
COSTLY_PARTS = {"importlib.metadata", "importlib.resources", "urllib.request"}


def imported_by(*args: str, env: Mapping[str, str] | None = None) -> set[str]:
    """Names of the modules that a run of the command line has loaded, beyond those of any Python process."""
    code = (
        "import sys, atexit\n"
        "before = set(sys.modules)\n"
        "from pmbridge_cli.main import main\n"
        f"sys.argv = ['pmbridge', *{list(args)!r}]\n"
        "atexit.register(lambda: sys.stderr.write('\\n@' + ' '.join(set(sys.modules) - before)))\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **(env or {})}, check=True
    )
    return set(done.stderr.rpartition("@")[2].split())


def foreign(loaded: set[str]) -> set[str]:
    """Packages that are neither Python's own nor allowed."""
    return {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - OURS


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["-h", "--lang", "zh-CN"],
        ["report", "--help"],
        ["sync", "--help"],
        ["schedule", "-h"],
        ["engagement", "--help"],
        ["connect", "--help"],
        ["no-such-command"],
        ["sync", "--no-such-option"],
        ["report", "weekly", "--no-such-option"],
    ],
)
def test_help_and_usage_errors_import_click_and_words_only(args: list[str]) -> None:
    loaded = imported_by(*args)
    assert "click" in loaded
    assert foreign(loaded) == set()
    assert not loaded & (COSTLY | COSTLY_PARTS)


@pytest.mark.parametrize("words", ["pmbridge rep", "pmbridge report ", "pmbridge sync --f"])
def test_completion_imports_click_and_words_only(words: str) -> None:
    count = str(len(words.split(" ")) - 1)
    loaded = imported_by(env={"_PMBRIDGE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count})
    assert "click.shell_completion" in loaded
    assert foreign(loaded) == set()
    assert not loaded & (COSTLY | COSTLY_PARTS)


# --------------------------------------------------------------------------------------------------- the tree


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its path."""
    todo: list[tuple[str, click.Command]] = [("pmbridge", TREE)]
    while todo:
        path, one = todo.pop()
        yield path, one
        if isinstance(one, Tree):
            ctx = click.Context(one)
            for name in one.entries:
                found = one.get_command(ctx, name)
                assert found is not None
                todo.append((f"{path} {name}", found))


def test_every_command_of_help_can_be_imported_and_has_help_in_both_languages() -> None:
    found = dict(commands())
    assert {"pmbridge sync", "pmbridge report weekly", "pmbridge db backup", "pmbridge engagement add"} <= set(found)
    for path, one in found.items():
        assert isinstance(one, Command | Tree), path
        assert one.both.en, path
        assert any("\u4e00" <= sign <= "\u9fff" for sign in one.both.zh), path


def test_every_command_stands_under_one_heading() -> None:
    listed = [name for names in HEADINGS.values() for name in names]
    assert sorted(listed) == sorted(ENTRIES)


def test_every_option_has_help_in_both_languages() -> None:
    missing = [
        f"{path} {param.opts[-1]}"
        for path, one in commands()
        for param in one.params
        if isinstance(param, click.Option) and not getattr(param, "both", None) and "--version" not in param.opts
    ]
    assert not missing


@pytest.mark.parametrize(("language", "heading"), [("en", "Everywhere"), ("zh-CN", "所有命令通用")])
def test_help_is_in_the_language_of_the_screen(language: str, heading: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "--lang", language, "--help"]) == 0
    shown = capsys.readouterr().out
    assert heading in shown
    assert "--log-file" in shown


# ------------------------------------------------------------------------------------------ the global options


@pytest.mark.parametrize(
    "args",
    [
        ["-e", "lanhai", "--json", "-q", "-v", "--yes", "--lang", "en", "--log", "off", "--config", "x", "probe"],
        ["probe", "-e", "lanhai", "--json", "-q", "-v", "--yes", "--lang", "en", "--log", "off", "--config", "x"],
        ["--json", "-q", "-e", "lanhai", "probe", "--yes", "-v", "--config", "x", "--lang", "en", "--log", "off"],
    ],
)
def test_global_options_stand_before_and_after_the_command(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = invoked(args, monkeypatch)
    assert (seen.engagement, seen.json, seen.quiet, seen.verbose, seen.yes) == ("lanhai", True, True, 1, True)
    assert (seen.lang, seen.log, seen.config) == ("en", "off", "x")


def test_verbosity_adds_up_and_the_later_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = invoked(["-v", "-e", "one", "probe", "-e", "two", "-v", "--log", "off"], monkeypatch)
    assert (seen.verbose, seen.engagement) == (2, "two")


def invoked(args: list[str], monkeypatch: pytest.MonkeyPatch) -> App:
    found: list[App] = []

    def probe(app: App) -> None:
        found.append(app)

    add_command(monkeypatch, probe)
    assert run(args) == 0
    return found[0]


def add_command(monkeypatch: pytest.MonkeyPatch, function: object) -> None:
    from pmbridge_cli.grammar import command

    made = command(help=Both("probe", "探针"))(function)  # type: ignore[arg-type]
    known = type(TREE).get_command
    monkeypatch.setitem(TREE.entries, "probe", ENTRIES["sync"])
    monkeypatch.setattr(
        type(TREE), "get_command", lambda self, ctx, name: made if name == "probe" else known(self, ctx, name)
    )


# ---------------------------------------------------------------------------------------------------- how it ends


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(app: App) -> None:
        raise error

    add_command(monkeypatch, probe)


def test_an_error_is_what_happened_the_next_step_and_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(ConfigError("config-missing", folder="/srv"), monkeypatch)
    assert run(["probe", "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "Error: No pmbridge.toml in /srv or above.",
        "Next: pmbridge connect jira (starts one here)",
        "[config-missing]",
    ]
    assert run(["probe", "--lang", "zh-CN"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "错误：/srv 及上级文件夹中没有 pmbridge.toml。",
        "下一步：pmbridge connect jira（在此新建）",
        "[config-missing]",
    ]


def test_with_json_an_error_is_one_document_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(ConfigError(n=2, file="p.toml", problems="a · b", faults=("a", "b"), faults_zh=("甲", "乙")), monkeypatch)
    assert run(["probe", "--json", "--lang", "zh-CN"]) == 2
    shown = capsys.readouterr()
    assert shown.err == ""
    document = json.loads(shown.out)
    assert (document["schema"], document["error"], document["exit"]) == ("pmbridge.error/1", "config-invalid", 2)
    assert document["faults"] == ["甲", "乙"]


def test_our_own_mistake_leaves_a_report_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    raising(RuntimeError("token=s3cret-value"), monkeypatch)
    assert run(["probe", "--lang", "en"]) == 70
    shown = capsys.readouterr().err
    assert shown.startswith("Error: pmbridge made a mistake (RuntimeError in pmbridge_cli.")
    assert "Traceback" not in shown
    assert "s3cret" not in shown
    [report] = home.rglob("bug-*.txt")
    text = report.read_text("utf-8")
    assert str(report) in shown
    assert "s3cret" not in text
    assert str(Path(sys.prefix)) not in text
    assert "RuntimeError" in text
    assert "command: probe" in text
    assert report.stat().st_mode & 0o777 == 0o600


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    raising(RuntimeError("boom"), monkeypatch)
    assert run(["probe", "--debug"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (click.Abort(), 130), (frame.Terminated(), 143)]
)
def test_stopping_says_what_it_leaves(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(error, monkeypatch)
    assert run(["probe", "--lang", "zh-CN"]) == code
    assert capsys.readouterr().err.startswith("已停止。")


@pytest.mark.parametrize(
    ("args", "en", "zh"),
    [
        (["syn"], 'There is no command "pmbridge syn". Near: sync.', "没有命令「pmbridge syn」。相近：sync。"),
        (["adapters", "--jsn"], "pmbridge adapters has no option --jsn. Near: --json.",
            "pmbridge adapters 没有选项 --jsn。相近：--json。"),
        (["completion"], "pmbridge completion needs SHELL.", "pmbridge completion 缺少 SHELL。"),
        (["completion", "csh"], "SHELL is one of: bash, zsh, fish.", "SHELL 只能是：bash、zsh、fish。"),
        (["sync", "--accept-vanished", "many"], "--accept-vanished needs a number.", "--accept-vanished 需要数字。"),
        (["adapters", "too", "many"], 'pmbridge adapters does not take "too many".',
            "pmbridge adapters 多出「too many」。"),
        (["milestone", "show", "M1", "M2"], 'pmbridge milestone show does not take "M2".',
            "pmbridge milestone show 多出「M2」。"),
        (["sync", "--accept-mapping=3"], "--accept-mapping takes no value.", "--accept-mapping 后面不写内容。"),
        (["status", "--quiet=3"], "--quiet takes no value.", "--quiet 后面不写内容。"),
    ],
)  # fmt: skip
def test_a_usage_error_says_what_is_wrong_in_both_languages(
    args: list[str], en: str, zh: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*args, "--lang", "en"]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == f"Error: {en}"
    assert shown[1].startswith("Next: pmbridge")
    assert shown[1].endswith("--help")
    assert shown[2] == "[usage]"
    assert run(["--lang", "zh-CN", *args]) == 2
    assert capsys.readouterr().err.splitlines()[0] == f"错误：{zh}"


@pytest.mark.parametrize("option", ["--as-of", "--lang", "-e"])
def test_an_option_without_its_value_names_its_command(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh-CN", "status", option]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[:2] == [f"错误：{option} 后面要写内容。", "下一步：pmbridge status --help"]


def test_a_usage_error_with_json_is_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["syn", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "usage"


# ------------------------------------------------------------------------------------------------------ language


@pytest.mark.parametrize(
    ("option", "env", "file", "expected"),
    [
        ("en", {"PMBRIDGE_LANG": "zh-CN"}, "zh-CN", "en"),
        (None, {"PMBRIDGE_LANG": "zh", "LC_ALL": "en_GB.UTF-8"}, "en", "zh-CN"),
        (None, {"LC_ALL": "en_GB.UTF-8"}, "zh-CN", "zh-CN"),
        (None, {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_GB.UTF-8"}, None, "zh-CN"),
        (None, {"LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_GB.UTF-8"}, None, "zh-CN"),
        (None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, None, "en"),
        (None, {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, None, "zh-CN"),
        (None, {"LANG": "de_DE.UTF-8"}, None, "en"),
        (None, {}, None, "en"),
    ],
)
def test_the_language_comes_from_the_first_that_says_one(
    option: str | None, env: dict[str, str], file: str | None, expected: str, tmp_path: Path
) -> None:
    if file:
        (tmp_path / "pmbridge.toml").write_text(f'[workspace]\nlanguage = "{file}"\n[engagements.x]\n', "utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert language_of(option, None, env, str(below)) == expected


def test_a_broken_file_still_has_a_language(tmp_path: Path) -> None:
    (tmp_path / "pmbridge.toml").write_text('[workspace]\nlanguage = "zh-CN"\nstoer = "x\n', "utf-8")
    assert language_of(None, str(tmp_path), {}, "/") == "zh-CN"


def test_a_language_of_another_table_is_not_that_of_the_screens(tmp_path: Path) -> None:
    (tmp_path / "pmbridge.toml").write_text('[workspace]\nuser = "x"\n[agency]\nlanguage = "zh-CN"\n', "utf-8")
    assert language_of(None, str(tmp_path / "pmbridge.toml"), {}, "/") == "en"


def output(encoding: str, language: str) -> tuple[Output, io.BytesIO, io.StringIO]:
    body, talk = io.BytesIO(), io.StringIO()
    stream = io.TextIOWrapper(body, encoding, write_through=True)
    return Output(stream, talk, language, {}), body, talk


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_output_without_chinese_is_english_in_ascii_with_one_note(encoding: str) -> None:
    out, body, talk = output(encoding, "zh-CN")
    out.line(Label(zh="可用 ✓", en="ready ✓ — 3 → 4 · “M4 商城”"))
    out.line(Both("again …", "再来 …"))
    out.document({"title": "商城"})
    shown = body.getvalue()
    assert shown.isascii()
    assert shown.startswith(b'ready ok -- 3 -> 4 - "M4 ??"\nagain ...\n')
    assert b"\\u5546" in shown
    assert talk.getvalue() == "Note: this output cannot show Chinese, so it is in English\n"


def test_english_on_such_an_output_needs_no_note() -> None:
    out, body, talk = output("latin-1", "en")
    out.line("ready ✓")
    assert (body.getvalue(), talk.getvalue()) == (b"ready ok\n", "")


def test_chinese_is_written_where_it_can_be_shown() -> None:
    out, body, _ = output("utf-8", "zh-CN")
    out.line(Both("ready", "可用 ✓"))
    assert body.getvalue().decode() == "可用 ✓\n"


def test_what_is_known_before_the_options_are_parsed() -> None:
    app = early(["sync", "--lang=zh-CN", "--config", "x", "--json"])
    assert (app.lang, app.config, app.json, app.debug) == ("zh-CN", "x", True, False)


def test_every_error_of_the_library_makes_a_document() -> None:
    from pmbridge.error_words import WORDS

    for name in WORDS:
        document = error_document(ConfigError(name), "zh-CN")
        assert document["error"] == name
        assert document["text"]
