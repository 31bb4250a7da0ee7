"""The engine that is asked for, by name, and the library that it needs."""

from __future__ import annotations

import os
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from returnees.errors import UsageError, nearest

if TYPE_CHECKING:
    from returnees.engines.seam import Opening
    from returnees.package.model import Package

#: The engines by name. Polars is embedded, and holds tables in memory as long as they fit.
ENGINES = ("polars", "duckdb", "spark")
#: The libraries that an engine needs, each in an extra of the engine's name.
_NEEDED = {"duckdb": ("duckdb",), "spark": ("pyspark", "grpc", "pyarrow", "pandas")}
#: How much memory checking takes, for each byte of the tables; a compressed byte is taken for five.
_TIMES, _PACKED = 8, 5
#: Which share of the memory tables may take: the system has more to hold, and nothing is gained by filling it all.
_SHARE = 0.5


def opening_of(name: str, master: str | None = None, remote: str | None = None) -> Opening | None:
    """Return what opens the engine called `name`, None for Polars in memory.

    `master` is the cluster on which Spark works, `remote` the Spark Connect server that it is reached by.

    Raises
    ------
    UsageError
        If there is no such engine, its library is not installed, or what is said of Spark does not go together.
    """
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!a}{nearest(name, ENGINES)} (there are {', '.join(ENGINES)})")
    if name != "spark" and (master is not None or remote is not None):
        raise UsageError("--spark-master and --spark-remote are for --engine spark")
    if master is not None and remote is not None:
        raise UsageError("--spark-master starts Spark here and --spark-remote reaches one that runs: state one of them")
    if name == "polars":
        return None
    missing = [library for library in _NEEDED[name] if find_spec(library) is None]
    if missing:
        raise UsageError(
            f"--engine {name} needs {missing[0]}, which is not installed; the extra '{name}' brings it: "
            f"pip install 'returnees[{name}]'"
        )
    if name == "spark":
        from returnees.engines import spark

        return partial(spark.opened, master, remote)
    from returnees.engines.duckdb import opened

    return opened


def opening_for(package: Package) -> Opening | None:
    """Return what opens Polars, streaming, when the tables of `package` are too large for the memory; else None."""
    needed = 0
    for resource in package.resources:
        size = sum(part.file.stat().st_size for part in resource.files)
        needed += _TIMES * size * (_PACKED if resource.packed or resource.form == "parquet" else 1)
    if needed <= _SHARE * memory():
        return None
    from returnees.engines.streaming import opened

    return opened


def memory() -> float:
    """Return how much memory this machine has, in bytes; without end where the system does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        return float("inf")
