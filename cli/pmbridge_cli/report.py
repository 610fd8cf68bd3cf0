"""`pmbridge report`: make a draft, check it, issue it, look at what was issued."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Entry, argument, command, group, option
from pmbridge_cli.layout import filled, held, padded, visible, width, wrapped
from pmbridge_cli.output import near
from pmbridge_cli.status import AS_OF
from pmbridge_cli.words import Both, counted, day, zone_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmbridge import Engagement, EngagementView, Report
    from pmbridge.domain.view import Colour
    from pmbridge.values import Label

REPORTS = "reports"
_HEADLINES = {
    "weekly": 'pmbridge report weekly --headline "…"',
    "monthly": 'pmbridge report monthly --headline "…"',
    "closing": 'pmbridge report closing --headline "…"',
}
_HEADLINE_HELP = Both("the sentence on top, in the report's first language", "首句，用报告的第一语言")
COLOURS = ("red", "amber", "green", "grey")
_COLOUR_HELP = Both(
    "your own judgement of the whole; the rules' colour stands beside it", "您对整体的判断，规则的颜色一并打印"
)
_BECAUSE_HELP = Both("why it is not the colour of the rules, printed", "为什么与规则不同，会打印在报告中")
_OPEN_HELP = Both("open it in the browser", "在浏览器中打开")
FORMATS_HELP = Both(
    "of html,md,json,pdf,docx,xlsx,eml,ics (default: the first three)",
    "可选 html,md,json,pdf,docx,xlsx,eml,ics（默认前三种）",
)
_ISSUE_FORMATS_HELP = Both(
    "of html,md,json,pdf,docx,xlsx,eml,ics (default: the first three and the mail)",
    "可选 html,md,json,pdf,docx,xlsx,eml,ics（默认前三种和邮件）",
)
_OUT_HELP = Both("where to write (default: reports/NAME)", "写到哪里（默认 reports/名称）")
_DRAFT = Both("Draft of", "草稿")
DASH = "—"
_OPENED = Both("opened in the browser", "已在浏览器打开")
_NOT_OPENED = Both("no browser here", "本机没有浏览器")

report = group(
    "report",
    help=Both(
        "Make, check and issue the client's report. A draft needs nothing filled in; only `issue` is strict.",
        "制作、检查、发布客户报告。草稿不要求填写任何内容，只有 issue 严格。",
    ),
    entries={
        "weekly": Entry("pmbridge_cli.report:weekly", Both("make a draft of a week", "生成周报草稿")),
        "monthly": Entry("pmbridge_cli.report:monthly", Both("make a draft of a month", "生成月报草稿")),
        "closing": Entry("pmbridge_cli.report:closing", Both("make a draft of the whole", "生成结项报告草稿")),
        "check": Entry("pmbridge_cli.report:check", Both("what still prevents issuing it", "发布前还差什么")),
        "issue": Entry("pmbridge_cli.report:issue", Both("freeze it and give it its number", "冻结并编号")),
        "list": Entry("pmbridge_cli.report_issued:list_", Both("what was issued", "已发布的报告")),
        "show": Entry("pmbridge_cli.report_issued:show", Both("an issued report again", "再看一份已发布的报告")),
    },
)


# ---------------------------------------------------------------------------------------------------------- draft


def _drafting(edition: str, text: Both) -> click.Command:
    """Return the command that makes a draft of *edition*."""

    @command(edition, help=text)
    @option("--open", "opened", is_flag=True, help=_OPEN_HELP)
    @option("--headline", metavar="TEXT", help=_HEADLINE_HELP)
    @option("--colour", type=click.Choice(COLOURS), help=_COLOUR_HELP)
    @option("--because", metavar="TEXT", help=_BECAUSE_HELP)
    @option("--as-of", metavar="TIME", help=AS_OF)
    @option("--formats", metavar="LIST", help=FORMATS_HELP)
    @option("--out", metavar="DIR", help=_OUT_HELP)
    def run(app: App, **given: Any) -> None:
        _draft(app, edition, **given)

    return run


weekly = _drafting("weekly", Both("Make a draft of the weekly report.", "生成周报草稿。"))
monthly = _drafting("monthly", Both("Make a draft of the monthly report.", "生成月报草稿。"))
closing = _drafting(
    "closing",
    Both(
        "Make a draft of the closing report: the whole engagement against what was first agreed.",
        "生成结项报告草稿：整个项目与最初约定相比。",
    ),
)


def _draft(
    app: App,
    edition: str,
    *,
    opened: bool,
    headline: str | None,
    colour: Colour | None,
    because: str | None,
    as_of: str | None,
    formats: str | None,
    out: str | None,
) -> None:
    documents = []
    for engagement in app.chosen_all():
        view = engagement.view(as_of)
        draft = engagement.reports.draft(view, edition, headline=headline, judged=colour, because=because)
        if headline or colour:
            engagement.reports.keep(draft)
        files = write(app, engagement, draft, formats, out)
        shown = _open(app, files) if opened else None
        if app.json:
            documents.append(_draft_document(app, draft, view, files, opened=shown))
        else:
            _draft_screen(app, engagement, draft, view, files, opened=shown, as_of=as_of)
    if app.json:
        app.out.document({"schema": "pmbridge.report-draft/1", "drafts": documents})


def write(
    app: App, engagement: Engagement, made: Report, formats: str | None, out: str | None, *more: str
) -> tuple[Path, ...]:
    """Write *formats*; without any those that need no add-on, and *more*."""
    from pmbridge.report.render import PLAIN

    folder = Path(out) if out else app.workspace.folder / REPORTS / engagement.name
    return made.write(folder, formats=listed(formats) or (*PLAIN, *more))


def listed(formats: str | None) -> list[str]:
    """Return the formats that an option names, in its order."""
    return [one.strip() for one in (formats or "").split(",") if one.strip()]


def _open(app: App, files: Sequence[Path]) -> bool:
    """Open the HTML in the language of the screen, else the first; return whether a browser took it."""
    import webbrowser

    pages = [file for file in files if file.suffix == ".html"]
    graphical = sys.platform in ("darwin", "win32") or app.env.get("DISPLAY") or app.env.get("WAYLAND_DISPLAY")
    # On a machine without a screen the module would start a text browser in this terminal.
    if not pages or not (graphical or app.env.get("BROWSER")):
        return False
    mine = [file for file in pages if file.name.endswith(f".{app.language}.html")]
    try:
        return webbrowser.open((mine or pages)[0].absolute().as_uri())
    except webbrowser.Error:
        return False


def _draft_screen(
    app: App,
    engagement: Engagement,
    draft: Report,
    view: EngagementView,
    files: Sequence[Path],
    *,
    opened: bool | None,
    as_of: str | None,
) -> None:
    out = app.out
    out.lines(wrapped(out.say(_title_line(draft, view)), out.room))
    state = [] if opened is None else [f"     {out.say(_OPENED if opened else _NOT_OPENED)}"]
    out.lines(f"  {line.strip()}" for line in filled([*file_names(files), *state], out.room - 2, gap="   "))
    out.lines(wrapped(visible(out.say(_overall(draft, view))), out.room))
    gaps = _gaps(draft, view)
    if gaps:
        number = counted(len(gaps), "thing is", "things are", " 处")
        out.line(
            Both(
                f"{number.en} not complete yet (the client's copy says “unknown” where it is):",
                f"{number.zh}还不完整（客户版会照实写「未知」）：",
            )
        )
        told = [tuple(out.shown(visible(out.say(one))) if one else "" for one in gap) for gap in gaps]
        out.lines(_gap_lines(told, out.room))
    chosen = f" -e {engagement.name}" if len(app.workspace.engagements) > 1 else ""
    command = " ".join(["pmbridge report check", *_edition(draft), *_same(as_of)]) + chosen
    out.line(Both(f"Before it goes to the client: {command}", f"给客户前：{command}"))


def _edition(made: Report) -> list[str]:
    """Return the edition as an argument behind a command; a weekly report needs none."""
    edition = made.data.header.edition
    return [] if edition == "weekly" else [edition]


def _same(as_of: str | None, headline: str | None = None) -> list[str]:
    """Return the options that make the next command speak of the very same report."""
    said = [] if headline is None else ["--headline", quote(headline)]
    return [*said, *([] if as_of is None else ["--as-of", quote(as_of)])]


def _headline(made: Report) -> str:
    return _HEADLINES[made.data.header.edition]


def _gap_lines(gaps: Sequence[tuple[str, ...]], room: int) -> Iterator[str]:
    """Yield what is not complete, with its remedy behind it where both fit and in a line of its own where not."""
    column = max((width(text) for text, remedy in gaps if remedy), default=0)
    for text, remedy in gaps:
        step = f"→ {remedy}"
        if remedy and column + width(step) + 4 <= room:
            yield f"  {padded(text, column)}  {step}"
            continue
        yield from (f"  {line}" for line in held(text, room - 2))
        if remedy:
            yield from (f"    {line}" for line in wrapped(step, room - 4))


def _title_line(made: Report, view: EngagementView) -> Both:
    from pmbridge.report.names import EDITIONS

    header, zone = made.data.header, zone_name(view.zone_name)
    edition = EDITIONS[header.edition]
    first, last = day(header.period_from, view.today), day(header.period_to, view.today)
    local = view.as_of.astimezone(view.zone)
    at = f"{day(local.date(), view.today)} {local:%H:%M}"
    draft = Both(f"{_DRAFT.en} ", f"{_DRAFT.zh} ") if header.draft else Both("", "")
    name = Both(
        f"{edition.en.lower() if header.draft else edition.en} {header.number}", f"{edition.zh} {header.number}"
    )
    return Both(
        f"{draft.en}{name.en}, {first} to {last}, as of {at} ({zone.en})",
        f"{draft.zh}{name.zh}，期间 {first} 至 {last}，截至 {at}（{zone.zh}）",
    )


def file_names(files: Sequence[Path]) -> list[str]:
    """Return the first path whole, of the others what differs: ``x.zh-CN.html``, ``…en.html``, ``.md``, ``.json``."""
    first, *others = files
    parts, seen = [near(first)], {first.suffix}
    for file in others:
        if file.suffix == first.suffix:
            parts.append("…" + "".join(file.suffixes[-2:]).lstrip("."))
        elif file.suffix not in seen:
            parts.append(file.suffix)
            seen.add(file.suffix)
    return parts


def _overall(draft: Report, view: EngagementView) -> Both:
    from pmbridge.report.names import COLOURS
    from pmbridge_cli.status import PROVISIONAL

    judged = draft.data.overall.judgement
    if judged is not None:
        ours, rule = COLOURS[draft.data.overall.colour], COLOURS[judged.rule]
        return Both(
            f"Overall: {ours.en}, in your judgement (by the rules: {rule.en})",
            f"总体：{ours.zh}，为您的判断（按规则：{rule.zh}）",
        )
    overall, colour = view.overall, COLOURS[view.overall.colour]
    said = Both(colour.en, colour.zh)
    if overall.provisional:
        said = Both(said.en + PROVISIONAL.en, said.zh + PROVISIONAL.zh)
    if overall.hits:
        hit = overall.hits[0]
        said = Both(
            f"{said.en} — {hit.reason.en}  [{hit.rule}]",
            f"{said.zh}{DASH if overall.provisional else ' ' + DASH} {hit.reason.zh}  [{hit.rule}]",
        )
    return Both(f"Overall: {said.en}", f"总体：{said.zh}")


def _gaps(draft: Report, view: EngagementView) -> list[tuple[Label | Both, Label | Both | None]]:
    """Return what will be printed as unknown or is not written yet, with what would mend it where something would."""
    from pmbridge.domain.unknowns import summary

    notes = summary(view.unknowns, changes=len(view.changes))
    gaps: list[tuple[Label | Both, Label | Both | None]] = [(note.text, note.remedy) for note in notes]
    if draft.data.overall.headline is None:
        written = _headline(draft)
        gaps.append((Both("the headline is not written", "标题句未写"), Both(written, written)))
    return gaps


def _draft_document(
    app: App, draft: Report, view: EngagementView, files: Sequence[Path], *, opened: bool | None
) -> dict[str, Any]:
    say = app.out.say
    return {
        **report_document(draft),
        "files": [str(file) for file in files],
        "opened": opened,
        "colour": draft.data.overall.colour,
        "provisional": view.overall.provisional,
        "incomplete": [
            {"text": say(text), "remedy": say(remedy) if remedy else None} for text, remedy in _gaps(draft, view)
        ],
    }


def report_document(made: Report) -> dict[str, Any]:
    header = made.data.header
    return {
        "name": made.name,
        "engagement": made.engagement,
        "edition": header.edition,
        "number": header.number,
        "revision": header.revision,
        "draft": header.draft,
        "period_from": header.period_from.isoformat(),
        "period_to": header.period_to.isoformat(),
        "as_of": header.as_of.isoformat(),
    }


# ---------------------------------------------------------------------------------------------------------- issue


@command(help=Both("List what must hold before the report may be issued.", "列出发布前必须满足的条件。"))
@argument("edition", metavar="[weekly|monthly|closing]", required=False)
@option("--headline", metavar="TEXT", help=_HEADLINE_HELP)
@option("--as-of", metavar="TIME", help=AS_OF)
def check(app: App, edition: str | None, headline: str | None, as_of: str | None) -> int:
    failed_any, documents = False, []
    for engagement in app.chosen_all():
        view = engagement.view(as_of)
        draft = engagement.reports.draft(view, edition or "weekly", headline=headline)
        found = engagement.reports.checks(draft, view)
        failed = [one for one in found if not one.passed]
        failed_any = failed_any or bool(failed)
        if app.json:
            listed = [{"name": one.name, "passed": one.passed, "text": app.out.say(one.text)} for one in found]
            documents.append({**report_document(draft), "checks": listed})
            continue
        app.out.lines(wrapped(app.out.say(_title_line(draft, view)), app.out.room))
        for one in found:
            first, *more = wrapped(visible(app.out.say(one.text)), app.out.room - 4)
            app.out.line(f"  {app.out.mark('✓' if one.passed else '✗')} {first}")
            app.out.lines(f"    {line}" for line in more)
        number = counted(len(failed), "check fails.", "checks fail.", " 项检查未过。")
        app.out.line(number if failed else Both("All checks pass.", "检查全部通过。"))
        if any(one.name == "headline" for one in failed):
            app.out.next(" ".join([_headline(draft), *_same(as_of)]))
        else:
            waived = [f'--waive {one.name}="…"' for one in failed]
            app.out.next(" ".join(["pmbridge report issue", *_edition(draft), *waived, *_same(as_of, headline)]))
    if app.json:
        app.out.document({"schema": "pmbridge.report-check/1", "reports": documents})
    return 1 if failed_any else 0


@command(help=Both("Freeze the report, give it its number and write its files.", "冻结报告、编号并写出文件。"))
@argument("edition", metavar="[weekly|monthly|closing]", required=False)
@option("--by", metavar="NAME", help=Both("who approves it (default: you)", "由谁批准（默认为您）"))
@option("--headline", metavar="TEXT", help=_HEADLINE_HELP)
@option("--colour", type=click.Choice(COLOURS), help=_COLOUR_HELP)
@option("--because", metavar="TEXT", help=_BECAUSE_HELP)
@option(
    "--waive",
    metavar="CHECK=WHY",
    multiple=True,
    help=Both("issue it though this check fails; the reason is kept", "这项检查未过也发布，理由会保存"),
)
@option("--as-of", metavar="TIME", help=AS_OF)
@option("--formats", metavar="LIST", help=_ISSUE_FORMATS_HELP)
@option("--out", metavar="DIR", help=_OUT_HELP)
def issue(
    app: App,
    edition: str | None,
    by: str | None,
    headline: str | None,
    colour: Colour | None,
    because: str | None,
    waive: tuple[str, ...],
    as_of: str | None,
    formats: str | None,
    out: str | None,
) -> None:
    engagement = app.chosen()
    view = engagement.view(as_of)
    made = engagement.reports.issue(
        view,
        edition or "weekly",
        by=by or app.user,
        headline=headline,
        judged=colour,
        because=because,
        waive=dict(one.partition("=")[::2] for one in waive),
    )
    files = write(app, engagement, made, formats, out, "eml")
    if app.json:
        app.out.document(
            {"schema": "pmbridge.report-issue/1", **report_document(made), "files": [str(file) for file in files]}
        )
        return
    title = Both("Issued: {title}", "已发布：{title}").filled(title=_title_line(made, view))
    app.out.lines(wrapped(app.out.say(title), app.out.room))
    app.out.lines(f"  {line}" for line in filled(file_names(files), app.out.room - 2, gap="   "))
    app.out.line(
        Both(
            "It is frozen: a later sync changes nothing in it. The .eml is a draft: send it from your own mailbox.",
            "内容已冻结，之后的同步不会改动它。.eml 是邮件草稿，请用您自己的邮箱发送。",
        )
    )
