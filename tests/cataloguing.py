"""Packages with their catalogue files, and the command that writes these."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from returnees.catalogue import catalogue
from returnees.cli.catalogue import command
from returnees.package.opening import open_package

BASE = "https://example.org/package/catalogue/"
#: A descriptor with all that the formats can carry and ours does not have.
RICH: dict[str, Any] = {
    "description": "How many farms there are: \"counted\", not guessed.",
    "version": "2.0.0-rc.1",
    "created": "2020-02-29T12:00:00+02:00",
    "keywords": ["farms", "yes", "a: b", "farms"],
    "id": "https://doi.org/10.5072/example.1",
    "homepage": "https://example.org/farms",
    "title": "Farms: \"counted\" & weighed <1>, 50\u2013100 %\u2028\\ end",
    "languages": ["fr"],
    "temporal": {"start": "1999-01-01"},
    "spatial": "Everywhere",
    "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
    "contributors": [
        {"givenName": "Ada", "familyName": "Example", "organization": "Example Institute", "roles": ["author"],
         "email": "ada@example.org", "path": "https://example.org/ada"},
        {"title": "Example Institute", "roles": ["publisher", "contact"]},
        {"title": "A helper"},
    ],
    "sources": [{"title": "The farm census", "path": "https://example.org/census"}, {"title": "Letters"}],
}  # fmt: skip


def describe(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change the descriptor in a folder."""
    file = folder / "datapackage.json"
    descriptor = json.loads(file.read_text("utf-8"))
    change(descriptor)
    file.write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def write(folder: Path) -> Path:
    """Write the catalogue files of the package in a folder beside it."""
    for path, content in catalogue(open_package(folder)).files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    return folder


def load(folder: Path, path: str) -> Any:
    return json.loads((folder / path).read_text("utf-8"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))
