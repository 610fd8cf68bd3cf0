"""Whose words a record holds: the contact of the client who is named, or whose act the command is (``--by``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from pmbridge.domain.machine import Ask, Guard, Unmet, command, guard
from pmbridge.values import Label


def spoken_by(name: str) -> Callable[[Ask[Any, Any]], BaseModel]:
    """Return a ``fill`` that puts ``--by`` into the field *name* where nobody is named there."""

    def fill(ask: Ask[Any, Any]) -> BaseModel:
        given: BaseModel = ask.input
        return given if getattr(given, name) is not None else given.model_copy(update={name: ask.by})

    return fill


def is_contact(name: str) -> Guard:
    """Return the guard that the field *name* of the input is a contact of the client."""

    @guard("contact", "联系人已登记", "the contact is known")
    def contact_known(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """Who spoke for the client is one of its contacts."""
        written: str | None = getattr(ask.input, name)
        if written is None or ask.register.kind(written) != "contact":
            yield no_contact(written)

    return contact_known


def no_contact(written: str | None) -> Unmet:
    """Return the condition that *written* is no contact; ``None``: nobody is named."""
    return Unmet(
        found=Label(zh=f"没有联系人 {written}", en=f"there is no contact {written}")
        if written
        else Label(zh="没有写是谁", en="it does not say who"),
        needed=Label(zh="客户的联系人", en="a contact of the client"),
        fix=command(f"pmbridge contact add {written}" if written else "--by CONTACT"),
    )
