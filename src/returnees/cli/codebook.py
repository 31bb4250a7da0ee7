"""``returnees codebook``: every table, field and code, with counts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import package_argument


@click.command(name="codebook")
@package_argument
@click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="The file to write or to check; else docs/codebook.md of PACKAGE.")  # fmt: skip
@click.option("--check", is_flag=True, help="Say whether the file is stale, change nothing, and exit 1 if it is.")
def command(package: str | None, file: Path | None, check: bool) -> None:
    """Write the codebook of PACKAGE: tables, fields and codes, with counts.

    \b
    Examples:
      returnees codebook
      returnees codebook --check
      returnees codebook my-package --to my-codebook.md
    """
    from returnees.codebook import codebook
    from returnees.errors import UsageError
    from returnees.package.opening import open_package
    from returnees.writing import write_bytes

    opened = open_package(package)
    if file is None and opened.keep is not None:
        raise UsageError(f"{opened.label} is an archive, which is not changed; say with --to where the codebook goes")
    target = file or opened.root / "docs" / "codebook.md"
    content = codebook(opened).encode("utf-8")
    try:
        stale = target.read_bytes() != content
    except OSError:
        stale = True
    if not stale:
        click.echo(f"{target} is as it should be.", err=True)
    elif check:
        click.echo(f"{target}: stale; 'returnees codebook' writes it anew")
        sys.exit(1)
    else:
        write_bytes(target, content)
        click.echo(str(target))
