"""A contact of the client, and what the client has authorised that person to decide.

The events hold seals in place of what identifies the person, so that a contact can be pseudonymised for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic import Field as Limit

from pmbridge.domain.book import Book
from pmbridge.domain.entry import Entry, Said
from pmbridge.domain.fields import C, Fields, Input, X, personal, who
from pmbridge.domain.inputs import Price
from pmbridge.domain.machine import NEW, Ask, Concept, State, Step, Unmet, by_name, command, guard
from pmbridge.domain.text import spaced
from pmbridge.values import Label

Subject = Literal["requirements", "goals", "milestones", "change", "acceptance", "expectation", "report_ack", "closure"]
"""What may be decided."""
Subjects = Annotated[frozenset[Subject], PlainSerializer(sorted, return_type=list[str], when_used="json")]
"""Several of them, in JSON by name: a set has another order in every process, and equal records have equal JSON."""

Role = Literal["sponsor", "product_owner", "approver", "day_to_day", "finance", "user", "other"]


class Authority(Fields):
    """What a contact may decide, from when to when, and up to which worth per decision.

    No ``money_limit``: no money may be committed. No ``days_limit``: any shift. ``joint_with``: who must decide too.
    """

    may_decide: Subjects = C()
    money_limit: Price | None = C(None)
    cumulative_money_limit: Price | None = X(None)
    days_limit: int | None = C(None)
    valid_from: date = C()
    valid_to: date | None = C(None)
    joint_with: tuple[str, ...] = C(())
    granted_by: int = C()
    """Number of the event that proves it."""

    def covers(self, subject: Subject, day: date) -> bool:
        """Return whether *subject* could be decided by it on *day*."""
        return subject in self.may_decide and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Identity(BaseModel):
    """An account in a tool that belongs to the person."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    connection: str
    account: str


class Contact(Fields):
    """A person on the client's side."""

    name: str = C(personal=True)
    title: str | None = C(None)
    email: str | None = X(None, personal=True)
    phone: str | None = X(None, personal=True)
    im_handle: str | None = X(None, personal=True)
    language: Literal["zh", "en"] = C("zh")
    role: Role = C("other")
    identities: tuple[Identity, ...] = X(())
    authorities: tuple[Authority, ...] = C(())


