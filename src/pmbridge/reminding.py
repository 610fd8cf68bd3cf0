"""Reminding the client of what it holds: a draft in its language, and the record that it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmbridge.domain.contact import Contact, find_contact, name_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Text
from pmbridge.domain.held import Held, held
from pmbridge.domain.impact import prices, reshaped
from pmbridge.domain.moment import Moment
from pmbridge.domain.next_step import lapsed_offer, renew, show_command
from pmbridge.domain.pending import Pending, decisions_needed
from pmbridge.domain.refusal import unknown_anywhere
from pmbridge.domain.text import text_of
from pmbridge.drafting import Recipient, draft, one_line
from pmbridge.errors import Refused
from pmbridge.register import Attachment
from pmbridge.values import Label

if TYPE_CHECKING:
    from pmbridge.domain.book import Book
    from pmbridge.engagement import Engagement

_TITLES = ("title", "question", "what", "text", "statement")
_FILE = Label(zh="提醒", en="reminder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A mail to whoever holds the record ``ref``. ``to``: ref of the contact, ``address`` empty if none is known."""

    ref: str
    to: str
    name: str
    address: str
    language: str
    subject: str
    text: str

    @property
    def file_name(self) -> str:
        """Name of the draft, in the client's language: ``DEP-13-提醒.eml``."""
        return f"{self.ref}-{_FILE.in_(self.language)}.eml"

    @property
    def body(self) -> bytes:
        """The draft."""
        return draft(to=[Recipient(self.name, self.address)], subject=self.subject, text=self.text)


def reminder(
    engagement: Engagement, ref: str, *, to: str | None = None, now: datetime, book: Book | None = None
) -> Reminder:
    """Return the reminder of the record *ref*; *to*: another contact than the one who holds it.

    *book*: the register as it is not yet, or no more; without it as it stands.

    Raises:
        UnknownRef: no such record.
        Refused: the client does not hold it, nobody is known to write to, or the client may not see it yet.
    """
    register = engagement.register
    book = register.book if book is None else book
    moment = Moment(as_of=now, zone=register.zone, calendar=register.calendar)
    entry = _entry(book, ref)
    thing = next((one for one in held(book, moment).client if one.ref == entry.ref), None)
    if thing is None:
        thing = _elsewhere(entry, book, moment)
    asked = next((one for one in decisions_needed(book, moment) if one.ref == entry.ref), None)
    if entry.released is None and asked is None:
        raise Refused(
            detail=f"{entry.ref} was never shown to the client", detail_zh=f"{entry.ref} 还没有对客户公开",
            command=f"pmbridge {entry.kind} release {entry.ref}",
        )  # fmt: skip
    contact = find_contact(book, to or thing.who or "")
    if contact is None:
        raise Refused(
            detail=f"whom to remind of {entry.ref}?", detail_zh=f"{entry.ref} 提醒谁？",
            command=f"pmbridge remind {entry.ref} --to CONTACT",
        )  # fmt: skip
    language = contact.fields.language
    title = asked.question if asked is not None else _title(entry)
    return Reminder(
        ref=entry.ref,
        to=contact.ref,
        name=name_of(book, contact.ref),
        address=book.reveal(contact.fields.email or "") or "",
        language=language,
        subject=_subject(engagement, entry.ref, title, thing, language),
        text=_text(engagement, contact, thing, asked, title, moment, book),
    )


def _entry(book: Book, ref: str) -> Entry[Any]:
    entry = book.get(ref)
    if entry is None:
        raise unknown_anywhere(book, ref)
    return entry


def _elsewhere(entry: Entry[Any], book: Book, moment: Moment) -> Held:
    """Return nothing: say who holds *entry* instead of the client."""
    ours = next((one for one in held(book, moment).ours if one.ref == entry.ref), None)
    show = show_command(book, entry)
    if (last := lapsed_offer(book.concepts[entry.kind], entry, moment)) is not None:
        raise Refused(
            detail=f"the offer of {entry.ref} expired on {last}, so it waits for nobody",
            detail_zh=f"{entry.ref} 的报价已于 {last} 到期，不再等待客户", command=renew(entry),
        )  # fmt: skip
    if ours is None:
        raise Refused(detail=f"nobody holds {entry.ref}", detail_zh=f"{entry.ref} 不在等任何人", command=show)
    who = ours.who or ""
    raise Refused(
        detail=f"{entry.ref} is not with the client, it is with us{f': {who}' if who else ''}",
        detail_zh=f"{entry.ref} 不在客户手上，在我方{f'：{who}' if who else ''}",
        command=show,
    )


def _title(entry: Entry[Any]) -> Text:
    shown = entry.released or entry.fields
    found = (getattr(shown, name, None) for name in _TITLES)
    return next((one for one in found if isinstance(one, Text)), Text(zh=entry.ref, original="zh"))


def record_sent(engagement: Engagement, sent: Reminder, file: Path, *, at: datetime | None = None) -> Entry[Any]:
    """Record that the draft at *file* was sent: the proof that a deemed acceptance needs.

    Raises:
        GuardFailed: the contact is no longer known, or *at* is still to come.
    """
    given = {
        "direction": "outbound",
        "channel": "email",
        "purpose": "reminder",
        "whom": (sent.to,),
        "about": (sent.ref,),
        "subject": sent.subject,
    }
    return engagement.register.do("communication", "add", input=given, at=at, evidence=[Attachment(file, "email")])


