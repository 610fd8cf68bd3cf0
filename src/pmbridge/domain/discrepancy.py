"""How a person settled a difference between the register and a tool, or between two tools.

A difference itself is derived on every view and has no event; only its settlement is one, and it holds for exactly
the values that were seen. When a side says something else afterwards, the difference is open again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import Edit, Fields, Input, X
from pmbridge.domain.inputs import Wording
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.view import Discrepancy
from pmbridge.values import Label

Resolution = Literal["keep", "take", "raise", "ignore"]
"""The register's value goes back to the tool, the tool's comes here, a change request is made of it, it may stand."""

TAKEN = frozenset({"title"})
"""Fields whose value may come from a tool. All others bind the client or are proved otherwise."""


class Settlement(Fields):
    """What was settled, on which values, and until when it holds."""

    subject: str = X()
    key: str = X()
    field: str = X()
    values: str = X()
    ours: str = X()
    theirs: str = X()
    work: str | None = X(None)
    resolution: Resolution = X()
    reason: str | None = X(None)
    until: date | None = X(None)


class Settle(Input):
    """The settlement of a difference, with both sides as they were seen."""

    subject: str
    key: str
    field: str
    values: str
    ours: str
    theirs: str
    work: str | None = None
    resolution: Resolution
    until: date | None = None


def settle(_: Settlement | None, given: Settle, said: Said) -> Settlement:
    """Return the settlement; the one before it is in the events."""
    return Settlement(**{name: getattr(given, name) for name in Settle.model_fields}, reason=said.reason)


# ------------------------------------------------------------------------------------------------------ guards


@guard("not-contractual", "不属于合同内容", "not contractual")
def not_contractual(ask: Ask[Settlement, Settle]) -> Iterable[Unmet]:
    """A value comes from a tool only where it binds nobody; all else needs its own command, with its conditions."""
    given = ask.input
    if given.resolution == "take" and given.field not in TAKEN:
        yield Unmet(
            found=Label(zh=f"「{given.theirs}」不能从工具取得", en=f'"{given.theirs}" cannot be taken from a tool'),
            needed=_NEEDED.get(given.field, Label(zh="登记册中的命令", en="a command of the register")),
            fix=_command(ask.register, given),
        )


_NEEDED = {
    "state": Label(zh="客户决定", en="a decision of the client"),
    "plan": Label(zh="已批准的变更请求", en="an approved change request"),
    "work": Label(zh="客户对变更的批准", en="the client's approval of the change"),
}


def _command(book: Book, given: Settle) -> Label:
    entry = book.get(given.subject)
    if given.field == "state" and entry is not None and entry.kind == "change":
        if entry.state == "awaiting_decision":
            return command(f"pmbridge change decide {given.subject} approve --option KEY --by CONTACT --evidence FILE")
        return command(f"pmbridge change show {given.subject}")
    if given.field == "reached":
        return command(f"pmbridge milestone reach {given.subject} --evidence FILE")
    if given.field == "plan":
        return command("pmbridge change submit")
    return command(f"pmbridge {(given.subject and book.kind(given.subject)) or 'change'} show {given.subject}")


@guard("raisable", "可提出变更请求", "a change can be made of it")
def raisable(ask: Ask[Settlement, Settle]) -> Iterable[Unmet]:
    """A change request is made of work that nobody approved."""
    if ask.input.resolution == "raise" and ask.input.work is None:
        yield Unmet(
            found=Label(zh="不是未经批准的工作", en="it is no work without approval"),
            needed=Label(zh="属于未批准变更的工作", en="work on a change that is not approved"),
            fix=command("keep"),
        )


@guard("both-sides", "登记册是其中一方", "the register is one side")
def has_our_side(ask: Ask[Settlement, Settle]) -> Iterable[Unmet]:
    """Where two tools contradict each other the register has no value to keep."""
    if ask.input.resolution == "keep" and not ask.input.ours:
        yield Unmet(
            found=Label(zh="是两个工具之间的不一致", en="two tools contradict each other"),
            needed=Label(zh="在其中一个工具里改正，或忽略", en="put right in one of the tools, or ignored"),
            fix=command("ignore --reason TEXT"),
        )


@guard("reasoned", "有理由", "reasoned")
def reasoned(ask: Ask[Settlement, Settle]) -> Iterable[Unmet]:
    """What may stand as it is has a reason, and a last day that is still to come if it has one."""
    given = ask.input
    if given.resolution == "ignore" and not (ask.reason or "").strip():
        yield Unmet(
            found=Label(zh="没有写理由", en="no reason"),
            needed=Label(zh="为什么可以不管", en="why it may stand"),
            fix=command("--reason TEXT"),
        )
    if given.until is not None and (given.resolution != "ignore" or given.until < ask.today):
        yield Unmet(
            found=Label(zh=f"期限 {given.until}", en=f"until {given.until}"),
            needed=Label(zh="忽略的最后一天，不早于今天", en="the last day of ignoring it, not before today"),
            fix=command("--until DAY"),
        )


def consequences(ask: Ask[Settlement, Settle]) -> Iterable[Effect]:
    """Take the tool's title, or draft a change request for the work."""
    given = ask.input
    kind = ask.register.kind(given.subject)
    if given.resolution == "take" and kind is not None:
        yield Effect(kind, "edit", Edit(changes={given.field: given.theirs}), given.subject)
    elif given.resolution == "raise" and given.work is not None:
        yield Effect("change", "add", _Drafted(title=given.work, affects=(given.subject,)))


class _Drafted(Input):
    title: Wording
    affects: tuple[str, ...] = ()


DISCREPANCY = Concept(
    name="discrepancy",
    label=Label(zh="不一致", en="difference"),
    prefixes=("D",),
    width=2,
    fields=Settlement,
    states=by_name(State("settled", "已处理", "settled")),
    steps=(
        Step(
            (NEW, "settled"),
            "settle",
            Label(zh="处理", en="settle"),
            "settled",
            takes=Settle,
            apply=settle,
            guards=(not_contractual, raisable, has_our_side, reasoned),
            effects=consequences,
            done="settled",
        ),
    ),
)

CONCEPTS = (DISCREPANCY,)


# ------------------------------------------------------------------------------------------- what the view asks


def settled(found: Sequence[Discrepancy], book: Book, today: date) -> tuple[Discrepancy, ...]:
    """Return *found*, each with how it was settled, where that holds for its values and for *today*."""
    by_key = {one.fields.key: one.fields for one in book.of("discrepancy")}
    made = []
    for one in found:
        last = by_key.get(one.key)
        holds = last is not None and last.values == one.values and (last.until is None or today <= last.until)
        made.append(replace(one, settled=last.resolution) if holds and last is not None else one)
    return tuple(made)
