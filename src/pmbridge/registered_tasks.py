"""What the register leaves to do: everything that the client holds, and what of ours is late or due soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from pmbridge.approvals import ToolApproval, latest
from pmbridge.conflicts import Conflict
from pmbridge.domain.book import Book
from pmbridge.domain.contact import name_of
from pmbridge.domain.figure import Text
from pmbridge.domain.held import Held, held
from pmbridge.domain.moment import Moment
from pmbridge.domain.next_step import next_command
from pmbridge.domain.pending import Pending, decisions_needed
from pmbridge.domain.text import text_of
from pmbridge.domain.view import EngagementView
from pmbridge.engagement import Engagement
from pmbridge.task import SOON_WD, YOU, Task, both
from pmbridge.values import Label


def held_tasks(
    engagement: Engagement, as_of: datetime | str | None = None, *, everything: bool = False
) -> Iterator[Task]:
    """Yield what the client holds, and of what we hold what is late or due soon; with *everything* all of it."""
    register, at = engagement.register, engagement.instant(as_of)
    book = register.book if as_of is None else register.as_of(at)
    moment = Moment(as_of=at, zone=engagement.zone, calendar=register.calendar)
    holding = held(book, moment)
    pending = {one.ref: one for one in decisions_needed(book, moment)}
    linked = [one.ref for one in holding.client if one.kind == "change" and _is_linked(book, one.ref)]
    answered = latest(engagement.approvals(*linked)) if linked and as_of is None else {}
    for one in holding.client:
        asked, said = pending.get(one.ref), answered.get(one.ref)
        recorded = None if said is None else _answered(one, asked, said, engagement, book)
        yield recorded or _held(one, asked, engagement, book)
    until = moment.calendar.add_wd(moment.today, SOON_WD)
    for one in holding.ours if everything else holding.soon(until):
        yield _held(one, None, engagement, book)


def _held(one: Held, asked: Pending | None, engagement: Engagement, book: Book) -> Task:
    theirs = one.holder == "client"
    who = name_of(book, one.who) if one.who else ""
    if not theirs and who in ("", engagement.register.actor.name):
        label = YOU
    else:
        label = Label(zh=who, en=who) if who else both(text_of(engagement.config.client, engagement.config.languages))
    title = both(asked.question if asked is not None else one.title or Text(zh="", en="", original="zh"))
    text = _asked(one, asked, title)
    concept, entry = book.concepts[one.kind], book.get(one.ref)
    if not theirs and entry is not None:
        command = next_command(concept, entry, moves=True)
    elif one.kind in ("change", "decision"):
        command = ""
    else:
        command = f"pmbridge remind {one.ref}"
    due = None if one.due is None else datetime.combine(one.due, time(23, 59, 59), engagement.zone)
    return Task(
        key=f"{'decision' if theirs else 'ours'}:{one.ref}:{one.state}",
        kind="decision" if theirs else "ours",
        engagement=engagement.name,
        who=label,
        text=text,
        command=Label(zh=command, en=command) if command else _ANSWER,
        due=due,
        whole_day=due is not None,
        late_wd=one.late_wd,
        since=one.since,
        on_client=theirs,
    )


def _is_linked(book: Book, ref: str) -> bool:
    entry = book.get(ref)
    return entry is not None and bool(entry.links)


def _answered(one: Held, asked: Pending | None, said: ToolApproval, engagement: Engagement, book: Book) -> Task | None:
    """Return that the client has answered in the tool and that somebody has to record it; ``None``: nobody has."""
    answer = said.approval.decision
    by = said.approved if answer == "approved" else said.declined if answer == "declined" else ()
    if not by:
        return None
    who = name_of(book, by[0])
    title = both(asked.question if asked is not None else one.title or Text(zh="", en="", original="zh"))
    options = [choice.key for choice in asked.choices] if asked is not None else []
    which = options[0] if len(options) == 1 else "KEY"
    option = f" --option {which}" if answer == "approved" else ""
    verb = "approve" if answer == "approved" else "reject"
    joint = "".join(f" --with {other}" for other in by[1:])
    command = f"pmbridge change decide {one.ref} {verb}{option} --by {by[0]}{joint} --evidence tool_approval"
    where = f"{said.tool} {said.key}"
    zh, en = ("批准", "approved") if answer == "approved" else ("拒绝", "declined")
    return Task(
        key=f"answered:{one.ref}:{said.approval.id.external_id}:{answer}",
        kind="ours",
        engagement=engagement.name,
        who=YOU,
        text=Label(
            zh=f"{one.ref} {title.zh}：{who}已在 {where} {zh}，请登记",
            en=f"{one.ref} {title.en}: {who} {en} it in {where}; record it",
        ),
        command=Label(zh=command, en=command),
        since=one.since,
    )


_ANSWER = Label(zh="pmbridge answer 回信.eml", en="pmbridge answer REPLY.eml")


def _asked(one: Held, asked: Pending | None, title: Label) -> Label:
    """Return what is wanted: a choice, a verdict on a submission, or the thing itself."""
    zh, en = f"{one.ref} {title.zh}".rstrip(), f"{one.ref} {title.en}".rstrip()
    if one.holder == "client" and one.kind == "deliverable":
        n = asked.turn if asked is not None else None
        turn = Label(zh=f"（第 {n} 次提交）", en=f" (submission {n})") if n else Label(zh="", en="")
        return Label(zh=f"{one.ref} 验收 {title.zh}{turn.zh}", en=f"{one.ref} accept {title.en}{turn.en}")
    if one.holder == "client" and asked is not None and asked.choices:
        return Label(zh=f"{zh}，选方案", en=f"{en}, choose an option")
    return Label(zh=zh, en=en)


def difference_task(one: Conflict, view: EngagementView) -> Task:
    """Return the difference *one* as a thing to settle."""
    found, show = one.found, f"pmbridge conflicts show {one.ref}"
    if found.ours is None or found.theirs is None:
        sides = " · ".join(f"{where}: {says}" for where, says in found.sides)
        zh, en = f"{found.ref} {found.what.zh}：来源不一致（{sides}）", f"{found.ref} {found.what.en}: {sides}"
    elif found.kind == "unauthorised":
        zh, en = f"{found.what.zh}，{found.ours.zh}", f"{found.what.en}, but {found.ours.en}"
    else:
        tool, says = found.sides[-1]
        about = (
            ("", "")
            if found.field == "state"
            else (f"{found.ref} {found.what.zh}：", f"{found.what.en} of {found.ref}: ")
        )
        zh = f"{about[0]}{tool} 写「{says}」，登记册是「{found.ours.zh}」"
        en = f'{about[1]}{tool} says "{says}", the register "{found.ours.en}"'
    return Task(
        key=f"difference:{one.ref}:{found.values}",
        kind="difference",
        engagement=view.name,
        who=YOU,
        text=Label(zh=f"{one.ref} {zh}", en=f"{one.ref} {en}"),
        command=Label(zh=show, en=show),
        since=one.since,
    )
