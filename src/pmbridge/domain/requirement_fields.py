"""The fields of a requirement, its revisions, what its steps take, and how its events change it.

A revision is what a baseline cites. Before it is first agreed, and when it is clarified afterwards, its wording may
change without another revision: what was agreed stays the same. A modification, which needs an approved change, is the
next revision.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from pmbridge.domain import decision
from pmbridge.domain.entry import Said
from pmbridge.domain.fields import C, Fields, Input, R, X, who
from pmbridge.domain.figure import Text
from pmbridge.domain.inputs import Wording

Kind = Literal["functional", "non_functional", "business", "constraint", "regulatory"]
Priority = Literal["must", "should", "could", "wont"]
Verification = Literal["test", "demo", "inspection", "analysis"]
Quality = Literal[
    "functional_suitability",
    "performance_efficiency",
    "compatibility",
    "interaction_capability",
    "reliability",
    "security",
    "maintainability",
    "flexibility",
    "safety",
]
"""The quality characteristics of ISO/IEC 25010."""
ChangeKind = Literal["initial", "clarification", "modification"]
CollectedIn = Literal["meeting", "call", "email", "portal", "tool"]

_WITH_BASELINE = Text(zh="期限随需求基线", en="due with the requirements baseline", original="zh")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class FitCriterion(_Part):
    """How it will be known that the requirement is met."""

    id: str
    text: Wording
    verification: Verification = "test"


class Revision(_Part):
    """One wording of a revision. ``sha256`` is that of statement and fit criteria: the text that the client signs."""

    n: int
    wording: int
    statement: Wording
    fit_criteria: tuple[FitCriterion, ...]
    change_kind: ChangeKind
    change: str | None = None
    author: str
    created_on: date
    sha256: str

    @property
    def label(self) -> str:
        """How it is cited: ``2``, ``2.1`` for the first clarification of revision 2."""
        return f"{self.n}" if self.wording == 1 else f"{self.n}.{self.wording - 1}"


class Signed(_Part):
    """The part of a requirement over which its hash goes."""

    statement: Text
    fit_criteria: tuple[FitCriterion, ...]

    @property
    def sha256(self) -> str:
        """The SHA-256 of its canonical JSON, hex."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Returned(_Part):
    """What the client said when it sent a requirement back."""

    comments: Wording
    by: str | None
    on: date


class Requirement(Fields):
    """What the client needs, in words that it signs."""

    title: Text = R()
    kind: Kind | None = C(None)
    nfr_attribute: Quality | None = C(None)
    priority: Priority | None = C(None)
    source: str = C()
    collected_in: CollectedIn = X()
    owner: str = C()
    due_on: date | None = C(None)
    no_due_reason: Text | None = C(None)
    goals: tuple[str, ...] = C(())
    milestones: tuple[str, ...] = C(())
    deliverables: tuple[str, ...] = C(())
    revisions: tuple[Revision, ...] = R()
    returned: tuple[Returned, ...] = C(())
    removed_by: str | None = C(None)
    reopened_because: tuple[str, ...] = C(())
    estimate: Decimal | None = X(None)
    complexity: str | None = X(None)
    dev_notes: str | None = X(None)

    @property
    def revision(self) -> Revision:
        """The wording that holds."""
        return self.revisions[-1]

    @property
    def current_revision(self) -> int:
        """The number of the revision that holds, as a baseline cites it."""
        return self.revision.n

    @property
    def statement(self) -> Text:
        """What the client signs, or signed."""
        return self.revision.statement

    @property
    def fit_criteria(self) -> tuple[FitCriterion, ...]:
        """How it will be known that it is met."""
        return self.revision.fit_criteria


class Details(Input):
    """What else is known of a requirement; what is left out stays as it is."""

    title: Wording | None = None
    kind: Kind | None = None
    nfr_attribute: Quality | None = None
    priority: Priority | None = None
    owner: str | None = who(None)
    due_on: date | None = None
    no_due_reason: Wording | None = None
    goals: tuple[str, ...] | None = None
    milestones: tuple[str, ...] | None = None
    deliverables: tuple[str, ...] | None = None
    estimate: Decimal | None = None
    complexity: str | None = None
    dev_notes: str | None = None


class Add(Details):
    """A requirement as it was collected. ``source``: the contact whose it is, by default ``--by``."""

    title: Wording
    statement: Wording
    source: str | None = who(None)
    collected_in: CollectedIn
    fit_criteria: tuple[FitCriterion, ...] = ()


class Clarify(Details):
    """Kind, priority and fit criteria, and a better statement where one was found."""

    statement: Wording | None = None
    fit_criteria: tuple[FitCriterion, ...] | None = None


