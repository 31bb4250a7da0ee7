"""Published figures on foreign fighters and returnees, and the checks that keep them honest.

>>> import returnees
>>> package = returnees.open_package()
>>> package.table("measures").columns[0]
'measure_id'
>>> comparison = returnees.compare(package, where=["area=FRA"], window=31)
>>> all(item.gap > 0 for item in comparison.disagreements)
True
>>> [item.status for item in returnees.bounds(package, where=["source=iep-2015-11", "area=TUN"]).quantities][0]
'follows'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from returnees.bounding import bounds
    from returnees.comparing import compare
    from returnees.errors import PackageError, ReturneesError, UsageError
    from returnees.findings import Finding, Severity
    from returnees.locating import locate
    from returnees.outcome import Report
    from returnees.package.model import Package
    from returnees.package.opening import open_package
    from returnees.validation import validate

__all__ = [
    "Finding",
    "Package",
    "PackageError",
    "Report",
    "ReturneesError",
    "Severity",
    "UsageError",
    "bounds",
    "compare",
    "locate",
    "open_package",
    "validate",
]

_HOMES = {
    "Finding": "returnees.findings",
    "Package": "returnees.package.model",
    "PackageError": "returnees.errors",
    "Report": "returnees.outcome",
    "ReturneesError": "returnees.errors",
    "Severity": "returnees.findings",
    "UsageError": "returnees.errors",
    "bounds": "returnees.bounding",
    "compare": "returnees.comparing",
    "locate": "returnees.locating",
    "open_package": "returnees.package.opening",
    "validate": "returnees.validation",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import returnees`` and ``--help`` stay quick."""
    if name == "__version__":
        from importlib.metadata import version

        return version("returnees")
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'returnees' has no attribute '{name}'")
