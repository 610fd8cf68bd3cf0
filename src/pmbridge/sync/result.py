"""What a sync did, per connection, as data; the command line and cron make their sentences and exit code of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pmbridge.errors import PartialSync, PmbridgeError, TransientError, worst_exit
from pmbridge.records import Skipped
from pmbridge.values import Label

State = Literal["ok", "partial", "temporary", "access", "stopped", "failed"]
_STATE_OF_EXIT: dict[int, State] = {0: "ok", 5: "partial", 75: "temporary", 3: "access", 6: "stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A step of a running sync, for a progress bar. ``expected`` is ``None`` while the size is not known."""

    connection: str
    stage: Literal["check", "pull", "judge", "details", "done"]
    read: int
    expected: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOutcome:
    """How one connection fared.

    ``items`` are in the mirror afterwards, of which this run found ``new`` and ``changed`` ones. ``read`` and
    ``records_changed`` count every record, versions and people included; ``vanished`` were marked as gone. ``error``
    ended the run early; ``problems`` are what was skipped or held while the rest went on. ``written`` were written into
    the tool by the sync itself, ``unwritten`` were tried and not written; ``plan`` is the number of the plan of both.
    """

    connection: str
    tool: str
    items: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    vanished: int = 0
    records_changed: int = 0
    requests: int = 0
    retries: int = 0
    waited_s: float = 0.0
    seconds: float = 0.0
    read_only: bool = True
    written: int = 0
    unwritten: int = 0
    plan: int | None = None
    milestones: int = 0
    changes: int = 0
    error: PmbridgeError | None = None
    problems: tuple[PmbridgeError, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[Label, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when everything was read, else the code of the worst cause (one record that could not be read: 5)."""
        codes = [self.error.exit_code] if self.error else []
        codes += [problem.exit_code for problem in self.problems]
        codes += [5 if one.id is not None else one.error.exit_code for one in self.skipped]
        return worst_exit(codes)

    @property
    def state(self) -> State:
        """The outcome in one word."""
        return _STATE_OF_EXIT.get(self.exit_code, "failed")

    @property
    def failures(self) -> tuple[PmbridgeError, ...]:
        """Everything that went wrong, worst first."""
        found = [*([self.error] if self.error else []), *self.problems, *(one.error for one in self.skipped)]
        return tuple(sorted(found, key=lambda error: error.exit_code != self.exit_code))


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What :meth:`pmbridge.Workspace.sync` did; :meth:`pmbridge.Workspace.noticed` puts it into words."""

    run_id: str
    started_at: datetime
    connections: Mapping[str, ConnectionOutcome]
    warnings: tuple[Label, ...] = field(default=())
    problems: tuple[PmbridgeError, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the run, by the order of ``errors.EXIT_ORDER``.

        A temporary failure counts 5 when another connection was synced, 75 when none was.
        """
        synced = any(one.error is None for one in self.connections.values())
        codes = [problem.exit_code for problem in self.problems]
        for outcome in self.connections.values():
            code = outcome.exit_code
            codes.append(5 if code == TransientError.exit_code and synced else code)
        return worst_exit(codes)

    def raise_for_failures(self) -> None:
        """Return quietly when every connection was synced.

        Raises:
            PartialSync: some were not; ``facts["names"]`` names them.
        """
        failed = sorted(name for name, outcome in self.connections.items() if outcome.exit_code)
        if failed:
            raise PartialSync(n=len(failed), total=len(self.connections), names=", ".join(failed)) from next(
                iter(self.connections[failed[0]].failures), None
            )
