"""Offering a change to the client: the mail with the form, exactly as it will stand once it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pmbridge.domain.evidence import Evidence
from pmbridge.drafting import Enclosure, Recipient, draft
from pmbridge.engagement import Engagement
from pmbridge.papering import paper
from pmbridge.papers import render_html
from pmbridge.register import Batch, Register
from pmbridge.reminding import Reminder, reminder
from pmbridge.values import LANGUAGES, Label

_FILE = Label(zh="请决定", en="to-decide")
_DRAFT = Evidence(kind="email", title="draft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The mail that offers a change: its words, and the form in the contact's language as a page to sign.

    ``text`` is what the client will read and what is frozen by sending it.
    """

    letter: Reminder
    form: Enclosure

    @property
    def file_name(self) -> str:
        """Name of the draft, in the client's language: ``CR-004-请决定.eml``."""
        return f"{self.letter.ref}-{_FILE.in_(self.letter.language)}.eml"

    @property
    def body(self) -> bytes:
        """The draft. The same register gives the same bytes on one day."""
        one = self.letter
        to = [Recipient(one.name, one.address)]
        return draft(to=to, subject=one.subject, text=one.text, enclosures=[self.form])


def offer(
    engagement: Engagement, ref: str, given: Mapping[str, Any], *, at: datetime | None = None, now: datetime
) -> Offer:
    """Return the mail that offers the change *ref* with *given* (need_by, valid_until). Nothing is recorded.

    Raises:
        GuardFailed: it cannot be sent yet; with every condition.
        UnknownRef: no such record.
        Refused: nobody is known to write to.
    """
    with _taken_back(engagement.register) as batch:
        batch.do("change", "send", ref, input=dict(given), at=at, evidence=[_DRAFT])
        letter = reminder(engagement, ref, now=now, book=batch.book)
        language = next(one for one in LANGUAGES if one.startswith(letter.language))
        form = paper(engagement, "change", ref, language, book=batch.book)
        name = f"{engagement.name}-{form.name}.{form.language}.html"
        return Offer(letter=letter, form=Enclosure(name, "text/html", render_html(form)))


class _Undo(Exception):
    """Ends a transaction of which nothing is to remain."""


@contextmanager
def _taken_back(register: Register) -> Iterator[Batch]:
    """Give a transaction whose commands are carried out and then taken back."""
    try:
        with register.batch() as batch:
            yield batch
            raise _Undo
    except _Undo:
        pass
