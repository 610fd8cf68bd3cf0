"""Figures on a screen and in a document: a known one with its unit, an unknown one with its reason, never a dash."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pmbridge.domain.figure import REASON_LABELS, UNIT_LABELS, Figure, Known, Progress, Text, Unknown, plain
from pmbridge_cli.layout import visible
from pmbridge_cli.words import UNKNOWN, Both, day, same, slip

if TYPE_CHECKING:
    from pmbridge import Milestone

METHODS = {
    "actual": Both("actual", "实际"),
    "owner": Both("owner", "负责人"),
    "tool_date": Both("tool", "工具日期"),
    "throughput": Both("pace", "按速度"),
}
_AT_LEAST = Both("at least {slip}", "至少{slip}")
_LATE_AT_LEAST = Both("late {days}+", "至少晚 {days}")
_REF = re.compile(r"(\D*)(\d+)")


def both(text: Text) -> Both:
    """Return a person's or a tool's words, in the original where no translation exists, safe for a terminal."""
    return Both(visible(text.in_("en")[0]), visible(text.in_("zh")[0]))


def unknown(figure: Unknown) -> Both:
    """Return ``unknown: no linked work``."""
    reason = REASON_LABELS[figure.reason]
    return Both(f"{UNKNOWN.en}: {reason.en}", f"{UNKNOWN.zh}：{reason.zh}")


def shown_day(figure: Figure[date], today: date) -> Both:
    """Return a day, or that it is unknown."""
    return same(day(figure.value, today)) if isinstance(figure, Known) else UNKNOWN


def expected(milestone: Milestone, today: date) -> Both:
    """Return when a milestone was reached, or is expected, with the way in which that is known."""
    if milestone.reached_on is not None:
        reached = shown_day(milestone.reached_on, today)
        return Both(f"{reached.en} {METHODS['actual'].en}", f"{reached.zh} {METHODS['actual'].zh}")
    method = METHODS.get(milestone.forecast_method or "")
    found = shown_day(milestone.forecast, today)
    if isinstance(milestone.forecast, Unknown) or method is None:
        return found
    return Both(f"{found.en} {method.en}", f"{found.zh} {method.zh}")


def shown_slip(figure: Figure[int], *, at_least: bool = False) -> Both:
    """Return working days of difference: ``late 1``, ``late 3+``, ``unknown``."""
    if isinstance(figure, Unknown):
        return UNKNOWN
    found = slip(figure.value)
    if not at_least:
        return found
    return _AT_LEAST.filled(slip=found) if figure.value <= 0 else _LATE_AT_LEAST.filled(days=figure.value)


def shown_progress(figure: Figure[Progress]) -> Both:
    """Return ``62/80 points 77%``."""
    if isinstance(figure, Unknown):
        return unknown(figure)
    value, unit = figure.value, UNIT_LABELS[figure.value.unit]
    share = f"{plain(value.done)}/{plain(value.total)}"
    return Both(f"{share} {unit.en} {value.percent}%", f"{share} {unit.zh} {value.percent}%")


def percent(share: Decimal) -> str:
    """Return whole percent, floored, so that 99.6 % never prints as 100 %."""
    return f"{int(share * 100)}%"


def runs_of(refs: Sequence[str]) -> Both:
    """Return refs with stretches drawn together: ``M1–M3, M7``."""
    stretches: list[list[str]] = []
    for ref in refs:
        if stretches and _follows(stretches[-1][-1], ref):
            stretches[-1].append(ref)
        else:
            stretches.append([ref])
    said = [part for one in stretches for part in ([f"{one[0]}–{one[-1]}"] if len(one) > 2 else one)]
    return Both(", ".join(said), "、".join(said))


def _follows(before: str, ref: str) -> bool:
    left, right = _REF.fullmatch(before), _REF.fullmatch(ref)
    return bool(left and right and left[1] == right[1] and int(right[2]) == int(left[2]) + 1)


# ------------------------------------------------------------------------------------------------------ documents


def figure_document(figure: Figure[Any] | None, write: Callable[[Any], Any], language: str) -> dict[str, Any] | None:
    """Return a figure for ``--json``; ``None`` stands for: does not apply."""
    if figure is None:
        return None
    if isinstance(figure, Unknown):
        return {"state": "unknown", "reason": figure.reason.value, "text": figure.label.in_(language)}
    note = figure.note.in_(language) if figure.note else None
    urls = list(dict.fromkeys(source.url for source in figure.sources if source.url))
    return {"state": "known", "value": write(figure.value), "method": figure.method, "note": note, "sources": urls}


def progress_value(value: Progress) -> dict[str, Any]:
    """Return progress for ``--json``; decimals are strings."""
    return {
        "done": plain(value.done),
        "total": plain(value.total),
        "unit": value.unit,
        "percent": value.percent,
    }


def lines_of(text: Iterable[str]) -> list[str]:
    """Return *text* as a list of visible lines."""
    return [visible(line) for line in text]
