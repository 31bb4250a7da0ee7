"""What each quantity can be at least and at most, published or not, given all figures of its source and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from returnees.conditions import read_conditions
from returnees.consistency.links import with_neighbours
from returnees.consistency.naming import coordinate_fields, coordinates
from returnees.consistency.quantities import Quantities
from returnees.consistency.setting import Setting, ready_setting
from returnees.contradictions import firm_system
from returnees.package.model import Package
from returnees.package.opening import opened
from returnees.solve.bounds import Implied, implied_bounds
from returnees.solve.components import components

#: Unpublished quantities are looked for in this many rounds, from the published ones outwards, up to so many in all.
ROUNDS, MOST_FOLLOWED = 3, 20_000
#: More quantities than these are not all asked about unless some are chosen.
MOST_UNASKED = 5_000

#: What is known of a quantity: bounds that follow; nothing, for its figures contradict each other, or time ran out.
FOLLOWS, CONTRADICTORY, LATE = "follows", "contradictory", "out of time"


@dataclass(frozen=True)
class Bounded:
    """One quantity: its coordinates by field, its figure if it was published, and what it can be.

    ``low`` and ``high`` are None unless ``status`` is ``follows``; ``high`` is infinite where nothing bounds it.
    ``binding`` are the figures that the bounds rest on; ``stated`` is the published interval.
    """

    coordinates: Mapping[str, str | None]
    figure: str | None
    low: float | None
    high: float | None
    binding: tuple[str, ...]
    status: str
    stated: tuple[float, float] | None

    @property
    def narrower(self) -> bool:
        """Whether it follows that a published quantity lies within less than its own interval."""
        return self.low is not None and self.stated is not None and (self.low, self.high) != self.stated


@dataclass(frozen=True)
class Bounds:
    """The bounds of quantities, by coordinates.

    ``free`` is how many unpublished quantities were asked about of which nothing follows; ``unasked`` how many were not
    asked about, because there are so many.
    """

    quantities: tuple[Bounded, ...]
    free: int
    unasked: int
    setting: Setting


def bounds(
    package: Package | str | Path | None = None,
    *,
    where: Sequence[str] = (),
    everything: bool = False,
    seconds: float = 10.0,
) -> Bounds:
    """Return the least and the most that quantities of `package` can be, given all figures of their sources.

    The rules are those whose breach is an error. The bounds are those of a linear program: numbers need not be whole.

    Parameters
    ----------
    package
        An opened package, or what `open_package` takes.
    where
        Conditions on the coordinates, each ``field=code,code``.
    everything
        Ask about every unpublished quantity though there are many and none are chosen.
    seconds
        The time limit for one quantity.

    Raises
    ------
    PackageError
        If there is no package, or it has no figures that rules can be laid over.
    UsageError
        If a condition names no coordinate or no code.
    """
    setting = ready_setting(opened(package))
    quantities = with_neighbours(setting.quantities, setting.firm, setting.profile, rounds=ROUNDS, most=MOST_FOLLOWED)
    named = coordinates(setting, quantities)
    conditions = read_conditions(where, coordinate_fields(setting), lambda field: _codes(setting, named, field))
    for field, codes in conditions:
        named = named.filter(pl.col(field).is_in(codes))
    unpublished = named["figure"].null_count()
    unasked = 0 if conditions or everything or named.height <= MOST_UNASKED else unpublished
    if unasked:
        named = named.filter(pl.col("figure").is_not_null())
    found = tuple(_bounded(setting, quantities, named, seconds))
    told = tuple(item for item in found if item.figure is not None or item.status != FOLLOWS or _says_something(item))
    return Bounds(told, len(found) - len(told), unasked, setting)


def _codes(setting: Setting, named: pl.DataFrame, field: str) -> list[str]:
    """Return the codes that a field of quantities can have: those of the package, and those that quantities have."""
    known = {of: setting.profile.codes[name] for name, of in setting.profile.dimensions.items()}
    own = {str(code) for code in named[field].unique().drop_nulls()}
    stated = setting.profile.measures if field == "measure_id" else known.get(field, ())
    return sorted(own.union(stated))


def _says_something(item: Bounded) -> bool:
    return bool(item.low) or (item.high is not None and item.high < float("inf") and bool(item.binding))


def _bounded(setting: Setting, quantities: Quantities, named: pl.DataFrame, seconds: float) -> Iterator[Bounded]:
    """Yield the bounds of the named quantities, in the order of their coordinates."""
    wanted = set(named["quantity"].to_list())
    system = firm_system(setting, quantities)
    touching = system.terms.filter(pl.col("quantity").is_in(list(wanted)))["edit"].unique().to_list()
    parts = list(components(system, touching))
    outcome = implied_bounds(parts, wanted, seconds)
    implied = {item.quantity: item for item in outcome.bounds}
    tied = {quantity for part in parts for quantity in part.quantities}
    intervals = quantities.frame.select("quantity", "least", "most", "ceiling")
    fields = coordinate_fields(setting)
    late = set(outcome.late)
    for row in named.join(intervals, on="quantity").sort(*fields, "quantity", nulls_last=True).iter_rows(named=True):
        quantity, figure = row["quantity"], row["figure"]
        where = {field: row[field] for field in fields}
        stated = None if figure is None else (row["least"], row["most"])
        if quantity not in implied and quantity in tied:
            yield Bounded(where, figure, None, None, (), LATE if quantity in late else CONTRADICTORY, stated)
            continue
        own = (figure,) if figure is not None and (row["least"] > 0 or row["most"] < row["ceiling"]) else ()
        found = implied.get(quantity, Implied(quantity, row["least"], row["most"], own))
        yield Bounded(where, figure, found.low, found.high, found.binding, FOLLOWS, stated)
