"""`pmbridge engagement`: which projects belong to a client, and how to read them."""

from __future__ import annotations

from pmbridge_cli.grammar import Entry, group
from pmbridge_cli.words import Both

engagement = group(
    "engagement",
    help=Both("which projects belong to a client, and how to read them", "哪些项目属于哪位客户，怎样读取"),
    entries={
        "add": Entry(
            "pmbridge_cli.engagement_edit:add",
            Both("look at projects and propose how to read them", "查看项目，建议读取方式"),
        ),
        "edit": Entry(
            "pmbridge_cli.engagement_edit:edit",
            Both("the same questions, with the present answers", "同样的问题，默认为现在的答案"),
        ),
        "list": Entry(
            "pmbridge_cli.engagement_list:list_",
            Both("the engagements of this workspace", "本工作区的项目"),
        ),
    },
)
