"""Guards that apply to some inputs of a step only, as a client's sign-off does where one verb has two meanings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pmbridge.domain.machine import Ask, Condition, Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnlyIf(Guard):
    """A guard that is neither met nor unmet where it does not apply: nothing is said about it then."""

    applies: Callable[[Ask[Any, Any]], bool]

    def conditions(self, ask: Ask[Any, Any]) -> Iterable[Condition]:
        return Guard.conditions(self, ask) if self.applies(ask) else ()


def only_if(applies: Callable[[Ask[Any, Any]], bool], *guards: Guard) -> tuple[Guard, ...]:
    """Return *guards* as they hold only where *applies* does."""
    return tuple(
        _OnlyIf(name=one.name, label=one.label, check=one.check, doc=one.doc, applies=applies) for one in guards
    )
