"""The formats at the command line: the story's report and papers, as the client gets them."""

from __future__ import annotations

import email
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
from icalendar import Calendar

from pmbridge.demo import WEEKLY_9
from pmbridge.errors import ConfigError
from tests.e2e.story_desk import Desk, Told, desk
from tests.unit.formats import shown, squeezed

FIGURES = (
    "63%–73%", "应为62%", "7月20日（预测）", "已晚2个工作日", "CNY48,000.00", "CNY15,000.00", "728,500.00",
    "62/80点=77%", "9/40点=22%", "M1需求确认", "评分12（最高25）", "8/48项=16%",
)  # fmt: skip


@pytest.fixture
def friday(told: Told, tmp_path: Path) -> Iterator[Desk]:
    with desk(told, tmp_path, WEEKLY_9 + timedelta(hours=1)) as found:
        yield found


def test_an_issued_report_is_given_back_in_every_format(friday: Desk) -> None:
    friday.type(f"report show weekly-9 --out {friday.folder} --formats html,md,pdf,docx,xlsx,eml,ics")
    for form in ("html", "md", "pdf", "docx"):
        page = shown((friday.folder / f"lanhai-weekly-09.zh-CN.{form}").read_bytes(), form)
        assert [one for one in FIGURES if squeezed(one) not in page] == [], form
    mail = email.message_from_bytes((friday.folder / "lanhai-weekly-09.zh-CN.eml").read_bytes(), policy=default)
    assert mail["To"] == "张敏 <zhangmin@lanhai.example>, 李总 <li@lanhai.example>"
    assert mail["Reply-To"] == "wang@qingchuan.example"
    assert mail["Subject"] == "会员商城改版 周报 9：需您决定 3 项（1 项已晚） · 黄灯 · 截至 6月5日"
    events = Calendar.from_ical((friday.folder / "lanhai-weekly-09.en.ics").read_bytes()).walk("VEVENT")
    assert [str(one["SUMMARY"]).split()[0] for one in events] == ["DEP-13", "DL-07", "CR-004"]
    table = shown((friday.folder / "lanhai-weekly-09.en.xlsx").read_bytes(), "xlsx")
    assert all(one in table for one in ("728500", "48000", "743500", "2026-07-2000:00:00"))


def test_papers_are_written_to_be_signed(friday: Desk) -> None:
    out = f"--formats docx --out {friday.folder}"
    friday.type(f"change form CR-004 {out}")
    friday.type(f"deliverable form DL-07 {out}")
    friday.type(f"requirement document {out}")
    assert {one.name for one in friday.folder.glob("*.docx")} == {
        f"lanhai-{name}.{language}.docx"
        for name in ("CR-004", "DL-07-1", "requirements-2")
        for language in ("zh-CN", "en")
    }
    form = shown((friday.folder / "lanhai-CR-004.zh-CN.docx").read_bytes(), "docx")
    assert "□同意方案B（CNY15,000.00）" in form


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("report weekly --formats html,pfd", "html, md, json, pdf, docx, xlsx, eml, ics"),
        ("change form CR-004 --formats pdf", "html, md, docx"),
    ],
)
def test_an_unknown_format_is_refused_with_the_known_ones(friday: Desk, command: str, known: str) -> None:
    with pytest.raises(ConfigError, match=known):
        friday.type(command)
    assert not list((friday.workspace.folder / "reports").rglob("*draft*")), "nothing is written"


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        ("report weekly --formats html,docx", "docx", "office"),
        ("report weekly --formats xlsx", "xlsxwriter", "office"),
        ("change form CR-004 --formats docx", "docx", "office"),
    ],
)
def test_a_missing_add_on_is_told_with_what_installs_it(
    friday: Desk, command: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError) as refused:
        friday.type(command)
    assert refused.value.exit_code == 2
    assert refused.value.next == f'pip install "pmbridge[{extra}]"'
