"""What an approved change says about a record: the only way on for whatever the client has signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pmbridge.domain.book import Book
from pmbridge.domain.impact import Assessed, ChangeOption, ScopeLine
from pmbridge.domain.machine import Unmet, command
from pmbridge.values import Label

Operation = Literal["add", "modify", "remove"]

APPROVED = frozenset({"approved", "implementing", "implemented", "verified", "closed"})
"""States of a change request that the client has approved."""

_OPERATIONS: dict[Operation, Label] = {
    "add": Label(zh="新增", en="adds"),
    "modify": Label(zh="修改", en="modifies"),
    "remove": Label(zh="取消", en="removes"),
}


def approved_option(book: Book, change: str) -> ChangeOption | None:
    """Return what the client approved of the change request *change*; ``None`` unless it is approved."""
    entry = book.get(change)
    if entry is None or entry.state not in APPROVED or not isinstance(entry.fields, Assessed):
        return None
    return entry.fields.decided_option


def scope_line(book: Book, change: str | None, ref: str, operation: Operation) -> ScopeLine | None:
    """Return the approved line by which *change* adds, modifies or removes *ref*; ``None`` if there is none."""
    option = None if change is None else approved_option(book, change)
    if option is None:
        return None
    return next((one for one in option.scope if one.ref == ref and one.op == operation), None)


def unapproved(book: Book, change: str | None, ref: str, operation: Operation) -> Iterator[Unmet]:
    """Yield what is wrong with *change* as the ground on which *operation* is done to *ref*."""
    if scope_line(book, change, ref, operation) is not None:
        return
    doing = _OPERATIONS[operation]
    if change is None:
        found = Label(zh="没有写变更请求", en="no change request is given")
    elif approved_option(book, change) is None:
        found = Label(zh=f"{change} 未获批准", en=f"{change} is not approved")
    else:
        found = Label(zh=f"{change} 没有{doing.zh} {ref}", en=f"no line of {change} {doing.en} {ref}")
    yield Unmet(
        found=found,
        needed=Label(zh=f"{doing.zh} {ref} 的已批准变更请求", en=f"an approved change request that {doing.en} {ref}"),
        fix=command("pmbridge change submit" if change is None else f"pmbridge change show {change}"),
    )
