"""Connecting a tool: what is asked, what is refused, what is written, and that the secret shows nowhere."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pmbridge.adapter.registry import available
from pmbridge.testing.faults import Fault, FaultPlan
from pmbridge_jira.sandbox import JiraSandbox
from tests.e2e.desk import Desk, a_jira

KNOWN = [plugin.name for plugin in available()]


@pytest.fixture
def desk(
    tmp_path: Path, pmbridge_bin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return Desk(folder=tmp_path / "pm", command=pmbridge_bin, patch=monkeypatch, capture=capsys)


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSandbox]:
    with a_jira() as sandbox:
        yield sandbox


def gateway(jira: JiraSandbox) -> tuple[str, str]:
    """A refused token is tried at Atlassian's gateway too; here that is the sandbox."""
    return "--set", f"gateway_url={jira.url}"


def secret_of(jira: JiraSandbox) -> str:
    return jira.secret().get_secret_value()


def connection(desk: Desk, name: str = "jira") -> dict[str, object]:
    found = tomllib.loads(desk.config)["connections"][name]
    assert isinstance(found, dict)
    return found


def test_the_first_session_at_a_terminal(desk: Desk, jira: JiraSandbox) -> None:
    with desk.sit_down("connect", "jira") as terminal:
        terminal.answer("Jira 地址（浏览器地址栏里的）？", f"{jira.url}/jira/projects")
        terminal.answer("登录邮箱？", "wang@qingchuan.example")
        terminal.answer("粘贴令牌（粘贴时不显示，属正常）", f"  {secret_of(jira)} ")
        terminal.answer("令牌到期日（创建时页面上显示的；到期前 14 天提醒）？", "2027-06-01")
        terminal.answer("令牌保存到哪里？\n  1 文件 data/secrets/jira（仅本用户可读）[默认]\n  2 不保存")
        assert terminal.end() == 0
        lines = terminal.screen.splitlines()
    assert lines[0] == "在此文件夹新建工作区：pmbridge.toml、data/、reports/"
    assert re.fullmatch(rf"  → {jira.url} \(Jira Cloud\) +只会与这个地址通信", lines[2])
    assert "API 令牌：打开 https://id.atlassian.com/manage-profile/security/api-tokens" in lines
    received = lines.index(f"  已收到 {len(secret_of(jira))} 个字符。正在验证 … ")
    assert lines[received + 1] == "  您是「王工」（wang@qingchuan.example），可见项目 1 个"
    assert "已保存：令牌 → 文件 data/secrets/jira；其余 → pmbridge.toml。模式：只读。" in lines
    assert lines[-1] == "下一步：pmbridge engagement add"
    assert secret_of(jira) not in terminal.screen
    assert connection(desk) == {
        "adapter": "jira",
        "base_url": jira.url,
        "deployment": "cloud",
        "user": "wang@qingchuan.example",
        "secret": "file:data/secrets/jira",
        "secret_expires_on": date(2027, 6, 1),
        "read_only": True,
    }
    assert tomllib.loads(desk.config)["workspace"] == {
        "store": "sqlite:///data/pmbridge.db",
        "language": "zh-CN",
        "timezone": "Asia/Shanghai",
        "user": "王工",
        "email": "wang@qingchuan.example",
    }


def test_enter_takes_a_year_for_the_date_and_the_second_way_keeps_nothing(desk: Desk, jira: JiraSandbox) -> None:
    with desk.sit_down("connect", "jira", env={"PMBRIDGE_LANG": "en"}) as terminal:
        terminal.answer("Jira address (as in the browser's address bar)?", jira.url)
        terminal.answer("E-mail address you log in with?", "wang@qingchuan.example")
        terminal.answer("Paste the token", secret_of(jira))
        terminal.answer("When does the token expire")
        terminal.answer("Where is the secret kept?", "2")
        assert terminal.end() == 0
        assert 'you are "王工" (wang@qingchuan.example), 1 project visible' in terminal.screen
        assert (
            "Saved: secret → not kept; comes from PMBRIDGE_JIRA_SECRET; the rest →\npmbridge.toml.\nMode: read-only."
            in terminal.screen
        )
    assert connection(desk)["secret"] == "env:PMBRIDGE_JIRA_SECRET"
    assert str(connection(desk)["secret_expires_on"]) > "2026-12-31", "a year from the day of the test"
    assert desk.files() == [".gitignore", "pmbridge.toml"]


