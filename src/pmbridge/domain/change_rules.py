"""What must hold before a change request goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from pmbridge.domain import baseline, decision
from pmbridge.domain.agreement import agreed
from pmbridge.domain.approved_change import APPROVED
from pmbridge.domain.change_effects import KINDS, offered, text_hash, worth_of
from pmbridge.domain.change_fields import (
    Approve,
    Authorise,
    ChangeRequest,
    Defer,
    Implement,
    Send,
    Submit,
    Withdraw,
)
from pmbridge.domain.contact import name_of
from pmbridge.domain.impact import BaselineKind
from pmbridge.domain.machine import MOOT, Ask, Unmet, command, guard
from pmbridge.values import Label

Change = Ask[ChangeRequest, Any]
_AGREEING: Mapping[BaselineKind, str] = {
    "requirements": "pmbridge requirement baseline --all --by CONTACT --evidence FILE",
    "schedule": "pmbridge milestone agree --all --by CONTACT --evidence FILE",
    "budget": "pmbridge engagement agree --from FILE --by CONTACT --evidence FILE",
}


# ------------------------------------------------------------------------------------------------------ guards


@guard("described", "内容齐全", "described")
def described(ask: Ask[ChangeRequest, Submit]) -> Iterable[Unmet]:
    """Title, description, reason, who raised it and by which channel are known."""
    before: ChangeRequest | None = ask.fields
    words = {
        "title": Label(zh="标题", en="title"),
        "description": Label(zh="说明", en="description"),
        "reason": Label(zh="原因", en="reason"),
        "raised_by": Label(zh="提出人", en="requester"),
        "via": Label(zh="渠道", en="channel"),
    }
    for name, label in words.items():
        stored = "raised_via" if name == "via" else name
        if getattr(ask.input, name) is None and (before is None or getattr(before, stored) is None):
            option = {"raised_by": "by"}.get(name, name)
            yield Unmet(
                found=Label(zh=f"没有{label.zh}", en=f"no {label.en}"),
                needed=label,
                fix=command(f"--{option} …"),
            )


@guard("offer-dates", "期限合理", "possible dates")
def offer_dates(ask: Ask[ChangeRequest, Send]) -> Iterable[Unmet]:
    """The decision is asked for today or later, and the offer stands until then."""
    if not ask.today <= ask.input.need_by <= ask.input.valid_until:
        yield Unmet(
            found=Label(
                zh=f"{ask.input.need_by} 前决定，报价至 {ask.input.valid_until}",
                en=f"decide by {ask.input.need_by}, offer until {ask.input.valid_until}",
            ),
            needed=Label(zh=f"{ask.today} 或以后，先后相符", en=f"{ask.today} or later, in that order"),
            fix=command("--need-by DATE --valid-until DATE"),
        )


@guard("offer-open", "报价有效", "offer still open")
def offer_open(ask: Change) -> Iterable[Unmet]:
    """The offer has not lapsed on the day of the decision."""
    last = ask.fields.valid_until
    if last is not None and ask.today > last:
        yield Unmet(
            found=Label(zh=f"报价 {last:%m-%d} 到期，今天 {ask.today:%m-%d}", en=f"the offer lapsed on {last}"),
            needed=Label(zh=f"{last} 或以前的决定", en=f"a decision on {last} or before"),
            fix=command(f"pmbridge change reassess {ask.ref} --reason …"),
        )


@guard("baselines-unmoved", "基线未变", "baselines unchanged")
def baselines_unmoved(ask: Change) -> Iterable[Unmet]:
    """No baseline has moved since the assessment."""
    assessment = ask.fields.assessment
    for kind in KINDS if assessment is not None else ():
        now, then = baseline.latest(ask.register, kind), assessment.baselines.get(kind) if assessment else None
        if now != then:
            name = baseline.NAMES[kind]
            yield Unmet(
                found=Label(zh=f"{name.zh} {_n(now).zh}", en=f"{name.en} {_n(now).en}"),
                needed=Label(zh=f"{name.zh} {_n(then).zh}", en=f"{name.en} {_n(then).en}"),
                fix=command(f"pmbridge change reassess {ask.ref} --reason …"),
            )


def _n(number: int | None) -> Label:
    return Label(zh="未建立", en="not there") if number is None else Label(zh=str(number), en=str(number))


@guard("option", "已选方案", "option chosen")
def option_chosen(ask: Ask[ChangeRequest, Approve]) -> Iterable[Unmet]:
    """The option exists, and each baseline that it changes does."""
    option, keys = ask.fields.option(ask.input.option), [one.key for one in ask.fields.options]
    if option is None:
        yield Unmet(
            found=Label(zh=f"没有方案 {ask.input.option}", en=f"there is no option {ask.input.option}"),
            needed=Label(zh="、".join(keys) or "方案", en=", ".join(keys) or "an option"),
            fix=command(f"--option {keys[0] if keys else 'KEY'}"),
        )
        return
    for kind in KINDS:
        if option.changes(kind) and baseline.latest(ask.register, kind) is None:
            yield Unmet(
                name="baseline",
                found=Label(zh=f"没有{baseline.NAMES[kind].zh} 0", en=f"there is no {baseline.NAMES[kind].en} 0"),
                needed=baseline.NAMES[kind],
                fix=command(_AGREEING[kind]),
            )


@guard("as-sent", "即所发评估", "the text that was sent")
def as_sent(ask: Ask[ChangeRequest, Approve]) -> Iterable[Unmet]:
    """The client decides on the very assessment that was sent; its hash matches."""
    assessment = ask.fields.assessment
    right = "" if assessment is None else assessment.sha256
    seen = ask.input.sha256
    if assessment is None or right != text_hash(ask.fields) or (seen is not None and not right.startswith(seen)):
        yield Unmet(
            found=Label(zh=f"客户看到的是 {seen or '–'}", en=f"the client saw {seen or '–'}"),
            needed=Label(zh=f"评估 {right[:8]}", en=f"assessment {right[:8]}"),
            fix=command(f"pmbridge change send {ask.ref}"),
        )


@guard("small-changes", "小额累计在授权内", "small changes in all within the authority")
def small_changes(ask: Ask[ChangeRequest, Approve]) -> Iterable[Unmet]:
    """Small changes together beyond the agreed change budget need an authority that reaches as far as all of them."""
    limit = agreed(ask.register, "change_budget")
    worth = offered(ask)
    found = decision.standing(ask, "change", worth)
    reach = None if found is None else found[1].money_limit
    if limit is None or reach is None:
        if found is None:
            yield MOOT
        return
    here = sum((one.amount for one in worth.money if one.currency == limit.currency), Decimal(0))
    small = [
        money.amount
        for one in ask.register.of("change")
        if one.state in APPROVED and (option := one.fields.decided_option) is not None
        for money in option.money.values()
        if money.currency == limit.currency == reach.currency and money.amount <= reach.amount
    ]
    whole = here + sum(small, Decimal(0))
    if here > 0 and limit.amount < whole and reach.amount < whole:
        yield Unmet(
            found=Label(
                zh=f"小额变更累计 {limit.currency} {whole:,.2f}，超过变更预算 {limit.amount:,.2f}",
                en=f"small changes come to {limit.currency} {whole:,.2f}, the change budget is {limit.amount:,.2f}",
            ),
            needed=Label(zh="额度更高的决定人", en="a decider with a higher limit"),
            fix=command("--with CONTACT --evidence FILE"),
        )


@guard("revisit", "复议日期在以后", "revisited later")
def revisited_later(ask: Ask[ChangeRequest, Defer]) -> Iterable[Unmet]:
    """A deferred change says when it is looked at again."""
    if ask.input.revisit_on <= ask.today:
        yield Unmet(
            found=Label(zh=f"{ask.input.revisit_on}", en=f"{ask.input.revisit_on}"),
            needed=Label(zh=f"{ask.today} 以后", en=f"after {ask.today}"),
            fix=command("--revisit-on DATE"),
        )


@guard("conditions", "附带条件已满足", "conditions met")
def conditions_met(ask: Ask[ChangeRequest, Implement]) -> Iterable[Unmet]:
    """What the client asked for with the approval was done."""
    conditions = ask.fields.conditions
    if conditions is not None and ask.input.conditions_met is None:
        yield Unmet(
            found=Label(zh=f"条件：{conditions.in_('zh')[0]}", en=f"condition: {conditions.in_('en')[0]}"),
            needed=Label(zh="条件如何满足", en="how it was met"),
            fix=command("--conditions-met TEXT"),
        )


@guard("submitted", "受影响的交付物已提交", "affected deliverables submitted")
def deliverables_submitted(ask: Change) -> Iterable[Unmet]:
    """Every deliverable that the change affects was submitted."""
    for ref in ask.fields.affects:
        entry = ask.register.get(ref)
        if (
            entry is not None
            and entry.kind == "deliverable"
            and entry.state
            in (
                "planned",
                "in_preparation",
                "internally_reviewed",
            )
        ):
            label = ask.register.concepts["deliverable"].states[entry.state].label
            yield Unmet(
                found=Label(zh=f"{ref} {label.zh}", en=f"{ref}: {label.en}"),
                needed=Label(zh="已提交验收", en="submitted"),
                fix=command(f"pmbridge deliverable submit {ref}"),
            )


@guard("requester", "提出人同意", "the requester agrees")
def requester_agrees(ask: Ask[ChangeRequest, Withdraw]) -> Iterable[Unmet]:
    """It is withdrawn by whoever raised it, or with their consent; that of a contact is proved."""
    raised_by = ask.fields.raised_by
    if raised_by is None:
        return
    name = name_of(ask.register, raised_by)
    if not ask.input.consent and raised_by not in (ask.by, ask.actor.name):
        yield Unmet(
            found=Label(zh=f"由{name}提出", en=f"{name} raised it"),
            needed=Label(zh="提出人撤回或同意", en="withdrawn by, or with the consent of, whoever raised it"),
            fix=command("--consent"),
        )
    elif not ask.evidence and ask.register.kind(raised_by) == "contact":
        yield Unmet(
            found=Label(zh=f"没有{name}同意的证据", en=f"nothing shows that {name} wants it"),
            needed=Label(zh="提出人的邮件或其他证据", en="a message of whoever raised it"),
            fix=command("--evidence FILE"),
        )


@guard("cap", "授权有上限和期限", "capped and due")
def cap_and_deadline(ask: Ask[ChangeRequest, Authorise]) -> Iterable[Unmet]:
    """An emergency has a cap in money and days, and a day in the near future for the written confirmation."""
    if ask.input.money is None or ask.input.money.amount < 0:
        yield Unmet(
            found=Label(zh="没有金额上限", en="no cap in money"),
            needed=Label(zh="金额上限，可为 0", en="a cap, 0 is one"),
            fix=command('--money "CNY 0.00"'),
        )
    if ask.input.confirm_by is not None and ask.input.confirm_by < ask.today:
        yield Unmet(
            found=Label(zh=f"确认期限 {ask.input.confirm_by}", en=f"to be confirmed by {ask.input.confirm_by}"),
            needed=Label(zh="今天或以后", en="today or later"),
            fix=command("--confirm-by DATE"),
        )


@guard("off-specification", "属不符合规格", "an off-specification")
def off_specification(ask: Change) -> Iterable[Unmet]:
    """Only our own deviation needs no decision: at no cost, with no milestone moved, and the client was told."""
    fix = command(f"pmbridge change show {ask.ref}")
    if ask.evidence and all(one.kind == "call_note" for one in ask.evidence):
        yield Unmet(
            name="told",
            found=Label(zh="只有通话记录", en="only a call note"),
            needed=Label(zh="告知客户的邮件或消息", en="the message by which the client was told"),
            fix=command(f"pmbridge change rework {ask.ref} --evidence FILE"),
        )
    if ask.fields.kind != "off_specification":
        yield Unmet(
            found=Label(zh="是变更请求", en="it is a request for change"),
            needed=Label(zh="不符合规格 (OFF)", en="an off-specification (OFF)"),
            fix=fix,
        )
    option = ask.fields.option("rework")
    worth = worth_of(option)
    if any(one.amount > 0 for one in worth.money) or worth.days:
        yield Unmet(
            name="free",
            found=Label(zh="对客户有费用或工期影响", en="it costs the client money or days"),
            needed=Label(zh="费用 0，里程碑不动", en="no cost, and no milestone moves"),
            fix=fix,
        )
