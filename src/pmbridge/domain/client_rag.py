"""The colour of the client's inputs: decisions and things that we wait for."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.domain.dated import marked, quoted
from pmbridge.domain.judged import Judged, Rule, coloured, hit, not_applicable, working_days
from pmbridge.domain.pending import decisions_needed
from pmbridge.domain.rag import undated
from pmbridge.domain.view import Rag, RuleHit
from pmbridge.values import Label

_KINDS = ("decision", "change", "deliverable", "dependency")


def client_rag(judged: Judged) -> Rag:
    """Return the colour of the client's inputs; not applicable where nothing was ever asked of the client."""
    asked = any(judged.book.of(kind) for kind in _KINDS)
    if not asked and not judged.observed_waiting:
        return not_applicable("client")
    return coloured("client", [one for rule in RULES for one in rule(judged)], _unknown_input(judged))


def _unknown_input(judged: Judged) -> Label | None:
    found = [one.ref for one in decisions_needed(judged.book, judged.moment) if one.need_by is None]
    waiting = [*judged.observed_waiting, *found]
    return undated(waiting) if waiting else None


def overdue(judged: Judged) -> Iterator[RuleHit]:
    """CLI-R1: a decision or dependency is overdue by more than the tolerance. CLI-A1: one is overdue."""
    limit = judged.tolerances.overdue_wd_red
    for one in decisions_needed(judged.book, judged.moment):
        if not one.overdue or one.need_by is None:
            continue
        red = one.late_wd > limit
        by = marked(one.need_by)
        zh, en = (quoted(one.question.in_(language)[0]) for language in ("zh", "en"))
        due = ("应于", "提供", "was due") if one.kind == "dependency" else ("应于", "答复", "was to be answered")
        late = (
            Label(zh=f"已晚 {one.late_wd} 个工作日", en=f"{working_days(one.late_wd)} late")
            if one.late_wd
            else Label(zh="已过期限", en="past its day")
        )
        reason = Label(
            zh=f"{one.ref} {zh} {due[0]} {by} {due[1]}，{late.zh}", en=f"{one.ref} {en} {due[2]} on {by}, {late.en}"
        )
        values = {"need_by": one.need_by.isoformat(), "late_wd": one.late_wd, "limit_wd": limit}
        yield hit(
            "CLI-R1" if red else "CLI-A1",
            "client",
            "red" if red else "amber",
            reason,
            (one.ref,),
            values,
            spell=judged.moment.shown,
        )


RULES: tuple[Rule, ...] = (overdue,)
