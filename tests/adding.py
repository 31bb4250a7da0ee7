"""What ``returnees add`` is called with, and what a package holds before and after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from click.testing import CliRunner, Result

from returnees.cli import main
from returnees.package.opening import open_package

#: All that a figure of the fresh package needs.
FIGURE = {
    "source": "ministry-2025", "area": "XAA", "measure": "quit", "population": "women", "as-of": "2024-12-31",
    "qualifier": "about", "value": "30", "basis": "official", "document": "ministry-2025", "as-printed": "environ 30",
}  # fmt: skip


def as_options(answers: Mapping[str, str], *left_out: str) -> list[str]:
    """Return answers as the words of a command line, but for some."""
    kept = {name: value for name, value in answers.items() if name not in left_out}
    return [part for name, value in kept.items() for part in (f"--{name.replace('_', '-')}", value)]


def add(package: Path, *arguments: str, **options: str) -> Result:
    result = CliRunner().invoke(main, ["add", str(package), *as_options(options), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def add_figure(package: Path, *arguments: str, **changed: str) -> Result:
    given = FIGURE | {name.replace("_", "-"): value for name, value in changed.items()}
    return add(package, *arguments, **given)


def table(package: Path, name: str) -> pl.DataFrame:
    return open_package(package).table(name)
