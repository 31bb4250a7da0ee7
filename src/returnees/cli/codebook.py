"""``returnees codebook``: every table, field and code, with counts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import package_argument
from returnees.cli.files import own_folder, write_or_check


@click.command(name="codebook")
@package_argument
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="The file to write or to check; else docs/codebook.md of PACKAGE.")  # fmt: skip
@click.option("--check", is_flag=True, help="Say whether the file is stale, change nothing, and exit 1 if it is.")
def command(package: str | None, file: Path | None, check: bool) -> None:
    """Write the codebook of PACKAGE: tables, fields and codes, with counts.

    \b
    Examples:
      returnees codebook
      returnees codebook --check
      returnees codebook my-package --to my-codebook.md
    """
    from returnees.codebook import CODEBOOK, codebook
    from returnees.package.opening import open_package

    opened = open_package(package)
    folder = file.parent if file else own_folder(opened, package)
    content = codebook(opened).encode("utf-8")
    if write_or_check(folder, {file.name if file else CODEBOOK: content}, check):
        sys.exit(1)
