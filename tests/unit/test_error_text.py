"""The sentence of an error says only what is so: whether data was read before, how many checks fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmbridge.errors import ConfigError, CredentialRefused, NotVisible, PmbridgeError, Unreachable
from pmbridge.reported import Report
from tests.unit import report_story as story


@pytest.mark.parametrize(
    ("error", "en", "zh"),
    [
        (CredentialRefused(tool="Jira", user="wang"), "expired or revoked.", "写错、过期或已撤销。"),
        (
            Unreachable(host="jira.example", why="dns"),
            "Cannot reach jira.example (dns).",
            "连不上 jira.example（dns）。",
        ),
        (NotVisible(thing="jira:MALL"), "say which). Nothing counts as deleted.", "不作区分）。不当作删除。"),
    ],
)
def test_no_data_is_said_to_be_kept_where_none_was_read(error: PmbridgeError, en: str, zh: str) -> None:
    assert error.text("en").endswith(en)
    assert error.text("zh-CN").endswith(zh)
    error.with_facts(time="06-05 17:20")
    assert "ata of 06-05 17:20 is kept" in error.text("en")
    assert "06-05 17:20 的数据保留" in error.text("zh-CN")


def test_a_folder_that_cannot_be_written_is_named_and_is_no_bug(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", "utf-8")
    report = Report(engagement="lanhai", data=story.report_9(), languages=("en",))
    with pytest.raises(ConfigError) as refused:
        report.write(taken / "reports", formats=["html"])
    assert str(taken / "reports") in refused.value.text("en")
    assert str(taken / "reports") in refused.value.text("zh-CN")
    assert "--out" in refused.value.next
