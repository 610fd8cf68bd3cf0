"""Step 1 of `engagement add`: which records are milestones, what their dates mean, how progress is measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from pmbridge_cli.ask import Ask, Offer, misfit
from pmbridge_cli.context import App
from pmbridge_cli.layout import Column, visible, wrapped
from pmbridge_cli.words import Both, joined, same

if TYPE_CHECKING:
    from pmbridge.config.engaging import DateIs, MilestoneChoice
    from pmbridge.domain.propose import Example, LeftOut, MilestoneProposal, Proposal, Weight

NONE = "none"
LOOKS = Both(
    "1/3 Milestones — {n} {what} of {thing} look like milestones ({why}):",
    "1/3 里程碑 — {thing} 的 {n} 个{what}像里程碑（{why}）：",
)
NOTHING = Both(
    "1/3 Milestones — nothing in {thing} looks like milestones. Rules can be written by hand later.",
    "1/3 里程碑 — {thing} 中没有看出里程碑，可以以后手写规则。",
)
WHICH = Both("1/3 Milestones — which of these are milestones in {thing}?", "1/3 里程碑 — {thing} 中哪些是里程碑？")
NAMED = Both("all named {pattern}", "名称都是{pattern}")
ALL_DATED = Both("all have a {date}", "都有{date}")
SOME_DATED = Both("{n} have a {date}", "{n} 个有{date}")
NONE_DATED = Both("none has a date", "都没有日期")
OF_ALL = Both("… {n} in all", "…共 {n} 个")
LEFT_OUT = Both("Left out: {rest}", "没有采用：{rest}")
NAMED_LIKE = Both("{n} {what} named like {example}", "{n} 个{what}名如「{example}」")
COUNT_OF = Both("{n} {what}", "{n} 个{what}")
USE = Both("Use these {n}? [Y yes / e another source / n none]", "用这 {n} 个？ [Y 用 / e 换一种来源 / n 都不要]")
DATES = Both("What are these dates?", "这些日期是什么？")
MEASURE = Both("How is progress measured?", "进度按什么算？")
BY_COUNT = Both("by the number of items", "按项数")
WHOLE = Both("{name} (all {n} items of these {what} have a value)", "{name}（这些{what}的 {n} 项全部有值）")
PARTLY = Both("{name} ({covered} of {n} items have a value)", "{name}（{n} 项中 {covered} 项有值）")
NO_ONE = Both("none of them", "都不是")
ITEMS = Both("{n} items", "{n} 项")
RELEASED = Both("released", "已发布")
_WHICH_OPTION = Both("--milestones {keys}", "--milestones {keys}")
_DATE_OPTION = same("--date plan|forecast")
_WEIGHT_OPTION = same("--weight count|points")
DATE_OFFERS = (
    Offer(key="plan", text=Both("the plan dates agreed with the client", "与客户定的计划日期")),
    Offer(key="forecast", text=Both("our present forecast", "我们目前的预测")),
)
DATES_GIVEN = (*DATE_OFFERS, Offer(key="ignore", text=Both("neither", "都不是")))


def choose_milestones(
    app: App, ask: Ask, thing: str, proposal: Proposal, *, which: str | None, date: str | None, weight: str | None
) -> MilestoneChoice | None:
    """Return what was chosen; ``None`` for none, or while a question is open."""
    from pmbridge.config.engaging import MilestoneChoice

    chosen = _which(app, ask, thing, proposal, which)
    if chosen is None:
        return None
    date_is = _date(ask, chosen, date)
    measured = _weight(ask, chosen, weight)
    if date_is is None or measured is None:
        return None
    return MilestoneChoice(proposal=chosen, date_is=cast("DateIs", date_is), weight=measured)


def _which(app: App, ask: Ask, thing: str, proposal: Proposal, given: str | None) -> MilestoneProposal | None:
    offered = {one.key: one for one in proposal.milestones}
    if given is not None:
        return None if given == NONE else _named(app, thing, given, offered)
    if not offered:
        app.out.talk(NOTHING.filled(thing=thing))
        return None
    option = _WHICH_OPTION.filled(keys="|".join([*(f'"{key}"' if " " in key else key for key in offered), NONE]))
    best = proposal.milestone
    if best is not None:
        _show(app, thing, best)
        answer = ask.letter(USE.filled(n=len(best.examples)), ("y", "e", "n"), option=option)
        if answer != "e":
            # Where nobody answers, what would be asked about the best is listed too.
            return None if answer == "n" else best
    offers = [Offer(key=key, text=_brief(one)) for key, one in offered.items()]
    picked = ask.listed(WHICH.filled(thing=thing), [*offers, Offer(key=NONE, text=NO_ONE)], option=option)
    if not picked or picked[0] == NONE:
        return None
    if offered[picked[0]] is not best:
        _show(app, thing, offered[picked[0]])
    return offered[picked[0]]


def _named(app: App, thing: str, given: str, offered: dict[str, MilestoneProposal]) -> MilestoneProposal:
    found = [one for key, one in offered.items() if key.casefold() == given.casefold()]
    found = found or [one for key, one in offered.items() if key.casefold().startswith(f"{given.casefold()}:")]
    if len(found) == 1:
        return found[0]
    possible = ", ".join([*offered, NONE])
    why = Both(
        f'"{given}" does not give milestones in {thing}; possible: {possible}',
        f"「{given}」在 {thing} 中得不出里程碑，可用：{possible}",
    )
    raise misfit(same("--milestones"), why, app.command)


def _date(ask: Ask, chosen: MilestoneProposal, given: str | None) -> str | None:
    if not chosen.dated and given is None:
        return "plan"  # a date that is filled in later is a plan until somebody says otherwise
    offers = DATE_OFFERS if given is None else DATES_GIVEN
    return ask.choice(DATES, offers, option=_DATE_OPTION, given=given, default="plan")


def _weight(ask: Ask, chosen: MilestoneProposal, given: str | None) -> Weight | None:
    by_key = {one.weight: one for one in chosen.weights}
    if given is not None:
        given = _spelled(given, chosen)
    elif len(chosen.weights) == 1:
        return chosen.weights[0]
    offers = [Offer(key=key, text=_weight_text(one, chosen)) for key, one in by_key.items()]
    default = chosen.weight.weight if chosen.weight is not None else None
    key = ask.choice(MEASURE, offers, option=_WEIGHT_OPTION, given=given, default=default)
    return by_key[key] if key is not None else None


def _spelled(given: str, chosen: MilestoneProposal) -> str:
    """Return the key of a weight for ``points``, a field's id or its name."""
    fields = [one for one in chosen.weights if one.field is not None]
    if given == "points" and fields:
        return chosen.weight.weight if chosen.weight and chosen.weight.field else fields[0].weight
    for one in fields:
        if one.field is not None and given.casefold() in (one.field.id.casefold(), one.field.name.casefold()):
            return one.weight
    return given


