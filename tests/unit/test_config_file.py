"""Editing pmbridge.toml: what was not asked for stays, what is written can be read, nobody else can read it."""

from __future__ import annotations

import itertools
import stat
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from pmbridge.config import ConfigFile, Noted, machine_zone, make_workspace
from pmbridge.errors import ConfigError, Refused

HAND_WRITTEN = """\
# our workspace
[workspace]
language = "zh-CN"   # the office speaks Chinese

[connections.jira]
adapter = "jira"
base_url = "https://a.example"  # moved in May

[engagements.lanhai]
client = "蓝海零售"  # since 2019
name = "会员商城改版"

[[engagements.lanhai.sources]]
connection = "jira"
project = "MALL|10000"
# as agreed on 7 April
milestones = { from = "version", match = '^(?P<ref>M\\d+)\\s' }

[engagements.lanhai.sources.changes]
from = "issue"
where = { type = "变更请求|10012" }

[engagements.lanhai.sources.changes.states]
"10101" = "submitted"  # 待处理

[sync]
lease_ttl = 60   # slow proxy
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "pmbridge.toml"
    file.write_text(HAND_WRITTEN, encoding="utf-8")
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_unchanged_file_is_written_back_byte_for_byte(path: Path) -> None:
    file = ConfigFile.open(path)
    assert file.diff() == []
    file.save()
    assert path.read_text(encoding="utf-8") == HAND_WRITTEN


@pytest.mark.parametrize(
    "text", ["", "[workspace]", 'a = """\n[x]\n[y]"""\n', "[sync]\r\nlease_ttl = 60\r\n", "[a]\nx = 1\n[b]\ny = 2\n"]
)
def test_whatever_form_a_file_has_it_keeps_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pmbridge.toml"
    file.write_bytes(text.encode())
    editing = ConfigFile.open(file)
    editing.save()
    assert file.read_bytes() == text.encode()


@pytest.mark.parametrize("name", ['a"b', "a\nb = 1\n[evil]", "\x1b[2J", "\u2028", "'", "\\"])
def test_a_remote_name_of_any_kind_stays_inside_its_value(path: Path, name: str) -> None:
    table = {"client": name, "name": name, "terms": {name: Noted(value="需求变更单", note=name)}}
    file = ConfigFile.open(path)
    file.put(("engagements", "second"), table)
    read = tomllib.loads(file.text)
    assert read["engagements"]["second"] == {"client": name, "name": name, "terms": {name: "需求变更单"}}
    assert set(read) == {"workspace", "connections", "engagements", "sync"}


def test_one_key_changes_one_line_and_keeps_its_comment(path: Path) -> None:
    file = ConfigFile.open(path)
    file.set(("connections", "jira", "base_url"), "https://b.example")
    assert file.diff() == [
        '-base_url = "https://a.example"  # moved in May',
        '+base_url = "https://b.example"  # moved in May',
    ]


@pytest.mark.parametrize(("old", "new"), [(True, False), ("a", "b"), (1, 2), (1.5, 2.5), (["a"], ["b"])])
def test_a_value_of_any_type_can_be_changed(tmp_path: Path, old: object, new: object) -> None:
    file = ConfigFile.new(tmp_path / "pmbridge.toml", language="en", timezone="UTC")
    file.set(("connections", "jira", "key"), Noted(value=old, note="why"))
    file.set(("connections", "jira", "key"), new)
    assert file.get("connections", "jira", "key") == new
    if not isinstance(old, list):
        assert "# why" in file.text


def test_setting_the_present_value_changes_nothing(path: Path) -> None:
    file = ConfigFile.open(path)
    file.set(("connections", "jira", "base_url"), "https://a.example")
    assert file.diff() == []


def test_a_new_key_and_a_new_table_only_add_lines(path: Path) -> None:
    file = ConfigFile.open(path)
    file.set(("workspace", "user"), "王工")
    file.put(("connections", "jira-eu"), {"adapter": "jira", "base_url": "https://eu.example"})
    assert all(line.startswith("+") for line in file.diff())
    assert file.get("workspace", "user") == "王工"
    assert file.checked().connections["jira-eu"].base_url == "https://eu.example"


def test_an_engagement_put_again_as_it_is_changes_nothing(path: Path) -> None:
    file = ConfigFile.open(path)
    file.put(("engagements", "lanhai"), file.get("engagements", "lanhai"))
    assert file.diff() == []


def test_a_rule_written_alone_equals_a_list_of_one(path: Path) -> None:
    file = ConfigFile.open(path)
    table = file.get("engagements", "lanhai")
    table["sources"][0]["milestones"] = [table["sources"][0]["milestones"]]
    file.put(("engagements", "lanhai"), table)
    assert file.diff() == []


def test_an_edit_deep_inside_keeps_every_other_comment(path: Path) -> None:
    file = ConfigFile.open(path)
    table = file.get("engagements", "lanhai")
    table["sources"][0]["changes"]["states"]["10102"] = Noted(value="under_assessment", note="评估中")
    file.put(("engagements", "lanhai"), table)
    assert file.diff() == ['+"10102" = "under_assessment"  # 评估中']


def test_a_key_that_is_not_wanted_any_more_goes(path: Path) -> None:
    file = ConfigFile.open(path)
    table = file.get("engagements", "lanhai")
    del table["sources"][0]["changes"]
    file.put(("engagements", "lanhai"), table)
    assert all(line.startswith("-") for line in file.diff())
    assert file.checked().engagements["lanhai"].sources[0].changes == ()


def test_a_new_engagement_reads_back_as_it_was_given_with_names_as_comments(path: Path) -> None:
    table = {
        "client": 'a "quoted" client',
        "name": {"zh": "改版", "en": "Redesign"},
        "sources": [
            {
                "connection": "jira",
                "project": Noted(value="OPS|10001", note="运维"),
                "milestones": [
                    {
                        "from": "version",
                        "match": r"^(?P<ref>M\d+)\s",
                        "source_weight": Decimal("1.5"),
                        "weight": Noted(value="points:customfield_10016", note="Story Points"),
                    }
                ],
                "changes": [
                    {
                        "from": "issue",
                        "where": {"type": "CR|7"},
                        "states": {"7": Noted(value="submitted", note="待处理\n[workspace]")},
                        "impact": Noted(value={"days": "customfield_1"}, note="天"),
                    }
                ],
            }
        ],
    }
    file = ConfigFile.open(path)
    file.put(("engagements", "second"), table)
    read = tomllib.loads(file.text)["engagements"]["second"]
    assert read["client"] == 'a "quoted" client'
    assert read["sources"][0]["milestones"][0] == {
        "from": "version",
        "match": r"^(?P<ref>M\d+)\s",
        "source_weight": 1.5,
        "weight": "points:customfield_10016",
    }
    assert read["sources"][0]["changes"][0]["states"] == {"7": "submitted"}
    assert 'project = "OPS|10001"  # 运维' in file.text
    assert r"match = '^(?P<ref>M\d+)\s'" in file.text, "a regular expression is written as it is meant"
    assert file.checked().engagements["second"].sources[0].milestones[0].source_weight == Decimal("1.5")
    assert tomllib.loads(file.text)["engagements"]["lanhai"] == tomllib.loads(HAND_WRITTEN)["engagements"]["lanhai"]


def test_tables_stay_apart_by_a_blank_line(path: Path) -> None:
    file = ConfigFile.open(path)
    file.put(("engagements", "second"), {"client": "x", "name": "y"})
    lines = file.text.splitlines()
    assert all(
        not line.startswith("[") or above == "" or above.startswith("#") for above, line in itertools.pairwise(lines)
    )


def test_faults_of_an_edit_are_found_before_it_is_written(path: Path) -> None:
    file = ConfigFile.open(path)
    file.set(("connections", "jira", "max_vanish"), 7)
    with pytest.raises(ConfigError, match=r"connections\.jira\.max_vanish must be at most 1"):
        file.checked()
    assert path.read_text(encoding="utf-8") == HAND_WRITTEN


def test_a_file_that_somebody_else_changed_meanwhile_is_left_alone(path: Path) -> None:
    file = ConfigFile.open(path)
    file.set(("workspace", "user"), "王工")
    path.write_text(HAND_WRITTEN + "# theirs\n", encoding="utf-8")
    with pytest.raises(Refused, match="was changed while pmbridge was editing it"):
        file.save()
    assert path.read_text(encoding="utf-8").endswith("# theirs\n")
    assert list(path.parent.iterdir()) == [path], "no temporary file is left behind"


def test_the_file_is_for_its_owner_only(path: Path) -> None:
    path.chmod(0o644)
    file = ConfigFile.open(path)
    file.set(("workspace", "user"), "王工")
    file.save()
    assert mode(path) == 0o600


def test_a_linked_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    path.rename(real)
    path.symlink_to(real)
    file = ConfigFile.open(path)
    file.set(("workspace", "user"), "王工")
    file.save()
    assert path.is_symlink()
    assert 'user = "王工"' in real.read_text(encoding="utf-8")


class TestWorkspace:
    def test_a_new_one_has_its_folders_closed_to_others(self, tmp_path: Path) -> None:
        folder = tmp_path / "deep" / "pm"
        file = ConfigFile.new(folder / "pmbridge.toml", language="en", timezone="Europe/Berlin")
        assert make_workspace(file) == ["pmbridge.toml", "data/", "reports/", ".gitignore"]
        assert mode(folder / "pmbridge.toml") == 0o600
        assert mode(folder / "data") == mode(folder / "reports") == 0o700
        assert (folder / ".gitignore").read_text() == "data/\nreports/\n"
        assert file.checked().workspace.timezone == "Europe/Berlin"

    def test_made_again_nothing_is_new(self, tmp_path: Path) -> None:
        make_workspace(ConfigFile.new(tmp_path / "pmbridge.toml", language="en", timezone="UTC"))
        again = ConfigFile.open(tmp_path / "pmbridge.toml")
        assert make_workspace(again) == []

    def test_a_gitignore_of_yours_keeps_its_lines(self, tmp_path: Path) -> None:
        (tmp_path / ".gitignore").write_text("*.log\ndata/\n")
        make_workspace(ConfigFile.new(tmp_path / "pmbridge.toml", language="en", timezone="UTC"))
        assert (tmp_path / ".gitignore").read_text() == "*.log\ndata/\nreports/\n"

    def test_a_place_that_cannot_be_written_is_no_bug_of_ours(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ConfigError, match="cannot be written"):
            make_workspace(ConfigFile.new(tmp_path / "file" / "pmbridge.toml", language="en", timezone="UTC"))


class TestMachineZone:
    def test_the_variable_wins(self, tmp_path: Path) -> None:
        assert machine_zone("en", {"TZ": ":Europe/Berlin"}, tmp_path) == "Europe/Berlin"

    def test_the_link_of_the_system_tells(self, tmp_path: Path) -> None:
        zone = tmp_path / "zoneinfo" / "Asia" / "Tokyo"
        zone.parent.mkdir(parents=True)
        zone.touch()
        (tmp_path / "localtime").symlink_to(zone)
        assert machine_zone("en", {}, tmp_path) == "Asia/Tokyo"

    def test_the_file_of_debian_tells(self, tmp_path: Path) -> None:
        (tmp_path / "timezone").write_text("America/New_York\n")
        assert machine_zone("en", {}, tmp_path) == "America/New_York"

    @pytest.mark.parametrize(("language", "expected"), [("zh-CN", "Asia/Shanghai"), ("en", "UTC")])
    def test_a_server_on_utc_tells_nothing(self, tmp_path: Path, language: str, expected: str) -> None:
        (tmp_path / "timezone").write_text("Etc/UTC\n")
        assert machine_zone(language, {"TZ": "Nowhere/Land"}, tmp_path) == expected
