"""The row checks that peers can do: ``python benchmarks/peer_checks.py PEER PACKAGE``, as a process to measure.

Each peer reads the tables of figures and readings as its users would, and checks what their Table Schemas state of
types, ``required``, ``unique``, ``enum``, ``pattern``, bounds and the primary key. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = ("figures", "readings")
#: What is translated below; a schema that states more is refused, lest a peer be measured on less.
TYPES = ("string", "number")
CONSTRAINTS = {"required", "unique", "enum", "pattern", "minimum", "maximum"}


@dataclass(frozen=True)
class Table:
    """A CSV file, what its schema states of each field, and the fields of its primary key."""

    file: Path
    types: Mapping[str, str]
    constraints: Mapping[str, Mapping[str, Any]]
    key: Sequence[str]


def table(package: Path, name: str) -> Table:
    """Return a table of a generated package.

    Raises
    ------
    ValueError
        If its schema states what peers are not asked here.
    """
    schema = json.loads((package / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in schema["fields"]}
    constraints = {field: item.get("constraints", {}) for field, item in fields.items()}
    types = {field: item["type"] for field, item in fields.items()}
    other = {kind for kind in types.values() if kind not in TYPES}
    other |= {key for item in constraints.values() for key in item} - CONSTRAINTS
    if other or schema.get("missingValues", [""]) != [""]:
        raise ValueError(f"the schema of {name} states what is not translated for peers: {sorted(other)}")
    return Table(package / "data" / f"{name}.csv", types, constraints, schema["primaryKey"])


def pandera(tables: Sequence[Table]) -> bool:
    """Hold pandas' frames to contracts of pandera; return whether all is well."""
    import pandas as pd
    import pandera.pandas as pa

    well = True
    for item in tables:
        types = {field: "float64" if kind == "number" else "str" for field, kind in item.types.items()}
        columns = {}
        for field, own in item.constraints.items():
            checks = []
            if "enum" in own:
                checks.append(pa.Check.isin(own["enum"]))
            if "pattern" in own:
                checks.append(pa.Check.str_matches(f"^(?:{own['pattern']})$"))
            if "minimum" in own:
                checks.append(pa.Check.ge(own["minimum"]))
            if "maximum" in own:
                checks.append(pa.Check.le(own["maximum"]))
            columns[field] = pa.Column(
                types[field], checks, nullable=not own.get("required", False), unique=own.get("unique", False)
            )
        contract = pa.DataFrameSchema(columns, unique=list(item.key), strict=True, ordered=True)
        frame = pd.read_csv(item.file, dtype=types, keep_default_na=False, na_values=[""])
        try:
            contract.validate(frame, lazy=True)
        except pa.errors.SchemaErrors:
            well = False
    return well


def pointblank_polars(tables: Sequence[Table]) -> bool:
    """Let pointblank check frames of Polars; return whether all is well."""
    import polars as pl

    kinds = {"string": pl.String, "number": pl.Float64}
    well = []
    for item in tables:
        schema = {field: kinds[kind] for field, kind in item.types.items()}
        well.append(pointblank(item, pl.read_csv(item.file, schema=schema)))
    return all(well)


def pointblank_duckdb(tables: Sequence[Table]) -> bool:
    """Let pointblank check tables of DuckDB; return whether all is well."""
    import duckdb

    kinds = {"string": "VARCHAR", "number": "DOUBLE"}
    well = []
    with duckdb.connect() as connection:
        for item in tables:
            columns = {field: kinds[kind] for field, kind in item.types.items()}
            connection.read_csv(str(item.file), header=True, columns=columns, auto_detect=False).create("checked")
            well.append(pointblank(item, connection.table("checked")))
            connection.execute("DROP TABLE checked")
    return all(well)


def pointblank(item: Table, frame: Any) -> bool:
    """Let pointblank check a frame, without keeping the rows that fail; return whether all is well."""
    import pointblank as pb

    asked = pb.Validate(frame)
    for field, own in item.constraints.items():
        if own.get("required"):
            asked = asked.col_vals_not_null(field)
        if own.get("unique"):
            asked = asked.rows_distinct(field)
        if "enum" in own:
            asked = asked.col_vals_in_set(field, [*own["enum"], *([] if own.get("required") else [None])])
        if "pattern" in own:
            asked = asked.col_vals_regex(field, f"^(?:{own['pattern']})$", na_pass=True)
        if "minimum" in own:
            asked = asked.col_vals_ge(field, own["minimum"], na_pass=True)
        if "maximum" in own:
            asked = asked.col_vals_le(field, own["maximum"], na_pass=True)
    asked = asked.rows_distinct(list(item.key))
    return bool(asked.interrogate(collect_extracts=False, collect_tbl_checked=False).all_passed())


PEERS: dict[str, Callable[[Sequence[Table]], bool]] = {
    "pandera": pandera,
    "pointblank-polars": pointblank_polars,
    "pointblank-duckdb": pointblank_duckdb,
}


def main(peer: str, package: str) -> int:
    """Let a peer check a package."""
    if peer == "pandera":
        # It imports PySpark, with all of Spark's pandas, where that is installed; who checks pandas has no need of it.
        sys.modules["pyspark"] = None  # type: ignore[assignment]
    return 0 if PEERS[peer]([table(Path(package), name) for name in TABLES]) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
