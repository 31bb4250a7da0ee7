"""Which figures, readings, sources and areas break what the profile asks of a row: see `returnees.figures`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import narwhals as nw

from returnees.engines.cells import Cell, of_calendar
from returnees.engines.faults import Asked, Faults, cells_of, counted, flagged
from returnees.engines.holding import Held
from returnees.engines.seam import ROW, Engine, Lazy
from returnees.figures.codes import real_codes
from returnees.figures.rows import DATES, PARTS

_NUMBERS = ("value", "low", "high")


def row_faults(engine: Engine, held: Mapping[str, Held], today: date) -> dict[str, list[Faults]]:
    """Return the rows that are wrong by themselves or beside the one they belong to, by table."""
    found: dict[str, list[Faults]] = {}
    for name, table in held.items():
        asked = dict(_of_rows(name, table, today))
        if asked and table.here is None:
            found.setdefault(name, []).append(flagged(engine, table.frame, asked))
    for name, faults in _beside_others(engine, held):
        if held[name].here is None:
            found.setdefault(name, []).append(faults)
    return found


def number_of(held: Held, cells: Mapping[str, Cell], name: str) -> nw.Expr:
    """Return the number in a field, nothing where the field is not one of numbers."""
    if name in cells and held.schema.field(name).type in ("integer", "number"):
        return cells[name].value.cast(nw.Float64)
    return nw.lit(None).cast(nw.Float64)


def word_of(held: Held, cells: Mapping[str, Cell], name: str) -> nw.Expr:
    """Return what stands in a field as text, as its type writes it; nothing where the files lack the field."""
    if name not in cells:
        return nw.lit(None).cast(nw.String)
    value = cells[name].value
    return value if held.schema.field(name).type in ("string", "date", "yearmonth", "any") else value.cast(nw.String)


def _of_rows(name: str, held: Held, today: date) -> Iterator[tuple[Asked, nw.Expr]]:
    """Yield what is asked of each row by itself."""
    cells = cells_of(held)
    if name in ("figures", "readings") and {"qualifier", *_NUMBERS} <= set(held.names):
        yield from _values(held, cells)
    for table, field in DATES:
        if table == name and field in cells:
            yield from _dates(field, word_of(held, cells, field), today)
    if name == "figures" and {"unit", *_NUMBERS} <= set(held.schema.names) and "unit" in cells:
        top = nw.max_horizontal(*(number_of(held, cells, part).fill_null(0.0) for part in _NUMBERS))
        yield ("F306", "value", ""), (word_of(held, cells, "unit") == "percent") & (top > 100)
    if name == "areas" and {"area_id", "kind"} <= cells.keys():
        yield from _areas(held, cells)


def _values(held: Held, cells: Mapping[str, Cell]) -> Iterator[tuple[Asked, nw.Expr]]:
    # What the cell says counts here, not whether it reads as a number: the column of the file, whatever its field.
    column = {name: nw.col(f"c{held.names.index(name)}") for name in ("qualifier", *_NUMBERS)}
    there = {name: column[name].fill_null("") != "" for name in _NUMBERS}
    for qualifier, parts in PARTS.items():
        wrong = nw.any_horizontal(
            *(~there[name] if name in parts else there[name] for name in _NUMBERS), ignore_nulls=True
        )
        yield ("F301", "qualifier", qualifier), (column["qualifier"] == qualifier) & wrong
    if {"low", "high"} <= set(held.schema.names):
        low, high = (number_of(held, cells, name) for name in ("low", "high"))
        yield ("F302", "low", ""), low > high


def _dates(field: str, text: nw.Expr, today: date) -> Iterator[tuple[Asked, nw.Expr]]:
    full = nw.concat_str(text, nw.lit("-01-01")).str.slice(0, 10)
    possible = text.str.contains(r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?\z") & of_calendar(full)
    yield ("F304", field, ""), ~text.is_null() & ~possible.fill_null(False)
    # A year stands for its first day: "2026" is possible throughout 2026. Such texts sort as the days follow.
    yield ("F305", field, ""), possible & (full > today.isoformat())


def _areas(held: Held, cells: Mapping[str, Cell]) -> Iterator[tuple[Asked, nw.Expr]]:
    numbers, users = real_codes()
    code, country = word_of(held, cells, "area_id"), word_of(held, cells, "kind") == "country"
    yield ("F310", "area_id", ""), country & ~code.is_null() & ~code.is_in(list(numbers)) & ~code.str.contains(users)
    if "m49" in cells:
        stated = nw.concat_str(code, nw.lit("="), word_of(held, cells, "m49"))
        right = [f"{alpha}={number}" for alpha, number in numbers.items()]
        yield ("F311", "m49", ""), country & ~stated.is_null() & code.is_in(list(numbers)) & ~stated.is_in(right)


def _beside_others(engine: Engine, held: Mapping[str, Held]) -> Iterator[tuple[str, Faults]]:
    """Yield what is asked of figures beside their measure and their readings."""
    figures, measures, readings = (held.get(name) for name in ("figures", "measures", "readings"))
    if figures is None:
        return
    if measures is not None and _have((figures, measures), ("measure_id", "unit")):
        stated = _words(figures, ("measure_id", "unit"))
        known = _words(measures, ("measure_id", "unit"))
        first = known.group_by("measure_id").agg(nw.col(ROW).min())
        known = known.join(first, on=["measure_id", ROW], how="inner").select(
            "measure_id", nw.col("unit").alias("wanted")
        )
        wrong = stated.join(known, on="measure_id", how="inner").filter(nw.col("unit") != nw.col("wanted"))
        yield "figures", counted(engine, wrong.select(ROW), ("F303", "unit", ""))
    if readings is not None and _have((figures, readings), ("figure_id",)):
        ids, read = _words(figures, ("figure_id",)), _words(readings, ("figure_id",))
        never = ids.join(read.select("figure_id").unique(), on="figure_id", how="anti")
        yield "figures", counted(engine, never.select(ROW), ("F307", "figure_id", ""))
        if _have((figures, readings), ("figure_id", "qualifier", *_NUMBERS)):
            yield from _differing(engine, figures, readings)


def _have(tables: Sequence[Held], fields: Sequence[str]) -> bool:
    """Whether the tables have these fields; a file may lack one, which then has no value in any row."""
    return all(set(fields) <= set(table.schema.names) for table in tables)


def _words(held: Held, fields: Sequence[str]) -> Lazy:
    """Return these fields as text, in the rows where the first of them has a value."""
    cells = cells_of(held)
    named = held.frame.select(ROW, *(word_of(held, cells, field).alias(field) for field in fields))
    return named.filter(~nw.col(fields[0]).is_null())


def _differing(engine: Engine, figures: Held, readings: Held) -> Iterator[tuple[str, Faults]]:
    """Yield the readings that print another number than their figure, or qualify it differently."""
    own, read = _printed(figures), _printed(readings)
    first = own.group_by("figure_id").agg(nw.col(ROW).min())
    own = own.join(first, on=["figure_id", ROW], how="inner").drop(ROW)
    own = own.rename({name: f"own_{name}" for name in ("qualifier", *_NUMBERS)})
    both = read.join(own, on="figure_id", how="inner")
    unlike = nw.any_horizontal(*(_unlike(name) for name in ("qualifier", *_NUMBERS)), ignore_nulls=True)
    # The numbers, wherever they stand, in order: the least, the greatest, and their sum tell three numbers apart.
    marks = {}
    for prefix in ("", "own_"):
        cells = [nw.col(f"{prefix}{name}") for name in _NUMBERS]
        there = [nw.when(~cell.is_null()).then(nw.lit(1)).otherwise(nw.lit(0)) for cell in cells]
        marks[f"{prefix}count"] = there[0] + there[1] + there[2]
        marks[f"{prefix}least"] = nw.min_horizontal(*(cell.fill_null(float("inf")) for cell in cells))
        marks[f"{prefix}most"] = nw.max_horizontal(*(cell.fill_null(float("-inf")) for cell in cells))
        marks[f"{prefix}sum"] = sum((cell.fill_null(0.0) for cell in cells), nw.lit(0.0))
    both = both.filter(unlike).with_columns(**marks)
    other = nw.any_horizontal(*(_unlike(name) for name in ("count", "least", "most", "sum")), ignore_nulls=True)
    found = both.select(ROW, other.alias("other"))
    yield "readings", counted(engine, found.filter(nw.col("other")).select(ROW), ("F308", "value", ""))
    yield "readings", counted(engine, found.filter(~nw.col("other")).select(ROW), ("F309", "value", ""))


def _printed(held: Held) -> Lazy:
    cells = cells_of(held)
    named = held.frame.select(
        ROW, word_of(held, cells, "figure_id").alias("figure_id"), word_of(held, cells, "qualifier").alias("qualifier"),
        *(number_of(held, cells, name).alias(name) for name in _NUMBERS),
    )  # fmt: skip
    return named.filter(~nw.col("figure_id").is_null())


def _unlike(name: str) -> nw.Expr:
    """Whether a column is not what the figure's own is, where nothing is like nothing."""
    one, other = nw.col(name), nw.col(f"own_{name}")
    return (one != other).fill_null(False) | (one.is_null() & ~other.is_null()) | (~one.is_null() & other.is_null())
