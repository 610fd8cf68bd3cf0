"""The first screen: the state and why, three figures."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.figure import UnknownReason
from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.asked import Ask
from pmbridge.report.blocks import Hero, Inline, Lines, Run, Tile, Tiles
from pmbridge.report.model import ClientReport, Milestone
from pmbridge.report.parts import Given, Missing
from pmbridge.report.voice import Voice, runs

SHOWN_REASONS = 3
"""Reasons that fit on the first screen; all stand in the section on the data."""
_WORSE = ("green", "grey", "amber", "red")


def tools_of(report: ClientReport, voice: Voice) -> str:
    """Return the names of the tools that feed the report, each once."""
    return w.LISTED.in_(voice.language).join(dict.fromkeys(feed.tool for feed in report.data.feeds))


def name_of(item: Milestone | Ask, voice: Voice, *, link: bool = True) -> Inline:
    """Return ref and title, the ref linked to its row."""
    ref = voice.link_to(item.ref) if link else Run(text=item.ref)
    return (ref, Run(text=" "), *voice.quote(item.title))


def provisional(report: ClientReport, voice: Voice) -> str:
    """Return the words that follow a colour or date which rests on a tool's dates alone."""
    tools = dict.fromkeys(m.tool for m in report.milestones if m.provisional)
    return voice.text(w.PROVISIONAL_TOOL, tools=w.LISTED.in_(voice.language).join(tools))


# ---------------------------------------------------------------------------------------------------------------- S1


def hero(report: ClientReport, voice: Voice) -> Hero:
    """Return the state: colour, what it was, the headline, the reasons."""
    overall = report.overall
    mark = voice.colour(overall.colour)
    beside: list[Inline] = []
    if overall.provisional:
        beside.append(runs(w.PROVISIONAL.in_(voice.language).strip()))
    if overall.last:
        worse = _WORSE.index(overall.colour) - _WORSE.index(overall.last)
        arrow = "↘" if worse > 0 else "↗" if worse < 0 else "→"
        beside.append((Run(text=f"{arrow} "), *voice.say(w.LAST_TIME, colour=voice.colour_word(overall.last))))
    elif report.header.previous is None and report.header.edition != "closing":
        beside.append(voice.say(w.FIRST_TIME))
    beside += _judged(report, voice)
    headline = voice.quote(overall.headline) if overall.headline else ()
    if not headline and report.header.draft:
        headline = (Run(text=voice.text(w.NO_HEADLINE), style="muted"),)
    return Hero(
        label=voice.text(w.OVERALL), mark=mark, beside=tuple(beside), headline=headline, why=_why(report, voice)
    )


def _judged(report: ClientReport, voice: Voice) -> list[Inline]:
    """Return that the colour is the project manager's own, beside that of the rules."""
    judgement = report.overall.judgement
    if judgement is None:
        return []
    colours = {"rule": voice.colour_word(judgement.rule), "colour": voice.colour_word(report.overall.colour)}
    return [voice.say(r.JUDGED, **colours)]


def _why(report: ClientReport, voice: Voice) -> Inline:
    overall = report.overall
    judgement = overall.judgement
    rule = judgement.rule if judgement is not None else overall.colour
    rules = sorted(overall.rules, key=lambda rule: -_WORSE.index(rule.colour))
    said = [voice.reason(rule) for rule in rules[:SHOWN_REASONS]]
    if len(rules) > SHOWN_REASONS:
        said.append(voice.say(w.MORE_REASONS, n=str(len(rules) - SHOWN_REASONS)))
    if not said:
        said.append(voice.say(w.WHY_GREY if rule == "grey" else w.WHY_GREEN))
    if overall.grey:
        grey = w.LISTED.in_(voice.language).join(voice.name(names.DIMENSIONS, one) for one in overall.grey)
        said.append(voice.say(w.ALSO_GREY, dimensions=grey if voice.zh else grey.lower()))
    ours: Inline = ()
    if judgement is not None and judgement.reason is not None:
        ours = (*voice.say(r.JUDGED_WHY, why=voice.quote(judgement.reason)), Run(text=" "))
    return (
        *ours,
        *voice.say(w.WHY if judgement is None else r.RULE_SAYS, colour=voice.colour_word(rule)),
        *voice.join(said),
        *runs(w.STOP.in_(voice.language)),
        *runs(provisional(report, voice) if overall.provisional else ""),
        Run(text=" "),
        Run(text=voice.text(w.RULES_LINK), href="#sec-rules"),
    )


# -------------------------------------------------------------------------------------------------------------- tiles


def tiles(report: ClientReport, voice: Voice) -> Tiles:
    """Return the three figures of the first screen: the date that matters, progress, changes."""
    return Tiles(tiles=(_date_tile(report, voice), _progress_tile(report, voice), _changes_tile(report, voice)))


