"""The configuration: where it is found, what it says, and every fault of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pmbridge.adapter.registry import available
from pmbridge.config import WorkspaceConfig, find_config, load_config, store_url
from pmbridge.errors import ConfigError

GOOD = """
[workspace]
language = "zh-CN"
timezone = "Asia/Shanghai"
user = "王工"

[agency]
name = { zh = "晴川数字", en = "Qingchuan Digital" }

[connections.jira]
adapter = "jira"
base_url = "https://qingchuan.atlassian.net"
user = "wang@qingchuan.example"

[engagements.lanhai]
client = "蓝海零售"
name = { zh = "会员商城改版", en = "Member mall redesign" }
policy = { first_no = { weekly = 8 } }
milestones.M7 = { weight = 10, final = true }

[[engagements.lanhai.sources]]
connection = "jira"
project = "MALL|10000"
milestones = { from = "version", match = '^(?P<ref>M\\d+)\\s', date_is = "plan" }

[engagements.lanhai.sources.changes]
from = "issue"
where = { type = "变更请求|10012" }
states = { "10101" = "submitted" }
"""

Load = Callable[[str], WorkspaceConfig]

KNOWN = [plugin.name for plugin in available()]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def written(text: str) -> WorkspaceConfig:
        file = tmp_path / "pmbridge.toml"
        file.write_text(text, encoding="utf-8")
        return load_config(file)

    return written


def problems(load: Load, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert caught.value.name == "config-invalid"
    assert caught.value.exit_code == 2
    return caught.value.problems


class TestFinding:
    def test_the_working_folder_and_those_above_are_searched(self, tmp_path: Path) -> None:
        (tmp_path / "pmbridge.toml").touch()
        below = tmp_path / "a" / "b"
        below.mkdir(parents=True)
        assert find_config(None, {}, below) == tmp_path / "pmbridge.toml"

    def test_the_nearest_one_wins(self, tmp_path: Path) -> None:
        below = tmp_path / "a"
        below.mkdir()
        (tmp_path / "pmbridge.toml").touch()
        (below / "pmbridge.toml").touch()
        assert find_config(None, {}, below) == below / "pmbridge.toml"

    @pytest.mark.parametrize("named", ["elsewhere", "elsewhere/pmbridge.toml"])
    def test_an_option_may_name_the_folder_or_the_file(self, tmp_path: Path, named: str) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "pmbridge.toml").touch()
        assert find_config(named, {}, tmp_path) == tmp_path / "elsewhere" / "pmbridge.toml"

    def test_the_option_beats_the_variable_and_the_variable_the_folder(self, tmp_path: Path) -> None:
        for name in ("option", "variable"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "pmbridge.toml").touch()
        (tmp_path / "pmbridge.toml").touch()
        env = {"PMBRIDGE_CONFIG": str(tmp_path / "variable")}
        assert find_config(tmp_path / "option", env, tmp_path).parent.name == "option"
        assert find_config(None, env, tmp_path).parent.name == "variable"

    def test_a_file_of_another_name_can_be_named(self, tmp_path: Path) -> None:
        (tmp_path / "client.conf").touch()
        assert find_config("client.conf", {}, tmp_path) == tmp_path / "client.conf"

    def test_the_personal_folder_comes_last(self, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: home / "config" / "pmbridge")
        (home / "config" / "pmbridge").mkdir(parents=True)
        (home / "config" / "pmbridge" / "pmbridge.toml").touch()
        assert find_config(None, {}, tmp_path) == home / "config" / "pmbridge" / "pmbridge.toml"

    def test_without_any_the_message_names_the_folder_and_the_next_command(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            find_config(None, {}, tmp_path)
        assert caught.value.text("en") == f"No pmbridge.toml in {tmp_path} or above."
        assert caught.value.next_step("zh") == "pmbridge connect jira（在此新建）"

    def test_a_named_file_that_is_missing_is_not_replaced_by_another(self, tmp_path: Path) -> None:
        (tmp_path / "pmbridge.toml").touch()
        with pytest.raises(ConfigError, match="No pmbridge") as caught:
            find_config(tmp_path / "typo", {}, tmp_path)
        assert caught.value.name == "config-missing"


class TestReading:
    def test_a_good_file_gives_typed_values(self, load: Load, tmp_path: Path) -> None:
        config = load(GOOD)
        assert config.folder == tmp_path
        assert config.workspace.user == "王工"
        assert config.agency.name == {"zh": "晴川数字", "en": "Qingchuan Digital"}
        assert type(config.connections["jira"]).__name__ == "JiraSettings"
        assert config.connections["jira"].read_only is True
        lanhai = config.engagements["lanhai"]
        assert lanhai.policy.first_no.weekly == 8
        assert lanhai.milestones["M7"].final
        assert lanhai.sources[0].changes[0].states == {"10101": "submitted"}

    def test_an_empty_file_is_a_workspace_with_nothing_in_it(self, load: Load) -> None:
        config = load("")
        assert dict(config.connections) == {}
        assert dict(config.engagements) == {}
        assert config.workspace.language is None

    def test_a_byte_order_mark_and_windows_line_ends_are_read(self, tmp_path: Path) -> None:
        file = tmp_path / "pmbridge.toml"
        file.write_bytes('﻿[workspace]\r\nuser = "王工"\r\n'.encode())
        assert load_config(file).workspace.user == "王工"

    def test_paths_count_from_the_folder_of_the_file(self, load: Load, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").touch()
        text = GOOD.replace('user = "wang@qingchuan.example"', 'user = "wang@qingchuan.example"\nca_bundle = "ca.pem"')
        assert load(text).connections["jira"].ca_bundle == str(tmp_path / "ca.pem")
        assert load(text).path("reports/x") == tmp_path / "reports" / "x"

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("sqlite:///data/pmbridge.db", "sqlite:///{folder}/data/pmbridge.db"),
            ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
            ("sqlite:///:memory:", "sqlite:///:memory:"),
            ("postgresql://db.example/pmbridge", "postgresql://db.example/pmbridge"),
        ],
    )
    def test_the_path_of_the_store_becomes_absolute(
        self, load: Load, tmp_path: Path, written: str, expected: str
    ) -> None:
        config = load(f'[workspace]\nstore = "{written}"\n')
        assert store_url(config, {}) == expected.format(folder=tmp_path)

    def test_the_store_may_stand_in_a_variable(self, load: Load) -> None:
        config = load('[workspace]\nstore = "env:PM_STORE"\n')
        assert store_url(config, {"PM_STORE": "postgresql://u:p@db/pm"}) == "postgresql://u:p@db/pm"
        with pytest.raises(ConfigError, match="PM_STORE, which is not set"):
            store_url(config, {})


class TestFaults:
    def test_the_two_faults_of_the_handbook_read_as_printed_there(self, load: Load) -> None:
        with pytest.raises(ConfigError) as caught:
            load('[workspace]\nstoer = "x"\n[connections.a]\nadapter = "jirra"\nbase_url = "https://a.example"\n')
        file = caught.value.facts["file"]
        assert caught.value.text("en") == (
            f'2 faults in {file}: workspace.stoer is unknown, did you mean "store"? · '
            'connections.a.adapter "jirra" is unknown; known: ' + ", ".join(KNOWN) + "."
        )
        assert caught.value.text("zh") == (
            f"{file} 有 2 处错误：workspace.stoer 不认识，是不是 store? · "
            "connections.a.adapter「jirra」不认识，可用：" + "、".join(KNOWN) + "。"
        )

    def test_all_faults_come_at_once_with_the_table_they_stand_in(self, load: Load) -> None:
        found = problems(
            load,
            GOOD.replace('language = "zh-CN"', 'language = "fr"')
            .replace('connection = "jira"', 'connection = "jria"')
            .replace("weekly = 8", "weekly = 0")
            .replace('from = "issue"', 'form = "issue"')
            + "\n[sync]\nlease_ttl = -1\n[extra]\n",
        )
        assert any(one.startswith("workspace.language needs one of 'zh-CN' or 'en'") for one in found)
        assert any(one.startswith("extra is unknown") for one in found)
        assert "sync.lease_ttl must be more than 0" in found
        assert "engagements.lanhai.policy.first_no.weekly must be at least 1" in found
        assert 'engagements.lanhai.sources[0].changes.form is unknown, did you mean "from"?' in found
        assert "engagements.lanhai.sources[0].changes.from is missing" in found
        assert 'engagements.lanhai.sources[0].connection "jria" is unknown; known: jira' in found
        assert len(found) == 7

    def test_a_source_names_a_connection_that_exists(self, load: Load) -> None:
        found = problems(load, GOOD.replace('connection = "jira"', 'connection = "jria"'))
        assert found == ('engagements.lanhai.sources[0].connection "jria" is unknown; known: jira',)

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                'date_is = "plan"',
                'date_si = "plan"',
                'sources[0].milestones.date_si is unknown, did you mean "date_is"?',
            ),
            ('date_is = "plan"', 'items = { tpye = "x" }', 'milestones.items.tpye is unknown, did you mean "type"?'),
            ('date_is = "plan"', "items = 3", "milestones.items needs one of 'group', 'children', 'checklist' or"),
            ('date_is = "plan"', 'weight = "hours"', "milestones.weight must have the form ^(count|points:.+"),
            ("{ weight = 10, final", "{ wieght = 10, final", 'milestones.M7.wieght is unknown, did you mean "weight"?'),
            ('{ "10101" = "submitted" }', '{ "10101" = "sent" }', "changes.states names no state: sent; known: draft,"),
            ('client = "蓝海零售"', "client = 3", "lanhai.client needs a text or a table"),
            ('client = "蓝海零售"', 'client = { fr = "x" }', "lanhai.client.fr needs one of 'zh' or 'en'"),
            (
                'client = "蓝海零售"',
                'client = "x"\ntimezone = "Asia/Pekin"',
                'lanhai.timezone names no time zone: "Asia/Pekin"',
            ),
            ("'^(?P<ref>M\\d+)\\s'", "'^(M'", "milestones.match is no regular expression"),
            ("[engagements.lanhai]", "[engagements.Lan_Hai]", "engagements.Lan_Hai is no name: lower-case letters"),
        ],
    )
    def test_each_fault_says_where_and_what(self, load: Load, old: str, new: str, expected: str) -> None:
        assert old in GOOD
        text = GOOD.replace(old, new)
        if "Lan_Hai" in new:
            text = text.replace("engagements.lanhai.", "engagements.Lan_Hai.")
        assert any(expected in one for one in problems(load, text)), problems(load, text)

    def test_every_fault_is_said_in_both_languages(self, load: Load) -> None:
        text = (
            GOOD.replace("'^(?P<ref>M\\d+)\\s'", "'^(M'")
            .replace('"10101" = "submitted"', '"10101" = "sent"')
            .replace('client = "蓝海零售"', 'client = 3\ntimezone = "X/Y"\nlanguages = []\nstart_on = "soon"')
            .replace("weekly = 8", "weekly = 0")
        )
        with pytest.raises(ConfigError) as caught:
            load(text)
        in_chinese = caught.value.facts["faults_zh"]
        assert isinstance(in_chinese, tuple)
        assert len(in_chinese) == len(caught.value.problems) == 7
        for one in in_chinese:
            assert re.search(r"[\u4e00-\u9fff]", one), one

    def test_a_file_that_is_no_toml_says_in_which_line(self, load: Load) -> None:
        (found,) = problems(load, '[workspace]\nstore "x"\n')
        assert "not TOML" in found
        assert "line 2" in found

    def test_a_file_in_another_encoding_is_told_apart(self, tmp_path: Path) -> None:
        file = tmp_path / "pmbridge.toml"
        file.write_bytes('[workspace]\nuser = "王工"\n'.encode("gb18030"))
        with pytest.raises(ConfigError, match="not UTF-8"):
            load_config(file)

    def test_a_missing_file_is_no_fault_of_its_contents(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            load_config(tmp_path / "pmbridge.toml")
        assert caught.value.name == "config-missing"

    def test_a_logo_that_is_not_there_is_a_fault(self, load: Load) -> None:
        (found,) = problems(load, '[agency]\nlogo = "logo.png"\n')
        assert found == 'agency.logo names no file: "logo.png"'


class TestSecretsStayOut:
    SECRET = "ATATT3xFfGF0abcdefghijklmnop"

    def refused(self, load: Load, line: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(f'[connections.jira]\nadapter = "jira"\nbase_url = "https://a.example"\n{line}\n')
        shown = caught.value.text("en") + caught.value.text("zh") + repr(caught.value) + repr(caught.value.facts)
        assert self.SECRET not in shown
        return caught.value.text("en")

    def test_a_literal_secret_is_refused_and_not_repeated(self, load: Load) -> None:
        said = self.refused(load, f'secret = "{self.SECRET}"')
        assert "connections.jira.secret must say where the secret lies, never be the secret" in said

    def test_an_unknown_key_with_a_secret_is_not_repeated(self, load: Load) -> None:
        assert "connections.jira.token is unknown" in self.refused(load, f'token = "{self.SECRET}"')

    @pytest.mark.parametrize("key", ["base_url", "proxy"])
    def test_an_address_with_a_password_is_refused(self, load: Load, key: str) -> None:
        with pytest.raises(ConfigError) as caught:
            load(
                '[connections.jira]\nadapter = "jira"\n'
                + ('base_url = "https://a.example"\n' if key == "proxy" else "")
                + f'{key} = "https://me:{self.SECRET}@a.example"\n'
            )
        assert f"connections.jira.{key} holds a user or password" in caught.value.text("en")
        assert self.SECRET not in caught.value.text("en")

    def test_a_store_with_a_password_is_refused(self, load: Load) -> None:
        (found,) = problems(load, f'[workspace]\nstore = "postgresql://me:{self.SECRET}@db/pm"\n')
        assert "workspace.store holds a password" in found
        assert self.SECRET not in found

    @pytest.mark.parametrize(
        "secret",
        [
            '"keyring"',
            '"env:JIRA_TOKEN"',
            '"file:data/secrets/jira"',
            '"command:[\\"pass\\", \\"jira\\"]"',
            '["pass", "jira"]',
        ],
    )
    def test_a_reference_is_accepted(self, load: Load, secret: str) -> None:
        config = load(f'[connections.jira]\nadapter = "jira"\nbase_url = "https://a.example"\nsecret = {secret}\n')
        assert config.connections["jira"].secret


class TestPeople:
    def test_one_account_or_several_or_an_address(self, load: Load) -> None:
        people = '[engagements.lanhai.people]\n"王工" = ["jira:557058:a1", "w@q.example"]\n"陈工" = "jira:b2"\n'
        config = load(GOOD + people)
        assert config.engagements["lanhai"].people == {"王工": ("jira:557058:a1", "w@q.example"), "陈工": ("jira:b2",)}

    def test_every_fault_of_the_accounts_is_shown_at_once(self, load: Load) -> None:
        people = """
