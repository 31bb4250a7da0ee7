"""Polars, streaming: tables larger than the memory, gone through piece by piece and kept as Parquet in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import narwhals as nw
import polars as pl

from returnees.engines.holding import Shape
from returnees.engines.seam import ROW, Lazy, column
from returnees.engines.shape import shape_of
from returnees.errors import EngineError
from returnees.package.model import Resource
from returnees.package.parts import Part
from returnees.package.temporary import made, placing
from returnees.tables.parquetfile import as_text


class Streaming:
    """Tables as Parquet files of a temporary folder."""

    name = "polars"
    longest: int | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def pattern(self, stated: str) -> str | None:
        return f"^(?:{stated})$"

    def shape(self, resource: Resource, part: Part) -> Shape | None:
        return shape_of(resource, part)

    def csv(
        self, parts: Sequence[Part], delimiter: str, names: Sequence[str], keys: Sequence[str], *, packed: bool
    ) -> Lazy:
        columns = [column(at) for at in range(len(names))]
        frames = [
            pl.scan_csv(
                part.file, separator=delimiter, infer_schema=False, empty_string_is_null=False, new_columns=columns,
                glob=False,
            )
            for part in parts
        ]  # fmt: skip
        return self._loaded(parts, frames, keys)

    def parquet(self, parts: Sequence[Part], names: Sequence[str], keys: Sequence[str]) -> Lazy:
        frames = []
        for part in parts:
            frame = pl.scan_parquet(part.file, hive_partitioning=False, glob=False)
            with _told():
                text = frame.select(as_text(frame.collect_schema())).select(names)
            frames.append(text.rename({name: column(at) for at, name in enumerate(names)}))
        return self._loaded(parts, frames, keys)

    def _loaded(self, parts: Sequence[Part], frames: Sequence[pl.LazyFrame], keys: Sequence[str]) -> Lazy:
        """Return the rows of several files, one after the other, with what the folders of each state."""
        width = len(frames[0].collect_schema())
        stated = [dict(part.keys) for part in parts]
        whole = pl.concat(
            frame.with_columns(pl.lit(own.get(key, "")).alias(column(width + at)) for at, key in enumerate(keys))
            for frame, own in zip(frames, stated, strict=True)
        )
        return self.numbered(nw.from_native(whole), ROW)

    def frame(self, data: pl.DataFrame) -> Lazy:
        return nw.from_native(data.lazy())

    def keep(self, frame: Lazy) -> Lazy:
        self._made += 1
        file = self._folder / f"t{self._made}.parquet"
        with _told():
            frame.to_native().sink_parquet(file, compression="lz4")
            return nw.from_native(pl.scan_parquet(file))

    def numbered(self, frame: Lazy, name: str) -> Lazy:
        native = frame.to_native().with_row_index(name)
        return self.keep(nw.from_native(native.with_columns(pl.col(name).cast(pl.Int64))))

    def fetch(self, frame: Lazy) -> pl.DataFrame:
        with _told():
            found: pl.DataFrame = frame.to_native().collect(engine="streaming")
        return found


@contextmanager
def opened() -> Iterator[Streaming]:
    """Open a temporary folder for what is kept.

    Raises
    ------
    EngineError
        If there is no place for it.
    """
    with placing(EngineError):
        place = made("returnees-polars-")
    with place as folder:
        yield Streaming(Path(folder))


@contextmanager
def _told() -> Iterator[None]:
    """Say what Polars cannot do in one sentence."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = " ".join(str(error).split())
        raise EngineError(f"Polars cannot go on: {reason[:400]}") from error
