"""Where reports go: each format to its file, one of them to standard output."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import click

from returnees.errors import ReturneesError, UsageError
from returnees.outcome import Report
from returnees.report.forms import known_format, render
from returnees.report.view import View


@dataclass(frozen=True, slots=True)
class Plan:
    """A format, and the file it goes to; None is standard output."""

    form: str
    file: Path | None = None


def plan_reports(forms: Sequence[str], output: str | None) -> list[Plan]:
    """Return the plans that ``--format FORMAT[=FILE] ... --output FILE`` asks for.

    Raises
    ------
    UsageError
        If a format is not known, a file is a folder, or two reports would go to one place.
    """
    plans = []
    for stated in forms or ("text",):
        form, given, name = stated.partition("=")
        known_format(form)
        if given and not name:
            raise UsageError(f"--format {stated} names no file")
        plans.append(Plan(form, Path(name) if name and name != "-" else None))
    open_plans = [plan for plan in plans if plan.file is None]
    if output is not None and not open_plans:
        raise UsageError("--output is for a format without a file, and each --format names one")
    if len(open_plans) > 1:
        pair = " and ".join(plan.form for plan in open_plans[:2])
        raise UsageError(f"{pair} cannot both go to one place; write --format {open_plans[1].form}=FILE")
    if output is not None and output != "-":
        plans = [replace(plan, file=plan.file or Path(output)) for plan in plans]
    files = [plan.file.absolute() for plan in plans if plan.file is not None]
    for file in files:
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name a file")
        if files.count(file) > 1:
            raise UsageError(f"{file.name} cannot hold two reports")
    return plans


def write_reports(plans: Iterable[Plan], report: Report, view: View) -> None:
    """Write every report, files first.

    Raises
    ------
    ReturneesError
        If a file cannot be written.
    """
    for plan in sorted(plans, key=lambda plan: plan.file is None):
        # A terminal's colours are not for files.
        shown = view if plan.file is None else replace(view, colour=False)
        pieces = render(plan.form, report, shown)
        if plan.file is None:
            _print(pieces)
        else:
            _write(plan.file, pieces)
        summary = os.environ.get("GITHUB_STEP_SUMMARY")
        if plan.form == "github" and summary:
            _append(Path(summary), render("markdown", report, shown))


def _print(pieces: Iterable[str]) -> None:
    """Send the report to standard output; colours in it were asked for."""
    for batch in _batches(pieces):
        click.echo(batch, nl=False, color=True)


def _write(target: Path, pieces: Iterable[str]) -> None:
    """Write the report in one step, or straight to what is no plain file, as a pipe or a device."""
    from returnees.writing import replacing

    if target.exists() and not target.is_file():
        with _telling(target), target.open("w", encoding="utf-8", newline="\n") as stream:
            _send(stream, pieces)
        return
    with replacing(target) as aside, aside.open("w", encoding="utf-8", newline="\n") as stream:
        _send(stream, pieces)


def _append(target: Path, pieces: Iterable[str]) -> None:
    """Add the summary to what the steps before have written there."""
    with _telling(target), target.open("a", encoding="utf-8", newline="\n") as stream:
        _send(stream, pieces)


def _send(stream: TextIO, pieces: Iterable[str]) -> None:
    for batch in _batches(pieces):
        stream.write(batch)


def _batches(pieces: Iterable[str], size: int = 1 << 16) -> Iterator[str]:
    """Yield the pieces put together: a call for each would take longer than what it writes."""
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= size:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


@contextmanager
def _telling(target: Path) -> Iterator[None]:
    """Turn a failure to write into a sentence."""
    try:
        yield
    except OSError as error:
        raise ReturneesError(f"{target} cannot be written: {error.strerror or error}") from None
