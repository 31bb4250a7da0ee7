"""How much is tried by chance: what a run of all tests has time for, or so many times as much.

RETURNEES_EFFORT=20 tries twenty times as many examples of each property, of faults put together and of hostile inputs.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

_TIMES = max(1, int(os.environ.get("RETURNEES_EFFORT", "1")))


def times(usual: int) -> int:
    """Return how many to try where a run of all tests tries `usual`."""
    return usual * _TIMES


def tried(usual: int, **others: Any) -> settings:
    """Return the settings of a property that is usually tried on so many examples."""
    return settings(max_examples=times(usual), deadline=None, **others)
