"""Commands about a expectation. Written by ``docs/generate.py``; do not edit."""
# ruff: noqa
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from pmbridge.desks.desk import Desk, Proof
from pmbridge.domain.entry import Entry
from pmbridge.domain.expectation_fields import Expectation
from pmbridge.domain.figure import Text


class ExpectationDesk(Desk):
    """期望 expectation: EXP-01 and on."""

    kind = "expectation"

    def add(
        self,
        *,
        statement: Text | str,
        category: Literal["time", "scope", "cost", "quality", "communication", "outcome"],
        stated_by: str | None = None,
        expected_on: date | None = None,
        links: Sequence[str] | None = None,
        owner: str | None = None,
        review_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
        number: str | None = None,
    ) -> Entry[Expectation]:
        """Record → stated.

        Needs: the contact is known; people are known; what it refers to exists; it says by when; the next review is
        to come; evidence.
        """
        return self._do(
            "add",
            None,
            {
                "statement": statement,
                "category": category,
                "stated_by": stated_by,
                "expected_on": expected_on,
                "links": links,
                "owner": owner,
                "review_on": review_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
            number=number,
        )

    def edit(
        self,
        ref: str,
        *,
        category: Literal["time", "scope", "cost", "quality", "communication", "outcome"] | None = None,
        links: Sequence[str] | None = None,
        owner: str | None = None,
        review_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Edit → same state.

        Needs: people are known; what it refers to exists; the next review is to come.
        """
        return self._do(
            "edit",
            ref,
            {
                "category": category,
                "links": links,
                "owner": owner,
                "review_on": review_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def assess(
        self,
        ref: str,
        *,
        feasibility: Literal["realistic", "stretch", "unrealistic", "out_of_scope"],
        rationale: Text | str,
        forecasts: Mapping[str, date | None] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Assess → assessed."""
        return self._do(
            "assess",
            ref,
            {
                "forecasts": forecasts,
                "feasibility": feasibility,
                "rationale": rationale,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def agree(
        self,
        ref: str,
        *,
        agreed_statement: Text | str,
        joint: Sequence[str] | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        conditions: Text | str | None = None,
        expected_on: date | None = None,
        review_on: date | None = None,
        forecasts: Mapping[str, date | None] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Agree → agreed.

        Needs: it can be done; no forecast is later than what is promised; something supports it; decider is known;
        decider is authorised; joint signatures complete; proved; recorded by somebody else; the next review is to
        come.
        """
        return self._do(
            "agree",
            ref,
            {
                "joint": joint,
                "channel": channel,
                "conditions": conditions,
                "agreed_statement": agreed_statement,
                "expected_on": expected_on,
                "review_on": review_on,
                "forecasts": forecasts,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def reset(
        self,
        ref: str,
        *,
        agreed_statement: Text | str,
        forecasts: Mapping[str, date | None] | None = None,
        expected_on: date | None = None,
        review_on: date | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Reset → reset.

        Needs: no forecast is later than what is promised; the next review is to come; evidence.
        """
        return self._do(
            "reset",
            ref,
            {
                "forecasts": forecasts,
                "agreed_statement": agreed_statement,
                "expected_on": expected_on,
                "review_on": review_on,
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def decline(
        self,
        ref: str,
        *,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Decline → declined.

        Needs: evidence; a reason.
        """
        return self._do(
            "decline",
            ref,
            {
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def revise(
        self,
        ref: str,
        *,
        statement: Text | str,
        stated_by: str | None = None,
        category: Literal["time", "scope", "cost", "quality", "communication", "outcome"] | None = None,
        expected_on: date | None = None,
        links: Sequence[str] | None = None,
        review_on: date | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Revise → stated.

        Needs: the contact is known; what it refers to exists; it says by when; the next review is to come; evidence.
        """
        return self._do(
            "revise",
            ref,
            {
                "statement": statement,
                "stated_by": stated_by,
                "category": category,
                "expected_on": expected_on,
                "links": links,
                "review_on": review_on,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def review(
        self,
        ref: str,
        *,
        forecasts: Mapping[str, date | None] | None = None,
        lost: Sequence[str] | None = None,
        review_on: date | None = None,
        channel: Literal["email", "phone", "meeting", "wechat_work", "dingtalk", "feishu", "portal", "tool", "letter"] | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Review → same state.

        Needs: the next review is to come.
        """
        return self._do(
            "review",
            ref,
            {
                "forecasts": forecasts,
                "lost": lost,
                "review_on": review_on,
                "channel": channel,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def settle(
        self,
        ref: str,
        *,
        verdict: Literal["met", "partly", "not_met", "exceeded"],
        client_view: Text | str | None = None,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Settle → met or partly met or not met or exceeded.

        Needs: evidence.
        """
        return self._do(
            "settle",
            ref,
            {
                "verdict": verdict,
                "client_view": client_view,
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def revoke(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Revoke → assessed.

        Needs: evidence; a reason.
        """
        return self._do(
            "revoke",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )

    def release(
        self,
        ref: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        reason: str | None = None,
        evidence: Sequence[Proof] = (),
    ) -> Entry[Expectation]:
        """Release → same state."""
        return self._do(
            "release",
            ref,
            {
            },
            at=at,
            by=by,
            reason=reason,
            evidence=evidence,
        )
