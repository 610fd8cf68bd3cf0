"""One language speaking: dates, numbers, money and sentences as ``report`` prints them, by Babel where it knows.

Chinese: ``2026年6月5日（周五）``, ``3 个工作日``, ``CNY 48,500.00`` (in sentences ``人民币 48,500.00 元 (CNY)``).
English: ``Fri 5 Jun 2026``, ``3 working days``. The year is left out where it is the report's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_gmt, get_timezone_location
from babel.numbers import format_decimal, get_currency_name, get_currency_precision

from pmbridge.domain.change import STATES
from pmbridge.domain.dated import spelt
from pmbridge.domain.figure import REASON_LABELS, UNIT_LABELS, plain
from pmbridge.domain.text import title_of
from pmbridge.domain.view import Colour
from pmbridge.report import names
from pmbridge.report import words as w
from pmbridge.report.blocks import Inline, Lines, Mark, Run, Style
from pmbridge.report.model import ClientReport, Rule
from pmbridge.report.parts import Amount, Missing, Quote, Sentence, Source, Work
from pmbridge.values import Label, Language

Said = str | Run | Mark | Inline
_SLOT = re.compile(r"\{(\w+)\}")


class Voice:
    """Speaks one language about one report. Pure; cheap to make."""

    def __init__(self, report: ClientReport, language: Language, anchors: Mapping[str, str]) -> None:
        self.language: Language = language
        self.zh = language == "zh-CN"
        self._locale = _locale("zh_CN" if self.zh else "en")
        self._year = report.header.as_of.year
        self._zone = report.header.zone
        self._anchors = anchors
        self._terms = {term.name: self._term(term, report) for term in w.TERMS}

    def _term(self, term: w.Term, report: ClientReport) -> str:
        word = term.label.in_(self.language)
        for overlay in report.terms:
            if overlay.ours in (term.label.zh, term.label.en):
                word = (overlay.theirs.zh if self.zh else overlay.theirs.en) or word
        return f"{word}s" if term.plural and not self.zh and not word.endswith("s") else word

    # -- sentences

    def text(self, label: Label | Sentence, **facts: str) -> str:
        """Return the sentence with its slots filled, as plain text."""
        said = label.zh if self.zh else label.en
        return _SLOT.sub(lambda slot: self._terms.get(slot[1]) or facts[slot[1]], said)

    def head(self, label: Label, **facts: str) -> str:
        """Return the sentence with a capital first letter, for heads."""
        said = self.text(label, **facts)
        return said[:1].upper() + said[1:]

    def say(self, label: Label | Sentence, **facts: Said) -> Inline:
        """Return the sentence with its slots filled; a slot may hold words with a link, a language or a style."""
        said = label.zh if self.zh else label.en
        found: list[Run | Mark] = []
        for n, piece in enumerate(_SLOT.split(said)):
            if n % 2 == 0:
                found.extend(runs(piece))
            else:
                found.extend(runs(self._terms.get(piece) or facts[piece]))
        return tuple(found)

    def join(self, parts: Iterable[Said], *, by: Label = w.AND_THEN) -> Inline:
        """Return *parts* in a row, separated as a list in this language."""
        found: list[Run | Mark] = []
        for part in parts:
            if found:
                found.extend(runs(by.in_(self.language)))
            found.extend(runs(part))
        return tuple(found)

    def quote(self, quote: Quote, *, href: str = "", style: Style = "") -> Inline:
        """Return somebody's words; in the original and labelled so where no translation exists."""
        found = quote.zh if self.zh else quote.en
        if found:
            return (Run(text=found, href=href, style=style),)
        original = (quote.zh if quote.original == "zh" else quote.en) or ""
        lang = "zh-CN" if quote.original == "zh" else "en"
        label = w.UNTRANSLATED.in_(self.language)
        return Run(text=original, href=href, lang=lang, style=style), Run(text=" "), Run(text=label, style="note")

    def plain_quote(self, quote: Quote) -> str:
        """Return somebody's words as text, for places that hold no label: titles, drawings, mail."""
        return (quote.zh if self.zh else quote.en) or quote.zh or quote.en or ""

    def has(self, quote: Quote) -> bool:
        """Return whether the words exist in this language."""
        return bool(quote.zh if self.zh else quote.en)

    # -- references

    def anchor(self, ref: str) -> str:
        """Return the id of *ref*'s row."""
        return self._anchors.get(ref, ref)

    def link_to(self, ref: str, text: str | None = None) -> Run:
        """Return *ref* (or *text*) linked to its row, plain where this page has no such row."""
        anchor = self._anchors.get(ref)
        return Run(text=text or ref, href=f"#{anchor}" if anchor else "")

    def refs(self, refs: Sequence[str]) -> Inline:
        """Return refs, each linked to its row."""
        return self.join([self.link_to(ref) for ref in refs], by=w.LISTED)

    def source(self, source: Source, ref: str, *, observed: bool) -> Run:
        """Return where the row *ref* comes from: the tool, and its key unless that is the ref."""
        if source.event is not None:
            return Run(text=self.text(w.REGISTER_EVENT, n=str(source.event)))
        said = self.text(w.AS_RECORDED, tool=source.tool) if observed else source.tool
        if source.key and source.key != ref:
            said += f" · {source.key}"
        return Run(text=said, href=source.url or "")

    def word(self, word: str) -> Run:
        """Return a tool's own word, marked with its language where that is not this one."""
        language = "zh-CN" if title_of(word).original == "zh" else "en"
        return Run(text=word, lang="" if language == self.language else language)

    def reason_text(self, rule: Rule) -> str:
        """Return a rule's sentence, its days in this language's form; what looks like one in a title stays as it is."""
        if rule.dated is None:
            return rule.reason.zh if self.zh else rule.reason.en
        # A Chinese date ends in a Chinese character, after which no space stands.
        return spelt(rule.dated.zh if self.zh else rule.dated.en, self.day, tight=self.zh)

    def reason(self, rule: Rule) -> Inline:
        """Return a rule's sentence, linked to the row that it speaks of."""
        said = self.reason_text(rule)
        return (self.link_to(rule.anchors[0], said),) if rule.anchors else runs(said)

    # -- values

    def name(self, table: Mapping[Any, Label], key: str) -> str:
        """Return what *table* calls *key*; the key itself, should it ever be missing."""
        return table[key].in_(self.language) if key in table else key

    def colour(self, colour: Colour) -> Mark:
        """Return the colour with its letter and word."""
        return Mark(colour=colour, letter=names.LETTERS[colour], word=names.COLOURS[colour].in_(self.language))

    def colour_word(self, colour: Colour) -> str:
        """Return the colour's word as it stands inside a sentence."""
        word = names.COLOURS[colour].in_(self.language)
        return word if self.zh else word.lower()

    def state(self, state: str | None, tool_state: str) -> Inline:
        """Return a change's state; one that is not mapped in the tool's own word."""
        if state is not None and state in STATES:
            return runs(STATES[state].label.in_(self.language))
        return self.say(w.TOOL_WORD, word=self.word(state or tool_state))

    def reason_unknown(self, figure: Missing, *, detail: bool = True) -> str:
        """Return why a figure is not known."""
        reason = REASON_LABELS[figure.reason].in_(self.language)
        if not detail or figure.detail is None:
            return reason
        return reason + w.COLON.in_(self.language) + self.text(figure.detail)

    def unknown(self, figure: Missing) -> Inline:
        """Return ``unknown (reason)``, never a dash or a zero."""
        return (Run(text=self.text(w.UNKNOWN, reason=self.reason_unknown(figure)), style="unknown"),)

    def unknown_lines(self, figure: Missing, *, detail: bool = False) -> Lines:
        """Return the same for a narrow cell: the word, and the reason below it."""
        reason = self.reason_unknown(figure, detail=detail)
        return ((Run(text=self.text(w.UNKNOWN_WORD), style="unknown"),), (Run(text=reason, style="note"),))

    def day(self, day: date) -> str:
        """Return month and day, with the year where it is not the report's."""
        if day.year != self._year:
            return format_date(day, "y年M月d日" if self.zh else "d MMM y", locale=self._locale)
        return format_date(day, "M月d日" if self.zh else "d MMM", locale=self._locale)

    def month(self, day: date) -> str:
        """Return the month's name, with the year in January."""
        pattern = ("y年M月" if self.zh else "MMM y") if day.month == 1 else ("M月" if self.zh else "MMM")
        return format_date(day, pattern, locale=self._locale)

    def weekday(self, day: date) -> str:
        """Return the day with its weekday: ``6月9日（周二）``, ``Tue 9 Jun``."""
        name = format_date(day, "EEE", locale=self._locale)
        return f"{self.day(day)}（{name}）" if self.zh else f"{name} {self.day(day)}"

    def full_day(self, day: date) -> str:
        """Return the day with weekday and year."""
        return format_date(day, "y年M月d日（EEE）" if self.zh else "EEE d MMM y", locale=self._locale)

    def span(self, first: date, last: date, *, year: bool = False) -> str:
        """Return a stretch of days as short as it can be said."""
        if first == last:
            return self.day(first)
        if self.zh:
            head = f"{first.year}年" if year or first.year != self._year else ""
            month = "" if first.month == last.month and first.year == last.year else f"{last.month}月"
            other = f"{last.year}年" if first.year != last.year else ""
            return f"{head}{first.month}月{first.day}日–{other}{month}{last.day}日"
        same = (first.year, first.month) == (last.year, last.month)
        pattern = "d" if same else "d MMM" if first.year == last.year else "d MMM y"
        end = format_date(last, "d MMM y", locale=self._locale) if year or last.year != self._year else self.day(last)
        return (
            f"{format_date(first, pattern, locale=self._locale)}–{end}"
            if same
            else (f"{format_date(first, pattern, locale=self._locale)} – {end}")
        )

    def moment(self, at: datetime) -> str:
        """Return day, weekday and time on the clock of the engagement's zone."""
        return f"{self.weekday(at.date())}{'' if self.zh else ' '}{at:%H:%M}"

    def full_moment(self, at: datetime) -> str:
        """Return the same with the year."""
        return f"{self.full_day(at.date())}{'' if self.zh else ' '}{at:%H:%M}"

    def short_moment(self, at: datetime) -> str:
        """Return day and time."""
        return f"{self.day(at.date())} {at:%H:%M}"

    def zone(self, at: datetime) -> str:
        """Return what people call the engagement's zone."""
        if self._zone in names.ZONES:
            return names.ZONES[self._zone].in_(self.language)
        if "/" not in self._zone:
            return get_timezone_gmt(at, locale=self._locale).replace("GMT", "UTC")
        return get_timezone_location(ZoneInfo(self._zone), locale=self._locale)

    def days(self, n: int) -> str:
        """Return a number of working days, with its unit."""
        return self.text(w.WORKING_DAY if abs(n) == 1 else w.WORKING_DAYS, n=str(n))

    def shift(self, n: int) -> str:
        """Return a shift with its sign: ``+3 working days``."""
        return self.text(w.WORKING_DAY if abs(n) == 1 else w.WORKING_DAYS, n=f"{n:+d}".replace("-", "−") if n else "0")

    def late(self, n: int, *, at_least: bool = False) -> str:
        """Return how late or early, in words; 0 is on time."""
        if n == 0 and not at_least:
            return self.text(w.ON_TIME)
        said = w.LATE_AT_LEAST if at_least else w.LATE if n > 0 else w.EARLY
        return self.text(said, days=self.days(abs(n)))

    def items(self, n: int) -> str:
        """Return a number of items, with its unit."""
        return self.text(w.ITEM if n == 1 else w.ITEMS, n=f"{n:,}")

    def percent(self, share: Decimal) -> str:
        """Return whole percent, floored: 99.6 % never prints as 100 %."""
        return f"{int(share * 100)}%"

    def number(self, value: Decimal) -> str:
        """Return a number without needless zeros."""
        return plain(value)

    def amount(self, value: Decimal) -> str:
        """Return a number with its thousands set apart."""
        return format_decimal(value, "#,##0.######", locale=self._locale)

    def money(self, money: Amount) -> str:
        """Return an amount as in tables: ISO code, then the number with the currency's digits."""
        digits = get_currency_precision(money.currency)
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return f"{money.currency} {format_decimal(money.amount, pattern, locale=self._locale)}"

    def money_in_sentence(self, money: Amount) -> str:
        """Return an amount as in running text, with the currency's name in Chinese."""
        code, _, number = self.money(money).partition(" ")
        if not self.zh:
            return f"{code} {number}"
        unit = " 元" if code == "CNY" else ""
        return f"{get_currency_name(code, locale=self._locale)} {number}{unit} ({code})"

    def work(self, work: Work) -> str:
        """Return progress with its fraction: ``62/80 points = 77%``."""
        unit = UNIT_LABELS[work.unit].in_(self.language)
        if work.unit == "weighted":  # shares of several sources have no common amount
            return f"{work.percent}%" + self.text(w.IN_BRACKETS, what=unit)
        return f"{plain(work.done)}/{plain(work.total)} {unit} = {work.percent}%"


@cache
def _locale(name: str) -> Locale:
    """Return a locale once: given by its name, Babel would look for it at every date."""
    return Locale.parse(name)


def runs(said: Said) -> Inline:
    """Return *said* as runs; empty text gives none."""
    if isinstance(said, str):
        return (Run(text=said),) if said else ()
    if isinstance(said, Run | Mark):
        return (said,)
    return said
