"""`pmbridge schedule`: a ready line for cron or units for systemd, with this machine's paths. Installs nothing."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from pmbridge_cli.context import App
from pmbridge_cli.grammar import Entry, command, group
from pmbridge_cli.words import Both

MINUTE = 7
"""Past the hour: off the full hour, when everybody else's jobs run."""

schedule = group(
    "schedule",
    help=Both(
        "Print a ready schedule with the paths of this machine; installs nothing.",
        "输出带有本机路径的定时任务；不做安装。",
    ),
    entries={
        "cron": Entry("pmbridge_cli.schedule:cron", Both("a line for crontab", "crontab 的一行")),
        "systemd": Entry("pmbridge_cli.schedule:systemd", Both("a service and a timer", "一个服务和一个定时器")),
    },
)


@command(help=Both("Print a line for crontab.", "输出 crontab 的一行。"))
def cron(app: App) -> None:
    folder = app.workspace.folder
    # cron ends a command at a bare percent sign.
    line = shlex.join([_program(), "--config", str(folder), "sync", "-q"]).replace("%", "\\%")
    text = f"{MINUTE} * * * *  {line}\n"
    _print(app, "cron", {"crontab": f"MAILTO={_user(folder)}\n{text}"})


@command(help=Both("Print a service and a timer for systemd.", "输出 systemd 的服务和定时器。"))
def systemd(app: App) -> None:
    workspace = app.workspace
    secrets = "".join(
        f"LoadCredential={name}:/etc/pmbridge/{name}.secret\n"
        f"Environment=PMBRIDGE_{name.upper().replace('-', '_')}_SECRET_FILE=%d/{name}\n"
        for name, settings in workspace.config.connections.items()
        if not str(settings.secret).startswith(("file:", "command:"))
    )
    folder = str(workspace.folder)
    service = f"""[Unit]
Description=pmbridge sync
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
User={_user(workspace.folder)}
{secrets}ExecStart={_quoted(_program())} --config {_quoted(folder)} sync -q --log json
SuccessExitStatus=5 75
{_state(folder)}NoNewPrivileges=yes
ProtectSystem=strict
{_home(folder)}PrivateTmp=yes
"""
    timer = f"""[Unit]
Description=pmbridge sync
[Timer]
OnCalendar=*-*-* *:{MINUTE:02d}:00
RandomizedDelaySec=120
Persistent=true
[Install]
WantedBy=timers.target
"""
    if secrets and not app.json:
        app.out.note(
            Both(
                "put each secret into the file that LoadCredential names, owned by root, mode 0600",
                "请把各令牌写入 LoadCredential 所指的文件，属主 root，权限 0600",
            )
        )
    _print(app, "systemd", {"pmbridge-sync.service": service, "pmbridge-sync.timer": timer})


def _print(app: App, kind: str, files: dict[str, str]) -> None:
    if app.json:
        app.out.document({"schema": "pmbridge.schedule/1", "kind": kind, "files": files})
        return
    for name, text in files.items():
        if len(files) > 1:
            app.out.line(f"# {name}")
        app.out.line(text)


def _program() -> str:
    """Return the absolute path of the command that is running now."""
    called = Path(sys.argv[0])
    if called.name.startswith("pmbridge") and called.is_file():
        return str(called.absolute())
    import shutil

    return shutil.which("pmbridge") or "/usr/local/bin/pmbridge"


def _user(folder: Path) -> str:
    """Return the account that owns the workspace: nobody else can read its files."""
    try:
        return folder.owner()
    except (OSError, KeyError, NotImplementedError):  # an account without a name, or Windows
        return "pmbridge"


def _quoted(text: str) -> str:
    """Return *text* as one word of a systemd command line, where % begins a specifier."""
    text = text.replace("%", "%%")
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if any(sign in text for sign in " \"'\\") else text
    )


def _state(folder: str) -> str:
    """Return the line that makes the workspace writable under ``ProtectSystem=strict``."""
    path = Path(folder)
    if path.parent == Path("/var/lib"):
        return f"StateDirectory={path.name}\nStateDirectoryMode=0700\n"
    return f"ReadWritePaths={_quoted(folder)}\n"


def _home(folder: str) -> str:
    """Return the protection of home folders, unless the workspace or the program lives in one."""
    hidden = ("/home", "/root", "/run/user")
    inside = any(path.is_relative_to(home) for path in (Path(folder), Path(_program())) for home in map(Path, hidden))
    return "" if inside else "ProtectHome=yes\n"
