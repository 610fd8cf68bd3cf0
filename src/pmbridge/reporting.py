"""Drafts, issued reports and their files: what an engagement's reports are made and kept with."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from pmbridge.clock import Clock
from pmbridge.config import WorkspaceConfig
from pmbridge.domain.figure import Text
from pmbridge.domain.mapping import EngagementConfig, Words
from pmbridge.domain.view import EngagementView
from pmbridge.errors import ConfigError, Refused, UnknownRef
from pmbridge.report.checks import Check, checks
from pmbridge.report.diff import differences
from pmbridge.report.model import ClientReport
from pmbridge.report.period import period
from pmbridge.report.project import ReportMeta, project_for
from pmbridge.report.render import canonical_json, render, report_hash
from pmbridge.store import SnapshotRow, Store
from pmbridge.values import Label

Edition = Literal["weekly"]
EDITIONS: tuple[str, ...] = get_args(Edition)
Format = Literal["html", "md", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
_LOGO_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
_LOGO_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, frozen: ``data`` is the report itself, every file a view of it."""

    engagement: str
    data: ClientReport
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        """The stem of its files: ``lanhai-weekly-09``, ``…-draft`` while it is one."""
        draft = "-draft" if self.data.draft else ""
        return f"{self.engagement}-{self.data.edition}-{self.data.number:02d}{draft}"

    def write(
        self, folder: str | Path, *, formats: Sequence[str] = FORMATS, languages: Sequence[str] | None = None
    ) -> tuple[Path, ...]:
        """Write the report into *folder* (made if missing) and return the paths, HTML first.

        ``json`` is one file for all languages. Same report, same bytes; existing files are replaced.

        Raises:
            ConfigError: an unknown format.
        """
        unknown = [one for one in formats if one not in FORMATS]
        if unknown:
            raise ConfigError("bad-choice", what=unknown[0], known=", ".join(FORMATS), option="--formats")
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        written = []
        for form in formats:
            for language in [None] if form == "json" else (languages or self.languages):
                infix = "" if language is None else f".{language}"
                path = target / f"{self.name}{infix}.{form}"
                path.write_bytes(render(self.data, form, language or self.languages[0]))
                written.append(path)
        return tuple(written)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """An issued report as the store keeps it: it never changes."""

    edition: str
    number: int
    revision: int
    as_of: datetime
    issued_at: datetime
    sha256: str

    @property
    def ref(self) -> str:
        """``weekly-9``: how commands name it."""
        return f"{self.edition}-{self.number}"


