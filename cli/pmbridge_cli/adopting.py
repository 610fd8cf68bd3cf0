"""``pmbridge NOUN adopt``: a record of a tool becomes one of the register, or belongs to one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Option, command
from pmbridge_cli.noun import ADOPT, ALL, NUMBER, common, concept_of
from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pmbridge.adopting import Adopted

ITEM = Both("the tool's record, as CONNECTION:KIND:ID or its key", "工具中的记录，写作 连接:类别:编号，或其编号")
FINAL = Both("the final milestone, where none is marked", "最终里程碑（没有标明时）")
ON = Both("another date than the tools plan, as M7=2026-07-10", "与工具不同的日期，写作 M7=2026-07-10")
MILESTONE = "milestone"
_MADE = Both(
    "{n} proposed: {refs}. They bind nobody until they are agreed.", "已拟定 {n} 个：{refs}。双方确认之前不作为约定。"
)
_NOTHING = Both("Nothing that is recognised is missing in the register.", "识别到的都已在登记册中。")
LEFT_OUT = Both(
    "{refs} left out: no plan date is known. Give it with --on {first}=DAY",
    "{refs} 未纳入：没有计划日期。请用 --on {first}=日期 给出",
)


def adopt_command(noun: str) -> click.Command:
    """Return ``pmbridge NOUN adopt KEY`` and ``adopt REF --item PLACE``; milestones also ``--all``."""
    from pmbridge_cli.noun_input import options_of

    concept = concept_of(noun)
    makes = concept.step("add", "") is not None
    params: list[click.Parameter] = [click.Argument(["words"], metavar="REF|KEY" if makes else "REF", nargs=-1)]
    params.append(Option(["--item"], both=ITEM, metavar="PLACE"))
    if noun == MILESTONE:
        params.append(Option(["--all", "everything"], both=ALL, is_flag=True))
        params.append(Option(["--on", "days"], both=ON, metavar="REF=DAY", multiple=True))
        params.append(Option(["--final", "final"], both=FINAL, metavar="REF"))
    if makes:
        taken = {name for one in params for name in one.opts}
        params += [one for one in options_of(concept, "add") if not taken.intersection(one.opts)]
        params.append(Option(["--ref", "number"], both=NUMBER, metavar="REF"))
    params += common(params)

    @command("adopt", help=ADOPT, params=params)
    def run(app: App, **given: Any) -> int:
        return adopted(app, noun, given)

    return run


def adopted(app: App, noun: str, given: dict[str, Any]) -> int:
    """Carry out an adoption and say what came of it."""
    from pmbridge.adopting import adopt_milestones, drafted, found, link_to
    from pmbridge.domain.book import meant
    from pmbridge.errors import GuardFailed, Refused
    from pmbridge_cli.noun_input import written
    from pmbridge_cli.noun_run import attachments, by_whom, moment, reason_of, refused, told

    engagement, concept = app.chosen(), concept_of(noun)
    register = engagement.register
    at = moment(given["at"], register, app.workspace.clock.now())
    try:
        if given.get("everything"):
            days = days_of(given["days"], app)
            return _all(app, adopt_milestones(engagement, on=days, final=given["final"], at=at))
        if len(given["words"]) != 1:
            raise Refused(
                detail="adopt needs the ref of a record, or the key of a tool's item",
                detail_zh="adopt 后面要写登记册编号，或工具中的编号", command=f"pmbridge {noun} adopt KEY",
            )  # fmt: skip
        word = given["words"][0]
        evidence = attachments(app, given["evidence"])
        who: dict[str, Any] = {"at": at, "by": given["by"], "reason": reason_of(given), "evidence": evidence}
        ref = meant(word, [concept])
        if given["item"] is not None:
            record = register.do(noun, "adopt", ref or word, input=link_to(engagement, given["item"]), **who)
            told(app, concept, record, evidence)
            return 0
        shown = found(engagement, word)
        today = app.workspace.clock.now().astimezone(register.zone).date()
        options = {name: value for name, value in given.items() if name.startswith("in_")}
        said = written(concept, "add", (), options, given["input_file"], today)
        values = drafted(concept, shown, register.zone) | said.input
        by_whom(values, concept, "add", given["by"], register)
        number = given.get("number") or (ref if ref is not None and ref not in register.book else None)
        with register.batch() as batch:
            made = batch.do(noun, "add", input=values, number=number, **who)
            record = batch.do(noun, "adopt", made.ref, input=shown.link, **who)
    except GuardFailed as error:
        return refused(app, error, concept, None)
    told(app, concept, record, evidence)
    return 0


def _all(app: App, found: Adopted) -> int:
    from pmbridge_cli.figures import runs_of

    refs = [one.ref for one in found.made]
    step = _after(app, found)
    if app.json:
        app.out.document({"schema": "pmbridge.adopted/1", "refs": refs, "undated": list(found.undated), "next": step})
        return 0
    if refs:
        app.out.line(_MADE.filled(n=len(refs), refs=runs_of(refs)))
    else:
        app.out.line(_NOTHING)
    if found.undated:
        app.out.line(LEFT_OUT.filled(refs=runs_of(found.undated), first=found.undated[0]))
    app.out.next(step)
    return 0


def _after(app: App, found: Adopted) -> str:
    """Return what follows: agreeing, where any milestone waits for it."""
    if any(one.state == "proposed" for one in app.chosen().register.book.of(MILESTONE)):
        return "pmbridge milestone agree --all --by CONTACT --evidence FILE"
    return f"pmbridge milestone adopt --all --on {found.undated[0]}=DAY" if found.undated else "pmbridge next"


def days_of(texts: Sequence[str], app: App) -> dict[str, date]:
    """Return the days of milestones that *texts* name, each as ``M7=2026-07-10``.

    Raises:
        Refused: one is written otherwise.
    """
    from pmbridge.domain.book import meant
    from pmbridge.errors import Refused
    from pmbridge_cli.noun_input import day_of

    today = app.workspace.clock.now().astimezone(app.chosen().zone).date()
    found: dict[str, date] = {}
    for text in texts:
        ref, _, day = text.partition("=")
        known, on = meant(ref.strip(), [concept_of(MILESTONE)]), day_of(day.strip(), today)
        if known is None or on is None:
            raise Refused(
                detail=f'--on "{text}" is no milestone with a date, e.g. M7=2026-07-10',
                detail_zh=f"--on「{text}」不是里程碑和日期，例如 M7=2026-07-10",
                command="pmbridge milestone list",
            )
        found[known] = on
    return found
