"""Faults of ``people`` that the file alone shows: accounts of no connection, accounts given to two people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pmbridge.config.faults import Fault, unknown_value
from pmbridge.domain.mapping import split_account
from pmbridge.values import Label

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def people_faults(engagement: Mapping[str, Any], where: str) -> Iterator[Fault]:
    """Yield the faults of an engagement's ``people``; *where* is the engagement's key.

    Looked up in what is written, so that a fault elsewhere does not hide them; what is no text is told by the types.
    """
    people = engagement.get("people")
    sources = engagement.get("sources")
    connections = list(
        dict.fromkeys(
            one["connection"]
            for one in (sources if isinstance(sources, list) else [])
            if isinstance(one, dict) and isinstance(one.get("connection"), str)
        )
    )
    owners: dict[str, str] = {}
    for name, accounts in (people if isinstance(people, dict) else {}).items():
        if accounts == []:
            text = Label(en="names no account", zh="没有写账号")
            yield Fault(where=f"{where}.people.{name}", text=text)
        for at, written in enumerate(accounts if isinstance(accounts, list) else [accounts]):
            if not isinstance(written, str):
                continue
            key = f"{where}.people.{name}[{at}]"
            yield from _account(key, written, connections)
            account = written if split_account(written)[0] else written.casefold()
            owner = owners.setdefault(account, name)
            if owner != name:
                yield Fault(
                    where=key,
                    text=Label(en=f'"{written}" is already {owner}', zh=f"「{written}」已经是 {owner}"),
                )


def _account(where: str, written: str, connections: list[str]) -> Iterator[Fault]:
    connection, id_ = split_account(written)
    if connection is None:
        if not _ADDRESS.fullmatch(written):
            text = Label(
                en=f'"{written}" is neither CONNECTION:ACCOUNT nor an e-mail address',
                zh=f"「{written}」既不是 连接:账号，也不是邮箱",
            )
            yield Fault(where=where, text=text)
    elif connection not in connections:
        yield unknown_value(where, connection, connections)
    elif not id_:
        text = Label(en=f'"{written}" names no account', zh=f"「{written}」没有写账号")
        yield Fault(where=where, text=text)
