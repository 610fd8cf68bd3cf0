"""What has to hold before an engagement takes a step: above all what is still open when it is to be closed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from pmbridge.domain import decision
from pmbridge.domain.acceptance import ACCEPTED
from pmbridge.domain.baseline import NAMES, AgreeBudget, baselines
from pmbridge.domain.client_decision import Verdict
from pmbridge.domain.contact import authorised, name_of
from pmbridge.domain.engagement_fields import Agree, Close, Engagement
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import BaselineKind
from pmbridge.domain.machine import MOOT, Ask, Effect, Unmet, command, guard
from pmbridge.domain.text import spaced
from pmbridge.errors import ConfigError
from pmbridge.values import Label

_AGREED_GOAL = frozenset({"agreed", "achieved", "partly", "missed"})
_REACHED = frozenset({"reached", "accepted"})

# ------------------------------------------------------------------------------------------------ agreeing


@guard("one-engagement", "登记册中只有一个项目", "one engagement in the register")
def only_one(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """A register holds one engagement."""
    there = ask.register.newest("engagement")
    if there is not None and there.ref != ask.ref:
        yield Unmet(
            found=Label(zh=f"已有 {there.ref}", en=f"there is {there.ref} already"),
            needed=Label(zh="一个项目", en="one engagement"),
            fix=command("pmbridge engagement agree --from FILE --by CONTACT --evidence FILE"),
        )


@guard("named", "有项目名称", "has a name")
def named(ask: Ask[Engagement, Agree]) -> Iterable[Unmet]:
    """It has a name."""
    if ask.input.name is None:
        yield Unmet(
            found=Label(zh="没有名称", en="no name"),
            needed=Label(zh="项目名称", en="the name of the engagement"),
            fix=command("--name TEXT"),
        )


@guard("calendar", "日历存在", "calendar known")
def calendar_known(ask: Ask[Engagement, Agree]) -> Iterable[Unmet]:
    """There is a calendar of that code."""
    try:
        ask.input.calendar.calendar()
    except ConfigError:
        yield Unmet(
            found=Label(zh=f"没有日历「{ask.input.calendar.code}」", en=f'no calendar "{ask.input.calendar.code}"'),
            needed=Label(zh="例如 CN", en="for instance CN"),
            fix=command('calendar = { code = "CN" }'),
        )


@guard("budget", "预算与预算基线一致", "budget as in its baseline")
def budget_unmoved(ask: Ask[Engagement, Agree]) -> Iterable[Unmet]:
    """Once there is a budget baseline 0, the agreed budget is that; only approved changes move it."""
    agreed = baselines(ask.register, "budget")
    told = ask.input.contract.agreed_budget
    if agreed and (told,) != agreed[0].fields.total:
        before = "、".join(str(one) for one in agreed[0].fields.total)
        yield Unmet(
            found=Label(zh=f"{told or '没有预算'}", en=f"{told or 'no budget'}"),
            needed=Label(zh=f"预算基线 0：{before}", en=f"budget baseline 0: {before}"),
            fix=command("pmbridge change submit"),
        )


@guard("signatory", "签约人有授权", "agreed by who may")
def agreed_by_authorised(ask: Ask[Engagement, Agree]) -> Iterable[Unmet]:
    """Once somebody of the client may decide anything, who agrees is one of these; before that any contact is."""
    able, who = authorised(ask.register, ask.today), decision.deciders(ask)
    if not who:
        yield MOOT
    elif able and not able.intersection(who):
        names = [name_of(ask.register, one) for one in sorted(able)]
        yield Unmet(
            found=Label(
                zh=f"{spaced(name_of(ask.register, ask.by) or '–')}没有授权",
                en=f"{name_of(ask.register, ask.by) or '–'} has no authority",
            ),
            needed=Label(zh="、".join(names), en=" or ".join(names)),
            fix=command(f"--by {names[0]}"),
        )


def record_agreement(ask: Ask[Engagement, Agree]) -> Generator[Effect, str, None]:
    """Record the client's decision, and budget baseline 0 where there is none yet."""
    yield from decision.record(ask, "approve", None)
    total = ask.input.contract.agreed_budget
    if total is not None and not baselines(ask.register, "budget"):
        given = AgreeBudget(total=total, joint=ask.input.joint, channel=ask.input.channel)
        yield Effect("budget_baseline", "agree", given)


