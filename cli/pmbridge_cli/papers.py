"""`pmbridge requirement document`, `change form REF`, `deliverable form REF`: papers to sign, in both languages."""

from __future__ import annotations

from pathlib import Path

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command, option
from pmbridge_cli.output import near
from pmbridge_cli.report import REPORTS, listed
from pmbridge_cli.words import Both

FORMATS = Both("of html,md,docx (default: the first two)", "可选 html,md,docx（默认前两种）")
OUT = Both("where to write (default: reports/NAME)", "写到哪里（默认 reports/名称）")
_DOCUMENT = Both(
    "Write the requirement document with its sign-off page: of the baseline that holds, before that of all in hand.",
    "生成需求文档及确认页：现行基线的需求；尚无基线时为全部在手需求。",
)
_CHANGE = Both("Write the change form with its assessment.", "生成变更请求单，含影响评估。")
_DELIVERABLE = Both(
    "Write the acceptance form of the last submission, or the certificate of what the client said.",
    "生成最近一次提交的验收确认单；客户已答复则为验收证书。",
)


@command("document", help=_DOCUMENT)
@option("--formats", metavar="LIST", help=FORMATS)
@option("--out", metavar="DIR", help=OUT)
def document(app: App, *, formats: str | None, out: str | None) -> None:
    _write(app, "requirement", None, formats, out)


@command("form", help=_CHANGE)
@argument("ref", metavar="REF")
@option("--formats", metavar="LIST", help=FORMATS)
@option("--out", metavar="DIR", help=OUT)
def change_form(app: App, *, ref: str, formats: str | None, out: str | None) -> None:
    _write(app, "change", ref, formats, out)


@command("form", help=_DELIVERABLE)
@argument("ref", metavar="REF")
@option("--formats", metavar="LIST", help=FORMATS)
@option("--out", metavar="DIR", help=OUT)
def deliverable_form(app: App, *, ref: str, formats: str | None, out: str | None) -> None:
    _write(app, "deliverable", ref, formats, out)


def _write(app: App, noun: str, ref: str | None, formats: str | None, out: str | None) -> None:
    from pmbridge.domain.book import meant
    from pmbridge.papering import PLAIN, write_papers
    from pmbridge_cli.noun import concept_of

    engagement = app.chosen()
    named = None if ref is None else meant(ref, [concept_of(noun)]) or ref
    folder = Path(out) if out else app.workspace.folder / REPORTS / engagement.name
    written, check = write_papers(engagement, noun, named, folder, listed(formats) or PLAIN)
    if app.json:
        files = [str(one) for one in written]
        app.out.document({"schema": "pmbridge.paper/1", "noun": noun, "ref": named, "files": files, "sha256": check})
        return
    for path in written:
        app.out.line(near(path))
    app.out.line(Both(f"check {check[:4]} {check[4:8]}", f"校验码 {check[:4]} {check[4:8]}"))
