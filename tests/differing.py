"""The small valid package changed, and what ``diff`` says of two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner, Result
from making import VALID

import returnees
from returnees.cli.diff import command
from returnees.diff import Bump, diff
from returnees.errors import ReturneesError
from returnees.package.model import Package


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit | ReturneesError), result.exception
    return result


def edit(folder: Path, **changes: Any) -> dict[str, Any]:
    """Change the descriptor; return it."""
    file = folder / "datapackage.json"
    descriptor: dict[str, Any] = json.loads(file.read_text("utf-8")) | changes
    file.write_text(json.dumps(descriptor))
    return descriptor


def table(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a table once."""
    file = folder / "data" / f"{name}.csv"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def bump_of(folder: Path) -> Bump:
    return diff(returnees.open_package(VALID), returnees.open_package(folder)).bump


def contents(package: Package) -> dict[str, pl.DataFrame]:
    from returnees.diff.tables import content

    found = [content(package.label, item) for item in package.tables.values()]
    return {item.file: item.text for item in found}
