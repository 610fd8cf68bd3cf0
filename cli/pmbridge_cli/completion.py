"""`pmbridge completion`: the script that teaches a shell our commands and options."""

from __future__ import annotations

import click

from pmbridge_cli.context import App
from pmbridge_cli.grammar import argument, command
from pmbridge_cli.words import Both, same

SHELLS = ("bash", "zsh", "fish")
_HOW = {
    "bash": same('eval "$(pmbridge completion bash)"'),
    "zsh": same('eval "$(pmbridge completion zsh)"'),
    "fish": same("pmbridge completion fish | source"),
}


@command(
    help=Both(
        "Print the completion script of a shell; load it in the shell's profile.",
        "输出某个 shell 的补全脚本；在该 shell 的启动文件中加载。",
    )
)
@argument("shell", type=click.Choice(SHELLS))
def completion(app: App, shell: str) -> None:
    from click.shell_completion import ShellComplete, get_completion_class

    from pmbridge_cli.main import COMPLETE_VARIABLE, TREE

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 - SHELLS are those that click knows
    # The base class's source: bash's own first runs bash to look at its version.
    script = ShellComplete.source(found(TREE, {}, "pmbridge", COMPLETE_VARIABLE))
    if app.json:
        app.out.document({"schema": "pmbridge.completion/1", "shell": shell, "script": script})
        return
    app.out.line(f"# {_HOW[shell].en}")
    app.out.line(script.strip())
