"""`pmbridge db`: the store itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Entry, argument, command, group
from pmbridge_cli.output import near
from pmbridge_cli.words import Both, counted

db = group(
    "db",
    help=Both("Upgrade, check, back up and move the store.", "升级、检查、备份、迁移数据库。"),
    entries={
        "upgrade": Entry("pmbridge_cli.db:upgrade", Both("bring it up to this pmbridge", "升级到本版结构")),
        "check": Entry("pmbridge_cli.db:check", Both("read all of it and look for damage", "通读并查找损坏")),
        "backup": Entry("pmbridge_cli.db:backup", Both("copy it while it is in use", "在使用中复制一份")),
        "export": Entry("pmbridge_cli.db:export", Both("write all of it to one file", "全部写入一个文件")),
        "import": Entry("pmbridge_cli.db:load", Both("fill a new store from such a file", "用该文件填充新的数据库")),
    },
)


@command(
    help=Both(
        "Bring the store up to this pmbridge. SQLite upgrades itself, after a copy; PostgreSQL waits for this.",
        "把数据库升级到本版 pmbridge 的结构。SQLite 先备份再自行升级；PostgreSQL 等待此命令。",
    )
)
def upgrade(app: App) -> None:
    from pmbridge.config import store_url
    from pmbridge.store import Store

    workspace = app.workspace
    done = Store.upgrade(store_url(workspace.config), clock=workspace.clock)
    if app.json:
        app.out.document(
            {"schema": "pmbridge.db-upgrade/1", "before": done.before, "after": done.after, "backup": done.backup}
        )
        return
    if done.before == done.after:
        app.out.line(
            Both(f"Schema {done.after} is the newest. Nothing to do.", f"结构版本 {done.after} 已是最新，无需处理。")
        )
        return
    if done.before is None:
        app.out.line(Both(f"New store with schema {done.after}.", f"已新建数据库，结构版本 {done.after}。"))
    else:
        app.out.line(Both(f"Schema {done.before} → {done.after}.", f"结构版本 {done.before} → {done.after}。"))
    if done.backup:
        app.out.line(Both(f"Copy of before: {near(done.backup)}", f"升级前的备份：{near(done.backup)}"))


@command(
    help=Both(
        "Read all of the store and look for damage. Records of the register that are not what their events say are "
        "made anew, where the chain of events is whole.",
        "通读数据库，查找损坏。登记册中与事件不符的记录会按事件重建，前提是事件链完整。",
    ),
)
def check(app: App) -> int:
    from pmbridge.errors import ConfigError

    store = app.workspace.store
    about, faults = store.about(), store.check()
    rebuilt = store.registers.mend() if any(fault.name == "entry" for fault in faults) else ()
    code = ConfigError.exit_code if faults else 0
    if app.json:
        listed = [{"name": fault.name, "text": app.out.say(fault.text)} for fault in faults]
        app.out.document(
            {"schema": "pmbridge.db-check/1", "exit": code, "store": about.shown, "faults": listed, "rebuilt": rebuilt}
        )
        return code
    shown = about.shown if about.path is None else near(about.path)
    if not faults:
        app.out.line(Both(f"{shown}: nothing wrong.", f"{shown}：没有问题。"))
        return code
    number = counted(len(faults), "fault", "faults", " 处问题")
    app.out.line(Both(f"{shown}: {number.en}", f"{shown}：{number.zh}"))
    app.out.lines(f"  ✗ {app.out.say(fault.text)}" for fault in faults)
    if rebuilt:
        names = "、".join(rebuilt)
        app.out.line(Both(f"Made anew from the events: {', '.join(rebuilt)}", f"已按事件重建：{names}"))
    copies = sorted(about.path.parent.glob("*.db")) if about.path else []
    if others := [copy for copy in copies if copy != about.path]:
        app.out.line(Both(f"Newest copy: {near(others[-1])}", f"最近的备份：{near(others[-1])}"))
    return code


@command(help=Both("Copy the store, which may be in use, to a new file.", "把数据库复制到新文件，使用中也可以。"))
@argument("file", metavar="[FILE]", required=False, type=str)
def backup(app: App, file: str | None) -> None:
    store = app.workspace.store
    name = f"pmbridge-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    target = Path(file) if file else app.workspace.folder / "data" / name
    written = store.backup(target / name if target.is_dir() else target)
    size = written.stat().st_size
    if app.json:
        app.out.document({"schema": "pmbridge.db-backup/1", "file": str(written), "bytes": size})
        return
    app.out.line(Both(f"Copied to {near(written)} ({size:,} bytes).", f"已复制到 {near(written)}（{size:,} 字节）。"))


@command(
    help=Both(
        "Write all that is in the store to one new file of JSON lines. The same content gives the same bytes.",
        "把数据库的全部内容写入一个新的 JSON Lines 文件。内容相同则字节相同。",
    )
)
@argument("file", metavar="FILE", type=str)
def export(app: App, file: str) -> None:
    rows = app.workspace.store.export(Path(file))
    if app.json:
        app.out.document({"schema": "pmbridge.db-export/1", "file": file, "rows": rows})
        return
    number = counted(rows, "row", "rows", " 行")
    app.out.line(Both(f"{number.en} written to {file}.", f"已写入 {file}，{number.zh.strip()}。"))


@command(
    help=Both(
        "Fill a new, empty store with what pmbridge db export wrote.",
        "把 pmbridge db export 写出的文件导入到新的空数据库。",
    )
)
@argument("file", metavar="FILE", type=str)
def load(app: App, file: str) -> None:
    rows = app.workspace.store.load(Path(file))
    if app.json:
        app.out.document({"schema": "pmbridge.db-import/1", "file": file, "rows": rows})
        return
    number = counted(rows, "row", "rows", " 行")
    app.out.line(Both(f"{number.en} read from {file}.", f"已从 {file} 导入，{number.zh.strip()}。"))
