"""The matrix that everything between figures comes down to: quantities with bounds, edits, terms, guards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

#: How far, relative to the numbers in it, an edit may be missed before it counts as broken: floating-point sums and
#: coefficients such as 0.6 are exact to some 1e-16, so that this leaves room for hundreds of terms, and at numbers of
#: 10^12 for a fifth of a person.
TOLERANCE = 1e-13


@dataclass(frozen=True)
class System:
    """A sparse system of linear inequalities over bounded quantities.

    Parameters
    ----------
    quantities
        ``quantity`` (0, 1, ...), ``figure`` (its id, null for a quantity never published), ``low`` and ``high``
        (infinite when unbounded), ``floor`` and ``ceiling`` (what remains of the bounds when the figure is
        disbelieved).
    edits
        ``edit`` (0, 1, ...), ``rule`` (its id), ``limit``: the sum of coefficient times quantity is at most the limit;
        ``widened`` (how much larger that sum can be for what the coefficients leave open, which only a share does);
        ``dates_reversed`` (a figure is dated the wrong way round for a strict conclusion), ``missing_below`` and
        ``missing_above`` (how many quantities the edit needs on its smaller and on its greater side that were never
        published and have no row here).
    terms
        ``edit``, ``quantity``, ``coefficient``.
    guards
        ``edit``, ``figure``: the edit's coefficients come from this figure (a share), so that without it the edit is
        void.
    """

    quantities: pl.DataFrame
    edits: pl.DataFrame
    terms: pl.DataFrame
    guards: pl.DataFrame

    def of(self, edits: pl.Series) -> System:
        """Return the part of the system that these edits need; numbers of edits and quantities stay."""
        terms = self.terms.filter(_among(edits, self.terms["edit"]))
        return System(
            self.quantities.filter(_among(terms["quantity"], self.quantities["quantity"])),
            self.edits.filter(_among(edits, self.edits["edit"])),
            terms,
            self.guards.filter(_among(edits, self.guards["edit"])),
        )

    def bounded_terms(self) -> pl.DataFrame:
        """Return the terms with the ``low`` and ``high`` of their quantities, and whether these are ``unpublished``."""
        own = self.quantities.select("low", "high", pl.col("figure").is_null().alias("unpublished"))
        rows = places(self.quantities["quantity"], self.terms["quantity"])
        return pl.concat([self.terms, own[rows]], how="horizontal")


def places(numbers: pl.Series, wanted: pl.Series) -> np.ndarray:
    """Return the row of each `wanted` number in `numbers`, where each of them is.

    Edits and quantities are numbered from 0 on, so that a table of all numbers is small, and quicker than a join.
    """
    table = np.zeros(_beyond(numbers), dtype=np.int64)
    table[numbers.to_numpy()] = np.arange(len(numbers))
    found: np.ndarray = table[wanted.to_numpy()]
    return found


def _among(chosen: pl.Series, numbers: pl.Series) -> pl.Series:
    """Whether each of `numbers` is one of the `chosen`."""
    table = np.zeros(max(_beyond(chosen), _beyond(numbers)), dtype=bool)
    table[chosen.to_numpy()] = True
    return pl.Series(table[numbers.to_numpy()])


def _beyond(numbers: pl.Series) -> int:
    return int(numbers.max() or 0) + 1  # type: ignore[arg-type]
