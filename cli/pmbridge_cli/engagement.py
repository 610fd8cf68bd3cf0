"""`pmbridge engagement`: which projects belong to a client, how to read them, and the rules that both sides agreed."""

from __future__ import annotations

import click

from pmbridge_cli.grammar import Entry, Tree
from pmbridge_cli.nouns import ENGAGEMENT
from pmbridge_cli.words import Both

OWN = {
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
}
_SHOW = Both("what was agreed, since when, and what proves it", "已约定的规则、起始时间和依据")


class EngagementTree(Tree):
    """The commands about an engagement's sources, and the verbs of its one record in the register."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command of its own file, else the verb that is made from the concept."""
        if cmd_name in OWN:
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self.entries:
            return None
        from pmbridge_cli.noun import show_command, verb_command

        return show_command("engagement") if cmd_name == "show" else verb_command("engagement", cmd_name)


_VERBS = {name: Entry("", text) for name, text in ENGAGEMENT.items() if name not in OWN}
engagement = EngagementTree(
    "engagement",
    both=Both("which projects belong to a client, and how to read them", "哪些项目属于哪位客户，怎样读取"),
    entries=OWN | ({"show": Entry("", _SHOW)} if _VERBS else {}) | _VERBS,
)
