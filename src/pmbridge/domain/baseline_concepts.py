"""The three baselines as concepts: guards, effects on milestones and requirements, and the invariants I1 and I2."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from pmbridge.domain import decision
from pmbridge.domain.approved_change import APPROVED, approved_option
from pmbridge.domain.baseline import (
    NAMES,
    AddBudget,
    AddRequirements,
    AddSchedule,
    AgreeBudget,
    AgreeRequirements,
    AgreeSchedule,
    BudgetBaseline,
    ByChange,
    RequirementsBaseline,
    ScheduleBaseline,
    baselines,
    moved_dates,
    moved_items,
    moved_total,
)
from pmbridge.domain.book import Book
from pmbridge.domain.contact import Subject
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import Fields, Input
from pmbridge.domain.impact import Assessed, BaselineKind, ChangeOption
from pmbridge.domain.machine import (
    NEW,
    Ask,
    Concept,
    Effect,
    Guard,
    Invariant,
    State,
    Step,
    Unmet,
    by_name,
    command,
    guard,
)
from pmbridge.values import Label

_MEMBERS = {"schedule": "milestone", "requirements": "requirement"}


def _agreed_once(kind: BaselineKind) -> Guard:
    @guard("first", "尚无基线 0", "no baseline 0 yet")
    def agreed_once(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """There is exactly one baseline 0 of each kind (I1)."""
        if baselines(ask.register, kind):
            yield Unmet(
                found=Label(zh=f"{NAMES[kind].zh} 0 已建立", en=f"{NAMES[kind].en} 0 exists"),
                needed=Label(zh="已批准的变更请求", en="an approved change request"),
                fix=command("pmbridge change submit"),
            )

    return agreed_once


def _members_known(kind: BaselineKind) -> Guard:
    @guard("members", "所含记录已登记", "its records are in the register")
    def members_known(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """Everything in it is a record of the register, and it is not empty."""
        names = list(_names(kind, ask.input))
        noun = _MEMBERS[kind]
        for ref in names or ["–"]:
            if ask.register.kind(ref) != noun:
                yield Unmet(
                    found=Label(zh=f"没有 {ref}", en=f"there is no {ref}"),
                    needed=Label(zh="登记册中的记录", en="a record of the register"),
                    fix=command(f"pmbridge {noun} list"),
                )

    return members_known


def _explained(kind: BaselineKind) -> Guard:
    @guard("explained", "每处差异都有已批准的变更", "every difference is an approved line")
    def explained(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """It differs from the baseline before by exactly the approved lines of the change that it cites (I2)."""
        yield from _unexplained(ask.register, kind, ask.input)

    return explained


def _in_turn(kind: BaselineKind) -> Guard:
    @guard("in-turn", "由实施变更依次写入", "written by its change, one after the other")
    def in_turn(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """Implementing the change writes it, and not before the day of the baseline that it follows."""
        change, before = ask.register.get(ask.input.change), ask.register.newest(f"{kind}_baseline")
        if change is not None and change.state != "implementing" and change.state in APPROVED:
            state = ask.register.concepts[change.kind].states[change.state].label
            yield Unmet(
                name="implementing",
                found=Label(zh=f"{change.ref} {state.zh}", en=f"{change.ref} is {state.en}"),
                needed=Label(zh="由实施变更写入", en="written by implementing the change"),
                fix=command(f"pmbridge change implement {change.ref}"),
            )
        if before is not None and ask.at < before.changed_at:
            last = before.fields.agreed_on
            yield Unmet(
                found=Label(zh=f"{before.ref} 于 {last} 写入", en=f"{before.ref} is of {last}"),
                needed=Label(zh=f"不早于 {last}", en=f"not before {last}"),
                fix=command("--at DATE"),
            )

    return in_turn


def _unexplained(book: Book, kind: BaselineKind, given: Any) -> Iterable[Unmet]:
    option = approved_option(book, given.change)
    before = book.newest(f"{kind}_baseline")
    fix = command(f"pmbridge change show {given.change}")
    if option is None:
        yield Unmet(
            found=Label(zh=f"{given.change} 未获批准", en=f"{given.change} is not approved"),
            needed=Label(zh="已批准的变更请求", en="an approved change request"),
            fix=fix,
        )
        return
    if before is None:
        yield Unmet(
            found=Label(zh="没有基线 0", en="there is no baseline 0"),
            needed=NAMES[kind],
            fix=command("pmbridge milestone agree --all"),
        )
        return
    if any(given.change in one.fields.from_changes for one in baselines(book, kind)):
        yield Unmet(
            found=Label(zh=f"{given.change} 已写入基线", en=f"{given.change} is in a baseline already"),
            needed=Label(zh="尚未写入的变更", en="a change that is in none"),
            fix=fix,
        )
        return
    yield from _differences(kind, before, option, given, fix)


def _differences(
    kind: BaselineKind, before: Entry[Any], option: ChangeOption, given: Any, fix: Label
) -> Iterable[Unmet]:
    right: Mapping[str, object]
    told: Mapping[str, object]
    if kind == "schedule":
        right, told = moved_dates(before.fields.dates, option), given.dates
    elif kind == "requirements":
        right, told = moved_items(before.fields.items, option), given.items
    else:
        right = {one.currency: one for one in moved_total(before.fields.total, option)}
        told = {one.currency: one for one in given.total}
    for name in sorted(right.keys() | told.keys()):
        if right.get(name) != told.get(name):
            yield Unmet(
                found=Label(zh=f"{name} {_shown(told.get(name)).zh}", en=f"{name} {_shown(told.get(name)).en}"),
                needed=Label(zh=f"{name} {_shown(right.get(name)).zh}", en=f"{name} {_shown(right.get(name)).en}"),
                fix=fix,
            )


def _shown(value: object) -> Label:
    return Label(zh="不在基线中", en="not in it") if value is None else Label(zh=str(value), en=str(value))


def _i2(kind: BaselineKind) -> Invariant:
    def check(entry: Entry[Any], book: Book) -> Iterable[Label]:
        all_of_them = baselines(book, kind)
        at = all_of_them.index(entry)
        if at == 0:
            if entry.fields.from_changes:
                yield Label(zh="基线 0 不引用变更", en="baseline 0 cites a change")
            return
        fields = entry.fields
        for change in fields.from_changes:
            cited = book.fields(change, Assessed)
            option = None if cited is None else cited.decided_option
            if option is None:
                yield Label(zh=f"{change} 没有选定方案", en=f"{change} has no chosen option")
                continue
            for one in _differences(kind, all_of_them[at - 1], option, fields, Label(zh="", en="")):
                yield one.found
        if not fields.from_changes:
            yield Label(zh="没有引用变更", en="it cites no change")

    return Invariant(name="I2", check=check)


# ----------------------------------------------------------------------------------------------------- effects

Effects = Callable[[Ask[Any, Any]], Iterable[Effect]]


def _agreed(kind: BaselineKind, subject: Subject | None) -> Effects:
    def effects(ask: Ask[Any, Any]) -> Generator[Effect, str, None]:
        yield from decision.record(ask, "approve", subject)
        if kind != "budget":
            for ref in _names(kind, ask.fields):
                yield Effect(_MEMBERS[kind], "agree" if kind == "schedule" else "baseline", Input(), ref)

    return effects


def _names(kind: BaselineKind, given: Any) -> Iterable[str]:
    return given.dates if kind == "schedule" else given.items if kind == "requirements" else ()


def _moved(kind: BaselineKind) -> Effects:
    """Return the effects of baseline n+1 on the milestones or requirements that it brings in, changes or drops."""

    def effects(ask: Ask[Any, Any]) -> Generator[Effect, str, None]:
        fields = ask.register.fields(ask.input.change, Assessed)
        option = None if fields is None else fields.decided_option
        if option is None or kind == "budget":
            return
        if kind == "schedule":
            for moved in option.schedule:
                if moved.op in _MILESTONE_VERBS:
                    yield Effect(
                        "milestone", _MILESTONE_VERBS[moved.op], ByChange(change=ask.input.change), moved.milestone
                    )
            return
        for line in option.requirements:
            text = None if line.text is None else str(line.text)
            yield Effect(
                "requirement", _REQUIREMENT_VERBS[line.op], ByChange(change=ask.input.change, text=text), line.ref
            )

    return effects


_MILESTONE_VERBS = {"add": "agree", "cancel": "cancel"}
_REQUIREMENT_VERBS = {"add": "baseline", "modify": "revise", "remove": "remove"}


# ---------------------------------------------------------------------------------------------------- concepts


def _agree_requirements(_: Any, given: AgreeRequirements, said: Said) -> RequirementsBaseline:
    return RequirementsBaseline(items=given.items, document_sha256=given.document_sha256, agreed_on=said.day)


def _add_requirements(_: Any, given: AddRequirements, said: Said) -> RequirementsBaseline:
    return RequirementsBaseline(items=given.items, from_changes=(given.change,), agreed_on=said.day)


def _agree_schedule(_: Any, given: AgreeSchedule, said: Said) -> ScheduleBaseline:
    return ScheduleBaseline(dates=given.dates, agreed_on=said.day)


def _add_schedule(_: Any, given: AddSchedule, said: Said) -> ScheduleBaseline:
    return ScheduleBaseline(dates=given.dates, from_changes=(given.change,), agreed_on=said.day)


def _agree_budget(_: Any, given: AgreeBudget, said: Said) -> BudgetBaseline:
    return BudgetBaseline(total=(given.total,), agreed_on=said.day)


def _add_budget(_: Any, given: AddBudget, said: Said) -> BudgetBaseline:
    return BudgetBaseline(total=given.total, from_changes=(given.change,), agreed_on=said.day)


def _one_final(entry: Entry[ScheduleBaseline], book: Book) -> Iterable[Label]:
    """Exactly one of its milestones is the final one."""
    milestones = (book.get(ref) for ref in entry.fields.dates)
    final = [one.ref for one in milestones if one is not None and one.fields.is_final]
    if len(final) != 1:
        yield Label(zh=f"{len(final)} 个最终里程碑", en=f"{len(final)} final milestones")


_ONE_FINAL = Invariant(name="I7", check=_one_final)


def _concept(
    kind: BaselineKind,
    prefix: str,
    fields: type[Fields],
    subject: Subject | None,
    *,
    agree: tuple[type[Input], Callable[[Any, Any, Said], Any]],
    add: tuple[type[Input], Callable[[Any, Any, Said], Any]],
) -> Concept:
    members = () if kind == "budget" else (_members_known(kind),)
    return Concept(
        name=f"{kind}_baseline",
        label=NAMES[kind],
        prefixes=(prefix,),
        width=1,
        first=0,
        fields=fields,
        states=by_name(State("agreed", "已确认", "agreed")),
        steps=(
            Step(
                (NEW,),
                "agree",
                Label(zh="共同确认", en="agree"),
                "agreed",
                takes=agree[0],
                apply=agree[1],
                guards=(_agreed_once(kind), *members, *decision.rules(subject)),
                effects=_agreed(kind, subject),
                evidence=True,
                discloses=True,
                done="agreed",
            ),
            Step(
                (NEW,),
                "add",
                Label(zh="写入", en="add"),
                "agreed",
                takes=add[0],
                apply=add[1],
                guards=(_explained(kind), _in_turn(kind)),
                effects=_moved(kind),
                discloses=True,
                done="written",
            ),
        ),
        invariants=(Invariant(name="I1", check=_i1), _i2(kind), *((_ONE_FINAL,) if kind == "schedule" else ())),
    )


def _i1(entry: Entry[Any], book: Book) -> Iterable[Label]:
    if entry.version != 1:
        yield Label(zh="基线被修改过", en="it was changed")
    if entry is book.of(entry.kind)[0] and not entry.ref.endswith("-0"):
        yield Label(zh="没有基线 0", en="there is no baseline 0")


REQUIREMENTS_BASELINE = _concept(
    "requirements",
    "RB",
    RequirementsBaseline,
    "requirements",
    agree=(AgreeRequirements, _agree_requirements),
    add=(AddRequirements, _add_requirements),
)
SCHEDULE_BASELINE = _concept(
    "schedule",
    "SB",
    ScheduleBaseline,
    "milestones",
    agree=(AgreeSchedule, _agree_schedule),
    add=(AddSchedule, _add_schedule),
)
BUDGET_BASELINE = _concept(
    "budget",
    "BB",
    BudgetBaseline,
    None,
    agree=(AgreeBudget, _agree_budget),
    add=(AddBudget, _add_budget),
)

CONCEPTS = (REQUIREMENTS_BASELINE, SCHEDULE_BASELINE, BUDGET_BASELINE)
