"""Everything that can be wrong, looked at and said as data: one check a line, each with its exit code and remedy."""

from __future__ import annotations

import os
import platform
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import JsonValue

import pmbridge
from pmbridge.adapter.registry import available
from pmbridge.clock import Clock, SystemClock
from pmbridge.config import Fault, find_config, load_config
from pmbridge.config.load import invalid
from pmbridge.errors import ConfigError, PmbridgeError, worst_exit
from pmbridge.records import Account
from pmbridge.secrets import SecretChain
from pmbridge.values import Label
from pmbridge.workspace import Workspace

Level = Literal["ok", "warn", "fail"]
WARN_DAYS = 14
"""A secret's end is announced so many days before."""
MOST_SKEW_S = 60.0
_ORDER: tuple[Level, ...] = ("ok", "warn", "fail")
_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([mhd])")
_UNIT = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. ``exit_code`` is 0 unless it failed; ``next`` the command that mends it."""

    about: str
    level: Level
    text: Label
    exit_code: int = 0
    next: Label | None = None
    name: str = ""
    """The stable name of the error behind a failed check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All checks, worst last; ``exit_code`` is that of the worst."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """0 when nothing failed; a warning does not count."""
        return worst_exit(check.exit_code for check in self.checks)

    @property
    def problems(self) -> int:
        """How many checks failed."""
        return sum(check.level == "fail" for check in self.checks)

    @property
    def warnings(self) -> int:
        """How many checks warn."""
        return sum(check.level == "warn" for check in self.checks)


def examine(
    path: str | os.PathLike[str] | None = None,
    *,
    connections: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> Examination:
    """Look at the installation, the configuration, the store, every connection (over the network) and every mapping.

    *connections* limits it to some. Nothing is changed, except that an SQLite store of an older pmbridge migrates
    itself, as it does whenever it is opened. Faults are checks, not exceptions.

    Raises:
        UnknownRef: a named connection does not exist.
    """
    clock = clock or SystemClock()
    env = os.environ if env is None else env
    try:
        config = load_config(find_config(path, env))
    except ConfigError as error:
        return _sorted([_python(None), *_of_error("config", error), _adapters()])
    checks = [_python(str(config.file), config.workspace.language or "")]
    with Workspace(config, clock=clock) as workspace:
        chosen = workspace.chosen_connections(connections)
        store = _store(workspace)
        checks += store
        usable = all(check.level != "fail" for check in store)
        for name in chosen:
            checks += _connection(workspace, name, env, usable=usable)
        if usable:
            checks += _engagements(workspace, chosen)
    return _sorted([*checks, _adapters()])


def too_old(workspace: Workspace, max_age: timedelta, connections: Sequence[str] = ()) -> Examination:
    """Look only at the age of the data, without the network: one check per connection that an engagement uses.

    Raises:
        UnknownRef: a named connection does not exist.
    """
    now, checks = workspace.clock.now(), []
    used = {source.connection for one in workspace.config.engagements.values() for source in one.sources}
    for name in workspace.chosen_connections(connections):
        if name not in used:
            continue
        read = workspace.store.last_complete(name)
        if read is not None and now - read <= max_age:
            shown = f"{read.astimezone():%m-%d %H:%M}"
            checks.append(Check(about=name, level="ok", text=Label(zh=f"数据截至 {shown}", en=f"data as of {shown}")))
            continue
        zh = f"数据停在 {read.astimezone():%m-%d %H:%M}，已超过 {_hours(max_age)} 小时" if read else "从未读完过"
        en = (
            f"data is from {read.astimezone():%m-%d %H:%M}, older than {_hours(max_age)} hours"
            if read
            else "was never read to its end"
        )
        command = f"pmbridge sync {name}"
        checks.append(
            Check(
                about=name,
                level="fail",
                text=Label(zh=zh, en=en),
                exit_code=75,
                next=Label(zh=command, en=command),
                name="too-old",
            )
        )
    return _sorted(checks)


def age(text: str) -> timedelta:
    """Return the time that ``26h``, ``90m`` or ``2d`` means.

    Raises:
        ConfigError: it is none of these.
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise ConfigError("bad-choice", what=text, known="26h, 90m, 2d", option="--max-age")
    return timedelta(**{_UNIT[found[2]]: float(found[1])})


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:g}"


def _sorted(checks: Sequence[Check]) -> Examination:
    return Examination(checks=tuple(sorted(checks, key=lambda check: _ORDER.index(check.level))))


def _of_error(about: str, error: PmbridgeError) -> list[Check]:
    step = Label(zh=error.next_step("zh"), en=error.next_step("en"))
    return [
        Check(
            about=about,
            level="fail",
            text=Label(zh=error.text("zh"), en=error.text("en")),
            exit_code=error.exit_code,
            next=step if step.en else None,
            name=error.name,
        )
    ]


