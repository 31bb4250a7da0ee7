"""``returnees catalogue``: what catalogues, portals and archives read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import package_argument


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
    from returnees.errors import UsageError
    from returnees.package.opening import open_package
    from returnees.writing import write_bytes

    opened = open_package(package)
    if folder is None and opened.keep is not None:
        raise UsageError(f"{opened.label} is an archive, which is not changed; say with --to where the files go")
    target = folder or opened.root
    made = catalogue(opened)
    stale = made.stale(target)
    for path in stale:
        if not check:
            write_bytes(target / path, made.files[path])
        click.echo(f"{path}: stale" if check else path)
    for path, needs in made.lacking.items():
        click.echo(f"{path}: not made; datapackage.json has no {' and no '.join(needs)}", err=True)
    if not stale and not made.lacking:
        click.echo("Every catalogue file is as it should be.", err=True)
    if check and stale:
        click.echo("'returnees catalogue' writes them anew.", err=True)
    if made.lacking or (check and stale):
        sys.exit(1)
