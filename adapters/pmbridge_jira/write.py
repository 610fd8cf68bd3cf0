"""Writing: each write as exactly one request, after reading no more than what is needed to address it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue, TypeAdapter

from pmbridge.adapter import Call, signed
from pmbridge.errors import NeedsInput, NotVisible, PmbridgeError, Rejected, Unsupported
from pmbridge.records import AddComment, AddLink, Create, Receipt, Transition, Update, Write
from pmbridge.richtext import as_format
from pmbridge.values import FieldValue, Named, ProjectId, RecordId
from pmbridge_jira import wire, wire_writes
from pmbridge_jira.classify import rate_key
from pmbridge_jira.outgoing import Outgoing, field_of, one_line
from pmbridge_jira.sending import ANYTHING, Sender, mark
from pmbridge_jira.site import Site, pages
from pmbridge_jira.translate import ISSUE, MARKER_LABEL, VERSION
from pmbridge_jira.write_versions import VersionWriter

_MADE = TypeAdapter(wire_writes.Made)
_MADE_COMMENT = TypeAdapter(wire_writes.MadeComment)
_TRANSITIONS = TypeAdapter(wire_writes.Transitions)
_SCREEN = TypeAdapter(wire_writes.CreateScreen)
_LINK_TYPES = TypeAdapter(wire_writes.LinkTypes)
_PLACE = TypeAdapter(wire.PlacedIssue)
_USER = TypeAdapter(wire.User)
_KEYED = TypeAdapter(wire.Keyed)
_NOW = TypeAdapter(dict[str, JsonValue])
_GIVEN = frozenset({"project", "issuetype", "reporter"})
"""Fields of the create screen that are always sent, or that Jira fills in itself."""
_DAY = timedelta(days=1)


class Writer:
    """Writes of one connection. *start*: id of the field that holds an issue's start."""

    def __init__(self, site: Site, *, start: str | None) -> None:
        self._site, self._sender = site, Sender(site)
        self._catalogue = site.catalogue()
        self._start = start
        self.out = Outgoing(
            dialect=site.dialect,
            catalogue=self._catalogue,
            start=start,
            zone=ZoneInfo(site.settings.day_zone),
            account=self._account,
            refuse=self._sender.unsupported,
        )
        self._versions = VersionWriter(self._sender, self.out)

    def push(self, write: Write) -> Receipt:
        """Send *write* once.

        Raises:
            Unsupported: Jira, or this connection, cannot do it; ``url`` leads to where a person can.
            NeedsInput: a field is missing that the screen requires; ``wanted`` names it.
            Rejected: Jira refused it; nothing changed.
            Doubtful: it was sent, and nobody knows what became of it.
        """
        try:
            match write:
                case Create(kind="issue"):
                    return self._create_issue(write)
                case Create(kind="version"):
                    return self._versions.create(write)
                case Update(target=RecordId(kind="issue")):
                    return self._update_issue(write)
                case Update(target=RecordId(kind="version")):
                    return self._versions.update(write)
                case Transition(target=RecordId(kind="issue")):
                    return self._transition(write)
                case Transition(target=RecordId(kind="version")):
                    return self._versions.release(write)
                case AddComment(target=RecordId(kind="issue")):
                    return self._comment(write)
                case AddLink(target=RecordId(kind="issue")):
                    return self._link(write)
                case Create():
                    raise self._sender.unsupported(f"creating a {write.kind}", f"新建 {write.kind}")
                case _:
                    raise self._sender.unsupported(f"this of a {write.target.kind}", f"对 {write.target.kind} 的该操作")
        except PmbridgeError as error:
            if isinstance(error, Unsupported) and not error.url:
                error.facts["url"] = self._address(write)
            error.with_facts(connection=self._site.context.connection, tool="Jira")
            raise

    def canonical(self, kind: str, key: str, value: FieldValue | None) -> FieldValue | None:
        """Return *value* as Jira will keep it.

        Raises:
            Unsupported: it cannot be written.
        """
        if kind == ISSUE:
            return self.out.stored(key, value)
        if kind == VERSION:
            return self._versions.stored(key, value)
        raise self._sender.unsupported(f"writing a {kind}", f"写入 {kind}")

    # ------------------------------------------------------------------------------------------- issues

    def _create_issue(self, write: Create) -> Receipt:
        if not write.type:
            raise NeedsInput(faults={"issuetype": "required"}, wanted={"issuetype": "Issue type"})
        screen = self._create_screen(write.project, write.type)
        values = {key: value for key, value in write.values.items() if value is not None}
        if write.parent is not None:
            values["parent"] = Named(id=write.parent.external_id)
        groups = self._groups_of(write.groups)
        sent = self._wired(values, epics=screen is not None and "parent" not in screen)
        labels = [*groups.pop("labels", []), f"{MARKER_LABEL}{write.uid}"]
        sent |= {"fixVersions": versions} if (versions := groups.pop("fixVersions", None)) else {}
        left: dict[str, FieldValue | None] = {}
        if screen is not None:
            for key in list(values):
                id_ = self._id_sent(key, sent)
                if id_ not in screen:
                    # Screens of edits show more than those on which issues are made.
                    left[key] = values[key]
                    sent.pop(id_, None)
            missing = {
                id_: one.name or id_ for id_, one in screen.items()
                if one.required and not one.hasDefaultValue and id_ not in _GIVEN and not sent.get(id_)
            }  # fmt: skip
            missing.pop("labels", None)
            if missing:
                raise NeedsInput(faults=dict.fromkeys(missing, "required"), wanted=missing)
        if screen is None or "labels" in screen:
            sent["labels"] = labels
        body = {
            "fields": {"project": {"id": write.project}, "issuetype": {"id": write.type}, **sent},
            "properties": [mark(write.uid)],
        }
        try:
            made = self._sender.once("POST", self._sender.path("/issue"), _MADE, body)
        except Rejected:
            self._site.context.memo.drop(self._screen_key(write.project, write.type))
            raise
        return Receipt(
            uid=write.uid,
            id=RecordId(kind=ISSUE, external_id=made.id),
            url=self._site.browse(made.key),
            left=left,
        )

    def _update_issue(self, write: Update) -> Receipt:
        fields = self._wired(write.values, of=write.target)
        update: dict[str, list[dict[str, JsonValue]]] = {
            id_: [*({"add": one} for one in add), *({"remove": one} for one in remove)]
            for id_, (add, remove) in self._moves(write).items()
        }
        if "parent" in fields and fields["parent"] is None:
            del fields["parent"]
            update["parent"] = [{"set": {"none": True}}]
        if fields or update:
            body = {name: part for name, part in (("fields", fields), ("update", update)) if part}
            self._sender.once("PUT", self._sender.path(f"/issue/{write.target.external_id}"), ANYTHING, body)
        return Receipt(uid=write.uid, id=write.target)

    def _transition(self, write: Transition) -> Receipt:
        path = self._sender.path(f"/issue/{write.target.external_id}/transitions")
        response = self._site.client.fetch(
            "GET", path, call=Call.READ, params={"expand": "transitions.fields"}, rate=rate_key(path)
        )
        found = self._site.client.parse(response, _TRANSITIONS).data.transitions
        leading = [one for one in found if one.to["id"] == write.to]
        if not leading:
            return self._already(write)
        sent = self._wired(write.values, of=write.target)
        # Of several ways the one that asks for least.
        chosen = min(leading, key=lambda one: len(_missing(one, sent)))
        if missing := _missing(chosen, sent):
            raise NeedsInput(faults=dict.fromkeys(missing, "required"), wanted=missing)
        shown = chosen.fields or {}
        left = {key: value for key, value in write.values.items() if self._id_sent(key, sent) not in shown}
        fields = {id_: value for id_, value in sent.items() if id_ in shown}
        body: dict[str, object] = {"transition": {"id": chosen.id}}
        self._sender.once("POST", path, ANYTHING, body | ({"fields": fields} if fields else {}))
        return Receipt(uid=write.uid, id=write.target, left=left)

    def _already(self, write: Transition) -> Receipt:
        """Return that the issue is where it should go, else say that no way leads there from where it is."""
        status = self._now(write.target, "status").get("status")
        here = status if isinstance(status, Mapping) else {}
        if str(here.get("id")) == write.to:
            return Receipt(uid=write.uid, id=write.target, left=write.values)
        raise Rejected(faults={"state": f"no transition leads from {here.get('name')} to status {write.to}"})

    # --------------------------------------------------------------------------------- comments and links

    def _comment(self, write: AddComment) -> Receipt:
        target = write.target.external_id
        path = self._sender.path(f"/issue/{target}/comment")
        body: dict[str, object] = {"body": self.out.long("body", write.body), "properties": [mark(write.uid)]}
        headers: dict[str, str] | None = None
        if write.audience == "internal":
            if self._is_request(write.target):
                # The vendor's own way to a note that no customer sees. It takes neither ADF nor properties.
                text = as_format(write.body, "wiki").original
                path = f"/rest/servicedeskapi/request/{target}/comment"
                body, headers = {"body": signed(text, write.uid), "public": False}, {"X-ExperimentalApi": "opt-in"}
            elif role := self._site.settings.internal_role:
                body["visibility"] = {"type": "role", "value": role}
            else:
                raise self._sender.unsupported(
                    "an internal comment outside a service project (setting internal_role)",
                    "服务项目以外的内部评论（设置 internal_role）",
                )
        made = self._sender.once("POST", path, _MADE_COMMENT, body, headers=headers)
        return Receipt(uid=write.uid, id=RecordId(kind="comment", external_id=made.id))

    def _is_request(self, issue: RecordId) -> bool:
        known = self._site.projects([project := self._home(issue)]).get(project)
        return known is not None and known.service_desk

    def _link(self, write: AddLink) -> Receipt:
        if isinstance(write.to, str):
            path = self._sender.path(f"/issue/{write.target.external_id}/remotelink")
            digest = hashlib.sha256(write.to.encode()).hexdigest()
            body: dict[str, object] = {
                "globalId": f"system=pmbridge&id={digest[:32]}",
                "object": {"url": write.to, "title": one_line(write.title) or write.to},
            }
            if write.relation:
                body["relationship"] = write.relation
        elif write.to.kind == ISSUE:
            path = self._sender.path("/issueLink")
            name, outward = self._link_type(write.relation)
            here, there = {"id": write.target.external_id}, {"id": write.to.external_id}
            # The issue that shows the outward words is the one that Jira calls the inward issue.
            source, aim = (here, there) if outward else (there, here)
            body = {"type": {"name": name}, "inwardIssue": source, "outwardIssue": aim}
        else:
            raise self._sender.unsupported(f"a link to a {write.to.kind}", f"指向 {write.to.kind} 的链接")
        # Both can be repeated: an existing link is not doubled, an existing page is written over.
        self._site.client.fetch("POST", path, call=Call.IDEMPOTENT, json=body, rate=rate_key(path))
        return Receipt(uid=write.uid, id=write.target)

    def _link_type(self, relation: str) -> tuple[str, bool]:
        """Return the type of link whose words are *relation*, and whether they are the outward ones."""
        found = self._site.get("/issueLinkType", _LINK_TYPES).issueLinkTypes
        for one in found:
            for words, outward in ((one.get("outward"), True), (one.get("inward"), False), (one.get("name"), True)):
                if words == relation:
                    return one.get("name") or one["id"], outward
        known = ", ".join(
            sorted({words for one in found for words in (one.get("outward"), one.get("inward")) if words})
        )
        raise Rejected(faults={"relation": f"no such kind of link here: {relation}; there are {known}"})

    # --------------------------------------------------------------------------------------------- parts

    def _wired(
        self, values: Mapping[str, FieldValue | None], *, of: RecordId | None = None, epics: bool = False
    ) -> dict[str, JsonValue]:
        """Return the fields to send. On Data Center the parent of what is no sub-task is its epic link."""
        sent = self.out.fields(values)
        epic = self._catalogue.epic_link
        if "parent" not in sent or self._site.dialect.name == "cloud" or epic is None:
            return sent
        if of is not None:
            epics = self._now(of, "parent").get("parent") is None
        if epics:
            above = sent.pop("parent")
            key = None
            if isinstance(above, dict):
                path = self._sender.path(f"/issue/{above['id']}")
                key = self._site.client.get(path, _KEYED, params={"fields": "summary"}, rate=rate_key(path)).data["key"]
            sent[epic] = key
        return sent

    def _id_sent(self, key: str, sent: Mapping[str, JsonValue]) -> str:
        id_ = field_of(key, self._start) or key
        epic = self._catalogue.epic_link
        return epic if id_ == "parent" and epic is not None and epic in sent else id_

    def _groups_of(self, groups: Iterable[RecordId]) -> dict[str, list[JsonValue]]:
        found: dict[str, list[JsonValue]] = {}
        for one in groups:
            match one.kind:
                case "version":
                    found.setdefault("fixVersions", []).append({"id": one.external_id})
                case "label":
                    found.setdefault("labels", []).append(one.external_id)
                case _:
                    raise self._sender.unsupported(f"the {one.kind} of an issue", f"问题的 {one.kind}")
        return found

    def _moves(self, write: Update) -> dict[str, tuple[list[JsonValue], list[JsonValue]]]:
        """Return field id → what to add and what to remove; what others put there stays."""
        add, remove = (self._groups_of(sorted(one, key=str)) for one in (write.join, write.leave))
        return {
            id_: (add.get(id_, []), remove.get(id_, [])) for id_ in (*add, *(one for one in remove if one not in add))
        }

    def _create_screen(self, project: ProjectId, type_: str) -> Mapping[str, wire_writes.CreateField] | None:
        """Return field id → how the screen shows it on which issues are made, at most a day old.

        ``None`` where Jira does not tell: then everything is sent, and it may refuse.
        """
        path = f"/issue/createmeta/{project}/issuetypes/{type_}"

        def ask(offset: int) -> tuple[list[wire_writes.CreateField], bool | None, int | None]:
            page = self._site.get(path, _SCREEN, startAt=offset, maxResults=200)
            return page.fields or page.values or [], None, page.total

        def load() -> JsonValue:
            return [one.model_dump(mode="json") for one in pages(ask)]

        try:
            kept = self._site.context.memo.get(self._screen_key(project, type_), load, ttl=_DAY)
        except NotVisible:
            return None
        shown = TypeAdapter(list[wire_writes.CreateField]).validate_python(kept)
        return {one.fieldId: one for one in shown} or None

    def _screen_key(self, project: ProjectId, type_: str) -> str:
        return f"screen {project} {type_} | {self._site.settings.base_url} | {self._site.settings.user or ''}"

    def _account(self, id_: str) -> JsonValue:
        if self._site.dialect.name == "cloud":
            return {"accountId": id_}
        # Records name an account by its key, which survives a rename; writing wants the name that it has now.
        return {"name": self._site.get("/user", _USER, key=id_).get("name") or id_}

    def _now(self, issue: RecordId, field: str) -> dict[str, JsonValue]:
        path = self._sender.path(f"/issue/{issue.external_id}")
        found = self._site.client.get(path, _NOW, params={"fields": field}, rate=rate_key(path)).data.get("fields")
        return found if isinstance(found, dict) else {}

    def _home(self, issue: RecordId) -> ProjectId:
        path = self._sender.path(f"/issue/{issue.external_id}")
        found = self._site.client.get(path, _PLACE, params={"fields": "project"}, rate=rate_key(path)).data
        return ProjectId(found.fields.project["id"])

    def _address(self, write: Write) -> str:
        """Return where a person can do it: the issue, found by its id, or the project."""
        home = self._site.home()
        if isinstance(write, Create):
            known = self._site.projects([write.project]).get(write.project)
            return self._site.browse(known.key) if known else home
        return f"{home}/issues/?jql=id%3D{write.target.external_id}" if write.target.kind == ISSUE else home


def _missing(one: wire_writes.Transition, sent: Mapping[str, JsonValue]) -> dict[str, str]:
    return {
        id_: field.name or id_
        for id_, field in (one.fields or {}).items()
        if field.required and not field.hasDefaultValue and not sent.get(id_)
    }
