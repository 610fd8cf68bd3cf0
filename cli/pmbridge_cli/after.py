"""What is worth saying after a step, beyond the state that it led to: deadlines, options, baselines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pmbridge_cli.layout import visible
from pmbridge_cli.words import Both, day, joined, same

if TYPE_CHECKING:
    from pmbridge.domain.entry import Entry
    from pmbridge.domain.impact import ChangeOption
    from pmbridge.register import Register


def after(noun: str, verb: str, record: Entry[Any], register: Register, today: date) -> Iterator[Both]:
    """Yield sentences about *record* as it is after *verb*; nothing where its state says all."""
    words = _WORDS.get((noun, verb))
    if words is not None:
        yield from words(record, register, today)


def _submitted(record: Entry[Any], register: Register, today: date) -> Iterator[Both]:
    due = record.fields.assess_by
    if due is not None:
        left = register.calendar.wd(record.since.day, due)
        on = day(due, today)
        yield Both(f"To be assessed by {on} ({left} working days).", f"评估时限：{on}（{left} 个工作日）。")


def _assessed(record: Entry[Any], _: Register, today: date) -> Iterator[Both]:
    last = record.fields.assessment
    if last is None or not last.complete:
        return
    told = [option_words(one, today) for one in last.options]
    if last.do_nothing is not None:
        zh, en = (visible(last.do_nothing.in_(language)[0]) for language in ("zh", "en"))
        told.append(Both(f"otherwise: {en}", f"不做：{zh}"))
    listed = joined(told, " · ", " · ")
    advice = Both(f" We recommend {last.recommended}.", f"建议 {last.recommended}。") if last.recommended else same("")
    yield Both(f"{listed.en}.{advice.en}", f"{listed.zh}。{advice.zh}")


def option_words(one: ChangeOption, today: date) -> Both:
    """Return an option on one line: what it adds, what it moves, what it costs."""
    zh, en = [], []
    for op, said in (("add", ("增", "adds")), ("modify", ("改", "changes")), ("remove", ("减", "removes"))):
        n = sum(line.op == op for line in one.scope)
        if n:
            zh.append(f"{said[0]} {n} 项")
            en.append(f"{said[1]} {n}")
    moved = [line for line in one.schedule if line.op == "shift" and line.delta_wd]
    for line in moved:
        late = Both("late", "晚") if (line.delta_wd or 0) > 0 else Both("early", "早")
        to = f" → {day(line.new_on, today)}" if line.new_on is not None else ""
        n = abs(line.delta_wd or 0)
        zh.append(f"{line.milestone} {late.zh} {n} 个工作日{to}")
        en.append(f"{line.milestone} {n} working days {late.en}{to}")
    if not moved:
        zh.append("0 日")
        en.append("0 days")
    prices = [str(price) for price in one.money.values()]
    name = Both(f"{one.key} {visible(one.title.in_('en')[0])}", f"{one.key} {visible(one.title.in_('zh')[0])}")
    return Both(f"{name.en}: {', '.join([*en, *prices])}", f"{name.zh} {'，'.join([*zh, *prices])}")


def _sent(record: Entry[Any], _: Register, today: date) -> Iterator[Both]:
    fields = record.fields
    since, need, valid = (day(one, today) for one in (record.since.day, fields.need_by, fields.valid_until))
    yield Both(
        f"The client's clock runs from {since}; to be decided by {need}, the offer stands until {valid}.",
        f"客户计时从 {since} 开始，请在 {need} 前决定，报价 {valid} 到期。",
    )


def _implemented(record: Entry[Any], register: Register, _: date) -> Iterator[Both]:
    """Yield which baselines the change has moved, and from what to what."""
    from pmbridge.domain.baseline import baselines

    said = []
    for kind in ("requirements", "schedule", "budget"):
        series = baselines(register.book, kind)
        concept = register.concepts[f"{kind}_baseline"]
        mine = [at for at, one in enumerate(series) if record.ref in one.fields.from_changes]
        if not mine:
            said.append(Both(f"{concept.label.en} unchanged", f"{concept.label.zh}不变"))
            continue
        at = mine[-1]
        difference = _difference(kind, series[at - 1].fields, series[at].fields)
        said.append(Both(f"{concept.label.en} {at} ({difference.en})", f"{concept.label.zh} {at}（{difference.zh}）"))
    listed = joined(said, " · ", " · ")
    yield Both(f"{listed.en[:1].upper()}{listed.en[1:]}.", f"{listed.zh}。")


def _difference(kind: str, before: Any, now: Any) -> Both:
    if kind == "requirements":
        old, new = before.items, now.items
        changed = sum(ref in old and old[ref] != n for ref, n in new.items())
        span = f"{len(old)} → {len(new)}"
        return Both(
            f"{len(new.keys() - old.keys())} more, {len(old.keys() - new.keys())} less, {changed} changed, {span}",
            f"+{len(new.keys() - old.keys())} −{len(old.keys() - new.keys())} 项，改 {changed} 项，{span}",
        )
    if kind == "schedule":
        moved = [ref for ref, on in now.dates.items() if before.dates.get(ref) != on]
        listed = joined([same(ref) for ref in moved])
        return Both(f"moved: {listed.en}", f"改期：{listed.zh}")
    old_money, new_money = before.total, now.total
    return same(f"{' + '.join(map(str, old_money))} → {' + '.join(map(str, new_money))}")


def _handed_in(record: Entry[Any], _: Register, today: date) -> Iterator[Both]:
    last = record.fields.submission
    if last is not None:
        by = day(last.answer_by, today)
        yield Both(f"Submission {last.n}; an answer is due by {by}.", f"第 {last.n} 次提交，请客户在 {by} 前答复。")


Words = Callable[["Entry[Any]", "Register", date], Iterator[Both]]
_WORDS: Mapping[tuple[str, str], Words] = {
    ("change", "submit"): _submitted,
    ("change", "assess"): _assessed,
    ("change", "send"): _sent,
    ("change", "implement"): _implemented,
    ("deliverable", "submit"): _handed_in,
}
