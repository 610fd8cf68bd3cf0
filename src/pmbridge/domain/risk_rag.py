"""The colour of risks and issues: what threatens, what has struck, and whether anybody looks."""

from __future__ import annotations

from collections.abc import Iterator

from pmbridge.domain.entry import Entry
from pmbridge.domain.figure import Unknown
from pmbridge.domain.issue import SOLVED, Issue
from pmbridge.domain.judged import Judged, Rule, coloured, hit, named, not_applicable, working_days
from pmbridge.domain.rag import NO_RISK_REVIEW
from pmbridge.domain.risk import Risk
from pmbridge.domain.risk_metrics import last_looked_at, level, open_threats
from pmbridge.domain.view import Rag, RuleHit
from pmbridge.values import Label

UNBEARABLE = 20
"""From this score on a threat is red whatever was agreed against it."""

REVIEW_WD = 15
"""A register of risks in which nothing happened for longer says nothing."""

HIGH_ISSUE_WD = 5

_A_RISK = ("一项风险", "a risk")
_AN_ISSUE = ("一项问题", "an issue")


def risk_rag(judged: Judged) -> Rag:
    """Return the colour of risks and issues; grey where nobody looked at the risks lately, or one has no score.

    There is nothing to judge once the engagement is being closed and no threat and no issue is left.
    """
    if _is_over(judged):
        return not_applicable("risk")
    return coloured("risk", [one for rule in RULES for one in rule(judged)], _unknown_input(judged))


def _is_over(judged: Judged) -> bool:
    engagement = judged.book.newest("engagement")
    if engagement is None or engagement.state not in ("closing", "closed"):
        return False
    struck = any(one.state not in SOLVED for one in judged.book.of("issue"))
    return not struck and not open_threats(judged.book.of("risk"))


def _unknown_input(judged: Judged) -> Label | None:
    risks: list[Entry[Risk]] = judged.book.of("risk")
    last = last_looked_at(risks, judged.moment)
    if isinstance(last, Unknown):
        return NO_RISK_REVIEW
    since = judged.moment.calendar.wd(last.value, judged.moment.today)
    if since > REVIEW_WD:
        return Label(
            zh=f"风险登记册已 {since} 个工作日未复核", en=f"the risks were last looked at {working_days(since)} ago"
        )
    unscored = [one for one in open_threats(risks) if isinstance(level(one), Unknown)]
    if unscored:
        n = len(unscored)
        return Label(zh=f"{n} 项风险未评估", en=f"{n} risk{'s'[: n != 1]} not assessed")
    return None


def threats(judged: Judged) -> Iterator[RuleHit]:
    """RSK-R1 and RSK-A1: an open threat of the red score without a response, or of 20 whatever; of the amber one."""
    for entry in open_threats(judged.book.of("risk")):
        score = level(entry)
        if isinstance(score, Unknown) or score.value < judged.tolerances.risk_amber:
            continue
        answered = entry.fields.response is not None
        red = score.value >= UNBEARABLE or (score.value >= judged.tolerances.risk_red and not answered)
        limit = judged.tolerances.risk_amber
        if red:
            limit = UNBEARABLE if answered else min(judged.tolerances.risk_red, UNBEARABLE)
        name, refs = named(entry, *_A_RISK)
        without = ("", "") if answered else ("，尚无应对措施", ", with no response agreed")
        was = [one.value for one in entry.fields.scores[:-1]]
        rose = (f"，由 {was[-1]} 升高", f", up from {was[-1]}") if was and was[-1] < score.value else ("", "")
        reason = Label(
            zh=f"风险 {name.zh} 评分 {score.value}{rose[0]}{without[0]}"
            if refs
            else f"{name.zh}评分 {score.value}{rose[0]}{without[0]}",
            en=f"{name.en} scores {score.value}{rose[1]}{without[1]}",
        )
        values = {"score": score.value, "limit": limit, "response": entry.fields.response or "none"}
        yield hit("RSK-R1" if red else "RSK-A1", "risk", "red" if red else "amber", reason, refs, values)


def issues(judged: Judged) -> Iterator[RuleHit]:
    """ISS-R1: a critical issue is open. ISS-A1: a high one is open for more than five working days."""
    entry: Entry[Issue]
    for entry in judged.book.of("issue"):
        if entry.state in SOLVED:
            continue
        age = judged.moment.calendar.wd(entry.created.day, judged.moment.today)
        name, refs = named(entry, *_AN_ISSUE)
        values = {"severity": entry.fields.severity, "open_wd": age}
        if entry.fields.severity == "critical":
            reason = Label(zh=f"严重问题未解决：{name.zh}", en=f"a critical issue is open: {name.en}")
            yield hit("ISS-R1", "risk", "red", reason, refs, values)
        elif entry.fields.severity == "high" and age > HIGH_ISSUE_WD:
            reason = Label(
                zh=f"高级别问题 {age} 个工作日未解决：{name.zh}",
                en=f"a high issue is open for {working_days(age)}: {name.en}",
            )
            yield hit("ISS-A1", "risk", "amber", reason, refs, values | {"limit_wd": HIGH_ISSUE_WD})


RULES: tuple[Rule, ...] = (threats, issues)