# ------------------------------------------------------------------------------------------- installation and store


def _python(file: str | None, language: str = "") -> Check:
    en = f"pmbridge {pmbridge.__version__}, Python {platform.python_version()}"
    zh = en.replace(", ", "，")
    if file:
        en += f", config {file}" + (f" (language {language})" if language else "")
        zh += f"，配置 {file}" + (f"（语言 {language}）" if language else "")
    return Check(about="pmbridge", level="ok", text=Label(zh=zh, en=en))


def _adapters() -> Check:
    loaded, broken = [], []
    for plugin in available():
        label = f"{plugin.name} {plugin.version}"
        if plugin.adapter is not None:
            loaded.append(label)
        else:
            broken.append((label, plugin.error))
    listed = " ".join(loaded)
    if not broken:
        return Check(about="adapters", level="ok", text=Label(zh=listed or "无", en=listed or "none"))
    zh = "".join(f" · {label} 未加载：{error.text('zh') if error else ''}" for label, error in broken)
    en = "".join(f" · {label} NOT LOADED: {error.text('en') if error else ''}" for label, error in broken)
    return Check(about="adapters", level="warn", text=Label(zh=listed + zh, en=listed + en))


def _store(workspace: Workspace) -> list[Check]:
    try:
        store = workspace.store
        about = store.about()
    except PmbridgeError as error:
        return _of_error("store", error)
    en, zh = f"{about.shown}  schema {about.schema}", f"{about.shown}  结构版本 {about.schema}"
    if about.path is None:
        return [Check(about="store", level="ok", text=Label(zh=zh, en=en))]
    path = Path(about.path)
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        named = str(path.relative_to(workspace.folder))
    except ValueError:
        named = str(path)
    size = _size(path.stat().st_size)
    en, zh = f"{named}  {size}, WAL, schema {about.schema}", f"{named}  {size}，WAL，结构版本 {about.schema}"
    if os.name == "posix":
        en, zh = f"{en}, {mode:04o}", f"{zh}，{mode:04o}"
        if mode & 0o077:
            command = f"chmod 600 {path}"
            return [Check(about="store", level="warn", text=Label(zh=zh, en=en), next=Label(zh=command, en=command))]
    return [Check(about="store", level="ok", text=Label(zh=zh, en=en))]


