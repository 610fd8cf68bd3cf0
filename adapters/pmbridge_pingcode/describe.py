"""What a mapping of one project or product may name: types, states, fields, releases, sprints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pmbridge.adapter import in_order, project_called
from pmbridge.errors import ConfigError, NotVisible
from pmbridge.records import Focus, KindSchema, ProjectSchema, RemoteProject, StateInfo, Support, ToolState
from pmbridge.values import Label, Named, ProjectId
from pmbridge_pingcode import wire
from pmbridge_pingcode.classify import ScopeMissing
from pmbridge_pingcode.fields import infos
from pmbridge_pingcode.groups import GroupReader, Groups
from pmbridge_pingcode.kinds import (
    DELIVERABLE,
    DELIVERING,
    IDEA,
    KINDS,
    PRODUCT,
    RELATIONS,
    RELEASE,
    SPRINT,
    SPRINTING,
    TICKET,
    WORK_ITEM,
)
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.translate import NO_STATE, Reader

_SPRINT_STATES = ("pending", "in_progress", "completed")


def projects(site: Site) -> Iterator[RemoteProject]:
    """Yield projects, then products. An application without the right to products has none here."""
    for one in site.projects():
        yield _remote(one, "")
    yield from _products(site)


def _products(site: Site) -> Iterator[RemoteProject]:
    try:
        products = list(site.products())
    except ScopeMissing:
        site.context.log.info("products are outside of what this credential may read")
        return
    for product in products:
        yield _remote(product, PRODUCT)


def _remote(one: wire.Project | wire.Product, prefix: str) -> RemoteProject:
    return RemoteProject(
        id=ProjectId(prefix + one.id),
        key=one.identifier or one.name,
        name=one.name,
        archived=bool(one.is_archived),
        updated_at=None if one.updated_at is None else datetime.fromtimestamp(one.updated_at, UTC),
    )


class Describer:
    """Describes projects of one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        settings = site.settings
        self._reader = Reader(kinds=KINDS, zone=ZoneInfo(settings.day_zone), closed_counts_as=settings.closed_counts_as)

    def describe_all(
        self, texts: Sequence[str], focus: Mapping[str, Focus]
    ) -> Iterator[ProjectSchema | NotVisible | ConfigError]:
        """Yield the schema of the project or product that each of *texts* names, in their order, or what is wrong.

        That is ``NotVisible`` for an id that is not there or cannot be seen, ``ConfigError`` for an identifier or name
        that none has (lists the nearest) or several have. One list tells all projects, so none is asked for by itself;
        states and properties are told of the types in *focus*, releases and sprints where groups are named.
        """
        if not texts:
            return
        listed: Mapping[ProjectId, wire.Project] = {}
        by_name = not all(_looks_like_an_id(text.strip()) for text in texts)
        if any(not text.strip().startswith(PRODUCT) for text in texts):
            try:
                listed = self._site.listed_projects()
                self._site.stages()
            except NotVisible:
                if by_name:
                    raise
                # Each is asked for by itself, and says why.
        connection = self._site.context.connection
        every: list[RemoteProject] = []
        if by_name:
            every = [*(_remote(one, "") for one in listed.values()), *_products(self._site)]

        def describe(text: str) -> ProjectSchema | NotVisible | ConfigError:
            try:
                wanted = text.strip()
                is_id = _looks_like_an_id(wanted)
                id_ = ProjectId(wanted) if is_id else project_called(text, every, connection=connection).id
                return self._described(wanted, id_, listed.get(id_), focus.get(text, Focus()))
            except (NotVisible, ConfigError) as error:
                return error

        yield from in_order(describe, texts, workers=self._site.settings.workers)

    def _described(self, wanted: str, id_: ProjectId, listed: wire.Project | None, focus: Focus) -> ProjectSchema:
        try:
            if id_.startswith(PRODUCT):
                product = self._site.product(id_)
                return ProjectSchema(project=_remote(product, PRODUCT), kinds=self._of_product(id_))
            # One that is not in the list may be asked for all the same: the answer says why.
            project = listed or self._site.project(id_)
        except NotVisible as error:
            raise error.with_facts(thing=f"{self._site.context.connection}:{wanted}") from None
        return ProjectSchema(
            project=_remote(project, ""),
            kinds=self._of_project(id_, project.type, focus),
            focus=focus,
        )

    # ------------------------------------------------------------------------------------------ projects

    def _of_project(self, project: ProjectId, kind: str | None, focus: Focus) -> Mapping[str, KindSchema]:
        groups = Groups(project=project)
        if focus.groups:
            (groups,) = GroupReader(self._site, {RELEASE, SPRINT} if kind in SPRINTING else {RELEASE}).read([project])
        if groups.error is not None:
            raise groups.error
        kinds = {WORK_ITEM: self._work_items(project, focus), RELEASE: self._releases(groups)}
        if kind in SPRINTING:
            states = tuple(StateInfo(state=self._state(one)) for one in _SPRINT_STATES)
            rows = groups.sprints.sound if groups.sprints else ()
            kinds[SPRINT] = KindSchema(
                supports=KINDS[SPRINT].supports,
                states=states,
                groups=tuple(self._reader.sprint(one, project) for one in rows),
            )
        if kind in DELIVERING:
            kinds[DELIVERABLE] = KindSchema(
                supports=KINDS[DELIVERABLE].supports,
                types=(Named(id="link", name="link"), Named(id="attachment", name="attachment")),
                states=(StateInfo(state=NO_STATE),),
                fields=infos(DELIVERABLE, ()),
            )
        return kinds

    def _work_items(self, project: ProjectId, focus: Focus) -> KindSchema:
        root = self._site.dialect.root
        types = self._site.type_names(project, anew=True)
        named = None if focus.types is None else {text.strip().casefold() for text in focus.types}
        properties: dict[str, wire.Property] = {}
        states: dict[str, StateInfo] = {}
        for type_, name in types.items():
            if named is not None and named.isdisjoint((type_, name.strip().casefold())):
                continue
            for one in self._site.properties(project, type_) if focus.fields else ():
                properties.setdefault(one.id, one)
            of_type = self._site.every(
                f"{root}/work_item/states", wire.State, project_id=project, work_item_type_id=type_
            )
            for state in of_type:
                known = states.get(state.id) or StateInfo(state=self._reader.state(state))
                states[state.id] = replace(known, types=known.types | {type_})
        return KindSchema(
            supports=KINDS[WORK_ITEM].supports,
            types=tuple(Named(id=one, name=name) for one, name in types.items()),
            states=tuple(states.values()),
            fields=infos(WORK_ITEM, [*properties.values()]),
            relations=RELATIONS,
        )

    def _releases(self, groups: Groups) -> KindSchema:
        stages = self._site.stages()
        rows = groups.releases.sound if groups.releases else ()
        return KindSchema(
            supports=KINDS[RELEASE].supports,
            states=tuple(StateInfo(state=self._reader.state(one)) for one in stages),
            groups=tuple(self._reader.release(one, groups.project) for one in rows),
        )

    # ------------------------------------------------------------------------------------------ products

    def _of_product(self, project: ProjectId) -> Mapping[str, KindSchema]:
        product = project.removeprefix(PRODUCT)
        return {
            TICKET: self._ship(TICKET, product, lambda: self._named("ticket/types", product)),
            IDEA: self._ship(IDEA, product, lambda: (Named(id=IDEA, name="需求"),)),
        }

    def _ship(self, kind: str, product: str, types: Callable[[], tuple[Named, ...]]) -> KindSchema:
        """Return what tickets or ideas have; a kind that the credential may not read says so."""
        try:
            states = self._site.every(f"/v1/ship/{kind}/states", wire.State, product_id=product)
            return KindSchema(
                supports=KINDS[kind].supports,
                types=types(),
                states=tuple(StateInfo(state=self._reader.state(one)) for one in states),
                fields=infos(kind, list(self._site.ship_properties(kind, product))),
            )
        except ScopeMissing as error:
            detail = str(error.facts.get("detail") or "403")
            denied = Support(level="denied", note=Label(zh=f"应用的数据范围不含此项：{detail}", en=detail))
            return KindSchema(supports=dict.fromkeys(KINDS[kind].supports, denied))

    def _named(self, what: str, product: str) -> tuple[Named, ...]:
        rows = self._site.every(f"/v1/ship/{what}", wire.WorkItemType, product_id=product)
        return tuple(Named(id=one.id, name=one.name) for one in rows)

    def _state(self, said: str) -> ToolState:
        return self._reader.state(wire.State(id=said, name=said, type=said))


def _looks_like_an_id(text: str) -> bool:
    digits: Iterable[str] = text.removeprefix(PRODUCT)
    return len(text.removeprefix(PRODUCT)) == 24 and all(c in "0123456789abcdef" for c in digits)
