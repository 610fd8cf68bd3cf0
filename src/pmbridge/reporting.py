"""Drafts, issued reports and their files: what an engagement's reports are made and kept with."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from pmbridge.clock import Clock
from pmbridge.config import WorkspaceConfig
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Text
from pmbridge.domain.mapping import EngagementConfig, Words
from pmbridge.domain.view import Colour, EngagementView
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, Refused, UnknownRef
from pmbridge.report.checks import Check, checks
from pmbridge.report.model import ClientReport, Edition, Header
from pmbridge.report.notice import notices
from pmbridge.report.parts import Given, Quote
from pmbridge.report.period import EDITIONS, Period, due_at, period
from pmbridge.report.project import ReportMeta, project_for
from pmbridge.report.render import (
    canonical_json,
    load_report,
    report_hash,
)
from pmbridge.reported import WAIVED, Addressees, IssuedReport, Report, entry_of, known, label_of, nobody
from pmbridge.store import SnapshotRow, Store
from pmbridge.values import Label

_LOGO_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
_LOGO_BYTES = 200_000
STRIP = 12
"""How many reports, with the new one, the strip of colours shows."""


class _Said(NamedTuple):
    """What a person says of the whole: the sentence on top, and another colour than the rules', with its reason."""

    headline: Text | None
    judged: Colour | None
    because: Text | None


class _LookingBack(TypedDict):
    history: tuple[ClientReport, ...]
    between: tuple[ClientReport, ...]
    chain: str | None


