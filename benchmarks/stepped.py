"""Validate, and note what each step takes: ``python benchmarks/stepped.py FILE PACKAGE --engine duckdb``.

`FILE` gets a line of JSON for each step as it begins: what it is called, and the processors' seconds spent until then.
With the engine Polars the memory counts as too small, so that Polars streams tables that it would else hold in memory;
where it is too small indeed, ``returnees validate PACKAGE`` with the same limits does the same.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

#: Far above what any package here needs.
LIMITS = [
    part
    for name in ("table_bytes", "package_bytes", "cells", "pattern_steps", "rule_steps")
    for part in ("--limit", f"{name}=1000T")
]


class Steps(logging.Handler):
    """Writes down each step that is told."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.INFO)
        self.file = file

    def emit(self, record: logging.LogRecord) -> None:
        spent = os.times()
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([record.getMessage(), spent.user + spent.system]) + "\n")


def main() -> None:
    """Pretend, and validate."""
    from returnees.cli import main as returnees
    from returnees.engines import choosing

    log = logging.getLogger("returnees.validation")
    log.setLevel(logging.INFO)
    log.addHandler(Steps(Path(sys.argv[1])))
    choosing.memory = lambda: 0.0
    sys.argv = [str(Path(sys.executable).parent / "returnees"), "validate", *sys.argv[2:], *LIMITS]
    returnees()


if __name__ == "__main__":
    main()