# ------------------------------------------------------------------------------------------------------ the words


def _subject(engagement: Engagement, ref: str, title: Text, thing: Held, language: str) -> str:
    name = text_of(engagement.config.name, engagement.config.languages).in_(language)[0]
    words = title.in_(language)[0]
    if thing.overdue:
        late = Label(zh=f"（已晚 {thing.late_wd} 个工作日）", en=f" ({_days(thing.late_wd)} late)")
    elif thing.due is not None:
        late = Label(zh=f"（{_day(thing.due, 'zh')}前）", en=f" (by {_day(thing.due, 'en')})")
    else:
        late = Label(zh="", en="")
    colon = "：" if language == "zh" else ": "
    return one_line(f"{name}{colon}{ref} {words}{late.in_(language)}")


def _text(
    engagement: Engagement,
    contact: Entry[Contact],
    thing: Held,
    asked: Pending | None,
    title: Text,
    moment: Moment,
    book: Book,
) -> str:
    language = contact.fields.language
    say = Label(zh=f"{name_of(book, contact.ref)}，您好：", en=f"Dear {name_of(book, contact.ref)},").in_(language)
    lines = [say, "", f"{thing.ref} {one_line(title.in_(language)[0])}", _when(thing, moment).in_(language)]
    if asked is not None:
        lines += _more(asked, language)
    ask = Label(
        zh="直接回复即可，下面一行只保留您选的词：", en="Simply reply; in the line below keep only what you choose:"
    )
    lines += ["", ask.in_(language), "", _blank(thing, asked, title).in_(language), ""]
    agency = engagement.workspace_config.agency.name
    name = text_of(agency, engagement.config.languages).in_(language)[0] if agency else ""
    who = engagement.register.actor.name
    return "\n".join([*lines, f"{who} · {name}" if name else who, ""])


def _when(thing: Held, moment: Moment) -> Label:
    if thing.due is None:
        return Label(zh=f"自 {thing.since} 起等您答复。", en=f"It has waited for you since {thing.since}.")
    zh, en = _day(thing.due, "zh"), _day(thing.due, "en")
    if thing.overdue:
        return Label(
            zh=f"应于 {zh} 完成，已晚 {thing.late_wd} 个工作日。",
            en=f"It was due on {en}, {_days(thing.late_wd)} ago.",
        )
    left = moment.calendar.wd(moment.today, thing.due)
    return Label(zh=f"请在 {zh} 前答复，还剩 {left} 个工作日。", en=f"Due by {en}, {_days(left)} left.")


def _more(asked: Pending, language: str) -> list[str]:
    """Return what the client has to know: what lateness causes, and the options."""
    found = []
    if asked.effect_if_late is not None:
        found.append(Label(zh="影响：", en="Effect: ").in_(language) + one_line(asked.effect_if_late.in_(language)[0]))
    found += [one.label.in_(language) for one in asked.cost_of_delay]
    for choice in asked.choices:
        costs = [one.in_(language) for one in prices(choice.money, choice.monthly)]
        milestones = [one.in_(language) for one in reshaped(choice.added, choice.cancelled)]
        parts = [*costs, *(f"{ref} {days:+d}" for ref, days in choice.days), *milestones]
        advised = Label(zh="，我们建议", en=", which we recommend").in_(language) if choice.recommended else ""
        detail = f"（{'，'.join(parts)}）" if language == "zh" else f" ({', '.join(parts)})"
        found.append(f"  {choice.key}  {one_line(choice.text.in_(language)[0])}{detail if parts else ''}{advised}")
    return found


def _blank(thing: Held, asked: Pending | None, title: Text) -> Label:
    """Return the line that the client completes; it holds blanks and every word that may be chosen."""
    heads = {language: f"{thing.ref} {one_line(title.in_(language)[0])}" for language in ("zh", "en")}
    options = asked is not None and bool(asked.choices)
    ways = {
        "dependency": Label(zh="____月____日前提供", en="provided by ____"),
        "change": Label(zh="同意方案 ____ / 不同意 / 暂缓", en="approve option ____ / reject / defer"),
        "deliverable": Label(
            zh="通过（即全部标准通过）/ 有条件通过 / 驳回，意见：____",
            en="accept (meaning every criterion passes) / accept with conditions / reject, because: ____",
        ),
        "requirement": Label(zh="同意 / 驳回，意见：____", en="approve / reject, because: ____"),
        "decision": Label(zh="同意方案 ____", en="approve option ____"),
    }
    way = ways.get(thing.kind, Label(zh="____", en="____"))
    if thing.kind == "decision" and not options:
        way = Label(zh="____", en="____")
    return Label(zh=f"{heads['zh']}：{way.zh}", en=f"{heads['en']}: {way.en}")


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"


_WEEKDAYS = Label(zh="周一 周二 周三 周四 周五 周六 周日", en="Mon Tue Wed Thu Fri Sat Sun")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def _day(on: date, language: str) -> str:
    weekday = _WEEKDAYS.in_(language).split(" ")[on.weekday()]
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日（{weekday}）"
    return f"{weekday} {on.day} {_MONTHS.split(' ')[on.month - 1]} {on.year}"
