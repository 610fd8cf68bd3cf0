"""The fields of a concept and the input of its steps: who may see them, and what identifies a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from pmbridge.domain.figure import Text
from pmbridge.domain.text import title_of

Visibility = Literal["C", "R", "X"]
"""C: seen by the client once the record is. R: only in its released wording. X: never."""

_VISIBILITY = "visibility"
_PERSONAL = "personal"
_WHO = "who"
_set = object.__setattr__


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


def who(default: Any = ...) -> Any:
    """Declare a text (or a tuple of texts) of an input that names people: the event holds the refs of contacts.

    A name that no contact has stays as it is: a member's.
    """
    return Field(default, json_schema_extra={_WHO: True})


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


class Fields(BaseModel):
    """The fields of a concept, frozen. Each says who may see it; one that does not is an error of its author."""

    # Built when first used: a run that touches no record of a concept does not pay for its fields.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    visibility: ClassVar[Mapping[str, Visibility]] = {}
    personal: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        seen: dict[str, Visibility] = {}
        for name, info in cls.model_fields.items():
            said: Visibility | None = _extra(info).get(_VISIBILITY)
            if said is None:
                raise TypeError(f"{cls.__name__}.{name} does not say who may see it: declare it with C(), R() or X()")
            seen[name] = said
        cls.visibility = seen
        cls.personal = frozenset(personal_fields(cls))

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with *changes*. Values are taken as they are: they come out of a checked input.

        Raises:
            TypeError: there is no such field.
        """
        cls = type(self)
        if not changes.keys() <= cls.visibility.keys():
            raise TypeError(f"{cls.__name__} has no {', '.join(sorted(changes.keys() - cls.visibility.keys()))}")
        # What model_construct does, without looking at every field: a replay comes through here for each event.
        made = cls.__new__(cls)
        _set(made, "__dict__", self.__dict__ | changes)
        _set(made, "__pydantic_fields_set__", self.__pydantic_fields_set__)
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    def edited(self, changes: Mapping[str, Any]) -> Self:
        """Return a copy with *changes*, values as they stand in JSON, each checked against its field.

        Raises:
            pydantic.ValidationError: a value does not fit its field.
            KeyError: there is no such field.
        """
        adapters = _adapters(type(self))
        return self.evolve(**{name: adapters[name].validator.validate_python(value) for name, value in changes.items()})

    @classmethod
    def fault(cls, name: str, value: Any) -> str | None:
        """Return what is wrong with *value*, as it stands in JSON, for the field *name*; ``None`` if nothing is."""
        try:
            _adapters(cls)[name].validate_python(value)
        except ValidationError as error:
            return "; ".join(one["msg"] for one in error.errors(include_url=False, include_input=False))
        return None


@cache
def _adapters(cls: type[Fields]) -> Mapping[str, TypeAdapter[Any]]:
    found: dict[str, TypeAdapter[Any]] = {}
    for name, info in cls.model_fields.items():
        kind: Any = info.annotation
        if Text in (kind, *get_args(kind)):
            # As in every other input, a plain text is in the language in which it is written.
            kind = Annotated[kind, BeforeValidator(_worded)]
        found[name] = TypeAdapter(Annotated[(kind, *info.metadata)] if info.metadata else kind)
    return found


def _worded(given: Any) -> Any:
    return title_of(given) if isinstance(given, str) and given.strip() else given


class Input(BaseModel):
    """What a step takes. Stored in the event, so it may grow fields with a default and may lose or rename none."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Empty(Input):
    """The input of a step that needs none."""


class Edit(Input):
    """New values of fields that may be edited, by name, as they stand in JSON."""

    changes: dict[str, Any]


class Adopt(Input):
    """The record of a tool that a record of the register is from now on; ``title`` as it stood then."""

    connection: str
    kind: str
    external_id: str
    key: str = ""
    url: str = ""
    title: str = ""


def personal_fields(takes: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the personal texts among the fields of *takes*."""
    return tuple(name for name, info in takes.model_fields.items() if _extra(info).get(_PERSONAL))


def naming_fields(takes: type[BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields of *takes* that name people."""
    return tuple(name for name, info in takes.model_fields.items() if _extra(info).get(_WHO))
