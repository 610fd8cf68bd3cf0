"""Where a command writes its configuration: the workspace that is there, or the one that it starts here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmbridge.config import ConfigFile, WorkspaceConfig
    from pmbridge_cli.context import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A ``pmbridge.toml``, and what it says now: ``None`` while it does not exist."""

    file: Path
    config: WorkspaceConfig | None

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.file.parent

    @classmethod
    def of(cls, app: App) -> Place:
        """Return the workspace that the options, the environment or the folder lead to, or a new one there.

        Raises:
            ConfigError: the file that is there has faults.
        """
        from pmbridge.config import find_config, load_config
        from pmbridge.errors import ConfigError

        try:
            file = find_config(app.config, app.env)
        except ConfigError:
            return cls.new(app)
        return cls(file=file, config=load_config(file))

    @classmethod
    def new(cls, app: App, folder: str | None = None) -> Place:
        """Return the place of a workspace in *folder*, or where the options, the environment or the shell stand."""
        from pmbridge.config import config_path

        here = Path.cwd()
        named = folder or app.config or app.env.get("PMBRIDGE_CONFIG") or here
        return cls(file=config_path(named, here), config=None)

    def edit(self, app: App) -> ConfigFile:
        """Return the file for editing; a new one has the language of the screen and the machine's time zone."""
        from pmbridge.config import ConfigFile, machine_zone

        if self.file.is_file():
            return ConfigFile.open(self.file)
        return ConfigFile.new(self.file, language=app.language, timezone=machine_zone(app.language, app.env))
