"""The kinds of record that Trello has, and what this adapter's code can do with each."""

from __future__ import annotations

from collections.abc import Mapping

from pmbridge.records import FULL, Kind, Support, Verb
from pmbridge.values import Label

CARD, CHECK_ITEM, LIST, LABEL, MEMBER = "card", "checkitem", "list", "label", "member"


_NO_APPROVALS = Support.cannot("Trello has no approvals.", "Trello 没有审批。")
_NO_NOTES = Support.cannot("Whoever sees a card sees all of its comments.", "能看到卡片的人就能看到全部评论。")
_NO_COMMENTS = Support.cannot("Only cards have comments.", "只有卡片有评论。")
_NO_HISTORY = Support.cannot("Trello tells the history of cards only.", "Trello 只提供卡片的历史。")
_NO_PARTS = {Verb.COMMENTS: _NO_COMMENTS, Verb.APPROVALS: _NO_APPROVALS, Verb.NOTE: _NO_NOTES}

_MADE_BY_PEOPLE = Support.cannot(
    "Made by people; pmbridge writes cards and check items.", "由人创建；pmbridge 只写卡片和检查项。"
)
_NO_COMMENT = Support.cannot("Only cards have comments.", "只有卡片有评论。")
_NO_LINK = Support.cannot("Only cards have links.", "只有卡片有链接。")
_NOT_WRITTEN = {
    Verb.CREATE: _MADE_BY_PEOPLE, Verb.UPDATE: _MADE_BY_PEOPLE, Verb.TRANSITION: _MADE_BY_PEOPLE,
    Verb.COMMENT: _NO_COMMENT, Verb.LINK: _NO_LINK,
}  # fmt: skip
WRITING = (Verb.CREATE, Verb.UPDATE, Verb.TRANSITION, Verb.COMMENT, Verb.LINK)

KINDS: Mapping[str, Kind] = {
    CARD: Kind(
        shape="item",
        label=Label(zh="卡片", en="Card"),
        supports={
            Verb.READ: FULL,
            Verb.COMMENTS: Support(
                level="partial",
                note=Label(
                    zh="评论被修改或删除后，要等卡片再次变动才会重新读取。",
                    en="A comment that is edited or deleted is read again when its card changes next.",
                ),
            ),
            Verb.HISTORY: Support(
                level="partial",
                note=Label(
                    zh="Trello 不记录标签和检查清单的改动；从其他看板移来的卡片，只有移来之后的历史。",
                    en="Trello keeps no history of labels and checklists; of a card that came from another board, "
                    "only what happened since.",
                ),
            ),
            Verb.APPROVALS: _NO_APPROVALS,
            Verb.NOTE: _NO_NOTES,
            **dict.fromkeys(WRITING, FULL),
        },
        logged=frozenset({"state", "title", "description", "start", "due", "field:*"}),
    ),
    CHECK_ITEM: Kind(
        shape="item",
        label=Label(zh="检查项", en="Check item"),
        supports={
            Verb.READ: FULL,
            Verb.HISTORY: _NO_HISTORY,
            **_NO_PARTS,
            Verb.CREATE: Support(
                level="partial",
                note=Label(zh="仅限已有检查清单的卡片。", en="On cards that have a checklist already."),
            ),
            Verb.UPDATE: Support(level="partial", note=Label(zh="仅标题。", en="The title only.")),
            Verb.TRANSITION: FULL,
            Verb.COMMENT: _NO_COMMENT,
            Verb.LINK: _NO_LINK,
        },
    ),
    LIST: Kind(
        shape="group",
        label=Label(zh="列表", en="List"),
        supports={Verb.READ: FULL, Verb.HISTORY: _NO_HISTORY, **_NO_PARTS, **_NOT_WRITTEN},
    ),
    LABEL: Kind(
        shape="group",
        label=Label(zh="标签", en="Label"),
        supports={Verb.READ: FULL, Verb.HISTORY: _NO_HISTORY, **_NO_PARTS, **_NOT_WRITTEN},
    ),
}
