"""The colours of all dimensions that the register tells: scope, budget, quality, risks and issues, client inputs."""

from __future__ import annotations

from pmbridge.domain.book import Book
from pmbridge.domain.budget_rag import budget_rag
from pmbridge.domain.client_rag import client_rag
from pmbridge.domain.judged import Judged
from pmbridge.domain.quality_rag import quality_rag
from pmbridge.domain.risk_rag import risk_rag
from pmbridge.domain.schedule_rag import Schedule
from pmbridge.domain.scope_rag import scope_rag
from pmbridge.domain.view import Discrepancy, Rag


def register_colours(
    schedule: Schedule, book: Book, *, unauthorised: tuple[Discrepancy, ...], observed_waiting: tuple[str, ...]
) -> tuple[Rag, ...]:
    """Return the colours that *book* tells, at the moment and by the policy of *schedule*; see :class:`Judged`."""
    judged = Judged(
        book=book,
        moment=schedule.moment,
        policy=schedule.policy,
        unauthorised=unauthorised,
        observed_waiting=observed_waiting,
    )
    return scope_rag(judged), budget_rag(judged), quality_rag(judged), risk_rag(judged), client_rag(judged)
