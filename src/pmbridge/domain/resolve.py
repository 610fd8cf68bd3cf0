"""A source's mapping, names turned into ids against what its project has: every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from pmbridge.domain.mapping import ChangeRule, Copy, MilestoneRule, Source, Where
from pmbridge.domain.naming import Names, split_name
from pmbridge.domain.resolved import (
    ResolvedChangeRule,
    ResolvedChangeWriting,
    ResolvedCopy,
    ResolvedCreation,
    ResolvedMilestoneRule,
    ResolvedSource,
    ResolvedWhere,
)
from pmbridge.records import FieldInfo, Kind, KindSchema, ProjectSchema, Scope, Verb
from pmbridge.values import Label, RecordId

Items = Literal["group", "children", "checklist", "self"]
Unit = Literal["points", "estimate_minutes", "count"]
Progress = Literal["zero_hundred", "remaining", "percent", "status_table"]
_UNITS: dict[str, Unit] = {one: one for one in get_args(Unit)}
_PROGRESS: dict[str, Progress] = {one: one for one in get_args(Progress)}
_NUMBERS = frozenset({"number"})
_DATES = frozenset({"day", "instant"})
_FITS: dict[str, tuple[Items, ...]] = {"group": ("group", "self"), "item": ("children", "checklist", "self")}


def resolve(
    source: Source,
    schema: ProjectSchema,
    *,
    kinds: Mapping[str, Kind],
    tool: str,
    client_can_open: bool,
    copies: Sequence[Copy] = (),
) -> ResolvedSource:
    """Return *source* with its names turned into the ids of *schema*; ``kinds`` are the adapter's.

    *copies*: the rules by which something is to stand there that is at home elsewhere.

    Warnings (a changed name, a name that was not seen yet in a schema known to be incomplete) come with the result.

    Raises:
        MappingError: all faults; named ``field-ambiguous`` when the only one is a field name that fits several.
    """
    reader = _Reader(Names(f"{source.connection}:{schema.project.known_as}"), schema, kinds)
    reader.project(source.project)
    milestones = [reader.milestone(rule, f"milestones[{at}]") for at, rule in enumerate(source.milestones)]
    changes = [reader.change(rule, f"changes[{at}]") for at, rule in enumerate(source.changes)]
    copied = [reader.copy(rule, f"copies to {source.connection}[{at}]") for at, rule in enumerate(copies)]
    status = {
        found: category
        for name, category in source.status.items()
        if (found := reader.state(name, "status", list(schema.kinds)))
    }
    reader.names.raise_faults()
    return ResolvedSource(
        connection=source.connection,
        tool=tool,
        project=schema.project,
        client_can_open=client_can_open,
        titles_are_client_safe=source.titles_are_client_safe,
        status=status,
        milestones=tuple(rule for rule in milestones if rule is not None),
        changes=tuple(rule for rule in changes if rule is not None),
        copies=tuple(rule for rule in copied if rule is not None),
        warnings=tuple(reader.names.warnings),
    )


def scope_of(sources: Sequence[ResolvedSource], kinds: Mapping[str, Kind]) -> Scope:
    """Return what must be read over one connection for *sources*; ``kinds`` are its adapter's.

    That is: the kinds of the rules, the kinds of groups that they select by, and, as soon as a milestone is
    recognised, every kind of item, because any of them may be its work. Every item kind is read with every field that
    a rule needs.
    """
    items = frozenset(name for name, kind in kinds.items() if kind.shape == "item" and kind.supports.get(Verb.READ))
    wanted: set[str] = set()
    fields: set[str] = set()
    for source in sources:
        wanted |= source.kinds
        fields |= source.field_ids
        if source.milestones:
            wanted |= items
        for where in _wheres(source):
            wanted |= {group.kind for group in where.groups}
            fields |= set(where.fields)
    return Scope(
        projects=tuple(dict.fromkeys(source.project_id for source in sources)),
        kinds=frozenset(wanted),
        fields={name: frozenset(fields) for name in sorted(wanted & items)} if fields else {},
    )


def _wheres(source: ResolvedSource) -> Iterable[ResolvedWhere]:
    for change in source.changes:
        yield change.where
    for milestone in source.milestones:
        yield milestone.where
        if isinstance(milestone.items, ResolvedWhere):
            yield milestone.items


class _Reader:
    """Reads one source's rules against one schema."""

    def __init__(self, names: Names, schema: ProjectSchema, kinds: Mapping[str, Kind]) -> None:
        self.names = names
        self._schema = schema
        self._kinds = kinds
        self._item_kinds = [one for one in schema.kinds if one in kinds and kinds[one].shape == "item"]

    def project(self, written: str) -> None:
        name, identity = split_name(written)
        project = self._schema.project
        if identity is not None and name not in (project.key, project.name):
            self.names.renamed("project", name, project.known_as, identity)

    def milestone(self, rule: MilestoneRule, at: str) -> ResolvedMilestoneRule | None:
        if not self._readable(rule.from_, f"{at}.from"):
            return None
        shape = self._kinds[rule.from_].shape
        where = self._where(rule.where, f"{at}.where", [rule.from_])
        unit, _, weight = rule.weight.partition(":")
        progress, _, progress_field = rule.progress.partition(":")
        if progress == "status_table" and not rule.status_table:
            self.names.fault(f"{at}.status_table", Label(en="is missing", zh="缺少"))
        return ResolvedMilestoneRule(
            kind=rule.from_,
            shape=shape,
            where=where,
            match=_pattern(rule.match),
            items=self._items(rule, at, shape),
            unit=_UNITS[unit],
            weight_field=self._field(weight, f"{at}.weight", self._item_kinds, _NUMBERS),
            source_weight=rule.source_weight,
            progress=_PROGRESS[progress],
            progress_field=self._field(progress_field, f"{at}.progress", self._item_kinds, _NUMBERS),
            status_table={
                found: share
                for name, share in rule.status_table.items()
                if (found := self.state(name, f"{at}.status_table", self._item_kinds))
            },
            date_field=self._field(rule.date.partition(":")[2], f"{at}.date", [rule.from_], _DATES),
            date_is=rule.date_is,
            reached=self._states(rule.reached, f"{at}.reached", [rule.from_], where.types),
            writes_date=self._writes_date(rule, at),
        )

    def change(self, rule: ChangeRule, at: str) -> ResolvedChangeRule | None:
        if not self._readable(rule.from_, f"{at}.from"):
            return None
        if self._kinds[rule.from_].shape != "item":
            gathers = Label(
                en=f'"{rule.from_}" gathers items and cannot be a change', zh=f"「{rule.from_}」是分组，不能作为变更"
            )
            self.names.fault(f"{at}.from", gathers)
            return None
        where = self._where(rule.where, f"{at}.where", [rule.from_])
        impact = rule.impact
        if impact and impact.money and not impact.currency:
            self.names.fault(f"{at}.impact.currency", Label(en="is missing", zh="缺少"))
        states = {
            found: registered
            for name, registered in rule.states.items()
            if (found := self.state(name, f"{at}.states", [rule.from_], where.types))
        }
        return ResolvedChangeRule(
            kind=rule.from_,
            where=where,
            match=_pattern(rule.match),
            states=states,
            days_field=self._field(impact.days if impact else None, f"{at}.impact.days", [rule.from_], _NUMBERS),
            days_on=impact.days_on if impact else None,
            money_field=self._field(impact.money if impact else None, f"{at}.impact.money", [rule.from_], _NUMBERS),
            currency=impact.currency if impact else None,
            write=self._writing(rule, where, states, at) if rule.write else None,
        )

    # -- what is written

    def _writes_date(self, rule: MilestoneRule, at: str) -> bool:
        if rule.write is None or not rule.write.date:
            return False
        if rule.date_is != "plan":
            unread = Label(
                en=f'needs date_is = "plan": with "{rule.date_is}" the date is the tool\'s own',
                zh=f'需要 date_is = "plan"：现在是 "{rule.date_is}"，日期归工具',
            )
            self.names.fault(f"{at}.write.date", unread)
        return True

    def _writing(
        self, rule: ChangeRule, where: ResolvedWhere, states: Mapping[str, str], at: str
    ) -> ResolvedChangeWriting:
        said = rule.write
        assert said is not None  # noqa: S101 - asked by the caller
        back: dict[str, str] = {}
        for tool, registered in states.items():
            back.setdefault(registered, tool)
        for registered, name in said.states.items():
            if found := self.state(name, f"{at}.write.states", [rule.from_], where.types):
                back[registered] = found
        if said.state and not back:
            self.names.fault(f"{at}.write.states", Label(en="is missing, and so is states", zh="缺少，states 也没有"))
        if said.states and not said.state:
            unused = Label(en="has no effect without state = true", zh="没有 state = true 就不起作用")
            self.names.fault(f"{at}.write.states", unused)
        return ResolvedChangeWriting(
            states=back if said.state else {},
            title=said.title,
            decision=said.decision,
            create=self._creation(rule, where, at) if said.create else None,
        )

    def _creation(self, rule: ChangeRule, where: ResolvedWhere, at: str) -> ResolvedCreation:
        for several, key in ((where.types, "type"), (where.groups, "group")):
            if len(several) > 1:
                which = Label(en=f"needs one {key} in where, not several", zh=f"需要 where 中只有一个 {key}")
                self.names.fault(f"{at}.write.create", which)
        if not where.types and any(len(one.types) > 1 for one in self._of([rule.from_])):
            self.names.fault(f"{at}.write.create", Label(en="needs a type in where", zh="需要在 where 中写 type"))
        return ResolvedCreation(
            type=min(where.types, default=None), parent=where.parent, groups=tuple(sorted(where.groups))
        )

    def copy(self, rule: Copy, at: str) -> ResolvedCopy | None:
        """Return *rule*, which says as what a record that is at home elsewhere stands here."""
        if not self._readable(rule.kind, f"{at}.kind"):
            return None
        if self._kinds[rule.kind].shape != "item":
            gathers = Label(
                en=f'"{rule.kind}" gathers items and cannot be a copy', zh=f"「{rule.kind}」是分组，不能作为副本"
            )
            self.names.fault(f"{at}.kind", gathers)
            return None
        types = () if rule.type is None else (rule.type,)
        where = self._where(Where(type=types, group=rule.group), at, [rule.kind])
        if not where.types and any(len(one.types) > 1 for one in self._of([rule.kind])):
            self.names.fault(f"{at}.type", Label(en="is missing", zh="缺少"))
        begins = None if rule.state is None else self.state(rule.state, f"{at}.state", [rule.kind], where.types)
        states = {
            registered: found
            for registered, name in rule.states.items()
            if (found := self.state(name, f"{at}.states", [rule.kind], where.types))
        }
        return ResolvedCopy(
            concept=rule.concept,
            from_=rule.from_,
            when=frozenset(rule.when),
            match=_pattern(rule.match),
            kind=rule.kind,
            type=min(where.types, default=None),
            groups=tuple(sorted(where.groups)),
            carry=frozenset(rule.carry),
            begins=begins,
            states=states,
            decision=rule.decision,
        )

    def state(self, name: str, at: str, kinds: Sequence[str], types: frozenset[str] = frozenset()) -> str | None:
        options = {
            info.state.id: info.state.name
            for schema in self._of(kinds)
            for info in schema.states
            if not types or not info.types or info.types & types
        }
        return self.names.find(name, at, "state", options, complete=self._complete(kinds))

    # -- selectors

    def _where(self, where: Where, at: str, kinds: Sequence[str]) -> ResolvedWhere:
        options = {one.id: one.name or one.id for schema in self._of(kinds) for one in schema.types}
        types = frozenset(
            found
            for name in where.type
            if (found := self.names.find(name, f"{at}.type", "type", options, complete=self._complete(kinds)))
        )
        return ResolvedWhere(
            types=types,
            groups=frozenset(group for name in where.group for group in self._groups(name, f"{at}.group")),
            states=self._states(where.state, f"{at}.state", kinds, types),
            parent=self._parent(where.parent, f"{at}.parent", kinds) if where.parent else None,
            title=_pattern(where.title),
            fields=self._field_values(where.field, f"{at}.field", kinds),
        )

    def _states(self, names: Sequence[str], at: str, kinds: Sequence[str], types: frozenset[str]) -> frozenset[str]:
        return frozenset(found for name in names if (found := self.state(name, at, kinds, types)))

    def _groups(self, name: str, at: str) -> list[RecordId]:
        groups = {group.id: group.title for schema in self._schema.kinds.values() for group in schema.groups}
        options = {str(one): title for one, title in groups.items()}
        label, identity = split_name(name)
        bare = [one for one in groups if one.external_id == (identity or label)]
        if len(bare) == 1:  # ids of different kinds may be alike; where they are not, the kind need not be written
            name = f"{label}|{bare[0]}" if identity else str(bare[0])
        found = self.names.find(name, at, "group", options, complete=self._complete(list(self._schema.kinds)))
        if found is None:
            return []
        if found in options:
            return [RecordId.parse(found)]
        group_kinds = [one for one in self._schema.kinds if one in self._kinds and self._kinds[one].shape == "group"]
        return [RecordId(kind=kind, external_id=found) for kind in group_kinds]

    def _parent(self, written: str, at: str, kinds: Sequence[str]) -> RecordId | None:
        name, identity = split_name(written)
        key = self._schema.project.key
        if identity is None and key and name.startswith(f"{key}-"):
            write = Label(
                en=f'"{name}" is a key; write {name}|ID with its id, because keys change',
                zh=f"「{name}」是编号，请写成 {name}|ID（带 id），因为编号会变",
            )
            self.names.fault(at, write)
            return None
        text = identity or name
        kind, colon, external_id = text.partition(":")
        if colon and external_id and kind in self._kinds:
            return RecordId(kind=kind, external_id=external_id)
        return RecordId(kind=kinds[0], external_id=text)

    def _items(self, rule: MilestoneRule, at: str, shape: Literal["item", "group"]) -> Items | ResolvedWhere:
        if isinstance(rule.items, Where):
            return self._where(rule.items, f"{at}.items", self._item_kinds)
        fits = _FITS[shape]
        if rule.items is None or rule.items in fits:
            return rule.items or fits[0]
        unfit = Label(
            en=f'"{rule.items}" does not fit "{rule.from_}"; possible: {", ".join(fits)}',
            zh=f"「{rule.items}」不适用于「{rule.from_}」，可用：{'、'.join(fits)}",
        )
        self.names.fault(f"{at}.items", unfit)
        return rule.items

    # -- fields

    def _field(self, written: str | None, at: str, kinds: Sequence[str], types: frozenset[str]) -> str | None:
        if not written:
            return None
        infos = self._fields(kinds)
        options = {info.id: info.name for info in infos.values()}
        found = self.names.find(written, at, "field", options, complete=self._complete(kinds))
        info = infos.get(found or "")
        if info is not None and info.type not in types:
            needed = Label(en="a number", zh="数字") if types is _NUMBERS else Label(en="a date", zh="日期")
            unfit = Label(
                en=f'needs {needed.en}; the field "{info.name}" ({info.id}) holds another type: {info.type}',
                zh=f"需要{needed.zh}，而字段「{info.name}」（{info.id}）的类型是 {info.type}",
            )
            self.names.fault(at, unfit)
        return found

    def _field_values(
        self, written: Mapping[str, tuple[str, ...]], at: str, kinds: Sequence[str]
    ) -> dict[str, frozenset[str]]:
        infos, complete = self._fields(kinds), self._complete(kinds)
        options = {info.id: info.name for info in infos.values()}
        values: dict[str, frozenset[str]] = {}
        for name, wanted in written.items():
            found = self.names.find(name, at, "field", options, complete=complete)
            if found is None:
                continue
            choices = {one.id: one.name or one.id for one in infos[found].options} if found in infos else {}
            # A field without a list of options holds free text, which is compared as it is written.
            values[found] = frozenset(
                chosen
                for one in wanted
                if (chosen := self.names.find(one, f"{at}.{name}", "option", choices) if choices else one)
            )
        return values

    def _fields(self, kinds: Sequence[str]) -> dict[str, FieldInfo]:
        return {info.id: info for schema in self._of(kinds) for info in schema.fields}

    # -- the schema

    def _of(self, kinds: Sequence[str]) -> list[KindSchema]:
        return [self._schema.kinds[kind] for kind in kinds if kind in self._schema.kinds]

    def _complete(self, kinds: Sequence[str]) -> bool:
        return all(schema.complete for schema in self._of(kinds))

    def _readable(self, kind: str, at: str) -> bool:
        if kind not in self._kinds:
            known = sorted(self._kinds)
            unknown = Label(
                en=f'"{kind}" is unknown; known: {", ".join(known)}', zh=f"「{kind}」不认识，可用：{'、'.join(known)}"
            )
            self.names.fault(at, unknown)
            return False
        schema = self._schema.kinds.get(kind)
        support = schema.supports.get(Verb.READ) if schema else None
        if schema is not None and support:
            return True
        why = support.note if support is not None else Label(zh="", en="")
        unreadable = Label(
            en=f'"{kind}" cannot be read in {self.names.thing}' + (f": {why.en}" if why.en else ""),
            zh=f"在 {self.names.thing} 中读不到「{kind}」" + (f"：{why.zh}" if why.zh else ""),
        )
        self.names.fault(at, unreadable)
        return False


def _pattern(written: str | None) -> re.Pattern[str] | None:
    return None if written is None else re.compile(written)