[engagements.lanhai.people]
"王工" = ["trello:w", "jira:", "wang"]
"陈工" = ["jira:b2", "chen@q.example"]
"刘工" = ["JIRA:b2", "jira:B2", "Chen@Q.example", "jira:b2"]
"赵工" = []
"""
        assert problems(load, GOOD + people) == (
            'engagements.lanhai.people.王工[0] "trello" is unknown; known: jira',
            'engagements.lanhai.people.王工[1] "jira:" names no account',
            'engagements.lanhai.people.王工[2] "wang" is neither CONNECTION:ACCOUNT nor an e-mail address',
            'engagements.lanhai.people.刘工[0] "JIRA" is unknown; known: jira',
            'engagements.lanhai.people.刘工[2] "Chen@Q.example" is already 陈工',
            'engagements.lanhai.people.刘工[3] "jira:b2" is already 陈工',
            "engagements.lanhai.people.赵工 names no account",
        )

    def test_a_fault_elsewhere_hides_none_of_them(self, load: Load) -> None:
        people = '[engagements.lanhai.people]\n"王工" = ["trello:w", 7]\n'
        found = problems(load, GOOD.replace('client = "蓝海零售"\n', "") + people)
        assert any(one.startswith("engagements.lanhai.client") for one in found)
        assert any("王工[0]" in one for one in found)
        assert any("王工" in one and "[0]" not in one for one in found)
