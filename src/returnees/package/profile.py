"""The official JSON profiles of Data Package 2.0, and what of the standard is not supported here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnees.findings import Finding, finding

#: After this many faults of shape a descriptor has been told enough.
_MOST = 50


def conforms(value: Any, profile: str, file: str, resource: str | None = None) -> list[Finding]:
    """Return a finding for each place where `value` is not of the official `profile`'s shape."""
    from returnees.profiles import official_validator

    findings = []
    for count, error in enumerate(official_validator(profile).iter_errors(value)):
        if count == _MOST:
            break
        place = "/".join(str(step) for step in error.absolute_path) or "the descriptor"
        message = f"{file}: {place} {_say(error)}."
        owner, field = _whose(value, list(error.absolute_path))
        findings.append(finding("F010", message, file=file, resource=resource or owner, field=field))
    return findings


def beyond_the_profile(schema: Mapping[str, Any]) -> list[str]:
    """Return in words what in a schema of the official profile's shape the standard forbids all the same.

    The profile describes ``categories`` and ``missingValues`` for some types of field only.
    """
    return [
        f"the {what} of the field '{item['name']}' must be a list of values, each perhaps with a label"
        for item in schema["fields"]
        for what, wanted in (("categories", (str, int, float)), ("missingValues", str))
        if what in item and not listed(item[what], wanted)
    ]


def listed(stated: Any, wanted: Any) -> bool:
    """Whether `stated` is a list of values of the wanted kind, each by itself or under ``value``."""
    if not isinstance(stated, list):
        return False
    return all(isinstance(item.get("value") if isinstance(item, Mapping) else item, wanted) for item in stated)


def _whose(value: Any, path: list[Any]) -> tuple[str | None, str | None]:
    """Return the name of the resource that a place of a descriptor belongs to, and the property there."""
    if len(path) < 2 or path[0] != "resources":
        return None, None
    name = value["resources"][path[1]].get("name") if isinstance(value["resources"][path[1]], Mapping) else None
    return (name if isinstance(name, str) else None), (str(path[2]) if len(path) > 2 else None)


def _say(error: Any) -> str:
    """Return a JSON Schema error in words, without repeating a large value."""
    rule, expected = error.validator, error.validator_value
    if rule == "required":
        missing = [name for name in expected if name not in error.instance]
        return f"lacks {', '.join(repr(name) for name in missing)}"
    if rule == "type":
        wanted = " or ".join(expected) if isinstance(expected, list) else expected
        return f"must be of type {wanted}"
    if rule == "enum":
        return f"must be one of {', '.join(map(str, expected))}"
    if rule == "pattern":
        return f"must match {expected}"
    if rule in ("minItems", "minLength", "minProperties"):
        return f"must have at least {expected}"
    if rule == "length":
        return str(error.message)
    text = str(error.message)
    return f"is not as the standard asks: {text[:200]}"


def unsupported(descriptor: Mapping[str, Any]) -> list[Finding]:
    """Return a finding for each thing the descriptor asks for that is allowed by the standard and not done here."""
    findings = []
    if "missingValues" in descriptor and not listed(descriptor["missingValues"], str):
        message = "datapackage.json: missingValues must be a list of texts, each perhaps with a label; it was not used."
        findings.append(finding("F010", message, file="datapackage.json", field="missingValues"))
    resources = descriptor.get("resources")
    for item in resources if isinstance(resources, list) else ():
        if not isinstance(item, Mapping):
            continue
        name = str(item.get("name"))
        for what in _unsupported_in(item):
            message = f"Resource '{name}' states {what}, which is not supported; the table was not read."
            findings.append(finding("F006", message, file="datapackage.json", resource=name))
    return findings


def readable(resource: Mapping[str, Any]) -> bool:
    """Whether nothing in the resource's descriptor stands in the way of reading it as a table."""
    return not list(_unsupported_in(resource))


def not_a_column(name: str) -> bool:
    """Whether the data frame would take `name` for a pattern of names, not for the name of one column."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


#: What a dialect may state here, and the only values under which tables are read.
_DIALECT: dict[str, tuple[Any, ...]] = {
    "header": (True,),
    "headerRows": ([1],),
    "headerJoin": (" ",),
    "quoteChar": ('"',),
    "doubleQuote": (True,),
    "lineTerminator": ("\n", "\r\n"),
    "skipInitialSpace": (False,),
    "commentChar": (None,),
    "delimiter": (",", ";", "\t", "|"),
}


def _unsupported_in(resource: Mapping[str, Any]) -> list[str]:
    """Return in words what of a resource's descriptor is not supported."""
    found = []
    if resource.get("compression") not in (None, "no", "gz", "gzip"):
        found.append(f"compression '{resource['compression']}'")
    is_table = resource.get("type") == "table" or "schema" in resource
    if is_table and resource.get("format", "csv") not in ("csv", "tsv", "parquet"):
        found.append(f"format '{resource['format']}'")
    dialect = resource.get("dialect", {})
    if isinstance(dialect, str):
        found.append("a dialect in another file")
    elif isinstance(dialect, Mapping):
        for key, value in dialect.items():
            if key in ("$schema", "type", "csvddfVersion"):
                continue
            if key not in _DIALECT or value not in _DIALECT[key]:
                found.append(f"dialect {key} = {value!r}")
    return found
