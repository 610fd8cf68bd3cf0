"""Mails that a person sends: drafts which a mail program opens as unsent. pmbridge sends nothing itself."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from typing import NamedTuple

_ADDRESS = re.compile(
    r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)", re.ASCII
)
_NO_NAME = re.compile(r"[^\w .'’·-]")
_LONGEST_NAME = 80


class Recipient(NamedTuple):
    """Who gets a mail. An empty address leaves it to the sender."""

    name: str
    address: str


class Enclosure(NamedTuple):
    """A file that goes with a mail. ``media``: its type, ``application/pdf``."""

    name: str
    media: str
    body: bytes


class _Policy(EmailPolicy):
    """Encodes a subject as a whole: folded between words, a blank would be doubled in some mail programs."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject" or value.isascii():
            return super().fold_binary(name, value)
        whole = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {whole}{self.linesep}".encode("ascii")


_AS_SENT = _Policy(linesep="\r\n")


def draft(
    *,
    to: Sequence[Recipient],
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    enclosures: Sequence[Enclosure] = (),
) -> bytes:
    """Return the mail as a file for a mail program; the same input gives the same bytes.

    ``html`` says the same as ``text`` for those whose program shows it. It has no sender and no date: the mail program
    knows them. Whatever stands in a name or title, no header is added; what is no address is left out.
    """
    mail = EmailMessage(policy=_AS_SENT)
    mail["X-Unsent"] = "1"
    addresses = [found for one in to if (found := _address(one)) is not None]
    if addresses:
        mail["To"] = addresses
    answers = _address(Recipient("", reply_to))
    if answers is not None:
        mail["Reply-To"] = answers
    mail["Subject"] = one_line(subject)
    mail.set_content(text, charset="utf-8", cte="base64")
    if html:
        mail.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    for one in enclosures:
        kind, _, form = one.media.partition("/")
        spelled = {"charset": "utf-8"} if kind == "text" else {}
        mail.add_attachment(one.body, maintype=kind, subtype=form, filename=one_line(one.name), params=spelled)
    _part(mail)
    return mail.as_bytes()


def _part(mail: Message) -> None:
    """Set the lines between parts, which the library would draw by lot. None occurs in the text: it is in base64."""
    for at, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{hashlib.sha256(str(at).encode()).hexdigest()[:24]}")


def _address(one: Recipient) -> Address | None:
    found = _ADDRESS.fullmatch(one_line(one.address))
    if found is None:
        return None
    # A name needs no sign that means something in an address; some programs read one even inside of quotes.
    name = " ".join(_NO_NAME.sub(" ", one_line(one.name))[:_LONGEST_NAME].split())
    return Address(display_name=name, username=found[1], domain=found[2])


def one_line(text: str) -> str:
    """Return *text* without line breaks and without characters that nobody sees."""
    kept = (" " if one in "\r\n\t" else one for one in text)
    return " ".join("".join(one for one in kept if unicodedata.category(one)[0] != "C").split())
