"""Drafts, issued reports and their files: what an engagement's reports are made and kept with."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypedDict, TypeVar

from pmbridge.clock import Clock
from pmbridge.config import WorkspaceConfig
from pmbridge.domain.calendar import Calendar
from pmbridge.domain.figure import Text
from pmbridge.domain.mapping import EngagementConfig, Words
from pmbridge.domain.view import EngagementView
from pmbridge.drafting import Enclosure, Recipient
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, Refused, UnknownRef
from pmbridge.report import names
from pmbridge.report.checks import Check, checks
from pmbridge.report.model import ClientReport, Edition, Header
from pmbridge.report.notice import notices
from pmbridge.report.parts import Given
from pmbridge.report.period import EDITIONS, Period, due_at, period
from pmbridge.report.project import ReportMeta, project_for
from pmbridge.report.render import (
    FORMATS,
    MULTILINGUAL,
    PLAIN,
    Format,
    canonical_json,
    load_report,
    render,
    report_hash,
)
from pmbridge.store import SnapshotRow, Store
from pmbridge.values import LANGUAGES, Label, Language

_LOGO_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
_LOGO_BYTES = 200_000
_MEDIA: Mapping[Format, str] = {"html": "text/html", "pdf": "application/pdf"}

Addressees = Callable[[Language, date], tuple[Recipient, ...]]
"""Who gets a report of that day in that language."""


def nobody(_: Language, __: date) -> tuple[Recipient, ...]:
    """Return no one: the sender fills in to whom a mail goes."""
    return ()


STRIP = 12
"""How many reports, with the new one, the strip of colours shows."""


class _LookingBack(TypedDict):
    history: tuple[ClientReport, ...]
    between: tuple[ClientReport, ...]
    chain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, frozen: ``data`` is the report itself, every file a view of it."""

    engagement: str
    data: ClientReport
    languages: tuple[str, ...]
    addressees: Addressees = field(default=nobody, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The stem of its files: ``lanhai-weekly-09``, ``…-draft`` while it is one."""
        header = self.data.header
        draft = "-draft" if header.draft else ""
        return f"{self.engagement}-{header.edition}-{header.number:02d}{draft}"

    def write(
        self, folder: str | Path, *, formats: Sequence[str] = PLAIN, languages: Sequence[str] | None = None
    ) -> tuple[Path, ...]:
        """Write the report into *folder* (made if missing) and return the paths, in the order of *formats*.

        ``json`` is one file for all languages. ``eml`` is a mail to who decides for the client, with the HTML and,
        where the add-on for it is installed, the PDF. Same report, same bytes; existing files are replaced.

        Raises:
            ConfigError: an unknown format, a format whose add-on is not installed (``extra-missing``), no Chinese font
                for a PDF, or a file that the system does not let us write; those before it stay.
        """
        wanted = [_known(form, FORMATS, "--formats") for form in formats]
        spoken = [_known(language, LANGUAGES, "--languages") for language in languages or self.languages]
        target = Path(folder)
        written: list[Path] = []
        for form in wanted:
            for language in spoken if form in MULTILINGUAL else spoken[:1]:
                path = target / self._file(form, language)
                _put(path, self._mail(language) if form == "eml" else render(self.data, form, language))
                written.append(path)
        return tuple(written)

    def _file(self, form: Format, language: Language) -> str:
        return f"{self.name}.{language}.{form}" if form in MULTILINGUAL else f"{self.name}.{form}"

    def _mail(self, language: Language) -> bytes:
        from pmbridge.report.letter import letter

        forms: list[Format] = ["pdf", "html"] if find_spec("typst") else ["html"]
        enclosures = [
            Enclosure(self._file(form, language), _MEDIA[form], render(self.data, form, language)) for form in forms
        ]
        to = self.addressees(language, self.data.header.as_of.date())
        return letter(self.data, language, to=to, enclosures=enclosures)


def _put(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(
            "refused",
            detail=f"{path} cannot be written: {system_words(error).en}.",
            detail_zh=f"无法写入 {path}：{system_words(error).zh}。",
            command="pmbridge report weekly --out DIR",
        ) from error


C = TypeVar("C", bound=str)


def _known(choice: str, known: Sequence[C], option: str) -> C:
    for one in known:
        if one == choice:
            return one
    raise ConfigError("bad-choice", what=choice, known=", ".join(known), option=option)


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

    def __init__(
        self, *, name: str, config: WorkspaceConfig, store: Store, clock: Clock, addressees: Addressees = nobody
    ) -> None:
        self._name = name
        self._addressees = addressees
        self._workspace = config
        self._config: EngagementConfig = config.engagements[name]
        self._store = store
        self._clock = clock

    def draft(self, view: EngagementView, edition: str, *, headline: Words | None = None) -> Report:
        """Return a draft made of *view*, compared with the last report of the edition issued before it.

        Without *headline* the one of the kept draft is taken, if there is one.
        """
        return self._made(view, edition, headline=headline, by=None)

    def keep(self, report: Report) -> None:
        """Keep a draft, so that its headline need not be typed again; it takes the place of the one before."""
        self._freeze(report, issued_at=None)

    def checks(self, report: Report, view: EngagementView) -> tuple[Check, ...]:
        """Return what must hold before *report*, made of *view*, may be issued, passed or not."""
        return tuple(checks(report.data, due_at=self._due_at(report.data.header, view)))

    def _due_at(self, header: Header, view: EngagementView) -> datetime | None:
        rule = view.policy.get(f"{header.edition}_due")
        if rule is None:
            return None
        try:
            return due_at(rule, Period(first=header.period_from, last=header.period_to), view.zone)
        except ValueError:
            known = '"Fri 18:00"' if header.edition == "weekly" else '"last day 18:00", "day 25 18:00"'
            raise ConfigError("bad-choice", what=rule, known=known, option=f"{header.edition}_due") from None

    def issue(self, view: EngagementView, edition: str, *, by: str, headline: Words | None = None) -> Report:
        """Freeze a report of *view* under the next number and return it.

        Raises:
            Refused: a check fails (``report-check``; all of them are listed).
        """
        report = self._made(view, edition, headline=headline, by=by)
        failed = [one for one in self.checks(report, view) if not one.passed]
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
                command="pmbridge report check",
            )
        self._freeze(report, issued_at=self._clock.now())
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

    def _made(self, view: EngagementView, wanted: str, *, headline: Words | None, by: str | None) -> Report:
        edition = _known(wanted, EDITIONS, "EDITION")
        number = self._store.next_number(self._name, edition, self._first_no(edition))
        # A draft of a past day looks back from there; what is issued follows the last one, whatever day it is of.
        rows = [row for row in self._issued_rows(edition) if by or row.as_of <= view.as_of]
        # The whole engagement is compared with what was agreed at its beginning, not with a report.
        previous = load_report(rows[-1].body) if rows and edition != "closing" else None
        said = _text(headline, self._config) or self._kept_headline(edition, number)
        meta = self._meta(view, edition, number=number, headline=said, by=by)
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

    def _kept_headline(self, edition: str, number: int) -> Text | None:
        for row in self._store.snapshots(self._name):
            if (row.edition, row.number) == (edition, number) and row.issued_at is None:
                kept = load_report(row.body).overall.headline
                return Text(zh=kept.zh, en=kept.en, original=kept.original) if kept else None
        return None

    def _issued_rows(self, edition: str) -> list[SnapshotRow]:
        rows = [
            row for row in self._store.snapshots(self._name) if row.edition == edition and row.issued_at is not None
        ]
        return sorted(rows, key=lambda row: (row.number, row.revision))

    def _freeze(self, report: Report, *, issued_at: datetime | None) -> None:
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
        )

    def _meta(
        self,
        view: EngagementView,
        edition: Edition = "weekly",
        *,
        number: int,
        headline: Text | None = None,
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
            headline=headline,
            agency_name=_text(agency.name, self._config) or Text(zh=user or "—", original="zh"),
            agency_colour=agency.colour,
            agency_logo=_logo(self._workspace.folder, agency.logo),
            reply_to=self._workspace.workspace.email,
            show_money=self._config.policy.show_budget,
        )


def _entry(row: SnapshotRow) -> IssuedReport:
    if row.issued_at is None:
        raise ValueError("not an issued report")
    return IssuedReport(
        edition=row.edition,
        number=row.number,
        revision=row.revision + 1,
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


def label_of(report: ClientReport) -> Label:
    """Return how people call the report: 周报 9, weekly 9."""
    header = report.header
    return Label(zh=f"{names.EDITIONS[header.edition].zh} {header.number}", en=f"{header.edition} {header.number}")