def test_a_wrong_answer_is_said_and_asked_again(desk: Desk, jira: JiraSandbox) -> None:
    with desk.sit_down("connect", "jira", "--user", "wang@qingchuan.example", *gateway(jira)) as terminal:
        terminal.answer("Jira 地址", "http://jira.example")
        terminal.answer("会以明文发送令牌", "not an address")
        terminal.answer("不是", "")
        terminal.answer("需要一个答案", jira.url)
        terminal.answer("粘贴令牌", "")
        terminal.answer("没有收到内容。", "wrong")
        terminal.answer(
            "Jira 不接受「jira」的令牌（401，wang@qingchuan.example）：写错、过期或已撤销。", secret_of(jira)
        )
        terminal.answer("令牌到期日", "soon")
        terminal.answer("请写日期", "never")
        terminal.answer("令牌保存到哪里？", "3")
        terminal.answer("请回答 1 到 2 的数字。", "1")
        assert terminal.end() == 0
    assert "secret_expires_on" not in connection(desk)


def test_after_three_wrong_tokens_it_gives_up_before_an_account_is_locked(desk: Desk, jira: JiraSandbox) -> None:
    with desk.sit_down(
        "connect", "jira", "--url", jira.url, "--user", "wang@qingchuan.example", *gateway(jira)
    ) as terminal:
        for _ in range(3):
            terminal.answer("粘贴令牌", "wrong")
        assert terminal.end() == 3
        assert "[credential-refused]" in terminal.screen
    assert desk.files() == []


def test_ctrl_c_leaves_nothing_behind(desk: Desk, jira: JiraSandbox) -> None:
    with desk.sit_down("connect", "jira") as terminal:
        terminal.wait_for("Jira 地址")
        terminal.press_ctrl_c()
        assert terminal.end() == 130
        assert "已停止，未写入任何内容。" in terminal.screen
    assert desk.files() == []


def test_a_script_gives_everything_by_options_and_stdin(desk: Desk, jira: JiraSandbox) -> None:
    done = desk.connect(jira, "--expires", "2027-01-31", "--json")
    assert done.code == 0, done.talk
    assert json.loads(done.out) == {
        "schema": "pmbridge.connect/1",
        "connection": "jira",
        "adapter": "jira",
        "base_url": jira.url,
        "account": "王工",
        "projects": 1,
        "secret": "文件 data/secrets/jira",
        "secret_expires_on": "2027-01-31",
        "read_only": True,
        "next": "pmbridge engagement add",
    }
    assert secret_of(jira) not in done.out + done.talk + desk.config
    for name in desk.files():
        assert stat.S_IMODE((desk.folder / name).stat().st_mode) == 0o600, name
    assert (desk.folder / ".gitignore").read_text() == "data/\nreports/\n"


@pytest.mark.parametrize(
    ("args", "questions", "options"),
    [
        ((), "「Jira 地址（浏览器地址栏里的）？」、「粘贴令牌」", "--url 地址 --secret-stdin"),
        (("--url", "{url}"), "「登录邮箱？」、「粘贴令牌」", "--user 用户名 --secret-stdin"),
        (("--url", "{url}", "--user", "w@q.example"), "「粘贴令牌」", "--secret-stdin"),
    ],
)
def test_without_a_terminal_all_that_is_missing_is_named_at_once(
    desk: Desk, jira: JiraSandbox, args: tuple[str, ...], questions: str, options: str
) -> None:
    for yes in ([], ["--yes"]):
        done = desk.run("connect", "jira", *(one.format(url=jira.url) for one in args), *yes)
        assert done.code == 2
        assert f"错误：{questions}需要回答，但没有终端。\n下一步：加 {options}\n" in done.talk
        assert desk.files() == []


def test_a_secret_that_is_known_is_not_asked_for(desk: Desk) -> None:
    done = desk.run("connect", "jira", env={"PMBRIDGE_JIRA_SECRET": "x", "PMBRIDGE_LANG": "en"})
    assert "no terminal.\nNext: add --url ADDRESS\n" in done.talk


