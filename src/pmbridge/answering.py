"""What a client's mail answers, held against the register: each line as the command that it would be.

Nothing is recorded until a person says so for that very line: a From line is no proof of identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pmbridge.domain.book import Book, meant
from pmbridge.domain.contact import Contact, name_of
from pmbridge.domain.entry import Entry
from pmbridge.domain.impact import Assessed, ChangeOption, prices, reshaped
from pmbridge.domain.machine import Condition
from pmbridge.drafting import Recipient, draft
from pmbridge.errors import Refused
from pmbridge.register import Attachment
from pmbridge.reply import Line, Reply, Verdict, read_reply
from pmbridge.values import Label

if TYPE_CHECKING:
    from pmbridge.engagement import Engagement

_VERBS: Mapping[str, Mapping[Verdict, str]] = {
    "change": {"approve": "approve", "accept": "approve", "reject": "reject", "defer": "defer"},
    "deliverable": {
        "accept": "accept",
        "approve": "accept",
        "accept_with_conditions": "accept_with_conditions",
        "reject": "reject",
    },
    "requirement": {"approve": "confirm", "accept": "confirm", "reject": "return"},
    "decision": {"approve": "decide", "accept": "decide"},
}
"""What a verdict means for each kind of record. What is not here is not answered by mail."""

UNKNOWN_REF = Label(zh="登记册中没有这个编号", en="the register has no such reference")
NOT_ASKED = Label(zh="这类记录没有这种答复", en="this kind of record has no such answer")
NO_OPTION = Label(zh="没有写选哪个方案", en="it does not say which option")
STRANGER = Label(zh="发件人不是联系人", en="the sender is no contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line of the mail. ``doubt``: why it is not recorded, ``None``: it can be, once a person confirms it.

    ``conditions``: those of the command that are not met; then ``doubt`` says so.
    """

    line: Line
    kind: str | None = None
    verb: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    means: Label | None = None
    doubt: Label | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def ref(self) -> str:
        """The reference as the register writes it, else as the client did."""
        return self.line.ref


