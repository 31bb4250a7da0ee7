"""What rules are read against, and what comes back whole: measures, hierarchies, known issues, codes of dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import narwhals as nw
import polars as pl

from returnees.consistency.setting import rule_text
from returnees.engines.faults import cells_of
from returnees.engines.holding import Held
from returnees.engines.rowfaults import word_of
from returnees.engines.seam import ROW, Engine
from returnees.package.model import Package

_TABLES = ("measures", "hierarchies", "known_issues")
#: Of a longer list of codes, only those come back that a rule or a hierarchy names.
LONGEST = 100_000
_WORDS = re.compile(r"[^\s\"'<>=+*()\[\]{},#]+")


def pillars(engine: Engine, held: Mapping[str, Held], package: Package) -> dict[str, pl.Series]:
    """Return the rows, by table, without which the rules of `package` cannot be read."""
    found: dict[str, list[pl.Series]] = {}
    for name in _TABLES:
        if name in held and held[name].here is None:
            found.setdefault(name, []).append(pl.int_range(held[name].rows, eager=True))
    figures = held.get("figures")
    if figures is None:
        return {name: pl.concat(rows) for name, rows in found.items()}
    for field, target, its in _coded(figures):
        table = held.get(target)
        if table is not None and its in table.place:
            if table.here is None:
                found.setdefault(target, []).append(_codes(engine, held, table, its, package))
        elif field in figures.place and figures.here is None:
            # The figures themselves say which codes there are.
            word = word_of(figures, cells_of(figures), field)
            stated = figures.frame.select(ROW, word.alias("code")).group_by("code").agg(nw.col(ROW).min())
            found.setdefault("figures", []).append(engine.fetch(stated.select(ROW)).to_series())
    return {name: pl.concat([one.cast(pl.Int64) for one in rows]).unique() for name, rows in found.items()}


def _coded(figures: Held) -> Iterator[tuple[str, str, str]]:
    """Yield the coded fields of figures: each with the table and the field that list its codes."""
    yield "measure_id", "measures", "measure_id"
    for key in figures.schema.foreign_keys:
        if len(key.fields) == 1 and len(key.target_fields) == 1 and key.fields[0] not in ("source_id", "figure_id"):
            yield key.fields[0], key.target or "figures", key.target_fields[0]


def _codes(engine: Engine, held: Mapping[str, Held], table: Held, field: str, package: Package) -> pl.Series:
    if table.rows <= LONGEST:
        return pl.int_range(table.rows, eager=True)
    _, text, _ = rule_text(package)
    named = set(_WORDS.findall(text or ""))
    hierarchies = held.get("hierarchies")
    if hierarchies is not None and hierarchies.here is not None:
        for name in {"part_id", "whole_id"} & set(hierarchies.here.frame.columns):
            named |= {str(code) for code in hierarchies.here.frame[name].drop_nulls()}
    wanted = engine.frame(pl.DataFrame({"code": sorted(named)}, {"code": pl.String}))
    stated = table.frame.select(ROW, word_of(table, cells_of(table), field).alias("code"))
    return engine.fetch(stated.join(wanted, on="code", how="semi").select(ROW)).to_series()
