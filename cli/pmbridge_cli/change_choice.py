"""Step 2 of `engagement add`: which items are change requests, what their states mean, where their impact stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pmbridge_cli.ask import Ask, Offer, Unfit, misfit
from pmbridge_cli.context import App
from pmbridge_cli.layout import Column, visible, width
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.config.engaging import ChangeChoice
    from pmbridge.domain.propose_changes import ChangeProposal, ImpactField, StateProposal
    from pmbridge.records import FieldInfo

NONE = "none"
LOOKS = Both(
    '2/3 Change requests — {n} items of {thing} have the type "{type}", which looks like them:',
    "2/3 变更请求 — {thing} 的类型「{type}」有 {n} 项，看起来就是：",
)
NOTHING = Both(
    "2/3 Change requests — no item type of {thing} looks like them (--changes TYPE names one).",
    "2/3 变更请求 — {thing} 中没有看出变更请求（可用 --changes 类型 指定）。",
)
WHICH = Both("2/3 Change requests — which type of {thing} is it?", "2/3 变更请求 — {thing} 的哪个类型是变更请求？")
NO_ONE = Both("none of them", "都不是")
STATES = Both(
    "States (in {tool}, with the number of items → pmbridge):", "状态对应（{tool} 中的状态和项数 → pmbridge）："
)
ONLY_PROPOSED = Both("{label} (as a proposal only)", "{label}（只作为建议）")
UNCLEAR = Both(
    '"{state}" does not tell. Left blank, the report prints the word as it is, nothing is guessed. ',
    "「{state}」无法判断，留空则报告里照写原文，不猜。",
)
UNCLEAR_SHORT = Both('What does "{state}" mean?', "「{state}」对应什么？")
BLANK = Both("leave blank", "留空")
IMPACT = Both("Impact fields: {fields}", "影响字段：{fields}")
NO_IMPACT = Both(
    "Impact fields: none found for days or money; the report will say unknown.",
    "影响字段：没有找到天数或金额字段，报告会写「未知」。",
)
DAYS, MONEY = Both("days", "天数"), Both("money", "金额")
WHICH_FIELD = Both("Which field holds the impact in {what}?", "影响的{what}在哪个字段？")
CURRENCY = Both("currency?", "币种？")
NO_CURRENCY = Both("Three capital letters, as CNY.", "请写三个大写字母，如 CNY。")
NO_FIELD = Both("none", "没有")
_OUR_WORDS = {
    "awaiting_decision": Both("awaiting the client's decision", "待客户决定"),
    "closed": Both("closed for good", "已归档"),  # "已关闭" would repeat the tool's word without saying more
}
_TYPE_OPTION = Both("--changes TYPE|none", "--changes 类型|none")
_CURRENCY_OPTION = Both("--currency CODE", "--currency 代码")


def choose_changes(
    app: App,
    ask: Ask,
    thing: str,
    tool: str,
    proposals: Sequence[ChangeProposal],
    best: ChangeProposal | None,
    *,
    named: ChangeProposal | None,
    which: str | None,
    states: Mapping[str, str],
    fields: tuple[str | None, str | None],
    currency: str | None,
    usual_currency: str | None,
) -> ChangeChoice | None:
    """Return what was chosen; ``None`` for none, or while a question is open.

    *named* is what the option asks for, if *which* is a type. *fields* are those of days and money as options name
    them; *usual_currency* is proposed where the field's name does not tell.
    """
    from pmbridge.config.engaging import ChangeChoice

    chosen = None if which == NONE else named or _which(app, ask, thing, proposals, best)
    if chosen is None:
        return None
    _show(app, thing, chosen)
    mapped = _states(app, ask, tool, chosen, states)
    days = _field(app, ask, DAYS, chosen.days, chosen.day, fields[0], "--days-field")
    money = _field(app, ask, MONEY, chosen.money, chosen.amount, fields[1], "--money-field")
    code = _currency(app, ask, days, money, currency, chosen.currency or usual_currency)
    return ChangeChoice(proposal=chosen, states=mapped, days=days, money=money if code else None, currency=code)


def _which(
    app: App, ask: Ask, thing: str, proposals: Sequence[ChangeProposal], best: ChangeProposal | None
) -> ChangeProposal | None:
    if best is not None:
        return best
    if not proposals:
        app.out.talk(NOTHING.filled(thing=thing))
        return None
    by_key = {one.key: one for one in proposals}
    offers = [Offer(key=key, text=same(f"{visible(key)} ({len(one.examples)})")) for key, one in by_key.items()]
    picked = ask.listed(WHICH.filled(thing=thing), [*offers, Offer(key=NONE, text=NO_ONE)], option=_TYPE_OPTION)
    return by_key.get(picked[0]) if picked else None


# ----------------------------------------------------------------------------------------------------- the states


def _states(app: App, ask: Ask, tool: str, chosen: ChangeProposal, given: Mapping[str, str]) -> Mapping[str, str]:
    said = _given_states(app, chosen, given)
    mapped = {one.state.id: said.get(one.state.id, one.to or "") for one in chosen.states}
    cells = [_pair(app, one, mapped[one.state.id]) for one in chosen.states]
    app.out.talk(f"    {app.out.say(STATES.filled(tool=tool))}")
    for line in packed(cells, app.out.room - 6):
        app.out.talk(f"      {line}")
    for one in chosen.states:
        if mapped[one.state.id] or one.state.id in said:
            continue
        name = visible(one.state.name)
        option = same(f'--state "{name}={"|".join(one.choices)}"')
        offers = [Offer(key=choice, text=state_label(choice)) for choice in one.choices]
        question = UNCLEAR.filled(state=name)
        answer = ask.choice(
            Both(f"    {question.en}", f"    {question.zh}"),
            offers,
            option=option,
            blank=BLANK,
            short=UNCLEAR_SHORT.filled(state=name),
        )
        # One that stays open is listed with those after it.
        mapped[one.state.id] = answer or ""
    return {id_: to for id_, to in mapped.items() if to}


def _given_states(app: App, chosen: ChangeProposal, given: Mapping[str, str]) -> dict[str, str]:
    from pmbridge.domain.mapping import CHANGE_STATES

    found: dict[str, str] = {}
    for name, to in given.items():
        ids = [one.state.id for one in chosen.states if name in (one.state.id, one.state.name)]
        if not ids:
            known = ", ".join(one.state.name for one in chosen.states)
            why = Both(f'no state "{name}"; there are: {known}', f"没有状态「{name}」，现有：{known}")
            raise misfit(same("--state"), why, app.command)
        if to and to not in CHANGE_STATES:
            known = ", ".join(CHANGE_STATES)
            why = Both(f'no state "{to}" in pmbridge; there are: {known}', f"pmbridge 没有状态「{to}」，可用：{known}")
            raise misfit(same("--state"), why, app.command)
        found |= dict.fromkeys(ids, to)
    return found


def state_label(name: str) -> Both:
    """Return what a register state is called by the one who maps; the client's words for some do not fit here."""
    from pmbridge.domain.change import STATES as REGISTER

    if name in _OUR_WORDS:
        return _OUR_WORDS[name]
    label = REGISTER[name].label
    return Both(label.en, label.zh)


