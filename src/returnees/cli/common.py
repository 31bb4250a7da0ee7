"""What several commands share: the package argument and when to use colour."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def package_argument(function: Command) -> Command:
    """Give a command the optional argument PACKAGE."""
    return click.argument("package", required=False, default=None)(function)


def wants_colour(stream: TextIO) -> bool:
    """Whether `stream` is a terminal and nobody has asked for no colour (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def telling_steps(wanted: bool) -> Iterator[None]:
    """While this lasts, tell on standard error what the library does and how many seconds in, if that is `wanted`."""
    if not wanted:
        yield
        return
    import logging
    import time

    start = time.monotonic()

    class Steps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            click.echo(f"{time.monotonic() - start:6.2f} s  {visible(record.getMessage())}", err=True)

    from returnees.report.escape import visible

    logger, handler = logging.getLogger("returnees"), Steps()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
