"""The parts of a system that do not touch each other, and those of them in which something is still to be decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from returnees.consistency.system import System


@dataclass(frozen=True, slots=True)
class Bounds:
    """A quantity's figure (None when never published), its bounds, and those that are left without the figure."""

    figure: str | None
    low: float
    high: float
    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Edit:
    """An inequality: the sum of coefficient times quantity is at most ``limit``; void without one of its ``guards``."""

    rule: str
    terms: tuple[tuple[int, float], ...]
    limit: float
    guards: tuple[str, ...] = ()


@dataclass(frozen=True)
class Component:
    """A connected part of a system: edits and quantities by their numbers."""

    edits: Mapping[int, Edit]
    quantities: Mapping[int, Bounds]

    @property
    def figures(self) -> tuple[str, ...]:
        """The published figures in it, by id, with those that only guard an edit."""
        own = {item.figure for item in self.quantities.values() if item.figure is not None}
        return tuple(sorted(own.union(*(edit.guards for edit in self.edits.values()))))


def labels(system: System) -> pl.DataFrame:
    """Return the component of each edit: ``edit`` and ``component``, a number that only tells components apart.

    Edits are of one component when they share a quantity, a figure (counted or not) or a guard.
    """
    figures = system.quantities.select("quantity", "figure")
    joined = system.terms.select("edit", "quantity").join(figures, on="quantity")
    of_figure = pl.concat([joined.select("edit", "figure").drop_nulls(), system.guards.select("edit", "figure")])
    of_none = joined.filter(pl.col("figure").is_null()).select("edit", pl.col("quantity").cast(pl.String).alias("node"))
    links = pl.concat([of_figure.select("edit", ("f:" + pl.col("figure")).alias("node")), of_none])
    edit, node = links["edit"].to_numpy(), links["node"].rank("dense").to_numpy().astype(np.int64) - 1
    numbers, edit = np.unique(edit, return_inverse=True)
    return pl.DataFrame({"edit": numbers, "component": _connected(edit, node, len(numbers))})


def _connected(edit: np.ndarray, node: np.ndarray, edits: int) -> np.ndarray:
    """Return the smallest edit that each edit is connected with; minima travel along shared nodes to the end."""
    label = np.arange(edits)
    nodes = int(node.max(initial=-1)) + 1
    while True:
        least = np.full(nodes, edits)
        np.minimum.at(least, node, label[edit])
        grown = label.copy()
        np.minimum.at(grown, edit, least[node])
        # Following the label of the label makes long chains short.
        grown = grown[grown]
        if np.array_equal(grown, label):
            return label
        label = grown


def components(system: System, holding: Collection[int] | None = None) -> Iterator[Component]:
    """Yield the components of `system`, or only those that hold an edit of `holding`."""
    of_edit = labels(system)
    if holding is not None:
        chosen = of_edit.filter(pl.col("edit").is_in(list(holding)))["component"].unique()
        of_edit = of_edit.filter(pl.col("component").is_in(chosen.implode()))
    part = system.of(of_edit["edit"])
    bounds = {
        row["quantity"]: Bounds(row["figure"], row["low"], row["high"], row["floor"], row["ceiling"])
        for row in part.quantities.iter_rows(named=True)
    }
    terms: dict[int, list[tuple[int, float]]] = {}
    for number, quantity, coefficient in part.terms.select("edit", "quantity", "coefficient").iter_rows():
        terms.setdefault(number, []).append((quantity, coefficient))
    guards: dict[int, list[str]] = {}
    for number, figure in part.guards.select("edit", "figure").iter_rows():
        guards.setdefault(number, []).append(figure)
    facts = part.edits.join(of_edit, on="edit").sort("component", "edit")
    for _, group in facts.group_by("component", maintain_order=True):
        edits = {
            row["edit"]: Edit(
                row["rule"], tuple(terms.get(row["edit"], ())), row["limit"], tuple(guards.get(row["edit"], ()))
            )
            for row in group.iter_rows(named=True)
        }
        used = sorted({quantity for edit in edits.values() for quantity, _ in edit.terms})
        yield Component(edits, {quantity: bounds[quantity] for quantity in used})
