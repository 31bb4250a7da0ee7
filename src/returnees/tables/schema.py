"""Table Schema as plain values: fields, constraints, keys (Data Package 2.0, Table Schema)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Field types whose cells are read and checked; the others are kept as text, and a finding says so.
TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "year", "yearmonth", "any")


@dataclass(frozen=True)
class Field:
    """One field of a table.

    ``constraints`` holds the constraints as the schema states them (``required``, ``unique``, ``enum``,
    ``pattern``, ``minimum``, ``maximum``, ``exclusiveMinimum``, ``exclusiveMaximum``, ``minLength``, ``maxLength``);
    ``missing_values`` are the texts that stand for "no value" in this field;
    ``categories`` the allowed values, when the schema lists them; ``options`` whatever else the field states
    (``bareNumber``, ``decimalChar``, ``groupChar``, ``trueValues``, ``falseValues``).
    """

    name: str
    type: str = "string"
    format: str = "default"
    title: str = ""
    description: str = ""
    unit: str = ""
    constraints: Mapping[str, Any] = field(default_factory=dict)
    missing_values: tuple[str, ...] = ("",)
    categories: tuple[Any, ...] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        """Whether the field must have a value in every row."""
        return bool(self.constraints.get("required", False))


@dataclass(frozen=True)
class ForeignKey:
    """Fields whose values must stand in `target_fields` of the table `target` (the empty name: the same table)."""

    fields: tuple[str, ...]
    target: str
    target_fields: tuple[str, ...]


@dataclass(frozen=True)
class TableSchema:
    """The fields and the keys of one table."""

    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    title: str = ""
    description: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(item.name for item in self.fields)

    def field(self, name: str) -> Field:
        """Return the field called `name`; raise KeyError when there is none."""
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(name)


_FIELD_KEYS = {
    "name", "type", "format", "title", "description", "unit", "constraints", "missingValues", "categories",
    "categoriesOrdered", "example", "rdfType",
}  # fmt: skip


def _names(value: Any) -> tuple[str, ...]:
    """Return a key's field names: the standard allows a bare string for a single one."""
    return (value,) if isinstance(value, str) else tuple(value)


def _missing(value: Any) -> tuple[str, ...]:
    """Return missing values as texts: the standard allows strings or ``{"value", "label"}`` objects."""
    return tuple(item["value"] if isinstance(item, Mapping) else item for item in value)


def _categories(value: Any) -> tuple[Any, ...] | None:
    """Return the categories as values: the standard allows values or ``{"value", "label"}`` objects."""
    if value is None:
        return None
    return tuple(item["value"] if isinstance(item, Mapping) else item for item in value)


def parse_schema(raw: Mapping[str, Any], package_missing: tuple[str, ...] = ("",)) -> TableSchema:
    """Return the Table Schema that `raw` (an object of the official JSON profile's shape) states.

    `package_missing` are the missing values that hold where the schema states none. The shape must have been
    checked against the profile before: a wrong shape raises KeyError or TypeError here.
    """
    missing = _missing(raw["missingValues"]) if "missingValues" in raw else package_missing
    fields = tuple(
        Field(
            name=item["name"],
            type=item.get("type", "string"),
            format=item.get("format", "default"),
            title=item.get("title", ""),
            description=item.get("description", ""),
            unit=item.get("unit", ""),
            constraints=dict(item.get("constraints", {})),
            missing_values=_missing(item["missingValues"]) if "missingValues" in item else missing,
            categories=_categories(item.get("categories")),
            options={key: value for key, value in item.items() if key not in _FIELD_KEYS},
        )
        for item in raw["fields"]
    )
    return TableSchema(
        fields=fields,
        primary_key=_names(raw.get("primaryKey", ())),
        unique_keys=tuple(_names(key) for key in raw.get("uniqueKeys", ())),
        foreign_keys=tuple(
            ForeignKey(_names(key["fields"]), key["reference"].get("resource", ""), _names(key["reference"]["fields"]))
            for key in raw.get("foreignKeys", ())
        ),
        title=raw.get("title", ""),
        description=raw.get("description", ""),
    )
