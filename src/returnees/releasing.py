"""Releases: one zip of a package and a checksum of every file in it, the same bytes whoever builds it."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from returnees.errors import ReturneesError, UsageError
from returnees.outcome import Report
from returnees.package import jail
from returnees.package.checksums import CHECKSUMS, checksum_list
from returnees.package.model import Package
from returnees.report.forms import rendered
from returnees.writing import file_name, replacing

#: What goes with the tables when the package has it; a folder goes whole.
COMPANIONS = (
    ".zenodo.json", "CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA", "LICENSE.md", "LICENSE.txt", "README.md",
    "catalogue", "docs/codebook.md", "docs/data.md", "ro-crate-metadata.json",
)  # fmt: skip

#: The report that an invalid package carries when it is released all the same.
REPORT = "report.json"

#: The first moment that a zip can state (APPNOTE 4.4.6: MS-DOS dates), and the last.
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


def release(package: Package, folder: Path, report: Report, *, allow_invalid: bool = False) -> Path:
    """Write ``folder/NAME-VERSION.zip`` and return its path.

    Its files are sorted, uncompressed (packers differ in their bytes, and so would the hash) and dated by
    ``SOURCE_DATE_EPOCH``, else by the descriptor's ``created``, else 1980-01-01.

    Parameters
    ----------
    package
        The package to release.
    folder
        Where to; it is made if it is not there.
    report
        What `validate` said of the package.
    allow_invalid
        Release a package with errors, too; its descriptor then states ``"valid": false`` and `REPORT` lists them.

    Raises
    ------
    UsageError
        If the package is not valid, or states no name or version that can be a file's.
    ReturneesError
        If a file cannot be read or written.
    """
    if not report.valid and not allow_invalid:
        raise UsageError(f"{package.label} has errors and was not released")
    name = package.descriptor.get("name")
    if not isinstance(name, str) or package.version is None:
        raise UsageError(f"{package.label} cannot be released: its descriptor must state a name and a version")
    stem = file_name(f"{name}-{package.version}")
    files = release_files(package)
    if not report.valid:
        files |= _said_to_be_invalid(package, report)
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    files[CHECKSUMS] = checksum_list(digests).encode("utf-8")
    target = folder / f"{stem}.zip"
    with replacing(target) as aside:
        _write_zip(aside, stem, files, release_moment(package))
    return target


def release_files(package: Package) -> dict[str, bytes]:
    """Return the files that a release of `package` holds, by path: descriptor, tables, schemas, rules, companions."""
    files: dict[str, bytes] = {}
    stated = set(_named_by_the_descriptor(package))
    for path in sorted({*stated, *_companions(package.root)}):
        try:
            files[path] = jail.read_limited(jail.resolve(package.root, path), package.limits.table_bytes)
        except jail.PathRefused as error:
            # What the descriptor names and cannot be followed is an error of the package, which its report lists.
            if path not in stated:
                raise ReturneesError(f"{package.label} cannot be released: '{path}' {error}") from None
    return files


def _named_by_the_descriptor(package: Package) -> Iterator[str]:
    """Yield the paths of the descriptor, and of the tables, schemas and rules that it names."""
    yield package.descriptor_file.name
    for resource in package.resources:
        named = (resource.path, resource.descriptor.get("schema"))
        yield from (path for path in named if isinstance(path, str))
    rules = package.descriptor.get("rules")
    if isinstance(rules, str):
        yield rules


def _companions(root: Path) -> Iterator[str]:
    """Yield the paths of what goes with the tables, as far as it is there."""
    for name in COMPANIONS:
        place = root / name
        if place.is_dir():
            yield from (
                item.relative_to(root).as_posix()
                for item in place.rglob("*")
                if item.is_file() and not any(part.startswith(".") for part in item.relative_to(root).parts)
            )
        elif place.is_file():
            yield name


def _said_to_be_invalid(package: Package, report: Report) -> dict[str, bytes]:
    """Return the descriptor with a word that the package is not valid, and the report that shows why."""
    descriptor = {**package.descriptor, "valid": False, "report": REPORT}
    content = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
    return {package.descriptor_file.name: content.encode("utf-8"), REPORT: rendered("json", report).encode("utf-8")}


def release_moment(package: Package) -> datetime:
    """Return the moment that a release's files are dated by.

    Raises
    ------
    UsageError
        If ``SOURCE_DATE_EPOCH`` is set and is not a number of seconds.
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    if stated:
        try:
            moment = datetime.fromtimestamp(int(stated), UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"SOURCE_DATE_EPOCH is {stated!a}, which is not a number of seconds since 1970") from None
    else:
        moment = _created(package.descriptor)
    return min(max(moment, _EARLIEST), _LATEST)


def _created(descriptor: Mapping[str, object]) -> datetime:
    """Return when the descriptor says that the package was made, or the first moment that a zip can state."""
    try:
        moment = datetime.fromisoformat(str(descriptor.get("created")))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return _EARLIEST


def _write_zip(target: Path, stem: str, files: Mapping[str, bytes], moment: datetime) -> None:
    """Write `files` below one folder called `stem`, in order of their paths, nothing in it from this machine."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{stem}/{path}", moment.timetuple()[:6])
            entry.create_system = 3  # Unix, on every system: the modes below are Unix modes
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[path])
