"""`pmbridge conflicts`: where the tools and the register differ, and what a person makes of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Misused, Option, command, option
from pmbridge_cli.layout import Column, visible
from pmbridge_cli.words import Both, day, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmbridge.conflicts import Conflict

KINDS = {
    "sources": Both("two tools", "两个工具"),
    "inconsistent": Both("inconsistent", "不一致"),
    "conflict": Both("conflict", "冲突"),
    "unauthorised": Both("unauthorised", "未授权"),
}
WAYS = {
    "keep": Both("ours holds; the tool is to be put right", "以我们为准，工具待改回"),
    "take": Both("the tool's was taken", "已用工具中的"),
    "raise": Both("a change request was made of it", "已为它起草变更请求"),
    "ignore": Both("ignored", "已忽略"),
}
NONE = Both("Tools and register agree.", "工具和登记册一致。")
_HEADS = (
    same("#"),
    Both("Kind", "类别"),
    Both("What", "对象"),
    Both("Ours", "我们"),
    Both("Tool", "工具"),
    Both("Since", "始于"),
)
_BASE = Both("both said before: {base}", "上次一致：{base}")
_SETTLED = Both("{n} settled (--all)", "另有 {n} 条已处理（--all）")
_NO_VERB = Both(
    'conflicts takes list, show or settle, not "{word}".', "conflicts 后面写 list、show 或 settle，没有「{word}」。"
)
_ODD_WORD = Both('"{word}" is one word too many.', "多出「{word}」。")
_WHICH = Both("{verb} needs the number of one difference, as D-01.", "{verb} 后面要写一条不一致的编号，如 D-01。")
_HOW = Both("How is {ref} settled? One of: {ways}.", "{ref} 怎样处理？写其中之一：{ways}。")
_SHOW, _LIST, _SETTLE = "show", "list", "settle"


@command(
    "conflicts",
    help=Both(
        "List where tools and register differ; show one; settle one: keep ours, take the tool's, raise a change "
        "request, or ignore it.",
        "列出工具与登记册的不一致；查看一条；处理一条：keep 以我们为准、take 用工具的、raise 提变更请求、ignore 忽略。",
    ),
    params=[
        click.Argument(["words"], metavar="[list|show D-n|settle D-n keep|take|raise|ignore]", nargs=-1),
        Option(["--reason"], both=Both("why", "理由"), metavar="TEXT"),
        Option(["--until"], both=Both("ignore it up to that day", "忽略到哪天"), metavar="DAY"),
    ],
)
@option("--all", "everything", is_flag=True, help=Both("also those that are settled", "也列出已处理的"))
def conflicts(
    app: App, *, words: tuple[str, ...], reason: str | None, until: str | None, everything: bool
) -> int | None:
    from pmbridge.conflicts import conflict
    from pmbridge.conflicts import conflicts as standing

    verb, *rest = words or (_LIST,)
    found = standing(app.workspace, app.chosen())
    if verb == _LIST and not rest:
        return _list(app, found, everything=everything)
    if verb == _SHOW and len(rest) == 1:
        return _show(app, conflict(found, rest[0]))
    if verb == _SETTLE and len(rest) == 2 and rest[1] in WAYS:
        return _settle(app, conflict(found, rest[0]), rest[1], reason, until)
    raise _misused(verb, rest)


def _misused(verb: str, rest: Sequence[str]) -> Misused:
    """Return what is wrong with the words after ``conflicts``."""
    ref = rest[0] if rest else None
    takes = {_LIST: 0, _SHOW: 1, _SETTLE: 2}.get(verb)
    if takes is None:
        return Misused(_NO_VERB.filled(word=verb), "pmbridge conflicts")
    if len(rest) > takes:
        return Misused(_ODD_WORD.filled(word=rest[takes]), "pmbridge conflicts")
    if ref is None:
        return Misused(_WHICH.filled(verb=verb), "pmbridge conflicts")
    return Misused(_HOW.filled(ref=ref, ways=Both(", ".join(WAYS), "、".join(WAYS))), f"pmbridge conflicts show {ref}")


# -------------------------------------------------------------------------------------------------------- looking


def _list(app: App, found: list[Conflict], *, everything: bool) -> int:
    shown = [one for one in found if everything or one.open]
    if app.json:
        listed = [document(app, one) for one in (found if everything else shown)]
        app.out.document({"schema": "pmbridge.conflicts/1", "conflicts": listed})
        return 0
    if not shown:
        app.out.line(NONE if not found else _SETTLED.filled(n=len(found)))
        return 0
    say, today = app.out.say, _today(app)
    rows = [
        [
            one.ref,
            say(KINDS[one.found.kind]),
            visible(f"{one.found.ref} {say(one.found.what)}"),
            visible(say(ours(one))),
            visible(say(theirs(one))),
            day(one.since, today),
        ]
        for one in shown
    ]
    columns = [Column(head=say(head), least=10 if at in (2, 3, 4) else None) for at, head in enumerate(_HEADS)]
    app.out.lines(app.out.table(columns, rows))
    for one in shown:
        if one.found.base is not None:
            app.out.line(f"  {one.ref}  {say(_BASE.filled(base=visible(one.found.base)))}")
    if hidden := len(found) - len(shown):
        app.out.line(_SETTLED.filled(n=hidden))
    app.out.next(f"pmbridge conflicts show {shown[0].ref}")
    return 0


def ours(one: Conflict) -> Both:
    """Return what the register says, or the first of two tools."""
    found = one.found
    if found.ours is not None:
        return Both(found.ours.en, found.ours.zh)
    return same(": ".join(found.sides[0]))


def theirs(one: Conflict) -> Both:
    """Return what the tool says, or the other tools."""
    found = one.found
    if found.theirs is not None:
        return Both(found.theirs.en, found.theirs.zh)
    return same(" · ".join(": ".join(side) for side in found.sides[1:]))


def document(app: App, one: Conflict) -> dict[str, Any]:
    """Return a difference for ``--json``."""
    found, place = one.found, one.found.place
    return {
        "ref": one.ref,
        "kind": found.kind,
        "record": found.ref,
        "field": found.field,
        "what": visible(app.out.say(found.what)),
        "ours": visible(app.out.say(ours(one))),
        "theirs": visible(app.out.say(theirs(one))),
        "base": found.base,
        "since": one.since.isoformat(),
        "settled": found.settled,
        "url": place.url if place is not None else None,
    }


def _show(app: App, one: Conflict) -> int:
    if app.json:
        app.out.document({"schema": "pmbridge.conflict/1", **document(app, one)})
        return 0
    found, today = one.found, _today(app)
    kind = KINDS[found.kind]
    since = day(one.since, today)
    app.out.line(
        Both(
            f"{one.ref} {kind.en} · {found.ref} {visible(found.what.en)} · since {since}",
            f"{one.ref} {kind.zh} · {found.ref} {visible(found.what.zh)} · 始于 {since}",
        )
    )
    if found.base is not None:
        app.out.line(Both(f"  before  {visible(found.base)}", f"  上次一致  {visible(found.base)}"))
    mine, tool = ours(one), theirs(one)
    app.out.line(Both(f"  ours    {visible(mine.en)}", f"  我们  {visible(mine.zh)}{_recorded(app, one)}"))
    app.out.line(Both(f"  tool    {visible(tool.en)}", f"  工具  {visible(tool.zh)}"))
    if found.place is not None and found.place.url:
        app.out.line(f"  {visible(found.place.url)}")
    if found.settled is not None:
        app.out.line(Both(f"  settled: {WAYS[found.settled].en}", f"  处理：{WAYS[found.settled].zh}"))
        return 0
    app.out.next(f"pmbridge conflicts settle {one.ref} {'raise' if found.kind == 'unauthorised' else 'keep'}")
    return 0


def _recorded(app: App, one: Conflict) -> str:
    """Return since when the register says so."""
    entry = app.chosen().register.book.get(one.found.ref)
    return "" if entry is None else f"（{day(entry.since.day, _today(app))} 起）"


# ------------------------------------------------------------------------------------------------------- settling


def _settle(app: App, one: Conflict, way: str, reason: str | None, until: str | None) -> int:
    from pmbridge.conflicts import settle
    from pmbridge.errors import GuardFailed, Refused
    from pmbridge_cli.noun import concept_of
    from pmbridge_cli.noun_input import day_of
    from pmbridge_cli.noun_run import refused

    last = None if until is None else day_of(until, _today(app))
    if until is not None and last is None:
        raise Refused(
            detail=f'--until "{until}" is no day', detail_zh=f"--until「{until}」不是日期",
            command=f"pmbridge conflicts settle {one.ref} ignore --reason TEXT --until 06-12",
        )  # fmt: skip
    register = app.chosen().register
    before = {entry.ref for entry in register.book.of("change")}
    try:
        settle(app.chosen(), one, way, reason=reason, until=last)  # type: ignore[arg-type] # one of the four ways
    except GuardFailed as error:
        return refused(app, error, concept_of("discrepancy"), None, show=f"pmbridge conflicts show {one.ref}")
    made = [entry.ref for entry in register.book.of("change") if entry.ref not in before]
    step = f"pmbridge change submit {made[0]}" if made else "pmbridge next"
    if app.json:
        app.out.document({"schema": "pmbridge.settled/1", "ref": one.ref, "as": way, "made": made, "next": step})
        return 0
    said = WAYS[way]
    draft = Both(f" ({made[0]})", f"（{made[0]}）") if made else same("")
    app.out.line(Both(f"{one.ref}: {said.en}{draft.en}.", f"{one.ref}：{said.zh}{draft.zh}。"))
    app.out.next(step)
    return 0


def _today(app: App) -> date:
    return app.workspace.clock.now().astimezone(app.chosen().zone).date()
