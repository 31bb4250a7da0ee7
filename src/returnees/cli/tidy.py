"""``returnees tidy``: canonical order, true sizes and hashes."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import package_argument
from returnees.cli.files import own_folder


@click.command(name="tidy")
@package_argument
@click.option("--check", is_flag=True, help="Say what would change, change nothing, and exit 1 if anything would.")
def command(package: str | None, check: bool) -> None:
    """Put the rows of PACKAGE in canonical order; refresh bytes and hash.

    No cell is changed. A file whose cells cannot be told apart with certainty is left as it is.

    \b
    Examples:
      returnees tidy
      returnees tidy my-package --check
    """
    from returnees.package.opening import open_package
    from returnees.tidying import tidying

    opened = open_package(package)
    own_folder(opened, package, "go to the folder of one")
    result = tidying(opened)
    if not check:
        result.write()
    verb = "would be written anew" if check else "written anew"
    for change in result.changes:
        click.echo(f"{change.file}: {verb} ({change.reason})")
    for file, why in result.left:
        click.echo(f"{file}: left as it is; {why}", err=True)
    if not result.changes and not result.left:
        click.echo("Everything is in canonical form.", err=True)
    if result.left or (check and result.changes):
        sys.exit(1)