class ReportDesk:
    """The reports of one engagement: makes drafts, issues them, gives issued ones back."""

    def __init__(
        self, *, name: str, config: WorkspaceConfig, store: Store, clock: Clock, addressees: Addressees = nobody
    ) -> None:
        self._name = name
        self._addressees = addressees
        self._workspace = config
        self._config: EngagementConfig = config.engagements[name]
        self._store = store
        self._clock = clock

    def draft(
        self,
        view: EngagementView,
        edition: str,
        *,
        headline: Words | None = None,
        judged: Colour | None = None,
        because: Words | None = None,
    ) -> Report:
        """Return a draft made of *view*, compared with the last report of the edition issued before it.

        *judged* is the colour of the whole in the project manager's judgement, where that is not the rules' own; the
        report prints both, and *because*. What is left out is taken from the kept draft, if there is one.
        """
        return self._made(view, edition, self._said(headline, judged, because), by=None)

    def keep(self, report: Report) -> None:
        """Keep a draft, so that its headline need not be typed again; it takes the place of the one before."""
        self._freeze(report, issued_at=None)

    def checks(self, report: Report, view: EngagementView) -> tuple[Check, ...]:
        """Return what must hold before *report*, made of *view*, may be issued, passed or not."""
        return checks(report.data, due_at=self._due_at(report.data.header, view), concerns=view.concerns)

    def _due_at(self, header: Header, view: EngagementView) -> datetime | None:
        rule = view.policy.get(f"{header.edition}_due")
        if rule is None:
            return None
        try:
            return due_at(rule, Period(first=header.period_from, last=header.period_to), view.zone)
        except ValueError:
            known = '"Fri 18:00"' if header.edition == "weekly" else '"last day 18:00", "day 25 18:00"'
            raise ConfigError("bad-choice", what=rule, known=known, option=f"{header.edition}_due") from None

    def issue(
        self,
        view: EngagementView,
        edition: str,
        *,
        by: str,
        headline: Words | None = None,
        judged: Colour | None = None,
        because: Words | None = None,
        waive: Mapping[str, str] | None = None,
    ) -> Report:
        """Freeze a report of *view* under the next number and return it; see :meth:`draft`.

        *waive*: names of checks that fail, each with the reason why the report goes out all the same. The reasons are
        kept beside the report (``IssuedReport.waived``), never in it.

        Raises:
            Refused: a check fails and is not waived (``report-check``; all of them are listed).
            ConfigError: what is waived is no check that fails, or has no reason (``bad-choice``).
        """
        report = self._made(view, edition, self._said(headline, judged, because), by=by)
        failed = [one for one in self.checks(report, view) if not one.passed]
        waived = _waived(waive or {}, failed)
        failed = [one for one in failed if one.name not in waived]
        if failed:
            name = label_of(report.data)
            raise Refused(
                "report-check",
                report=name.en.capitalize(),
                report_zh=name.zh,
                n=len(failed),
                failing="1 check fails" if len(failed) == 1 else f"{len(failed)} checks fail",
                checks=" · ".join(one.text.en for one in failed),
                checks_zh=" · ".join(one.text.zh for one in failed),
                command="pmbridge report check" + ("" if edition == "weekly" else f" {edition}"),
            )
        self._freeze(report, issued_at=self._clock.now(), waived=waived)
        return report

    def issued(self) -> tuple[IssuedReport, ...]:
        """Return the issued reports, oldest first."""
        return tuple(entry_of(row) for row in self._store.snapshots(self._name) if row.issued_at is not None)

    def get(self, ref: str) -> Report:
        """Return the issued report *ref* (``weekly-9``), exactly as it was issued.

        Raises:
            UnknownRef: there is no such report.
        """
        edition, _, number = ref.rpartition("-")
        row = self._store.issued(self._name, edition, int(number)) if number.isdigit() else None
        if row is None:
            near = ", ".join(one.ref for one in self.issued()[-3:])
            raise UnknownRef(
                ref=ref,
                where=self._name,
                near=f"Near: {near}." if near else "Nothing was issued yet.",
                near_zh=f"相近：{near}。" if near else "尚未发布过报告。",
                command="pmbridge report list",
            )
        data = load_report(row.body)
        return self._report(data, self._config.languages)

    def differences(self, before: EngagementView, now: EngagementView) -> tuple[Label, ...]:
        """Return in words what a client would notice between two views, bad news first."""
        old = project_for(before, self._meta(before, number=1), None, calendar=self._calendar)
        new = project_for(now, self._meta(now, number=2), old, calendar=self._calendar)
        return notices(new)

    def slips(self, before: datetime) -> Mapping[str, tuple[int, ...]]:
        """Return each milestone's slippage in the reports issued before *before*, oldest first: its trend."""
        found: dict[str, list[int]] = {}
        for row in self._issued_rows("weekly"):
            if row.as_of >= before:
                continue
            for milestone in load_report(row.body).milestones:
                if isinstance(milestone.slip_current, Given):
                    found.setdefault(milestone.ref, []).append(milestone.slip_current.value)
        return {ref: tuple(slips) for ref, slips in found.items()}

    @cached_property
    def _calendar(self) -> Calendar:
        return Calendar.named(self._config.calendar)

    def _made(self, view: EngagementView, wanted: str, said: _Said, *, by: str | None) -> Report:
        edition = known(wanted, EDITIONS, "EDITION")
        number = self._store.next_number(self._name, edition, self._first_no(edition))
        # A draft of a past day looks back from there; what is issued follows the last one, whatever day it is of.
        rows = [row for row in self._issued_rows(edition) if by or row.as_of <= view.as_of]
        # The whole engagement is compared with what was agreed at its beginning, not with a report.
        previous = load_report(rows[-1].body) if rows and edition != "closing" else None
        meta = self._meta(view, edition, number=number, said=self._completed(said, edition, number), by=by)
        meta = replace(meta, **self._looking_back(view, edition, previous))
        data = project_for(view, meta, previous, calendar=self._calendar)
        return self._report(data, view.languages)

    def _report(self, data: ClientReport, languages: tuple[str, ...]) -> Report:
        return Report(engagement=self._name, data=data, languages=languages, addressees=self._addressees)

    def _first_no(self, edition: Edition) -> int:
        first = self._config.policy.first_no
        return {"weekly": first.weekly, "monthly": first.monthly, "closing": 1}[edition]

    def _looking_back(self, view: EngagementView, edition: Edition, previous: ClientReport | None) -> _LookingBack:
        """Return the earlier reports that stand in this one: weekly ones, where any was issued."""
        weekly = [row for row in self._issued_rows("weekly") if row.as_of < view.as_of]
        rows = weekly or [row for row in self._issued_rows(edition) if row.as_of < view.as_of]
        last = {(row.edition, row.number): row for row in rows}  # of a number only its last revision
        reports = [load_report(row.body) for row in list(last.values())[1 - STRIP :]]
        since = previous.header.as_of if previous else None
        between = [one for one in reports if one.header.edition == "weekly" and (not since or one.header.as_of > since)]
        head = self._store.registers.head(self._name)
        return _LookingBack(
            history=tuple(reports),
            between=tuple(between) if edition == "monthly" else (),
            chain=head.hash.hex() if edition == "closing" and head.seq else None,
        )

    def _said(self, headline: Words | None, judged: Colour | None, because: Words | None) -> _Said:
        return _Said(_text(headline, self._config), judged, _text(because, self._config))

    def _completed(self, said: _Said, edition: str, number: int) -> _Said:
        """Return *said* with what the kept draft of that number has in the place of what was left out."""
        for row in self._store.snapshots(self._name):
            if (row.edition, row.number) == (edition, number) and row.issued_at is None:
                kept = load_report(row.body).overall
                judgement = kept.judgement if said.judged is None else None
                return _Said(
                    said.headline or _again(kept.headline),
                    said.judged or (kept.colour if judgement is not None else None),
                    said.because or _again(judgement.reason if judgement is not None else None),
                )
        return said

    def _issued_rows(self, edition: str) -> list[SnapshotRow]:
        rows = [
            row for row in self._store.snapshots(self._name) if row.edition == edition and row.issued_at is not None
        ]
        return sorted(rows, key=lambda row: (row.number, row.revision))

    def _freeze(self, report: Report, *, issued_at: datetime | None, waived: Mapping[str, str] | None = None) -> None:
        header = report.data.header
        self._store.add_snapshot(
            engagement=self._name,
            edition=header.edition,
            number=header.number,
            # The store counts corrections, of which the first issue has none.
            revision=header.revision - 1,
            period_from=header.period_from,
            period_to=header.period_to,
            as_of=header.as_of,
            issued_at=issued_at,
            body=canonical_json(report.data),
            sha256=bytes.fromhex(report_hash(report.data)),
            inputs={f"{WAIVED}{name}": reason for name, reason in (waived or {}).items()},
        )

    def _meta(
        self,
        view: EngagementView,
        edition: Edition = "weekly",
        *,
        number: int,
        said: _Said | None = None,
        by: str | None = None,
    ) -> ReportMeta:
        covered = period(edition, view.as_of, view.zone, start_on=view.start_on)
        agency = self._workspace.agency
        user = self._workspace.workspace.user or ""
        return ReportMeta(
            edition=edition,
            number=number,
            revision=1,
            draft=by is None,
            period_from=covered.first,
            period_to=covered.last,
            made_at=self._clock.now(),
            prepared_by=user,
            approved_by=by,
            headline=said.headline if said else None,
            judged=said.judged if said else None,
            because=said.because if said else None,
            agency_name=_text(agency.name, self._config) or Text(zh=user or "—", original="zh"),
            agency_colour=agency.colour,
            agency_logo=_logo(self._workspace.folder, agency.logo),
            reply_to=self._workspace.workspace.email,
            show_money=self._config.policy.show_budget,
        )


