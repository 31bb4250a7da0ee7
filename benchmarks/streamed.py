"""Validate a package as if the memory were too small for it: ``python benchmarks/streamed.py PACKAGE``.

So Polars streams tables that it would else hold in memory, and what streaming costs can be measured at any size. Where
the memory is too small indeed, ``returnees validate PACKAGE`` with the same limits does the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

#: Far above what any package here needs.
LIMITS = [
    part
    for name in ("table_bytes", "package_bytes", "cells", "pattern_steps", "rule_steps")
    for part in ("--limit", f"{name}=1000T")
]


def main() -> None:
    """Pretend, and validate."""
    from returnees.cli import main as returnees
    from returnees.engines import choosing

    choosing.memory = lambda: 0.0
    sys.argv = [str(Path(sys.executable).parent / "returnees"), "validate", *sys.argv[1:], *LIMITS]
    returnees()


if __name__ == "__main__":
    main()
