"""The conditions of every command, whatever its concept: the time, the ref, the state, the evidence, the input."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pmbridge.clock import from_millis, to_millis
from pmbridge.domain.book import REF, Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.machine import NEW, Concept, Condition, Step, command
from pmbridge.values import Label

_IN_ORDER = Label(zh="时间顺序", en="time in order")
_STATE = Label(zh="状态", en="state")
_EVIDENCE = Label(zh="证据", en="evidence")
_REASON = Label(zh="理由", en="reason")
_INPUT = Label(zh="输入", en="input")
_REF = Label(zh="编号", en="ref")


def in_order(at: datetime, entry: Entry[Any] | None, recorded_at: int, zone: tzinfo) -> Iterator[Condition]:
    """Yield what is wrong with *at*: still to come at *recorded_at* (ms), or before the record's last event."""
    when, fix, said = to_millis(at), command("--at DATE"), _shown(at, zone)
    if when > recorded_at:
        now = from_millis(recorded_at).astimezone(zone)
        yield Condition(
            name="time",
            label=_IN_ORDER,
            met=False,
            found=Label(zh=f"{said} 还没有到", en=f"{said} is still to come"),
            needed=Label(zh=f"不晚于 {now:%Y-%m-%d %H:%M}", en=f"not later than {now:%Y-%m-%d %H:%M}"),
            fix=fix,
        )
    if entry is not None and when < to_millis(entry.changed_at):
        last = _shown(entry.changed_at, zone)
        yield Condition(
            name="time",
            label=_IN_ORDER,
            met=False,
            found=Label(
                zh=f"{said} 早于 {entry.ref} 的上一个事件",
                en=f"{said} is before the last event of {entry.ref}",
            ),
            needed=Label(zh=f"不早于 {last}", en=f"not before {last}"),
            fix=fix,
        )


