"""Releases: one zip of a package and a checksum of every file in it, the same bytes whoever builds it."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from returnees.catalogue import catalogue
from returnees.codebook import CODEBOOK, codebook
from returnees.errors import PackageError, ReturneesError, UsageError
from returnees.outcome import Report
from returnees.package import jail
from returnees.package.archive import unpacked
from returnees.package.checksums import CHECKSUMS, checksum_findings, checksum_list
from returnees.package.model import Package
from returnees.report.forms import rendered
from returnees.report.jsontext import json_text
from returnees.writing import file_name, replacing, stands

#: What else goes with the tables when the package has it.
COMPANIONS = (
    "CHANGELOG.md", "LICENSE", "LICENSE-DATA", "LICENSE.md", "LICENSE.txt", "README.md", "docs/data.md",
)  # fmt: skip

#: The report that an invalid package carries when it is released all the same.
REPORT = "report.json"

#: The first moment that a zip can state (APPNOTE 4.4.6: MS-DOS dates), and the last.
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


def release(package: Package, folder: Path, report: Report, *, allow_invalid: bool = False) -> Path:
    """Write ``folder/NAME-VERSION.zip`` and return its path.

    It holds the descriptor, the tables, schemas and rules that it names, the codebook and the catalogue files, made
    anew, and `COMPANIONS`. The files are sorted, uncompressed (packers differ in their bytes, and so would the hash)
    and dated by ``SOURCE_DATE_EPOCH``, else by the descriptor's ``created``, else 1980-01-01. The zip is unpacked and
    checked before it takes its name.

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
        If the package is not valid, states no name or version that can be a file's, or has a codebook or a catalogue
        file that is stale.
    ReturneesError
        If a file cannot be read or written, or its name would not come out of a zip as it went in.
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
    files[CHECKSUMS] = checksum_list(digests).encode()
    target = folder / f"{stem}.zip"
    with replacing(target) as aside:
        _write_zip(aside, stem, files, release_moment(package))
        _prove(aside, package)
    return target


def release_files(package: Package) -> dict[str, bytes]:
    """Return the files that a release of `package` holds, by path, but for the checksums.

    Raises
    ------
    UsageError
        If a file that is made from the package stands in it and is stale.
    ReturneesError
        If a file of the package cannot be read.
    """
    files = _made(package)
    stale = [path for path, content in files.items() if (package.root / path).exists()
             and not stands(package.root / path, content)]  # fmt: skip
    if stale:
        raise UsageError(
            f"{package.label} was not released, for {', '.join(stale)} {'is' if len(stale) == 1 else 'are'} stale; "
            "'returnees codebook' and 'returnees catalogue' write such files anew"
        )
    stated = set(_named_by_the_descriptor(package))
    companions = {path for path in COMPANIONS if (package.root / path).exists()}
    for path in stated | companions:
        # A path may be stated as "./data/figures.csv"; in a zip and in its list of checksums it has one form.
        plain = posixpath.normpath(path)
        try:
            files[plain] = jail.read_limited(jail.resolve(package.root, path), package.limits.table_bytes)
        except jail.PathRefused as error:
            # What the descriptor names and cannot be followed is an error of the package, which its report lists.
            if path not in stated:
                raise ReturneesError(f"{package.label} cannot be released: '{path}' {error}") from None
    return files


def remarks(package: Package) -> list[str]:
    """Return what a release of `package` lacks that its readers may look for, each in a sentence."""
    found = []
    with suppress(PackageError):
        found += catalogue(package).remarks
    changelog = package.root / "CHANGELOG.md"
    if changelog.is_file() and package.version:
        heading = re.compile(rf"^## \[?{re.escape(package.version)}\b", re.MULTILINE)
        if not heading.search(changelog.read_text("utf-8", "replace")):
            found.append(f"CHANGELOG.md has no entry for {package.version}; 'returnees diff --changelog' writes one")
    return found


def _made(package: Package) -> dict[str, bytes]:
    """Return the codebook and the catalogue files, as far as the package is fit for them."""
    made: dict[str, bytes] = {}
    with suppress(PackageError):
        made[CODEBOOK] = codebook(package).encode("utf-8")
    with suppress(PackageError):
        made |= catalogue(package).files
    return made


def _named_by_the_descriptor(package: Package) -> Iterator[str]:
    """Yield the paths of the descriptor, and of the tables, schemas and rules that it names."""
    yield package.descriptor_file.name
    named = [package.descriptor.get("rules")]
    for resource in package.resources:
        named += [*(part.path for part in resource.parts), resource.path, resource.descriptor.get("schema")]
    yield from (path for path in named if isinstance(path, str))


def _said_to_be_invalid(package: Package, report: Report) -> dict[str, bytes]:
    """Return the descriptor with a word that the package is not valid, and the report that shows why."""
    descriptor = {**package.descriptor, "valid": False, "report": REPORT}
    return {package.descriptor_file.name: json_text(descriptor).encode(), REPORT: rendered("json", report).encode()}


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


def _prove(file: Path, package: Package) -> None:
    """Raise unless the zip comes out as it went in: some names of files do not survive every system."""
    try:
        root, folder = unpacked(file, package.limits)
    except PackageError as error:
        words = str(error).replace(str(file), "the zip")
        raise ReturneesError(f"{package.label} cannot be released: {words}") from None
    with folder:
        found = checksum_findings(root, package.limits)
    if found:
        raise ReturneesError(f"{package.label} cannot be released: {found[0].message}")
