"""A survey of the client's satisfaction: questions, who was invited, and what came back.

An anonymous one keeps no trace of who gave which answer: no contact, no token, no evidence stands with a response,
and nobody is told apart by having answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pmbridge.domain.communication import tell
from pmbridge.domain.entry import Entry
from pmbridge.domain.fields import Input
from pmbridge.domain.figure import Text
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.moment import Moment
from pmbridge.domain.originator import no_contact
from pmbridge.domain.owner import accountable, people_known, person, refs_known, revised
from pmbridge.domain.survey_fields import (
    BOUNDS,
    Add,
    Answer,
    Change,
    HandOver,
    Kind,
    Record,
    Remind,
    Scale,
    Send,
    Survey,
    add,
    record,
    remind,
    send,
)
from pmbridge.values import Label

_WANTED: Mapping[Kind, frozenset[Scale]] = {
    "milestone_csat": frozenset({"1-5"}),
    "periodic_csat": frozenset({"1-5"}),
    "nps": frozenset({"0-10"}),
    "closing": frozenset({"1-5", "0-10"}),
}

# --------------------------------------------------------------------------------------- completing the input


def invited_refs(ask: Ask[Survey, Send]) -> Send:
    """Return the input with everybody once, and the refs of those whose tokens they are."""
    given = ask.input
    return given.model_copy(
        update={
            "invite": tuple(dict.fromkeys(given.invite)),
            "tokens": {person(ask.register, name): one for name, one in given.tokens.items()},
        }
    )


def reminded_refs(ask: Ask[Survey, Remind]) -> Remind:
    """Return the input; with nobody named, with those of whom an answer is awaited."""
    return ask.input.model_copy(update={"contacts": ask.input.contacts or ask.fields.waiting_for})


def respondent(ask: Ask[Survey, Record]) -> Record:
    """Return the input with numbers as numbers, and with who answered unless the survey is anonymous."""
    answers = {name: _number(ask.fields, name, one) for name, one in ask.input.answers.items()}
    given = ask.input.model_copy(update={"answers": answers})
    if ask.fields.anonymous:
        return given
    written = given.contact or ask.by
    if written is None and given.token_sha256 is not None:
        written = ask.fields.holder_of(given.token_sha256)
    return given if written is None else given.model_copy(update={"contact": written})


def _number(fields: Survey, name: str, answer: Answer) -> Answer:
    question = fields.question(name)
    wanted = question is not None and question.scale in BOUNDS
    return int(answer) if wanted and isinstance(answer, str) and answer.strip().isdecimal() else answer


# ------------------------------------------------------------------------------------------------------ guards


@guard("milestone", "写明里程碑", "it names its milestone")
def milestone_named(ask: Ask[Survey, Send]) -> Iterable[Unmet]:
    """A survey about a milestone says which."""
    if ask.fields.milestone is None and ask.fields.kind == "milestone_csat":
        yield Unmet(
            found=Label(zh="没有写里程碑", en="it names no milestone"),
            needed=Label(zh="里程碑的编号", en="the ref of a milestone"),
            fix=command(f"pmbridge survey edit {ask.ref} --milestone REF"),
        )


@guard("questions", "问题齐全", "its questions fit its kind")
def questions_fit(ask: Ask[Survey, Send]) -> Iterable[Unmet]:
    """Every question has an id of its own, and one is on a scale that the survey's kind is measured by."""
    fields, edit = ask.fields, command(f"pmbridge survey edit {ask.ref} --from FILE")
    ids = [one.id for one in fields.questions]
    for name in sorted({one for one in ids if ids.count(one) > 1}):
        yield Unmet(
            found=Label(zh=f"两个问题的编号都是 {name}", en=f"two questions have the id {name}"),
            needed=Label(zh="每个问题有自己的编号", en="an id of its own for each question"),
            fix=edit,
        )
    wanted = _WANTED[fields.kind]
    if not wanted & {one.scale for one in fields.questions}:
        scales = sorted(wanted)
        yield Unmet(
            name="scale",
            found=Label(zh="没有可计分的问题", en="no question can be scored"),
            needed=Label(zh=f"{' 或 '.join(scales)} 分的问题", en=f"a question on a scale of {' or '.join(scales)}"),
            fix=edit,
        )


