"""What `locate` found, in sentences for a person and as JSON, as ``docs/locate.schema.json`` describes it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from returnees.consistency.wording import Witnesses
from returnees.figures.readings import number
from returnees.locating import Location, Reason, Suspected
from returnees.report.jsontext import json_text
from returnees.report.lines import plain_number, wrapped


def location_dict(location: Location) -> dict[str, Any]:
    """Return the location as plain values; a weight that nothing has is null."""
    return {"components": [_component(item) for item in location.components]}


def _component(item: Suspected) -> dict[str, Any]:
    return {
        "figures": list(item.figures),
        "edits": [
            {"rule": edit.rule, "figures": list(edit.figures), "statement": edit.statement} for edit in item.edits
        ],
        "suspects": [list(figures) for figures in item.suspects],
        "weight": plain_number(item.weight),
        "proved_optimal": item.proved_optimal,
    }


def render_location_json(location: Location) -> str:
    """Return the location as JSON text, indented, with a final line feed."""
    return json_text(location_dict(location))


def render_location(location: Location) -> str:
    """Return the location as text of at most 80 columns: for each component what must be wrong, and why."""
    named = {figure for item in location.components for figure in item.figures}
    named |= {figure for item in location.components for figures in item.suspects for figure in figures}
    witnesses = Witnesses(location.setting, sorted(named))
    lines: list[str] = []
    for place, item in enumerate(location.components, start=1):
        head = f"{place}. "
        rest = " " * len(head)
        lines += wrapped(_sentence(item, witnesses), head, rest)
        for figures in item.suspects:
            words = " and ".join(witnesses.words(figures))
            lines += wrapped(words, f"{rest}- ", f"{rest}  ")
        # One edit can be a contradiction in several ways: of some of its figures, or of others.
        for reason in {reason.edits: reason for reason in reversed(item.reasons)}.values():
            lines += _reason(location, item, reason, rest)
        lines.append("")
    return "".join(f"{line}\n" for line in lines)


def _sentence(item: Suspected, witnesses: Witnesses) -> str:
    """Return what must be wrong, with the sources, up to the list of explanations."""
    sources = sorted({str(witnesses.row(figure)["source_id"]) for figure in item.figures})
    these = "This figure" if len(item.figures) == 1 else f"These {len(item.figures)} figures"
    start = f"{these} of {', '.join(sources)} cannot {'' if len(item.figures) == 1 else 'all '}be true."
    if not item.suspects:
        if not item.proved_optimal:
            return f"{start} Which must be wrong was not found in time."
        return f"{start} All that could explain it were said never to be wrong."
    weight = f"(weight {number(item.weight)})"
    if not item.proved_optimal:
        return f"{start} The time ran out: this would explain it {weight}, and less may, too:"
    number_of = f"{len(item.suspects)}{'' if item.complete else ' and more'}"
    single = len(item.suspects[0]) == 1
    if len(item.suspects) > 1 or not item.complete:
        what = "figures" if all(len(figures) == 1 for figures in item.suspects) else "sets of figures"
        return f"{start} The least that must be wrong {weight} is one of these {number_of} {what}:"
    return f"{start} The least that must be wrong {weight} is {'this figure' if single else 'these figures together'}:"


def _reason(location: Location, item: Suspected, reason: Reason, indent: str) -> Iterator[str]:
    """Yield the lines of one contradiction: the rules, the edits with their numbers, and the known issue."""
    issue = item.beside(reason)
    beside = "" if issue == reason.known else "has a figure of "
    known = f" ({beside}known issue {issue})" if issue else ""
    rules = list(dict.fromkeys(edit.rule for edit in reason.edits))
    if len(reason.edits) == 1:
        rule = location.setting.rule_of[rules[0]]
        yield from wrapped(f"{rule.label} ({rule.id}){known}:", f"{indent}Because ", indent)
    else:
        yield from wrapped(f"these cannot all hold{known}:", f"{indent}Because ", indent)
    for edit in reason.edits:
        tail = "" if len(reason.edits) == 1 else f" ({edit.rule})"
        yield from wrapped(f"{edit.statement}{tail}", f"{indent}  ", f"{indent}    ")
    if reason.numbers:
        yield from wrapped(reason.numbers, f"{indent}  ", f"{indent}    ")


def summary(location: Location) -> str:
    """Return the outcome in one sentence."""
    total = len(location.components)
    if not total:
        return "Nothing must be wrong: the figures can all be true, given the rules."
    known = sum(item.known for item in location.components)
    noun = "contradiction" if total == 1 else "contradictions"
    stand = f", {known:,} of them known {'issue' if known == 1 else 'issues'}" if known else ""
    return f"{total:,} {noun}{' that have no figure in common' if total > 1 else ''}{stand}."


def reservations(location: Location) -> Iterator[str]:
    """Yield what the outcome does not say for certain, a sentence each."""
    total = len(location.components)
    late = sum(not item.proved_optimal for item in location.components)
    more = sum(not item.complete and item.proved_optimal for item in location.components)
    if late:
        yield f"The time ran out for {late:,} of {total:,}; --seconds gives more."
    if more:
        yield f"Not all explanations are listed for {more:,} of {total:,}; --max-explanations lists more."
    if any(math.isinf(item.weight) and item.proved_optimal for item in location.components):
        yield "Where only figures of infinite weight contradict each other, nothing is suspected."
