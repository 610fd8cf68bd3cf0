"""Reads every format that a report is written in, with readers that are not ours."""

from __future__ import annotations

import email
import html
import io
import re
import zipfile
from email.message import EmailMessage
from email.policy import default
from xml.etree import ElementTree

import openpyxl
from docx import Document
from pypdf import PdfReader

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def text_of(body: bytes, form: str) -> str:
    """Return all text in *body*, also what no reader is shown: properties, links, names of parts."""
    if form in ("docx", "xlsx"):
        return "\n".join(_part(name, content) for name, content in _parts(body).items())
    if form == "pdf":
        return _pdf(body)
    if form == "eml":
        return _mail(body)
    if form == "ics":
        return body.decode().replace("\r\n ", "")
    return body.decode()


def shown(body: bytes, form: str) -> str:
    """Return the words that a reader sees, blanks as single spaces, none between Chinese characters and others."""
    if form == "docx":
        document = Document(io.BytesIO(body))
        found = ["".join(one.text or "" for one in p.iter(f"{WORD}t")) for p in document.element.body.iter(f"{WORD}p")]
        return squeezed("\n".join(found))
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(body))
        return squeezed(
            "\n".join(str(cell.value) for page in book for row in page for cell in row if cell.value is not None)
        )
    if form == "pdf":
        return squeezed("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))
    if form == "html":
        plain = re.sub(r"<(style|svg)\b.*?</\1>", " ", body.decode(), flags=re.DOTALL)
        return squeezed(html.unescape(re.sub(r"<[^>]+>", " ", plain)))
    if form == "md":
        plain = re.sub(r"\]\(<[^>]*>\)|\*\*|<br>|<a id=\S*</a>|[|`]", " ", body.decode())
        return squeezed(re.sub(r"\\(.)", r"\1", plain).replace("[", ""))
    return squeezed(text_of(body, form))


def squeezed(text: str) -> str:
    """Return *text* without blanks and shapes, which a format may set differently."""
    return re.sub(r"[\s\xa0■▲●◇]+", "", text)


def _parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _part(name: str, content: bytes) -> str:
    if not name.endswith((".xml", ".rels")):
        return name
    root = ElementTree.fromstring(content)  # well-formed, or it raises
    told = [value for one in root.iter() for value in one.attrib.values()]
    return "\n".join([name, *told, "".join(root.itertext())])


def _pdf(body: bytes) -> str:
    reader = PdfReader(io.BytesIO(body))
    found = [page.extract_text() for page in reader.pages]
    found += [str(value) for value in (reader.metadata or {}).values()]
    found.append(str(reader.xmp_metadata and reader.xmp_metadata.rdf_root.toxml()))
    for page in reader.pages:
        found += [str(note.get_object()) for note in page.get("/Annots", [])]
    return "\n".join(found)


def _mail(body: bytes) -> str:
    mail = email.message_from_bytes(body, policy=default)
    assert isinstance(mail, EmailMessage)
    found = [f"{name}: {value}" for name, value in mail.items()]
    for part in mail.walk():
        if part.is_multipart():
            continue
        found += [f"{name}: {value}" for name, value in part.items()]
        content = part.get_content()
        kind = {"application/pdf": "pdf"}.get(part.get_content_type(), "")
        found.append(content if isinstance(content, str) else text_of(content, kind))
    return "\n".join(found)
