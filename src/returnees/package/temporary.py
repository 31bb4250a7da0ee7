"""Temporary folders, and packages laid out in one that stand nowhere else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

from returnees.errors import PackageError, ReturneesError

#: How often a folder is removed in which someone makes files at the same time.
_TRIES = 10
#: The temporary folders that there are, for a process that must end before those who made them can remove them.
_MADE: WeakSet[tempfile.TemporaryDirectory[str]] = WeakSet()


def laid_out(files: Mapping[str, bytes]) -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder, which whoever gets it must keep, that holds `files`, contents by path.

    Raises
    ------
    PackageError
        If there is no place for it.
    """
    with placing(PackageError):
        folder = made("returnees-")
        try:
            for path, content in files.items():
                target = Path(folder.name) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        except BaseException:
            folder.cleanup()
            raise
    return folder


def made(prefix: str, inside: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder, perhaps in a certain one, that is removed at the end, as far as that can be done."""
    folder = tempfile.TemporaryDirectory(prefix=prefix, dir=inside, ignore_cleanup_errors=True)
    _MADE.add(folder)
    return folder


def clear() -> None:
    """Remove every temporary folder, whoever still writes there: for a process that ends right afterwards."""
    for folder in [Path(folder.name) for folder in _MADE]:
        for _ in range(_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


@contextmanager
def placing(refused: type[ReturneesError], what: str = "temporary files") -> Iterator[None]:
    """Raise `refused`, in one sentence, where the system has no place for what is written."""
    try:
        yield
    except OSError as error:
        raise refused(f"there is no place for {what}: {error.strerror or error}") from None
