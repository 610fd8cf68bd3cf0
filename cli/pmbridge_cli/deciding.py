"""``pmbridge decision revoke REF``: a decision of the client is taken back, whatever was decided."""

from __future__ import annotations

from typing import Any

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import command
from pmbridge_cli.noun import common, concept_of
from pmbridge_cli.words import Both


@command(
    "revoke",
    help=Both(
        "Take a decision of the client back: its subject waits for another one. Any decided ref will do.",
        "撤销客户的决定，其对象重新等待决定。可用任何已决定的编号。",
    ),
    params=[click.Argument(["words"], metavar="REF", nargs=-1), *common()],
)
def revoke(app: App, **given: Any) -> int:
    from pmbridge.domain.book import meant
    from pmbridge.domain.refusal import unknown_anywhere
    from pmbridge.errors import Refused
    from pmbridge_cli.noun_run import carried_out

    book = app.chosen().register.book
    written = given["words"][0] if given["words"] else ""
    ref = meant(written, book.concepts.values())
    if ref is None:
        raise Refused(
            detail="which decision? The ref of what was decided comes first, as CR-004",
            detail_zh="撤销哪一项决定？请先写编号，如 CR-004", command="pmbridge decision list",
        )  # fmt: skip
    entry = book.get(ref)
    if entry is not None and entry.kind == "client_decision":
        entry = book.get(entry.fields.subject)
    if entry is None:
        raise unknown_anywhere(book, written)
    subject = concept_of(entry.kind)
    if "revoke" not in subject.verbs:
        raise Refused(
            detail=f"{entry.ref} is not taken back: what rests on it needs a new change request",
            detail_zh=f"{entry.ref} 不能撤销：以它为依据的内容需要新的变更请求",
            command="pmbridge change submit",
        )
    return carried_out(app, entry.kind, "revoke", given | {"words": (entry.ref, *given["words"][1:])})
