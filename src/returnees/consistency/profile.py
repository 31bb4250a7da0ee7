"""What the engine needs to know of a package: coordinates, measures, hierarchies. Nothing else is special."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from returnees.tables.model import Table

#: Foreign keys of figures that are not coordinates but have a meaning of their own.
_SPECIAL = frozenset(
    {"figure_id", "source_id", "measure_id", "as_of", "qualifier", "value", "low", "high", "unit", "basis", "note"}
)
#: Names that the engine gives to columns of its own; a dimension called so gets an underscore.
_TAKEN = (
    "above", "alone", "as_of", "below", "ceiling", "coefficient", "common", "context", "cost", "cumulative",
    "dates_reversed", "dimension", "edit", "edits", "figure", "figure_id", "first", "floor", "found_above",
    "found_below", "group", "hierarchies", "high", "holds", "key", "kind", "largest", "last", "least", "len",
    "limit", "low", "measure", "measure_id", "missing_above", "missing_below", "most", "node", "one", "origin",
    "pattern", "place", "publisher", "qualifier", "quantity", "rest", "reversed", "row", "rule", "scale",
    "share_high", "share_low", "shared", "size", "slot", "smallest", "source", "source_id", "target", "term",
    "turned", "twin", "unit", "unpublished", "value", "verdict", "whole",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: its unit, and whether it counts from the start and so can only grow."""

    unit: str
    cumulative: bool

    @property
    def share(self) -> bool:
        """Whether it is a share, in percent."""
        return self.unit == "percent"


@dataclass(frozen=True, slots=True)
class Set:
    """Disjoint parts of one whole, along one dimension; together they are the whole when the set is exhaustive."""

    dimension: str
    id: str
    parts: tuple[str, ...]
    whole: str
    exhaustive: bool


@dataclass(frozen=True)
class Profile:
    """The dimensions of a package by name (``area`` for the field ``area_id``), its measures and its hierarchies.

    ``codes`` are the known codes of each dimension.
    """

    dimensions: Mapping[str, str]
    codes: Mapping[str, frozenset[str]]
    measures: Mapping[str, Measure]
    sets: tuple[Set, ...]
    dated: bool

    @classmethod
    def of(cls, tables: Mapping[str, Table]) -> Profile:
        """Return the profile of the tables of a package that has ``figures``.

        A coordinate is any foreign key of figures of one field, except source and measure, in the schema's order.
        """
        figures = tables["figures"]
        present = set(figures.raw.text.columns).intersection(figures.frame.columns)
        dimensions: dict[str, str] = {}
        codes: dict[str, frozenset[str]] = {}
        for key in figures.schema.foreign_keys:
            if len(key.fields) != 1 or len(key.target_fields) != 1:
                continue
            name = key.fields[0]
            if name in _SPECIAL or name not in present:
                continue
            dimension = _named(name, dimensions)
            dimensions[dimension] = name
            target = tables.get(key.target)
            if target is not None and key.target_fields[0] in target.frame.columns:
                codes[dimension] = _known(target.frame, key.target_fields[0])
            else:
                codes[dimension] = _known(figures.frame, name)
        return cls(dimensions, codes, _measures(tables), _sets(tables), "as_of" in present)


def _named(field: str, dimensions: Mapping[str, str]) -> str:
    """Return the name of the dimension of a field: without ``_id``, and unlike any other name."""
    name = field.removesuffix("_id") or field
    while name in _TAKEN or dimensions.get(name, field) != field:
        name += "_"
    return name


def _known(frame: pl.DataFrame, name: str) -> frozenset[str]:
    return frozenset(str(code) for code in frame[name].unique().drop_nulls().to_list())


def _measures(tables: Mapping[str, Table]) -> dict[str, Measure]:
    """Return the measures that the package defines, or those its figures have when it defines none."""
    table = tables.get("measures")
    if table is None or "measure_id" not in table.frame.columns:
        found = tables["figures"].frame
        names = found["measure_id"].unique().drop_nulls().to_list() if "measure_id" in found.columns else []
        return {str(name): Measure("", False) for name in sorted(map(str, names))}
    return {
        str(row["measure_id"]): Measure(str(row.get("unit") or ""), row.get("cumulative") is True)
        for row in table.frame.iter_rows(named=True)
        if row["measure_id"] is not None
    }


def _sets(tables: Mapping[str, Table]) -> tuple[Set, ...]:
    """Return the sets of the table ``hierarchies``, each part once; rows without their whole key are left out."""
    table = tables.get("hierarchies")
    needed = {"dimension", "set_id", "part_id", "whole_id"}
    if table is None or not needed <= set(table.frame.columns):
        return ()
    groups: dict[tuple[str, str, str], dict[str, bool]] = {}
    for row in table.frame.drop_nulls(list(needed)).iter_rows(named=True):
        key = (str(row["dimension"]), str(row["set_id"]), str(row["whole_id"]))
        groups.setdefault(key, {})[str(row["part_id"])] = row.get("exhaustive") is True
    return tuple(
        Set(dimension, name, tuple(parts), whole, all(parts.values()))
        for (dimension, name, whole), parts in groups.items()
    )
