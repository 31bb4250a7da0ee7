"""Temporary folders, and packages laid out in one that stand nowhere else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from returnees.errors import PackageError, ReturneesError


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


def made(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder that is removed at the end, as far as that can be done."""
    return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)


@contextmanager
def placing(refused: type[ReturneesError], what: str = "temporary files") -> Iterator[None]:
    """Raise `refused`, in one sentence, where the system has no place for what is written."""
    try:
        yield
    except OSError as error:
        raise refused(f"there is no place for {what}: {error.strerror or error}") from None