def test_a_question_with_a_default_does_not_hide_those_behind_it(desk: Desk) -> None:
    done = desk.run("connect", "pingcode", env={"PMBRIDGE_LANG": "en"})
    assert done.code == 2
    assert 'Error: "Address?", "client_id?", "Paste the secret" need an answer and there is no terminal.' in done.talk
    assert "Next: add --url ADDRESS --set client_id=VALUE --secret-stdin\n" in done.talk


def test_an_empty_stdin_is_no_secret(desk: Desk, jira: JiraSandbox) -> None:
    done = desk.run("connect", "jira", "--url", jira.url, "--user", "w@q.example", "--secret-stdin")
    assert done.code == 2
    assert "标准输入中没有内容" in done.talk


def test_a_secret_in_the_environment_is_used_and_stays_there(desk: Desk, jira: JiraSandbox) -> None:
    env = {"PMBRIDGE_JIRA_SECRET": secret_of(jira)}
    done = desk.run("connect", "jira", "--url", jira.url, "--user", "wang@qingchuan.example", env=env)
    assert done.code == 0, done.talk
    assert connection(desk)["secret"] == "env:PMBRIDGE_JIRA_SECRET"
    assert desk.files() == [".gitignore", "pmbridge.toml"]


def test_the_systems_keyring_is_the_first_choice(desk: Desk, jira: JiraSandbox) -> None:
    class Wallet:
        entries: dict[tuple[str, str], str] = {}  # noqa: RUF012 - one for the test

        def get_password(self, service: str, user: str) -> str | None:
            return self.entries.get((service, user))

        def set_password(self, service: str, user: str, password: str) -> None:
            self.entries[service, user] = password

    for place in ("pmbridge.secrets", "pmbridge.secrets.chain"):
        desk.patch.setattr(f"{place}.os_keyring", Wallet)
    done = desk.connect(jira)
    assert "已保存：令牌 → 本机钥匙串（条目 pmbridge/jira）；其余 → pmbridge.toml。\n模式：只读。" in done.out
    assert connection(desk)["secret"] == "keyring"
    assert Wallet.entries == {("pmbridge", "jira"): secret_of(jira)}
    assert desk.files() == [".gitignore", "pmbridge.toml"]


def test_a_keyring_that_is_asked_for_and_not_there_is_an_error(desk: Desk, jira: JiraSandbox) -> None:
    done = desk.connect(jira, "--keep", "keyring")
    assert done.code == 2
    assert "[keyring-unavailable]" in done.talk
    assert "connections" not in tomllib.loads(desk.config)


def test_a_token_with_scopes_goes_through_the_gateway(desk: Desk) -> None:
    with a_jira(auth="scoped") as jira:
        done = desk.connect(jira)
        assert done.code == 0, done.talk
        assert "这是带范围的令牌，改走 Atlassian 网关。" in done.talk
        assert connection(desk)["cloud_id"] == jira.settings()["cloud_id"]


def test_data_center_asks_for_no_address_of_a_person(desk: Desk) -> None:
    with a_jira(deployment="server", context="/jira") as jira:
        with desk.sit_down("connect", "jira") as terminal:
            terminal.answer("Jira 地址", f"{jira.url}/jira/browse/MALL-12")
            shown = terminal.answer("粘贴令牌", secret_of(jira))
            terminal.answer("令牌到期日", "never")
            terminal.answer("令牌保存到哪里？")
            assert terminal.end() == 0
        assert "头像 → Profile → Personal Access Tokens → Create token（Jira 8.14 及以上）" in shown
        assert f"  → {jira.url}/jira (Jira Data Center)" in shown
        assert "邮箱" not in terminal.screen
        assert connection(desk)["base_url"] == f"{jira.url}/jira"


def test_data_center_with_a_password(desk: Desk) -> None:
    with a_jira(deployment="server", auth="basic") as jira:
        done = desk.connect(jira)
        assert done.code == 0, done.talk
        assert connection(desk)["user"] == jira.settings()["user"]


