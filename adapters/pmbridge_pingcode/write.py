"""Writing: each write as exactly one request, after reading no more than what is needed to address it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Remembered, signed
from pmbridge.errors import NeedsInput, PmbridgeError, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Item, Receipt, Transition, Update, Values, Write
from pmbridge.richtext import as_format
from pmbridge.values import Day, FieldValue, Named, Plain, RecordId, Rich
from pmbridge_pingcode import wire, wire_writes
from pmbridge_pingcode.kinds import IDEA, PRODUCT, RELATIONS, RELEASE, SPRINT, WORK_ITEM
from pmbridge_pingcode.marking import signed_html
from pmbridge_pingcode.outgoing import FIELD, PLAN, Body, Outgoing, afterwards
from pmbridge_pingcode.sending import Sender, code_of
from pmbridge_pingcode.site import Site
from pmbridge_pingcode.table import Table
from pmbridge_pingcode.translate import comment
from pmbridge_pingcode.write_releases import ReleaseWriter

Row = wire.WorkItem | wire.Ticket | wire.Idea

_WORK_ITEM: TypeAdapter[Row] = TypeAdapter(wire.WorkItem)
_TICKET: TypeAdapter[Row] = TypeAdapter(wire.Ticket)
_IDEA: TypeAdapter[Row] = TypeAdapter(wire.Idea)
_ROWS: Mapping[str, TypeAdapter[Row]] = {"work_item": _WORK_ITEM, "ticket": _TICKET, "idea": _IDEA}
_COMMENT, _LINK = TypeAdapter(wire.Comment), TypeAdapter(wire_writes.Made)
_LINKED_ALREADY = "100350"
_UNREACHABLE = {
    "100303": "there is no such state", "100379": "no transition leads there from the present state",
    "100702": "no such state, or no transition leads there", "100719": "no such state, or no transition leads there",
}  # fmt: skip
_DAY = timedelta(days=1)


class Writer:
    """Writes of one connection. *asked*: what the last pull asked for; an answer is shown as a pull would show it."""

    def __init__(self, site: Site, asked: Remembered) -> None:
        self._site, self._asked, self._sender = site, asked, Sender(site)
        self._out = Outgoing(zone=ZoneInfo(site.settings.day_zone), refuse=self._sender.unsupported)

    def push(self, write: Write) -> Receipt:
        """Send *write* once.

        Raises:
            Unsupported: PingCode cannot do it; ``url`` leads to where a person can.
            NeedsInput: something without which PingCode makes nothing is missing; ``wanted`` names it.
            Rejected: PingCode refused it; nothing changed.
            Doubtful: it was sent, and nobody knows what became of it.
        """
        try:
            match write:
                case Create(kind="work_item" | "ticket" | "idea"):
                    return self._create(write)
                case Create(kind="release"):
                    return self._releases().create(write)
                case Update(target=RecordId(kind="work_item" | "ticket" | "idea")):
                    return self._update(write)
                case Update(target=RecordId(kind="release")):
                    return self._releases().update(write)
                case Transition(target=RecordId(kind="work_item" | "ticket" | "idea")):
                    return self._transition(write)
                case Transition(target=RecordId(kind="release")):
                    return self._releases().enter(write)
                case AddComment(target=RecordId(kind="work_item" | "ticket" | "idea"), audience="public"):
                    return self._comment(write)
                case AddComment(target=RecordId(kind="work_item" | "ticket" | "idea")):
                    raise self._sender.unsupported("a comment that not everybody sees", "仅部分人可见的评论")
                case AddLink(target=RecordId(kind="work_item" | "ticket" | "idea")):
                    return self._link(write)
                case Create():
                    raise self._sender.unsupported(f"creating a {write.kind}", f"新建 {write.kind}")
                case _:
                    raise self._sender.unsupported(f"this of a {write.target.kind}", f"对 {write.target.kind} 的该操作")
        except PmbridgeError as error:
            if isinstance(error, Unsupported) and not error.url:
                error.facts["url"] = self._address(write)
            error.with_facts(connection=self._site.context.connection, tool="PingCode")
            raise

    def canonical(self, kind: str, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as PingCode will keep it. Asks PingCode nothing. Raises as ``Outgoing.stored`` does."""
        return self._out.stored(kind, key, value)

    # -------------------------------------------------------------------------------------------- items

    def _create(self, write: Create) -> Receipt:
        kind = write.kind
        values: dict[str, FieldValue | None] = {key: one for key, one in write.values.items() if one is not None}
        if not isinstance(values.get("title"), Plain):
            raise NeedsInput(faults={"title": "required"}, wanted={"title": "标题"})
        if not write.type and kind != IDEA:
            raise NeedsInput(faults={"type_id": "required"}, wanted={"type_id": "类型"})
        if write.parent is not None:
            values["parent"] = self._parent(kind, write.parent)
        self._out.body(kind, values)  # what cannot be written is told before anything is
        later = afterwards(kind, self._site.dialect)
        left = {key: one for key, one in values.items() if key in later}
        given = {key: one for key, one in values.items() if key not in later}
        body = self._out.body(kind, given) | self._groups(kind, write.groups)
        self._sign(body, write.uid)
        home = "project_id" if kind == WORK_ITEM else "product_id"
        body[home] = write.project.removeprefix(PRODUCT)
        body |= {} if kind == IDEA else {"type_id": write.type}
        if write.state and kind == WORK_ITEM:
            body["state_id"] = write.state
        table = self._table(kind, given)
        table.reader(write.project, kind)  # asked for before: the last thing that a write sends is the write
        row = self._sender.once("POST", self._site.dialect.items(kind), _ROWS[kind], body)
        after = self._shown(table, row)
        if after is not None:
            left |= {key: one for key, one in given.items() if not self._holds(after, key, one)}
        return Receipt(
            uid=write.uid,
            id=RecordId(kind=kind, external_id=row.id),
            url=row.html_url or "",
            left=left,
            after=after,
        )

    def _update(self, write: Update) -> Receipt:
        kind = write.target.kind
        body = self._out.body(kind, write.values, changes=True)
        if "description" in body and write.marker:
            self._sign(body, write.marker)
        if write.join or write.leave:
            body |= self._moved(write)
        if PLAN in body:
            body[PLAN] = self._whole_plan(write.target, body[PLAN])
        if not body:
            return Receipt(uid=write.uid, id=write.target)
        return self._changed(write.uid, write.target, body, write.values)

    def _transition(self, write: Transition) -> Receipt:
        kind = write.target.kind
        # A text may carry the marker, which a transition does not know.
        left = {key: one for key, one in write.values.items() if key == "description"}
        given = {key: one for key, one in write.values.items() if key not in left}
        body = self._out.body(kind, given, changes=True)
        if PLAN in body:
            body[PLAN] = self._whole_plan(write.target, body[PLAN])
        body["state_id"] = write.to
        try:
            return self._changed(write.uid, write.target, body, given, left=left)
        except Rejected as error:
            if why := _UNREACHABLE.get(code_of(error)):
                raise Rejected(faults={"state": f"{code_of(error)} {why}: {write.to}"}) from error
            raise

    def _changed(
        self, uid: str, target: RecordId, body: Body, values: Values, *, left: Values | None = None
    ) -> Receipt:
        path = f"{self._site.dialect.items(target.kind)}/{target.external_id}"
        row = self._sender.once("PATCH", path, _ROWS[target.kind], body)
        # What PingCode dropped without a word shows in what it answered: the engine compares.
        after = self._shown(self._table(target.kind, values), row)
        return Receipt(uid=uid, id=target, url=row.html_url or "", left=left or {}, after=after)

    def _sign(self, body: Body, uid: str) -> None:
        """Put the marker of *uid* where this team has it."""
        if (own := self._site.settings.marker_property) is None:
            body["description"] = signed_html(str(body.get("description", "")), uid)
            return
        properties = body.get("properties")
        body["properties"] = {**(properties if isinstance(properties, dict) else {}), own: signed("", uid)}

    # ------------------------------------------------------------------------------- groups, parents, plans

    def _parent(self, kind: str, parent: RecordId) -> Named:
        if kind != WORK_ITEM or parent.kind != WORK_ITEM:
            raise self._sender.unsupported(f"a {kind} below a {parent.kind}", f"{parent.kind} 下的 {kind}")
        return Named(id=parent.external_id)

    def _groups(self, kind: str, groups: Iterable[RecordId]) -> Body:
        """Return the keys that put an item into *groups*."""
        releases: list[JsonValue] = []
        sprints: list[JsonValue] = []
        for one in groups:
            if kind != WORK_ITEM or one.kind not in (RELEASE, SPRINT):
                raise self._sender.unsupported(f"the {one.kind} of a {kind}", f"{kind} 的 {one.kind}")
            (releases if one.kind == RELEASE else sprints).append(one.external_id.partition("/")[2])
        if len(sprints) > 1:
            raise self._sender.unsupported("an item in two sprints", "同属两个迭代的工作项")
        return ({"version_ids": releases} if releases else {}) | ({"sprint_id": sprints[0]} if sprints else {})

    def _moved(self, write: Update) -> Body:
        """Return the keys that make the item join and leave groups: the list of releases is replaced as a whole.

        What others put there stays; neither the last release nor the sprint can be taken away.
        """
        joined = self._groups(write.target.kind, sorted(write.join, key=str))
        left = self._groups(write.target.kind, sorted(write.leave, key=str))
        if "sprint_id" in left and "sprint_id" not in joined:
            raise self._sender.unsupported("taking an item out of its sprint", "将工作项移出迭代")
        found: Body = {"sprint_id": joined["sprint_id"]} if "sprint_id" in joined else {}
        join, leave = _ids(joined), _ids(left)
        if join or leave:
            path = f"{self._site.dialect.items(WORK_ITEM)}/{write.target.external_id}"
            row = self._site.get(path, TypeAdapter(wire.WorkItem), **self._site.dialect.single())
            here = {one.id for one in (*(row.versions or ()), *((row.version,) if row.version else ()))}
            there = (here | join) - leave
            if here and not there:
                raise self._sender.unsupported("taking an item out of its last release", "将工作项移出最后一个发布")
            if there != here:
                found["version_ids"] = [*sorted(there)]
        return found

    def _whole_plan(self, idea: RecordId, said: object) -> Body:
        """Return an idea's plan with both of its ends: the one that is not said stays, or is the same day."""
        plan: dict[str, int] = dict(said) if isinstance(said, dict) else {}
        if len(plan) < 2:
            path = f"{self._site.dialect.items(IDEA)}/{idea.external_id}"
            kept = self._site.get(path, TypeAdapter(wire.Idea)).plan_at
            if kept is not None and kept.from_ is not None and kept.to is not None:
                plan = {"from": kept.from_, "to": kept.to} | plan
            else:
                plan |= self._rest_of_day(plan)
        return {"from": plan["from"], "to": plan["to"], "granularity": "day"}

    def _rest_of_day(self, plan: Mapping[str, int]) -> dict[str, int]:
        """Return the other end of the day in which the one end of *plan* lies."""
        ((end, at),) = plan.items()
        moment = datetime.fromtimestamp(at, self._out.zone)
        first = moment.replace(hour=0, minute=0, second=0)
        return {"from": int(first.timestamp())} if end == "to" else {"to": int((first + _DAY).timestamp()) - 1}

    # --------------------------------------------------------------------------------- comments and links

    def _comment(self, write: AddComment) -> Receipt:
        form = self._site.settings.comment_format
        text = as_format(write.body, form).original
        body: Body = {
            "principal_type": write.target.kind,
            "principal_id": write.target.external_id,
            "content": signed_html(text, write.uid) if form == "html" else signed(text, write.uid),
        }
        made = comment(self._sender.once("POST", "/v1/comments", _COMMENT, body), write.target, form)
        return Receipt(uid=write.uid, id=made.id, after=made)

    def _link(self, write: AddLink) -> Receipt:
        here, there = write.target, write.to
        if isinstance(there, str):
            raise self._sender.unsupported("a link to a page", "指向网页的链接")
        if there.kind not in _ROWS:
            raise self._sender.unsupported(f"a link to a {there.kind}", f"指向 {there.kind} 的链接")
        if here.kind == there.kind == WORK_ITEM:
            path = f"{self._site.dialect.items(WORK_ITEM)}/{here.external_id}/relations"
            said: Body = {
                "target_work_item_id": there.external_id,
                "relation_type": write.relation or RELATIONS[0].id,
            }
            try:
                self._sender.once("POST", path, _LINK, said)
            except Rejected as error:
                if code_of(error) != _LINKED_ALREADY:
                    raise
            return Receipt(uid=write.uid, id=here)
        if write.relation:
            en = f"a link of a certain type between a {here.kind} and a {there.kind}"
            raise self._sender.unsupported(en, f"{here.kind} 与 {there.kind} 之间带类型的链接")
        return self._cross_link(write, here, there)

    def _cross_link(self, write: AddLink, here: RecordId, there: RecordId) -> Receipt:
        """Link things of two kinds. Whether PingCode refuses a second such link is not known, so it is looked for."""
        pair = {"principal_type": here.kind, "principal_id": here.external_id, "target_type": there.kind}
        known = self._site.every("/v1/relations", wire_writes.Linked, **pair)
        if not any(one.target is not None and one.target.id == there.external_id for one in known):
            self._sender.once("POST", "/v1/relations", _LINK, {**pair, "target_id": there.external_id})
        return Receipt(uid=write.uid, id=here)

    # --------------------------------------------------------------------------------------------- parts

    def _releases(self) -> ReleaseWriter:
        return ReleaseWriter(self._sender, self._out, self._table(RELEASE, {}))

    def _table(self, kind: str, values: Values) -> Table:
        """Return the table that shows what a pull would, and all that is written of *values*."""
        written = {key.removeprefix(FIELD) for key in values if key.startswith(FIELD)}
        fields = {name: frozenset(ids) for name, ids in self._asked.fields.items()}
        if written:
            fields[kind] = fields.get(kind, frozenset()) | written
        return Table(site=self._site, kinds=frozenset(self._asked.kinds), fields=fields)

    def _shown(self, table: Table, row: Row) -> Item | None:
        """Return *row* as a record where that needs no request: the write is done, and nothing may fail after it."""
        made = table.item(row) if table.ready(row) else None
        return made if isinstance(made, Item) else None

    def _holds(self, made: Item, key: str, value: FieldValue | None) -> bool:
        """Return whether PingCode took *value*; of a text, whether it took any: it may spell HTML in its own way."""
        wanted = self._out.stored(made.id.kind, key, value)
        match key:
            case "title":
                return wanted == Plain(text=made.title)
            case "description":
                return isinstance(made.description, Rich)
            case "assignees":
                return made.assignees == tuple(one.id for one in getattr(wanted, "items", ()))
            case "parent":
                return made.parent is not None and made.parent.external_id == getattr(wanted, "id", None)
            case "start" | "due":
                shows = made.start if key == "start" else made.due
                if isinstance(value, Day):  # whichever second of it
                    return shows is not None and shows.day(self._out.zone) == value.on
                return shows == wanted
            case _:
                return _only_ids(made.fields.get(key.removeprefix(FIELD))) == _only_ids(wanted)

    def _address(self, write: Write) -> str:
        """Return where a person can do it: the item, or the team's pages."""
        try:
            if not isinstance(write, Create) and write.target.kind in _ROWS:
                path = f"{self._site.dialect.items(write.target.kind)}/{write.target.external_id}"
                if url := self._site.get(path, _ROWS[write.target.kind]).html_url:
                    return url
        except PmbridgeError:  # the refusal is what counts
            pass
        return self._sender.home()


def _ids(said: Body) -> set[str]:
    found = said.get("version_ids")
    return {str(one) for one in found} if isinstance(found, list) else set()


def _only_ids(value: object) -> object:
    """Return *value*; of what has an id, only that: its name is for people."""
    if isinstance(value, Named):
        return value.id
    items = getattr(value, "items", None)
    return tuple(one.id for one in items) if isinstance(items, tuple) else value
