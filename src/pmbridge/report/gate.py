"""The gate: how a single value of the engagement's view becomes one of the client's report.

Text is put on one clean line, links and tool keys pass only for connections whose tool the client can open, and a
figure keeps its reason when it is unknown. Connection names and tool ids stay on this side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

from pmbridge.domain import figure as domain
from pmbridge.domain import view as seen
from pmbridge.domain.rate import Rate
from pmbridge.domain.source import REGISTER
from pmbridge.domain.text import title_of
from pmbridge.report import parts as client
from pmbridge.values import Label

T = TypeVar("T")
V = TypeVar("V")

# Only these details are sizes of our own; others quote states, titles and sources for the project manager.
_TELLING = frozenset({domain.UnknownReason.INSUFFICIENT_SAMPLE})
_BARE = re.compile(r"[-−+]?[\d.,:\- ]+|true|false")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Return *text* on one line: no control, direction or half characters, at most 300 characters."""
    whole = one_line(text)
    return whole if len(whole) <= 300 else whole[:299] + "…"


def one_line(text: str) -> str:
    """Return the whole of *text* on one line: no control, direction or half characters."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def in_lines(text: str) -> str:
    """Return the whole of *text* in its lines, at most one of them empty in a row, each as :func:`one_line` has it."""
    lines = "\n".join(one_line(line) for line in text.splitlines())
    return _EMPTY_LINES.sub("\n\n", lines).strip()


def refs(refs: Iterable[str]) -> tuple[str, ...]:
    """Return references; a tool's title may have given them."""
    return tuple(clean(ref) for ref in refs)


def fact(name: str, value: str) -> client.Fact:
    """Return a named value. One that is no number, date or yes-or-no quotes a reason, so only "unknown" is said."""
    return client.Fact(name=name, value=value if _BARE.fullmatch(value) else "unknown")


def _web(url: str) -> str | None:
    """Return *url* when it is an ordinary web address without credentials, else ``None``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if good and not _INVISIBLE.search(url) else None


def sentence(label: Label) -> client.Sentence:
    """Return a sentence of ours, on one line: a title of somebody may stand in it."""
    return client.Sentence(zh=one_line(label.zh), en=one_line(label.en))


def quote(text: domain.Text) -> client.Quote:
    """Return somebody's words; what is left of a text without a visible character is an ellipsis."""
    zh, en = (clean(one) if one else "" for one in (text.zh, text.en))
    if text.original == "zh":
        return client.Quote(zh=zh or "…", en=en or None, original="zh")
    return client.Quote(zh=zh or None, en=en or "…", original="en")


def quoted(title: str) -> client.Quote:
    """Return a tool's title; its language is told by its characters."""
    return quote(title_of(clean(title)))


def _shown(
    given: type[client.Given[V]], figure: domain.Figure[T], pick: Callable[[T], V], *anchors: str
) -> client.Given[V] | client.Missing:
    match figure:
        case domain.Known():
            return given(value=pick(figure.value), method=figure.method, anchors=anchors)
        case domain.Unknown():
            detail = sentence(figure.detail) if figure.detail and figure.reason in _TELLING else None
            return client.Missing(reason=figure.reason, detail=detail, anchors=anchors)


def _same(value: T) -> T:
    return value


def day(figure: domain.Figure[date], *anchors: str) -> client.DayFigure:
    """Return a date, or why it is not known."""
    return _shown(client.Given[date], figure, _same, *anchors)


def days(figure: domain.Figure[int], *anchors: str) -> client.DaysFigure:
    """Return working days, or why it is not known."""
    return _shown(client.Given[int], figure, _same, *anchors)


def share(figure: domain.Figure[Decimal], *anchors: str) -> client.ShareFigure:
    """Return a share of 0 to 1, or why it is not known."""
    return _shown(client.Given[client.Exact], figure, _same, *anchors)


def money(figure: domain.Figure[domain.Money], *anchors: str) -> client.MoneyFigure:
    """Return an amount, or why it is not known."""
    return _shown(
        client.Given[client.Amount],
        figure,
        amount,
        *anchors,
    )


def amount(money: domain.Money) -> client.Amount:
    """Return an amount."""
    return client.Amount(amount=money.amount, currency=money.currency)


def amounts(money: Iterable[domain.Money], *, show_money: bool) -> tuple[client.Amount, ...]:
    """Return amounts; none where the client is shown no money."""
    return tuple(amount(one) for one in money) if show_money else ()


def maybe(text: domain.Text | None) -> client.Quote | None:
    """Return somebody's words, ``None`` where there are none."""
    return None if text is None else quote(text)


def ratio(figure: domain.Figure[Rate] | None) -> client.Ratio | None:
    """Return so many of so many, ``None`` where nothing was to be judged."""
    if not isinstance(figure, domain.Known):
        return None
    return client.Ratio(hits=figure.value.hits, n=figure.value.n)


def work(figure: domain.Figure[domain.Progress], *anchors: str) -> client.WorkFigure:
    """Return progress with its fraction, or why it is not known."""
    return _shown(
        client.Given[client.Work],
        figure,
        lambda done: client.Work(
            done=done.done,
            total=done.total,
            unit=done.unit,
            percent=done.percent,
            fallback=sentence(done.fallback) if done.fallback else None,
        ),
        *anchors,
    )


def held(figure: domain.Figure[seen.Age], *anchors: str) -> client.HeldFigure:
    """Return an age split by who held it, or why it is not known."""
    return _shown(
        client.Given[client.Held],
        figure,
        lambda age: client.Held(total=age.total, ours=age.ours, theirs=age.theirs),
        *anchors,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What decides on links: connection → the tool's name, and the connections that the client can open."""

    tools: Mapping[str, str]
    openable: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[seen.SourceView]) -> Links:
        """Return the links that *sources* allow: a connection is open when all its sources are."""
        feeds = list(sources)
        shut = {feed.connection for feed in feeds if not feed.client_can_open}
        return cls(
            tools={feed.connection: feed.tool for feed in feeds},
            openable=frozenset(feed.connection for feed in feeds) - shut,
        )

    def source(self, connection: str, key: str, url: str, *, ref: str = "") -> client.Source:
        """Return where a row comes from; a tool's key that is printed as *ref* anyway is no secret."""
        may_open = connection in self.openable
        return client.Source(
            tool=clean(self.tools.get(connection, "")),
            key=clean(key) if may_open or key == ref else "",
            url=_web(url) if may_open else None,
        )

    def sources(self, refs: Sequence[domain.SourceRef], *, ref: str) -> tuple[client.Source, ...]:
        """Return the distinct sources of the row *ref*, in the view's order."""
        found = (
            client.Source(tool="", key=clean(one.key), url=None, event=int(one.external_id))
            if one.connection == REGISTER
            else self.source(one.connection, one.key, one.url, ref=ref)
            for one in refs
        )
        return tuple(dict.fromkeys(found))
