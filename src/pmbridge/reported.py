"""A report and its files, a draft or issued, and what the store keeps of an issued one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from pmbridge.drafting import Enclosure, Recipient
from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError
from pmbridge.report import names
from pmbridge.report.model import ClientReport
from pmbridge.report.render import FORMATS, MULTILINGUAL, PLAIN, Format, render
from pmbridge.store import SnapshotRow
from pmbridge.values import LANGUAGES, Label, Language

_MEDIA: Mapping[Format, str] = {"html": "text/html", "pdf": "application/pdf"}

WAIVED = "waived:"
"""What the name of a waived check begins with in the inputs of a stored report."""

Addressees = Callable[[Language, date], tuple[Recipient, ...]]
"""Who gets a report of that day in that language."""


def nobody(_: Language, __: date) -> tuple[Recipient, ...]:
    """Return no one: the sender fills in to whom a mail goes."""
    return ()


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
        wanted = [known(form, FORMATS, "--formats") for form in formats]
        spoken = [known(language, LANGUAGES, "--languages") for language in languages or self.languages]
        target = Path(folder)
        written: list[Path] = []
        made: dict[tuple[Format, Language], bytes] = {}
        for form in wanted:
            for language in spoken if form in MULTILINGUAL else spoken[:1]:
                path = target / self._file(form, language)
                body = self._mail(language, made) if form == "eml" else render(self.data, form, language)
                made[form, language] = body
                _put(path, body)
                written.append(path)
        return tuple(written)

    def _file(self, form: Format, language: Language) -> str:
        return f"{self.name}.{language}.{form}" if form in MULTILINGUAL else f"{self.name}.{form}"

    def _mail(self, language: Language, made: Mapping[tuple[Format, Language], bytes]) -> bytes:
        """Return the mail with the files that can be made here; *made* are those that there are already."""
        from pmbridge.report.letter import letter

        enclosures = []
        for form in ("pdf", "html") if find_spec("typst") else ("html",):
            try:
                body = made.get((form, language)) or render(self.data, form, language)
            except ConfigError:
                if form == "html":
                    raise
                continue  # a font is missing, or typst refuses the logo: a report that is issued still goes out
            enclosures.append(Enclosure(self._file(form, language), _MEDIA[form], body))
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
            command="--out DIR",
        ) from error


C = TypeVar("C", bound=str)


def known(choice: str, choices: Sequence[C], option: str) -> C:
    """Return *choice* as the one of *choices* that it is.

    Raises:
        ConfigError: it is none of them (``bad-choice``); *option* is where it was given.
    """
    for one in choices:
        if one == choice:
            return one
    raise ConfigError("bad-choice", what=choice, known=", ".join(choices), option=option)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """An issued report as the store keeps it: it never changes."""

    edition: str
    number: int
    revision: int
    as_of: datetime
    issued_at: datetime
    sha256: str
    waived: Mapping[str, str] = field(default_factory=dict)
    """The checks that were waived, by name, each with its reason. Internal."""

    @property
    def ref(self) -> str:
        """``weekly-9``: how commands name it."""
        return f"{self.edition}-{self.number}"


def entry_of(row: SnapshotRow) -> IssuedReport:
    """Return what an issued report is known by; drafts have none."""
    if row.issued_at is None:
        raise ValueError("not an issued report")
    return IssuedReport(
        edition=row.edition,
        number=row.number,
        revision=row.revision + 1,
        as_of=row.as_of,
        issued_at=row.issued_at,
        sha256=row.sha256.hex(),
        waived={name.removeprefix(WAIVED): reason for name, reason in row.inputs.items() if name.startswith(WAIVED)},
    )


def label_of(report: ClientReport) -> Label:
    """Return how people call the report: 周报 9, weekly 9."""
    header = report.header
    return Label(zh=f"{names.EDITIONS[header.edition].zh} {header.number}", en=f"{header.edition} {header.number}")
