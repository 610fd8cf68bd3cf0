"""The catalogue: both languages say the same, and nothing in it is for insiders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from pmbridge.domain.mapping import ReportingPolicy
from pmbridge.domain.view import Colour, Dimension, ForecastMethod
from pmbridge.report import names, register_words, words
from pmbridge.report.editions import EXTENTS
from pmbridge.report.model import DiffKind, Edition, Milestone, Tone
from pmbridge.values import Label

SLOT = re.compile(r"\{(\w+)\}")
FOLDER = Path(words.__file__).parent
CATALOGUES = {"words": (words, "w"), "names": (names, "names"), "register_words": (register_words, "r")}
PLURALS = {"milestone": "milestones", "change": "changes"}


def labels() -> Iterator[tuple[str, Label]]:
    for module in (words, names, register_words):
        for name, value in vars(module).items():
            if isinstance(value, Label):
                yield name, value
            elif isinstance(value, Mapping) and name.isupper():
                yield from ((f"{name}[{key}]", label) for key, label in value.items() if isinstance(label, Label))


def test_both_languages_have_the_same_slots() -> None:
    for name, label in labels():
        assert label.zh, name
        assert label.en, name
        zh, en = ({PLURALS.get(slot, slot) for slot in SLOT.findall(text)} for text in (label.zh, label.en))
        assert zh == en, name


def test_no_sentence_holds_a_code_a_command_or_a_key() -> None:
    for name, label in labels():
        for text in (label.zh, label.en):
            assert not re.search(r"\b(pmbridge|toml|SCH|SCP|RSK|CLI|S_cur|B0|Bn|wd)\b", SLOT.sub("", text)), name
            assert not re.search("[!！¥]", text), name


def test_chinese_uses_full_width_marks_and_a_space_beside_latin_and_digits() -> None:
    for name, label in labels():
        said = SLOT.sub("", label.zh)
        assert not re.search(r"[\u4e00-\u9fff][,;:?]", said), name
        assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", said), name
        assert "你" not in said, name


def test_every_word_of_the_catalogue_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py") if path.stem not in CATALOGUES)
    for module, short in CATALOGUES.values():
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, Label | Mapping) and not name.startswith("_"):
                imported = re.search(rf"import .*\b{name}\b", code)
                assert re.search(rf"\b{short}\.{name}\b", code) or imported, name


def test_every_name_that_a_report_can_hold_has_words() -> None:
    assert set(names.COLOURS) == set(names.LETTERS) == set(get_args(Colour))
    assert set(names.DIMENSIONS) == set(get_args(Dimension))
    assert set(names.METHODS) == set(get_args(ForecastMethod))
    assert set(names.TONES) == set(get_args(Tone))
    assert set(names.EDITIONS) == set(get_args(Edition))
    assert set(names.DIFF_SUBJECTS) == set(get_args(DiffKind))
    assert set(names.MILESTONE_STATES) == set(get_args(Milestone.model_fields["state"].annotation))
    assert set(EXTENTS) == set(names.SECTIONS)


def test_every_number_of_the_policy_is_printed_as_a_threshold() -> None:
    """A threshold without words would leave the annex in silence."""
    numbers = {name for name, field in ReportingPolicy.model_fields.items() if "int" in str(field.annotation)}
    numbers |= {name for name, field in ReportingPolicy.model_fields.items() if "Decimal" in str(field.annotation)}
    tolerances = set(type(ReportingPolicy().tolerances).model_fields)
    assert set(names.THRESHOLDS) == numbers | tolerances
