"""What the agency has to look at before a report goes out: none of it reaches the client.

Some of it keeps a report from being issued until it is answered, the rest is said to the project manager alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.commitment import WARNINGS, Commitment, warnings_now
from pmbridge.domain.communication import communications
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Known
from pmbridge.domain.judged import Judged
from pmbridge.domain.milestone_fields import Milestone as Agreed
from pmbridge.domain.moment import Moment
from pmbridge.domain.satisfaction_rag import satisfaction
from pmbridge.domain.view import Dimension, Milestone, Rag
from pmbridge.values import Label

Name = Literal["watermelon", "told", "promises", "satisfaction", "unreleased"]

PACE_WD = 3
"""An owner's forecast may be earlier than the pace of work by as much, or by a fifth of the time that is left."""

_KINDS = ("risk", "issue")
_OVER = frozenset({"closed", "converted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing to look at. ``blocks``: no report is issued before it is answered or waived.

    ``dimension``: of a red aspect of which the client was not told.
    """

    name: Name
    text: Label
    blocks: bool
    dimension: Dimension | None = None


def concerns(milestones: Iterable[Milestone], rag: Sequence[Rag], judged: Judged) -> tuple[Concern, ...]:
    """Return what is to be looked at, what blocks first; *judged* is what the colours were judged by."""
    book, moment = judged.book, judged.moment
    shown = list(milestones)
    return (
        *(one for each in shown if (one := _watermelon(each, book, moment)) is not None),
        *_untold(rag, book),
        *_promises(shown, book, moment),
        *_dissatisfied(judged),
        *_unreleased(book),
    )


def _watermelon(milestone: Milestone, book: Book, moment: Moment) -> Concern | None:
    """Green outside and red inside: the owner's date is far earlier than what the pace of work gives."""
    by_pace, stated = milestone.by_pace, milestone.forecast
    if by_pace is None or not isinstance(stated, Known):
        return None
    later = moment.calendar.wd(stated.value, by_pace)
    left = moment.calendar.wd(moment.today, by_pace)
    if later <= PACE_WD or later * 5 <= left:
        return None
    entry = book.get(milestone.ref)
    if entry is not None and isinstance(entry.fields, Agreed) and _answered(entry.fields):
        return None
    on, pace = moment.shown(stated.value), moment.shown(by_pace)
    return Concern(
        name="watermelon",
        blocks=True,
        text=Label(
            zh=f"{milestone.ref} 负责人预测 {on}，按完成速度为 {pace}，晚 {later} 个工作日",
            en=f"{milestone.ref}: its owner expects {on}, the pace of work gives {pace}, {later} working days later",
        ),
    )


def _answered(fields: Agreed) -> bool:
    """Return whether somebody explained the pace since the owner last said when it comes."""
    said = max((one.as_of for one in fields.forecasts if one.method == "owner"), default=date.min)
    return any(one.as_of >= said for one in fields.explanations)


def _untold(rag: Sequence[Rag], book: Book) -> Iterator[Concern]:
    """A red item that the report would be the first to tell."""
    for one in rag:
        for hit in one.hits:
            told = hit.refs and any(communications(book, ref, direction="outbound") for ref in hit.refs)
            if hit.colour == "red" and not told:
                yield Concern(
                    name="told",
                    blocks=True,
                    dimension=one.dimension,
                    text=Label(
                        zh=f"没有记录客户已知道红灯事项：{hit.reason.zh}",
                        en=f"nothing shows that the client knows of what is red: {hit.reason.en}",
                    ),
                )


def _promises(milestones: Iterable[Milestone], book: Book, moment: Moment) -> Iterator[Concern]:
    seen = {one.ref: one.forecast.value for one in milestones if isinstance(one.forecast, Known)}
    entry: Entry[Commitment]
    for entry in book.of("commitment"):
        for warning in warnings_now(entry, book, moment, seen):
            said = WARNINGS[warning]
            yield Concern(
                name="promises",
                blocks=False,
                text=Label(zh=f"承诺 {entry.ref}：{said.zh}", en=f"commitment {entry.ref}: {said.en}"),
            )


def _dissatisfied(judged: Judged) -> Iterator[Concern]:
    """The colour of the client's satisfaction is the agency's alone."""
    for hit in satisfaction(judged).hits:
        yield Concern(
            name="satisfaction",
            blocks=False,
            text=Label(zh=f"客户满意度（仅内部）：{hit.reason.zh}", en=f"satisfaction, for us alone: {hit.reason.en}"),
        )


def _unreleased(book: Book) -> Iterator[Concern]:
    hidden = [one for kind in _KINDS for one in book.of(kind) if one.released is None and one.state not in _OVER]
    if hidden:
        n, refs = len(hidden), [one.ref for one in hidden]
        yield Concern(
            name="unreleased",
            blocks=False,
            text=Label(
                zh=f"{n} 项风险或问题未对客户公开，报告不列出：{'、'.join(refs)}",
                en=f"not released, so not in the report: {n} risks or issues, {', '.join(refs)}",
            ),
        )
