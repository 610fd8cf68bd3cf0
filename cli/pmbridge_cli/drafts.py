"""Drafts of mails, kept beside the reports of their engagement: what people get, they send themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pmbridge_cli.context import App


def kept_draft(app: App, name: str, body: bytes) -> Path:
    """Write a draft under *name*, for this user only, over an earlier one; returns its path."""
    folder = app.workspace.folder / "reports" / app.chosen().name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    path.touch(mode=0o600, exist_ok=True)
    path.write_bytes(body)
    return path
