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
def needing_extra(extra: str) -> Iterator[None]:
    """Run imports of libraries that only ``returnees[extra]`` brings; say how to get one that is missing."""
    from returnees.errors import UsageError

    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}, which is not installed: pip install 'returnees[{extra}]'") from None
