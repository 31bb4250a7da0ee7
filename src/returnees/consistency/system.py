"""The matrix that everything between figures comes down to: quantities with bounds, edits, terms, guards."""

from __future__ import annotations

from dataclasses import dataclass

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
        chosen = edits.to_frame("edit")
        terms = _part(self.terms, chosen)
        return System(
            _part(self.quantities, terms.select("quantity").unique()),
            _part(self.edits, chosen),
            terms,
            _part(self.guards, chosen),
        )


def _part(table: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    return table.join(keys, on=keys.columns, how="semi", maintain_order="left")
