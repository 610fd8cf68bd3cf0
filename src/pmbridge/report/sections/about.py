"""About the report and about its data: who, when, how fresh, what is unknown, which rules and thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from pmbridge.domain.figure import REASON_LABELS
from pmbridge.report import names
from pmbridge.report import register_words as r
from pmbridge.report import words as w
from pmbridge.report.blocks import Block, Inline, Items, Paragraph, Row, Run, Section, Subheading, Table
from pmbridge.report.model import ClientReport, Rule
from pmbridge.report.parts import Fact
from pmbridge.report.reply import report_name
from pmbridge.report.sections.rows import columns
from pmbridge.report.sections.since import earlier_name
from pmbridge.report.sourced import Feed
from pmbridge.report.voice import Voice, runs
from pmbridge.values import Label

# ---------------------------------------------------------------------------------------------------------------- S0


def about(report: ClientReport, voice: Voice) -> Section:
    """Return who made this report for whom, about which days, as of when."""
    header = report.header
    previous = (
        voice.join([earlier_name(header.previous, voice), voice.day(header.previous.as_of.date())], by=w.COMMA)
        if header.previous
        else voice.say(r.A_BASELINE if header.edition == "closing" else w.A_NO_PREVIOUS)
    )
    draft = w.IN_BRACKETS.in_(voice.language).format(what=w.DRAFT.in_(voice.language)) if header.draft else ""
    pairs: list[tuple[Label, Inline]] = [
        (w.A_CLIENT, voice.quote(header.client)),
        (w.A_ENGAGEMENT, voice.quote(header.engagement)),
        (w.A_AGENCY, voice.quote(header.agency.name)),
        (w.A_REPORT, runs(report_name(report, voice) + draft)),
        (w.A_PERIOD, runs(voice.span(header.period_from, header.period_to, year=True))),
        (w.A_AS_OF, voice.say(w.AS_OF, moment=voice.full_moment(header.as_of), zone=voice.zone(header.as_of))),
        (w.A_MADE, voice.say(w.AS_OF, moment=voice.full_moment(header.made_at), zone=voice.zone(header.made_at))),
        (w.A_PREPARED, _person(header.prepared_by, voice)),
        (w.A_APPROVED, _person(header.approved_by, voice) or voice.say(w.A_NOT_APPROVED)),
        (w.A_LANGUAGES, voice.join([voice.name(names.LANGUAGES, one) for one in header.languages], by=w.LISTED)),
        (w.A_PREVIOUS, previous),
        (r.A_BETWEEN, voice.join([earlier_name(one, voice) for one in header.between], by=w.LISTED)),
        (r.A_CHAIN, (Run(text=header.chain, style="code"),) if header.chain else ()),
        (w.A_FRESHNESS, voice.join([_fresh(feed, voice) for feed in report.data.feeds], by=w.LISTED)),
    ]
    rows = tuple(Row(cells=((runs(voice.text(name)),), (value,))) for name, value in pairs if value)
    return Section(
        anchor="sec-S0",
        heading=voice.text(w.ABOUT),
        blocks=(
            Table(
                caption=voice.text(w.ABOUT),
                columns=columns(voice, w.ABOUT_NAME, w.ABOUT_VALUE, wide=(w.ABOUT_VALUE,)),
                rows=rows,
                name="about",
            ),
        ),
    )


def _person(name: str | None, voice: Voice) -> Inline:
    return (voice.word(name),) if name else ()


def _fresh(feed: Feed, voice: Voice) -> Inline:
    at = voice.short_moment(feed.complete_as_of) if feed.complete_as_of else voice.text(w.FEED_NEVER)
    warning = " ⚠" if feed.stale or feed.interrupted or feed.complete_as_of is None else ""
    return runs(f"{feed.label} {at}{warning}")


# --------------------------------------------------------------------------------------------------------------- S14


def data(report: ClientReport, voice: Voice, fingerprint: str) -> Section:
    """Return what the figures rest on; *fingerprint* is the beginning of the SHA-256 of the report's JSON."""
    blocks: list[Block] = []
    if report.data.feeds:
        blocks.append(_feeds(report, voice))
    blocks += _disputes(report, voice)
    blocks += [Subheading(words=runs(voice.text(w.GAPS))), _gaps(report, voice)]
    blocks += [Subheading(words=(Run(text=voice.text(w.RULES)),), anchor="sec-rules"), _rules(report, voice)]
    if report.data.thresholds:
        agreed = w.LIMITS_AGREED if report.data.thresholds_agreed else w.LIMITS_OPEN
        blocks += [
            Subheading(words=runs(voice.text(w.LIMITS))),
            _limits(report, voice),
            Paragraph(words=voice.say(agreed), kind="note"),
        ]
    if report.header.previous and not any(line.tone == "restated" for line in report.since):
        blocks.append(Paragraph(words=voice.say(w.RESTATED_NONE), kind="note"))
    if report.data.omitted:
        named = voice.join([voice.name(names.SECTIONS, one) for one in report.data.omitted])
        blocks.append(Paragraph(words=voice.say(w.OMITTED, sections=named), kind="note"))
    mark = Run(text=fingerprint, style="code")
    blocks.append(Paragraph(words=voice.say(w.FINGERPRINT, hash=mark), kind="note"))
    return Section(anchor="sec-S14", heading=voice.text(w.DATA), blocks=tuple(blocks))


