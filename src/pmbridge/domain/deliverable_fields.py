"""The fields of a deliverable, what its steps take, and how its events change it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field as Constrained

from pmbridge.domain import decision
from pmbridge.domain.acceptance import (
    Acceptable,
    AcceptanceRecord,
    Check,
    Criterion,
    CriterionVerdict,
    Deemed,
    PackageFile,
    Submission,
    Verdict,
)
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording

Kind = Literal["document", "design", "software", "data", "service", "hardware", "other"]
Days = Annotated[int, Constrained(ge=1)]


class Handover(Fields):
    """What the client took over, each in words that say how or that there is none; when the warranty begins."""

    access: Text = C()
    source: Text = C()
    documents: Text = C()
    warranty_starts_on: date = C()
    received_on: date = C()


class Deliverable(Acceptable):
    """Something that the client gets and accepts."""

    title: Text = R()
    description: Text | None = R(None)
    kind: Kind = C("other")
    milestone: str | None = C(None)
    requirements: tuple[str, ...] = C(())
    review_window_wd: int = C()
    planned_on: date = C()
    owner: str = C()
    handover: Handover | None = C(None)
    removed_by: str | None = C(None)
    location: str | None = X(None)
    review: tuple[Check, ...] = X(())
    reviewed_by: str | None = X(None)


class Add(Input):
    """A deliverable as it is planned. ``review_window_wd`` left out: as the contract says."""

    title: Wording
    description: Wording | None = None
    kind: Kind = "other"
    milestone: str | None = None
    requirements: tuple[str, ...] = ()
    acceptance_criteria: tuple[Criterion, ...] = ()
    agreed_by: str | None = None
    """Ref of the client's decision in which the criteria were agreed, where no evidence shows it."""
    review_window_wd: Days | None = None
    planned_on: date
    owner: str | None = who(None)
    location: str | None = None


class Review(Input):
    """Our own review, point by point."""

    checklist: tuple[Check, ...] = ()
    reviewed_by: str | None = who(None)


class Submit(Input):
    """A submission. ``package``: files that lie elsewhere, by hash; those among the evidence are added to it.

    ``answer_by`` is filled in: the last day of the review window.
    """

    package: tuple[PackageFile, ...] = ()
    release_notes: Wording | None = None
    answer_by: date | None = None


class Judge(decision.Decided):
    """What the client found. Without ``verdicts`` it said yes to the whole: every criterion passed."""

    verdicts: tuple[CriterionVerdict, ...] = ()


class JudgeWithConditions(Judge):
    """Accepted, but for ``punch_list``: refs of issues or actions with an owner and a date."""

    punch_list: tuple[str, ...] = ()


class Deem(Input):
    """Filled in from the contract, the calendar and the reminders that were sent."""

    working_days: int | None = None
    window_ended_on: date | None = None
    reminded_on: date | None = None


class HandOver(Input):
    """What is handed over: where there is nothing (no source of a document), it says so."""

    access: Wording | None = None
    source: Wording | None = None
    documents: Wording | None = None
    warranty_starts_on: date | None = None


class Remove(Input):
    """The approved change that drops it."""

    change: str
    text: str | None = None


# -------------------------------------------------------------------------------------------------------- fold


def add(_: Deliverable | None, given: Add, said: Said) -> Deliverable:
    """Return the planned deliverable."""
    return Deliverable(
        title=given.title,
        description=given.description,
        kind=given.kind,
        milestone=given.milestone,
        requirements=given.requirements,
        acceptance_criteria=given.acceptance_criteria,
        review_window_wd=given.review_window_wd or 1,
        planned_on=given.planned_on,
        owner=given.owner or said.recorder,
        location=given.location,
    )


def review(fields: Deliverable, given: Review, said: Said) -> Deliverable:
    """Return the deliverable as we found it ourselves."""
    return fields.evolve(review=given.checklist, reviewed_by=given.reviewed_by or said.recorder)


