"""The list of checksums that a release carries: whether each file is still the one that was released.

The list is in the form of ``sha256sum``: a line a file, sixty-four hexadecimal digits, a space, a space or ``*``, and
the file's path. It shows damage and careless edits; it is no signature, for who changes a file can change the list.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from returnees.findings import Finding, finding
from returnees.package import jail
from returnees.package.integrity import file_hash
from returnees.package.limits import Limits

#: The file's name: what ``sha256sum --check SHA256SUMS`` is told to read.
CHECKSUMS = "SHA256SUMS"

#: No more lines than this are named for what is wrong with them; a last finding counts the others.
_MOST = 1_000

_LINE = re.compile(r"^([0-9A-Fa-f]{64}) [ *](.+)$")


def checksum_list(digests: Mapping[str, str]) -> str:
    """Return the list for files whose SHA-256 digests are given by path, sorted by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests))


def checksum_findings(root: Path, limits: Limits, *, packed: bool = False) -> list[Finding]:
    """Return what does not fit between the package's files and its list of checksums.

    A folder needs no list; of a package that came `packed` in a zip, a finding says that there is none.
    """
    try:
        content = jail.read_limited(jail.resolve(root, CHECKSUMS), limits.json_bytes)
        text = content.decode("utf-8")
    except jail.PathMissing:
        message = f"The zip holds no {CHECKSUMS}; whether it is a whole copy was not checked."
        return [finding("F015", message, file=CHECKSUMS)] if packed else []
    except jail.PathRefused as error:
        return [finding("F014", f"{CHECKSUMS} {error}.", file=CHECKSUMS)]
    except UnicodeDecodeError:
        return [finding("F014", f"{CHECKSUMS} is not UTF-8.", file=CHECKSUMS)]
    stated: dict[str, str] = {}
    findings: list[Finding] = []
    left = limits.package_bytes
    # Not splitlines(), which would also split at signs that a path may hold.
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
        match = _LINE.match(line.removesuffix("\r"))
        # A list made in the folder by other programs may say "./data/figures.csv".
        path = posixpath.normpath(match[2]) if match else ""
        if match is None or path in stated:
            why = "is not a SHA-256 checksum and a path" if match is None else f"names '{path}' a second time"
            findings.append(finding("F014", f"Line {number} of {CHECKSUMS} {why}.", file=CHECKSUMS, line=number))
            continue
        stated[path] = match[1].lower()
        more, size = _of_file(root, path, match[1].lower(), number, left)
        findings += more
        left -= size
    findings += [
        finding("F013", f"'{path}' is not in {CHECKSUMS}.", file=path) for path in sorted(_files(root) - set(stated))
    ]
    if len(findings) <= _MOST:
        return findings
    message = f"Checksums are wrong in {len(findings) - _MOST:,} more places."
    return [*findings[:_MOST], finding("F014", message, file=CHECKSUMS)]


def _of_file(root: Path, path: str, digest: str, line: int, most: int) -> tuple[list[Finding], int]:
    """Return the finding on one line of the list, when its file is not as it says, and how many bytes were read."""
    try:
        file = jail.resolve(root, path)
        size = file.stat().st_size
        if size > most:
            raise jail.PathRefused("was not read, for the files listed are larger than the limit package_bytes")
        found = file_hash(file).rpartition(":")[2]
    except jail.PathMissing:
        message = f"'{path}' is in {CHECKSUMS} and not in the package."
        return [finding("F012", message, file=CHECKSUMS, line=line)], 0
    except jail.PathRefused as error:
        message = f"Line {line} of {CHECKSUMS}: '{path}' {error}."
        return [finding("F014", message, file=CHECKSUMS, line=line)], 0
    except OSError as error:
        return [finding("F014", f"'{path}' cannot be read: {error.strerror or error}.", file=path)], 0
    if found == digest:
        return [], size
    return [finding("F011", f"'{path}' has the sha256 checksum {found}; {CHECKSUMS} states {digest}.", file=path)], size


def _files(root: Path) -> set[str]:
    """Return the paths of the package's files, but for the list itself and for hidden ones, which systems strew."""
    return {file.relative_to(root).as_posix() for file in _walk(root)} - {CHECKSUMS}


def _walk(root: Path) -> Iterator[Path]:
    """Yield the plain files below `root`, following no link; a folder that cannot be read holds none."""
    folders = [root]
    while folders:
        try:
            items = list(folders.pop().iterdir())
        except OSError:
            continue
        for item in items:
            if item.name.startswith(".") or item.is_symlink():
                continue
            if item.is_dir():
                folders.append(item)
            elif item.is_file():
                yield item
