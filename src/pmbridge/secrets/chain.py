"""The chain of sources of one connection's secret: reading it, keeping it, changing it, forgetting it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from pydantic import SecretStr

from pmbridge.error_words import system_words
from pmbridge.errors import ConfigError, CredentialMissing
from pmbridge.secrets.keyrings import os_keyring
from pmbridge.secrets.reference import SERVICE, Reference, described, trimmed, variable
from pmbridge.values import Label

_COMMAND_TIMEOUT_S = 30
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Where a secret was put: for the configuration and for people."""

    reference: str
    where: Label


class SecretChain:
    """One connection's secret; an :class:`pmbridge.adapter.SecretSource`.

    Relative paths count from *folder*. The secret is looked for once and kept until :meth:`rotate`.
    """

    def __init__(
        self,
        connection: str,
        reference: str | tuple[str, ...],
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.connection = connection
        self.variable = variable(connection)
        self._folder = folder
        self._env: Mapping[str, str] = os.environ if env is None else env
        self._found: tuple[SecretStr, Label] | None = None
        try:
            self._reference = Reference.parse(reference)
        except ValueError as exc:
            label = exc.args[0]
            raise ConfigError(
                "refused",
                connection=connection,
                detail=f"connections.{connection}.secret {label.en}.",
                detail_zh=f"connections.{connection}.secret {label.zh}。",
                command=f"pmbridge connect {connection}",
            ) from None

    def __repr__(self) -> str:
        return f"SecretChain({self.connection!r})"

    def reveal(self) -> SecretStr:
        """Return the secret.

        Raises:
            CredentialMissing: none was found; lists where it was looked for.
            ConfigError: a named source is broken (``secret-unreadable``) or open to others (``secret-file-open``).
        """
        return self._answer()[0]

    def where(self) -> Label:
        """Return which source answers, for people; never the value. Raises as :meth:`reveal` does."""
        return self._answer()[1]

    @property
    def looked(self) -> Label:
        """Where a secret is looked for, in order, for people."""
        target = described(self._reference, self.connection)
        if self._reference.kind == "keyring" and os_keyring() is None:
            target = Label(en="keyring (none on this machine)", zh="钥匙串（本机没有）")
        return Label(
            en=f"{self.variable}, {self.variable}_FILE, {target.en}",
            zh=f"环境变量 {self.variable}、…_FILE、{target.zh}",
        )

    def rotate(self, new: SecretStr) -> None:
        """Store *new* where the present secret lies.

        Raises:
            ConfigError: it comes from an environment variable or a command, which only a person can change.
        """
        self.require_writable()
        match self._reference.kind:
            case "file":
                self._write(self._path(self._reference.target), new)
            case _:
                self._to_keyring(self._entry(), new)
        self._found = None

    def require_writable(self) -> None:
        """Raise what :meth:`rotate` would raise, before anybody is asked for a new secret."""
        shadow = next((one for one in (self.variable, f"{self.variable}_FILE") if self._env.get(one, "").strip()), None)
        if shadow is None and self._reference.kind in ("file", "keyring"):
            return
        where = Label(en=shadow, zh=shadow) if shadow else described(self._reference, self.connection)
        raise ConfigError(
            "refused",
            connection=self.connection,
            detail=f'The secret of "{self.connection}" comes from {where.en}, which pmbridge cannot change.',
            detail_zh=f"「{self.connection}」的令牌来自 {where.zh}，pmbridge 不能改动它。",
            command=f"pmbridge doctor {self.connection}",
        )

    def save(self, secret: SecretStr, to: Literal["keyring", "file"]) -> Saved:
        """Store the secret of a new connection and return where it is.

        A keyring entry of the same name may belong to another workspace; then another name is taken.

        Raises:
            ConfigError: ``keyring-unavailable``, or the file cannot be written.
        """
        if to == "file":
            written = f"data/secrets/{self.connection}"
            self._write(self._path(written), secret)
            self._reference = Reference(kind="file", target=written)
        else:
            entry = self._free_entry(secret)
            self._to_keyring(entry, secret)
            self._reference = Reference(kind="keyring", target="" if entry == self.connection else entry)
        self._found = None
        reference = self._reference
        written = f"{reference.kind}:{reference.target}" if reference.target else reference.kind
        return Saved(reference=written, where=described(reference, self.connection))

    def forget(self) -> Label | None:
        """Delete the secret where pmbridge itself has put it; return what was deleted, ``None`` for nothing.

        A file outside ``data/secrets``, a variable and a command are somebody else's and stay.
        """
        reference = self._reference
        where = described(reference, self.connection)
        self._found = None
        if reference.kind == "keyring":
            backend = os_keyring()
            if backend is None:
                return None
            with contextlib.suppress(Exception):  # an entry that is not there needs no deleting
                if backend.get_password(SERVICE, self._entry()) is not None:
                    backend.delete_password(SERVICE, self._entry())
                    return where
        if reference.kind == "file":
            path = self._path(reference.target)
            if path.parent == self._folder.absolute() / "data" / "secrets" and path.is_file():
                path.unlink()
                return where
        return None

    # -- reading

    def _answer(self) -> tuple[SecretStr, Label]:
        if self._found is None:
            self._found = self._from_environment() or self._from_reference() or self._missing()
        return self._found

    def _from_environment(self) -> tuple[SecretStr, Label] | None:
        if value := trimmed(self._env.get(self.variable, "")):
            return self._sound(value, Label(en=self.variable, zh=self.variable))
        if path := self._env.get(f"{self.variable}_FILE", "").strip():
            where = Label(en=f"{self.variable}_FILE", zh=f"{self.variable}_FILE")
            return self._sound(self._read(self._path(path), where), where)
        return None

    def _from_reference(self) -> tuple[SecretStr, Label] | None:
        reference, where = self._reference, described(self._reference, self.connection)
        value = ""
        match reference.kind:
            case "env":
                value = trimmed(self._env.get(reference.target, ""))
            case "file":
                path = self._path(reference.target)
                if not path.exists():
                    return None
                value = self._read(path, where)
            case "command":
                value = self._run(reference.argv, where)
            case "keyring":
                value = trimmed(self._ask_keyring() or "")
        return self._sound(value, where) if value else None

    def _missing(self) -> NoReturn:
        looked = self.looked
        raise CredentialMissing(connection=self.connection, looked=looked.en, looked_zh=looked.zh)

    def _sound(self, value: str, where: Label) -> tuple[SecretStr, Label]:
        # A newline in a secret would end a header; it always means that something else was saved.
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
            self._unreadable(where, Label(en="it has more than one line", zh="不止一行"))
        return SecretStr(value), where

    def _read(self, path: Path, where: Label) -> str:
        try:
            with path.open("rb") as file:
                self._require_private(path, os.fstat(file.fileno()).st_mode)
                content = file.read(_MAX_BYTES)
            text = content.decode("utf-8-sig")
        except OSError as exc:
            self._unreadable(where, Label(en=f"{path}: {system_words(exc).en}", zh=f"{path}：{system_words(exc).zh}"))
        except UnicodeDecodeError:
            self._unreadable(where, Label(en=f"{path} is no text", zh=f"{path} 不是文本"))
        if not (value := trimmed(text)):
            self._unreadable(where, Label(en=f"{path} is empty", zh=f"{path} 是空的"))
        return value

    def _require_private(self, path: Path, mode: int) -> None:
        if os.name == "nt" or not mode & (stat.S_IRWXG | stat.S_IRWXO):
            return
        credentials = self._env.get("CREDENTIALS_DIRECTORY")
        # systemd gives its files 0440 and keeps others away with an access list.
        if credentials and path.resolve().is_relative_to(Path(credentials).resolve()):
            return
        raise ConfigError(
            "secret-file-open", connection=self.connection, file=str(path), mode=f"{stat.S_IMODE(mode):04o}"
        )

    def _run(self, argv: tuple[str, ...], where: Label) -> str:
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_COMMAND_TIMEOUT_S,
                cwd=self._folder,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._unreadable(
                where,
                Label(en=f"no answer within {_COMMAND_TIMEOUT_S} seconds", zh=f"{_COMMAND_TIMEOUT_S} 秒内没有结果"),
            )
        except OSError as exc:
            self._unreadable(where, Label(en=system_words(exc).en, zh=system_words(exc).zh))
        if done.returncode:
            self._unreadable(
                where, Label(en=f"it ended with exit code {done.returncode}", zh=f"退出码为 {done.returncode}")
            )
        # Password stores print the password first and notes below it.
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
        if not lines or not (value := trimmed(lines[0])):
            self._unreadable(where, Label(en="it printed nothing", zh="没有输出"))
        return value

    def _ask_keyring(self) -> str | None:
        backend = os_keyring()
        if backend is None:
            return None
        try:
            return backend.get_password(SERVICE, self._entry())
        except Exception as exc:  # noqa: BLE001 - each backend has errors of its own
            kind = type(exc).__name__
            self._unreadable(
                described(self._reference, self.connection),
                Label(
                    en=f"it did not answer ({kind}); other ways are {self.variable}, a file or a command",
                    zh=f"没有应答（{kind}）；也可以用环境变量 {self.variable}、文件或命令",
                ),
            )

    def _unreadable(self, where: Label, detail: Label) -> NoReturn:
        # "from None": a cause could quote what was read.
        raise ConfigError(
            "secret-unreadable",
            connection=self.connection,
            where=where.en,
            where_zh=where.zh,
            detail=detail.en,
            detail_zh=detail.zh,
        ) from None

    # -- writing

    def _entry(self) -> str:
        return self._reference.target or self.connection

    def _free_entry(self, secret: SecretStr) -> str:
        backend = os_keyring()
        taken = None
        if backend is not None:
            with contextlib.suppress(Exception):  # storing it will say what is wrong
                taken = backend.get_password(SERVICE, self.connection)
        if taken in (None, secret.get_secret_value()):
            return self.connection
        folder = self._folder.absolute()
        return f"{self.connection}@{folder.name}-{hashlib.sha256(bytes(folder)).hexdigest()[:6]}"

    def _to_keyring(self, entry: str, secret: SecretStr) -> None:
        backend = os_keyring()
        if backend is not None:
            with contextlib.suppress(Exception):  # refused, locked, too long: the other ways are named below
                backend.set_password(SERVICE, entry, secret.get_secret_value())
                if backend.get_password(SERVICE, entry) == secret.get_secret_value():
                    return
        raise ConfigError("keyring-unavailable", connection=self.connection, variable=self.variable)

    def _path(self, written: str) -> Path:
        return (self._folder / Path(written).expanduser()).absolute()

    def _write(self, path: Path, secret: SecretStr) -> None:
        try:
            for folder in reversed([one for one in path.parents if not one.exists()]):
                folder.mkdir(mode=0o700)
            # A temporary file is born 0600; a rename leaves no moment with half a secret.
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(secret.get_secret_value() + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as exc:
            raise ConfigError(
                "refused",
                connection=self.connection,
                detail=f"{path} cannot be written: {system_words(exc).en}.",
                detail_zh=f"无法写入 {path}：{system_words(exc).zh}。",
                command=f"pmbridge doctor {self.connection}",
            ) from None
