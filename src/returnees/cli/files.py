"""What commands share that write files into a package, or check those that stand there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from returnees.cli.common import Command, package_argument

if TYPE_CHECKING:
    from returnees.package.model import Package


def own_folder(opened: Package, package: str | None, remedy: str = "say with --to where to write") -> Path:
    """Return the folder of the `opened` package, to write to it; `package` is how the command line names it.

    `remedy` is what to do where it must not be written to.

    Raises
    ------
    UsageError
        If it is an archive, or the package that comes with this software, to which commands fall back: neither is
        changed.
    """
    from returnees.errors import UsageError

    if opened.keep is not None:
        raise UsageError(f"{opened.label} is an archive, which is not changed; {remedy}")
    if package is None and opened.root != Path.cwd().resolve():
        raise UsageError(f"this folder holds no datapackage.json; name a package, or {remedy}")
    return opened.root


def write_or_check(folder: Path, files: Mapping[str, bytes], check: bool) -> bool:
    """Write those of `files`, contents by their paths in `folder`, that are stale, or only name them.

    Returns whether a stale file was left as it is.
    """
    from returnees.writing import stands, write_bytes

    stale = [path for path, content in files.items() if not stands(folder / path, content)]
    for path in stale:
        if not check:
            write_bytes(folder / path, files[path])
        click.echo(f"{path}: stale" if check else path)
    if check and stale:
        command = click.get_current_context().command_path
        click.echo(f"'{command}' without --check writes {'it' if len(stale) == 1 else 'them'} anew.", err=True)
    elif not stale and files:
        click.echo(f"{'Everything' if len(files) > 1 else next(iter(files))} is as it should be.", err=True)
    return check and bool(stale)


def page_arguments(usual: str) -> Callable[[Command], Command]:
    """Give a command that writes a page the arguments of `write_page`: ``package``, ``file`` and ``check``."""

    def given(function: Command) -> Command:
        options = (
            package_argument,
            click.option("--to", "file", type=click.Path(dir_okay=False, path_type=Path),
                         help=f"The file to write or to check; else {usual} of PACKAGE."),
            click.option("--check", is_flag=True,
                         help="Say whether the file is stale, change nothing, and exit 1 if it is."),
        )  # fmt: skip
        for option in reversed(options):
            function = option(function)
        return function

    return given


def write_page(package: str | None, file: Path | None, usual: str, check: bool, make: Callable[[Package], str]) -> None:
    """Write the page that `make` makes of a package to `file`, else to `usual` in its folder, unless it is current.

    With `check` nothing is written, and the exit code is 1 if the page is stale.
    """
    from returnees.package.opening import open_package

    opened = open_package(package)
    folder = file.parent if file else own_folder(opened, package)
    content = make(opened).encode("utf-8")
    if write_or_check(folder, {file.name if file else usual: content}, check):
        sys.exit(1)
