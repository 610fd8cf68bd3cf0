"""The two dialects of PingCode's REST API: where project management lives, and how a list is narrowed to what changed.

Everything outside of project management (directory, comments, ship) has the same paths in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from pmbridge_pingcode.settings import DialectName

PAGE = 100
"""Most rows that PingCode gives at once; more are refused."""
MOST_PROJECTS = 20
"""Most ids in one list of the older dialect; the newer one's limit is not published."""

TICKETS, IDEAS = "/v1/ship/tickets", "/v1/ship/ideas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One list to be read: as a GET with *params*, or as a search with *filter*."""

    path: str
    params: Mapping[str, str]
    filter: Mapping[str, JsonValue] | None = None
    flags: Mapping[str, JsonValue] | None = None
    """More members of a search's payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One dialect. ``name`` is also the area in its paths."""

    name: DialectName

    @property
    def root(self) -> str:
        """Where project management lives."""
        return f"/v1/{self.name}"

    @property
    def searches(self) -> bool:
        """Whether what changed is found by a search, whose dates may be cut to days, instead of by a list."""
        return self.name == "pjm"

    def project(self, project: str) -> str:
        """Return the path of a project."""
        return f"{self.root}/projects/{project}"

    def work_items(self, project: str) -> Ask:
        """Ask for all work items of *project*, deleted ones too: then none that vanishes moves the others."""
        key = "project_id" if self.searches else "project_ids"
        return Ask(path=f"{self.root}/work_items", params={key: project, **_EVERYTHING})

    def changed_work_items(self, projects: Sequence[str], since: int) -> Ask:
        """Ask for the work items of *projects* that changed from *since* (Unix seconds) on."""
        path = f"{self.root}/work_items"
        if self.searches:
            wanted: dict[str, JsonValue] = {"project.id": {"in": [*projects]}, "updated_at": {"gte": since}}
            flags: dict[str, JsonValue] = {"include_deleted": True, "include_archived": True}
            return Ask(path=f"{path}/search", params={}, filter=wanted, flags=flags)
        window = {"project_ids": ",".join(projects), "updated_between": _from(since)}
        return Ask(path=path, params={**window, **_EVERYTHING})

    def changed_ship(self, path: str, product: str, since: int) -> Ask:
        """Ask for the tickets or ideas (*path*) of *product* that changed from *since* on."""
        if self.searches:
            wanted: dict[str, JsonValue] = {"product.id": {"in": [product]}, "updated_at": {"gte": since}}
            return Ask(path=f"{path}/search", params={}, filter=wanted)
        return Ask(path=path, params={"product_id": product, "updated_between": _from(since)})

    def created_since(self, path: str, since: int) -> Ask:
        """Ask for the items of *path* in all projects that were made from *since* on.

        Deleted work items are among them; of tickets and ideas PingCode shows no deleted ones.
        """
        everything = not path.startswith("/v1/ship")
        if self.searches:
            flags: dict[str, JsonValue] = {"include_deleted": True, "include_archived": True} if everything else {}
            return Ask(path=f"{path}/search", params={}, filter={"created_at": {"gte": since}}, flags=flags)
        return Ask(path=path, params={"created_between": _from(since), **(_EVERYTHING if everything else {})})

    def items(self, kind: str) -> str:
        """Return the path of all items of *kind*: ``work_item``, ``ticket`` or ``idea``."""
        return {"ticket": TICKETS, "idea": IDEAS}.get(kind, f"{self.root}/work_items")

    def single(self) -> Mapping[str, str]:
        """Return the parameters with which one work item is read, deleted or not, as far as the dialect has them."""
        return _EVERYTHING if self.searches else {}


_EVERYTHING: Mapping[str, str] = {"include_deleted": "true", "include_archived": "true"}
_END = 9_999_999_999
"""The last second of ten digits: a window that is open above, in the one form that every parameter documents."""


def _from(since: int) -> str:
    return f"{since},{_END}"


PJM, PROJECT = Dialect(name="pjm"), Dialect(name="project")
DIALECTS: Mapping[DialectName, Dialect] = {"pjm": PJM, "project": PROJECT}
