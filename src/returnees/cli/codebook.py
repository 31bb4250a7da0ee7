"""``returnees codebook``: every table, field and code, with counts."""

from __future__ import annotations

from pathlib import Path

import click

from returnees.cli.common import package_argument
from returnees.cli.files import write_page


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

    write_page(package, file, CODEBOOK, check, codebook)
