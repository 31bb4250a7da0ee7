"""A terminal of its own for a process: what is shown there, and keys to press."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starting import CTRL_C, after


@contextmanager
def at_a_terminal(arguments: list[str], columns: int = 80) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run Python at a terminal of its own; gives the process, and what its screen and keyboard are at the other end."""
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        after(CTRL_C, [sys.executable, *arguments]), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env=environment | {"TERM": "dumb"},
    )  # fmt: skip
    os.close(slave)
    try:
        yield process, master
    finally:
        process.kill()
        process.wait(30)
        os.close(master)


def read_until(terminal: int, words: str) -> str:
    """Return what a terminal shows until these words are there."""
    shown, end = "", time.monotonic() + 30
    while words not in shown and time.monotonic() < end:
        if (part := _read(terminal)) is None:
            break
        shown += part
    assert words in shown, shown
    return shown


def shown_at(columns: int, arguments: list[str]) -> list[str]:
    """Return the lines that a Python process shows at a terminal that is so wide, which must end well."""
    shown, end = "", time.monotonic() + 60
    with at_a_terminal(arguments, columns) as (process, terminal):
        while (part := _read(terminal)) is not None and time.monotonic() < end:
            shown += part
        assert process.wait(30) == 0, shown
    return shown.replace("\r\n", "\n").split("\n")


def _read(terminal: int) -> str | None:
    """Return what is shown next, which may be nothing for half a second; None at the end."""
    if not select.select([terminal], [], [], 0.5)[0]:
        return ""
    try:
        return os.read(terminal, 65_536).decode("utf-8", "replace") or None
    except OSError:
        return None
