"""Neutral values → the keys that PingCode takes, kind by kind. Pure.

PingCode answers 200 to a null and to a key that it does not know, and does nothing: so neither is ever sent. What
cannot be written raises ``Unsupported``; what is written comes back from :meth:`Outgoing.stored` as PingCode keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from pmbridge.errors import Rejected, Unsupported
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Instant, Many, Named, Number, Plain, Rich
from pmbridge_pingcode.dialect import Dialect
from pmbridge_pingcode.fields import BUILT_IN
from pmbridge_pingcode.kinds import IDEA, RELEASE, TICKET, WORK_ITEM

Body = dict[str, JsonValue]

FIELD = "field:"
_TITLE, _TEXT, _PERSON, _ID, _FROM, _TO = "title", "text", "person", "id", "from", "to"
_NUMBER, _TENTHS, _SHARE = "number", "tenths", "share"

# Key of ``Values`` → PingCode's key, and what it holds.
_COMMON = {"title": ("title", _TITLE), "description": ("description", _TEXT), "assignees": ("assignee_id", _PERSON),
           "field:priority": ("priority_id", _ID)}  # fmt: skip
_KEYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    WORK_ITEM: {
        **_COMMON, "start": ("start_at", _FROM), "due": ("end_at", _TO), "parent": ("parent_id", _ID),
        "field:story_points": ("story_points", _TENTHS), "field:estimated_workload": ("estimated_workload", _NUMBER),
        "field:remaining_workload": ("remaining_workload", _NUMBER),
    },
    TICKET: {
        **_COMMON, "field:customer": ("customer_id", _ID), "field:solution": ("solution_id", _ID),
        "field:channel": ("channel_id", _ID),
    },
    # The two ends of an idea's plan travel together, as PLAN.
    IDEA: {
        **_COMMON, "start": ("from", _FROM), "due": ("to", _TO), "field:suite": ("suite_id", _ID),
        "field:plan": ("plan_id", _ID), "field:progress": ("progress", _SHARE),
    },
    RELEASE: {
        "title": ("name", _TITLE), "start": ("start_at", _FROM), "due": ("end_at", _TO),
        "assignees": ("assignee_id", _PERSON), "done": ("operate_at", _FROM),
    },
}  # fmt: skip
PLAN = "plan_at"
_ENDS = ("from", "to")
_AFTERWARDS: Mapping[str, frozenset[str]] = {
    TICKET: frozenset({"field:solution"}),
    IDEA: frozenset({"start", "due", "field:plan", "field:progress"}),
}
"""What the papers have in no creation, but in an update."""
_ONCE: Mapping[str, frozenset[str]] = {TICKET: frozenset({"field:channel"})}
"""What they have in the creation alone."""
_LAST_SECOND = timedelta(days=1) - timedelta(seconds=1)


def afterwards(kind: str, dialect: Dialect) -> frozenset[str]:
    """Return the keys that PingCode takes only once the record is there."""
    # The priority of a new idea is in the newer papers alone.
    more = {"field:priority"} if kind == IDEA and not dialect.searches else set()
    return _AFTERWARDS.get(kind, frozenset()) | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Writes the values of one connection. ``zone``: in which a day that is written begins and ends."""

    zone: ZoneInfo
    refuse: Callable[[str, str], Unsupported]
    """Makes the refusal of what cannot be written, from its English and its Chinese."""

    def body(self, kind: str, values: Mapping[str, FieldValue | None], *, changes: bool = False) -> Body:
        """Return what to send of *values* of a record of *kind*; *changes*: it is there already.

        Raises:
            Unsupported: a key or a type that cannot be written, or a value that PingCode cannot be made to forget.
            Rejected: a value that does not fit its field.
        """
        found: Body = {}
        properties: Body = {}
        for key, value in values.items():
            if changes and key in _ONCE.get(kind, ()):
                raise self.refuse(f"changing {key} of a {kind}", f"修改 {kind} 的 {key}")
            name, sent = self._sent(kind, key, value)
            (found if name else properties)[name or key.removeprefix(FIELD)] = sent
        plan = {end: found.pop(end) for end in _ENDS if end in found} if kind == IDEA else {}
        return found | ({PLAN: plan} if plan else {}) | ({"properties": properties} if properties else {})

    def stored(self, kind: str, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as a later read will show it. Raises as :meth:`body` does."""
        _, sent = self._sent(kind, key, value)
        match key, value:
            case "title", _:
                return Plain(text=str(sent))
            case "description", _:
                return Rich(format="html", original=str(sent))
            case "assignees", _:
                return Many(items=(Named(id=str(sent)),))
            case (("start" | "due"), Day() | Instant()) if kind == RELEASE:
                return Day(on=self._moment(key, value).astimezone(self.zone).date())
            case _, Day() | Instant():
                return Instant(at=self._moment(key, value))
            case _, Number(value=number):
                return Number.spelled(number)
            case _:
                return value

    def _sent(self, kind: str, key: str, value: FieldValue | None) -> tuple[str, JsonValue]:
        """Return PingCode's key, empty for a property, and what it takes there."""
        name, holds = _KEYS.get(kind, {}).get(key, ("", ""))
        if not name and not self._is_property(kind, key):
            raise self.refuse(f"writing {key} of a {kind}", f"写入 {kind} 的 {key}")
        if _is_empty(value):
            raise self.refuse(f"clearing {key} of a {kind}", f"清空 {kind} 的 {key}")
        match holds, value:
            case "title", Plain(text=text):
                return name, " ".join(text.split("\n")).replace("\r", " ").strip()
            case "text", Plain() | Rich():
                return name, long(value)
            case "person", Many(items=items) if len(items) > 1:
                raise self.refuse(f"more than one assignee of a {kind}", f"{kind} 的多个负责人")
            case "person", Many(items=(one,)) | (Named() as one):
                return name, one.id
            case (("id" | ""), Named(id=id_)):
                return name, id_
            case (("number" | "tenths" | "share" | ""), Number(value=number)) if _fits(holds, number):
                return name, int(number) if number == number.to_integral_value() else float(number)
            case (("from" | "to" | ""), Day() | Instant()):
                return name, int(self._moment(key, value).timestamp())
            case "", Many(items=items):
                return name, [one.id for one in items]
            case "", Plain(text=text):
                return name, text
            case _:
                raise Rejected(tool="PingCode", faults={key: "not of the right type, or out of its range"})

    @staticmethod
    def _is_property(kind: str, key: str) -> bool:
        """Return whether *key* is one of those that stand in ``properties``: all but the ones of every row."""
        return kind in BUILT_IN and kind in _KEYS and key.startswith(FIELD) and key[len(FIELD) :] not in BUILT_IN[kind]

    def _moment(self, key: str, value: Day | Instant) -> datetime:
        """Return the second that stands for *value*: of a day the first, of one on which something is due the last.

        So do the vendor's own examples write days.
        """
        if isinstance(value, Instant):
            return value.at.replace(microsecond=0)
        first = datetime.combine(value.on, time(), self.zone)
        return (first + _LAST_SECOND if key == "due" else first).astimezone(UTC)


def long(value: Plain | Rich) -> str:
    """Return a long text as the HTML that PingCode keeps."""
    rich = Rich(format="plain", original=value.text) if isinstance(value, Plain) else value
    return as_format(rich, "html").original.rstrip()


def _is_empty(value: FieldValue | None) -> bool:
    """Return whether *value* would empty a field: a null is passed over, an empty text refused, an empty list too."""
    match value:
        case None | Many(items=()):
            return True
        case Plain(text=text) | Rich(original=text):
            return not text.strip()
        case _:
            return False


def _fits(holds: str, number: Decimal) -> bool:
    match holds:
        case "tenths":
            return number >= 0 and number == round(number, 1)
        case "share":
            return 0 <= number <= 1
        case _:
            return True
