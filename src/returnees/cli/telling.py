"""What is told on standard error besides what went wrong: steps when asked for, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO

import click


@contextmanager
def quietly(wanted: bool) -> Iterator[None]:
    """While this lasts, keep standard error back, if `wanted`, and send it only if the command does not succeed."""
    if not wanted:
        yield
        return
    held = StringIO()
    try:
        with redirect_stderr(held):
            yield
    except BaseException as end:
        if not isinstance(end, click.exceptions.Exit | SystemExit) or _code(end) != 0:
            sys.stderr.write(held.getvalue())
        raise


def _code(end: click.exceptions.Exit | SystemExit) -> object:
    """Return the exit code that an end asks for; none is 0."""
    return (end.exit_code if isinstance(end, click.exceptions.Exit) else end.code) or 0


@contextmanager
def telling_steps(wanted: bool) -> Iterator[None]:
    """While this lasts, tell what the library does and how many seconds in, if that is `wanted`."""
    if not wanted:
        yield
        return
    import logging
    import time

    from returnees.report.escape import for_log, visible

    start = time.monotonic()

    class Steps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            click.echo(f"{time.monotonic() - start:6.2f} s  {for_log(visible(record.getMessage()))}", err=True)

    logger, handler = logging.getLogger("returnees"), Steps()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
