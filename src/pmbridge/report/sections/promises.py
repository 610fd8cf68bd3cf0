"""S11: what the client expects of us, and what we promised."""

from __future__ import annotations

from pmbridge.domain.commitment import COMMITMENT
from pmbridge.domain.expectation import EXPECTATION
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Lines, Row, Section, Subheading, Table
from pmbridge.report.editions import listed
from pmbridge.report.model import ClientReport
from pmbridge.report.promised import Commitment, Expectation, Promises
from pmbridge.report.sections.rows import columns, empty, named, sentences, source_cell
from pmbridge.report.voice import Voice, runs

_OPEN = ("stated", "assessed", "agreed", "reset")
_WORST_FIRST = ("broken", "open", "renegotiated", "kept")


def promises(report: ClientReport, found: Promises, voice: Voice) -> Section:
    """Return expectations with how they stand, and commitments, broken ones first."""
    wishes = listed(found.expectations, report, "S11")
    made = sorted(
        listed(found.commitments, report, "S11"), key=lambda one: (_WORST_FIRST.index(one.state), not one.overdue)
    )
    blocks: list[Block] = []
    if wishes:
        heads = (r.EXPECTATION, r.FOR_WHEN, r.STANDS, r.NEXT_REVIEW, w.MS_SOURCE)
        blocks.append(
            Table(
                caption=voice.text(r.EXPECTATIONS),
                columns=columns(voice, *heads, wide=(r.EXPECTATION,)),
                rows=tuple(_expectation(one, voice) for one in wishes),
                name="expectations",
            )
        )
    if made:
        of_promises = (r.COMMITMENT, r.PROMISED_FOR, r.OUTCOME, w.MS_SOURCE)
        blocks += [
            Subheading(words=runs(voice.text(r.COMMITMENTS))),
            Table(
                caption=voice.text(r.COMMITMENTS),
                columns=columns(voice, *of_promises, wide=(r.COMMITMENT,)),
                rows=tuple(_commitment(one, voice) for one in made),
                name="commitments",
            ),
        ]
    if not blocks:
        blocks.append(empty(r.PROMISES_NONE, voice))
    said: list[Inline] = []
    if found.met is not None:
        said.append(voice.say(r.EXPECTATIONS_MET, hits=str(found.met.hits), n=str(found.met.n)))
    if found.kept is not None:
        said.append(voice.say(r.COMMITMENTS_KEPT, hits=str(found.kept.hits), n=str(found.kept.n)))
    blocks += sentences(said, voice)
    return Section(anchor="sec-S11", heading=voice.text(r.PROMISES), blocks=tuple(blocks))


def _expectation(one: Expectation, voice: Voice) -> Row:
    about: list[Inline] = [named(one.ref, one.statement, voice)]
    if one.agreed is not None:
        about.append(voice.say(r.AGREED_AS, what=voice.quote(one.agreed)))
    about += [
        voice.say(r.BEFORE_IT, day=voice.day(each.until), what=voice.quote(each.agreed or each.statement))
        for each in one.earlier
    ]
    is_open = one.state in _OPEN
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            tuple(about),
            (runs(voice.day(one.expected_on) if one.expected_on else voice.text(w.NOT_APPLICABLE)),),
            _stands(one, voice),
            (runs(voice.day(one.review_on) if is_open else voice.text(w.NOT_APPLICABLE)),),
            source_cell(one.sources, one.ref, voice),
        ),
        emphasis="late" if is_open and one.health == "at_risk" else "",
    )


def _stands(one: Expectation, voice: Voice) -> Lines:
    lines: list[Inline] = [runs(EXPECTATION.states[one.state].label.in_(voice.language))]
    if one.declined_because is not None and one.state == "declined":
        lines.append(voice.say(r.DECLINED, why=voice.quote(one.declined_because)))
    if one.health is not None and one.told_on is not None and one.state in _OPEN:
        told = voice.text(r.TOLD_HEALTH, health=voice.name(r.HEALTH, one.health), day=voice.day(one.told_on))
        lines.append(runs(told))
    return tuple(lines)


def _commitment(one: Commitment, voice: Voice) -> Row:
    about: list[Inline] = [named(one.ref, one.statement, voice)]
    if one.replaces:
        about.append(voice.say(r.INSTEAD_OF, ref=voice.link_to(one.replaces)))
    state = COMMITMENT.states[one.state].label.in_(voice.language)
    outcome: list[Inline] = []
    if one.overdue:
        outcome.append(runs(voice.text(r.OVERDUE_OPEN)))
    elif one.settled_on is not None:
        outcome.append(runs(voice.text(r.SETTLED_ON, state=state, day=voice.day(one.settled_on))))
    else:
        outcome.append(runs(state))
    if one.remedy is not None:
        outcome.append(voice.say(r.REMEDY, what=voice.quote(one.remedy)))
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            tuple(about),
            (runs(voice.day(one.due_on)),),
            tuple(outcome),
            source_cell(one.sources, one.ref, voice),
        ),
        emphasis="late" if one.overdue or one.state == "broken" else "",
    )
