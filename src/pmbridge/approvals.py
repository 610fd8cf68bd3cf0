"""Approvals that a tool itself manages (a request of Jira Service Management), as proof of what the client decided.

A tool's approval decides nothing by itself. It is evidence for the person who records the decision, if the account
that answered in the tool belongs to a contact of the client; the guards then ask for that contact's authority.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.contact import find_contact
from pmbridge.domain.evidence import Evidence
from pmbridge.domain.people import People
from pmbridge.domain.recognise import Observed
from pmbridge.errors import Refused
from pmbridge.records import Approval, Item
from pmbridge.register import Attachment
from pmbridge.values import RecordId

Answer = Literal["approved", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolApproval:
    """One approval on a record that the register knows as *ref*.

    ``approved`` and ``declined`` are the refs of the contacts who answered so, in the tool's order; ``strangers``
    those who answered and are no contact: name and account, as a contact's identity would name it.
    """

    ref: str
    tool: str
    key: str
    url: str
    approval: Approval
    approved: tuple[str, ...]
    declined: tuple[str, ...]
    strangers: tuple[str, ...]

    def proofs(self, answer: Answer) -> list[Attachment]:
        """Return one proof for each contact who gave that *answer*: what the tool shows, as JSON, kept as a file."""
        body = self._shown()
        name = self.approval.name or "approval"
        return [
            Attachment.of_bytes(
                body,
                Evidence(
                    kind="tool_approval",
                    title=f"{self.tool} {self.key} · {name}: {answer}",
                    uri=self.url,
                    occurred_at=self.approval.completed_at,
                    author=contact,
                ),
            )
            for contact in (self.approved if answer == "approved" else self.declined)
        ]

    def _shown(self) -> bytes:
        one = self.approval
        told = {
            "tool": self.tool,
            "item": self.key,
            "url": self.url,
            "approval": one.id.external_id,
            "name": one.name,
            "decision": one.decision,
            "votes": [{"account": vote.person, "name": vote.name, "decision": vote.decision} for vote in one.votes],
            "created_at": None if one.created_at is None else one.created_at.isoformat(),
            "completed_at": None if one.completed_at is None else one.completed_at.isoformat(),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()


def approvals(
    refs: Iterable[str], *, book: Book, observed: Sequence[Observed], people: People
) -> Iterator[ToolApproval]:
    """Yield the approvals on the tools' records that each of *refs* is, in the order of its links and then by age.

    Nothing for a record that has no link, or whose tool has no approvals.
    """
    for entry in filter(None, map(book.get, refs)):
        for link in entry.links:
            record = RecordId(kind=link.kind, external_id=link.external_id)
            for source in (one for one in observed if one.source.connection == link.connection):
                found = [one for one in source.details.get(record, ()) if isinstance(one, Approval)]
                item = next((one for one in source.items if one.id == record), None) if found else None
                if item is not None:
                    yield from (_told(entry.ref, source, item, one, book, people) for one in found)


def _told(ref: str, source: Observed, item: Item, approval: Approval, book: Book, people: People) -> ToolApproval:
    connection = source.source.connection
    answered: dict[str, list[str]] = {"approved": [], "declined": []}
    strangers: list[str] = []
    for vote in approval.votes:
        if vote.decision == "pending":
            continue
        contact = _contact(connection, vote.person, book, people)
        if contact is not None:
            answered[vote.decision].append(contact)
        else:
            account = f"{connection}:{vote.person}"
            strangers.append(f"{vote.name} ({account})" if vote.name else account)
    return ToolApproval(
        ref=ref,
        tool=source.source.tool,
        key=item.key,
        url=item.url,
        approval=approval,
        approved=tuple(answered["approved"]),
        declined=tuple(answered["declined"]),
        strangers=tuple(strangers),
    )


def _contact(connection: str, account: str, book: Book, people: People) -> str | None:
    """Return the contact to whom the account belongs, by the register or else by the configuration."""
    for one in book.of("contact"):
        if any((mine.connection, mine.account) == (connection, account) for mine in one.fields.identities):
            return one.ref
    named = people.owner(connection, account)
    found = None if named is None else find_contact(book, named)
    return None if found is None else found.ref


def latest(found: Iterable[ToolApproval]) -> dict[str, ToolApproval]:
    """Return by ref the approval that was asked for last: who is asked again has not answered by the first."""
    newest: dict[str, ToolApproval] = {}
    for one in found:
        before = newest.get(one.ref)
        if before is None or _asked_at(before) <= _asked_at(one):
            newest[one.ref] = one
    return newest


def _asked_at(one: ToolApproval) -> datetime:
    return one.approval.created_at or datetime.min.replace(tzinfo=UTC)


def proofs(ref: str, found: Sequence[ToolApproval], answer: Answer) -> list[Attachment]:
    """Return the proofs for *answer* in the latest of the approvals *found* on *ref*, one for each who gave it.

    Raises:
        Refused: it has none; says what stands there instead.
    """
    last = latest(found).get(ref)
    if last is None:
        raise Refused(
            detail=f"{ref} has no approval in a tool that was read",
            detail_zh=f"{ref} 在已读取的工具中没有审批",
            command="pmbridge sync",
        )
    if last.approval.decision == answer and (made := last.proofs(answer)):
        return made
    where = f"{last.tool} {last.key}"
    if last.strangers and last.approval.decision == answer:
        names = ", ".join(last.strangers)
        raise Refused(
            detail=f"{where}: {names} answered, whose account belongs to no contact of the client",
            detail_zh=f"{where}：作答的是 {'、'.join(last.strangers)}，该账号不属于任何客户联系人",
            command="pmbridge contact edit CONTACT --from FILE",
        )
    said = {"approved": "approved", "declined": "declined", "pending": "not answered yet"}[last.approval.decision]
    said_zh = {"approved": "已批准", "declined": "已拒绝", "pending": "尚未答复"}[last.approval.decision]
    raise Refused(
        detail=f"{where}: the approval is {said}", detail_zh=f"{where}：审批{said_zh}", command="pmbridge sync"
    )
