"""Ends a scan at once when the user or the machine wants it to: Ctrl-C, or a SIGTERM before the power goes."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether a scan was stopped, and by which signal; 0 if it was not."""

    def __init__(self) -> None:
        self.signal = 0

    @contextmanager
    def by_signal(self) -> Iterator[None]:
        """While the block lasts, a signal cancels the task that runs it; a second one does what it always does.

        A signal that is ignored stays so, as in a job that a shell runs in the background.
        """
        loop, task = asyncio.get_running_loop(), cast("asyncio.Task[object]", asyncio.current_task())

        def stop(number: signal.Signals) -> None:
            self.signal = number
            release()
            task.cancel()

        def release() -> None:
            for number in heard:
                loop.remove_signal_handler(number)

        heard: list[signal.Signals] = []
        # Only the main thread hears signals, and not on every system.
        with suppress(NotImplementedError, ValueError, RuntimeError):
            for number in _SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    loop.add_signal_handler(number, stop, number)
                    heard.append(number)
        try:
            yield
        finally:
            release()
