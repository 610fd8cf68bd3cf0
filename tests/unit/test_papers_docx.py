"""Papers as DOCX hold the words of the HTML, with room to sign and stamp, and hostile words stay words."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document

from pmbridge.papers import Paper, acceptance_paper, change_paper, render_html, requirements_paper
from pmbridge.papers.docx import render_docx
from pmbridge.store import Store
from pmbridge.testing.clock import FakeClock
from pmbridge.values import LANGUAGES, Language
from tests.unit.delivery_bench import WISH, Desk
from tests.unit.formats import WORD, shown, squeezed
from tests.unit.register_story import LETTER, MAIL
from tests.unit.report_full import EVIL
from tests.unit.test_papers import ASSESSMENT, FRAME, sent_change


@pytest.fixture
def desk(sqlite_store: Store, clock: FakeClock) -> Desk:
    made = Desk(sqlite_store, clock)
    made.agreed()
    return made


def papers(desk: Desk, language: Language) -> list[Paper]:
    book = desk.register.book
    change = book.get(sent_change(desk))
    assert change is not None
    return [change_paper(desk.register.book, change, FRAME, language), requirements_paper(book, FRAME, language)]


def words_of(paper: Paper) -> list[str]:
    """Return the words of the HTML between two tags, without its style sheet."""
    body = re.sub(r"<(style|title)\b.*?</\1>", " ", render_html(paper).decode(), flags=re.DOTALL)
    return [squeezed(one) for one in re.findall(r">([^<]+)<", body) if squeezed(one)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_html_stands_in_the_docx(desk: Desk, language: Language) -> None:
    for paper in papers(desk, language):
        body = render_docx(paper)
        foot = "".join(one.text for one in Document(io.BytesIO(body)).sections[0].footer.paragraphs)
        said = shown(body, "docx") + squeezed(foot)
        words = [unescape(one) for one in words_of(paper)]
        assert len(words) > 15
        assert [one for one in words if one not in said] == []
        assert squeezed(paper.check) in squeezed(foot)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_room_to_sign_and_to_stamp_for_everybody_who_signs(desk: Desk, language: Language) -> None:
    for paper in papers(desk, language):
        text = shown(render_docx(paper), "docx")
        assert text.count("（盖章）" if language == "zh-CN" else "(stamp)") == len(paper.signers)
        assert text.count("____________") >= 3 * len(paper.signers)
        assert text.count("□") == len(paper.answers)


def test_chinese_letters_have_a_chinese_font_and_heads_are_repeated(desk: Desk) -> None:
    body = render_docx(papers(desk, "zh-CN")[0])
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        styles = ElementTree.fromstring(archive.read("word/styles.xml"))
        document = ElementTree.fromstring(archive.read("word/document.xml"))
    fonts = [one for one in styles.iter(f"{WORD}rFonts") if one.get(f"{WORD}ascii") == "Arial"]
    assert len(fonts) > 10
    assert {one.get(f"{WORD}eastAsia") for one in fonts} == {"Microsoft YaHei"}
    tables = list(document.iter(f"{WORD}tbl"))
    assert tables
    for table in tables:
        heads, *rows = table.iter(f"{WORD}tr")
        assert heads.find(f"{WORD}trPr/{WORD}tblHeader") is not None
        assert all(row.find(f"{WORD}trPr/{WORD}cantSplit") is not None for row in rows)


def test_the_same_paper_has_the_same_bytes_and_no_trace_of_who_wrote_it(desk: Desk) -> None:
    paper = papers(desk, "en")[0]
    assert render_docx(paper) == render_docx(paper)
    with zipfile.ZipFile(io.BytesIO(render_docx(paper))) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core
    assert "python" not in core
    assert "dcterms:W3CDTF" not in core, "a paper is as old as the day that is written on it"


@pytest.mark.parametrize("words", EVIL)
def test_hostile_words_stay_words(desk: Desk, words: str) -> None:
    asked = {"title": words or "x", "description": words, "reason": words, "raised_by": "CT-01", "via": "email"}
    ref = desk.do("change", "submit", day="05-27", input=asked).ref
    assessed = ASSESSMENT | {"do_nothing": words}
    desk.do("requirement", "add", number="REQ-09", day="05-26", input=WISH, evidence=[MAIL])
    desk.do("change", "assess", ref, day="06-01", input=assessed)
    until = {"need_by": date(2026, 6, 9), "valid_until": date(2026, 6, 12)}
    entry = desk.do("change", "send", ref, day="06-02", input=until, evidence=[MAIL])
    body = render_docx(change_paper(desk.register.book, entry, FRAME, "en"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    elements = [one for part in parts for one in ElementTree.fromstring(part).iter()]
    assert {one.get(f"{WORD}instr") for one in elements} == {None, " PAGE ", " NUMPAGES "}
    assert not [one for one in elements if one.get("TargetMode") == "External"]
    assert not re.search("[\u202e\u200b\x07]", shown(body, "docx"))


def test_the_acceptance_form_has_its_boxes_and_the_certificate_what_was_ticked(desk: Desk) -> None:
    ref = desk.deliverable()
    form, signed = (
        shown(render_docx(acceptance_paper(book, entry, FRAME, "zh-CN")), "docx")
        for book, entry in (_with(desk, ref), _accepted(desk, ref))
    )
    assert form.count("□") == 3 * 3 + 3
    assert signed.count("☑") == 3
    assert "客户已验收" in signed


def _with(desk: Desk, ref: str) -> tuple[Any, Any]:
    return desk.register.book, desk.register.book.get(ref)


def _accepted(desk: Desk, ref: str) -> tuple[Any, Any]:
    desk.do("deliverable", "accept", ref, day="05-08", by="张敏", evidence=[LETTER])
    return _with(desk, ref)
