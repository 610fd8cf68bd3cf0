"""Terms that were once taken and never had an effect: what was agreed then can be read for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without(retired: Mapping[str, Any], given: Any) -> Any:
    """Return what was *given* without the *retired* terms (name → what stood there when nobody said otherwise).

    With another value such a term stays, and is refused as an unknown one: it would be kept and ignored.
    """
    if not isinstance(given, Mapping):
        return given
    return {name: one for name, one in given.items() if name not in retired or one != retired[name]}
