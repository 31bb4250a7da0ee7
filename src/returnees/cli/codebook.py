"""``returnees codebook``: every table, field and code, with counts."""

from __future__ import annotations

from pathlib import Path

import click

from returnees.cli.files import page_arguments, write_page


@click.command(name="codebook")
@page_arguments("docs/codebook.md")
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
