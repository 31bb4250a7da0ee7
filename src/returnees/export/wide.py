"""The wide table: the figures of one area, source and date in one row, a low and a high a measure.

Its numbers are those that were published. A figure that is exact or about has its number in low and in high, one of a
range has both ends, any other has the end that was printed and leaves the other empty; the qualifier beside them says
how to read them. So every figure can be told back from its row, and nothing is averaged, merged or made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from returnees.consistency.profile import Profile
from returnees.errors import UsageError
from returnees.package.model import Package
from returnees.tables.lexical import present
from returnees.tables.model import Table

_NUMBERS = ("value", "low", "high")
#: The columns of one measure: its name with each of these.
PARTS = ("low", "high", "qualifier")
#: About how many figures are put together at a time, so that memory does not grow with the table.
FIGURES_AT_A_TIME = 50_000


@dataclass(frozen=True)
class Wide:
    """How a wide table is laid out.

    It is named after its first coordinate. ``index`` are the fields of figures that make a row, ``measures`` those that
    make columns, in order.
    """

    name: str
    index: tuple[str, ...]
    measures: tuple[str, ...]


def column(measure: str, part: str) -> str:
    """Return the name of one column of a measure; `part` is one of `PARTS`."""
    return f"{measure}_{part}"


def wide_of(package: Package) -> Wide | None:
    """Return how the wide table of `package` is laid out, or None for a package whose figures have none.

    A row is made by every coordinate but the measure, so that two figures share a row only when all else is the same.
    A table of the package's own that has the name comes first: then there is no wide table.
    """
    figures = package.tables.get("figures")
    if figures is None:
        return None
    there = [name for name in figures.raw.text.columns if name in figures.schema.names]
    if not {"measure_id", "qualifier"} <= set(there) or not set(_NUMBERS) & set(there):
        return None
    profile = Profile.of(package.tables)
    keyed = {name for key in figures.schema.unique_keys for name in key} | set(profile.dimensions.values())
    rows = [
        name
        for name in there
        if (name in keyed or name.endswith("_id") or name == "as_of")
        if name != "measure_id" and (name,) != figures.schema.primary_key
    ]
    claim = [name for name in ("source_id", "as_of") if name in rows]
    others = [name for name in rows if name not in claim]
    index = (*others[:1], *claim, *others[1:])
    if not index:
        return None
    name = f"by_{index[0].removesuffix('_id')}"
    if name in package.tables:
        return None
    found = figures.raw.text.select(present(figures.schema.field("measure_id"))).to_series().unique().drop_nulls()
    measures = [*profile.measures, *sorted(set(found.to_list()) - set(profile.measures))]
    return Wide(name, index, tuple(measures))


def wide_text(wide: Wide, figures: Table) -> pl.DataFrame:
    """Return the cells of the wide table as text, as the package prints them, sorted by what makes a row.

    Figures that share all coordinates (only a package with errors, or without that key, has them) stand in rows of
    their own.

    Raises
    ------
    UsageError
        If a coordinate has the name of a measure's column.
    """
    columns = {column(measure, part) for measure in wide.measures for part in PARTS}
    if both := sorted(columns & set(wide.index)):
        raise UsageError(f"'{both[0]}' would stand in {wide.name} twice; choose other tables with --table")
    low, high = (_end(figures, name) for name in ("low", "high"))
    index = [pl.col(name).alias(f"index{number}") for number, name in enumerate(wide.index)]
    keys = [f"index{number}" for number in range(len(index))]
    cells = {"low": low, "high": high, "qualifier": present(figures.schema.field("qualifier"))}
    rows = figures.raw.text.select(*index, present(figures.schema.field("measure_id")).alias("measure"), **cells)
    made = pl.concat([_made(part, keys, wide.measures) for part in _parts(rows)])
    names = [column(name, part) for name in wide.measures for part in PARTS]
    return made.rename(dict(zip(made.columns, [*wide.index, *names], strict=True)))


def _parts(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Give the figures in the order of what is first in their rows, some at a time, none of one row in two parts.

    What is put together at a time takes several times the memory of what comes out of it.
    """
    rows = rows.sort("index0", maintain_order=True)
    start = 0
    while start == 0 or start < rows.height:
        more = rows["index0"].slice(start + FIGURES_AT_A_TIME)
        others = more.ne_missing(more[0]).arg_true() if len(more) else more
        size = FIGURES_AT_A_TIME + (int(others[0]) if len(others) else len(more))
        yield rows.slice(start, size)
        start += size


