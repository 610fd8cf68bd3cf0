"""What is submitted for acceptance and what came of it: rules that deliverables, requirements and metrics share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.fields import C, Fields, R, X
from pmbridge.domain.inputs import Wording

Verdict = Literal["accepted", "accepted_with_conditions", "rejected", "deemed_accepted"]
Mark = Literal["pass", "fail", "waived"]

ACCEPTED = frozenset({"accepted", "deemed_accepted", "handed_over"})
"""States of a deliverable with which the client is done: accepted for good, or deemed so."""


class Criterion(Fields):
    """What a deliverable is measured by. ``fit``: the fit criterion of a requirement that it proves, ``REQ-11:1``."""

    id: str = C()
    text: Wording = R()
    mandatory: bool = C(default=True)
    fit: str | None = C(None)


class PackageFile(BaseModel):
    """A file of a submission, known by its hash (SHA-256, hex) wherever it lies; ``size`` in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    sha256: str
    size: int | None = None


class Check(BaseModel):
    """One point of our own review before a submission."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str
    passed: bool
    note: str | None = None


class Submission(Fields):
    """What was handed to the client, when, and until when an answer is due."""

    n: int = C()
    submitted_at: datetime = C()
    submitted_on: date = C()
    submitted_by: str = C()
    package: tuple[PackageFile, ...] = C()
    notice: tuple[Evidence, ...] = X()
    internal_review: tuple[Check, ...] = X(())
    release_notes: Wording | None = R(None)
    answer_by: date = C()

    @property
    def sha256(self) -> str:
        """The hash over names and hashes of its files: what exactly was decided on."""
        told = [[one.name, one.sha256] for one in self.package]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


class CriterionVerdict(Fields):
    """How the client found one criterion; ``note`` says why one fails or is waived."""

    criterion: str = C()
    mark: Mark = C()
    note: Wording | None = R(None)


class Deemed(Fields):
    """By which rule silence became acceptance: working days of the contract, end of the window, day of a reminder."""

    working_days: int = C()
    window_ended_on: date = C()
    reminded_on: date = C()


class AcceptanceRecord(Fields):
    """What came of submission ``submission``. The client's decision is a record of its own; a deemed one has none.

    ``punch_list``: refs of what is still to be done, ``cleared_on``: when that was.
    """

    submission: int = C()
    verdict: Verdict = C()
    verdicts: tuple[CriterionVerdict, ...] = C(())
    punch_list: tuple[str, ...] = C(())
    decided_on: date = C()
    certificate_no: str | None = C(None)
    deemed: Deemed | None = C(None)
    cleared_on: date | None = C(None)
    revoked_on: date | None = C(None)


class Acceptable(Fields):
    """The fields of whatever is submitted for acceptance."""

    acceptance_criteria: tuple[Criterion, ...] = R()
    submissions: tuple[Submission, ...] = C(())
    acceptances: tuple[AcceptanceRecord, ...] = C(())

    @property
    def submission(self) -> Submission | None:
        """The last submission, ``None`` before the first."""
        return self.submissions[-1] if self.submissions else None

    @property
    def submitted_on(self) -> date | None:
        """The day of the last submission, ``None`` before the first."""
        return None if self.submission is None else self.submission.submitted_on

    @property
    def deemed(self) -> bool:
        """Whether nobody said yes to the last submission, and it counts as accepted by the contract."""
        return self.acceptance is not None and self.acceptance.deemed is not None

    @property
    def acceptance(self) -> AcceptanceRecord | None:
        """What came of the last submission, ``None`` while that is open."""
        last = self.acceptances[-1] if self.acceptances else None
        if last is None or last.revoked_on is not None or last.submission != len(self.submissions):
            return None
        return last


def proved(entry: Entry[Acceptable]) -> Iterator[str]:
    """Yield the fit criteria (``REQ-11:1``) that passed in an accepted submission of *entry*."""
    record = entry.fields.acceptance
    if entry.state not in ACCEPTED | {"conditionally_accepted"} or record is None:
        return
    passed = {one.criterion for one in record.verdicts if one.mark == "pass"}
    yield from (one.fit for one in entry.fields.acceptance_criteria if one.fit is not None and one.id in passed)


def proofs(book: Book) -> dict[str, str]:
    """Return the fit criteria that passed, each with the ref of the last deliverable that proves it."""
    return {fit: entry.ref for entry in book.of("deliverable") for fit in proved(entry)}
