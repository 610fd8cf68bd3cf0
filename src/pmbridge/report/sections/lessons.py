"""Goals of S5, and S15: what was learned and what is done about it."""

from __future__ import annotations

from pmbridge.domain.goal import GOAL
from pmbridge.domain.improvement import IMPROVEMENT
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Items, Lines, Row, Section, Subheading, Table
from pmbridge.report.learned import Goal, Improvement, Lesson, Lessons, Measure, Retro
from pmbridge.report.sections.rows import columns, empty, named, source_cell
from pmbridge.report.voice import Voice, runs

# ------------------------------------------------------------------------------------------------------- S5 goals


def goals(found: tuple[Goal, ...], voice: Voice) -> list[Block]:
    """Return the goals with their measures."""
    heading = Subheading(words=runs(voice.text(r.GOALS)))
    if not found:
        return [heading, empty(r.GOALS_NONE, voice)]
    heads = (r.GOAL, r.MEASURE, r.GOAL_TARGET, r.GOAL_VALUE, r.DUE, r.GOAL_STATE, w.MS_SOURCE)
    return [
        heading,
        Table(
            caption=voice.text(r.GOALS),
            columns=columns(voice, *heads, wide=(r.GOAL,)),
            rows=tuple(_goal(one, voice) for one in found),
            name="goals",
        ),
    ]


def _goal(one: Goal, voice: Voice) -> Row:
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (named(one.ref, one.statement, voice),),
            tuple((voice.word(each.name),) for each in one.measures) or ((),),
            tuple(_target(each, voice) for each in one.measures) or ((),),
            tuple(_value(each, voice) for each in one.measures) or ((),),
            (runs(voice.day(one.due_on) if one.due_on else voice.text(w.NOT_APPLICABLE)),),
            (runs(GOAL.states[one.state].label.in_(voice.language)),),
            source_cell(one.sources, one.ref, voice),
        ),
    )


def _target(one: Measure, voice: Voice) -> Inline:
    unit = f" {one.unit}" if one.unit else ""
    if one.target is None:
        return runs(voice.text(w.NOT_RECORDED))
    target = voice.amount(one.target) + unit
    if one.start is None:
        return runs(target)
    return voice.say(r.GOAL_FROM_TO, start=voice.amount(one.start), target=target)


def _value(one: Measure, voice: Voice) -> Inline:
    if one.value is None or one.measured_on is None:
        return runs(voice.text(r.GOAL_NOT_MEASURED))
    return voice.say(r.GOAL_MEASURED, value=voice.amount(one.value), day=voice.day(one.measured_on))


# ------------------------------------------------------------------------------------------------------------ S15


def lessons(found: Lessons, voice: Voice) -> Section:
    """Return published retrospectives, lessons and improvements."""
    blocks: list[Block] = []
    if found.retros:
        blocks.append(Items(entries=tuple(_retro(one, voice) for one in found.retros)))
    if found.lessons:
        blocks.append(
            Table(
                caption=voice.text(r.LESSON),
                columns=columns(
                    voice, r.LESSON, r.LESSON_CAUSE, r.LESSON_NEXT, w.MS_SOURCE, wide=(r.LESSON_CAUSE, r.LESSON_NEXT)
                ),
                rows=tuple(_lesson(one, voice) for one in found.lessons),
                name="lessons",
            )
        )
    if found.improvements:
        heads = (r.IMPROVEMENT, r.OWNER, r.DUE, w.MS_STATE, r.IMPROVEMENT_MEASURE, w.MS_SOURCE)
        blocks.append(
            Table(
                caption=voice.text(r.IMPROVEMENT),
                columns=columns(voice, *heads, wide=(r.IMPROVEMENT, r.IMPROVEMENT_MEASURE)),
                rows=tuple(_improvement(one, voice) for one in found.improvements),
                name="improvements",
            )
        )
    return Section(
        anchor="sec-S15", heading=voice.text(r.LESSONS), blocks=tuple(blocks) or (empty(r.LESSONS_NONE, voice),)
    )


def _retro(one: Retro, voice: Voice) -> tuple[Inline, tuple[Inline, ...]]:
    scope: Inline = runs(voice.name(r.RETRO_SCOPES, one.scope))
    if one.milestone:
        scope = (voice.link_to(one.milestone),)
    head = voice.say(r.RETRO_JOINT if one.joint else r.RETRO, scope=scope, day=voice.day(one.held_on))
    below = [voice.say(r.WENT_WELL, what=voice.quote(each)) for each in one.went_well]
    below += [voice.say(r.TO_IMPROVE, what=voice.quote(each)) for each in one.to_improve]
    return (*runs(f"{one.ref} "), *head), tuple(below)


def _lesson(one: Lesson, voice: Voice) -> Row:
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            (named(one.ref, one.title, voice),),
            (voice.quote(one.context), voice.quote(one.effect)),
            (voice.quote(one.recommendation),),
            source_cell(one.sources, one.ref, voice),
        ),
    )


def _improvement(one: Improvement, voice: Voice) -> Row:
    about: Lines = (named(one.ref, one.text, voice),)
    if one.origin:
        about = (*about, voice.say(r.FROM_ORIGIN, ref=voice.link_to(one.origin)))
    how: list[Inline] = [voice.quote(one.measure) if one.measure else runs(voice.text(w.NOT_RECORDED))]
    if one.result is not None:
        how.append(voice.say(r.IMPROVEMENT_RESULT, what=voice.quote(one.result)))
    return Row(
        anchor=voice.anchor(one.ref),
        cells=(
            about,
            (runs(voice.text(r.OURS if one.holder == "agency" else r.YOURS)),),
            (runs(voice.day(one.due_on)),),
            (runs(IMPROVEMENT.states[one.state].label.in_(voice.language)),),
            tuple(how),
            source_cell(one.sources, one.ref, voice),
        ),
    )
