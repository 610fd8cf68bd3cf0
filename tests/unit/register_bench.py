"""A register to work on, and a concept of its own: what somebody adds in one file."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pmbridge.domain.calendar import Calendar
from pmbridge.domain.concepts import gathered
from pmbridge.domain.entry import Said
from pmbridge.domain.evidence import Actor
from pmbridge.domain.fields import C, Fields, Input, R, X, personal
from pmbridge.domain.machine import NEW, Ask, Concept, Effect, State, Step, Unmet, by_name, command, guard
from pmbridge.register import Register
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import Label

SHANGHAI = ZoneInfo("Asia/Shanghai")
WANG = Actor("member", "王工")


class Errand(Fields):
    text: str = R()
    due_on: date = C()
    helper: str | None = C(None, personal=True)
    price: int = X(0)
    done_on: date | None = C(None)


class Add(Input):
    text: str
    due_on: date
    helper: str | None = personal(None)
    follow_up: str | None = None


class Finish(Input):
    price: int


def add(_: Errand | None, given: Add, __: Said) -> Errand:
    return Errand(text=given.text, due_on=given.due_on, helper=given.helper)


def finish(fields: Errand, given: Finish, said: Said) -> Errand:
    return fields.evolve(price=given.price, done_on=said.day)


def forget(fields: Errand, _: Input, __: Said) -> Errand:
    return fields.evolve(helper=None)


@guard("affordable", "价格可承受", "affordable")
def affordable(ask: Ask[Errand, Finish]) -> Iterable[Unmet]:
    """An errand costs at most 100, and an odd price is no price."""
    if ask.input.price > 100:
        yield Unmet(
            found=Label(zh=f"{ask.input.price}", en=f"{ask.input.price}"),
            needed=Label(zh="至多 100", en="at most 100"),
            fix=command(f"pmbridge errand finish {ask.ref} --price 100"),
        )
    if ask.input.price % 2:
        yield Unmet(
            name="even",
            found=Label(zh="奇数", en="odd"),
            needed=Label(zh="偶数", en="even"),
            fix=command(f"pmbridge errand finish {ask.ref} --price 100"),
        )


@guard("in-time", "没有过期", "in time")
def in_time(ask: Ask[Errand, Finish]) -> Iterable[Unmet]:
    """It is finished on its due day at the latest."""
    if ask.today > ask.fields.due_on:
        late = ask.moment.calendar.wd(ask.fields.due_on, ask.today)
        yield Unmet(
            found=Label(zh=f"晚 {late} 个工作日", en=f"{late} working days late"),
            needed=Label(zh=f"{ask.fields.due_on}", en=f"{ask.fields.due_on}"),
            fix=command("--at"),
        )


def follow_up(ask: Ask[Errand, Add]) -> Generator[Effect, str, None]:
    if ask.input.follow_up is not None:
        ref = yield Effect("errand", "add", Add(text=ask.input.follow_up, due_on=ask.input.due_on))
        yield Effect("errand", "cancel", Input(), ref)
    if ask.input.follow_up == "twice":
        yield Effect("errand", "cancel", Input(), "ERR-002")


ERRAND = Concept(
    name="errand",
    label=Label(zh="差事", en="errand"),
    prefixes=("ERR",),
    width=3,
    fields=Errand,
    states=by_name(
        State("open", "待办", "open", "agency"),
        State("done", "完成", "done", terminal=True),
        State("cancelled", "取消", "cancelled", terminal=True),
    ),
    steps=(
        Step((NEW,), "add", Label(zh="记录", en="add"), "open", takes=Add, apply=add, effects=follow_up),
        Step(
            ("open",),
            "finish",
            Label(zh="完成", en="finish"),
            "done",
            takes=Finish,
            apply=finish,
            guards=(affordable, in_time),
            evidence=True,
            discloses=True,
        ),
        Step(("open",), "cancel", Label(zh="取消", en="cancel"), "cancelled", takes=Input, done="cancelled"),
        Step(("done", "cancelled"), "forget", Label(zh="遗忘", en="forget"), None, apply=forget, erases=True),
    ),
    editable=frozenset({"text", "due_on"}),
)

CONCEPTS = gathered(ERRAND)


def opened(store: Store, clock: FakeClock, **other: Any) -> Register:
    """Return the register of an engagement in *store*."""
    values: dict[str, Any] = {
        "engagement": "lanhai",
        "zone": SHANGHAI,
        "calendar": Calendar.named("CN"),
        "actor": WANG,
        "concepts": CONCEPTS,
    }
    return Register(store=store, clock=clock, **values | other)


def at(day: str, hour: int = 10) -> datetime:
    """Return an instant in Shanghai: ``at("05-27")`` is 27 May 2026, 10:00."""
    return datetime.fromisoformat(f"2026-{day}T{hour:02}:00").replace(tzinfo=SHANGHAI).astimezone(UTC)


def a_moment() -> timedelta:
    """Return the smallest step of the register's clocks."""
    return timedelta(milliseconds=1)
