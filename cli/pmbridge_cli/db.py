"""`pmbridge db`: the store itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Entry, argument, command, group
from pmbridge_cli.words import Both, counted

db = group(
    "db",
    help=Both("Upgrade, check and back up the store.", "升级、检查、备份数据库。"),
    entries={
        "upgrade": Entry("pmbridge_cli.db:upgrade", Both("bring it up to this pmbridge", "升级到本版结构")),
        "check": Entry("pmbridge_cli.db:check", Both("read all of it and look for damage", "通读并查找损坏")),
        "backup": Entry("pmbridge_cli.db:backup", Both("copy it while it is in use", "在使用中复制一份")),
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
        app.out.line(Both(f"Copy of before: {done.backup}", f"升级前的备份：{done.backup}"))


@command(
    help=Both("Read all of the store and look for damage.", "通读数据库，查找损坏。"),
)
def check(app: App) -> int:
    from pmbridge.errors import ConfigError

    store = app.workspace.store
    about, faults = store.about(), store.check()
    code = ConfigError.exit_code if faults else 0
    if app.json:
        listed = [{"name": fault.name, "text": app.out.say(fault.text)} for fault in faults]
        app.out.document({"schema": "pmbridge.db-check/1", "exit": code, "store": about.shown, "faults": listed})
        return code
    if not faults:
        app.out.line(Both(f"{about.shown}: nothing wrong.", f"{about.shown}：没有问题。"))
        return code
    number = counted(len(faults), "fault", "faults", " 处问题")
    app.out.line(Both(f"{about.shown}: {number.en}", f"{about.shown}：{number.zh}"))
    app.out.lines(f"  ✗ {app.out.say(fault.text)}" for fault in faults)
    copies = sorted(about.path.parent.glob("*.db")) if about.path else []
    if others := [copy for copy in copies if copy != about.path]:
        app.out.line(Both(f"Newest copy: {others[-1]}", f"最近的备份：{others[-1]}"))
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
    app.out.line(Both(f"Copied to {written} ({size:,} bytes).", f"已复制到 {written}（{size:,} 字节）。"))
