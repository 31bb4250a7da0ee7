"""``returnees export``: the tables in the formats people use."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import limit_option, package_argument


def _names(stated: tuple[str, ...] | str) -> list[str]:
    """Return the names of an option that takes several, separated by commas or given one by one."""
    texts = (stated,) if isinstance(stated, str) else stated
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


@click.command(name="export")
@package_argument
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="The folder to write to; it is made if it is not there.")  # fmt: skip
@click.option("--format", "formats", default="csv,json", show_default=True, metavar="NAME,...",
              help="The formats: csv, json, ndjson, xlsx, parquet, sqlite, duckdb.")  # fmt: skip
@click.option("--table", "tables", multiple=True, metavar="NAME,...",
              help="Only these tables; the wide one (by_area) counts as a table.")  # fmt: skip
@click.option("--where", "conditions", multiple=True, metavar="FIELD=CODE,...",
              help="Only figures with one of these codes, and what belongs to them.")  # fmt: skip
@click.option("--columns", multiple=True, metavar="NAME,...", help="Only these columns, in this order.")
@click.option("--allow-invalid", is_flag=True, help="Export a package that has errors.")
@limit_option
def command(
    package: str | None,
    folder: Path,
    formats: str,
    tables: tuple[str, ...],
    conditions: tuple[str, ...],
    columns: tuple[str, ...],
    allow_invalid: bool,
    limits: tuple[str, ...],
) -> None:
    """Write the tables of PACKAGE in other formats, and one wide table of its figures.

    The same package gives the same bytes. A package with errors is not exported unless --allow-invalid. With --where,
    the readings and sources of the chosen figures come along and code lists stay whole, so that no reference in the
    export leads nowhere.

    \b
    Examples:
      returnees export --to out
      returnees export --to out --format xlsx,sqlite --where area=GBR,FRA
      returnees export --to out --format csv --table by_area
      returnees export my-package --to out --format parquet --table figures
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
    for file in export(opened, folder, _names(formats), _names(tables), where=conditions, columns=_names(columns)):
        click.echo(visible(str(file)))
