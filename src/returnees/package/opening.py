"""Opening a package: find the descriptor, check it, and resolve its resources inside the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from returnees.errors import PackageError
from returnees.findings import Finding, finding
from returnees.package import jail, strictjson
from returnees.package.checksums import checksum_findings
from returnees.package.integrity import integrity
from returnees.package.limits import Limits
from returnees.package.missing import Folder
from returnees.package.model import Package, Resource
from returnees.package.parts import Part, parts_of_folder
from returnees.package.profile import beyond_the_profile, conforms, not_a_column, unsupported
from returnees.package.shipped import shipped_package

DESCRIPTOR = "datapackage.json"
#: No more than this many names that stand twice are told one by one.
_MOST = 50


def open_package(path: str | Path | None = None, *, limits: Limits | None = None) -> Package:
    """Open the package at `path`: a folder, a ``datapackage.json`` or a ``.zip``.

    Without a path it is the package in the current folder, else the one shipped with this software. Nothing
    outside the package's folder is read, and nothing is fetched. What is wrong inside is in ``findings``.

    Raises
    ------
    PackageError
        If there is no package at `path`, or its descriptor cannot be read.
    """
    limits = limits or Limits()
    place = Path(path) if path is not None else _default()
    label = str(path) if path is not None else str(place)
    root, keep = _locate(place, label, limits)
    descriptor, findings = _read_descriptor(root, label, limits)
    findings += unsupported(descriptor)
    resources, more = _resources(root, descriptor, limits)
    refused = {item.resource for item in more if item.code == "F003"}
    findings += [
        item
        for item in conforms(descriptor, "datapackage", DESCRIPTOR)
        # The profile's pattern for paths says less about a refused path than its own finding does.
        if not (item.field == "path" and item.resource in refused)
    ]
    findings += [*more, *checksum_findings(root, limits, packed=keep is not None)]
    return Package(label, root, descriptor, resources, tuple(findings), limits, keep)


def opened(package: Package | str | Path | None) -> Package:
    """Return `package` if it is open, else what `open_package` makes of it."""
    return package if isinstance(package, Package) else open_package(package)


def _default() -> Path:
    """Return the package in the current folder, else the shipped one."""
    here = Path.cwd()
    return here if (here / DESCRIPTOR).is_file() else shipped_package()


def _locate(place: Path, label: str, limits: Limits) -> tuple[Path, object]:
    """Return the real folder of the descriptor, and what must be kept alive for it to exist."""
    try:
        if "\0" in str(place):
            raise PackageError(f"{label!a} is not a path")
        if place.is_dir():
            if not (place / DESCRIPTOR).is_file():
                raise PackageError(f"{label} is not a data package: it holds no {DESCRIPTOR}")
            return place.resolve(), None
        if not place.exists():
            raise PackageError(f"{label} does not exist")
        if not place.is_file():
            raise PackageError(f"{label} is not a plain file")
    except (OSError, RuntimeError) as error:
        raise PackageError(f"{label} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if place.suffix.lower() == ".zip":
        from returnees.package.archive import unpacked

        return unpacked(place, limits)
    if place.name != DESCRIPTOR:
        raise PackageError(f"{label} is not a data package: name its folder, its {DESCRIPTOR} or a .zip of it")
    return place.resolve().parent, None


def _read_descriptor(root: Path, label: str, limits: Limits) -> tuple[Mapping[str, Any], list[Finding]]:
    """Return the descriptor; raise PackageError when it is not a JSON object."""
    try:
        document = strictjson.parse(jail.read_limited(jail.resolve(root, DESCRIPTOR), limits.json_bytes), limits)
    except (jail.PathRefused, strictjson.NotJson) as error:
        raise PackageError(f"{label} cannot be opened: {DESCRIPTOR} is not readable JSON ({error})") from None
    if not isinstance(document.value, dict):
        raise PackageError(f"{label} cannot be opened: {DESCRIPTOR} is not a JSON object")
    return document.value, _repeated(document.repeated, DESCRIPTOR)


def _repeated(names: tuple[str, ...], file: str, resource: str | None = None) -> list[Finding]:
    named = [f"{file} states '{name}' twice in one object." for name in names[:_MOST]]
    if len(names) > _MOST:
        named.append(f"{file} states {len(names) - _MOST:,} more names twice in one object.")
    return [finding("F001", message, file=file, resource=resource) for message in named]


def _resources(root: Path, descriptor: Mapping[str, Any], limits: Limits) -> tuple[tuple[Resource, ...], list[Finding]]:
    """Return the resources whose name and path can be told, and what is wrong with any of them."""
    stated = descriptor.get("resources")
    items = stated if isinstance(stated, list) else []
    findings: list[Finding] = []
    if len(items) > limits.resources:
        message = f"{DESCRIPTOR} names {len(items):,} resources; at most {limits.resources:,} are read."
        findings.append(finding("F006", message, file=DESCRIPTOR))
    folder = Folder.of(root, descriptor)
    resources: dict[str, Resource] = {}
    left = limits.package_bytes
    for item in items[: limits.resources]:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            continue  # the official profile has already said so
        folded = item["name"].casefold()
        if folded in resources:
            message = f"Two resources are called '{item['name']}'."
            findings.append(finding("F002", message, resource=item["name"], file=DESCRIPTOR))
            continue
        resources[folded], more, size = _resource(folder, item, limits, left)
        findings += more
        left -= size
    return tuple(resources.values()), findings


def _resource(
    folder: Folder, item: Mapping[str, Any], limits: Limits, left: int
) -> tuple[Resource, list[Finding], int]:
    """Return one resource with its real file and its schema, the findings on both, and the size of the file.

    A file of more than `left` bytes is not read.
    """
    name = item["name"]
    findings: list[Finding] = []
    path = item.get("path")
    if isinstance(path, list) and len(path) == 1:
        path = path[0]
    file: Path | None = None
    parts: tuple[Part, ...] = ()
    if isinstance(path, str) and _is_folder(folder, path):
        parts, findings = _parts(folder, path, item, limits)
    elif isinstance(path, str):
        file, findings = _follow(folder, path, name, "path")
    elif isinstance(path, list) and all(isinstance(one, str) for one in path):
        parts, findings = _listed(folder, path, name, limits)
    elif "data" in item:
        message = f"Resource '{name}' holds inline data, which is not read."
        findings.append(finding("F006", message, resource=name, file=DESCRIPTOR))
    schema, problem = _schema(folder, item, name, limits)
    findings += problem
    resource = Resource(name, path if isinstance(path, str) else "", file, item, schema, parts)
    if not resource.files:
        return resource, findings, 0
    size, why = _size([part.file for part in resource.files], limits.table_bytes, left)
    if why:
        shown = resource.path or resource.files[0].path
        findings.append(finding("F100", f"'{shown}' {why}.", resource=name, file=shown))
        return replace(resource, file=None, parts=()), findings, 0
    return resource, findings + integrity(resource, size), size


def _is_folder(folder: Folder, path: str) -> bool:
    """Whether `path` leads to a folder inside the package."""
    try:
        jail.resolve(folder.root, path, folder=True)
    except jail.PathRefused:
        return False
    return True


def _parts(
    folder: Folder, path: str, item: Mapping[str, Any], limits: Limits
) -> tuple[tuple[Part, ...], list[Finding]]:
    """Return the files of a table that is kept in a folder, or the finding that says why there are none."""
    stated = item.get("format")
    try:
        return parts_of_folder(folder.root, path, stated if isinstance(stated, str) else None, limits.parts), []
    except jail.PathRefused as error:
        message = f"Resource '{item['name']}': its path '{path}' {error}."
        return (), [finding("F003", message, resource=item["name"], file=DESCRIPTOR)]


def _listed(folder: Folder, paths: list[str], name: str, limits: Limits) -> tuple[tuple[Part, ...], list[Finding]]:
    """Return the files of a table whose paths are listed, none when one of them cannot be followed."""
    if len(paths) > limits.parts:
        message = f"Resource '{name}' lists {len(paths):,} files; at most {limits.parts:,} are read."
        return (), [finding("F006", message, resource=name, file=DESCRIPTOR)]
    parts: list[Part] = []
    findings: list[Finding] = []
    for path in paths:
        file, more = _follow(folder, path, name, "path")
        findings += more
        parts += [Part(path, file)] if file else []
    return (() if findings else tuple(parts)), findings


def _size(files: list[Path], most: int, left: int) -> tuple[int, str | None]:
    """Return the size of a table's files, and why they are not read if too large by themselves or after all before."""
    try:
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        return 0, f"cannot be read ({error.strerror or error})"
    if size > most:
        return size, f"has {size:,} bytes, more than the limit table_bytes of {most:,}"
    if size > left:
        return size, f"has {size:,} bytes, with which all resources have more than the limit package_bytes"
    return size, None


