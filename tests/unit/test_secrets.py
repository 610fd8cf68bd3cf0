"""The secret chain: which source answers, what is refused, and that no secret is ever shown."""

from __future__ import annotations

import os
import pickle
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked
from pydantic import SecretStr

from pmbridge.adapter import SecretSource
from pmbridge.errors import ConfigError, CredentialMissing, PmbridgeError
from pmbridge.secrets import Reference, SecretChain, os_keyring, trimmed, variable

SECRET = "s3cr3t-äöü-🔑"
OTHER = "other-secret"


def private(path: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def value(chain: SecretChain) -> str:
    return chain.reveal().get_secret_value()


class Wallet(KeyringBackend):
    """A keyring in memory, which passes for the operating system's."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Prompting(Wallet):
    """A file backend as of keyrings.alt: it would ask for a password on a cron job's standard input."""

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("this backend must never be asked")

    set_password = get_password  # type: ignore[assignment]


def as_os(backend: type[KeyringBackend]) -> KeyringBackend:
    """Return an instance of *backend* that bears the name of the Secret Service's."""
    proven = type("Keyring", (backend,), {"__module__": "keyring.backends.SecretService"})
    made = proven()
    assert isinstance(made, KeyringBackend)
    return made


@pytest.fixture
def wallet() -> Iterator[Wallet]:
    before = keyring.get_keyring()
    made = as_os(Wallet)
    keyring.set_keyring(made)
    assert isinstance(made, Wallet)
    yield made
    keyring.set_keyring(before)


class TestNames:
    def test_hyphens_become_underscores(self) -> None:
        assert variable("jira-eu") == "PMBRIDGE_JIRA_EU_SECRET"

    @pytest.mark.parametrize("pasted", [SECRET, f"  {SECRET}\n", f'"{SECRET}"', f"'{SECRET}' \r\n", f'" {SECRET} "'])
    def test_what_comes_along_when_copying_is_cut_off(self, pasted: str) -> None:
        assert trimmed(pasted) == SECRET

    def test_a_quote_inside_stays(self) -> None:
        assert trimmed("a\"b'") == "a\"b'"

    @pytest.mark.parametrize(
        "literal", [SECRET, "", "env:", "env:a b", "file:", "command:", "command:pass jira", "command:[]", "keyrng", []]
    )
    def test_what_is_no_reference_is_refused_without_being_repeated(self, literal: str) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is checked below
            Reference.parse(literal)
        label = caught.value.args[0]
        assert SECRET not in label.en + label.zh
        with pytest.raises(ConfigError) as refused:
            SecretChain("jira", literal, Path())
        assert refused.value.exit_code == 2
        assert SECRET not in refused.value.text("en") + repr(refused.value) + str(refused.value.facts)

    def test_it_is_what_adapters_ask(self, tmp_path: Path) -> None:
        source: SecretSource = SecretChain("jira", "keyring", tmp_path)
        assert isinstance(source, SecretChain)


class TestOrder:
    """Each source answers only while those before it are silent."""

    @pytest.fixture
    def everywhere(self, tmp_path: Path, wallet: Wallet) -> dict[str, str]:
        private(tmp_path / "from-file-variable", "file variable")
        private(tmp_path / "data" / "secrets" / "jira", "file")
        wallet.entries["pmbridge", "jira"] = "keyring"
        return {
            "PMBRIDGE_JIRA_SECRET": "variable",
            "PMBRIDGE_JIRA_SECRET_FILE": str(tmp_path / "from-file-variable"),
            "JIRA_TOKEN": "named variable",
        }

    def test_the_variable_is_first(self, tmp_path: Path, everywhere: dict[str, str]) -> None:
        chain = SecretChain("jira", "file:data/secrets/jira", tmp_path, env=everywhere)
        assert (value(chain), chain.where().en) == ("variable", "PMBRIDGE_JIRA_SECRET")

    def test_then_the_file_that_a_variable_names(self, tmp_path: Path, everywhere: dict[str, str]) -> None:
        del everywhere["PMBRIDGE_JIRA_SECRET"]
        chain = SecretChain("jira", "keyring", tmp_path, env=everywhere)
        assert (value(chain), chain.where().en) == ("file variable", "PMBRIDGE_JIRA_SECRET_FILE")

    @pytest.mark.parametrize(
        ("reference", "expected", "where"),
        [
            ("env:JIRA_TOKEN", "named variable", "JIRA_TOKEN"),
            ("file:data/secrets/jira", "file", "file data/secrets/jira"),
            ("keyring", "keyring", "keyring (entry pmbridge/jira)"),
        ],
    )
    def test_then_what_the_configuration_names(
        self, tmp_path: Path, everywhere: dict[str, str], reference: str, expected: str, where: str
    ) -> None:
        chain = SecretChain("jira", reference, tmp_path, env={"JIRA_TOKEN": everywhere["JIRA_TOKEN"]})
        assert (value(chain), chain.where().en) == (expected, where)

    def test_an_empty_variable_counts_as_none(self, tmp_path: Path, everywhere: dict[str, str]) -> None:
        chain = SecretChain("jira", "keyring", tmp_path, env={"PMBRIDGE_JIRA_SECRET": " "})
        assert value(chain) == "keyring"

    def test_another_connections_variable_does_not_count(self, tmp_path: Path, everywhere: dict[str, str]) -> None:
        chain = SecretChain("jira-eu", "keyring", tmp_path, env=everywhere)
        with pytest.raises(CredentialMissing):
            chain.reveal()

    def test_the_environment_is_read_when_asked_not_when_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chain = SecretChain("jira", "keyring", tmp_path)
        monkeypatch.setenv("PMBRIDGE_JIRA_SECRET", SECRET)
        assert value(chain) == SECRET

    def test_the_keyring_is_not_touched_while_another_source_answers(
        self, tmp_path: Path, everywhere: dict[str, str], wallet: Wallet
    ) -> None:
        value(SecretChain("jira", "keyring", tmp_path, env=everywhere))
        assert wallet.asked == 0

    def test_a_source_is_asked_once(self, tmp_path: Path, wallet: Wallet) -> None:
        wallet.entries["pmbridge", "jira"] = SECRET
        chain = SecretChain("jira", "keyring", tmp_path, env={})
        assert value(chain) == value(chain) == SECRET
        assert wallet.asked == 1


class TestMissing:
    def test_the_message_names_every_place_in_both_languages(self, tmp_path: Path) -> None:
        with pytest.raises(CredentialMissing) as caught:
            SecretChain("jira", "keyring", tmp_path, env={}).reveal()
        error = caught.value
        assert error.text("en") == (
            'No secret for "jira". Looked in PMBRIDGE_JIRA_SECRET, PMBRIDGE_JIRA_SECRET_FILE, '
            "keyring (none on this machine)."
        )
        assert error.text("zh") == (
            "找不到「jira」的令牌。查过环境变量 PMBRIDGE_JIRA_SECRET、…_FILE、钥匙串（本机没有）。"
        )
        assert error.next_step("en") == "pmbridge connect jira"
        assert error.exit_code == 3

    def test_a_named_variable_or_file_is_named_too(self, tmp_path: Path) -> None:
        for reference in ("env:JIRA_TOKEN", "file:data/secrets/jira"):
            with pytest.raises(CredentialMissing, match=reference.partition(":")[2]):
                SecretChain("jira", reference, tmp_path, env={}).reveal()

    def test_a_keyring_without_the_entry_is_no_keyring_problem(self, tmp_path: Path, wallet: Wallet) -> None:
        with pytest.raises(CredentialMissing, match=r"keyring \(entry pmbridge/jira\)"):
            SecretChain("jira", "keyring", tmp_path, env={}).reveal()


class TestFiles:
    def test_a_relative_path_counts_from_the_workspace(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        private(tmp_path / "ws" / "data" / "secrets" / "jira")
        monkeypatch.chdir(tmp_path)
        assert value(SecretChain("jira", "file:data/secrets/jira", tmp_path / "ws", env={})) == SECRET

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666])
    def test_a_file_open_to_others_is_refused(self, tmp_path: Path, mode: int) -> None:
        file = private(tmp_path / "jira", mode=mode)
        with pytest.raises(ConfigError) as caught:
            SecretChain("jira", f"file:{file}", tmp_path, env={}).reveal()
        assert caught.value.name == "secret-file-open"
        assert caught.value.text("en") == f"{file} can be read by other users (mode {mode:04o})."
        assert caught.value.next_step("zh") == f"chmod 600 {file}"

    @pytest.mark.parametrize("mode", [0o600, 0o400])
    def test_a_file_of_its_owner_is_read(self, tmp_path: Path, mode: int) -> None:
        file = private(tmp_path / "jira", mode=mode)
        assert value(SecretChain("jira", f"file:{file}", tmp_path, env={})) == SECRET

    def test_systemd_credentials_are_exempt(self, tmp_path: Path) -> None:
        file = private(tmp_path / "credentials" / "jira", mode=0o440)
        env = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials"), "PMBRIDGE_JIRA_SECRET_FILE": str(file)}
        assert value(SecretChain("jira", "keyring", tmp_path, env=env)) == SECRET

    def test_a_file_beside_the_credentials_is_not(self, tmp_path: Path) -> None:
        file = private(tmp_path / "jira", mode=0o440)
        (tmp_path / "credentials").mkdir()
        dodge = tmp_path / "credentials" / ".." / "jira"
        env = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials"), "PMBRIDGE_JIRA_SECRET_FILE": str(dodge)}
        with pytest.raises(ConfigError, match="0440"):
            SecretChain("jira", "keyring", tmp_path, env=env).reveal()
        assert file.exists()

    def test_a_variable_that_names_a_missing_file_is_an_error_and_nothing_else_is_tried(
        self, tmp_path: Path, wallet: Wallet
    ) -> None:
        wallet.entries["pmbridge", "jira"] = SECRET
        env = {"PMBRIDGE_JIRA_SECRET_FILE": str(tmp_path / "nothing")}
        with pytest.raises(ConfigError) as caught:
            SecretChain("jira", "keyring", tmp_path, env=env).reveal()
        assert caught.value.name == "secret-unreadable"
        assert "PMBRIDGE_JIRA_SECRET_FILE" in caught.value.text("en")

    @pytest.mark.parametrize(
        ("content", "why"),
        [(b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "is no text"), (b"a\nb", "more than one line")],
    )
    def test_a_file_that_cannot_be_a_secret_is_refused(self, tmp_path: Path, content: bytes, why: str) -> None:
        file = private(tmp_path / "jira")
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=why):
            SecretChain("jira", f"file:{file}", tmp_path, env={}).reveal()