def _weight_text(weight: Weight, chosen: MilestoneProposal) -> Both:
    if weight.field is None:
        return BY_COUNT
    name = visible(weight.field.name)
    text = WHOLE if weight.whole else PARTLY
    return text.filled(name=name, n=weight.total, covered=weight.covered, what=_plural(chosen))


# ----------------------------------------------------------------------------------------------------- the screen


def _show(app: App, thing: str, proposal: MilestoneProposal) -> None:
    out = app.out
    why = [NAMED.filled(pattern=proposal.pattern)] if proposal.pattern is not None else []
    why.append(_dated(proposal))
    what = _plural(proposal)
    looks = LOOKS.filled(n=len(proposal.examples), what=what, thing=thing, why=joined(why, ", ", "，"))
    for line in wrapped(out.say(looks), out.room):
        out.talk(line)
    rows = [_row(app, one) for one in _telling(proposal.examples)]
    columns = (Column(least=20), Column(), Column(least=10))
    for line in out.table(columns, rows, out.room - 6):
        out.talk(f"      {line}")
    if len(proposal.examples) > len(rows):
        out.talk(f"      {out.say(OF_ALL.filled(n=len(proposal.examples)))}")
    if proposal.left_out:
        rest = joined([_left(one) for one in proposal.left_out])
        for line in wrapped(out.say(LEFT_OUT.filled(rest=rest)), out.room - 6):
            out.talk(f"      {line}")


def _row(app: App, one: Example) -> tuple[str, str, str]:
    said = ITEMS.filled(n=one.items)
    if one.state is not None and one.state.category == "done":
        said = RELEASED if one.id.kind == "version" else same(visible(one.state.name))
    return visible(one.title), one.due.isoformat() if one.due else "", app.out.say(said)


def _telling(examples: Sequence[Example]) -> list[Example]:
    """Return three that show the variety: the first, the first that is open, one without work or the last."""
    still_open = [one for one in examples if one.state is None or one.state.category != "done"]
    without = [one for one in still_open if not one.items]
    wanted = {id(one) for one in (examples[0], *still_open[:1], *(without[:1] or examples[-1:]))}
    return [one for one in examples if id(one) in wanted]


def _dated(proposal: MilestoneProposal) -> Both:
    date = Both("release date", "发布日期") if proposal.rule.from_ == "version" else Both("date", "日期")
    if not proposal.dated:
        return NONE_DATED
    if proposal.dated == len(proposal.examples):
        return ALL_DATED.filled(date=date)
    return SOME_DATED.filled(n=proposal.dated, date=date)


def _brief(proposal: MilestoneProposal) -> Both:
    some = ", ".join(visible(one.title) for one in proposal.examples[:3])
    dated = _dated(proposal)
    text = COUNT_OF.filled(n=len(proposal.examples), what=_plural(proposal))
    more = "…" if len(proposal.examples) > 3 else ""
    return Both(f"{text.en}: {some}{more} ({dated.en})", f"{text.zh}：{some.replace(', ', '、')}{more}（{dated.zh}）")


def _left(one: LeftOut) -> Both:
    what = Both(_plural_word(one.what.en), one.what.zh)
    if one.example:
        return NAMED_LIKE.filled(n=one.count, what=what, example=visible(one.example))
    return COUNT_OF.filled(n=one.count, what=what)


def _plural(proposal: MilestoneProposal) -> Both:
    return Both(_plural_word(proposal.what.en), proposal.what.zh)


def _plural_word(word: str) -> str:
    """Return an English noun in the plural; a name in quotes, or in another script, stays as it is."""
    return f"{word.lower()}s" if word.isascii() and word.replace(" ", "").isalpha() else word