class Grant(Input):
    """What a contact may decide: ``may`` empty is no authority."""

    may: Subjects = frozenset()
    limit: Price | None = None
    cumulative_limit: Price | None = None
    days: Annotated[int, Limit(ge=0)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    joint_with: tuple[str, ...] = who(())


class Add(Grant):
    """A new contact, at once with an authority where ``may`` is given."""

    name: str = personal()
    title: str | None = None
    email: str | None = personal(None)
    phone: str | None = personal(None)
    im_handle: str | None = personal(None)
    language: Literal["zh", "en"] = "zh"
    role: Role = "other"
    identities: tuple[Identity, ...] = ()


class Change(Input):
    """New values; what is left out stays."""

    name: str | None = personal(None)
    title: str | None = None
    email: str | None = personal(None)
    phone: str | None = personal(None)
    im_handle: str | None = personal(None)
    language: Literal["zh", "en"] | None = None
    role: Role | None = None
    identities: tuple[Identity, ...] | None = None


def _granted(given: Grant, said: Said) -> tuple[Authority, ...]:
    if not given.may:
        return ()
    return (
        Authority(
            may_decide=given.may,
            money_limit=given.limit,
            cumulative_money_limit=given.cumulative_limit,
            days_limit=given.days,
            valid_from=given.valid_from or said.day,
            valid_to=given.valid_to,
            joint_with=given.joint_with,
            granted_by=said.seq,
        ),
    )


def add(_: Contact | None, given: Add, said: Said) -> Contact:
    """Return the new contact."""
    return Contact(
        name=given.name,
        title=given.title,
        email=given.email,
        phone=given.phone,
        im_handle=given.im_handle,
        language=given.language,
        role=given.role,
        identities=given.identities,
        authorities=_granted(given, said),
    )


def change(fields: Contact, given: Change, _: Said) -> Contact:
    """Return the contact with its new values."""
    return fields.evolve(
        **{name: value for name in given.model_fields_set if (value := getattr(given, name)) is not None}
    )


def authorise(fields: Contact, given: Grant, said: Said) -> Contact:
    """Return the contact with one more authority; what was granted before stays as it is."""
    return fields.evolve(authorities=(*fields.authorities, *_granted(given, said)))


def forget(fields: Contact, _: Input, said: Said) -> Contact:
    """Return the contact under its ref alone."""
    return fields.evolve(name=said.ref, title=None, email=None, phone=None, im_handle=None, identities=())


@guard("grant-proved", "授权有证据", "authority proved")
def grant_proved(ask: Ask[Contact, Grant]) -> Iterable[Unmet]:
    """An authority rests on the letter or mail that grants it, and not on what was said."""
    if ask.input.may and all(one.kind == "call_note" for one in ask.evidence):
        yield Unmet(
            found=Label(zh="只有通话记录", en="only a call note")
            if ask.evidence
            else Label(zh="没有授权文件", en="nothing grants it"),
            needed=Label(zh="授权书或邮件", en="the letter or e-mail that grants it"),
            fix=command("--evidence FILE"),
        )


@guard("grants-something", "写明可决定的事项", "says what may be decided")
def grants_something(ask: Ask[Contact, Grant]) -> Iterable[Unmet]:
    """An authority says what may be decided."""
    if not ask.input.may:
        yield Unmet(
            found=Label(zh="没有写可以决定什么", en="it does not say what may be decided"),
            needed=Label(zh="例如 change,acceptance", en="for instance change,acceptance"),
            fix=command(f"pmbridge contact authorise {ask.ref} --may change,acceptance"),
        )


@guard("grant-possible", "额度与期限合理", "possible limits and dates")
def grant_possible(ask: Ask[Contact, Grant]) -> Iterable[Unmet]:
    """No limit is negative, and it does not end before it begins."""
    given = ask.input
    for limit in (given.limit, given.cumulative_limit):
        if limit is not None and limit.amount < 0:
            yield Unmet(
                found=Label(zh=f"额度 {limit}", en=f"a limit of {limit}"),
                needed=Label(zh="不小于 0", en="0 or more"),
                fix=command('--limit "CNY 0.00"'),
            )
    begins = given.valid_from or ask.today
    if given.valid_to is not None and given.valid_to < begins:
        yield Unmet(
            found=Label(zh=f"{begins} 至 {given.valid_to}", en=f"from {begins} to {given.valid_to}"),
            needed=Label(zh="不早于生效日期", en="not before it begins"),
            fix=command("--valid-to DATE"),
        )


@guard("cosigners-known", "联签人已登记", "cosigners are known")
def cosigners_known(ask: Ask[Contact, Grant]) -> Iterable[Unmet]:
    """Who has to sign too is another contact."""
    for name in ask.input.joint_with:
        if name == ask.ref:
            yield Unmet(
                found=Label(zh="与自己联签", en="a joint signature with oneself"),
                needed=Label(zh="另一位联系人", en="another contact"),
                fix=command("--with CONTACT"),
            )
        elif ask.register.fields(name, Contact) is None:
            yield Unmet(
                found=Label(zh=f"没有联系人 {name}", en=f"there is no contact {name}"),
                needed=Label(zh="联系人的编号", en="the ref of a contact"),
                fix=command("pmbridge contact list"),
            )


@guard("name-free", "姓名和邮箱未重复", "name and address not taken")
def name_free(ask: Ask[Contact, Add | Change]) -> Iterable[Unmet]:
    """Two contacts of one name or address could not be told apart in a command."""
    for written in filter(None, (ask.input.name, ask.input.email)):
        twin = find_contact(ask.register, written, besides=ask.ref)
        if twin is not None:
            yield Unmet(
                found=Label(zh=f"{spaced(written)}已登记为 {twin.ref}", en=f"{written} is {twin.ref} already"),
                needed=Label(zh="不同的姓名和邮箱", en="a name and an address that tell them apart"),
                fix=command(f"pmbridge contact show {twin.ref}"),
            )


def find_contact(book: Book, written: str, *, besides: str | None = None) -> Entry[Contact] | None:
    """Return the contact that *written* means, by ref, name or e-mail address; ``None`` if none does.

    *besides*: the ref of one who is not meant.
    """
    entry = book.get(written)
    if entry is not None and isinstance(entry.fields, Contact) and entry.ref != besides:
        return entry
    for one in book.of("contact"):
        if one.ref == besides:
            continue
        shown = {book.reveal(text) for text in (one.fields.name, one.fields.email) if text is not None}
        if written in shown:
            return one
    return None


def in_office(entry: Entry[Contact], at: datetime) -> bool:
    """Return whether the contact was active at *at*: who left later could still decide then."""
    began = (stay for stay in reversed(entry.trail) if stay.at <= at)
    return next(began, entry.created).state == "active"


def authorised(book: Book, day: date) -> frozenset[str]:
    """Return the refs of the contacts in office who may decide something on *day*."""
    return frozenset(
        one.ref
        for one in book.of("contact")
        if one.state == "active"
        and any(grant.covers(what, day) for grant in one.fields.authorities for what in grant.may_decide)
    )


def name_of(book: Book, ref: str | None) -> str:
    """Return the name of the contact *ref*; the text itself where it is the name of a member."""
    fields = None if ref is None else book.fields(ref, Contact)
    return (ref or "") if fields is None else book.reveal(fields.name) or ref or ""


CONTACT = Concept(
    name="contact",
    label=Label(zh="客户联系人", en="contact"),
    prefixes=("CT",),
    fields=Contact,
    states=by_name(
        State("active", "在任", "active"),
        State("retired", "已离任", "retired"),
        State("pseudonymised", "已匿名化", "pseudonymised", terminal=True),
    ),
    steps=(
        Step(
            (NEW,),
            "add",
            Label(zh="登记", en="add"),
            "active",
            takes=Add,
            apply=add,
            guards=(name_free, grant_proved, grant_possible, cosigners_known),
        ),
        Step(("active",), "edit", Label(zh="修改", en="edit"), None, takes=Change, apply=change,
             guards=(name_free,)),
        Step(
            ("active",),
            "authorise",
            Label(zh="授权", en="authorise"),
            None,
            takes=Grant,
            apply=authorise,
            guards=(grants_something, grant_proved, grant_possible, cosigners_known),
        ),
        Step(("active",), "retire", Label(zh="停用", en="retire"), "retired"),
        Step(
            ("retired",),
            "pseudonymise",
            Label(zh="匿名化", en="pseudonymise"),
            "pseudonymised",
            apply=forget,
            erases=True,
        ),
    ),
)  # fmt: skip

CONCEPTS = (CONTACT,)
