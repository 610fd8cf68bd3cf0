"""What a person sees while a command works: nothing for a second, then a spinner, after five seconds a bar."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from pmbridge_cli.words import Both

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from pmbridge import Progress
    from pmbridge_cli.context import App

SPINNER_AFTER_S = 1.0
BAR_AFTER_S = 5.0
_STAGES = {
    "check": Both("checking access", "检查权限"),
    "pull": Both("reading", "读取中"),
    "judge": Both("looking for what is gone", "核对缺失项"),
    "details": Both("reading comments and history", "读取评论和历史"),
    "done": Both("done", "完成"),
}
_ITEMS = Both("{read}/{expected} items", "{read}/{expected} 项")
_SOME = Both("{read} items", "{read} 项")


class Stopping(BaseException):
    """Ends a run in another thread at its next page, after Ctrl-C."""


class Watch:
    """The listener of one sync: draws on a terminal, remembers how far it is, ends all threads after Ctrl-C."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._last: dict[str, Progress] = {}
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._bars: Bars | None = None
        self._tasks: dict[str, Any] = {}

    def __call__(self, progress: Progress) -> None:
        """Take note of *progress*.

        Raises:
            Stopping: a person or the system wants the sync to end.
        """
        if self._stopping.is_set() and progress.stage != "done":
            raise Stopping
        with self._lock:
            self._last[progress.connection] = progress
            self._draw(progress)

    def stopped(self) -> Both:
        """Return what Ctrl-C says: how much is stored, and that the next run goes on from there."""
        read = sum(one.read for one in self._last.values())
        expected = [one.expected for one in self._last.values()]
        if not read:
            return Both("Stopped. Nothing was changed.", "已停止。未改动任何内容。")
        whole = sum(one for one in expected if one is not None) if None not in expected else 0
        en = f"{read}/{whole} items are" if whole >= read else f"{read} items are"
        zh = f"{read}/{whole} 项" if whole >= read else f"{read} 项"
        return Both(f"Stopped. {en} stored, the next run goes on from there.", f"已停止。已保存 {zh}，下次从这里继续。")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Draw and obey signals while the context is open."""
        timer = threading.Timer(SPINNER_AFTER_S, self._show) if self._may_draw() else None
        with self._signals():
            try:
                if timer:
                    timer.daemon = True
                    timer.start()
                yield
            finally:
                if timer:
                    timer.cancel()
                with self._lock:
                    if self._bars is not None:
                        self._bars.stop()

    def _may_draw(self) -> bool:
        app = self._app
        return app.out.terminal(app.out.stderr) and not app.quiet and not app.json and not app.verbose

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Have Ctrl-C and SIGTERM reach the threads too; each ends at its next page and frees its lease."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        set_up = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        # What whoever started us has turned off (nohup, a job in the background) stays off.
        before = {number: handler for number, handler in set_up.items() if handler is not signal.SIG_IGN}

        def stop(number: int, frame: FrameType | None) -> None:
            self._stopping.set()
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for number in before:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # -- drawing ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        from rich.console import Console  # only where somebody watches
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        with self._lock:
            self._bars = Bars(
                TextColumn("{task.fields[name]}"),
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[count]}"),
                TimeElapsedColumn(),
                console=Console(file=self._app.out.stderr),
                transient=True,
            )
            for one in self._last.values():
                self._draw(one)
            self._bars.start()

    def _draw(self, progress: Progress) -> None:
        if self._bars is None:
            return
        if progress.connection not in self._tasks:
            self._tasks[progress.connection] = self._bars.add_task("", name=progress.connection, count="", total=None)
        say = self._app.out.say
        known = progress.expected is not None and progress.expected >= progress.read
        # The bar moves once it is worth a look; until then it pulses.
        long_enough = time.monotonic() - self._began >= BAR_AFTER_S
        self._bars.update(
            self._tasks[progress.connection],
            description=say(_STAGES[progress.stage]),
            completed=progress.read,
            total=progress.expected if known and long_enough else None,
            count=say((_ITEMS if known else _SOME).filled(read=progress.read, expected=progress.expected)),
        )
