"""`pmbridge engagement list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command
from pmbridge_cli.layout import Column
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE = Both("There is no engagement yet.", "还没有项目。")
_HEADS = (Both("name", "简称"), Both("client", "客户"), Both("project", "项目"), Both("sources", "来源"))


@command(help=Both("the engagements of this workspace", "本工作区的项目"))
def list_(app: App) -> None:
    engagements = app.workspace.config.engagements
    rows = [
        (
            name,
            shown(one.client, app.language),
            shown(one.name, app.language),
            " ".join(f"{source.connection}:{source.project.partition('|')[0]}" for source in one.sources),
        )
        for name, one in engagements.items()
    ]
    if app.json:
        keys = ("name", "client", "title", "sources")
        document = [dict(zip(keys, (*row[:3], row[3].split()), strict=True)) for row in rows]
        app.out.document({"schema": "pmbridge.engagements/1", "engagements": document})
        return
    if not rows:
        app.out.line(NONE)
        app.out.next("pmbridge engagement add")
        return
    heads = [app.out.say(head) for head in _HEADS]
    columns = [Column(head=head, least=None if at in (0, 3) else 12) for at, head in enumerate(heads)]
    app.out.lines(app.out.table(columns, rows))


def shown(words: str | Mapping[Any, str], language: str) -> str:
    """Return a text that the configuration may hold in one language or in two."""
    if isinstance(words, str):
        return words
    return words.get("zh" if language.startswith("zh") else "en") or next(iter(words.values()), "")
