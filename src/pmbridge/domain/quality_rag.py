"""The colour of the quality: what the client accepted and what came back."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.domain.acceptance import ACCEPTED, AcceptanceRecord
from pmbridge.domain.deliverable_fields import Deliverable
from pmbridge.domain.deliverable_metrics import first_pass, verdicts
from pmbridge.domain.entry import Entry
from pmbridge.domain.issue import SOLVED, Issue
from pmbridge.domain.judged import Judged, Rule, coloured, hit, named, not_applicable, working_days
from pmbridge.domain.view import Rag, RuleHit
from pmbridge.values import Label

LEAST_VERDICTS = 4
"""From so many verdicts on the first-pass rate is judged."""

REJECTED_WD = 5
"""After so many working days a rejected deliverable should be back with the client."""

_A_DELIVERABLE = ("一项交付物", "a deliverable")


def quality_rag(judged: Judged) -> Rag:
    """Return the colour of the quality; not applicable without deliverables."""
    if not judged.book.of("deliverable"):
        return not_applicable("quality")
    return coloured("quality", [one for rule in RULES for one in rule(judged)], None)


def critical_defect(judged: Judged) -> Iterator[RuleHit]:
    """QLT-R1: a critical defect in a deliverable that was accepted."""
    accepted = {
        one.ref: one for one in judged.book.of("deliverable") if one.state in ACCEPTED | {"conditionally_accepted"}
    }
    entry: Entry[Issue]
    for entry in judged.book.of("issue"):
        fields = entry.fields
        if entry.state in SOLVED or fields.kind != "defect" or fields.severity != "critical":
            continue
        for ref in fields.affects:
            if ref in accepted:
                name, refs = named(accepted[ref], *_A_DELIVERABLE)
                defect, more = named(entry, "", "")
                told = (f"：{defect.zh}", f": {defect.en}") if more else ("", "")
                reason = Label(
                    zh=f"已验收的 {name.zh} 有严重缺陷{told[0]}",
                    en=f"{name.en} was accepted and has a critical defect{told[1]}",
                )
                yield hit("QLT-R1", "quality", "red", reason, (*refs, *more), {"severity": fields.severity})


def rejected_twice(judged: Judged) -> Iterator[RuleHit]:
    """QLT-R2: the client rejected a deliverable twice and has not accepted it since."""
    for entry in _open(judged):
        times = sum(one.verdict == "rejected" for one in verdicts(entry))
        if times >= 2:
            name, refs = named(entry, *_A_DELIVERABLE)
            reason = Label(zh=f"{name.zh} 已 {times} 次未通过验收", en=f"{name.en} was rejected {times} times")
            yield hit("QLT-R2", "quality", "red", reason, refs, {"rejected": times})


def first_passes(judged: Judged) -> Iterator[RuleHit]:
    """QLT-A1: of four or more deliverables with a verdict too few were accepted as first submitted."""
    found = first_pass(judged.book.of("deliverable"), judged.moment).rate
    if found is None or found.value.n < LEAST_VERDICTS or found.value.fraction >= judged.tolerances.first_pass_amber:
        return
    limit = judged.tolerances.first_pass_amber * 100
    reason = Label(
        zh=f"一次验收通过 {found.value.hits}/{found.value.n}，低于 {limit:.0f}%",
        en=f"{found.value.hits} of {found.value.n} deliverables were accepted as first submitted, "
        f"less than {limit:.0f}%",
    )
    refs = [one.key for one in found.sources]
    values = {"hits": found.value.hits, "n": found.value.n, "limit": judged.tolerances.first_pass_amber}
    yield hit("QLT-A1", "quality", "amber", reason, refs, values)


def rejection_open(judged: Judged) -> Iterator[RuleHit]:
    """QLT-A2: a rejection that was not answered by a new submission for more than five working days."""
    for entry in _open(judged):
        last = _last(entry)
        if last is None or last.verdict != "rejected" or len(entry.fields.submissions) > last.submission:
            continue
        waited = judged.moment.calendar.wd(last.decided_on, judged.moment.today)
        if waited > REJECTED_WD:
            name, refs = named(entry, *_A_DELIVERABLE)
            reason = Label(
                zh=f"{name.zh} 未通过验收后 {waited} 个工作日仍未重新提交",
                en=f"{name.en} was rejected {working_days(waited)} ago and not submitted again",
            )
            values = {"rejected_on": last.decided_on.isoformat(), "waited_wd": waited, "limit_wd": REJECTED_WD}
            yield hit("QLT-A2", "quality", "amber", reason, refs, values)


def _open(judged: Judged) -> Iterator[Entry[Deliverable]]:
    over = ACCEPTED | {"conditionally_accepted", "dropped"}
    yield from (one for one in judged.book.of("deliverable") if one.state not in over)


def _last(entry: Entry[Deliverable]) -> AcceptanceRecord | None:
    found = verdicts(entry)
    return found[-1] if found else None


RULES: tuple[Rule, ...] = (critical_defect, rejected_twice, first_passes, rejection_open)
