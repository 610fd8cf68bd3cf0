"""The JSON is the report: canonical, checkable by its hash, and enough to render everything again."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from pmbridge.report.parts import Amount, Given
from pmbridge.report.render import FORMATS, canonical_json, load_report, render, report_hash
from pmbridge.values import LANGUAGES
from tests import needs
from tests.unit import report_story as story


def test_the_json_is_canonical() -> None:
    body = canonical_json(story.report_9())
    data = json.loads(body)
    again = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert body == again
    assert data["schema"] == "pmbridge.client-report/1"


def test_the_json_holds_no_floating_point_number() -> None:
    def numbers(value: Any) -> None:
        assert not isinstance(value, float), value
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            numbers(one)

    numbers(json.loads(canonical_json(story.report_9())))


@pytest.mark.parametrize(("amount", "shown"), [("48500.00", "48500"), ("1E+3", "1000"), ("0.10", "0.1"), ("0", "0")])
def test_decimals_are_strings_without_exponent(amount: str, shown: str) -> None:
    assert Amount(amount=Decimal(amount), currency="CNY").model_dump(mode="json")["amount"] == shown


def test_the_printed_fingerprint_is_the_hash_of_the_json_file() -> None:
    report = story.report_9()
    fingerprint = hashlib.sha256(render(report, "json", "en")).hexdigest()
    assert report_hash(report) == fingerprint
    for language in LANGUAGES:
        assert fingerprint[:12] in render(report, "html", language).decode()
        assert fingerprint[:12] in render(report, "md", language).decode()


def test_a_report_from_before_a_field_was_added_keeps_its_bytes_and_its_fingerprint() -> None:
    data = json.loads(canonical_json(story.report_9()))
    # As an older version wrote it: without what has a default by now, on every level.
    for name in ("history", "goals", "deliverables", "meetings", "lessons"):
        assert data.pop(name) in (None, []), name
    for rule in data["overall"]["rules"]:
        rule.pop("dated")
    body = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    loaded = load_report(body)
    assert canonical_json(loaded) == body
    assert report_hash(loaded) == hashlib.sha256(body).hexdigest()
    assert render(loaded, "json", "en") == body
    assert hashlib.sha256(body).hexdigest()[:12] in render(loaded, "html", "en").decode()


def test_every_format_is_rendered_from_the_json_alone() -> None:
    for report in (story.report_9(), story.draft_1()):
        loaded = load_report(canonical_json(report))
        assert loaded == report
        for form in FORMATS:
            for language in LANGUAGES:
                assert render(loaded, form, language) == render(report, form, language)


def test_a_figure_keeps_its_type_through_the_json() -> None:
    m4 = load_report(canonical_json(story.report_9())).milestone("M4")
    assert m4 is not None
    assert isinstance(m4.forecast, Given)
    assert m4.forecast.value == story.june(18)


def test_another_schema_is_refused() -> None:
    data = json.loads(canonical_json(story.report_9()))
    for wrong in ({**data, "schema": "pmbridge.client-report/2"}, {**data, "margin": "12"}):
        with pytest.raises(ValidationError):
            load_report(json.dumps(wrong).encode())


def test_the_same_report_has_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib\n"
        "from tests.unit import report_story as story\n"
        "from pmbridge.report.render import FORMATS, render\n"
        "from pmbridge.values import LANGUAGES\n"
        "made = [render(story.report_9(), f, l) for f in FORMATS for l in LANGUAGES]\n"
        "print(hashlib.sha256(b''.join(made)).hexdigest())\n"
    )
    hashes = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(needs.ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=needs.ROOT
        )
        hashes.add(done.stdout.strip())
    assert len(hashes) == 1
