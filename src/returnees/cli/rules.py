"""``returnees rules``: every rule, with its reason and its examples."""

from __future__ import annotations

from pathlib import Path

import click

from returnees.cli.files import page_arguments, write_page


@click.command(name="rules")
@page_arguments("docs/rules.md")
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
