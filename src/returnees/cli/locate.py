"""``returnees locate``: which figures must be wrong."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import opened_with_warning, package_argument, say, say_unused_rules


def _weight(ctx: click.Context, _: click.Parameter, stated: tuple[str, ...]) -> dict[str, float]:
    """Read ``FIGURE=W`` pairs."""
    weights = {}
    for text in stated:
        figure, equals, number = text.rpartition("=")
        try:
            weights[figure] = float(number)
        except ValueError:
            equals = ""
        if not equals or not figure:
            raise click.BadParameter(f"'{text}' is not of the form FIGURE=W, W a number or inf", ctx)
    return weights


@click.command(name="locate")
@package_argument
@click.option("--weight", "weights", multiple=True, metavar="FIGURE=W", callback=_weight,
              help="How much a figure is believed; inf: it is never wrong. Without it, the number of documents it was "
              "read in. May be given several times.")  # fmt: skip
@click.option("--max-explanations", type=click.IntRange(min=1), default=20, show_default=True,
              help="How many equally light explanations of a contradiction are listed.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True,
              help="Time limit for each set of figures that hang together.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How the outcome is written.")  # fmt: skip
def command(package: str | None, weights: dict[str, float], max_explanations: int, seconds: float, form: str) -> None:
    """Find the figures of PACKAGE that must be wrong.

    Figures that contradict each other by the rules whose breach is an error are explained by the least that must be
    wrong. The exit code is 1 when something must be, unless all of it is a known issue.

    \b
    Examples:
      returnees locate
      returnees locate --weight soufan-2017-bih-travelled-men=inf
      returnees locate my-package --format json
    """
    from returnees.locating import locate
    from returnees.report.located import render_location, render_location_json, reservations, summary

    location = locate(opened_with_warning(package), weights=weights, most=max_explanations, seconds=seconds)
    click.echo(render_location_json(location) if form == "json" else render_location(location), nl=False)
    say_unused_rules(location.setting)
    for sentence in (*reservations(location), summary(location)):
        say(sentence)
    if location.unexplained:
        sys.exit(1)
