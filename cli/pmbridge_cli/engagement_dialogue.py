"""The dialogue of `engagement add` and `edit`: which projects, whose, milestones, changes, report; then the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pmbridge_cli.ask import Ask, Unfit, misfit
from pmbridge_cli.change_choice import NONE, choose_changes
from pmbridge_cli.context import App
from pmbridge_cli.engagement_list import shown
from pmbridge_cli.init import in_folder
from pmbridge_cli.layout import visible
from pmbridge_cli.milestone_choice import choose_milestones
from pmbridge_cli.project_choice import Chosen, choose_projects, given_projects
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.config import ConfigFile
    from pmbridge.workspace import Survey, Workspace

CLIENT = Both("Client name?", "客户名称？")
TITLE = Both("Project name?", "项目名称？")
NAME = Both("Short name (for commands)?", "简称（命令里用）？")
PROPOSALS = Both("Take the milestones and changes that are proposed?", "采用建议的里程碑和变更规则？")
LANGUAGES_SHORT = Both("Languages of the report?", "报告语言？")
_CLIENT_OPTION = Both("--client NAME", "--client 名称")
_TITLE_OPTION = Both("--title NAME", "--title 名称")
_NAME_OPTION = Both("--name NAME", "--name 简称")
NAME_RULE = Both(
    "Lower-case letters, digits and hyphens, a letter first.", "小写字母开头，只含小写字母、数字和连字符。"
)
NAME_TAKEN = Both('There is an engagement "{name}" already.', "已有名为「{name}」的项目。")
KEEP_RULES = Both(
    "{thing} has {m} milestone rules and {c} change rules. [Y keep / e propose anew]",
    "{thing} 现有 {m} 条里程碑规则、{c} 条变更规则。 [Y 保留 / e 重新建议]",
)
LANGUAGES = Both("3/3 Report — languages zh-CN, en", "3/3 报告 — 语言 zh-CN, en")
LANGUAGE_RULE = Both("Answer with Enter, zh or en.", "请按回车，或回答 zh、en。")
DUE = Both("When is the weekly report due?", "周报哪天截止？")
DUE_RULE = Both("Write a day and a time, as Fri 18:00.", "请写星期和时间，如 周五 18:00。")
TO_WRITE = Both("To be written to {file} ({size} lines, the rest stays):", "将写入 {file}（{size} 行，其余不动）：")
NO_CHANGE = Both("{file} says all this already. Nothing to write.", "{file} 已是如此，无需写入。")
WRITE = Both("Write?", "写入？")
NOT_WRITTEN = Both("Nothing was written.", "未写入任何内容。")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_CHINA = ("Asia/Shanghai", "Asia/Chongqing", "Asia/Urumqi", "PRC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What options have answered; ``None`` = not given. ``state``: state of the tool → meaning."""

    name: str | None = None
    source: tuple[str, ...] | None = None
    client: str | None = None
    title: str | None = None
    milestones: str | None = None
    date: str | None = None
    weight: str | None = None
    changes: str | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    days_field: str | None = None
    money_field: str | None = None
    currency: str | None = None
    languages: str | None = None
    due: str | None = None

    @property
    def about_rules(self) -> bool:
        """Whether a rule is asked for, so that the present ones are not simply kept."""
        given = (
            self.milestones,
            self.date,
            self.weight,
            self.changes,
            self.days_field,
            self.money_field,
            self.currency,
        )
        return bool(self.state) or any(one is not None for one in given)


