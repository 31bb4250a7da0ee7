"""A site's files put in their folder: what changed is written, what a former build left is removed, all else stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from returnees.errors import ReturneesError, UsageError

#: The list of files that a build has written, by which the next one knows its own.
LIST = ".returnees-site"


def check_folder(folder: Path) -> None:
    """Make sure that a site may be written to `folder`.

    Raises
    ------
    UsageError
        If it is no folder, or has files and none of them is a former site's list.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    if folder.is_dir() and not (folder / LIST).is_file() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty and no site was written to it before; name an empty or a new folder")


def write_site(folder: Path, site: Mapping[str, bytes]) -> int:
    """Write the files of `site`, by their paths in `folder`; return how many are new or have changed.

    A reader sees each file as it was or as it is. None is flushed to the disk by itself, for a site can be built again.

    Raises
    ------
    ReturneesError
        If a file cannot be written.
    """
    check_folder(folder)
    try:
        former = _listed(folder)
        changed = sum(_place(folder / path, content) for path, content in site.items())
        for path in sorted(former - set(site)):
            (folder / path).unlink(missing_ok=True)
        _place(folder / LIST, "".join(f"{path}\n" for path in sorted(site)).encode("utf-8"))
    except OSError as error:
        raise ReturneesError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from None
    return changed


def _listed(folder: Path) -> set[str]:
    """Return the paths that the last build wrote; one that leads out of the folder is not believed."""
    if not (folder / LIST).is_file():
        return set()
    paths = (folder / LIST).read_text(encoding="utf-8").splitlines()
    return {path for path in paths if path and _inside(PurePosixPath(path))}


def _inside(path: PurePosixPath) -> bool:
    return not path.is_absolute() and ".." not in path.parts


def _place(target: Path, content: bytes) -> bool:
    """Put a file in its place and return True, unless it is there already."""
    if target.is_file() and target.stat().st_size == len(content) and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.part")
    aside.write_bytes(content)
    aside.replace(target)
    return True
