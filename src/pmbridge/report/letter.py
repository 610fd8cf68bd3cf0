"""The mail that brings a report to the client: what it must decide first, in at most 200 words, and the report itself.

A draft for the project manager's own mail program. It loads nothing, tells nobody that it was read, and its lines to
answer hold blanks only, never a complete answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pmbridge.drafting import Enclosure, Recipient, draft
from pmbridge.report import palette
from pmbridge.report import words as w
from pmbridge.report.asked import Ask, AskOption
from pmbridge.report.blocks import Lines, Mark, Table
from pmbridge.report.html import environment
from pmbridge.report.model import ClientReport, DiffLine
from pmbridge.report.names import DIFF_SUBJECTS
from pmbridge.report.parts import Given
from pmbridge.report.reply import answer_line, subject
from pmbridge.report.sections.since import since
from pmbridge.report.voice import Voice
from pmbridge.values import Label, Language

MOST_WORDS = 200
MOST_BYTES = 10_000_000
_MOST_ASKS = 5
_CHANGES = 3
_TITLE, _HEADLINE = 30, 240


def _(zh: str, en: str) -> Label:
    return Label(zh=zh, en=en)


_DEAR = _("{names}，您好：", "Dear {names},")
_HELLO = _("您好：", "Hello,")
_ASKED = _(
    "需要您决定 {n} 项，直接回复即可，只保留您选的词：",
    "{n} for you to decide: simply reply and keep only the words that you choose.",
)
_NONE = _("本期没有需要您决定的事项。", "No decision is needed from you this period.")
_MORE = _("另有 {n} 项，见报告。", "{n} more: see the report.")
_BY = _("{title}（{day}前）", "{title} (by {day})")
_WAS_DUE = _("{title}（应于 {day}）", "{title} (was due {day})")
_OURS = _("我们建议 {key}", "we recommend {key}")
_SINCE = _("本期变化：{moves}。", "Changed: {moves}.")
_MOVED = _("{what} {old} → {new}", "{what} {old} → {new}")
_BOTH = _(
    "完整报告见附件（PDF 适合手机，HTML 可逐项查看来源）。",
    "The full report is attached (PDF for the phone, HTML to look up every source).",
)
_ONE = _("完整报告见附件（{form}）。", "The full report is attached ({form}).")
_STATE = _("总体状态：{colour}。", "Overall state: {colour}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """What the mail says. ``asks``: number and line of each; ``more``: how many further ones the report has."""

    greeting: str
    state: Mark
    headline: str
    asked: str
    asks: tuple[str, ...]
    more: str
    changes: tuple[str, ...]
    attached: str
    signature: str


def letter(
    report: ClientReport, language: Language, *, to: Sequence[Recipient] = (), enclosures: Sequence[Enclosure] = ()
) -> bytes:
    """Return the mail as a draft (``.eml``). Same report, recipients and files: same bytes.

    Of *enclosures* those go along that fit into 10 MB together, in their order; the text names what is attached.
    """
    voice = Voice(report, language, {})
    kept = tuple(_fitting(enclosures))
    said = _fitted(report, voice, to, kept)
    head = subject(report, voice)
    return draft(
        to=to,
        subject=f"{voice.text(w.DRAFT)} · {head}" if report.header.draft else head,
        text=_text(said, voice),
        html=_html(said, voice),
        reply_to=report.header.reply_to or "",
        enclosures=kept,
    )


def _fitting(enclosures: Sequence[Enclosure]) -> Iterator[Enclosure]:
    room = MOST_BYTES
    for one in enclosures:
        if len(one.body) <= room:
            room -= len(one.body)
            yield one


def _fitted(report: ClientReport, voice: Voice, to: Sequence[Recipient], enclosures: Sequence[Enclosure]) -> _Letter:
    """Return the fullest letter that keeps to the limit: questions go before changes."""
    shown = [(asks, changes) for asks in range(_MOST_ASKS, -1, -1) for changes in range(_CHANGES, -1, -1)]
    for asks, changes in shown:
        said = _said(report, voice, to, enclosures, asks=asks, changes=changes)
        if words_of(_text(said, voice)) <= MOST_WORDS:
            return said
    return _said(report, voice, to, enclosures, asks=0, changes=0)


def words_of(text: str) -> int:
    """Return how many words *text* has; two Chinese characters count as one, as they make one on average."""
    chinese = sum(char > "\u2e7f" and char.isalpha() for char in text)
    other = "".join(" " if char > "\u2e7f" else char for char in text).split()
    return sum(any(char.isalnum() for char in one) for one in other) + -(-chinese // 2)


# ------------------------------------------------------------------------------------------------- what it says


def _said(
    report: ClientReport,
    voice: Voice,
    to: Sequence[Recipient],
    enclosures: Sequence[Enclosure],
    *,
    asks: int,
    changes: int,
) -> _Letter:
    header, overall = report.header, report.overall
    names = w.LISTED.in_(voice.language).join(one.name for one in to[:3] if one.name)
    listed = report.asks[:asks]
    rest = len(report.asks) - len(listed)
    headline = voice.plain_quote(overall.headline) if overall.headline is not None else _reasons(report, voice)
    sender = w.DOT.in_(voice.language).join(
        one for one in (header.prepared_by, voice.plain_quote(header.agency.name)) if one
    )
    return _Letter(
        greeting=voice.text(_DEAR, names=names) if names else voice.text(_HELLO),
        state=voice.colour(overall.colour),
        headline=_cut(headline, _HEADLINE) or voice.text(_STATE, colour=voice.colour_word(overall.colour)),
        asked=voice.text(_ASKED, n=str(len(report.asks))) if report.asks else voice.text(_NONE),
        asks=tuple(_ask(one, voice) for one in listed),
        more=voice.text(_MORE, n=str(rest)) if rest else "",
        changes=tuple(_changes(report, voice))[:changes],
        attached=_attached(enclosures, voice),
        signature=sender,
    )


def _reasons(report: ClientReport, voice: Voice) -> str:
    told = [voice.reason_text(rule) for rule in report.overall.rules[:2]]
    return w.AND_THEN.in_(voice.language).join(told) + w.STOP.in_(voice.language) if told else ""


def _ask(ask: Ask, voice: Voice) -> str:
    title = _cut(voice.plain_quote(ask.title), _TITLE)
    if isinstance(ask.need_by, Given):
        by = _WAS_DUE if ask.overdue else _BY
        title = voice.text(by, title=title, day=voice.day(ask.need_by.value))
    if ask.kind != "decide" or not ask.options:
        return answer_line(ask, voice, title=title)
    keys = [_option(one, ask, voice) for one in ask.options]
    return answer_line(ask, voice, title=title, keys=w.AND_THEN.in_(voice.language).join(keys))


def _option(one: AskOption, ask: Ask, voice: Voice) -> str:
    """Return an option in few words: its key, its days on one milestone, its price."""
    shift = next((each.days for each in one.days if each.ref == ask.days_on), 0)
    told = [voice.shift(shift)] if one.days or (one.money and ask.days_on) else []
    told += [voice.money(each) for each in one.money]
    told += [voice.text(w.ASK_MONTHLY, money=voice.money(each)) for each in one.monthly]
    if one.recommended:
        told.append(voice.text(_OURS, key=one.key))
    effects = w.COMMA.in_(voice.language).join(told)
    return f"{one.key}{w.COLON.in_(voice.language)}{effects}" if effects else one.key


def _changes(report: ClientReport, voice: Voice) -> Iterator[str]:
    """Yield what changed, without colours and what the state of the whole tells already."""
    tables = [one for one in since(report, voice).blocks if isinstance(one, Table) and one.name == "since"]
    for table in tables:
        for line, row in zip(report.since, table.rows, strict=True):
            if not _told(line, report):
                what, old, new = (_plain(row.cells[at]) for at in (0, 2, 3))
                if line.title is not None:
                    title = _cut(voice.plain_quote(line.title), _TITLE)
                    what = f"{line.ref} {title} {voice.text(DIFF_SUBJECTS[line.kind])}"
                yield voice.text(_MOVED, what=what, old=old, new=new)


def _told(line: DiffLine, report: ClientReport) -> bool:
    return line.kind in ("colour", "progress") or (line.ref == report.final and line.kind in ("forecast", "plan"))


def _plain(cell: Lines) -> str:
    lines = ("".join(one.word if isinstance(one, Mark) else one.text for one in line) for line in cell)
    return " ".join(lines).strip()


def _attached(enclosures: Sequence[Enclosure], voice: Voice) -> str:
    forms = [one.name.rpartition(".")[2].upper() for one in enclosures]
    if set(forms) == {"PDF", "HTML"}:
        return voice.text(_BOTH)
    return voice.text(_ONE, form=w.LISTED.in_(voice.language).join(forms)) if forms else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


# -------------------------------------------------------------------------------------------------- how it looks


def _text(said: _Letter, voice: Voice) -> str:
    lines = [said.greeting, "", said.headline, said.asked]
    lines += [f"  {n}  {line}" for n, line in enumerate(said.asks, 1)]
    if said.more:
        lines.append(f"  {said.more}")
    if said.changes:
        lines += ["", voice.text(_SINCE, moves=w.AND_THEN.in_(voice.language).join(said.changes))]
    if said.attached:
        lines += ["", said.attached]
    return "\n".join([*lines, "", said.signature, ""])


def _html(said: _Letter, voice: Voice) -> str:
    template = environment().get_template("letter.html.j2")
    return template.render(said=said, language=voice.language, colours=palette.LIGHT, since=voice.text(w.SINCE))
