"""Agreeing on many records at once: ``milestone agree --all`` and ``requirement baseline --all`` write baseline 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.adopting import FINAL, LEFT_OUT, ON, days_of
from pmbridge_cli.context import App
from pmbridge_cli.grammar import Option, command
from pmbridge_cli.noun import ALL, common, concept_of
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.adopting import Agreed, Signature
    from pmbridge.domain.entry import Entry
    from pmbridge.register import Attachment

WITH = Both("who decides together with --by", "与 --by 联签的人")
_WRITTEN = Both("{name} {n} written: {members}{final}.", "{name} {n} 已建立：{members}{final}。")
_BASIS = Both("By {who} on {day}: {proof}.", "依据：{who} {day}，{proof}。")
_COPIED = Both("{title} (copied, sha256 {sha}…)", "{title}（已复制，sha256 {sha}…）")
_FROM_NOW = Both(
    '"Provisional" is gone from the next report on. From now on a date moves by an approved change only.',
    "「暂定」从下一期起取消。此后改期需要已批准的变更请求。",
)
_SCOPE_FROM_NOW = Both(
    "From now on these requirements change by an approved change only.", "此后改动这些需求需要已批准的变更请求。"
)


@command(
    "agree",
    help=Both(
        "Write schedule baseline 0: the plan dates of all milestones, as the client agreed to them.",
        "建立进度基线 0：客户确认的全部里程碑计划日期。",
    ),
    params=[
        click.Argument(["words"], metavar="[REF]", nargs=-1),
        Option(["--all", "everything"], both=ALL, is_flag=True),
        Option(["--on", "days"], both=ON, metavar="REF=DAY", multiple=True),
        Option(["--final"], both=FINAL, metavar="REF"),
        Option(["--with", "joint"], both=WITH, metavar="CONTACT", multiple=True),
        *common(),
    ],
)
def milestone_agree(app: App, **given: Any) -> int:
    from pmbridge.adopting import agree_schedule
    from pmbridge.errors import GuardFailed
    from pmbridge_cli.noun_run import attachments, carried_out, refused

    if not given["everything"]:
        return carried_out(app, "milestone", "agree", given)
    engagement = app.chosen()
    evidence = attachments(app, given["evidence"])
    signature = _signature(app, given, evidence)
    try:
        agreed = agree_schedule(engagement, signature, on=days_of(given["days"], app), final=given["final"])
    except GuardFailed as error:
        return refused(app, error, concept_of("milestone"), None)
    final = next(
        (
            one
            for one in engagement.register.book.of("milestone")
            if one.fields.is_final and one.ref in agreed.baseline.fields.dates
        ),
        None,
    )
    day = agreed.baseline.fields.dates[final.ref] if final else None
    last = Both(f", final milestone {final.ref} {day}", f"，最终里程碑 {final.ref} {day}") if final else same("")
    n = agreed.members
    members = Both(f"{n} milestone{'s' if n != 1 else ''}", f"{n} 个里程碑")
    _told(app, agreed, evidence, members, last, _FROM_NOW)
    if agreed.adopted.undated and not app.json:
        from pmbridge_cli.figures import runs_of

        app.out.note(LEFT_OUT.filled(refs=runs_of(agreed.adopted.undated), first=agreed.adopted.undated[0]))
    return 0


@command(
    "baseline",
    help=Both(
        "Write requirements baseline 0: every requirement that the client confirmed.",
        "建立需求基线 0：客户已确认的全部需求。",
    ),
    params=[
        click.Argument(["words"], metavar="[REF]", nargs=-1),
        Option(["--all", "everything"], both=ALL, is_flag=True),
        Option(["--with", "joint"], both=WITH, metavar="CONTACT", multiple=True),
        *common(),
    ],
)
def requirement_baseline(app: App, **given: Any) -> int:
    from pmbridge.adopting import agree_requirements
    from pmbridge.errors import GuardFailed
    from pmbridge_cli.noun_run import attachments, carried_out, refused

    if not given["everything"]:
        return carried_out(app, "requirement", "baseline", given)
    evidence = attachments(app, given["evidence"])
    try:
        agreed = agree_requirements(app.chosen(), _signature(app, given, evidence))
    except GuardFailed as error:
        return refused(app, error, concept_of("requirement"), None)
    n = agreed.members
    members = Both(f"{n} requirement{'s' if n != 1 else ''}", f"{n} 项需求")
    _told(app, agreed, evidence, members, same(""), _SCOPE_FROM_NOW)
    return 0


def _signature(app: App, given: Mapping[str, Any], evidence: Sequence[Attachment]) -> Signature:
    from pmbridge.adopting import Signature
    from pmbridge_cli.noun_run import moment, reason_of

    at = moment(given["at"], app.chosen().register, app.workspace.clock.now())
    return Signature(by=given["by"], joint=tuple(given["joint"]), evidence=evidence, at=at, reason=reason_of(given))


def _told(app: App, agreed: Agreed, evidence: Sequence[Attachment], members: Both, last: Both, from_now: Both) -> None:
    """Say which baseline was written, of what, and on what it rests."""
    from pmbridge.domain.client_decision import decision_on

    record: Entry[Any] = agreed.baseline
    concept, register = app.chosen().register.concepts[record.kind], app.chosen().register
    if app.json:
        app.out.document(
            {
                "schema": "pmbridge.baseline/1",
                "noun": record.kind,
                "ref": record.ref,
                "members": agreed.members,
                "adopted": [one.ref for one in agreed.adopted.made],
                "evidence": [one.evidence.sha256 for one in evidence],
            }
        )
        return
    from pmbridge.domain.contact import name_of
    from pmbridge_cli.layout import visible

    name = Both(concept.label.en[:1].upper() + concept.label.en[1:], concept.label.zh)
    number = record.ref.rpartition("-")[2]
    app.out.line(_WRITTEN.filled(name=name, n=number, members=members, final=last))
    decision = decision_on(register.book, record.ref)
    who = [] if decision is None else [name_of(register.book, one) for one in decision.fields.decided_by]
    copies = [_COPIED.filled(title=visible(one.evidence.title), sha=str(one.evidence.sha256)[:4]) for one in evidence]
    proof = Both(", ".join(one.en for one in copies), "、".join(one.zh for one in copies))
    app.out.line(_BASIS.filled(who="、".join(map(visible, who)), day=record.fields.agreed_on, proof=proof))
    app.out.line(from_now)
    app.out.next("pmbridge status")
