"""What several commands share: the package argument and when to use colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def package_argument(function: Command) -> Command:
    """Give a command the optional argument PACKAGE."""
    return click.argument("package", required=False, default=None)(function)


def echo_data(text: str) -> None:
    """Print what programs read: as it is to a pipe or a file, with nothing that a terminal would obey to a terminal."""
    if sys.stdout.isatty():
        from returnees.report.escape import visible

        text = "\n".join(map(visible, text.split("\n")))
    # Without this click would take colours out of data on their way to a file.
    click.echo(text, nl=False, color=True)


def limit_option(function: Command) -> Command:
    """Give a command the option --limit; its value is read by `Limits.stated`."""
    return click.option(
        "--limit", "limits", multiple=True, metavar="NAME=NUMBER",
        help="Read more of the package than usual, for instance table_bytes=20G; SECURITY.md lists the limits.",
    )(function)  # fmt: skip


def wants_colour(stream: TextIO) -> bool:
    """Whether `stream` is a terminal and nobody has asked for no colour (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