class ReportDesk:
    """The reports of one engagement: makes drafts, issues them, gives issued ones back."""

    def __init__(self, *, name: str, config: WorkspaceConfig, store: Store, clock: Clock) -> None:
        self._name = name
        self._workspace = config
        self._config: EngagementConfig = config.engagements[name]
        self._store = store
        self._clock = clock

    def draft(self, view: EngagementView, edition: str, *, headline: str | None = None) -> Report:
        """Return a draft made of *view*, compared with the last issued report of the edition before it."""
        if edition not in EDITIONS:
            raise ConfigError("bad-choice", what=edition, known=", ".join(EDITIONS), option="EDITION")
        first = self._config.policy.first_no.weekly
        number = self._store.next_number(self._name, edition, first)
        previous = self._previous(edition, view.as_of)
        meta = self._meta(view, edition, number=number, headline=headline, previous=previous, draft=True)
        data = project_for(view, meta, previous)
        return Report(engagement=self._name, data=data, languages=view.languages)

    def checks(self, report: Report) -> tuple[Check, ...]:
        """Return what must hold before *report* may be issued, passed or not."""
        return tuple(checks(report.data))

    def issue(self, view: EngagementView, edition: str, *, by: str, headline: str | None = None) -> Report:
        """Freeze a report of *view* under the next number and return it.

        Raises:
            Refused: a check fails (``report-check``; all of them are listed).
        """
        draft = self.draft(view, edition, headline=headline)
        failed = [one for one in self.checks(draft) if not one.passed]
        if failed:
            raise Refused(
                "report-check",
                report=f"Weekly {draft.data.number}",
                report_zh=f"周报 {draft.data.number}",
                n=len(failed),
                checks=" · ".join(one.text.en for one in failed),
                checks_zh=" · ".join(one.text.zh for one in failed),
                command="pmbridge report check",
            )
        previous = self._previous(edition, view.as_of)
        meta = self._meta(view, edition, number=draft.data.number, headline=headline, previous=previous, by=by)
        report = Report(engagement=self._name, data=project_for(view, meta, previous), languages=view.languages)
        self._store.add_snapshot(
            engagement=self._name,
            edition=edition,
            number=report.data.number,
            revision=report.data.revision,
            period_from=report.data.period_from,
            period_to=report.data.period_to,
            as_of=view.as_of,
            issued_at=self._clock.now(),
            body=canonical_json(report.data),
            sha256=bytes.fromhex(report_hash(report.data)),
        )
        return report

    def issued(self) -> tuple[IssuedReport, ...]:
        """Return the issued reports, oldest first."""
        return tuple(_entry(row) for row in self._store.snapshots(self._name) if row.issued_at is not None)

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
        data = ClientReport.model_validate_json(row.body)
        return Report(engagement=self._name, data=data, languages=self._config.languages)

    def differences(self, before: EngagementView, now: EngagementView) -> tuple[Label, ...]:
        """Return in words what a client would notice between two views, bad news first."""
        old = project_for(before, self._meta(before, "weekly", number=1), None)
        new = project_for(now, self._meta(now, "weekly", number=2), old)
        return tuple(line.text for line in differences(old, new))

    def _previous(self, edition: str, before: datetime) -> ClientReport | None:
        rows = [
            row
            for row in self._store.snapshots(self._name)
            if row.edition == edition and row.issued_at is not None and row.as_of < before
        ]
        if not rows:
            return None
        return ClientReport.model_validate_json(max(rows, key=lambda row: (row.number, row.revision)).body)

    def _meta(
        self,
        view: EngagementView,
        edition: str,
        *,
        number: int,
        headline: str | None = None,
        previous: ClientReport | None = None,
        draft: bool = False,
        by: str | None = None,
    ) -> ReportMeta:
        start, end = period(edition, view.as_of, view.zone)
        agency = self._workspace.agency
        return ReportMeta(
            edition=edition,
            number=number,
            revision=1,
            draft=draft,
            period_from=start,
            period_to=end,
            as_of=view.as_of,
            made_at=self._clock.now(),
            prepared_by=self._workspace.workspace.user,
            approved_by=by,
            headline=_text(headline, self._config),
            agency_name=_text(agency.name, self._config),
            agency_colour=agency.colour,
            agency_logo=_logo(self._workspace.folder, agency.logo),
            previous_ref=f"{edition}-{previous.number}" if previous else None,
        )


def _entry(row: SnapshotRow) -> IssuedReport:
    if row.issued_at is None:
        raise ValueError("not an issued report")
    return IssuedReport(
        edition=row.edition,
        number=row.number,
        revision=row.revision,
        as_of=row.as_of,
        issued_at=row.issued_at,
        sha256=row.sha256.hex(),
    )


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
        raise ConfigError("bad-logo", file=str(path), detail=exc.strerror or "unreadable") from exc
    if media is None or len(body) > _LOGO_BYTES:
        raise ConfigError("bad-logo", file=str(path), detail="png, jpg or svg up to 200 kB")
    return f"data:{media};base64,{base64.b64encode(body).decode()}"


def label_of(report: ClientReport) -> Label:
    """Return how people call the report: 周报 9, weekly 9."""
    return Label(zh=f"周报 {report.number}", en=f"weekly {report.number}")
