"""`pmbridge doctor`: everything that can be wrong, one line each, worst last."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.layout import Column, visible
from pmbridge_cli.words import Both, counted, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmbridge.doctor import Check, Examination

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
_EXIT = Both("[exit {code}]", "[退出码 {code}]")
_ALL_WELL = Both("All is well.", "一切正常。")
_ADAPTERS = Both("adapters: {list}", "适配器：{list}")


@command(
    help=Both(
        "Check everything that can be wrong: installation, configuration, store, connections, mappings.",
        "检查一切可能出错的地方：安装、配置、数据库、连接、对应关系。",
    )
)
@argument("connections", nargs=-1, metavar="[CONN]...")
@option(
    "--max-age",
    metavar="26h",
    help=Both(
        "only the age of the data, without network: exit 75 when it is older",
        "只看数据时效，不联网：过旧时退出码为 75",
    ),
)
@option(
    "--report", is_flag=True, help=Both("write a file without secrets to send us", "生成不含密钥的报告文件，可发给我们")
)
def doctor(app: App, connections: tuple[str, ...], *, max_age: str | None, report: bool) -> int:
    from pmbridge.doctor import age, examine, too_old

    if max_age is not None:
        examined = too_old(app.workspace, age(max_age), connections)
    else:
        examined = examine(app.config, connections=connections, env=app.env)
    file = _write_report(app, examined) if report else None
    if app.json:
        app.out.document(_document(app, examined, file))
    elif app.quiet:
        app.out.lines(_lines(app, [check for check in examined.checks if check.level == "fail"]))
    else:
        _screen(app, examined, file)
    return examined.exit_code


def _screen(app: App, examined: Examination, file: Path | None) -> None:
    listed = [check for check in examined.checks if check.about != "adapters"]
    app.out.lines(_lines(app, listed))
    for check in examined.checks:
        if check.about == "adapters":
            app.out.line(_ADAPTERS.filled(list=check.text))
    problems = counted(examined.problems, "problem", "problems", " 个问题")
    warnings = counted(examined.warnings, "warning", "warnings", " 个提醒")
    found = [one for one, n in ((problems, examined.problems), (warnings, examined.warnings)) if n]
    said = joined(found, ", ", "，")
    end = Both(f"{said.en}.", f"{said.zh}。") if found else _ALL_WELL
    if examined.exit_code:
        code = _EXIT.filled(code=examined.exit_code)
        end = Both(f"{end.en}  {code.en}", f"{end.zh}  {code.zh}")
    app.out.line(end)
    if file is not None:
        app.out.line(Both(f"Written: {file}", f"已写出：{file}"))


def _lines(app: App, checks: Sequence[Check]) -> list[str]:
    say = app.out.say
    # The first lines name no thing of their own: they are about pmbridge itself.
    rows = []
    for check in checks:
        about = "" if check.about == "pmbridge" else check.about
        text = visible(say(check.text))
        step = f"  → {say(check.next)}" if check.next else ""
        rows.append([app.out.mark(MARKS[check.level]), about, f"{text}{step}"])
    named = [row for row in rows if row[1]]
    lines = dict(zip(map(tuple, named), app.out.table([Column(), Column(), Column()], named, gap=1), strict=True))
    return [lines.get(tuple(row), f"{row[0]} {row[2]}") for row in rows]


def _write_report(app: App, examined: Examination) -> Path:
    from pmbridge.doctor import report_text
    from pmbridge.errors import PmbridgeError

    try:
        workspace = app.workspace
        folder = workspace.folder / "data" / "logs"
    except PmbridgeError:
        workspace, folder = None, Path.cwd()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"doctor-{datetime.now(UTC):%Y%m%dT%H%M%S}.txt"
    file.touch(mode=0o600)
    file.write_text(report_text(examined, workspace), "utf-8")
    return file


def _document(app: App, examined: Examination, file: Path | None) -> dict[str, object]:
    say = app.out.say
    return {
        "schema": "pmbridge.doctor/1",
        "exit": examined.exit_code,
        "problems": examined.problems,
        "warnings": examined.warnings,
        "checks": [
            {
                "about": check.about,
                "level": check.level,
                "exit": check.exit_code,
                "name": check.name or None,
                "text": visible(say(check.text)),
                "next": say(check.next) if check.next else None,
            }
            for check in examined.checks
        ],
        "report": str(file) if file else None,
    }
