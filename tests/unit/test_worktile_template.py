"""The body of a call that only the settings know: nothing is sent empty, and nothing that was not meant."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pmbridge_worktile.settings import WorktileSettings
from pmbridge_worktile.template import filled

BODY: dict[str, Any] = {"project_id": "{project_id}", "title": "{title}"}


@pytest.mark.parametrize(
    ("template", "sent"),
    [
        ({"a": "{title}", "b": "{due}"}, {"a": "T"}),
        ({"a": "fixed", "n": 1, "on": True}, {"a": "fixed", "n": 1, "on": True}),
        ({"p": {"due": "{due}"}, "a": 1}, {"a": 1}),
        ({"p": {"due": "{due}", "t": "{title}"}}, {"p": {"t": "T"}}),
        ({"p": [{"id": "1", "value": "{title}"}, {"id": "2", "value": "{due}"}]}, {"p": [{"id": "1", "value": "T"}]}),
        ({"p": [{"id": "2", "value": "{due}"}]}, {}),
        ({"p": [], "q": {}}, {"p": [], "q": {}}),
        ({"tags": "{tag_ids}"}, {"tags": ["x", "y"]}),
        ({"titles": ["{title}"]}, {"titles": ["T"]}),
    ],
)
def test_a_place_without_a_value_is_left_out_with_what_it_stands_in(template: Any, sent: object) -> None:
    assert filled(template, {"title": "T", "tag_ids": ["x", "y"]}) == sent


def test_a_value_is_put_in_as_it_is_and_never_read_as_a_place() -> None:
    assert filled({"a": "{title}"}, {"title": "{due}", "due": 1}) == {"a": "{due}"}


def made(**endpoint: Any) -> WorktileSettings:
    return WorktileSettings.model_validate({"client_id": "a", "endpoints": {"create_task": {"path": "/t", **endpoint}}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": {"title": "{title}"}},
        {"body": {"project_id": "{project_id}"}},
        {"body": {**BODY, "x": "{nonsense}"}},
        {"body": {**BODY, "x": "prefix {title}"}},
        {"body": {**BODY, "x": None}},
        {"body": BODY, "marker": "wbbs"},
        {"body": {**BODY, "x": "{marker}"}},
        {"body": {**BODY, "x": "{marker}"}, "marker": "title"},
        {"body": BODY, "marker": ""},
        {"body": BODY, "method": "DELETE"},
        {"body": BODY, "path": "https://else.example/{project_id}"},
        {"body": BODY, "path": "/t?token=1"},
    ],
)
def test_a_way_to_make_a_task_that_cannot_be_right_is_refused_before_anything_is_sent(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(**wrong)


def test_where_the_marker_stands_is_told() -> None:
    assert made(body=BODY).marker is None
    assert made(body=BODY, marker="title").marker == "title"
    assert made(body={**BODY, "p": [{"k": "{marker}"}]}, marker="wbbs").marker == "wbbs"
    assert made(body={"title": "{title}"}, path="/projects/{project_id}/tasks", marker="title").marker == "title"
