"""Typing commands for somebody: each runs as from a shell, in a workspace that is open already."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pmbridge_cli.context import App
from pmbridge_cli.main import TREE

if TYPE_CHECKING:
    from pmbridge.workspace import Workspace


def screen(workspace: Workspace, words: Sequence[str], *, language: str = "zh-CN") -> tuple[int, str]:
    """Carry out ``pmbridge WORDS`` in *workspace*; return the exit code and what stood on the screen.

    Raises:
        PmbridgeError: as the command.
    """
    shown = io.StringIO()
    app = App(lang=language)
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown), contextlib.closing(app):
        app.share(workspace)
        with TREE.make_context("pmbridge", list(words), obj=app) as ctx:
            code = TREE.invoke(ctx)
    return code if isinstance(code, int) else 0, shown.getvalue()


def typed(workspace: Workspace, words: Sequence[str]) -> None:
    """Carry out ``pmbridge WORDS`` in *workspace*, and go on only if nothing is wrong.

    Raises:
        Refused: the command was, with what its screen said.
        PmbridgeError: as the command.
    """
    from pmbridge.errors import Refused

    code, shown = screen(workspace, words)
    if code:
        line = shlex.join(words)
        said = f"pmbridge {line}\n{shown}"
        raise Refused(detail=said, detail_zh=said, command="pmbridge demo")
