"""``returnees validate``: everything is checked, and what was found is reported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from returnees.cli.common import package_argument, wants_colour

if TYPE_CHECKING:
    from returnees.outcome import Report


@click.command(name="validate")
@package_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How the report is written.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
              help="The least severity that makes the exit code 1.")  # fmt: skip
@click.option("--max-findings", type=click.IntRange(min=1), default=10, show_default=True,
              help="How many findings of one code the text report shows.")  # fmt: skip
@click.option("--propose-known-issues", "propose", is_flag=True,
              help="Print rows for known_issues, one for each contradiction, instead of the report.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Show errors only.")
def command(package: str | None, form: str, fail_on: str, max_findings: int, propose: bool, quiet: bool) -> None:
    """Check PACKAGE: descriptor, files, tables, contracts, rows, rules.

    \b
    Examples:
      returnees validate
      returnees validate my-package --format json
      returnees validate release.zip --fail-on warning
      returnees validate --propose-known-issues
    """
    from returnees.findings import Severity
    from returnees.report.jsonform import render_json
    from returnees.report.text import render_text
    from returnees.validation import validate

    if propose:
        report = _proposed(package)
    else:
        report = validate(package)
        if form == "json":
            click.echo(render_json(report), nl=False)
        else:
            text = render_text(report, colour=wants_colour(sys.stdout), most=max_findings, quiet=quiet)
            click.echo(text, nl=False, color=True)
    if report.fails(Severity(fail_on)):
        sys.exit(1)


def _proposed(package: str | None) -> Report:
    """Print a row for each contradiction, say what is left to do, and return the report."""
    from datetime import date

    from returnees.consistency.known import is_contradiction, proposed_rows
    from returnees.findings import Severity
    from returnees.package.opening import open_package
    from returnees.validation import validate

    opened = open_package(package)
    report = validate(opened, conformance=False)
    known = opened.tables.get("known_issues")
    taken = known.frame["issue_id"].drop_nulls() if known is not None and "issue_id" in known.frame.columns else ()
    contradictions = [item for item in report.findings if is_contradiction(item)]
    click.echo(proposed_rows(contradictions, date.today(), taken), nl=False)
    total = len(contradictions)
    click.echo(
        f"{total:,} contradiction{'' if total == 1 else 's'}. Correct what was read wrongly; paste the rows of what a "
        "source itself says into known_issues, each with a reason that a reader can check.",
        err=True,
    )
    others = sum(item.severity is Severity.ERROR for item in report.findings if not is_contradiction(item))
    if others:
        click.echo(f"{others:,} other errors; 'returnees validate' lists them.", err=True)
    return report
