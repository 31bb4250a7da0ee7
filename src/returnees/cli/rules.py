"""``returnees rules``: every rule, with its reason and its examples."""

from __future__ import annotations

from pathlib import Path

import click

from returnees.cli.common import package_argument
from returnees.cli.files import write_page


@click.command(name="rules")
@package_argument
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="The file to write or to check; else docs/rules.md of PACKAGE.")  # fmt: skip
@click.option("--check", is_flag=True, help="Say whether the file is stale, change nothing, and exit 1 if it is.")
def command(package: str | None, file: Path | None, check: bool) -> None:
    """Write the rules of PACKAGE as a page: what, why, and examples.

    \b
    Examples:
      returnees rules
      returnees rules --check
      returnees rules my-package --to my-rules.md
    """
    from returnees.rulebook import RULEBOOK, rulebook

    write_page(package, file, RULEBOOK, check, rulebook)
