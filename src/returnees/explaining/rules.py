"""A rule explained: what it says and why, its examples, how its edits were judged."""

from __future__ import annotations

from returnees.consistency.analysis import analyse
from returnees.consistency.rules import Rule
from returnees.consistency.rulewords import example_lines, scope
from returnees.consistency.setting import Setting
from returnees.report.lines import wrapped


def explained_rule(rule: Rule, setting: Setting) -> str:
    """Return the explanation of `rule`, at most 80 columns wide."""
    lines = [f"{rule.id} ({rule.severity.value})", "", *wrapped(rule.assertion, "  ", "    "), ""]
    lines += wrapped(f"{rule.why} {scope(rule)}", "", "")
    lines += wrapped(f"When it is broken: {rule.label}.", "", "")
    place = f":{rule.line}" if rule.line else ""
    lines += [*wrapped(f"Stated in {setting.rule_file}{place}.", "", ""), ""]
    units = {name: measure.unit for name, measure in setting.profile.measures.items()}
    for title, figures in (("These figures pass:", rule.passes), ("These break it:", rule.breaks)):
        if figures:
            lines.append(title)
            for line in example_lines(figures, units):
                lines += wrapped(line, "  ", "    ")
            lines.append("")
    counts = analyse(setting).counts[rule.id]
    lines.append(
        f"{counts.edits:,} edit{'' if counts.edits == 1 else 's'} in this package" + ("." if not counts.edits else ":")
    )
    judged = (("hold", counts.holds), ("broken", counts.broken), ("undecided", counts.undecided),
              ("unverifiable", counts.unverifiable))  # fmt: skip
    if counts.edits:
        lines.append("  " + ", ".join(f"{number:,} {verdict}" for verdict, number in judged))
    return "".join(f"{line}\n" for line in lines)
