"""``returnees site``: the website of a package."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from returnees.cli.common import needing_extra, package_argument


@click.command(name="site")
@package_argument
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="The folder to write to: an empty or new one, or that of a former site.")  # fmt: skip
@click.option("--url", "address", default="", metavar="ADDRESS",
              help="Where the site will be, for site map and feed; else the descriptor's homepage.")  # fmt: skip
@click.option("--since", "earlier", multiple=True, metavar="OLD",
              help="A former version (package or git revision) for the page of changes; oldest first.")  # fmt: skip
@click.option("--allow-invalid", is_flag=True, help="Build the site of a package that has errors.")
def command(package: str | None, folder: Path, address: str, earlier: tuple[str, ...], allow_invalid: bool) -> None:
    """Build the website of PACKAGE: static pages, charts, downloads.

    The site needs no server, asks no other host for anything and works from any folder. The same package gives the same
    bytes. Files of a former site that are no longer needed are removed; others are left alone.

    \b
    Examples:
      returnees site --to site
      returnees site my-package --to site --url https://example.org/figures/
      returnees site --to site --since v1.0.0
    """
    with needing_extra("site"):
        from returnees.site.plan import build_site
    from returnees.diff.places import open_place
    from returnees.package.opening import open_package
    from returnees.site.writing import check_folder, write_site
    from returnees.validation import validate

    check_folder(folder)
    opened = open_package(package)
    here = opened.root if opened.keep is None else Path.cwd()
    versions = [open_place(word, here) for word in earlier]
    report = validate(opened, conformance=False)
    if not report.valid and not allow_invalid:
        click.echo(
            f"returnees: {opened.label} has errors and no site was built; "
            "'returnees validate' lists them, --allow-invalid builds it all the same",
            err=True,
        )
        sys.exit(1)
    site = build_site(opened, report, versions, address)
    changed = write_site(folder, site.files)
    for words in site.left_out:
        click.echo(f"Left out: {words}", err=True)
    click.echo(f"{len(site.files):,} files, {changed:,} of them written.", err=True)
    click.echo(str(folder / "index.html"))