def _date_tile(report: ClientReport, voice: Voice) -> Tile:
    final = report.milestone(report.final) if report.final else None
    shown = final or next((m for m in report.milestones if m.state not in ("reached", "cancelled")), None)
    if shown is None:
        return Tile(label=voice.say(w.NO_OPEN_MILESTONE), value=voice.say(w.NONE_OPEN), notes=(), href="#sec-S7")
    label = w.FINAL_MILESTONE if final else w.NEXT_MILESTONE
    title = (Run(text=shown.ref), Run(text=" "), *voice.quote(shown.title))
    return Tile(
        label=voice.say(label, name=title),
        value=_date_value(shown, voice),
        notes=_date_notes(shown, voice),
        href=voice.link_to(shown.ref).href,
    )


def _date_value(m: Milestone, voice: Voice) -> Inline:
    if m.reached_on is not None and isinstance(m.reached_on, Given):
        return voice.say(w.ACTUAL_ON, day=voice.day(m.reached_on.value))
    if isinstance(m.forecast, Given):
        return voice.say(w.FORECAST_OF, day=voice.day(m.forecast.value))
    return voice.say(w.FORECAST_UNKNOWN)


def _date_notes(m: Milestone, voice: Voice) -> Lines:
    plans = []
    if isinstance(m.original, Given):
        plans.append(voice.text(w.ORIGINAL_PLAN, day=voice.day(m.original.value)))
    if isinstance(m.plan, Given):
        tail = w.PROVISIONAL.in_(voice.language) if m.provisional else ""
        plans.append(voice.text(w.CURRENT_PLAN, day=voice.day(m.plan.value)) + tail)
    else:
        plans.append(voice.text(w.CURRENT_PLAN, day=_words(voice.unknown(m.plan))))
    notes = [voice.join(plans, by=w.DOT)]
    if isinstance(m.slip_current, Given):
        late = voice.late(m.slip_current.value, at_least=m.slip_at_least)
        notes.append(voice.say(w.PLAN_AGAINST, late=late) if m.slip_current.value else runs(late))
    elif not isinstance(m.forecast, Given):
        notes.append(voice.unknown(m.forecast))
    return tuple(notes)


def _words(inline: Inline) -> str:
    return "".join(run.text if isinstance(run, Run) else run.word for run in inline)


def progress_words(report: ClientReport, voice: Voice) -> str:
    """Return the engagement's progress: a percentage, or the interval in which it lies."""
    low, high = voice.percent(report.progress.low), voice.percent(report.progress.high)
    return low if low == high else f"{low}–{high}"


def planned_words(report: ClientReport, voice: Voice) -> Inline:
    """Return what the progress should be by plan, or why that is not known."""
    planned = report.progress.planned
    if isinstance(planned, Given):
        return voice.say(w.SHOULD_BE, share=voice.percent(planned.value))
    return voice.say(w.SHOULD_BE_UNKNOWN, unknown=voice.unknown(planned))


def _progress_tile(report: ClientReport, voice: Voice) -> Tile:
    notes = [planned_words(report, voice)]
    if report.progress.unknown:
        notes.append(voice.say(w.UNKNOWN_OF, refs=w.LISTED.in_(voice.language).join(report.progress.unknown)))
    value = progress_words(report, voice) if report.milestones else voice.text(w.UNKNOWN_WORD)
    return Tile(label=voice.say(w.PROGRESS), value=runs(value), notes=tuple(notes), href="#sec-S7")


def approved_words(report: ClientReport, voice: Voice, *, sentence: bool = False) -> Inline:
    """Return the approved total, money where it is shown, else days; *sentence*: as running text has it."""
    changes = report.changes
    total = changes.approved_money or changes.approved_days
    spell = voice.money_in_sentence if sentence else voice.money
    found: list[Inline] = []
    if not isinstance(total, Given):
        found += [] if only_monthly(total, changes.approved_monthly) else [voice.unknown(total)]
    else:
        found.append(runs(voice.shift(total.value) if isinstance(total.value, int) else spell(total.value)))
    for each in changes.approved_monthly:
        found.append(
            voice.say(w.ASK_MONTHLY, money=spell(each.value)) if isinstance(each, Given) else voice.unknown(each)
        )
    return voice.join(found, by=w.DOT)


def only_monthly(once: object, monthly: Sequence[object]) -> bool:
    """Return whether nothing is paid once, and something each month."""
    return bool(monthly) and isinstance(once, Missing) and once.reason is UnknownReason.NOT_PROVIDED


def _changes_tile(report: ClientReport, voice: Voice) -> Tile:
    changes = report.changes
    return Tile(
        label=runs(voice.head(w.CHANGES_TILE)),
        value=voice.say(w.AWAITING_YOU, n=str(changes.awaiting_client)),
        notes=(
            voice.say(w.CHANGES_TOTAL, n=str(len(changes.rows)), m=str(changes.under_assessment)),
            voice.say(w.APPROVED_TOTAL, total=approved_words(report, voice)),
        ),
        href="#sec-S8",
    )
