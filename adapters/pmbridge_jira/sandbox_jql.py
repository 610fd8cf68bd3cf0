"""The part of JQL that the sandbox understands. Whatever else is asked is refused with 400, never guessed.

Fields: project, key (id, issuekey, issue), updated, created, fixVersion, parent, issuetype (type), status,
statusCategory, labels, sprint, creator (currentUser() only); AND, OR, NOT, parentheses, ORDER BY updated, created,
key or id. Bare dates are read in the time zone of the account, a number without quotes is milliseconds since the
epoch. A value that does not exist, or that the account cannot see, is an error as in Jira, unless the query is not to
be validated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pmbridge.clock import to_millis
from pmbridge_jira.sandbox_catalogue import CATEGORIES

if TYPE_CHECKING:
    from pmbridge_jira.sandbox_state import Issue, State
    from pmbridge_jira.sandbox_store import Site

Predicate = Callable[["Issue", "State"], bool]

MAX_ORDER = 7
_LAST_MILLIS = 253_402_300_799_000
_MAX_DEPTH = 60
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<mark>>=|<=|!=|!~|[=<>~!(),])
    | (?P<word>[^\s"'=<>~!(),]+)
    )""",
    re.VERBOSE,
)
_ALIASES = {
    "project": "project", "key": "key", "id": "key", "issuekey": "key", "issue": "key", "updated": "updated",
    "updateddate": "updated", "created": "created", "createddate": "created", "fixversion": "fixVersion",
    "parent": "parent", "issuetype": "issuetype", "type": "issuetype", "status": "status", "labels": "labels",
    "statuscategory": "statusCategory", "sprint": "sprint", "creator": "creator",
}  # fmt: skip
_ORDERS = {"updated": "updated", "updateddate": "updated", "created": "created", "createddate": "created",
           "key": "key", "issuekey": "key", "id": "id"}  # fmt: skip
_SPRINTS = {"opensprints": ("active",), "closedsprints": ("closed",), "futuresprints": ("future",)}
_UNITS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_COMPARE: Mapping[str, Callable[[int], bool]] = {
    ">": lambda sign: sign > 0, ">=": lambda sign: sign >= 0, "<": lambda sign: sign < 0, "<=": lambda sign: sign <= 0,
    "=": lambda sign: sign == 0, "!=": lambda sign: sign != 0,
}  # fmt: skip


class JqlError(Exception):
    """A query that Jira refuses; ``messages`` as its error envelope carries them."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    quoted: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query ready to run: ``matches`` decides on an issue in a given state, ``key`` sorts."""

    matches: Predicate
    order: tuple[tuple[str, bool], ...]
    bounded: bool

    def sorted(self, found: list[tuple[Issue, State]]) -> list[tuple[Issue, State]]:
        """Return the found in the asked order; ties, and no order at all, by id, newest first."""
        found.sort(key=lambda pair: -pair[0].id)
        for name, descending in reversed(self.order):
            found.sort(key=lambda pair: order_key(name, *pair), reverse=descending)
        return found


def order_key(name: str, issue: Issue, state: State) -> tuple[int | str, ...]:
    """Return what issues are compared by for one member of ORDER BY; fit for JSON."""
    match name:
        case "updated":
            return (to_millis(state.updated),)
        case "created":
            return (to_millis(state.created),)
        case "key":
            return split_key(state.key)
        case _:
            return (issue.id,)


def split_key(key: str) -> tuple[str, int]:
    """Return project key and number of an issue key: ``MALL-9`` comes before ``MALL-10``."""
    project, _, number = key.rpartition("-")
    return project, int(number)


def compile_jql(site: Site, jql: str, *, validate: bool = True, whole_minutes: bool = False) -> Query:
    """Read *jql* for an account of *site*. Raises :class:`JqlError` with every unknown name at once.

    ``validate=False`` leaves unknown values out instead. ``whole_minutes`` reads a time in milliseconds as the next
    whole minute, for sites whose search is no finer.
    """
    reader = _Reader(site, list(_tokens(jql)), whole_minutes=whole_minutes)
    query = reader.query()
    if reader.messages and (validate or reader.broken):
        raise JqlError(*reader.messages)
    return query


def _tokens(jql: str) -> Iterator[Token]:
    at = 0
    while at < len(jql.rstrip()):
        found = _TOKEN.match(jql, at)
        if found is None:
            raise JqlError(f"Error in the JQL Query: The character at position {at} is not allowed here.")
        at = found.end()
        if (quoted := found["quoted"]) is not None:
            yield Token(re.sub(r"\\(.)", r"\1", quoted[1:-1]), quoted=True)
        elif found["mark"] is not None:
            yield Token(found["mark"], mark=True)
        else:
            yield Token(found["word"])