def _feeds(report: ClientReport, voice: Voice) -> Table:
    return Table(
        caption=voice.text(w.FEEDS),
        columns=columns(
            voice,
            *(w.FEED, w.FEED_AS_OF, w.FEED_ITEMS, w.FEED_UNREADABLE, w.FEED_STATE),
            wide=(w.FEED_STATE,),
            numbers=(w.FEED_ITEMS, w.FEED_UNREADABLE),
        ),
        rows=tuple(_feed(feed, voice, n) for n, feed in enumerate(report.data.feeds, start=1)),
        name="feeds",
    )


def _feed(feed: Feed, voice: Voice, n: int) -> Row:
    at = voice.moment(feed.complete_as_of) if feed.complete_as_of else voice.text(w.FEED_NEVER)
    state = w.FEED_INTERRUPTED if feed.interrupted else w.FEED_STALE if feed.stale else w.FEED_FRESH
    if feed.complete_as_of is None:
        state = w.FEED_NEVER
    return Row(
        anchor=f"source-{n}",
        cells=(
            (runs(feed.label),),
            (runs(at),),
            (runs(f"{feed.items:,}"),),
            (runs(f"{feed.unreadable:,}"),),
            (voice.say(state),),
        ),
        emphasis="" if state is w.FEED_FRESH else "late",
    )


def _disputes(report: ClientReport, voice: Voice) -> list[Block]:
    if not report.data.disputes:
        return []
    entries = tuple(
        ((*voice.refs([one.ref]), *runs(w.COLON.in_(voice.language)), *voice.say(one.what)), ())
        for one in report.data.disputes
    )
    return [Subheading(words=runs(voice.text(w.DISPUTES))), Items(entries=entries)]


def _gaps(report: ClientReport, voice: Voice) -> Block:
    if not report.data.gaps:
        return Paragraph(words=voice.say(w.GAPS_NONE), kind="empty")
    rows = tuple(
        Row(
            cells=(
                (voice.refs([gap.ref]) if gap.ref else voice.say(w.GAP_ALL),),
                (voice.say(gap.what),),
                (runs(REASON_LABELS[gap.reason].in_(voice.language)),),
            )
        )
        for gap in report.data.gaps
    )
    heads = columns(voice, w.GAP_REF, w.GAP_WHAT, w.GAP_WHY, wide=(w.GAP_WHY,))
    return Table(caption=voice.text(w.GAPS), columns=heads, rows=rows, name="gaps")


def _rules(report: ClientReport, voice: Voice) -> Block:
    fired: list[Rule] = [rule for one in report.status for rule in one.rules]
    if not fired:
        return Paragraph(words=voice.say(w.RULES_NONE), kind="empty")
    rows = tuple(
        Row(
            anchor=f"rule-{rule.rule}" if first else "",
            cells=(
                ((Run(text=rule.rule, style="code"),),),
                (runs(voice.name(names.DIMENSIONS, rule.dimension)),),
                (voice.reason(rule),),
                tuple(_fact(fact, voice) for fact in rule.values),
            ),
        )
        for rule, first in _with_first(fired)
    )
    heads = columns(voice, w.RULE, w.STATUS_ASPECT, w.RULE_WHY, w.RULE_SAW, wide=(w.RULE_WHY,))
    return Table(caption=voice.text(w.RULES), columns=heads, rows=rows, name="rules")


def _fact(fact: Fact, voice: Voice) -> Inline:
    return runs(f"{voice.name(names.FACTS, fact.name)} = {voice.name(names.FACT_VALUES, fact.value)}")


def _with_first(rules: Sequence[Rule]) -> list[tuple[Rule, bool]]:
    """Say of each rule whether it is the first of its id: only that row may carry the id as an anchor."""
    firsts = {rule.rule: n for n, rule in reversed(list(enumerate(rules)))}
    return [(rule, firsts[rule.rule] == n) for n, rule in enumerate(rules)]


def _limits(report: ClientReport, voice: Voice) -> Table:
    rows = tuple(
        Row(cells=((runs(voice.name(names.THRESHOLDS, fact.name)),), (runs(fact.value),)))
        for fact in report.data.thresholds
        if fact.name in names.THRESHOLDS
    )
    heads = columns(voice, w.LIMIT, w.LIMIT_VALUE, wide=(w.LIMIT,), numbers=(w.LIMIT_VALUE,))
    return Table(caption=voice.text(w.LIMITS), columns=heads, rows=rows, name="limits")
