"""Comments and changes of state of the items that matter: one list each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from pmbridge.adapter import in_order
from pmbridge.errors import NotVisible, PmbridgeError, ProtocolError, Rejected, Unsupported
from pmbridge.records import Change, Comment, Details, Verb, Wanted
from pmbridge_pingcode import translate, wire
from pmbridge_pingcode.kinds import IDEA, TICKET, WORK_ITEM
from pmbridge_pingcode.site import Site

_READABLE = frozenset({Verb.COMMENTS, Verb.HISTORY})
_KINDS = frozenset({WORK_ITEM, TICKET, IDEA})
_ITS_OWN = (NotVisible, Rejected, ProtocolError)


class DetailReader:
    """Reads details of one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def read(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield one Details per wanted record, always whole: PingCode narrows these lists by nothing.

        A record that cannot be seen or understood carries its error, and names no part as read.
        """
        _ = self._site.dialect  # found before the threads start
        yield from in_order(self._of, wanted, workers=self._site.settings.workers)

    def _of(self, one: Wanted) -> Details:
        since = self._site.since()
        parts = one.parts & _READABLE
        if one.id.kind not in _KINDS or not parts:
            kind = one.id.kind
            error = Unsupported(tool="PingCode", detail=f"details of a {kind}", detail_zh=f"读取 {kind} 的详情")
            return self._refused(one, error, since)
        records: list[Comment | Change] = []
        try:
            if Verb.COMMENTS in parts:
                records += self._comments(one)
            if Verb.HISTORY in parts:
                records += self._changes(one)
        except _ITS_OWN as error:
            return self._refused(one, error, since)
        return Details(id=one.id, parts=parts, as_of=since(), records=tuple(records))

    def _comments(self, one: Wanted) -> Iterator[Comment]:
        rows = self._site.every(
            "/v1/comments", wire.Comment, principal_type=one.id.kind, principal_id=one.id.external_id
        )
        for row in rows:
            if not row.is_deleted:  # the row stays, emptied
                yield translate.comment(row, one.id, self._site.settings.comment_format)

    def _changes(self, one: Wanted) -> Iterator[Change]:
        path = f"{self._site.dialect.items(one.id.kind)}/{one.id.external_id}/transition_histories"
        for row in self._site.every(path, wire.Transition):
            if (made := translate.change(row, one.id)) is not None:
                yield made

    def _refused(self, one: Wanted, error: PmbridgeError, since: Callable[[], datetime]) -> Details:
        connection = self._site.context.connection
        error = error.with_facts(connection=connection, tool="PingCode", thing=f"{connection}:{one.id}")
        return Details(id=one.id, parts=frozenset(), as_of=since(), error=error)
