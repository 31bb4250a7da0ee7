"""Pandera, imported when it is first needed and without what it would import besides."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


@cache
def pandera() -> Any:
    """Return pandera, for Polars.

    Where PySpark is installed pandera imports all of it, with pandas, which takes a second and 300 MB that nothing here
    needs: it is told that there is none, unless something else has imported it already.
    """
    hidden = not {"pandera", "pyspark"} & sys.modules.keys()
    if hidden:
        sys.modules["pyspark"] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        import pandera.errors
        import pandera.polars
    finally:
        if hidden:
            del sys.modules["pyspark"]
    return pandera
