"""``returnees show``: figures in the terminal."""

from __future__ import annotations

import click

from returnees.cli.common import echo_data, package_argument


@click.command(name="show")
@package_argument
@click.option("--area", help="Only these areas, separated by commas.")
@click.option("--measure", help="Only these measures.")
@click.option("--source", help="Only these sources.")
@click.option("--where", "conditions", multiple=True, metavar="FIELD=CODE,...",
              help="Only these codes of any other coordinate; may be given several times.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text", show_default=True,
              help="How the figures are written.")  # fmt: skip
def command(
    package: str | None,
    area: str | None,
    measure: str | None,
    source: str | None,
    conditions: tuple[str, ...],
    form: str,
) -> None:
    """Show the figures of PACKAGE, ranges as ranges.

    \b
    Examples:
      returnees show --area USA
      returnees show --measure returned --where population=all
      returnees show --source soufan-2017 --format csv
    """
    from returnees.package.opening import open_package
    from returnees.showing import chosen_figures, render_figures

    named = {"area": area, "measure": measure, "source": source}
    wanted = [f"{name}={codes}" for name, codes in named.items() if codes]
    figures = chosen_figures(open_package(package), [*wanted, *conditions])
    echo_data(render_figures(figures, form))
    if form == "text":
        click.echo(f"{figures.height:,} figure{'' if figures.height == 1 else 's'}.", err=True)