@guard("invited", "受邀人是在任联系人", "active contacts are invited")
def contacts_invited(ask: Ask[Survey, Send]) -> Iterable[Unmet]:
    """Somebody is invited, everybody who is invited is an active contact, and each token is one person's."""
    for written in ask.input.invite or (None,):
        entry = None if written is None else ask.register.get(written)
        if entry is None or entry.kind != "contact" or entry.state != "active":
            yield no_contact(written)
    tokens = list(ask.input.tokens.values())
    if ask.input.tokens.keys() - set(ask.input.invite) or len(set(tokens)) < len(tokens):
        yield Unmet(
            name="tokens",
            found=Label(zh="令牌与受邀人不对应", en="the tokens do not belong to those invited"),
            needed=Label(zh="每位受邀人至多一个令牌", en="one token at most for each of those invited"),
            fix=command(f"pmbridge survey send {ask.ref} --from FILE"),
        )


@guard("time-left", "尚未截止", "it has not ended")
def time_left(ask: Ask[Survey, Input]) -> Iterable[Unmet]:
    """The survey ends on that day or later."""
    closes = ask.fields.closes_on
    if ask.today > closes:
        draft = ask.state == "draft"
        yield Unmet(
            found=Label(zh=f"已于 {closes} 截止", en=f"it ended on {closes}"),
            needed=Label(zh=f"不晚于 {closes}", en=f"not after {closes}"),
            fix=command(f"pmbridge survey edit {ask.ref} --closes-on DATE" if draft else "--at"),
        )


@guard("still-waiting", "仍在等待答复", "still waiting for an answer")
def still_waiting(ask: Ask[Survey, Remind]) -> Iterable[Unmet]:
    """Whoever is reminded was invited and has not answered."""
    waiting = ask.fields.waiting_for
    for one in ask.input.contacts or (None,):
        if one not in waiting:
            yield Unmet(
                found=Label(zh=f"不在等待 {one} 的答复", en=f"no answer is awaited from {one}")
                if one
                else Label(zh="所有人都已答复", en="everybody has answered"),
                needed=Label(zh="受邀且尚未答复的联系人", en="a contact who was invited and has not answered"),
                fix=command(f"pmbridge survey show {ask.ref}"),
            )


@guard("answers", "答案符合问题", "the answers fit the questions")
def answers_fit(ask: Ask[Survey, Record]) -> Iterable[Unmet]:
    """At least one question is answered, and every answer is one that its question takes."""
    fix = command(f"pmbridge survey show {ask.ref}")
    if not ask.input.answers:
        yield Unmet(
            found=Label(zh="没有答案", en="no answer"),
            needed=Label(zh="至少一个答案", en="at least one answer"),
            fix=fix,
        )
    for name, answer in ask.input.answers.items():
        question = ask.fields.question(name)
        if question is None:
            yield Unmet(
                found=Label(zh=f"没有问题 {name}", en=f"there is no question {name}"),
                needed=Label(
                    zh="、".join(one.id for one in ask.fields.questions),
                    en=" / ".join(one.id for one in ask.fields.questions),
                ),
                fix=fix,
            )
        elif not question.takes(answer):
            yield Unmet(found=Label(zh=f"{name}：{answer}", en=f"{name}: {answer}"), needed=question.shown, fix=fix)


@guard("respondent", "答复人受邀且只答一次", "asked, and answered once")
def asked_once(ask: Ask[Survey, Record]) -> Iterable[Unmet]:
    """Who answers was invited and has not answered; of an anonymous survey, not more answer than were invited."""
    yield from _too_many(ask) if ask.fields.anonymous else _not_this_one(ask)


def _too_many(ask: Ask[Survey, Record]) -> Iterator[Unmet]:
    invited = len(ask.fields.invitations)
    if len(ask.fields.responses) >= invited:
        yield Unmet(
            found=Label(zh=f"已有 {len(ask.fields.responses)} 份答复", en=f"{len(ask.fields.responses)} have answered"),
            needed=Label(zh=f"至多 {invited} 份", en=f"at most {invited}"),
            fix=command(f"pmbridge survey show {ask.ref}"),
        )


def _not_this_one(ask: Ask[Survey, Record]) -> Iterator[Unmet]:
    fields, given = ask.fields, ask.input
    invited = {one.contact for one in fields.invitations}
    token = given.token_sha256
    if given.contact not in invited or (token is not None and fields.holder_of(token) != given.contact):
        yield Unmet(
            found=Label(zh=f"{given.contact} 未受邀", en=f"{given.contact} was not invited")
            if given.contact
            else Label(zh="没有写是谁答复", en="it does not say who answered"),
            needed=Label(zh="、".join(sorted(invited)), en=", ".join(sorted(invited))),
            fix=command("--by CONTACT"),
        )
    elif given.contact not in fields.waiting_for:
        yield Unmet(
            found=Label(zh=f"{given.contact} 已答复", en=f"{given.contact} has answered"),
            needed=Label(zh="每人一份", en="one response each"),
            fix=command(f"pmbridge survey show {ask.ref}"),
        )