def _shown(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def number_free(concept: Concept, book: Book, written: str | None, given: BaseModel) -> Iterator[Condition]:
    """Yield what is wrong with the ref *written* for the record that *given* makes; nothing where none is."""
    if written is None:
        return
    found, prefix = REF.fullmatch(written), concept.prefix(given)
    if found is None or found[1] != prefix:
        example = concept.ref(prefix, 7)
        yield Condition(
            name="ref",
            label=_REF,
            met=False,
            found=Label(zh=f"「{written}」不是{concept.label.zh}的编号", en=f'"{written}" is no ref of this kind'),
            needed=Label(zh=f"例如 {example}", en=f"for instance {example}"),
            fix=command(f"--ref {example}"),
        )
    elif concept.ref(found[1], int(found[2])) in book:
        yield Condition(
            name="ref",
            label=_REF,
            met=False,
            found=Label(zh=f"{written} 已被使用", en=f"{written} is taken"),
            needed=Label(zh="未使用过的编号", en="a ref that was never used"),
            fix=command(f"pmbridge {concept.name} list"),
        )


def no_step(concept: Concept, entry: Entry[Any] | None, verb: str) -> Condition:
    """Return the condition that *verb* leads nowhere from the record's present state."""
    sources = [s for one in concept.steps if one.verb == verb for s in one.sources]
    names = [concept.states[one].label for one in dict.fromkeys(sources) if one != NEW]
    nothing = Label(zh="尚未建立", en="not there yet")
    if entry is None:
        found = nothing
        fix = f"pmbridge {concept.name} list"
    else:
        found = concept.states[entry.state].label
        step = _towards(concept, entry.state, frozenset(sources))
        fix = f"pmbridge {concept.name} show {entry.ref}" if step is None else step.typed(concept.name, entry.ref)
    return Condition(
        name="state",
        label=_STATE,
        met=False,
        found=found,
        needed=Label(
            zh="、".join(one.zh for one in names) or nothing.zh, en=" / ".join(one.en for one in names) or nothing.en
        ),
        fix=command(fix),
    )


def _towards(concept: Concept, state: str, wanted: frozenset[str]) -> Step | None:
    """Return the first step of the shortest way from *state* to one of *wanted*, unless it is a verdict.

    What a client decided is not taken back as a way to something else.
    """
    seen = {state}
    onwards = [one for one in concept.steps if one.verb != "revoke"]
    ways = [(one, target) for one in onwards if state in one.sources for target in one.targets]
    for first, reached in ways:
        if reached in seen:
            continue
        if reached in wanted:
            return None if first.verdict else first
        seen.add(reached)
        ways += [(first, target) for one in onwards if reached in one.sources for target in one.targets]
    return None


def no_cause(concept: Concept) -> Condition:
    """Return the condition of a step that only follows from a step of another record."""
    return Condition(
        name="effect",
        label=Label(zh="随主记录写入", en="recorded along with its subject"),
        met=False,
        found=Label(zh=f"单独写入{concept.label.zh}", en=f"a {concept.label.en} by itself"),
        needed=Label(zh="由所涉及的记录写入", en="the step of the record that it is about"),
        fix=command("pmbridge status"),
    )


def no_evidence() -> Condition:
    """Return the condition of a step that must be proved and is not."""
    return Condition(
        name="evidence",
        label=_EVIDENCE,
        met=False,
        found=Label(zh="没有证据", en="no evidence"),
        needed=Label(zh="邮件、签字件、会议纪要或文件", en="an e-mail, signed document, minutes or a file"),
        fix=command("--evidence FILE"),
    )


def no_reason() -> Condition:
    """Return the condition of a step that needs a reason and has none."""
    return Condition(
        name="reason",
        label=_REASON,
        met=False,
        found=Label(zh="没有写", en="missing"),
        needed=Label(zh="理由", en="a reason"),
        fix=command("--reason TEXT"),
    )


def broken_invariant(name: str, entry: Entry[Any], found: Label) -> Condition:
    """Return the condition that an invariant of *entry* would not hold any more."""
    return Condition(
        name=name,
        label=Label(zh=f"不变量 {name}", en=f"invariant {name}"),
        met=False,
        found=Label(zh=f"{entry.ref}：{found.zh}", en=f"{entry.ref}: {found.en}"),
        needed=Label(zh="这条规则始终成立", en="that this rule always holds"),
        fix=command(f"pmbridge {entry.kind} show {entry.ref}"),
    )


def faults(error: ValidationError, concept: Concept, entry: Entry[Any] | None, verb: str) -> Iterator[Condition]:
    """Yield what is wrong with the input of *verb*, one condition for each field."""
    at = f" {entry.ref}" if entry is not None else ""
    for one in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in one["loc"]) or "input"
        # On the command line the client's verdicts are words behind one verb.
        typed = "decide" if any(step.verdict for step in concept.steps if step.verb == verb) else verb
        fix = f"pmbridge {concept.name} {typed.replace('_', '-')}{at} --help"
        if one["type"] == "missing" and len(one["loc"]) == 1:
            fix = f"--{name.replace('_', '-')} …"
        yield Condition(
            name=name,
            label=_INPUT,
            met=False,
            found=_faulty(name, one),
            needed=(
                Label(zh=f"去掉 {name}", en=f"leave {name} out")
                if one["type"] == "extra_forbidden"
                else Label(zh=f"{name} 的值", en=f"a value of {name}")
            ),
            fix=command(fix),
        )


def _faulty(name: str, one: ErrorDetails) -> Label:
    """Return what is wrong with the field *name*, of which pydantic speaks English only."""
    kind, said = one["type"], one["msg"]
    if kind == "missing":
        return Label(zh=f"没有写 {name}", en=f"{name} is missing")
    if kind == "literal_error":
        allowed = str(one.get("ctx", {}).get("expected", ""))
        return Label(zh=f"{name} 应为 {allowed.replace(' or ', ' 或 ')}", en=f"{name} should be {allowed}")
    words = next((zh for start, zh in _FAULTS.items() if kind.startswith(start)), said)
    return Label(zh=f"{name} {words}", en=f"{name}: {said[:1].lower()}{said[1:]}")


_FAULTS = {
    "extra_forbidden": "没有这一项",
    "date": "不是日期，例如 2026-05-27",
    "int": "不是整数",
    "decimal": "不是数",
    "bool": "不是 true 或 false",
    "string": "不是文字",
    "greater": "太小",
    "less": "太大",
    "too_short": "不够",
}
"""What to say of an input in Chinese, by how pydantic's name of the fault begins."""
