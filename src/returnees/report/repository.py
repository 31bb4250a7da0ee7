"""Where a package is in the repository around it: what annotations of files are relative to."""

from __future__ import annotations

from pathlib import Path

from returnees.package.model import Package


def folder_of(package: Package) -> str | None:
    """Return the package's folder relative to the top of its git repository, or else to the current folder.

    It ends with a slash, and is empty at the top. None for a package that is in neither, as one from a zip.
    """
    if package.keep is not None:
        return None
    tops = [folder for folder in (package.root, *package.root.parents) if (folder / ".git").exists()]
    top = tops[0] if tops else Path.cwd().resolve()
    if not package.root.is_relative_to(top):
        return None
    inside = package.root.relative_to(top).as_posix()
    return "" if inside == "." else f"{inside}/"