@guard("anonymity", "未记录答复人", "nothing says who answered")
def nameless(ask: Ask[Survey, Record]) -> Iterable[Unmet]:
    """With a response to an anonymous survey nothing is recorded that says whose it is."""
    if not ask.fields.anonymous:
        return
    given = ask.input
    said = {"--by": ask.by, "--contact": given.contact, "--token-sha256": given.token_sha256}
    telling = [name for name, value in said.items() if value is not None] + ["--evidence"] * bool(ask.evidence)
    if ask.actor.kind == "contact":
        telling.append(str(ask.actor))
    if telling:
        yield Unmet(
            found=Label(zh=f"{'、'.join(telling)} 会说明是谁", en=f"{', '.join(telling)} would say who it was"),
            needed=Label(zh="匿名的答复", en="a response without a name"),
            fix=command(f"pmbridge survey record {ask.ref} --from FILE"),
        )


@guard("complete", "已截止或全部答复", "it is over, or all have answered")
def over(ask: Ask[Survey, Input]) -> Iterable[Unmet]:
    """It ends on its last day, when everybody has answered, or for a reason: not when the answers please."""
    fields = ask.fields
    if ask.today < fields.closes_on and len(fields.responses) < len(fields.invitations) and not ask.reason:
        yield Unmet(
            found=Label(
                zh=f"{len(fields.responses)}/{len(fields.invitations)} 已答复，{fields.closes_on} 截止",
                en=f"{len(fields.responses)} of {len(fields.invitations)} have answered, it ends on {fields.closes_on}",
            ),
            needed=Label(zh="截止日、全部答复或理由", en="its last day, all answers, or a reason"),
            fix=command("--reason TEXT"),
        )


# ----------------------------------------------------------------------------------------------------- concept

_MILESTONE = refs_known("milestone", kinds={"milestone": frozenset({"milestone"})})


def _sent(ask: Ask[Survey, Send]) -> Iterable[Effect]:
    """Record the message to those who were invited, where there is one."""
    if ask.evidence:
        subject = Text(zh=f"满意度调查 {ask.ref}", en=f"survey {ask.ref}", original="zh")
        yield tell(ask, "survey", subject, whom=ask.input.invite)


def _reminded(ask: Ask[Survey, Remind]) -> Iterable[Effect]:
    """Record the message to those who were reminded, where there is one."""
    if ask.evidence:
        subject = Text(zh=f"提醒：满意度调查 {ask.ref}", en=f"reminder: survey {ask.ref}", original="zh")
        yield tell(ask, "reminder", subject, whom=ask.input.contacts)


def _by_time(entry: Entry[Survey], moment: Moment) -> str:
    return "closed" if entry.state == "sent" and moment.today > entry.fields.closes_on else entry.state


SURVEY = Concept(
    name="survey",
    label=Label(zh="满意度调查", en="survey"),
    prefixes=("SRV",),
    fields=Survey,
    states=by_name(
        State("draft", "草稿", "draft", "agency"),
        State("sent", "进行中", "open", "client"),
        State("closed", "已结束", "closed", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="拟定", en="add"),
            "draft",
            takes=Add,
            apply=add,
            guards=(people_known("owner"), _MILESTONE),
        ),
        Step(
            ("draft",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=Change,
            apply=revised,
            guards=(people_known("owner"), _MILESTONE),
        ),
        Step(
            ("sent",),
            "edit",
            Label(zh="修改", en="edit"),
            None,
            takes=HandOver,
            apply=revised,
            guards=(people_known("owner"),),
        ),
        Step(
            ("draft",),
            "send",
            Label(zh="发出", en="send"),
            "sent",
            takes=Send,
            apply=send,
            fill=invited_refs,
            guards=(questions_fit, milestone_named, contacts_invited, time_left),
            effects=_sent,
            discloses=True,
            done="sent",
        ),
        Step(
            ("sent",),
            "remind",
            Label(zh="提醒", en="remind"),
            None,
            takes=Remind,
            apply=remind,
            fill=reminded_refs,
            guards=(still_waiting, time_left),
            effects=_reminded,
        ),
        Step(
            ("sent",),
            "record",
            Label(zh="登记答复", en="record"),
            None,
            takes=Record,
            apply=record,
            fill=respondent,
            guards=(answers_fit, asked_once, nameless, time_left),
        ),
        Step(("sent",), "close", Label(zh="结束", en="close"), "closed", guards=(over,)),
    ),
    derived=_by_time,
    invariants=(accountable(due=lambda fields: fields.closes_on),),
)

CONCEPTS = (SURVEY,)
