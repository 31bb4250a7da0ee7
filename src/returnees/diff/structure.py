"""What changed in a package's descriptor and Table Schemas, and the bump that each change asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from returnees.diff.versions import Bump, Reason
from returnees.package import jail
from returnees.package.model import Package, Resource
from returnees.tables.model import Table
from returnees.tables.schema import Field, TableSchema, parse_schema

#: Constraints that are stricter the larger, and those that are stricter the smaller, their value is.
_LEAST = ("minimum", "exclusiveMinimum", "minLength")
_MOST = ("maximum", "exclusiveMaximum", "maxLength")

#: What of the descriptor other reasons speak of, or what follows from the rest.
_NOT_METADATA = {"name", "version", "created", "resources", "missingValues", "$schema", "profile"}


def structure_reasons(old: Package, new: Package) -> list[Reason]:
    """Return what changed in names, resources, schemas and metadata, the weightiest first."""
    reasons = list(_package(old, new))
    before = {item.name: item for item in old.resources}
    after = {item.name: item for item in new.resources}
    for name in before.keys() - after.keys():
        reasons.append(Reason(Bump.MAJOR, "removed", f"The resource '{name}' is gone or has another name."))
    for name in after.keys() - before.keys():
        reasons.append(Reason(Bump.MINOR, "added", f"The resource '{name}' is new."))
    reworded: dict[tuple[str, ...], list[str]] = {}
    for name in before.keys() & after.keys():
        reading, words = _described(before[name], after[name])
        if reading:
            message = f"'{name}' is read in another way: {', '.join(reading)}."
            reasons.append(Reason(Bump.MAJOR, "changed", message))
        elif words:
            reworded.setdefault(words, []).append(f"'{name}'")
        schemas = _schema(old, before[name]), _schema(new, after[name])
        if schemas[0] is not None and schemas[1] is not None:
            reasons += schema_reasons(name, schemas[0], schemas[1])
        elif schemas != (None, None):
            reasons.append(Reason(Bump.MAJOR, "changed", f"'{name}': its Table Schema came or went."))
    for words, names in reworded.items():
        are = "is" if len(names) == 1 else "are"
        message = f"{', '.join(sorted(names))} {are} described in other words: {', '.join(words)}."
        reasons.append(Reason(Bump.PATCH, "changed", message))
    return sorted(reasons, key=lambda item: (-item.bump, item.message))


def _schema(package: Package, resource: Resource) -> TableSchema | None:
    """Return a resource's Table Schema; a table that states none has no fields to keep to."""
    if resource.schema is None:
        return None
    table: Table | None = package.tables.get(resource.name)
    return parse_schema(resource.schema) if table is None else table.schema


def _package(old: Package, new: Package) -> Iterator[Reason]:
    """Yield what changed in the package itself."""
    if old.name != new.name:
        yield Reason(Bump.MAJOR, "changed", f"The package is called '{new.name}', and was '{old.name}'.")
    keys = (old.descriptor.keys() | new.descriptor.keys()) - _NOT_METADATA
    changed = sorted(key for key in keys if old.descriptor.get(key) != new.descriptor.get(key))
    if changed:
        yield Reason(Bump.PATCH, "changed", f"The descriptor says something else in {', '.join(changed)}.")
    if "rules" not in changed and _rules(old) != _rules(new):
        yield Reason(Bump.PATCH, "changed", "The rules that figures are checked by changed.")


def _rules(package: Package) -> bytes | None:
    """Return the content of the file of rules, or None where there is none to read."""
    path = package.descriptor.get("rules")
    if not isinstance(path, str):
        return None
    try:
        return jail.read_limited(jail.resolve(package.root, path), package.limits.json_bytes)
    except jail.PathRefused:
        return None


def _described(old: Resource, new: Resource) -> tuple[list[str], tuple[str, ...]]:
    """Return what changed in how one resource is to be read, and in what else is said of it."""
    before, after = _reading(old), _reading(new)
    reading = [key for key in before if before[key] != after[key]]
    # Another path asks for nothing: the recipe has "no change in the version number" for data that moved.
    other = (old.descriptor.keys() | new.descriptor.keys()) - {*before, "name", "path", "schema", "bytes", "hash"}
    return reading, tuple(sorted(key for key in other if old.descriptor.get(key) != new.descriptor.get(key)))


def _reading(resource: Resource) -> dict[str, str]:
    """Return what decides how a resource's file is read, defaults spelled out."""
    return {
        "delimiter": resource.delimiter,
        "encoding": resource.encoding.lower().replace("utf8", "utf-8"),
        "compression": str(resource.descriptor.get("compression", "no")),
    }


