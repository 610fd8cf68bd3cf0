"""Mails that a person sends: drafts which a mail program opens as unsent. pmbridge sends nothing itself."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple


class Recipient(NamedTuple):
    """Who gets a mail. An empty address leaves it to the sender."""

    name: str
    address: str


class Enclosed(NamedTuple):
    """A file that goes with a mail, under a *name* of ours. ``type``: ``text/html``."""

    name: str
    type: str
    body: bytes


def draft(*, to: Sequence[Recipient], subject: str, text: str, enclosed: Sequence[Enclosed] = ()) -> bytes:
    """Return the mail as a file for a mail program; the same input gives the same bytes.

    It has no sender and no date: the mail program knows them. Whatever stands in a name or title, no header is added.
    """
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    addresses = [_address(one) for one in to if "@" in one.address]
    if addresses:
        mail["To"] = addresses
    mail["Subject"] = one_line(subject)
    mail.set_content(text, charset="utf-8", cte="base64")
    for one in enclosed:
        main, _, sub = one.type.partition("/")
        spelled = {"charset": "utf-8"} if main == "text" else {}
        mail.add_attachment(one.body, maintype=main, subtype=sub, filename=one.name, params=spelled)
    if enclosed:  # else a random one stands between the parts
        mail.set_boundary(hashlib.sha256(b"\0".join((text.encode(), *(one.body for one in enclosed)))).hexdigest()[:40])
    return mail.as_bytes()


def _address(one: Recipient) -> Address:
    user, _, domain = one_line(one.address).rpartition("@")
    return Address(display_name=one_line(one.name), username=user, domain=domain)


def one_line(text: str) -> str:
    """Return *text* without line breaks and without characters that nobody sees."""
    kept = (" " if one in "\r\n\t" else one for one in text)
    return " ".join("".join(one for one in kept if unicodedata.category(one)[0] != "C").split())