def _pair(app: App, one: StateProposal, to: str) -> str:
    label = app.out.say(state_label(to)) if to else "?"
    if to == "approved":
        label = app.out.say(ONLY_PROPOSED.filled(label=label))
    return f"{visible(one.state.name)} {one.count} → {label}"


def packed(cells: Sequence[str], room: int, gap: int = 4) -> list[str]:
    """Return *cells* side by side in lines of at most *room* columns; a cell is never broken."""
    lines: list[str] = []
    for cell in cells:
        if lines and width(lines[-1]) + gap + width(cell) <= room:
            lines[-1] += " " * gap + cell
        else:
            lines.append(cell)
    return lines


# ----------------------------------------------------------------------------------------------------- the impact


def _field(
    app: App,
    ask: Ask,
    what: Both,
    found: Sequence[ImpactField],
    best: ImpactField | None,
    given: str | None,
    option: str,
) -> FieldInfo | None:
    by_id = {one.field.id: one.field for one in found}
    if given is not None:
        if given == NONE:
            return None
        for field in by_id.values():
            if given.casefold() in (field.id.casefold(), field.name.casefold()):
                return field
        possible = ", ".join([*(f"{one.name} ({one.id})" for one in by_id.values()), NONE])
        why = Both(
            f'no filled number field "{given}"; possible: {possible}',
            f"没有已填写的数字字段「{given}」，可用：{possible}",
        )
        raise misfit(same(option), why, app.command)
    if best is not None or not found:
        return best.field if best else None
    offers = [Offer(key=one.id, text=same(f"{visible(one.name)} ({one.id})")) for one in by_id.values()]
    answer = ask.choice(
        WHICH_FIELD.filled(what=what),
        [*offers, Offer(key=NONE, text=NO_FIELD)],
        option=Both(f"{option} FIELD|none", f"{option} 字段|none"),
    )
    return by_id.get(answer) if answer else None


def _currency(
    app: App, ask: Ask, days: FieldInfo | None, money: FieldInfo | None, given: str | None, proposed: str | None
) -> str | None:
    named = [(what, field) for what, field in ((DAYS, days), (MONEY, money)) if field is not None]
    if not named:
        app.out.talk(f"    {app.out.say(NO_IMPACT)}")
        return None
    fields = Both(
        ", ".join(f'{what.en} = "{visible(field.name)}" {field.id}' for what, field in named),
        "；".join(f"{what.zh} =「{visible(field.name)}」{field.id}" for what, field in named),
    )
    text = IMPACT.filled(fields=fields)
    if money is None:
        app.out.talk(f"    {app.out.say(text)}")
        return None
    question = Both(f"    {text.en}, {CURRENCY.en}", f"    {text.zh}，{CURRENCY.zh}")
    short = Both(CURRENCY.en.capitalize(), CURRENCY.zh)
    return ask.text(question, option=_CURRENCY_OPTION, given=given, default=proposed, short=short, check=_code)


def _code(typed: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", typed):
        raise Unfit(NO_CURRENCY)
    return typed.upper()


def rows(app: App, examples: Sequence[tuple[str, str, str]]) -> list[str]:
    """Return lines of key, title and state that fit on the screen."""
    return app.out.table((Column(), Column(least=20), Column(least=8)), examples, app.out.room - 6)


def _show(app: App, thing: str, chosen: ChangeProposal) -> None:
    app.out.talk(LOOKS.filled(n=len(chosen.examples), thing=thing, type=visible(chosen.key)))
    shown = chosen.examples[:3]
    for line in rows(app, [(visible(one.key), visible(one.title), visible(one.state.name)) for one in shown]):
        app.out.talk(f"      {line}")
    if len(chosen.examples) > len(shown):
        app.out.talk("      …")