class Dialogue:
    """One run of `engagement add` or `edit`."""

    def __init__(self, app: App, answers: Answers) -> None:
        from pmbridge.config import ConfigFile
        from pmbridge.errors import ConfigError

        self.app, self.answers = app, answers
        self.workspace: Workspace = app.workspace
        if not self.workspace.config.connections:
            raise ConfigError("no-connection")
        self.ask = Ask(app, complete=True)
        self.file: ConfigFile = ConfigFile.open(self.workspace.config.file)

    def add(self) -> None:
        """Ask everything and write a new engagement."""
        chosen = given_projects(self.app, self.answers.source) or choose_projects(self.app, self.ask)
        if not chosen:
            self._list_what_follows()
        self.ask.settle()
        surveys = self._surveys(chosen)
        client = self.ask.text(CLIENT, option=_CLIENT_OPTION, given=self.answers.client, check=_not_empty)
        project = surveys[0].schema.project
        title = self.ask.text(
            TITLE,
            option=_TITLE_OPTION,
            given=self.answers.title,
            default=visible(project.name),
            check=_not_empty,
        )
        name = self.ask.text(
            NAME,
            option=_NAME_OPTION,
            given=self.answers.name,
            default=self._short(client, title, project.key),
            check=self._new_name,
        )
        table: dict[str, Any] = {"client": client, "name": title}
        sources = [self._source(survey, None) for survey in surveys]
        self._report(table, {})
        self.ask.settle()
        table["timezone"] = self.workspace.config.workspace.timezone
        table["sources"] = sources
        self._write(str(name), _ordered(table), surveys)

    def _list_what_follows(self) -> None:
        """List, beside the projects that nobody could be asked for, what is asked about any: all of it at once."""
        if self.answers.client is None:
            self.ask.leave_open(CLIENT, _CLIENT_OPTION)
        if self.ask.takes_defaults:
            return  # the rest has defaults, which come from the projects
        if self.answers.title is None:
            self.ask.leave_open(TITLE, _TITLE_OPTION)
        if self.answers.name is None:
            self.ask.leave_open(NAME, _NAME_OPTION)
        self._report({}, {})
        self.ask.leave_open(PROPOSALS, same("--yes"))

    def edit(self, name: str) -> None:
        """Ask everything again with the present answers as defaults; what is not asked stays."""
        present: dict[str, Any] = self.file.get("engagements", name)
        held = present.get("sources", [])
        wanted = given_projects(self.app, self.answers.source)
        chosen = wanted or [Chosen(connection=one["connection"], project=one["project"]) for one in held]
        chosen = chosen or choose_projects(self.app, self.ask)
        self.ask.settle()
        surveys = self._surveys(chosen)
        table = dict(present)
        for key, question, given in (("client", CLIENT, self.answers.client), ("name", TITLE, self.answers.title)):
            held_as = shown(present[key], self.app.language)
            option = "--client" if key == "client" else "--title"
            answer = self.ask.text(
                question, option=same(f"{option} NAME"), given=given, default=held_as, check=_not_empty
            )
            if answer != held_as:
                table[key] = answer
        by_project = {(one["connection"], _id_of(one["project"])): one for one in held}
        table["sources"] = [
            self._source(survey, by_project.get((survey.connection, survey.schema.project.id))) for survey in surveys
        ]
        self._report(table, present)
        self.ask.settle()
        self._write(name, table, surveys)

    # -- the projects

    def _surveys(self, chosen: Sequence[Chosen]) -> list[Survey]:
        from pmbridge_cli.progress import Watch

        by_connection: dict[str, list[str]] = {}
        for one in chosen:
            by_connection.setdefault(one.connection, []).append(one.project)
        surveys: list[Survey] = []
        for connection, projects in by_connection.items():
            watch = Watch(self.app)
            with watch.running():
                surveys += self.workspace.survey(connection, projects, on_progress=watch)
        return surveys

    def _source(self, survey: Survey, present: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return one source's table: the present rules kept, or what was chosen of the proposals."""
        from pmbridge.config.engaging import source_table
        from pmbridge.domain.propose import propose
        from pmbridge.domain.propose_changes import change_type

        thing = f"{survey.connection}:{visible(survey.schema.project.known_as)}"
        rules = (len(_as_list(present, "milestones")), len(_as_list(present, "changes")))
        if present is not None and any(rules) and not self.answers.about_rules:
            kept = self.ask.letter(
                KEEP_RULES.filled(thing=thing, m=rules[0], c=rules[1]), ("y", "e"), option=same("--yes")
            )
            if kept != "e":
                return dict(present)
        adapter = self.workspace.adapter(survey.connection)
        zone = ZoneInfo(self.workspace.config.workspace.timezone)
        proposal = propose(survey.schema, survey.items, survey.groups, kinds=adapter.kinds, zone=zone)
        answers = self.answers
        milestones = choose_milestones(
            self.app, self.ask, thing, proposal, which=answers.milestones, date=answers.date, weight=answers.weight
        )
        named = None
        if answers.changes not in (None, NONE):
            named = change_type(survey.schema, survey.items, adapter.kinds, str(answers.changes))
            if named is None:
                raise self._no_type(survey, thing)
        changes = choose_changes(
            self.app,
            self.ask,
            thing,
            adapter.title,
            proposal.changes,
            proposal.change,
            named=named,
            which=answers.changes,
            states=answers.state,
            fields=(answers.days_field, answers.money_field),
            currency=answers.currency,
            usual_currency="CNY" if self.workspace.config.workspace.timezone in _CHINA else None,
        )
        table = source_table(
            survey.connection,
            survey.schema,
            milestones=[milestones] if milestones else [],
            changes=[changes] if changes else [],
        )
        kept_keys = {key: one for key, one in (present or {}).items() if key not in ("milestones", "changes")}
        return {**kept_keys, **table}

    def _no_type(self, survey: Survey, thing: str) -> Exception:
        from pmbridge.domain.propose_changes import type_names

        kinds = self.workspace.adapter(survey.connection).kinds
        known = ", ".join([*type_names(survey.schema, survey.items, kinds), NONE])
        wanted = self.answers.changes
        why = Both(f'no type "{wanted}" in {thing}; possible: {known}', f"{thing} 没有类型「{wanted}」，可用：{known}")
        return misfit(same("--changes"), why, self.app.command)

    # -- names and the report

    def _short(self, *candidates: str | None) -> str:
        taken = self.workspace.config.engagements
        for one in candidates:
            slug = re.sub(r"[^a-z0-9]+", "-", (one or "").casefold()).strip("-") if (one or "").isascii() else ""
            if re.match(r"[a-z]", slug):
                return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if name not in taken)
        return "client"

    def _new_name(self, typed: str) -> str:
        from pmbridge.config import NAME_PATTERN

        if not re.match(NAME_PATTERN, typed):
            raise Unfit(NAME_RULE)
        if typed in self.workspace.config.engagements:
            raise Unfit(NAME_TAKEN.filled(name=typed))
        return typed

    def _report(self, table: dict[str, Any], present: Mapping[str, Any]) -> None:
        held = ",".join(present.get("languages", ["zh-CN", "en"]))
        languages = self.ask.text(
            LANGUAGES,
            option=same("--languages zh|en|zh,en"),
            given=self.answers.languages,
            default=held,
            hint="⏎ / zh / en",
            short=LANGUAGES_SHORT,
            check=_languages,
        )
        policy = dict(present.get("policy", {}))
        due = str(policy.get("weekly_due", "Fri 18:00"))
        answer = self.ask.text(
            DUE,
            option=Both('--due "Fri 18:00"', '--due "周五 18:00"'),
            given=self.answers.due,
            default=_shown_due(due, self.app.language),
            check=_due,
        )
        if languages is not None:
            table["languages"] = languages
        if answer is not None and answer != due:
            table["policy"] = {**policy, "weekly_due": answer}

    # -- the file

    def _write(self, name: str, table: Mapping[str, Any], surveys: Sequence[Survey]) -> None:
        app = self.app
        self.file.put(("engagements", name), table)
        config = self.file.checked()
        self._resolved(name, surveys, config.engagements[name].sources)
        lines = self.file.diff()
        following = f"pmbridge {in_folder(app, None)}sync"
        if lines:
            added, removed = sum(line[0] == "+" for line in lines), sum(line[0] == "-" for line in lines)
            size = f"+{added}" + (f" −{removed}" if removed else "")
            app.out.talk(TO_WRITE.filled(file=self.file.path.name, size=size))
            for line in lines:
                app.out.talk(f"  {visible(line)}")
            agreed = self.ask.confirm(WRITE, default=True)
            self.ask.settle()
            if not agreed:
                app.out.talk(NOT_WRITTEN)
                return
            self.file.save()
        elif not app.json:
            app.out.line(NO_CHANGE.filled(file=self.file.path.name))
        if app.json:
            app.out.document(
                {
                    "schema": "pmbridge.engagement/1",
                    "engagement": name,
                    "file": str(self.file.path),
                    "sources": [f"{one.connection}:{one.schema.project.known_as}" for one in surveys],
                    "written": len(lines),
                    "next": following,
                }
            )
            return
        app.out.next(following)

    def _resolved(self, name: str, surveys: Sequence[Survey], sources: Sequence[Any]) -> None:
        """Make sure that what is written can be read; a changed name is worth a note."""
        from pmbridge.domain.resolve import resolve
        from pmbridge.errors import MappingError

        for survey, source in zip(surveys, sources, strict=True):
            adapter = self.workspace.adapter(survey.connection)
            try:
                resolved = resolve(
                    source, survey.schema, kinds=adapter.kinds, tool=adapter.title, client_can_open=False
                )
            except MappingError as error:
                raise error.with_facts(connection=survey.connection, engagement=name) from None
            for warning in resolved.warnings:
                self.app.out.note(warning)


