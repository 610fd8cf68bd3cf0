"""What ``engagement add`` offers: mappings found by looking at what a project really holds.

Pure. A proposal stands on at least two records of the user's own data and says what it leaves out. Where two are
equally good, none stands out, and the user chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, tzinfo
from typing import Literal

from pmbridge.domain.mapping import MilestoneRule
from pmbridge.domain.propose_changes import ChangeProposal, propose_changes
from pmbridge.records import FieldInfo, Group, Item, Kind, KindSchema, ProjectSchema, ToolState
from pmbridge.values import Label, Named, RecordId

LEAST_EXAMPLES = 2
_MOSTLY = 0.8
_STANDS_OUT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A record that a proposed rule takes. ``items``: how many work items belong to it."""

    id: RecordId
    ref: str
    title: str
    due: date | None
    state: ToolState | None
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a proposal does not take: how many of what, and one of them where their names tell something."""

    count: int
    what: Label
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A way to measure progress: ``count`` or the sum of a number field; how many of the items have a value."""

    weight: str
    field: FieldInfo | None
    covered: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether every item has a value, so that a sum leaves nothing out."""
        return self.covered == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneProposal:
    """A rule for milestones with everything it takes (by date) and what it leaves out.

    ``key`` is how the command line names it. ``weights``: the best first; ``weight`` is it, or ``None`` when two are
    equally good.
    """

    key: str
    what: Label
    """What the records are in the tool: version, sprint, type 「史诗」."""
    pattern: Label | None
    """How their titles look: 「M数字 标题」."""
    rule: MilestoneRule
    examples: tuple[Example, ...]
    dated: int
    left_out: tuple[LeftOut, ...]
    weights: tuple[Weight, ...]
    weight: Weight | None
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """All that can be offered for one project, the best first; empty tuples where nothing is alike."""

    milestones: tuple[MilestoneProposal, ...]
    milestone: MilestoneProposal | None
    """The one that stands out, ``None`` if none does."""
    changes: tuple[ChangeProposal, ...]
    change: ChangeProposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    key: str
    ref: str
    shown: Label
    strength: int

    def matching(self, titles: Iterable[str]) -> str:
        """Return the regular expression to write: the plain one if it takes the same *titles* as the careful one."""
        plain, careful = rf"^(?P<ref>{self.ref})\s", rf"^(?P<ref>{self.ref})(?![\d.])"
        taken = [title for title in titles if re.search(careful, title)]
        return plain if all(re.search(plain, title) for title in taken) else careful


_PATTERNS = (
    _Pattern(key="m", ref=r"M\d+", shown=Label(zh="「M数字 标题」", en='"M<number> title"'), strength=3),
    _Pattern(key="ms", ref=r"MS-?\d+", shown=Label(zh="「MS数字 标题」", en='"MS<number> title"'), strength=3),
    _Pattern(key="zh", ref=r"里程碑\s*\d+", shown=Label(zh="「里程碑数字」", en='"里程碑<number>"'), strength=3),
    _Pattern(
        key="en",
        ref=r"(?i:milestone)\s*#?\d+",
        shown=Label(zh="「Milestone 数字」", en='"Milestone <number>"'),
        strength=3,
    ),
    _Pattern(
        key="phase-zh",
        ref=r"(?:第[一二三四五六七八九十\d]+(?:阶段|期)|阶段\s*[一二三四五六七八九十\d]+)",
        shown=Label(zh="「第几阶段」", en='"第<number>阶段"'),
        strength=2,
    ),
    _Pattern(
        key="phase", ref=r"(?i:phase|stage)\s*\d+", shown=Label(zh="「Phase 数字」", en='"Phase <number>"'), strength=2
    ),
    _Pattern(key="number", ref=r"[vV]?\d+(?:\.\d+)+", shown=Label(zh="版本号", en="version numbers"), strength=0),
)
_NUMBERED = re.compile(r"^[vV]?\d+(?:\.\d+)+")
_MILESTONE_NAMES = {"里程碑", "milestone", "milestones", "关键节点", "节点"}
_EPIC_NAMES = {"史诗", "史诗故事", "长篇故事", "epic", "epics"}
_POINT_NAMES = ("story point", "storypoint", "故事点", "工作量点")


def propose(
    schema: ProjectSchema,
    items: Sequence[Item],
    groups: Sequence[Group],
    *,
    kinds: Mapping[str, Kind],
    zone: tzinfo = UTC,
) -> Proposal:
    """Return what can be offered for the project of *schema*, of which *items* and *groups* are all there is.

    *kinds* are the adapter's; *zone* decides the day of dates that the tool gives as moments.
    """
    look = _Look(schema, items, groups, kinds, zone)
    milestones = sorted(look.milestones(), key=lambda one: (-one.score, -len(one.examples), one.key))
    changes = propose_changes(schema, items, kinds)
    return Proposal(
        milestones=tuple(milestones),
        milestone=_standing_out(milestones),
        changes=changes,
        change=changes[0] if changes and (len(changes) == 1 or changes[0].score > changes[1].score) else None,
    )


def _standing_out(ranked: Sequence[MilestoneProposal]) -> MilestoneProposal | None:
    if not ranked or ranked[0].score < _STANDS_OUT or not ranked[0].dated:
        return None
    return ranked[0] if len(ranked) == 1 or ranked[0].score > ranked[1].score else None


@dataclass(frozen=True, slots=True)
class _Look:
    schema: ProjectSchema
    items: Sequence[Item]
    groups: Sequence[Group]
    kinds: Mapping[str, Kind]
    zone: tzinfo

    def milestones(self) -> list[MilestoneProposal]:
        found: list[MilestoneProposal] = []
        for kind in self._kinds("group"):
            found += self._from_groups(kind)
        for kind in self._kinds("item"):
            for one in self._types(kind):
                if (proposal := self._from_type(kind, one)) is not None:
                    found.append(proposal)
        for group in self.groups:
            if group.title.strip().casefold() in _MILESTONE_NAMES and (proposal := self._from_label(group)) is not None:
                found.append(proposal)
        return [replace(one, left_out=tuple(self._left_out(one))) for one in found]

    # -- candidates

    def _from_groups(self, kind: str) -> list[MilestoneProposal]:
        """Offer the best pattern of the kind's names; two as good as each other are both offered."""
        groups = [one for one in self.groups if one.id.kind == kind]
        what = self.kinds[kind].label
        found = []
        for pattern in _PATTERNS:
            match = pattern.matching(one.title for one in groups)
            taken = [(hit["ref"], one) for one in groups if (hit := re.search(match, one.title))]
            if len({ref for ref, _ in taken}) < max(LEAST_EXAMPLES, _MOSTLY * len(taken)):
                continue  # many records under one name are no milestones of their own
            rule = MilestoneRule.model_validate({"from": kind, "match": match, "date_is": "plan"})
            found.append(self._proposal(kind, what, rule, taken, pattern))
        named = [(one.title, one) for one in groups if one.due is not None and not _NUMBERED.match(one.title)]
        if not found and len(named) >= LEAST_EXAMPLES and self._has_dates_of_its_own(kind):
            where = {"title": r"^(?![vV]?\d+(?:\.\d+)+)"}
            rule = MilestoneRule.model_validate({"from": kind, "where": where, "date_is": "plan"})
            taken = [(one.title, one) for one in groups if not _NUMBERED.match(one.title)]
            found.append(self._proposal(kind, what, rule, taken, None, strength=1))
        best = max((one.score for one in found), default=0)
        equal = [one for one in found if one.score == best]
        return equal if len(equal) == 1 else [replace(one, key=f"{kind}:{at}") for at, one in enumerate(equal, 1)]

    def _has_dates_of_its_own(self, kind: str) -> bool:
        # A sprint's end is a rhythm, not a date that was agreed.
        return kind != "sprint"

    def _from_type(self, kind: str, one: Named) -> MilestoneProposal | None:
        name = (one.name or "").strip().casefold()
        is_milestone = name in _MILESTONE_NAMES
        if not is_milestone and name not in _EPIC_NAMES:
            return None
        where = {"type": f"{one.name}|{one.id}"}
        records = [item for item in self.items if item.id.kind == kind and item.type.id == one.id]
        what = Label(zh=f"「{one.name}」", en=f'"{one.name}"')
        key = f"type:{one.name}"
        return self._from_items(kind, key, what, where, records, strength=3 if is_milestone else 1)

    def _from_label(self, group: Group) -> MilestoneProposal | None:
        kind_label = self.kinds[group.id.kind].label if group.id.kind in self.kinds else Label(zh="分组", en="group")
        records = [item for item in self.items if group.id in item.groups]
        if not records or len({item.id.kind for item in records}) > 1:
            return None
        what = Label(
            zh=f"带{kind_label.zh}「{group.title}」的项", en=f'items with the {kind_label.en.lower()} "{group.title}"'
        )
        where = {"group": f"{group.title}|{group.id}"}
        key = f"{group.id.kind}:{group.title}"
        return self._from_items(records[0].id.kind, key, what, where, records, strength=3)

    def _from_items(
        self, kind: str, key: str, what: Label, where: Mapping[str, str], records: Sequence[Item], *, strength: int
    ) -> MilestoneProposal | None:
        if len(records) < LEAST_EXAMPLES:
            return None
        written: dict[str, object] = {"from": kind, "where": where, "date_is": "plan"}
        taken: list[tuple[str, Item | Group]] = [(item.key or item.title, item) for item in records]
        chosen: _Pattern | None = None
        for pattern in _PATTERNS:
            match = pattern.matching(item.title for item in records)
            hits = [(hit["ref"], item) for item in records if (hit := re.search(match, item.title))]
            distinct = len({ref for ref, _ in hits}) == len(hits)
            if pattern.strength and distinct and len(hits) >= max(LEAST_EXAMPLES, _MOSTLY * len(records)):
                written["match"], taken, chosen = match, list(hits), pattern
                break
        if not any(item.parent in {record.id for record in records} for item in self.items):
            written["items"] = "self"
        rule = MilestoneRule.model_validate(written)
        strength = max(strength, chosen.strength if chosen else 0)
        proposal = self._proposal(kind, what, rule, taken, chosen, strength=strength)
        return replace(proposal, key=key)

    def _proposal(
        self,
        kind: str,
        what: Label,
        rule: MilestoneRule,
        taken: Sequence[tuple[str, Item | Group]],
        pattern: _Pattern | None,
        *,
        strength: int | None = None,
    ) -> MilestoneProposal:
        members = {record.id: self._members(record, rule) for _, record in taken}
        examples = [
            Example(
                id=record.id,
                ref=ref,
                title=record.title,
                due=record.due.day(self.zone) if record.due else None,
                state=record.state,
                items=len(members[record.id]),
            )
            for ref, record in taken
        ]
        examples.sort(key=lambda one: (one.due is None, one.due or date.max, one.title))
        dated = sum(one.due is not None for one in examples)
        grade = strength if strength is not None else pattern.strength if pattern else 0
        work = {item.id: item for its in members.values() for item in its}
        weights = self._weights(list(work.values()))
        return MilestoneProposal(
            key=kind,
            what=what,
            pattern=pattern.shown if pattern else None,
            rule=rule,
            examples=tuple(examples),
            dated=dated,
            left_out=(),
            weights=weights,
            weight=_best_weight(weights),
            score=2 * grade + (2 if dated >= _MOSTLY * len(examples) else 1 if dated else 0),
        )

    # -- what belongs to them, what is left

    def _members(self, record: Item | Group, rule: MilestoneRule) -> list[Item]:
        if isinstance(record, Group):
            return [item for item in self.items if record.id in item.groups]
        if rule.items == "self":
            return [record]
        return [item for item in self.items if item.parent == record.id]

    def _weights(self, work: Sequence[Item]) -> tuple[Weight, ...]:
        count = Weight(weight="count", field=None, covered=len(work), total=len(work))
        points = []
        for info in self._number_fields():
            if info.name.strip().casefold().startswith(_POINT_NAMES):
                covered = sum(item.fields.get(info.id) is not None for item in work)
                if covered:
                    points.append(Weight(weight=f"points:{info.id}", field=info, covered=covered, total=len(work)))
        points.sort(key=lambda one: -one.covered)
        whole = [one for one in points if one.whole]
        return (*whole, count, *(one for one in points if not one.whole))

    def _number_fields(self) -> list[FieldInfo]:
        schemas = [self.schema.kinds[kind] for kind in self._kinds("item")]
        return list({info.id: info for schema in schemas for info in schema.fields if info.type == "number"}.values())

    def _left_out(self, taken: MilestoneProposal) -> Iterable[LeftOut]:
        ids = {one.id for one in taken.examples}
        for kind in self._kinds("group"):
            rest = [one for one in self.groups if one.id.kind == kind and one.id not in ids]
            if kind == "label" or not rest:
                continue  # labels are words, not things that happen
            same = any(one.kind == kind for one in ids)
            yield LeftOut(count=len(rest), what=self.kinds[kind].label, example=rest[0].title if same else "")
        for kind in self._kinds("item"):
            for one in self._types(kind):
                if (one.name or "").strip().casefold() in _EPIC_NAMES | _MILESTONE_NAMES:
                    rest_items = [
                        i for i in self.items if i.type.id == one.id and i.id.kind == kind and i.id not in ids
                    ]
                    if rest_items:
                        yield LeftOut(count=len(rest_items), what=Label(zh=one.name or "", en=one.name or ""))

    # -- the schema

    def _kinds(self, shape: Literal["item", "group"]) -> list[str]:
        return [name for name in self.schema.kinds if name in self.kinds and self.kinds[name].shape == shape]

    def _types(self, kind: str) -> list[Named]:
        schema: KindSchema = self.schema.kinds[kind]
        seen = {item.type.id: item.type for item in self.items if item.id.kind == kind}
        return list(
            ({one.id: one for one in schema.types} | {key: seen[key] for key in seen if seen[key].name}).values()
        )


def _best_weight(weights: Sequence[Weight]) -> Weight | None:
    whole = [one for one in weights if one.field is not None and one.whole and one.total]
    if len(whole) > 1:
        return None
    return whole[0] if whole else next(one for one in weights if one.field is None)
