"""`pmbridge adapters`: which tools can be read, from which distribution, and what could not be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command
from pmbridge_cli.layout import Column
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.errors import PmbridgeError


@command(
    help=Both(
        "List the adapters that are installed, and why one could not be loaded.",
        "列出已安装的适配器；无法加载的，说明原因。",
    )
)
def adapters(app: App) -> None:
    from pmbridge.adapter.registry import available

    found = available()
    if app.json:
        listed: list[dict[str, Any]] = [
            {
                "name": one.name,
                "title": one.adapter.title if one.adapter else None,
                "distribution": one.distribution,
                "version": one.version,
                "loaded": one.adapter is not None,
                "problem": str(one.error) if one.error else None,
            }
            for one in found
        ]
        app.out.document({"schema": "pmbridge.adapters/1", "adapters": listed})
        return
    say = app.out.say
    not_loaded = Both("NOT LOADED: {why}", "未加载：{why}")
    rows = [
        [
            one.name,
            one.adapter.title if one.adapter else "",
            f"{one.distribution} {one.version}".strip(),
            say(Both("ready", "可用")) if one.adapter else say(not_loaded.filled(why=_why(one.error))),
        ]
        for one in found
    ]
    app.out.lines(app.out.table([Column(), Column(), Column(), Column()], rows))
    if not rows:
        app.out.line(Both("No adapter is installed.", "没有安装任何适配器。"))


def _why(error: PmbridgeError | None) -> Both:
    """Return what is wrong with a plugin, in both languages; its name stands at the head of the line already."""
    if error is None:
        return same("")
    facts = error.facts
    if error.name == "adapter-broken" and "detail" in facts:
        return Both(str(facts["detail"]), str(facts.get("detail_zh", facts["detail"])))
    return Both(error.text("en"), error.text("zh"))
