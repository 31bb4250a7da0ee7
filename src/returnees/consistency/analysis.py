"""Every edit of a package and its verdict: the one pass that everything else between figures starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from returnees.consistency.edits import Edits, lay
from returnees.consistency.setting import Setting
from returnees.consistency.verdicts import BROKEN, HOLDS, UNDECIDED, UNVERIFIABLE, verdicts
from returnees.findings import Finding, finding
from returnees.outcome import VerdictCounts


@dataclass(frozen=True)
class Analysis:
    """The edits of a package; ``judged`` has a row an edit with its smallest and largest left side and its verdict.

    ``counts`` say how many edits each rule made, by verdict; a rule without any is there, too. ``present`` are the
    codes that a figure has, by dimension, and ``figures`` is how many figures there are. Where an engine laid the
    rules, the edits are only those that findings speak of.
    """

    setting: Setting
    edits: Edits
    judged: pl.DataFrame
    counts: Mapping[str, VerdictCounts]
    present: Mapping[str, frozenset[str]]
    figures: int

    @property
    def broken(self) -> pl.DataFrame:
        """The edits that no real numbers can satisfy."""
        return self.judged.filter(pl.col("verdict") == BROKEN)


def analyse(setting: Setting) -> Analysis:
    """Lay the rules of `setting` over its figures and judge every edit."""
    edits = lay(setting.rules, setting.quantities, setting.profile)
    judged = verdicts(edits.system)
    counts = counted(setting, judged.group_by("rule", "verdict").len(), edits.unlaid)
    return Analysis(setting, edits, judged, counts, setting.quantities.present, setting.quantities.frame.height)


def counted(setting: Setting, judged: pl.DataFrame, unlaid: pl.DataFrame) -> dict[str, VerdictCounts]:
    """Return how many edits each rule made, from those judged (``rule``, ``verdict``, ``len``) and those not laid."""
    verdict_of = {(rule, verdict): number for rule, verdict, number in judged.iter_rows()}
    others = {rule: (edits, holds) for rule, edits, holds in unlaid.iter_rows()}
    return {rule.id: _counts(rule.id, verdict_of, *others.get(rule.id, (0, 0))) for rule in setting.rules}


def _counts(rule: str, judged: dict[tuple[str, str], int], unlaid: int, held: int) -> VerdictCounts:
    """Return the counts of a rule; an edit that was not laid holds or cannot be verified."""
    holds, broken, undecided, unverifiable = (
        judged.get((rule, verdict), 0) for verdict in (HOLDS, BROKEN, UNDECIDED, UNVERIFIABLE)
    )
    return VerdictCounts(
        edits=holds + broken + undecided + unverifiable + unlaid,
        holds=holds + held,
        broken=broken,
        undecided=undecided,
        unverifiable=unverifiable + unlaid - held,
    )


def idle_findings(analysis: Analysis) -> Iterator[Finding]:
    """Yield a finding for each rule that made no edit, and for each that speaks of what no figure is about."""
    setting = analysis.setting
    for rule in setting.rules:
        missing = list(_without_figures(analysis, rule.id))
        if missing:
            code = "F410"
            message = f"The rule '{rule.id}' speaks of {', '.join(missing)}, of which there is no figure."
        elif analysis.counts[rule.id].edits == 0:
            code, message = "F411", f"The rule '{rule.id}' applies to no figure: it made no edit."
        else:
            continue
        yield finding(code, message, file=setting.rule_file, line=rule.line, rule=rule.id)


def _without_figures(analysis: Analysis, rule_id: str) -> Iterator[str]:
    """Yield the measures and codes of a rule that no figure has, when it can apply to no figure for that."""
    rule, present = analysis.setting.rule_of[rule_id], analysis.present
    for dimension, codes in rule.where.items():
        if present[dimension].isdisjoint(codes):
            yield f"{dimension} {' or '.join(codes)}"
    if rule.measures and present["measure"].isdisjoint(rule.measures):
        yield f"measure {' or '.join(rule.measures)}"
    dimension = "measure" if rule.along is None else rule.along
    if dimension in present:
        names = dict.fromkeys(name.name for name in rule.comparison.names())
        if present[dimension].isdisjoint(names):
            yield from (f"{dimension} {name}" for name in names)