class Return(decision.Decided):
    """What the client wants changed."""

    comments: Wording


class Enter(Input):
    """The requirement stands in a baseline; ``change``: by which change it came in, ``text``: as approved there."""

    change: str | None = None
    text: Wording | None = None


class Revise(decision.Decided):
    """Another wording: a modification by an approved change, or a clarification that the client confirms."""

    kind: Literal["modification", "clarification"] = "modification"
    change: str | None = None
    text: Wording | None = None
    fit_criteria: tuple[FitCriterion, ...] | None = None


class Remove(Input):
    """The approved change that drops it."""

    change: str
    text: str | None = None


class Reject(Input):
    """``told``: ref of the communication by which the requester learned of it, where no evidence shows it."""

    told: str | None = None


class Reopen(Input):
    """The issue that cites it, or the decision on its acceptance that was revoked."""

    cause: str


# -------------------------------------------------------------------------------------------------------- fold

D = TypeVar("D", bound=Details)

_DETAILS = tuple(Details.model_fields)


def add(_: Requirement | None, given: Add, said: Said) -> Requirement:
    """Return the requirement in its first wording."""
    details: dict[str, Any] = {name: value for name in _DETAILS if (value := getattr(given, name)) is not None}
    if given.due_on is None:
        details.setdefault("no_due_reason", _WITH_BASELINE)
    details.setdefault("owner", said.recorder)
    first = _worded(given.statement, given.fit_criteria, said, n=1, wording=1, change_kind="initial")
    return Requirement(**details, source=given.source or "", collected_in=given.collected_in, revisions=(first,))


def clarify(fields: Requirement, given: Clarify, said: Said) -> Requirement:
    """Return the requirement with what is known now."""
    details = {name: value for name in _DETAILS if (value := getattr(given, name)) is not None}
    return _reworded(fields.evolve(**details), given.statement, given.fit_criteria, said)


def send_back(fields: Requirement, given: Return, said: Said) -> Requirement:
    """Return the requirement with the client's comments."""
    return fields.evolve(returned=(*fields.returned, Returned(comments=given.comments, by=said.by, on=said.day)))


def enter(fields: Requirement, given: Enter, said: Said) -> Requirement:
    """Return the requirement as it stands in the baseline, in the words of the change that brought it in."""
    return _reworded(fields, given.text, None, said, change=given.change)


def revise(fields: Requirement, given: Revise, said: Said) -> Requirement:
    """Return the requirement in its new wording: of the next revision once for each change that modifies it."""
    if given.kind == "clarification":
        return _reworded(fields, given.text, given.fit_criteria, said, change_kind="clarification")
    last = fields.revision
    again = last.change == given.change
    if again and given.text is None and given.fit_criteria is None:
        return fields
    made = _worded(
        given.text or last.statement,
        last.fit_criteria if given.fit_criteria is None else given.fit_criteria,
        said,
        n=last.n + (not again),
        wording=last.wording + 1 if again else 1,
        change_kind="modification",
        change=given.change,
    )
    return fields if again and made.sha256 == last.sha256 else fields.evolve(revisions=(*fields.revisions, made))


def remove(fields: Requirement, given: Remove, _: Said) -> Requirement:
    """Return the requirement as dropped by a change."""
    return fields.evolve(removed_by=given.change)


def reopen(fields: Requirement, given: Reopen, _: Said) -> Requirement:
    """Return the requirement with what it was reopened for."""
    return fields.evolve(reopened_because=(*fields.reopened_because, given.cause))


def _reworded(
    fields: Requirement,
    statement: Text | None,
    criteria: tuple[FitCriterion, ...] | None,
    said: Said,
    *,
    change_kind: ChangeKind | None = None,
    change: str | None = None,
) -> Requirement:
    """Return *fields* with another wording of the same revision; as they are where nothing is worded anew."""
    last = fields.revision
    made = _worded(
        statement or last.statement,
        last.fit_criteria if criteria is None else criteria,
        said,
        n=last.n,
        wording=last.wording + 1,
        change_kind=change_kind or last.change_kind,
        change=change or last.change,
    )
    if made.sha256 == last.sha256 and made.change == last.change:
        return fields
    return fields.evolve(revisions=(*fields.revisions, made))


def _worded(
    statement: Text, criteria: tuple[FitCriterion, ...], said: Said, *, n: int, wording: int, change_kind: ChangeKind,
    change: str | None = None,
) -> Revision:  # fmt: skip
    return Revision(
        n=n,
        wording=wording,
        statement=statement,
        fit_criteria=criteria,
        change_kind=change_kind,
        change=change,
        author=said.by or said.recorder,
        created_on=said.day,
        sha256=Signed(statement=statement, fit_criteria=criteria).sha256,
    )
