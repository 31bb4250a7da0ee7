"""``returnees plot``: one chart as a file."""

from __future__ import annotations

from pathlib import Path

import click

from returnees.cli.common import choice_of_figures, needing_extra, package_argument


@click.command(name="plot")
@package_argument
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="The file to write; its ending, .svg or .png, says how.")  # fmt: skip
@click.option("--chart", type=click.Choice(["intervals", "timeline", "map"]), default="intervals", show_default=True,
              help="Figures one below another, measures beside each other over time, or a map.")  # fmt: skip
@choice_of_figures
@click.option("--scale", type=click.FloatRange(0.5, 8), default=3.0, show_default=True,
              help="How many pixels of a PNG stand for one of the chart.")  # fmt: skip
def command(package: str | None, target: Path, chart: str, conditions: tuple[str, ...], scale: float) -> None:
    """Draw figures of PACKAGE as the website does, as SVG or PNG.

    Ranges are bars, "at least" and "up to" are arrows, and no figure is a point. A map shows of each area the figure of
    the latest date, or, with --source, that of one source.

    \b
    Examples:
      returnees plot --area FRA --measure travelled --where population=all --to france.svg
      returnees plot --chart timeline --area FRA --measure travelled,returned --to france.png
      returnees plot --chart map --measure returned --to returned.svg
    """
    with needing_extra("site"):
        from returnees.site.plotting import plot, written
    from returnees.package.opening import open_package
    from returnees.writing import write_bytes

    svg = plot(open_package(package), chart, conditions)
    write_bytes(target, written(svg, target, scale))
    click.echo(str(target))
