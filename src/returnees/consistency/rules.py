"""Rules as data: what a rule says, where it is laid, and the examples that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from returnees.consistency.language import Comparison
from returnees.findings import Severity

#: What ``along`` may say besides the name of a coordinate.
HIERARCHIES = "hierarchies"
TIME = "as_of"


@dataclass(frozen=True)
class Example:
    """One figure of a rule's example: its measure, its coordinates by dimension, its date, its source, its number."""

    measure: str
    coordinates: Mapping[str, str]
    as_of: str
    source: str
    publisher: str
    qualifier: str
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Rule:
    """What must hold between figures, and why.

    ``along`` is None for a rule over measures, else the dimension whose codes the assertion names, ``hierarchies`` or
    ``as_of``; ``dimension`` is the one that a rule over hierarchies, or a count, runs over; ``measures`` and ``where``
    limit the figures it is laid on; ``line`` is where it starts in its file.
    """

    id: str
    assertion: str
    comparison: Comparison
    label: str
    why: str
    severity: Severity
    along: str | None = None
    dimension: str | None = None
    measures: tuple[str, ...] | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passes: tuple[Example, ...] = ()
    breaks: tuple[Example, ...] = ()
    line: int | None = None

    @property
    def counted(self) -> tuple[str, ...]:
        """The measures whose figures the rule counts."""
        return tuple(name.name for name in self.comparison.names() if name.function == "count")
