"""What several commands share: the package argument, the choice of figures, when to use colour."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from returnees.consistency.setting import Setting
    from returnees.package.model import Package

Command = TypeVar("Command", bound=Callable[..., Any])


def package_argument(function: Command) -> Command:
    """Give a command the optional argument PACKAGE."""
    return click.argument("package", required=False, default=None)(function)


def echo_data(text: str) -> None:
    """Print what programs read: as it is to a pipe or a file, with nothing that a terminal would obey to a terminal."""
    if _terminal(sys.stdout):
        from returnees.report.escape import visible

        text = "\n".join(map(visible, text.split("\n")))
    # Without this click would take colours out of data on their way to a file.
    click.echo(text, nl=False, color=True)


def width_of(stream: TextIO | None) -> int | None:
    """Return how many columns `stream` shows; None where it is no terminal, so that programs read whole lines."""
    return shutil.get_terminal_size().columns if _terminal(stream) else None


def _terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal; one that was closed before the start is None."""
    return stream is not None and stream.isatty()


def say(sentence: str) -> None:
    """Print a sentence of our own on stderr, folded between words to the width of a terminal."""
    from returnees.report.lines import fitted

    click.echo(fitted(sentence, width_of(sys.stderr)), err=True)


def limit_option(function: Command) -> Command:
    """Give a command the option --limit; its value is read by `Limits.stated`."""
    return click.option(
        "--limit", "limits", multiple=True, metavar="NAME=NUMBER",
        help="Read more of the package than usual, for instance table_bytes=20G; SECURITY.md lists the limits.",
    )(function)  # fmt: skip


def wants_colour(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal and nobody has asked for no colour (no-color.org)."""
    return _terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def choice_of_figures(function: Command) -> Command:
    """Give a command the options that choose figures, as one argument ``conditions``, each ``field=code,code``."""

    @wraps(function)
    def chosen(
        *args: Any,
        area: str | None,
        measure: str | None,
        source: str | None,
        conditions: tuple[str, ...],
        **others: Any,
    ) -> Any:
        named = {"area": area, "measure": measure, "source": source}
        wanted = [f"{name}={codes}" for name, codes in named.items() if codes]
        return function(*args, conditions=(*wanted, *conditions), **others)

    options = (
        click.option("--area", help="Only these areas, separated by commas."),
        click.option("--measure", help="Only these measures."),
        click.option("--source", help="Only these sources."),
        click.option("--where", "conditions", multiple=True, metavar="FIELD=CODE,...",
                     help="Only these codes of any other field of figures; may be given several times."),
    )  # fmt: skip
    for option in reversed(options):
        chosen = option(chosen)
    return chosen  # type: ignore[return-value]


def opened_with_warning(path: str | None) -> Package:
    """Open the package at `path`, and say on stderr if it is not valid as far as opening and reading it shows.

    Raises
    ------
    PackageError
        If there is no package at `path`.
    """
    from returnees.findings import Severity
    from returnees.package.opening import open_package
    from returnees.report.escape import visible

    package = open_package(path)
    read = [*package.findings, *(item for table in package.tables.values() for item in table.findings)]
    errors = [item for item in read if item.severity is Severity.ERROR]
    if errors:
        first, count = errors[0], len(errors)
        place = f" ({first.place})" if first.place else ""
        words = f"{first.code}{place}" if count == 1 else f"{count:,} errors, the first of them {first.code}{place}"
        command = f"returnees validate {path or ''}".rstrip()
        words = f"{package.label} is not valid, so far as it was read here: {words}. '{command}' says what is wrong."
        say(visible(words))
    return package


def say_unused_rules(setting: Setting) -> None:
    """Say on stderr that rules could not be used, as far as that is so: their conclusions are missing."""
    wrong = [item for item in setting.findings if item.code != "F407"]
    if wrong:
        say(f"Not every rule was used: {wrong[0].message} 'returnees validate' says more.")


@contextmanager
def needing_extra(extra: str) -> Iterator[None]:
    """Run imports of libraries that only ``returnees[extra]`` brings; say how to get one that is missing."""
    from returnees.errors import UsageError

    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}, which is not installed; the extra '{extra}' brings it") from None
