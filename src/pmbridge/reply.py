"""Reading what a client wrote back: the words above the quoted mail, line by line.

Pure text work. Nothing here decides anything: a From line proves nobody's identity, so a person confirms each line
before it is recorded (:mod:`pmbridge.answering`). What cannot be read without doubt is not read at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Literal, cast

from pmbridge.domain.book import REF
from pmbridge.values import Label

Verdict = Literal["approve", "reject", "defer", "accept", "accept_with_conditions"]

MAX_CHARACTERS = 100_000
"""How much of a mail's own text is looked at; what a person types is far shorter."""

NO_VERDICT = Label(zh="看不出答复", en="no answer can be read from it")
SEVERAL = Label(zh="不止一种答复", en="more than one answer")
NEGATED = Label(zh="含否定，意思不明", en="it is negated, so the meaning is open")
HEDGED = Label(zh="带有条件或疑问", en="it has a condition or a question")
OTHER_REF = Label(zh="一行里有几个编号", en="more than one reference in it")
TWICE = Label(zh="同一编号出现多次", en="the same reference occurs more than once")
OPTIONS = Label(zh="不止一个方案", en="more than one option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was written about one reference. ``doubt`` says why no verdict is taken from it, ``None``: there is one."""

    ref: str
    text: str
    verdict: Verdict | None
    option: str | None
    doubt: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A mail of a client. ``address`` is lower-case, empty where it does not name exactly one sender.

    ``sent_at`` is aware, ``None`` where the mail does not say so in a way that can be read. ``lines`` in their order.
    """

    name: str
    address: str
    sent_at: datetime | None
    subject: str
    message_id: str
    text: str
    lines: tuple[Line, ...]

    @property
    def has_head(self) -> bool:
        """Whether any of the heads was there that every mail has; without one it is some other text."""
        return bool(self.address or self.name or self.sent_at or self.subject or self.message_id)


def read_reply(body: bytes) -> Reply:
    """Return what the mail *body* says; any bytes give a reply, at worst one without sender and lines."""
    mail = message_from_bytes(body, policy=modern)
    name, address = _sender(mail)
    text = own_words(_text(mail))
    return Reply(
        name=name,
        address=address,
        sent_at=_sent_at(mail),
        subject=_header(mail, "Subject"),
        message_id=_header(mail, "Message-ID"),
        text=text,
        lines=tuple(read_lines(text)),
    )


# ------------------------------------------------------------------------------------------------------ the mail


def _header(mail: EmailMessage, name: str) -> str:
    try:
        value = mail.get(name)
    except (MessageError, ValueError, IndexError, AttributeError):  # a header that the parser chokes on
        return ""
    return _visible(str(value)) if value is not None else ""


def _sender(mail: EmailMessage) -> tuple[str, str]:
    """Return name and address of the one sender; both are empty where there is none or several."""
    raw = [value for key, value in mail.raw_items() if key.lower() == "from"]
    if len(raw) != 1:
        return "", ""
    said = _header(mail, "From")
    found = [(name, address) for name, address in getaddresses([said]) if address]
    if len(found) != 1 or "@" not in found[0][1]:
        return "", ""
    return found[0][0], found[0][1].casefold()


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(mail, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def _text(mail: EmailMessage) -> str:
    """Return the mail's own text: its plain part, else its HTML as text; attached mails and files are left out."""
    plain, html = list[str](), list[str]()
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain.append(_decoded(part))
        elif kind == "text/html" and not html:
            html.append(_decoded(part))
    if plain and plain[0].strip():
        return plain[0]
    return _from_html(html[0]) if html else ""


def _parts(part: EmailMessage) -> Iterator[EmailMessage]:
    if part.get_content_disposition() == "attachment":
        return
    if part.get_content_maintype() == "multipart":
        payload = part.get_payload()
        for one in payload if isinstance(payload, list) else ():
            yield from _parts(cast("EmailMessage", one))
    elif part.get_content_maintype() == "text":
        yield part


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    declared = (part.get_content_charset() or "utf-8").lower()
    # Mail programs call GB 18030 by the names of its older parts.
    charset = "gb18030" if declared in ("gb2312", "gbk", "x-gbk", "gb_2312-80") else declared
    try:
        return body.decode(charset, errors="replace")[:MAX_CHARACTERS]
    except (LookupError, ValueError):
        return body.decode("utf-8", errors="replace")[:MAX_CHARACTERS]


class _Words(HTMLParser):
    """The text of an HTML mail up to the first quotation; what a style sheet or script says is no text."""

    _BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "table", "ul", "ol", "hr"})
    _SILENT = frozenset({"style", "script", "head", "title"})
    _QUOTES = ("gmail_quote", "divrplyfwdmsg", "appendonsend", "moz-cite-prefix", "yahoo_quoted", "ntes_quoted")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.over = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id")).lower()
        if tag == "blockquote" or any(one in marks for one in self._QUOTES):
            self.over = True
        if tag in self._SILENT:
            self._silent += 1
        if tag in self._BREAKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT and self._silent:
            self._silent -= 1
        if tag in self._BREAKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(re.sub(r"\s+", " ", data))

    def _add(self, text: str) -> None:
        if not self.over:
            self.words.append(text)