class TestCommands:
    def chain(self, tmp_path: Path, script: str) -> SecretChain:
        return SecretChain("jira", (sys.executable, "-c", script), tmp_path, env={})

    def test_the_first_line_of_its_output_is_the_secret(self, tmp_path: Path) -> None:
        chain = self.chain(tmp_path, f"print({SECRET!r}); print('user: wang')")
        assert value(chain) == SECRET
        assert chain.where().en == f"command {sys.executable}"

    def test_a_json_list_in_the_file_is_the_same(self, tmp_path: Path) -> None:
        written = f'command:["{sys.executable}", "-c", "print(12345)"]'
        assert value(SecretChain("jira", written, tmp_path, env={})) == "12345"

    def test_no_shell_reads_it(self, tmp_path: Path) -> None:
        chain = SecretChain(
            "jira", (sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME; echo x"), tmp_path, env={}
        )
        assert value(chain) == "$HOME; echo x"

    def test_it_gets_no_standard_input_and_runs_in_the_workspace(self, tmp_path: Path) -> None:
        chain = self.chain(tmp_path, "import os, sys; assert sys.stdin.read() == ''; print(os.getcwd())")
        assert value(chain) == str(tmp_path)

    @pytest.mark.parametrize(
        ("script", "why"),
        [
            (f"import sys; print({SECRET!r}); sys.stderr.write({SECRET!r}); sys.exit(3)", "it ended with exit code 3"),
            ("pass", "it printed nothing"),
        ],
    )
    def test_a_failure_says_why_without_what_was_printed(self, tmp_path: Path, script: str, why: str) -> None:
        with pytest.raises(ConfigError, match=why) as caught:
            self.chain(tmp_path, script).reveal()
        assert SECRET not in str(caught.value) + repr(caught.value) + str(caught.value.facts)
        assert caught.value.__cause__ is None

    def test_a_program_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="No such file"):
            SecretChain("jira", ("no-such-program-anywhere",), tmp_path, env={}).reveal()

    def test_one_that_hangs_is_ended(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pmbridge.secrets.chain._COMMAND_TIMEOUT_S", 0.2)
        with pytest.raises(ConfigError, match="no answer within"):
            self.chain(tmp_path, "input_ = __import__('threading').Event().wait()").reveal()


class TestKeyrings:
    def test_the_backends_that_lose_or_refuse_count_as_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from keyring.backends import fail, null

        for made in (fail.Keyring, null.Keyring, Wallet, Prompting):
            backend: object = made()
            monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
            assert os_keyring() is None

    def test_of_a_chain_only_the_proven_member_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        proven = as_os(Wallet)
        chain = ChainerBackend()  # type: ignore[no-untyped-call]
        monkeypatch.setattr(ChainerBackend, "backends", [Prompting(), proven])
        monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
        assert os_keyring() is proven

    def test_a_chain_of_file_backends_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ChainerBackend, "backends", [Prompting(), Prompting()])
        monkeypatch.setattr(keyring, "get_keyring", ChainerBackend)
        assert os_keyring() is None

    @pytest.mark.parametrize("error", [ModuleNotFoundError("no such backend"), RuntimeError("dbus-launch failed")])
    def test_a_broken_set_up_is_none_and_no_error(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def get_keyring() -> KeyringBackend:
            raise error

        monkeypatch.setattr(keyring, "get_keyring", get_keyring)
        assert os_keyring() is None

    def test_a_locked_one_names_the_other_ways(
        self, tmp_path: Path, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: str) -> str:
            raise KeyringLocked(f"the prompt was dismissed: {SECRET}")

        monkeypatch.setattr(wallet, "get_password", locked)
        with pytest.raises(ConfigError) as caught:
            SecretChain("jira", "keyring", tmp_path, env={}).reveal()
        text = caught.value.text("en")
        assert "KeyringLocked" in text
        assert "PMBRIDGE_JIRA_SECRET, a file or a command" in text
        assert SECRET not in text


class TestKeeping:
    def test_in_the_keyring(self, tmp_path: Path, wallet: Wallet) -> None:
        chain = SecretChain("jira", "keyring", tmp_path, env={})
        saved = chain.save(SecretStr(SECRET), "keyring")
        assert saved.reference == "keyring"
        assert saved.where.zh == "本机钥匙串（条目 pmbridge/jira）"
        assert wallet.entries == {("pmbridge", "jira"): SECRET}
        assert value(SecretChain("jira", saved.reference, tmp_path, env={})) == SECRET

    def test_an_entry_of_another_workspace_is_not_overwritten(self, tmp_path: Path, wallet: Wallet) -> None:
        wallet.entries["pmbridge", "jira"] = OTHER
        saved = SecretChain("jira", "keyring", tmp_path, env={}).save(SecretStr(SECRET), "keyring")
        assert saved.reference.startswith(f"keyring:jira@{tmp_path.name}-")
        assert wallet.entries["pmbridge", "jira"] == OTHER
        assert value(SecretChain("jira", saved.reference, tmp_path, env={})) == SECRET

    def test_a_keyring_that_drops_what_it_is_given_is_found_out(
        self, tmp_path: Path, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wallet, "set_password", lambda *_: None)
        with pytest.raises(ConfigError) as caught:
            SecretChain("jira", "keyring", tmp_path, env={}).save(SecretStr(SECRET), "keyring")
        assert caught.value.name == "keyring-unavailable"

    def test_without_a_keyring_the_other_ways_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="PMBRIDGE_JIRA_SECRET"):
            SecretChain("jira", "keyring", tmp_path, env={}).save(SecretStr(SECRET), "keyring")

    def test_in_a_file_that_only_its_owner_can_read(self, tmp_path: Path) -> None:
        chain = SecretChain("jira", "keyring", tmp_path / "ws", env={})
        (tmp_path / "ws").mkdir()
        old_umask = os.umask(0)
        try:
            saved = chain.save(SecretStr(SECRET), "file")
        finally:
            os.umask(old_umask)
        file = tmp_path / "ws" / "data" / "secrets" / "jira"
        assert saved.reference == "file:data/secrets/jira"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o700
        assert value(chain) == SECRET

    @pytest.mark.parametrize("to", ["file", "keyring"])
    def test_a_new_secret_takes_the_place_of_the_old_one(self, tmp_path: Path, wallet: Wallet, to: str) -> None:
        chain = SecretChain("jira", "keyring", tmp_path, env={})
        chain.save(SecretStr(OTHER), "file" if to == "file" else "keyring")
        assert value(chain) == OTHER
        chain.rotate(SecretStr(SECRET))
        assert value(chain) == SECRET

    @pytest.mark.parametrize(
        ("reference", "env"),
        [
            ("env:JIRA_TOKEN", {"JIRA_TOKEN": OTHER}),
            (("true",), {}),
            ("keyring", {"PMBRIDGE_JIRA_SECRET": OTHER}),
            ("keyring", {"PMBRIDGE_JIRA_SECRET_FILE": "somewhere"}),
        ],
    )
    def test_what_only_a_person_can_change_is_not_rotated(
        self, tmp_path: Path, wallet: Wallet, reference: str, env: dict[str, str]
    ) -> None:
        chain = SecretChain("jira", reference, tmp_path, env=env)
        with pytest.raises(ConfigError, match="pmbridge cannot change"):
            chain.rotate(SecretStr(SECRET))
        assert wallet.entries == {}

    def test_a_place_that_cannot_be_written_is_no_bug_of_ours(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()
        with pytest.raises(ConfigError, match="cannot be written: Not a directory") as caught:
            SecretChain("jira", "keyring", tmp_path, env={}).save(SecretStr(SECRET), "file")
        assert SECRET not in str(caught.value) + repr(caught.value)


class TestForgetting:
    def test_what_pmbridge_has_kept_goes(self, tmp_path: Path, wallet: Wallet) -> None:
        for to in ("file", "keyring"):
            chain = SecretChain("jira", "keyring", tmp_path, env={})
            chain.save(SecretStr(SECRET), "file" if to == "file" else "keyring")
            assert chain.forget() is not None
            with pytest.raises(CredentialMissing):
                chain.reveal()
            assert chain.forget() is None

    def test_a_file_of_yours_stays(self, tmp_path: Path) -> None:
        file = private(tmp_path / "my-token")
        assert SecretChain("jira", f"file:{file}", tmp_path, env={}).forget() is None
        assert file.exists()


def test_nothing_that_can_be_printed_holds_the_secret(tmp_path: Path) -> None:
    chain = SecretChain("jira", "keyring", tmp_path, env={"PMBRIDGE_JIRA_SECRET": SECRET})
    chain.reveal()
    shown = f"{chain!r} {chain} {chain.where()} {chain.looked} {chain.reveal()!r} {chain.reveal()}"
    assert SECRET not in shown


def test_its_errors_survive_another_process(tmp_path: Path) -> None:
    with pytest.raises(PmbridgeError) as caught:
        SecretChain("jira", "keyring", tmp_path, env={}).reveal()
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.text("zh") == caught.value.text("zh")


def test_the_proven_names_are_those_of_the_installed_package() -> None:
    """A rename in keyring would silently turn every desktop into a server."""
    from pmbridge.secrets import keyrings

    backends = Path(keyring.__file__).parent / "backends"
    for module, name in keyrings.PROVEN:
        place = backends / module.rpartition(".")[2]
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        assert f"class {name}(" in file.read_text(encoding="utf-8")
