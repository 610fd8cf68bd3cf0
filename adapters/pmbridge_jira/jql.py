"""The few JQL queries that reading needs. Ids and epoch milliseconds, never names or local dates.

A date in JQL is read in the time zone of the account's profile; an unquoted integer is milliseconds since the epoch in
any zone. There is no upper bound on ``updated``: one hides changes until the clock has passed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[0-9]{1,18}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED = re.compile(r'(["\\])')


def quoted(value: str) -> str:
    """Return *value* as an operand: digits as they are, anything else in quotes with quotes and backslashes escaped."""
    if _NUMBER.fullmatch(value):
        return value
    return '"' + _ESCAPED.sub(r"\\\1", _UNFIT.sub(" ", value)) + '"'


def one_of(field: str, values: Iterable[str | int]) -> str:
    """Return the clause that *field* is one of *values* (at least one)."""
    return f"{field} in ({', '.join(quoted(str(value)) for value in values)})"


def all_of(projects: Iterable[str]) -> str:
    """Return the query for all issues of *projects*, in an order that later edits do not change."""
    return f"{one_of('project', projects)} ORDER BY key ASC"


def changed_since(projects: Iterable[str], millis: int) -> str:
    """Return the query for what changed in *projects* at or after *millis*, oldest change first."""
    return f"{one_of('project', projects)} AND updated >= {millis} ORDER BY updated ASC, key ASC"


def created_since(project: str, millis: int | None) -> str:
    """Return the query for the issues of *project* created at or after *millis* (all for ``None``), oldest first."""
    bound = "" if millis is None else f" AND created >= {millis}"
    return f"{one_of('project', [project])}{bound} ORDER BY created ASC, key ASC"
