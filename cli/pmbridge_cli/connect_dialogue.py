"""The dialogue of `pmbridge connect`: ask, try, keep, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pmbridge_cli.ask import Ask, Offer, Unfit, misfit
from pmbridge_cli.context import App
from pmbridge_cli.init import in_folder
from pmbridge_cli.layout import filled, spread, visible, width, wrapped
from pmbridge_cli.place import Place
from pmbridge_cli.words import Both, counted, same

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pmbridge.adapter import Adapter, Question
    from pmbridge.config import Connecting, Trial
    from pmbridge.secrets import SecretChain

NEW_WORKSPACE = Both(
    "New workspace in this folder: pmbridge.toml, data/, reports/",
    "在此文件夹新建工作区：pmbridge.toml、data/、reports/",
)
ONLY_THERE = Both("only this address is talked to", "只会与这个地址通信")
TRYING = Both("Trying it … ", "正在验证 … ")
WHO = Both('you are "{name}"{user}, {projects} visible', "您是「{name}」{user}，可见项目 {projects}")
EXPIRES = Both(
    "When does the token expire (the page showed it; you are reminded 14 days before)?",
    "令牌到期日（创建时页面上显示的；到期前 14 天提醒）？",
)
NO_DATE = Both("Write a date as 2027-06-01, or never.", "请写日期，如 2027-06-01；永不过期写 never。")
KEEP_WHERE = Both("Where is the secret kept?", "令牌保存到哪里？")
SAVED = Both("Saved: secret → {where}; the rest → {file}.", "已保存：令牌 → {where}；其余 → {file}。")
RENEWED = Both("Renewed: secret → {where}.", "已更换：令牌 → {where}。")
MODE = Both(" Mode: {mode}.", "模式：{mode}。")
READ_ONLY, WRITABLE = Both("read-only", "只读"), Both("read and write", "可写")
READS_ONLY = Both(
    "This secret may only read; --write needs one that may write.", "这个令牌只能读；--write 需要可写的令牌。"
)
UNCHANGED = Both("unchanged", "不变")
ASK_SECRET = Both("Paste the secret (it stays hidden, that is normal)", "粘贴令牌（粘贴时不显示，属正常）")

_MOST_TRIES = 3
_DEPLOYMENTS = {"cloud": "Cloud", "server": "Data Center"}
_OPTIONS = {
    "base_url": Both("--url ADDRESS", "--url 地址"),
    "user": Both("--user NAME", "--user 用户名"),
    "secret": same("--secret-stdin"),
}
NOT_GIVEN = ("adapter", "secret", "secret_expires_on", "read_only")
KEEPERS = ("keyring", "file", "env")


class Dialogue:
    """One run of `connect`."""

    def __init__(self, app: App, place: Place, ask: Ask, expires: str | None, *, write: bool) -> None:
        self.app, self.place, self.ask, self.write = app, place, ask, write
        self.expires = expires

    def add(
        self,
        adapter: type[Adapter[Any]],
        name: str,
        given: Mapping[str, object],
        piped: SecretStr | None,
        keep: str | None,
    ) -> None:
        """Ask, try, save: a new connection."""
        from pmbridge.config import Connecting, Noted, make_workspace

        if self.place.config is None:
            self.app.out.talk(NEW_WORKSPACE)
        known = piped or self._from_environment(name)
        asked = {**given, "read_only": not self.write}
        with Connecting(adapter, name, given=asked, file=self.place.file) as connecting:
            question = self._asked(connecting, known)
            trial = self._tried(connecting, question, known)
        expires_on = self._expires_on(trial)
        file = self.place.edit(self.app)
        if self.place.config is None:
            make_workspace(file)
        reference, where = self._kept(
            name, trial.secret, from_environment=known is not None and piped is None, keep=keep
        )
        table: dict[str, object] = {**trial.settings, "secret": reference, "secret_expires_on": expires_on}
        table["read_only"] = Noted(
            value=not self.write, note="" if self.write else f"until pmbridge connect {name} --write"
        )
        file.put(("connections", name), {key: value for key, value in table.items() if value is not None})
        if not file.get("workspace", "user"):
            file.set(("workspace", "user"), visible(trial.account.name))
            login = trial.settings.get("user")
            if isinstance(login, str) and "@" in login:
                # The address with which a person logs in is the one that a client may answer to.
                file.set(("workspace", "email"), login)
        file.checked()
        file.save()
        self._done(name, trial, where, expires_on, read_only=not self.write, said=SAVED)

    def renew(
        self,
        adapter: type[Adapter[Any]],
        name: str,
        given: Mapping[str, object],
        piped: SecretStr | None,
        *,
        changed: bool,
    ) -> None:
        """Put another secret where the present one lies, or let the connection write."""
        from pmbridge.config import Connecting

        assert self.place.config is not None  # noqa: S101 - the connection stands in it
        settings = self.place.config.connections[name]
        chain = self._chain(name, settings.secret)
        same_secret = piped is None and (self.write or changed)
        known = chain.reveal() if same_secret else piped
        if not same_secret:
            chain.require_writable()
        asked = {**given, "read_only": settings.read_only and not self.write}
        with Connecting(adapter, name, given=asked, file=self.place.file) as connecting:
            question = self._asked(connecting, known)
            trial = self._tried(connecting, question, known, before_asking=chain.require_writable)
        same_secret = same_secret and trial.secret == known
        file = self.place.edit(self.app)
        at = ("connections", name)
        for key, value in trial.settings.items():
            if value is not None and key not in NOT_GIVEN:
                file.set((*at, key), value)
        expires_on = settings.secret_expires_on if same_secret and self.expires is None else self._expires_on(trial)
        if expires_on is not None:
            file.set((*at, "secret_expires_on"), expires_on)
        elif settings.secret_expires_on is not None:
            file.remove(*at, "secret_expires_on")
        if self.write:
            file.set((*at, "read_only"), value=False)
        file.checked()
        if not same_secret:
            chain.rotate(trial.secret)
        file.save()
        where = Both(UNCHANGED.en, UNCHANGED.zh) if same_secret else both_of(chain.where())
        self._done(name, trial, where, expires_on, read_only=settings.read_only and not self.write, said=RENEWED)

    # -- questions

    def _asked(self, connecting: Connecting, known: SecretStr | None) -> Question | None:
        """Ask until only the secret is missing; return its question.

        Where nobody can be asked, the secret is listed with what is missing, unless it is *known*.
        """
        from pmbridge.errors import PmbridgeError

        last: Question | None = None
        announced = False
        while True:
            try:
                question = connecting.question()
            except PmbridgeError as error:
                if last is None or not self.ask.interactive:
                    raise
                self.app.out.tell(f"  {visible(_why(error, self.app.language))}")
                connecting.answer(last.key, None)
                question = last
            else:
                if not announced and connecting.settings.get("base_url"):
                    announced = True
                    self._announce(connecting)
            if question is None or question.secret:
                if self.ask.pending and known is None:
                    self.ask.leave_open(both_of(question.text) if question else ASK_SECRET, _OPTIONS["secret"])
                self.ask.settle()
                return question
            self._help(question)
            text = both_of(question.text)
            answer = self.ask.text(
                text, option=_option(question.key), default=question.default, check=lambda typed: typed
            )
            if answer is None and question.default is None:
                # What is asked next depends on this answer; a secret is needed in any case.
                if known is None:
                    self.ask.leave_open(ASK_SECRET, _OPTIONS["secret"])
                self.ask.settle()
            connecting.answer(question.key, question.default if answer is None else answer)
            last = question

    def _announce(self, connecting: Connecting) -> None:
        settings = connecting.settings
        deployment = settings.get("deployment")
        service = f"{connecting.adapter.title} {_DEPLOYMENTS.get(str(deployment), '')}".strip()
        there, only, room = f"  → {settings['base_url']} ({service})", self.app.out.say(ONLY_THERE), self.app.out.room
        fits = width(there) + 2 + width(only) <= room
        for line in [spread(there, only, room)] if fits else [there, f"    {only}"]:
            self.app.out.talk(line)

    def _help(self, question: Question) -> None:
        if question.help is not None and self.ask.interactive:
            self.app.out.tell(question.help)

    def _tried(
        self,
        connecting: Connecting,
        question: Question | None,
        known: SecretStr | None,
        *,
        before_asking: Callable[[], object] | None = None,
    ) -> Trial:
        """Ask for the secret if it is not known, and what it is worth; a wrong one may be pasted again.

        One that may only read is no use to a connection that is to write: another is asked for, *before_asking* once.
        """
        from pmbridge.errors import CredentialRefused, PmbridgeError

        for attempt in range(1, _MOST_TRIES + 1):
            secret = known
            if secret is None:
                if question is not None:
                    self._help(question)
                text = both_of(question.text) if question is not None else ASK_SECRET
                secret = self.ask.secret(text, option=_OPTIONS["secret"])
                self.ask.settle()
            assert secret is not None  # noqa: S101 - settled
            self.app.out.prompt(TRYING)
            try:
                trial = connecting.try_out(secret)
            except CredentialRefused as error:
                self.app.out.talk("")
                # Some servers lock an account after a few wrong passwords.
                if known is not None or attempt == _MOST_TRIES or not self.ask.interactive:
                    raise error.with_facts(connection=connecting.name, tool=connecting.adapter.title) from None
                said = error.with_facts(connection=connecting.name).text(self.app.language)
                self.app.out.tell(f"  {visible(said)}")
            except BaseException as error:
                self.app.out.talk("")
                if isinstance(error, PmbridgeError):
                    error.with_facts(connection=connecting.name, tool=connecting.adapter.title)
                raise
            else:
                self._welcome(trial)
                if not self.write or trial.account.may_write is not False:
                    return trial
                if attempt == _MOST_TRIES or not self.ask.interactive:
                    raise _reads_only(connecting.name)
                self.app.out.tell(READS_ONLY)
                if known is not None and before_asking is not None:
                    before_asking()
                known = None
        raise AssertionError("the last attempt returns or raises")

    def _welcome(self, trial: Trial) -> None:
        user = trial.settings.get("user")
        shown = Both(f" ({user})", f"（{user}）") if user else same("")
        projects = counted(trial.projects, "project", "projects", " 个")
        self.app.out.tell(WHO.filled(name=visible(trial.account.name), user=shown, projects=projects))
        for note in trial.account.notes:
            self.app.out.tell(f"  {visible(self.app.out.say(note))}")

    def _expires_on(self, trial: Trial) -> date | None:
        option_, known = Both("--expires DATE", "--expires 日期"), "secret_expires_on" in trial.settings
        if self.expires is not None:
            try:
                return _day(self.expires)
            except Unfit as unfit:
                raise misfit(option_, unfit.why, self.app.command) from None
        if trial.expires_on is not None or known or not self.ask.interactive or self.app.yes:
            return trial.expires_on
        today = date.today()  # noqa: DTZ011 - the day on the person's wall
        in_a_year = today + timedelta(days=365)  # as long as a token can live, where it has an end
        answered = self.ask.text(
            EXPIRES, option=option_, default=in_a_year.isoformat(), check=lambda typed: (_day(typed),)
        )
        return answered[0] if answered else None

    # -- the secret

    def _chain(self, name: str, reference: str | tuple[str, ...]) -> SecretChain:
        from pmbridge.secrets import SecretChain

        return SecretChain(name, reference, self.place.folder, env=self.app.env)

    def _from_environment(self, name: str) -> SecretStr | None:
        from pmbridge.errors import CredentialMissing
        from pmbridge.secrets import variable

        try:
            return self._chain(name, f"env:{variable(name)}").reveal()
        except CredentialMissing:
            return None

    def _kept(self, name: str, secret: SecretStr, *, from_environment: bool, keep: str | None) -> tuple[str, Both]:
        """Put the secret away; return the reference to write, and where it is."""
        from pmbridge.errors import ConfigError
        from pmbridge.secrets import os_keyring, variable

        in_variable = (
            f"env:{variable(name)}",
            Both(f"not kept; comes from {variable(name)}", f"不保存，由环境变量 {variable(name)} 提供"),
        )
        if keep == "env" or (keep is None and from_environment):
            return in_variable
        chain = self._chain(name, "keyring")
        if keep == "keyring" or (keep is None and os_keyring() is not None):
            try:
                saved = chain.save(secret, "keyring")
            except ConfigError as error:
                if keep == "keyring" or not self.ask.interactive:
                    raise
                self.app.out.note(Both(error.text("en"), error.text("zh")))
            else:
                return saved.reference, both_of(saved.where)
        file = Both(f"file data/secrets/{name} (only you can read it)", f"文件 data/secrets/{name}（仅本用户可读）")
        offers = [Offer(key="file", text=file), Offer(key="env", text=in_variable[1])]
        if keep is None and self.ask.interactive:
            keep = self.ask.choice(
                KEEP_WHERE, offers, option=Both("--keep file|env", "--keep file|env"), default="file"
            )
        if keep == "env":
            return in_variable
        saved = chain.save(secret, "file")
        return saved.reference, both_of(saved.where)

    def _done(
        self, name: str, trial: Trial, where: Both, expires_on: date | None, *, read_only: bool, said: Both
    ) -> None:
        app = self.app
        engaged = self.place.config is not None and bool(self.place.config.engagements)
        following = f"pmbridge {in_folder(app, None)}{f'sync {name}' if engaged else 'engagement add'}"
        if app.json:
            app.out.document(
                {
                    "schema": "pmbridge.connect/1",
                    "connection": name,
                    "adapter": trial.settings["adapter"],
                    "base_url": trial.settings.get("base_url"),
                    "account": trial.account.name,
                    "projects": trial.projects,
                    "secret": app.out.say(where),
                    "secret_expires_on": expires_on.isoformat() if expires_on else None,
                    "read_only": read_only,
                    "next": following,
                }
            )
            return
        mode = READ_ONLY if read_only else WRITABLE
        sentences = said.filled(where=where, file=self.place.file.name), MODE.filled(mode=mode)
        for line in filled([app.out.say(one) for one in sentences], app.out.room, gap=""):
            app.out.lines(wrapped(line.strip(), app.out.room))
        app.out.next(following)


def _option(key: str) -> Both:
    return _OPTIONS.get(key, Both(f"--set {key}=VALUE", f"--set {key}=值"))


def _day(typed: str) -> date | None:
    if typed.strip().casefold() in ("never", "-", "无", "永不"):
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise Unfit(NO_DATE) from None


def _reads_only(name: str) -> Exception:
    from pmbridge.errors import Refused

    command = f"pmbridge connect {name} --write"
    return Refused("refused", connection=name, detail=READS_ONLY.en, detail_zh=READS_ONLY.zh, command=command)


def _why(error: Exception, language: str) -> str:
    """Return what is wrong with an answer, without the file that does not exist yet."""
    facts = getattr(error, "facts", {})
    problems = facts.get("problems_zh" if language.startswith("zh") else "problems")
    return str(problems) if problems else str(error.text(language))  # type: ignore[attr-defined]


def both_of(label: Any) -> Both:
    return Both(label.in_("en"), label.in_("zh"))
