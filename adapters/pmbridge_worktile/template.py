"""The body of a call whose form only its settings know: JSON in which ``"{name}"`` stands for a value.

What there is no value for is left out, never sent empty: a key of an object, and of a list the whole element in which
it stands (``{"property_id": "…", "value": "{due}"}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

PLACES: Final = frozenset(
    {
        "project_id", "type_id", "state_id", "parent_id", "tag_ids", "title", "description", "marker",
        "start", "start_seconds", "due", "due_seconds",
    }
)  # fmt: skip
"""What may stand in braces. ``start`` and ``due`` are dates as Worktile's answers hold them, ``{"date": …,
"with_time": 0}``; ``…_seconds`` their unix seconds alone."""
_PLACE = re.compile(r"\{(\w+)\}")


class _Nothing:
    """Stands for what there is no value for: ``None`` is one."""


_NOTHING: Final = _Nothing()


def places(template: JsonValue) -> Iterator[str]:
    """Yield what stands in braces in *template*.

    Raises:
        ValueError: an unknown name, or braces inside a longer text: only a whole text is replaced.
    """
    match template:
        case str():
            found = _PLACE.findall(template)
            if found and not _PLACE.fullmatch(template):
                raise ValueError(f"{template!r}: only a text that is nothing but {{name}} is replaced")
            for name in found:
                if name not in PLACES:
                    raise ValueError(f"{{{name}}} is unknown; there are {', '.join(sorted(PLACES))}")
                yield name
        case list():
            for one in template:
                yield from places(one)
        case dict():
            for one in template.values():
                yield from places(one)
        case None:
            raise ValueError("null is never sent: leave the key out")


def filled(template: Mapping[str, JsonValue], values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return *template* with *values* in their places."""
    found: dict[str, JsonValue] = {}
    for key, one in template.items():
        value = _filled(one, values)
        if not isinstance(value, _Nothing):
            found[key] = value
    return found


def _filled(template: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue | _Nothing:
    match template:
        case str() if place := _PLACE.fullmatch(template):
            return values.get(place.group(1), _NOTHING)
        case list():
            whole = [one for one in template if all(name in values for name in places(one))]
            made = [one for each in whole if not isinstance(one := _filled(each, values), _Nothing)]
            return made if made or not template else _NOTHING
        case dict():
            found = filled(template, values)
            return found if found or not template else _NOTHING
        case _:
            return template
