"""`pmbridge plan` and `pmbridge apply`: every write before it happens, field by field, and then exactly these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Misused, argument, command
from pmbridge_cli.layout import visible
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.planning import Applied, Plan, PlanEntry, PlannedField

FIELDS = {
    "state": Both("state", "状态"),
    "title": Both("title", "标题"),
    "description": Both("text", "说明"),
    "due": Both("date", "日期"),
    "comment": Both("comment", "评论"),
}
STATES = {
    "planned": Both("planned", "待执行"),
    "applied": Both("done", "已执行"),
    "already": Both("was so already", "本已如此"),
    "stale": Both("refused", "拒绝"),
    "blocked": Both("not sent", "未发送"),
    "manual": Both("by hand", "手动"),
}
NOTHING = Both("The tools show what the register says: nothing to write.", "工具与登记册一致，没有要写的。")
_WAITS = {
    "merge": Both("both sides say something else", "双方不同"),
    "drift": Both("was changed in the tool", "工具中改过"),
    "take": Both("was changed in the tool and may be taken", "工具中改过，可取用"),
}
_SURE = Both("Apply plan {n}?", "执行计划 {n}？")
_UNCONFIRMED = Both(
    "Plan {n} was not applied: there is no terminal to confirm it on, and its number was not given.",
    "计划 {n} 未执行：没有可供确认的终端，也没有写明计划编号。",
)
_NO_NUMBER = Both('"{word}" is no number of a plan.', "「{word}」不是计划的编号。")
_ODD_WORD = Both(
    'plan takes nothing, or "show" and the number of a plan; "{word}" is neither.',
    "plan 后面不写内容，或写 show 和计划编号；「{word}」不对。",
)
_PARTS = (
    ("create", Both("new", "新建")),
    ("update", Both("changed", "修改")),
    ("transition", Both("moved", "转换")),
    ("comment", Both("comments", "评论")),
)

_SUMS = (
    (Both("changed", "修改"), ("update", "transition")),
    (Both("new", "新建"), ("create", "comment")),
)


@command(
    "plan",
    help=Both(
        "Show every write that the register wants in the tools, field by field, and keep it as a plan. Sends nothing.",
        "列出登记册要写进各工具的每一处，逐字段显示，并存为计划。不发送任何内容。",
    ),
    params=[click.Argument(["words"], metavar="[show [N]]", nargs=-1)],
)
def plan(app: App, *, words: tuple[str, ...]) -> int:
    from pmbridge.planning import make_plan, stored_plan

    number = _number(words[1]) if words[:1] == ("show",) and len(words) == 2 else None
    if words and (words[0] != "show" or len(words) > 2):
        word = words[0] if words[0] != "show" else words[2]
        raise Misused(_ODD_WORD.filled(word=word), "pmbridge plan show")
    made = stored_plan(app.workspace, app.chosen(), number) if words else make_plan(app.workspace, app.chosen())
    if app.json:
        app.out.document(document(app, made))
        return 0
    _show(app, made)
    return 0


@command(
    "apply",
    help=Both(
        "Carry out exactly a plan. What has changed since is refused, the rest goes on; again changes nothing.",
        "严格执行一份计划。此后变化的条目会被拒绝，其余照常；重复执行不会改变什么。",
    ),
)
@argument("number", metavar="[N]", required=False)
def apply(app: App, *, number: str | None) -> int:
    from pmbridge.planning import apply_plan, stored_plan
    from pmbridge_cli.ask import Ask

    before = stored_plan(app.workspace, app.chosen(), None if number is None else _number(number))
    if number is None and not app.yes:
        if not app.interactive:
            raise Misused(_UNCONFIRMED.filled(n=before.number), f"pmbridge apply {before.number}")
        if not app.json:
            _show(app, before)
        if not Ask(app, in_person=True).confirm(_SURE.filled(n=before.number), default=False):
            return 0

    def told(entry: PlanEntry) -> None:
        if not app.json:
            app.out.line(_line(app, entry, ended=True))

    done = apply_plan(app.workspace, app.chosen(), before, on_outcome=told)
    code = _exit(before, done)
    step = _after(done)
    if app.json:
        errors = [
            {"connection": name, "error": error.name, "text": error.text(app.language)}
            for name, error in sorted(done.errors.items())
        ]
        extra = {"errors": errors, "doubtful": done.doubtful, "exit": code, "next": step}
        app.out.document(document(app, done.plan) | {"schema": "pmbridge.applied/1"} | extra)
        return code
    for name, error in sorted(done.errors.items()):
        app.out.line(f"{name}  {error.text(app.language)}")
    _total(app, before, done)
    app.out.next(step)
    return code


def _number(written: str) -> int:
    if not written.isdigit():
        raise Misused(_NO_NUMBER.filled(word=written), "pmbridge plan show")
    return int(written)


# ------------------------------------------------------------------------------------------------------ screens


def _show(app: App, made: Plan) -> None:
    out = app.out
    if not made.entries and not made.left_out:
        out.line(NOTHING)
        return
    at = made.made_at.astimezone(app.chosen().zone)
    parts = _parts(made.entries)
    out.line(
        Both(
            f"Plan {made.number} of {at:%m-%d %H:%M}: {len(made.entries)} writes{f' ({parts.en})' if parts.en else ''}",
            f"计划 {made.number}（{at:%m-%d %H:%M}），{len(made.entries)} 处{f'：{parts.zh}' if parts.zh else ''}",
        )
    )
    for entry in made.entries:
        out.line(_line(app, entry, ended=False))
        for each in entry.fields:
            out.line(f"  {'~' if each.theirs is not None else '+'} {_field(app, each)}")
        if entry.state == "manual":
            _by_hand(app, entry)
    for one in made.left_out:
        what = FIELDS.get(one.field, same(one.field))
        why = _WAITS[one.kind]
        out.line(
            Both(
                f"left out  {one.ref} {what.en}: {why.en} ({shown(one.ours)} / {shown(one.theirs)})",
                f"未列入  {one.ref} {what.zh}：{why.zh}（{shown(one.ours)} / {shown(one.theirs)}）",
            )
        )
    out.line(_sum(made))
    out.next(_before(app, made))


def _sum(made: Plan) -> Both:
    """Return how many things would be changed, made and done by hand, and how many wait for a decision."""
    told = [
        (word, sum(one.state == "planned" and one.verb in verbs for one in made.entries)) for word, verbs in _SUMS
    ] + [(STATES[state], len(made.having(state))) for state in ("manual", "blocked")]
    parts = [(word, n) for word, n in told if n] or [(STATES["planned"], 0)]
    en, zh = (" · ".join(f"{word[at]} {n}" for word, n in parts) for at in (0, 1))
    left = len(made.left_out)
    return Both(
        f"In all: {en}{f'; left out: {left}, see pmbridge conflicts' if left else ''}",
        f"合计：{zh}{f'；未列入 {left}，见 pmbridge conflicts' if left else ''}",
    )


def _by_hand(app: App, entry: PlanEntry) -> None:
    """Say where a person does it, and of a new record how the register learns of it where its title does not say."""
    if entry.url:
        app.out.line(f"    {visible(entry.url)}")
    titles = [shown(one.sends) for one in entry.fields if one.field == "title"]
    if entry.verb == "create" and not any(entry.ref in one for one in titles):
        app.out.line(f"    pmbridge change adopt {entry.ref} --item ITEM")


def _parts(entries: Sequence[PlanEntry]) -> Both:
    counts = [(word, sum(one.verb == verb and one.state == "planned" for one in entries)) for verb, word in _PARTS]
    others = [(STATES[state], sum(one.state == state for one in entries)) for state in ("manual", "blocked")]
    told = [(word, n) for word, n in (*counts, *others) if n]
    return Both(" · ".join(f"{word.en} {n}" for word, n in told), " · ".join(f"{word.zh} {n}" for word, n in told))


def _line(app: App, entry: PlanEntry, *, ended: bool) -> Both:
    name = visible(f"{entry.key} {entry.title}".strip())
    sign = app.out.mark("✓" if entry.state in ("applied", "already") else "✗") if ended else ""
    head = f"{sign}{' ' if sign else ''}{visible(entry.tool)} {name}"
    because = Both(f"  (for {entry.because})", f"  来自 {entry.because}")
    state = STATES[entry.state] if ended or entry.state != "planned" else same("")
    reason = entry.reason
    why = Both(visible(reason.en), visible(reason.zh)) if reason is not None and entry.state != "planned" else same("")
    said = Both(
        "  ".join(one for one in (state.en, why.en) if one), "  ".join(one for one in (state.zh, why.zh) if one)
    )
    tail = Both(f"  {said.en}" if said.en else "", f"  {said.zh}" if said.zh else "")
    return Both(f"{head}{because.en}{tail.en}", f"{head}{because.zh}{tail.zh}")


def _field(app: App, each: PlannedField) -> str:
    what = app.out.say(FIELDS.get(each.field, same(each.field)))
    if each.theirs is None:
        return f"{what}  {shown(each.sends)}"
    return f"{what}  {shown(each.theirs)} → {shown(each.sends)}"


def shown(value: object) -> str:
    """Return a value for people, in one line."""
    from pmbridge.values import Day, Named, Plain, Rich

    match value:
        case None:
            return "–"
        case Named():
            return visible(value.name or value.id)
        case Plain():
            return visible(value.text)
        case Rich():
            return f"「{visible(' '.join(value.original.split()))}」"
        case Day():
            return value.on.isoformat()
        case _:
            return visible(str(value))


def _total(app: App, before: Plan, done: Applied) -> None:
    tried = {one.n for one in before.having("planned")}
    now = [one for one in done.plan.entries if one.n in tried]
    good = sum(one.state in ("applied", "already") for one in now)
    rest = [one for one in now if one.state not in ("applied", "already")]
    manual = len(done.plan.having("manual"))
    by_hand = Both(f", {manual} by hand are yours", f"，手动 {manual} 待您") if manual else same("")
    app.out.line(
        Both(
            f"{good} of {len(now)} done, {len(rest)} not{by_hand.en}.",
            f"已执行 {good}/{len(now)}，未执行 {len(rest)}{by_hand.zh}。",
        )
    )


# ----------------------------------------------------------------------------------------------- what comes next


def _read_only(app: App, made: Plan) -> str | None:
    connections = app.workspace.config.connections
    names = [one.connection for one in made.having("planned") if connections[one.connection].read_only]
    return names[0] if names else None


def _before(app: App, made: Plan) -> str:
    if made.having("blocked") and not made.having("planned"):
        return f"pmbridge apply {made.number}"  # it finds out what became of writes in doubt
    if not made.having("planned"):
        if made.having("manual"):
            return "pmbridge sync"  # it sees what a person has done
        return "pmbridge conflicts" if made.left_out else "pmbridge next"
    name = _read_only(app, made)
    return f"pmbridge apply {made.number}" if name is None else f"pmbridge connect {name} --write"


def _after(done: Applied) -> str:
    return "pmbridge plan" if done.errors or done.plan.having("stale", "blocked", "planned") else "pmbridge next"


def _exit(before: Plan, done: Applied) -> int:
    from pmbridge.errors import worst_exit

    tried = {one.n for one in before.having("planned")}
    codes = [error.exit_code for error in done.errors.values()]
    if any(one.n in tried and one.state in ("stale", "blocked", "manual", "planned") for one in done.plan.entries):
        codes.append(4)
    if done.doubtful:
        codes.append(5)
    return worst_exit(codes)


# ---------------------------------------------------------------------------------------------------------- JSON


def document(app: App, made: Plan) -> dict[str, Any]:
    """Return a plan for ``--json``: every field with base, ours and theirs."""
    return {
        "schema": "pmbridge.plan/1",
        "plan": made.number,
        "made_at": made.made_at.isoformat(),
        "entries": [
            {
                "n": one.n,
                "connection": one.connection,
                "verb": one.verb,
                "ref": one.ref,
                "because": one.because,
                "key": one.key,
                "title": visible(one.title),
                "url": one.url or None,
                "state": one.state,
                "reason": None if one.reason is None else visible(app.out.say(one.reason)),
                "fields": [
                    {
                        "field": each.field,
                        "base": None if each.base is None else shown(each.base.theirs),
                        "ours": shown(each.ours),
                        "theirs": None if each.theirs is None else shown(each.theirs),
                        "sends": shown(each.sends),
                    }
                    for each in one.fields
                ],
            }
            for one in made.entries
        ],
        "left_out": [
            {
                "ref": one.ref,
                "connection": one.connection,
                "field": one.field,
                "kind": one.kind,
                "ours": shown(one.ours),
                "theirs": shown(one.theirs),
            }
            for one in made.left_out
        ],
    }