def _follow(folder: Folder, path: str, name: str, what: str) -> tuple[Path | None, list[Finding]]:
    """Return the real path of a resource's file or schema, or the finding that says why it is not followed."""
    try:
        return jail.resolve(folder.root, path), []
    except jail.PathMissing:
        message = f"Resource '{name}': its {what} '{path}' is not there{folder.nearest(path) or '.'}"
        return None, [finding("F004", message, resource=name, file=DESCRIPTOR)]
    except jail.PathRefused as error:
        message = f"Resource '{name}': its {what} '{path}' {error}."
        return None, [finding("F003", message, resource=name, file=DESCRIPTOR)]


def _schema(
    folder: Folder, item: Mapping[str, Any], name: str, limits: Limits
) -> tuple[Mapping[str, Any] | None, list[Finding]]:
    """Return a resource's Table Schema, stated in place or in a file of the package, once it has the right shape."""
    stated = item.get("schema")
    if stated is None:
        return None, []
    where = DESCRIPTOR
    findings: list[Finding] = []
    if isinstance(stated, str):
        where = stated
        file, findings = _follow(folder, stated, name, "schema")
        if file is None:
            return None, findings
        try:
            document = strictjson.parse(jail.read_limited(file, limits.json_bytes), limits)
        except (jail.PathRefused, strictjson.NotJson) as error:
            message = f"The schema of '{name}' is not readable JSON: {error}."
            return None, [finding("F005", message, resource=name, file=stated)]
        stated = document.value
        findings = _repeated(document.repeated, where, name)
    if isinstance(stated, dict) and (why := _too_much(stated, limits)):
        message = f"{where}: the schema of '{name}' states {why}."
        return None, [*findings, finding("F006", message, resource=name, file=where)]
    shape = conforms(stated, "tableschema", where, name)
    usable = isinstance(stated, dict) and not shape
    if where == DESCRIPTOR:
        shape = []  # the descriptor's own profile says it
    if usable and (wrong := beyond_the_profile(stated)):
        more = [finding("F010", f"{where}: {words}.", resource=name, file=where) for words in wrong[:_MOST]]
        return None, [*findings, *more]
    if usable and (twice := _named_twice(stated)):
        message = f"{where}: the schema of '{name}' has two fields called {', '.join(map(repr, twice))}."
        return None, [*findings, finding("F010", message, resource=name, file=where)]
    if usable and (odd := [item["name"] for item in stated["fields"] if not_a_column(item["name"])]):
        message = f"{where}: the schema of '{name}' has a field called '{odd[0]}', which is not supported as a name."
        return None, [*findings, finding("F006", message, resource=name, file=where)]
    return (stated if usable else None), findings + shape


def _too_much(schema: Mapping[str, Any], limits: Limits) -> str | None:
    """Return what a schema states more of than is read: each field and each key costs time on every row."""
    stated = {what: schema.get(what) for what in ("fields", "uniqueKeys", "foreignKeys")}
    count = {what: len(value) if isinstance(value, list) else 0 for what, value in stated.items()}
    if count["fields"] > limits.columns:
        return f"{count['fields']:,} fields; at most {limits.columns:,} are read"
    keys = count["uniqueKeys"] + count["foreignKeys"]
    return f"{keys:,} keys; at most {limits.keys:,} are read" if keys > limits.keys else None


def _named_twice(schema: Mapping[str, Any]) -> list[str]:
    """Return the names that more than one field has: the standard forbids them, its JSON profile cannot."""
    counts = Counter(item["name"] for item in schema["fields"])
    return sorted(name for name, count in counts.items() if count > 1)
