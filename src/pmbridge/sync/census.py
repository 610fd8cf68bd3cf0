"""Judge what a listing misses: moved, deleted, no longer visible, or merely hidden with its whole project.

A listing proves only that a record is not *there*. What became of it says ``read``; whether its project can be seen
at all says ``visible``. More than ``max_vanish`` of one listing is held back for a person, because a lost permission
looks the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pmbridge.adapter import Adapter
from pmbridge.errors import NotVisible, PmbridgeError, Refused, VanishStop
from pmbridge.records import Gone, Item, Listing, Record, Scope, Skipped
from pmbridge.store import Run
from pmbridge.values import ProjectId, RecordId

CENSUS_EVERY = timedelta(days=7)
FEW = 5
"""So many may vanish from one listing whatever share of it they are."""

Place = tuple[ProjectId, str]
Presence = Literal["moved", "gone", "deleted", "out_of_scope"]


@dataclass
class Judged:
    """What the judgement found: counts, records that were read again, and what was held or could not be judged."""

    vanished: int = 0
    moved: int = 0
    read_again: list[Record] = field(default_factory=list)
    problems: list[PmbridgeError] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Census:
    """The judgement of one run. *accepted*: how many held records a person has confirmed as gone."""

    adapter: Adapter[Any]
    run: Run
    scope: Scope
    max_vanish: float
    accepted: int | None = None

    def judge(self, listings: Iterable[Listing], missing: Iterable[RecordId], judged: Judged) -> None:
        """Compare *listings* (and a census where one is due) with the mirror and settle the differences.

        *missing*: what the pull itself said is not there, without saying why.
        """
        found = list(listings)
        found += self._due(found, judged)
        allowed = self._accepted_ids()
        gap = self.run.census(found)
        present: dict[tuple[ProjectId | None, str], int] = {(one.project, one.kind): len(one.ids) for one in found}
        gone = {*missing, *gap.missing, *(one for ids in allowed.values() for one in ids)}
        self._settle(gone, gap.appeared, present, allowed, judged)
        self._report_held(judged)

    def _due(self, listed: list[Listing], judged: Judged) -> list[Listing]:
        """Ask for a census of every project and item kind that has had no listing for a week."""
        known = self.run.listed_at()
        fresh = {(one.project, one.kind) for one in listed}
        kinds = [kind for kind in self.scope.kinds if self.adapter.kinds[kind].shape == "item"]
        due = {
            (project, kind)
            for project in self.scope.projects
            for kind in kinds
            if (project, kind) not in fresh
            and ((project, kind) not in known or self.run.observed_at - known[project, kind] >= CENSUS_EVERY)
        }
        if not due:
            return []
        narrowed = Scope(
            projects=tuple(sorted({project for project, _ in due})),
            kinds=frozenset(kind for _, kind in due),
            fields=self.scope.fields,
        )
        answers = list(self.adapter.census(narrowed))
        judged.skipped += [one for one in answers if isinstance(one, Skipped)]
        return [one for one in answers if isinstance(one, Listing)]

    def _accepted_ids(self) -> Mapping[Place, frozenset[RecordId]]:
        if self.accepted is None:
            return {}
        held = self.run.held()
        count = sum(len(ids) for ids in held.values())
        if count != self.accepted:
            raise Refused(
                connection=self.adapter.context.connection,
                detail=f"{count} records are held back, not {self.accepted}. Nothing was marked.",
                detail_zh=f"被暂缓处理的是 {count} 项，不是 {self.accepted} 项。未作标记。",
                command=f"pmbridge sync {self.adapter.context.connection}",
            )
        return {
            place: frozenset(RecordId(kind=place[1], external_id=one) for one in ids) for place, ids in held.items()
        }

    def _settle(
        self,
        missing: set[RecordId],
        appeared: Iterable[RecordId],
        present: Mapping[tuple[ProjectId | None, str], int],
        allowed: Mapping[Place, frozenset[RecordId]],
        judged: Judged,
    ) -> None:
        wanted = sorted(missing | set(appeared))
        if not wanted:
            return
        answers = {answer.id: answer for answer in self.adapter.read(wanted)}
        alive = [one for one in answers.values() if not isinstance(one, Gone)]
        self.run.take(alive)
        judged.read_again += alive
        marks: dict[RecordId, Presence] = {
            one.id: "moved" for one in alive if isinstance(one, Item) and one.project not in self.scope.projects
        }
        judged.moved += len(marks)
        gone = [one for one in answers.values() if isinstance(one, Gone) and one.id in missing]
        places = self.run.places([one.id for one in gone])
        seen = self.adapter.visible({project for project, _ in places.values()}) if gone else frozenset()
        by_place: dict[Place, list[Gone]] = {}
        for one in gone:
            if one.id in places:
                by_place.setdefault(places[one.id], []).append(one)
        for place, lost in by_place.items():
            self._settle_place(place, lost, present.get(place), allowed.get(place, frozenset()), seen, marks, judged)
        self.run.mark(marks)
        judged.vanished += sum(presence in ("gone", "deleted") for presence in marks.values())

    def _settle_place(
        self,
        place: Place,
        lost: list[Gone],
        listed: int | None,
        allowed: frozenset[RecordId],
        seen: frozenset[ProjectId],
        marks: dict[RecordId, Presence],
        judged: Judged,
    ) -> None:
        project, kind = place
        if project not in seen:
            error = NotVisible(connection=self.adapter.context.connection, thing=self._named(project))
            judged.skipped.append(Skipped(project=project, error=error))
            return
        asked = [one for one in lost if one.id not in allowed]
        before = self.run.present(project, kind)
        emptied = listed == 0 and before >= 1
        if asked and (emptied or len(asked) > max(FEW, self.max_vanish * before)):
            self.run.hold(project, kind, [one.id.external_id for one in lost])
            return
        if allowed:
            self.run.release_held(project, kind)
        marks.update({one.id: "deleted" if one.why == "deleted" else "gone" for one in lost})

    def _named(self, project: ProjectId) -> str:
        return f"{self.adapter.context.connection}:{self.run.project_key(project)}"

    def _report_held(self, judged: Judged) -> None:
        for (project, kind), ids in self.run.held().items():
            present = self.run.present(project, kind)
            everything = len(ids) >= present
            judged.problems.append(
                VanishStop(
                    "empty" if everything else "vanished",
                    connection=self.adapter.context.connection,
                    thing=self._named(project),
                    gone=len(ids),
                    present=present,
                    percent=round(100 * len(ids) / present) if present else 100,
                    limit=round(100 * self.max_vanish),
                    url=self.run.project_url(project),
                )
            )