def test_a_wrong_token_from_a_script_ends_at_once(desk: Desk, jira: JiraSandbox) -> None:
    done = desk.run(
        "connect",
        "jira",
        "--url",
        jira.url,
        "--user",
        "wang@qingchuan.example",
        *gateway(jira),
        "--secret-stdin",
        stdin="wrong",
    )
    assert done.code == 3
    assert "[credential-refused]" in done.talk
    assert "pmbridge connect jira" in done.talk
    assert desk.files() == []


@pytest.mark.parametrize(
    ("fault", "code", "name"),
    [("html", 75, "not-json"), ("lost_before", 75, "unreachable"), ("anonymous", 3, "credential-refused")],
)
def test_what_is_no_answer_is_told_apart_and_nothing_is_written(desk: Desk, fault: str, code: int, name: str) -> None:
    desk.patch.setattr("pmbridge.clock.SystemClock.sleep", lambda *_: None)  # the waits between attempts
    plan = FaultPlan(Fault(call="GET /rest/api/3/myself", what=fault, times=None))  # type: ignore[arg-type]
    with a_jira(plan) as jira:
        done = desk.connect(jira)
    assert (done.code, desk.files()) == (code, []), done.talk
    assert f"[{name}]" in done.talk
    assert secret_of(jira) not in done.talk


class TestRenewing:
    @pytest.fixture(autouse=True)
    def connected(self, desk: Desk, jira: JiraSandbox) -> None:
        assert desk.connect(jira, "--expires", "2026-12-31").code == 0

    def test_only_the_secret_is_asked_and_only_it_changes(self, desk: Desk, jira: JiraSandbox) -> None:
        (desk.folder / "data" / "secrets" / "jira").write_text("an old one")
        before = desk.config
        with desk.sit_down("connect", "jira") as terminal:
            terminal.answer("粘贴令牌", secret_of(jira))
            terminal.answer("令牌到期日", "2027-12-31")
            assert terminal.end() == 0
            assert "已更换：令牌 → 文件 data/secrets/jira。模式：只读。" in terminal.screen
            assert "邮箱" not in terminal.screen
        assert (desk.folder / "data" / "secrets" / "jira").read_text() == f"{secret_of(jira)}\n"
        assert desk.config == before.replace("2026-12-31", "2027-12-31")

    def test_a_wrong_one_leaves_the_old_one(self, desk: Desk, jira: JiraSandbox) -> None:
        before = desk.config
        done = desk.run("connect", "jira", "--secret-stdin", stdin="wrong")
        assert done.code == 3
        assert desk.config == before
        assert (desk.folder / "data" / "secrets" / "jira").read_text() == f"{secret_of(jira)}\n"

    def test_a_secret_that_a_variable_gives_is_changed_where_it_is(self, desk: Desk, jira: JiraSandbox) -> None:
        env = {"PMBRIDGE_JIRA_SECRET": secret_of(jira)}
        done = desk.run("connect", "jira", "--secret-stdin", stdin="anything", env=env)
        assert done.code == 2
        assert "「jira」的令牌来自 PMBRIDGE_JIRA_SECRET，pmbridge 不能改动它" in done.talk

    def test_writing_is_allowed_without_a_new_secret(self, desk: Desk) -> None:
        before = desk.config
        done = desk.run("connect", "jira", "--write")
        assert done.code == 0, done.talk
        assert "模式：可写。" in done.out
        assert connection(desk) == {**tomllib.loads(before)["connections"]["jira"], "read_only": False}

    def test_a_second_account_has_its_own_name_and_secret(self, desk: Desk, jira: JiraSandbox) -> None:
        done = desk.connect(jira, "--name", "jira-eu")
        assert done.code == 0, done.talk
        assert connection(desk, "jira-eu")["secret"] == "file:data/secrets/jira-eu"
        assert connection(desk)["secret"] == "file:data/secrets/jira"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("connect", "jirra"), f"没有名为「jirra」的适配器，可用：{', '.join(KNOWN)}。"),
        (("connect", "jira", "--name", "Jira EU"), "--name：小写字母开头"),
        (("connect", "jira", "--set", "nonsense"), "--set：写成 键=值"),
        (("connect", "jira", "--set", "secret=abc"), "--set：写成 键=值"),
    ],
)
def test_a_mistake_in_the_command_is_said_before_anything_is_asked(
    desk: Desk, args: tuple[str, ...], said: str
) -> None:
    done = desk.run(*args)
    assert done.code == 2
    assert said in done.talk
    assert desk.files() == []


