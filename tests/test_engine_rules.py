"""The rule language and the rule file: what is read, what is refused and where, what contradicts itself."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from effort import tried
from engine.small import Printed, laid, profile, rules_of
from hypothesis import given
from hypothesis import strategies as st

from returnees.consistency.language import Comparison, RuleError, parse
from returnees.consistency.rulefile import read_rules
from returnees.consistency.verdicts import verdicts
from returnees.findings import Finding
from returnees.solve.rules import contradictory_rules


def rule(body: str, name: str = "r") -> str:
    return f'[[rule]]\nid = "{name}"\nlabel = "l"\nwhy = "w"\nseverity = "error"\n{body}\n'


def findings(text: str) -> list[Finding]:
    """Return what is wrong with a rule file, but for examples that it lacks."""
    return [item for item in read_rules(text, "rules.toml", profile()).findings if item.code != "F407"]


NAMES = ("a", "b", "c")


@st.composite
def sums(draw: st.DrawFn, depth: int = 2) -> str:
    """Draw a sum of the language as text that Python reads, too."""
    if depth == 0:
        return draw(st.sampled_from([*NAMES, "2", "0.5", "10"]))
    inner = sums(depth - 1)
    form = draw(st.sampled_from(["plain", "plus", "minus", "times", "bracket"]))
    if form == "plus":
        return f"{draw(inner)} + {draw(inner)}"
    if form == "minus":
        return f"{draw(inner)} - {draw(inner)}"
    if form == "times":
        return f"{draw(st.sampled_from(['2', '0.25', '3']))} * ({draw(inner)})"
    return draw(inner) if form == "plain" else f"({draw(inner)})"


def value_of(comparison: Comparison, values: dict[str, float]) -> float:
    return comparison.left.constant + sum(
        coefficient * values[name.name] for (name,), coefficient in comparison.left.terms.items()
    )


@tried(300)
@given(sums(), st.sampled_from(["<=", ">=", "=="]), sums(), st.tuples(*[st.integers(-5, 5)] * 3))
def test_a_rule_means_what_arithmetic_says(left: str, sign: str, right: str, numbers: tuple[int, ...]) -> None:
    values = dict(zip(NAMES, map(float, numbers), strict=True))
    try:
        comparison = parse(f"{left} {sign} {right}")
    except RuleError as error:
        assert error.code == "F403" and "cancel" in str(error)
        return
    difference = eval(f"({left}) - ({right})", {}, dict(values))
    assert value_of(comparison, values) == pytest.approx(-difference if sign == ">=" else difference)
    assert comparison.equal == (sign == "==")


@tried(300)
@given(st.text(alphabet="ab+-*()<>=0123456789.'\" eE_", max_size=30))
def test_no_text_is_worse_than_a_finding(text: str) -> None:
    try:
        parse(text)
    except RuleError as error:
        assert error.code in ("F403", "F405")
        assert 0 <= error.column <= len(text)


@pytest.mark.parametrize(
    ("body", "code", "caret"),
    [
        ('assert = "a <= travelledd"', "F404", "travelledd"),
        ('assert = "a * b <= c"', "F405", "b"),
        ('assert = "a <= b <= c"', "F403", "<= c"),
        ('assert = "a < b"', "F403", "< b"),
        ('assert = "a / 2 <= b"', "F403", "/ 2"),
        ('assert = "a <= 1e999"', "F403", "1e999"),
        ('assert = "sum(a) <= b"', "F403", "sum"),
        ('assert = "m + nobody <= all"\nalong = "sex"', "F404", "nobody"),
    ],
)
def test_a_caret_stands_under_what_is_wrong(body: str, code: str, caret: str) -> None:
    (item,) = findings(rule(body))
    assert item.code == code
    message = item.message.split("\n")
    assert message[1][message[2].index("^") :].startswith(caret)
    assert item.line == 6 and item.column == len('assert = "') + message[2].index("^") - 2 + 1


def test_an_unknown_measure_names_the_nearest() -> None:
    known = profile()
    text = rule('assert = "a <= share"')
    near = SimpleNamespace(**{**known.__dict__, "measures": {**known.measures, "shares": known.measures["a"]}})
    (item,) = [item for item in read_rules(text, "rules.toml", near).findings if item.code == "F404"]  # type: ignore[arg-type]
    assert "shares" in item.message


def test_names_that_are_no_words_stand_in_quotes() -> None:
    comparison = parse("'SYR-IRQ' + \"15-24\" <= all")
    assert [name.name for name in comparison.names()] == ["SYR-IRQ", "15-24", "all"]


def test_a_share_of_a_count_beside_the_count_itself() -> None:
    """The count stands twice in the rule and is one quantity all the same."""
    known = profile()
    rules = rules_of(['assert = "a <= c - s * c"'], known)
    figures = [
        Printed(("a", "W", "all"), "exact", (3.0,)),
        Printed(("c", "W", "all"), "range", (4.0, 10.0)),
        Printed(("s", "W", "all"), "exact", (50.0,)),
    ]
    _, edits = laid(figures, rules, known)
    assert sorted(edits.system.terms["coefficient"]) == [-0.5, 1.0]
    assert verdicts(edits.system).select("smallest", "largest").row(0) == (-2.0, 1.0)


def contradictions_of(*bodies: str) -> list[tuple[str, str]]:
    known = profile()
    text = "\n".join(rule(body, f"r{number}") for number, body in enumerate(bodies))
    rules = read_rules(text, "rules.toml", known).rules
    assert len(rules) == len(bodies)
    setting = SimpleNamespace(rules=rules, profile=known, rule_file="rules.toml")
    return [(item.code, item.message) for item in contradictory_rules(setting)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        (['assert = "a <= 3"', 'assert = "a >= 4"'], "No figures at all"),
        (['assert = "a + 1 <= b"', 'assert = "b <= c"', 'assert = "c <= a"'], "No figures at all"),
        (['assert = "a >= 0.6 * b"', 'assert = "a <= 0.4 * b"'], "Only a 'a' of 0"),
        (['assert = "m >= all + 1"\nalong = "sex"', 'assert = "m <= all"\nalong = "sex"'], "No figures at all"),
        (['assert = "s >= 120"'], "No figures at all"),
        (['assert = "a >= 100"', 'assert = "2 * c <= c"', 'assert = "1000000 * a <= c"'], "No figures at all"),
    ],
)
def test_rules_that_can_never_hold_together(bodies: list[str], words: str) -> None:
    found = contradictions_of(*bodies)
    assert [code for code, _ in found][:1] == ["F409"]
    assert found[0][1].startswith(words)
    assert all(f"r{number}" in found[0][1] for number in range(len(bodies)))


@pytest.mark.parametrize(
    "bodies",
    [
        ['assert = "a + b <= c"', 'assert = "a == b"'],
        ['assert = "a <= 3"\nwhere = { sex = ["m"] }', 'assert = "a >= 4"\nwhere = { sex = ["f"] }'],
        [
            'assert = "m >= f + 1"\nalong = "sex"\nmeasures = ["a"]',
            'assert = "m <= f"\nalong = "sex"\nmeasures = ["b"]',
        ],
        ['assert = "a <= 0"'],
        ['assert = "a == s * c"', 'assert = "a >= c"'],
    ],
)
def test_rules_that_can_hold_together(bodies: list[str]) -> None:
    assert contradictions_of(*bodies) == []