def submit(fields: Deliverable, given: Submit, said: Said) -> Deliverable:
    """Return the deliverable with one more submission."""
    made = Submission(
        n=len(fields.submissions) + 1,
        submitted_at=said.at,
        submitted_on=said.day,
        submitted_by=said.recorder,
        package=given.package,
        notice=tuple(one for one in said.evidence if one.kind != "file"),
        internal_review=fields.review,
        release_notes=given.release_notes,
        answer_by=given.answer_by or said.day,
    )
    return fields.evolve(submissions=(*fields.submissions, made))


def accept(fields: Deliverable, given: Judge, said: Said) -> Deliverable:
    """Return the deliverable as accepted."""
    return _judged(fields, "accepted", given, said)


def accept_with_conditions(fields: Deliverable, given: JudgeWithConditions, said: Said) -> Deliverable:
    """Return the deliverable as accepted but for its punch list."""
    return _judged(fields, "accepted_with_conditions", given, said, punch_list=given.punch_list)


def reject(fields: Deliverable, given: Judge, said: Said) -> Deliverable:
    """Return the deliverable as rejected."""
    return _judged(fields, "rejected", given, said)


def deem(fields: Deliverable, given: Deem, said: Said) -> Deliverable:
    """Return the deliverable as deemed accepted, with the rule by which it is."""
    assert given.working_days is not None  # noqa: S101 - the guards saw to it
    assert given.window_ended_on is not None  # noqa: S101
    assert given.reminded_on is not None  # noqa: S101
    made = AcceptanceRecord(
        submission=len(fields.submissions),
        verdict="deemed_accepted",
        decided_on=said.day,
        deemed=Deemed(
            working_days=given.working_days, window_ended_on=given.window_ended_on, reminded_on=given.reminded_on
        ),
    )
    return fields.evolve(acceptances=(*fields.acceptances, made))


def clear(fields: Deliverable, _: Input, said: Said) -> Deliverable:
    """Return the deliverable with its punch list done."""
    *before, last = fields.acceptances
    cleared = last.evolve(cleared_on=said.day, certificate_no=_certificate(fields, said))
    return fields.evolve(acceptances=(*before, cleared))


def revoke(fields: Deliverable, _: Input, said: Said) -> Deliverable:
    """Return the deliverable as it waited for the verdict that is revoked."""
    *before, last = fields.acceptances
    return fields.evolve(acceptances=(*before, last.evolve(revoked_on=said.day)))


def hand_over(fields: Deliverable, given: HandOver, said: Said) -> Deliverable:
    """Return the deliverable with what was handed over."""
    assert given.access is not None  # noqa: S101 - the guard saw to it
    assert given.source is not None  # noqa: S101
    assert given.documents is not None  # noqa: S101
    assert given.warranty_starts_on is not None  # noqa: S101
    made = Handover(
        access=given.access,
        source=given.source,
        documents=given.documents,
        warranty_starts_on=given.warranty_starts_on,
        received_on=said.day,
    )
    return fields.evolve(handover=made)


def remove(fields: Deliverable, given: Remove, _: Said) -> Deliverable:
    """Return the deliverable as dropped by a change."""
    return fields.evolve(removed_by=given.change)


def _judged(
    fields: Deliverable, verdict: Verdict, given: Judge, said: Said, *, punch_list: tuple[str, ...] = ()
) -> Deliverable:
    made = AcceptanceRecord(
        submission=len(fields.submissions),
        verdict=verdict,
        verdicts=given.verdicts,
        punch_list=punch_list,
        decided_on=said.day,
        certificate_no=_certificate(fields, said) if verdict == "accepted" else None,
    )
    return fields.evolve(acceptances=(*fields.acceptances, made))


def _certificate(fields: Deliverable, said: Said) -> str:
    return f"{said.ref}-{len(fields.submissions)}"
