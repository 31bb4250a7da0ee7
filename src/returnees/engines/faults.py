"""Which rows break what is asked of a single table: types, constraints, keys. Each question is one expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from returnees.engines.cells import Cell, cell_of, dialect_of
from returnees.engines.holding import Held
from returnees.engines.seam import ROW, Engine, Lazy
from returnees.findings import Finding, finding
from returnees.schemas.asked import Rule, keys, needed, rules_of, unsupported
from returnees.tables.capped import MOST_ROWS
from returnees.tables.constraints import CODES
from returnees.tables.reading import named_file
from returnees.tables.schema import Field

#: The code, the field and what is asked of it: what `rows_findings` tells checks apart by.
Asked = tuple[str, str, str]


@dataclass(frozen=True)
class Faults:
    """Rows that are wrong: the first of each kind, to be judged and worded, and how many there are of each kind."""

    rows: pl.Series
    counts: dict[Asked, int]

    @classmethod
    def of(cls, parts: Sequence[Faults]) -> Faults:
        """Return several sets of faults as one."""
        rows = pl.concat([pl.Series(ROW, [], pl.Int64), *(part.rows for part in parts)]).unique().sort()
        return cls(rows, {asked: count for part in parts for asked, count in part.counts.items()})


def cells_of(held: Held) -> dict[str, Cell]:
    """Return the cells of each field that the files have."""
    return {name: cell_of(held.schema.field(name), place, held.engine.longest) for name, place in held.place.items()}


def table_faults(engine: Engine, held: Held) -> Faults:
    """Return the rows that break a type, a constraint or a key of their table."""
    cells, rules = cells_of(held), rules_of(held.schema, dialect_of(engine))
    asked: dict[Asked, nw.Expr] = {}
    doubtful: dict[str, nw.Expr] = {}
    for field in held.schema.fields:
        if field.name in cells:
            cell = cells[field.name]
            asked["F120", field.name, ""] = cell.unread
            asked.update(_constraints(held, field, cell, rules[field.name]))
            if cell.doubtful is not None:
                doubtful[field.name] = cell.doubtful
    found = flagged(engine, held.frame, asked, doubtful)
    return Faults.of([found, *_repeated(engine, held, cells)])


def not_run(held: Held) -> list[Finding]:
    """Return a finding for each pattern that engines read in different ways, and that was not run for that."""
    left_out = {name for name, constraint, _ in unsupported(held.schema) if constraint == "pattern"}
    return [
        finding(
            "F122",
            f"The pattern of '{field.name}' was not checked: the engine '{held.engine.name}' reads it otherwise.",
            resource=held.resource.name, file=named_file(held.resource), field=field.name,
        )
        for field in held.schema.fields
        if field.name in held.place and "pattern" in field.constraints and field.name not in left_out
        and held.engine.pattern(str(field.constraints["pattern"])) is None
    ]  # fmt: skip


def flagged(
    engine: Engine, frame: Lazy, asked: Mapping[Asked, nw.Expr], doubtful: Mapping[str, nw.Expr] | None = None
) -> Faults:
    """Return the rows of `frame` for which one of the questions is true, and those in which a field is doubtful.

    One pass counts them all; where there are any, another brings the first of each kind, and all that are doubtful. Of
    a field that is doubtful anywhere all that are wrong come, too: how many there are is told when they are judged.
    """
    doubtful = doubtful or {}
    marks = {f"q{number}": one for number, one in enumerate([*asked.values(), *doubtful.values()])}
    field_of = dict(zip(marks, [*(field for _, field, _ in asked), *doubtful], strict=True))
    if not marks:
        return Faults(pl.Series(ROW, [], pl.Int64), {})
    marked = frame.select(ROW, *(one.fill_null(False).alias(name) for name, one in marks.items()))
    counts = engine.fetch(marked.select(nw.col(name).cast(nw.Int64).sum() for name in marks)).row(0, named=True)
    found = {name: int(count) for name, count in counts.items() if count}
    unsure = {field_of[name] for name in list(marks)[len(asked) :] if name in found}
    whole = [name for name, count in found.items() if count <= MOST_ROWS or field_of[name] in unsure]
    first = [name for name in found if name not in whole]
    beyond = {key: found[name] for key, name in zip(asked, marks, strict=False) if name in first}
    return Faults(_marked(engine, marked, whole, first), beyond)


def _marked(engine: Engine, frame: Lazy, whole: Sequence[str], first: Sequence[str]) -> pl.Series:
    """Return the rows in which a column of `whole` is true, and for each of `first` the first thousand where it is."""
    rows = [pl.Series(ROW, [], pl.Int64)]
    if whole or first:
        kept = engine.keep(frame.filter(_any([*whole, *first])))
        frames = [kept.filter(_any(whole)).select(ROW)] if whole else []
        frames += [kept.filter(nw.col(name)).select(ROW).sort(ROW).head(MOST_ROWS) for name in first]
        rows += [engine.fetch(one).to_series().cast(pl.Int64) for one in frames]
    return pl.concat(rows).unique().sort()


def _any(names: Sequence[str]) -> nw.Expr:
    return nw.any_horizontal(*map(nw.col, names), ignore_nulls=True)


def counted(engine: Engine, found: Lazy, asked: Asked) -> Faults:
    """Return the rows that a join found."""
    count = int(engine.fetch(found.select(nw.len().alias("rows"))).item())
    if not count:
        return Faults(pl.Series(ROW, [], pl.Int64), {})
    rows = engine.fetch(_first(found, count)).to_series().cast(pl.Int64).unique().sort()
    return Faults(rows, {asked: count} if count > MOST_ROWS else {})


def _first(rows: Lazy, count: int) -> Lazy:
    return rows if count <= MOST_ROWS else rows.sort(ROW).head(MOST_ROWS)


def _constraints(
    held: Held, field: Field, cell: Cell, rules: Sequence[tuple[str, Rule]]
) -> Iterator[tuple[Asked, nw.Expr]]:
    """Yield what each constraint of a field but uniqueness asks: a missing cell satisfies all but ``required``."""
    if needed(held.schema, field):
        yield (CODES["required"], field.name, "required"), cell.text.is_null()
    there = ~cell.value.is_null()
    for name, rule in rules:
        value = cell.value
        if name == "pattern" and cell.doubtful is not None:
            value = nw.when(~cell.doubtful).then(value)
        yield (CODES[name], field.name, name), there & ~rule(value)


def _repeated(engine: Engine, held: Held, cells: dict[str, Cell]) -> Iterator[Faults]:
    """Yield, for each key, the rows that repeat the key of an earlier row, with the first rows of these keys."""
    stated: dict[Asked, tuple[str, ...]] = {
        (CODES["unique"], field.name, "unique"): (field.name,)
        for field in held.schema.fields
        if field.constraints.get("unique")
    }
    for what, key in keys(held.schema):
        stated.setdefault((CODES[what], ", ".join(key), what), key)
    for asked, key in stated.items():
        if set(key) <= set(cells):
            yield _repeats(engine, held, asked, [cells[name].value for name in key])


def _repeats(engine: Engine, held: Held, asked: Asked, values: Sequence[nw.Expr]) -> Faults:
    names = [f"k{number}" for number in range(len(values))]
    keyed = held.frame.select(ROW, *(value.alias(name) for name, value in zip(names, values, strict=True)))
    keyed = keyed.filter(~nw.any_horizontal(*(nw.col(name).is_null() for name in names), ignore_nulls=True))
    groups = keyed.group_by(names).agg(nw.len().alias("times"), nw.col(ROW).min().alias("first"))
    several = groups.filter(nw.col("times") > 1)
    count = engine.fetch(several.select((nw.col("times") - 1).sum().alias("repeats"))).item() or 0
    if not count:
        return Faults(pl.Series(ROW, [], pl.Int64), {})
    repeats = keyed.join(several.select(*names, "first"), on=names, how="inner").filter(nw.col(ROW) > nw.col("first"))
    rows = engine.fetch(_first(repeats.select(ROW, "first"), count))
    # The rows they repeat come along: that a key stands twice is judged by seeing both.
    both = pl.concat([rows[ROW], rows["first"].alias(ROW)]).cast(pl.Int64).unique().sort()
    return Faults(both, {asked: count} if count > MOST_ROWS else {})