def test_a_setting_that_does_not_exist_is_named_with_the_right_one(desk: Desk, jira: JiraSandbox) -> None:
    done = desk.connect(jira, "--set", "max_vanihs=0.5")
    assert done.code == 2
    assert "connections.jira.max_vanihs 不认识，是不是 max_vanish?" in done.talk


def test_a_configuration_with_faults_is_left_alone(desk: Desk, jira: JiraSandbox) -> None:
    (desk.folder / "pmbridge.toml").write_text('[workspace]\nstoer = "x"\n')
    done = desk.connect(jira)
    assert done.code == 2
    assert "workspace.stoer 不认识" in done.talk
    assert desk.config == '[workspace]\nstoer = "x"\n'


def test_a_workspace_elsewhere_is_named_in_the_next_step(desk: Desk, jira: JiraSandbox, tmp_path: Path) -> None:
    elsewhere = tmp_path / "srv"
    done = desk.connect(jira, "--config", str(elsewhere))
    assert done.out.endswith(f"下一步：pmbridge --config {elsewhere} engagement add\n")
    assert (elsewhere / "pmbridge.toml").is_file()
    assert desk.files() == []


class TestDisconnect:
    def test_the_secret_and_an_unused_connection_go(self, desk: Desk, jira: JiraSandbox) -> None:
        desk.connect(jira)
        done = desk.run("disconnect", "jira", "--yes")
        assert done.code == 0
        assert done.out == "已删除：文件 data/secrets/jira。已读数据保留。\n"
        assert "jira" not in tomllib.loads(desk.config).get("connections", {})
        assert desk.files() == [".gitignore", "pmbridge.toml"]

    def test_one_that_an_engagement_reads_stays_in_the_file(self, desk: Desk, jira: JiraSandbox) -> None:
        desk.connect(jira)
        with (desk.folder / "pmbridge.toml").open("a", encoding="utf-8") as file:
            file.write('\n[engagements.lanhai]\nclient = "x"\nname = "y"\n')
            file.write('[[engagements.lanhai.sources]]\nconnection = "jira"\nproject = "MALL"\n')
        done = desk.run("disconnect", "jira", "--yes")
        assert "[connections.jira] 保留，因为 lanhai 还在使用" in done.out
        assert done.out.endswith("下一步：pmbridge connect jira\n")
        assert connection(desk)["adapter"] == "jira"
        assert not (desk.folder / "data" / "secrets" / "jira").exists()

    def test_it_asks_first(self, desk: Desk, jira: JiraSandbox) -> None:
        desk.connect(jira)
        assert desk.run("disconnect", "jira").code == 2
        with desk.sit_down("disconnect", "jira") as terminal:
            terminal.answer("删除「jira」的令牌？ [y/N]")
            assert terminal.end() == 0
        assert (desk.folder / "data" / "secrets" / "jira").exists()

    def test_a_connection_that_is_not_there(self, desk: Desk, jira: JiraSandbox) -> None:
        desk.connect(jira)
        done = desk.run("disconnect", "jria", "--yes")
        assert done.code == 1
        assert "没有 jria" in done.talk


class TestInit:
    def test_an_empty_workspace(self, desk: Desk) -> None:
        done = desk.run("init", "client-a")
        assert done.code == 0
        assert done.out == (
            f"在 {desk.folder / 'client-a'} 新建工作区：pmbridge.toml、data/、reports/、.gitignore\n"
            f"下一步：pmbridge --config client-a connect {'|'.join(KNOWN)}\n"
        )
        assert 'language = "zh-CN"' in (desk.folder / "client-a" / "pmbridge.toml").read_text(encoding="utf-8")

    def test_one_that_is_there_is_left_as_it_is(self, desk: Desk) -> None:
        desk.run("init")
        before = desk.config
        done = desk.run("init", "--json", env={"PMBRIDGE_LANG": "en"})
        assert (done.code, json.loads(done.out)["made"]) == (0, [])
        assert "已存在，未改动。" in desk.run("init").out
        assert desk.config == before
