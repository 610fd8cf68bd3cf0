"""Who has to act on a record and by when: a member of the agency by name, or a contact of the client by ref (I11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from pmbridge.domain.book import REF, Book
from pmbridge.domain.contact import Contact, find_contact
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import Fields
from pmbridge.domain.machine import Ask, Guard, Holder, Invariant, Unmet, command, guard
from pmbridge.domain.text import spaced
from pmbridge.values import Label


def person(book: Book, written: str) -> str:
    """Return the ref of the contact that *written* means (ref, name or address), else *written*: a member's name.

    So no event names a contact, and a contact can be forgotten.
    """
    found = find_contact(book, written)
    return written if found is None else found.ref


def side(book: Book, who: str) -> Holder:
    """Return whose side *who* is on, as :func:`person` gave it."""
    return "agency" if book.fields(who, Contact) is None else "client"


def owners_by_ref(name: str) -> Callable[[Ask[Any, Any]], BaseModel]:
    """Return a ``fill`` for a list of models in the field *name*: refs in the place of contacts' names as ``owner``.

    Where an owner is empty it becomes whoever records. (Fields declared with ``who()`` need nothing of the kind.)
    """

    def fill(ask: Ask[Any, Any]) -> BaseModel:
        given: BaseModel = ask.input
        owned = [
            one.model_copy(update={"owner": person(ask.register, one.owner or ask.actor.name)})
            for one in getattr(given, name)
        ]
        return given.model_copy(update={name: tuple(owned)})

    return fill


def people_known(*names: str) -> Guard:
    """Return a guard on the fields *names* of the input: whatever is written like a ref is a contact in office."""

    @guard("people-known", "人员已登记", "people are known")
    def known(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """A ref in the place of a person is that of an active contact."""
        for name in names:
            value = getattr(ask.input, name)
            for written in (value,) if isinstance(value, str) else value or ():
                one = getattr(written, "owner", None) or "" if isinstance(written, BaseModel) else written
                if REF.fullmatch(one) and not _in_office(ask.register, one):
                    yield Unmet(
                        found=Label(zh=f"{spaced(one)}不是在任的联系人", en=f"{one} is no active contact"),
                        needed=Label(zh="在任的联系人或我方成员", en="an active contact or a member of the agency"),
                        fix=command("pmbridge contact list"),
                    )

    return known


def _in_office(book: Book, ref: str) -> bool:
    entry = book.get(ref)
    return entry is not None and isinstance(entry.fields, Contact) and entry.state == "active"


def refs_known(*names: str, kinds: Mapping[str, frozenset[str]] | None = None) -> Guard:
    """Return a guard on the fields *names* of the input: each ref is a record, where *kinds* says so of that kind."""
    wanted = kinds or {}

    @guard("refs-known", "所引用的记录存在", "what it refers to exists")
    def known(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """Every record that it refers to is in the register, and of the right kind."""
        for name in names:
            value = getattr(ask.input, name)
            for one in (value,) if isinstance(value, str) else value or ():
                kind = ask.register.kind(one)
                allowed = wanted.get(name)
                if kind is None:
                    yield Unmet(
                        found=Label(zh=f"没有 {one}", en=f"there is no {one}"),
                        needed=Label(zh="登记册中的记录", en="a record of the register"),
                        fix=command("pmbridge status --all"),
                    )
                elif allowed is not None and kind not in allowed:
                    concepts = ask.register.concepts
                    labels = [concepts[which].label for which in sorted(allowed) if which in concepts]
                    yield Unmet(
                        found=Label(
                            zh=f"{one} 是{concepts[kind].label.zh}",
                            en=f"{one} is of the kind {concepts[kind].label.en}",
                        ),
                        needed=Label(
                            zh="、".join(one.zh for one in labels) or "、".join(sorted(allowed)),
                            en=" or ".join(one.en for one in labels) or " or ".join(sorted(allowed)),
                        ),
                        fix=command(f"pmbridge {sorted(allowed)[0]} list"),
                    )

    return known


def revised(fields: Any, given: BaseModel, _: Said) -> Any:
    """Return *fields* with what was given; what is left out stays. The apply of an ``edit`` that names people."""
    return fields.evolve(
        **{name: value for name in given.model_fields_set if (value := getattr(given, name)) is not None}
    )


def no_due_reason_given(needs: Callable[[Any], bool] = lambda _: True) -> Guard:
    """Return a guard for inputs with ``due_on`` and ``no_due_reason``: one of them is given where *needs* says so."""

    @guard("due", "有期限", "has a due date")
    def dated(ask: Ask[Any, Any]) -> Iterable[Unmet]:
        """It has a due date, or says why it has none (I11)."""
        if needs(ask.input) and ask.input.due_on is None and ask.input.no_due_reason is None:
            yield Unmet(
                found=Label(zh="没有期限", en="no due date"),
                needed=Label(zh="期限，或没有期限的理由", en="a due date, or why there is none"),
                fix=command("--due-on DATE"),
            )

    return dated


def accountable(
    owner: Callable[[Any], str | None] = lambda fields: fields.owner,
    due: Callable[[Any], date | str | None] = lambda fields: fields.due_on,
) -> Invariant:
    """Return I11: while a record lives it has an owner, and a due date or a reason for having none."""

    def check(entry: Entry[Fields], book: Book) -> Iterable[Label]:
        if book.concepts[entry.kind].states[entry.state].terminal:
            return
        if not owner(entry.fields):
            yield Label(zh="没有负责人", en="it has no owner")
        if due(entry.fields) is None:
            yield Label(zh="没有期限，也没有说明理由", en="it has neither a due date nor a reason for having none")

    return Invariant(name="I11", check=check)
