"""Answers as a broken server would send them: any JSON, or a sound answer with members gone, changed or added."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st


def json_values(*near_misses: object) -> st.SearchStrategy[Any]:
    """Return small JSON of any shape. *near_misses* are values of the tool that mean something elsewhere."""
    return st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats()
        | st.text(max_size=8)
        | st.sampled_from(["", "true", *near_misses]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=4,
    )


def damaged(sound: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return *sound* with one to three of its members taken out, emptied, replaced by *values* or joined by them."""
    return _damaged(sound, values)


@st.composite
def _damaged(draw: st.DrawFn, sound: Any, values: st.SearchStrategy[Any]) -> Any:
    broken = copy.deepcopy(sound)
    for _ in range(draw(st.integers(1, 3))):
        spots = list(places(broken))
        if not spots:
            return broken
        *path, last = draw(st.sampled_from(spots))
        parent = broken
        for step in path:
            parent = parent[step]
        match draw(st.sampled_from(["drop", "put", "null", "add"])):
            case "drop":
                del parent[last]
            case "null":
                parent[last] = None
            case "put":
                parent[last] = draw(values)
            case _ if isinstance(parent, dict):
                parent[draw(st.text(max_size=6))] = draw(values)
    return broken


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside *value*."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))
