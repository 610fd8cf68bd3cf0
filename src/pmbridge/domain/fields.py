"""The fields of a concept and the input of its steps: who may see them, and what identifies a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Visibility = Literal["C", "R", "X"]
"""C: seen by the client once the record is. R: only in its released wording. X: never."""

_VISIBILITY = "visibility"
_PERSONAL = "personal"


def _field(visibility: Visibility, default: Any, *, personal: bool = False) -> Any:
    return Field(default, json_schema_extra={_VISIBILITY: visibility, _PERSONAL: personal})


def C(default: Any = ..., *, personal: bool = False) -> Any:  # noqa: N802 - the letter of the visibility class
    """Declare a field that the client sees as soon as the record is the client's. Without *default*: required."""
    return _field("C", default, personal=personal)


def R(default: Any = ...) -> Any:  # noqa: N802
    """Declare a field that the client sees only as it was worded when it was released."""
    return _field("R", default)


def X(default: Any = ..., *, personal: bool = False) -> Any:  # noqa: N802
    """Declare a field that never leaves the agency."""
    return _field("X", default, personal=personal)


def personal(default: Any = ...) -> Any:
    """Declare a text of an input that identifies a person: the event holds a seal in its place, never the text."""
    return Field(default, json_schema_extra={_PERSONAL: True})


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


class Fields(BaseModel):
    """The fields of a concept, frozen. Each says who may see it; one that does not is an error of its author."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visibility: ClassVar[Mapping[str, Visibility]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        seen: dict[str, Visibility] = {}
        for name, info in cls.model_fields.items():
            said: Visibility | None = _extra(info).get(_VISIBILITY)
            if said is None:
                raise TypeError(f"{cls.__name__}.{name} does not say who may see it: declare it with C(), R() or X()")
            seen[name] = said
        cls.visibility = seen

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*. Values are taken as they are: they come out of a checked input.

        Raises:
            TypeError: there is no such field.
        """
        if unknown := changes.keys() - self.visibility.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        return self.model_copy(update=changes)


class Input(BaseModel):
    """What a step takes. Stored in the event, so it may grow fields with a default and may lose or rename none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Empty(Input):
    """The input of a step that needs none."""


class Edit(Input):
    """New values of fields that may be edited, by name, as they stand in JSON."""

    changes: dict[str, Any]


def personal_fields(takes: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the personal texts among the fields of *takes*."""
    return tuple(name for name, info in takes.model_fields.items() if _extra(info).get(_PERSONAL))
