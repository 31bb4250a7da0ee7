"""``returnees export``: the tables in the formats people use."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import limit_option, package_argument


@click.command(name="export")
@package_argument
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="The folder to write to; it is made if it is not there.")  # fmt: skip
@click.option("--format", "formats", default="csv,json", show_default=True, metavar="NAME,...",
              help="The formats, separated by commas: csv, json.")  # fmt: skip
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table; may be given several times.")
@click.option("--allow-invalid", is_flag=True, help="Export a package that has errors.")
@limit_option
def command(
    package: str | None,
    folder: Path,
    formats: str,
    tables: tuple[str, ...],
    allow_invalid: bool,
    limits: tuple[str, ...],
) -> None:
    """Write the tables of PACKAGE in other formats.

    The same package gives the same bytes. A package with errors is not exported unless --allow-invalid.

    \b
    Examples:
      returnees export --to out
      returnees export my-package --to out --format json --table figures
    """
    from returnees.export import export
    from returnees.package.limits import Limits
    from returnees.package.opening import open_package
    from returnees.report.escape import visible
    from returnees.validation import validate

    opened = open_package(package, limits=Limits.stated(limits))
    report = validate(opened, conformance=False)
    if not report.valid and not allow_invalid:
        click.echo(
            f"returnees: {visible(opened.label)} has errors and was not exported; "
            "'returnees validate' lists them, --allow-invalid exports it all the same",
            err=True,
        )
        sys.exit(1)
    names = [name.strip() for name in formats.split(",") if name.strip()]
    for file in export(opened, folder, names, tables):
        click.echo(visible(str(file)))
