"""``returnees show``: figures in the terminal."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import choice_of_figures, echo_data, opened_with_warning, package_argument, width_of


@click.command(name="show")
@package_argument
@choice_of_figures
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
              help="How the figures are written.")  # fmt: skip
def command(package: str | None, conditions: tuple[str, ...], form: str) -> None:
    """Show the figures of PACKAGE, ranges as ranges.

    With --format csv or json each figure has all its fields, among them the id by which explain and cite know it.

    \b
    Examples:
      returnees show --area USA
      returnees show --measure returned --where population=all
      returnees show --source soufan-2017 --format csv
    """
    from returnees.showing import chosen_figures, render_figures

    figures = chosen_figures(opened_with_warning(package), conditions)
    echo_data(render_figures(figures, form, width_of(sys.stdout)))
    if form == "text":
        click.echo(f"{figures.frame.height:,} figure{'' if figures.frame.height == 1 else 's'}.", err=True)
