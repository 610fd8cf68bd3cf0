"""The rules of a complaint: what each of its steps needs, what it promises, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from pmbridge.domain.communication import Purpose, tell
from pmbridge.domain.complaint_fields import (
    MAX_LEVEL,
    Accept,
    Add,
    Close,
    CloseUnresolved,
    Complaint,
    Dispute,
    Respond,
)
from pmbridge.domain.figure import Text
from pmbridge.domain.machine import Ask, Effect, Unmet, command, guard
from pmbridge.domain.originator import spoken_by
from pmbridge.domain.text import spaced
from pmbridge.values import Label

_ACKNOWLEDGE_WD = 1

ANSWER_WD = 5
"""Working days in which the next step is taken, unless another day is promised."""

# --------------------------------------------------------------------------------------- completing the input


def next_heard(working_days: int) -> Callable[[Ask[Complaint, Any]], BaseModel]:
    """Return a ``fill`` that promises to go on in *working_days* where no day was promised."""

    def fill(ask: Ask[Complaint, Any]) -> BaseModel:
        given: BaseModel = ask.input
        if ask.input.next_update_on is not None:
            return given
        return given.model_copy(update={"next_update_on": ask.moment.calendar.add_wd(ask.today, working_days)})

    return fill


def received(ask: Ask[Complaint, Add]) -> BaseModel:
    """Return the input with whose complaint it is, and the day by which it is acknowledged."""
    given = spoken_by("complainant")(ask)
    if ask.input.next_update_on is not None:
        return given
    return given.model_copy(update={"next_update_on": ask.moment.calendar.add_wd(ask.today, _ACKNOWLEDGE_WD)})


# ------------------------------------------------------------------------------------------------------ guards


@guard("next-update", "写明下次更新日期", "the next update is to come")
def update_promised(ask: Ask[Complaint, Any]) -> Iterable[Unmet]:
    """The day by which the complainant hears from us next is to come."""
    on = ask.input.next_update_on
    if on is not None and on < ask.today:
        yield Unmet(
            found=Label(zh=f"下次更新 {on}", en=f"the next update was on {on}"),
            needed=Label(zh=f"不早于 {ask.today}", en=f"not before {ask.today}"),
            fix=command("--next-update-on DATE"),
        )


@guard("independent", "调查人不是被投诉人", "the investigator is not complained of")
def independent(ask: Ask[Complaint, Any]) -> Iterable[Unmet]:
    """Nobody looks into a complaint about themselves; an investigator is a member of the agency."""
    about = getattr(ask.input, "complained_of", None)
    about = ask.fields.complained_of if about is None else about
    who = getattr(ask.input, "investigator", None) or ask.fields.investigator
    if who is None:
        return
    client = ask.register.kind(who) == "contact"
    if who in about or client:
        yield Unmet(
            found=Label(zh=f"{spaced(who)}是客户联系人", en=f"{who} is a contact of the client")
            if client
            else Label(zh=f"投诉涉及 {who}", en=f"the complaint is about {who}"),
            needed=Label(zh="未被投诉的我方成员", en="a member of the agency whom it is not about"),
            fix=command("--investigator NAME" if hasattr(ask.input, "investigator") else "--complained-of NAME"),
        )


@guard("findings", "写明调查结论", "findings are given")
def findings_given(ask: Ask[Complaint, Respond]) -> Iterable[Unmet]:
    """A response says what was found."""
    if ask.input.findings is None:
        yield Unmet(
            found=Label(zh="没有调查结论", en="no findings"),
            needed=Label(zh="调查结论", en="what was found"),
            fix=command("--findings TEXT"),
        )


@guard("remedy", "有补救措施或其他途径", "a remedy, or another way")
def remedy_or_route(ask: Ask[Complaint, Respond]) -> Iterable[Unmet]:
    """A remedy is offered; or it is refused with a reason, and with an alternative or somebody to turn to."""
    given = ask.input
    if given.remedies:
        return
    if given.refusal is None:
        yield Unmet(
            found=Label(zh="没有补救措施", en="no remedy is offered"),
            needed=Label(zh="至少一项补救措施，或写明拒绝的理由", en="a remedy, or a reasoned refusal"),
            fix=command("--from FILE"),
        )
    elif given.escalation_route is None:
        yield Unmet(
            name="route",
            found=Label(zh="拒绝且没有其他途径", en="a refusal without another way"),
            needed=Label(zh="替代方案或升级途径", en="an alternative, or to whom the complainant can turn"),
            fix=command("--escalation-route TEXT"),
        )


@guard("complainant", "投诉人本人答复", "the complainant's own answer")
def own_answer(ask: Ask[Complaint, Accept]) -> Iterable[Unmet]:
    """The answer is that of who complained."""
    if ask.by != ask.fields.complainant:
        yield Unmet(
            found=Label(zh=f"{spaced(ask.by)}的答复", en=f"an answer of {ask.by}")
            if ask.by
            else Label(zh="没有写是谁答复", en="it does not say who answered"),
            needed=Label(zh=f"{ask.fields.complainant} 的答复", en=f"the answer of {ask.fields.complainant}"),
            fix=command(f"--by {ask.fields.complainant}"),
        )


@guard("offered", "只接受所提出的措施", "what is accepted was offered")
def was_offered(ask: Ask[Complaint, Accept]) -> Iterable[Unmet]:
    """Only a remedy that is on offer can be accepted."""
    offers = ask.fields.open_offers
    for n in ask.input.remedies or ():
        if n not in offers:
            yield Unmet(
                found=Label(zh=f"没有待答复的措施 {n}", en=f"remedy {n} is not on offer"),
                needed=Label(
                    zh="、".join(map(str, offers)) or "无", en=", ".join(map(str, offers)) or "none is on offer"
                ),
                fix=command(f"pmbridge complaint show {ask.ref}"),
            )


@guard("level", "尚有更高级别", "there is a level above")
def level_left(ask: Ask[Complaint, Dispute]) -> Iterable[Unmet]:
    """There is still a level within the agency."""
    if ask.fields.escalation_level >= MAX_LEVEL:
        yield Unmet(
            found=Label(zh=f"已是第 {MAX_LEVEL} 级", en=f"it is at level {MAX_LEVEL}"),
            needed=Label(zh="不再升级，按未达成一致关闭", en="closing without agreement"),
            fix=command(f"pmbridge complaint close {ask.ref} --unresolved"),
        )


@guard("new-owner", "由级别更高的人接手", "somebody above takes it on")
def new_owner(ask: Ask[Complaint, Dispute]) -> Iterable[Unmet]:
    """Somebody of ours who had no part in it so far takes it on, with more authority than the one before."""
    who = ask.input.owner
    if who in ask.fields.owners or who in ask.fields.complained_of or ask.register.kind(who) == "contact":
        yield Unmet(
            found=Label(zh=f"{spaced(who)}不能接手", en=f"{who} cannot take it on"),
            needed=Label(zh="未经手过此投诉、权限更大的我方成员", en="a member with more authority and no part in it"),
            fix=command(f"pmbridge complaint dispute {ask.ref} --owner NAME"),
        )


@guard("remedies-done", "补救措施已完成", "remedies are carried out")
def remedies_done(ask: Ask[Complaint, Close]) -> Iterable[Unmet]:
    """Every remedy that was accepted is carried out."""
    for n in ask.fields.owed:
        if n not in ask.input.done:
            text = ask.fields.remedies[n - 1].text
            yield Unmet(
                found=Label(zh=f"措施 {n} 未完成：{text}", en=f"remedy {n} is not carried out: {text}"),
                needed=Label(zh="已完成", en="carried out"),
                fix=command(f"--done {n}"),
            )


@guard("root-cause", "写明根本原因", "root cause recorded")
def root_cause_given(ask: Ask[Complaint, Close]) -> Iterable[Unmet]:
    """The root cause is recorded."""
    if ask.input.root_cause is None:
        yield Unmet(
            found=Label(zh="没有根本原因", en="no root cause"),
            needed=Label(zh="根本原因", en="the root cause"),
            fix=command("--root-cause TEXT"),
        )


@guard("corrective-action", "有纠正措施或理由", "corrective action, or why none")
def corrected(ask: Ask[Complaint, Close]) -> Iterable[Unmet]:
    """Something is done so that it does not happen again, or it is said why nothing is."""
    if not ask.input.actions and ask.input.no_action_because is None:
        yield Unmet(
            found=Label(zh="没有纠正措施", en="no corrective action"),
            needed=Label(zh="纠正措施，或没有的理由", en="a corrective action, or why there is none"),
            fix=command(f"pmbridge improvement add --origin {ask.ref}"),
        )


@guard("lesson", "已考虑经验教训", "a lesson was considered")
def lesson_considered(ask: Ask[Complaint, Close]) -> Iterable[Unmet]:
    """A lesson was drawn from it, or it is said why none is."""
    if ask.input.lesson is None and ask.input.no_lesson_because is None:
        yield Unmet(
            found=Label(zh="没有经验教训", en="no lesson"),
            needed=Label(zh="经验教训，或没有的理由", en="a lesson, or why there is none"),
            fix=command(f"pmbridge lesson add --origin {ask.ref}"),
        )


@guard("unresolved", "写明未达成一致", "closed without agreement on purpose")
def said_unresolved(ask: Ask[Complaint, CloseUnresolved]) -> Iterable[Unmet]:
    """A complaint that the complainant did not accept as resolved is closed as what it is."""
    if not ask.input.unresolved:
        yield Unmet(
            found=Label(zh="投诉人未接受", en="the complainant has not accepted"),
            needed=Label(zh="投诉人的接受，或写明未达成一致", en="acceptance, or closing without agreement"),
            fix=command(f"pmbridge complaint close {ask.ref} --unresolved"),
        )


@guard("levels-used", "内部级别已用尽", "all internal levels used")
def levels_used(ask: Ask[Complaint, CloseUnresolved]) -> Iterable[Unmet]:
    """It went through all levels of the agency; in a small one, up to whom nobody stands above."""
    level = ask.fields.escalation_level
    if level < MAX_LEVEL and not (level and ask.input.no_higher_level):
        yield Unmet(
            found=Label(zh=f"第 {level} 级，共 {MAX_LEVEL} 级", en=f"level {level} of {MAX_LEVEL}"),
            needed=Label(zh="升级到最高级别", en="escalation to the highest level"),
            fix=command(f"pmbridge complaint dispute {ask.ref} --owner NAME")
            if ask.state == "response_offered"
            else command("--no-higher-level"),
        )


@guard("external-route", "写明外部途径", "an external route is named")
def external_route(ask: Ask[Complaint, CloseUnresolved]) -> Iterable[Unmet]:
    """The complainant is told where to go outside the agency."""
    if ask.input.external_route is None:
        yield Unmet(
            found=Label(zh="没有外部途径", en="no external route"),
            needed=Label(zh="例如调解、仲裁", en="for instance mediation or arbitration"),
            fix=command("--external-route TEXT"),
        )


# ----------------------------------------------------------------------------------------------------- effects


def told(purpose: Purpose, zh: str, en: str) -> Callable[[Ask[Complaint, Any]], Iterable[Effect]]:
    """Return the effect that records the message to the complainant; *zh* and *en* come before the ref."""

    def effects(ask: Ask[Complaint, Any]) -> Iterable[Effect]:
        channel = getattr(ask.input, "channel", None) or ask.fields.channel
        subject = Text(zh=f"{zh} {ask.ref}", en=f"{en} {ask.ref}", original="zh")
        yield tell(ask, purpose, subject, whom=(ask.fields.complainant,), channel=channel)

    return effects