def _made(rows: pl.DataFrame, keys: list[str], measures: tuple[str, ...]) -> pl.DataFrame:
    """Return the rows of the wide table that some figures make, in order."""
    rows = rows.with_columns(pl.int_range(pl.len()).over([*keys, "measure"]).alias("repeated"))
    cells = {f"{part}{number}": pl.col(part).filter(pl.col("measure") == name).first().fill_null("")
             for number, name in enumerate(measures) for part in PARTS}  # fmt: skip
    return rows.group_by([*keys, "repeated"]).agg(**cells).sort([*keys, "repeated"]).select(*keys, *cells)


def _end(figures: Table, name: str) -> pl.Expr:
    """Return one end of each figure as it was published: the number itself where the figure is one number."""
    stated = [present(figures.schema.field(part)) for part in ("value", name) if part in figures.raw.text.columns]
    return pl.coalesce(stated) if stated else pl.lit(None, pl.String)


def wide_schema(wide: Wide, package: Package, figures: Table) -> dict[str, Any]:
    """Return the Table Schema of the wide table as JSON."""
    own = {key.fields[0]: key for key in figures.schema.foreign_keys if len(key.fields) == 1}
    references = [
        {"fields": [name], "reference": {"resource": own[name].target, "fields": list(own[name].target_fields)}}
        for name in wide.index
        if name in own
    ]
    keyed = any(set(key) - {"measure_id"} <= set(wide.index) for key in figures.schema.unique_keys)
    row = ", ".join(name.removesuffix("_id").replace("_", " ") for name in wide.index)
    return {
        "name": wide.name,
        "title": f"Figures {wide.name.replace('_', ' ')}",
        "description": (
            f"One row is one {row}. Each measure has a low, a high and the qualifier they were published with; "
            "a cell is empty where nothing was published."
        ),
        "fields": [*_index_fields(wide, figures), *_measure_fields(wide, package, figures)],
        **({"uniqueKeys": [list(wide.index)]} if keyed else {}),
        **({"foreignKeys": references} if references else {}),
    }


def _index_fields(wide: Wide, figures: Table) -> Iterator[dict[str, Any]]:
    """Give the fields that make a row, as figures has them."""
    for name in wide.index:
        field = figures.schema.field(name)
        constraints = {key: value for key, value in field.constraints.items() if key != "unique"}
        said = {"title": field.title, "description": field.description, "constraints": constraints}
        yield {"name": name, "type": field.type, **{key: value for key, value in said.items() if value},
               "missingValues": list(field.missing_values), **field.options}  # fmt: skip


def _measure_fields(wide: Wide, package: Package, figures: Table) -> Iterator[dict[str, Any]]:
    """Give the three fields of each measure."""
    number = _number_field(figures)
    words = {
        "low": "lower end as published: what it is or is about, the least it can be, or (more_than) what it is above",
        "high": "upper end as published: what it is or is about, the most it can be, or (less_than) what it is below",
        "qualifier": "qualifier it was published with",
    }
    titles = _titles(package)
    for measure in wide.measures:
        title, unit = titles.get(measure, (measure, ""))
        for part in PARTS:
            yield {
                "name": column(measure, part),
                **(number if part != "qualifier" else {"type": "string"}),
                "title": f"{title}: {part}",
                "description": f"{title}, the {words[part]}.",
                **({"unit": unit} if unit and part != "qualifier" else {}),
            }


def _number_field(figures: Table) -> dict[str, Any]:
    """Return how the numbers read: as in figures when its three fields are alike, else they stay text."""
    fields = [figures.schema.field(name) for name in _NUMBERS if name in figures.raw.text.columns]
    kinds = [{"type": field.type, **field.options} for field in fields]
    return kinds[0] if all(kind == kinds[0] for kind in kinds) else {"type": "string"}


def _titles(package: Package) -> Mapping[str, tuple[str, str]]:
    """Return each measure's title and unit, as far as the package states them."""
    table = package.tables.get("measures")
    if table is None or "measure_id" not in table.frame.columns:
        return {}
    return {
        str(row["measure_id"]): (str(row.get("title") or row["measure_id"]), str(row.get("unit") or ""))
        for row in table.frame.iter_rows(named=True)
    }
