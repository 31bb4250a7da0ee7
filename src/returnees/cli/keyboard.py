"""A line from the keyboard, waited for so that Ctrl-C ends the wait whenever it is pressed."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_MOST_AT_ONCE = 4096


def typed_line() -> str:
    """Return the next line of standard input, without its end.

    Raises
    ------
    EOFError
        If the input has ended: Ctrl-D at a terminal.
    KeyboardInterrupt
        If Ctrl-C is pressed, or was pressed before.
    UnicodeDecodeError
        If what a terminal sends is not text in its encoding.
    """
    # Elsewhere there is no Ctrl-C to wait for, or (Windows) the system itself ends the wait.
    if os.name == "nt" or not sys.stdin.isatty():
        line = sys.stdin.readline()
    else:
        line = _from_terminal(sys.stdin.fileno()).decode(sys.stdin.encoding)
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def _from_terminal(terminal: int) -> bytes:
    """Return the next line that a terminal sends; it sends one when Enter is pressed, or a part at Ctrl-D."""
    line = b""
    with _woken_by_signals() as bell:
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([terminal, bell], [], [])
            if bell in ready:
                os.read(bell, _MOST_AT_ONCE)  # its handler has run and did not end the wait
            if terminal in ready:
                part = os.read(terminal, _MOST_AT_ONCE)
                if not part:
                    break
                line += part
    return line


@contextmanager
def _woken_by_signals() -> Iterator[int]:
    """Give a descriptor that can be read from once a signal has come.

    Reading alone would lose a signal that comes just before the system begins to wait for the line: Python runs the
    handler only after the system call, and Polars has the call go on after a signal until Enter is pressed.
    """
    bell, ringing = os.pipe()
    os.set_blocking(ringing, False)
    before = signal.set_wakeup_fd(ringing, warn_on_full_buffer=False)
    try:
        yield bell
    finally:
        signal.set_wakeup_fd(before)
        os.close(bell)
        os.close(ringing)
