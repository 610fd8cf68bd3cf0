"""A paper in one language as blocks, and its two formats. What may stand on it is chosen field by field: an allow-list.

Dates are written as in contracts (``2026-06-08``), amounts with their currency. The fingerprint names exactly the text
that is signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pmbridge.domain.figure import Money, Text
from pmbridge.domain.mapping import Words
from pmbridge.domain.text import text_of
from pmbridge.report.blocks import Column, Inline, Lines, Row, Run, Section, Table
from pmbridge.report.gate import in_lines, one_line
from pmbridge.report.html import CSP, css, environment
from pmbridge.report.markdown import escape, section
from pmbridge.values import Label, Language

EMPTY_BOX = "□"
SHORT_HASH = 8
UNTRANSLATED = Label(zh="（原文）", en=" (original)")
_SIGNED = Label(zh="签字", en="Signed")
_POST = Label(zh="职务", en="Position")
_DATE = Label(zh="日期", en="Date")
_STAMP = Label(zh="（盖章）", en="(stamp)")
_CHECK = Label(zh="校验码", en="check")
_AGENCY = Label(zh="乙方", en="Agency")
_CLIENT = Label(zh="甲方", en="Client")
_CONTRACT = Label(zh="合同", en="Contract")
_PROJECT = Label(zh="项目", en="Project")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFrame:
    """What every paper of an engagement says at its head."""

    engagement: Text
    client: Text
    agency: Text
    contract_ref: str | None

    @classmethod
    def of(
        cls, *, engagement: Words, client: Words, agency: Words, languages: Sequence[str], contract_ref: str | None
    ) -> PaperFrame:
        """Return the frame from the configuration's words."""
        listed = list(languages)
        return cls(
            engagement=text_of(engagement, listed),
            client=text_of(client, listed),
            agency=text_of(agency, listed),
            contract_ref=contract_ref,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper in one language. ``answers`` are the lines to tick, ``closing`` what holds where nothing is ticked."""

    language: Language
    name: str
    """For its file: ``CR-004``, ``DL-07-1``."""
    title: str
    facts: tuple[tuple[str, Lines], ...]
    sections: tuple[Section, ...]
    answers: tuple[Inline, ...]
    closing: Inline
    signers: tuple[str, ...]
    fingerprint: str
    """SHA-256, hex, of the content that is signed."""

    @property
    def check(self) -> str:
        """The fingerprint as people compare it: eight digits in two groups."""
        return f"{self.fingerprint[:4]} {self.fingerprint[4:SHORT_HASH]}"


class Pen:
    """Writes in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.zh = language == "zh-CN"

    def say(self, label: Label, **facts: object) -> str:
        """Return *label* with its slots filled, each with one line."""
        return label.in_(self.language).format(**{name: one_line(str(fact)) for name, fact in facts.items()})

    def led(self, label: Label) -> str:
        """Return *label* with the colon that leads on to what it is about."""
        return f"{self.say(label)}：" if self.zh else f"{self.say(label)}: "

    @property
    def comma(self) -> str:
        """What stands between two words of a line."""
        return "，" if self.zh else ", "

    def words(self, text: Text | None) -> Inline:
        """Return somebody's words in their lines, marked where they exist in the other language only."""
        if text is None:
            return ()
        found, exists = text.in_("zh" if self.zh else "en")
        said = in_lines(found) or "…"
        if exists:
            return (Run(text=said),)
        lang = "zh-CN" if text.original == "zh" else "en"
        return Run(text=said, lang=lang), Run(text=self.say(UNTRANSLATED), style="note")

    def plain(self, text: Text) -> str:
        """Return somebody's words as plain text on one line."""
        return one_line(text.in_("zh" if self.zh else "en")[0]) or "…"

    def run(self, text: str) -> Inline:
        """Return plain words on one line."""
        return (Run(text=said),) if (said := one_line(text)) else ()

    def table(self, caption: str, heads: Sequence[str], rows: Iterable[Sequence[Lines]], name: str = "paper") -> Table:
        """Return a table whose first column is wide."""
        columns = tuple(Column(head=head, kind="wide" if at == 0 else "") for at, head in enumerate(heads))
        return Table(caption=caption, columns=columns, rows=tuple(Row(cells=tuple(row)) for row in rows), name=name)


def heads(pen: Pen, frame: PaperFrame) -> list[tuple[str, Lines]]:
    """Return the facts that stand at the head of every paper."""
    found: list[tuple[str, Lines]] = [(pen.say(_PROJECT), (pen.words(frame.engagement),))]
    if frame.contract_ref:
        found.append((pen.say(_CONTRACT), (pen.run(frame.contract_ref),)))
    return [
        *found,
        (pen.say(_CLIENT), (pen.words(frame.client),)),
        (pen.say(_AGENCY), (pen.words(frame.agency),)),
    ]


def fingerprint(content: Any) -> str:
    """Return the SHA-256 of *content* as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def day(on: date | None) -> str:
    """Return *on* as contracts write it; a line to write on where it is not known."""
    return on.isoformat() if on is not None else "________"


def amount(money: Money) -> str:
    """Return *money* with its currency."""
    return str(money)


# ----------------------------------------------------------------------------------------------------- formats


def render_html(paper: Paper) -> bytes:
    """Return *paper* as one HTML file, made to be printed on A4. The same paper gives the same bytes."""
    template = environment("pmbridge.papers").get_template("paper.html.j2")
    words = signing_words(paper.language)
    return template.render(
        paper=paper, csp=CSP, css=css("paper.css"), box=EMPTY_BOX, w=words, check=words["check"]
    ).encode()


def signing_words(language: Language) -> Mapping[str, str]:
    """Return the words round a signature: ``signed``, ``post``, ``date``, ``stamp``, and ``check`` at the foot."""
    said = {"signed": _SIGNED, "post": _POST, "date": _DATE, "stamp": _STAMP, "check": _CHECK}
    return {name: label.in_(language) for name, label in said.items()}


def render_markdown(paper: Paper) -> bytes:
    """Return *paper* as Markdown. The same paper gives the same bytes."""
    pen = Pen(paper.language)
    lines = [f"# {escape(paper.title)}"]
    for name, value in paper.facts:
        said = "; ".join("".join(one.text for one in line if isinstance(one, Run)) for line in value)
        lines.append(f"- **{escape(name)}** {escape(said)}")
    body = ["\n".join([lines[0], "", *lines[1:]])]
    for one in paper.sections:
        body += section(one)
    answers = ["".join(run.text for run in answer if isinstance(run, Run)) for answer in paper.answers]
    if answers:
        body.append("\n".join(f"- {EMPTY_BOX} {escape(one)}" for one in answers))
    if paper.closing:
        body.append(escape("".join(run.text for run in paper.closing if isinstance(run, Run))))
    body += [
        f"{escape(who)}: {pen.say(_SIGNED)} ________ {pen.say(_POST)} ________ {pen.say(_DATE)} ________"
        for who in paper.signers
    ]
    body.append(f"{pen.say(_CHECK)} `{paper.check}`")
    return ("\n\n".join(body) + "\n").encode()
