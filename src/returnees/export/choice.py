"""Which rows of each table an export of chosen figures holds, so that no reference in it leads nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from returnees.conditions import meets
from returnees.errors import UsageError
from returnees.package.model import Package
from returnees.tables.model import Table
from returnees.tables.schema import ForeignKey

#: The foreign key of figures whose table is cut; the others lead to code lists.
_CLAIM = "source_id"


def chosen_rows(package: Package, conditions: Sequence[str]) -> Mapping[str, pl.Series]:
    """Return, for each table that is cut, which rows stay (one boolean a row); the other tables stay whole.

    Chosen are the figures that meet the conditions, with every row that refers to them (their readings) and every row
    that these refer to (their sources, and the publishers of those). Code lists, which are what figures refer to apart
    from sources, stay whole: a hierarchy with holes would no longer say what it says. Of ``known_issues`` those stay
    that name a chosen figure.

    Raises
    ------
    UsageError
        If a condition is wrong, or no figure meets them all.
    """
    figures = meets(package.table("figures"), conditions, package.tables)
    if not figures.any():
        raise UsageError(f"no figure meets {' and '.join(conditions)} together")
    tables = package.tables
    kept = {"figures": figures}
    _add_those_that_refer_to(tables, kept)
    _add_those_referred_to(tables, kept)
    _cut_those_that_refer_to_cut(tables, kept)
    issues = tables.get("known_issues")
    if issues is not None and "figure_ids" in issues.frame.columns and "figure_id" in tables["figures"].frame.columns:
        ids = tables["figures"].frame["figure_id"].filter(figures)
        named = issues.frame["figure_ids"].str.split(" ").list.eval(pl.element().is_in(ids.implode()))
        kept["known_issues"] = named.list.any().fill_null(False)
    return kept


def _add_those_that_refer_to(tables: Mapping[str, Table], kept: dict[str, pl.Series]) -> None:
    """Add the rows of the tables that refer to kept rows, and of those that refer to them in turn."""
    grew = True
    while grew:
        grew = False
        for name, table in tables.items():
            for key in table.schema.foreign_keys if name not in kept else ():
                target = key.target or name
                if target in kept and target != name and _usable(tables, table, key):
                    kept[name] = _refer_to(table, key, tables[target], kept[target])
                    grew = True
                    break


def _add_those_referred_to(tables: Mapping[str, Table], kept: dict[str, pl.Series]) -> None:
    """Add the rows that kept rows, and the code lists, refer to, however far."""
    keys = [(table, key) for table in tables.values() for key in table.schema.foreign_keys if key.target in tables]
    lists = {key.target for key in tables["figures"].schema.foreign_keys if key.fields != (_CLAIM,)} - set(kept)
    grew = True
    while grew:
        grew = False
        for table, key in keys:
            if (table.name not in kept and table.name not in lists) or key.target in lists:
                continue
            if not _usable(tables, table, key):
                continue
            target = tables[key.target]
            rows = kept.get(table.name, pl.repeat(True, table.frame.height, eager=True))
            needed = _referred_to(table, key, target, rows)
            own = kept.get(key.target, pl.repeat(False, target.frame.height, eager=True))
            if key.target not in kept or (needed & ~own).any():
                kept[key.target] = own | needed
                grew = True


def _cut_those_that_refer_to_cut(tables: Mapping[str, Table], kept: dict[str, pl.Series]) -> None:
    """Cut the tables that say something of rows that are no longer there."""
    grew = True
    while grew:
        grew = False
        for name, table in tables.items():
            for key in table.schema.foreign_keys:
                target = key.target or name
                if target not in kept or not _usable(tables, table, key):
                    continue
                rows = kept.get(name, pl.repeat(True, table.frame.height, eager=True))
                # What leads nowhere in the package itself is an error of the package, not of the choice.
                lost = rows & _refer_to(table, key, tables[target], ~kept[target])
                lost &= ~_refer_to(table, key, tables[target], kept[target])
                if lost.any():
                    kept[name] = rows & ~lost
                    grew = True


def leads_nowhere(table: Table, key: ForeignKey, target: Table) -> pl.Series:
    """Return which rows of `table` refer to a row of `target` that is not there."""
    known = _standing_in(table.frame.select(key.fields), target.frame.select(key.target_fields))
    whole = table.frame.select(pl.all_horizontal(pl.col(name).is_not_null() for name in key.fields)).to_series()
    return whole & ~known


def _usable(tables: Mapping[str, Table], table: Table, key: ForeignKey) -> bool:
    """Whether both ends of a foreign key are there."""
    target = tables.get(key.target or table.name)
    return (
        target is not None
        and len(key.fields) == len(key.target_fields)
        and set(key.fields) <= set(table.frame.columns)
        and set(key.target_fields) <= set(target.frame.columns)
    )


def _refer_to(table: Table, key: ForeignKey, target: Table, rows: pl.Series) -> pl.Series:
    """Return which rows of `table` refer to one of the `rows` of `target`."""
    return _standing_in(table.frame.select(key.fields), target.frame.select(key.target_fields).filter(rows))


def _referred_to(table: Table, key: ForeignKey, target: Table, rows: pl.Series) -> pl.Series:
    """Return which rows of `target` one of the `rows` of `table` refers to."""
    return _standing_in(target.frame.select(key.target_fields), table.frame.select(key.fields).filter(rows))


def _standing_in(rows: pl.DataFrame, others: pl.DataFrame) -> pl.Series:
    """Return which of `rows` stand in `others`, column by column in order; a missing part is equal to nothing."""
    parts = [f"part{number}" for number in range(rows.width)]
    pairs = zip(rows.dtypes, others.dtypes, strict=True)
    # A whole number and a number are compared as numbers: 1 and 1.0 are the same.
    types = [pl.Float64 if one.is_numeric() and other.is_numeric() else pl.String for one, other in pairs]
    left, right = (
        frame.select(
            pl.col(name).cast(kind).alias(part) for name, kind, part in zip(frame.columns, types, parts, strict=True)
        )
        for frame in (rows, others)
    )
    found = left.with_row_index("row").join(right.unique(), on=parts, how="semi")["row"]
    return pl.int_range(rows.height, dtype=pl.UInt32, eager=True).is_in(found.implode())
