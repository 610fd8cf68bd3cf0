"""``pmbridge NOUN VERB [REF]``: the commands of the register, made from its concepts.

Which nouns and verbs there are stands in :mod:`pmbridge_cli.nouns`, so that help costs nothing; the options of a verb
come from what its step takes, once the verb is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Entry, Option, Tree, command
from pmbridge_cli.nouns import ENGAGEMENT as ENGAGEMENT_VERBS
from pmbridge_cli.nouns import NOUNS
from pmbridge_cli.words import Both, same

if TYPE_CHECKING:
    from pmbridge.domain.machine import Concept

ENGAGEMENT = "engagement"
LIST = Both("all of them, with their states", "全部列出，含状态")
SHOW = Both("everything about one: fields, history, evidence", "查看一条：字段、经过、证据")
DECIDE = Both("record what the client decided", "登记客户的决定")
ADOPT = Both("make it the record of a tool's item", "与工具中的条目关联")
EDIT = Both("change what no agreement holds", "修改未经约定的内容")
RELEASE = Both("show it to the client, as it is worded now", "按现在的文字对客户公开")
_COMMON = {"list": LIST, "show": SHOW, "edit": EDIT, "release": RELEASE, "adopt": ADOPT}
AT = Both("when it really happened: a day or a moment", "实际发生的日期或时刻")
BY = Both("whose act it is: a contact or a member", "由谁作出：联系人或成员")
EVIDENCE = Both(
    "a file that proves it, as [KIND:]FILE, or tool_approval for what the client answered in the tool; may be repeated",
    "作为证据的文件，写作 [类别:]文件；写 tool_approval 取客户在工具审批中的答复；可重复",
)
REASON = Both("why", "理由")
FROM = Both("the rest of the input, as TOML", "其余内容，TOML 文件")
NUMBER = Both("a number that already stands on paper", "纸面上已有的编号")


ALL = Both("all of them", "全部")
_OWN = {
    "milestone": {
        "agree": Entry(
            "pmbridge_cli.agreeing:milestone_agree",
            Both("agree on the plan dates: baseline 0", "共同确认计划日期：基线 0"),
        )
    },
    "requirement": {
        "baseline": Entry(
            "pmbridge_cli.agreeing:requirement_baseline",
            Both("agree on what was confirmed: baseline 0", "以已确认的需求建立基线 0"),
        ),
        "document": Entry("pmbridge_cli.papers:document", Both("the paper to sign", "需求文档及确认页")),
    },
    "change": {"form": Entry("pmbridge_cli.papers:change_form", Both("the paper to sign", "变更请求单"))},
    "deliverable": {
        "form": Entry("pmbridge_cli.papers:deliverable_form", Both("the paper to sign", "验收单、验收证书"))
    },
    "decision": {
        "revoke": Entry(
            "pmbridge_cli.deciding:revoke",
            Both("take a decision of the client back; any decided ref", "撤销客户的决定，可用任何已决定的编号"),
        )
    },
}
"""Commands that do more than one step of one record, by noun and verb."""


class NounTree(Tree):
    """One noun of the register, its commands made when they are called."""

    def __init__(self, noun: str, more: dict[str, Entry] | None = None) -> None:
        words = NOUNS[noun]
        own = {name: Entry("", text) for name, text in words.verbs.items()}
        entries = {"list": Entry("", LIST), "show": Entry("", SHOW), **own, **(more or {})}
        super().__init__(noun, both=words.help, entries=entries)
        self.noun = noun
        self.more = more or {}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a verb: one of its own file, else made from the concept."""
        if cmd_name in self.more:
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self.entries:
            return None
        if cmd_name == "list":
            return _list(self.noun)
        if cmd_name == "show":
            return show_command(self.noun)
        if cmd_name == "adopt":
            from pmbridge_cli.adopting import adopt_command

            return adopt_command(self.noun)
        return verb_command(self.noun, cmd_name)