def schema_reasons(name: str, old: TableSchema, new: TableSchema) -> Iterator[Reason]:
    """Yield what changed in the Table Schema of the table `name`."""
    for field in old.names:
        if field not in new.names:
            yield Reason(Bump.MAJOR, "removed", f"'{name}': the field '{field}' is gone or has another name.")
    for field in new.names:
        if field not in old.names:
            yield Reason(Bump.MAJOR, "added", f"'{name}': the field '{field}' is new.")
    shared = [field for field in old.names if field in new.names]
    if shared != [field for field in new.names if field in old.names]:
        yield Reason(Bump.MAJOR, "changed", f"'{name}': the fields are in another order.")
    for field in shared:
        yield from _field(f"'{name}': the field '{field}'", old.field(field), new.field(field))
    yield from _keys(name, old, new)
    if (old.title, old.description) != (new.title, new.description):
        yield Reason(Bump.PATCH, "changed", f"'{name}': its schema is described in other words.")


def _field(where: str, old: Field, new: Field) -> Iterator[Reason]:
    """Yield what changed in one field."""
    if (old.type, old.format) != (new.type, new.format):
        yield Reason(Bump.MAJOR, "changed", f"{where} is of type {_typed(new)}, and was {_typed(old)}.")
    if old.unit != new.unit:
        yield Reason(Bump.MAJOR, "changed", f"{where} is in another unit.")
    if (old.missing_values, old.options) != (new.missing_values, new.options):
        yield Reason(Bump.MAJOR, "changed", f"{where} reads its cells in another way.")
    looser = stricter = False
    for key in old.constraints.keys() | new.constraints.keys():
        change = _tightened(key, old.constraints.get(key), new.constraints.get(key))
        stricter, looser = stricter or change is True, looser or change is False
    categories = _tightened("enum", old.categories, new.categories)
    if stricter or categories is True:
        yield Reason(Bump.MAJOR, "changed", f"{where} allows less than before.")
    elif looser or categories is False:
        yield Reason(Bump.MINOR, "changed", f"{where} allows more than before.")
    if (old.title, old.description) != (new.title, new.description):
        yield Reason(Bump.PATCH, "changed", f"{where} is described in other words.")


def _typed(field: Field) -> str:
    return field.type if field.format == "default" else f"{field.type} ({field.format})"


def _tightened(key: str, old: Any, new: Any) -> bool | None:
    """Whether a constraint allows less than before (True), only more (False), or the same (None)."""
    if old == new or (not old and not new and key in ("required", "unique")):
        return None
    if new is None or (key in ("required", "unique") and not new):
        return False
    if old is None or (key in ("required", "unique") and not old):
        return True
    if key == "enum":
        return not all(item in new for item in old)
    if key in (*_LEAST, *_MOST):
        try:
            return bool(new > old) if key in _LEAST else bool(new < old)
        except TypeError:
            return True
    return True  # two patterns: which allows more cannot be told in general


def _keys(name: str, old: TableSchema, new: TableSchema) -> Iterator[Reason]:
    """Yield what changed in the keys of one table."""
    if old.primary_key != new.primary_key:
        yield Reason(Bump.MAJOR, "changed", f"'{name}': the primary key is another.")
    if set(new.unique_keys) - set(old.unique_keys):
        yield Reason(Bump.MAJOR, "changed", f"'{name}': rows must be unique in more ways than before.")
    elif set(old.unique_keys) - set(new.unique_keys):
        yield Reason(Bump.MINOR, "changed", f"'{name}': rows must be unique in fewer ways than before.")
    before: Mapping[tuple[str, ...], set[Any]] = _references(old)
    after = _references(new)
    for fields in sorted(before.keys() | after.keys()):
        words = f"'{name}': what {', '.join(fields)} must refer to"
        if fields not in before:
            yield Reason(Bump.MAJOR, "changed", f"{words} is stated and was not.")
        elif fields not in after:
            yield Reason(Bump.MINOR, "changed", f"{words} is no longer stated.")
        elif before[fields] != after[fields]:
            yield Reason(Bump.MINOR, "changed", f"{words} is another table or field.")


def _references(schema: TableSchema) -> dict[tuple[str, ...], set[Any]]:
    """Return what each group of fields refers to."""
    found: dict[tuple[str, ...], set[Any]] = {}
    for key in schema.foreign_keys:
        found.setdefault(key.fields, set()).add((key.target, key.target_fields))
    return found