def _size(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


# -------------------------------------------------------------------------------------------------- a connection


def _connection(workspace: Workspace, name: str, env: Mapping[str, str], *, usable: bool) -> Iterator[Check]:
    settings = workspace.config.connections[name]
    address = settings.base_url
    chain = SecretChain(name, settings.secret, workspace.folder, env=env)
    try:
        where = chain.where()
        if not usable:
            return
        adapter = workspace.adapter(name, memo=_Forgetful())
        account = adapter.check()
        seen = adapter.visible(set(workspace.store.projects(name)))
    except PmbridgeError as error:
        error.with_facts(connection=name, tool=_title(settings.adapter), time=_last_read(workspace, name, usable))
        yield from _of_error(name, error)
        return
    expires, soon = _expiry(account, settings.secret_expires_on, workspace.clock.now().date())
    skew = account.clock_skew_s
    en = [f"{address}  secret from {where.en}", *([expires.en] if expires else [])]
    zh = [f"{address}  令牌来自 {where.zh}", *([expires.zh] if expires else [])]
    if skew is not None:
        en.append(f"clock {skew:+.1f} s")
        zh.append(f"时钟 {skew:+.1f} 秒")
    en.append("read" if settings.read_only else "read, write")
    zh.append("读" if settings.read_only else "读、写")
    wrong_clock = skew is not None and abs(skew) > MOST_SKEW_S
    renew = f"pmbridge connect {name}"
    yield Check(
        about=name,
        level="warn" if soon or wrong_clock else "ok",
        text=Label(zh="  ".join(zh), en="  ".join(en)),
        next=Label(zh=renew, en=renew) if soon else None,
    )
    for note in account.notes:
        yield Check(about=name, level="ok", text=note)
    yield from _projects(workspace, name, frozenset(seen))


class _Forgetful:
    """A memo that keeps nothing: what was true yesterday would hide what is wrong now."""

    def get(self, key: str, load: Callable[[], JsonValue], *, ttl: timedelta = timedelta(0)) -> JsonValue:  # noqa: ARG002
        return load()

    def kept(self, key: str) -> JsonValue:  # noqa: ARG002
        """Return ``None``: nothing is kept."""
        return None

    def keep(self, key: str, value: JsonValue, *, ttl: timedelta | None = None) -> None:
        """Do nothing."""

    def drop(self, key: str) -> None:
        """Do nothing: there is nothing to forget."""


def _title(kind: str) -> str:
    return next((one.adapter.title for one in available() if one.name == kind and one.adapter), kind)


def _last_read(workspace: Workspace, name: str, usable: bool) -> str | None:  # noqa: FBT001 - one caller
    read = workspace.store.last_complete(name) if usable else None
    zone = ZoneInfo(workspace.config.workspace.timezone)
    return f"{read.astimezone(zone):%m-%d %H:%M}" if read is not None else None


def _expiry(account: Account, written: date | None, today: date) -> tuple[Label | None, bool]:
    ends = account.expires_at.date() if account.expires_at else written
    if ends is None:
        return None, False
    left = (ends - today).days
    if left < 0:
        return Label(zh=f"已于 {ends} 到期", en=f"expired on {ends}"), True
    if left <= WARN_DAYS:
        days = "day" if left == 1 else "days"
        return Label(zh=f"{left} 天后到期（{ends}）", en=f"expires in {left} {days} ({ends})"), True
    return Label(zh=f"令牌有效至 {ends}", en=f"token until {ends}"), False


def _projects(workspace: Workspace, name: str, seen: frozenset[str]) -> Iterator[Check]:
    for project, row in workspace.store.projects(name).items():
        place = f"{name}:{row.known_as(project)}"
        if project not in seen:
            step = f"pmbridge connect {name}"
            yield Check(
                about=name,
                level="fail",
                text=Label(
                    zh=f"看不到 {place}：不存在或没有权限", en=f"{place} is not visible: gone, or a right is missing"
                ),
                exit_code=3,
                next=Label(zh=step, en=step),
                name="not-visible",
            )
        elif row.problem is not None:
            step = f"pmbridge sync {name}"
            label = row.problem.label
            yield Check(about=name, level="warn", text=label, next=Label(zh=step, en=step), name=row.problem.name)


def _engagements(workspace: Workspace, connections: Sequence[str]) -> Iterator[Check]:
    """Yield what is wrong with a mapping, or what makes its figures old; nothing when all is well."""
    for name in workspace.engagements:
        engagement = workspace.engagement(name)
        if not any(source.connection in connections for source in engagement.config.sources):
            continue
        if not engagement.was_synced:
            yield Check(
                about=name,
                level="warn",
                text=Label(zh="还没有同步过数据", en="nothing was read yet"),
                next=Label(zh="pmbridge sync", en="pmbridge sync"),
            )
            continue
        try:
            view = engagement.view()
        except PmbridgeError as error:
            yield from _of_error(name, error)
            continue
        if view.account_faults:
            faults = [
                Fault(where=f"engagements.{name}.people.{one.person}[{one.position}]", text=one.text)
                for one in view.account_faults
            ]
            yield from _of_error(name, invalid(workspace.config.file, faults))
        for source in view.sources:
            if source.stale:
                step = f"pmbridge sync {source.connection}"
                at = f"{source.complete_as_of.astimezone(view.zone):%m-%d %H:%M}" if source.complete_as_of else ""
                text = Label(
                    zh=f"{source.tool} {source.project} 的数据停在 {at}" if at else f"{source.tool} 未读完过",
                    en=f"data of {source.tool} {source.project} is from {at}"
                    if at
                    else f"{source.tool} was never read",
                )
                yield Check(about=name, level="warn", text=text, next=Label(zh=step, en=step))
        if not view.calendar_final:
            yield Check(
                about=name,
                level="warn",
                text=Label(
                    zh="用到的年份中，有的公休日安排尚未公布",
                    en="public holidays of a year in use are not published yet",
                ),
            )


# ------------------------------------------------------------------------------------------------- the report file


def report_text(examination: Examination, workspace: Workspace | None) -> str:
    """Return what helps to find a fault, as text to send to us: no secret, no account, no title of a client's item."""
    machine = f"{platform.system()} {platform.machine()}"
    lines = [
        f"pmbridge {pmbridge.__version__}, Python {platform.python_version()}, {machine}",
        "",
        *(f"[{check.level}] {check.about}: {check.text.en}" for check in examination.checks),
    ]
    if workspace is None:
        return "\n".join(lines) + "\n"
    lines.append("")
    for name, settings in workspace.config.connections.items():
        lines.append(f"connection {name}: adapter {settings.adapter}, {settings.base_url}")
    for name, run in workspace.store.last_runs().items():
        counts = ", ".join(f"{key} {value}" for key, value in run.counts.items())
        lines.append(
            f"last run of {name}: {run.started_at.isoformat()}, {run.outcome}, {run.error or 'no error'}, {counts}"
        )
    for name in workspace.config.connections:
        for project, row in workspace.store.projects(name).items():
            problem = row.problem.label.en if row.problem else "none"
            lines.append(f"project {name}:{project}: read to its end as of {row.complete_as_of}, problem: {problem}")
    return "\n".join(lines) + "\n"
