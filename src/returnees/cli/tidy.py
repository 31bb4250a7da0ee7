"""``returnees tidy``: canonical order, true sizes and hashes."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import limit_option, package_argument
from returnees.cli.files import own_folder


@click.command(name="tidy")
@package_argument
@click.option("--check", is_flag=True, help="Say what would change, change nothing, and exit 1 if anything would.")
@limit_option
def command(package: str | None, check: bool, limits: tuple[str, ...]) -> None:
    """Put the rows of PACKAGE in canonical order; refresh bytes and hash.

    No cell is changed. A file whose cells cannot be told apart with certainty is left as it is.

    \b
    Examples:
      returnees tidy
      returnees tidy my-package --check
    """
    from returnees.package.limits import Limits
    from returnees.package.opening import open_package
    from returnees.report.escape import visible
    from returnees.tidying import tidying
    from returnees.writing import taking_turns

    asked = Limits.stated(limits)
    opened = open_package(package, limits=asked)
    with taking_turns(own_folder(opened, package, "go to the folder of one")):
        # Once more: whoever had the turn before may have changed it.
        result = tidying(open_package(package, limits=asked))
        if not check:
            result.write()
    verb = "would be written anew" if check else "written anew"
    for change in result.changes:
        click.echo(visible(f"{change.file}: {verb} ({change.reason})"))
    for file, why in result.left:
        click.echo(visible(f"{file}: left as it is; {why}"), err=True)
    if not result.changes and not result.left:
        click.echo("Everything is in canonical form.", err=True)
    if result.left or (check and result.changes):
        sys.exit(1)
