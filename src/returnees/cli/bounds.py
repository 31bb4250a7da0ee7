"""``returnees bounds``: what each quantity can be."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import (
    choice_of_figures,
    opened_with_warning,
    package_argument,
    say,
    say_unused_rules,
    width_of,
)


@click.command(name="bounds")
@package_argument
@choice_of_figures
@click.option("--all", "everything", is_flag=True,
              help="Every quantity that was not published, too, however many there are.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True,
              help="Time limit for one quantity.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
              help="How the bounds are written.")  # fmt: skip
def command(package: str | None, conditions: tuple[str, ...], everything: bool, seconds: float, form: str) -> None:
    """Say what each quantity of PACKAGE can be at least and at most.

    All figures of a source are taken together with the rules whose breach is an error. Quantities that were not
    published are there, too, as far as something follows for them.

    \b
    Examples:
      returnees bounds --area FRA --measure returned
      returnees bounds --source soufan-2017 --where population=women
      returnees bounds my-package --format csv
    """
    from returnees.bounding import bounds
    from returnees.report.bounded import remarks, render_bounds

    found = bounds(opened_with_warning(package), where=conditions, everything=everything, seconds=seconds)
    click.echo(render_bounds(found, form, width_of(sys.stdout)), nl=False)
    say_unused_rules(found.setting)
    for sentence in remarks(found):
        say(sentence)
