"""``returnees validate``: everything is checked, and what was found is reported."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from returnees.cli.common import limit_option, package_argument, wants_colour

if TYPE_CHECKING:
    from returnees.outcome import Report
    from returnees.package.model import Package

#: The formats; the modules that write them are imported only when they are used.
_FORMATS = ("text", "json", "github", "markdown", "sarif", "junit", "html")


def _complete_engine(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the engines that begin so."""
    from returnees.engines.choosing import ENGINES

    return [name for name in ENGINES if name.startswith(begun)]


def _complete_format(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the formats that begin so."""
    return [form for form in _FORMATS if form.startswith(begun)]


@click.command(name="validate")
@package_argument
@click.option("--format", "forms", metavar="FORMAT[=FILE]", multiple=True, shell_complete=_complete_format,
              help=f"How the report is written: {', '.join(_FORMATS)}. Can be given several times; one without a FILE "
              "goes to standard output.  [default: text]")  # fmt: skip
@click.option("--output", "-o", type=click.Path(), help="The file of the one format that names none.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
              help="The least severity that makes the exit code 1.")  # fmt: skip
@click.option("--max-findings", type=click.IntRange(min=1), metavar="N",
              help="How many findings of one code are listed; the weightiest stay.  [default: 10 in text, 20 in "
              "markdown, 50 in github, 200 in html, all in the others]")  # fmt: skip
@click.option("--since", metavar="REV",
              help="Mark the findings that the change since REV brought in, and fail only on these. REV is a revision "
              "of the git repository that PACKAGE is in, or an older package.")  # fmt: skip
@click.option("--propose-known-issues", "propose", is_flag=True,
              help="Print rows for known_issues, one for each contradiction, instead of the report.")  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="Text shows errors only.")
@click.option("--verbose", "-v", is_flag=True, help="Text shows each finding with its row, and what its code means.")
@click.option("--engine", default="polars", metavar="NAME", show_default=True, shell_complete=_complete_engine,
              help="What holds the tables: polars, in memory; duckdb, on the disk, where they can be larger; spark, on "
              "one machine or many.")  # fmt: skip
@click.option(
    "--spark-master",
    metavar="URL",
    help="With --engine spark: the cluster that does the work, such as spark://host:7077.  [default: local[*]]",
)
@click.option(
    "--spark-remote",
    metavar="URL",
    help="With --engine spark: a Spark Connect server that does the work, such as sc://host:15002.",
)
@limit_option
def command(
    package: str | None, forms: tuple[str, ...], output: str | None, fail_on: str, max_findings: int | None,
    since: str | None, propose: bool, quiet: bool, verbose: bool, engine: str,
    spark_master: str | None, spark_remote: str | None, limits: tuple[str, ...],
) -> None:  # fmt: skip
    """Check PACKAGE: descriptor, files, tables, contracts, rows, rules.

    What is wrong is told by finding code, with file, line, key, and how to mend it; 'returnees explain CODE' says more.
    With the format github, a summary is added to the job's page, too, where GITHUB_STEP_SUMMARY names a file.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.

    \b
    Examples:
      returnees validate
      returnees validate my-package --format json
      returnees validate release.zip --fail-on warning
      returnees validate --since HEAD
      returnees validate --format github --format sarif=findings.sarif
      returnees validate --format html --output report.html
      returnees validate --propose-known-issues
      returnees validate large-package --limit table_bytes=20G
      returnees validate large-package --engine duckdb
      returnees validate large-package --engine spark --spark-master spark://host:7077
    """
    from returnees.conformance.judge import Judge
    from returnees.engines.choosing import opening_of

    opening = opening_of(engine, spark_master, spark_remote)
    if opening is not None and since is not None:
        raise click.UsageError(f"--since is not for --engine {engine}: it compares two versions row by row, in memory")
    # Frictionless loads while our own libraries do: on two cores neither waits.
    with nullcontext() if propose else Judge() as judge:
        from returnees.cli.reporting import plan_reports, write_reports
        from returnees.cli.telling import telling_steps
        from returnees.findings import Severity
        from returnees.package.limits import Limits
        from returnees.package.opening import open_package
        from returnees.validation import judged

        plans = plan_reports(forms, output)
        opened = open_package(package, limits=Limits.stated(limits, out_of_core=opening is not None))
        before = _older(since, opened) if since is not None else None
        with telling_steps(opening is not None and _may_tell()):
            report = judged(opened, judge, since=before, engine=opening)
    if propose:
        _propose(opened, report)
    else:
        from returnees.report.repository import folder_of
        from returnees.report.view import View

        view = View(
            most=max_findings,
            fail_on=Severity(fail_on),
            quiet=quiet,
            verbose=verbose,
            colour=wants_colour(sys.stdout),
            folder=folder_of(opened),
        )
        write_reports(plans, report, view)
    if report.fails(Severity(fail_on)):
        sys.exit(1)


def _may_tell() -> bool:
    """Whether steps are told at a terminal, where --verbose does not tell them anyway."""
    return sys.stderr.isatty() and not click.get_current_context().find_root().params.get("verbose")


def _older(since: str, package: Package) -> Package:
    """Return the version of `package` that the option --since names."""
    from returnees.diff.places import open_place

    return open_place(since, package.root)


def _propose(package: Package, report: Report) -> None:
    """Print a row for each contradiction, and say what is left to do."""
    from datetime import date

    from returnees.consistency.known import is_contradiction, proposed_rows
    from returnees.findings import Severity
    from returnees.tables.reading import package_missing, read_table, table_resources

    taken: list[str] = []
    # Read by itself: the other tables may be larger than the memory.
    for resource in table_resources(package):
        if resource.name == "known_issues":
            known = read_table(package, resource, package_missing(package)).frame
            taken += map(str, known["issue_id"].drop_nulls()) if "issue_id" in known.columns else ()
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
