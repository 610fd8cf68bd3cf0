"""The requirement document: every requirement of a baseline, word for word, with the page on which it is agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pmbridge.domain import baseline
from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.requirement_fields import Kind, Requirement, Revision
from pmbridge.papers.paper import Paper, PaperFrame, Pen, day, fingerprint, heads
from pmbridge.report.blocks import Lines, Paragraph, Run, Section
from pmbridge.report.gate import one_line
from pmbridge.values import Label, Language

_TITLE = Label(zh="需求文档", en="Requirement document")
_BASELINE = Label(zh="需求基线 {n}（{day}）", en="Requirements baseline {n} ({day})")
_PROPOSED = Label(zh="拟定的需求基线 0", en="Proposed requirements baseline 0")
_VERSION = Label(zh="版本", en="Version")
_COUNT = Label(zh="需求数", en="Requirements")
_HEADS = (
    Label(zh="需求", en="Requirement"),
    Label(zh="满足标准", en="Fit criteria"),
    Label(zh="优先级", en="Priority"),
    Label(zh="修订", en="Revision"),
)
_VERIFIED = {
    "test": Label(zh="测试", en="test"),
    "demo": Label(zh="演示", en="demonstration"),
    "inspection": Label(zh="检查", en="inspection"),
    "analysis": Label(zh="分析", en="analysis"),
}
_KINDS: Mapping[Kind, Label] = {
    "functional": Label(zh="功能需求", en="Functional requirements"),
    "non_functional": Label(zh="非功能需求", en="Non-functional requirements"),
    "business": Label(zh="业务需求", en="Business requirements"),
    "constraint": Label(zh="约束", en="Constraints"),
    "regulatory": Label(zh="合规要求", en="Regulatory requirements"),
}
_OTHER = Label(zh="尚未分类", en="Not yet classified")
_PRIORITIES = {
    "must": Label(zh="必须", en="must"),
    "should": Label(zh="应当", en="should"),
    "could": Label(zh="可以", en="could"),
    "wont": Label(zh="本期不做", en="not this time"),
}
_NONE = Label(zh="还没有需求。", en="There is no requirement yet.")
_AGREE = Label(zh="同意以上 {n} 项需求，作为{what}", en="We agree to the {n} requirements above as {what}")
_RETURN = Label(zh="退回，意见：__________________", en="Returned, comments: __________________")
_AFTER = Label(zh="确认后的修改须经双方批准的变更请求。", en="After that they change by approved change requests only.")
_OF_CLIENT = Label(zh="甲方", en="Client")
_OF_AGENCY = Label(zh="乙方", en="Agency")
_IN_HAND = frozenset({"confirmed", "in_review", "clarified", "baselined", "fulfilled"})


def requirements_paper(book: Book, frame: PaperFrame, language: Language) -> Paper:
    """Return the document of the requirements baseline that holds; before baseline 0, of all that are in hand.

    The fingerprint is over ref, revision and hash of every requirement, so that any other word gives another one.
    """
    pen = Pen(language)
    last = book.newest("requirements_baseline")
    rows = _of_baseline(book, last.fields.items) if last is not None else _in_hand(book)
    version = pen.say(_PROPOSED)
    if last is not None:
        version = pen.say(_BASELINE, n=baseline.latest(book, "requirements"), day=day(last.fields.agreed_on))
    told = fingerprint([[one.ref, revision.label, revision.sha256] for one, revision in rows])
    return Paper(
        language=language,
        name="requirements" if last is None else f"requirements-{baseline.latest(book, 'requirements')}",
        title=pen.say(_TITLE),
        facts=(
            *heads(pen, frame),
            (pen.say(_VERSION), (pen.run(version),)),
            (pen.say(_COUNT), (pen.run(str(len(rows))),)),
        ),
        sections=tuple(_sections(pen, rows)),
        answers=(pen.run(pen.say(_AGREE, n=len(rows), what=version)), pen.run(pen.say(_RETURN))),
        closing=pen.run(pen.say(_AFTER)),
        signers=(pen.say(_OF_CLIENT), pen.say(_OF_AGENCY)),
        fingerprint=told,
    )


_Row = tuple[Entry[Requirement], Revision]


def _in_hand(book: Book) -> list[_Row]:
    return [(one, _shown(one).revision) for one in book.of("requirement") if one.state in _IN_HAND]


def _of_baseline(book: Book, items: Mapping[str, int]) -> list[_Row]:
    found: list[_Row] = []
    for one in book.of("requirement"):
        if one.ref in items:
            wordings = [each for each in one.fields.revisions if each.n == items[one.ref]]
            found.append((one, wordings[-1] if wordings else one.fields.revision))
    return found


def _shown(entry: Entry[Requirement]) -> Requirement:
    """Return the wording that the client has; of what is sent to it next, that which we have clarified."""
    return entry.fields if entry.state == "clarified" else entry.released or entry.fields


def _sections(pen: Pen, rows: Sequence[_Row]) -> list[Section]:
    if not rows:
        empty = Paragraph(words=pen.run(pen.say(_NONE)), kind="empty")
        return [Section(anchor="requirements", heading=pen.say(_TITLE), blocks=(empty,))]
    found: list[Section] = []
    for kind, label in [*_KINDS.items(), (None, _OTHER)]:
        mine = [row for row in rows if row[0].fields.kind == kind]
        if mine:
            table = pen.table(pen.say(label), [pen.say(head) for head in _HEADS], [_row(pen, *one) for one in mine])
            heading, count = pen.say(label), str(len(mine))
            found.append(Section(anchor=f"kind-{kind or 'other'}", heading=heading, blocks=(table,), count=count))
    return found


def _row(pen: Pen, entry: Entry[Requirement], revision: Revision) -> tuple[Lines, ...]:
    fields = _shown(entry)
    title = (Run(text=f"{entry.ref} ", style="strong"), *pen.words(fields.title))
    criteria: Lines = tuple(
        (
            Run(text=f"{one_line(one.id)} "),
            *pen.words(one.text),
            Run(text=f" · {pen.say(_VERIFIED[one.verification])}", style="note"),
        )
        for one in revision.fit_criteria
    )
    priority = pen.say(_PRIORITIES[entry.fields.priority]) if entry.fields.priority else "–"
    return (
        (title, pen.words(revision.statement)),
        criteria or (pen.run("–"),),
        (pen.run(priority),),
        (pen.run(revision.label), (Run(text=revision.sha256[:8], style="code"),)),
    )
