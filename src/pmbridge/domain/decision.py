"""Deciding for the client: who may, what proves it, and what is recorded of it.

Whoever decides has an authority that was valid on that day, covers the subject, and reaches as far as the decision
costs money and days (I4).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import Channel, Record, Verdict, committed
from pmbridge.domain.contact import Authority, Contact, Subject, find_contact, in_office, name_of
from pmbridge.domain.fields import Input, who
from pmbridge.domain.figure import Money
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import MOOT, Ask, Effect, Guard, Unmet, command, guard
from pmbridge.domain.text import spaced
from pmbridge.values import Label

_SUBJECTS: Mapping[Subject, Label] = {
    "requirements": Label(zh="确认需求", en="requirements"),
    "goals": Label(zh="确认目标", en="goals"),
    "milestones": Label(zh="确认里程碑", en="milestones"),
    "change": Label(zh="批准变更", en="changes"),
    "acceptance": Label(zh="验收", en="acceptance"),
    "expectation": Label(zh="确认期望", en="expectations"),
    "report_ack": Label(zh="确认报告", en="reports"),
    "closure": Label(zh="暂停与结项", en="pausing and closing"),
}
_NOBODY = Label(zh="没有写谁决定", en="it does not say who decides")
_BY_OTHERS = frozenset({"portal_click", "tool_approval"})
"""Evidence that the client made without us, so that the recorder may be the decider."""


class Decided(Input):
    """What every decision of the client says. ``joint``: the contacts who decide together with ``--by``."""

    joint: tuple[str, ...] = who(())
    channel: Channel | None = None
    conditions: Wording | None = None


class Worth(NamedTuple):
    """What a decision commits: money (one amount per currency) and the largest shift of a milestone, both signed."""

    money: tuple[Money, ...] = ()
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """One authority of one decider, and everything about it that does not suffice, by condition."""

    contact: str
    authority: Authority
    lacking: dict[str, list[Unmet]]


def nothing(_: Any) -> Worth:
    """Commit neither money nor days."""
    return Worth()


def rules(
    subject: Subject | None, worth: Callable[[Any], Worth] = nothing, *, in_writing: bool = True
) -> tuple[Guard, ...]:
    """Return the guards of a step by which the client decides on *subject*, worth what *worth* says.

    The step takes a :class:`Decided`. *subject* ``None``: any contact may, as the contract itself is agreed. Not
    *in_writing*: a call note proves it, as it does in an emergency.
    """
    return (_decider(), _authority(subject), *_reach(subject, worth), *((proved,) if in_writing else ()), recorder)


def deciders(ask: Ask[Any, Decided]) -> tuple[str, ...]:
    """Return the refs of those who decide, ``--by`` first. Who is no contact is left out."""
    written = (ask.by, *ask.input.joint)
    found = (find_contact(ask.register, one) for one in written if one is not None)
    return tuple(dict.fromkeys(one.ref for one in found if one is not None))


def _standings(ask: Ask[Any, Decided], subject: Subject, worth: Worth) -> list[_Standing]:
    who = deciders(ask)
    return [
        _Standing(contact=ref, authority=one, lacking=_lacking(ask, ref, one, worth, who))
        for ref in who
        for one in _fields(ask.register, ref).authorities
        if one.covers(subject, ask.today)
    ]


def _fields(book: Book, ref: str) -> Contact:
    fields = book.fields(ref, Contact)
    assert fields is not None  # noqa: S101 - deciders() looked it up
    return fields


def _best(standings: Iterable[_Standing]) -> _Standing | None:
    return min(standings, key=lambda one: len(one.lacking), default=None)


def standing(ask: Ask[Any, Decided], subject: Subject, worth: Worth) -> tuple[str, Authority] | None:
    """Return who of the deciders has an authority that suffices, and that; ``None`` if nobody has."""
    best = _best(_standings(ask, subject, worth))
    return None if best is None or best.lacking else (best.contact, best.authority)


def _lacking(
    ask: Ask[Any, Decided], contact: str, authority: Authority, worth: Worth, who: tuple[str, ...]
) -> dict[str, list[Unmet]]:
    name = name_of(ask.register, contact)
    found: dict[str, list[Unmet]] = {}
    if unmet := [*_too_much(ask, name, contact, authority, worth)]:
        found["money"] = unmet
    limit = authority.days_limit
    if limit is not None and abs(worth.days) > limit:
        found["days"] = [
            Unmet(
                found=Label(
                    zh=f"{abs(worth.days)} 个工作日超过{name}的授权 {limit}",
                    en=f"{abs(worth.days)} working days are more than {name} may decide ({limit})",
                ),
                needed=Label(zh="授权足够的决定人", en="a decider whose authority reaches that far"),
                fix=command("--with CONTACT"),
            )
        ]
    missing = [one for one in authority.joint_with if one not in who]
    if missing:
        names = [name_of(ask.register, one) for one in missing]
        found["joint"] = [
            Unmet(
                found=Label(zh=f"缺{'、'.join(names)}的联签", en=f"{', '.join(names)} has not signed"),
                needed=Label(zh="全部联签", en="all joint signatures"),
                fix=command(" ".join(f"--with {one}" for one in names)),
            )
        ]
    return found


def _too_much(ask: Ask[Any, Decided], name: str, contact: str, authority: Authority, worth: Worth) -> Iterator[Unmet]:
    limit = authority.money_limit
    for money in worth.money:
        if not money.amount:
            continue
        if limit is None:
            said = Label(zh=f"{name}没有金额授权", en=f"{name} may commit no money")
        elif money.currency != limit.currency:
            said = Label(
                zh=f"{money}，授权额度是 {limit.currency}", en=f"{money}, but the authority is in {limit.currency}"
            )
        elif abs(money.amount) > limit.amount:
            said = Label(
                zh=f"{money} 超过{name}的授权额度 {limit.amount:,.2f}",
                en=f"{money} is more than {name} may decide ({limit.amount:,.2f})",
            )
        else:
            yield from _too_much_in_all(ask, name, contact, authority, money)
            continue
        yield Unmet(
            found=said, needed=Label(zh="额度足够的决定人", en="a decider with that limit"), fix=_cosigner(ask, money)
        )


def _too_much_in_all(
    ask: Ask[Any, Decided], name: str, contact: str, authority: Authority, money: Money
) -> Iterator[Unmet]:
    limit = authority.cumulative_money_limit
    if limit is None or limit.currency != money.currency:
        return
    before = sum(abs(one.amount) for one in committed(ask.register, contact) if one.currency == money.currency)
    if before + abs(money.amount) > limit.amount:
        whole = Money(amount=before + abs(money.amount), currency=money.currency)
        yield Unmet(
            found=Label(
                zh=f"累计 {whole}，超过{name}的累计额度 {limit.amount:,.2f}",
                en=f"{whole} in all is more than {name} may decide ({limit.amount:,.2f})",
            ),
            needed=Label(zh="额度足够的决定人", en="a decider with that limit"),
            fix=_cosigner(ask, money),
        )


def _cosigner(ask: Ask[Any, Decided], money: Money) -> Label:
    """Return whom to ask: somebody whose limit reaches, if there is one."""
    for one in ask.register.of("contact"):
        if one.state != "active" or one.ref in deciders(ask):
            continue
        for authority in one.fields.authorities:
            limit = authority.money_limit
            if limit is not None and limit.currency == money.currency and abs(money.amount) <= limit.amount:
                name = name_of(ask.register, one.ref)
                return Label(
                    zh=f"{name}联签：加 --with {name} --evidence …",
                    en=f"{name} signs too: add --with {name} --evidence …",
                )
    return command("pmbridge contact authorise CONTACT --limit AMOUNT --evidence FILE")


def _decider() -> Guard:
    @guard("decider", "决定人已登记", "decider is known")
    def decider(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
        """The decider is an active contact of the client."""
        needed = Label(zh="客户的联系人", en="a contact of the client")
        if ask.by is None:
            yield Unmet(found=_NOBODY, needed=needed, fix=command("--by CONTACT"))
        for written in (*((ask.by,) if ask.by is not None else ()), *ask.input.joint):
            entry = find_contact(ask.register, written)
            if entry is None or not in_office(entry, ask.at):
                yield Unmet(
                    found=Label(zh=f"{spaced(written)}不是在任的联系人", en=f"{written} is no active contact"),
                    needed=needed,
                    fix=command(f"pmbridge contact add {written} --may … --evidence FILE"),
                )

    return decider


def _authority(subject: Subject | None) -> Guard:
    @guard("authority", "决定人有授权", "decider is authorised")
    def authority(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
        """One of the deciders had, on that day, an authority for this kind of subject."""
        if subject is None or _standings(ask, subject, Worth()):
            return
        known = next(iter(deciders(ask)), None)
        name = name_of(ask.register, known or ask.by)
        none = Label(zh=f"{name}在 {ask.today} 没有此项授权", en=f"{name} had no such authority on {ask.today}")
        yield Unmet(
            found=none if name else _NOBODY,
            needed=Label(zh=f"{_SUBJECTS[subject].zh}的授权", en=f"an authority for {_SUBJECTS[subject].en}"),
            fix=command(
                f"pmbridge contact authorise {known} --may {subject} --evidence FILE" if known else "--by CONTACT"
            ),
        )

    return authority


def _reach(subject: Subject | None, worth: Callable[[Any], Worth]) -> tuple[Guard, ...]:
    if subject is None:
        return ()

    def lacking(ask: Ask[Any, Decided], name: str) -> Iterable[Unmet]:
        best = _best(_standings(ask, subject, worth(ask)))
        return (MOOT,) if best is None else best.lacking.get(name, ())

    @guard("money", "金额在授权内", "money within the authority")
    def money(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
        """What it costs is within the authority's limit, in the same currency, and within its limit in all."""
        return lacking(ask, "money")

    @guard("days", "工期在授权内", "days within the authority")
    def days(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
        """No milestone moves further than the authority allows."""
        return lacking(ask, "days")

    @guard("joint", "联签齐全", "joint signatures complete")
    def joint(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
        """Everybody who has to sign with the decider does."""
        return lacking(ask, "joint")

    return (joint,) if worth is nothing else (money, days, joint)


@guard("evidence", "有证据", "proved")
def proved(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
    """More than a call note proves it; an approval read from a tool proves only what that contact answered there."""
    mine = {None, *deciders(ask)}
    strangers = [one for one in ask.evidence if one.kind == "tool_approval" and one.author not in mine]
    kinds = {one.kind for one in ask.evidence if one not in strangers}
    if not kinds - {"call_note"} and strangers:
        who = name_of(ask.register, strangers[0].author) or "–"
        yield Unmet(
            found=Label(zh=f"在工具中作答的是{who}", en=f"it was {who} who answered in the tool"),
            needed=Label(zh="决定人本人的答复", en="the answer of the decider"),
            fix=command(f"--by {strangers[0].author}"),
        )
    elif not kinds - {"call_note"}:
        yield Unmet(
            found=Label(zh="只有通话记录", en="only a call note") if kinds else Label(zh="没有证据", en="no evidence"),
            needed=Label(
                zh="邮件、签字件、会议纪要或工具中的审批",
                en="an e-mail, a signed document, minutes or an approval in a tool",
            ),
            fix=command("--evidence FILE"),
        )


@guard("recorder", "记录人不是决定人", "recorded by somebody else")
def recorder(ask: Ask[Any, Decided]) -> Iterable[Unmet]:
    """The recorder is not the decider, unless a portal or tool recorded what the client did there."""
    own = find_contact(ask.register, ask.actor.name)
    if own is not None and own.ref in deciders(ask) and not {one.kind for one in ask.evidence} & _BY_OTHERS:
        yield Unmet(
            found=Label(zh="决定人自己记录", en="recorded by the decider"),
            needed=Label(zh="由他人记录，或门户、工具中的审批", en="somebody else, or an approval in a portal or tool"),
            fix=command("--evidence tool_approval:FILE"),
        )


# --------------------------------------------------------------------------------------------------- recording


def record(
    ask: Ask[Any, Decided],
    verdict: Verdict,
    subject: Subject | None,
    *,
    sha256: str | None = None,
    option: str | None = None,
    worth: Worth | None = None,
) -> Generator[Effect, str, str]:
    """Have the decision recorded as an effect; ``yield from`` gives its ref.

    *sha256* is that of the very text on which was decided; the version is that of the record before this event.
    """
    worth = worth or Worth()
    entry = ask.register.get(ask.ref)
    found = None if subject is None else standing(ask, subject, worth)
    return (
        yield Effect(
            "client_decision",
            "add",
            Record(
                subject=ask.ref,
                subject_version=max(1, 0 if entry is None else entry.version - 1),
                subject_sha256=sha256,
                kind=subject,
                verdict=verdict,
                option=option,
                conditions=ask.input.conditions,
                decided_by=deciders(ask),
                authorities=() if found is None else (found[1].granted_by,),
                channel=ask.input.channel,
                money=worth.money,
                days=worth.days,
            ),
        )
    )
