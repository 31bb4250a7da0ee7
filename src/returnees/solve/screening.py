"""Which components may have no solution: one linear program over all of them, before any is looked at on its own."""

from __future__ import annotations

import numpy as np
import polars as pl

from returnees.consistency.system import System
from returnees.solve.components import labels
from returnees.solve.program import LARGEST, NOTHING, elastic


def doubtful(system: System, seconds: float) -> System:
    """Return the components of `system` in which the edits are not known to be met together.

    The program is that of `program.ask`, made of whole columns rather than of one component after another: of many
    thousand components nearly all have a solution, and need no more than that. Without time for it, all are returned.
    """
    if system.edits.height == 0:
        return system
    edits = system.edits.select("edit", "limit").sort("edit").join(labels(system), on="edit", maintain_order="left")
    terms, quantities = system.terms.sort("edit"), system.quantities.sort("quantity")
    row = np.searchsorted(edits["edit"].to_numpy(), terms["edit"].to_numpy())
    column = np.searchsorted(quantities["quantity"].to_numpy(), terms["quantity"].to_numpy())
    coefficient = terms["coefficient"].to_numpy()
    low, high = quantities["low"].to_numpy(), quantities["high"].to_numpy()
    # Quantities are counted from their low ends, and the numbers of a component made small by one factor.
    limit = edits["limit"].to_numpy() - np.bincount(row, coefficient * low[column], len(edits))
    component = edits["component"].to_numpy()
    factor = _factors(component[row], component, (high - low)[column], limit)
    of_column = np.ones(len(low))
    of_column[column] = factor[component[row]]
    missed = elastic(
        lower=np.zeros(len(low)),
        upper=(high - low) * of_column,
        limits=limit * factor[component],
        starts=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(edits)))]),
        index=column,
        value=coefficient,
        seconds=seconds,
    )
    if missed is None:
        return system
    beyond = np.bincount(component, missed[0], len(factor)) > NOTHING
    return system.of(edits.filter(pl.Series(beyond[component]))["edit"])


def _factors(of_term: np.ndarray, of_edit: np.ndarray, widths: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Return the factor of each component by which its largest number becomes `LARGEST` at most."""
    largest = np.ones(int(of_edit.max()) + 1)
    np.maximum.at(largest, of_edit, np.abs(limits))
    np.maximum.at(largest, of_term, np.where(np.isfinite(widths), widths, 0.0))
    return np.minimum(1.0, LARGEST / largest)
