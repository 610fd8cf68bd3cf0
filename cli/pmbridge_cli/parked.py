"""`pmbridge parked`: writes that were given up, and what a person makes of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.adopting import ITEM
from pmbridge_cli.context import App
from pmbridge_cli.grammar import Option, command
from pmbridge_cli.layout import visible
from pmbridge_cli.plan import FIELDS
from pmbridge_cli.words import Both, day, same

if TYPE_CHECKING:
    from datetime import date

    from pmbridge.parking import Parked

THERE = Both("the comment stands there; or what was written may stand", "评论已经在了，或写入的可以保留")
VERBS = {
    "create": Both("new", "新建"),
    "update": Both("change", "修改"),
    "transition": Both("state", "状态"),
    "comment": Both("comment", "评论"),
}
NONE = Both("No write was given up.", "没有搁置的写入。")
_IS = Both("that is it", "就是它")
_THERE = Both("it stands there", "已经在了")
_STANDS = Both("ours may stand", "以我们的为准")
_AGAIN = Both("send it again", "再发送一次")
_CANDIDATE = Both("may have become", "可能是")
_DONE = {
    "item": Both("is linked to it", "已与它关联"),
    "there": Both("counts as done", "视为已完成"),
    "again": Both("is to be sent again", "将再次发送"),
}


@command(
    "parked",
    help=Both(
        "List writes that a tool refused or whose outcome nobody knows; say of one which record it became, that it is "
        "there, or that it is to be sent again. Sends nothing: the next plan does.",
        "列出工具拒绝、或结果不明的写入；说明其中一条成了哪条记录、已经在了，或要再发送一次。本命令不发送，由下一个计划发送。",
    ),
    params=[
        click.Argument(["ref"], metavar="[REF]", required=False),
        Option(
            ["--item"], metavar="PLACE",
            both=ITEM,
        ),
        Option(["--there"], is_flag=True, both=THERE),
        Option(["--again"], is_flag=True, both=Both("send it again", "再发送一次")),
    ],
)  # fmt: skip
def parked(app: App, *, ref: str | None, item: str | None, there: bool, again: bool) -> int:
    from pmbridge.parking import parked as given_up
    from pmbridge.parking import release

    ref = None if ref is None else ref.upper()
    said = (item is not None) + there + again
    if said > 1 or (said and ref is None):
        raise click.UsageError("parked [REF] | parked REF --item PLACE | --there | --again")
    if ref is None or not said:
        return _list(app, given_up(app.workspace, app.chosen(), ref))
    done = release(app.workspace, app.chosen(), ref, item=item, there=there, again=again)
    way = "item" if item is not None else "there" if there else "again"
    step = "pmbridge plan" if again else "pmbridge next"
    if app.json:
        listed = [document(app, one) for one in done]
        app.out.document({"schema": "pmbridge.released/1", "as": way, "released": listed, "next": step})
        return 0
    for one in done:
        app.out.line(Both(f"{_what(one).en}: {_DONE[way].en}.", f"{_what(one).zh}：{_DONE[way].zh}。"))
    app.out.next(step)
    return 0


def _list(app: App, found: Sequence[Parked]) -> int:
    if app.json:
        app.out.document({"schema": "pmbridge.parked/1", "parked": [document(app, one) for one in found]})
        return 0
    if not found:
        app.out.line(NONE)
        return 0
    today = app.workspace.clock.now().astimezone(app.chosen().zone).date()
    for one in found:
        _show(app, one, today)
    app.out.next(f"pmbridge parked {found[0].ref} {_ways(found[0])[0][0]}")
    return 0


def _show(app: App, one: Parked, today: date) -> None:
    since, what = day(one.since.astimezone(app.chosen().zone).date(), today), _what(one)
    reason = Both(visible(one.reason.en), visible(one.reason.zh))
    app.out.line(Both(f"{what.en}  {reason.en}  since {since}", f"{what.zh}  {reason.zh}  始于 {since}"))
    for each in one.candidates:
        link = each.link
        named = visible(f"{link.key} {link.title}".strip())
        app.out.line(
            Both(f"  {_CANDIDATE.en} {named}  {visible(link.url)}", f"  {_CANDIDATE.zh} {named}  {visible(link.url)}")
        )
    for way, meaning in _ways(one):
        app.out.line(
            Both(f"  pmbridge parked {one.ref} {way}  {meaning.en}", f"  pmbridge parked {one.ref} {way}  {meaning.zh}")
        )


def _what(one: Parked) -> Both:
    verb = VERBS[one.verb]
    fields = [FIELDS.get(name, same(name)) for name in one.fields] if one.verb == "update" else []
    en, zh = ", ".join(each.en for each in fields), "、".join(each.zh for each in fields)
    place = f"{one.connection} {visible(one.title)}".rstrip()
    return Both(
        f"{one.ref}  {place}  {verb.en}{f' of {en}' if en else ''}",
        f"{one.ref}  {place}  {verb.zh}{f'{zh}' if zh else ''}",
    )


def _ways(one: Parked) -> list[tuple[str, Both]]:
    """Return the options that fit, the likeliest first."""
    if one.row.state == "raced":
        return [("--there", _STANDS)]
    ways = [("--again", _AGAIN)]
    if one.verb == "comment":
        return [("--there", _THERE), *ways]
    if one.verb == "create":
        return [*((f"--item {_place(each)}", _IS) for each in one.candidates), *ways]
    return ways


def _place(candidate: Any) -> str:
    link = candidate.link
    return str(link.key or f"{link.connection}:{link.kind}:{link.external_id}")


def document(app: App, one: Parked) -> dict[str, Any]:
    """Return a write that was given up for ``--json``."""
    return {
        "ref": one.ref,
        "connection": one.connection,
        "verb": one.verb,
        "title": visible(one.title),
        "fields": list(one.fields),
        "reason": visible(app.out.say(one.reason)),
        "since": one.since.isoformat(),
        "candidates": [
            {"place": _place(each), "title": visible(each.link.title), "url": each.link.url or None}
            for each in one.candidates
        ],
    }
