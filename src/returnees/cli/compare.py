"""``returnees compare``: where sources disagree."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import choice_of_figures, opened_with_warning, package_argument, say, width_of


@click.command(name="compare")
@package_argument
@choice_of_figures
@click.option("--window", type=click.IntRange(min=0), default=0, show_default=True, metavar="DAYS",
              help="How many days may lie between dates; 0: they agree, as 2015 does with any day in it.")  # fmt: skip
@click.option("--by", type=click.Choice(["source", "publisher"]), default="source", show_default=True,
              help="Whether figures of one publisher's different sources are compared, too.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
              help="How the comparison is written.")  # fmt: skip
def command(package: str | None, conditions: tuple[str, ...], window: int, by: str, form: str) -> None:
    """Show where the sources of PACKAGE disagree.

    Figures with the same coordinates and dates are put side by side. They disagree when two of them have no number in
    common; the gap is the greatest distance between two. None is said to be right.

    \b
    Examples:
      returnees compare --area DEU
      returnees compare --measure returned --window 183
      returnees compare my-package --by publisher --format csv
    """
    from returnees.comparing import compare
    from returnees.report.compared import remarks, render_comparison

    comparison = compare(opened_with_warning(package), window=window, by=by, where=conditions)
    click.echo(render_comparison(comparison, form, width_of(sys.stdout)), nl=False)
    for sentence in remarks(comparison):
        say(sentence)