def _waived(given: Mapping[str, str], failed: Sequence[Check]) -> dict[str, str]:
    """Return what is waived: checks that fail, each with a reason."""
    names = [one.name for one in failed]
    for name, reason in given.items():
        if name not in names or not reason.strip():
            choices = ", ".join(f'{one}="…"' for one in names) or "—"
            raise ConfigError("bad-choice", what=name, known=choices, option="--waive")
    return {name: reason.strip() for name, reason in given.items()}


def _again(quote: Quote | None) -> Text | None:
    return None if quote is None else Text(zh=quote.zh, en=quote.en, original=quote.original)


def _text(words: Words | None, config: EngagementConfig) -> Text | None:
    """Return *words* as a Text whose original is the engagement's first language."""
    first: Literal["zh", "en"] = "zh" if config.languages[0].startswith("zh") else "en"
    if words is None or words == "":
        return None
    if isinstance(words, str):
        return Text(zh=words, original="zh") if first == "zh" else Text(en=words, original="en")
    original = first if words.get(first) else next(iter(words))
    return Text(zh=words.get("zh"), en=words.get("en"), original=original)


def _logo(folder: Path, logo: str | None) -> str | None:
    """Return the logo as a data URI: the report must not fetch anything."""
    if not logo:
        return None
    path = folder / logo
    media = _LOGO_TYPES.get(path.suffix.lower())
    try:
        body = path.read_bytes()
    except OSError as exc:
        why = system_words(exc)
        raise ConfigError("bad-logo", file=str(path), detail=why.en, detail_zh=why.zh) from exc
    if media is None or len(body) > _LOGO_BYTES:
        raise ConfigError(
            "bad-logo",
            file=str(path),
            detail="png, jpg or svg up to 200 kB",
            detail_zh="须为 png、jpg 或 svg，不超过 200 kB",
        )
    return f"data:{media};base64,{base64.b64encode(body).decode()}"