def _from_html(text: str) -> str:
    parser = _Words()
    parser.feed(text)
    return "".join(parser.words)


# ------------------------------------------------------------------------------------------------- above the quote

_QUOTE = re.compile(
    r"^(?:>"
    r"|\W{0,3}(?:发件人|發件人|寄件者|寄件人|From)\W{0,2}\s*:"
    r"|-{2,}\s*(?:原始邮件|原始郵件|回复的原邮件|转发的邮件|转发邮件信息|Original Message|Forwarded message)\s*-{2,}"
    r"|_{10,}$"
    r"|--$"
    r"|.*(?:写道|寫道)\s*:$"
    r"|On\b.*\bwrote\s*:$)",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^(?:On\b|在|于)", re.IGNORECASE)
_ENDS = re.compile(r"(?:\bwrote|写道|寫道)\s*:$", re.IGNORECASE)
_WRAPPED = 3
"""Over how many lines a mail program may break "On … wrote:"."""


def own_words(text: str) -> str:
    """Return *text* above its first quotation, without characters that nobody sees."""
    lines = [_visible(line) for line in re.split(r"\r\n|\r|\n", text)]
    for at, line in enumerate(lines):
        if _quotes(lines, at, line):
            return "\n".join(lines[:at]).strip()
    return "\n".join(lines).strip()


def _quotes(lines: Sequence[str], at: int, line: str) -> bool:
    plain = _folded(line)
    if _QUOTE.match(plain):
        return True
    if not _BEGINS.match(plain):
        return False
    for more in range(2, _WRAPPED + 1):
        together = _folded(" ".join(lines[at : at + more]))
        if _ENDS.search(together):
            return True
    return False


def _visible(text: str) -> str:
    """Return *text* without control and format characters: what is not seen must not turn a word into another."""
    return "".join(one if one == "\t" else "" if unicodedata.category(one) in _UNSEEN else one for one in text)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


# ------------------------------------------------------------------------------------------------------- the lines

_START = re.compile(
    r"^(?:[-*•·▪◦]\s*|\(?\d{1,2}[.、)]\s*|\d{1,2}\s+)?(?P<ref>[A-Za-z]{1,5}-?\d{1,6})(?![A-Za-z0-9_-])(?P<rest>.*)$",
    re.DOTALL,
)
_ANY_REF = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}-?\d{1,6}(?![A-Za-z0-9])")
# Longer words first: each is taken out before the next is looked for.
_VERDICTS: tuple[tuple[Verdict, re.Pattern[str]], ...] = (
    ("accept_with_conditions", re.compile(r"有条件(?:的)?(?:通过|验收|接受)")),
    ("accept_with_conditions", re.compile(r"\baccept(?:ed)?\s+with\s+conditions?\b", re.IGNORECASE)),
    ("reject", re.compile(r"不同意(?!见)|否决|驳回")),
    ("reject", re.compile(r"\breject(?:ed)?\b", re.IGNORECASE)),
    ("defer", re.compile(r"暂缓")),
    ("defer", re.compile(r"\bdefer(?:red)?\b", re.IGNORECASE)),
    ("approve", re.compile(r"同意|批准")),
    ("approve", re.compile(r"\bapproved?\b", re.IGNORECASE)),
    # "通过邮件答复" says by which way, not that something passed.
    ("accept", re.compile(r"通过(?=$|[\s,.;:!?()/\"'。、]|了|验收)")),
    ("accept", re.compile(r"\baccept(?:ed)?\b", re.IGNORECASE)),
)
# What our own mails say behind a word that may be chosen.
_OURS = re.compile(r"\((?:即全部标准通过|meaning every criterion passes)\)")
_WORD = re.compile(r"同意|批准|通过|否决|驳回|暂缓|\bapprov|\breject|\bdefer|\baccept", re.IGNORECASE)
_NEGATION = re.compile(
    r"(?:不|未|没|沒|无法|無法|别|勿|拒绝|拒絕|非|否)[^,.;。!?\n]{0,6}$"
    r"|\b(?:not|never|no|cannot|can't|won't|don't|doesn't|didn't|isn't|unable|without|hardly|refuse\w*)\b[^,.;!?\n]{0,20}$"
    r"|n't\b[^,.;!?\n]{0,20}$|\bun$|\bdis$",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"[?？]|吗|呢|是否|能否|可否|但|前提|除非|如果|如能|若|假如|只要|条件是|以.{1,20}为条件|仅限|除了|再议|待定|之前先|先不"
    r"|可能|也许|大概|应该|考虑|原则上|暂时"
    r"|\b(?:if|unless|provided|but|except|however|only|maybe|perhaps|might|would|could|should|whether|subject\s+to"
    r"|pending|once|until|in\s+principle|probably|think)\b",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?:方案|选项|選項|選擇|选择|选|\boption)\s*[「\"'(]?\s*([A-Za-z])(?![A-Za-z0-9])|(?<![A-Za-z0-9])([A-Z])\s*方案",
    re.IGNORECASE,
)


