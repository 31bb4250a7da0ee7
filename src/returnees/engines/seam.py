"""What an engine is: where tables are kept, how small ones come in, and how findings' rows come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw
import polars as pl

from returnees.package.model import Resource
from returnees.package.parts import Part

if TYPE_CHECKING:
    from returnees.engines.holding import Shape

#: A frame of any engine: nothing is computed until it is kept or fetched.
Lazy = nw.LazyFrame[Any]

#: The number of each row within its table, from 0 on, in the order of the files.
ROW = "row"

#: Says on standard error, or nowhere, what is being done.
Tell = Callable[[str], None]


def column(number: int) -> str:
    """Return the name under which an engine keeps a column: a file's own may be any text, in any letters."""
    return f"c{number}"


class Engine(Protocol):
    """Where tables are kept and expressions are run.

    ``name`` is how the command line calls it; ``longest`` is how many signs a cell may have for a pattern to be matched
    there, None for any number. Every method may raise `EngineError` when the engine cannot do it.
    """

    name: str
    longest: int | None

    def pattern(self, stated: str) -> str | None:
        """Return what matches in the engine the whole cells that `stated` matches in Polars, None if nothing does."""
        ...

    def shape(self, resource: Resource, part: Part) -> Shape | None:
        """Return what a CSV file is whose lines are one sound row each, None for any other."""
        ...

    def csv(
        self, parts: Sequence[Part], delimiter: str, names: Sequence[str], keys: Sequence[str], *, packed: bool
    ) -> Lazy:
        """Return the cells of CSV files whose lines are one sound row each, as text, with `ROW`.

        `names` are the columns of the files, `keys` those that their folders state beside them.
        """
        ...

    def parquet(self, parts: Sequence[Part], names: Sequence[str], keys: Sequence[str]) -> Lazy:
        """Return the cells of Parquet files as the text that Table Schema would write, with `ROW`."""
        ...

    def frame(self, data: pl.DataFrame) -> Lazy:
        """Take in a small table."""
        ...

    def keep(self, frame: Lazy) -> Lazy:
        """Compute a frame once, for several that build on it; it may be larger than the memory."""
        ...

    def numbered(self, frame: Lazy, name: str) -> Lazy:
        """Return a frame, kept, with a number of its own in each row, from 0 on and perhaps with gaps."""
        ...

    def fetch(self, frame: Lazy) -> pl.DataFrame:
        """Bring a small frame back."""
        ...


#: Opens an engine for as long as the block lasts; what it has written is gone afterwards.
Opening = Callable[[], AbstractContextManager[Engine]]
