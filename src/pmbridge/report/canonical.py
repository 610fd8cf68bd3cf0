"""The report's JSON and its fingerprint.

The JSON file holds exactly these bytes and nothing else, and never its own hash: the SHA-256 of the file *is* the
fingerprint that the other formats print. A client checks a report by hashing the file.
"""

from __future__ import annotations

import hashlib
import json

from pmbridge.report.model import ClientReport

SHOWN_DIGITS = 12
"""How much of the fingerprint is printed."""


def canonical_json(report: ClientReport) -> bytes:
    """Return the report as canonical JSON: keys sorted, no space between tokens, UTF-8, no byte-order mark.

    Whole numbers are the only numbers in it (decimals are strings), which makes it the form of RFC 8785 too. Of a
    report that was loaded, exactly the bytes it was loaded from: what it did not say it does not say now, whatever was
    added to the schema since.
    """
    was_loaded = "schema_id" in report.model_fields_set  # only a file says it; who makes a report leaves the default
    data = report.model_dump(mode="json", by_alias=True, exclude_unset=was_loaded)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def report_hash(report: ClientReport) -> str:
    """Return the SHA-256 of the canonical JSON, in lower-case hexadecimal."""
    return hashlib.sha256(canonical_json(report)).hexdigest()


def load_report(body: bytes) -> ClientReport:
    """Return the report that *body* holds.

    Raises:
        pydantic.ValidationError: It is no report of this schema.
    """
    return ClientReport.model_validate_json(body)