# ------------------------------------------------------------------------------------------------------- answers


def _ordered(table: Mapping[str, Any]) -> dict[str, Any]:
    order = ("client", "name", "languages", "timezone", "policy", "sources")
    return {key: table[key] for key in order if key in table}


def _not_empty(typed: str) -> str:
    return visible(typed).strip()


def _languages(typed: str) -> list[str]:
    known = {"zh": "zh-CN", "zh-cn": "zh-CN", "en": "en"}
    said = [one for one in re.split(r"[,，、\s]+", typed.casefold()) if one]
    if not said or any(one not in known for one in said):
        raise Unfit(LANGUAGE_RULE)
    return list(dict.fromkeys(known[one] for one in said))


def _due(typed: str) -> str:
    """Return ``Fri 18:00`` of what a person writes in either language."""
    found = re.fullmatch(r"(\S+?)\s*(\d{1,2})[:：](\d{2})", typed.strip())
    if found:
        for at, (en, zh) in enumerate(zip(_DAYS, _DAYS_ZH, strict=True)):
            word = found[1].casefold().replace("星期", "周").replace("天", "日")
            if (word == zh or word[:3] == en.casefold()) and int(found[2]) < 24 and int(found[3]) < 60:
                return f"{_DAYS[at]} {int(found[2]):02}:{found[3]}"
    raise Unfit(DUE_RULE)


def _shown_due(due: str, language: str) -> str:
    day, _, time = due.partition(" ")
    return f"{_DAYS_ZH[_DAYS.index(day)]} {time}" if language.startswith("zh") and day in _DAYS else due


def _id_of(project: str) -> str:
    return project.rpartition("|")[2]


def _as_list(source: Mapping[str, Any] | None, key: str) -> list[Any]:
    held = (source or {}).get(key) or []
    return held if isinstance(held, list) else [held]
