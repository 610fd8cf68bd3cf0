"""From what the mirror holds to the engagement as of one instant: one pure function.

The same inputs give the same view, so any past day can be replayed under today's mapping.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from pmbridge.domain import registered
from pmbridge.domain.agreement import agreed
from pmbridge.domain.book import Book
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.copied import copied_differences
from pmbridge.domain.disclosed import known_changes
from pmbridge.domain.discrepancy import settled
from pmbridge.domain.feed import Feed, SourceData, feed_of
from pmbridge.domain.figure import Known, Unknown
from pmbridge.domain.listing import Listing
from pmbridge.domain.mapping import EngagementConfig, ReportingPolicy
from pmbridge.domain.measured import measured
from pmbridge.domain.moment import Moment
from pmbridge.domain.observed_change import observe_change
from pmbridge.domain.observed_milestone import ObservedMilestone, observe
from pmbridge.domain.order import natural
from pmbridge.domain.pending import decisions_needed
from pmbridge.domain.people import People
from pmbridge.domain.rag import colours, overall
from pmbridge.domain.raised import raised
from pmbridge.domain.recognise import Observed, Recognised, RecognisedChange, recognise
from pmbridge.domain.registered_change import Place
from pmbridge.domain.resolved import ResolvedChangeRule
from pmbridge.domain.rollup import on_time, on_time_originally, roll_up
from pmbridge.domain.schedule_rag import Schedule
from pmbridge.domain.terms import terms_in_force
from pmbridge.domain.text import text_of
from pmbridge.domain.unauthorised import unauthorised
from pmbridge.domain.unknowns import unknowns
from pmbridge.domain.view import Change, Discrepancy, EngagementView, Milestone, Rag, SourceView, Work
from pmbridge.values import Label, RecordId

if TYPE_CHECKING:
    from pmbridge.domain.client_record import ClientRecord
    from pmbridge.domain.concerns import Concern

_HOLIDAYS_AROUND = timedelta(days=60)
_SAME_REF = Label(zh="编号", en="reference")


def assemble(
    name: str,
    config: EngagementConfig,
    calendar: Calendar,
    observed: Sequence[Observed],
    as_of: datetime,
    *,
    slips: Mapping[str, Sequence[int]] | None = None,
    book: Book | None = None,
) -> EngagementView:
    """Return the engagement *name* as of *as_of* (aware), out of what its sources showed then and what was agreed.

    *book*: the register as of then; a milestone or change that stands in it is shown as it stands there.
    *slips*: each milestone's slippage in the reports issued so far, oldest first; without it no trend is judged.
    Milestones stand by plan date (else the date reached, else the forecast; without any, last), then ref; changes
    and work by ref and key, numbers counted as numbers.
    """
    book = book or Book({})
    config, calendar, rules_agreed = _in_force(config, calendar, book)
    zone = ZoneInfo(config.timezone)
    moment = Moment(as_of=as_of, zone=zone, calendar=calendar)
    data = [SourceData.at(one, moment, stale_after_hours=config.policy.stale_after_hours) for one in observed]
    recognised = [recognise(one) for one in observed]
    found = _milestones(data, recognised, config, moment, book)
    milestones = tuple(one.milestone for one in found)
    missing = {
        ref: entry.weight for ref, entry in config.milestones.items() if all(one.ref != ref for one in milestones)
    }
    seen, doubles = _changes(data, recognised)
    final = next((one.ref for one in milestones if one.is_final), None)
    changes, differences = registered.changes([(one, place) for one, _, place in seen], book, final, moment)
    known = known_changes(changes)
    observed_changes = [(one, rule) for one, rule, _ in seen if one in known]
    schedule = Schedule(
        milestones=milestones,
        moment=moment,
        policy=config.policy,
        contract_end_on=config.contract_end_on,
        stale=frozenset(one.milestone.ref for one in found if one.stale),
        tools={one.source.connection: one.source.tool for one in observed},
        slips=slips or {},
    )
    progress = roll_up(milestones, missing, moment)
    work, people = _work(found), People(config.people, observed)
    begun = list(unauthorised(observed, book, moment))
    rag = colours(schedule, known, book, unauthorised=begun)
    record, to_look_at = _register_views(book, schedule, rag)
    today = moment.today
    return EngagementView(
        name=name,
        client=text_of(config.client, config.languages),
        title=text_of(config.name, config.languages),
        languages=tuple(config.languages),
        zone=zone,
        zone_name=config.timezone,
        as_of=as_of,
        today=today,
        start_on=config.start_on,
        contract_end_on=config.contract_end_on,
        milestones=Listing(milestones, engagement=name),
        changes=Listing(sorted(changes, key=lambda one: natural(one.ref)), engagement=name),
        work=work,
        progress=progress,
        on_time=on_time(milestones, moment),
        on_time_original=on_time_originally(milestones, moment),
        rag=rag,
        overall=overall(rag, config.policy),
        sources=tuple(_source_view(one) for one in data),
        unknowns=unknowns(found, list(missing), observed_changes, [one.source for one in data if not one.complete]),
        discrepancies=settled(
            [
                *(one for each in found for one in each.discrepancies),
                *doubles,
                *differences,
                *copied_differences(observed, book),
                *begun,
            ],
            book,
            today,
        ),
        calendar_final=_calendar_final(milestones, moment),
        holidays=calendar.holidays_between(today - _HOLIDAYS_AROUND, today + _HOLIDAYS_AROUND),
        policy=_policy(config.policy),
        policy_agreed=rules_agreed,
        terms={term: text_of(words, config.languages) for term, words in config.terms.items()},
        assignees=people.assignees(work),
        account_faults=people.faults,
        contract=registered.contract(book, final, moment) if len(book) else None,
        decisions=decisions_needed(book, moment) if len(book) else (),
        raised=raised(book) if len(book) else None,
        first_pass=registered.accepted_at_first(book, moment),
        measured=measured(milestones, progress, moment),
        record=record,
        concerns=to_look_at,
    )


def _register_views(
    book: Book, schedule: Schedule, rag: Sequence[Rag]
) -> tuple[ClientRecord | None, tuple[Concern, ...]]:
    """Return what the client knows of the register, and what the agency has to look at in it."""
    if not len(book):
        return None, ()
    # Both need most concepts, which an engagement without a register should not have to load.
    from pmbridge.domain.client_record import client_record
    from pmbridge.domain.concerns import concerns
    from pmbridge.domain.judged import Judged

    judged = Judged(book=book, moment=schedule.moment, policy=schedule.policy)
    return client_record(book, schedule.moment), concerns(schedule.milestones, rag, judged)


def _in_force(config: EngagementConfig, calendar: Calendar, book: Book) -> tuple[EngagementConfig, Calendar, bool]:
    """Return rules and calendar as both sides agreed them, else as they are configured, and whether they agreed."""
    terms = terms_in_force(book)
    if terms is None:
        return config, calendar, False
    changes = {
        "policy": terms.reporting,
        "start_on": agreed(book, "start_on") or config.start_on,
        "contract_end_on": agreed(book, "contract_end_on") or config.contract_end_on,
    }
    return config.model_copy(update=changes), terms.calendar.calendar(), True


def _milestones(
    data: Sequence[SourceData],
    recognised: Sequence[Recognised],
    config: EngagementConfig,
    moment: Moment,
    book: Book,
) -> list[ObservedMilestone]:
    feeds: dict[str, list[Feed]] = {}
    for source, found in zip(data, recognised, strict=True):
        for one in found.milestones:
            feeds.setdefault(one.ref, []).append(feed_of(source, one))
    seen = [observe(ref, ones, config, moment) for ref, ones in feeds.items()]
    kept = registered.milestones(seen, book, config.policy, moment)
    return sorted(kept, key=lambda one: _place(one.milestone))


def _place(milestone: Milestone) -> tuple[bool, int, tuple[tuple[int, str], ...]]:
    for figure in (milestone.plan, milestone.reached_on, milestone.forecast):
        if isinstance(figure, Known):
            return False, figure.value.toordinal(), natural(milestone.ref)
    return True, 0, natural(milestone.ref)


def _changes(
    data: Sequence[SourceData], recognised: Sequence[Recognised]
) -> tuple[list[tuple[Change, ResolvedChangeRule, Place]], list[Discrepancy]]:
    """Return the changes, each under its own ref and with its place; a discrepancy where two records claim a ref."""
    claims: dict[str, list[tuple[SourceData, RecognisedChange]]] = {}
    for source, found in zip(data, recognised, strict=True):
        for one in found.changes:
            claims.setdefault(one.ref, []).append((source, one))
    shown: dict[str, tuple[Change, ResolvedChangeRule, Place]] = {}
    doubles = []
    for ref, ones in claims.items():
        for source, one in ones:
            own = ref if len(ones) == 1 else _own_ref(ref, one, {*claims, *shown})
            place = (source.source.connection, one.record.id)
            shown[own] = (observe_change(source, one, own), one.rule, place)
        if len(ones) > 1 and any(one.named for _, one in ones):
            sides = tuple((source.source.tool, one.record.key or one.record.title) for source, one in ones)
            doubles.append(Discrepancy(ref=ref, what=_SAME_REF, sides=sides))
    return [shown[ref] for ref in sorted(shown, key=natural)], doubles


def _own_ref(ref: str, one: RecognisedChange, taken: Collection[str]) -> str:
    """Return a ref for one of several records that claim *ref*: its key, or the ref with a number.

    Never the connection's name: the ref stands in the client's report.
    """
    if one.record.key and one.record.key not in taken:
        return one.record.key
    return next(own for n in count(1) if (own := f"{ref}/{n}") not in taken)


def _work(found: Sequence[ObservedMilestone]) -> tuple[Work, ...]:
    placed: dict[str, dict[RecordId, Work]] = {}
    for one in found:
        refs = (one.milestone.ref,)
        for feed, leaves in one.brought:
            data = feed.data
            works = placed.setdefault(data.source.connection, {})
            for leaf in leaves:
                item = leaf.item
                before = works.get(item.id)
                if before is not None:
                    works[item.id] = replace(before, milestones=before.milestones + refs)
                    continue
                works[item.id] = Work(
                    connection=data.source.connection,
                    id=item.id,
                    key=item.key,
                    url=item.url,
                    title=item.title,
                    client_safe=data.source.titles_are_client_safe,
                    status=leaf.category,
                    original_status=item.state.name,
                    done_on=leaf.done_on,
                    weight=leaf.weight,
                    milestones=refs,
                    observed_at=data.observed_at,
                    assignees=item.assignees,
                )
    work = [one for works in placed.values() for one in works.values()]
    # Keys of one project differ in their number only, so the shorter one is the smaller. Three stable sorts by plain
    # attributes are cheaper than one by tuples.
    work.sort(key=attrgetter("key"))
    work.sort(key=lambda one: len(one.key))
    work.sort(key=attrgetter("connection"))
    return tuple(work)


def _source_view(data: SourceData) -> SourceView:
    source = data.source
    return SourceView(
        connection=source.connection,
        tool=source.tool,
        project=source.project.name or source.project.known_as,
        complete_as_of=data.observed.complete_as_of,
        stale=data.stale,
        problem=data.observed.problem,
        items=len(data.observed.items),
        unreadable=data.observed.unreadable,
        client_can_open=source.client_can_open,
    )


def _calendar_final(milestones: Sequence[Milestone], moment: Moment) -> bool:
    used = [moment.today]
    for one in milestones:
        used += [figure.value for figure in (one.plan, one.forecast) if not isinstance(figure, Unknown)]
        used += [day for day in (one.forecast_low, one.forecast_high) if day is not None]
    return all(moment.calendar.is_final(day) for day in used)


def _policy(policy: ReportingPolicy) -> dict[str, str]:
    return dict(_flat("", policy))


def _flat(prefix: str, model: BaseModel) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            found += _flat(f"{prefix}{field}.", value)
        elif isinstance(value, bool):
            found.append((f"{prefix}{field}", "true" if value else "false"))
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            found.append((f"{prefix}{field}", shown))
    return found
