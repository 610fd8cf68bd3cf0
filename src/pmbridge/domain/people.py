"""People across tools: which accounts are one person, as the configuration says, and what work each has.

Accounts are never merged by themselves: two of one name may be two people, and most tools tell no address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pmbridge.domain.mapping import split_account
from pmbridge.domain.naming import nearest
from pmbridge.domain.recognise import Observed
from pmbridge.domain.view import AccountFault, Assignee, Work
from pmbridge.records import Person
from pmbridge.values import Label

Account = tuple[str, str]
"""Connection and the account's id there."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What one connection shows of its people."""

    tool: str
    people: Mapping[str, Person]
    read: bool
    """Whether a project of it was ever read to its end; if not, nobody is missing yet."""

    def find(self, id_: str) -> str | None:
        """Return the external id of the account *id_*, which may also be one of its other names."""
        if id_ in self.people:
            return id_
        return next((key for key, one in self.people.items() if id_ in one.aliases), None)

    def names(self) -> Iterable[str]:
        for key, one in self.people.items():
            yield from (key, *one.aliases)


class People:
    """The accounts of an engagement's tools, merged into people as *configured* (name → accounts and addresses)."""

    def __init__(self, configured: Mapping[str, Sequence[str]], observed: Sequence[Observed]) -> None:
        self._known: dict[str, _Known] = {}
        for one in observed:
            before = self._known.get(one.source.connection)
            self._known[one.source.connection] = _Known(
                tool=one.source.tool,
                people={**(before.people if before else {}), **one.people},
                read=one.complete_as_of is not None or (before is not None and before.read),
            )
        self._owner: dict[Account, str] = {}
        self._faults: list[AccountFault] = []
        for name, accounts in configured.items():
            for at, written in enumerate(accounts):
                found = self._accounts(written)
                owners = [self._owner.setdefault(account, name) for account in found]
                why = self._why_unknown(written) if not found else _taken(written, name, owners)
                if why is not None:
                    self._faults.append(AccountFault(person=name, position=at, text=why))

    @property
    def faults(self) -> tuple[AccountFault, ...]:
        """Accounts that nobody has in a tool that was read, and those given to two people under two names.

        In the order of the configuration; of two people the first keeps the account.
        """
        return tuple(self._faults)

    def owner(self, connection: str, account: str) -> str | None:
        """Return the configured person who has that account, ``None`` if nobody does."""
        return self._owner.get((connection, account))

    def assignees(self, work: Iterable[Work]) -> tuple[Assignee, ...]:
        """Return who has how much of *work*, over all tools; who has most of it open comes first.

        An item counts once for each of its people. Who has none is left out.
        """
        accounts: dict[tuple[str, Account | None], set[Account]] = {}
        still_open: dict[tuple[str, Account | None], Counter[str]] = {}
        done: Counter[tuple[str, Account | None]] = Counter()
        for one in work:
            mine = {self._person((one.connection, id_)): (one.connection, id_) for id_ in one.assignees}
            for person, account in mine.items():
                accounts.setdefault(person, set()).add(account)
                by_tool = still_open.setdefault(person, Counter())
                if one.status == "done":
                    done[person] += 1
                elif one.status != "cancelled":
                    by_tool[self._known[one.connection].tool] += 1
        found = [
            Assignee(
                name=person[0],
                accounts=tuple(sorted(f"{connection}:{id_}" for connection, id_ in accounts[person])),
                open=by_tool.total(),
                done=done[person],
                by_tool=dict(sorted(by_tool.items())),
            )
            for person, by_tool in still_open.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.open, -one.done, one.name, one.accounts)))

    def _person(self, account: Account) -> tuple[str, Account | None]:
        """Return who *account* is: a configured person, else the account itself under the name that its tool gives."""
        owner = self._owner.get(account)
        if owner is not None:
            return owner, None
        connection, id_ = account
        known = self._known[connection].people.get(id_)
        return (known.name if known is not None and known.name else id_), account

    def _accounts(self, written: str) -> list[Account]:
        connection, id_ = split_account(written)
        if connection is not None:
            known = self._known.get(connection)
            found = known.find(id_) if known is not None else None
            return [(connection, found)] if found is not None else []
        return [
            (name, key)
            for name, known in self._known.items()
            for key, one in known.people.items()
            if one.email is not None and one.email.casefold() == id_.casefold()
        ]

    def _why_unknown(self, written: str) -> Label | None:
        connection, id_ = split_account(written)
        asked = [known for name, known in self._known.items() if connection in (None, name)]
        if not asked or not all(known.read for known in asked):
            return None
        tools = [known.tool for known in asked]
        if connection is None:
            return Label(
                en=f'"{written}" is the address of nobody whom {", ".join(tools)} show with one; '
                "write CONNECTION:ACCOUNT",
                zh=f"「{written}」不是 {'、'.join(tools)} 中任何人的邮箱（有的工具不提供邮箱），请写 连接:账号",
            )
        near = nearest(id_, asked[0].names())
        hint = Label(en=f', did you mean "{connection}:{near}"?', zh=f"，是不是 {connection}:{near}？")
        return Label(
            en=f'"{written}" is nobody that {tools[0]} shows{hint.en if near else ""}',
            zh=f"「{written}」在 {tools[0]} 中没有这个人{hint.zh if near else ''}",
        )


def _taken(written: str, name: str, owners: Iterable[str]) -> Label | None:
    other = next((owner for owner in owners if owner != name), None)
    if other is None:
        return None
    return Label(en=f'"{written}" is already {other}', zh=f"「{written}」已经是 {other}")
