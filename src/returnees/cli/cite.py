"""``returnees cite``: a single figure, or the package, as a citation."""

from __future__ import annotations

import sys

import click

from returnees.cli.common import echo_data, opened_with_warning, width_of


@click.command(name="cite")
@click.argument("figure", required=False, default=None)
@click.argument("package", required=False, default=None)
@click.option("--format", "form", type=click.Choice(["text", "bibtex", "csl-json"]), default="text", show_default=True,
              help="How the citation is written.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Name every document it was read in, not the first three.")
def command(figure: str | None, package: str | None, form: str, everything: bool) -> None:
    """Cite FIGURE: who says it, where it was read, and this package.

    FIGURE is a figure's id, as 'returnees show --format csv' lists it. Without it, or with a package in its place,
    the package as a whole is cited.

    \b
    Examples:
      returnees cite soufan-2017-usa-returned
      returnees cite soufan-2017-usa-returned --format bibtex
      returnees cite --format csl-json
      returnees cite my-package
    """
    from returnees.citing import MOST_NAMED, cite
    from returnees.report.lines import fitted

    if figure is not None and package is None and _names_a_package(figure):
        figure, package = None, figure
    most = None if everything else MOST_NAMED
    cited = cite(opened_with_warning(package), figure, form, most=most)
    echo_data(fitted(cited, width_of(sys.stdout)) if form == "text" else cited)


def _names_a_package(word: str) -> bool:
    """Whether the only argument is a place rather than a figure: there is such a place, or it is written as one."""
    from pathlib import Path

    return "/" in word or "\\" in word or word.endswith((".zip", ".json")) or Path(word).exists()
