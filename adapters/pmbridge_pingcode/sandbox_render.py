"""The sandbox's things as PingCode's JSON. ``url`` is the placeholder that the vendor's own examples print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmbridge_pingcode import sandbox_catalogue as catalogue
from pmbridge_pingcode.sandbox_store import (
    CrossRelation,
    Deliverable,
    Item,
    Note,
    Project,
    Relation,
    Release,
    Sprint,
    Step,
    Team,
    User,
)

Json = dict[str, Any]
_ROOT = "https://rest_api_root/v1"
_PAGES = "https://qingchuan.pingcode.com"


class Renderer:
    """Renders what *team* holds, in the dialect whose area is *area*."""

    def __init__(self, team: Team, area: str) -> None:
        self.team, self.area = team, area

    def url(self, *parts: str) -> str:
        """Return the address of a thing of project management."""
        return "/".join([_ROOT, self.area, *parts])

    def user(self, id_: str | None) -> Json | None:
        if id_ is None or id_ not in self.team.users:
            return None
        return self.account(self.team.users[id_])

    def account(self, user: User, *, whole: bool = False) -> Json:
        made: Json = {
            "id": user.id, "url": f"{_ROOT}/directory/users/{user.id}", "name": user.name,
            "display_name": user.display_name, "avatar": f"https://s3.example.com/{user.id}.png",
        }  # fmt: skip
        return made | {"email": user.email, "status": "enabled"} if whole else made

    def project_ref(self, project: Project) -> Json:
        return {
            "id": project.id, "url": self.url("projects", project.id), "identifier": project.identifier,
            "name": project.name, "type": project.kind, "is_archived": int(project.archived), "is_deleted": 0,
        }  # fmt: skip

    def project(self, project: Project) -> Json:
        return self.project_ref(project) | {
            "process_id": catalogue.hex24(0x5FA690F1, 1), "scope_type": "organization", "visibility": "private",
            "color": "#F693E7", "description": "", "state": None, "assignee": self.user(self.team.me.id),
            "start_at": None, "end_at": None, "properties": {}, "members": [], "created_at": project.created_at,
            "created_by": self.user(self.team.me.id), "updated_at": project.updated_at,
            "updated_by": self.user(self.team.me.id),
        }  # fmt: skip

    def product_ref(self, product: Project) -> Json:
        # Booleans where the papers say 0 and 1: seen on products.
        return {
            "id": product.id, "url": f"{_ROOT}/ship/products/{product.id}", "identifier": product.identifier,
            "name": product.name, "is_archived": product.archived, "is_deleted": False,
        }  # fmt: skip

    def product(self, product: Project) -> Json:
        return self.product_ref(product) | {
            "scope_type": "organization", "visibility": "private", "color": "#F693E7", "description": "",
            "members": [], "created_at": product.created_at, "created_by": self.user(self.team.me.id),
            "updated_at": product.updated_at, "updated_by": self.user(self.team.me.id),
        }  # fmt: skip

    def state(self, state: catalogue.StateOf, noun: str = "work_item_states") -> Json:
        address = f"{_ROOT}/ship/{noun}/{state.id}" if noun.startswith(("ticket", "idea")) else self.url(noun, state.id)
        return {"id": state.id, "url": address, "name": state.name, "type": state.kind, "color": state.color}

    def type(self, type_: catalogue.TypeOf) -> Json:
        return {"id": type_.id, "url": self.url("work_item_types", type_.id), "name": type_.name, "group": type_.group}

    def property(self, one: catalogue.PropertyOf) -> Json:
        options = [{"_id": id_, "text": text} for id_, text in one.options] or None
        return {"id": one.id, "url": self.url("work_item_properties", one.id), "name": one.name, "type": one.kind,
                "options": options}  # fmt: skip

    def priority(self, id_: str | None) -> Json | None:
        if id_ is None:
            return None
        return {"id": id_, "url": self.url("work_item_priorities", id_), "name": catalogue.PRIORITIES[id_]}

    def tag(self, name: str) -> Json:
        id_ = catalogue.tag_id(name)
        return {"id": id_, "url": self.url("work_item_tags", id_), "name": name}

    def work_item_ref(self, item: Item) -> Json:
        """A work item inside of another thing: it tells no state."""
        return {
            "id": item.id, "url": self.url("work_items", item.id), "identifier": self.identifier(item),
            "title": item.title, "type": item.type, "start_at": item.start, "end_at": item.due,
            "parent_id": item.parent, "short_id": item.short_id, "html_url": f"{_PAGES}/pjm/workitems/{item.short_id}",
            "properties": item.properties,
        }  # fmt: skip

    def identifier(self, item: Item) -> str:
        """Return what people call it: SCR-5, a ticket SLC-T1."""
        return f"{self.team.home(item).identifier}-{'T' if item.kind == 'ticket' else ''}{item.number}"

    def work_item(self, item: Item) -> Json:
        """A work item by itself. Where it has no parent, the key is left out, as in the vendor's examples."""
        team = self.team
        parent, phase = team.items.get(item.parent or ""), team.items.get(item.phase or "")
        found = self.work_item_ref(item) | {
            "project": self.project_ref(team.projects[item.home]),
            "assignee": self.user(item.assignee),
            "state": self.state(catalogue.STATES[item.state]),
            "priority": self.priority(item.priority or catalogue.NORMAL),
            "version": None,
            "versions": [self.release_ref(team.releases[one]) for one in item.releases] or None,
            "sprint": self.sprint_ref(team.sprints[item.sprint]) if item.sprint else None,
            "board": None, "entry": None, "swimlane": None,
            "phase": None if phase is None else {
                "id": phase.id, "url": self.url("phases", phase.id), "title": phase.title,
                "identifier": self.identifier(phase),
            },
            "description": item.description,
            "completed_at": item.completed_at,
            "story_points": item.story_points, "estimated_workload": item.estimated_workload,
            "remaining_workload": item.remaining_workload,
            "tags": [self.tag(one) for one in item.tags],
            "participants": [],
            # Another one with every answer: no part of what the item is.
            "public_image_token": f"token-{len(team.items)}-{team.now}",
        }  # fmt: skip
        if parent is not None:
            found["parent"] = self.work_item_ref(parent)
        return found | self._stamps(item)

    def _stamps(self, item: Item) -> Json:
        by = self.user(item.created_by)
        return {
            "created_at": item.created_at, "created_by": by, "updated_at": item.updated_at, "updated_by": by,
            "is_archived": int(item.archived), "is_deleted": int(item.deleted),
        }  # fmt: skip

    def _ship(self, item: Item) -> Json:
        noun, states = f"{item.kind}s", {**catalogue.TICKET_STATES, **catalogue.IDEA_STATES}
        priority = item.priority or next(iter(catalogue.SHIP_PRIORITIES))
        return {
            "id": item.id, "url": f"{_ROOT}/ship/{noun}/{item.id}",
            "product": self.product_ref(self.team.products[item.home]), "identifier": self.identifier(item),
            "title": item.title, "short_id": item.short_id, "html_url": f"{_PAGES}/ship/{noun}/{item.short_id}",
            "assignee": self.user(item.assignee), "state": self.state(states[item.state], f"{item.kind}_states"),
            "priority": {"id": priority, "url": f"{_ROOT}/ship/{item.kind}_priorities/{priority}",
                         "name": catalogue.SHIP_PRIORITIES[priority]},
            "description": item.description, "properties": item.properties, "participants": [],
            "public_image_token": f"token-{self.team.now}", "completed_at": item.completed_at,
            "completed_by": self.user(item.created_by) if item.completed_at else None,
        }  # fmt: skip

    def ticket(self, item: Item) -> Json:
        """A ticket. ``channel`` is a bare word where it was made inside the team."""
        planned = self._planned(item)
        type_ = {"id": item.type, "url": f"{_ROOT}/ship/ticket_types/{item.type}",
                 "name": catalogue.TICKET_TYPES[item.type]}  # fmt: skip
        return self._ship(item) | self._stamps(item) | {
            "type": type_, "customer": self._named("customers", item.customer, catalogue.CUSTOMERS),
            "solution": self._named("ticket_solutions", item.solution, catalogue.SOLUTIONS),
            "channel": self._named("channels", item.channel, catalogue.CHANNELS) or "internal",
            "estimated_at": planned, "tags": [], "submitted_at": item.created_at,
            "submitted_by": self.user(item.created_by),
        }  # fmt: skip

    def idea(self, item: Item) -> Json:
        return self._ship(item) | self._stamps(item) | {
            "plan": self._named("idea_plans", item.plan, catalogue.PLANS),
            "suite": self._named("idea_suites", item.suite, catalogue.SUITES), "plan_at": self._planned(item),
            "real_at": item.real_at, "score": 0, "progress": item.progress,
        }  # fmt: skip

    @staticmethod
    def _named(noun: str, id_: str | None, names: Mapping[str, str]) -> Json | None:
        return None if id_ is None else {"id": id_, "url": f"{_ROOT}/ship/{noun}/{id_}", "name": names[id_]}

    @staticmethod
    def _planned(item: Item) -> Json | None:
        if item.due is None:
            return None
        return {"from": item.start or item.due, "to": item.due, "granularity": item.granularity}

    def relation(self, one: Relation) -> Json:
        """One side of a link between work items."""
        items = self.team.items
        return {
            "id": one.id, "url": self.url("work_items", one.origin, "relations", one.id), "relation_type": one.kind,
            "origin_work_item": self.work_item_ref(items[one.origin]),
            "target_work_item": self.work_item_ref(items[one.target]),
        }  # fmt: skip

    def cross_relation(self, one: CrossRelation) -> Json:
        """A link between things of two kinds, as seen from where it was made."""
        ends = [self.team.items[id_] for id_ in (one.origin, one.target)]
        principal, target = ({"id": end.id, "title": end.title} for end in ends)
        return {
            "id": one.id, "url": f"{_ROOT}/relations/{one.id}", "principal_type": ends[0].kind,
            "principal": principal, "target_type": ends[1].kind, "target": target,
        }  # fmt: skip

    def relation_type(self, id_: str) -> Json:
        name, category, system = catalogue.RELATION_TYPES[id_]
        return {"id": id_, "url": self.url("work_item", "relation_types", id_), "name": name, "category": category,
                "is_system": int(system)}  # fmt: skip

    def release_ref(self, release: Release) -> Json:
        return {
            "id": release.id, "url": self.url("projects", release.project, "versions", release.id),
            "name": release.name, "start_at": release.start, "end_at": release.due,
            "stage": self.state(catalogue.STAGES[release.stage], "stages"),
        }  # fmt: skip

    def release(self, release: Release) -> Json:
        stages = [
            {"id": id_, "url": self.url("stages", id_), "name": one.name, "operate_at": release.entered.get(id_)}
            for id_, one in catalogue.STAGES.items()
        ]
        return self._dated(release) | self.release_ref(release) | {
            "stages": stages, "progress": 0, "changelog": "", "operate_at": release.entered.get(release.stage),
            "assignee": self.user(release.assignee),
        }  # fmt: skip

    def sprint_ref(self, sprint: Sprint) -> Json:
        return {
            "id": sprint.id, "url": self.url("projects", sprint.project, "sprints", sprint.id), "name": sprint.name,
            "start_at": sprint.start, "end_at": sprint.due, "status": sprint.status,
        }  # fmt: skip

    def sprint(self, sprint: Sprint) -> Json:
        return self._dated(sprint) | self.sprint_ref(sprint) | {
            "description": "", "started_at": None, "completed_at": sprint.completed_at, "total_story_points": 0,
            "started_story_points": 0, "completed_story_points": 0,
        }  # fmt: skip

    def _dated(self, one: Release | Sprint) -> Json:
        me = self.user(self.team.me.id)
        return {
            "project": self.project_ref(self.team.projects[one.project]), "assignee": me, "categories": [],
            "created_at": one.created_at, "created_by": me, "updated_at": one.updated_at, "updated_by": me,
        }  # fmt: skip

    def deliverable(self, one: Deliverable) -> Json:
        me = self.user(self.team.me.id)
        return {
            "id": one.id, "url": self.url("deliverables", one.id), "name": one.name, "content_type": "link",
            "content": {"name": one.name, "href": one.href},
            "project": self.project_ref(self.team.projects[one.project]),
            "work_item": self.work_item_ref(self.team.items[one.work_item]), "created_at": one.created_at,
            "created_by": me, "updated_at": one.updated_at, "updated_by": me, "is_archived": 0,
            "is_deleted": int(one.deleted),
        }  # fmt: skip

    def comment(self, note: Note, item: Item) -> Json:
        """A comment; a deleted one stays, emptied."""
        address = f"{_ROOT}/comments/{note.id}?principal_type={item.kind}&principal_id={item.id}"
        return {
            "id": note.id, "url": address, "content": "" if note.deleted else note.text, "attachment_count": 0,
            "attachments": [], "is_reply_comment": False, "replied_comment": None, "created_at": note.at,
            "created_by": self.user(note.by), "is_deleted": int(note.deleted),
        }  # fmt: skip

    def transition(self, step: Step, item: Item) -> Json:
        noun = f"{item.kind}_states"
        before = None if step.before is None else self.state(self.team.state(item.kind, step.before), noun)
        whose = self.work_item_ref(item) if item.kind == "work_item" else {"id": item.id, "title": item.title}
        return {
            "id": step.id, "url": self.url(f"{item.kind}s", item.id, "transition_histories", step.id),
            item.kind: whose, "from_state": before,
            "to_state": self.state(self.team.state(item.kind, step.after), noun), "created_at": step.at,
            "created_by": self.user(step.by),
        }  # fmt: skip
