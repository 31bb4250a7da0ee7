"""One finding on its own, in words: what is wrong, where, and how to mend it."""

from __future__ import annotations

from returnees.findings import Finding, catalogue
from returnees.report.escape import visible


def finding_words(item: Finding) -> str:
    """Return a finding as a few lines that are safe to print."""
    lines = [f"{item.severity.value} {item.code} {catalogue()[item.code].title}", *item.message.split("\n")]
    place = [item.place] if item.place else []
    place += [f"field {item.field}"] if item.field else []
    place += [f"key {item.key}"] if item.key else []
    lines += [f"at {', '.join(place)}"] if place else []
    lines += [f"Mend: {item.remedy}"] if item.remedy else []
    return "\n".join(map(visible, lines))