def __getattr__(name: str) -> NounTree:
    """Return the commands of the noun *name*: what the table of all commands points at."""
    if name not in NOUNS:
        raise AttributeError(name)
    return NounTree(name, _OWN.get(name))


# --------------------------------------------------------------------------------------------------- list, show


def _list(noun: str) -> click.Command:
    @command("list", help=LIST, params=[_state_option(), _flag("--all", "everything", _OVER)])
    def list_(app: App, *, state: tuple[str, ...], everything: bool) -> None:
        from pmbridge_cli.noun_show import listed

        listed(app, noun, state=state, everything=everything)

    return list_


_OVER = Both("also those that are over", "也列出已结束的")
_STATE = Both("only those in this state", "只列出该状态的")


def _state_option() -> click.Option:
    return Option(["--state"], both=_STATE, metavar="STATE", multiple=True)


def _flag(name: str, attribute: str, text: Both) -> click.Option:
    return Option([name, attribute], both=text, is_flag=True)


def show_command(noun: str) -> click.Command:
    """Return ``pmbridge NOUN show REF``; of the engagement there is one record, so nobody names it."""
    one = noun == ENGAGEMENT
    params = [] if one else [click.Argument(["ref"], metavar="REF")]

    @command("show", help=SHOW, params=params)
    def show(app: App, *, ref: str = "") -> None:
        from pmbridge_cli.noun_show import shown

        mine = app.chosen().register.book.newest(noun) if one else None
        shown(app, noun, mine.ref if mine is not None else ref)

    return show


# -------------------------------------------------------------------------------------------------------- verbs


def verb_command(noun: str, written: str) -> click.Command:
    """Return ``pmbridge NOUN VERB``; its options are what the steps of that verb take."""
    from pmbridge_cli.noun_input import options_of, takes_ref

    # A verb of two words is written with a hyphen on the command line.
    concept, verb = concept_of(noun), written.replace("-", "_")
    params: list[click.Parameter] = []
    params.append(click.Argument(["words"], metavar=_usage(concept, verb), nargs=-1))
    params += options_of(concept, verb)
    params += common(params)
    if takes_ref(concept, verb) != "always":
        params.append(Option(["--ref", "number"], both=NUMBER, metavar="REF"))

    @command(written, help=_help(noun, written), params=params)
    def run(app: App, **given: Any) -> int:
        from pmbridge_cli.noun_run import carried_out

        return carried_out(app, noun, verb, given)

    return run


def common(beside: Sequence[click.Parameter] = ()) -> list[click.Parameter]:
    """Return the options of every verb: when, whose act, what proves it, why, and a file with the rest."""
    options: list[click.Parameter] = [
        Option(["--at"], both=AT, metavar="TIME"),
        Option(["--by"], both=BY, metavar="WHO"),
        Option(["--evidence"], both=EVIDENCE, metavar="[KIND:]FILE", multiple=True),
        Option(["--from", "input_file"], both=FROM, metavar="FILE"),
    ]
    if not any("--reason" in one.opts for one in beside):
        options.append(Option(["--reason"], both=REASON, metavar="TEXT"))
    return options


def _help(noun: str, verb: str) -> Both:
    verbs = ENGAGEMENT_VERBS if noun == ENGAGEMENT else NOUNS[noun].verbs
    return verbs.get(verb) or _COMMON.get(verb) or same(verb)


def _usage(concept: Concept, verb: str) -> str:
    from pmbridge_cli.noun_input import positional, takes_ref

    which = "never" if concept.name == ENGAGEMENT else takes_ref(concept, verb)
    ref = {"never": "", "always": "REF ", "either": "[REF] "}[which]
    names = " ".join(f"[{name.upper()}]" for name in positional(concept, verb))
    return f"{ref}{names}".strip() or "[WORDS]"


def concept_of(noun: str) -> Concept:
    """Return the concept behind *noun*."""
    from pmbridge.domain.concepts import concepts  # only when a verb is called

    return concepts()[noun]
