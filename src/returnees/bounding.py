"""What each quantity can be at least and at most, published or not, given all figures of its source and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from returnees.conditions import Condition, read_conditions
from returnees.consistency.links import with_neighbours
from returnees.consistency.naming import coordinate_fields, coordinates
from returnees.consistency.quantities import Quantities
from returnees.consistency.setting import Setting, ready_setting
from returnees.contradictions import firm_system
from returnees.package.model import Package
from returnees.package.opening import opened
from returnees.solve.bounds import Implied, implied_bounds
from returnees.solve.components import Component, components
from returnees.solve.conflicts import irreducible
from returnees.solve.program import Conflict, Question, ask

#: Unpublished quantities are looked for in this many rounds, from the published ones outwards, up to so many in all.
ROUNDS, MOST_FOLLOWED = 3, 2_000
#: Among more figures than these, of the chosen sources, no unpublished quantities are looked for.
MOST_SOUGHT = 20_000
#: More quantities than these are not all asked about unless some are chosen.
MOST_UNASKED = 5_000

#: What is known of a quantity: bounds that follow; bounds that follow without figures beside it that contradict each
#: other; nothing for certain.
FOLLOWS, CONTRADICTORY, UNDECIDED = "follows", "contradictory", "undecided"


@dataclass(frozen=True)
class Bounded:
    """One quantity: its coordinates by field, its figure if it was published, and what it can be.

    ``low`` and ``high`` are None when ``status`` is ``undecided``; ``high`` is infinite where nothing bounds it. The
    status is ``contradictory`` when figures that hang together with it contradict each other: the bounds are then those
    that follow without these. ``binding`` are the figures that the bounds rest on, ``stated`` the published interval.
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
        return self.status == FOLLOWS and self.stated is not None and (self.low, self.high) != self.stated


@dataclass(frozen=True)
class Bounds:
    """The bounds of quantities, by coordinates.

    ``free`` is how many unpublished quantities were asked about of which nothing follows; ``unasked`` how many were not
    asked about, because there are so many; ``sought`` is false when they were not even looked for.
    """

    quantities: tuple[Bounded, ...]
    free: int
    unasked: int
    sought: bool
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
    fields, stated = coordinate_fields(setting), setting.tables["figures"].frame
    conditions = read_conditions(where, fields, lambda field: _codes(setting, stated, field), setting.tables)
    figures = _near(setting, [condition for condition in conditions if condition.field == "source_id"])
    sought = everything or figures.frame.height <= MOST_SOUGHT
    if sought:
        figures = with_neighbours(figures, setting.firm, setting.profile, rounds=ROUNDS, most=MOST_FOLLOWED)
    named = coordinates(setting, figures)
    for field, codes in conditions:
        named = named.filter(pl.col(field).is_in(codes))
    unpublished = named["figure"].null_count()
    unasked = 0 if conditions or everything or named.height <= MOST_UNASKED else unpublished
    if unasked:
        named = named.filter(pl.col("figure").is_not_null())
    found = tuple(_bounded(setting, figures, named, seconds))
    told = tuple(item for item in found if item.figure is not None or item.low is None or _says_something(item))
    return Bounds(told, len(found) - len(told), unasked, sought, setting)


def _near(setting: Setting, sources: Sequence[Condition]) -> Quantities:
    """Return the figures that those of the chosen sources can depend on: rules look no further than a publisher."""
    quantities = setting.quantities
    if not sources:
        return quantities
    own = setting.tables["figures"].frame.select(pl.col("source_id").cast(pl.String)).with_row_index("row")
    for condition in sources:
        own = own.filter(pl.col("source_id").is_in(condition.codes))
    publishers = quantities.frame.filter(pl.col("row").is_in(own["row"].implode()))["publisher"]
    frame = quantities.frame.filter(pl.col("publisher").is_in(publishers.unique().implode()))
    return replace(quantities, frame=frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("quantity")))


def _codes(setting: Setting, figures: pl.DataFrame, field: str) -> list[str]:
    """Return the codes that a field of quantities can have: those of the package, and those that figures have."""
    known = {of: setting.profile.codes[name] for name, of in setting.profile.dimensions.items()}
    own = figures[field].cast(pl.String).unique().drop_nulls().to_list()
    stated = setting.profile.measures if field == "measure_id" else known.get(field, ())
    return sorted({*own, *stated})


def _says_something(item: Bounded) -> bool:
    return bool(item.low) or (item.high is not None and item.high < float("inf") and bool(item.binding))


def _bounded(setting: Setting, quantities: Quantities, named: pl.DataFrame, seconds: float) -> Iterator[Bounded]:
    """Yield the bounds of the named quantities, in the order of their coordinates."""
    wanted = set(named["quantity"].to_list())
    system = firm_system(setting, quantities)
    touching = system.terms.filter(pl.col("quantity").is_in(list(wanted)))["edit"].unique().to_list()
    parts = list(components(system, touching))
    answers = ask([Question(part) for part in parts], seconds * max(1, len(parts)))
    contradictory: set[int] = set()
    for place, answer in enumerate(answers):
        if answer.conflict is not None:
            contradictory.update(parts[place].quantities)
            parts[place] = _without_conflicts(parts[place], answer.conflict, seconds)
    outcome = implied_bounds(parts, wanted, seconds)
    implied = {item.quantity: item for item in outcome.bounds}
    tied = {quantity for part in parts for quantity in part.quantities}
    intervals = quantities.frame.select("quantity", "least", "most", "ceiling")
    fields = coordinate_fields(setting)
    for row in named.join(intervals, on="quantity").sort(*fields, "quantity", nulls_last=True).iter_rows(named=True):
        quantity, figure = row["quantity"], row["figure"]
        where = {field: row[field] for field in fields}
        stated = None if figure is None else (row["least"], row["most"])
        if quantity not in implied and quantity in tied:
            yield Bounded(where, figure, None, None, (), UNDECIDED, stated)
            continue
        own = (figure,) if figure is not None and (row["least"] > 0 or row["most"] < row["ceiling"]) else ()
        found = implied.get(quantity, Implied(quantity, row["least"], row["most"], own))
        status = CONTRADICTORY if quantity in contradictory else FOLLOWS
        yield Bounded(where, figure, found.low, found.high, found.binding, status, stated)


def _without_conflicts(part: Component, first: Conflict, seconds: float) -> Component:
    """Return a component without belief in figures that contradict each other, so that the others can all be true."""
    without: frozenset[str] = frozenset()
    conflict: Conflict | None = first
    while conflict is not None and conflict.figures:
        without |= irreducible(Question(part, without), conflict, seconds).figures
        conflict = ask([Question(part, without)], seconds)[0].conflict
    quantities = {
        number: replace(item, low=item.floor, high=item.ceiling) if item.figure in without else item
        for number, item in part.quantities.items()
    }
    return Component(
        {number: edit for number, edit in part.edits.items() if without.isdisjoint(edit.guards)}, quantities
    )
