"""``returnees release``: one zip that proves itself whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import limit_option, package_argument


@click.command(name="release")
@package_argument
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("dist"),
              show_default=True, help="The folder to write to; it is made if it is not there.")  # fmt: skip
@click.option("--allow-invalid", is_flag=True, help="Release a package that has errors; the release says so.")
@limit_option
def command(package: str | None, folder: Path, allow_invalid: bool, limits: tuple[str, ...]) -> None:
    """Write PACKAGE as NAME-VERSION.zip with a checksum of every file.

    In it: descriptor, tables, schemas, rules, codebook, catalogue files, changelog, licences, README. The same package
    gives the same bytes; SOURCE_DATE_EPOCH sets the dates in it. 'returnees validate' on the zip proves a copy whole. A
    package with errors is not released unless --allow-invalid, nor one whose codebook or catalogue files are stale.

    \b
    Examples:
      returnees release
      returnees release my-package --to out
    """
    from returnees.package.limits import Limits
    from returnees.package.opening import open_package
    from returnees.releasing import release, remarks
    from returnees.report.escape import visible
    from returnees.report.forms import rendered
    from returnees.report.view import View
    from returnees.validation import validate

    opened = open_package(package, limits=Limits.stated(limits))
    report = validate(opened)
    if not report.valid and not allow_invalid:
        click.echo(rendered("text", report, View(quiet=True)), nl=False, err=True)
        click.echo(
            f"returnees: {visible(opened.label)} has errors and was not released; "
            "--allow-invalid releases it all the same",
            err=True,
        )
        sys.exit(1)
    click.echo(visible(str(release(opened, folder, report, allow_invalid=allow_invalid))))
    for remark in remarks(opened):
        click.echo(visible(remark), err=True)
