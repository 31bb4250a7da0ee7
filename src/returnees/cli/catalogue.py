"""``returnees catalogue``: what catalogues, portals and archives read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import package_argument
from returnees.cli.files import own_folder, write_or_check


@click.command(name="catalogue")
@package_argument
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path),
              help="The folder to write to or to check; else that of PACKAGE.")  # fmt: skip
@click.option("--check", is_flag=True, help="Say which files are stale, change nothing, and exit 1 if any is.")
def command(package: str | None, folder: Path | None, check: bool) -> None:
    """Write the catalogue files of PACKAGE: citation, portals, archives.

    All is taken from datapackage.json and the Table Schemas. A file whose format asks for something that the descriptor
    lacks is left out, and the exit code is 1.

    \b
    Examples:
      returnees catalogue
      returnees catalogue --check
      returnees catalogue my-package --to out
    """
    from returnees.catalogue import catalogue
    from returnees.package.opening import open_package

    opened = open_package(package)
    made = catalogue(opened)
    stale = write_or_check(folder or own_folder(opened, package), made.files, check)
    for remark in made.remarks:
        click.echo(remark, err=True)
    if made.lacking or stale:
        sys.exit(1)
