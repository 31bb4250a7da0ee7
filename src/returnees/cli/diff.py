"""``returnees diff``: what changed between two versions, and which version that asks for."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import echo_data


@click.command(name="diff")
@click.argument("old")
@click.argument("new", required=False, default=None)
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True,
              help="How the difference is written; csv has the columns of GTFS Diff.")  # fmt: skip
@click.option("--changelog", is_flag=True, help="Write the entries of a changelog instead.")
@click.option("--check", is_flag=True, help="Exit 1 if NEW's version is too small for what changed.")
@click.option("--max-changes", type=click.IntRange(min=1), default=10, show_default=True,
              help="How many changes of one kind in one table the text shows.")  # fmt: skip
def command(old: str, new: str | None, form: str, changelog: bool, check: bool, max_changes: int) -> None:
    """Show what changed from OLD to NEW, by key and field.

    Each is a package, or a revision of the git repository that the package is in; OLD..NEW and OLD.. work as in git.
    Without NEW it is the package in the current folder.

    \b
    Examples:
      returnees diff v1.0.0..
      returnees diff v1.0.0.. --check
      returnees diff returnees-1.0.0.zip returnees-1.1.0.zip --format csv
      returnees diff v1.0.0..v1.1.0 --changelog
    """
    from returnees.diff import diff
    from returnees.diff.csvform import render_csv
    from returnees.diff.forms import render_changelog, render_json, render_text
    from returnees.diff.places import open_places
    from returnees.report.escape import visible

    found = diff(*open_places(old, new))
    if changelog:
        text = render_changelog(found)
    elif form == "csv":
        text = render_csv(found.changes)
    else:
        text = render_json(found) if form == "json" else render_text(found, max_changes)
    echo_data(text)
    if check and not found.sufficient:
        asked = f"at least {found.asked}" if found.asked else "versions of the form MAJOR.MINOR.PATCH"
        stated = found.new_version or "none"
        click.echo(f"returnees: the version is {visible(stated)}; what changed asks for {asked}", err=True)
        sys.exit(1)
