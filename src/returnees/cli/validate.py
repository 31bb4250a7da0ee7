"""``returnees validate``: everything is checked, and what was found is reported."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import limit_option, package_argument, wants_colour


@click.command(name="validate")
@package_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How the report is written.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
              help="The least severity that makes the exit code 1.")  # fmt: skip
@click.option("--max-findings", type=click.IntRange(min=1), default=10, show_default=True,
              help="How many findings of one code the text report shows.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Show errors only.")
@limit_option
def command(
    package: str | None, form: str, fail_on: str, max_findings: int, quiet: bool, limits: tuple[str, ...]
) -> None:
    """Check PACKAGE: descriptor, files, tables, contracts, rows, rules.

    \b
    Examples:
      returnees validate
      returnees validate my-package --format json
      returnees validate release.zip --fail-on warning
      returnees validate large-package --limit table_bytes=20G
    """
    from returnees.findings import Severity
    from returnees.package.limits import Limits
    from returnees.report.jsonform import render_json
    from returnees.report.text import render_text
    from returnees.validation import validate

    report = validate(package, limits=Limits.stated(limits))
    if form == "json":
        click.echo(render_json(report), nl=False)
    else:
        text = render_text(report, colour=wants_colour(sys.stdout), most=max_findings, quiet=quiet)
        click.echo(text, nl=False, color=True)
    if report.fails(Severity(fail_on)):
        sys.exit(1)
