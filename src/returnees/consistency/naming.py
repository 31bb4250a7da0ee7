"""Quantities by their coordinates, as the table of figures writes them, and edits written with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from returnees.consistency.quantities import Quantities
from returnees.consistency.setting import Setting
from returnees.consistency.system import System
from returnees.consistency.wording import clean, guards_of
from returnees.figures.readings import amount, number

#: An edit of more terms on a side than this is written with their number only.
MOST_TERMS = 8


def coordinate_fields(setting: Setting) -> list[str]:
    """Return the fields that tell quantities apart, in the order of the table of figures."""
    wanted = {"source_id", "measure_id", "as_of", *setting.profile.dimensions.values()}
    return [name for name in setting.tables["figures"].frame.columns if name in wanted]


def coordinates(setting: Setting, quantities: Quantities, chosen: pl.Series | None = None) -> pl.DataFrame:
    """Return ``quantity``, ``figure`` and the coordinates of the `chosen` quantities (None: all), published or not.

    The fields are those of `coordinate_fields`. An unpublished quantity has the source and the date of the published
    ones that it stands beside.
    """
    frame = quantities.frame
    stated = setting.tables["figures"].frame.with_row_index("row")
    published = frame.filter(pl.col("figure").is_not_null())
    as_of = ["as_of"] if setting.profile.dated else []
    texts = stated.select("row", *(pl.col(name).cast(pl.String) for name in ("source_id", *as_of)))
    own = published.select("row", "source", "first", "last").join(texts, on="row")
    # A source that is told apart by its publisher only is known by any of its figures.
    sources = own.select("source", "source_id").unique("source")
    if chosen is not None:
        frame = frame.filter(pl.col("quantity").is_in(chosen.implode()))
    named = frame.select("quantity", "figure", "source", "first", "last", "measure", *setting.profile.dimensions)
    named = named.join(sources, on="source", how="left")
    if as_of:
        dates = own.select("first", "last", "as_of").unique(["first", "last"], keep="first", maintain_order=True)
        named = named.join(dates, on=["first", "last"], how="left")
    for dimension, field in {"measure": "measure_id", **setting.profile.dimensions}.items():
        codes = quantities.numbers[dimension]
        table = pl.DataFrame({dimension: list(codes.values()), field: list(codes)}, schema_overrides={field: pl.String})
        named = named.join(table.cast({dimension: pl.Int64}), on=dimension, how="left")
    return named.select("quantity", "figure", *coordinate_fields(setting)).sort("quantity")


class _Part(NamedTuple):
    """One term of an edit: what it is called, its number in words, its coefficient, whether it counts as 0 or 1."""

    name: str
    measure: str
    words: str
    coefficient: float
    counted: bool


class _Rest(NamedTuple):
    """What an edit has beside its terms: its limit, and how many quantities on either side are no terms."""

    limit: float
    below: int
    above: int


def statements(
    setting: Setting, quantities: Quantities, system: System, edits: Iterable[int], first: str | None = None
) -> dict[int, str]:
    """Return each of these edits as people write it: ``killed 90 + remaining (not published) <= travelled 300``.

    A quantity is called by the coordinates in which the quantities of the edit differ; the measure that all share comes
    first: ``returned: men 98 + women 25 <= all 123``. Of a long sum the figure `first` and other published ones are
    shown, and how many more there are.
    """
    chosen = list(edits)
    total = quantities.frame.height
    terms = system.terms.filter(pl.col("edit").is_in(chosen)).join(
        system.quantities.select("quantity", "figure"), on="quantity"
    )
    plain = pl.when(pl.col("quantity") >= total).then(pl.col("quantity") - total).otherwise(pl.col("quantity"))
    order = ["edit", pl.col("figure").ne_missing(first), "figure", "quantity"]
    terms = terms.with_columns(plain.alias("plain")).sort(order, nulls_last=True)
    fields = coordinate_fields(setting)
    named = {row["quantity"]: row for row in coordinates(setting, quantities, terms["plain"]).iter_rows(named=True)}
    guards = guards_of(system, chosen)
    shown = [*terms["figure"].drop_nulls(), *(figure for items in guards.values() for figure in items)]
    stated = setting.tables["figures"]
    rows = stated.rows("figure_id", list(dict.fromkeys(shown)))
    words = {figure: amount(stated.frame.row(row, named=True)) for figure, row in rows.items()}
    facts = system.edits.filter(pl.col("edit").is_in(chosen)).select("edit", "limit", "missing_below", "missing_above")
    missing = {edit: _Rest(*numbers) for edit, *numbers in facts.iter_rows()}
    found: dict[int, str] = {}
    for (edit,), group in terms.group_by("edit", maintain_order=True):
        names = _names([named[quantity] for quantity in group["plain"]], fields)
        parts = [
            _Part(
                name, named[plain]["measure_id"], words.get(figure, "(not published)"), coefficient, quantity >= total
            )
            for name, (quantity, plain, figure, coefficient) in zip(
                names, group.select("quantity", "plain", "figure", "coefficient").iter_rows(), strict=True
            )
        ]
        measures = {named[quantity]["measure_id"] for quantity in group["plain"]}
        prefix = f"{measures.pop()}: " if len(measures) == 1 and len(parts) > 1 else ""
        shares = [f"{figure}: {words[figure]}" for figure in guards.get(edit, ())]
        found[edit] = prefix + _statement(parts, missing[edit]) + (f" ({', '.join(shares)})" if shares else "")
    return found


def _names(rows: Sequence[dict[str, str | None]], fields: Sequence[str]) -> list[str]:
    """Return what tells the quantities of one edit apart; the measure when there is nothing to tell apart."""
    told = [name for name in fields if len({row[name] for row in rows}) > 1]
    # Dates and sources are said only where nothing else differs: within a source they merely have to agree.
    named = [name for name in told if name not in ("as_of", "source_id")] or told or ["measure_id"]
    return [" ".join(str(row[name] or "") for name in named) for row in rows]


def _statement(parts: Sequence[_Part], rest: _Rest) -> str:
    smaller = _side([part for part in parts if part.coefficient > 0], max(0.0, -rest.limit), rest.below)
    greater = _side([part for part in parts if part.coefficient < 0], max(0.0, rest.limit), rest.above)
    return f"{smaller} <= {greater}"


def _side(parts: Sequence[_Part], constant: float, missing: int) -> str:
    """Return one side of an edit; of a count, what is counted and over how many."""
    plain = [part for part in parts if not part.counted]
    shown = plain if len(plain) <= MOST_TERMS else plain[: MOST_TERMS // 2]
    words = [_term(part) for part in shown]
    words += [f"{len(plain) - len(shown)} more"] if len(shown) < len(plain) else []
    counted = [part.measure for part in parts if part.counted]
    words += [f"count({name}) over {counted.count(name)}" for name in dict.fromkeys(counted)]
    words += [f"{missing} not published"] if missing else []
    words += [number(constant)] if constant or not words else []
    return " + ".join(words)


def _term(part: _Part) -> str:
    size = abs(part.coefficient)
    times = "" if size == 1 else f"{number(clean(size))} × "
    return f"{times}{part.name} {part.words}"
