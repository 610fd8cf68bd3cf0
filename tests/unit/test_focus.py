"""What a mapping names of a project, and that nothing else is asked for: until the mapping names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pmbridge
from pmbridge.adapter import Adapter, load, load_sandbox
from pmbridge.domain.focus import focus_of
from pmbridge.domain.mapping import Source
from pmbridge.errors import MappingError
from pmbridge.records import Focus, ProjectSchema
from pmbridge.testing.clock import FakeClock
from pmbridge.testing.context import context
from pmbridge.testing.sandbox import Sandbox

NOTHING = Focus(types=frozenset(), fields=False, groups=False)


def named(**rules: Any) -> Focus:
    return focus_of(Source.model_validate({"connection": "c", "project": "P", **rules}))


@pytest.mark.parametrize(
    ("rules", "focus"),
    [
        ({}, NOTHING),
        ({"milestones": {"from": "version", "match": "^M"}}, NOTHING),
        ({"status": {"Done": "done"}}, Focus(types=None, fields=False, groups=False)),
        (
            {"milestones": {"from": "item", "where": {"type": "里程碑|9"}, "reached": "已完成"}},
            Focus(types=frozenset({"里程碑", "9"}), fields=False, groups=False),
        ),
        (
            {"milestones": {"from": "item", "reached": "已完成"}},
            Focus(types=None, fields=False, groups=False),
        ),
        (
            {"milestones": {"from": "version", "items": {"type": "Story", "group": "Sprint 1"}}},
            Focus(types=frozenset({"Story"}), fields=False, groups=True),
        ),
        ({"milestones": {"from": "version", "weight": "points:Points"}}, Focus(types=None, fields=True, groups=False)),
        ({"milestones": {"from": "version", "progress": "percent:x"}}, Focus(types=None, fields=True, groups=False)),
        ({"milestones": {"from": "version", "progress": "status_table", "status_table": {"Done": 1}}},
         Focus(types=None, fields=False, groups=False)),
        (
            {"milestones": {"from": "item", "where": {"type": "M"}, "date": "field:x"}},
            Focus(types=frozenset({"M"}), fields=True, groups=False),
        ),
        (
            {"changes": [{"from": "item", "where": {"type": "CR"}, "states": {"Open": "submitted"}},
                         {"from": "item", "where": {"type": "CR2"}, "impact": {"days": "d"}}]},
            Focus(types=frozenset({"CR", "CR2"}), fields=True, groups=False),
        ),
        ({"changes": {"from": "item", "where": {"field": {"x": "1"}}}}, Focus(types=None, fields=True, groups=False)),
        ({"changes": {"from": "item", "where": {"state": "Open"}}}, Focus(types=None, fields=False, groups=False)),
    ],
)  # fmt: skip
def test_a_mapping_says_what_it_names(rules: dict[str, Any], focus: Focus) -> None:
    assert named(**rules) == focus


def test_everything_covers_all_and_is_covered_by_itself_alone() -> None:
    some = Focus(types=frozenset({"a"}), fields=False)
    more = Focus(types=frozenset({"a", "b"}))
    assert all(one.covers(some) for one in (Focus(), more, some))
    assert not any((some.covers(Focus()), some.covers(more), more.covers(Focus())))
    assert not Focus(groups=False).covers(Focus(groups=True, fields=False))
    assert some | more == more
    assert some | Focus() == Focus()


# ---------------------------------------------------------------------------------------------------- the tools


@pytest.fixture(params=["jira", "trello", "pingcode", "worktile"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with load_sandbox(request.param)(FakeClock()) as opened:
        yield opened


def described(sandbox: Sandbox, project: str, focus: Focus) -> tuple[ProjectSchema, int]:
    cls: type[Adapter[Any]] = load(str(sandbox.settings()["adapter"]))
    adapter = cls(cls.Settings.model_validate(sandbox.settings()), context("c", sandbox.secret(), sandbox.clock))
    adapter.check()
    sandbox.requests.clear()
    (schema,) = adapter.describe_all([project], {project: focus})
    assert isinstance(schema, ProjectSchema)
    return schema, len(sandbox.requests)


def furnished(sandbox: Sandbox) -> str:
    project = sandbox.world.project()
    sandbox.world.add_group(project, "M1 Go-live")
    sandbox.world.add_item(project, "Item")
    return project


def test_who_leaves_something_out_says_so_and_asks_for_less(sandbox: Sandbox) -> None:
    project = furnished(sandbox)
    whole, most = described(sandbox, project, Focus())
    narrow, asked = described(sandbox, project, NOTHING)
    assert whole.focus == Focus()
    assert narrow.focus.covers(NOTHING)
    assert (asked < most) == (narrow.focus != Focus()), "whoever saves nothing leaves nothing out"
    assert narrow.project == whole.project
    assert narrow.kinds.keys() == whole.kinds.keys()
    for kind, schema in narrow.kinds.items():
        assert schema.supports == whole.kinds[kind].supports
        assert schema.types == whole.kinds[kind].types


def test_a_type_that_is_named_has_its_states_and_fields() -> None:
    with load_sandbox("pingcode")(FakeClock()) as sandbox:
        project = furnished(sandbox)
        whole, _ = described(sandbox, project, Focus())
        story = next(one for one in whole.kinds["work_item"].types if one.id == "story")
        for name in (story.id, f" {story.name} ".upper()):
            narrow, _ = described(sandbox, project, Focus(types=frozenset({name}), groups=False))
            states = {one.state for one in whole.kinds["work_item"].states if "story" in one.types}
            assert {one.state for one in narrow.kinds["work_item"].states} == states != set()
            assert {one.id for one in narrow.kinds["work_item"].fields} <= {
                one.id for one in whole.kinds["work_item"].fields
            }


def test_what_a_mapping_names_only_now_is_asked_for_at_once_and_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with load_sandbox("pingcode")(FakeClock()) as sandbox:
        project = furnished(sandbox)
        monkeypatch.setenv("PINGCODE", sandbox.secret().get_secret_value())
        settings = "\n".join(f'{key} = "{value}"' for key, value in sandbox.settings().items())
        head = (
            f'[workspace]\n[connections.p]\nsecret = "env:PINGCODE"\n{settings}\n'
            '[engagements.e]\nclient = "C"\nname = "N"\n[[engagements.e.sources]]\n'
            f'connection = "p"\nproject = "{project}"\nmilestones = {{ from = "release" }}\n'
        )
        (tmp_path / "pmbridge.toml").write_text(head, encoding="utf-8")
        with pmbridge.open(tmp_path, clock=sandbox.clock) as workspace:
            assert not workspace.sync().connections["p"].failures
            assert not [one for one in sandbox.requests if one.path.endswith("/work_item/states")]
        status = next(iter(described(sandbox, project, Focus())[0].kinds["work_item"].states)).state.name
        text = head + f'status = {{ "{status}" = "done" }}\n'
        (tmp_path / "pmbridge.toml").write_text(text, encoding="utf-8")
        with pmbridge.open(tmp_path, clock=sandbox.clock) as workspace:
            with pytest.raises(MappingError, match="pmbridge sync p"):
                workspace.engagement().view()
            assert not workspace.sync().connections["p"].failures
            workspace.engagement().view()
