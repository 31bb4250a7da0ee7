"""Rules in words: what they say, where they are laid, the figures of their examples."""

from __future__ import annotations

from collections.abc import Sequence

from returnees.consistency.rules import HIERARCHIES, TIME, Example, Rule
from returnees.figures.readings import amount


def scope(rule: Rule) -> str:
    """Return what the rule is laid over, in a sentence."""
    if rule.along == HIERARCHIES:
        what = f"every set of hierarchies of {rule.dimension}" if rule.dimension else "every set of hierarchies"
        base = f"{what}, within one source and measure"
    elif rule.along == TIME:
        base = "figures of one publisher with equal coordinates, each and the next later one"
    elif rule.along is not None:
        base = f"codes of {rule.along}, within one source and measure, all other coordinates equal"
    elif rule.counted:
        base = f"every set of hierarchies of {rule.dimension}, within one source"
    else:
        base = "figures of one source, all coordinates but the measure equal"
    limits = [f"{dimension} {_listed(codes)}" for dimension, codes in rule.where.items()]
    limits += [f"measure {_listed(rule.measures)}"] if rule.measures is not None else []
    return f"Laid over {base}{'; only for ' + ', '.join(limits) if limits else ''}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def example_lines(figures: Sequence[Example], units: dict[str, str]) -> list[str]:
    """Return a line for each figure of an example: ``returned, population men: at least 5``.

    Source, publisher and date are said where the figures differ in them. `units` has the unit of each measure.
    """
    special = [name for name in ("publisher", "source", "as_of") if len({getattr(item, name) for item in figures}) > 1]
    lines = []
    for item in figures:
        told = [f"{name} {code}" for name, code in item.coordinates.items()]
        told += [f"{name.replace('_', ' ')} {getattr(item, name)}" for name in special]
        numbers = dict(zip(("low", "high"), item.numbers, strict=False)) if item.qualifier == "range" else {}
        row = {"qualifier": item.qualifier, "value": None, "low": None, "high": None, **numbers}
        if not numbers:
            row["value"] = item.numbers[0]
        lines.append(", ".join([item.measure, *told]) + f": {amount({**row, 'unit': units.get(item.measure)})}")
    return lines
