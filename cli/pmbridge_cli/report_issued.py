"""`pmbridge report list` and `show`: look at what was issued."""

from __future__ import annotations

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.layout import Column, filled
from pmbridge_cli.report import FORMATS_HELP, file_names, report_document, write
from pmbridge_cli.words import Both, moment


@command("list", help=Both("List the reports that were issued.", "列出已发布的报告。"))
def list_(app: App) -> None:
    documents, rows, say = [], [], app.out.say
    engagements = app.chosen_all()
    for engagement in engagements:
        for one in engagement.reports.issued():
            now = engagement.instant(None)
            documents.append(
                {
                    "ref": one.ref,
                    "engagement": engagement.name,
                    "edition": one.edition,
                    "number": one.number,
                    "revision": one.revision,
                    "as_of": one.as_of.isoformat(),
                    "issued_at": one.issued_at.isoformat(),
                    "sha256": one.sha256,
                    "waived": dict(one.waived),
                }
            )
            as_of = moment(one.as_of, engagement.zone, now)
            issued = moment(one.issued_at, engagement.zone, now)
            rows.append([one.ref, engagement.name, as_of, issued, one.sha256[:12]])
    if app.json:
        app.out.document({"schema": "pmbridge.report-list/1", "reports": documents})
        return
    if not rows:
        app.out.line(Both("Nothing was issued yet.", "尚未发布过报告。"))
        app.out.next("pmbridge report weekly")
        return
    heads = [
        Both("Report", "报告"),
        Both("Engagement", "项目"),
        Both("As of", "截至"),
        Both("Issued", "发布于"),
        Both("SHA-256", "SHA-256"),
    ]
    app.out.lines(app.out.table([Column(head=say(head)) for head in heads], rows))


@command(
    help=Both(
        "Show an issued report (default: the newest), or write its files again with --out.",
        "显示一份已发布的报告（默认最新一份）；加 --out 重新写出文件。",
    )
)
@argument("ref", metavar="[weekly-9]", required=False)
@option("--out", metavar="DIR", help=Both("write its files there", "把文件写到这里"))
@option("--formats", metavar="LIST", help=FORMATS_HELP)
def show(app: App, ref: str | None, out: str | None, formats: str | None) -> None:
    import json

    from pmbridge.errors import UnknownRef
    from pmbridge.report.render import canonical_json, render
    from pmbridge.values import LANGUAGES

    engagement = app.chosen()
    issued = engagement.reports.issued()
    if ref is None and not issued:
        raise UnknownRef(
            ref="weekly",
            where=engagement.name,
            near="Nothing was issued yet.",
            near_zh="尚未发布过报告。",
            command="pmbridge report weekly",
        )
    found = engagement.reports.get(ref or issued[-1].ref)
    files = write(app, engagement, found, formats, out) if out else ()
    if app.json:
        document = json.loads(canonical_json(found.data))
        listed = [str(file) for file in files]
        app.out.document(
            {"schema": "pmbridge.report-show/1", **report_document(found), "files": listed, "report": document}
        )
    elif files:
        app.out.lines(filled(file_names(files), app.out.room, gap="   "))
    else:
        spoken = [one for one in LANGUAGES if one in found.languages]
        language = next((one for one in spoken if one == app.language), spoken[0])
        app.out.line(render(found.data, "md", language).decode().rstrip())