def read_lines(text: str) -> Iterator[Line]:
    """Yield what *text* says about each reference with which a line of it begins; the lines that follow belong to it.

    A verdict is taken only where exactly one is given, plainly, and the reference occurs once.
    """
    found = [_read(ref, words) for ref, words in _about(text)]
    often = Counter(one.ref for one in found)
    for one in found:
        yield replace(one, verdict=None, doubt=TWICE) if often[one.ref] > 1 else one


def _about(text: str) -> Iterator[tuple[str, str]]:
    ref, words = "", list[str]()
    for line in [*text.split("\n"), ""]:
        begins = _START.match(_folded(line))
        if begins is not None or not line.strip():
            if ref:
                yield ref, "\n".join(words)
            ref, words = ("", []) if begins is None else (begins["ref"].upper(), [])
        if ref:
            words.append(line.strip())


def _read(ref: str, words: str) -> Line:
    plain = _folded(words)
    begins = _START.match(plain)
    rest = plain if begins is None else begins["rest"]
    verdict, doubt = _verdict(rest)
    options = {one for pair in _OPTION.findall(rest) for one in (part.upper() for part in pair if part)}
    if len(options) > 1:
        doubt = doubt or OPTIONS
    if any(REF.fullmatch(one) and one != ref for one in _ANY_REF.findall(rest)):
        doubt = doubt or OTHER_REF
    return Line(
        ref=ref,
        text=words,
        verdict=None if doubt else verdict,
        option=next(iter(options)) if len(options) == 1 else None,
        doubt=doubt,
    )


def _verdict(rest: str) -> tuple[Verdict | None, Label | None]:
    left, seen = _OURS.sub("", rest), set[Verdict]()
    count = 0
    for verdict, pattern in _VERDICTS:
        for hit in pattern.finditer(left):
            seen.add(verdict)
            count += 1
            if _NEGATION.search(left[: hit.start()]):
                return None, NEGATED
        left = pattern.sub(lambda hit: "□" * len(hit[0]), left)
    if not seen:
        return None, NO_VERDICT
    if count > 1 or _WORD.search(left):
        return None, SEVERAL
    if _HEDGE.search(left):
        return None, HEDGED
    return next(iter(seen)), None
