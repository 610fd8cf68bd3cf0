"""A GitLab on this machine, as far as the adapter asks it: for the laws, and for whoever has no account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import SecretStr

from pmbridge.testing.rows import Row, RowSandbox
from pmbridge.testing.sandbox import HttpRequest, HttpResponse

TOKEN = "glpat-made-up"  # noqa: S105 - of nobody
PATH = re.compile(r"/api/v4/projects(?:/(?:agency/shop-)?(\d+)(?:/(issue|milestone)s(?:/(\d+))?)?)?")


class GitLabSandbox(RowSandbox):
    """Private projects of one person, who has the token."""

    tool, item, group, external_id = "GitLab", "issue", "milestone", "{project}/{number}"
    quiet_requests: ClassVar[int] = 2  # milestones, issues

    def settings(self) -> Mapping[str, object]:
        return {"adapter": "gitlab", "base_url": self.url}

    def secret(self) -> SecretStr:
        return SecretStr(TOKEN)

    def answer(self, request: HttpRequest) -> HttpResponse:
        sent, path = request.headers.get("Authorization"), request.path
        if sent not in (None, f"Bearer {TOKEN}") or (sent is None and path == "/api/v4/user"):
            return self.json({"message": "401 Unauthorized"}, 401)
        if path == "/api/v4/user":
            return self.json({"id": 1, "name": "王磊"})
        if (asked := PATH.fullmatch(path)) and sent:  # strangers see what is public: nothing here
            project, kind, number = asked.groups()
            found = self.rows.seen(kind or "project", project)
            if project is None or (kind and not number and self.rows.seen("project", project)):
                return self.page([_shown(one) for one in found], request)
            for one in found:
                if number in (None, str(one.number)):
                    return self.json(_shown(one))
        return self.json({"message": "404 Not found"}, 404)

    def page(self, rows: list[Any], request: HttpRequest) -> HttpResponse:
        page, size = int(request.args["page"]), min(4, int(request.args["per_page"]))  # small, so that pages are turned
        following = str(page + 1) if len(rows) > page * size else ""
        return self.json(rows[(page - 1) * size : page * size], headers={"X-Next-Page": following})


def _shown(row: Row) -> dict[str, Any]:
    named = {"id": row.number, "web_url": f"https://gitlab.example/{row.id}"}
    if row.id.kind == "project":
        return {**named, "name": row.title, "path_with_namespace": f"agency/shop-{row.number}"}
    return {
        **named, "iid": row.number, "project_id": int(row.project), "title": row.title, "description": row.description,
        "state": "closed" if row.state == "done" else "opened", "start_date": row.start, "due_date": row.due,
        "created_at": row.created_at, "updated_at": row.updated_at, "weight": row.points,
        "milestone": _shown(row.group) if row.group else None,
    }  # fmt: skip
