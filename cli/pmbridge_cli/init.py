"""`pmbridge init`: an empty workspace, for scripts; `connect` makes one by itself."""

from __future__ import annotations

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command
from pmbridge_cli.place import Place
from pmbridge_cli.words import Both

THERE = Both("{file} is already there. Nothing was changed.", "{file} 已存在，未改动。")
MADE = Both("New workspace in {folder}: {made}", "在 {folder} 新建工作区：{made}")


@command(help=Both("make an empty workspace (connect does it for you)", "新建空工作区（connect 会自动新建）"))
@argument("folder", metavar="[DIR]", required=False)
def init(app: App, folder: str | None) -> None:
    from pmbridge.config import make_workspace

    place = Place.new(app, folder)
    there = place.file.is_file()
    made = [] if there else make_workspace(place.edit(app))
    if app.json:
        app.out.document(
            {"schema": "pmbridge.init/1", "folder": str(place.folder), "file": place.file.name, "made": made}
        )
        return
    if there:
        app.out.line(THERE.filled(file=place.file))
    else:
        app.out.line(MADE.filled(folder=place.folder, made=Both(", ".join(made), "、".join(made))))
    app.out.next(f"pmbridge {in_folder(app, folder)}connect {kinds()}")


def kinds() -> str:
    """Return the kinds of tools that can be connected, as a command line writes alternatives."""
    from pmbridge.adapter import available

    return "|".join(sorted(plugin.name for plugin in available() if plugin.adapter is not None)) or "KIND"


def in_folder(app: App, folder: str | None) -> str:
    """Return the option that a next command needs to find the workspace again."""
    named = folder or app.config
    return f"--config {named} " if named else ""
