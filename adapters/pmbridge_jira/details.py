"""Comments, history and approvals of the issues that matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from pmbridge.adapter import Call, Response, in_order
from pmbridge.errors import NotVisible, PmbridgeError, Unsupported
from pmbridge.records import Approval, Change, Comment, Details, Verb, Wanted
from pmbridge.values import RecordId
from pmbridge_jira import wire_details
from pmbridge_jira.classify import rate_key
from pmbridge_jira.site import Site, pages
from pmbridge_jira.translate import ISSUE
from pmbridge_jira.translate_details import LogReader, approval, comment

_COMMENT_PAGE = 100
_LOG_CHUNK = 1000
_LOG_PAGE = 1000
_APPROVAL_PAGE = 50

_COMMENTS = TypeAdapter(wire_details.CommentPage)
_LOGS = TypeAdapter(wire_details.LogPage)
_LOGGED = TypeAdapter(wire_details.LoggedIssue)
_APPROVALS = TypeAdapter(wire_details.ApprovalPage)


@dataclass
class _Answer:
    """What was found for one wanted record so far."""

    records: list[Comment | Change | Approval] = field(default_factory=list)
    parts: set[Verb] = field(default_factory=set)
    error: PmbridgeError | None = None


class DetailReader:
    """Reads details of one connection."""

    def __init__(self, site: Site, log: LogReader) -> None:
        self._site, self._log = site, log

    def read(self, wanted: Sequence[Wanted]) -> Iterator[Details]:
        """Yield one Details per wanted record, whole, in the order asked.

        A record or part that cannot be seen carries its error, and names only the parts that were read.
        """
        issues = [one for one in wanted if one.id.kind == ISSUE]
        answers = {one.id: _Answer() for one in wanted}
        self._histories([one for one in issues if Verb.HISTORY in one.parts], answers)
        self._comments([one for one in issues if Verb.COMMENTS in one.parts], answers)
        for one in issues:
            if Verb.APPROVALS in one.parts:
                self._guarded(one, answers[one.id], Verb.APPROVALS, self._approvals)
        as_of = self._site.client.server_now()
        for one in wanted:
            answer = answers[one.id]
            if one.id.kind != ISSUE:
                answer.error = Unsupported(
                    connection=self._site.context.connection, tool="Jira", detail=f"details of a {one.id.kind}",
                    detail_zh=f"读取 {one.id.kind} 的详情",
                )  # fmt: skip
            yield Details(
                id=one.id,
                parts=frozenset(answer.parts),
                as_of=as_of,
                records=tuple(answer.records),
                whole=True,
                error=answer.error,
            )

    def _guarded(
        self,
        one: Wanted,
        answer: _Answer,
        part: Verb,
        load: Callable[[Wanted], Sequence[Comment | Change | Approval]],
    ) -> None:
        """Add what *load* gives; where it cannot be seen, note that for this record alone."""
        try:
            answer.records += load(one)
            answer.parts.add(part)
        except NotVisible as error:
            thing = f"{self._site.thing(one.project)} {one.id}"
            answer.error = answer.error or error.with_facts(connection=self._site.context.connection, thing=thing)

    # ------------------------------------------------------------------------------------------ history

    def _histories(self, wanted: Sequence[Wanted], answers: dict[RecordId, _Answer]) -> None:
        if self._site.dialect.name == "server":
            for one in wanted:
                self._guarded(one, answers[one.id], Verb.HISTORY, self._expanded)
            return
        for start in range(0, len(wanted), _LOG_CHUNK):
            chunk = wanted[start : start + _LOG_CHUNK]
            for log in self._bulk([one.id.external_id for one in chunk]):
                item = RecordId(kind=ISSUE, external_id=log.issueId)
                if (answer := answers.get(item)) is not None:
                    answer.records += self._changes(log.changeHistories or (), item)
            for one in chunk:
                answers[one.id].parts.add(Verb.HISTORY)

    def _bulk(self, ids: Sequence[str]) -> Iterator[wire_details.IssueLog]:
        """Follow the pages; all fields, because a filter would miss parents, which are logged without a field id."""
        path = self._site.dialect.path("/changelog/bulkfetch")
        token: str | None = None
        seen: set[str] = set()
        while True:
            body = {"issueIdsOrKeys": list(ids), "maxResults": _LOG_PAGE} | ({"nextPageToken": token} if token else {})
            response = self._site.client.fetch("POST", path, call=Call.READ, json=body, rate=rate_key(path))
            page = self._site.client.parse(response, _LOGS).data
            yield from page.issueChangeLogs
            token = page.nextPageToken
            if not token or token in seen:
                return
            seen.add(token)

    def _expanded(self, one: Wanted) -> Sequence[Change]:
        path = self._site.dialect.path(f"/issue/{one.id.external_id}")
        params = {"expand": "changelog", "fields": "updated"}
        issue = self._site.client.get(path, _LOGGED, params=params, rate=rate_key(path)).data
        return self._changes(issue.changelog.histories, one.id)

    def _changes(self, histories: Sequence[wire_details.History], item: RecordId) -> list[Change]:
        return [change for history in histories for change in self._log.changes(history, item)]

    # ----------------------------------------------------------------------------------------- comments

    def _comments(self, wanted: Sequence[Wanted], answers: dict[RecordId, _Answer]) -> None:
        def first(one: Wanted) -> tuple[Wanted, Response | NotVisible]:
            try:
                return one, self._comment_page(one, 0)
            except NotVisible as error:
                return one, error

        for one, answer in in_order(first, wanted, workers=self._site.settings.workers):
            self._guarded(one, answers[one.id], Verb.COMMENTS, self._comments_after(answer))

    def _comments_after(self, first: Response | NotVisible) -> Callable[[Wanted], Sequence[Comment]]:
        def load(one: Wanted) -> Sequence[Comment]:
            if isinstance(first, NotVisible):
                raise first

            def ask(offset: int) -> tuple[list[wire_details.CommentWire], bool | None, int | None]:
                response = first if offset == 0 else self._comment_page(one, offset)
                page = self._site.client.parse(response, _COMMENTS).data
                return page.comments, None, page.total

            known = self._site.projects([one.project]).get(one.project)
            return [
                comment(each, one.id, text=self._site.dialect.text, service_desk=known.service_desk if known else None)
                for each in pages(ask)
            ]

        return load

    def _comment_page(self, one: Wanted, offset: int) -> Response:
        path = self._site.dialect.path(f"/issue/{one.id.external_id}/comment")
        params: dict[str, str | int] = {"startAt": offset, "maxResults": _COMMENT_PAGE, "expand": "properties"}
        return self._site.client.fetch("GET", path, call=Call.READ, params=params, rate=rate_key(path))

    # ---------------------------------------------------------------------------------------- approvals

    def _approvals(self, one: Wanted) -> Sequence[Approval]:
        """Return the approvals of a service request; any other issue has none, which Jira says with 404."""
        known = self._site.projects([one.project]).get(one.project)
        if known is not None and not known.service_desk:
            return []
        found: list[wire_details.RequestApproval] = []
        path = f"/rest/servicedeskapi/request/{one.id.external_id}/approval"
        while True:
            try:
                page = self._site.client.get(
                    path,
                    _APPROVALS,
                    params={"start": len(found), "limit": _APPROVAL_PAGE},
                    # Data Center counts these as experimental; Cloud does not look at the header.
                    headers={"X-ExperimentalApi": "opt-in"},
                    rate=rate_key(path),
                ).data
            except NotVisible as error:
                if error.facts.get("status") == 404:
                    return []
                raise
            found += page.values
            if page.isLastPage is not False or not page.values:
                return [approval(each, one.id) for each in found]