# -------------------------------------------------------------------------------------------- beginning


@guard("contacts", "有客户联系人", "has contacts")
def contacts_known(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """At least one contact of the client is in office."""
    if not any(one.state == "active" for one in ask.register.of("contact")):
        yield Unmet(
            found=Label(zh="没有客户联系人", en="no contact"),
            needed=Label(zh="至少 1 位", en="at least one"),
            fix=command("pmbridge contact add NAME"),
        )


@guard("authority", "有人有授权", "somebody is authorised")
def somebody_authorised(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """At least one contact in office may decide something today."""
    if authorised(ask.register, ask.today):
        return
    yield Unmet(
        found=Label(zh="没有人有授权", en="nobody may decide"),
        needed=Label(zh="至少 1 位有授权的联系人", en="at least one contact with an authority"),
        fix=command("pmbridge contact authorise CONTACT --may change,acceptance --evidence FILE"),
    )


@guard("rules-agreed", "规则已约定", "rules agreed")
def rules_agreed(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """Contract, calendar, communication plan, response clocks and thresholds are agreed."""
    if ask.fields.terms is None:
        yield Unmet(
            found=Label(zh="未经双方确认", en="not yet agreed"),
            needed=Label(zh="双方约定的规则", en="rules that both sides agreed"),
            fix=command("pmbridge engagement agree --from FILE --by CONTACT --evidence FILE"),
        )


@guard("baselines", "需求与进度基线 0 已建立", "baselines 0 agreed")
def baselines_agreed(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """Baselines 0 of requirements and schedule stand."""
    how: dict[BaselineKind, str] = {
        "requirements": "pmbridge requirement baseline --all --by CONTACT --evidence FILE",
        "schedule": "pmbridge milestone agree --all --by CONTACT --evidence FILE",
    }
    for kind, fix in how.items():
        if not baselines(ask.register, kind):
            name = NAMES[kind]
            yield Unmet(
                found=Label(zh=f"没有{name.zh}", en=f"there is no {name.en}"),
                needed=Label(zh=f"{name.zh} 0", en=f"{name.en} 0"),
                fix=command(fix),
            )


@guard("goal", "至少一个目标已确认", "a goal agreed")
def goal_agreed(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """At least one goal is agreed with the client."""
    if not any(one.state in _AGREED_GOAL for one in ask.register.of("goal")):
        yield Unmet(
            found=Label(zh="没有已确认的目标", en="no goal is agreed"),
            needed=Label(zh="至少 1 个", en="at least one"),
            fix=command("pmbridge goal add --from FILE"),
        )


# ----------------------------------------------------------------------------------------------- ending


@guard("final-milestone", "最终里程碑已达成", "final milestone reached")
def final_reached(ask: Ask[Engagement, Any]) -> Iterable[Unmet]:
    """The final milestone is reached."""
    final = [one for one in ask.register.of("milestone") if one.fields.is_final and one.state != "cancelled"]
    if not final:
        yield Unmet(
            found=Label(zh="没有最终里程碑", en="there is no final milestone"),
            needed=Label(zh="已达成的最终里程碑", en="a final milestone that is reached"),
            fix=command("pmbridge milestone add --is-final"),
        )
    for one in final:
        if one.state not in _REACHED:
            yield _in_state(ask, one, Label(zh="已达成", en="reached"), f"pmbridge milestone reach {one.ref}")


@guard("deliverables", "交付物均已验收", "every deliverable accepted")
def deliverables_accepted(ask: Ask[Engagement, Close]) -> Iterable[Unmet]:
    """Every deliverable is accepted, deemed so, or dropped by a change."""
    for one in ask.register.of("deliverable"):
        if one.state not in ACCEPTED and one.state != "dropped":
            yield _in_state(
                ask,
                one,
                Label(zh="已验收、视为验收或经变更取消", en="accepted, deemed so, or dropped by a change"),
                f"pmbridge deliverable show {one.ref}",
            )


@guard("handover", "交付物均已移交", "everything handed over")
def handed_over(ask: Ask[Engagement, Close]) -> Iterable[Unmet]:
    """The client's receipt shows for every accepted deliverable that it was handed over."""
    for one in ask.register.of("deliverable"):
        if one.state in ACCEPTED and one.state != "handed_over":
            fix = f"pmbridge deliverable handover {one.ref} --evidence FILE"
            yield _in_state(ask, one, Label(zh="已移交", en="handed over"), fix)


@guard("changes", "变更请求均已了结", "every change request ended")
def changes_ended(ask: Ask[Engagement, Close]) -> Iterable[Unmet]:
    """Every change request is closed, rejected, withdrawn, lapsed or cancelled."""
    concept = ask.register.concepts.get("change")
    for one in ask.register.of("change"):
        if concept is None or not concept.states[concept.shown_state(one, ask.moment)].terminal:
            fix = f"pmbridge change show {one.ref}"
            yield _in_state(ask, one, Label(zh="已了结", en="ended"), fix)


@guard("issues", "问题均已关闭或转为后续建议", "every issue closed or followed on")
def issues_ended(ask: Ask[Engagement, Close]) -> Iterable[Unmet]:
    """Every issue is closed, became a change, or has a follow-on recommendation."""
    recommended = {one.issue for one in ask.input.follow_on}
    for one in ask.register.of("issue"):
        if not ask.register.concepts["issue"].states[one.state].terminal and one.ref not in recommended:
            yield _in_state(
                ask,
                one,
                Label(zh="已关闭，或有后续建议", en="closed, or a follow-on recommendation"),
                f"pmbridge issue show {one.ref}",
            )
    for ref in sorted(recommended):
        if ask.register.kind(ref) != "issue":
            yield Unmet(
                found=Label(zh=f"没有问题 {ref}", en=f"there is no issue {ref}"),
                needed=Label(zh="问题的编号", en="the ref of an issue"),
                fix=command("pmbridge issue list"),
            )


def _there_is(
    name: str, zh: str, en: str, doc: str, *, kind: str, holds: Callable[[Entry[Any]], bool], fix: str
) -> Any:
    """Return the guard that a record of *kind* is there for which *holds* is true."""

    def check(ask: Ask[Engagement, Close]) -> Iterator[Unmet]:
        if not any(holds(one) for one in ask.register.of(kind)):
            yield Unmet(found=Label(zh="没有", en="none"), needed=Label(zh=zh, en=en), fix=command(fix))

    check.__doc__ = doc
    return guard(name, zh, en)(check)


closing_report = _there_is(
    "closing-report",
    "项目总结报告已发布",
    "closing report issued",
    "The closing report is issued.",
    kind="report",
    holds=lambda one: getattr(one.fields, "edition", None) == "closing" and one.state in ("issued", "acknowledged"),
    fix="pmbridge report list",
)
closing_survey = _there_is(
    "closing-survey",
    "结项满意度调查已发出",
    "closing survey sent",
    "The closing survey went out.",
    kind="survey",
    holds=lambda one: getattr(one.fields, "kind", None) == "closing" and one.entered("sent") is not None,
    fix="pmbridge survey add --kind closing",
)
retrospective = _there_is(
    "retrospective",
    "项目回顾已举行",
    "retrospective held",
    "The retrospective on the whole engagement was held.",
    kind="retro",
    holds=lambda one: getattr(one.fields, "scope", None) == "engagement" and one.state in ("held", "published"),
    fix="pmbridge retro add --scope engagement",
)

CLOSING = (
    deliverables_accepted,
    handed_over,
    changes_ended,
    issues_ended,
    closing_report,
    closing_survey,
    retrospective,
)


def _in_state(ask: Ask[Any, Any], one: Entry[Any], needed: Label, fix: str) -> Unmet:
    state = ask.register.concepts[one.kind].states[one.state].label
    return Unmet(
        found=Label(zh=f"{one.ref} {state.zh}", en=f"{one.ref} is {state.en}"), needed=needed, fix=command(fix)
    )


def recorded(verdict: Verdict) -> Callable[[Ask[Engagement, Any]], Iterable[Effect]]:
    """Return the effect that records the client's decision."""

    def effects(ask: Ask[Engagement, Any]) -> Generator[Effect, str, None]:
        yield from decision.record(ask, verdict, "closure")

    return effects