@dataclass
class _Reader:
    site: Site
    tokens: Sequence[Token]
    whole_minutes: bool
    at: int = 0
    depth: int = 0
    clauses: int = 0
    broken: bool = False
    messages: list[str] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------- grammar

    def query(self) -> Query:
        matches = _always if self._is("order") or self._end() else self._either()
        order = self._order() if self._is("order") else ()
        if not self._end():
            raise _syntax(f"Expecting operator but got '{self.tokens[self.at].text}'.")
        return Query(matches=matches, order=order, bounded=self.clauses > 0)

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda issue, state: any(part(issue, state) for part in parts)

    def _both(self) -> Predicate:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda issue, state: all(part(issue, state) for part in parts)

    def _one(self) -> Predicate:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _syntax("The query is nested too deeply.")
        try:
            if self._take("not") or self._take("!"):
                inner = self._one()
                return lambda issue, state: not inner(issue, state)
            if self._take("("):
                inner = self._either()
                self._expect(")")
                return inner
            return self._clause()
        finally:
            self.depth -= 1

    def _clause(self) -> Predicate:
        name = self._next("a field name").text
        canonical = _ALIASES.get(name.lower())
        self.clauses += 1
        operator = self._operator()
        if operator in ("is", "is not"):
            if not (self._take("empty") or self._take("null")):
                raise _syntax("Expecting EMPTY or NULL.")
            values: list[Token] = []
        elif operator in ("in", "not in") and self._is("("):
            values = self._list()
        else:
            values = [self._operand()]
        if canonical is None:
            self.broken = True
            self.messages.append(f"Field '{name}' does not exist or you do not have permission to view it.")
            return _never
        return self._test(canonical, name, operator, values)

    def _operator(self) -> str:
        token = self._next("an operator")
        word = token.text.lower()
        if word == "not":
            self._expect("in")
            return "not in"
        if word == "is":
            return "is not" if self._take("not") else "is"
        if word == "in" or (token.mark and word in _COMPARE):
            return word
        raise _syntax(f"The operator '{token.text}' is not supported.")

    def _list(self) -> list[Token]:
        self._expect("(")
        values = [self._operand()]
        while self._take(","):
            values.append(self._operand())
        self._expect(")")
        return values

    def _operand(self) -> Token:
        token = self._next("a value")
        if token.mark:
            raise _syntax(f"Expecting a value but got '{token.text}'.")
        if not token.quoted and self._is("(") and token.text.lower() in (*_SPRINTS, "currentuser"):
            self._expect("(")
            self._expect(")")
            return Token(f"{token.text.lower()}()")
        return token

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._expect("order")
        self._expect("by")
        found = []
        while True:
            name = self._next("a field name").text
            if name.lower() in _ORDERS:
                descending = self._take("desc")
                if not descending:
                    self._take("asc")
                found.append((_ORDERS[name.lower()], descending))
            else:
                raise JqlError(f"Not able to sort using field '{name}'.")
            if not self._take(","):
                break
        if len(found) > MAX_ORDER:
            raise JqlError(f"The maximum number of fields to sort by is {MAX_ORDER}.")
        return tuple(found)

    # -------------------------------------------------------------------------------------------- tokens

    def _end(self) -> bool:
        return self.at >= len(self.tokens)

    def _is(self, word: str) -> bool:
        return not self._end() and not self.tokens[self.at].quoted and self.tokens[self.at].text.lower() == word

    def _take(self, word: str) -> bool:
        found = self._is(word)
        self.at += found
        return found

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise _syntax(f"Expecting '{word}'.")

    def _next(self, what: str) -> Token:
        if self._end():
            raise _syntax(f"Expecting {what} before the end of the query.")
        self.at += 1
        return self.tokens[self.at - 1]

    # ------------------------------------------------------------------------------------------- meaning

    def _test(self, canonical: str, name: str, operator: str, values: Sequence[Token]) -> Predicate:
        if canonical in ("updated", "created"):
            return self._time(canonical, name, operator, values)
        if canonical == "key" and operator in (">", ">=", "<", "<="):
            return self._key_range(name, operator, values[0])
        if operator in (">", ">=", "<", "<="):
            raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
        of = self._values(canonical)
        if operator == "is":
            return lambda issue, state: not of(issue, state)
        if operator == "is not":
            return lambda issue, state: bool(of(issue, state))
        wanted = frozenset(one for token in values for one in self._known(canonical, name, token))
        if operator in ("=", "in"):
            return lambda issue, state: not wanted.isdisjoint(of(issue, state))
        # As in Jira, an issue without any value is not "other than" the one named.
        return lambda issue, state: bool(here := of(issue, state)) and wanted.isdisjoint(here)

    def _values(self, canonical: str) -> Callable[[Issue, State], Sequence[object]]:
        if canonical == "statusCategory":
            statuses = self.site.statuses
            return lambda _, state: (statuses[state.status].category,)
        return _VALUES[canonical]

    def _time(self, canonical: str, name: str, operator: str, values: Sequence[Token]) -> Predicate:
        if operator not in _COMPARE or len(values) != 1:
            raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
        compare, moment = _COMPARE[operator], self._moment(name, values[0])

        def test(_: Issue, state: State) -> bool:
            at = state.updated if canonical == "updated" else state.created
            return compare((at > moment) - (at < moment))

        return test

    def _moment(self, name: str, token: Token) -> datetime:
        if not token.quoted and token.text.isdecimal():
            if len(token.text) > 18 or (millis := int(token.text)) > _LAST_MILLIS:
                raise JqlError(f"Date value '{token.text}' for field '{name}' is invalid.")
            at = datetime.fromtimestamp(millis / 1000, UTC)
            if self.whole_minutes and (at.second or at.microsecond):
                return at.replace(second=0, microsecond=0) + timedelta(minutes=1)
            return at
        if re.fullmatch(r"[+-]?\d+[wdhm](\s+\d+[wdhm])*", token.text):
            seconds = sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([wdhm])", token.text))
            return self.site.clock.now() + timedelta(seconds=-seconds if token.text.startswith("-") else seconds)
        for form in _FORMATS:
            try:
                return datetime.strptime(token.text, form).replace(tzinfo=self.site.zone)
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{token.text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    def _key_range(self, name: str, operator: str, token: Token) -> Predicate:
        known = self._known("key", name, token)
        if not known:
            return _never
        compare = _COMPARE[operator]
        project, number = split_key(self.site.issues[int(str(known[0]))].now.key)

        def test(_: Issue, state: State) -> bool:
            here, at = split_key(state.key)
            return here == project and compare((at > number) - (at < number))

        return test

    def _known(self, canonical: str, name: str, token: Token) -> Sequence[object]:
        """Return what a value stands for; an unknown one is complained of and stands for nothing."""
        site, text, low = self.site, token.text, token.text.lower()
        found: list[object] = []
        match canonical:
            case "project":
                by_key = site.project(text)
                named = (p for p in site.projects.values() if not p.hidden and p.name.lower() == low)
                found = [by_key.id] if by_key else [p.id for p in named]
            case "key" | "parent":
                issue = site.issue(text)
                found = [issue.id] if issue else []
                if issue is None and not text.isdecimal():
                    self.messages.append(f"An issue with key '{text}' does not exist for field '{name}'.")
                    return []
            case "labels":
                return [text]
            case "creator" if low == "currentuser()":
                return [site.me.account_id]
            case "status":
                found = [s.id for s in site.statuses.values() if low in (s.id, s.name.zh.lower(), s.name.en.lower())]
            case "statusCategory":
                found = [key for key, (id_, words, _) in CATEGORIES.items() if low in
                         (key, str(id_), words.zh.lower(), words.en.lower())]  # fmt: skip
            case "issuetype":
                found = [t.id for t in site.types.values() if low in (t.id, t.name.zh.lower(), t.name.en.lower())]
            case "fixVersion":
                found = [v.id for v in site.versions.values()
                         if low in (str(v.id), v.name.lower()) and not site.projects[v.project].hidden]  # fmt: skip
            case "sprint":
                if low.endswith("()"):
                    return [s.id for s in site.sprints.values() if s.state in _SPRINTS[low[:-2]]]
                found = [s.id for s in site.sprints.values() if low in (str(s.id), s.name.lower())]
        if not found:
            what = f"A value with ID '{text}'" if text.isdecimal() else f"The value '{text}'"
            self.messages.append(f"{what} does not exist for the field '{name}'.")
        return found


def _syntax(why: str) -> JqlError:
    return JqlError(f"Error in the JQL Query: {why}")


def _always(_issue: Issue, _state: State) -> bool:
    return True


def _never(_issue: Issue, _state: State) -> bool:
    return False


_VALUES: Mapping[str, Callable[[Issue, State], Sequence[object]]] = {
    "project": lambda _, state: (state.project,),
    "key": lambda issue, _: (issue.id,),
    "fixVersion": lambda _, state: state.versions,
    "parent": lambda _, state: () if state.parent is None else (state.parent,),
    "issuetype": lambda _, state: (state.type,),
    "status": lambda _, state: (state.status,),
    "labels": lambda _, state: state.labels,
    "sprint": lambda _, state: state.sprints,
    "creator": lambda _, state: (state.reporter,),
}
