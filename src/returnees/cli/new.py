"""``returnees new``: a fresh package that follows the profile."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="The package's name in datapackage.json; else made from the folder's.")
@click.option("--title", help="Its title; else made from the name.")
def command(folder: Path, name: str | None, title: str | None) -> None:
    """Write a fresh package into DIR: an example that validates at once.

    It has a descriptor, Table Schemas, made-up figures, rules with their examples, a README, a workflow that checks
    every change, and a test file of three lines. DIR must be empty or not exist.

    \b
    Examples:
      returnees new my-package
      returnees new my-package --name courses --title "Courses and who finished them"
    """
    from returnees.starting import start

    for path in start(folder, name=name, title=title):
        click.echo(str(folder / path))
    click.echo(f"Next: returnees validate {folder}", err=True)