class Answering:
    """A client's mail before the register: who wrote it, what each line would record, and the recording."""

    def __init__(self, engagement: Engagement, file: Path, *, now: datetime) -> None:
        """Read *file*.

        Raises:
            Refused: it cannot be read, or it is not an e-mail.
        """
        self._register = engagement.register
        plain = Attachment(file, "email")
        self.reply: Reply = read_reply(plain.body)
        if not self.reply.has_head:
            raise Refused(
                detail=f"{file} is no e-mail: it names neither sender nor date nor subject",
                detail_zh=f"{file} 不是邮件：没有发件人、日期和主题", command="pmbridge answer FILE.eml",
            )  # fmt: skip
        self.contact = self._sender()
        sent = self.reply.sent_at
        # A sender's clock that runs ahead must not put the answer into the future.
        self.at = now if sent is None or sent > now else sent
        author = None if self.contact is None else self.contact.ref
        self.evidence = Attachment(file, "email", occurred_at=self.at, author=author)

    def _sender(self) -> Entry[Contact] | None:
        address = self.reply.address
        if not address:
            return None
        book = self._register.book
        found = [
            one
            for one in book.of("contact")
            if one.state == "active" and (book.reveal(one.fields.email or "") or "").casefold() == address
        ]
        return found[0] if len(found) == 1 else None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Return what each line would record as the register is now, in the order of the mail."""
        return tuple(self._answer(line) for line in self.reply.lines)

    def _answer(self, line: Line) -> Answer:
        book = self._register.book
        entry = _record(book, line.ref)
        line = line if entry is None else _under(line, entry.ref)
        kind = None if entry is None else entry.kind
        if self.contact is None:
            return Answer(line=line, kind=kind, doubt=STRANGER)
        if entry is None:
            return Answer(line=line, doubt=UNKNOWN_REF)
        if line.verdict is None:
            return Answer(line=line, kind=kind, doubt=line.doubt)
        verb = _VERBS.get(entry.kind, {}).get(line.verdict)
        if verb is None:
            return Answer(line=line, kind=kind, doubt=NOT_ASKED)
        given, doubt = _input(entry, verb, line)
        if doubt is not None:
            return Answer(line=line, kind=kind, verb=verb, doubt=doubt)
        conditions = self._register.conditions(
            entry.kind, verb, entry.ref, input=given, at=self.at, by=self.contact.ref, evidence=[self.evidence]
        )
        unmet = tuple(one for one in conditions if not one.met)
        return Answer(
            line=line,
            kind=kind,
            verb=verb,
            input=given,
            means=_meaning(book, entry, verb, given),
            doubt=Label(zh="条件不满足", en="not possible as it stands") if unmet else None,
            conditions=unmet,
        )

    def record(self, answer: Answer) -> Entry[Any]:
        """Record *answer* with the mail as its evidence, and return the record.

        Raises:
            GuardFailed: the register has moved on since it was read.
            ValueError: the answer has a doubt.
        """
        if answer.doubt is not None or answer.kind is None or self.contact is None:
            raise ValueError(f"{answer.ref}: not an answer that can be recorded")
        return self._register.do(
            answer.kind,
            answer.verb,
            answer.ref,
            input=answer.input,
            at=self.at,
            by=self.contact.ref,
            evidence=[self.evidence],
        )

    def acknowledgement(self, recorded: Sequence[Answer]) -> bytes:
        """Return the draft of a mail that tells the sender, in their language, what was recorded."""
        assert self.contact is not None  # noqa: S101 - without one nothing is recorded
        language = self.contact.fields.language
        book = self._register.book
        name = name_of(book, self.contact.ref)
        lines = [Label(zh=f"{name}，您好：", en=f"Dear {name},").in_(language), ""]
        lines.append(Label(zh="已按您的回信记录：", en="As you wrote, we have recorded:").in_(language))
        colon = "：" if language == "zh" else ": "
        lines += [f"  {one.ref}{colon}{one.means.in_(language)}" for one in recorded if one.means is not None]
        ask = Label(zh="如有出入，请直接回复。", en="If anything of it is not what you meant, simply reply.")
        text = "\n".join([*lines, "", ask.in_(language), "", self._register.actor.name, ""])
        subject = self.reply.subject.strip() or self.evidence.evidence.title
        subject = subject if subject.casefold().startswith("re:") else f"Re: {subject}"
        return draft(to=[Recipient(name, self.reply.address)], subject=subject, text=text)

    def acknowledgement_name(self, recorded: Sequence[Answer]) -> str:
        """Return the name of the file for it, after the first record that it is about."""
        assert self.contact is not None  # noqa: S101
        word = Label(zh="已记录", en="recorded").in_(self.contact.fields.language)
        return f"{recorded[0].ref}-{word}.eml"

    def keep(self) -> Entry[Any] | None:
        """Record the mail itself as a communication, once; ``None`` if its sender is no contact, or it is there."""
        book = self._register.book
        if self.contact is None or any(
            one.fields.sha256 == self.evidence.evidence.sha256 for one in book.of("communication")
        ):
            return None
        about = tuple(dict.fromkeys(entry.ref for one in self.reply.lines if (entry := _record(book, one.ref))))
        given = {
            "direction": "inbound",
            "channel": "email",
            "purpose": "answer",
            "whom": (self.contact.ref,),
            "about": about,
            "subject": self.reply.subject.strip() or self.evidence.evidence.title,
            "message_id": self.reply.message_id or None,
        }
        return self._register.do("communication", "add", input=given, at=self.at, evidence=[self.evidence])


def _record(book: Book, written: str) -> Entry[Any] | None:
    ref = meant(written, book.concepts.values())
    return None if ref is None else book.get(ref)


def _under(line: Line, ref: str) -> Line:
    return Line(ref=ref, text=line.text, verdict=line.verdict, option=line.option, doubt=line.doubt)


def _input(entry: Entry[Any], verb: str, line: Line) -> tuple[dict[str, Any], Label | None]:
    """Return what the command takes out of the line, or why that is not enough."""
    if verb in ("approve", "decide"):
        option = line.option
        if option is None and isinstance(entry.fields, Assessed) and len(entry.fields.options) == 1:
            option = entry.fields.options[0].key
        return ({"option": option}, None) if option is not None else ({}, NO_OPTION)
    if verb == "return":
        return {"comments": line.text}, None
    return {}, None


def _meaning(book: Book, entry: Entry[Any], verb: str, given: Mapping[str, Any]) -> Label:
    """Return in words what would be recorded: the verdict, the option with its price and days, the criteria."""
    concept = book.concepts[entry.kind]
    step = next(one for one in concept.steps if one.verb == verb)
    zh, en = [step.label.zh], [step.label.en]
    if (key := given.get("option")) is not None:
        zh.append(f"方案 {key}")
        en.append(f"option {key}")
        option = entry.fields.option(key) if isinstance(entry.fields, Assessed) else None
        if option is not None:
            said = _effects(option)
            zh += [one.zh for one in said]
            en += [one.en for one in said]
    if entry.kind == "deliverable" and verb == "accept":
        n = len(entry.fields.acceptance_criteria)
        zh.append(f"{n} 项标准均记为通过")
        en.append(f"all {n} criteria passed" if n != 1 else "its criterion passed")
    return Label(zh="，".join(zh), en=", ".join(en))


def _effects(option: ChangeOption) -> list[Label]:
    """Return what *option* costs and what it does to the schedule, each in words."""
    days = Label(zh=f"{option.largest_shift} 日", en=f"{option.largest_shift} working days")
    found = reshaped(option.added, option.cancelled)
    return [
        *prices(option.money.values(), option.monthly.values()),
        *((days,) if option.shifts or not found else ()),
        *found,
    ]
