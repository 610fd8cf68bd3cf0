"""The acceptance form of a submission, and once the client has answered, the certificate of what came of it.

A deemed acceptance is named as what it is: nobody said yes.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.domain.acceptance import AcceptanceRecord, Mark, Submission, Verdict
from pmbridge.domain.book import Book
from pmbridge.domain.client_decision import decision_on
from pmbridge.domain.contact import name_of
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.entry import Entry
from pmbridge.errors import Refused
from pmbridge.papers.paper import EMPTY_BOX, Paper, PaperFrame, Pen, day, heads
from pmbridge.report.blocks import Block, Lines, Paragraph, Run, Section
from pmbridge.report.gate import one_line
from pmbridge.values import Label, Language

_FORM = Label(zh="验收确认单", en="Acceptance form")
_CERTIFICATE = Label(zh="验收证书", en="Acceptance certificate")
_NUMBER = Label(zh="编号", en="No.")
_WHAT = Label(zh="交付物", en="Deliverable")
_SUBMITTED = Label(zh="第 {n} 次提交，{day}", en="submission {n}, {day}")
_FILES = Label(zh="文件", en="Files")
_FILE = Label(zh="{name} 校验码 {check}", en="{name} check {check}")
_BY = Label(zh="请于此日前答复", en="Please answer by")
_CRITERIA = Label(zh="验收标准", en="Acceptance criteria")
_PASS = Label(zh="通过", en="Passed")
_FAIL = Label(zh="不通过", en="Failed")
_WAIVE = Label(zh="豁免", en="Waived")
_NOTE = Label(zh="说明", en="Note")
_OPTIONAL = Label(zh="（可选）", en=" (optional)")
_RESULT = Label(zh="结论", en="Result")
_ANSWERS = (
    Label(zh="通过", en="Accepted"),
    Label(
        zh="有条件通过（遗留项、负责人、期限：__________）",
        en="Accepted with conditions (items, owner, date: __________)",
    ),
    Label(zh="不通过（原因：__________）", en="Rejected (reason: __________)"),
)
_OPEN = Label(
    zh="未勾选的标准视为未评定，不视为通过。", en="A criterion without a tick is not judged; it is not passed."
)
_VERDICTS: Mapping[Verdict, Label] = {
    "accepted": Label(zh="客户已验收", en="Accepted by the client"),
    "accepted_with_conditions": Label(zh="客户有条件验收", en="Accepted by the client with conditions"),
    "rejected": Label(zh="客户未通过验收", en="Rejected by the client"),
    "deemed_accepted": Label(
        zh="按合同视为验收（客户未答复，期限 {end}，提醒 {reminded}）",
        en="Deemed accepted by the contract (no answer; window ended {end}, reminded {reminded})",
    ),
}
_LEFT = Label(zh="遗留项", en="Still to be done")
_DECIDED = Label(zh="{who}，{day}", en="{who}, {day}")
_SIGNER = Label(zh="验收人", en="Accepted by")
_MARKS: Mapping[Mark, int] = {"pass": 0, "fail": 1, "waived": 2}
_TICKED = "☑"


def acceptance_paper(book: Book, entry: Entry[Deliverable], frame: PaperFrame, language: Language) -> Paper:
    """Return the form of the last submission of *entry*, or the certificate of what the client said to it.

    Raises:
        Refused: nothing was submitted yet.
    """
    pen = Pen(language)
    fields = entry.released or entry.fields
    if not entry.fields.submissions:
        raise Refused(
            detail=f"{entry.ref} was not submitted yet", detail_zh=f"{entry.ref} 还没有提交",
            command=f"pmbridge deliverable submit {entry.ref}",
        )  # fmt: skip
    last: Submission = entry.fields.submissions[-1]
    record = next((one for one in reversed(entry.fields.acceptances) if one.submission == last.n), None)
    if record is not None and record.revoked_on is not None:
        record = None
    number = (record.certificate_no if record is not None else None) or f"{entry.ref}-{last.n}"
    what = (
        *pen.words(fields.title),
        Run(text=f"{pen.comma}{pen.say(_SUBMITTED, n=last.n, day=day(last.submitted_on))}"),
    )
    facts = [
        (pen.say(_NUMBER), (pen.run(number),)),
        *heads(pen, frame),
        (pen.say(_WHAT), (what,)),
        (pen.say(_FILES), tuple(_file(pen, one.name, one.sha256) for one in last.package) or (pen.run("–"),)),
    ]
    if record is None:
        facts.append((pen.say(_BY), (pen.run(day(last.answer_by)),)))
    sections = [_criteria(pen, fields, record)]
    if record is not None:
        sections.append(_result(pen, book, entry, record))
    return Paper(
        language=language,
        name=number,
        title=f"{pen.say(_FORM if record is None else _CERTIFICATE)} {one_line(number)}",
        facts=tuple(facts),
        sections=tuple(sections),
        answers=tuple(pen.run(pen.say(one)) for one in _ANSWERS) if record is None else (),
        closing=pen.run(pen.say(_OPEN)) if record is None else (),
        signers=(pen.say(_SIGNER),) if record is None or record.verdict != "deemed_accepted" else (),
        fingerprint=last.sha256,
    )


def _file(pen: Pen, name: str, sha256: str) -> tuple[Run, ...]:
    return (Run(text=pen.say(_FILE, name=name, check=f"{sha256[:4]} {sha256[4:8]}")),)


def _criteria(pen: Pen, fields: Deliverable, record: AcceptanceRecord | None) -> Section:
    verdicts = {one.criterion: one for one in record.verdicts} if record is not None else {}
    rows: list[tuple[Lines, ...]] = []
    for one in fields.acceptance_criteria:
        said = verdicts.get(one.id)
        marks = [EMPTY_BOX] * len(_MARKS)
        if said is not None:
            marks[_MARKS[said.mark]] = _TICKED
        title = (Run(text=f"{one_line(one.id)} "), *pen.words(one.text))
        if not one.mandatory:
            title = (*title, Run(text=pen.say(_OPTIONAL), style="note"))
        note = pen.words(said.note) if said is not None else pen.run("" if record is not None else "________")
        rows.append(((title,), *((pen.run(mark),) for mark in marks), (note,)))
    columns = [pen.say(one) for one in (_CRITERIA, _PASS, _FAIL, _WAIVE, _NOTE)]
    heading = pen.say(_CRITERIA)
    return Section(anchor="criteria", heading=heading, blocks=(pen.table(heading, columns, rows),))


def _result(pen: Pen, book: Book, entry: Entry[Deliverable], record: AcceptanceRecord) -> Section:
    deemed = record.deemed
    facts = {} if deemed is None else {"end": day(deemed.window_ended_on), "reminded": day(deemed.reminded_on)}
    blocks: list[Block] = [
        Paragraph(words=(Run(text=pen.say(_VERDICTS[record.verdict], **facts), style="strong"),)),
    ]
    decision = decision_on(book, entry.ref)
    if decision is not None and deemed is None:
        who = ", ".join(name_of(book, one) for one in decision.fields.decided_by)
        blocks.append(Paragraph(words=pen.run(pen.say(_DECIDED, who=who, day=day(record.decided_on)))))
    if record.punch_list:
        blocks.append(Paragraph(words=pen.run(f"{pen.led(_LEFT)}{', '.join(record.punch_list)}")))
    return Section(anchor="result", heading=pen.say(_RESULT), blocks=tuple(blocks))
