"""The record of a decision of the client: what everything that was decided cites. It is revoked, never edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.contact import Contact, Subject
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Fields, Input, X
from pmbridge.domain.figure import Money, Text
from pmbridge.domain.inputs import Price, Wording, totals
from pmbridge.domain.machine import NEW, Concept, Invariant, State, Step, by_name
from pmbridge.values import Label

Channel = Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"]
Verdict = Literal["approve", "approve_with_conditions", "reject", "defer", "request_information"]


class ClientDecision(Fields):
    """What was decided by whom, on exactly which version of which record."""

    subject: str = C()
    subject_version: int = C()
    subject_sha256: str | None = C(None)
    kind: Subject | None = C(None)
    verdict: Verdict = C()
    option: str | None = C(None)
    conditions: Text | None = C(None)
    decided_by: tuple[str, ...] = C()
    authorities: tuple[int, ...] = C(())
    """Numbers of the events that granted the authority on which it rests."""
    decided_on: date = C()
    channel: Channel | None = C(None)
    money: tuple[Money, ...] = C(())
    days: int = C(0)
    recorded_by: str = X()
    revoked_on: date | None = C(None)
    revoked_because: str | None = C(None)


class Record(Input):
    """The creating input: the decision as it was found valid."""

    subject: str
    subject_version: int
    subject_sha256: str | None = None
    kind: Subject | None = None
    verdict: Verdict
    option: str | None = None
    conditions: Wording | None = None
    decided_by: tuple[str, ...]
    authorities: tuple[int, ...] = ()
    channel: Channel | None = None
    money: tuple[Price, ...] = ()
    days: int = 0


def add(_: ClientDecision | None, given: Record, said: Said) -> ClientDecision:
    """Return the decision."""
    return ClientDecision(
        subject=given.subject,
        subject_version=given.subject_version,
        subject_sha256=given.subject_sha256,
        kind=given.kind,
        verdict=given.verdict,
        option=given.option,
        conditions=given.conditions,
        decided_by=given.decided_by,
        authorities=given.authorities,
        decided_on=said.day,
        channel=given.channel,
        money=given.money,
        days=given.days,
        recorded_by=said.actor,
    )


def revoke(fields: ClientDecision, _: Input, said: Said) -> ClientDecision:
    """Return the decision as revoked."""
    return fields.evolve(revoked_on=said.day, revoked_because=said.reason)


def decision_on(book: Book, subject: str) -> Entry[ClientDecision] | None:
    """Return the last decision on the record *subject* that was not revoked, ``None`` if there is none."""
    found = [one for one in book.of("client_decision") if one.fields.subject == subject and one.state == "valid"]
    return found[-1] if found else None


def committed(book: Book, contact: str) -> list[Money]:
    """Return what the decisions of *contact* that stand have committed, one amount per decision and currency."""
    return [
        money
        for one in book.of("client_decision")
        if one.state == "valid" and one.fields.verdict.startswith("approve") and contact in one.fields.decided_by
        for money in totals(one.fields.money).values()
    ]


def authorised(entry: Entry[ClientDecision], book: Book) -> Iterable[Label]:
    """Yield what breaks I4: the authority did not hold on that day, covers something else, or does not reach."""
    fields = entry.fields
    if fields.kind is None or entry.state != "valid":
        return
    granted = [
        one
        for ref in fields.decided_by
        if (contact := book.fields(ref, Contact)) is not None
        for one in contact.authorities
        if one.granted_by in fields.authorities
    ]
    if not granted:
        yield Label(zh="没有授权", en="nobody was authorised")
    for one in granted:
        if not one.covers(fields.kind, fields.decided_on):
            yield Label(zh=f"授权不含 {fields.kind}", en=f"the authority does not cover {fields.kind}")
        for money in fields.money:
            limit = one.money_limit
            if money.amount and (limit is None or limit.currency != money.currency or abs(money.amount) > limit.amount):
                yield Label(zh=f"{money} 超过授权", en=f"{money} is beyond the authority")
        if one.days_limit is not None and abs(fields.days) > one.days_limit:
            yield Label(zh=f"{fields.days} 个工作日超过授权", en=f"{fields.days} days are beyond the authority")
        for missing in sorted(set(one.joint_with) - set(fields.decided_by)):
            yield Label(zh=f"缺 {missing} 联签", en=f"{missing} did not sign")


CLIENT_DECISION = Concept(
    name="client_decision",
    label=Label(zh="客户决定", en="client decision"),
    prefixes=("CD",),
    width=3,
    fields=ClientDecision,
    states=by_name(State("valid", "有效", "valid"), State("revoked", "已撤销", "revoked", terminal=True)),
    steps=(
        Step((NEW,), "add", Label(zh="记录", en="record"), "valid", takes=Record, apply=add, discloses=True,
             effect=True),
        Step(
            ("valid",),
            "revoke",
            Label(zh="撤销", en="revoke"),
            "revoked",
            apply=revoke,
            evidence=True,
            reason=True,
            effect=True,
        ),
    ),
    invariants=(Invariant(name="I4", check=authorised),),
)  # fmt: skip

CONCEPTS = (CLIENT_DECISION,)
