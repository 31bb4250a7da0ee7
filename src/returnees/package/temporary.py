"""Files laid out in a temporary folder, for a package that stands nowhere else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from returnees.errors import PackageError


def laid_out(files: Mapping[str, bytes]) -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder, which whoever gets it must keep, that holds `files`, contents by path.

    Raises
    ------
    PackageError
        If there is no place for it.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="returnees-", ignore_cleanup_errors=True)
        try:
            for path, content in files.items():
                target = Path(folder.name) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        except BaseException:
            folder.cleanup()
            raise
    except OSError as error:
        raise PackageError(f"there is no place for temporary files: {error.strerror or error}") from None
    return folder
