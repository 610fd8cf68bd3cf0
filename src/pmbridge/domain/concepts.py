"""The concepts of the register, by name. A new one is a file in this package and its name in the list below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from pmbridge.domain.machine import Concept

_FILES = (
    "contact",
    "client_decision",
    "baseline_concepts",
    "milestone",
    "change",
    "requirement",
    "goal",
    "deliverable",
    "engagement",
    "communication",
    "action",
    "decision_needed",
    "risk",
    "issue",
    "assumption",
    "dependency",
    "meeting",
    "inquiry",
    "survey",
    "feedback",
    "retro",
    "lesson",
    "improvement",
    "complaint",
    "discrepancy",
    "expectation",
    "commitment",
)


def gathered(*concepts: Concept) -> Mapping[str, Concept]:
    """Return *concepts* by name.

    Raises:
        ValueError: two have one name, or share a prefix of their refs.
    """
    found: dict[str, Concept] = {}
    prefixes: dict[str, str] = {}
    for one in concepts:
        if one.name in found:
            raise ValueError(f"two concepts are called {one.name}")
        found[one.name] = one
        for prefix in one.prefixes:
            if prefix in prefixes:
                raise ValueError(f"{one.name} and {prefixes[prefix]} share the prefix {prefix}")
            prefixes[prefix] = one.name
    return MappingProxyType(found)


@cache
def concepts() -> Mapping[str, Concept]:
    """Return all concepts that pmbridge knows, by name. The files are imported on the first call."""
    return gathered(*(one for file in _FILES for one in import_module(f"pmbridge.domain.{file}").CONCEPTS))
