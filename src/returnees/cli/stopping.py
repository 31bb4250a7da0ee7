"""Signals that stop a command: it ends at once, with the exit code that shells expect, and leaves nothing behind.

Python runs what handles a signal only between two steps of its own, and a query of an engine can be one step of many
minutes. So the signal raises an exception where Python is at work, and a thread ends the process where it is not.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

#: Signals that stop a command, where the system has them.
_NAMES = ("SIGTERM", "SIGHUP")
#: How many seconds Python has to notice a signal, and then to clean up, before the process ends without that.
_PATIENCE, _LEAVING = 1.0, 5.0


class Stopped(BaseException):
    """SIGTERM or SIGHUP has come; `code` is the exit code, 128 and the number of the signal, as of a shell."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@contextmanager
def stopping() -> Iterator[None]:
    """While this lasts, SIGTERM and SIGHUP raise `Stopped`, or end the process in the middle of what does not hear it.

    Ctrl-C is left to Python and to the libraries, which hear it; it ends the process when it comes to nothing there.
    What someone else handles, or ignores (``nohup``), stays so; so does everything where signals are not for this
    thread to handle, or the system has none (Windows).
    """
    stated = (getattr(signal, name, None) for name in _NAMES)
    numbers = [number for number in stated if number is not None and signal.getsignal(number) == signal.SIG_DFL]
    if os.name == "nt" or threading.current_thread() is not threading.main_thread() or not numbers:
        yield
        return
    noticed, left = threading.Event(), threading.Event()
    come: list[int] = []

    def handle(number: int, _: object) -> None:
        noticed.set()
        come.append(number)
        # Cleaning up is not to be stopped as well.
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    watched = {*numbers}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        watched.add(signal.SIGINT)
    bell, ringing = os.pipe()
    os.set_blocking(ringing, False)
    before = {number: signal.signal(number, handle) for number in numbers}
    woken = signal.set_wakeup_fd(ringing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(bell, watched, noticed, left), daemon=True).start()
    try:
        yield
    except BaseException:
        if not come:
            raise
        # A library may have made something else of it: DuckDB says in an error of its own that it was interrupted.
        raise Stopped(come[0]) from None
    finally:
        left.set()
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(ringing)  # which ends the thread


def _watch(bell: int, numbers: Collection[int], noticed: threading.Event, left: threading.Event) -> None:
    """Wait for a signal, and end the process if Python does not notice it, or does not come to an end.

    A library may swallow what it was told: DuckDB does, when it is about to begin a query.
    """
    while rung := os.read(bell, 1):
        # Others that Python handles ring, too: a window that was resized, a child that ended.
        number = rung[0]
        if number not in numbers:
            continue
        heard = number == signal.SIGINT or noticed.wait(_PATIENCE)
        if not (heard and left.wait(_LEAVING)):
            _end(number)
    os.close(bell)


def _end(number: int) -> None:
    """End the process in the middle of whatever it does, without what it keeps for the time being."""
    from returnees.package.temporary import clear

    clear()
    if number == signal.SIGINT:
        # As click says it, and ends with 1.
        os.write(2, b"\nAborted!\n")
        os._exit(1)
    os._exit(128 + number)
