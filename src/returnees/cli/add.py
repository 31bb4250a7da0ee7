"""``returnees add``: a figure or a reading, checked against every rule before it is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from returnees.adding.form import Form
    from returnees.adding.plan import Plan
    from returnees.findings import Finding

#: How many findings of a code are shown before the rest is only counted.
MOST_SHOWN = 20


@click.command(
    name="add",
    context_settings={"ignore_unknown_options": True},
    options_metavar="[--FIELD VALUE]... [OPTIONS]",
)
@click.argument("arguments", metavar="[PACKAGE]", nargs=-1, type=click.UNPROCESSED)
@click.option("--fields", is_flag=True, help="List the fields of PACKAGE that can be given, and leave.")
@click.option("--yes", is_flag=True, help="Write without asking whether to.")
@click.option("--dry-run", is_flag=True, help="Show what would be written and found, and write nothing.")
@click.option("--allow-errors", is_flag=True, help="Write even if the new rows bring errors.")
def command(arguments: tuple[str, ...], fields: bool, yes: bool, dry_run: bool, allow_errors: bool) -> None:
    """Add a figure, with its reading, to PACKAGE (default: the one in this folder).

    Every field of the tables can be given as an option: --area for area_id, --as-of for as_of. What is not given is
    asked for at a terminal; elsewhere it must be given. The id is proposed from the coordinates. The rows are shown and
    checked against every rule together with the rest of the package; only findings that they bring are listed, and
    new errors are not written. A source or a publisher that is not known yet is added as well. With --figure and the id
    of a figure that is there, a further reading of it is added.

    \b
    Examples:
      returnees add
      returnees add --fields
      returnees add --source soufan-2017 --area USA --measure killed
      returnees add --figure soufan-2017-usa-returned --dry-run

    Exit codes: 0 written, 1 not written for new errors, 2 could not be done.
    """
    from returnees.adding.filling import fill
    from returnees.adding.form import Form
    from returnees.adding.plan import Opened, planned
    from returnees.cli.asking import Terminal, at_terminal

    given, path = _parsed(arguments)
    try:
        opened = Opened.at(path)
        form = Form.of(opened.package)
        if fields:
            click.echo(_listed(form), nl=False)
            return
        asker = Terminal() if at_terminal() else None
        rows = fill(opened.package, form, given, asker)
        with planned(opened, rows) as plan:
            written = _decided(plan, asker, yes=yes, dry_run=dry_run, allow_errors=allow_errors)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nreturnees: interrupted; nothing was written", err=True)
        sys.exit(2)
    if not written:
        sys.exit(1)


def _parsed(arguments: tuple[str, ...]) -> tuple[dict[str, str], str | None]:
    """Return the fields given as options, and the package."""
    from returnees.errors import UsageError

    given: dict[str, str] = {}
    package: str | None = None
    words = list(arguments)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            if package is not None:
                raise UsageError(f"'{package}' and '{word}' are both named as the package; put quotes around values")
            package = word
            continue
        name, equals, value = word[2:].partition("=")
        if not equals:
            if not words or words[0].startswith("--"):
                raise UsageError(f"--{name} needs a value; one that starts with '--' is written --{name}=VALUE")
            value = words.pop(0)
        if name in given:
            raise UsageError(f"--{name} is given twice")
        given[name] = value
    return given, package


def _listed(form: Form) -> str:
    """Return every field that can be given, with its meaning, a paragraph a field."""
    import textwrap

    from returnees.cli.asking import MOST_OFFERED
    from returnees.report.escape import visible

    lines = [
        "--figure",
        "    The id of the new figure, else proposed; or of one that is there, to add a reading.",
    ]
    for name, record in form.records.items():
        if name not in ("figure", "reading"):
            lines += ["", f"For a {record.noun} that is not known yet (--{name}):"]
        for item in record.questions.values():
            needed = " (required)" if item.required else ""
            few = item.codes is not None and len(item.codes.names) <= MOST_OFFERED
            codes = f" Known: {', '.join(item.codes.names)}." if item.codes and few else ""
            lines.append(f"--{item.option}{needed}")
            lines += textwrap.wrap(visible(item.words + codes), 78, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _decided(plan: Plan, asker: object, *, yes: bool, dry_run: bool, allow_errors: bool) -> bool:
    """Show the plan, check it, and write it if it may be written; return whether nothing stood in the way."""
    from datetime import date

    from returnees.adding.plan import errors
    from returnees.cli.asking import confirm
    from returnees.cli.common import say
    from returnees.report.escape import visible

    for row in plan.additions:
        click.echo(f"{row.file}:{row.line}\n+ {visible(row.text)}")
    click.echo("Checking against every rule ...", err=True)
    brought = plan.brought(date.today())
    _show(plan, brought)
    wrong = errors(brought)
    if dry_run:
        click.echo("Nothing was written (--dry-run).", err=True)
        return not wrong
    if wrong and not allow_errors:
        words = f"The new rows bring {len(wrong):,} {'error' if len(wrong) == 1 else 'errors'}."
        if asker is None or yes or not confirm(f"{words} Write them all the same?", default=False):
            say(f"{words} Nothing was written; --allow-errors writes all the same.")
            return False
    elif asker is not None and not yes and not confirm("Write these rows?", default=True):
        click.echo("Nothing was written.", err=True)
        return True
    plan.write()
    click.echo("Written.", err=True)
    return True


def _show(plan: Plan, brought: Sequence[Finding]) -> None:
    """Print the findings that the new rows bring, as a report does."""
    from returnees.cli.common import wants_colour
    from returnees.outcome import Report
    from returnees.report.text import finding_lines
    from returnees.report.view import View

    if not brought:
        click.echo("The new rows bring no finding.")
        return
    click.echo("The new rows bring:\n")
    report = Report(plan.package.name, plan.package.version, tuple(brought))
    view = View(most=MOST_SHOWN, colour=wants_colour(sys.stdout))
    click.echo("\n".join(finding_lines(report, view)), color=True)
